
#include "login_cli.h"

#include <string.h>


typedef struct {
    const login_account_t  *account;
    uint64_t                epoch;
    size_t                  n;
} login_cli_count_t;


static login_cli_status_e login_cli_change_once(login_cli_t *cli,
    const char *username, login_cli_edit_pt edit, void *data,
    login_changes_t **changes);
static login_result_e login_cli_end_session(void *data,
    const login_session_t *session);
static login_result_e login_cli_count(void *data,
    const login_session_t *session);
static login_cli_status_e login_cli_sessions(login_cli_t *cli,
    const login_account_t *account, size_t *n);
static void login_cli_row(login_cli_table_t *table, const char *name,
    login_str_t value);


login_cli_status_e
login_cli_username(char dst[LOGIN_USERNAME_MAX + 1], const char *in)
{
    size_t          len;
    login_result_e  rc;

    rc = login_username_normalise((u_char *) dst, &len, login_cstr(in));

    if (rc == LOGIN_FAULT) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    if (rc == LOGIN_NO) {
        login_cli_error("invalid user name \"%s\"", in);
        return LOGIN_CLI_REFUSED;
    }

    dst[len] = '\0';

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_begin(login_cli_t *cli, char username[LOGIN_USERNAME_MAX + 1])
{
    login_cli_status_e  rc;

    rc = login_cli_username(username, cli->args[0]);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return login_cli_open(cli);
}


login_cli_status_e
login_cli_find(login_cli_t *cli, login_account_t *account,
    const char *username)
{
    login_result_e      rc;
    login_cli_status_e  status;

    if (cli->org.len == 0) {
        return login_cli_org_which();
    }

    status = login_cli_view(cli);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    rc = login_account_find(account, cli->view, cli->org,
                            login_cstr(username));

    if (rc == LOGIN_OK) {
        return LOGIN_CLI_DONE;
    }

    login_view_end(cli->view);

    if (rc == LOGIN_FAULT) {
        return login_cli_fault();
    }

    login_cli_error("user \"%s\" not found", username);

    return LOGIN_CLI_REFUSED;
}


void
login_cli_set_fields(login_account_t *account,
    const login_cli_fields_t *fields)
{
    if (fields->name != NULL) {
        account->name = login_cstr(fields->name);
    }

    if (fields->email != NULL) {
        account->email = login_cstr(fields->email);
    }

    if (fields->language != NULL) {
        account->language = login_cstr(fields->language);
    }
}


login_cli_status_e
login_cli_change(login_cli_t *cli, const char *username,
    login_cli_edit_pt edit, void *data)
{
    unsigned            tries;
    login_result_e      rc;
    login_changes_t    *changes;
    login_cli_status_e  status;

    for (tries = 0; tries < LOGIN_CLI_TRIES; tries++) {

        status = login_cli_change_once(cli, username, edit, data, &changes);
        if (status != LOGIN_CLI_DONE) {
            return status;
        }

        rc = login_cli_commit(cli, changes);

        if (rc != LOGIN_NO) {
            return rc == LOGIN_OK ? LOGIN_CLI_DONE : LOGIN_CLI_UNUSABLE;
        }
    }

    login_cli_error("user \"%s\" is being changed by others, try again",
                    username);

    return LOGIN_CLI_REFUSED;
}


static login_cli_status_e
login_cli_change_once(login_cli_t *cli, const char *username,
    login_cli_edit_pt edit, void *data, login_changes_t **changes)
{
    login_account_t     account;
    login_cli_status_e  rc;

    rc = login_cli_find(cli, &account, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    *changes = login_changes_create();

    if (*changes == NULL) {
        login_cli_error("no memory");
        rc = LOGIN_CLI_UNUSABLE;

    } else {
        rc = edit(cli, &account, *changes, data);
    }

    login_view_end(cli->view);

    if (rc != LOGIN_CLI_DONE) {
        login_changes_destroy(*changes);
    }

    return rc;
}


login_cli_status_e
login_cli_report(login_cli_t *cli, const char *username, const char *done)
{
    login_account_t     account;
    login_cli_status_e  rc;

    if (!cli->json) {
        login_cli_say(cli, "user \"%s\" %s", username, done);
        return LOGIN_CLI_DONE;
    }

    rc = login_cli_find(cli, &account, username);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_account_show(cli, &account);

    login_view_end(cli->view);

    return rc;
}


/* The generation ends what is added meanwhile; the rest is cleaned up. */

login_cli_status_e
login_cli_sign_out(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes)
{
    account->generation++;

    login_changes_urgent(changes);

    if (login_session_walk(cli->view, account->id, login_cli_end_session,
                           changes)
        == LOGIN_FAULT
        || login_trust_forget(changes, cli->view, account->id) != LOGIN_OK)
    {
        return login_cli_fault();
    }

    return LOGIN_CLI_DONE;
}


static login_result_e
login_cli_end_session(void *data, const login_session_t *session)
{
    login_session_end(data, session->account, session->id);

    return LOGIN_OK;
}


int
login_cli_session_alive(const login_session_t *session,
    const login_account_t *account, uint64_t epoch)
{
    return !account->disabled
           && session->generation == account->generation
           && session->epoch == epoch;
}


void
login_cli_id(char dst[LOGIN_CLI_ID_SIZE], const u_char id[LOGIN_ID_LEN])
{
    size_t  n;

    n = login_hex_encode((u_char *) dst, login_str(id, LOGIN_ID_LEN));

    dst[n] = '\0';
}


login_cli_status_e
login_cli_account_show(login_cli_t *cli, const login_account_t *account)
{
    char                id[LOGIN_CLI_ID_SIZE], text[64];
    size_t              n;
    uint64_t            seen, until;
    login_cli_table_t   table;
    login_cli_status_e  rc;

    if (cli->json) {
        return login_cli_json(login_cli_account_json(cli, account));
    }

    n = 0;
    seen = 0;

    if (login_account_seen(&seen, cli->view, account->id) == LOGIN_FAULT
        || login_lock_until(&until, cli->view, account, cli->now)
           == LOGIN_FAULT)
    {
        return login_cli_fault();
    }

    rc = login_cli_sessions(cli, account, &n);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memset(&table, 0, sizeof(login_cli_table_t));

    table.columns = 2;

    login_cli_id(id, account->id);

    login_cli_row(&table, "username", account->username);
    login_cli_row(&table, "name", account->name);
    login_cli_row(&table, "email", account->email);
    login_cli_row(&table, "roles", account->roles);
    login_cli_row(&table, "language", account->language);
    login_cli_row(&table, "organisation", account->org);
    login_cli_row(&table, "id", login_cstr(id));
    login_cli_row(&table, "state",
                  login_cstr(login_cli_state(account, until)));
    login_cli_row(&table, "password",
                  login_cstr(account->password.len ? "set" : "none"));

    (void) strcpy(text, "until ");
    login_cli_time(text + strlen(text), until);
    login_cli_row(&table, "locked", login_cstr(until ? text : ""));

    login_cli_time(text, account->created);
    login_cli_row(&table, "created", login_cstr(text));

    login_cli_time(text, seen);
    login_cli_row(&table, "last sign-in", login_cstr(text));

    (void) snprintf(text, sizeof(text), "%zu", n);
    login_cli_row(&table, "sessions", login_cstr(text));

    return login_cli_table_print(&table);
}


const char *
login_cli_state(const login_account_t *account, uint64_t until)
{
    if (account->disabled) {
        return "disabled";
    }

    if (account->invited) {
        return "invited";
    }

    if (until != 0) {
        return "locked";
    }

    return account->password.len != 0 ? "active" : "no password";
}


static void
login_cli_row(login_cli_table_t *table, const char *name, login_str_t value)
{
    login_cli_cell(table, login_cstr(name));
    login_cli_cell(table, value.len ? value : login_cstr("-"));
}


json_t *
login_cli_account_json(login_cli_t *cli, const login_account_t *account)
{
    char      id[LOGIN_CLI_ID_SIZE];
    uint64_t  seen, until;

    if (login_lock_until(&until, cli->view, account, cli->now) != LOGIN_OK) {
        until = 0;
    }

    if (login_account_seen(&seen, cli->view, account->id) != LOGIN_OK) {
        seen = 0;
    }

    login_cli_id(id, account->id);

    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:b, s:b, s:b,"
                     " s:o, s:o, s:o}",
                     "username", login_cli_json_str(account->username),
                     "org", login_cli_json_str(account->org),
                     "id", id,
                     "name", login_cli_json_str(account->name),
                     "email", login_cli_json_str(account->email),
                     "language", login_cli_json_str(account->language),
                     "roles", login_cli_json_list(account->roles),
                     "state", login_cli_state(account, until),
                     "disabled", account->disabled != 0,
                     "invited", account->invited != 0,
                     "password", account->password.len != 0,
                     "created", login_cli_json_time(account->created),
                     "last_sign_in", login_cli_json_time(seen),
                     "locked_until", login_cli_json_time(until));
}


static login_cli_status_e
login_cli_sessions(login_cli_t *cli, const login_account_t *account,
    size_t *n)
{
    login_cli_count_t  count;

    memset(&count, 0, sizeof(login_cli_count_t));

    count.account = account;

    if (login_epoch_get(&count.epoch, cli->view) == LOGIN_FAULT
        || login_session_walk(cli->view, account->id, login_cli_count, &count)
           == LOGIN_FAULT)
    {
        return login_cli_fault();
    }

    *n = count.n;

    return LOGIN_CLI_DONE;
}


static login_result_e
login_cli_count(void *data, const login_session_t *session)
{
    login_cli_count_t  *count = data;

    count->n += (size_t) login_cli_session_alive(session, count->account,
                                                 count->epoch);

    return LOGIN_OK;
}
