
/* "invite list" and "invite revoke". */

#include "login_cli.h"

#include <string.h>


#define LOGIN_CLI_LINK_ID_SIZE  (2 * LOGIN_LINK_ID_LEN + 1)


typedef struct {
    login_cli_t        *cli;
    login_cli_table_t   table;
    json_t             *json;
} login_cli_invited_t;

typedef struct {
    login_str_t         id;         /* the beginning of a link's hash */
    unsigned            found;
    login_link_t        link;
} login_cli_revoke_t;


static login_result_e login_cli_invited_visit(void *data,
    const login_link_t *link);
static login_result_e login_cli_invited_row(login_cli_invited_t *list,
    const login_link_t *link, login_str_t who);
static json_t *login_cli_invited_json(login_cli_t *cli,
    const login_link_t *link, login_str_t who);
static const char *login_cli_invited_mail(login_mail_state_t *state,
    login_cli_t *cli, const login_link_t *link);
static void login_cli_link_id(char dst[LOGIN_CLI_LINK_ID_SIZE],
    const login_link_t *link);
static login_cli_status_e login_cli_revoke_id(login_cli_t *cli,
    const u_char id[LOGIN_LINK_ID_LEN]);
static login_result_e login_cli_revoke_visit(void *data,
    const login_link_t *link);
static login_cli_status_e login_cli_revoke_shared(login_cli_t *cli,
    const login_link_t *link);
static login_cli_status_e login_cli_revoke_user(login_cli_t *cli,
    const char *username);
static login_cli_status_e login_cli_edit_revoke(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_cli_status_e login_cli_revoked(login_cli_t *cli,
    const char *what);


static const char *const  login_cli_link_states[] = {
    "ended", "open", "used", "expired"
};


login_cli_status_e
login_cli_invite_list(login_cli_t *cli)
{
    login_result_e       rc;
    login_cli_status_e   status;
    login_cli_invited_t  list;

    memset(&list, 0, sizeof(login_cli_invited_t));

    list.cli = cli;
    list.table.columns = 6;

    status = login_cli_open(cli);

    if (status == LOGIN_CLI_DONE) {
        status = login_cli_view(cli);
    }

    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    if (cli->json) {
        list.json = json_array();

    } else {
        login_cli_cell(&list.table, login_cstr("ID"));
        login_cli_cell(&list.table, login_cstr("FOR"));
        login_cli_cell(&list.table, login_cstr("STATE"));
        login_cli_cell(&list.table, login_cstr("CREATED"));
        login_cli_cell(&list.table, login_cstr("EXPIRES"));
        login_cli_cell(&list.table, login_cstr("MAIL"));
    }

    rc = login_link_walk(cli->view, cli->now, login_cli_invited_visit, &list);

    login_view_end(cli->view);

    if (rc != LOGIN_OK) {
        json_decref(list.json);
        login_cli_table_free(&list.table);
        return login_cli_fault();
    }

    return cli->json ? login_cli_json(list.json)
                     : login_cli_table_print(&list.table);
}


static login_result_e
login_cli_invited_visit(void *data, const login_link_t *link)
{
    char                  text[LOGIN_LINK_TEXT_MAX + sizeof("anybody at ")];
    login_link_t          seen;
    login_result_e        rc;
    login_account_t       account;
    login_cli_invited_t  *list = data;

    if (link->purpose == LOGIN_LINK_SHARED) {
        (void) snprintf(text, sizeof(text), "anybody at %.*s",
                        (int) link->domains.len,
                        (const char *) link->domains.data);

        return login_cli_invited_row(list, link, login_cstr(text));
    }

    if (link->purpose != LOGIN_LINK_INVITATION) {
        return LOGIN_OK;
    }

    rc = login_account_get(&account, list->cli->view, link->account);

    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
    }

    /* who got a password by another way does not need it any more */

    seen = *link;

    if (!account.invited) {
        seen.state = LOGIN_LINK_USED;
    }

    return login_cli_invited_row(list, &seen, account.username);
}


static login_result_e
login_cli_invited_row(login_cli_invited_t *list, const login_link_t *link,
    login_str_t who)
{
    char                 id[LOGIN_CLI_LINK_ID_SIZE];
    char                 text[LOGIN_MAIL_WORDS_MAX + 32];
    const char          *mail;
    login_mail_state_t   state;

    if (list->json != NULL) {
        return json_array_append_new(list->json,
                                     login_cli_invited_json(list->cli, link,
                                                            who))
               == 0 ? LOGIN_OK : LOGIN_FAULT;
    }

    login_cli_link_id(id, link);

    mail = login_cli_invited_mail(&state, list->cli, link);

    (void) snprintf(text, sizeof(text), "%s%s%.*s", mail ? mail : "-",
                    state.words.len != 0 ? ": " : "", (int) state.words.len,
                    (const char *) state.words.data);

    login_cli_cell(&list->table, login_cstr(id));
    login_cli_cell(&list->table, who);
    login_cli_cell(&list->table,
                   login_cstr(login_cli_link_states[link->state]));
    login_cli_cell_time(&list->table, link->created);
    login_cli_cell_time(&list->table, link->expires);
    login_cli_cell(&list->table, login_cstr(text));

    return LOGIN_OK;
}


static json_t *
login_cli_invited_json(login_cli_t *cli, const login_link_t *link,
    login_str_t who)
{
    char                 id[LOGIN_CLI_LINK_ID_SIZE];
    unsigned             shared;
    const char          *mail;
    login_mail_state_t   state;

    login_cli_link_id(id, link);

    shared = (link->purpose == LOGIN_LINK_SHARED);
    mail = login_cli_invited_mail(&state, cli, link);

    return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:s?, s:o}",
                     "id", id,
                     "username", shared ? json_null()
                                        : login_cli_json_str(who),
                     "domains", login_cli_json_list(link->domains),
                     "state", login_cli_link_states[link->state],
                     "created", login_cli_json_time(link->created),
                     "expires", login_cli_json_time(link->expires),
                     "used", login_cli_json_time(link->used),
                     "mail", mail,
                     "mail_words", login_cli_json_str(state.words));
}


/* NULL: there was none, or it is forgotten. */

static const char *
login_cli_invited_mail(login_mail_state_t *state, login_cli_t *cli,
    const login_link_t *link)
{
    memset(state, 0, sizeof(login_mail_state_t));

    if (login_mail_state(state, cli->view, link->mail) != LOGIN_OK) {
        state->words = login_str("", 0);
        return NULL;
    }

    return login_mail_status_name(state->status);
}


static void
login_cli_link_id(char dst[LOGIN_CLI_LINK_ID_SIZE], const login_link_t *link)
{
    size_t  n;

    n = login_hex_encode((u_char *) dst, login_str(link->hash,
                                                   LOGIN_LINK_ID_LEN));

    dst[n] = '\0';
}


login_cli_status_e
login_cli_invite_revoke(login_cli_t *cli)
{
    u_char               id[LOGIN_LINK_ID_LEN];
    login_cli_status_e   rc;

    rc = login_cli_open(cli);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (strlen(cli->args[0]) == 2 * LOGIN_LINK_ID_LEN
        && login_hex_decode(id, LOGIN_LINK_ID_LEN, login_cstr(cli->args[0]))
           == LOGIN_OK)
    {
        return login_cli_revoke_id(cli, id);
    }

    return login_cli_revoke_user(cli, cli->args[0]);
}


static login_cli_status_e
login_cli_revoke_id(login_cli_t *cli, const u_char id[LOGIN_LINK_ID_LEN])
{
    char                 username[LOGIN_USERNAME_MAX + 1];
    login_result_e       rc;
    login_account_t      account;
    login_cli_revoke_t   revoke;
    login_cli_status_e   status;

    memset(&revoke, 0, sizeof(login_cli_revoke_t));

    revoke.id = login_str(id, LOGIN_LINK_ID_LEN);

    status = login_cli_view(cli);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    rc = login_link_walk(cli->view, cli->now, login_cli_revoke_visit,
                         &revoke);

    if (rc == LOGIN_OK && revoke.found
        && revoke.link.purpose == LOGIN_LINK_INVITATION)
    {
        rc = login_account_get(&account, cli->view, revoke.link.account);

        if (rc == LOGIN_OK) {
            (void) snprintf(username, sizeof(username), "%.*s",
                            (int) account.username.len,
                            (const char *) account.username.data);
        }
    }

    login_view_end(cli->view);

    if (rc == LOGIN_FAULT) {
        return login_cli_fault();
    }

    if (!revoke.found || rc == LOGIN_NO) {
        login_cli_error("invitation \"%s\" not found", cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    return revoke.link.purpose == LOGIN_LINK_SHARED
           ? login_cli_revoke_shared(cli, &revoke.link)
           : login_cli_revoke_user(cli, username);
}


static login_result_e
login_cli_revoke_visit(void *data, const login_link_t *link)
{
    login_cli_revoke_t  *revoke = data;

    if (link->purpose == LOGIN_LINK_RESET
        || !login_equal(link->hash, revoke->id.data, revoke->id.len))
    {
        return LOGIN_OK;
    }

    revoke->found = 1;
    revoke->link = *link;

    return LOGIN_NO;
}


static login_cli_status_e
login_cli_revoke_shared(login_cli_t *cli, const login_link_t *link)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    if (changes == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    if (login_cli_view(cli) != LOGIN_CLI_DONE) {
        login_changes_destroy(changes);
        return LOGIN_CLI_UNUSABLE;
    }

    login_changes_urgent(changes);
    login_link_end_shared(changes, link);
    login_cli_event_link(cli, changes, LOGIN_LOG_INVITATION_REVOKED,
                         cli->args[0]);

    login_view_end(cli->view);

    rc = login_cli_commit(cli, changes);

    if (rc == LOGIN_NO) {
        login_cli_error("invitation \"%s\" not found", cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    return rc == LOGIN_OK ? login_cli_revoked(cli, cli->args[0])
                          : LOGIN_CLI_UNUSABLE;
}


static login_cli_status_e
login_cli_revoke_user(login_cli_t *cli, const char *name)
{
    char                 username[LOGIN_USERNAME_MAX + 1];
    login_cli_status_e   rc;

    rc = login_cli_username(username, name);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_change(cli, username, login_cli_edit_revoke, NULL);
    }

    return rc == LOGIN_CLI_DONE ? login_cli_revoked(cli, username) : rc;
}


static login_cli_status_e
login_cli_edit_revoke(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    (void) data;

    switch (login_invite_revoke(changes, cli->view, account, cli->now)) {

    case LOGIN_OK:
        login_cli_event(cli, changes, account, LOGIN_LOG_INVITATION_REVOKED,
                        NULL);
        return LOGIN_CLI_DONE;

    case LOGIN_NO:
        login_cli_error("user \"%.*s\" has no invitation that could be used",
                        (int) account->username.len,
                        (const char *) account->username.data);
        return LOGIN_CLI_REFUSED;

    default:
        return login_cli_fault();
    }
}


static login_cli_status_e
login_cli_revoked(login_cli_t *cli, const char *what)
{
    if (cli->json) {
        return login_cli_json(json_pack("{s:s, s:b}", "invitation", what,
                                        "revoked", 1));
    }

    login_cli_say(cli, "invitation \"%s\" revoked", what);

    return LOGIN_CLI_DONE;
}
