
#include "login.h"
#include "login_lmdb.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>



static login_result_e login_init_dir(int dir, const char *path, uid_t uid,
    gid_t gid, login_error_t *error);
static login_result_e login_init_empty(int dir, const char *path,
    login_error_t *error);
static int login_init_known(const char *name);
static login_result_e login_init_data(int dir, const char *path, uid_t uid,
    gid_t gid, login_error_t *error);
static int login_init_records(login_lmdb_t *lmdb, size_t *records);
static int login_init_owner(int dir, uid_t uid, gid_t gid);
static int login_init_version(int dir, uid_t uid, gid_t gid);


static const char *const  login_init_names[] = {
    LOGIN_STORE_DATA,
    LOGIN_STORE_READERS,
    LOGIN_STORE_LOCK,
    LOGIN_STORE_VERSION_NEW,
    NULL
};


/*
 * The file "version" comes last: without it there is no store, and what was
 * interrupted is completed by the next run.
 */

login_result_e
login_store_init(const char *path, uid_t uid, gid_t gid, login_error_t *error)
{
    int             dir, made;
    login_result_e  rc;

    rc = login_store_prepare(path, uid, gid, &dir, &made, error);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_init_data(dir, path, uid, gid, error);

    (void) close(dir);

    if (rc != LOGIN_OK && made) {
        (void) rmdir(path);
    }

    return rc;
}


login_result_e
login_store_prepare(const char *path, uid_t uid, gid_t gid, int *dir,
    int *made, login_error_t *error)
{
    login_result_e  rc;

    error->line = 0;

    *made = mkdir(path, 0700) == 0;

    if (!*made && errno != EEXIST) {
        login_error(error, "directory \"%s\" cannot be made (%s)", path,
                    strerror(errno));
        return LOGIN_FAULT;
    }

    *dir = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (*dir == -1) {
        login_error(error, "directory \"%s\" cannot be opened (%s)", path,
                    strerror(errno));
        return LOGIN_FAULT;
    }

    rc = login_check_fs(*dir, path, error);

    if (rc == LOGIN_OK) {
        rc = login_init_empty(*dir, path, error);
    }

    if (rc == LOGIN_OK) {
        rc = login_init_dir(*dir, path, uid, gid, error);
    }

    if (rc != LOGIN_OK) {
        (void) close(*dir);

        if (*made) {
            (void) rmdir(path);
        }
    }

    return rc;
}


/* Nobody's other directory is to be taken over. */

static login_result_e
login_init_empty(int dir, const char *path, login_error_t *error)
{
    int             fd;
    DIR            *d;
    login_result_e  rc;
    struct dirent  *entry;

    fd = openat(dir, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    d = fd != -1 ? fdopendir(fd) : NULL;

    if (d == NULL) {
        login_error(error, "directory \"%s\" cannot be read (%s)", path,
                    strerror(errno));

        if (fd != -1) {
            (void) close(fd);
        }

        return LOGIN_FAULT;
    }

    rc = LOGIN_OK;
    errno = 0;

    while (rc == LOGIN_OK && (entry = readdir(d)) != NULL) {

        if (strcmp(entry->d_name, LOGIN_STORE_VERSION) == 0) {
            login_error(error, "store \"%s\" exists already", path);
            rc = LOGIN_NO;

        } else if (!login_init_known(entry->d_name)) {
            login_error(error, "directory \"%s\" holds \"%.64s\", give "
                        "the store one of its own", path, entry->d_name);
            rc = LOGIN_NO;
        }
    }

    if (rc == LOGIN_OK && errno != 0) {
        login_error(error, "directory \"%s\" cannot be read (%s)", path,
                    strerror(errno));
        rc = LOGIN_FAULT;
    }

    (void) closedir(d);

    return rc;
}


static int
login_init_known(const char *name)
{
    size_t  i;

    if (strcmp(name, ".") == 0
        || strcmp(name, "..") == 0
        || strcmp(name, LOGIN_STORE_RESTORE) == 0)
    {
        return 1;
    }

    for (i = 0; login_init_names[i] != NULL; i++) {
        if (strcmp(name, login_init_names[i]) == 0) {
            return 1;
        }
    }

    return 0;
}


static login_result_e
login_init_dir(int dir, const char *path, uid_t uid, gid_t gid,
    login_error_t *error)
{
    struct stat  st;

    if (fstat(dir, &st) == -1
        || fchmod(dir, 0700) == -1
        || ((st.st_uid != uid || st.st_gid != gid)
            && fchown(dir, uid, gid) == -1))
    {
        login_error(error, "directory \"%s\" cannot be given to its user "
                    "(%s), run this as root", path, strerror(errno));
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static login_result_e
login_init_data(int dir, const char *path, uid_t uid, gid_t gid,
    login_error_t *error)
{
    int           rc;
    size_t        records;
    login_lmdb_t  lmdb;

    if (login_lmdb_file(dir, LOGIN_STORE_DATA, uid, gid) == -1) {
        login_error(error, "store \"%s\" cannot be made (%s)", path,
                    strerror(errno));
        return LOGIN_FAULT;
    }

    if (login_lmdb_open(&lmdb, path, LOGIN_STORE_MAP_SIZE, error)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    rc = login_init_records(&lmdb, &records);

    mdb_env_close(lmdb.env);

    if (rc == 0 && records != 0) {
        login_error(error, "directory \"%s\" holds records, but no file "
                    "\"%s\", restore it from a backup", path,
                    LOGIN_STORE_VERSION);
        return LOGIN_NO;
    }

    if (rc != 0) {
        login_error(error, "store \"%s\" cannot be made (%s)", path,
                    mdb_strerror(rc));
        return LOGIN_FAULT;
    }

    if (login_init_owner(dir, uid, gid) == -1
        || login_init_version(dir, uid, gid) == -1)
    {
        login_error(error, "store \"%s\" cannot be made (%s)", path,
                    strerror(errno));
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static int
login_init_records(login_lmdb_t *lmdb, size_t *records)
{
    int       rc;
    MDB_stat  stat;

    rc = mdb_env_stat(lmdb->env, &stat);

    *records = stat.ms_entries;

    return rc;
}


/* An interrupted run may have made them for somebody else. */

static int
login_init_owner(int dir, uid_t uid, gid_t gid)
{
    size_t       i;
    struct stat  st;

    for (i = 0; login_init_names[i] != NULL; i++) {

        if (fstatat(dir, login_init_names[i], &st, AT_SYMLINK_NOFOLLOW)
            == -1)
        {
            if (errno == ENOENT) {
                continue;
            }

            return -1;
        }

        if ((st.st_uid != uid || st.st_gid != gid)
            && fchownat(dir, login_init_names[i], uid, gid,
                        AT_SYMLINK_NOFOLLOW)
               == -1)
        {
            return -1;
        }
    }

    return 0;
}


static int
login_init_version(int dir, uid_t uid, gid_t gid)
{
    int      fd, rc, err, len;
    char     text[16];
    ssize_t  n;

    len = snprintf(text, sizeof(text), "%d\n", LOGIN_STORE_FORMAT);

    if ((unlinkat(dir, LOGIN_STORE_VERSION_NEW, 0) == -1 && errno != ENOENT)
        || login_lmdb_file(dir, LOGIN_STORE_VERSION_NEW, uid, gid) == -1)
    {
        return -1;
    }

    fd = openat(dir, LOGIN_STORE_VERSION_NEW, O_WRONLY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    n = write(fd, text, (size_t) len);

    if (n >= 0 && n != len) {
        errno = ENOSPC;
    }

    rc = n == len ? fsync(fd) : -1;

    (void) close(fd);

    if (rc == -1
        || renameat(dir, LOGIN_STORE_VERSION_NEW, dir, LOGIN_STORE_VERSION)
           == -1)
    {
        return -1;
    }

    rc = fsync(dir);

    if (rc == -1) {
        err = errno;
        (void) unlinkat(dir, LOGIN_STORE_VERSION, 0);
        errno = err;
    }

    return rc;
}
