
/* Who gets what mail, and that the store does not tell who got none. */

#include "store_fixture.h"
#include "one_org.h"


#define NOW     1800000000
#define PORTAL  "https://example.com/login/"


static fixture_t  *f;
static u_char      id[LOGIN_ID_LEN];


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
add(const char *username, const char *email, const char *password,
    unsigned flags)
{
    login_account_t   account;
    login_changes_t  *changes;

    assert_int_equal(login_account_new(&account, NOW), LOGIN_OK);

    account.org = login_cstr("default");
    account.username = login_cstr(username);
    account.email = login_cstr(email);
    account.password = login_cstr(password);
    account.disabled = flags & 1;
    account.invited = (flags & 2) != 0;

    memcpy(id, account.id, LOGIN_ID_LEN);

    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static const login_limits_t  limits = { 1728000, 0 };


static login_forgot_t
form(const char *username)
{
    login_forgot_t  forgot;

    memset(&forgot, 0, sizeof(forgot));

    forgot.org = login_cstr("default");
    forgot.orgs = one_org(&limits, NULL);
    forgot.username = login_cstr(username);
    forgot.portal = login_cstr(PORTAL);
    forgot.address = login_cstr("192.0.2.1");
    forgot.now = NOW;

    return forgot;
}


static void
ask(const char *username, uint64_t now)
{
    login_forgot_t  forgot;

    forgot = form(username);
    forgot.now = now;

    assert_int_equal(login_forgot_run(&forgot, f->view), LOGIN_OK);
    assert_int_equal(apply(forgot.changes), LOGIN_OK);
}


static login_result_e
visit(void *data, const login_mail_state_t *state)
{
    login_mail_state_t  *last = data;

    /* created is the number of them, and the newest is kept */

    if (last->created == 0 || state->next >= last->next) {
        memcpy(last->id, state->id, LOGIN_ID_LEN);
        last->kind = state->kind;
        last->next = state->next;
    }

    last->created++;

    return LOGIN_OK;
}


/* The number of mails, and the newest. */

static unsigned
mails(login_mail_t *mail, login_arena_t *arena)
{
    login_mail_state_t  last;

    memset(&last, 0, sizeof(last));

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_walk(f->view, visit, &last), LOGIN_OK);

    if (mail != NULL && last.created != 0) {
        assert_int_equal(login_mail_get(mail, arena, f->view, last.id),
                         LOGIN_OK);
    }

    login_view_end(f->view);

    return (unsigned) last.created;
}


static login_result_e
visit_sent(void *data, const login_mail_state_t *state)
{
    login_mail_state_t  sent;

    sent = *state;
    sent.status = LOGIN_MAIL_SENT;

    login_mail_note(data, &sent);

    return LOGIN_OK;
}


/* What waits goes out. */

static void
sent(void)
{
    login_changes_t  *changes;

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_walk_queue(f->view, visit_sent, changes),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static login_result_e
count(void *data, login_str_t key, const login_record_t *record)
{
    (void) key;
    (void) record;

    ++*(size_t *) data;

    return LOGIN_OK;
}


static size_t
records(void)
{
    size_t  n = 0;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_walk(f->view, login_str("", 0), count, &n),
                     LOGIN_OK);
    login_view_end(f->view);

    return n;
}


static login_result_e
find(login_link_t *link, login_link_purpose_e purpose, const char *path,
    login_str_t url, uint64_t now)
{
    size_t           len = strlen(PORTAL) + strlen(path);
    login_result_e   rc;
    login_account_t  account;

    assert_int_equal(url.len, len + LOGIN_LINK_TOKEN_LEN);
    assert_memory_equal(url.data, PORTAL, strlen(PORTAL));
    assert_memory_equal(url.data + strlen(PORTAL), path, strlen(path));

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_link_find(link, &account, f->view, purpose,
                         login_str(url.data + len, LOGIN_LINK_TOKEN_LEN),
                         now);

    if (rc == LOGIN_OK) {
        assert_memory_equal(account.id, id, LOGIN_ID_LEN);
    }

    login_view_end(f->view);

    return rc;
}


static void
test_reset(void **data)
{
    login_link_t    link;
    login_mail_t    first, mail;
    login_arena_t  *arena;

    f = *data;
    arena = login_arena_create();
    add("ann@example.com", "ann@example.org", "x", 0);

    ask(" Ann@EXAMPLE.com", NOW);
    assert_int_equal(mails(&first, arena), 1);
    assert_int_equal(first.kind, LOGIN_MAIL_RESET);
    assert_true(login_str_eq(first.to, login_cstr("ann@example.org")));
    assert_true(login_str_eq(first.username, login_cstr("ann@example.com")));
    assert_true(login_str_eq(first.address, login_cstr("192.0.2.1")));
    assert_int_equal(first.expires, NOW + 1800);

    assert_int_equal(find(&link, LOGIN_LINK_RESET, "reset/", first.url,
                          NOW + 1799), LOGIN_OK);
    assert_int_equal(find(&link, LOGIN_LINK_RESET, "reset/", first.url,
                          NOW + 1800), LOGIN_NO);
    assert_int_equal(link.state, LOGIN_LINK_EXPIRED);

    /* the newest only, and no mail with another one */

    ask("ann@example.com", NOW + 1);
    assert_int_equal(mails(&mail, arena), 1);
    assert_int_equal(find(&link, LOGIN_LINK_RESET, "reset/", first.url,
                          NOW + 1), LOGIN_NO);
    assert_int_equal(find(&link, LOGIN_LINK_RESET, "reset/", mail.url,
                          NOW + 1), LOGIN_OK);

    login_arena_destroy(arena);
}


static void
test_nothing(void **data)
{
    size_t  i, n;

    static const char *const  names[] = {
        "nobody@example.com", "dan@example.com", "eve", "far", "ivy", "a@",
        "", "\xff"
    };

    f = *data;
    add("dan@example.com", "dan@example.com", "x", 1);
    add("eve", "", "x", 0);
    add("far", "far@example.com", "", 0);
    add("ivy", "ivy@example.com", "", 2);

    /* each writes, to where the one before has written */

    ask("nobody@example.com", NOW);
    n = records();

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        login_forgot_t  forgot = form(names[i]);

        assert_int_equal(login_forgot_run(&forgot, f->view), LOGIN_OK);
        assert_non_null(((struct login_changes_s *) forgot.changes)->first);
        assert_int_equal(apply(forgot.changes), LOGIN_OK);
        assert_int_equal(records(), n);
    }

    assert_int_equal(mails(NULL, NULL), 0);
}


static void
test_invitation(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    login_link_t      link;
    login_mail_t      mail;
    login_arena_t    *arena;
    login_changes_t  *changes;

    f = *data;
    arena = login_arena_create();
    add("ivy", "ivy@example.com", "", 2);

    memset(&link, 0, sizeof(link));
    link.purpose = LOGIN_LINK_INVITATION;
    link.created = NOW;
    link.expires = NOW + 86400;
    memcpy(link.account, id, LOGIN_ID_LEN);

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_link_issue(changes, f->view, &link, token),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);

    ask("ivy", NOW + 10);
    assert_int_equal(mails(&mail, arena), 1);
    assert_int_equal(mail.kind, LOGIN_MAIL_INVITATION);
    assert_int_equal(mail.expires, NOW + 86400);
    assert_int_equal(find(&link, LOGIN_LINK_INVITATION, "invite/", mail.url,
                          NOW + 86399), LOGIN_OK);
    assert_int_equal(find(&link, LOGIN_LINK_INVITATION, "invite/", mail.url,
                          NOW + 86400), LOGIN_NO);

    /* one that is over is not given again */

    ask("ivy", NOW + 86400);
    assert_int_equal(mails(NULL, NULL), 1);

    login_arena_destroy(arena);
}


/* E11: 3 mails in 10 minutes, 15 in an hour, and writes all the same. */

static void
test_limits(void **data)
{
    unsigned  i;

    f = *data;
    add("ann", "ann@example.com", "x", 0);

    for (i = 0; i < 5; i++) {
        ask("ann", NOW + i);
        sent();
    }

    assert_int_equal(mails(NULL, NULL), 3);

    for (i = 0; i < 3600; i += 20) {
        ask("ann", NOW + i);
        sent();
    }

    assert_int_equal(mails(NULL, NULL), 15);
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_reset),
        test(test_nothing),
        test(test_invitation),
        test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
