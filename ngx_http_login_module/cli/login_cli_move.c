
#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_move_to(login_cli_t *cli,
    u_char name[LOGIN_USERNAME_MAX], login_str_t *to);
static login_cli_status_e login_cli_edit_org(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);


login_cli_status_e
login_cli_user_move(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    u_char              name[LOGIN_USERNAME_MAX];
    login_str_t         to;
    login_cli_status_e  rc;

    if (login_cli_option(cli, "--to") == NULL) {
        login_cli_error("\"--to\" with the name of an organisation is "
                        "needed");
        return LOGIN_CLI_USAGE;
    }

    rc = login_cli_begin(cli, username);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_move_to(cli, name, &to);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_org, &to);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memcpy(cli->org_name, to.data, to.len);
    cli->org = login_str(cli->org_name, to.len);

    if (!cli->json) {
        login_cli_say(cli, "user \"%s\" moved to \"%.*s\", all sessions "
                      "ended", username, (int) to.len,
                      (const char *) to.data);
        return LOGIN_CLI_DONE;
    }

    return login_cli_report(cli, username, NULL);
}


static login_cli_status_e
login_cli_move_to(login_cli_t *cli, u_char name[LOGIN_USERNAME_MAX],
    login_str_t *to)
{
    size_t               len;
    const char          *given;
    login_arena_t       *arena;
    login_policy_t       policy;
    login_cli_status_e   rc;

    given = login_cli_option(cli, "--to");

    if (login_org_normalise(name, &len, login_cstr(given)) != LOGIN_OK) {
        login_cli_error("invalid organisation \"%s\"", given);
        return LOGIN_CLI_REFUSED;
    }

    *to = login_str(name, len);

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_policy(cli, &policy, arena);

    if (rc == LOGIN_CLI_DONE && policy.norgs != 0
        && login_policy_org(&policy, *to) == NULL)
    {
        login_cli_error("unknown organisation \"%s\"", given);
        rc = LOGIN_CLI_REFUSED;
    }

    login_arena_destroy(arena);

    return rc;
}


static login_cli_status_e
login_cli_edit_org(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    char            detail[sizeof("from ") + LOGIN_ORG_MAX];
    login_str_t    *to = data;
    login_result_e  rc;

    (void) snprintf(detail, sizeof(detail), "from %.*s",
                    (int) account->org.len,
                    (const char *) account->org.data);

    rc = login_account_move(changes, account, cli->view, *to);

    if (rc == LOGIN_NO) {
        login_cli_error("user \"%.*s\" exists already in \"%.*s\"",
                        (int) account->username.len,
                        (const char *) account->username.data,
                        (int) to->len, (const char *) to->data);
        return LOGIN_CLI_REFUSED;
    }

    if (rc != LOGIN_OK) {
        return login_cli_fault();
    }

    login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_MOVED, detail);

    return LOGIN_CLI_DONE;
}
