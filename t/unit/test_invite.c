
/*
 * Invitations: whose account is made, kept or left alone, which link counts,
 * and what one that many have does for whom.
 */

#include "store_fixture.h"


#define NOW     1800000000
#define PORTAL  "https://example.com/login/"


static fixture_t  *f;


static login_result_e
apply(login_changes_t *changes)
{
    login_result_e  rc;

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static login_invite_t
form(const char *username)
{
    login_invite_t  invite;

    memset(&invite, 0, sizeof(invite));

    invite.org = login_cstr("default");
    invite.username = login_cstr(username);
    invite.portal = login_cstr(PORTAL);
    invite.now = NOW;
    invite.expires = NOW + 100;

    return invite;
}


static login_result_e
make(login_invite_t *invite, login_changes_t **changes)
{
    login_result_e  rc;

    *changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_invite_make(*changes, f->view, invite);
    login_view_end(f->view);

    if (rc != LOGIN_OK) {
        login_changes_destroy(*changes);
    }

    return rc;
}


static void
made(login_invite_t *invite)
{
    login_changes_t  *changes;

    assert_int_equal(make(invite, &changes), LOGIN_OK);
    assert_int_equal(apply(changes), LOGIN_OK);
}


/* The view stays open where it is found. */

static login_result_e
find(login_account_t *account, const char *username)
{
    login_result_e  rc;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_account_find(account, f->view, login_cstr("default"),
                            login_cstr(username));

    if (rc != LOGIN_OK) {
        login_view_end(f->view);
    }

    return rc;
}


static login_link_state_e
state(const login_invite_t *invite, uint64_t now)
{
    size_t           len;
    login_link_t     link;
    login_account_t  account;

    len = strlen(PORTAL "invite/");

    assert_int_equal(invite->len, len + LOGIN_LINK_TOKEN_LEN);
    assert_memory_equal(invite->url, PORTAL "invite/", len);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    (void) login_link_find(&link, &account, f->view, LOGIN_LINK_INVITATION,
                           login_str(invite->url + len,
                                     LOGIN_LINK_TOKEN_LEN), now);
    login_view_end(f->view);

    return link.state;
}


static login_result_e
revoked(const char *username)
{
    login_result_e    rc;
    login_account_t   account;
    login_changes_t  *changes;

    assert_int_equal(find(&account, username), LOGIN_OK);

    changes = login_changes_create();
    rc = login_invite_revoke(changes, f->view, &account, NOW);
    login_view_end(f->view);

    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);
        return rc;
    }

    return apply(changes);
}


static void
add(const char *username, const char *password, unsigned disabled)
{
    login_account_t   account;
    login_changes_t  *changes;

    assert_int_equal(login_account_new(&account, NOW), LOGIN_OK);

    account.org = login_cstr("default");
    account.username = login_cstr(username);
    account.email = login_cstr(username);
    account.password = login_cstr(password);
    account.disabled = disabled;

    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(apply(changes), LOGIN_OK);
}


typedef struct {
    unsigned           n;
    login_mail_kind_e  kind;    /* of the last one */
} queued_t;


static login_result_e
visit(void *data, const login_mail_state_t *mail)
{
    queued_t  *queued = data;

    queued->n++;
    queued->kind = mail->kind;

    return LOGIN_OK;
}


static queued_t
queued(void)
{
    queued_t  q = { 0, LOGIN_MAIL_KINDS };

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_walk_queue(f->view, visit, &q), LOGIN_OK);
    login_view_end(f->view);

    return q;
}


static void
test_make(void **data)
{
    login_invite_t   first, again;
    login_account_t  account;

    f = *data;

    first = form("ann@example.com");
    first.name = login_cstr("Ann");
    first.roles = login_cstr("staff");
    first.mail = 1;
    made(&first);

    assert_int_equal(first.mailed, 1);
    assert_int_equal(queued().n, 1);
    assert_int_equal(state(&first, NOW + 99), LOGIN_LINK_OPEN);
    assert_int_equal(state(&first, NOW + 100), LOGIN_LINK_EXPIRED);

    assert_int_equal(find(&account, "ann@example.com"), LOGIN_OK);
    assert_int_equal(account.invited, 1);
    assert_int_equal(account.password.len, 0);
    assert_true(login_str_eq(account.email, account.username));
    assert_true(login_str_eq(account.roles, login_cstr("staff")));
    assert_memory_equal(account.id, first.account, LOGIN_ID_LEN);
    login_view_end(f->view);

    /* again: what is not given stays, and only the newest link counts */

    again = form("ann@example.com");
    again.name = login_cstr("Ann B");
    made(&again);

    assert_int_equal(state(&first, NOW), LOGIN_LINK_UNKNOWN);
    assert_int_equal(state(&again, NOW), LOGIN_LINK_OPEN);
    assert_int_equal(again.mailed, 0);
    assert_int_equal(queued().n, 0);

    assert_int_equal(find(&account, "ann@example.com"), LOGIN_OK);
    assert_true(login_str_eq(account.name, login_cstr("Ann B")));
    assert_true(login_str_eq(account.roles, login_cstr("staff")));
    assert_memory_equal(account.id, first.account, LOGIN_ID_LEN);
    login_view_end(f->view);

    /* no address: the link is passed on by hand */

    again = form("bob");
    again.mail = 1;
    made(&again);
    assert_int_equal(again.mailed, 0);
    assert_int_equal(queued().n, 0);
}


static void
test_refused(void **data)
{
    login_invite_t    invite;
    login_changes_t  *changes;

    f = *data;
    add("eve@example.com", "x", 0);
    add("dan@example.com", "", 1);

    invite = form("eve@example.com");
    assert_int_equal(make(&invite, &changes), LOGIN_NO);
    assert_int_equal(invite.disabled, 0);
    assert_int_equal(invite.len, 0);

    invite = form("dan@example.com");
    assert_int_equal(make(&invite, &changes), LOGIN_NO);
    assert_int_equal(invite.disabled, 1);
}


/* Of two at the same time one is there, and its link works. */

static void
test_conflict(void **data)
{
    unsigned          i;
    login_invite_t    one, two;
    login_changes_t  *first, *second;

    f = *data;

    /* the first time the account is new, the second time it is there */

    for (i = 0; i < 2; i++) {
        one = form("ann@example.com");
        two = form("ann@example.com");

        assert_int_equal(make(&one, &first), LOGIN_OK);
        assert_int_equal(make(&two, &second), LOGIN_OK);
        assert_int_equal(apply(first), LOGIN_OK);
        assert_int_equal(apply(second), LOGIN_NO);

        assert_int_equal(state(&one, NOW), LOGIN_LINK_OPEN);
        assert_int_equal(state(&two, NOW), LOGIN_LINK_UNKNOWN);
    }
}


static void
test_revoke(void **data)
{
    login_invite_t   invite;
    login_account_t  account;

    f = *data;

    invite = form("ann@example.com");
    invite.mail = 1;
    made(&invite);

    assert_int_equal(revoked("ann@example.com"), LOGIN_OK);
    assert_int_equal(state(&invite, NOW), LOGIN_LINK_UNKNOWN);
    assert_int_equal(queued().n, 0);
    assert_int_equal(find(&account, "ann@example.com"), LOGIN_NO);

    /* who was there before stays, and is invited no more */

    add("bob@example.com", "", 0);
    invite = form("bob@example.com");
    made(&invite);

    assert_int_equal(revoked("bob@example.com"), LOGIN_OK);
    assert_int_equal(state(&invite, NOW), LOGIN_LINK_UNKNOWN);
    assert_int_equal(find(&account, "bob@example.com"), LOGIN_OK);
    assert_int_equal(account.invited, 0);
    login_view_end(f->view);

    assert_int_equal(revoked("bob@example.com"), LOGIN_NO);
}


static void
shared(u_char token[LOGIN_LINK_TOKEN_LEN])
{
    login_link_t      link;
    login_changes_t  *changes;

    memset(&link, 0, sizeof(link));

    link.purpose = LOGIN_LINK_SHARED;
    link.created = NOW;
    link.expires = NOW + 100;
    link.org = login_cstr("default");
    link.domains = login_cstr("example.com,example.org");
    link.roles = login_cstr("guest");

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_link_issue(changes, f->view, &link, token),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static login_result_e
ask(const u_char *token, const char *username, uint64_t now)
{
    login_result_e      rc;
    login_changes_t    *changes;
    login_invite_ask_t  form;

    memset(&form, 0, sizeof(form));

    form.token = login_str(token, LOGIN_LINK_TOKEN_LEN);
    form.username = login_cstr(username);
    form.portal = login_cstr(PORTAL);
    form.address = login_cstr("192.0.2.7");
    form.now = now;

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_invite_ask(changes, f->view, &form);
    login_view_end(f->view);

    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);
        return rc;
    }

    return apply(changes);
}


static login_result_e
visit_event(void *data, const login_log_event_t *event)
{
    if (event->kind == LOGIN_LOG_INVITATION_ASKED) {
        assert_true(login_str_eq(event->address, login_cstr("192.0.2.7")));
        assert_int_equal(event->detail.len, 2 * LOGIN_LINK_ID_LEN);
        ++*(unsigned *) data;
    }

    return LOGIN_OK;
}


static void
test_ask(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    size_t            i;
    unsigned          events;
    login_account_t   account;

    static const char *const  no[] = {
        "ann@sub.example.com", "ann@evilexample.com", "ann@example.com.evil",
        "ann@example.net", "ann@example", "ann", "@example.com", "",
        "dan@example.com"
    };

    f = *data;
    add("eve@example.com", "x", 0);
    add("dan@example.com", "x", 1);
    shared(token);

    for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        assert_int_equal(ask(token, no[i], NOW), LOGIN_NO);
    }

    assert_int_equal(queued().n, 0);

    assert_int_equal(ask(token, "Ann@Example.ORG", NOW), LOGIN_OK);
    assert_int_equal(queued().n, 1);
    assert_int_equal(queued().kind, LOGIN_MAIL_INVITATION);

    events = 0;
    assert_int_equal(find(&account, "ann@example.org"), LOGIN_OK);
    assert_true(login_str_eq(account.roles, login_cstr("guest")));
    assert_int_equal(login_log_walk(f->view, account.id, visit_event,
                                    &events), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(events, 1);

    /* three in ten minutes; the newest link is the one that is mailed */

    assert_int_equal(ask(token, "ann@example.org", NOW + 1), LOGIN_OK);
    assert_int_equal(ask(token, "ann@example.org", NOW + 2), LOGIN_OK);
    assert_int_equal(ask(token, "ann@example.org", NOW + 3), LOGIN_NO);
    assert_int_equal(queued().n, 1);

    /* who has registered learns that by mail, and stays as it is */

    assert_int_equal(ask(token, "eve@example.com", NOW), LOGIN_OK);
    assert_int_equal(queued().n, 2);
    assert_int_equal(find(&account, "eve@example.com"), LOGIN_OK);
    assert_int_equal(account.invited, 0);
    assert_int_equal(account.roles.len, 0);
    login_view_end(f->view);

    /* a link that is over, or none */

    assert_int_equal(ask(token, "fay@example.com", NOW + 100), LOGIN_NO);
    token[0] = token[0] == 'A' ? 'B' : 'A';
    assert_int_equal(ask(token, "fay@example.com", NOW), LOGIN_NO);
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_make),
        test(test_refused),
        test(test_conflict),
        test(test_revoke),
        test(test_ask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
