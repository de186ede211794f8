
#include "login_cli.h"

#include <string.h>


/* Rows are gathered first: nobody is waited for while a view is open. */
typedef struct {
    login_cli_t        *cli;
    login_cli_table_t   table;
    json_t             *json;
    const char         *role;
    unsigned            locked;
    unsigned            bare;       /* without a device */
    uint64_t            before;     /* last sign-in; UINT64_MAX: any */
} login_cli_list_t;


static login_result_e login_cli_list_visit(void *data,
    const login_account_t *account);
static login_result_e login_cli_list_row(login_cli_list_t *list,
    const login_account_t *account, uint64_t seen, uint64_t until);


login_cli_status_e
login_cli_user_list(login_cli_t *cli)
{
    uint64_t            inactive;
    const char         *value;
    login_result_e      walked;
    login_cli_list_t    list;
    login_cli_status_e  rc;

    memset(&list, 0, sizeof(login_cli_list_t));

    list.cli = cli;
    list.role = login_cli_option(cli, "--role");
    list.locked = (login_cli_option(cli, "--locked") != NULL);
    list.bare = (login_cli_option(cli, "--no-mfa") != NULL);
    list.before = UINT64_MAX;

    value = login_cli_option(cli, "--inactive");

    if (value != NULL) {
        rc = login_cli_check_time(&inactive, value);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }

        list.before = (inactive < cli->now) ? cli->now - inactive : 0;
    }

    rc = login_cli_open(cli);
    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_view(cli);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    list.table.columns = cli->org.len == 0 ? 6 : 5;

    if (cli->json) {
        list.json = json_array();

    } else {
        login_cli_cell(&list.table, login_cstr("USERNAME"));
        login_cli_cell(&list.table, login_cstr("NAME"));
        login_cli_cell(&list.table, login_cstr("STATE"));
        login_cli_cell(&list.table, login_cstr("LAST SIGN-IN"));
        login_cli_cell(&list.table, login_cstr("ROLES"));

        if (cli->org.len == 0) {
            login_cli_cell(&list.table, login_cstr("ORGANISATION"));
        }
    }

    walked = login_account_walk(cli->view, cli->org, login_cli_list_visit,
                                &list);

    login_view_end(cli->view);

    if (walked != LOGIN_OK) {
        json_decref(list.json);
        login_cli_table_free(&list.table);
        return login_cli_fault();
    }

    return cli->json ? login_cli_json(list.json)
                     : login_cli_table_print(&list.table);
}


static login_result_e
login_cli_list_visit(void *data, const login_account_t *account)
{
    size_t             devices;
    uint64_t           seen, until;
    login_cli_list_t  *list = data;

    if (list->role != NULL
        && !login_account_has_role(account, login_cstr(list->role)))
    {
        return LOGIN_OK;
    }

    seen = 0;

    if (login_account_seen(&seen, list->cli->view, account->id)
        == LOGIN_FAULT)
    {
        return LOGIN_FAULT;
    }

    /* who never signed in counts from the day of the account on */

    if (list->before != UINT64_MAX
        && (seen ? seen : account->created) > list->before)
    {
        return LOGIN_OK;
    }

    if (login_lock_until(&until, list->cli->view, account, list->cli->now)
        == LOGIN_FAULT)
    {
        return LOGIN_FAULT;
    }

    if (list->locked && until == 0) {
        return LOGIN_OK;
    }

    devices = 0;

    if (list->bare
        && login_device_count(&devices, list->cli->view, account->id)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (devices != 0) {
        return LOGIN_OK;
    }

    return login_cli_list_row(list, account, seen, until);
}


static login_result_e
login_cli_list_row(login_cli_list_t *list, const login_account_t *account,
    uint64_t seen, uint64_t until)
{
    if (list->cli->json) {
        return json_array_append_new(list->json,
                                     login_cli_account_json(list->cli,
                                                            account))
               == 0 ? LOGIN_OK : LOGIN_FAULT;
    }

    login_cli_cell(&list->table, account->username);
    login_cli_cell(&list->table, account->name);
    login_cli_cell(&list->table, login_cstr(login_cli_state(account, until)));
    login_cli_cell_time(&list->table, seen);
    login_cli_cell(&list->table, account->roles);

    if (list->cli->org.len == 0) {
        login_cli_cell(&list->table, account->org);
    }

    return LOGIN_OK;
}
