
/* Organisations whose people sign in through identity providers. */

#include "login_cli.h"

#include <string.h>


typedef struct {
    login_cli_back_t            *back;
    const login_policy_t        *policy;
    const login_policy_org_t    *org;
} login_cli_return_t;


static login_result_e login_cli_returns(void *data,
    const login_federated_t *federated);


login_cli_status_e
login_cli_passwords(const login_cli_t *cli, const login_policy_t *policy)
{
    if (!login_cli_only(cli, policy)) {
        return LOGIN_CLI_DONE;
    }

    login_cli_error("organisation \"%.*s\" has \"password off\": its people "
                    "sign in through its providers",
                    (int) cli->org.len, (const char *) cli->org.data);

    return LOGIN_CLI_REFUSED;
}


unsigned
login_cli_only(const login_cli_t *cli, const login_policy_t *policy)
{
    const login_policy_org_t  *org;

    org = login_policy_org(policy, cli->org);

    return org != NULL && !org->password;
}


login_cli_status_e
login_cli_passwords_taken(login_cli_t *cli)
{
    login_arena_t       *arena;
    login_policy_t       policy;
    login_cli_status_e   rc;

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_policy(cli, &policy, arena);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_passwords(cli, &policy);
    }

    login_arena_destroy(arena);

    return rc;
}


login_result_e
login_cli_back(login_cli_back_t *back, login_cli_t *cli,
    const login_account_t *account, const login_policy_t *policy)
{
    login_cli_return_t  what;

    back->provider[0] = '\0';

    what.back = back;
    what.policy = policy;
    what.org = login_policy_org(policy, account->org);

    if (what.org == NULL) {
        return LOGIN_OK;
    }

    return login_federated_walk(cli->view, account->id, login_cli_returns,
                                &what);
}


static login_result_e
login_cli_returns(void *data, const login_federated_t *federated)
{
    login_cli_return_t  *what = data;

    const login_policy_provider_t  *provider;

    provider = login_policy_provider(what->policy, what->org,
                                     federated->provider);

    if (provider != NULL && provider->provision
        && login_str_eq(provider->issuer, federated->issuer))
    {
        memcpy(what->back->provider, federated->provider.data,
               federated->provider.len);
        what->back->provider[federated->provider.len] = '\0';

        return LOGIN_NO;
    }

    return LOGIN_OK;
}
