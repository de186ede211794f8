
/* The file of keys: read, locked, replaced. */

#include "login_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>


static login_cli_status_e login_cli_key_open(login_cli_key_file_t *file,
    const char *path, int *missing);
static login_cli_status_e login_cli_key_hold(login_cli_key_file_t *file,
    const char *path, int *again);
static login_cli_status_e login_cli_key_check(login_cli_key_file_t *file,
    const char *path);
static login_cli_status_e login_cli_key_load(login_cli_key_file_t *file,
    const char *path);
static login_cli_status_e login_cli_key_parse(login_keyring_t *ring,
    const login_cli_key_file_t *file, const char *path);


login_cli_status_e
login_cli_key_read(login_keyring_t *ring, const char *path, int *missing)
{
    login_cli_status_e           rc;

    static login_cli_key_file_t  file;

    rc = login_cli_key_open(&file, path, missing);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_key_check(&file, path);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_key_load(&file, path);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_key_parse(ring, &file, path);
    }

    login_cli_key_unlock(&file);

    return rc;
}


login_cli_status_e
login_cli_key_lock(login_cli_key_file_t *file, login_keyring_t *ring,
    const char *path)
{
    int                 again;
    login_cli_status_e  rc;

    do {
        again = 0;

        rc = login_cli_key_open(file, path, NULL);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }

        rc = login_cli_key_check(file, path);

        if (rc == LOGIN_CLI_DONE) {
            rc = login_cli_key_hold(file, path, &again);
        }

        if (rc == LOGIN_CLI_DONE && !again) {
            rc = login_cli_key_load(file, path);
        }

        if (rc == LOGIN_CLI_DONE && !again) {
            rc = login_cli_key_parse(ring, file, path);
        }

        if (rc != LOGIN_CLI_DONE || again) {
            login_cli_key_unlock(file);
        }

    } while (again);

    return rc;
}


void
login_cli_key_unlock(login_cli_key_file_t *file)
{
    (void) close(file->fd);

    login_wipe(file->text, sizeof(file->text));
}


static login_cli_status_e
login_cli_key_open(login_cli_key_file_t *file, const char *path, int *missing)
{
    file->fd = open(path, O_RDONLY|O_CLOEXEC|O_NONBLOCK|O_NOCTTY);

    if (missing != NULL) {
        *missing = (file->fd == -1 && errno == ENOENT);

        if (*missing) {
            return LOGIN_CLI_UNUSABLE;
        }
    }

    if (file->fd == -1) {
        login_cli_error("key \"%s\": %s%s", path, strerror(errno),
                        errno == ENOENT ? ", run \"nginx-login init\"" : "");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


/* "*again" becomes 1 where somebody put another file there meanwhile. */

static login_cli_status_e
login_cli_key_hold(login_cli_key_file_t *file, const char *path, int *again)
{
    int          rc;
    struct stat  st;

    do {
        rc = flock(file->fd, LOCK_EX);
    } while (rc == -1 && errno == EINTR);

    /* what a link leads to is replaced, not the link */

    if (rc == -1
        || realpath(path, file->path) == NULL
        || stat(file->path, &st) == -1)
    {
        login_cli_error("key \"%s\": %s", path, strerror(errno));
        return LOGIN_CLI_UNUSABLE;
    }

    *again = (st.st_dev != file->st.st_dev || st.st_ino != file->st.st_ino);

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_key_check(login_cli_key_file_t *file, const char *path)
{
    if (fstat(file->fd, &file->st) == -1) {
        login_cli_error("key \"%s\": %s", path, strerror(errno));
        return LOGIN_CLI_UNUSABLE;
    }

    if (!S_ISREG(file->st.st_mode)) {
        login_cli_error("key \"%s\" is not a regular file", path);
        return LOGIN_CLI_UNUSABLE;
    }

    if (file->st.st_mode & 077) {
        login_cli_error("key \"%s\" is open to others, run \"chmod 600 %s\"",
                        path, path);
        return LOGIN_CLI_UNUSABLE;
    }

    if (file->st.st_size > LOGIN_CLI_KEY_SIZE) {
        login_cli_error("key \"%s\" is too large", path);
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_key_load(login_cli_key_file_t *file, const char *path)
{
    ssize_t  n;

    file->len = 0;

    do {
        n = read(file->fd, file->text + file->len,
                 sizeof(file->text) - file->len);

        if (n == -1) {
            login_cli_error("key \"%s\": %s", path, strerror(errno));
            return LOGIN_CLI_UNUSABLE;
        }

        file->len += (size_t) n;

    } while (n != 0);

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_key_parse(login_keyring_t *ring, const login_cli_key_file_t *file,
    const char *path)
{
    login_error_t   error;

    memset(&error, 0, sizeof(login_error_t));

    if (login_keyring_parse(ring, login_str(file->text, file->len), &error)
        == LOGIN_OK)
    {
        return LOGIN_CLI_DONE;
    }

    if (error.line != 0) {
        login_cli_error("key \"%s\", line %u: %s", path, error.line,
                        error.text);
    } else {
        login_cli_error("key \"%s\": %s", path, error.text);
    }

    return LOGIN_CLI_UNUSABLE;
}


login_cli_status_e
login_cli_key_replace(const login_cli_key_file_t *file, login_str_t text)
{
    int                 fd;
    char                path[PATH_MAX];
    login_cli_status_e  rc;

    if (snprintf(path, sizeof(path), "%s.XXXXXX", file->path)
        >= (int) sizeof(path))
    {
        login_cli_error("key \"%s\": %s", file->path, strerror(ENAMETOOLONG));
        return LOGIN_CLI_REFUSED;
    }

    fd = mkostemp(path, O_CLOEXEC);     /* 0600 */
    if (fd == -1) {
        login_cli_error("key \"%s\": %s", file->path, strerror(errno));
        return LOGIN_CLI_UNUSABLE;
    }

    rc = LOGIN_CLI_DONE;

    if (fchown(fd, file->st.st_uid, file->st.st_gid) == -1
        || fchmod(fd, file->st.st_mode & 0700) == -1)
    {
        login_cli_error("key \"%s\" cannot be given to its owner (%s), run "
                        "this as root", file->path, strerror(errno));
        rc = LOGIN_CLI_UNUSABLE;
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_key_write(fd, text);
    }

    if (rc == LOGIN_CLI_DONE && rename(path, file->path) == -1) {
        login_cli_error("key \"%s\": %s", file->path, strerror(errno));
        rc = LOGIN_CLI_UNUSABLE;
    }

    (void) close(fd);

    if (rc != LOGIN_CLI_DONE) {
        (void) unlink(path);
        return rc;
    }

    login_cli_sync(path);

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_key_write(int fd, login_str_t text)
{
    if (write(fd, text.data, text.len) != (ssize_t) text.len
        || fsync(fd) == -1)
    {
        login_cli_error("key could not be written, is its disk full?");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


void
login_cli_sync(char *path)
{
    int    fd;
    char  *slash;

    slash = strrchr(path, '/');

    if (slash == NULL) {
        fd = open(".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    } else {
        slash[slash == path] = '\0';
        fd = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    }

    if (fd != -1) {
        (void) fsync(fd);
        (void) close(fd);
    }
}
