
/*
 * Was a form sent from our own page?  Its hidden field names the browser
 * that the page was made for, signed, and without giving away the cookie
 * that the browser is known by.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_CSRF_LEN  16


static ngx_int_t ngx_http_login_csrf_headers(ngx_http_request_t *r);


ngx_int_t
ngx_http_login_csrf_make(ngx_http_request_t *r, login_str_t *csrf)
{
    u_char                     *p, hash[LOGIN_HASH_LEN];
    ngx_int_t                   rc;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    if (worker == NULL || visitor == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_login_browser(r);

    if (rc == NGX_DECLINED && !visitor->drawn) {

        if (login_random(visitor->browser_id, LOGIN_ID_LEN) != LOGIN_OK) {
            return NGX_ERROR;
        }

        visitor->drawn = 1;
        visitor->fresh = 1;
    }

    if (rc == NGX_ERROR
        || (visitor->fresh && ngx_http_login_set_browser(r, 0) != NGX_OK))
    {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(r->pool, login_token_len(NGX_HTTP_LOGIN_CSRF_LEN));

    if (p == NULL
        || login_sha256(hash, login_str(visitor->browser_id, LOGIN_ID_LEN))
           != LOGIN_OK
        || login_token_sign(p, worker->crypto, LOGIN_PURPOSE_CSRF,
                            login_str(scf->portal->url.data,
                                      scf->portal->url.len),
                            login_str(hash, NGX_HTTP_LOGIN_CSRF_LEN))
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    *csrf = login_str(p, login_token_len(NGX_HTTP_LOGIN_CSRF_LEN));

    return NGX_OK;
}


ngx_int_t
ngx_http_login_csrf_check(ngx_http_request_t *r, const login_form_t *form)
{
    u_char                      hash[LOGIN_HASH_LEN];
    u_char                      sent[NGX_HTTP_LOGIN_CSRF_LEN];
    ngx_int_t                   rc;
    login_result_e              result;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    rc = ngx_http_login_csrf_headers(r);

    if (rc != NGX_OK) {
        return rc;
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    if (worker == NULL || visitor == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_login_browser(r);

    if (rc != NGX_OK) {

        if (rc == NGX_DECLINED) {
            ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                          "client sent a form without the browser's cookie");
        }

        return rc;
    }

    result = login_token_verify(sent, sizeof(sent), NULL, worker->crypto,
                                LOGIN_PURPOSE_CSRF,
                                login_str(scf->portal->url.data,
                                          scf->portal->url.len),
                                login_form_get(form, "csrf"));

    if (result == LOGIN_FAULT
        || login_sha256(hash, login_str(visitor->browser_id, LOGIN_ID_LEN))
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    if (result == LOGIN_OK
        && login_equal(sent, hash, NGX_HTTP_LOGIN_CSRF_LEN))
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "client sent a form without this browser's \"csrf\"");

    return NGX_DECLINED;
}


login_event_e
ngx_http_login_form_event(ngx_http_request_t *r, const login_form_t *form)
{
    switch (ngx_http_login_csrf_check(r, form)) {

    case NGX_OK:
        return LOGIN_EVENT_FORM;

    case NGX_DECLINED:
        return LOGIN_EVENT_FORGED;

    default:
        return LOGIN_EVENT_FAULT;
    }
}


ngx_int_t
ngx_http_login_browser(ngx_http_request_t *r)
{
    login_result_e              rc;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    if (worker == NULL || visitor == NULL) {
        return NGX_ERROR;
    }

    if (visitor->drawn) {
        return visitor->fresh ? NGX_DECLINED : NGX_OK;
    }

    if (visitor->browser.len == 0) {
        return NGX_DECLINED;
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    rc = login_token_verify(visitor->browser_id, LOGIN_ID_LEN, NULL,
                            worker->crypto, LOGIN_PURPOSE_BROWSER,
                            login_str(scf->portal->url.data,
                                      scf->portal->url.len),
                            visitor->browser);

    if (rc == LOGIN_FAULT) {
        return NGX_ERROR;
    }

    visitor->drawn = (rc == LOGIN_OK);

    return (rc == LOGIN_OK) ? NGX_OK : NGX_DECLINED;
}


/* What browsers say of a form's origin can only speak against it. */

static ngx_int_t
ngx_http_login_csrf_headers(ngx_http_request_t *r)
{
    ngx_str_t                        *value;
    ngx_uint_t                        n;
    login_str_t                       s;
    const ngx_http_login_srv_conf_t  *scf;

    value = ngx_http_login_get_header(r, "Sec-Fetch-Site", &n);

    if (n != 0) {
        s = login_str(value->data, value->len);

        if (n != 1
            || (!login_str_eq(s, login_cstr("same-origin"))
                && !login_str_eq(s, login_cstr("none"))))
        {
            ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                          "client sent a form from another site");
            return NGX_DECLINED;
        }
    }

    value = ngx_http_login_get_header(r, "Origin", &n);

    if (n == 0) {
        return NGX_OK;
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (n != 1
        || !login_str_eq(login_str(value->data, value->len),
                         scf->portal->parsed.origin))
    {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent a form from another origin than that of "
                      "the portal \"%V\"", &scf->portal->url);
        return NGX_DECLINED;
    }

    return NGX_OK;
}
