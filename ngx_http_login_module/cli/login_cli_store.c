
#include "login_cli.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>


login_cli_status_e
login_cli_open(login_cli_t *cli)
{
    struct stat         st;
    login_cli_status_e  rc;

    /* while root still: the key may be root's alone */

    rc = login_cli_key_read(&cli->ring, cli->key, NULL);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    /* where it can't be looked at, the check below says why */

    if (stat(cli->path, &st) == 0) {
        rc = login_cli_become(st.st_uid, st.st_gid);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    rc = login_cli_enter(cli);

    return rc == LOGIN_CLI_DONE && login_cli_org_matters(cli)
           ? login_cli_org(cli) : rc;
}


login_cli_status_e
login_cli_enter(login_cli_t *cli)
{
    login_error_t  error;

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
    /* for who checks a configuration; if it fails, nginx does it as well */

    if (cli->changed && login_cli_org_matters(cli)) {
        (void) login_org_note(cli->view, cli->path, NULL, cli->org);
    }

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
login_cli_become(uid_t uid, gid_t gid)
{
    if (geteuid() != 0 || uid == 0) {
        return LOGIN_CLI_DONE;
    }

    if (setgroups(0, NULL) == -1
        || setresgid(gid, gid, gid) == -1
        || setresuid(uid, uid, uid) == -1)
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

    if (rc == LOGIN_OK) {
        cli->changed = 1;
    }

    if (rc == LOGIN_FAULT) {
        login_cli_error("store could not be written: %s",
                        login_changes_error(changes));
    }

    login_changes_destroy(changes);

    return rc;
}


login_cli_status_e
login_cli_apart(login_cli_t *cli, login_cli_run_pt run, void *data)
{
    int                 status;
    pid_t               pid, rc;
    login_cli_status_e  result;

    (void) fflush(stdout);

    pid = fork();

    if (pid == -1) {
        login_cli_error("no process: %s", strerror(errno));
        return LOGIN_CLI_UNUSABLE;
    }

    if (pid == 0) {
        result = run(cli, data);
        login_cli_close(cli);
        _exit(fflush(stdout) == 0 ? (int) result : LOGIN_CLI_REFUSED);
    }

    do {
        rc = waitpid(pid, &status, 0);
    } while (rc == -1 && errno == EINTR);

    if (rc != pid || !WIFEXITED(status)) {
        login_cli_error("store could not be read: it is damaged");
        return LOGIN_CLI_UNUSABLE;
    }

    return (login_cli_status_e) WEXITSTATUS(status);
}
