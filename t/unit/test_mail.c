
/* The outbox: what is kept of mails, how, and for how long. */

#include "store_fixture.h"


#define NOW    1700000000ULL
#define TOKEN  "https://example.com/login/invite/s3cr3t-t0ken"


typedef struct {
    size_t              n;
    login_mail_state_t  last;
} count_t;


static login_mail_t
mail_make(const char *to)
{
    login_mail_t  mail;

    memset(&mail, 0, sizeof(mail));

    mail.kind = LOGIN_MAIL_INVITATION;
    memset(mail.id, 7, LOGIN_ID_LEN);
    mail.to = login_cstr(to);
    mail.language = login_cstr("en");
    mail.username = login_cstr("ann@example.com");
    mail.name = login_cstr("Ann \"A\"\r\nBcc: x@example.com");
    mail.org = login_cstr("acme");
    mail.title = login_cstr("Acme");
    mail.url = login_cstr(TOKEN);
    mail.expires = NOW + 1000;

    return mail;
}


static login_result_e
mail_put(fixture_t *f, const login_mail_t *mail, uint64_t now)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    rc = login_mail_put(changes, f->view, mail, now);

    if (rc == LOGIN_OK) {
        rc = login_commit_one(f->commit, changes);
    }

    login_changes_destroy(changes);

    return rc;
}


/* Strings of a view end with it: copies. */

static login_mail_state_t
mail_state(fixture_t *f, const u_char *id)
{
    login_mail_state_t  state;
    static char         to[255], org[255], words[255];

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_state(&state, f->view, id), LOGIN_OK);

    state.to.data = memcpy(to, state.to.data, state.to.len);
    state.org.data = memcpy(org, state.org.data, state.org.len);
    state.words.data = memcpy(words, state.words.data, state.words.len);

    login_view_end(f->view);

    return state;
}


static login_result_e
mail_note(fixture_t *f, const login_mail_state_t *state)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    login_mail_note(changes, state);
    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static login_result_e
mail_count(void *data, const login_mail_state_t *state)
{
    count_t  *count = data;

    count->n++;
    count->last = *state;

    return LOGIN_OK;
}


static size_t
mail_queued(fixture_t *f)
{
    count_t  count = { 0 };

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_walk_queue(f->view, mail_count, &count),
                     LOGIN_OK);
    login_view_end(f->view);

    return count.n;
}


static size_t
mail_kept(fixture_t *f)
{
    count_t  count = { 0 };

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_walk(f->view, mail_count, &count), LOGIN_OK);
    login_view_end(f->view);

    return count.n;
}


static void
test_round(void **data)
{
    fixture_t         *f = *data;
    login_mail_t       mail, back;
    login_arena_t     *arena;
    login_mail_row_t   rows[LOGIN_MAIL_ROWS_MAX];
    size_t             i;

    mail = mail_make("ann@example.com");

    for (i = 0; i < LOGIN_MAIL_ROWS_MAX; i++) {
        rows[i].kind = LOGIN_MAIL_ROW_SSO;
        rows[i].title = login_cstr("Org");
        rows[i].url = login_cstr("https://a");
        rows[i].text = login_cstr("Okta");
    }

    rows[0].kind = LOGIN_MAIL_ROW_RESET;
    mail.rows = rows;
    mail.nrows = LOGIN_MAIL_ROWS_MAX;

    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

    arena = login_arena_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_get(&back, arena, f->view, mail.id),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(back.kind, LOGIN_MAIL_INVITATION);
    assert_true(login_str_eq(back.to, mail.to));
    assert_true(login_str_eq(back.language, mail.language));
    assert_true(login_str_eq(back.username, mail.username));
    assert_true(login_str_eq(back.name, mail.name));
    assert_true(login_str_eq(back.org, mail.org));
    assert_true(login_str_eq(back.title, mail.title));
    assert_true(login_str_eq(back.url, mail.url));
    assert_int_equal(back.expires, mail.expires);
    assert_int_equal(back.nrows, LOGIN_MAIL_ROWS_MAX);
    assert_int_equal(back.rows[0].kind, LOGIN_MAIL_ROW_RESET);
    assert_true(login_str_eq(back.rows[31].text, rows[31].text));

    login_arena_destroy(arena);
}


static void
test_refused(void **data)
{
    fixture_t     *f = *data;
    static char    text[LOGIN_MAIL_TEXT_MAX + 2];
    login_mail_t   mail;

    mail = mail_make("ann");
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_NO);

    mail = mail_make("ann@example.com");
    memset(text, 'x', sizeof(text) - 1);

    mail.name = login_cstr(text);
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_NO);

    mail.name.len--;
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

    mail.name = login_cstr("\xff");
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_NO);

    mail = mail_make("ann@example.com");
    mail.nrows = LOGIN_MAIL_ROWS_MAX + 1;
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_NO);
}


/* Neither while it is queued nor when it is sent can the link be read. */

static void
test_secret(void **data)
{
    int                  fd;
    char                 path[128];
    ssize_t              n;
    fixture_t           *f = *data;
    login_mail_t         mail;
    static u_char        file[1024 * 1024];
    login_mail_state_t   state;

    mail = mail_make("ann@example.com");
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

    (void) snprintf(path, sizeof(path), "%s/data.mdb", f->path);

    fd = open(path, O_RDONLY);
    assert_true(fd != -1);
    n = read(fd, file, sizeof(file));
    (void) close(fd);

    assert_true(n > 4096 && n < (ssize_t) sizeof(file));
    assert_non_null(memmem(file, (size_t) n, "ann@example.com", 15));
    assert_null(memmem(file, (size_t) n, "s3cr3t", 6));

    state = mail_state(f, mail.id);
    assert_int_equal(state.status, LOGIN_MAIL_QUEUED);
    assert_int_equal(mail_queued(f), 1);

    state.status = LOGIN_MAIL_SENT;
    state.words = login_cstr("250 ok");
    assert_int_equal(mail_note(f, &state), LOGIN_OK);

    assert_int_equal(mail_queued(f), 0);
    assert_int_equal(mail_kept(f), 1);

    state = mail_state(f, mail.id);
    assert_int_equal(state.status, LOGIN_MAIL_SENT);
    assert_true(login_str_eq(state.words, login_cstr("250 ok")));
}


/* A mail that was moved to another id, or a key that is gone. */

static void
test_bound(void **data)
{
    u_char            key[LOGIN_MAIL_KEY_LEN], other[LOGIN_ID_LEN];
    fixture_t        *f = *data;
    login_mail_t      mail, back;
    login_arena_t    *arena;
    login_record_t    record;
    login_changes_t  *changes;

    mail = mail_make("ann@example.com");
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

    memcpy(other, mail.id, LOGIN_ID_LEN);
    memset(mail.id, 8, LOGIN_ID_LEN);
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_get(f->view,
                                    login_mail_key(key, LOGIN_KIND_QUEUE,
                                                   other), &record),
                     LOGIN_OK);
    login_changes_put(changes,
                      login_mail_key(key, LOGIN_KIND_QUEUE, mail.id),
                      record.payload, LOGIN_EXPECT_ANY);
    login_view_end(f->view);

    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    arena = login_arena_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_get(&back, arena, f->view, mail.id),
                     LOGIN_FAULT);
    assert_int_equal(login_mail_get(&back, arena, f->view, other), LOGIN_OK);
    login_view_end(f->view);

    login_arena_destroy(arena);
}


static void
mail_cancel(fixture_t *f, const u_char id[LOGIN_ID_LEN])
{
    login_changes_t  *changes;

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_cancel(changes, f->view, id), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);
}


static void
test_note(void **data)
{
    fixture_t           *f = *data;
    login_mail_t         mail;
    login_changes_t     *changes;
    login_mail_state_t   state, old;

    mail = mail_make("ann@example.com");
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

    old = mail_state(f, mail.id);
    state = old;
    state.attempts = 1;
    state.next = NOW + 60;
    assert_int_equal(mail_note(f, &state), LOGIN_OK);
    assert_int_equal(mail_queued(f), 1);

    /* what was changed meanwhile is not written over */

    assert_int_equal(mail_note(f, &old), LOGIN_NO);

    state = mail_state(f, mail.id);
    assert_int_equal(state.attempts, 1);

    changes = login_changes_create();
    login_mail_retry(changes, &state, NOW + 1);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    state = mail_state(f, mail.id);
    assert_int_equal(state.next, NOW + 1);
    assert_int_equal(state.attempts, 1);

    mail_cancel(f, mail.id);
    assert_int_equal(mail_queued(f), 0);
    assert_int_equal(mail_kept(f), 0);

    /* once more, and one that was sent: its state stays */

    mail_cancel(f, mail.id);
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

    state = mail_state(f, mail.id);
    state.status = LOGIN_MAIL_SENT;
    assert_int_equal(mail_note(f, &state), LOGIN_OK);

    mail_cancel(f, mail.id);
    assert_int_equal(mail_state(f, mail.id).status, LOGIN_MAIL_SENT);
}


static void
test_delay(void **data)
{
    (void) data;

    assert_int_equal(login_mail_delay(1), 60);
    assert_int_equal(login_mail_delay(2), 120);
    assert_int_equal(login_mail_delay(6), 1920);
    assert_int_equal(login_mail_delay(7), 3600);
    assert_int_equal(login_mail_delay(UINT32_MAX), 3600);
}


static void
test_address(void **data)
{
    size_t                    i;
    static const char *const  good[] = {
        "a@b", "ann.o'hara+x@mail.example.com", "j\xc3\xbcrg@b\xc3\xbc.example",
        "!#$%&'*+-/=?^_`{|}~@xn--b-xga.example"
    };
    static const char *const  bad[] = {
        "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b\r\nBcc: d@e",
        "a\n@b", "<a@b>", "\"a\"@b", "a@[127.0.0.1]", "a,b@c", "a@b,c@d",
        "a..b@c", ".a@b", "a.@b", "a@b.", "a@.b", "a@b..c", "a@b-", "a;@b",
        "a@b>", "a(c)@b", "a\\@b", "a@b:25", "a@\xff", "a\xc2\x85@b", "a\t@b",
        "1234567890123456789012345678901234567890123456789012345678901234@",
        "12345678901234567890123456789012345678901234567890123456789012345@b"
    };

    (void) data;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (login_mail_address(login_cstr(good[i])) != LOGIN_OK) {
            fail_msg("refused: %s", good[i]);
        }
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (login_mail_address(login_cstr(bad[i])) != LOGIN_NO) {
            fail_msg("taken: %s", bad[i]);
        }
    }

    assert_int_equal(login_mail_address(login_str("a\0@b", 4)), LOGIN_NO);
}


static login_result_e
mail_ask(fixture_t *f, unsigned char who, unsigned exists, uint64_t now)
{
    u_char            name[LOGIN_ID_LEN];
    login_result_e    rc;
    login_changes_t  *changes;

    memset(name, who, sizeof(name));
    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_mail_allowed(changes, f->view, name, exists, now);
    login_view_end(f->view);

    if (rc == LOGIN_OK) {
        rc = login_commit_one(f->commit, changes);
    }

    login_changes_destroy(changes);

    return rc;
}


static void
test_allowed(void **data)
{
    size_t      i, n;
    fixture_t  *f = *data;

    for (i = 0; i < 3; i++) {
        assert_int_equal(mail_ask(f, 1, 1, NOW + i), LOGIN_OK);
    }

    assert_int_equal(mail_ask(f, 1, 1, NOW + 3), LOGIN_NO);
    assert_int_equal(mail_ask(f, 2, 1, NOW + 3), LOGIN_OK);
    assert_int_equal(mail_ask(f, 1, 1, NOW + 599), LOGIN_NO);
    assert_int_equal(mail_ask(f, 1, 1, NOW + 600), LOGIN_OK);
    assert_int_equal(mail_ask(f, 1, 1, NOW + 600), LOGIN_NO);

    /* a clock that went back locks nobody out */

    assert_int_equal(mail_ask(f, 1, 1, NOW - 1000), LOGIN_OK);

    /* every 205 seconds is 3 in 10 minutes, and more than 15 in an hour */

    for (n = 0, i = 0; i < 3600 / 205; i++) {
        n += mail_ask(f, 3, 1, NOW + i * 205) == LOGIN_OK;
    }

    assert_int_equal(n, 15);
    assert_int_equal(mail_ask(f, 3, 1, NOW + 3600), LOGIN_OK);

    /* nobody has it: always the same */

    for (i = 0; i < 40; i++) {
        assert_int_equal(mail_ask(f, 4, 0, NOW), LOGIN_OK);
    }
}


/* Two at the same time: the limit holds for both. */

static void
test_allowed_race(void **data)
{
    u_char            name[LOGIN_ID_LEN];
    fixture_t        *f = *data;
    login_changes_t  *one, *two;

    memset(name, 9, sizeof(name));
    one = login_changes_create();
    two = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_allowed(one, f->view, name, 1, NOW),
                     LOGIN_OK);
    assert_int_equal(login_mail_allowed(two, f->view, name, 1, NOW),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(login_commit_one(f->commit, one), LOGIN_OK);
    assert_int_equal(login_commit_one(f->commit, two), LOGIN_NO);

    login_changes_destroy(one);
    login_changes_destroy(two);
}


static void
mail_sweep(fixture_t *f, uint64_t now, size_t max)
{
    login_changes_t  *changes;

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_mail_sweep(changes, f->view, now, max), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);
}


static void
test_sweep(void **data)
{
    u_char               i;
    fixture_t           *f = *data;
    login_mail_t         mail;
    login_mail_state_t   state;

    for (i = 0; i < 5; i++) {
        mail = mail_make("ann@example.com");
        memset(mail.id, i, LOGIN_ID_LEN);
        assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

        if (i > 0) {
            state = mail_state(f, mail.id);
            state.status = i > 1 ? LOGIN_MAIL_SENT : LOGIN_MAIL_FAILED;
            assert_int_equal(mail_note(f, &state), LOGIN_OK);
        }
    }

    mail_sweep(f, NOW + LOGIN_MAIL_KEEP, 100);
    assert_int_equal(mail_kept(f), 5);

    mail_sweep(f, NOW + LOGIN_MAIL_KEEP + 1, 3);
    assert_int_equal(mail_kept(f), 2);

    mail_sweep(f, NOW + LOGIN_MAIL_KEEP + 1, 100);
    assert_int_equal(mail_kept(f), 1);
    assert_int_equal(mail_queued(f), 1);

    /* and who asked for mails is forgotten after an hour */

    assert_int_equal(mail_ask(f, 1, 1, NOW), LOGIN_OK);
    mail_sweep(f, NOW + 3600, 100);
    assert_int_equal(mail_ask(f, 1, 1, NOW), LOGIN_OK);
}


static login_result_e
mail_get(fixture_t *f, login_view_t *view, const login_mail_t *mail)
{
    login_mail_t     back;
    login_arena_t   *arena;
    login_result_e   rc;

    (void) f;

    arena = login_arena_create();
    assert_int_equal(login_view_begin(view), LOGIN_OK);
    rc = login_mail_get(&back, arena, view, mail->id);

    if (rc == LOGIN_OK) {
        assert_true(login_str_eq(back.url, login_cstr(TOKEN)));
    }

    login_view_end(view);
    login_arena_destroy(arena);

    return rc;
}


/* After "key rotate" and "key reseal" the old key can go. */

static void
test_reseal(void **data)
{
    fixture_t        *f = *data;
    login_mail_t      mail;
    login_view_t     *view;
    login_commit_t   *commit;
    login_reseal_t    result;
    login_keyring_t   both, new;

    mail = mail_make("ann@example.com");
    assert_int_equal(mail_put(f, &mail, NOW), LOGIN_OK);

    fixture_ring(&both, FIXTURE_KEY_B FIXTURE_KEY_A);
    fixture_ring(&new, FIXTURE_KEY_B);

    view = login_view_create(f->store, &both);
    commit = login_commit_create(f->store, &both);

    assert_int_equal(mail_get(f, view, &mail), LOGIN_OK);
    assert_int_equal(login_reseal(&result, view, commit, &both), LOGIN_OK);
    assert_int_equal(result.done, 2);
    assert_int_equal(login_reseal(&result, view, commit, &both), LOGIN_OK);
    assert_int_equal(result.done, 0);

    login_view_destroy(view);
    login_commit_destroy(commit);

    view = login_view_create(f->store, &new);
    assert_int_equal(mail_get(f, view, &mail), LOGIN_OK);
    login_view_destroy(view);
}


/* Payloads that are cut, or longer, are never taken for whole ones. */

static void
test_codec(void **data)
{
    size_t               size, i;
    u_char              *text, payload[LOGIN_MAIL_PAYLOAD];
    login_mail_t         mail, back;
    login_arena_t       *arena;
    login_mail_row_t     row;
    login_mail_state_t   state;

    (void) data;

    mail = mail_make("ann@example.com");
    row.kind = LOGIN_MAIL_ROW_RESET;
    row.title = login_cstr("t");
    row.url = login_cstr("u");
    row.text = login_cstr("");
    mail.rows = &row;
    mail.nrows = 1;

    size = login_mail_size(&mail);
    text = malloc(size + 1);
    login_mail_encode(text, size, &mail);
    text[size] = 0;

    arena = login_arena_create();

    assert_int_equal(login_mail_decode(&back, arena, login_str(text, size)),
                     LOGIN_OK);

    for (i = 0; i <= size + 1; i++) {
        assert_int_equal(login_mail_decode(&back, arena, login_str(text, i)),
                         i == size ? LOGIN_OK : LOGIN_FAULT);
    }

    login_arena_destroy(arena);
    free(text);

    memset(&state, 0, sizeof(state));
    state.to = login_cstr("ann@example.com");
    state.words = login_cstr("ok");
    size = login_mail_state_encode(payload, &state);
    assert_true(size > 0);
    payload[size] = 0;

    for (i = 0; i <= size + 1; i++) {
        assert_int_equal(login_mail_state_decode(&state,
                                                 login_str(payload, i)),
                         i == size ? LOGIN_OK : LOGIN_FAULT);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_round, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_secret, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_bound, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_note, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_allowed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_allowed_race, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_sweep, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_reseal, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_address),
        cmocka_unit_test(test_codec)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
