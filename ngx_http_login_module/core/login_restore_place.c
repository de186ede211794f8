
#include "login.h"
#include "login_lmdb.h"
#include "login_restore.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>


#define LOGIN_RESTORE_DATA     LOGIN_STORE_RESTORE "/" LOGIN_STORE_DATA
#define LOGIN_RESTORE_VERSION  LOGIN_STORE_RESTORE "/" LOGIN_STORE_VERSION


static int login_hold_open(login_hold_t *hold, const struct stat *st);
static login_result_e login_hold_lock(login_hold_t *hold, const char *path,
    login_error_t *error);
static int login_restore_exchange(int dir, const char *aside);
static void login_restore_aside(int dir, char *aside, size_t size,
    uint64_t now);


static const char *const  login_restore_names[] = {
    LOGIN_RESTORE_DATA,
    LOGIN_RESTORE_VERSION,
    LOGIN_STORE_RESTORE "/" LOGIN_STORE_VERSION_NEW,
    LOGIN_STORE_RESTORE "/" LOGIN_STORE_READERS,
    LOGIN_STORE_RESTORE "/" LOGIN_STORE_LOCK,
    NULL
};


login_result_e
login_hold_take(login_hold_t *hold, const char *path, login_error_t *error)
{
    struct stat     st;
    login_result_e  rc;

    hold->lock = -1;
    hold->readers = -1;

    hold->dir = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (hold->dir == -1
        || fstat(hold->dir, &st) == -1
        || login_hold_open(hold, &st) == -1)
    {
        login_error(error, "store \"%s\" cannot be opened (%s)", path,
                    strerror(errno));
        login_hold_release(hold);
        return LOGIN_FAULT;
    }

    rc = login_hold_lock(hold, path, error);

    if (rc != LOGIN_OK) {
        login_hold_release(hold);
    }

    return rc;
}


static int
login_hold_open(login_hold_t *hold, const struct stat *st)
{
    if (login_lmdb_file(hold->dir, LOGIN_STORE_LOCK, st->st_uid, st->st_gid)
        == -1
        || login_lmdb_file(hold->dir, LOGIN_STORE_READERS, st->st_uid,
                           st->st_gid)
           == -1)
    {
        return -1;
    }

    hold->lock = openat(hold->dir, LOGIN_STORE_LOCK,
                        O_RDWR|O_NOFOLLOW|O_CLOEXEC);
    if (hold->lock == -1) {
        return -1;
    }

    hold->readers = openat(hold->dir, LOGIN_STORE_READERS,
                           O_RDWR|O_NOFOLLOW|O_CLOEXEC);

    return hold->readers == -1 ? -1 : 0;
}


/*
 * Who has the environment open holds a lock on the first byte of LMDB's
 * file of readers, for as long as it is open.  Who is about to open it
 * waits at our own lock, and finds the new one.
 */

static login_result_e
login_hold_lock(login_hold_t *hold, const char *path, login_error_t *error)
{
    int           rc;
    struct flock  fl;

    do {
        rc = flock(hold->lock, LOCK_EX);
    } while (rc == -1 && errno == EINTR);

    memset(&fl, 0, sizeof(struct flock));

    fl.l_type = F_WRLCK;
    fl.l_whence = SEEK_SET;
    fl.l_len = 1;

    if (rc == 0 && fcntl(hold->readers, F_SETLK, &fl) == 0) {
        return LOGIN_OK;
    }

    if (rc == 0 && (errno == EAGAIN || errno == EACCES)) {

        if (fcntl(hold->readers, F_GETLK, &fl) == 0
            && fl.l_type != F_UNLCK
            && fl.l_pid > 0)
        {
            login_error(error, "store \"%s\" is in use by process %ld, stop "
                        "nginx first", path, (long) fl.l_pid);

        } else {
            login_error(error, "store \"%s\" is in use, stop nginx first",
                        path);
        }

        return LOGIN_NO;
    }

    login_error(error, "store \"%s\" cannot be locked (%s)", path,
                strerror(errno));

    return LOGIN_FAULT;
}


void
login_hold_release(login_hold_t *hold)
{
    if (hold->readers != -1) {
        (void) close(hold->readers);
    }

    if (hold->lock != -1) {
        (void) close(hold->lock);
    }

    if (hold->dir != -1) {
        (void) close(hold->dir);
    }
}


void
login_restore_clean(int dir)
{
    size_t  i;

    for (i = 0; login_restore_names[i] != NULL; i++) {
        (void) unlinkat(dir, login_restore_names[i], 0);
    }

    (void) unlinkat(dir, LOGIN_STORE_RESTORE, AT_REMOVEDIR);
}


login_result_e
login_restore_place(int dir, char *aside, size_t size, uint64_t now,
    login_error_t *error)
{
    int          rc;
    struct stat  st;

    aside[0] = '\0';

    rc = fstatat(dir, LOGIN_STORE_DATA, &st, AT_SYMLINK_NOFOLLOW);

    if (rc == 0) {
        login_restore_aside(dir, aside, size, now);
        rc = login_restore_exchange(dir, aside);

    } else if (errno == ENOENT) {
        rc = renameat(dir, LOGIN_RESTORE_DATA, dir, LOGIN_STORE_DATA);
    }

    /* where there was none, there is a store from here on */

    if (rc == -1
        || fsync(dir) == -1
        || renameat(dir, LOGIN_RESTORE_VERSION, dir, LOGIN_STORE_VERSION)
           == -1
        || fsync(dir) == -1)
    {
        login_error(error, "store cannot be put in place (%s)",
                    strerror(errno));
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


/* Old and new change places in one step, so there is always one of both. */

static int
login_restore_exchange(int dir, const char *aside)
{
    if (renameat(dir, LOGIN_RESTORE_DATA, dir, aside) == -1) {
        return -1;
    }

    if (renameat2(dir, aside, dir, LOGIN_STORE_DATA, RENAME_EXCHANGE) == 0) {
        return 0;
    }

    if ((errno != EINVAL && errno != ENOSYS)
        || renameat(dir, aside, dir, LOGIN_RESTORE_DATA) == -1
        || linkat(dir, LOGIN_STORE_DATA, dir, aside, 0) == -1)
    {
        return -1;
    }

    return renameat(dir, LOGIN_RESTORE_DATA, dir, LOGIN_STORE_DATA);
}


static void
login_restore_aside(int dir, char *aside, size_t size, uint64_t now)
{
    struct stat  st;

    do {
        (void) snprintf(aside, size, "%s.before-restore-%llu",
                        LOGIN_STORE_DATA, (unsigned long long) now++);

    } while (fstatat(dir, aside, &st, AT_SYMLINK_NOFOLLOW) == 0);
}


login_result_e
login_store_make_room(const char *path, uid_t uid, gid_t gid,
    login_error_t *error)
{
    int             dir, made;
    login_result_e  rc;

    rc = login_store_prepare(path, uid, gid, &dir, &made, error);

    if (rc == LOGIN_OK) {
        (void) close(dir);
    }

    return rc;
}
