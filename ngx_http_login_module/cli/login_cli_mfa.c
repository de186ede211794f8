
/* The second factor of an account: what there is, and taking it away. */

#include "login_cli.h"

#include <string.h>


typedef struct {
    const login_account_t  *account;
    login_cli_table_t       table;
    json_t                 *devices;    /* NULL: the table */
    json_t                 *trusted;
    uint64_t                epoch;
    size_t                  left;       /* recovery codes */
    uint64_t                made;
    uint64_t                wait;
} login_cli_factors_t;


static login_cli_status_e login_cli_factors_collect(login_cli_t *cli,
    login_cli_factors_t *factors);
static login_result_e login_cli_factors_device(void *data,
    const login_device_t *device);
static login_result_e login_cli_factors_trust(void *data,
    const login_trust_t *trust);
static json_t *login_cli_factors_json(const login_cli_factors_t *factors);
static login_cli_status_e login_cli_factors_print(login_cli_t *cli,
    login_cli_factors_t *factors, const char *username);
static login_cli_status_e login_cli_edit_reset(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_result_e login_cli_reset_tell(login_cli_t *cli,
    const login_account_t *account, login_changes_t *changes);


login_cli_status_e
login_cli_mfa_list(login_cli_t *cli)
{
    char                 username[LOGIN_USERNAME_MAX + 1];
    json_t              *json;
    login_account_t      account;
    login_cli_status_e   rc;
    login_cli_factors_t  factors;

    rc = login_cli_begin(cli, username);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_find(cli, &account, username);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memset(&factors, 0, sizeof(login_cli_factors_t));

    factors.account = &account;
    factors.table.columns = 5;

    if (cli->json) {
        factors.devices = json_array();
        factors.trusted = json_array();

    } else {
        login_cli_cell(&factors.table, login_cstr("KIND"));
        login_cli_cell(&factors.table, login_cstr("ID"));
        login_cli_cell(&factors.table, login_cstr("NAME"));
        login_cli_cell(&factors.table, login_cstr("ADDED"));
        login_cli_cell(&factors.table, login_cstr("LAST USED"));
    }

    rc = login_cli_factors_collect(cli, &factors);

    json = (cli->json && rc == LOGIN_CLI_DONE)
           ? login_cli_factors_json(&factors) : NULL;

    login_view_end(cli->view);

    json_decref(factors.devices);
    json_decref(factors.trusted);

    if (rc != LOGIN_CLI_DONE) {
        login_cli_table_free(&factors.table);
        return rc;
    }

    return cli->json ? login_cli_json(json)
                     : login_cli_factors_print(cli, &factors, username);
}


static login_cli_status_e
login_cli_factors_collect(login_cli_t *cli, login_cli_factors_t *factors)
{
    const u_char  *id = factors->account->id;

    if (login_epoch_get(&factors->epoch, cli->view) != LOGIN_OK
        || login_device_walk(cli->view, id, login_cli_factors_device, factors)
           != LOGIN_OK
        || login_trust_walk(cli->view, id, login_cli_factors_trust, factors)
           != LOGIN_OK
        || login_recovery_left(&factors->left, &factors->made, cli->view, id)
           == LOGIN_FAULT
        || login_factor_wait(&factors->wait, cli->view, id, cli->now)
           != LOGIN_OK)
    {
        return login_cli_fault();
    }

    return LOGIN_CLI_DONE;
}


static login_result_e
login_cli_factors_device(void *data, const login_device_t *device)
{
    char                  id[LOGIN_CLI_ID_SIZE];
    json_t               *json;
    login_cli_factors_t  *factors = data;

    if (device->pending) {
        return LOGIN_OK;
    }

    login_cli_id(id, device->id);

    if (factors->devices != NULL) {
        json = json_pack("{s:s, s:o, s:s, s:o, s:o}",
                         "id", id,
                         "name", login_cli_json_str(device->name),
                         "kind", "totp",
                         "added", login_cli_json_time(device->made),
                         "last_used", login_cli_json_time(device->used));

        return json_array_append_new(factors->devices, json) == 0
               ? LOGIN_OK : LOGIN_FAULT;
    }

    login_cli_cell(&factors->table, login_cstr("totp"));
    login_cli_cell(&factors->table, login_cstr(id));
    login_cli_cell(&factors->table, device->name);
    login_cli_cell_time(&factors->table, device->made);
    login_cli_cell_time(&factors->table, device->used);

    return LOGIN_OK;
}


/* How long they are good for is known by nginx only. */

static login_result_e
login_cli_factors_trust(void *data, const login_trust_t *trust)
{
    char                  id[LOGIN_CLI_ID_SIZE];
    json_t               *json;
    login_cli_factors_t  *factors = data;

    if (!login_trust_good(trust, factors->account, factors->epoch,
                          UINT64_MAX, trust->made))
    {
        return LOGIN_OK;
    }

    login_cli_id(id, trust->id);

    if (factors->trusted != NULL) {
        json = json_pack("{s:s, s:o, s:o, s:o, s:o}",
                         "id", id,
                         "browser", login_cli_json_str(trust->browser),
                         "address", login_cli_json_str(trust->address),
                         "added", login_cli_json_time(trust->made),
                         "last_used", login_cli_json_time(trust->used));

        return json_array_append_new(factors->trusted, json) == 0
               ? LOGIN_OK : LOGIN_FAULT;
    }

    login_cli_cell(&factors->table, login_cstr("trusted"));
    login_cli_cell(&factors->table, login_cstr(id));
    login_cli_cell(&factors->table, trust->browser);
    login_cli_cell_time(&factors->table, trust->made);
    login_cli_cell_time(&factors->table, trust->used);

    return LOGIN_OK;
}


static json_t *
login_cli_factors_json(const login_cli_factors_t *factors)
{
    return json_pack("{s:o, s:O, s:{s:I, s:o}, s:O, s:I}",
                     "username",
                     login_cli_json_str(factors->account->username),
                     "devices", factors->devices,
                     "recovery_codes",
                     "left", (json_int_t) factors->left,
                     "made", login_cli_json_time(factors->made),
                     "trusted", factors->trusted,
                     "limited", (json_int_t) factors->wait);
}


static login_cli_status_e
login_cli_factors_print(login_cli_t *cli, login_cli_factors_t *factors,
    const char *username)
{
    char                when[32];
    login_cli_status_e  rc;

    if (factors->table.n == factors->table.columns) {
        login_cli_table_free(&factors->table);
        login_cli_say(cli, "user \"%s\" has no second factor", username);
        rc = LOGIN_CLI_DONE;

    } else {
        rc = login_cli_table_print(&factors->table);
    }

    if (rc == LOGIN_CLI_DONE && factors->made != 0) {
        login_cli_time(when, factors->made);
        login_cli_say(cli, "%zu of %d recovery codes left, made %s",
                      factors->left, LOGIN_RECOVERY_CODES, when);
    }

    if (rc == LOGIN_CLI_DONE && factors->wait != 0) {
        login_cli_say(cli, "too many wrong codes, the next one is looked at "
                      "in %llu minutes, or after \"nginx-login user unlock\"",
                      (unsigned long long) (factors->wait + 59) / 60);
    }

    return rc;
}


login_cli_status_e
login_cli_mfa_reset(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    unsigned            mails;
    login_cli_status_e  rc;

    rc = login_cli_begin(cli, username);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_notices(cli, &mails);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_reset, &mails);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (cli->json) {
        return login_cli_json(json_pack("{s:s, s:s}", "username", username,
                                        "reset", "mfa"));
    }

    login_cli_say(cli, "second factor of user \"%s\" taken away, all sessions "
                  "ended", username);

    return LOGIN_CLI_DONE;
}


/* Who was signed in with it may be who stole it. */

static login_cli_status_e
login_cli_edit_reset(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    unsigned            mails = *(unsigned *) data;
    login_cli_status_e  rc;

    rc = login_cli_sign_out(cli, account, changes);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (login_factor_forget(changes, cli->view, account->id) != LOGIN_OK
        || (mails && login_cli_reset_tell(cli, account, changes) != LOGIN_OK))
    {
        return login_cli_fault();
    }

    login_account_update(changes, account);
    login_cli_event(cli, changes, account, LOGIN_LOG_MFA_RESET, NULL);

    return LOGIN_CLI_DONE;
}


static login_result_e
login_cli_reset_tell(login_cli_t *cli, const login_account_t *account,
    login_changes_t *changes)
{
    login_mail_t    mail;
    login_result_e  rc;

    memset(&mail, 0, sizeof(login_mail_t));

    if (login_mail_draw(mail.id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    mail.kind = LOGIN_MAIL_MFA_RESET;
    mail.to = account->email;
    mail.language = account->language;
    mail.username = account->username;
    mail.name = account->name;
    mail.org = account->org;
    mail.when = cli->now;

    /* who has no address is told by nothing */

    rc = login_mail_put(changes, cli->view, &mail, cli->now);

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}
