
#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_add_check(login_cli_t *cli,
    const char *username);
static login_cli_status_e login_cli_add(login_cli_t *cli,
    login_account_t *account);
static login_cli_status_e login_cli_add_exists(const char *username);


login_cli_status_e
login_cli_user_show(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    login_account_t     account;
    login_cli_status_e  rc;

    rc = login_cli_begin(cli, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_find(cli, &account, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_account_show(cli, &account);

    login_view_end(cli->view);

    return rc;
}


login_cli_status_e
login_cli_user_add(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    char                email[LOGIN_USERNAME_MAX + 1];
    char                phc[LOGIN_PHC_MAX + 1];
    login_words_t       words;
    login_account_t     account;
    login_cli_roles_t   roles;
    login_cli_fields_t  fields;
    login_cli_status_e  rc;

    memset(&account, 0, sizeof(login_account_t));
    memset(&roles, 0, sizeof(login_cli_roles_t));

    rc = login_cli_fields(cli, &fields, email);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_roles(cli, &roles);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_begin(cli, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_add_check(cli, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    phc[0] = '\0';

    if (login_cli_option(cli, "--password-stdin") != NULL) {
        memset(&words, 0, sizeof(login_words_t));

        login_words_add(&words, login_cstr(username));

        if (fields.name != NULL) {
            login_words_add(&words, login_cstr(fields.name));
        }

        if (fields.email != NULL) {
            login_words_add(&words, login_cstr(fields.email));
        }

        rc = login_cli_password(cli, phc, &words);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    if (fields.email == NULL && strchr(username, '@') != NULL) {
        fields.email = username;
    }

    if (login_account_new(&account, cli->now) != LOGIN_OK) {
        login_cli_error("no random numbers");
        return LOGIN_CLI_UNUSABLE;
    }

    account.org = cli->org;
    account.username = login_cstr(username);
    account.roles = login_str(roles.data, roles.len);
    account.password = login_cstr(phc);

    login_cli_set_fields(&account, &fields);

    rc = login_cli_add(cli, &account);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return login_cli_report(cli, username,
                            phc[0] != '\0' ? "added"
                            : "added, without a password: cannot sign in "
                              "before \"nginx-login user password\"");
}


/* Who is there already is said before anybody types a password. */

static login_cli_status_e
login_cli_add_check(login_cli_t *cli, const char *username)
{
    login_result_e      rc;
    login_account_t     account;
    login_cli_status_e  status;

    status = login_cli_view(cli);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    rc = login_account_find(&account, cli->view, cli->org,
                            login_cstr(username));

    login_view_end(cli->view);

    if (rc == LOGIN_FAULT) {
        return login_cli_fault();
    }

    return rc == LOGIN_OK ? login_cli_add_exists(username) : LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_add_exists(const char *username)
{
    login_cli_error("user \"%s\" exists already", username);

    return LOGIN_CLI_REFUSED;
}


static login_cli_status_e
login_cli_add(login_cli_t *cli, login_account_t *account)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    if (changes == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    login_account_add(changes, account);
    login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_ADDED, NULL);

    rc = login_cli_commit(cli, changes);

    if (rc == LOGIN_NO) {
        return login_cli_add_exists((const char *) account->username.data);
    }

    return rc == LOGIN_OK ? LOGIN_CLI_DONE : LOGIN_CLI_UNUSABLE;
}


login_cli_status_e
login_cli_roles(login_cli_t *cli, login_cli_roles_t *roles)
{
    size_t               i;
    const char          *role;
    login_cli_status_e   rc;

    i = 0;

    for ( ;; ) {
        role = login_cli_option_next(cli, "--role", &i);
        if (role == NULL) {
            return LOGIN_CLI_DONE;
        }

        rc = login_cli_check_role(role);

        if (rc == LOGIN_CLI_DONE) {
            rc = login_cli_roles_add(roles, role);
        }

        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }
}
