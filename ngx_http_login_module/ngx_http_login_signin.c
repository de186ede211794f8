
/* The sign-in page and its form, up to where a thread takes over. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_LOGGED_NAME  254     /* bytes of a name in the log */


static ngx_uint_t ngx_http_login_again(const login_form_t *form);
static ngx_int_t ngx_http_login_signed_in(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, const login_form_t *query);
static ngx_int_t ngx_http_login_show(ngx_http_request_t *r,
    const login_form_t *form, ngx_uint_t status, login_reason_e reason);
static void ngx_http_login_show_fields(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *form);

static ngx_int_t ngx_http_login_show_notice(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *form);
static ngx_int_t ngx_http_login_begin(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_int_t ngx_http_login_verify(ngx_http_request_t *r,
    const login_form_t *form, login_state_e state);
static void ngx_http_login_signin_log(ngx_http_request_t *r,
    const login_form_t *form, const char *what);


ngx_int_t
ngx_http_login_signin_page(ngx_http_request_t *r)
{
    ngx_int_t                         rc;
    login_form_t                      query;
    const ngx_http_login_identity_t  *identity;

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    rc = ngx_http_login_identify(r, &identity);

    if (rc == NGX_ERROR) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_login_signed_in(r, identity, &query);

        if (rc != NGX_AGAIN) {
            return rc;
        }
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_http_login_last_leave(r, &query);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return ngx_http_login_show(r, &query, NGX_HTTP_OK, LOGIN_REASON_NONE);
}


/* NGX_AGAIN: has to sign in nevertheless. */

static ngx_int_t
ngx_http_login_signed_in(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, const login_form_t *query)
{
    ngx_int_t         rc;
    login_flow_due_t  due;

    ngx_memzero(&due, sizeof(login_flow_due_t));

    due.need = login_str_eq(login_form_get(query, "need"),
                            login_cstr("mfa"));

    if (!due.need && ngx_http_login_again(query)) {
        return NGX_AGAIN;
    }

    rc = ngx_http_login_flow_step_up(r, identity, &due,
                                     login_form_get(query, "return_to"));

    return rc == NGX_DECLINED ? ngx_http_login_signin_leave(r, query) : rc;
}


/* Shall somebody who is signed in sign in nevertheless? */

static ngx_uint_t
ngx_http_login_again(const login_form_t *form)
{
    login_str_t  need;

    need = login_form_get(form, "need");

    return login_str_eq(login_form_get(form, "switch"), login_cstr("1"))
           || login_str_eq(need, login_cstr("login"))
           || login_str_eq(need, login_cstr("mfa"));
}


ngx_int_t
ngx_http_login_signin_leave(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_str_t  url;

    if (ngx_http_login_return_url(r, login_form_get(form, "return_to"),
                                  "apps", &url)
        != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}


static ngx_int_t
ngx_http_login_show(ngx_http_request_t *r, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason)
{
    login_str_t             csrf;
    ngx_http_login_page_t  *page;

    page = ngx_http_login_page(r, LOGIN_PAGE_SIGNIN, status, reason);

    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_login_csrf_make(r, &csrf) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);
    ngx_http_login_show_fields(r, page, form);

    if (ngx_http_login_org_fill(r, page, form) != NGX_OK
        || ngx_http_login_last_show(r, page, form) != NGX_OK
        || ngx_http_login_show_notice(r, page, form) != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    return ngx_http_login_page_send(r, page);
}


/* Links fill in where to go, but not who it is: only the person does. */

static void
ngx_http_login_show_fields(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const login_form_t *form)
{
    login_str_t  s;

    ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, "", 0);

    if (r->method == NGX_HTTP_POST) {
        s = login_form_get(form, "username");
        ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, s.data, s.len);

        if (login_form_get(form, "shared").len) {
            ngx_http_login_page_flag(page, LOGIN_VAR_SHARED);
        }
    }

    s = login_form_get(form, "return_to");

    if (ngx_http_login_return_allowed(r, s)) {
        ngx_http_login_page_text(page, LOGIN_VAR_RETURN_TO, s.data, s.len);
    }

    if (page->values[LOGIN_VAR_SIGNED_IN].text.len == 0
        || !ngx_http_login_again(form))
    {
        return;
    }

    s = login_form_get(form, "need");

    if (login_str_eq(login_form_get(form, "switch"), login_cstr("1"))) {
        ngx_http_login_page_flag(page, LOGIN_VAR_SWITCH);

    } else {
        ngx_http_login_page_text(page, LOGIN_VAR_NEED, s.data, s.len);
    }
}


/* A password was set here just now: its owner need not say whose it is. */

static ngx_int_t
ngx_http_login_show_notice(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const login_form_t *form)
{
    u_char                      *p, id[LOGIN_ID_LEN];
    ngx_int_t                    rc;
    login_account_t              account;
    ngx_http_login_worker_t     *worker;
    const ngx_http_login_org_t  *org;

    if (r->method == NGX_HTTP_POST
        || ngx_http_login_notice_check(r, form, id) != NGX_OK)
    {
        return NGX_OK;
    }

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = NGX_OK;

    switch (login_account_get(&account, worker->view, id)) {

    case LOGIN_OK:
        p = ngx_pnalloc(r->pool, account.username.len);

        if (p == NULL) {
            rc = NGX_ERROR;
            break;
        }

        ngx_memcpy(p, account.username.data, account.username.len);

        ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, p,
                                 account.username.len);
        ngx_http_login_page_flag(page, LOGIN_VAR_CHANGED);

        org = ngx_http_login_org_find(worker->conf, account.org.data,
                                      account.org.len);

        if (org && worker->conf->orgs->nelts > 1) {
            ngx_http_login_org_show(page, ngx_http_login_str(&org->name));
        }

        break;

    case LOGIN_NO:
        break;

    default:
        rc = NGX_ERROR;
        break;
    }

    login_view_end(worker->view);

    return rc;
}


void
ngx_http_login_signin_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t                         rc;
    const ngx_http_login_identity_t  *identity;

    rc = ngx_http_login_identify(r, &identity);

    if (rc == NGX_ERROR) {
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);

    } else if (rc == NGX_OK && !ngx_http_login_again(form)) {
        rc = ngx_http_login_signin_leave(r, form);

    } else {
        rc = ngx_http_login_begin(r, form);
    }

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* NGX_DONE: a thread is at it; else for ngx_http_finalize_request(). */

static ngx_int_t
ngx_http_login_begin(ngx_http_request_t *r, const login_form_t *form)
{
    login_state_e  state;

    state = LOGIN_STATE_SIGNIN;

    switch (login_flow_step(&state, ngx_http_login_form_event(r, form))) {

    case LOGIN_EFFECT_VERIFY:
        return ngx_http_login_verify(r, form, state);

    case LOGIN_EFFECT_FORGED:
        ngx_http_login_event_form(r, LOGIN_LOG_SIGNIN_FORGED, form);
        return ngx_http_login_show(r, form, NGX_HTTP_FORBIDDEN,
                                   LOGIN_REASON_FORGED);

    default:
        ngx_http_login_event_form(r, LOGIN_LOG_SIGNIN_FAULT, form);
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


static ngx_int_t
ngx_http_login_verify(ngx_http_request_t *r, const login_form_t *form,
    login_state_e state)
{
    login_str_t                  typed;
    ngx_http_login_main_conf_t  *mcf;
    const ngx_http_login_org_t  *org;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    typed = ngx_http_login_org_typed(r, login_form_get(form, "org"));
    org = ngx_http_login_org_find(mcf, typed.data, typed.len);

    /* its password is of no use here, whatever it is */

    if (ngx_http_login_region_other(r, org)) {
        return ngx_http_login_region_leave(r, org->region, "", form);
    }

    if (login_form_get(form, "username").len == 0
        || login_form_get(form, "password").len == 0)
    {
        return ngx_http_login_show(r, form, NGX_HTTP_LOGIN_UNPROCESSABLE,
                                   LOGIN_REASON_MALFORMED);
    }

    return ngx_http_login_attempt(r, form, state);
}


ngx_int_t
ngx_http_login_signin_over(ngx_http_request_t *r, const login_form_t *form)
{
    return ngx_http_login_show(r, form, r->method == NGX_HTTP_POST
                                        ? NGX_HTTP_FORBIDDEN : NGX_HTTP_OK,
                               LOGIN_REASON_OVER);
}


ngx_int_t
ngx_http_login_signin_wrong(ngx_http_request_t *r, const login_form_t *form,
    ngx_uint_t locked)
{
    ngx_http_login_event_form(r, locked ? LOGIN_LOG_SIGNIN_LOCKS
                                        : LOGIN_LOG_SIGNIN_WRONG, form);

    ngx_http_login_signin_log(r, form, locked
                              ? "sign-in refused, locked after too many "
                                "failures"
                              : "sign-in refused");

    return ngx_http_login_show(r, form, NGX_HTTP_FORBIDDEN,
                               LOGIN_REASON_WRONG);
}


ngx_int_t
ngx_http_login_signin_throttled(ngx_http_request_t *r,
    const login_form_t *form, uint64_t wait, ngx_uint_t locked)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    ctx->retry = wait;

    ngx_http_login_event_form(r, locked ? LOGIN_LOG_SIGNIN_LOCKED
                                        : LOGIN_LOG_SIGNIN_THROTTLED, form);

    ngx_http_login_signin_log(r, form, locked
                              ? "sign-in not tried, it is locked"
                              : "sign-in not tried, too many failures of "
                                "this network");

    return ngx_http_login_show(r, form, NGX_HTTP_TOO_MANY_REQUESTS,
                               LOGIN_REASON_THROTTLED);
}


/* The name is escaped as in the access log. */

static void
ngx_http_login_signin_log(ngx_http_request_t *r, const login_form_t *form,
    const char *what)
{
    u_char       *p, ch;
    size_t        i;
    ngx_str_t     name;
    login_str_t   s;
    u_char        text[4 * NGX_HTTP_LOGIN_LOGGED_NAME];

    s = login_form_get(form, "username");
    p = text;

    for (i = 0; i < s.len && i < NGX_HTTP_LOGIN_LOGGED_NAME; i++) {
        ch = s.data[i];

        if (ch < 0x20 || ch > 0x7e || ch == '"' || ch == '\\') {
            p = ngx_sprintf(p, "\\x%02Xi", (ngx_uint_t) ch);

        } else {
            *p++ = ch;
        }
    }

    name.data = text;
    name.len = p - text;

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "user \"%V\": %s", &name, what);
}
