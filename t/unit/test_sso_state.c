
#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define S(s)   login_str(s, sizeof(s) - 1)

#define NOW    1800000000
#define REALM  "https://example.com/login/"
#define KEY    "11111111111111111111111111111111"                             \
               "11111111111111111111111111111111"


static login_crypto_t      *crypto;
static login_sso_state_t    state;
static u_char               browser[LOGIN_ID_LEN] = "a browser's id.";
static u_char               text[LOGIN_SSO_TEXT_MAX];
static size_t               len;
static u_char               plain[LOGIN_SSO_PLAIN_MAX];
static u_char               id[LOGIN_SSO_ID_TEXT];
static u_char               nonce[LOGIN_SSO_DRAWN_TEXT];
static u_char               verifier[LOGIN_SSO_DRAWN_TEXT];


static login_crypto_t *
keys(const char *lines)
{
    login_error_t     error;
    login_crypto_t   *c;
    login_keyring_t   ring;

    assert_int_equal(login_keyring_parse(&ring, login_cstr(lines), &error),
                     LOGIN_OK);
    c = login_crypto_create(&ring);
    assert_non_null(c);

    return c;
}


static int
setup(void **data)
{
    (void) data;

    crypto = keys(KEY "\n");

    assert_int_equal(login_sso_state_draw(&state), LOGIN_OK);

    state.issued = NOW;
    state.provider = S("okta");
    state.org = S("acme");
    state.return_to = S("/app?x=1");
    state.shared = 1;

    login_sso_state_text(&state, id, nonce, verifier);

    assert_int_equal(login_sso_state_seal(text, &len, crypto, S(REALM),
                                          browser, &state), LOGIN_OK);
    assert_true(len <= LOGIN_SSO_TEXT_MAX);

    return 0;
}


static int
teardown(void **data)
{
    (void) data;

    login_crypto_destroy(crypto);

    return 0;
}


static login_result_e
open_at(login_sso_state_t *back, uint64_t now)
{
    return login_sso_state_open(back, plain, crypto, S(REALM), browser,
                                login_str(id, sizeof(id)),
                                login_str(text, len), now);
}


static void
test_round(void **data)
{
    login_sso_state_t  back;

    (void) data;

    assert_int_equal(open_at(&back, NOW), LOGIN_OK);
    assert_memory_equal(back.id, state.id, LOGIN_ID_LEN);
    assert_memory_equal(&back.nonce, &state.nonce, sizeof(state.nonce));
    assert_memory_equal(&back.verifier, &state.verifier,
                        sizeof(state.verifier));
    assert_true(login_str_eq(back.provider, S("okta")));
    assert_true(login_str_eq(back.org, S("acme")));
    assert_true(login_str_eq(back.return_to, S("/app?x=1")));
    assert_true(back.max_age == LOGIN_JSON_NONE);
    assert_int_equal(back.shared, 1);
    assert_int_equal(back.silent, 0);
}


/* Nothing is drawn twice, nor is one thing what another is. */

static void
test_drawn(void **data)
{
    login_sso_state_t  other;

    (void) data;

    assert_int_equal(login_sso_state_draw(&other), LOGIN_OK);
    assert_memory_not_equal(other.id, state.id, LOGIN_ID_LEN);
    assert_memory_not_equal(&other.nonce, &state.nonce, LOGIN_SECRET_LEN);
    assert_memory_not_equal(&other.verifier, &state.verifier,
                            LOGIN_SECRET_LEN);
    assert_memory_not_equal(nonce, verifier, sizeof(nonce));
}


static void
test_time(void **data)
{
    login_sso_state_t  back;

    (void) data;

    assert_int_equal(open_at(&back, NOW + LOGIN_SSO_TIME - 1), LOGIN_OK);
    assert_int_equal(open_at(&back, NOW + LOGIN_SSO_TIME), LOGIN_NO);
    assert_int_equal(open_at(&back, NOW - 300), LOGIN_OK);
    assert_int_equal(open_at(&back, NOW - 301), LOGIN_NO);
    assert_int_equal(open_at(&back, UINT64_MAX), LOGIN_NO);
}


/* It is one browser's, one portal's, and of one name. */

static void
test_bound(void **data)
{
    u_char              other[LOGIN_ID_LEN] = "another browser";
    u_char              id2[LOGIN_SSO_ID_TEXT];
    login_crypto_t     *keys2;
    login_sso_state_t   back;

    (void) data;

    assert_int_equal(login_sso_state_open(&back, plain, crypto, S(REALM),
                                          other, login_str(id, sizeof(id)),
                                          login_str(text, len), NOW),
                     LOGIN_NO);
    assert_int_equal(login_sso_state_open(&back, plain, crypto,
                                          S("https://example.com/other/"),
                                          browser, login_str(id, sizeof(id)),
                                          login_str(text, len), NOW),
                     LOGIN_NO);

    memcpy(id2, id, sizeof(id2));
    id2[0] = id2[0] == 'A' ? 'B' : 'A';
    assert_int_equal(login_sso_state_open(&back, plain, crypto, S(REALM),
                                          browser, login_str(id2, sizeof(id2)),
                                          login_str(text, len), NOW),
                     LOGIN_NO);

    keys2 = keys("2222222222222222222222222222222222222222222222222222222222"
                 "222222\n");
    assert_int_equal(login_sso_state_open(&back, plain, keys2, S(REALM),
                                          browser, login_str(id, sizeof(id)),
                                          login_str(text, len), NOW),
                     LOGIN_NO);
    login_crypto_destroy(keys2);

    /* which another key does not stop once it is behind the new one */

    keys2 = keys("2222222222222222222222222222222222222222222222222222222222"
                 "222222\n" KEY "\n");
    assert_int_equal(login_sso_state_open(&back, plain, keys2, S(REALM),
                                          browser, login_str(id, sizeof(id)),
                                          login_str(text, len), NOW),
                     LOGIN_OK);
    login_crypto_destroy(keys2);
}


/* The one that is the oldest makes room, whatever its id. */

static void
test_issued(void **data)
{
    u_char    other[LOGIN_ID_LEN] = "another browser";
    uint64_t  issued;

    (void) data;

    assert_int_equal(login_sso_state_issued(&issued, crypto, S(REALM),
                                            browser, login_str(text, len),
                                            NOW), LOGIN_OK);
    assert_int_equal(issued, state.issued);

    assert_int_equal(login_sso_state_issued(&issued, crypto, S(REALM), other,
                                            login_str(text, len), NOW),
                     LOGIN_NO);
    assert_int_equal(login_sso_state_issued(&issued, crypto, S(REALM),
                                            browser, login_str(text, len),
                                            NOW + LOGIN_SSO_TIME), LOGIN_NO);
    assert_int_equal(login_sso_state_issued(&issued, crypto, S(REALM),
                                            browser, S(""), NOW), LOGIN_NO);
}


static void
test_altered(void **data)
{
    size_t              i, n;
    unsigned            bit;
    login_sso_state_t   back;

    (void) data;

    for (i = 0; i < len; i++) {
        for (bit = 0; bit < 8; bit++) {
            text[i] ^= (u_char) (1 << bit);
            assert_int_equal(open_at(&back, NOW), LOGIN_NO);
            assert_int_equal(back.provider.len, 0);
            text[i] ^= (u_char) (1 << bit);
        }
    }

    n = len;

    for (len = 0; len < n; len++) {
        assert_int_equal(open_at(&back, NOW), LOGIN_NO);
    }

    text[n] = '=';
    len = n + 1;
    assert_int_equal(open_at(&back, NOW), LOGIN_NO);

    len = n;

    for (n = 0; n < sizeof(id); n++) {
        assert_int_equal(login_sso_state_open(&back, plain, crypto, S(REALM),
                                              browser, login_str(id, n),
                                              login_str(text, len), NOW),
                         LOGIN_NO);
    }
}


/* The longest of all fits in a cookie; what is longer is refused. */

static void
test_limits(void **data)
{
    size_t              i;
    static u_char       x[LOGIN_RETURN_MAX + 1];
    login_sso_state_t   back;

    static const struct {
        size_t           provider;
        size_t           org;
        size_t           return_to;
        login_result_e   rc;
    } sizes[] = {
        { LOGIN_PROVIDER_MAX, LOGIN_ORG_MAX, LOGIN_RETURN_MAX, LOGIN_OK },
        { 1, 1, 0, LOGIN_OK },
        { 0, 1, 0, LOGIN_FAULT },
        { 1, 0, 0, LOGIN_FAULT },
        { LOGIN_PROVIDER_MAX + 1, 1, 0, LOGIN_FAULT },
        { 1, LOGIN_ORG_MAX + 1, 0, LOGIN_FAULT },
        { 1, 1, LOGIN_RETURN_MAX + 1, LOGIN_FAULT },
    };

    (void) data;

    memset(x, 'x', sizeof(x));

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        state.provider = login_str(x, sizes[i].provider);
        state.org = login_str(x, sizes[i].org);
        state.return_to = login_str(x, sizes[i].return_to);
        state.silent = 1;
        state.shared = 0;
        state.max_age = 0;

        assert_int_equal(login_sso_state_seal(text, &len, crypto, S(REALM),
                                              browser, &state), sizes[i].rc);

        if (sizes[i].rc == LOGIN_OK) {
            assert_true(len < 3900);
            assert_int_equal(open_at(&back, NOW), LOGIN_OK);
            assert_int_equal(back.return_to.len, sizes[i].return_to);
            assert_int_equal(back.silent, 1);
            assert_int_equal(back.max_age, 0);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drawn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(test_issued, setup, teardown),
        cmocka_unit_test_setup_teardown(test_altered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
