
/*
 * L16: the power fails.  All writes of some commits are recorded, and what
 * a disk may have of them at each moment is built anew and opened: what was
 * synced, and of the rest some writes in part or not at all.
 */

#include "store_fixture.h"

#include <sys/syscall.h>
#include <sys/uio.h>


#define COMMITS  40
#define KEPT     10         /* records at a time */
#define OPS      4096
#define SIZE     (1 << 20)  /* of the file, more than it ever has */
#define SECTOR   512        /* is written whole or not at all */


ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset);
ssize_t writev(int fd, const struct iovec *iov, int n);
int fdatasync(int fd);


typedef struct {
    off_t    offset;
    size_t   len;
    u_char  *data;          /* NULL: all before is on disk */
    int      acknowledged;  /* commits, when it began */
} op_t;


static op_t    ops[OPS];
static size_t  nops;
static int     acknowledged;
static ino_t   recording;   /* 0: nothing */


static void
record(int fd, const void *data, size_t len, off_t offset)
{
    op_t         *op;
    struct stat   st;

    if (recording == 0 || fstat(fd, &st) == -1 || st.st_ino != recording) {
        return;
    }

    assert_true(nops < OPS);

    op = &ops[nops++];
    op->acknowledged = acknowledged;
    op->offset = offset;
    op->len = len;

    if (data != NULL) {
        op->data = malloc(len);
        assert_non_null(op->data);
        memcpy(op->data, data, len);
    }
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    record(fd, buf, len, offset);

    /* LMDB writes its meta pages through a descriptor that syncs them */

    if (fcntl(fd, F_GETFL) & O_DSYNC) {
        record(fd, NULL, 0, 0);
    }

    return syscall(SYS_pwrite64, fd, buf, len, offset);
}


ssize_t
writev(int fd, const struct iovec *iov, int n)
{
    int    i;
    off_t  offset;

    offset = lseek(fd, 0, SEEK_CUR);

    for (i = 0; i < n; i++) {
        record(fd, iov[i].iov_base, iov[i].iov_len, offset);
        offset += (off_t) iov[i].iov_len;
    }

    return syscall(SYS_writev, fd, iov, n);
}


int
fdatasync(int fd)
{
    record(fd, NULL, 0, 0);

    return (int) syscall(SYS_fdatasync, fd);
}


static void
text_of(char text[2000], int n)
{
    size_t  len;

    len = 100 + (size_t) n * 397 % 1800;

    memset(text, 'a' + n % 26, len);
    text[len] = '\0';
}


static void
commit(fixture_t *f, int n)
{
    char              key[16], text[2000];
    login_changes_t  *set;

    set = login_changes_create();

    text_of(text, n);
    (void) snprintf(key, sizeof(key), "T%05d", n);
    login_changes_put(set, login_cstr(key), login_cstr(text),
                      LOGIN_EXPECT_ABSENT);

    (void) snprintf(key, sizeof(key), "T%05d", n - KEPT);
    login_changes_delete(set, login_cstr(key), LOGIN_EXPECT_ANY);

    (void) snprintf(text, sizeof(text), "%d", n);
    login_changes_put(set, login_cstr("Tlast"), login_cstr(text),
                      LOGIN_EXPECT_ANY);

    assert_int_equal(login_commit_one(f->commit, set), LOGIN_OK);
    login_changes_destroy(set);
}


/* One state, whole, and none that is older than what was acknowledged. */

static void
check(fixture_t *f, const char *path, const u_char *image, int least)
{
    int          fd, i, last;
    char         name[128], key[16], text[2000], wanted[2000];
    fixture_t    copy = { .ring = f->ring };

    (void) snprintf(copy.path, sizeof(copy.path), "%s", path);
    (void) snprintf(name, sizeof(name), "%s/data.mdb", path);

    fd = open(name, O_WRONLY|O_CLOEXEC);
    assert_true(fd != -1);
    assert_int_equal(syscall(SYS_pwrite64, fd, image, SIZE, 0), SIZE);
    (void) close(fd);

    assert_int_equal(fixture_open(&copy, FIXTURE_MAP), 0);

    assert_true(fixture_get(&copy, "Tlast", text, sizeof(text))
                != UINT64_MAX);
    last = atoi(text);

    assert_in_range(last, least, least + 1);

    for (i = 1; i <= COMMITS; i++) {
        (void) snprintf(key, sizeof(key), "T%05d", i);
        text[0] = '\0';
        wanted[0] = '\0';

        if (i <= last && i > last - KEPT) {
            text_of(wanted, i);
        }

        assert_true(fixture_get(&copy, key, text, sizeof(text))
                    != UINT64_MAX);
        assert_string_equal(text, wanted);
    }

    fixture_close(&copy);
}


static void
apply(u_char *image, const op_t *op, size_t len)
{
    assert_true((size_t) op->offset + op->len <= SIZE);
    memcpy(image + op->offset, op->data, len);
}


static unsigned
draw(void)
{
    uint16_t  n;

    assert_int_equal(login_random(&n, sizeof(n)), LOGIN_OK);

    return n;
}


static void
test_power_fails(void **data)
{
    int            n, way;
    char           name[128], path[80];
    size_t         i, cut, synced, images;
    ssize_t        len;
    u_char        *base, *image;
    fixture_t     *f = *data;
    struct stat    st;
    login_error_t  error;

    base = calloc(1, SIZE);
    image = malloc(SIZE);
    assert_non_null(base);
    assert_non_null(image);

    (void) snprintf(path, sizeof(path), "%.60s/copy", f->dir);
    assert_int_equal(login_store_init(path, geteuid(), getegid(), &error),
                     LOGIN_OK);

    (void) snprintf(name, sizeof(name), "%s/data.mdb", f->path);
    commit(f, 1);
    acknowledged = 1;

    n = open(name, O_RDONLY|O_CLOEXEC);
    assert_int_equal(fstat(n, &st), 0);
    len = read(n, base, SIZE);
    assert_int_equal(len, st.st_size);
    (void) close(n);

    recording = st.st_ino;

    for (n = 2; n <= COMMITS; n++) {
        commit(f, n);
        acknowledged = n;
    }

    recording = 0;

    assert_true(nops > 3 * COMMITS);

    /* each moment, after "cut" writes; "base" is what was synced by then */

    synced = 0;
    images = 0;

    for (cut = 0; cut < nops; cut++) {

        if (ops[cut].data == NULL) {
            for (i = synced; i < cut; i++) {
                apply(base, &ops[i], ops[i].len);
            }

            synced = cut + 1;
        }

        for (way = 0; way < 5; way++) {
            memcpy(image, base, SIZE);

            for (i = synced; i <= cut && cut < nops; i++) {

                if (ops[i].data == NULL || way == 0) {
                    continue;
                }

                /* all, some, or some in part */

                if (way == 1 || draw() % 2) {
                    apply(image, &ops[i],
                          way < 4 || ops[i].len < SECTOR ? ops[i].len
                          : draw() % (ops[i].len / SECTOR) * SECTOR);
                }
            }

            check(f, path, image, ops[cut].acknowledged);
            images++;

            if (synced > cut) {
                break;
            }
        }
    }

    assert_true(images > nops);
    print_message("%zu writes and syncs, %zu states of a disk\n", nops,
                  images);

    for (i = 0; i < nops; i++) {
        free(ops[i].data);
    }

    free(base);
    free(image);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_power_fails, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
