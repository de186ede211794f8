
/* A store of its own for each test, and other processes that work on it. */

#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H


#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>


#define FIXTURE_MAP   (16 * 1024 * 1024)
#define FIXTURE_KEY_A "1111111111111111111111111111111111111111111111111111" \
                      "111111111111\n"
#define FIXTURE_KEY_B "2222222222222222222222222222222222222222222222222222" \
                      "222222222222\n"

#define UNUSED        __attribute__((unused))


typedef struct {
    char              dir[64];
    char              path[80];
    login_keyring_t   ring;
    login_store_t    *store;
    login_view_t     *view;
    login_commit_t   *commit;
} fixture_t;


UNUSED static void
fixture_ring(login_keyring_t *ring, const char *text)
{
    login_error_t  error;

    assert_int_equal(login_keyring_parse(ring, login_cstr(text), &error),
                     LOGIN_OK);
}


/* A folder and in it an empty store, which nobody has open yet. */

UNUSED static int
fixture_make(void **data)
{
    fixture_t      *f;
    const char     *tmp;
    login_error_t   error;

    f = calloc(1, sizeof(fixture_t));
    assert_non_null(f);

    tmp = getenv("TMPDIR");

    (void) snprintf(f->dir, sizeof(f->dir), "%s/login-test-XXXXXX",
                    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");

    assert_non_null(mkdtemp(f->dir));

    (void) snprintf(f->path, sizeof(f->path), "%s/store", f->dir);

    assert_int_equal(login_store_init(f->path, geteuid(), getegid(), &error),
                     LOGIN_OK);

    fixture_ring(&f->ring, FIXTURE_KEY_A);

    *data = f;

    return 0;
}


UNUSED static int
fixture_open(fixture_t *f, size_t map_size)
{
    login_error_t  error;

    if (login_store_open(&f->store, f->path, map_size, &error) != LOGIN_OK) {
        fprintf(stderr, "%s\n", error.text);
        return -1;
    }

    f->view = login_view_create(f->store, &f->ring);
    f->commit = login_commit_create(f->store, &f->ring);

    return f->view != NULL && f->commit != NULL ? 0 : -1;
}


UNUSED static void
fixture_close(fixture_t *f)
{
    login_view_destroy(f->view);
    login_commit_destroy(f->commit);
    login_store_close(f->store);

    f->view = NULL;
    f->commit = NULL;
    f->store = NULL;
}


UNUSED static int
fixture_setup(void **data)
{
    return fixture_make(data) == 0 ? fixture_open(*data, FIXTURE_MAP) : -1;
}


UNUSED static int
fixture_unlink(const char *name, const struct stat *st, int type,
    struct FTW *ftw)
{
    (void) st;
    (void) type;
    (void) ftw;

    return remove(name);
}


UNUSED static int
fixture_teardown(void **data)
{
    fixture_t  *f;

    f = *data;

    fixture_close(f);

    (void) nftw(f->dir, fixture_unlink, 16, FTW_DEPTH|FTW_PHYS);

    free(f);

    return 0;
}


UNUSED static login_result_e
fixture_put(fixture_t *f, const char *key, const char *payload,
    uint64_t expect)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();

    login_changes_put(changes, login_cstr(key), login_cstr(payload), expect);
    rc = login_commit_one(f->commit, changes);

    login_changes_destroy(changes);

    return rc;
}


/* 0: there is none; UINT64_MAX: a fault. */

UNUSED static uint64_t
fixture_get(fixture_t *f, const char *key, char *payload, size_t size)
{
    login_record_t  record;
    login_result_e  rc;

    if (login_view_begin(f->view) != LOGIN_OK) {
        return UINT64_MAX;
    }

    rc = login_view_get(f->view, login_cstr(key), &record);

    if (rc == LOGIN_OK && payload != NULL) {
        (void) snprintf(payload, size, "%.*s", (int) record.payload.len,
                        (const char *) record.payload.data);
    }

    login_view_end(f->view);

    return rc == LOGIN_OK ? record.version : rc == LOGIN_NO ? 0 : UINT64_MAX;
}


UNUSED static uint64_t
fixture_version(fixture_t *f, const char *key)
{
    return fixture_get(f, key, NULL, 0);
}


/* Behind the store's back; the store is closed for it. */

UNUSED static void
fixture_raw(fixture_t *f, login_str_t key, login_str_t value)
{
    MDB_dbi   dbi;
    MDB_env  *env;
    MDB_txn  *txn;
    MDB_val   k = { key.len, (void *) key.data };
    MDB_val   v = { value.len, (void *) value.data };

    fixture_close(f);

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_open(env, f->path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
    assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
}


UNUSED static size_t
fixture_raw_get(fixture_t *f, login_str_t key, u_char *value, size_t size)
{
    size_t    len;
    MDB_dbi   dbi;
    MDB_env  *env;
    MDB_txn  *txn;
    MDB_val   k = { key.len, (void *) key.data };
    MDB_val   v;

    fixture_close(f);

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_open(env, f->path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
    assert_int_equal(mdb_get(txn, dbi, &k, &v), 0);
    assert_true(v.mv_size <= size);

    len = v.mv_size;
    memcpy(value, v.mv_data, len);

    mdb_txn_abort(txn);
    mdb_env_close(env);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    return len;
}


/* Another process.  It must not return, and its exit status tells. */

typedef int (*fixture_child_pt)(fixture_t *f, int from, int to, void *data);

typedef struct {
    pid_t  pid;
    int    from;        /* what the child writes */
    int    to;          /* what the child reads; -1: closed */
} child_t;


UNUSED static child_t
child_start(fixture_t *f, fixture_child_pt run, void *data)
{
    int      up[2], down[2];
    child_t  child;

    assert_int_equal(pipe2(up, O_CLOEXEC), 0);
    assert_int_equal(pipe2(down, O_CLOEXEC), 0);

    child.pid = fork();
    assert_true(child.pid != -1);

    if (child.pid == 0) {
        (void) close(up[0]);
        (void) close(down[1]);
        _exit(run(f, down[0], up[1], data));
    }

    (void) close(up[1]);
    (void) close(down[0]);

    child.from = up[0];
    child.to = down[1];

    return child;
}


/* Waits for a byte; -1: the other one is gone. */

UNUSED static int
child_wait(int fd)
{
    u_char   c;
    ssize_t  n;

    do {
        n = read(fd, &c, 1);
    } while (n == -1 && errno == EINTR);

    return n == 1 ? c : -1;
}


UNUSED static void
child_tell(int fd, u_char c)
{
    if (write(fd, &c, 1) != 1) {
        _exit(99);
    }
}


UNUSED static int
child_end(child_t *child)
{
    int  status;

    (void) close(child->to);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    (void) close(child->from);

    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}


UNUSED static int
child_kill(child_t *child)
{
    (void) kill(child->pid, SIGKILL);

    return child_end(child);
}


#endif /* STORE_FIXTURE_H */
