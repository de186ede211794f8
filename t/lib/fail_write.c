
/*
 * For tests: a disk below the store that fails.  The file that FAIL_WRITE
 * names is shared by all processes and says what is refused, as numbers of
 * errors; see t/lib/Login/Disk.pm.  LMDB writes through these functions.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>


#define META  8192      /* the two meta pages end here */

/* What becomes of a write of the meta page that fails. */
#define LOST  0         /* it has not happened */
#define SEEN  1         /* it is in the page cache; the next one is lost */
#define GONE  2         /* it is lost, and the last one that was seen, too */


typedef struct {
    int   data;         /* a write behind the meta pages */
    int   meta;         /* one into them */
    int   sync;
    int   fate;         /* of the latter */
    int   hits;
    int   unused[11];
    char  before[META];
} fail_write_t;


static volatile fail_write_t  *fault;


__attribute__((constructor))
static void
fail_write_start(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("FAIL_WRITE");
    if (name == NULL) {
        return;
    }

    fd = open(name, O_RDWR|O_CLOEXEC);
    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(fail_write_t), PROT_READ|PROT_WRITE, MAP_SHARED,
             fd, 0);

    (void) close(fd);

    if (p != MAP_FAILED) {
        fault = p;
    }
}


static int
fail_write_now(int fd, int err)
{
    char     name[4096], link[64];
    ssize_t  n;

    static const char  data[] = "/data.mdb";

    if (err == 0) {
        return 0;
    }

    (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, name, sizeof(name));

    if (n < (ssize_t) sizeof(data)
        || memcmp(name + n - (sizeof(data) - 1), data, sizeof(data) - 1) != 0)
    {
        return 0;
    }

    (void) __sync_add_and_fetch(&fault->hits, 1);

    return 1;
}


/* LMDB's own descriptor is for writing only. */

static void
fail_write_keep(int fd)
{
    int      in;
    char     link[64];
    ssize_t  n;

    (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    in = open(link, O_RDONLY|O_CLOEXEC);
    n = pread(in, (char *) fault->before, META, 0);

    if (n != META) {
        abort();
    }

    (void) close(in);
}


static void
fail_write_meta(int fd, const void *buf, size_t len, off_t offset)
{
    switch (fault->fate) {

    case SEEN:
        fail_write_keep(fd);
        (void) syscall(SYS_pwrite64, fd, buf, len, offset);
        fault->fate = LOST;
        break;

    case GONE:
        (void) syscall(SYS_pwrite64, fd, fault->before, (size_t) META,
                       (off_t) 0);
        break;

    default:
        break;
    }
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    int  err;

    err = fault == NULL ? 0 : offset < META ? fault->meta : fault->data;

    if (fail_write_now(fd, err)) {

        if (offset < META) {
            fail_write_meta(fd, buf, len, offset);
        }

        errno = err;
        return -1;
    }

    return syscall(SYS_pwrite64, fd, buf, len, offset);
}


ssize_t
pwrite64(int fd, const void *buf, size_t len, off_t offset)
{
    return pwrite(fd, buf, len, offset);
}


/* Several pages at once: never the meta pages. */

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
    int  err;

    err = fault == NULL ? 0 : fault->data;

    if (fail_write_now(fd, err)) {
        errno = err;
        return -1;
    }

    return syscall(SYS_writev, fd, iov, n);
}


int
fdatasync(int fd)
{
    int  err;

    err = fault == NULL ? 0 : fault->sync;

    if (fail_write_now(fd, err)) {
        errno = err;
        return -1;
    }

    return (int) syscall(SYS_fdatasync, fd);
}
