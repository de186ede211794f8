
/*
 * For tests: makes one allocation fail.  The file that FAIL_MALLOC names is
 * a counter, shared by all processes: each allocation of a thread that began
 * the process takes one off, and the one that comes to zero fails.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>


void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);


static volatile int  *counter;


__attribute__((constructor))
static void
fail_malloc_start(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("FAIL_MALLOC");
    if (name == NULL) {
        return;
    }

    fd = open(name, O_RDWR|O_CLOEXEC);
    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(int), PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);

    (void) close(fd);

    if (p != MAP_FAILED) {
        counter = p;
    }
}


static int
fail_malloc_now(void)
{
    if (counter == NULL || *counter == 0 || gettid() != getpid()) {
        return 0;
    }

    if (__sync_sub_and_fetch(counter, 1) != 0) {
        return 0;
    }

    errno = ENOMEM;

    return 1;
}


void *
malloc(size_t size)
{
    return fail_malloc_now() ? NULL : __libc_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return fail_malloc_now() ? NULL : __libc_calloc(n, size);
}


void *
realloc(void *p, size_t size)
{
    return fail_malloc_now() ? NULL : __libc_realloc(p, size);
}


int
posix_memalign(void **p, size_t alignment, size_t size)
{
    if (fail_malloc_now()) {
        return ENOMEM;
    }

    *p = __libc_memalign(alignment, size);

    return *p ? 0 : ENOMEM;
}
