
#include "login_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


static login_cli_status_e login_cli_init_check(const login_cli_t *cli);
static login_cli_status_e login_cli_init_key(login_cli_t *cli, int *made);
static login_cli_status_e login_cli_init_draw(int fd);


login_cli_status_e
login_cli_init(login_cli_t *cli)
{
    int                 made;
    gid_t               gid;
    uid_t               uid;
    login_error_t       error;
    login_cli_status_e  rc;

    rc = login_cli_init_owner(cli, &uid, &gid);
    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_init_check(cli);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_init_key(cli, &made);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memset(&error, 0, sizeof(login_error_t));

    switch (login_store_init(cli->path, uid, gid, &error)) {

    case LOGIN_OK:
        break;

    case LOGIN_NO:
        login_cli_error("%s", error.text);
        rc = LOGIN_CLI_REFUSED;
        break;

    default:
        login_cli_error("%s", error.text);
        rc = LOGIN_CLI_UNUSABLE;
    }

    if (rc != LOGIN_CLI_DONE) {
        if (made) {
            (void) unlink(cli->key);
        }

        return rc;
    }

    if (cli->json) {
        return login_cli_json(json_pack("{s:o, s:o, s:b}",
                                "store",
                                login_cli_json_str(login_cstr(cli->path)),
                                "key",
                                login_cli_json_str(login_cstr(cli->key)),
                                "key_made", made));
    }

    login_cli_say(cli, "store \"%s\" made", cli->path);
    login_cli_say(cli, made ? "key \"%s\" made"
                            : "key \"%s\" was there already, and is kept",
                  cli->key);

    return LOGIN_CLI_DONE;
}


/* Root makes it for nginx's workers, everybody else for themselves. */

login_cli_status_e
login_cli_init_owner(const login_cli_t *cli, uid_t *uid, gid_t *gid)
{
    const char     *name;
    struct passwd  *pw;

    name = login_cli_option(cli, "--user");

    *uid = geteuid();
    *gid = getegid();

    if (name == NULL && *uid != 0) {
        return LOGIN_CLI_DONE;
    }

    if (name == NULL) {
        name = LOGIN_CLI_USER;
    }

    pw = getpwnam(name);

    if (pw == NULL) {
        login_cli_error("unknown user \"%s\", name the one of nginx's workers "
                        "with \"--user\"", name);
        return LOGIN_CLI_REFUSED;
    }

    if (*uid != 0 && pw->pw_uid != *uid) {
        login_cli_error("only root can make a store for user \"%s\"", name);
        return LOGIN_CLI_REFUSED;
    }

    *uid = pw->pw_uid;
    *gid = pw->pw_gid;

    return LOGIN_CLI_DONE;
}


/*
 * Before anything is made.  A store without its key is not to get another
 * one: all that it has would be refused.  What an interrupted run left has
 * no file "version" and is completed.
 */

static login_cli_status_e
login_cli_init_check(const login_cli_t *cli)
{
    char         path[PATH_MAX];
    struct stat  st;

    if (snprintf(path, sizeof(path), "%s/version", cli->path)
        >= (int) sizeof(path))
    {
        login_cli_error("store \"%s\": %s", cli->path,
                        strerror(ENAMETOOLONG));
        return LOGIN_CLI_REFUSED;
    }

    if (lstat(path, &st) == -1) {
        return LOGIN_CLI_DONE;
    }

    if (stat(cli->key, &st) == -1 && errno == ENOENT) {
        login_cli_error("store \"%s\" exists already, but not its key \"%s\": "
                        "restore the key from your backup", cli->path,
                        cli->key);

    } else {
        login_cli_error("store \"%s\" exists already", cli->path);
    }

    return LOGIN_CLI_REFUSED;
}


/* It appears with all that it has, or not at all, and replaces nothing. */

static login_cli_status_e
login_cli_init_key(login_cli_t *cli, int *made)
{
    int                 fd, missing;
    char                path[PATH_MAX];
    login_cli_status_e  rc;

    *made = 0;

    rc = login_cli_key_read(&cli->ring, cli->key, &missing);

    if (!missing) {
        return rc;
    }

    if (snprintf(path, sizeof(path), "%s.XXXXXX", cli->key)
        >= (int) sizeof(path))
    {
        login_cli_error("key \"%s\": %s", cli->key, strerror(ENAMETOOLONG));
        return LOGIN_CLI_REFUSED;
    }

    fd = mkostemp(path, O_CLOEXEC);     /* 0600 */
    if (fd == -1) {
        login_cli_error("key \"%s\": %s", cli->key, strerror(errno));
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_init_draw(fd);

    if (rc == LOGIN_CLI_DONE && link(path, cli->key) == -1) {
        login_cli_error("key \"%s\": %s", cli->key, strerror(errno));
        rc = LOGIN_CLI_UNUSABLE;

    } else if (rc == LOGIN_CLI_DONE) {
        *made = 1;
    }

    (void) close(fd);
    (void) unlink(path);

    if (*made) {
        login_cli_sync(path);
    }

    return rc;
}


static login_cli_status_e
login_cli_init_draw(int fd)
{
    u_char              line[LOGIN_KEYFILE_LINE];
    login_cli_status_e  rc;

    if (login_keyring_draw(line) != LOGIN_OK) {
        login_cli_error("no random numbers");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_key_write(fd, login_str(line, sizeof(line)));

    login_wipe(line, sizeof(line));

    return rc;
}
