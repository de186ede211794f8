
/* The page "account": what people can do for themselves. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_account_begin(ngx_http_request_t *r,
    const login_form_t *form, login_state_e state);
static ngx_int_t ngx_http_login_account_refuse(ngx_http_request_t *r,
    ngx_uint_t status, login_reason_e reason);
static ngx_int_t ngx_http_login_account_leave(ngx_http_request_t *r);


ngx_int_t
ngx_http_login_account_page(ngx_http_request_t *r)
{
    ngx_int_t                         rc;
    const ngx_http_login_identity_t  *identity;

    switch (ngx_http_login_identify(r, &identity)) {

    case NGX_OK:
        rc = ngx_http_login_flow_is_due(r, identity);

        return rc == NGX_DECLINED
               ? ngx_http_login_account_show(r, NGX_HTTP_OK,
                                             LOGIN_REASON_NONE)
               : ngx_http_login_flow_ask(r, rc);

    case NGX_DECLINED:
        return ngx_http_login_account_leave(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


ngx_int_t
ngx_http_login_account_show(ngx_http_request_t *r, ngx_uint_t status,
    login_reason_e reason)
{
    login_str_t                       csrf;
    login_form_t                      query;
    ngx_http_login_ctx_t             *ctx;
    ngx_http_login_page_t            *page;
    const ngx_http_login_identity_t  *identity;

    page = ngx_http_login_page(r, LOGIN_PAGE_ACCOUNT, status, reason);

    if (page == NULL || ngx_http_login_read_query(r, &query) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_login_identify(r, &identity) != NGX_OK
        || ngx_http_login_devices_fill(r, page, identity) != NGX_OK
        || ngx_http_login_password_fill(r, page) != NGX_OK
        || ngx_http_login_csrf_make(r, &csrf) != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if (ctx->form && login_form_get(ctx->form, "keep_others").len) {
        ngx_http_login_page_flag(page, LOGIN_VAR_KEEP_OTHERS);
    }

    if (reason == LOGIN_REASON_LAST) {
        ngx_http_login_page_flag(page, LOGIN_VAR_LAST_DEVICE);
    }

    if (ngx_http_login_account_fill(r, page, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    return ngx_http_login_page_send(r, page);
}


void
ngx_http_login_account_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t      rc;
    login_state_e  state;

    state = LOGIN_STATE_ACCOUNT;

    switch (login_flow_step(&state, ngx_http_login_form_event(r, form))) {

    case LOGIN_EFFECT_VERIFY:
        rc = ngx_http_login_account_begin(r, form, state);
        break;

    case LOGIN_EFFECT_FORGED:
        rc = ngx_http_login_account_refuse(r, NGX_HTTP_FORBIDDEN,
                                           LOGIN_REASON_FORGED);
        break;

    default:
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* NGX_DONE: a thread is at it; else for ngx_http_finalize_request(). */

static ngx_int_t
ngx_http_login_account_begin(ngx_http_request_t *r, const login_form_t *form,
    login_state_e state)
{
    ngx_int_t                         rc;
    login_reason_e                    reason;
    const ngx_http_login_identity_t  *identity;

    switch (ngx_http_login_identify(r, &identity)) {

    case NGX_OK:
        rc = ngx_http_login_flow_is_due(r, identity);

        if (rc != NGX_DECLINED) {
            return ngx_http_login_flow_ask(r, rc);
        }

        break;

    case NGX_DECLINED:
        return ngx_http_login_account_leave(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    rc = ngx_http_login_account_edit(r, form, identity);

    if (rc == NGX_DECLINED) {
        rc = ngx_http_login_devices_form(r, form, identity);
    }

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (!identity->rules->password) {
        return ngx_http_login_account_show(r, NGX_HTTP_FORBIDDEN,
                                           LOGIN_REASON_NO_PASSWORD);
    }

    /* a device that is to be removed needs the current password alone */

    reason = login_str_eq(login_form_get(form, "action"),
                          login_cstr("remove"))
             ? LOGIN_REASON_NONE : ngx_http_login_password_form(form);

    if (login_form_get(form, "password_current").len == 0) {
        reason = LOGIN_REASON_MALFORMED;
    }

    if (reason != LOGIN_REASON_NONE) {
        return ngx_http_login_account_show(r, NGX_HTTP_LOGIN_UNPROCESSABLE,
                                           reason);
    }

    return ngx_http_login_renew(r, form, identity, login_str("", 0),
                                state);
}


/* On the page itself only for who may see it. */

static ngx_int_t
ngx_http_login_account_refuse(ngx_http_request_t *r, ngx_uint_t status,
    login_reason_e reason)
{
    const ngx_http_login_identity_t  *identity;

    if (ngx_http_login_identify(r, &identity) != NGX_OK) {
        return ngx_http_login_error(r, reason);
    }

    return ngx_http_login_account_show(r, status, reason);
}


ngx_int_t
ngx_http_login_account_changed(ngx_http_request_t *r,
    const login_renew_t *renew)
{
    ngx_http_login_event(r, renew->remove ? LOGIN_LOG_MFA_DEVICE_REMOVED
                                          : LOGIN_LOG_PASSWORD_CHANGED, NULL);

    if (ngx_http_login_set_session(r, renew->org, &renew->ticket,
                                   renew->shared)
        != NGX_OK
        || ngx_http_login_set_browser(r, !renew->shared) != NGX_OK)
    {
        ngx_http_login_forget_cookies(r);
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return renew->remove
           ? ngx_http_login_devices_leave(r)
           : ngx_http_login_notice_leave(r, "account?", renew->account);
}


static ngx_int_t
ngx_http_login_account_leave(ngx_http_request_t *r)
{
    ngx_str_t  url;

    if (ngx_http_login_signin_url(r, ngx_http_login_last_stays(r)
                                     ? "sso=off&" : "", &url)
        != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}
