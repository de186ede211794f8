
/* Which organisation a command is about. */

#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_org_given(login_cli_t *cli,
    const char *given);
static login_cli_status_e login_cli_org_known(login_cli_t *cli,
    const login_policy_t *policy);
static int login_cli_org_creates(const login_cli_t *cli);
static int login_cli_org_needed(const login_cli_t *cli);
static login_result_e login_cli_org_somebody(void *data,
    const login_account_t *account);


/*
 * The one of "--org", or the only one that there is; empty, where there are
 * several and the command is about all that it is not told of.
 */

login_cli_status_e
login_cli_org(login_cli_t *cli)
{
    const char          *given;
    login_arena_t       *arena;
    login_policy_t       policy;
    login_cli_status_e   rc;

    given = login_cli_option(cli, "--org");

    if (given != NULL) {
        rc = login_cli_org_given(cli, given);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_policy(cli, &policy, arena);

    if (rc == LOGIN_CLI_DONE && given != NULL) {
        rc = login_cli_org_known(cli, &policy);

    } else if (rc == LOGIN_CLI_DONE) {
        cli->org = policy.norgs != 0 ? policy.only
                                     : login_cstr(LOGIN_ORG_DEFAULT);

        memcpy(cli->org_name, cli->org.data, cli->org.len);
        cli->org.data = cli->org_name;

        if (cli->org.len == 0 && login_cli_org_needed(cli)) {
            rc = login_cli_org_which();
        }
    }

    login_arena_destroy(arena);

    return rc;
}


login_cli_status_e
login_cli_org_which(void)
{
    login_cli_error("there are several organisations, \"--org\" with the "
                    "name of one is needed");

    return LOGIN_CLI_REFUSED;
}


static login_cli_status_e
login_cli_org_given(login_cli_t *cli, const char *given)
{
    size_t  len;

    switch (login_org_normalise(cli->org_name, &len, login_cstr(given))) {

    case LOGIN_OK:
        cli->org = login_str(cli->org_name, len);
        return LOGIN_CLI_DONE;

    case LOGIN_NO:
        login_cli_error("invalid organisation \"%s\"", given);
        return LOGIN_CLI_REFUSED;

    default:
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }
}


/*
 * New accounts need one that is declared, as far as that is known; of one
 * that is not any more, those that are left can be shown, moved and removed.
 */

static login_cli_status_e
login_cli_org_known(login_cli_t *cli, const login_policy_t *policy)
{
    int                 somebody;
    login_result_e      rc;
    login_cli_status_e  status;

    if (policy->norgs == 0 && login_cli_org_creates(cli)) {
        return LOGIN_CLI_DONE;
    }

    if (login_policy_org(policy, cli->org) != NULL
        || login_str_eq(cli->org, login_cstr(LOGIN_ORG_DEFAULT)))
    {
        return LOGIN_CLI_DONE;
    }

    somebody = 0;
    rc = LOGIN_OK;

    if (!login_cli_org_creates(cli)) {

        status = login_cli_view(cli);
        if (status != LOGIN_CLI_DONE) {
            return status;
        }

        rc = login_account_walk(cli->view, cli->org, login_cli_org_somebody,
                                &somebody);
        login_view_end(cli->view);
    }

    if (rc == LOGIN_FAULT) {
        return login_cli_fault();
    }

    if (somebody) {
        return LOGIN_CLI_DONE;
    }

    login_cli_error("unknown organisation \"%.*s\"", (int) cli->org.len,
                    (const char *) cli->org.data);

    return LOGIN_CLI_REFUSED;
}


static login_result_e
login_cli_org_somebody(void *data, const login_account_t *account)
{
    int  *somebody = data;

    (void) account;

    *somebody = 1;

    return LOGIN_NO;
}


/* Also a store that is damaged can be looked at, and mended. */

int
login_cli_org_matters(const login_cli_t *cli)
{
    return login_cli_option(cli, "--org") != NULL
           || strchr(cli->command->args, 'U') != NULL
           || strcmp(cli->command->name, "user list") == 0
           || login_cli_org_creates(cli);
}


static int
login_cli_org_creates(const login_cli_t *cli)
{
    return strcmp(cli->command->name, "user add") == 0
           || strcmp(cli->command->name, "invite") == 0
           || strncmp(cli->command->name, "import ", 7) == 0;
}


static int
login_cli_org_needed(const login_cli_t *cli)
{
    const char  *args;

    args = cli->command->args;

    return login_cli_org_creates(cli)
           || strcmp(args, "U") == 0
           || strncmp(args, "U ", 2) == 0
           || (strcmp(args, "[U]") == 0 && cli->nargs != 0);
}
