
/*
 * Registering: account, link and session are one change set, which one of
 * many can apply.
 */

#include "store_fixture.h"
#include "one_org.h"


#define NOW       1800000000
#define PORTAL    "https://example.com/login/"
#define PASSWORD  "correct horse battery staple"


static const login_cost_t    cost = { 64, 1 };
static const login_limits_t  limits = { 1728000, 0 };
static const login_rules_t   rules = { 15, 400, 3, NULL };

static fixture_t            *f;
static login_hasher_t       *hasher;
static login_invite_t        invite;


static login_result_e
apply(login_changes_t *changes)
{
    login_result_e  rc;

    assert_non_null(changes);

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static int
setup(void **data)
{
    login_result_e    rc;
    login_changes_t  *changes;

    if (fixture_setup(data) != 0) {
        return -1;
    }

    f = *data;
    hasher = login_hasher_create(&cost);

    memset(&invite, 0, sizeof(invite));

    invite.org = login_cstr("default");
    invite.username = login_cstr("ann@example.com");
    invite.name = login_cstr("Ann");
    invite.roles = login_cstr("staff");
    invite.portal = login_cstr(PORTAL);
    invite.now = NOW;
    invite.expires = NOW + 100;

    changes = login_changes_create();

    if (hasher == NULL || login_view_begin(f->view) != LOGIN_OK) {
        return -1;
    }

    rc = login_invite_make(changes, f->view, &invite);
    login_view_end(f->view);

    return rc == LOGIN_OK && apply(changes) == LOGIN_OK ? 0 : -1;
}


static int
teardown(void **data)
{
    login_hasher_destroy(hasher);

    return fixture_teardown(data);
}


static login_register_t
form(const char *password)
{
    login_register_t  reg;

    memset(&reg, 0, sizeof(reg));

    reg.signin.orgs = one_org(&limits, &rules);
    reg.signin.portal = login_cstr(PORTAL);
    reg.signin.now = NOW + 10;
    reg.token = login_str(invite.url + invite.len - LOGIN_LINK_TOKEN_LEN,
                          LOGIN_LINK_TOKEN_LEN);
    reg.password = login_cstr(password);
    reg.host = login_cstr("example.com");

    memset(reg.signin.browser_id, 7, LOGIN_ID_LEN);

    return reg;
}


static login_result_e
run(login_register_t *reg)
{
    return login_register_run(reg, f->view, hasher);
}


static void
account(login_account_t *a)
{
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(a, f->view, invite.account), LOGIN_OK);
}


static void
test_register(void **data)
{
    int               upgrade;
    login_account_t   a;
    login_session_t   session;
    login_register_t  reg;

    (void) data;

    reg = form(PASSWORD);
    reg.name = login_cstr("Ann B");

    assert_int_equal(run(&reg), LOGIN_OK);
    assert_true(login_str_eq(reg.signin.username, invite.username));
    assert_int_equal(apply(reg.signin.changes), LOGIN_OK);

    account(&a);
    assert_int_equal(a.invited, 0);
    assert_true(login_str_eq(a.name, login_cstr("Ann B")));
    assert_true(login_str_eq(a.roles, login_cstr("staff")));
    assert_int_equal(login_password_verify(hasher, a.password,
                                           login_cstr(PASSWORD), &upgrade),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_session_check(&a, &session, f->view,
                                         &reg.signin.ticket, &limits,
                                         NOW + 20), LOGIN_OK);
    login_view_end(f->view);

    /* the door that it leaves */

    reg = form(PASSWORD);
    assert_int_equal(run(&reg), LOGIN_NO);
    assert_int_equal(reg.refusal, LOGIN_REGISTER_ENDED);
    assert_int_equal(reg.link, LOGIN_LINK_USED);
    assert_null(reg.signin.changes);
}


/* Two have read the link as open; what took long is not done again. */

static void
test_race(void **data)
{
    char              phc[LOGIN_PHC_MAX + 1];
    login_account_t   a;
    login_register_t  one, two;

    (void) data;

    one = form(PASSWORD);
    two = form("another horse, another battery");

    assert_int_equal(run(&one), LOGIN_OK);
    assert_int_equal(run(&two), LOGIN_OK);
    assert_int_equal(apply(one.signin.changes), LOGIN_OK);
    assert_int_equal(apply(two.signin.changes), LOGIN_NO);

    memcpy(phc, two.phc, sizeof(phc));
    two.signin.changes = NULL;

    assert_int_equal(run(&two), LOGIN_NO);
    assert_int_equal(two.refusal, LOGIN_REGISTER_ENDED);
    assert_int_equal(two.link, LOGIN_LINK_USED);
    assert_string_equal(two.phc, phc);

    account(&a);
    assert_true(login_str_eq(a.password, login_cstr(one.phc)));
    login_view_end(f->view);
}


/* The account is changed meanwhile: once more, with the same hash. */

static void
test_again(void **data)
{
    char              phc[LOGIN_PHC_MAX + 1];
    login_account_t   a;
    login_changes_t  *changes;
    login_register_t  reg;

    (void) data;

    reg = form(PASSWORD);
    assert_int_equal(run(&reg), LOGIN_OK);
    memcpy(phc, reg.phc, sizeof(phc));

    account(&a);
    a.roles = login_cstr("admin");
    changes = login_changes_create();
    login_account_update(changes, &a);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);

    assert_int_equal(apply(reg.signin.changes), LOGIN_NO);
    reg.signin.changes = NULL;

    assert_int_equal(run(&reg), LOGIN_OK);
    assert_string_equal(reg.phc, phc);
    assert_int_equal(apply(reg.signin.changes), LOGIN_OK);

    account(&a);
    assert_true(login_str_eq(a.roles, login_cstr("admin")));
    assert_true(login_str_eq(a.password, login_cstr(phc)));
    login_view_end(f->view);
}


static void
test_revoked(void **data)
{
    login_account_t   a;
    login_changes_t  *changes;
    login_register_t  reg;

    (void) data;

    reg = form(PASSWORD);
    assert_int_equal(run(&reg), LOGIN_OK);

    account(&a);
    changes = login_changes_create();
    assert_int_equal(login_invite_revoke(changes, f->view, &a, NOW),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);

    assert_int_equal(apply(reg.signin.changes), LOGIN_NO);
    reg.signin.changes = NULL;

    assert_int_equal(run(&reg), LOGIN_NO);
    assert_int_equal(reg.refusal, LOGIN_REGISTER_ENDED);
    assert_int_equal(reg.link, LOGIN_LINK_UNKNOWN);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(&a, f->view, invite.account),
                     LOGIN_NO);
    login_view_end(f->view);
}


static void
test_refused(void **data)
{
    size_t            i;
    login_register_t  reg;

    static const char *const  weak[] = {
        "", "short", "passwordpassword", "ann@example.com example.com"
    };

    (void) data;

    for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        reg = form(weak[i]);
        assert_int_equal(run(&reg), LOGIN_NO);
        assert_int_equal(reg.refusal, LOGIN_REGISTER_WEAK);
        assert_int_not_equal(reg.strength.weak, LOGIN_WEAK_NOT);
        assert_string_equal(reg.phc, "");
    }

    /* whose link is over hears nothing of a password (E04: no grace) */

    reg = form("short");
    reg.signin.now = NOW + 100;
    assert_int_equal(run(&reg), LOGIN_NO);
    assert_int_equal(reg.refusal, LOGIN_REGISTER_ENDED);
    assert_int_equal(reg.link, LOGIN_LINK_EXPIRED);

    reg = form(PASSWORD);
    reg.token.len--;
    assert_int_equal(run(&reg), LOGIN_NO);
    assert_int_equal(reg.link, LOGIN_LINK_UNKNOWN);
}


static void
test_name(void **data)
{
    char  name[LOGIN_FULLNAME_MAX + 1];

    (void) data;

    memset(name, 'x', sizeof(name));

    assert_int_equal(login_register_name(login_cstr("")), LOGIN_OK);
    assert_int_equal(login_register_name(login_cstr("Iv\xc3\xa1n")), LOGIN_OK);
    assert_int_equal(login_register_name(login_str(name, sizeof(name) - 1)),
                     LOGIN_OK);
    assert_int_equal(login_register_name(login_str(name, sizeof(name))),
                     LOGIN_NO);
    assert_int_equal(login_register_name(login_cstr("a\rb")), LOGIN_NO);
    assert_int_equal(login_register_name(login_cstr("a\x7f")), LOGIN_NO);
    assert_int_equal(login_register_name(login_str("a\0b", 3)), LOGIN_NO);
    assert_int_equal(login_register_name(login_cstr("\xff")), LOGIN_NO);
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, setup, teardown)

    const struct CMUnitTest  tests[] = {
        test(test_register),
        test(test_race),
        test(test_again),
        test(test_revoked),
        test(test_refused),
        cmocka_unit_test(test_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
