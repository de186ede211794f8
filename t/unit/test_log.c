
/* Events: their lines, and what the store keeps of them. */

#include "store_fixture.h"


#define NOW  1795527645123


static const u_char  id_of_all[LOGIN_ID_LEN] = { 0xab, 1 };


static login_log_event_t
event_of(login_log_kind_e kind)
{
    login_log_event_t  event;

    memset(&event, 0, sizeof(event));

    event.kind = kind;
    event.time = NOW;

    return event;
}


static const char *
line_of(const login_log_event_t *event)
{
    size_t         i, len;
    static u_char  line[LOGIN_LOG_LINE + 1];

    memset(line, '#', sizeof(line));

    len = login_log_line(line, event);

    assert_true(len <= LOGIN_LOG_LINE);
    assert_int_equal(line[len - 1], '\n');
    assert_int_equal(line[len], '#');

    for (i = 0; i + 1 < len; i++) {
        assert_in_range(line[i], 0x20, 0x7e);
    }

    line[len - 1] = '\0';

    return (const char *) line;
}


static const char *
username_of(login_str_t name)
{
    char               *p, *end;
    login_log_event_t   event;
    static char         text[LOGIN_LOG_LINE];

    event = event_of(LOGIN_LOG_SIGNIN);
    event.username = name;

    p = strstr(line_of(&event), "\"username\":");
    assert_non_null(p);

    (void) snprintf(text, sizeof(text), "%s", p + strlen("\"username\":"));

    end = strrchr(text, '}');
    assert_non_null(end);
    *end = '\0';

    return text;
}


static void
test_line(void **state)
{
    login_log_event_t  event;

    (void) state;

    event = event_of(LOGIN_LOG_SIGNIN_WRONG);

    assert_string_equal(line_of(&event),
        "{\"time\":\"2026-11-24T13:40:45.123Z\",\"seconds\":1795527645.123,"
        "\"event\":\"signin_wrong\",\"category\":\"signin\","
        "\"result\":\"refused\"}");

    event.kind = LOGIN_LOG_ACCOUNT_ROLES;
    event.time = 1000;
    event.org = login_cstr("default");
    event.username = login_cstr("ann");
    event.account = id_of_all;
    event.session = id_of_all;
    event.address = login_cstr("::1");
    event.browser = login_cstr("B/1");
    event.detail = login_cstr("d");
    event.actor = login_cstr("cli:root");

    assert_string_equal(line_of(&event),
        "{\"time\":\"1970-01-01T00:00:01.000Z\",\"seconds\":1.000,"
        "\"event\":\"account_roles\",\"category\":\"account\","
        "\"result\":\"ok\",\"org\":\"default\",\"username\":\"ann\","
        "\"account\":\"ab010000000000000000000000000000\","
        "\"session\":\"ab010000000000000000000000000000\","
        "\"address\":\"::1\",\"browser\":\"B/1\",\"detail\":\"d\","
        "\"actor\":\"cli:root\"}");

    event = event_of(LOGIN_LOG_GATE_FAULT);
    event.time = UINT64_MAX;

    assert_non_null(strstr(line_of(&event), "\"9999-12-31T23:59:59.999Z\""));
    assert_non_null(strstr(line_of(&event), "\"result\":\"fault\""));
}


static void
test_hostile(void **state)
{
    size_t  i;

    static const struct {
        login_str_t   from;
        const char   *to;
    } names[] = {
        { login_string("a\"b\\c/d'<"), "\"a\\\"b\\\\c/d'<\"" },
        { login_string("a\nb\r\t\0\x1b[31m\x7f"),
          "\"a\\u000ab\\u000d\\u0009\\u0000\\u001b[31m\\u007f\"" },
        { login_string("\xc3\xa4\xe2\x82\xac"), "\"\\u00e4\\u20ac\"" },
        { login_string("\xf0\x9f\x98\x80"), "\"\\ud83d\\ude00\"" },
        { login_string("\xf4\x8f\xbf\xbf"), "\"\\udbff\\udfff\"" },
        { login_string("\xc2\x9b\xe2\x80\xae\xe2\x80\xa8"),
          "\"\\u009b\\u202e\\u2028\"" },

        /* not well-formed: overlong, a surrogate, too large, cut, alone */
        { login_string("\xc0\xafz"), "\"\\ufffd\\ufffdz\"" },
        { login_string("\xed\xa0\x80z"), "\"\\ufffd\\ufffd\\ufffdz\"" },
        { login_string("\xf5\x80\x80\x80"),
          "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
        { login_string("z\xe2\x82"), "\"z\\ufffd\\ufffd\"" },
        { login_string("\xff\x80z"), "\"\\ufffd\\ufffdz\"" },
    };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_string_equal(username_of(names[i].from), names[i].to);
    }
}


/* All that is longest, of each length that a character may be written in. */

static void
test_long(void **state)
{
    size_t              i, k;
    login_str_t         s;
    static u_char       text[1 << 20];
    login_log_event_t   event;

    static const char *const  units[] = {
        "a", "\n", "\"", "\xff", "\xc3\xa4", "\xe2\x82\xac",
        "\xf0\x9f\x98\x80"
    };

    (void) state;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {

        for (k = 0; k < sizeof(text); k++) {
            text[k] = (u_char) units[i][k % strlen(units[i])];
        }

        s = login_str(text, sizeof(text));

        event = event_of(LOGIN_LOG_SIGNIN_THROTTLED);
        event.org = s;
        event.username = s;
        event.account = id_of_all;
        event.session = id_of_all;
        event.address = s;
        event.browser = s;
        event.detail = s;
        event.actor = s;

        (void) line_of(&event);
    }

    memset(text, 'a', sizeof(text));

    assert_int_equal(strlen(username_of(login_str(text, sizeof(text)))),
                     LOGIN_LOG_TEXT + 2);
}


static void
test_names(void **state)
{
    unsigned          i;
    login_log_kind_e  kind;

    (void) state;

    for (i = 0; i < LOGIN_LOG_MAX; i++) {
        assert_int_equal(login_log_find(&kind, login_cstr(login_log_name(i))),
                         LOGIN_OK);
        assert_int_equal(kind, i);
        assert_true(strlen(login_log_text(i)) > 0);
        assert_true(strlen(login_log_category(i)) > 0);
    }

    assert_int_equal(login_log_find(&kind, login_cstr("")), LOGIN_NO);
    assert_int_equal(login_log_find(&kind, login_cstr("signi")), LOGIN_NO);
}


static void
test_record(void **state)
{
    size_t              i, len;
    u_char              long_text[300], payload[LOGIN_LOG_PAYLOAD];
    login_log_event_t   event, read;

    (void) state;

    memset(long_text, 'x', sizeof(long_text));

    event = event_of(LOGIN_LOG_SIGNIN);
    event.session = id_of_all;
    event.address = login_cstr("192.0.2.1");
    event.browser = login_str(long_text, sizeof(long_text));
    event.detail = login_str("\0\xff", 2);

    len = login_log_encode(payload, &event);
    assert_true(len > 0);

    assert_int_equal(login_log_decode(&read, login_str(payload, len)),
                     LOGIN_OK);
    assert_int_equal(read.kind, LOGIN_LOG_SIGNIN);
    assert_memory_equal(read.session, id_of_all, LOGIN_ID_LEN);
    assert_true(login_str_eq(read.address, event.address));
    assert_int_equal(read.browser.len, LOGIN_LOG_TEXT);
    assert_true(login_str_eq(read.detail, event.detail));
    assert_int_equal(read.actor.len, 0);
    assert_null(read.account);

    for (i = 0; i < len; i++) {
        assert_int_equal(login_log_decode(&read, login_str(payload, i)),
                         LOGIN_FAULT);
    }

    payload[len] = 0;
    assert_int_equal(login_log_decode(&read, login_str(payload, len + 1)),
                     LOGIN_FAULT);

    /* a kind of a later version */

    payload[2] = 'X';
    assert_int_equal(login_log_decode(&read, login_str(payload, len)),
                     LOGIN_NO);
}


/* --- in the store */

typedef struct {
    size_t     n;
    size_t     refused;
    uint64_t   first;
    uint64_t   last;
    unsigned   mixed;       /* not in the order of time */
} found_t;


static login_result_e
visit(void *data, const login_log_event_t *event)
{
    found_t  *found = data;

    if (found->n++ == 0) {
        found->first = event->time;
    }

    found->refused += login_log_result(event->kind) != LOGIN_LOG_OK;
    found->mixed |= event->time < found->last;
    found->last = event->time;

    return LOGIN_OK;
}


static found_t
found(fixture_t *f, const u_char *account)
{
    found_t  found;

    memset(&found, 0, sizeof(found));

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_log_walk(f->view, account, visit, &found),
                     LOGIN_OK);
    login_view_end(f->view);

    return found;
}


static void
add(fixture_t *f, const u_char *account, login_log_kind_e kind,
    uint64_t time)
{
    login_changes_t    *changes;
    login_log_event_t   event;

    changes = login_changes_create();

    event = event_of(kind);
    event.time = time;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_log_add(changes, f->view, account, &event),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);
}


static void
test_kept(void **state)
{
    unsigned       i;
    found_t        all;
    fixture_t     *f = *state;
    const u_char   other[LOGIN_ID_LEN] = { 0xab, 2 };

    add(f, other, LOGIN_LOG_SIGNIN, 1);
    add(f, id_of_all, LOGIN_LOG_ACCOUNT_ADDED, 7);
    add(f, id_of_all, LOGIN_LOG_SIGNIN, 300);

    all = found(f, id_of_all);
    assert_int_equal(all.n, 2);
    assert_int_equal(all.first, 7);
    assert_int_equal(all.last, 300);

    /* what anybody can do leaves the rest alone */

    for (i = 0; i < 2 * LOGIN_LOG_STORED; i++) {
        add(f, id_of_all, LOGIN_LOG_SIGNIN_WRONG, 1000 + i);
    }

    all = found(f, id_of_all);
    assert_int_equal(all.n, LOGIN_LOG_STORED + 2);
    assert_int_equal(all.refused, LOGIN_LOG_STORED);
    assert_int_equal(all.first, 7);
    assert_int_equal(all.last, 1000 + 2 * LOGIN_LOG_STORED - 1);
    assert_int_equal(all.mixed, 0);

    for (i = 0; i < LOGIN_LOG_STORED; i++) {
        add(f, id_of_all, LOGIN_LOG_SIGNIN, 2000 + i);
    }

    all = found(f, id_of_all);
    assert_int_equal(all.n, 2 * LOGIN_LOG_STORED);
    assert_int_equal(all.refused, LOGIN_LOG_STORED);
    assert_int_equal(all.first, 1000 + LOGIN_LOG_STORED);
    assert_int_equal(all.last, 2000 + LOGIN_LOG_STORED - 1);

    all = found(f, other);
    assert_int_equal(all.n, 1);

    all = found(f, NULL);
    assert_int_equal(all.n, 2 * LOGIN_LOG_STORED + 1);
}


static void
test_removed(void **state)
{
    fixture_t         *f = *state;
    login_account_t    account;
    login_changes_t   *changes;

    assert_int_equal(login_account_new(&account, 1), LOGIN_OK);
    account.org = login_cstr("default");
    account.username = login_cstr("ann");

    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    add(f, account.id, LOGIN_LOG_SIGNIN, 1);
    add(f, account.id, LOGIN_LOG_SIGNIN_WRONG, 2);
    add(f, id_of_all, LOGIN_LOG_SIGNIN, 3);

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_find(&account, f->view,
                                        login_cstr("default"),
                                        login_cstr("ann")), LOGIN_OK);
    assert_int_equal(login_account_remove(changes, &account, f->view),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    assert_int_equal(found(f, NULL).n, 1);
    assert_int_equal(found(f, id_of_all).n, 1);
}


static void
complain(void *data, const char *text)
{
    unsigned  *n = data;

    assert_non_null(strstr(text, "of no account"));
    (*n)++;
}


/* An event without its account is what "check" tells. */

static void
test_audit(void **state)
{
    unsigned        n = 0;
    fixture_t      *f = *state;
    login_audit_t   audit;

    add(f, id_of_all, LOGIN_LOG_SIGNIN, 3);

    assert_int_equal(login_audit(&audit, f->view, &f->ring, complain, &n),
                     LOGIN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(audit.unknown, 0);
}


#define test(t)  cmocka_unit_test_setup_teardown(t, fixture_setup,           \
                                                 fixture_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_record),
        test(test_kept),
        test(test_removed),
        test(test_audit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
