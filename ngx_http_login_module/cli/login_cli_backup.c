
/* backup and restore. */

#include "login_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>


/* What the process that reads the store tells the one that waits. */
typedef struct {
    int              fd;
    login_backup_t  *backup;
} login_cli_backup_t;


static login_cli_status_e login_cli_backup_make(login_cli_t *cli,
    login_backup_t *backup);
static login_cli_status_e login_cli_backup_write(login_cli_t *cli,
    void *data);
static int login_cli_backup_place(const char *temp, const char *path);
static login_cli_status_e login_cli_backup_said(login_cli_t *cli,
    const login_backup_t *backup);
static login_cli_status_e login_cli_restore_room(login_cli_t *cli);
static int login_cli_restore_missing(const char *path, const char *name);
static login_cli_status_e login_cli_restore_run(login_cli_t *cli, int fd);
static login_cli_status_e login_cli_restore_said(login_cli_t *cli,
    const login_backup_t *backup);


login_cli_status_e
login_cli_backup(login_cli_t *cli)
{
    struct stat          st;
    login_backup_t      *backup;
    login_cli_status_e   rc;

    if (lstat(cli->args[0], &st) == 0) {
        login_cli_error("file \"%s\" exists already", cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    backup = mmap(NULL, sizeof(login_backup_t), PROT_READ|PROT_WRITE,
                  MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (backup == MAP_FAILED) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_backup_make(cli, backup);

    if (rc == LOGIN_CLI_DONE) {
        login_cli_event_apart(cli, NULL, LOGIN_LOG_BACKUP_MADE,
                              cli->args[0]);
        rc = login_cli_backup_said(cli, backup);
    }

    (void) munmap(backup, sizeof(login_backup_t));

    return rc;
}


/*
 * The file belongs to who runs this: a worker that was taken over can spoil
 * the store, but not the backups.
 */

static login_cli_status_e
login_cli_backup_make(login_cli_t *cli, login_backup_t *backup)
{
    char                path[PATH_MAX];
    login_cli_backup_t  write;
    login_cli_status_e  rc;

    if (snprintf(path, sizeof(path), "%s.XXXXXX", cli->args[0])
        >= (int) sizeof(path))
    {
        login_cli_error("file \"%s\": %s", cli->args[0],
                        strerror(ENAMETOOLONG));
        return LOGIN_CLI_REFUSED;
    }

    write.backup = backup;
    write.fd = mkostemp(path, O_CLOEXEC);   /* 0600 */

    if (write.fd == -1) {
        login_cli_error("file \"%s\": %s", cli->args[0], strerror(errno));
        return LOGIN_CLI_REFUSED;
    }

    rc = login_cli_apart(cli, login_cli_backup_write, &write);

    if (rc == LOGIN_CLI_DONE
        && (fsync(write.fd) == -1
            || login_cli_backup_place(path, cli->args[0]) == -1))
    {
        login_cli_error("file \"%s\": %s", cli->args[0], strerror(errno));
        rc = LOGIN_CLI_REFUSED;
    }

    (void) close(write.fd);

    if (rc != LOGIN_CLI_DONE) {
        (void) unlink(path);
        return rc;
    }

    login_cli_sync(path);

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_backup_write(login_cli_t *cli, void *data)
{
    login_error_t        error;
    login_result_e       rc;
    login_cli_backup_t  *write = data;
    login_cli_status_e   status;

    status = login_cli_open(cli);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    rc = login_backup_write(write->backup, cli->view, write->fd, cli->now,
                            &error);

    if (rc == LOGIN_OK) {
        return LOGIN_CLI_DONE;
    }

    login_cli_error("%s", error.text);

    return rc == LOGIN_NO ? LOGIN_CLI_REFUSED : LOGIN_CLI_UNUSABLE;
}


/* Replaces nothing.  Not every file system can do it in one step. */

static int
login_cli_backup_place(const char *temp, const char *path)
{
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0) {
        return 0;
    }

    if ((errno != EINVAL && errno != ENOSYS) || link(temp, path) == -1) {
        return -1;
    }

    (void) unlink(temp);

    return 0;
}


static login_cli_status_e
login_cli_backup_said(login_cli_t *cli, const login_backup_t *backup)
{
    if (cli->json) {
        return login_cli_json(json_pack("{s:o, s:I, s:o}",
                                "file",
                                login_cli_json_str(login_cstr(cli->args[0])),
                                "records", (json_int_t) backup->records,
                                "time", login_cli_json_time(backup->time)));
    }

    login_cli_say(cli, "%llu records written to \"%s\"",
                  (unsigned long long) backup->records, cli->args[0]);
    login_cli_say(cli, "key \"%s\" is not among them, and is needed to "
                  "restore them: keep a copy apart", cli->key);

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_backup_restore(login_cli_t *cli)
{
    int                 fd;
    login_cli_status_e  rc;

    /* what only root may read comes first */

    rc = login_cli_key_read(&cli->ring, cli->key, NULL);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    fd = open(cli->args[0], O_RDONLY|O_CLOEXEC|O_NOCTTY);
    if (fd == -1) {
        login_cli_error("file \"%s\": %s", cli->args[0], strerror(errno));
        return LOGIN_CLI_REFUSED;
    }

    rc = login_cli_restore_room(cli);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_restore_run(cli, fd);
    }

    (void) close(fd);

    return rc;
}


/* Becomes the owner of the store, or of the one that there is to be. */

static login_cli_status_e
login_cli_restore_room(login_cli_t *cli)
{
    gid_t               gid;
    uid_t               uid;
    struct stat         st;
    login_error_t       error;
    login_cli_status_e  rc;

    if (!login_cli_restore_missing(cli->path, "data.mdb")
        || !login_cli_restore_missing(cli->path, "version"))
    {
        if (stat(cli->path, &st) == 0) {
            return login_cli_become(st.st_uid, st.st_gid);
        }

        login_cli_error("store \"%s\": %s", cli->path, strerror(errno));
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_init_owner(cli, &uid, &gid);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memset(&error, 0, sizeof(login_error_t));

    switch (login_store_make_room(cli->path, uid, gid, &error)) {

    case LOGIN_OK:
        return login_cli_become(uid, gid);

    case LOGIN_NO:
        login_cli_error("%s", error.text);
        return LOGIN_CLI_REFUSED;

    default:
        login_cli_error("%s", error.text);
        return LOGIN_CLI_UNUSABLE;
    }
}


static int
login_cli_restore_missing(const char *path, const char *name)
{
    char         file[PATH_MAX];
    struct stat  st;

    if (snprintf(file, sizeof(file), "%s/%s", path, name)
        >= (int) sizeof(file))
    {
        return 1;
    }

    return lstat(file, &st) == -1 && errno == ENOENT;
}


static login_cli_status_e
login_cli_restore_run(login_cli_t *cli, int fd)
{
    login_error_t   error;
    login_backup_t  backup;
    login_result_e  rc;

    memset(&error, 0, sizeof(login_error_t));

    rc = login_restore(&backup, cli->path, &cli->ring, fd, &error);

    if (rc == LOGIN_OK) {

        if (login_cli_enter(cli) == LOGIN_CLI_DONE) {
            login_cli_event_alone(cli, LOGIN_LOG_STORE_RESTORED, "%s",
                                  cli->args[0]);
        }

        return login_cli_restore_said(cli, &backup);
    }

    login_cli_error("%s", error.text);

    return rc == LOGIN_NO ? LOGIN_CLI_REFUSED : LOGIN_CLI_UNUSABLE;
}


static login_cli_status_e
login_cli_restore_said(login_cli_t *cli, const login_backup_t *backup)
{
    char  time[32];

    if (cli->json) {
        return login_cli_json(json_pack("{s:o, s:I, s:o, s:s}",
                                "store",
                                login_cli_json_str(login_cstr(cli->path)),
                                "records", (json_int_t) backup->records,
                                "time", login_cli_json_time(backup->time),
                                "before", backup->aside));
    }

    login_cli_time(time, backup->time);

    login_cli_say(cli, "store \"%s\" is as of %s, %llu records, and all "
                  "sessions have ended", cli->path, time,
                  (unsigned long long) backup->records);

    if (backup->aside[0] != '\0') {
        login_cli_say(cli, "what was there before is kept in \"%s/%s\"",
                      cli->path, backup->aside);
    }

    return LOGIN_CLI_DONE;
}
