
#include "login.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


static void
test_equal(void **data)
{
    size_t  i, bit;
    u_char  a[64], b[64];

    (void) data;

    memset(a, 0x5a, sizeof(a));
    memset(b, 0x5a, sizeof(b));

    assert_int_equal(login_equal(a, b, sizeof(a)), 1);
    assert_int_equal(login_equal(a, b, 0), 1);

    for (i = 0; i < sizeof(a); i++) {
        for (bit = 0; bit < 8; bit++) {
            b[i] ^= (u_char) (1 << bit);
            assert_int_equal(login_equal(a, b, sizeof(a)), 0);

            /* what is behind the length doesn't count */

            assert_int_equal(login_equal(a, b, i), 1);
            b[i] ^= (u_char) (1 << bit);
        }
    }
}


static void
test_wipe(void **data)
{
    size_t          i;
    login_secret_t  secret;

    (void) data;

    memset(&secret, 0xff, sizeof(secret));
    login_wipe(&secret, sizeof(secret));

    for (i = 0; i < sizeof(secret); i++) {
        assert_int_equal(secret.bytes[i], 0);
    }
}


static void
test_random(void **data)
{
    size_t         i;
    u_char         zero[16];
    static u_char  drawn[64][16], large[100000];

    (void) data;

    memset(zero, 0, sizeof(zero));

    for (i = 0; i < 64; i++) {
        assert_int_equal(login_random(drawn[i], 16), LOGIN_OK);
        assert_memory_not_equal(drawn[i], zero, 16);

        if (i > 0) {
            assert_memory_not_equal(drawn[i], drawn[i - 1], 16);
        }
    }

    /* getrandom() may give less than was asked for */

    assert_int_equal(login_random(large, sizeof(large)), LOGIN_OK);
    assert_memory_not_equal(large + sizeof(large) - 16, zero, 16);
    assert_int_equal(login_random(large, 0), LOGIN_OK);
}


/* FIPS 180-4's "abc". */

static void
test_sha256(void **data)
{
    u_char  hash[LOGIN_HASH_LEN], hex[2 * LOGIN_HASH_LEN];

    (void) data;

    assert_int_equal(login_sha256(hash, login_cstr("abc")), LOGIN_OK);
    login_hex_encode(hex, login_str(hash, sizeof(hash)));
    assert_memory_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
                             "b00361a396177a9cb410ff61f20015ad", 64);

    assert_int_equal(login_sha256(hash, login_str(NULL, 0)), LOGIN_OK);
    login_hex_encode(hex, login_str(hash, sizeof(hash)));
    assert_memory_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
                             "27ae41e4649b934ca495991b7852b855", 64);
}


/* Computed with another implementation of RFC 5869. */

static void
test_derive(void **data)
{
    size_t          i;
    u_char          out[42], hex[84], other[42];
    login_secret_t  secret;

    (void) data;

    for (i = 0; i < LOGIN_SECRET_LEN; i++) {
        secret.bytes[i] = (u_char) i;
    }

    assert_int_equal(login_derive(out, 42, &secret, "info"), LOGIN_OK);
    login_hex_encode(hex, login_str(out, 42));
    assert_memory_equal(hex,
                        "cccad7895238973b7b227c5216571c432f4602b7264e8e35cde4"
                        "d3249e93720e96b889988ac234d00929", 84);

    assert_int_equal(login_derive(other, 42, &secret, "inf"), LOGIN_OK);
    assert_memory_not_equal(out, other, 42);

    secret.bytes[31] ^= 1;

    assert_int_equal(login_derive(other, 42, &secret, "info"), LOGIN_OK);
    assert_memory_not_equal(out, other, 42);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_derive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
