
/* Walks over the whole store, and sealing all that is in it anew. */

#include "store_fixture.h"

#include <sys/syscall.h>


#define RECORDS  2500


typedef struct {
    size_t       n;
    size_t       bad[3];        /* by result, LOGIN_FAULT first */
    size_t       pauses;
    size_t       stop;          /* after so many; 0: never */
    size_t       begin;         /* commit during that pause; 0: never */
    fixture_t   *f;
    char         last[64];
} walk_t;


static void
fill(fixture_t *f, int n)
{
    int               i;
    char              key[16];
    login_changes_t  *changes;

    changes = login_changes_create();

    for (i = 0; i < n; i++) {
        (void) snprintf(key, sizeof(key), "T%06d", i);
        login_changes_put(changes, login_cstr(key), login_cstr(key),
                          LOGIN_EXPECT_ANY);
    }

    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);
}


/* Opens the store with other keys. */

static void
keys(fixture_t *f, const char *text)
{
    fixture_close(f);
    fixture_ring(&f->ring, text);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
}


static login_result_e
visit(void *data, const login_scan_item_t *item)
{
    walk_t  *walk = data;

    assert_true(item->key.len < sizeof(walk->last));

    (void) snprintf(walk->last, sizeof(walk->last), "%.*s",
                    (int) item->key.len, (const char *) item->key.data);

    walk->n++;
    walk->bad[item->sound + 1]++;

    if (item->sound == LOGIN_OK) {
        assert_true(login_str_eq(item->key, item->record.payload)
                    || item->record.payload.len < 4);
    }

    return walk->n == walk->stop ? LOGIN_NO : LOGIN_OK;
}


static login_result_e
pause_here(void *data)
{
    walk_t  *walk = data;

    walk->pauses++;

    /* takes away where the scan is, and what was to come next */

    if (walk->pauses == walk->begin) {
        login_changes_t  *changes = login_changes_create();

        login_changes_delete(changes, login_cstr(walk->last),
                             LOGIN_EXPECT_ANY);
        login_changes_delete(changes, login_cstr("T000020"),
                             LOGIN_EXPECT_ANY);
        login_changes_put(changes, login_cstr("T000019a"), login_cstr("x"),
                          LOGIN_EXPECT_ABSENT);
        assert_int_equal(login_commit_one(walk->f->commit, changes),
                         LOGIN_OK);
        login_changes_destroy(changes);
    }

    return LOGIN_OK;
}


static void
test_scan_all(void **data)
{
    fixture_t  *f = *data;
    walk_t      walk = { .f = f };

    fill(f, RECORDS);

    assert_int_equal(login_scan(f->view, 100, visit, pause_here, &walk),
                     LOGIN_OK);
    assert_int_equal(walk.n, RECORDS);
    assert_int_equal(walk.bad[LOGIN_OK + 1], RECORDS);
    assert_int_equal(walk.pauses, RECORDS / 100 + 1);
}


static void
test_scan_in_one(void **data)
{
    fixture_t  *f = *data;
    walk_t      walk = { .f = f };

    fill(f, RECORDS);

    assert_int_equal(login_scan(f->view, 0, visit, NULL, &walk), LOGIN_OK);
    assert_int_equal(walk.n, RECORDS);
}


static void
test_scan_empty(void **data)
{
    fixture_t  *f = *data;
    walk_t      walk = { .f = f };

    assert_int_equal(login_scan(f->view, 10, visit, pause_here, &walk),
                     LOGIN_OK);
    assert_int_equal(walk.n, 0);
    assert_int_equal(walk.pauses, 1);
}


static void
test_scan_stops(void **data)
{
    fixture_t  *f = *data;
    walk_t      walk = { .f = f, .stop = 17 };

    fill(f, 100);

    assert_int_equal(login_scan(f->view, 10, visit, pause_here, &walk),
                     LOGIN_OK);
    assert_int_equal(walk.n, 17);
}


static void
test_scan_changes_between(void **data)
{
    fixture_t  *f = *data;
    walk_t      walk = { .f = f, .begin = 2 };

    fill(f, 100);

    /* T000019 is gone when the third view begins, T000019a has come */

    assert_int_equal(login_scan(f->view, 10, visit, pause_here, &walk),
                     LOGIN_OK);
    assert_int_equal(walk.n, 100);
    assert_string_equal(walk.last, "T000099");
}


static void
test_scan_bad_records(void **data)
{
    size_t      len;
    u_char      raw[256];
    fixture_t  *f = *data;
    walk_t      walk = { .f = f };

    fill(f, 10);

    len = fixture_raw_get(f, login_cstr("T000005"), raw, sizeof(raw));

    raw[len - 1] ^= 1;
    fixture_raw(f, login_cstr("T000005"), login_str(raw, len));
    fixture_raw(f, login_cstr("T000006"), login_str("", 0));
    fixture_raw(f, login_cstr("T000007"), login_str(raw, 28));

    raw[len - 1] ^= 1;
    raw[0] = 2;
    fixture_raw(f, login_cstr("T000008"), login_str(raw, len));

    raw[0] = 1;
    raw[1] ^= 1;
    fixture_raw(f, login_cstr("T000009"), login_str(raw, len));

    assert_int_equal(login_scan(f->view, 3, visit, NULL, &walk), LOGIN_OK);

    assert_int_equal(walk.bad[LOGIN_OK + 1], 5);
    assert_int_equal(walk.bad[LOGIN_NO + 1], 1);
    assert_int_equal(walk.bad[LOGIN_FAULT + 1], 4);
}


static void
test_reseal(void **data)
{
    walk_t           walk;
    fixture_t       *f = *data;
    login_reseal_t   reseal;

    fill(f, RECORDS);
    keys(f, FIXTURE_KEY_B FIXTURE_KEY_A);

    assert_int_equal(login_reseal(&reseal, f->view, f->commit, &f->ring),
                     LOGIN_OK);
    assert_int_equal(reseal.done, RECORDS);
    assert_int_equal(reseal.missed, 0);
    assert_int_equal(reseal.unread, 0);

    assert_int_equal(login_reseal(&reseal, f->view, f->commit, &f->ring),
                     LOGIN_OK);
    assert_int_equal(reseal.done, 0);

    /* the old key is needed no longer */

    keys(f, FIXTURE_KEY_B);
    memset(&walk, 0, sizeof(walk));

    assert_int_equal(login_scan(f->view, 0, visit, NULL, &walk), LOGIN_OK);
    assert_int_equal(walk.bad[LOGIN_OK + 1], RECORDS);
}


static void
test_reseal_unread(void **data)
{
    fixture_t       *f = *data;
    login_reseal_t   reseal;

    fill(f, 10);
    fixture_raw(f, login_cstr("T000003"), login_cstr("x"));
    keys(f, FIXTURE_KEY_B FIXTURE_KEY_A);

    assert_int_equal(login_reseal(&reseal, f->view, f->commit, &f->ring),
                     LOGIN_OK);
    assert_int_equal(reseal.done, 9);
    assert_int_equal(reseal.unread, 1);
}


/*
 * Holds the writer's lock until the other one waits for it, having read
 * what it is about to write, and changes two of those records.
 */

static int
other_writer(fixture_t *f, int from, int to, void *data)
{
    int               n;
    char              path[64], text[64];
    FILE             *file;
    login_changes_t  *changes;

    (void) data;

    if (fixture_open(f, FIXTURE_MAP) != 0
        || login_commit_begin(f->commit) != LOGIN_OK)
    {
        return 1;
    }

    child_tell(to, 'h');

    (void) snprintf(path, sizeof(path), "/proc/%d/syscall", (int) getppid());

    do {
        file = fopen(path, "r");

        if (file == NULL || fgets(text, sizeof(text), file) == NULL) {
            return 2;
        }

        (void) fclose(file);

        n = atoi(text);

    } while (n != SYS_futex && poll(NULL, 0, 1) == 0);

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("T000001"), login_cstr("new"),
                      LOGIN_EXPECT_ANY);
    login_changes_delete(changes, login_cstr("T000002"), LOGIN_EXPECT_ANY);
    login_commit_apply(f->commit, &changes, 1);

    n = login_changes_result(changes) == LOGIN_OK ? 0 : 3;

    (void) child_wait(from);

    return n;
}


static void
test_reseal_beside_changes(void **data)
{
    char             text[16];
    child_t          child;
    fixture_t       *f = *data;
    login_reseal_t   reseal;

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    fill(f, 10);
    fixture_close(f);

    child = child_start(f, other_writer, NULL);

    fixture_ring(&f->ring, FIXTURE_KEY_B FIXTURE_KEY_A);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_int_equal(child_wait(child.from), 'h');

    assert_int_equal(login_reseal(&reseal, f->view, f->commit, &f->ring),
                     LOGIN_OK);
    assert_int_equal(child_end(&child), 0);

    assert_int_equal(reseal.done, 8);
    assert_int_equal(reseal.missed, 2);

    /* what it wrote is there, and what it took away stays away */

    (void) fixture_get(f, "T000001", text, sizeof(text));
    assert_string_equal(text, "new");
    assert_int_equal(fixture_version(f, "T000002"), 0);

    assert_int_equal(login_reseal(&reseal, f->view, f->commit, &f->ring),
                     LOGIN_OK);
    assert_int_equal(reseal.done, 1);
    assert_int_equal(reseal.missed, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_scan_all, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_scan_in_one, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_scan_empty, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_scan_stops, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_scan_changes_between,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_scan_bad_records, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_reseal, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_reseal_unread, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_reseal_beside_changes,
                                        fixture_make, fixture_teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
