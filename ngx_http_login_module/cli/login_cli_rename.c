
#include "login_cli.h"

#include <string.h>


typedef struct {
    const char   *name;         /* the new one */
    unsigned      mails;
} login_cli_rename_t;


static login_cli_status_e login_cli_edit_name(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_result_e login_cli_rename_tell(login_cli_t *cli,
    const login_account_t *account, login_changes_t *changes,
    login_str_t to, login_str_t old);


login_cli_status_e
login_cli_user_rename(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    char                name[LOGIN_USERNAME_MAX + 1];
    login_cli_status_e  rc;
    login_cli_rename_t  rename;

    rc = login_cli_username(name, cli->args[1]);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rename.name = name;

    rc = login_cli_begin(cli, username);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_notices(cli, &rename.mails);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_name, &rename);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (!cli->json) {
        login_cli_say(cli, "user \"%s\" renamed to \"%s\"", username, name);
        return LOGIN_CLI_DONE;
    }

    return login_cli_report(cli, name, NULL);
}


/* An address that is the name changes with it. */

static login_cli_status_e
login_cli_edit_name(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    char                 detail[sizeof("from ") + LOGIN_USERNAME_MAX];
    login_str_t          name, old, to;
    login_result_e       rc;
    login_cli_rename_t  *rename = data;

    name = login_cstr(rename->name);
    old = account->username;
    to = account->email;

    if (memchr(name.data, '@', name.len) != NULL
        && login_str_eq(account->email, account->username))
    {
        account->email = name;
    }

    rc = login_account_rename(changes, account, cli->view, name);

    if (rc == LOGIN_NO) {
        login_cli_error("user \"%s\" exists already", rename->name);
        return LOGIN_CLI_REFUSED;
    }

    if (rc == LOGIN_OK) {
        (void) snprintf(detail, sizeof(detail), "from %.*s", (int) old.len,
                        (const char *) old.data);
        login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_RENAMED,
                        detail);
    }

    if (rc == LOGIN_OK && rename->mails) {
        rc = login_cli_rename_tell(cli, account, changes, to, old);

        if (rc == LOGIN_OK && !login_str_eq(to, account->email)) {
            rc = login_cli_rename_tell(cli, account, changes, account->email,
                                       old);
        }
    }

    return rc == LOGIN_OK ? LOGIN_CLI_DONE : login_cli_fault();
}


static login_result_e
login_cli_rename_tell(login_cli_t *cli, const login_account_t *account,
    login_changes_t *changes, login_str_t to, login_str_t old)
{
    login_mail_t  mail;

    memset(&mail, 0, sizeof(login_mail_t));

    mail.kind = LOGIN_MAIL_RENAMED;
    mail.to = to;
    mail.username = old;
    mail.detail = account->username;

    return login_cli_notice(cli, changes, account, &mail);
}
