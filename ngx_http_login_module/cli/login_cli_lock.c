
/* The limits on failed sign-ins, as the store knows of them. */

#include "login_cli.h"


static login_cli_status_e login_cli_edit_unlock(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_cli_status_e login_cli_unlock_network(login_cli_t *cli,
    const u_char network[LOGIN_ID_LEN]);
static login_cli_status_e login_cli_open_lock(login_cli_t *cli,
    login_changes_t *changes, const u_char id[LOGIN_ID_LEN]);


login_cli_status_e
login_cli_user_unlock(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    u_char              network[LOGIN_ID_LEN];
    login_cli_status_e  rc;

    switch (login_limit_address(network, cli->args[0])) {

    case LOGIN_OK:
        return login_cli_unlock_network(cli, network);

    case LOGIN_FAULT:
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;

    default:
        break;
    }

    rc = login_cli_begin(cli, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_change(cli, username, login_cli_edit_unlock, NULL);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return login_cli_report(cli, username, "unlocked");
}


static login_cli_status_e
login_cli_edit_unlock(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    u_char              names[2][LOGIN_ID_LEN];
    login_cli_status_e  rc;

    (void) data;

    if (login_lock_names(names, account) != LOGIN_OK) {
        return login_cli_fault();
    }

    login_factor_unlock(changes, account->id);

    login_cli_event(cli, changes, account, LOGIN_LOG_ACCOUNT_UNLOCKED, NULL);

    rc = login_cli_open_lock(cli, changes, names[0]);

    return rc == LOGIN_CLI_DONE
           && login_lock_open(changes, cli->view, names[1], cli->now)
              != LOGIN_OK ? login_cli_fault() : rc;
}


static login_cli_status_e
login_cli_unlock_network(login_cli_t *cli, const u_char network[LOGIN_ID_LEN])
{
    unsigned            tries;
    login_result_e      result;
    login_changes_t    *changes;
    login_cli_status_e  rc;

    rc = login_cli_open(cli);

    for (tries = 0; rc == LOGIN_CLI_DONE && tries < LOGIN_CLI_TRIES; tries++) {

        changes = login_changes_create();
        if (changes == NULL) {
            login_cli_error("no memory");
            return LOGIN_CLI_UNUSABLE;
        }

        rc = login_cli_view(cli);

        if (rc == LOGIN_CLI_DONE) {
            rc = login_cli_open_lock(cli, changes, network);
            login_view_end(cli->view);
        }

        if (rc != LOGIN_CLI_DONE) {
            login_changes_destroy(changes);
            return rc;
        }

        result = login_cli_commit(cli, changes);

        if (result == LOGIN_FAULT) {
            return LOGIN_CLI_UNUSABLE;
        }

        if (result == LOGIN_NO) {
            continue;
        }

        login_cli_event_alone(cli, LOGIN_LOG_ADDRESS_UNLOCKED, "%s",
                              cli->args[0]);
        login_cli_say(cli, "address \"%s\" unlocked", cli->args[0]);

        return cli->json
               ? login_cli_json(json_pack("{s:s}", "address", cli->args[0]))
               : LOGIN_CLI_DONE;
    }

    if (rc == LOGIN_CLI_DONE) {
        login_cli_error("address \"%s\" is being changed by others, try again",
                        cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    return rc;
}


/* What is of no use any more goes with it. */

static login_cli_status_e
login_cli_open_lock(login_cli_t *cli, login_changes_t *changes,
    const u_char id[LOGIN_ID_LEN])
{
    if (login_lock_sweep(changes, cli->view, cli->now) != LOGIN_OK
        || login_lock_open(changes, cli->view, id, cli->now) != LOGIN_OK)
    {
        return login_cli_fault();
    }

    return LOGIN_CLI_DONE;
}
