
#include "login_cli.h"

#include <string.h>


typedef struct {
    login_cli_t            *cli;
    login_cli_table_t       table;
    json_t                 *json;
    uint64_t                epoch;
} login_cli_sessions_t;


static login_cli_status_e login_cli_sessions_begin(login_cli_t *cli,
    login_account_t *account);
static login_result_e login_cli_sessions_walk(login_cli_sessions_t *sessions,
    const login_account_t *account);
static login_result_e login_cli_sessions_visit(void *data,
    const login_session_t *session);
static login_result_e login_cli_session_row(login_cli_sessions_t *sessions,
    const login_account_t *account, const login_session_t *session);
static json_t *login_cli_session_json(const login_account_t *account,
    const login_session_t *session);
static login_cli_status_e login_cli_edit_revoke(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);


login_cli_status_e
login_cli_session_list(login_cli_t *cli)
{
    login_result_e        walked;
    login_account_t       account;
    login_cli_status_e    rc;
    login_cli_sessions_t  sessions;

    memset(&sessions, 0, sizeof(login_cli_sessions_t));

    rc = login_cli_sessions_begin(cli, &account);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    sessions.cli = cli;
    sessions.table.columns = 7;

    if (cli->json) {
        sessions.json = json_array();

    } else {
        login_cli_cell(&sessions.table, login_cstr("USERNAME"));
        login_cli_cell(&sessions.table, login_cstr("ID"));
        login_cli_cell(&sessions.table, login_cstr("SIGNED IN"));
        login_cli_cell(&sessions.table, login_cstr("LAST SEEN"));
        login_cli_cell(&sessions.table, login_cstr("METHODS"));
        login_cli_cell(&sessions.table, login_cstr("ADDRESS"));
        login_cli_cell(&sessions.table, login_cstr("BROWSER"));
    }

    walked = login_cli_sessions_walk(&sessions,
                                     cli->nargs ? &account : NULL);

    login_view_end(cli->view);

    if (walked != LOGIN_OK) {
        json_decref(sessions.json);
        login_cli_table_free(&sessions.table);
        return login_cli_fault();
    }

    return cli->json ? login_cli_json(sessions.json)
                     : login_cli_table_print(&sessions.table);
}


login_cli_status_e
login_cli_session_revoke(login_cli_t *cli)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    u_char              id[LOGIN_ID_LEN];
    login_cli_status_e  rc;

    if (cli->nargs == 2
        && login_hex_decode(id, LOGIN_ID_LEN, login_cstr(cli->args[1]))
           != LOGIN_OK)
    {
        login_cli_error("invalid session \"%s\", see \"nginx-login session "
                        "list\"", cli->args[1]);
        return LOGIN_CLI_REFUSED;
    }

    rc = login_cli_begin(cli, username);
    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_revoke,
                              cli->nargs == 2 ? id : NULL);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (cli->json) {
        return login_cli_json(cli->nargs == 2
                              ? json_pack("{s:s, s:s}", "username", username,
                                          "revoked", cli->args[1])
                              : json_pack("{s:s, s:s}", "username", username,
                                          "revoked", "all"));
    }

    login_cli_say(cli, cli->nargs == 2 ? "session of user \"%s\" ended"
                                       : "all sessions of user \"%s\" ended",
                  username);

    return LOGIN_CLI_DONE;
}


/* Opens the store and the view, and finds the account, if one is named. */

static login_cli_status_e
login_cli_sessions_begin(login_cli_t *cli, login_account_t *account)
{
    char                username[LOGIN_USERNAME_MAX + 1];
    login_cli_status_e  rc;

    if (cli->nargs == 0) {
        rc = login_cli_open(cli);
        return rc == LOGIN_CLI_DONE ? login_cli_view(cli) : rc;
    }

    rc = login_cli_begin(cli, username);

    return rc == LOGIN_CLI_DONE ? login_cli_find(cli, account, username) : rc;
}


static login_result_e
login_cli_sessions_walk(login_cli_sessions_t *sessions,
    const login_account_t *account)
{
    login_view_t  *view;

    view = sessions->cli->view;

    if (login_epoch_get(&sessions->epoch, view) == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    return login_session_walk(view, account != NULL ? account->id : NULL,
                              login_cli_sessions_visit, sessions);
}


static login_result_e
login_cli_sessions_visit(void *data, const login_session_t *session)
{
    login_result_e         rc;
    login_account_t        account;
    login_cli_sessions_t  *sessions = data;

    rc = login_account_get(&account, sessions->cli->view, session->account);

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_NO
        || (sessions->cli->org.len != 0
            && !login_str_eq(account.org, sessions->cli->org))
        || !login_cli_session_alive(session, &account, sessions->epoch))
    {
        return LOGIN_OK;
    }

    return login_cli_session_row(sessions, &account, session);
}


static login_result_e
login_cli_session_row(login_cli_sessions_t *sessions,
    const login_account_t *account, const login_session_t *session)
{
    char                id[LOGIN_CLI_ID_SIZE];
    size_t              len;
    u_char              methods[LOGIN_METHODS_TEXT];
    login_cli_table_t  *table = &sessions->table;

    if (sessions->cli->json) {
        return json_array_append_new(sessions->json,
                                     login_cli_session_json(account, session))
               == 0 ? LOGIN_OK : LOGIN_FAULT;
    }

    login_cli_id(id, session->id);

    login_cli_cell(table, account->username);
    login_cli_cell(table, login_cstr(id));
    login_cli_cell_time(table, session->auth_time);
    login_cli_cell_time(table, session->seen);

    len = login_methods_text(methods, session->methods, session->provider);
    login_cli_cell(table, login_str(methods, len));

    login_cli_cell(table, session->address);
    login_cli_cell(table, session->browser);

    return LOGIN_OK;
}


static json_t *
login_cli_session_json(const login_account_t *account,
    const login_session_t *session)
{
    char    id[LOGIN_CLI_ID_SIZE];
    u_char  methods[LOGIN_METHODS_TEXT];
    size_t  len;

    login_cli_id(id, session->id);

    len = login_methods_text(methods, session->methods, session->provider);

    return json_pack("{s:o, s:s, s:o, s:o, s:b, s:o, s:o, s:o}",
                     "username", login_cli_json_str(account->username),
                     "id", id,
                     "auth_time", login_cli_json_time(session->auth_time),
                     "seen", login_cli_json_time(session->seen),
                     "shared", session->shared != 0,
                     "methods", login_cli_json_list(login_str(methods, len)),
                     "address", login_cli_json_str(session->address),
                     "browser", login_cli_json_str(session->browser));
}


/* "data" is the id of one session, or NULL: all of them. */

static login_cli_status_e
login_cli_edit_revoke(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    const u_char        *id = data;
    login_result_e       rc;
    login_session_t      session;
    login_log_event_t    event;
    login_cli_status_e   status;

    if (id == NULL) {
        status = login_cli_sign_out(cli, account, changes);

        if (status == LOGIN_CLI_DONE) {
            login_account_update(changes, account);
            login_cli_event(cli, changes, account,
                            LOGIN_LOG_SESSIONS_REVOKED, NULL);
        }

        return status;
    }

    rc = login_session_get(&session, cli->view, account->id, id);

    if (rc == LOGIN_FAULT) {
        return login_cli_fault();
    }

    if (rc == LOGIN_NO) {
        login_cli_error("session not found, it may have ended already");
        return LOGIN_CLI_REFUSED;
    }

    login_changes_urgent(changes);
    login_session_end(changes, account->id, id);

    login_cli_event_init(cli, &event, LOGIN_LOG_SESSION_REVOKED);

    event.org = account->org;
    event.username = account->username;
    event.session = id;

    login_log_keep(changes, cli->view, account->id, &event);

    return LOGIN_CLI_DONE;
}
