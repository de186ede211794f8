
/*
 * The pages "forgot" and "forgot-sent".  The answer is given before anybody
 * looks for the account; what is mailed, and whether, core/login_forgot.c
 * decides in a thread that nobody waits for.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_FORGOT_TEXTS  4


/* On the heap: there is no request any more. */
typedef struct {
    login_forgot_t    forgot;
    login_orgs_t     *orgs;     /* a reload takes others */
    u_char            data[];
} ngx_http_login_forgot_t;


static ngx_int_t ngx_http_login_forgot_show(ngx_http_request_t *r,
    const login_form_t *form, ngx_uint_t status, login_reason_e reason);
static ngx_int_t ngx_http_login_forgot_begin(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_int_t ngx_http_login_forgot_limit(ngx_http_request_t *r,
    const login_form_t *form, ngx_int_t *result);
static ngx_int_t ngx_http_login_forgot_post(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_http_login_forgot_t *ngx_http_login_forgot_create(
    ngx_http_request_t *r, const login_form_t *form);
static login_result_e ngx_http_login_forgot_run(void *data,
    login_view_t *view, login_hasher_t *hasher);
static void ngx_http_login_forgot_done(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_forgot_release(void *data);


ngx_int_t
ngx_http_login_forgot_page(ngx_http_request_t *r)
{
    login_form_t            query;
    ngx_http_login_page_t  *page;

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    if (!login_str_eq(login_form_get(&query, "sent"), login_cstr("1"))) {
        return ngx_http_login_forgot_show(r, &query, NGX_HTTP_OK,
                                          LOGIN_REASON_NONE);
    }

    page = ngx_http_login_page(r, LOGIN_PAGE_FORGOT_SENT, NGX_HTTP_OK,
                               LOGIN_REASON_NONE);
    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_login_page_send(r, page);
}


static ngx_int_t
ngx_http_login_forgot_show(ngx_http_request_t *r, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason)
{
    login_str_t                  s;
    ngx_http_login_page_t       *page;
    ngx_http_login_main_conf_t  *mcf;

    page = ngx_http_login_page(r, LOGIN_PAGE_FORGOT, status, reason);

    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_login_csrf_make(r, &s) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, s.data, s.len);

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    if (ngx_http_login_mails(mcf)) {
        ngx_http_login_page_flag(page, LOGIN_VAR_MAILS);
    }

    if (r->method == NGX_HTTP_POST) {
        s = login_form_get(form, "username");
        ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, s.data, s.len);
    }

    if (ngx_http_login_org_fill(r, page, form) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    /* here it is nothing but a choice */

    if (mcf->orgs->nelts > 1) {
        ngx_http_login_page_flag(page, LOGIN_VAR_ASK_ORG);
    }

    return ngx_http_login_page_send(r, page);
}


void
ngx_http_login_forgot_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t  rc;

    switch (ngx_http_login_csrf_check(r, form)) {

    case NGX_OK:
        rc = ngx_http_login_forgot_begin(r, form);
        break;

    case NGX_DECLINED:
        rc = ngx_http_login_forgot_show(r, form, NGX_HTTP_FORBIDDEN,
                                        LOGIN_REASON_FORGED);
        break;

    default:
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_login_forgot_begin(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t                    rc;
    ngx_str_t                    url;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    if (!ngx_http_login_mails(mcf)
        || login_form_get(form, "username").len == 0)
    {
        return ngx_http_login_forgot_show(r, form,
                                          NGX_HTTP_LOGIN_UNPROCESSABLE,
                                          LOGIN_REASON_MALFORMED);
    }

    if (ngx_http_login_forgot_limit(r, form, &rc) != NGX_OK) {
        return rc;
    }

    rc = ngx_http_login_forgot_post(r, form);

    if (rc != NGX_OK) {
        return ngx_http_login_error(r, rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                      : LOGIN_REASON_STORE);
    }

    ngx_http_login_event_form(r, LOGIN_LOG_FORGOT, form);

    if (ngx_http_login_return_url(r, login_str("", 0), "forgot?sent=1", &url)
        != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}


/*
 * Each counts as a failure of the network, whoever it is for.  NGX_DECLINED:
 * answered already, with "*result".
 */

static ngx_int_t
ngx_http_login_forgot_limit(ngx_http_request_t *r, const login_form_t *form,
    ngx_int_t *result)
{
    uint64_t               wait;
    ngx_http_login_ctx_t  *ctx;

    switch (ngx_http_login_limit_network(r, &wait)) {

    case NGX_OK:
        return NGX_OK;

    case NGX_DECLINED:
        break;

    default:
        *result = ngx_http_login_error(r, LOGIN_REASON_STORE);
        return NGX_DECLINED;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    ctx->retry = wait;

    ngx_http_login_event_form(r, LOGIN_LOG_FORGOT_THROTTLED, form);

    *result = ngx_http_login_forgot_show(r, form, NGX_HTTP_TOO_MANY_REQUESTS,
                                         LOGIN_REASON_THROTTLED);
    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_login_forgot_post(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t                 rc;
    ngx_http_login_worker_t  *worker;
    ngx_http_login_forgot_t  *forgot;

    worker = ngx_http_login_get_worker(r);
    if (worker == NULL) {
        return NGX_ERROR;
    }

    forgot = ngx_http_login_forgot_create(r, form);
    if (forgot == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_login_task_read(NULL, worker, ngx_http_login_forgot_run,
                                  ngx_http_login_forgot_done, forgot,
                                  ngx_http_login_forgot_release);

    if (rc != NGX_OK) {
        ngx_http_login_forgot_release(forgot);
    }

    return rc;
}


static ngx_http_login_forgot_t *
ngx_http_login_forgot_create(ngx_http_request_t *r, const login_form_t *form)
{
    size_t                      len;
    login_str_t                 from[NGX_HTTP_LOGIN_FORGOT_TEXTS];
    login_str_t                *to[NGX_HTTP_LOGIN_FORGOT_TEXTS];
    ngx_http_login_forgot_t     *forgot;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    from[0] = login_form_get(form, "username");
    from[1] = ngx_http_login_org_typed(r, login_form_get(form, "org"));
    from[2] = login_str(scf->portal->url.data, scf->portal->url.len);
    from[3] = login_str(r->connection->addr_text.data,
                        r->connection->addr_text.len);

    len = ngx_http_login_job_len(from, NGX_HTTP_LOGIN_FORGOT_TEXTS);

    forgot = ngx_calloc(sizeof(ngx_http_login_forgot_t) + len,
                        r->connection->log);
    if (forgot == NULL) {
        return NULL;
    }

    to[0] = &forgot->forgot.username;
    to[1] = &forgot->forgot.org;
    to[2] = &forgot->forgot.portal;
    to[3] = &forgot->forgot.address;

    (void) ngx_http_login_job_copy(forgot->data, to, from,
                                   NGX_HTTP_LOGIN_FORGOT_TEXTS);

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    forgot->orgs = login_orgs_hold(mcf->table);
    forgot->forgot.orgs = forgot->orgs;
    forgot->forgot.now = (uint64_t) ngx_time();

    return forgot;
}


static login_result_e
ngx_http_login_forgot_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_forgot_t *forgot = data;

    return login_forgot_run(&forgot->forgot, view);
}


/* "r" is NULL.  A conflict is another mail to the same person: good enough. */

static void
ngx_http_login_forgot_done(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_forgot_t *forgot = data;

    login_changes_t             *changes;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_main_conf_t  *mcf;

    if (rc != LOGIN_OK) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "login: %s",
                      forgot->forgot.error.text[0]
                      ? forgot->forgot.error.text
                      : "a mail of who forgot a password was not begun");
        return;
    }

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                              ngx_http_login_module);
    worker = mcf ? mcf->worker : NULL;

    if (worker == NULL || worker->writer == NULL) {
        return;
    }

    changes = forgot->forgot.changes;
    forgot->forgot.changes = NULL;

    (void) ngx_http_login_task_commit(NULL, worker, changes, NULL, NULL,
                                      NULL);
}


static void
ngx_http_login_forgot_release(void *data)
{
    ngx_http_login_forgot_t *forgot = data;

    login_changes_destroy(forgot->forgot.changes);
    login_orgs_destroy(forgot->orgs);
    ngx_free(forgot);
}
