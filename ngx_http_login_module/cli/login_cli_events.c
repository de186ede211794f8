
/* "events": what the store has kept, in the order of time. */

#include "login_cli.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_CLI_EVENT_TEXTS  6


/* A copy: what the view hands out is good until the next one. */
typedef struct {
    login_log_event_t      event;
    size_t                 n;           /* as they were found */
    u_char                 session[LOGIN_ID_LEN];
    u_char                 texts[];
} login_cli_happened_t;

typedef struct {
    login_cli_t           *cli;
    uint64_t               since;       /* ms */
    size_t                 n;
    size_t                 size;
    login_cli_happened_t **all;
} login_cli_events_t;


static login_cli_status_e login_cli_events_read(login_cli_events_t *events);
static login_result_e login_cli_events_visit(void *data,
    const login_log_event_t *event);
static login_cli_happened_t *login_cli_events_copy(
    const login_log_event_t *event);
static int login_cli_events_compare(const void *one, const void *two);
static login_cli_status_e login_cli_events_print(
    const login_cli_events_t *events);
static login_cli_status_e login_cli_events_json(
    const login_cli_events_t *events);
static json_t *login_cli_event_json(const login_log_event_t *event);


login_cli_status_e
login_cli_events(login_cli_t *cli)
{
    size_t               i;
    uint64_t             since;
    const char          *value;
    login_cli_events_t   events;
    login_cli_status_e   rc;

    memset(&events, 0, sizeof(login_cli_events_t));

    events.cli = cli;

    value = login_cli_option(cli, "--since");

    if (value != NULL) {
        rc = login_cli_check_time(&since, value);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }

        events.since = since < cli->now ? (cli->now - since) * 1000 : 0;
    }

    rc = login_cli_events_read(&events);

    if (rc == LOGIN_CLI_DONE) {
        if (events.n > 1) {
            qsort(events.all, events.n, sizeof(login_cli_happened_t *),
                  login_cli_events_compare);
        }

        rc = cli->json ? login_cli_events_json(&events)
                       : login_cli_events_print(&events);
    }

    for (i = 0; i < events.n; i++) {
        free(events.all[i]);
    }

    free(events.all);

    return rc;
}


static login_cli_status_e
login_cli_events_read(login_cli_events_t *events)
{
    char                 username[LOGIN_USERNAME_MAX + 1];
    login_cli_t         *cli;
    login_result_e       walked;
    login_account_t      account;
    login_cli_status_e   rc;

    cli = events->cli;

    if (cli->nargs == 0) {
        rc = login_cli_open(cli);

        if (rc == LOGIN_CLI_DONE) {
            rc = login_cli_view(cli);
        }

    } else {
        rc = login_cli_begin(cli, username);

        if (rc == LOGIN_CLI_DONE) {
            rc = login_cli_find(cli, &account, username);
        }
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    walked = login_log_walk(cli->view, cli->nargs ? account.id : NULL,
                            login_cli_events_visit, events);

    login_view_end(cli->view);

    return walked == LOGIN_OK ? LOGIN_CLI_DONE : login_cli_fault();
}


static login_result_e
login_cli_events_visit(void *data, const login_log_event_t *event)
{
    size_t                  size;
    login_cli_events_t     *events = data;
    login_cli_happened_t  **all;

    if (event->time < events->since
        || (event->org.len != 0 && events->cli->org.len != 0
            && !login_str_eq(event->org, events->cli->org))
        || (event->account != NULL
            && memcmp(event->account, LOGIN_LOG_NOBODY, LOGIN_ID_LEN) == 0))
    {
        return LOGIN_OK;
    }

    if (events->n == events->size) {
        size = events->size ? events->size * 2 : 64;

        all = realloc(events->all, size * sizeof(login_cli_happened_t *));
        if (all == NULL) {
            return LOGIN_FAULT;
        }

        events->all = all;
        events->size = size;
    }

    events->all[events->n] = login_cli_events_copy(event);

    if (events->all[events->n] == NULL) {
        return LOGIN_FAULT;
    }

    events->all[events->n]->n = events->n;
    events->n++;

    return LOGIN_OK;
}


static login_cli_happened_t *
login_cli_events_copy(const login_log_event_t *event)
{
    size_t                 i, len;
    u_char                *p;
    login_str_t           *texts[LOGIN_CLI_EVENT_TEXTS];
    login_cli_happened_t  *happened;

    len = event->org.len + event->username.len + event->address.len
          + event->browser.len + event->detail.len + event->actor.len;

    happened = malloc(sizeof(login_cli_happened_t) + len);
    if (happened == NULL) {
        return NULL;
    }

    happened->event = *event;

    if (event->session != NULL) {
        memcpy(happened->session, event->session, LOGIN_ID_LEN);
        happened->event.session = happened->session;
    }

    texts[0] = &happened->event.org;
    texts[1] = &happened->event.username;
    texts[2] = &happened->event.address;
    texts[3] = &happened->event.browser;
    texts[4] = &happened->event.detail;
    texts[5] = &happened->event.actor;

    p = happened->texts;

    for (i = 0; i < LOGIN_CLI_EVENT_TEXTS; i++) {

        if (texts[i]->len == 0) {
            continue;
        }

        memcpy(p, texts[i]->data, texts[i]->len);
        texts[i]->data = p;
        p += texts[i]->len;
    }

    return happened;
}


static int
login_cli_events_compare(const void *one, const void *two)
{
    const login_cli_happened_t  *a, *b;

    a = *(login_cli_happened_t *const *) one;
    b = *(login_cli_happened_t *const *) two;

    if (a->event.time != b->event.time) {
        return a->event.time > b->event.time ? 1 : -1;
    }

    /* what belongs together, in the order in which it happens */

    if (a->event.kind != b->event.kind) {
        return a->event.kind > b->event.kind ? 1 : -1;
    }

    return (a->n > b->n) - (a->n < b->n);
}


static login_cli_status_e
login_cli_events_print(const login_cli_events_t *events)
{
    size_t                    i;
    login_cli_table_t         table;
    const login_log_event_t  *event;

    memset(&table, 0, sizeof(login_cli_table_t));

    table.columns = 6;

    login_cli_cell(&table, login_cstr("TIME"));
    login_cli_cell(&table, login_cstr("EVENT"));
    login_cli_cell(&table, login_cstr("USERNAME"));
    login_cli_cell(&table, login_cstr("ADDRESS"));
    login_cli_cell(&table, login_cstr("BY"));
    login_cli_cell(&table, login_cstr("DETAIL"));

    for (i = 0; i < events->n; i++) {
        event = &events->all[i]->event;

        login_cli_cell_time(&table, event->time / 1000);
        login_cli_cell(&table, login_cstr(login_log_name(event->kind)));
        login_cli_cell(&table, event->username);
        login_cli_cell(&table, event->address);
        login_cli_cell(&table, event->actor);
        login_cli_cell(&table, event->detail);
    }

    return login_cli_table_print(&table);
}


static login_cli_status_e
login_cli_events_json(const login_cli_events_t *events)
{
    size_t   i;
    json_t  *json;

    json = json_array();

    for (i = 0; json != NULL && i < events->n; i++) {

        if (json_array_append_new(json,
                                  login_cli_event_json(&events->all[i]->event))
            != 0)
        {
            json_decref(json);
            json = NULL;
        }
    }

    return login_cli_json(json);
}


static json_t *
login_cli_event_json(const login_log_event_t *event)
{
    char  session[LOGIN_CLI_ID_SIZE];

    if (event->session != NULL) {
        login_cli_id(session, event->session);
    }

    return json_pack("{s:o, s:s, s:s, s:s, s:o, s:o, s:s?, s:o, s:o, s:o,"
                     " s:o}",
                     "time", login_cli_json_time(event->time / 1000),
                     "event", login_log_name(event->kind),
                     "category", login_log_category(event->kind),
                     "result", login_log_result_name(
                                   login_log_result(event->kind)),
                     "username", login_cli_json_str(event->username),
                     "org", login_cli_json_str(event->org),
                     "session", event->session ? session : NULL,
                     "address", login_cli_json_str(event->address),
                     "browser", login_cli_json_str(event->browser),
                     "detail", login_cli_json_str(event->detail),
                     "actor", login_cli_json_str(event->actor));
}
