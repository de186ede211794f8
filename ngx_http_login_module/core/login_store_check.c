
#include "login.h"
#include "login_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/vfs.h>


/*
 * File systems that other machines may write to, or that answer from a
 * process of their own: LMDB's map and locks would tear on them.
 */

typedef struct {
    uint32_t       magic;
    const char    *name;
} login_fs_t;


static login_result_e login_check_dir(int dir, const char *path, uid_t uid,
    login_error_t *error);
static login_result_e login_check_version(int dir, const char *path,
    login_error_t *error);
static login_result_e login_check_file(int dir, const char *path,
    const char *name, uid_t uid, login_error_t *error);
static void login_check_owner(login_error_t *error, const char *path,
    uid_t uid);
static login_result_e login_check_init(login_error_t *error,
    const char *path, const char *what);


static const login_fs_t  login_network_fs[] = {
    { 0x00006969, "NFS" },
    { 0x0000517b, "SMB" },
    { 0xff534d42, "CIFS" },
    { 0xfe534d42, "SMB" },
    { 0x01021997, "9p" },
    { 0x5346414f, "AFS" },
    { 0x6b414653, "AFS" },
    { 0x00c36400, "Ceph" },
    { 0x73757245, "Coda" },
    { 0x0000564c, "NCP" },
    { 0x65735546, "FUSE" },
    { 0x01161970, "GFS2" },
    { 0x7461636f, "OCFS2" },
    { 0x0bd00bd0, "Lustre" },
    { 0x47504653, "GPFS" },
    { 0x19830326, "BeeGFS" },
    { 0x20030528, "OrangeFS" },
    { 0xaad7aaea, "PanFS" },
    { 0xbeefdead, "SNFS" },
    { 0x61636673, "ACFS" },
    { 0x786f4256, "vboxsf" },
    { 0xbacbacbc, "vmhgfs" },
    { 0x7c7c6673, "prl_fs" },
    { 0, NULL }
};


login_result_e
login_store_check(const char *path, uid_t uid, login_error_t *error)
{
    int             dir;
    login_result_e  rc;

    error->line = 0;

    dir = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (dir == -1 && errno == ENOENT) {
        return login_check_init(error, path, "does not exist");
    }

    if (dir == -1) {
        login_error(error, "store \"%s\" cannot be opened (%s)", path,
                    strerror(errno));
        return errno == ENOTDIR || errno == EACCES ? LOGIN_NO : LOGIN_FAULT;
    }

    rc = login_check_fs(dir, path, error);

    if (rc == LOGIN_OK) {
        rc = login_check_dir(dir, path, uid, error);
    }

    if (rc == LOGIN_OK) {
        rc = login_check_version(dir, path, error);
    }

    if (rc == LOGIN_OK) {
        rc = login_check_file(dir, path, LOGIN_STORE_VERSION, uid, error);
    }

    if (rc == LOGIN_OK) {
        rc = login_check_file(dir, path, LOGIN_STORE_DATA, uid, error);

        if (rc == LOGIN_NO && error->text[0] == '\0') {
            login_error(error, "store \"%s\" has no file \"%s\", restore it "
                        "from a backup", path, LOGIN_STORE_DATA);
        }
    }

    /* these two are made anew where they are missing */

    if (rc == LOGIN_OK) {
        rc = login_check_file(dir, path, LOGIN_STORE_READERS, uid, error);
        rc = rc == LOGIN_NO && error->text[0] == '\0' ? LOGIN_OK : rc;
    }

    if (rc == LOGIN_OK) {
        rc = login_check_file(dir, path, LOGIN_STORE_LOCK, uid, error);
        rc = rc == LOGIN_NO && error->text[0] == '\0' ? LOGIN_OK : rc;
    }

    (void) close(dir);

    return rc;
}


login_result_e
login_check_fs(int dir, const char *path, login_error_t *error)
{
    const char     *name;
    struct statfs   fs;

    if (fstatfs(dir, &fs) == -1) {
        login_error(error, "file system of store \"%s\" cannot be asked "
                    "(%s)", path, strerror(errno));
        return LOGIN_FAULT;
    }

    name = login_network_fs_name((uint32_t) fs.f_type);

    if (name != NULL) {
        login_error(error, "store \"%s\" is on a %s file system, where it "
                    "would lose changes, move it to a local disk", path,
                    name);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


const char *
login_network_fs_name(uint32_t magic)
{
    const login_fs_t  *fs;

    for (fs = login_network_fs; fs->name != NULL; fs++) {
        if (fs->magic == magic) {
            return fs->name;
        }
    }

    return NULL;
}


static login_result_e
login_check_dir(int dir, const char *path, uid_t uid, login_error_t *error)
{
    struct stat  st;

    if (fstat(dir, &st) == -1) {
        login_error(error, "store \"%s\" cannot be looked at (%s)", path,
                    strerror(errno));
        return LOGIN_FAULT;
    }

    if (st.st_uid != uid) {
        login_check_owner(error, path, uid);
        return LOGIN_NO;
    }

    if ((st.st_mode & 0777) != 0700) {
        login_error(error, "store \"%s\" has mode %04o instead of 0700, run "
                    "\"chmod 700 %s\"", path, (unsigned) st.st_mode & 0777,
                    path);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static login_result_e
login_check_version(int dir, const char *path, login_error_t *error)
{
    int      fd, err;
    char     text[16], *end;
    ssize_t  n;
    long     format;

    fd = openat(dir, LOGIN_STORE_VERSION,
                O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);

    if (fd == -1 && errno == ENOENT) {
        return login_check_init(error, path, "is not complete");
    }

    n = fd != -1 ? read(fd, text, sizeof(text) - 1) : -1;
    err = errno;

    if (fd != -1) {
        (void) close(fd);
    }

    if (n == -1) {
        login_error(error, "file \"%s/%s\" cannot be read (%s)", path,
                    LOGIN_STORE_VERSION, strerror(err));
        return err == EACCES || err == ELOOP ? LOGIN_NO : LOGIN_FAULT;
    }

    text[n] = '\0';

    if (n > 0 && text[n - 1] == '\n') {
        text[n - 1] = '\0';
    }

    errno = 0;
    format = strtol(text, &end, 10);

    if (text[0] < '1' || text[0] > '9' || *end != '\0' || errno != 0) {
        login_error(error, "file \"%s/%s\" is damaged, restore it from a "
                    "backup", path, LOGIN_STORE_VERSION);
        return LOGIN_NO;
    }

    if (format != LOGIN_STORE_FORMAT) {
        login_error(error, "store \"%s\" has format \"%s\", not \"%d\", "
                    "install the version of this software that made it",
                    path, text, LOGIN_STORE_FORMAT);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* LOGIN_NO without a message: there is none. */

static login_result_e
login_check_file(int dir, const char *path, const char *name, uid_t uid,
    login_error_t *error)
{
    struct stat  st;

    /* never opened: closing it would drop LMDB's locks of this process */

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {

        if (errno == ENOENT) {
            error->text[0] = '\0';
            return LOGIN_NO;
        }

        login_error(error, "file \"%s/%s\" cannot be looked at (%s)", path,
                    name, strerror(errno));
        return LOGIN_FAULT;
    }

    if (!S_ISREG(st.st_mode) || st.st_nlink != 1) {
        login_error(error, "\"%s/%s\" is not a file of its own, replace "
                    "the link", path, name);
        return LOGIN_NO;
    }

    if (st.st_uid != uid) {
        login_check_owner(error, path, uid);
        return LOGIN_NO;
    }

    if ((st.st_mode & 0777) != 0600) {
        login_error(error, "file \"%s/%s\" has mode %04o instead of 0600, "
                    "run \"chmod 600 %s/%s\"", path, name,
                    (unsigned) st.st_mode & 0777, path, name);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static void
login_check_owner(login_error_t *error, const char *path, uid_t uid)
{
    char            buf[1024], name[24];
    struct passwd   pw, *found;

    (void) snprintf(name, sizeof(name), "%lu", (unsigned long) uid);

    found = NULL;
    (void) getpwuid_r(uid, &pw, buf, sizeof(buf), &found);

    login_error(error, "store \"%s\" or a file in it does not belong to "
                "\"%s\", run \"chown -R %s %s\"", path,
                found != NULL ? pw.pw_name : name,
                found != NULL ? pw.pw_name : name, path);
}


static login_result_e
login_check_init(login_error_t *error, const char *path, const char *what)
{
    if (strcmp(path, LOGIN_STORE_PATH) == 0) {
        login_error(error, "store \"%s\" %s, run \"nginx-login init\"", path,
                    what);

    } else {
        login_error(error, "store \"%s\" %s, run \"nginx-login --store %s "
                    "init\"", path, what, path);
    }

    return LOGIN_NO;
}
