
/* "user remove", and whether that is for good. */

#include "login_cli.h"


/* What the edit finds out, as often as it takes. */
typedef struct {
    login_policy_t      policy;
    login_cli_back_t    back;
} login_cli_remove_t;


static login_cli_status_e login_cli_remove_run(login_cli_t *cli,
    const char *username, login_arena_t *arena);
static login_cli_status_e login_cli_edit_remove(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_cli_status_e login_cli_remove_print(login_cli_t *cli,
    const char *username, const login_cli_back_t *back);


login_cli_status_e
login_cli_user_remove(login_cli_t *cli)
{
    char                 username[LOGIN_USERNAME_MAX + 1];
    login_arena_t       *arena;
    login_cli_status_e   rc;

    rc = login_cli_begin(cli, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_remove_run(cli, username, arena);

    login_arena_destroy(arena);

    return rc;
}


static login_cli_status_e
login_cli_remove_run(login_cli_t *cli, const char *username,
    login_arena_t *arena)
{
    login_cli_remove_t  what;
    login_cli_status_e  rc;

    rc = login_cli_policy(cli, &what.policy, arena);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_remove, &what);
    }

    return rc == LOGIN_CLI_DONE
           ? login_cli_remove_print(cli, username, &what.back) : rc;
}


static login_cli_status_e
login_cli_edit_remove(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    login_cli_remove_t  *what = data;

    login_changes_urgent(changes);

    if (login_cli_back(&what->back, cli, account, &what->policy)
        == LOGIN_FAULT
        || login_account_remove(changes, account, cli->view) != LOGIN_OK)
    {
        return login_cli_fault();
    }

    login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_REMOVED, NULL);

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_remove_print(login_cli_t *cli, const char *username,
    const login_cli_back_t *back)
{
    if (back->provider[0] != '\0') {
        login_cli_error("provider \"%s\" makes the account anew at its "
                        "owner's next sign-in there, unless it is taken away "
                        "there as well", back->provider);
    }

    if (cli->json) {
        return login_cli_json(json_pack("{s:s, s:b, s:s*}",
                                        "username", username,
                                        "removed", 1,
                                        "provider", back->provider[0] != '\0'
                                                    ? back->provider : NULL));
    }

    login_cli_say(cli, "user \"%s\" removed", username);

    return LOGIN_CLI_DONE;
}
