
/* The ID token that a provider gets back when somebody signs out. */

#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define REALM  "https://example.com/login/"
#define KEY    "11111111111111111111111111111111"                             \
               "11111111111111111111111111111111"


static const u_char  session[LOGIN_ID_LEN] = "0123456789abcdef";


static login_crypto_t *
crypto_create(void)
{
    login_error_t     error;
    login_keyring_t   ring;
    login_crypto_t   *crypto;

    assert_int_equal(login_keyring_parse(&ring, login_cstr(KEY), &error),
                     LOGIN_OK);

    crypto = login_crypto_create(&ring);
    assert_non_null(crypto);

    return crypto;
}


static void
test_hint(void **state)
{
    size_t           i, len, n;
    u_char           text[LOGIN_HINT_TEXT], token[LOGIN_HINT_MAX];
    u_char           other[LOGIN_ID_LEN], long_one[LOGIN_HINT_MAX + 1];
    login_str_t      realm, in;
    login_crypto_t  *crypto;

    (void) state;

    crypto = crypto_create();
    realm = login_cstr(REALM);

    memset(long_one, 'a', sizeof(long_one));

    for (n = 1; n <= LOGIN_HINT_MAX; n += 307) {
        in = login_str(long_one, n);

        assert_int_equal(login_hint_seal(text, &len, crypto, realm, session,
                                         in), LOGIN_OK);
        assert_true(len <= LOGIN_HINT_TEXT);

        assert_int_equal(login_hint_open(token, &i, crypto, realm, session,
                                         login_str(text, len)), LOGIN_OK);
        assert_int_equal(i, n);
        assert_memory_equal(token, long_one, n);
    }

    in = login_str(long_one, LOGIN_HINT_MAX + 1);
    assert_int_equal(login_hint_seal(text, &i, crypto, realm, session, in),
                     LOGIN_NO);
    assert_int_equal(login_hint_seal(text, &i, crypto, realm, session,
                                     login_str("", 0)), LOGIN_NO);

    /* of another session, of another portal */

    memcpy(other, session, sizeof(other));
    other[3] ^= 1;

    in = login_cstr("an.id.token");
    assert_int_equal(login_hint_seal(text, &len, crypto, realm, session, in),
                     LOGIN_OK);

    assert_int_equal(login_hint_open(token, &i, crypto, realm, other,
                                     login_str(text, len)), LOGIN_NO);
    assert_int_equal(login_hint_open(token, &i, crypto,
                                     login_cstr("https://example.com/"),
                                     session, login_str(text, len)),
                     LOGIN_NO);

    /* each bit of it counts */

    for (i = 0; i < len; i++) {
        text[i] ^= 1;
        assert_int_equal(login_hint_open(token, &n, crypto, realm, session,
                                         login_str(text, len)), LOGIN_NO);
        text[i] ^= 1;
    }

    for (i = 0; i < len; i++) {
        assert_int_equal(login_hint_open(token, &n, crypto, realm, session,
                                         login_str(text, i)), LOGIN_NO);
    }

    login_crypto_destroy(crypto);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_hint)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
