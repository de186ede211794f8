
#include "login.h"

#include <ctype.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define KEY_A  "000102030405060708090a0b0c0d0e0f"                             \
               "101112131415161718191a1b1c1d1e1f"
#define KEY_B  "ff0102030405060708090a0b0c0d0e0f"                             \
               "101112131415161718191a1b1c1d1e1f"
#define KEY_C  "ee0102030405060708090a0b0c0d0e0f"                             \
               "101112131415161718191a1b1c1d1e1f"

#define S(s)  login_str(s, sizeof(s) - 1)

#define ROOM  (login_token_len(LOGIN_TOKEN_MAX) + 64)
#define LEN   48


static const char  alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const login_str_t  realm = login_string("https://example.com/login/");

static u_char  payload[LOGIN_TOKEN_MAX];


static login_crypto_t *
make(login_str_t text)
{
    login_error_t     error;
    login_crypto_t   *crypto;
    login_keyring_t   ring;

    assert_int_equal(login_keyring_parse(&ring, text, &error), LOGIN_OK);
    crypto = login_crypto_create(&ring);
    assert_non_null(crypto);

    return crypto;
}


static int
setup(void **data)
{
    size_t  i;

    for (i = 0; i < sizeof(payload); i++) {
        payload[i] = (u_char) (i * 37 + 11);
    }

    *data = make(S(KEY_A));

    return 0;
}


static int
teardown(void **data)
{
    login_crypto_destroy(*data);

    return 0;
}


static size_t
sign(u_char *token, login_crypto_t *crypto, size_t len)
{
    assert_int_equal(login_token_sign(token, crypto, LOGIN_PURPOSE_SESSION,
                                      realm, login_str(payload, len)),
                     LOGIN_OK);

    return login_token_len(len);
}


/* A refusal writes nothing. */

static void
refused(login_crypto_t *crypto, login_purpose_e purpose, login_str_t where,
    const u_char *token, size_t token_len, size_t len)
{
    size_t  key;
    u_char  out[LOGIN_TOKEN_MAX], before[LOGIN_TOKEN_MAX];

    key = 77;
    memset(out, 0xee, sizeof(out));
    memset(before, 0xee, sizeof(before));

    assert_int_equal(login_token_verify(out, len, &key, crypto, purpose,
                                        where, login_str(token, token_len)),
                     LOGIN_NO);
    assert_memory_equal(out, before, sizeof(out));
    assert_int_equal(key, 77);
}


static void
verified(login_crypto_t *crypto, const u_char *token, size_t len, size_t want)
{
    size_t  key;
    u_char  out[LOGIN_TOKEN_MAX];

    key = 77;

    assert_int_equal(login_token_verify(out, len, &key, crypto,
                         LOGIN_PURPOSE_SESSION, realm,
                         login_str(token, login_token_len(len))),
                     LOGIN_OK);
    assert_memory_equal(out, payload, len);
    assert_int_equal(key, want);

    assert_int_equal(login_token_verify(out, len, NULL, crypto,
                         LOGIN_PURPOSE_SESSION, realm,
                         login_str(token, login_token_len(len))),
                     LOGIN_OK);
}


/* Computed with another implementation. */

static void
test_format(void **data)
{
    u_char       token[ROOM];
    login_str_t  text;

    text = S("AQKr_uOZcGF5bG9hZBAhW8Q6ih-e_BvjOkYWYe_swSccab2bSePeRqSgRnz9");

    assert_int_equal(login_token_sign(token, *data, LOGIN_PURPOSE_CSRF, realm,
                                      S("payload")),
                     LOGIN_OK);
    assert_int_equal(login_token_len(7), text.len);
    assert_memory_equal(token, text.data, text.len);
}


static void
test_round_trip(void **data)
{
    size_t  len, n;
    u_char  token[ROOM];

    for (len = 0; len <= LOGIN_TOKEN_MAX; len++) {
        memset(token, 0xee, sizeof(token));

        n = sign(token, *data, len);
        assert_int_equal(token[n], 0xee);

        verified(*data, token, len, 0);

        if (len > 0) {
            refused(*data, LOGIN_PURPOSE_SESSION, realm, token, n, len - 1);
        }

        if (len < LOGIN_TOKEN_MAX) {
            refused(*data, LOGIN_PURPOSE_SESSION, realm, token, n, len + 1);
        }
    }

    /* a bug of the caller is no refusal */

    assert_int_equal(login_token_sign(token, *data, LOGIN_PURPOSE_SESSION,
                         realm, login_str(token, LOGIN_TOKEN_MAX + 1)),
                     LOGIN_FAULT);
    assert_int_equal(login_token_verify(token, LOGIN_TOKEN_MAX + 1, NULL,
                         *data, LOGIN_PURPOSE_SESSION, realm,
                         login_str(token, ROOM)),
                     LOGIN_FAULT);
}


/* B03: every bit of the text, and every bit of what it stands for. */

static void
test_flipped_bits(void **data)
{
    size_t  i, len, n, raw_len;
    u_char  token[ROOM], raw[ROOM];

    for (len = LEN; len < LEN + 3; len++) {
        n = sign(token, *data, len);

        for (i = 0; i < n * 8; i++) {
            token[i / 8] ^= (u_char) (1 << i % 8);
            refused(*data, LOGIN_PURPOSE_SESSION, realm, token, n, len);
            token[i / 8] ^= (u_char) (1 << i % 8);
        }

        raw_len = sizeof(raw);
        assert_int_equal(login_base64url_decode(raw, &raw_len,
                                                login_str(token, n)),
                         LOGIN_OK);

        for (i = 0; i < raw_len * 8; i++) {
            raw[i / 8] ^= (u_char) (1 << i % 8);
            login_base64url_encode(token, login_str(raw, raw_len));
            refused(*data, LOGIN_PURPOSE_SESSION, realm, token, n, len);
            raw[i / 8] ^= (u_char) (1 << i % 8);
        }

        login_base64url_encode(token, login_str(raw, raw_len));
        verified(*data, token, len, 0);
    }
}


/* B03: every other byte in every place, so also "+", "/", "=" and case. */

static void
test_other_bytes(void **data)
{
    size_t  i, c, len, n;
    u_char  token[ROOM], was;

    for (len = LEN; len < LEN + 3; len++) {
        n = sign(token, *data, len);

        for (i = 0; i < n; i++) {
            was = token[i];

            for (c = 0; c < 256; c++) {
                if (c == was) {
                    continue;
                }

                token[i] = (u_char) c;
                refused(*data, LOGIN_PURPOSE_SESSION, realm, token, n, len);
            }

            token[i] = was;
        }
    }
}


/* B03: the whole token in the other alphabet, or in another case. */

static void
test_spellings(void **data)
{
    size_t  i, n;
    u_char  token[ROOM], other[ROOM];

    /* a payload that makes both digits of the alphabet's end */

    memset(payload, 0xff, 3);
    memcpy(payload + 3, "\xfb\xef\xbe\xfb\xef\xbe", 6);

    n = sign(token, *data, LEN);

    memcpy(other, token, n);
    for (i = 0; i < n; i++) {
        other[i] = (token[i] == '-') ? '+' : (token[i] == '_') ? '/'
                                                               : token[i];
    }

    assert_memory_not_equal(other, token, n);
    refused(*data, LOGIN_PURPOSE_SESSION, realm, other, n, LEN);

    for (i = 0; i < n; i++) {
        other[i] = (u_char) tolower(token[i]);
    }

    refused(*data, LOGIN_PURPOSE_SESSION, realm, other, n, LEN);

    for (i = 0; i < n; i++) {
        other[i] = (u_char) toupper(token[i]);
    }

    refused(*data, LOGIN_PURPOSE_SESSION, realm, other, n, LEN);
}


/* B03: from both ends, and with all kinds of bytes behind and before. */

static void
test_lengths(void **data)
{
    size_t  i, k, len, n;
    u_char  token[ROOM], longer[2 * ROOM];

    static const char  fill[] = "A=.-_ ;\"%\n";

    for (len = LEN; len < LEN + 3; len++) {
        n = sign(token, *data, len);

        for (i = 1; i <= 64; i++) {
            refused(*data, LOGIN_PURPOSE_SESSION, realm, token, n - i, len);
            refused(*data, LOGIN_PURPOSE_SESSION, realm, token + i, n - i,
                    len);

            for (k = 0; k < sizeof(fill); k++) {
                memset(longer, fill[k], sizeof(longer));
                memcpy(longer, token, n);
                refused(*data, LOGIN_PURPOSE_SESSION, realm, longer, n + i,
                        len);

                memset(longer, fill[k], sizeof(longer));
                memcpy(longer + i, token, n);
                refused(*data, LOGIN_PURPOSE_SESSION, realm, longer, n + i,
                        len);
            }
        }

        refused(*data, LOGIN_PURPOSE_SESSION, realm, NULL, 0, len);
    }
}


/* B03: set bits behind the last byte; of all digits only one is right. */

static void
test_spare_bits(void **data)
{
    size_t  i, k, len, n, accepted;
    u_char  token[ROOM], out[LOGIN_TOKEN_MAX];

    for (len = LEN; len < LEN + 3; len++) {
        n = sign(token, *data, len);
        accepted = 0;

        for (i = 0; i < 64; i++) {
            for (k = 0; k < 64; k++) {
                token[n - 2] = (u_char) alphabet[i];
                token[n - 1] = (u_char) alphabet[k];

                accepted += (login_token_verify(out, len, NULL, *data,
                                 LOGIN_PURPOSE_SESSION, realm,
                                 login_str(token, n))
                             == LOGIN_OK);
            }
        }

        assert_int_equal(accepted, 1);
    }
}


static void
test_other_place(void **data)
{
    size_t  i, n;
    u_char  token[ROOM];

    n = sign(token, *data, LEN);

    for (i = LOGIN_PURPOSE_SESSION + 1; i < LOGIN_PURPOSES; i++) {
        refused(*data, (login_purpose_e) i, realm, token, n, LEN);
    }

    refused(*data, LOGIN_PURPOSE_SESSION, S("https://example.com/login"),
            token, n, LEN);
    refused(*data, LOGIN_PURPOSE_SESSION, S("https://example.com/login/x"),
            token, n, LEN);
    refused(*data, LOGIN_PURPOSE_SESSION, S("http://example.com/login/"),
            token, n, LEN);
    refused(*data, LOGIN_PURPOSE_SESSION, S(""), token, n, LEN);
}


/* With our own MAC on it, but of another version, or purpose within. */

static void
test_head(void **data)
{
    size_t       n, i;
    u_char       token[ROOM], raw[ROOM];
    login_str_t  parts[3];

    for (i = 0; i < 4; i++) {
        n = sign(token, *data, LEN);
        assert_int_equal(n, login_token_len(LEN));

        n = sizeof(raw);
        assert_int_equal(login_base64url_decode(raw, &n, login_str(token,
                                                    login_token_len(LEN))),
                         LOGIN_OK);

        raw[0] = (u_char) (raw[0] + (i & 1));
        raw[1] = (u_char) (raw[1] + (i >> 1));

        parts[0] = realm;
        parts[1] = login_str("", 1);
        parts[2] = login_str(raw, n - LOGIN_MAC_LEN);

        assert_int_equal(login_crypto_mac(*data, LOGIN_PURPOSE_SESSION, 0,
                                          parts, 3, raw + n - LOGIN_MAC_LEN),
                         LOGIN_OK);
        login_base64url_encode(token, login_str(raw, n));

        if (i == 0) {
            verified(*data, token, LEN, 0);

        } else {
            refused(*data, LOGIN_PURPOSE_SESSION, realm, token,
                    login_token_len(LEN), LEN);
        }
    }
}


/* B13: newest first; who signed may be older; unknown keys are refused. */

static void
test_rotation(void **data)
{
    size_t           n;
    u_char           old[ROOM], new[ROOM];
    login_crypto_t  *rotated, *retired, *stranger;

    rotated = make(S(KEY_B "\n" KEY_A));
    retired = make(S(KEY_B));
    stranger = make(S(KEY_C));

    n = sign(old, *data, LEN);
    verified(rotated, old, LEN, 1);
    refused(retired, LOGIN_PURPOSE_SESSION, realm, old, n, LEN);
    refused(stranger, LOGIN_PURPOSE_SESSION, realm, old, n, LEN);

    n = sign(new, rotated, LEN);
    verified(rotated, new, LEN, 0);
    verified(retired, new, LEN, 0);
    refused(*data, LOGIN_PURPOSE_SESSION, realm, new, n, LEN);
    refused(stranger, LOGIN_PURPOSE_SESSION, realm, new, n, LEN);

    /* the name of one key on what another signed */

    memcpy(new, old, login_base64url_len(6));
    refused(rotated, LOGIN_PURPOSE_SESSION, realm, new, n, LEN);

    login_crypto_destroy(rotated);
    login_crypto_destroy(retired);
    login_crypto_destroy(stranger);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_format, setup, teardown),
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flipped_bits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_spellings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lengths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_spare_bits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_head, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rotation, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
