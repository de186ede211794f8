
#include "login.h"
#include "login_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>


/*
 * Old and new workers, their threads and the command line together; all
 * processes share this number, and the first to open fixes it.
 */
#define LOGIN_LMDB_READERS  4096

/*
 * Not MDB_WRITEMAP: a full disk would be a SIGBUS.  Not MDB_NOMEMINIT: what
 * lies in freed memory must not get into the file.
 */
#define LOGIN_LMDB_FLAGS    MDB_NOTLS


static int login_lmdb_lock(int dir, const struct stat *data);
static int login_lmdb_env(login_lmdb_t *lmdb, const char *path,
    size_t map_size);
static int login_lmdb_begin(login_lmdb_t *lmdb);
static void login_lmdb_explain(login_error_t *error, const char *path,
    int rc);


login_result_e
login_lmdb_open(login_lmdb_t *lmdb, const char *path, size_t map_size,
    login_error_t *error)
{
    int          rc, dir, lock;
    struct stat  st;

    dir = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (dir == -1) {
        login_error(error, "store \"%s\" cannot be opened (%s)", path,
                    strerror(errno));
        return LOGIN_FAULT;
    }

    lock = -1;

    /* once more, since a restore may have held the lock until now */

    if (fstatat(dir, LOGIN_STORE_DATA, &st, AT_SYMLINK_NOFOLLOW) == -1
        || (lock = login_lmdb_lock(dir, &st)) == -1
        || fstatat(dir, LOGIN_STORE_DATA, &st, AT_SYMLINK_NOFOLLOW) == -1)
    {
        login_error(error, "store \"%s\" cannot be opened (%s)", path,
                    strerror(errno));

        if (lock != -1) {
            (void) close(lock);
        }

        (void) close(dir);
        return LOGIN_FAULT;
    }

    lmdb->dev = st.st_dev;
    lmdb->ino = st.st_ino;

    rc = login_lmdb_env(lmdb, path, map_size);

    /* closing the file unlocks it */

    (void) close(lock);
    (void) close(dir);

    if (rc != 0) {
        login_lmdb_explain(error, path, rc);
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


/*
 * A process that dies in mdb_env_open() while another one waits there makes
 * LMDB lose commits; so that nobody waits there, all wait here.
 */

static int
login_lmdb_lock(int dir, const struct stat *data)
{
    int  fd, err;

    if (login_lmdb_file(dir, LOGIN_STORE_LOCK, data->st_uid, data->st_gid)
        == -1)
    {
        return -1;
    }

    fd = openat(dir, LOGIN_STORE_LOCK, O_RDWR|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    while (flock(fd, LOCK_EX) == -1) {
        if (errno != EINTR) {
            err = errno;
            (void) close(fd);
            errno = err;
            return -1;
        }
    }

    if (login_lmdb_file(dir, LOGIN_STORE_READERS, data->st_uid, data->st_gid)
        == -1)
    {
        err = errno;
        (void) close(fd);
        errno = err;
        return -1;
    }

    return fd;
}


int
login_lmdb_file(int dir, const char *name, uid_t uid, gid_t gid)
{
    int  fd, rc, err;

    fd = openat(dir, name, O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600);
    if (fd == -1) {
        return errno == EEXIST ? 0 : -1;
    }

    rc = fchmod(fd, 0600);

    if (rc == 0 && (uid != geteuid() || gid != getegid())) {
        rc = fchown(fd, uid, gid);
    }

    err = errno;

    if (rc == -1) {
        (void) unlinkat(dir, name, 0);
    }

    (void) close(fd);

    errno = err;

    return rc;
}


static int
login_lmdb_env(login_lmdb_t *lmdb, const char *path, size_t map_size)
{
    int          rc, fd, dead;
    struct stat  st;

    fd = -1;

    rc = mdb_env_create(&lmdb->env);
    if (rc != 0) {
        return rc;
    }

    rc = mdb_env_set_maxreaders(lmdb->env, LOGIN_LMDB_READERS);

    if (rc == 0 && map_size != 0) {
        rc = mdb_env_set_mapsize(lmdb->env, map_size);
    }

    if (rc == 0) {
        rc = mdb_env_open(lmdb->env, path, LOGIN_LMDB_FLAGS, 0600);
    }

    if (rc == 0) {
        rc = mdb_env_get_fd(lmdb->env, &fd);
    }

    if (rc == 0 && fstat(fd, &st) == -1) {
        rc = errno;
    }

    /* LMDB goes by the path; was it another directory by then? */

    if (rc == 0 && (st.st_dev != lmdb->dev || st.st_ino != lmdb->ino)) {
        rc = ESTALE;
    }

    if (rc == 0) {
        rc = mdb_reader_check(lmdb->env, &dead);
    }

    if (rc == 0) {
        rc = login_lmdb_begin(lmdb);
    }

    if (rc != 0) {
        mdb_env_close(lmdb->env);
        lmdb->env = NULL;
    }

    return rc;
}


static int
login_lmdb_begin(login_lmdb_t *lmdb)
{
    int       rc;
    MDB_txn  *txn;

    rc = mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &txn);
    if (rc != 0) {
        return rc;
    }

    rc = mdb_dbi_open(txn, NULL, 0, &lmdb->dbi);
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }

    return mdb_txn_commit(txn);
}


static void
login_lmdb_explain(login_error_t *error, const char *path, int rc)
{
    /*
     * Each reading process locks a byte that its process id names; where
     * that is taken, two processes have the same id.
     */

    if (rc == EAGAIN) {
        login_error(error, "store \"%s\" is in use by a process with the "
                    "same id in another PID namespace, run this one in the "
                    "namespace of nginx", path);
        return;
    }

    if (rc == EACCES) {
        login_error(error, "store \"%s\" cannot be opened (%s), run this as "
                    "its owner or as root", path, mdb_strerror(rc));
        return;
    }

    login_error(error, "store \"%s\" cannot be opened (%s)", path,
                mdb_strerror(rc));
}
