
#include "login_cli.h"

#include <stdlib.h>
#include <string.h>


/* What the edit makes, as often as it takes. */
typedef struct {
    login_str_t   portal;
    char         *url;
    size_t        size;
} login_cli_link_t;


static login_cli_status_e login_cli_link_make(login_cli_t *cli,
    login_cli_link_t *link);
static login_cli_status_e login_cli_edit_link(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_cli_status_e login_cli_link_print(login_cli_t *cli,
    const char *username, const login_cli_link_t *link);


login_cli_status_e
login_cli_link(login_cli_t *cli)
{
    char                 username[LOGIN_USERNAME_MAX + 1];
    login_arena_t       *arena;
    login_policy_t       policy;
    login_cli_link_t     link;
    login_cli_status_e   rc;

    if (login_cli_option(cli, "--stdin") != NULL) {
        login_cli_error("\"--stdin\" does not go with \"--link\"");
        return LOGIN_CLI_USAGE;
    }

    rc = login_cli_begin(cli, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_policy(cli, &policy, arena);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_passwords(cli, &policy);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_portal(cli, &policy, &link.portal);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_link_make(cli, &link);
    }

    login_arena_destroy(arena);

    return rc;
}


static login_cli_status_e
login_cli_link_make(login_cli_t *cli, login_cli_link_t *link)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    login_cli_status_e  rc;

    rc = login_cli_username(username, cli->args[0]);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    link->size = login_reset_url_len(link->portal.len);

    link->url = malloc(link->size);
    if (link->url == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_change(cli, username, login_cli_edit_link, link);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_link_print(cli, username, link);
    }

    login_wipe(link->url, link->size);
    free(link->url);

    return rc;
}


static login_cli_status_e
login_cli_edit_link(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    login_cli_link_t  *link = data;

    if (account->disabled) {
        login_cli_error("user \"%.*s\" is disabled",
                        (int) account->username.len,
                        (const char *) account->username.data);
        return LOGIN_CLI_REFUSED;
    }

    if (account->invited) {
        login_cli_error("user \"%.*s\" has not registered yet, see "
                        "\"nginx-login invite\"",
                        (int) account->username.len,
                        (const char *) account->username.data);
        return LOGIN_CLI_REFUSED;
    }

    if (login_reset_issue(changes, cli->view, account, cli->now,
                          link->portal, NULL, link->url)
        != LOGIN_OK)
    {
        return login_cli_fault();
    }

    login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_LINK, NULL);

    return LOGIN_CLI_DONE;
}


/* The link alone, so that it can be passed on by a pipe. */

static login_cli_status_e
login_cli_link_print(login_cli_t *cli, const char *username,
    const login_cli_link_t *link)
{
    if (cli->json) {
        return login_cli_json(json_pack("{s:s, s:s, s:o}",
                                        "username", username,
                                        "url", link->url,
                                        "expires",
                                        login_cli_json_time(cli->now
                                                     + LOGIN_FORGOT_EXPIRES)));
    }

    (void) printf("%s\n", link->url);

    return LOGIN_CLI_DONE;
}
