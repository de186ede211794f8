
#include "store_fixture.h"


#define NOW    1800000000
#define IDLE   (20 * 86400)
#define REALM  "https://example.com/login/"


static const login_limits_t  forever = { IDLE, 0 };


typedef struct {
    login_account_t  account;
    login_session_t  session;
    login_ticket_t   ticket;
} person_t;


static login_result_e
apply(fixture_t *f, login_changes_t *changes)
{
    login_result_e  rc;

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static void
sign_in(fixture_t *f, person_t *p, const char *username, uint64_t now)
{
    login_changes_t  *changes;

    if (p->account.username.len == 0) {
        assert_int_equal(login_account_new(&p->account, now), LOGIN_OK);
        p->account.org = login_cstr(LOGIN_ORG_DEFAULT);
        p->account.username = login_cstr(username);

        changes = login_changes_create();
        login_account_add(changes, &p->account);
        assert_int_equal(apply(f, changes), LOGIN_OK);
    }

    memset(&p->session, 0, sizeof(p->session));

    assert_int_equal(login_ticket_draw(&p->ticket, p->session.id,
                                       p->account.id, now), LOGIN_OK);

    memcpy(p->session.account, p->account.id, LOGIN_ID_LEN);
    p->session.auth_time = now;
    p->session.seen = now;
    p->session.generation = p->account.generation;
    p->session.methods = LOGIN_METHOD_PASSWORD;
    p->session.browser = login_cstr("Mozilla/5.0");
    p->session.address = login_cstr("2001:db8::1");

    changes = login_changes_create();
    login_session_add(changes, &p->session);
    assert_int_equal(apply(f, changes), LOGIN_OK);
}


static login_result_e
check(fixture_t *f, const login_ticket_t *ticket,
    const login_limits_t *limits, uint64_t now)
{
    login_result_e   rc;
    login_account_t  account;
    login_session_t  session;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_session_check(&account, &session, f->view, ticket, limits,
                             now);
    login_view_end(f->view);

    return rc;
}


static void
test_round_trip(void **data)
{
    u_char            id[LOGIN_ID_LEN];
    person_t          p = { 0 };
    fixture_t        *f = *data;
    login_account_t   account;
    login_session_t   session;

    sign_in(f, &p, "ann", NOW);

    assert_int_equal(login_ticket_session(id, &p.ticket), LOGIN_OK);
    assert_memory_equal(id, p.session.id, LOGIN_ID_LEN);
    assert_memory_not_equal(id, p.ticket.secret, LOGIN_ID_LEN);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_session_check(&account, &session, f->view,
                                         &p.ticket, &forever, NOW),
                     LOGIN_OK);
    assert_true(login_str_eq(account.username, login_cstr("ann")));
    assert_memory_equal(session.id, id, LOGIN_ID_LEN);
    assert_memory_equal(session.account, p.account.id, LOGIN_ID_LEN);
    assert_int_equal(session.auth_time, NOW);
    assert_int_equal(session.seen, NOW);
    assert_int_equal(session.shared, 0);
    assert_int_equal(session.methods, LOGIN_METHOD_PASSWORD);
    assert_true(login_str_eq(session.browser, login_cstr("Mozilla/5.0")));
    assert_true(login_str_eq(session.address, login_cstr("2001:db8::1")));
    login_view_end(f->view);
}


/* B10: both limits to the second; activity moves the idle one only. */

static void
test_limits(void **data)
{
    person_t         p = { 0 };
    fixture_t       *f = *data;
    login_limits_t   limits = { 1000, 0 };

    sign_in(f, &p, "ann", NOW);

    assert_int_equal(check(f, &p.ticket, &limits, NOW + 999), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &limits, NOW + 1000), LOGIN_NO);
    assert_int_equal(check(f, &p.ticket, &limits, NOW + 1001), LOGIN_NO);
    assert_int_equal(check(f, &p.ticket, &limits, UINT64_MAX), LOGIN_NO);

    p.ticket.issued = NOW + 900;
    assert_int_equal(check(f, &p.ticket, &limits, NOW + 1899), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &limits, NOW + 1900), LOGIN_NO);

    limits.lifetime = 1500;
    assert_int_equal(check(f, &p.ticket, &limits, NOW + 1499), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &limits, NOW + 1500), LOGIN_NO);
    assert_int_equal(check(f, &p.ticket, &limits, NOW + 1501), LOGIN_NO);

    limits.idle = 0;
    assert_int_equal(check(f, &p.ticket, &limits, NOW + 900), LOGIN_NO);
}


static void
test_left(void **data)
{
    login_ticket_t  ticket = { .auth_time = NOW, .issued = NOW };
    login_limits_t  limits = { 1000, 0 };

    (void) data;

    assert_int_equal(login_session_left(&ticket, 0, &limits, NOW), 1000);
    assert_int_equal(login_session_left(&ticket, 0, &limits, NOW + 999), 1);
    assert_int_equal(login_session_left(&ticket, 0, &limits, NOW + 1000), 0);

    limits.lifetime = 600;
    assert_int_equal(login_session_left(&ticket, 0, &limits, NOW + 1), 599);

    limits.lifetime = UINT64_MAX;
    limits.idle = UINT64_MAX;
    assert_true(login_session_left(&ticket, 0, &limits, NOW) == UINT64_MAX);

    /* a shared computer */

    limits.lifetime = 0;
    limits.idle = IDLE;
    assert_int_equal(login_session_left(&ticket, 1, &limits, NOW),
                     LOGIN_SHARED_IDLE);
    assert_int_equal(login_session_left(&ticket, 1, &limits,
                                        NOW + LOGIN_SHARED_IDLE), 0);

    limits.idle = 60;
    assert_int_equal(login_session_left(&ticket, 1, &limits, NOW), 60);
}


static void
test_future(void **data)
{
    person_t    p = { 0 };
    fixture_t  *f = *data;

    sign_in(f, &p, "ann", NOW);

    assert_int_equal(check(f, &p.ticket, &forever, NOW - 300), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &forever, NOW - 301), LOGIN_NO);
    assert_int_equal(login_session_left(&p.ticket, 0, &forever, NOW - 300),
                     IDLE);

    p.ticket.issued = NOW + 301;
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);
    assert_int_equal(check(f, &p.ticket, &forever, NOW + 1), LOGIN_OK);

    p.ticket.issued = UINT64_MAX;
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);
}


static void
test_stale(void **data)
{
    login_ticket_t  ticket = { .auth_time = NOW - 5000, .issued = NOW };
    login_limits_t  limits = { 2000, 0 };

    (void) data;

    assert_false(login_session_stale(&ticket, 0, &limits, NOW));
    assert_false(login_session_stale(&ticket, 0, &limits, NOW + 99));
    assert_true(login_session_stale(&ticket, 0, &limits, NOW + 100));
    assert_true(login_session_stale(&ticket, 0, &limits, NOW + 101));
    assert_false(login_session_stale(&ticket, 0, &limits, NOW - 200));

    /* 1,800 seconds on a shared computer */

    limits.idle = IDLE;
    assert_false(login_session_stale(&ticket, 1, &limits, NOW + 89));
    assert_true(login_session_stale(&ticket, 1, &limits, NOW + 90));
    assert_false(login_session_stale(&ticket, 0, &limits, NOW + 90));

    /* not with every request, however short */

    limits.idle = 5;
    assert_false(login_session_stale(&ticket, 0, &limits, NOW));
    assert_true(login_session_stale(&ticket, 0, &limits, NOW + 1));
}


static void
test_shared(void **data)
{
    person_t          p = { 0 };
    fixture_t        *f = *data;
    login_changes_t  *changes;

    sign_in(f, &p, "ann", NOW);

    assert_int_equal(login_ticket_draw(&p.ticket, p.session.id, p.account.id,
                                       NOW), LOGIN_OK);
    p.session.shared = 1;
    changes = login_changes_create();
    login_session_add(changes, &p.session);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(check(f, &p.ticket, &forever,
                           NOW + LOGIN_SHARED_IDLE - 1), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &forever, NOW + LOGIN_SHARED_IDLE),
                     LOGIN_NO);
}


/* Without its record, or with another secret, there is no session. */

static void
test_ended(void **data)
{
    size_t            i;
    person_t          p = { 0 }, q = { 0 };
    fixture_t        *f = *data;
    login_ticket_t    ticket;
    login_changes_t  *changes;

    sign_in(f, &p, "ann", NOW);
    sign_in(f, &q, "bob", NOW);

    for (i = 0; i < LOGIN_ID_LEN; i++) {
        ticket = p.ticket;
        ticket.secret[i] ^= 1;
        assert_int_equal(check(f, &ticket, &forever, NOW), LOGIN_NO);
    }

    /* the id that the store has is no secret of anybody's */

    ticket = p.ticket;
    memcpy(ticket.secret, p.session.id, LOGIN_ID_LEN);
    assert_int_equal(check(f, &ticket, &forever, NOW), LOGIN_NO);

    /* neither another account nor another time of sign-in */

    ticket = p.ticket;
    memcpy(ticket.account, q.account.id, LOGIN_ID_LEN);
    assert_int_equal(check(f, &ticket, &forever, NOW), LOGIN_NO);

    ticket = p.ticket;
    ticket.auth_time++;
    assert_int_equal(check(f, &ticket, &forever, NOW + 1), LOGIN_NO);

    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_OK);

    changes = login_changes_create();
    login_session_end(changes, p.account.id, p.session.id);
    login_session_end(changes, p.account.id, p.session.id);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);
    assert_int_equal(check(f, &q.ticket, &forever, NOW), LOGIN_OK);
}


/* B12: a refresh on its way does not bring back what was ended. */

static void
test_touch(void **data)
{
    person_t          p = { 0 };
    fixture_t        *f = *data;
    login_session_t   session;
    login_changes_t  *changes, *late;

    sign_in(f, &p, "ann", NOW);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_session_get(&session, f->view, p.account.id,
                                       p.session.id), LOGIN_OK);
    changes = login_changes_create();
    login_session_touch(changes, &session, NOW + 50);
    late = login_changes_create();
    login_session_touch(late, &session, NOW + 60);
    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(apply(f, late), LOGIN_NO);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_session_get(&session, f->view, p.account.id,
                                       p.session.id), LOGIN_OK);
    assert_int_equal(session.seen, NOW + 50);
    assert_int_equal(session.auth_time, NOW);
    assert_true(login_str_eq(session.browser, login_cstr("Mozilla/5.0")));

    /* a clock that is behind does not take back what another one noted */

    changes = login_changes_create();
    login_session_touch(changes, &session, NOW + 10);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_session_get(&session, f->view, p.account.id,
                                       p.session.id), LOGIN_OK);
    assert_int_equal(session.seen, NOW + 50);

    late = login_changes_create();
    login_session_touch(late, &session, NOW + 70);
    login_view_end(f->view);

    changes = login_changes_create();
    login_session_end(changes, p.account.id, p.session.id);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(apply(f, late), LOGIN_NO);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);

    /* nor does one that was never read */

    late = login_changes_create();
    p.session.version = LOGIN_EXPECT_ABSENT;
    login_session_touch(late, &p.session, NOW + 80);
    assert_int_equal(apply(f, late), LOGIN_FAULT);

    late = login_changes_create();
    p.session.version = LOGIN_EXPECT_ANY;
    login_session_touch(late, &p.session, NOW + 80);
    assert_int_equal(apply(f, late), LOGIN_FAULT);

    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);
}


static void
update(fixture_t *f, person_t *p, uint32_t generation, unsigned disabled)
{
    login_account_t   account;
    login_changes_t  *changes;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(&account, f->view, p->account.id),
                     LOGIN_OK);
    account.generation = generation;
    account.disabled = disabled;
    changes = login_changes_create();
    login_account_update(changes, &account);
    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);
}


static void
test_account_decides(void **data)
{
    person_t          p = { 0 };
    fixture_t        *f = *data;
    login_account_t   account;
    login_changes_t  *changes;

    sign_in(f, &p, "ann", NOW);

    update(f, &p, 0, 1);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);
    update(f, &p, 0, 0);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_OK);

    update(f, &p, 1, 0);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);
    p.account.generation = 1;
    sign_in(f, &p, "ann", NOW);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(&account, f->view, p.account.id),
                     LOGIN_OK);
    changes = login_changes_create();
    assert_int_equal(login_account_remove(changes, &account, f->view),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);

    /* a session that was on its way when the account was removed */

    changes = login_changes_create();
    login_session_add(changes, &p.session);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);
}


static void
test_epoch(void **data)
{
    uint64_t          epoch;
    person_t          p = { 0 };
    fixture_t        *f = *data;
    login_changes_t  *changes;

    sign_in(f, &p, "ann", NOW);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_epoch_get(&epoch, f->view), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(epoch, 0);

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Mepoch"),
                      login_str("\1\0\0\0\0\0\0\0", 8), LOGIN_EXPECT_ABSENT);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_epoch_get(&epoch, f->view), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(epoch, 1);

    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);

    /* one that cannot be read is no 0 */

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Mepoch"), login_cstr(""),
                      LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_FAULT);
}


static void
test_damaged(void **data)
{
    u_char            key[1 + 2 * LOGIN_ID_LEN];
    person_t          p = { 0 };
    fixture_t        *f = *data;
    login_changes_t  *changes;

    sign_in(f, &p, "ann", NOW);

    key[0] = LOGIN_KIND_SESSION;
    memcpy(key + 1, p.account.id, LOGIN_ID_LEN);
    memcpy(key + 1 + LOGIN_ID_LEN, p.session.id, LOGIN_ID_LEN);

    changes = login_changes_create();
    login_changes_put(changes, login_str(key, sizeof(key)),
                      login_cstr("what is this"), LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_FAULT);

    /* it can still be ended */

    changes = login_changes_create();
    login_session_end(changes, p.account.id, p.session.id);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(check(f, &p.ticket, &forever, NOW), LOGIN_NO);
}


static void
test_payload(void **data)
{
    size_t           i, len;
    u_char           payload[LOGIN_SESSION_PAYLOAD + 1];
    char             text[LOGIN_BROWSER_MAX + 100];
    login_session_t  s;

    (void) data;

    memset(text, 'x', sizeof(text));
    memset(&s, 0, sizeof(s));

    s.shared = 1;
    s.browser = login_str(text, sizeof(text));
    s.address = login_str(text, sizeof(text));

    len = login_session_encode(payload, &s);
    assert_true(len != 0 && len <= LOGIN_SESSION_PAYLOAD);
    payload[len] = 0;

    for (i = 0; i <= len + 1; i++) {
        assert_int_equal(login_session_decode(&s, login_str(payload, i)),
                         i == len ? LOGIN_OK : LOGIN_FAULT);
    }

    assert_int_equal(login_session_decode(&s, login_str(payload, len)),
                     LOGIN_OK);
    assert_int_equal(s.shared, 1);
    assert_int_equal(s.browser.len, LOGIN_BROWSER_MAX);
    assert_int_equal(s.address.len, LOGIN_ADDRESS_MAX);

    for (i = 1; i < 8; i++) {
        payload[28] = (u_char) (1 << i);
        assert_int_equal(login_session_decode(&s, login_str(payload, len)),
                         LOGIN_FAULT);
    }
}


static void
test_ticket(void **data)
{
    u_char           token[login_token_len(LOGIN_TICKET_LEN)];
    fixture_t       *f = *data;
    login_str_t      s;
    login_ticket_t   one, two;
    login_crypto_t  *crypto;
    u_char           id[LOGIN_ID_LEN], other[LOGIN_ID_LEN];

    crypto = login_crypto_create(&f->ring);
    s = login_str(token, sizeof(token));

    assert_int_equal(login_ticket_draw(&one, id, (const u_char *)
                                       "0123456789abcdef", NOW), LOGIN_OK);
    one.issued = NOW + 7;

    assert_int_equal(login_ticket_sign(token, crypto, login_cstr(REALM),
                                       &one), LOGIN_OK);
    assert_int_equal(login_ticket_verify(&two, crypto, login_cstr(REALM), s),
                     LOGIN_OK);
    assert_memory_equal(one.account, two.account, LOGIN_ID_LEN);
    assert_memory_equal(one.secret, two.secret, LOGIN_ID_LEN);
    assert_int_equal(two.auth_time, NOW);
    assert_int_equal(two.issued, NOW + 7);

    assert_int_equal(login_ticket_verify(&two, crypto,
                                         login_cstr("https://a.example/"), s),
                     LOGIN_NO);
    assert_int_equal(login_ticket_verify(&two, crypto, login_cstr(""), s),
                     LOGIN_NO);

    token[10] ^= 1;
    assert_int_equal(login_ticket_verify(&two, crypto, login_cstr(REALM), s),
                     LOGIN_NO);

    /* each sign-in has a secret and a session of its own */

    assert_int_equal(login_ticket_draw(&two, other, one.account, NOW),
                     LOGIN_OK);
    assert_memory_not_equal(one.secret, two.secret, LOGIN_ID_LEN);
    assert_memory_not_equal(id, other, LOGIN_ID_LEN);

    login_crypto_destroy(crypto);
}


static login_result_e
count(void *data, const login_session_t *session)
{
    (void) session;

    ++*(size_t *) data;

    return LOGIN_OK;
}


static size_t
sessions(fixture_t *f, const u_char *account)
{
    size_t  n = 0;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_session_walk(f->view, account, count, &n),
                     LOGIN_OK);
    login_view_end(f->view);

    return n;
}


static void
sweep(fixture_t *f, person_t *p, const login_limits_t *limits, uint64_t now)
{
    login_account_t   account;
    login_changes_t  *changes;

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(&account, f->view, p->account.id),
                     LOGIN_OK);
    assert_int_equal(login_session_sweep(changes, f->view, &account, limits,
                                         now), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);
}


static void
test_sweep(void **data)
{
    person_t         p = { 0 }, q = { 0 };
    fixture_t       *f = *data;
    login_limits_t   limits = { 1000, 0 };
    login_ticket_t   first;
    login_changes_t *changes;

    sign_in(f, &q, "bob", NOW);
    sign_in(f, &p, "ann", NOW);
    first = p.ticket;
    sign_in(f, &p, "ann", NOW + 800);

    /* what a cookie may still be good for stays */

    sweep(f, &p, &limits, NOW + 999);
    assert_int_equal(sessions(f, p.account.id), 2);

    sweep(f, &p, &limits, NOW + 2000);
    assert_int_equal(sessions(f, p.account.id), 1);
    assert_int_equal(check(f, &first, &forever, NOW), LOGIN_NO);
    assert_int_equal(check(f, &p.ticket, &forever, NOW + 800), LOGIN_OK);

    limits.lifetime = 1200;
    sweep(f, &p, &limits, NOW + 1999);
    assert_int_equal(sessions(f, p.account.id), 1);
    sweep(f, &p, &limits, NOW + 2000);
    assert_int_equal(sessions(f, p.account.id), 0);

    sign_in(f, &p, "ann", NOW);
    update(f, &p, 1, 0);
    sweep(f, &p, &forever, NOW);
    assert_int_equal(sessions(f, p.account.id), 0);

    assert_int_equal(sessions(f, q.account.id), 1);
    assert_int_equal(sessions(f, NULL), 1);

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Mepoch"),
                      login_str("\1\0\0\0\0\0\0\0", 8), LOGIN_EXPECT_ABSENT);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    sweep(f, &q, &forever, NOW);
    assert_int_equal(sessions(f, NULL), 0);
}


static void
test_most(void **data)
{
    size_t           i;
    person_t         p = { 0 };
    fixture_t       *f = *data;
    login_ticket_t   tickets[LOGIN_SESSIONS_MAX + 2];

    for (i = 0; i < LOGIN_SESSIONS_MAX - 1; i++) {
        sign_in(f, &p, "ann", NOW + i);
        tickets[i] = p.ticket;
    }

    sweep(f, &p, &forever, NOW);
    assert_int_equal(sessions(f, p.account.id), LOGIN_SESSIONS_MAX - 1);

    for ( /* void */ ; i < LOGIN_SESSIONS_MAX + 2; i++) {
        sign_in(f, &p, "ann", NOW + i);
        tickets[i] = p.ticket;
    }

    /* with the next one there are as many as allowed */

    sweep(f, &p, &forever, NOW + i);
    assert_int_equal(sessions(f, p.account.id), LOGIN_SESSIONS_MAX - 1);

    for (i = 0; i < LOGIN_SESSIONS_MAX + 2; i++) {
        assert_int_equal(check(f, &tickets[i], &forever, NOW + i),
                         i < 3 ? LOGIN_NO : LOGIN_OK);
    }
}


static void
test_methods(void **data)
{
    u_char       text[LOGIN_METHODS_TEXT];
    login_str_t  none = login_cstr("");

    (void) data;

    assert_int_equal(login_methods_text(text, LOGIN_METHOD_PASSWORD, none),
                     3);
    assert_memory_equal(text, "pwd", 3);
    assert_int_equal(login_methods_text(text, 0, none), 0);

    assert_int_equal(login_methods_text(text, LOGIN_METHOD_PASSWORD
                                              | LOGIN_METHOD_OTP, none),
                     7);
    assert_memory_equal(text, "pwd,otp", 7);
    assert_int_equal(login_methods_text(text, UINT32_MAX,
                                        login_cstr("okta")),
                     29);
    assert_memory_equal(text, "pwd,otp,rec,webauthn,sso:okta", 29);
    assert_int_equal(login_methods_text(text, LOGIN_METHOD_SSO,
                                        login_cstr("okta")), 8);
    assert_memory_equal(text, "sso:okta", 8);

    /* who signed in otherwise has a provider for nothing */

    assert_int_equal(login_methods_text(text, LOGIN_METHOD_PASSWORD,
                                        login_cstr("okta")), 3);

    /* a trusted browser is neither told nor a factor */

    assert_int_equal(login_methods_text(text, LOGIN_METHOD_TRUST, none), 0);
    assert_false(login_methods_factor(LOGIN_METHOD_PASSWORD
                                      | LOGIN_METHOD_TRUST));
    assert_true(login_methods_factor(LOGIN_METHOD_OTP));
    assert_true(login_methods_factor(LOGIN_METHOD_RECOVERY));
    assert_true(login_methods_factor(LOGIN_METHOD_SSO));
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_round_trip),
        test(test_limits),
        cmocka_unit_test(test_left),
        test(test_future),
        cmocka_unit_test(test_stale),
        test(test_shared),
        test(test_ended),
        test(test_touch),
        test(test_account_decides),
        test(test_epoch),
        test(test_damaged),
        cmocka_unit_test(test_payload),
        test(test_ticket),
        test(test_sweep),
        test(test_most),
        cmocka_unit_test(test_methods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
