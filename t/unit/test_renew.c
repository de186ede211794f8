
/*
 * A new password, and what others do while it is on its way: to the store it
 * is one change set, which holds only for what was read.
 */

#include "store_fixture.h"
#include "one_org.h"


#define NOW  1800000000


static const login_cost_t     cost = { 64, 1 };
static const login_cost_t     dearer = { 128, 1 };
static const login_limits_t   limits = { 1728000, 0 };
static const login_rules_t    rules = { 5, 400, 0, NULL };

static fixture_t             *f;
static login_hasher_t        *hasher;
static u_char                 id[LOGIN_ID_LEN];


static login_result_e
apply(login_changes_t *changes)
{
    login_result_e  rc;

    assert_non_null(changes);

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static void
account(login_account_t *a)
{
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(a, f->view, id), LOGIN_OK);
}


static int
setup(void **data)
{
    char              phc[LOGIN_PHC_MAX + 1];
    login_account_t   ann;
    login_changes_t  *changes;

    if (fixture_setup(data) != 0) {
        return -1;
    }

    f = *data;
    hasher = login_hasher_create(&cost);

    if (hasher == NULL
        || login_password_hash(phc, hasher, login_cstr("first")) != LOGIN_OK
        || login_account_new(&ann, NOW) != LOGIN_OK)
    {
        return -1;
    }

    memcpy(id, ann.id, LOGIN_ID_LEN);

    ann.org = login_cstr("default");
    ann.username = login_cstr("ann");
    ann.email = login_cstr("ann@example.com");
    ann.password = login_cstr(phc);

    changes = login_changes_create();
    login_account_add(changes, &ann);

    return apply(changes) == LOGIN_OK ? 0 : -1;
}


static int
teardown(void **data)
{
    login_hasher_destroy(hasher);

    return fixture_teardown(data);
}


static login_result_e
sign_in(login_ticket_t *ticket, const char *password)
{
    login_result_e  rc;
    login_signin_t  s;

    memset(&s, 0, sizeof(s));

    s.org = login_cstr("default");
    s.username = login_cstr("ann");
    s.password = login_cstr(password);
    s.orgs = one_org(&limits, &rules);
    s.now = NOW;

    rc = login_signin_run(&s, f->view, hasher);

    if (rc == LOGIN_OK) {
        *ticket = s.ticket;
        assert_int_equal(apply(s.changes), LOGIN_OK);
        login_changes_destroy(s.upgrade);
    }

    return rc;
}


static login_result_e
alive(const login_ticket_t *ticket)
{
    login_result_e   rc;
    login_account_t  a;
    login_session_t  session;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_session_check(&a, &session, f->view, ticket, &limits,
                             NOW + 10);
    login_view_end(f->view);

    return rc;
}


static login_renew_t
form(const login_ticket_t *ticket)
{
    login_renew_t  r;

    memset(&r, 0, sizeof(r));

    r.old = *ticket;
    r.current = login_cstr("first");
    r.password = login_cstr("second");
    r.portal = login_cstr("https://example.com/login/");
    r.address = login_cstr("192.0.2.1");
    r.mails = 1;
    r.others = 1;
    r.orgs = one_org(&limits, &rules);
    r.now = NOW + 5;

    return r;
}


static login_result_e
run(login_renew_t *r)
{
    return login_renew_run(r, f->view, hasher);
}


#define assert_refused(r, why)                                                \
    do {                                                                      \
        assert_int_equal(run(r), LOGIN_NO);                                   \
        assert_int_equal((r)->refusal, why);                                  \
        assert_null((r)->changes);                                            \
    } while (0)


static login_result_e
visit_mail(void *data, const login_mail_state_t *state)
{
    assert_int_equal(state->kind, LOGIN_MAIL_PASSWORD_CHANGED);
    assert_true(login_str_eq(state->to, login_cstr("ann@example.com")));

    ++*(unsigned *) data;

    return LOGIN_OK;
}


static unsigned
mails(void)
{
    unsigned  n = 0;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_walk(f->view, visit_mail, &n), LOGIN_OK);
    login_view_end(f->view);

    return n;
}


static void
test_session(void **data)
{
    login_renew_t   r;
    login_ticket_t  own, other;

    (void) data;

    assert_int_equal(sign_in(&own, "first"), LOGIN_OK);
    assert_int_equal(sign_in(&other, "first"), LOGIN_OK);

    r = form(&own);
    r.current = login_cstr("fisrt");
    assert_refused(&r, LOGIN_RENEW_WRONG);

    /* a weak one is refused before the current one is looked at */

    r = form(&own);
    r.current = login_cstr("fisrt");
    r.password = login_cstr("four");
    assert_refused(&r, LOGIN_RENEW_WEAK);
    assert_int_equal(r.strength.weak, LOGIN_WEAK_SHORT);

    r = form(&own);
    assert_int_equal(run(&r), LOGIN_OK);
    assert_int_equal(mails(), 0);
    assert_int_equal(apply(r.changes), LOGIN_OK);

    assert_int_equal(alive(&own), LOGIN_NO);
    assert_int_equal(alive(&other), LOGIN_NO);
    assert_int_equal(alive(&r.ticket), LOGIN_OK);
    assert_int_equal(r.ticket.auth_time, NOW);
    assert_int_equal(r.ticket.issued, NOW + 5);
    assert_int_equal(mails(), 1);

    assert_int_equal(sign_in(&own, "first"), LOGIN_NO);
    assert_int_equal(sign_in(&own, "second"), LOGIN_OK);
}


static void
test_keep_others(void **data)
{
    login_renew_t     r;
    login_ticket_t    own, kept, over;
    login_account_t   a;
    login_changes_t  *changes;

    (void) data;

    /* one that was signed out everywhere is not brought back */

    assert_int_equal(sign_in(&over, "first"), LOGIN_OK);
    account(&a);
    a.generation++;
    changes = login_changes_create();
    login_account_update(changes, &a);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);

    assert_int_equal(sign_in(&own, "first"), LOGIN_OK);
    assert_int_equal(sign_in(&kept, "first"), LOGIN_OK);

    r = form(&own);
    r.others = 0;
    r.mails = 0;
    assert_int_equal(run(&r), LOGIN_OK);
    assert_int_equal(apply(r.changes), LOGIN_OK);

    assert_int_equal(alive(&own), LOGIN_NO);
    assert_int_equal(alive(&over), LOGIN_NO);
    assert_int_equal(alive(&kept), LOGIN_OK);
    assert_int_equal(alive(&r.ticket), LOGIN_OK);
    assert_int_equal(mails(), 0);
}


static void
end(const login_ticket_t *ticket)
{
    u_char            session[LOGIN_ID_LEN];
    login_changes_t  *changes;

    assert_int_equal(login_ticket_session(session, ticket), LOGIN_OK);

    changes = login_changes_create();
    login_session_end(changes, id, session);
    assert_int_equal(apply(changes), LOGIN_OK);
}


/* Sessions that somebody ends before the commit stay ended. */

static void
test_ended_meanwhile(void **data)
{
    login_renew_t   r;
    login_ticket_t  own, other;

    (void) data;

    assert_int_equal(sign_in(&own, "first"), LOGIN_OK);
    assert_int_equal(sign_in(&other, "first"), LOGIN_OK);

    r = form(&own);
    r.others = 0;
    assert_int_equal(run(&r), LOGIN_OK);
    end(&other);
    assert_int_equal(apply(r.changes), LOGIN_NO);
    assert_int_equal(alive(&own), LOGIN_OK);

    /* once more, without the passwords: they are wiped by then */

    r.current = login_str("", 0);
    r.password = login_str("", 0);
    assert_int_equal(run(&r), LOGIN_OK);
    assert_int_equal(apply(r.changes), LOGIN_OK);
    assert_int_equal(alive(&other), LOGIN_NO);
    assert_int_equal(alive(&r.ticket), LOGIN_OK);

    own = r.ticket;
    r = form(&own);
    r.current = login_cstr("second");
    assert_int_equal(run(&r), LOGIN_OK);
    end(&own);
    assert_int_equal(apply(r.changes), LOGIN_NO);
    assert_refused(&r, LOGIN_RENEW_ENDED);
}


static void
set_password(const char *password, const login_cost_t *c, unsigned raise)
{
    char              phc[LOGIN_PHC_MAX + 1];
    login_hasher_t   *h;
    login_account_t   a;
    login_changes_t  *changes;

    h = login_hasher_create(c);
    assert_int_equal(login_password_hash(phc, h, login_cstr(password)),
                     LOGIN_OK);
    login_hasher_destroy(h);

    account(&a);
    a.password = login_cstr(phc);
    a.generation += raise;
    changes = login_changes_create();
    login_account_update(changes, &a);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
test_account_meanwhile(void **data)
{
    login_renew_t   r;
    login_ticket_t  own;

    (void) data;

    /* a better hash of the same password is nothing to stop for */

    assert_int_equal(sign_in(&own, "first"), LOGIN_OK);
    r = form(&own);
    assert_int_equal(run(&r), LOGIN_OK);
    set_password("first", &dearer, 0);
    assert_int_equal(apply(r.changes), LOGIN_NO);
    assert_int_equal(run(&r), LOGIN_OK);
    assert_int_equal(apply(r.changes), LOGIN_OK);
    assert_int_equal(alive(&r.ticket), LOGIN_OK);

    /* another password ends the session */

    own = r.ticket;
    r = form(&own);
    r.current = login_cstr("second");
    assert_int_equal(run(&r), LOGIN_OK);
    set_password("third", &cost, 1);
    assert_int_equal(apply(r.changes), LOGIN_NO);
    assert_refused(&r, LOGIN_RENEW_ENDED);
    assert_int_equal(sign_in(&own, "third"), LOGIN_OK);
}


static void
issue(u_char token[LOGIN_LINK_TOKEN_LEN])
{
    login_link_t      link;
    login_account_t   a;
    login_changes_t  *changes;

    account(&a);

    memset(&link, 0, sizeof(link));
    link.purpose = LOGIN_LINK_RESET;
    link.created = NOW;
    link.expires = NOW + 1800;
    link.generation = a.generation;
    memcpy(link.account, id, LOGIN_ID_LEN);

    changes = login_changes_create();
    assert_int_equal(login_link_issue(changes, f->view, &link, token),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static login_renew_t
linked(const u_char token[LOGIN_LINK_TOKEN_LEN])
{
    login_renew_t   r;
    login_ticket_t  none;

    memset(&none, 0, sizeof(none));

    r = form(&none);
    r.current = login_str("", 0);
    r.token = login_str(token, LOGIN_LINK_TOKEN_LEN);

    return r;
}


static void
test_link(void **data)
{
    u_char            token[2][LOGIN_LINK_TOKEN_LEN], name[LOGIN_ID_LEN];
    uint64_t          until;
    login_renew_t     r;
    login_ticket_t    ticket;
    login_account_t   a;
    login_changes_t  *changes;

    (void) data;

    assert_int_equal(sign_in(&ticket, "first"), LOGIN_OK);

    account(&a);
    assert_int_equal(login_limit_name(name, a.org, a.username), LOGIN_OK);
    changes = login_changes_create();
    assert_int_equal(login_lock_keep(changes, f->view, name, NULL, 1,
                                     NOW + 300, NOW), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);

    issue(token[0]);
    issue(token[1]);

    r = linked(token[0]);
    assert_refused(&r, LOGIN_RENEW_ENDED);

    r = linked(token[1]);
    r.now = NOW + 1800;
    assert_refused(&r, LOGIN_RENEW_ENDED);

    r = linked(token[1]);
    assert_int_equal(run(&r), LOGIN_OK);
    assert_memory_equal(r.account, id, LOGIN_ID_LEN);
    assert_int_equal(apply(r.changes), LOGIN_OK);

    assert_int_equal(alive(&ticket), LOGIN_NO);
    assert_int_equal(mails(), 1);
    assert_int_equal(sign_in(&ticket, "first"), LOGIN_NO);
    assert_int_equal(sign_in(&ticket, "second"), LOGIN_OK);

    account(&a);
    assert_int_equal(login_lock_until(&until, f->view, &a, NOW), LOGIN_OK);
    assert_int_equal(until, 0);
    login_view_end(f->view);

    r = linked(token[1]);
    assert_refused(&r, LOGIN_RENEW_ENDED);
}


/* One of two forms, filled in at once, changes something. */

static void
test_link_race(void **data)
{
    u_char          token[LOGIN_LINK_TOKEN_LEN];
    login_renew_t   r[2];
    login_ticket_t  ticket;

    (void) data;

    issue(token);

    r[0] = linked(token);
    r[1] = linked(token);
    r[1].password = login_cstr("third");

    assert_int_equal(run(&r[0]), LOGIN_OK);
    assert_int_equal(run(&r[1]), LOGIN_OK);
    assert_int_equal(apply(r[1].changes), LOGIN_OK);
    assert_int_equal(apply(r[0].changes), LOGIN_NO);
    assert_refused(&r[0], LOGIN_RENEW_ENDED);

    assert_int_equal(sign_in(&ticket, "third"), LOGIN_OK);
}


/* A sign-in that had verified the old password when it changed. */

static void
test_signin_meanwhile(void **data)
{
    login_renew_t   r;
    login_signin_t  s;
    login_ticket_t  own;

    (void) data;

    assert_int_equal(sign_in(&own, "first"), LOGIN_OK);

    memset(&s, 0, sizeof(s));
    s.org = login_cstr("default");
    s.username = login_cstr("ann");
    s.password = login_cstr("first");
    s.orgs = one_org(&limits, &rules);
    s.now = NOW;
    assert_int_equal(login_signin_run(&s, f->view, hasher), LOGIN_OK);

    r = form(&own);
    r.others = 0;
    assert_int_equal(run(&r), LOGIN_OK);
    assert_int_equal(apply(r.changes), LOGIN_OK);

    (void) apply(s.changes);
    assert_int_equal(alive(&s.ticket), LOGIN_NO);
    login_changes_destroy(s.upgrade);
}


/* A device, with a secret that nobody asks for here. */

static void
device(u_char device_id[LOGIN_ID_LEN])
{
    login_totp_t      totp;
    login_device_t    d;
    login_account_t   a;
    login_changes_t  *changes;

    assert_int_equal(login_totp_draw(&totp), LOGIN_OK);

    changes = login_changes_create();

    account(&a);
    assert_int_equal(login_device_import(&d, changes, f->view, &a, &totp,
                                         login_cstr("Phone"), NOW),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);

    memcpy(device_id, d.id, LOGIN_ID_LEN);
}


static size_t
devices(void)
{
    size_t  n;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_device_count(&n, f->view, id), LOGIN_OK);
    login_view_end(f->view);

    return n;
}


/* The same way for a device: with the password, and all others end. */

static void
test_remove(void **data)
{
    u_char           one[LOGIN_ID_LEN], two[LOGIN_ID_LEN];
    login_renew_t    r, s;
    login_ticket_t   own, other;
    login_account_t  a;

    (void) data;

    assert_int_equal(sign_in(&own, "first"), LOGIN_OK);
    assert_int_equal(sign_in(&other, "first"), LOGIN_OK);
    device(one);
    device(two);

    r = form(&own);
    r.remove = 1;
    r.mails = 0;
    r.required = 1;
    r.password = login_cstr("");
    memcpy(r.device, one, LOGIN_ID_LEN);

    s = r;
    s.current = login_cstr("wrong");
    assert_refused(&s, LOGIN_RENEW_WRONG);

    s = r;
    memset(s.device, 0, LOGIN_ID_LEN);
    assert_refused(&s, LOGIN_RENEW_ENDED);

    /* two at once: the second one is told that it would be the last */

    s = r;
    s.old = other;
    memcpy(s.device, two, LOGIN_ID_LEN);

    assert_int_equal(run(&r), LOGIN_OK);
    assert_int_equal(run(&s), LOGIN_OK);
    assert_int_equal(apply(r.changes), LOGIN_OK);
    assert_int_equal(apply(s.changes), LOGIN_NO);
    s.changes = NULL;
    assert_int_equal(devices(), 1);

    assert_int_equal(alive(&own), LOGIN_NO);
    assert_int_equal(alive(&r.ticket), LOGIN_OK);
    assert_int_equal(alive(&other), LOGIN_NO);
    assert_refused(&s, LOGIN_RENEW_ENDED);

    s = form(&r.ticket);
    s.remove = 1;
    s.mails = 0;
    s.required = 1;
    memcpy(s.device, two, LOGIN_ID_LEN);
    assert_refused(&s, LOGIN_RENEW_LAST);
    assert_int_equal(alive(&r.ticket), LOGIN_OK);

    s.shown = 0;
    s.required = 0;
    assert_int_equal(run(&s), LOGIN_OK);
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(devices(), 0);

    /* the password is the same */

    account(&a);
    assert_int_equal(a.generation, 2);
    login_view_end(f->view);
    assert_int_equal(sign_in(&own, "first"), LOGIN_OK);
}


int
main(void)
{
#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

    const struct CMUnitTest  tests[] = {
        test(test_session),
        test(test_keep_others),
        test(test_ended_meanwhile),
        test(test_account_meanwhile),
        test(test_link),
        test(test_link_race),
        test(test_signin_meanwhile),
        test(test_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
