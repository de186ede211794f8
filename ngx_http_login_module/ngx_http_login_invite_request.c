
/*
 * A link that many have: who opens it asks for one of their own.  The answer
 * comes before anything is looked up: it says nothing, nor does its time.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_ASK_TEXTS  5


/* On the heap, for a thread. */
typedef struct {
    login_invite_ask_t           ask;
    login_changes_t             *changes;
    size_t                       len;
    u_char                       data[];
} ngx_http_login_ask_t;


static ngx_int_t ngx_http_login_invite_request_show(ngx_http_request_t *r,
    const login_form_t *form, ngx_uint_t status, login_reason_e reason);
static ngx_int_t ngx_http_login_invite_request_begin(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_int_t ngx_http_login_invite_request_post(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_http_login_ask_t *ngx_http_login_ask_create(ngx_http_request_t *r,
    const login_form_t *form);
static void ngx_http_login_ask_release(void *data);
static login_result_e ngx_http_login_ask_run(void *data, login_view_t *view,
    login_hasher_t *hasher);
static void ngx_http_login_ask_done(ngx_http_request_t *r, void *data,
    login_result_e rc);


ngx_int_t
ngx_http_login_invite_shared(ngx_http_request_t *r, login_str_t token)
{
    login_link_t              link;
    login_result_e            rc;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = login_link_find(&link, NULL, worker->view, LOGIN_LINK_SHARED, token,
                         (uint64_t) ngx_time());

    login_view_end(worker->view);

    switch (rc) {

    case LOGIN_OK:
        return NGX_OK;

    case LOGIN_NO:
        return NGX_DECLINED;

    default:
        return NGX_ERROR;
    }
}


ngx_int_t
ngx_http_login_invite_request_page(ngx_http_request_t *r)
{
    return ngx_http_login_invite_request_show(r, NULL, NGX_HTTP_OK,
                                              LOGIN_REASON_NONE);
}


static ngx_int_t
ngx_http_login_invite_request_show(ngx_http_request_t *r,
    const login_form_t *form, ngx_uint_t status, login_reason_e reason)
{
    login_str_t                csrf, s;
    ngx_http_login_page_t     *page;
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    switch (ngx_http_login_invite_shared(r, visitor->link)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return reason == LOGIN_REASON_FORGED
               ? ngx_http_login_error(r, reason)
               : ngx_http_login_link_invalid(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    page = ngx_http_login_page(r, LOGIN_PAGE_INVITE_REQUEST, status, reason);
    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_login_csrf_make(r, &csrf) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    s = form ? login_form_get(form, "username") : login_str("", 0);

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);
    ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, s.data, s.len);

    return ngx_http_login_page_send(r, page);
}


ngx_int_t
ngx_http_login_invite_sent_page(ngx_http_request_t *r)
{
    ngx_http_login_page_t  *page;

    page = ngx_http_login_page(r, LOGIN_PAGE_INVITE_SENT, NGX_HTTP_OK,
                               LOGIN_REASON_NONE);

    return page ? ngx_http_login_page_send(r, page)
                : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


void
ngx_http_login_invite_request_form(ngx_http_request_t *r,
    const login_form_t *form)
{
    ngx_http_finalize_request(r,
                              ngx_http_login_invite_request_begin(r, form));
}


static ngx_int_t
ngx_http_login_invite_request_begin(ngx_http_request_t *r,
    const login_form_t *form)
{
    uint64_t                   wait;
    ngx_http_login_ctx_t      *ctx;
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    switch (ngx_http_login_csrf_check(r, form)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return ngx_http_login_invite_request_show(r, form,
                                                  NGX_HTTP_FORBIDDEN,
                                                  LOGIN_REASON_FORGED);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    switch (ngx_http_login_invite_shared(r, visitor->link)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return ngx_http_login_link_invalid(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (login_form_get(form, "username").len == 0) {
        return ngx_http_login_invite_request_show(r, form,
                                                NGX_HTTP_LOGIN_UNPROCESSABLE,
                                                LOGIN_REASON_MALFORMED);
    }

    switch (ngx_http_login_limit_network(r, &wait)) {

    case NGX_OK:
        return ngx_http_login_invite_request_post(r, form);

    case NGX_DECLINED:
        ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
        ctx->retry = wait;

        ngx_http_login_event_form(r, LOGIN_LOG_INVITATION_THROTTLED, form);

        return ngx_http_login_invite_request_show(r, form,
                                                  NGX_HTTP_TOO_MANY_REQUESTS,
                                                  LOGIN_REASON_THROTTLED);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


static ngx_int_t
ngx_http_login_invite_request_post(ngx_http_request_t *r,
    const login_form_t *form)
{
    ngx_int_t                 rc;
    ngx_str_t                 url;
    ngx_http_login_ask_t     *ask;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    ask = ngx_http_login_ask_create(r, form);

    if (worker == NULL || ask == NULL) {
        ngx_free(ask);
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    rc = ngx_http_login_task_read(NULL, worker, ngx_http_login_ask_run,
                                  ngx_http_login_ask_done, ask,
                                  ngx_http_login_ask_release);
    if (rc != NGX_OK) {
        ngx_http_login_ask_release(ask);
        return ngx_http_login_error(r, rc == NGX_BUSY
                                       ? LOGIN_REASON_BUSY
                                       : LOGIN_REASON_STORE);
    }

    ngx_http_login_event_form(r, LOGIN_LOG_INVITATION_ASKED, form);

    /* never where a form may want to go */

    if (ngx_http_login_return_url(r, login_str("", 0), "invite-sent", &url)
        != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}


static ngx_http_login_ask_t *
ngx_http_login_ask_create(ngx_http_request_t *r, const login_form_t *form)
{
    size_t                      len;
    login_str_t                 from[NGX_HTTP_LOGIN_ASK_TEXTS];
    login_str_t                *to[NGX_HTTP_LOGIN_ASK_TEXTS];
    ngx_http_login_ask_t       *ask;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    visitor = ngx_http_login_visitor(r);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (visitor == NULL) {
        return NULL;
    }

    from[0] = visitor->link;
    from[1] = login_form_get(form, "username");
    from[2] = login_str(scf->portal->url.data, scf->portal->url.len);
    from[3] = ngx_http_login_str(&r->connection->addr_text);
    from[4] = ngx_http_login_user_agent(r);

    len = ngx_http_login_job_len(from, NGX_HTTP_LOGIN_ASK_TEXTS);

    ask = ngx_calloc(sizeof(ngx_http_login_ask_t) + len,
                     r->connection->log);
    if (ask == NULL) {
        return NULL;
    }

    to[0] = &ask->ask.token;
    to[1] = &ask->ask.username;
    to[2] = &ask->ask.portal;
    to[3] = &ask->ask.address;
    to[4] = &ask->ask.browser;

    (void) ngx_http_login_job_copy(ask->data, to, from,
                                   NGX_HTTP_LOGIN_ASK_TEXTS);

    ask->ask.now = (uint64_t) ngx_time();
    ask->len = len;

    return ask;
}


static void
ngx_http_login_ask_release(void *data)
{
    ngx_http_login_ask_t *ask = data;

    login_changes_destroy(ask->changes);

    ngx_explicit_memzero(ask, sizeof(ngx_http_login_ask_t) + ask->len);
    ngx_free(ask);
}


static login_result_e
ngx_http_login_ask_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_ask_t *ask = data;

    login_result_e  rc;

    ask->changes = login_changes_create();

    if (ask->changes == NULL || login_view_begin(view) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_invite_ask(ask->changes, view, &ask->ask);

    login_view_end(view);

    return rc;
}


/* Nobody waits for it any more. */

static void
ngx_http_login_ask_done(ngx_http_request_t *r, void *data, login_result_e rc)
{
    ngx_http_login_ask_t *ask = data;

    login_changes_t             *changes;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                              ngx_http_login_module);

    if (rc == LOGIN_FAULT) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "login: an invitation that was asked for could not be "
                      "made");
    }

    if (rc != LOGIN_OK || mcf == NULL || mcf->worker == NULL
        || mcf->worker->writer == NULL)
    {
        return;
    }

    changes = ask->changes;
    ask->changes = NULL;

    (void) ngx_http_login_task_commit(NULL, mcf->worker, changes, NULL, NULL,
                                      NULL);
}
