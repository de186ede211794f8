
#include "login.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define KEY_A  "000102030405060708090a0b0c0d0e0f"                             \
               "101112131415161718191a1b1c1d1e1f"
#define KEY_B  "fF0102030405060708090A0B0C0D0E0F"                             \
               "101112131415161718191a1b1c1d1e1f"

#define S(s)  login_str(s, sizeof(s) - 1)


static void
refused(login_str_t text, unsigned line, const char *why)
{
    login_error_t     error;
    login_keyring_t   ring, zero;

    memset(&ring, 0xff, sizeof(ring));
    memset(&zero, 0, sizeof(zero));
    memset(&error, 0, sizeof(error));

    assert_int_equal(login_keyring_parse(&ring, text, &error), LOGIN_NO);
    assert_int_equal(error.line, line);
    assert_non_null(strstr(error.text, why));

    /* no half of a ring, and nothing of a key in the message */

    assert_memory_equal(&ring, &zero, sizeof(ring));
    assert_null(strstr(error.text, "0102030405"));
    assert_int_not_equal(error.text[strlen(error.text) - 1], '.');
}


static void
test_parse(void **data)
{
    login_error_t     error;
    login_keyring_t   ring;

    (void) data;

    assert_int_equal(login_keyring_parse(&ring,
                         S("# login.key\n\n" KEY_A "\n#x\n" KEY_B "\n"),
                         &error),
                     LOGIN_OK);
    assert_int_equal(ring.n, 2);
    assert_int_equal(ring.keys[0].secret.bytes[31], 0x1f);
    assert_int_equal(ring.keys[1].secret.bytes[0], 0xff);
    assert_memory_equal(ring.keys[0].id, "\xab\xfe\xe3\x99", 4);
    assert_memory_not_equal(ring.keys[1].id, ring.keys[0].id, 4);
    assert_int_equal(error.line, 0);

    /* without the last line feed */

    assert_int_equal(login_keyring_parse(&ring, S(KEY_A), &error), LOGIN_OK);
    assert_int_equal(ring.n, 1);
}


static void
test_refused(void **data)
{
    (void) data;

    refused(S(""), 0, "no key");
    refused(login_str(NULL, 0), 0, "no key");
    refused(S("\n\n# nothing\n"), 0, "no key");
    refused(S(KEY_A "\n" KEY_B "0\n"), 2, "64 hexadecimal digits");
    refused(S("\n" KEY_A "0\n"), 2, "64 hexadecimal digits");
    refused(S(KEY_A " \n"), 1, "64 hexadecimal digits");
    refused(S(" " KEY_A "\n"), 1, "64 hexadecimal digits");
    refused(S(KEY_A "\r\n"), 1, "64 hexadecimal digits");
    refused(S(KEY_A KEY_B "\n"), 1, "64 hexadecimal digits");
    refused(S(KEY_A "\n\0\n"), 2, "64 hexadecimal digits");
    refused(S("x00102030405060708090a0b0c0d0e0f"
              "101112131415161718191a1b1c1d1e1f\n"), 1, "hexadecimal");
    refused(S(KEY_A "\n# new\n" KEY_A "\n"), 3, "twice");
}


static void
test_many(void **data)
{
    size_t            i;
    u_char            text[(LOGIN_KEYS_MAX + 1) * 65];
    login_error_t     error;
    login_keyring_t   ring;

    (void) data;

    for (i = 0; i <= LOGIN_KEYS_MAX; i++) {
        assert_int_equal(login_keyring_draw(text + i * 65), LOGIN_OK);
        assert_int_equal(text[i * 65 + 64], '\n');
    }

    assert_int_equal(login_keyring_parse(&ring,
                         login_str(text, LOGIN_KEYS_MAX * 65), &error),
                     LOGIN_OK);
    assert_int_equal(ring.n, LOGIN_KEYS_MAX);

    refused(login_str(text, sizeof(text)), LOGIN_KEYS_MAX + 1, "more than");
}


static void
test_draw(void **data)
{
    u_char            a[66], b[65];
    login_error_t     error;
    login_keyring_t   ring;

    (void) data;

    a[65] = 0xee;

    assert_int_equal(login_keyring_draw(a), LOGIN_OK);
    assert_int_equal(login_keyring_draw(b), LOGIN_OK);
    assert_memory_not_equal(a, b, 64);
    assert_int_equal(a[65], 0xee);

    assert_int_equal(login_keyring_parse(&ring, login_str(a, 65), &error),
                     LOGIN_OK);
}


/* Computed with another implementation of HKDF and HMAC. */

static void
test_mac(void **data)
{
    size_t            i, round;
    u_char            mac[LOGIN_MAC_LEN], hex[2 * LOGIN_MAC_LEN];
    login_str_t       parts[3];
    login_error_t     error;
    login_crypto_t   *crypto;
    login_keyring_t   ring;

    static const char *const  expected[LOGIN_PURPOSES] = {
        "84499dc9574bf2d1ab25a7e7a1fc769db097616922b16f3fe6113605588baf7e",
        "bc34382210a727496194ed8076fcb948d130f6617ebdeb5a74cf978b3be37e4a",
        "248b25adf4e582b87c638fef4f07361128cfbdca7be2b8503989a833109314d0",
        "e2508de415a75fa198366c71b659c7e2745542d383e29a91a8195b277d313cca",
        "8c19ebaf89e66748138407b9d9a8aca8126612993a9b98f5e13f49af50eb15f5",
        "b2b99a4571ae55059be388543668338c71bfe4838a2dd8909d229eb78b8f0af5",
        "77c902fb4fee463aba80966c8a5f3e2c8fbb1103bf0ee20002d07b72a7d0741f",
        "7ee22603affa2629e30369f204cdebb5469d683087139a1fc8c8a8cae2c3f75e"
    };

    (void) data;

    assert_int_equal(login_keyring_parse(&ring, S(KEY_B "\n" KEY_A), &error),
                     LOGIN_OK);
    crypto = login_crypto_create(&ring);
    assert_non_null(crypto);
    login_wipe(&ring, sizeof(ring));

    parts[0] = S("a");
    parts[1] = login_str(NULL, 0);
    parts[2] = S("bc");

    /* the same context over and over */

    for (round = 0; round < 3; round++) {
        for (i = 0; i < LOGIN_PURPOSES; i++) {
            assert_int_equal(login_crypto_mac(crypto, (login_purpose_e) i, 1,
                                              parts, 3, mac),
                             LOGIN_OK);
            login_hex_encode(hex, login_str(mac, LOGIN_MAC_LEN));
            assert_memory_equal(hex, expected[i], 64);

            assert_int_equal(login_crypto_mac(crypto, (login_purpose_e) i, 0,
                                              parts, 3, mac),
                             LOGIN_OK);
            login_hex_encode(hex, login_str(mac, LOGIN_MAC_LEN));
            assert_memory_not_equal(hex, expected[i], 64);
        }
    }

    /* bugs of the caller are faults */

    assert_int_equal(login_crypto_mac(crypto, LOGIN_PURPOSE_CSRF, 2, parts, 3,
                                      mac),
                     LOGIN_FAULT);
    assert_int_equal(login_crypto_mac(crypto, LOGIN_PURPOSES, 0, parts, 3,
                                      mac),
                     LOGIN_FAULT);

    login_crypto_destroy(crypto);
}


static void
test_find(void **data)
{
    size_t            key;
    login_error_t     error;
    login_crypto_t   *crypto;
    login_keyring_t   ring;

    (void) data;

    assert_int_equal(login_keyring_parse(&ring, S(KEY_B "\n" KEY_A), &error),
                     LOGIN_OK);
    crypto = login_crypto_create(&ring);
    assert_non_null(crypto);

    key = 7;
    assert_int_equal(login_crypto_find(crypto, ring.keys[1].id, &key),
                     LOGIN_OK);
    assert_int_equal(key, 1);
    assert_int_equal(login_crypto_find(crypto, ring.keys[0].id, &key),
                     LOGIN_OK);
    assert_int_equal(key, 0);
    assert_memory_equal(login_crypto_key_id(crypto, 0), ring.keys[0].id, 4);
    assert_int_equal(login_crypto_find(crypto, (const u_char *) "none", &key),
                     LOGIN_NO);

    login_crypto_destroy(crypto);
    login_crypto_destroy(NULL);

    ring.n = 0;
    assert_null(login_crypto_create(&ring));
    ring.n = LOGIN_KEYS_MAX + 1;
    assert_null(login_crypto_create(&ring));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_draw),
        cmocka_unit_test(test_mac),
        cmocka_unit_test(test_find),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
