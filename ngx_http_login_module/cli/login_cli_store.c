
#include "login_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


#define LOGIN_CLI_KEY_SIZE  65536


static login_cli_status_e login_cli_key_check(int fd, const char *path);
static login_cli_status_e login_cli_key_parse(login_keyring_t *ring, int fd,
    const char *path);
static login_cli_status_e login_cli_become(const struct stat *owner);


login_cli_status_e
login_cli_open(login_cli_t *cli)
{
    struct stat         st;
    login_error_t       error;
    login_cli_status_e  rc;

    /* while root still: the key may be root's alone */

    rc = login_cli_key_read(&cli->ring, cli->key, NULL);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    /* where it can't be looked at, the check below says why */

    if (stat(cli->path, &st) == 0) {
        rc = login_cli_become(&st);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    memset(&error, 0, sizeof(login_error_t));

    if (login_store_check(cli->path, geteuid(), &error) != LOGIN_OK
        || login_store_open(&cli->store, cli->path, 0, &error) != LOGIN_OK)
    {
        login_cli_error("%s", error.text);
        return LOGIN_CLI_UNUSABLE;
    }

    cli->view = login_view_create(cli->store, &cli->ring);
    cli->commit = login_commit_create(cli->store, &cli->ring);

    if (cli->view == NULL || cli->commit == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


void
login_cli_close(login_cli_t *cli)
{
    if (cli->commit != NULL) {
        login_commit_destroy(cli->commit);
    }

    if (cli->view != NULL) {
        login_view_destroy(cli->view);
    }

    if (cli->store != NULL) {
        login_store_close(cli->store);
    }

    login_wipe(&cli->ring, sizeof(login_keyring_t));
}


login_cli_status_e
login_cli_key_read(login_keyring_t *ring, const char *path, int *missing)
{
    int                 fd;
    login_cli_status_e  rc;

    fd = open(path, O_RDONLY|O_CLOEXEC|O_NONBLOCK|O_NOCTTY);

    if (missing != NULL) {
        *missing = (fd == -1 && errno == ENOENT);

        if (*missing) {
            return LOGIN_CLI_UNUSABLE;
        }
    }

    if (fd == -1) {
        login_cli_error("key \"%s\": %s%s", path, strerror(errno),
                        errno == ENOENT ? ", run \"nginx-login init\"" : "");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_key_check(fd, path);
    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_key_parse(ring, fd, path);
    }

    (void) close(fd);

    return rc;
}


static login_cli_status_e
login_cli_key_check(int fd, const char *path)
{
    struct stat  st;

    if (fstat(fd, &st) == -1) {
        login_cli_error("key \"%s\": %s", path, strerror(errno));
        return LOGIN_CLI_UNUSABLE;
    }

    if (!S_ISREG(st.st_mode)) {
        login_cli_error("key \"%s\" is not a regular file", path);
        return LOGIN_CLI_UNUSABLE;
    }

    if (st.st_mode & 077) {
        login_cli_error("key \"%s\" is open to others, run \"chmod 600 %s\"",
                        path, path);
        return LOGIN_CLI_UNUSABLE;
    }

    if (st.st_size > LOGIN_CLI_KEY_SIZE) {
        login_cli_error("key \"%s\" is too large", path);
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_key_parse(login_keyring_t *ring, int fd, const char *path)
{
    size_t          len;
    ssize_t         n;
    login_error_t   error;
    login_result_e  rc;

    static u_char   text[LOGIN_CLI_KEY_SIZE];

    for (len = 0; len < sizeof(text); len += (size_t) n) {
        n = read(fd, text + len, sizeof(text) - len);

        if (n == 0) {
            break;
        }

        if (n == -1) {
            login_cli_error("key \"%s\": %s", path, strerror(errno));
            login_wipe(text, sizeof(text));
            return LOGIN_CLI_UNUSABLE;
        }
    }

    memset(&error, 0, sizeof(login_error_t));

    rc = login_keyring_parse(ring, login_str(text, len), &error);

    login_wipe(text, sizeof(text));

    if (rc == LOGIN_OK) {
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


/* Root becomes the store's owner: no file there may ever belong to root. */

static login_cli_status_e
login_cli_become(const struct stat *owner)
{
    if (geteuid() != 0 || owner->st_uid == 0) {
        return LOGIN_CLI_DONE;
    }

    if (setgroups(0, NULL) == -1
        || setresgid(owner->st_gid, owner->st_gid, owner->st_gid) == -1
        || setresuid(owner->st_uid, owner->st_uid, owner->st_uid) == -1)
    {
        login_cli_error("becoming the owner of the store: %s",
                        strerror(errno));
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_view(login_cli_t *cli)
{
    if (login_view_begin(cli->view) != LOGIN_OK) {
        return login_cli_fault();
    }

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_fault(void)
{
    login_cli_error("store could not be read: it is damaged, or was written "
                    "with another key");

    return LOGIN_CLI_UNUSABLE;
}


login_result_e
login_cli_commit(login_cli_t *cli, login_changes_t *changes)
{
    login_result_e  rc;

    rc = login_commit_one(cli->commit, changes);

    login_changes_destroy(changes);

    if (rc == LOGIN_FAULT) {
        login_cli_error("store could not be written, is its disk full?");
    }

    return rc;
}
