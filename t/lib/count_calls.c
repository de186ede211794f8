
/*
 * For tests: counts the work of a sign-in, in all processes that share the
 * file that COUNT_CALLS names.
 */

#define _GNU_SOURCE

#include <argon2.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>


/* As t/signin-work.t reads it. */
typedef struct {
    uint64_t  hashes;
    uint64_t  blocks;       /* KiB times passes, of all hashes */
    uint64_t  gets;
    uint64_t  walks;        /* steps of cursors */
    uint64_t  views;        /* transactions that read */
    uint64_t  commits;
} count_calls_t;


static count_calls_t  *count;


__attribute__((constructor))
static void
count_calls_start(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("COUNT_CALLS");
    fd = name != NULL ? open(name, O_RDWR|O_CLOEXEC) : -1;
    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(count_calls_t), PROT_READ|PROT_WRITE, MAP_SHARED,
             fd, 0);

    (void) close(fd);

    if (p != MAP_FAILED) {
        count = p;
    }
}


#define COUNT(type, name, params, args, what)                                 \
                                                                              \
                                                                              \
    type                                                                      \
    name params                                                               \
    {                                                                         \
        static type (*real) params;                                           \
                                                                              \
        if (real == NULL) {                                                   \
            *(void **) &real = dlsym(RTLD_NEXT, #name);                       \
        }                                                                     \
                                                                              \
        if (count != NULL) {                                                  \
            what;                                                             \
        }                                                                     \
                                                                              \
        return real args;                                                     \
    }

#define ADD(name, n)  __sync_add_and_fetch(&count->name, (n))


COUNT(int, argon2_ctx, (argon2_context *c, argon2_type t), (c, t),
      ADD(hashes, 1); ADD(blocks, (uint64_t) c->m_cost * c->t_cost))
COUNT(int, mdb_get, (MDB_txn *t, MDB_dbi d, MDB_val *k, MDB_val *v),
      (t, d, k, v), ADD(gets, 1))
COUNT(int, mdb_cursor_get, (MDB_cursor *c, MDB_val *k, MDB_val *v,
      MDB_cursor_op op), (c, k, v, op), ADD(walks, 1))
COUNT(int, mdb_txn_renew, (MDB_txn *t), (t), ADD(views, 1))
COUNT(int, mdb_txn_commit, (MDB_txn *t), (t), ADD(commits, 1))
