
/*
 * What the disk refuses.  LMDB writes through these functions, which fail
 * here when a test says so.
 */

#include "store_fixture.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/uio.h>


#define META  8192      /* the two meta pages end here */


ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset);
ssize_t writev(int fd, const struct iovec *iov, int n);
int fdatasync(int fd);


static struct {
    int       data;     /* errno of a write behind the meta pages */
    int       meta;     /* of one into them */
    int       sync;
    unsigned  hits;
    unsigned  reach;    /* 1: the write is done, and fails all the same */
    unsigned  once;     /* 1: the next one succeeds again */
    unsigned  cached;   /* 1: the first one reaches the page cache */
} disk;


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    int  err;

    err = offset < META ? disk.meta : disk.data;

    if (err != 0) {
        disk.hits++;

        if (disk.reach || (disk.cached && disk.hits == 1)) {
            (void) syscall(SYS_pwrite64, fd, buf, len, offset);
        }

        if (disk.once) {
            disk.data = 0;
            disk.meta = 0;
        }

        errno = err;
        return -1;
    }

    return syscall(SYS_pwrite64, fd, buf, len, offset);
}


/* Several pages at once: never the meta pages. */

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
    if (disk.data != 0) {
        disk.hits++;
        errno = disk.data;
        return -1;
    }

    return syscall(SYS_writev, fd, iov, n);
}


int
fdatasync(int fd)
{
    if (disk.sync != 0) {
        disk.hits++;
        errno = disk.sync;
        return -1;
    }

    return (int) syscall(SYS_fdatasync, fd);
}


static int
heal_all(void **data)
{
    memset(&disk, 0, sizeof(disk));

    return fixture_teardown(data);
}


static void
heal(void)
{
    assert_true(disk.hits > 0);
    memset(&disk, 0, sizeof(disk));
}


static void
test_data(void **data)
{
    size_t      i;
    char        text[8];
    fixture_t  *f = *data;

    static const int  faults[] = { ENOSPC, EIO, EROFS };

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);

    for (i = 0; i < 3; i++) {
        disk.data = faults[i];

        assert_int_equal(fixture_put(f, "Ta", "b", LOGIN_EXPECT_ANY),
                         LOGIN_FAULT);
        assert_true(fixture_get(f, "Ta", text, sizeof(text)) != UINT64_MAX);
        assert_string_equal(text, "a");

        heal();

        assert_true(fixture_get(f, "Ta", text, sizeof(text)) != UINT64_MAX);
        assert_string_equal(text, "a");
        assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY),
                         LOGIN_OK);
    }
}


static void
test_sync(void **data)
{
    char        text[8];
    fixture_t  *f = *data;

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);

    disk.sync = EIO;
    assert_int_equal(fixture_put(f, "Ta", "b", LOGIN_EXPECT_ANY),
                     LOGIN_FAULT);
    heal();

    assert_true(fixture_get(f, "Ta", text, sizeof(text)) != UINT64_MAX);
    assert_string_equal(text, "a");
    assert_int_equal(fixture_put(f, "Ta", "c", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_true(fixture_get(f, "Ta", text, sizeof(text)) != UINT64_MAX);
    assert_string_equal(text, "c");
}


/* No "no" either, where it may come from what was not written then. */

static void
test_batch(void **data)
{
    size_t            i;
    fixture_t        *f = *data;
    login_changes_t  *sets[3];

    for (i = 0; i < 3; i++) {
        sets[i] = login_changes_create();
        login_changes_put(sets[i], login_cstr("Ta"), login_cstr("a"),
                          LOGIN_EXPECT_ABSENT);
    }

    disk.data = EIO;

    assert_int_equal(login_commit_begin(f->commit), LOGIN_OK);
    login_commit_apply(f->commit, sets, 3);

    for (i = 0; i < 3; i++) {
        assert_int_equal(login_changes_result(sets[i]), LOGIN_FAULT);
    }

    heal();

    assert_int_equal(fixture_version(f, "Ta"), 0);

    assert_int_equal(login_commit_begin(f->commit), LOGIN_OK);
    login_commit_apply(f->commit, sets, 3);

    for (i = 0; i < 3; i++) {
        assert_int_equal(login_changes_result(sets[i]),
                         i == 0 ? LOGIN_OK : LOGIN_NO);
        login_changes_destroy(sets[i]);
    }
}


/*
 * A fault on the meta page makes LMDB panic: it is opened anew, and views
 * go on.  What was in the commit is a fault, whether it got there or not.
 */

static void
panic(fixture_t *f, int fault, unsigned reach, unsigned once)
{
    size_t            i;
    uint64_t          version;
    login_view_t     *other;
    login_changes_t  *sets[2];

    other = login_view_create(f->store, &f->ring);
    assert_int_equal(login_view_begin(other), LOGIN_OK);
    login_view_end(other);

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);
    version = fixture_version(f, "Ta");

    for (i = 0; i < 2; i++) {
        sets[i] = login_changes_create();
        login_changes_put(sets[i], login_str(i == 0 ? "Tx" : "Ty", 2),
                          login_cstr("x"), LOGIN_EXPECT_ANY);
    }

    disk.meta = fault;
    disk.reach = reach;
    disk.once = once;

    assert_int_equal(login_commit_begin(f->commit), LOGIN_OK);
    login_commit_apply(f->commit, sets, 2);

    for (i = 0; i < 2; i++) {
        assert_int_equal(login_changes_result(sets[i]), LOGIN_FAULT);
        login_changes_destroy(sets[i]);
    }

    heal();

    assert_int_equal(login_view_begin(other), LOGIN_OK);
    login_view_end(other);

    /* what was read before is no state of now */

    assert_true(fixture_version(f, "Ta") != version);
    assert_int_equal(fixture_put(f, "Ta", "c", version), LOGIN_NO);
    version = fixture_version(f, "Ta");
    assert_int_equal(fixture_put(f, "Ta", "c", version), LOGIN_OK);
    assert_true(fixture_version(f, "Ta") > version);
    assert_true((fixture_version(f, "Tx") == 0)
                == (fixture_version(f, "Ty") == 0));

    login_view_destroy(other);
}


static void
test_panic(void **data)
{
    fixture_t  *f = *data;

    panic(f, EIO, 0, 0);
    panic(f, ENOSPC, 0, 0);
    panic(f, EIO, 1, 0);
    panic(f, ENOSPC, 1, 0);
    panic(f, EIO, 0, 1);
    panic(f, ENOSPC, 0, 1);
    panic(f, ENOSPC, 1, 1);
}


static void
meta_pages(fixture_t *f, u_char pages[META], int flags)
{
    int   fd;
    char  path[128];

    (void) snprintf(path, sizeof(path), "%s/data.mdb", f->path);

    fd = open(path, flags|O_CLOEXEC);
    assert_true(fd != -1);

    if (flags == O_RDONLY) {
        assert_int_equal(syscall(SYS_pread64, fd, pages, META, 0), META);

    } else {
        assert_int_equal(syscall(SYS_pwrite64, fd, pages, META, 0), META);
    }

    (void) close(fd);
}


/*
 * A commit that was seen, since it got into the page cache, and went from
 * there without having been on disk: its number comes again.
 */

static void
test_number_again(void **data)
{
    u_char       pages[META];
    uint64_t     record, state;
    fixture_t   *f = *data;

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);

    meta_pages(f, pages, O_RDONLY);

    disk.meta = EIO;
    disk.cached = 1;
    assert_int_equal(fixture_put(f, "Ta", "seen", LOGIN_EXPECT_ANY),
                     LOGIN_FAULT);
    heal();

    record = fixture_version(f, "Ta");
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    state = login_view_version(f->view);
    login_view_end(f->view);

    disk.meta = EIO;
    assert_int_equal(fixture_put(f, "Tb", "b", LOGIN_EXPECT_ANY),
                     LOGIN_FAULT);
    heal();
    meta_pages(f, pages, O_WRONLY);

    assert_int_equal(fixture_put(f, "Ta", "other", LOGIN_EXPECT_ANY),
                     LOGIN_OK);

    /* the same for LMDB */

    assert_int_equal(fixture_version(f, "Ta") & UINT32_MAX,
                     record & UINT32_MAX);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_version(f->view) & UINT32_MAX,
                     state & UINT32_MAX);
    assert_true(login_view_version(f->view) != state);
    login_view_end(f->view);

    assert_int_equal(fixture_put(f, "Ta", "wrong", record), LOGIN_NO);
}


/* While another view is at work it cannot be; that one is not cut off. */

static void
test_panic_busy(void **data)
{
    fixture_t       *f = *data;
    login_view_t    *other;
    login_record_t   record;

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);

    other = login_view_create(f->store, &f->ring);
    assert_int_equal(login_view_begin(other), LOGIN_OK);

    disk.meta = EIO;
    assert_int_equal(fixture_put(f, "Ta", "b", LOGIN_EXPECT_ANY),
                     LOGIN_FAULT);
    heal();

    assert_int_equal(fixture_version(f, "Ta"), UINT64_MAX);
    assert_int_equal(login_view_get(other, login_cstr("Ta"), &record),
                     LOGIN_OK);
    assert_memory_equal(record.payload.data, "a", 1);
    login_view_end(other);

    assert_true(fixture_version(f, "Ta") != UINT64_MAX);
    assert_int_equal(login_view_begin(other), LOGIN_OK);
    login_view_end(other);

    login_view_destroy(other);
}


/* L09: a disk that is full indeed, in a mount namespace of its own. */

static int
fill(fixture_t *f, int from, int to, void *data)
{
    int            i, n, full;
    char           key[16], text[1025];
    login_error_t  e;

    (void) from;
    (void) data;

    if (unshare(CLONE_NEWNS) == -1
        || mount("none", "/", "", MS_REC|MS_PRIVATE, NULL) == -1
        || mount("tmpfs", f->dir, "tmpfs", 0, "size=1m,mode=0700") == -1)
    {
        child_tell(to, 's');
        return 0;
    }

    child_tell(to, 'g');

    if (login_store_init(f->path, geteuid(), getegid(), &e) != LOGIN_OK
        || fixture_open(f, FIXTURE_MAP) != 0)
    {
        return 1;
    }

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';

    for (n = 0; n < 5000; n++) {
        (void) snprintf(key, sizeof(key), "T%05d", n);

        if (fixture_put(f, key, text, LOGIN_EXPECT_ABSENT) != LOGIN_OK) {
            break;
        }
    }

    if (n == 0 || n == 5000) {
        return 2;
    }

    /* what was acknowledged is what is there; reading goes on */

    for (full = 0; full < 2; full++) {

        for (i = 0; i < n; i++) {
            (void) snprintf(key, sizeof(key), "T%05d", i);

            if (fixture_version(f, key) == UINT64_MAX
                || fixture_version(f, key) == 0)
            {
                return 3;
            }
        }

        (void) snprintf(key, sizeof(key), "T%05d", n);

        if (fixture_version(f, key) != 0) {
            return 4;
        }

        /* again after opening it anew */

        fixture_close(f);

        if (fixture_open(f, FIXTURE_MAP) != 0) {
            return 5;
        }
    }

    if (mount("tmpfs", f->dir, "tmpfs", MS_REMOUNT, "size=4m") == -1) {
        return 6;
    }

    if (fixture_put(f, key, text, LOGIN_EXPECT_ABSENT) != LOGIN_OK
        || fixture_version(f, key) == 0)
    {
        return 7;
    }

    return 0;
}


static void
test_full_disk(void **data)
{
    int         said;
    child_t     child;
    fixture_t  *f = *data;

    child = child_start(f, fill, NULL);

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
    cmocka_unit_test_setup_teardown(name, fixture_setup, heal_all)

    const struct CMUnitTest  tests[] = {
        test(test_data),
        test(test_sync),
        test(test_batch),
        test(test_panic),
        test(test_number_again),
        test(test_panic_busy),
        cmocka_unit_test_setup_teardown(test_full_disk, fixture_make,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
