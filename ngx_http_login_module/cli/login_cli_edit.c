
/* The commands that change an account which is there. */

#include "login_cli.h"

#include <string.h>
#include <unistd.h>


typedef struct {
    char       phc[LOGIN_PHC_MAX + 1];
    unsigned   mails;
} login_cli_new_t;


typedef struct {
    login_cli_fields_t  fields;
    unsigned            mails;
} login_cli_set_t;


static login_cli_status_e login_cli_set_disabled(login_cli_t *cli,
    unsigned disabled, const char *done);
static login_cli_status_e login_cli_edit_fields(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_result_e login_cli_edit_address(login_cli_t *cli,
    const login_account_t *account, login_changes_t *changes, login_str_t old);
static login_result_e login_cli_edit_email(login_cli_t *cli,
    const login_account_t *account, login_changes_t *changes,
    const char *email);
static login_cli_status_e login_cli_edit_roles(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static void login_cli_event_roles(login_cli_t *cli,
    login_changes_t *changes, const login_account_t *account);
static login_cli_status_e login_cli_edit_password(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_cli_status_e login_cli_edit_disabled(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);


login_cli_status_e
login_cli_user_set(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    char                email[LOGIN_USERNAME_MAX + 1];
    login_cli_set_t     set;
    login_cli_status_e  rc;

    rc = login_cli_fields(cli, &set.fields, email);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (set.fields.name == NULL && set.fields.email == NULL
        && set.fields.language == NULL)
    {
        login_cli_error("nothing to set, see \"nginx-login user set --help\"");
        return LOGIN_CLI_USAGE;
    }

    rc = login_cli_begin(cli, username);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_notices(cli, &set.mails);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_fields, &set);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return login_cli_report(cli, username, "changed");
}


login_cli_status_e
login_cli_user_role(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    size_t              i;
    login_cli_status_e  rc;

    if (cli->ngiven == 0
        || (login_cli_option(cli, "--add") == NULL
            && login_cli_option(cli, "--remove") == NULL))
    {
        login_cli_error("\"--add\" or \"--remove\" is needed");
        return LOGIN_CLI_USAGE;
    }

    for (i = 0; i < cli->ngiven; i++) {
        if (!cli->given[i].option->repeat) {
            continue;
        }

        rc = login_cli_check_role(cli->given[i].value);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    rc = login_cli_begin(cli, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_change(cli, username, login_cli_edit_roles, NULL);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return login_cli_report(cli, username, "has other roles");
}


login_cli_status_e
login_cli_user_password(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    login_words_t       words;
    login_account_t     account;
    login_cli_new_t     new;
    login_cli_status_e  rc;

    if (login_cli_option(cli, "--link") != NULL) {
        return login_cli_link(cli);
    }

    if (login_cli_option(cli, "--portal") != NULL) {
        login_cli_error("\"--portal\" goes with \"--link\"");
        return LOGIN_CLI_USAGE;
    }

    if (login_cli_option(cli, "--stdin") == NULL && !isatty(STDIN_FILENO)) {
        login_cli_error("\"--stdin\" is needed where there is no terminal");
        return LOGIN_CLI_USAGE;
    }

    rc = login_cli_begin(cli, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    /* who is not there is said before anybody types a password */

    rc = login_cli_find(cli, &account, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memset(&words, 0, sizeof(login_words_t));

    login_words_add(&words, account.username);
    login_words_add(&words, account.name);
    login_words_add(&words, account.email);

    login_view_end(cli->view);

    rc = login_cli_password(cli, new.phc, &words);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_notices(cli, &new.mails);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_password, &new);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return login_cli_report(cli, username, "has a new password, all "
                                           "sessions ended");
}


login_cli_status_e
login_cli_user_disable(login_cli_t *cli)
{
    return login_cli_set_disabled(cli, 1, "disabled, all sessions ended");
}


login_cli_status_e
login_cli_user_enable(login_cli_t *cli)
{
    return login_cli_set_disabled(cli, 0, "enabled");
}


static login_cli_status_e
login_cli_set_disabled(login_cli_t *cli, unsigned disabled, const char *done)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    login_cli_status_e  rc;

    rc = login_cli_begin(cli, username);
    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_disabled,
                              &disabled);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return login_cli_report(cli, username, done);
}


static login_cli_status_e
login_cli_edit_fields(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    char                       detail[32];
    login_str_t                old;
    login_cli_set_t           *set = data;
    const login_cli_fields_t  *fields = &set->fields;

    old = account->email;

    if (login_cli_edit_email(cli, account, changes, fields->email)
        != LOGIN_OK)
    {
        return login_cli_fault();
    }

    login_cli_set_fields(account, fields);

    login_account_update(changes, account);

    (void) snprintf(detail, sizeof(detail), "%s%s%s",
                    fields->name != NULL ? "name " : "",
                    fields->email != NULL ? "email " : "",
                    fields->language != NULL ? "language " : "");

    /* there is one at least */

    detail[strlen(detail) - 1] = '\0';

    login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_CHANGED, detail);

    if (set->mails && !login_str_eq(old, account->email)
        && login_cli_edit_address(cli, account, changes, old) != LOGIN_OK)
    {
        return login_cli_fault();
    }

    return LOGIN_CLI_DONE;
}


/* Whose address it was is to know: links for new passwords go elsewhere. */

static login_result_e
login_cli_edit_address(login_cli_t *cli, const login_account_t *account,
    login_changes_t *changes, login_str_t old)
{
    login_mail_t  mail;

    memset(&mail, 0, sizeof(login_mail_t));

    mail.kind = LOGIN_MAIL_ADDRESS_CHANGED;
    mail.to = old;
    mail.username = account->username;

    return login_cli_notice(cli, changes, account, &mail);
}


/* What went to another address must not let its reader in. */

static login_result_e
login_cli_edit_email(login_cli_t *cli, const login_account_t *account,
    login_changes_t *changes, const char *email)
{
    if (email == NULL || login_str_eq(account->email, login_cstr(email))) {
        return LOGIN_OK;
    }

    if (login_link_end(changes, cli->view, account->id,
                       LOGIN_LINK_INVITATION) == LOGIN_FAULT
        || login_link_end(changes, cli->view, account->id, LOGIN_LINK_RESET)
           == LOGIN_FAULT)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static login_cli_status_e
login_cli_edit_password(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    login_mail_t            mail;
    login_cli_status_e      rc;
    const login_cli_new_t  *new = data;

    rc = login_cli_sign_out(cli, account, changes);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memset(&mail, 0, sizeof(login_mail_t));

    mail.kind = LOGIN_MAIL_PASSWORD_CHANGED;
    mail.to = account->email;
    mail.username = account->username;

    /* a first one is no news to who is to have it */

    if (new->mails
        && account->password.len != 0
        && login_cli_notice(cli, changes, account, &mail) != LOGIN_OK)
    {
        return login_cli_fault();
    }

    /* who was invited has come in, by this way */

    account->invited = 0;
    account->password = login_cstr(new->phc);

    login_account_update(changes, account);
    login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_PASSWORD, NULL);

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_edit_roles(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    size_t              i;
    const char         *role;
    login_cli_roles_t   roles;
    login_cli_status_e  rc;

    (void) data;

    memset(&roles, 0, sizeof(login_cli_roles_t));

    if (account->roles.len > LOGIN_ROLES_MAX) {
        return login_cli_fault();
    }

    if (account->roles.len != 0) {
        memcpy(roles.data, account->roles.data, account->roles.len);
        roles.len = account->roles.len;
    }

    for (i = 0; ; ) {
        role = login_cli_option_next(cli, "--remove", &i);
        if (role == NULL) {
            break;
        }

        /* a slip of the pen must not pass for a role taken away */

        if (!login_account_has_role(account, login_cstr(role))) {
            login_cli_error("user \"%.*s\" has no role \"%s\"",
                            (int) account->username.len,
                            (const char *) account->username.data, role);
            return LOGIN_CLI_REFUSED;
        }

        login_cli_roles_remove(&roles, role);
    }

    for (i = 0; ; ) {
        role = login_cli_option_next(cli, "--add", &i);
        if (role == NULL) {
            break;
        }

        rc = login_cli_roles_add(&roles, role);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    if (login_cli_option(cli, "--add") == NULL) {
        login_changes_urgent(changes);
    }

    account->roles = login_str(roles.data, roles.len);

    login_account_update(changes, account);
    login_cli_event_roles(cli, changes, account);

    return LOGIN_CLI_DONE;
}


/* "-staff +admin"; what is too long is cut. */

static void
login_cli_event_roles(login_cli_t *cli, login_changes_t *changes,
    const login_account_t *account)
{
    int          n;
    char         detail[LOGIN_LOG_TEXT + 1];
    size_t       i, len;
    const char  *name;

    len = 0;

    for (i = 0; i < cli->ngiven && len < sizeof(detail); i++) {
        name = cli->given[i].option->name;

        if (!cli->given[i].option->repeat) {
            continue;
        }

        n = snprintf(detail + len, sizeof(detail) - len, "%s%c%s",
                     len ? " " : "", strcmp(name, "--add") == 0 ? '+' : '-',
                     cli->given[i].value);
        len += (size_t) n;
    }

    login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_ROLES, detail);
}


static login_cli_status_e
login_cli_edit_disabled(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    unsigned            disabled = *(unsigned *) data;
    login_cli_status_e  rc;

    if (disabled) {
        rc = login_cli_sign_out(cli, account, changes);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    account->disabled = disabled;

    login_account_update(changes, account);
    login_cli_event(cli, changes, account, disabled
                                           ? LOGIN_LOG_ACCOUNT_DISABLED
                                           : LOGIN_LOG_ACCOUNT_ENABLED, NULL);

    return LOGIN_CLI_DONE;
}
