
/* What a command has done is kept in the store, and who ran it. */

#include "login_cli.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>


/* What the process that writes it is told. */
typedef struct {
    const login_keyring_t  *ring;
    login_log_kind_e        kind;
    const char             *detail;
} login_cli_told_t;


static login_cli_status_e login_cli_event_write(login_cli_t *cli, void *data);
static login_result_e login_cli_event_commit(login_cli_t *cli,
    const login_log_event_t *event);


/* sudo tells who became root; whoever is root could tell anything. */

void
login_cli_actor(login_cli_t *cli)
{
    uid_t           uid;
    const char     *sudo;
    struct passwd  *pw;

    uid = getuid();
    pw = getpwuid(uid);
    sudo = (uid == 0) ? getenv("SUDO_USER") : NULL;

    if (pw == NULL) {
        (void) snprintf(cli->actor, sizeof(cli->actor), "uid %lu",
                        (unsigned long) uid);

    } else if (sudo != NULL && sudo[0] != '\0') {
        (void) snprintf(cli->actor, sizeof(cli->actor), "%s (sudo by %s)",
                        pw->pw_name, sudo);

    } else {
        (void) snprintf(cli->actor, sizeof(cli->actor), "%s", pw->pw_name);
    }
}


void
login_cli_event_init(const login_cli_t *cli, login_log_event_t *event,
    login_log_kind_e kind)
{
    struct timespec  ts;

    memset(event, 0, sizeof(login_log_event_t));

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    event->kind = kind;
    event->time = (uint64_t) ts.tv_sec * 1000
                  + (uint64_t) ts.tv_nsec / 1000000;
    event->actor = login_cstr(cli->actor);
}


void
login_cli_event(login_cli_t *cli, login_changes_t *changes,
    const login_account_t *account, login_log_kind_e kind, const char *detail)
{
    login_log_event_t  event;

    login_cli_event_init(cli, &event, kind);

    event.org = account->org;
    event.username = account->username;
    event.detail = login_cstr(detail != NULL ? detail : "");

    login_log_keep(changes, cli->view, account->id, &event);
}


void
login_cli_event_link(login_cli_t *cli, login_changes_t *changes,
    login_log_kind_e kind, const char *detail)
{
    login_account_t  account;

    memset(&account, 0, sizeof(login_account_t));
    account.org = cli->org;

    login_cli_event(cli, changes, &account, kind, detail);
}


void
login_cli_event_alone(login_cli_t *cli, login_log_kind_e kind,
    const char *fmt, ...)
{
    char               detail[LOGIN_LOG_TEXT + 1];
    va_list            args;
    login_log_event_t  event;

    va_start(args, fmt);
    (void) vsnprintf(detail, sizeof(detail), fmt, args);
    va_end(args);

    login_cli_event_init(cli, &event, kind);
    event.detail = login_cstr(detail);

    if (login_cli_event_commit(cli, &event) != LOGIN_OK) {
        login_cli_error("the store could not keep that this was done");
    }
}


static login_result_e
login_cli_event_commit(login_cli_t *cli, const login_log_event_t *event)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();

    if (changes == NULL || login_view_begin(cli->view) != LOGIN_OK) {
        login_changes_destroy(changes);
        return LOGIN_FAULT;
    }

    login_log_keep(changes, cli->view, NULL, event);

    login_view_end(cli->view);

    rc = login_commit_one(cli->commit, changes);

    login_changes_destroy(changes);

    return rc;
}


void
login_cli_event_apart(login_cli_t *cli, const login_keyring_t *ring,
    login_log_kind_e kind, const char *detail)
{
    char              file[PATH_MAX];
    struct stat       st;
    login_cli_told_t  told;

    if (snprintf(file, sizeof(file), "%s/data.mdb", cli->path)
        >= (int) sizeof(file)
        || stat(file, &st) == -1)
    {
        return;
    }

    told.ring = ring;
    told.kind = kind;
    told.detail = detail;

    (void) login_cli_apart(cli, login_cli_event_write, &told);
}


static login_cli_status_e
login_cli_event_write(login_cli_t *cli, void *data)
{
    struct stat         st;
    login_cli_told_t   *told = data;
    login_cli_status_e  rc;

    if (told->ring == NULL) {
        rc = login_cli_open(cli);

    } else {
        cli->ring = *told->ring;

        rc = stat(cli->path, &st) == 0
             ? login_cli_become(st.st_uid, st.st_gid) : LOGIN_CLI_UNUSABLE;

        if (rc == LOGIN_CLI_DONE) {
            rc = login_cli_enter(cli);
        }
    }

    if (rc == LOGIN_CLI_DONE) {
        login_cli_event_alone(cli, told->kind, "%s", told->detail);
    }

    return rc;
}
