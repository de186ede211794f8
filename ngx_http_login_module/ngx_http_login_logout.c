
/* Signing out: asked by GET, done by POST. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_logout_show(ngx_http_request_t *r,
    login_str_t target, ngx_uint_t status, login_reason_e reason);
static ngx_int_t ngx_http_login_logout_begin(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_identity_t *identity);
static ngx_int_t ngx_http_login_logout_error(ngx_http_request_t *r,
    login_reason_e reason);
static void ngx_http_login_logout_done(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_logout_send(ngx_http_request_t *r,
    const ngx_http_login_leaver_t *leaver);
static ngx_int_t ngx_http_login_logout_to(ngx_http_request_t *r,
    login_str_t target);


ngx_int_t
ngx_http_login_logout_page(ngx_http_request_t *r)
{
    login_str_t                       target;
    login_form_t                      query;
    const ngx_http_login_identity_t  *identity;

    switch (ngx_http_login_identify(r, &identity)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return ngx_http_login_logout_to(r, login_str("", 0));

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    target = login_form_get(&query, "return_to");

    return ngx_http_login_logout_show(r, target, NGX_HTTP_OK,
                                      LOGIN_REASON_NONE);
}


static ngx_int_t
ngx_http_login_logout_show(ngx_http_request_t *r, login_str_t target,
    ngx_uint_t status, login_reason_e reason)
{
    login_str_t                       csrf;
    ngx_http_login_page_t            *page;
    const ngx_http_login_identity_t  *identity;

    page = ngx_http_login_page(r, LOGIN_PAGE_LOGOUT, status, reason);

    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_login_csrf_make(r, &csrf) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);

    if (ngx_http_login_identify(r, &identity) == NGX_OK
        && identity->provider.len)
    {
        ngx_http_login_page_passwords(page, 0);
    }

    if (ngx_http_login_return_allowed(r, target)) {
        ngx_http_login_page_text(page, LOGIN_VAR_RETURN_TO, target.data,
                                 target.len);
    }

    return ngx_http_login_page_send(r, page);
}


void
ngx_http_login_logout_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t                         rc;
    const ngx_http_login_identity_t  *identity;

    switch (ngx_http_login_identify(r, &identity)) {

    case NGX_OK:
        rc = ngx_http_login_logout_begin(r, form, identity);
        break;

    case NGX_DECLINED:
        rc = ngx_http_login_logout_to(r, login_str("", 0));
        break;

    default:
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* NGX_DONE: the store is at it; else for ngx_http_finalize_request(). */

static ngx_int_t
ngx_http_login_logout_begin(ngx_http_request_t *r, const login_form_t *form,
    const ngx_http_login_identity_t *identity)
{
    ngx_int_t                 rc;
    login_changes_t          *changes;
    ngx_http_login_leaver_t  *leaver;
    ngx_http_login_worker_t  *worker;

    rc = ngx_http_login_csrf_check(r, form);

    if (rc == NGX_DECLINED) {
        ngx_http_login_event(r, LOGIN_LOG_SIGNOUT_FORGED, NULL);
        return ngx_http_login_logout_show(r,
                                          login_form_get(form, "return_to"),
                                          NGX_HTTP_FORBIDDEN,
                                          LOGIN_REASON_FORGED);
    }

    worker = ngx_http_login_get_worker(r);

    if (rc != NGX_OK || worker == NULL) {
        return ngx_http_login_logout_error(r, LOGIN_REASON_STORE);
    }

    leaver = ngx_palloc(r->pool, sizeof(ngx_http_login_leaver_t));

    if (leaver == NULL
        || ngx_http_login_sso_end_begin(r, identity, leaver) != NGX_OK)
    {
        return ngx_http_login_logout_error(r, LOGIN_REASON_INTERNAL);
    }

    changes = login_changes_create();
    if (changes == NULL) {
        return ngx_http_login_logout_error(r, LOGIN_REASON_INTERNAL);
    }

    login_changes_urgent(changes);
    login_session_end(changes, identity->ticket.account, identity->session);
    ngx_http_login_keep(r, worker, changes, identity->ticket.account,
                        LOGIN_LOG_SIGNOUT);

    rc = ngx_http_login_task_commit(r, worker, changes,
                                    ngx_http_login_logout_done, leaver, NULL);

    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    return ngx_http_login_logout_error(r, rc == NGX_BUSY
                                          ? LOGIN_REASON_BUSY
                                          : LOGIN_REASON_INTERNAL);
}


static ngx_int_t
ngx_http_login_logout_error(ngx_http_request_t *r, login_reason_e reason)
{
    ngx_http_login_event(r, LOGIN_LOG_SIGNOUT_FAULT, NULL);

    return ngx_http_login_error(r, reason);
}


/* A session that may still be there keeps its cookie: to try again. */

static void
ngx_http_login_logout_done(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_int_t  result;

    if (rc != LOGIN_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: a session could not be ended");

        ngx_http_finalize_request(r,
                         ngx_http_login_logout_error(r, LOGIN_REASON_STORE));
        return;
    }

    ngx_http_login_event(r, LOGIN_LOG_SIGNOUT, NULL);

    result = ngx_http_login_logout_send(r, data);

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static ngx_int_t
ngx_http_login_logout_send(ngx_http_request_t *r,
    const ngx_http_login_leaver_t *leaver)
{
    static ngx_str_t  cache = ngx_string("\"cache\"");

    if (ngx_http_login_clear_session(r) != NGX_OK
        || ngx_http_login_last_forget(r) != NGX_OK
        || ngx_http_login_sso_end_forget(r) != NGX_OK
        || ngx_http_login_push_header(r, "Clear-Site-Data", &cache) == NULL)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return leaver->provider ? ngx_http_login_sso_end(r, leaver)
                            : ngx_http_login_logout_leave(r);
}


ngx_int_t
ngx_http_login_logout_leave(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    return ngx_http_login_logout_to(r,
                                    login_form_get(ctx->form, "return_to"));
}


static ngx_int_t
ngx_http_login_logout_to(ngx_http_request_t *r, login_str_t target)
{
    ngx_str_t  url;

    if (ngx_http_login_return_url(r, target, "", &url) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}
