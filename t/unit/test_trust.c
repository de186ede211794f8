
/* Trusted browsers. */

#include "factor_fixture.h"


#define LIFETIME  LOGIN_TRUST_LIFETIME


typedef u_char  token_t[LOGIN_TRUST_TOKEN_LEN];


static void
add(fixture_t *f, const login_account_t *account, token_t token,
    login_trust_t *trust, uint64_t now)
{
    login_changes_t  *changes;

    memset(trust, 0, sizeof(login_trust_t));

    trust->browser = login_cstr("Firefox");
    trust->address = login_cstr("192.0.2.1");

    changes = login_changes_create();

    begin(f);
    assert_int_equal(login_trust_add(token, trust, changes, f->view, REALM,
                                     account, LIFETIME, now), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);
}


static login_result_e
check(fixture_t *f, const login_account_t *account, const u_char *token,
    uint64_t lifetime, uint64_t now)
{
    login_trust_t   trust;
    login_result_e  rc;

    begin(f);
    rc = login_trust_check(&trust, f->view, REALM, account,
                           login_str(token, LOGIN_TRUST_TOKEN_LEN), lifetime,
                           now);
    login_view_end(f->view);

    return rc;
}


static void
test_trusted(void **data)
{
    token_t           token;
    fixture_t        *f = *data;
    login_trust_t     trust, read;
    login_account_t   ann, bob, other;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    person(f, &bob, "bob");
    add(f, &ann, token, &trust, NOW);

    assert_int_equal(check(f, &ann, token, LIFETIME, NOW), LOGIN_OK);
    assert_int_equal(check(f, &ann, token, LIFETIME, NOW + LIFETIME - 1),
                     LOGIN_OK);
    assert_int_equal(check(f, &ann, token, LIFETIME, NOW + LIFETIME),
                     LOGIN_NO);
    assert_int_equal(check(f, &ann, token, 60, NOW + 60), LOGIN_NO);
    assert_int_equal(check(f, &ann, token, 0, NOW), LOGIN_NO);
    assert_int_equal(check(f, &ann, token, 0, NOW - 1), LOGIN_NO);

    /* of a moment later, and of too far in the future */

    assert_int_equal(check(f, &ann, token, LIFETIME, NOW - 1), LOGIN_OK);
    assert_int_equal(check(f, &ann, token, LIFETIME,
                           NOW - LOGIN_CLOCK_SKEW - 1), LOGIN_NO);

    assert_int_equal(check(f, &bob, token, LIFETIME, NOW), LOGIN_NO);

    /* bound to the password: a new one raises the generation */

    other = ann;
    other.generation++;
    assert_int_equal(check(f, &other, token, LIFETIME, NOW), LOGIN_NO);

    /* use */

    changes = login_changes_create();
    begin(f);
    assert_int_equal(login_trust_check(&read, f->view, REALM, &ann,
                                       login_str(token, sizeof(token_t)),
                                       LIFETIME, NOW + 5), LOGIN_OK);
    assert_true(login_str_eq(read.browser, login_cstr("Firefox")));
    assert_true(login_str_eq(read.address, login_cstr("192.0.2.1")));
    assert_int_equal(read.made, NOW);
    assert_int_equal(read.used, NOW);
    login_trust_use(changes, &read, NOW + 5);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    begin(f);
    assert_int_equal(login_trust_check(&read, f->view, REALM, &ann,
                                       login_str(token, sizeof(token_t)),
                                       LIFETIME, NOW + 5), LOGIN_OK);
    assert_int_equal(read.made, NOW);
    assert_int_equal(read.used, NOW + 5);
    login_view_end(f->view);

    /* revoked */

    changes = login_changes_create();
    login_trust_end(changes, ann.id, trust.id);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(check(f, &ann, token, LIFETIME, NOW), LOGIN_NO);
}


/* No token of another purpose, portal or making. */

static void
test_token(void **data)
{
    size_t            i;
    token_t           token, bad;
    u_char            payload[2 * LOGIN_ID_LEN];
    fixture_t        *f = *data;
    login_trust_t     trust;
    login_account_t   ann;

    person(f, &ann, "ann");
    add(f, &ann, token, &trust, NOW);

    for (i = 0; i < sizeof(token); i++) {
        memcpy(bad, token, sizeof(token));
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        assert_int_equal(check(f, &ann, bad, LIFETIME, NOW), LOGIN_NO);
    }

    begin(f);

    assert_int_equal(login_trust_check(&trust, f->view,
                                       login_cstr("https://example.org/"),
                                       &ann, login_str(token, sizeof(token)),
                                       LIFETIME, NOW), LOGIN_NO);
    assert_int_equal(login_trust_check(&trust, f->view, REALM, &ann,
                                       login_str(token, sizeof(token) - 1),
                                       LIFETIME, NOW), LOGIN_NO);
    assert_int_equal(login_trust_check(&trust, f->view, REALM, &ann,
                                       login_cstr(""), LIFETIME, NOW),
                     LOGIN_NO);

    assert_int_equal(login_token_verify(payload, sizeof(payload), NULL,
                                        f->view->crypto,
                                        LOGIN_PURPOSE_BROWSER, REALM,
                                        login_str(token, sizeof(token))),
                     LOGIN_NO);

    /* signed by us, but never given out */

    memcpy(payload, ann.id, LOGIN_ID_LEN);
    memset(payload + LOGIN_ID_LEN, 0, LOGIN_ID_LEN);
    assert_int_equal(login_token_sign(bad, f->view->crypto,
                                      LOGIN_PURPOSE_TRUST, REALM,
                                      login_str(payload, sizeof(payload))),
                     LOGIN_OK);
    assert_int_equal(login_trust_check(&trust, f->view, REALM, &ann,
                                       login_str(bad, sizeof(bad)), LIFETIME,
                                       NOW), LOGIN_NO);
    login_view_end(f->view);
}


/* "restore" raises the epoch: what was revoked since does not come back. */

static void
test_epoch(void **data)
{
    token_t        token;
    fixture_t     *f = *data;
    login_trust_t  trust;
    login_account_t  ann;

    person(f, &ann, "ann");
    add(f, &ann, token, &trust, NOW);

    assert_int_equal(fixture_put(f, "Mepoch", "1234567",
                                 LOGIN_EXPECT_ABSENT), LOGIN_OK);
    assert_int_equal(check(f, &ann, token, LIFETIME, NOW), LOGIN_FAULT);

    assert_int_equal(fixture_put(f, "Mepoch", "12345678", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
    assert_int_equal(check(f, &ann, token, LIFETIME, NOW), LOGIN_NO);
}


static login_result_e
count(void *data, const login_trust_t *trust)
{
    (void) trust;

    ++*(size_t *) data;

    return LOGIN_OK;
}


static size_t
trusted(fixture_t *f, const u_char *account)
{
    size_t  n = 0;

    begin(f);
    assert_int_equal(login_trust_walk(f->view, account, count, &n), LOGIN_OK);
    login_view_end(f->view);

    return n;
}


static void
test_sweep(void **data)
{
    size_t            i;
    token_t           first, second, last, bob_s;
    fixture_t        *f = *data;
    login_trust_t     trust;
    login_account_t   ann, bob;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    person(f, &bob, "bob");
    add(f, &bob, bob_s, &trust, NOW);

    add(f, &ann, first, &trust, NOW);
    add(f, &ann, second, &trust, NOW + 1);

    for (i = 2; i <= LOGIN_TRUSTED_MAX; i++) {
        add(f, &ann, last, &trust, NOW + i);
    }

    /* the oldest has gone */

    assert_int_equal(trusted(f, ann.id), LOGIN_TRUSTED_MAX);
    assert_int_equal(check(f, &ann, first, LIFETIME, NOW + i), LOGIN_NO);
    assert_int_equal(check(f, &ann, second, LIFETIME, NOW + i), LOGIN_OK);
    assert_int_equal(check(f, &ann, last, LIFETIME, NOW + i), LOGIN_OK);

    /* and all that are over */

    add(f, &ann, first, &trust, NOW + LIFETIME + 3);
    assert_int_equal(trusted(f, ann.id), LOGIN_TRUSTED_MAX - 3 + 1);

    ann.generation++;
    add(f, &ann, first, &trust, NOW + LIFETIME + 3);
    assert_int_equal(trusted(f, ann.id), 1);

    changes = login_changes_create();
    begin(f);
    assert_int_equal(login_trust_forget(changes, f->view, ann.id), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(trusted(f, ann.id), 0);
    assert_int_equal(trusted(f, NULL), 1);
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_trusted),
        test(test_token),
        test(test_epoch),
        test(test_sweep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
