
/*
 * For tests: the n-th call of a kind fails, preloaded into nginx or the
 * command line.  The file that FAIL_CALL names is shared by all processes
 * and may change at any time; see t/lib/Login/Fault.pm.  Calls that libc
 * makes inside of itself are not seen, but for those of malloc().
 */

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <lmdb.h>
#include <pthread.h>
#include <pwd.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zxcvbn.h>
#include <openssl/evp.h>


#define FAIL_MEMORY   0x01
#define FAIL_MAP      0x02
#define FAIL_WRITE    0x04      /* to files, but for logs */
#define FAIL_SYNC     0x08
#define FAIL_OPEN     0x10
#define FAIL_SOCKET   0x20      /* and what else makes descriptors */
#define FAIL_THREAD   0x40
#define FAIL_READ     0x80      /* of files */
#define FAIL_NAME     0x100     /* names, owners, modes, sizes, locks */
#define FAIL_STORE    0x200     /* of LMDB */
#define FAIL_CRYPTO   0x400     /* of OpenSSL, and random numbers */
#define FAIL_OWN      0x800     /* memory that is not for libraries */


typedef struct {
    int  kinds;
    int  n;             /* which one fails; 0: none */
    int  times;         /* how many from there on; 0: all */
    int  seen;
    int  hits;
} fail_call_t;


void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

typedef int (*fail_create_pt)(pthread_t *, const pthread_attr_t *,
    void *(*)(void *), void *);
typedef FILE *(*fail_fopen_pt)(const char *, const char *);
typedef DIR *(*fail_opendir_pt)(const char *);


typedef double (*fail_match_pt)(const char *, const char **, ZxcMatch_t **);
typedef struct passwd *(*fail_user_pt)(const char *);
typedef struct passwd *(*fail_owner_pt)(uid_t);
typedef struct group *(*fail_group_pt)(const char *);
typedef int (*fail_groups_pt)(const char *, gid_t);


static volatile fail_call_t  *fail;
static __thread int           fail_spared;

static fail_create_pt         fail_create;
static fail_fopen_pt          fail_fopen;
static fail_opendir_pt        fail_opendir;
static fail_user_pt           fail_user;
static fail_owner_pt          fail_owner;
static fail_group_pt          fail_group;
static fail_groups_pt         fail_groups;


__attribute__((constructor))
static void
fail_call_start(void)
{
    int          fd;
    void        *p;
    const char  *name;

    *(void **) &fail_create = dlsym(RTLD_NEXT, "pthread_create");
    *(void **) &fail_fopen = dlsym(RTLD_NEXT, "fopen64");
    *(void **) &fail_opendir = dlsym(RTLD_NEXT, "opendir");
    *(void **) &fail_user = dlsym(RTLD_NEXT, "getpwnam");
    *(void **) &fail_owner = dlsym(RTLD_NEXT, "getpwuid");
    *(void **) &fail_group = dlsym(RTLD_NEXT, "getgrnam");
    *(void **) &fail_groups = dlsym(RTLD_NEXT, "initgroups");

    name = getenv("FAIL_CALL");
    if (name == NULL) {
        return;
    }

    fd = (int) syscall(SYS_openat, AT_FDCWD, name, O_RDWR|O_CLOEXEC);
    if (fd == -1) {
        return;
    }

    p = (void *) syscall(SYS_mmap, NULL, sizeof(fail_call_t),
                         PROT_READ|PROT_WRITE, MAP_SHARED, fd, (off_t) 0);

    (void) close(fd);

    if (p != MAP_FAILED) {
        fail = p;
    }
}


static int
fail_now(int kind, int err)
{
    int  n, seen;

    if (fail == NULL || fail->n == 0 || !(fail->kinds & kind) || fail_spared)
    {
        return 0;
    }

    n = fail->n;
    seen = __sync_add_and_fetch(&fail->seen, 1);

    if (seen < n || (fail->times != 0 && seen >= n + fail->times)) {
        return 0;
    }

    (void) __sync_add_and_fetch(&fail->hits, 1);

    errno = err;

    return 1;
}


/* Whether a descriptor is of a file that is not a log. */

static int
fail_file(int fd)
{
    char         name[4096], link[64];
    ssize_t      n;
    struct stat  st;

    if (fail == NULL || fail->n == 0 || !(fail->kinds & (FAIL_WRITE|FAIL_READ))
        || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
    {
        return 0;
    }

    (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, name, sizeof(name));

    return n < 4 || memcmp(name + n - 4, ".log", 4) != 0;
}


/* --- memory */


/* The program, the module, and the library of JSON, which asks for them. */

static int
fail_own(void *caller)
{
    Dl_info  info;

    return dladdr(caller, &info) == 0
           || strstr(info.dli_fname, ".so") == NULL
           || strstr(info.dli_fname, "ngx_http_login_module") != NULL
           || strstr(info.dli_fname, "libjansson") != NULL;
}


static int
fail_memory(void *caller)
{
    if (fail == NULL || fail->n == 0
        || !(fail->kinds & (FAIL_MEMORY|FAIL_OWN))
        || ((fail->kinds & FAIL_OWN) && !fail_own(caller)))
    {
        return 0;
    }

    return fail_now(FAIL_MEMORY|FAIL_OWN, ENOMEM);
}


#define fail_alloc()  fail_memory(__builtin_return_address(0))


void *
malloc(size_t size)
{
    return fail_alloc() ? NULL : __libc_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return fail_alloc() ? NULL : __libc_calloc(n, size);
}


void *
realloc(void *p, size_t size)
{
    return fail_alloc() ? NULL : __libc_realloc(p, size);
}


void *
memalign(size_t alignment, size_t size)
{
    return fail_alloc() ? NULL : __libc_memalign(alignment, size);
}


void *
aligned_alloc(size_t alignment, size_t size)
{
    return fail_alloc() ? NULL : __libc_memalign(alignment, size);
}


int
posix_memalign(void **p, size_t alignment, size_t size)
{
    *p = fail_alloc() ? NULL : __libc_memalign(alignment, size);

    return *p ? 0 : ENOMEM;
}


void *
mmap(void *p, size_t size, int prot, int flags, int fd, off_t offset)
{
    return fail_now(FAIL_MAP, ENOMEM)
           ? MAP_FAILED
           : (void *) syscall(SYS_mmap, p, size, prot, flags, fd, offset);
}


void *
mmap64(void *p, size_t size, int prot, int flags, int fd, off_t offset)
{
    return mmap(p, size, prot, flags, fd, offset);
}


/* --- files */

ssize_t
write(int fd, const void *buf, size_t len)
{
    return fail_file(fd) && fail_now(FAIL_WRITE, ENOSPC)
           ? -1 : syscall(SYS_write, fd, buf, len);
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    return fail_file(fd) && fail_now(FAIL_WRITE, ENOSPC)
           ? -1 : syscall(SYS_pwrite64, fd, buf, len, offset);
}


ssize_t
pwrite64(int fd, const void *buf, size_t len, off_t offset)
{
    return pwrite(fd, buf, len, offset);
}


ssize_t
writev(int fd, const struct iovec *iov, int n)
{
    return fail_file(fd) && fail_now(FAIL_WRITE, ENOSPC)
           ? -1 : syscall(SYS_writev, fd, iov, n);
}


ssize_t
pwritev(int fd, const struct iovec *iov, int n, off_t offset)
{
    return fail_file(fd) && fail_now(FAIL_WRITE, ENOSPC)
           ? -1 : syscall(SYS_pwritev, fd, iov, n, offset, 0);
}


ssize_t
read(int fd, void *buf, size_t len)
{
    return fail_file(fd) && fail_now(FAIL_READ, EIO)
           ? -1 : syscall(SYS_read, fd, buf, len);
}


ssize_t
pread(int fd, void *buf, size_t len, off_t offset)
{
    return fail_file(fd) && fail_now(FAIL_READ, EIO)
           ? -1 : syscall(SYS_pread64, fd, buf, len, offset);
}


ssize_t
pread64(int fd, void *buf, size_t len, off_t offset)
{
    return pread(fd, buf, len, offset);
}


int
fsync(int fd)
{
    return fail_now(FAIL_SYNC, EIO) ? -1 : (int) syscall(SYS_fsync, fd);
}


int
fdatasync(int fd)
{
    return fail_now(FAIL_SYNC, EIO) ? -1 : (int) syscall(SYS_fdatasync, fd);
}


int
msync(void *p, size_t size, int flags)
{
    return fail_now(FAIL_SYNC, EIO) ? -1
                                    : (int) syscall(SYS_msync, p, size, flags);
}


static int
fail_open(int dir, const char *path, int flags, mode_t mode)
{
    return fail_now(FAIL_OPEN, EMFILE)
           ? -1 : (int) syscall(SYS_openat, dir, path, flags, mode);
}


/* The mode is there where it has a meaning. */

#define fail_mode(mode, flags)                                               \
    do {                                                                     \
        va_list  args;                                                       \
                                                                             \
        va_start(args, flags);                                               \
        mode = (flags & (O_CREAT|O_TMPFILE)) ? va_arg(args, mode_t) : 0;     \
        va_end(args);                                                        \
    } while (0)


int
open(const char *path, int flags, ...)
{
    mode_t  mode;

    fail_mode(mode, flags);

    return fail_open(AT_FDCWD, path, flags, mode);
}


int
open64(const char *path, int flags, ...)
{
    mode_t  mode;

    fail_mode(mode, flags);

    return fail_open(AT_FDCWD, path, flags, mode);
}


int
openat(int dir, const char *path, int flags, ...)
{
    mode_t  mode;

    fail_mode(mode, flags);

    return fail_open(dir, path, flags, mode);
}


int
openat64(int dir, const char *path, int flags, ...)
{
    mode_t  mode;

    fail_mode(mode, flags);

    return fail_open(dir, path, flags, mode);
}


FILE *
fopen(const char *path, const char *mode)
{
    return fail_now(FAIL_OPEN, EMFILE) ? NULL : fail_fopen(path, mode);
}


FILE *
fopen64(const char *path, const char *mode)
{
    return fopen(path, mode);
}


DIR *
opendir(const char *path)
{
    return fail_now(FAIL_OPEN, EMFILE) ? NULL : fail_opendir(path);
}


/* --- names, owners, modes, sizes, locks */

int
rename(const char *from, const char *to)
{
    return fail_now(FAIL_NAME, ENOSPC) ? -1
                                       : (int) syscall(SYS_rename, from, to);
}


int
link(const char *from, const char *to)
{
    return fail_now(FAIL_NAME, ENOSPC) ? -1 : (int) syscall(SYS_link, from, to);
}


int
mkdir(const char *path, mode_t mode)
{
    return fail_now(FAIL_NAME, ENOSPC) ? -1
                                       : (int) syscall(SYS_mkdir, path, mode);
}


int
unlink(const char *path)
{
    return fail_now(FAIL_NAME, EIO) ? -1 : (int) syscall(SYS_unlink, path);
}


int
chown(const char *path, uid_t uid, gid_t gid)
{
    return fail_now(FAIL_NAME, EIO) ? -1
                                    : (int) syscall(SYS_chown, path, uid, gid);
}


int
fchown(int fd, uid_t uid, gid_t gid)
{
    return fail_now(FAIL_NAME, EIO) ? -1
                                    : (int) syscall(SYS_fchown, fd, uid, gid);
}


int
chmod(const char *path, mode_t mode)
{
    return fail_now(FAIL_NAME, EIO) ? -1
                                    : (int) syscall(SYS_chmod, path, mode);
}


int
fchmod(int fd, mode_t mode)
{
    return fail_now(FAIL_NAME, EIO) ? -1 : (int) syscall(SYS_fchmod, fd, mode);
}


int
ftruncate(int fd, off_t size)
{
    return fail_now(FAIL_NAME, ENOSPC) ? -1
                                       : (int) syscall(SYS_ftruncate, fd, size);
}


int
ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}


int
flock(int fd, int operation)
{
    return fail_now(FAIL_NAME, ENOLCK) ? -1
                                       : (int) syscall(SYS_flock, fd,
                                                       operation);
}


/* --- descriptors and threads */

int
eventfd(unsigned int n, int flags)
{
    return fail_now(FAIL_SOCKET, EMFILE) ? -1
                                         : (int) syscall(SYS_eventfd2, n,
                                                         flags);
}


int
epoll_create(int n)
{
    (void) n;

    return fail_now(FAIL_SOCKET, EMFILE) ? -1
                                         : (int) syscall(SYS_epoll_create1, 0);
}


int
epoll_ctl(int ep, int op, int fd, struct epoll_event *event)
{
    return fail_now(FAIL_SOCKET, ENOSPC) ? -1
                                         : (int) syscall(SYS_epoll_ctl, ep, op,
                                                         fd, event);
}


int
socket(int domain, int type, int protocol)
{
    return fail_now(FAIL_SOCKET, EMFILE) ? -1
                                         : (int) syscall(SYS_socket, domain,
                                                         type, protocol);
}


int
accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
    return fail_now(FAIL_SOCKET, EMFILE) ? -1
                                         : (int) syscall(SYS_accept4, fd,
                                                         address, len, flags);
}


int
pthread_create(pthread_t *thread, const pthread_attr_t *attr,
    void *(*run)(void *), void *data)
{
    return fail_now(FAIL_THREAD, EAGAIN) ? EAGAIN
                                         : fail_create(thread, attr, run, data);
}


/* --- the store, signatures */


/* nginx loads the module, and LMDB with it, when this is there already. */

static void *
fail_real(const char *library, const char *name)
{
    void  *p, *handle;

    fail_spared++;

    handle = dlopen(library, RTLD_LAZY);
    p = handle != NULL ? dlsym(handle, name) : NULL;

    fail_spared--;

    if (p == NULL) {
        abort();
    }

    return p;
}


#define FAIL(kind, library, type, name, params, args, bad)                   \
    type                                                                     \
    name params                                                              \
    {                                                                        \
        static type (*real) params;                                          \
                                                                             \
        if (real == NULL) {                                                  \
            *(void **) &real = fail_real(library, #name);                    \
        }                                                                    \
                                                                             \
        return fail_now(kind, EIO) ? (bad) : real args;                      \
    }

#define FAIL_LMDB(name, params, args, bad)                                   \
    FAIL(FAIL_STORE, "liblmdb.so.0", int, name, params, args, bad)

#define FAIL_EVP(name, params, args)                                         \
    FAIL(FAIL_CRYPTO, "libcrypto.so.3", int, name, params, args, 0)


FAIL_LMDB(mdb_txn_begin, (MDB_env *env, MDB_txn *parent, unsigned flags,
    MDB_txn **txn), (env, parent, flags, txn), ENOMEM)
FAIL_LMDB(mdb_txn_renew, (MDB_txn *txn), (txn), ENOMEM)
FAIL_LMDB(mdb_get, (MDB_txn *txn, MDB_dbi dbi, MDB_val *k, MDB_val *v),
    (txn, dbi, k, v), MDB_CORRUPTED)
FAIL_LMDB(mdb_put, (MDB_txn *txn, MDB_dbi dbi, MDB_val *k, MDB_val *v,
    unsigned flags), (txn, dbi, k, v, flags), ENOSPC)
FAIL_LMDB(mdb_del, (MDB_txn *txn, MDB_dbi dbi, MDB_val *k, MDB_val *v),
    (txn, dbi, k, v), ENOSPC)
FAIL_LMDB(mdb_cursor_open, (MDB_txn *txn, MDB_dbi dbi, MDB_cursor **c),
    (txn, dbi, c), ENOMEM)
FAIL_LMDB(mdb_cursor_get, (MDB_cursor *c, MDB_val *k, MDB_val *v,
    MDB_cursor_op op), (c, k, v, op), MDB_CORRUPTED)
FAIL_LMDB(mdb_env_info, (MDB_env *env, MDB_envinfo *info), (env, info), EINVAL)

FAIL_EVP(EVP_DigestInit_ex, (EVP_MD_CTX *c, const EVP_MD *md, ENGINE *e),
    (c, md, e))
FAIL_EVP(EVP_Digest, (const void *p, size_t n, unsigned char *md,
    unsigned *size, const EVP_MD *type, ENGINE *e), (p, n, md, size, type, e))
FAIL_EVP(EVP_MAC_init, (EVP_MAC_CTX *c, const unsigned char *key, size_t n,
    const OSSL_PARAM *p), (c, key, n, p))
FAIL_EVP(EVP_MAC_final, (EVP_MAC_CTX *c, unsigned char *p, size_t *n,
    size_t size), (c, p, n, size))
FAIL_EVP(EVP_KDF_derive, (EVP_KDF_CTX *c, unsigned char *key, size_t n,
    const OSSL_PARAM *p), (c, key, n, p))


ssize_t
getrandom(void *p, size_t n, unsigned flags)
{
    return fail_now(FAIL_CRYPTO, EIO) ? -1
                                      : syscall(SYS_getrandom, p, n, flags);
}


/* --- libzxcvbn 2.5 and libc 2.36 crash of themselves without memory */

double
ZxcvbnMatch(const char *password, const char *words[], ZxcMatch_t **info)
{
    double                bits;
    static fail_match_pt  match;

    if (match == NULL) {
        *(void **) &match = fail_real("libzxcvbn.so.0", "ZxcvbnMatch");
    }

    fail_spared++;
    bits = match(password, words, info);
    fail_spared--;

    return bits;
}


struct passwd *
getpwnam(const char *name)
{
    struct passwd  *pw;

    fail_spared++;
    pw = fail_user(name);
    fail_spared--;

    return pw;
}


struct passwd *
getpwuid(uid_t uid)
{
    struct passwd  *pw;

    fail_spared++;
    pw = fail_owner(uid);
    fail_spared--;

    return pw;
}


struct group *
getgrnam(const char *name)
{
    struct group  *group;

    fail_spared++;
    group = fail_group(name);
    fail_spared--;

    return group;
}


int
initgroups(const char *user, gid_t group)
{
    int  rc;

    fail_spared++;
    rc = fail_groups(user, group);
    fail_spared--;

    return rc;
}
