
/* What the page "account" lists: sessions, and the last security events. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_EVENTS_SHOWN  20
#define NGX_HTTP_LOGIN_LINES         LOGIN_SESSIONS_MAX


/*
 * One line.  What a record has is read as long as the walk is at it: the next
 * one takes its place.
 */
typedef struct {
    uint64_t                 time;
    uint64_t                 since;
    u_char                   id[LOGIN_ID_LEN];
    login_agent_t            agent;
    login_value_t            address;
    login_page_var_e         kind;
} ngx_http_login_line_t;

typedef struct {
    ngx_http_request_t      *request;
    const login_locale_t    *locale;
    const ngx_http_login_identity_t  *identity;
    login_account_t          account;
    uint64_t                 epoch;
    ngx_uint_t               n;
    ngx_http_login_line_t    lines[NGX_HTTP_LOGIN_LINES];
} ngx_http_login_lines_t;


static void ngx_http_login_account_notice(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *query,
    const ngx_http_login_identity_t *identity);
static ngx_int_t ngx_http_login_account_sessions(ngx_http_login_lines_t *list,
    ngx_http_login_page_t *page, login_view_t *view);
static login_result_e ngx_http_login_account_session(void *data,
    const login_session_t *session);
static ngx_int_t ngx_http_login_account_session_row(
    const ngx_http_login_lines_t *list, const ngx_http_login_line_t *line,
    login_value_t *row);
static ngx_int_t ngx_http_login_account_events(ngx_http_login_lines_t *list,
    ngx_http_login_page_t *page, login_view_t *view);
static login_result_e ngx_http_login_account_event(void *data,
    const login_log_event_t *event);
static ngx_int_t ngx_http_login_account_event_row(
    const ngx_http_login_lines_t *list, const ngx_http_login_line_t *line,
    login_value_t *row);
static int ngx_libc_cdecl ngx_http_login_account_line_cmp(const void *one,
    const void *two);
static ngx_int_t ngx_http_login_account_time(
    const ngx_http_login_lines_t *list, uint64_t when, login_value_t *value);
static ngx_int_t ngx_http_login_account_copy(ngx_http_request_t *r,
    login_str_t text, login_value_t *value);
static void ngx_http_login_account_agent(const login_agent_t *agent,
    login_value_t *browser, login_value_t *system);


ngx_int_t
ngx_http_login_account_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *query)
{
    ngx_int_t                         rc;
    ngx_http_login_ctx_t             *ctx;
    ngx_http_login_lines_t           *list;
    ngx_http_login_worker_t          *worker;
    ngx_http_login_main_conf_t       *mcf;
    const ngx_http_login_identity_t  *identity;

    list = ngx_palloc(r->pool, sizeof(ngx_http_login_lines_t));
    worker = ngx_http_login_get_worker(r);

    if (list == NULL || worker == NULL
        || ngx_http_login_identify(r, &identity) != NGX_OK
        || login_view_begin(worker->view) != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    list->request = r;
    list->locale = ngx_http_login_locale(page);
    list->identity = identity;

    rc = ngx_http_login_account_sessions(list, page, worker->view);

    if (rc == NGX_OK) {
        rc = ngx_http_login_account_events(list, page, worker->view);
    }

    if (rc == NGX_OK) {
        mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
        rc = ngx_http_login_providers_linked(r, page,
                                ngx_http_login_org_find(mcf,
                                                        identity->org.data,
                                                        identity->org.len),
                                worker->view, identity->ticket.account);
    }

    login_view_end(worker->view);

    if (page->reason == LOGIN_REASON_NONE) {
        ngx_http_login_account_notice(r, page, query, identity);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if (page->reason == LOGIN_REASON_MALFORMED && ctx->form
        && login_str_eq(login_form_get(ctx->form, "action"),
                        login_cstr("name")))
    {
        ngx_http_login_page_flag(page, LOGIN_VAR_BAD_NAME);
    }

    return rc;
}


/* The address says what was done, and proves that it was done here. */

static void
ngx_http_login_account_notice(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *query,
    const ngx_http_login_identity_t *identity)
{
    u_char       account[LOGIN_ID_LEN];
    login_str_t  what;

    if (ngx_http_login_notice_check(r, query, account) != NGX_OK
        || ngx_memcmp(account, identity->ticket.account, LOGIN_ID_LEN) != 0)
    {
        return;
    }

    what = login_form_get(query, "what");

    if (login_str_eq(what, login_cstr("name"))) {
        ngx_http_login_page_flag(page, LOGIN_VAR_RENAMED);

    } else if (login_str_eq(what, login_cstr("ended"))) {
        ngx_http_login_page_flag(page, LOGIN_VAR_ENDED);

    } else {
        ngx_http_login_page_flag(page, LOGIN_VAR_CHANGED);
    }
}


static ngx_int_t
ngx_http_login_account_sessions(ngx_http_login_lines_t *list,
    ngx_http_login_page_t *page, login_view_t *view)
{
    ngx_uint_t                        i;
    login_value_t                    *rows, *row;
    ngx_http_request_t               *r;
    const ngx_http_login_identity_t  *identity;

    r = list->request;
    identity = list->identity;
    list->n = 0;

    if (login_account_get(&list->account, view, identity->ticket.account)
        != LOGIN_OK
        || login_epoch_get(&list->epoch, view) != LOGIN_OK
        || login_session_walk(view, identity->ticket.account,
                              ngx_http_login_account_session, list)
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    ngx_qsort(list->lines, list->n, sizeof(ngx_http_login_line_t),
              ngx_http_login_account_line_cmp);

    rows = ngx_pcalloc(r->pool, list->n * LOGIN_VARS * sizeof(login_value_t)
                                + 1);
    if (rows == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < list->n; i++) {
        row = rows + i * LOGIN_VARS;

        if (ngx_http_login_account_session_row(list, &list->lines[i], row)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (ngx_memcmp(list->lines[i].id, identity->session, LOGIN_ID_LEN)
            == 0)
        {
            row[LOGIN_VAR_SESSION_OWN].text = login_str("1", 1);

        } else {
            ngx_http_login_page_flag(page, LOGIN_VAR_OTHERS);
        }
    }

    page->values[LOGIN_VAR_SESSIONS].rows = list->n;
    page->values[LOGIN_VAR_SESSIONS].row = rows;

    return NGX_OK;
}


static login_result_e
ngx_http_login_account_session(void *data, const login_session_t *session)
{
    ngx_http_login_lines_t *list = data;

    ngx_http_login_line_t  *line;

    if (list->n == NGX_HTTP_LOGIN_LINES
        || login_session_over(session, &list->account, list->epoch,
                              &list->identity->rules->terms.limits,
                              (uint64_t) ngx_time()))
    {
        return LOGIN_OK;
    }

    line = &list->lines[list->n++];

    line->time = session->seen;
    line->since = session->auth_time;
    login_agent_read(&line->agent, session->browser);
    ngx_memcpy(line->id, session->id, LOGIN_ID_LEN);

    return ngx_http_login_account_copy(list->request, session->address,
                                       &line->address)
           == NGX_OK ? LOGIN_OK : LOGIN_FAULT;
}


/* The last one first. */

static int ngx_libc_cdecl
ngx_http_login_account_line_cmp(const void *one, const void *two)
{
    const ngx_http_login_line_t *first = one;
    const ngx_http_login_line_t *second = two;

    return (first->time < second->time) - (first->time > second->time);
}


static ngx_int_t
ngx_http_login_account_session_row(const ngx_http_login_lines_t *list,
    const ngx_http_login_line_t *line, login_value_t *row)
{
    u_char  *id;

    id = ngx_pnalloc(list->request->pool, 2 * LOGIN_ID_LEN);
    if (id == NULL) {
        return NGX_ERROR;
    }

    login_hex_encode(id, login_str(line->id, LOGIN_ID_LEN));

    row[LOGIN_VAR_SESSION_ID].text = login_str(id, 2 * LOGIN_ID_LEN);
    row[LOGIN_VAR_SESSION_ADDRESS] = line->address;

    ngx_http_login_account_agent(&line->agent,
                                 &row[LOGIN_VAR_SESSION_BROWSER],
                                 &row[LOGIN_VAR_SESSION_SYSTEM]);

    if (ngx_http_login_account_time(list, line->since,
                                    &row[LOGIN_VAR_SESSION_SINCE])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_account_time(list, line->time,
                                       &row[LOGIN_VAR_SESSION_SEEN]);
}


static ngx_int_t
ngx_http_login_account_events(ngx_http_login_lines_t *list,
    ngx_http_login_page_t *page, login_view_t *view)
{
    ngx_uint_t      i;
    login_value_t  *rows;

    list->n = 0;

    rows = ngx_pcalloc(list->request->pool,
                       NGX_HTTP_LOGIN_EVENTS_SHOWN * LOGIN_VARS
                       * sizeof(login_value_t));

    if (rows == NULL
        || login_log_walk(view, list->identity->ticket.account,
                          ngx_http_login_account_event, list)
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    ngx_qsort(list->lines, list->n, sizeof(ngx_http_login_line_t),
              ngx_http_login_account_line_cmp);

    list->n = ngx_min(list->n, NGX_HTTP_LOGIN_EVENTS_SHOWN);

    for (i = 0; i < list->n; i++) {
        if (ngx_http_login_account_event_row(list, &list->lines[i],
                                             rows + i * LOGIN_VARS)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (list->n != 0) {
        ngx_http_login_page_flag(page, LOGIN_VAR_KEPT);
    }

    page->values[LOGIN_VAR_EVENTS].rows = list->n;
    page->values[LOGIN_VAR_EVENTS].row = rows;

    return NGX_OK;
}


/* A better hash of the same password is nothing that people did. */

static login_result_e
ngx_http_login_account_event(void *data, const login_log_event_t *event)
{
    ngx_http_login_lines_t *list = data;

    ngx_http_login_line_t  *line;

    if (list->n == NGX_HTTP_LOGIN_LINES
        || event->kind == LOGIN_LOG_PASSWORD_UPGRADED
        || login_page_event(event->kind) == LOGIN_VARS)
    {
        return LOGIN_OK;
    }

    line = &list->lines[list->n++];

    line->time = event->time;
    line->kind = login_page_event(event->kind);
    login_agent_read(&line->agent, event->browser);

    return ngx_http_login_account_copy(list->request, event->address,
                                       &line->address)
           == NGX_OK ? LOGIN_OK : LOGIN_FAULT;
}


static ngx_int_t
ngx_http_login_account_event_row(const ngx_http_login_lines_t *list,
    const ngx_http_login_line_t *line, login_value_t *row)
{
    row[line->kind].text = login_str("1", 1);
    row[LOGIN_VAR_EVENT_ADDRESS] = line->address;

    ngx_http_login_account_agent(&line->agent,
                                 &row[LOGIN_VAR_EVENT_BROWSER],
                                 &row[LOGIN_VAR_EVENT_SYSTEM]);

    return ngx_http_login_account_time(list, line->time / 1000,
                                       &row[LOGIN_VAR_EVENT_TIME]);
}


static ngx_int_t
ngx_http_login_account_time(const ngx_http_login_lines_t *list, uint64_t when,
    login_value_t *value)
{
    u_char  *p;

    p = ngx_pnalloc(list->request->pool, LOGIN_LOCALE_TIME);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->text = login_str(p, login_locale_time(p, list->locale, when));

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_account_copy(ngx_http_request_t *r, login_str_t text,
    login_value_t *value)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, text.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(value, sizeof(login_value_t));

    if (text.len != 0) {
        ngx_memcpy(p, text.data, text.len);
        value->text = login_str(p, text.len);
    }

    return NGX_OK;
}


static void
ngx_http_login_account_agent(const login_agent_t *agent,
    login_value_t *browser, login_value_t *system)
{
    if (agent->browser != NULL) {
        browser->text = login_cstr(agent->browser);
    }

    if (agent->system != NULL) {
        system->text = login_cstr(agent->system);
    }
}
