
/* Backups that were changed on their way, and who opens a store meanwhile. */

#include "store_fixture.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/file.h>


#define TITLE  "nginx-login backup 1\n"


typedef struct {
    size_t   len;
    u_char   data[4096];
} bytes_t;


static int
file_of(const bytes_t *bytes)
{
    int  fd;

    fd = memfd_create("backup", MFD_CLOEXEC);
    assert_true(fd != -1);
    assert_int_equal(write(fd, bytes->data, bytes->len), bytes->len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);

    return fd;
}


/* A backup of what the store has. */

static void
back_up(fixture_t *f, bytes_t *bytes)
{
    int             fd;
    ssize_t         n;
    login_error_t   error;
    login_backup_t  backup;

    fd = memfd_create("backup", MFD_CLOEXEC);
    assert_true(fd != -1);

    assert_int_equal(login_backup_write(&backup, f->view, fd, 1234, &error),
                     LOGIN_OK);

    n = pread(fd, bytes->data, sizeof(bytes->data), 0);
    assert_in_range(n, 1, sizeof(bytes->data) - 1);
    bytes->len = (size_t) n;

    (void) close(fd);
}


static login_result_e
restore(fixture_t *f, const bytes_t *bytes, login_backup_t *backup)
{
    int             fd;
    login_error_t   error;
    login_result_e  rc;

    fixture_close(f);

    error.text[0] = '\0';
    fd = file_of(bytes);
    rc = login_restore(backup, f->path, &f->ring, fd, &error);
    (void) close(fd);

    assert_true((rc == LOGIN_OK) == (error.text[0] == '\0'));
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    return rc;
}


static uint64_t
epoch_of(fixture_t *f)
{
    uint64_t  epoch;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_epoch_get(&epoch, f->view), LOGIN_OK);
    login_view_end(f->view);

    return epoch;
}


static void
test_round_trip(void **data)
{
    char            text[16];
    bytes_t         bytes;
    uint64_t        epoch;
    fixture_t      *f = *data;
    login_backup_t  backup;

    assert_int_equal(fixture_put(f, "Tone", "1", LOGIN_EXPECT_ABSENT),
                     LOGIN_OK);
    assert_int_equal(fixture_put(f, "Ttwo", "", LOGIN_EXPECT_ABSENT),
                     LOGIN_OK);
    back_up(f, &bytes);

    assert_int_equal(fixture_put(f, "Tone", "changed", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
    assert_int_equal(fixture_put(f, "Tthree", "3", LOGIN_EXPECT_ANY),
                     LOGIN_OK);

    assert_int_equal(restore(f, &bytes, &backup), LOGIN_OK);
    assert_int_equal(backup.records, 2);
    assert_int_equal(backup.time, 1234);

    (void) fixture_get(f, "Tone", text, sizeof(text));
    assert_string_equal(text, "1");
    (void) fixture_get(f, "Ttwo", text, sizeof(text));
    assert_string_equal(text, "");
    assert_int_equal(fixture_version(f, "Tthree"), 0);

    /* versions are those of this store's transactions */

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    epoch = login_view_version(f->view);
    login_view_end(f->view);
    assert_in_range(fixture_version(f, "Tone"), 1, epoch);
}


static void
test_epoch(void **data)
{
    bytes_t         bytes;
    uint64_t        first, second, high;
    fixture_t      *f = *data;
    login_backup_t  backup;
    const char      late[8] = { '\xff', '\xff', '\xff', '\xff',
                                '\xff', '\xff', '\xff', '\x7f' };
    login_changes_t *changes;

    back_up(f, &bytes);
    assert_int_equal(restore(f, &bytes, &backup), LOGIN_OK);
    first = epoch_of(f);

    assert_int_equal(restore(f, &bytes, &backup), LOGIN_OK);
    second = epoch_of(f);

    assert_true(first > 0);
    assert_true(second > first);

    /* a backup that is ahead of the clock */

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Mepoch"),
                      login_str(late, sizeof(late)), LOGIN_EXPECT_ANY);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    high = epoch_of(f);
    back_up(f, &bytes);
    assert_int_equal(restore(f, &bytes, &backup), LOGIN_OK);
    assert_true(epoch_of(f) == high + 1);
}


/* Each byte matters, and each that is missing. */

static void
test_changed(void **data)
{
    size_t          i;
    bytes_t         bytes, bad;
    fixture_t      *f = *data;
    login_backup_t  backup;

    assert_int_equal(fixture_put(f, "Tone", "1", LOGIN_EXPECT_ANY), LOGIN_OK);
    back_up(f, &bytes);

    assert_int_equal(fixture_put(f, "Tone", "2", LOGIN_EXPECT_ANY), LOGIN_OK);

    for (i = 0; i < bytes.len; i++) {
        bad = bytes;
        bad.data[i] ^= 0x10;
        assert_int_equal(restore(f, &bad, &backup), LOGIN_NO);

        bad = bytes;
        bad.len = i;
        assert_int_equal(restore(f, &bad, &backup), LOGIN_NO);
    }

    bad = bytes;
    bad.data[bad.len++] = '\0';
    assert_int_equal(restore(f, &bad, &backup), LOGIN_NO);

    assert_int_equal(restore(f, &bytes, &backup), LOGIN_OK);
}


/* Whole records of the same key, but not as they were put together. */

static void
test_recombined(void **data)
{
    size_t          one, rest;
    bytes_t         none, two, bad;
    fixture_t      *f = *data;
    login_backup_t  backup;
    const size_t    title = sizeof(TITLE) - 1;

    back_up(f, &none);

    assert_int_equal(fixture_put(f, "Tone", "1", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(fixture_put(f, "Ttwo", "2", LOGIN_EXPECT_ANY), LOGIN_OK);
    back_up(f, &two);

    one = 6 + 4 + 1 + LOGIN_RECORD_OVERHEAD;
    rest = two.len - title - 2 * one;

    /* without one */

    bad = two;
    memmove(bad.data + title, bad.data + title + one, one + rest);
    bad.len -= one;
    assert_int_equal(restore(f, &bad, &backup), LOGIN_NO);

    /* in another order */

    bad = two;
    memcpy(bad.data + title, two.data + title + one, one);
    memcpy(bad.data + title + one, two.data + title, one);
    assert_int_equal(restore(f, &bad, &backup), LOGIN_NO);

    /* one twice */

    bad = two;
    memcpy(bad.data + title + one, two.data + title, one);
    assert_int_equal(restore(f, &bad, &backup), LOGIN_NO);

    /* with the end of another one */

    bad = two;
    memcpy(bad.data + title + 2 * one, none.data + title, none.len - title);
    bad.len = title + 2 * one + none.len - title;
    assert_int_equal(restore(f, &bad, &backup), LOGIN_NO);

    assert_int_equal(restore(f, &two, &backup), LOGIN_OK);
}


static void
test_unreadable(void **data)
{
    int             fd;
    fixture_t      *f = *data;
    login_error_t   error;
    login_backup_t  backup;

    fixture_raw(f, login_cstr("Tbad"), login_cstr("x"));

    fd = memfd_create("backup", MFD_CLOEXEC);
    assert_int_equal(login_backup_write(&backup, f->view, fd, 0, &error),
                     LOGIN_NO);
    (void) close(fd);

    /* nor is it said to be written where it is not */

    fd = open("/dev/full", O_WRONLY);
    assert_int_equal(login_backup_write(&backup, f->view, fd, 0, &error),
                     LOGIN_NO);
    (void) close(fd);
}


static void
test_full(void **data)
{
    int             fd;
    fixture_t      *f = *data;
    login_error_t   error;
    login_backup_t  backup;

    fd = open("/dev/full", O_WRONLY);
    assert_int_equal(login_backup_write(&backup, f->view, fd, 0, &error),
                     LOGIN_FAULT);
    assert_non_null(strstr(error.text, "cannot be written (No space"));
    (void) close(fd);
}


static int
opener(fixture_t *f, int from, int to, void *data)
{
    (void) data;

    if (child_wait(from) != 'g') {
        return 1;
    }

    child_tell(to, 'b');

    if (fixture_open(f, FIXTURE_MAP) != 0) {
        return 1;
    }

    (void) child_wait(from);

    return fixture_version(f, "Tone") == 0 ? 0 : 2;
}


/* Who waits to open the store while it is replaced finds the new one. */

static void
test_open_meanwhile(void **data)
{
    int         fd, n;
    char        path[128], other[128], text[64];
    FILE       *file;
    child_t     child;
    fixture_t  *f = *data;

    assert_int_equal(fixture_put(f, "Tone", "1", LOGIN_EXPECT_ANY), LOGIN_OK);
    fixture_close(f);

    (void) snprintf(other, sizeof(other), "%s/other", f->dir);
    assert_int_equal(login_store_init(other, geteuid(), getegid(),
                                      &(login_error_t) { 0 }), LOGIN_OK);

    child = child_start(f, opener, NULL);

    (void) snprintf(path, sizeof(path), "%s/open.lock", f->path);
    fd = open(path, O_RDWR|O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);

    child_tell(child.to, 'g');
    assert_int_equal(child_wait(child.from), 'b');

    (void) snprintf(path, sizeof(path), "/proc/%d/syscall", (int) child.pid);

    do {
        file = fopen(path, "r");
        assert_non_null(file);
        assert_non_null(fgets(text, sizeof(text), file));
        (void) fclose(file);
        n = atoi(text);
    } while (n != SYS_flock && poll(NULL, 0, 1) == 0);

    (void) snprintf(path, sizeof(path), "%s/data.mdb", f->path);
    (void) snprintf(other, sizeof(other), "%s/other/data.mdb", f->dir);
    assert_int_equal(rename(other, path), 0);

    (void) close(fd);

    assert_int_equal(child_end(&child), 0);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_epoch, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_changed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_recombined, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_unreadable, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_full, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_open_meanwhile, fixture_setup,
                                        fixture_teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
