
/*
 * Tokens.  The first byte is the payload's length.  What is accepted must be
 * exactly what we would sign; what we sign is accepted.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const char  key[] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

static const login_str_t  realm = login_string("https://example.com/login/");

static login_crypto_t  *crypto;


static void
prepare(void)
{
    login_error_t     error;
    login_keyring_t   ring;

    if (crypto != NULL) {
        return;
    }

    check(login_keyring_parse(&ring, login_cstr(key), &error) == LOGIN_OK);
    crypto = login_crypto_create(&ring);
    check(crypto != NULL);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t       len, number;
    u_char       payload[LOGIN_TOKEN_MAX], again[LOGIN_TOKEN_MAX];
    u_char       signed_by_us[login_token_len(LOGIN_TOKEN_MAX)];
    login_str_t  token;

    prepare();

    if (size == 0) {
        return 0;
    }

    len = data[0] % (LOGIN_TOKEN_MAX + 1);
    token = login_str(data + 1, size - 1);

    if (login_token_verify(payload, len, &number, crypto, LOGIN_PURPOSE_CSRF,
                           realm, token)
        == LOGIN_OK)
    {
        check(number == 0);
        check(login_token_sign(signed_by_us, crypto, LOGIN_PURPOSE_CSRF,
                               realm, login_str(payload, len))
              == LOGIN_OK);
        check(login_str_eq(token, login_str(signed_by_us,
                                            login_token_len(len))));
    }

    if (token.len < len) {
        return 0;
    }

    check(login_token_sign(signed_by_us, crypto, LOGIN_PURPOSE_SESSION, realm,
                           login_str(token.data, len))
          == LOGIN_OK);

    token = login_str(signed_by_us, login_token_len(len));

    check(login_token_verify(again, len, &number, crypto,
                             LOGIN_PURPOSE_SESSION, realm, token)
          == LOGIN_OK);
    check(len == 0 || memcmp(again, data + 1, len) == 0);
    check(login_token_verify(again, len, &number, crypto, LOGIN_PURPOSE_CSRF,
                             realm, token)
          == LOGIN_NO);

    return 0;
}
