
/* L08, L09: where the store is full, what takes away still succeeds. */

#include "store_fixture.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>


#define SMALL_MAP  (1024 * 1024)


static char  text[801];


static int
small_setup(void **data)
{
    memset(text, 'x', sizeof(text) - 1);

    return fixture_make(data) == 0 ? fixture_open(*data, SMALL_MAP) : -1;
}


/* Ordinary sets until one is refused; returns their number. */

static int
fill(fixture_t *f, const char *why)
{
    int               n;
    char              key[16];
    login_changes_t  *set;

    for (n = 0; n < 10000; n++) {
        (void) snprintf(key, sizeof(key), "T%05d", n);

        set = login_changes_create();
        login_changes_put(set, login_cstr(key), login_cstr(text),
                          LOGIN_EXPECT_ABSENT);

        if (login_commit_one(f->commit, set) != LOGIN_OK) {
            break;
        }

        login_changes_destroy(set);
    }

    assert_in_range(n, 1, 9999);
    assert_int_equal(login_changes_result(set), LOGIN_FAULT);
    assert_non_null(strstr(login_changes_error(set), why));
    login_changes_destroy(set);

    return n;
}


static login_result_e
take_away(fixture_t *f, int n, int urgent)
{
    char              key[16];
    login_result_e    rc;
    login_changes_t  *set;

    (void) snprintf(key, sizeof(key), "T%05d", n);

    set = login_changes_create();

    if (urgent) {
        login_changes_urgent(set);
    }

    login_changes_delete(set, login_cstr(key), LOGIN_EXPECT_ANY);

    /* who is disabled is written, too */

    login_changes_put(set, login_cstr("Taccount"), login_cstr(text),
                      LOGIN_EXPECT_ANY);

    rc = login_commit_one(f->commit, set);

    login_changes_destroy(set);

    return rc;
}


static void
test_map(void **data)
{
    int         i, n;
    char        key[16];
    fixture_t  *f = *data;

    n = fill(f, "map_size");

    /* far from the beginning */

    assert_in_range(n * sizeof(text), SMALL_MAP / 3, SMALL_MAP);

    assert_int_equal(take_away(f, 0, 0), LOGIN_FAULT);
    assert_true(fixture_version(f, "T00000") != 0);

    for (i = 0; i < n; i++) {
        (void) snprintf(key, sizeof(key), "T%05d", i);

        assert_int_equal(take_away(f, i, 1), LOGIN_OK);
        assert_int_equal(fixture_version(f, key), 0);
    }

    /* there is room again */

    assert_true(fill(f, "map_size") >= n - 8);
}


/* A guesser cannot hide behind a full store. */

static void
test_lockout(void **data)
{
    fixture_t        *f = *data;
    login_result_e    rc;
    login_changes_t  *set;

    static const u_char  name[LOGIN_ID_LEN] = "somebody";

    (void) fill(f, "map_size");

    while (fixture_put(f, "Tnew", "x", LOGIN_EXPECT_ANY) == LOGIN_OK) {
        /* the rest of the room */
    }

    set = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_lock_keep(set, f->view, name, NULL, 1, 2, 1),
                     LOGIN_OK);
    login_view_end(f->view);

    rc = login_commit_one(f->commit, set);
    login_changes_destroy(set);

    assert_int_equal(rc, LOGIN_OK);
}


/*
 * Taking away is told of where there is room, and goes without that where
 * there is little; an ordinary set has all of it or nothing.
 */

static login_result_e
take_note(fixture_t *f, const char *key, int urgent)
{
    login_result_e    rc;
    login_changes_t  *set;

    set = login_changes_create();

    if (urgent) {
        login_changes_urgent(set);
    }

    login_changes_delete(set, login_cstr(key), LOGIN_EXPECT_ANY);
    login_changes_note(set, login_cstr("Tnote"), login_cstr(text));

    rc = login_commit_one(f->commit, set);

    login_changes_destroy(set);

    return rc;
}


static void
test_note(void **data)
{
    fixture_t  *f = *data;

    assert_int_equal(fixture_put(f, "Told", "x", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(take_note(f, "Told", 1), LOGIN_OK);
    assert_int_equal(fixture_version(f, "Told"), 0);
    assert_true(fixture_version(f, "Tnote") != 0);

    assert_int_equal(take_note(f, "Tnote", 1), LOGIN_OK);

    (void) fill(f, "map_size");

    while (fixture_put(f, "Tnew", "x", LOGIN_EXPECT_ANY) == LOGIN_OK) {
        /* the rest of the room */
    }

    assert_int_equal(take_note(f, "T00000", 0), LOGIN_FAULT);
    assert_true(fixture_version(f, "T00000") != 0);

    assert_int_equal(take_note(f, "Tnote", 1), LOGIN_OK);
    assert_int_equal(fixture_version(f, "Tnote"), 0);
    assert_int_equal(take_note(f, "T00000", 1), LOGIN_OK);
    assert_int_equal(fixture_version(f, "T00000"), 0);
}


/* A reader that stays holds the pages back that are set free meanwhile. */

static void
test_map_reader(void **data)
{
    int            i, n;
    fixture_t     *f = *data;
    login_view_t  *old;

    (void) fill(f, "map_size");

    old = login_view_create(f->store, &f->ring);
    assert_int_equal(login_view_begin(old), LOGIN_OK);

    n = 0;

    for (i = 0; i < 3; i++) {
        assert_int_equal(take_away(f, i, 1), LOGIN_OK);
    }

    /* what was set free is not for ordinary sets now */

    assert_int_equal(fixture_put(f, "Tnew", "x", LOGIN_EXPECT_ANY),
                     LOGIN_FAULT);

    login_view_end(old);
    login_view_destroy(old);

    for (n = i; n < i + 40; n++) {
        assert_int_equal(take_away(f, n, 1), LOGIN_OK);
    }

    assert_int_equal(fixture_put(f, "Tnew", "x", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
}


/* Each of a batch has its own answer. */

static void
test_batch(void **data)
{
    int               n;
    size_t            i;
    char              key[16];
    fixture_t        *f = *data;
    login_changes_t  *sets[8];

    n = fill(f, "map_size");

    for (i = 0; i < 8; i++) {
        sets[i] = login_changes_create();

        if (i % 2) {
            (void) snprintf(key, sizeof(key), "T%05d", (int) i);
            login_changes_urgent(sets[i]);
            login_changes_delete(sets[i], login_cstr(key), LOGIN_EXPECT_ANY);

        } else {
            (void) snprintf(key, sizeof(key), "U%05d", n);
            login_changes_put(sets[i], login_cstr(key), login_cstr(text),
                              LOGIN_EXPECT_ANY);
        }
    }

    assert_int_equal(login_commit_begin(f->commit), LOGIN_OK);
    login_commit_apply(f->commit, sets, 8);

    for (i = 0; i < 8; i++) {
        assert_int_equal(login_changes_result(sets[i]),
                         i % 2 ? LOGIN_OK : LOGIN_FAULT);
        login_changes_destroy(sets[i]);
    }

    assert_int_equal(fixture_version(f, "T00001"), 0);
    assert_true(fixture_version(f, "T00002") != 0);
    assert_int_equal(fixture_version(f, key), 0);
}


/* The disk, which others fill to the last byte. */

static int
full_disk(fixture_t *f, int from, int to, void *data)
{
    int            i, n, fd;
    char           name[128];
    login_error_t  e;

    (void) from;
    (void) data;

    if (unshare(CLONE_NEWNS) == -1
        || mount("none", "/", "", MS_REC|MS_PRIVATE, NULL) == -1
        || mount("tmpfs", f->dir, "tmpfs", 0, "size=512k,mode=0700") == -1)
    {
        child_tell(to, 's');
        return 0;
    }

    child_tell(to, 'g');

    assert_int_equal(login_store_init(f->path, geteuid(), getegid(), &e),
                     LOGIN_OK);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    n = fill(f, "disk");

    (void) snprintf(name, sizeof(name), "%s/balloon", f->dir);
    fd = open(name, O_WRONLY|O_CREAT|O_CLOEXEC, 0600);
    assert_true(fd != -1);

    while (write(fd, text, 1) == 1) {
        /* void */
    }

    (void) close(fd);

    for (i = 0; i < n; i++) {
        if (take_away(f, i, 1) != LOGIN_OK) {
            fprintf(stderr, "%d of %d\n", i, n);
            return 1;
        }

        if (i == 0 && fixture_put(f, "Tnew", text, LOGIN_EXPECT_ANY)
                      != LOGIN_FAULT)
        {
            return 2;
        }
    }

    if (unlink(name) == -1
        || fixture_put(f, "Tnew", text, LOGIN_EXPECT_ANY) != LOGIN_OK)
    {
        return 3;
    }

    return 0;
}


static void
test_disk(void **data)
{
    int         said;
    child_t     child;
    fixture_t  *f = *data;

    memset(text, 'x', sizeof(text) - 1);

    child = child_start(f, full_disk, NULL);

    said = child_wait(child.from);
    assert_int_equal(child_end(&child), 0);

    if (said == 's') {
        skip();
    }

    assert_int_equal(said, 'g');
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, small_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_map),
        test(test_map_reader),
        test(test_lockout),
        test(test_note),
        test(test_batch),
        cmocka_unit_test_setup_teardown(test_disk, fixture_make,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
