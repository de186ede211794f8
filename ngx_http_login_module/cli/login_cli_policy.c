
/* What the running nginx last wrote into the store. */

#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_policy_unread(void);
static login_cli_status_e login_cli_portal_one(const login_policy_t *policy,
    login_str_t *url);


login_cli_status_e
login_cli_policy(login_cli_t *cli, login_policy_t *policy,
    login_arena_t *arena)
{
    login_result_e      rc;
    login_cli_status_e  status;

    memset(policy, 0, sizeof(login_policy_t));

    policy->password_min = LOGIN_STRENGTH_MIN;
    policy->password_max = LOGIN_STRENGTH_MAX;
    policy->password_score = LOGIN_STRENGTH_SCORE;

    policy->hash_memory = LOGIN_HASH_MEMORY;
    policy->hash_passes = LOGIN_HASH_PASSES;

    status = login_cli_view(cli);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    rc = login_policy_get(policy, arena, cli->view);

    login_view_end(cli->view);

    return rc == LOGIN_FAULT ? login_cli_policy_unread() : LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_policy_unread(void)
{
    login_cli_error("what nginx wrote into the store could not be read: it is "
                    "damaged, or of another key or version, reload nginx");

    return LOGIN_CLI_UNUSABLE;
}


login_cli_status_e
login_cli_rules(const login_cli_t *cli, const login_policy_t *policy,
    login_rules_t *rules, login_blocklist_t **list)
{
    char                       path[PATH_MAX];
    login_str_t                blocklist;
    login_error_t              error;
    const login_policy_org_t  *org;

    *list = NULL;

    org = login_policy_org(policy, cli->org);
    blocklist = org != NULL ? org->blocklist : policy->blocklist;

    (void) snprintf(path, sizeof(path), "%.*s", (int) blocklist.len,
                    (const char *) blocklist.data);

    if (blocklist.len != 0
        && login_blocklist_load(list, path, &error) != LOGIN_OK)
    {
        login_cli_error("\"blocklist\" of \"login_password\": %s",
                        error.text);
        return LOGIN_CLI_UNUSABLE;
    }

    rules->min = org != NULL ? org->password_min : policy->password_min;
    rules->max = org != NULL ? org->password_max : policy->password_max;
    rules->score = org != NULL ? org->password_score
                               : policy->password_score;
    rules->blocklist = *list;

    return LOGIN_CLI_DONE;
}


/* "https://example.com/login/", from the option or from nginx. */

login_cli_status_e
login_cli_portal(const login_cli_t *cli, const login_policy_t *policy,
    login_str_t *url)
{
    login_url_t   parsed;
    const char   *given;

    given = login_cli_option(cli, "--portal");

    if (given == NULL) {
        return login_cli_portal_one(policy, url);
    }

    *url = login_cstr(given);

    if (login_url_parse(&parsed, *url) != LOGIN_OK
        || url->data[url->len - 1] != '/'
        || memchr(url->data, '?', url->len) != NULL
        || memchr(url->data, '#', url->len) != NULL)
    {
        login_cli_error("invalid portal \"%s\", it must be a URL as in "
                        "\"https://example.com/login/\"", given);
        return LOGIN_CLI_USAGE;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_portal_one(const login_policy_t *policy, login_str_t *url)
{
    size_t  i;

    *url = login_str(NULL, 0);

    for (i = 0; i < policy->n; i++) {

        if (policy->servers[i].portal.len == 0) {
            continue;
        }

        if (url->len != 0 && !login_str_eq(*url, policy->servers[i].portal)) {
            login_cli_error("there are several portals, \"--portal\" with the "
                            "URL of one is needed");
            return LOGIN_CLI_REFUSED;
        }

        *url = policy->servers[i].portal;
    }

    if (url->len == 0) {
        login_cli_error("nginx has not written its portal into this store "
                        "yet, start it, or give \"--portal URL\"");
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}
