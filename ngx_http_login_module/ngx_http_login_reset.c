
/* The page "reset": a new password by a link. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_reset_find(ngx_http_request_t *r,
    login_str_t token, ngx_str_t *username, const ngx_http_login_org_t **org);
static ngx_int_t ngx_http_login_reset_forged(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_reset_begin(ngx_http_request_t *r,
    const login_form_t *form, login_state_e state);


/* One that is worth nothing does not take the place of one that is. */

ngx_int_t
ngx_http_login_reset_link(ngx_http_request_t *r)
{
    ngx_str_t                    username;
    ngx_http_login_visitor_t    *visitor;
    const ngx_http_login_org_t  *org;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    switch (ngx_http_login_reset_find(r, visitor->token, &username, &org)) {

    case NGX_OK:
        return ngx_http_login_link_follow(r, "reset");

    case NGX_DECLINED:
        return ngx_http_login_link_invalid(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


ngx_int_t
ngx_http_login_reset_page(ngx_http_request_t *r)
{
    return ngx_http_login_reset_show(r, NGX_HTTP_OK, LOGIN_REASON_NONE);
}


ngx_int_t
ngx_http_login_reset_show(ngx_http_request_t *r, ngx_uint_t status,
    login_reason_e reason)
{
    ngx_str_t                    username;
    login_str_t                  csrf;
    ngx_http_login_page_t       *page;
    ngx_http_login_visitor_t    *visitor;
    const ngx_http_login_org_t  *org;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    switch (ngx_http_login_reset_find(r, visitor->link, &username, &org)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return ngx_http_login_link_invalid(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    page = ngx_http_login_page(r, LOGIN_PAGE_RESET, status, reason);

    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_login_page_org(r, page, org);

    if (ngx_http_login_password_fill(r, page) != NGX_OK
        || ngx_http_login_csrf_make(r, &csrf) != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);
    ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, username.data,
                             username.len);

    return ngx_http_login_page_send(r, page);
}


/* Whose link it is.  NGX_DECLINED: it is none. */

static ngx_int_t
ngx_http_login_reset_find(ngx_http_request_t *r, login_str_t token,
    ngx_str_t *username, const ngx_http_login_org_t **org)
{
    ngx_str_t                    name;
    login_link_t                 link;
    login_result_e               rc;
    login_account_t              account;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_main_conf_t  *mcf;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = login_link_find(&link, &account, worker->view, LOGIN_LINK_RESET,
                         token, (uint64_t) ngx_time());

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    if (rc == LOGIN_OK) {
        *org = ngx_http_login_org_find(mcf, account.org.data,
                                       account.org.len);

        rc = (*org && (*org)->password) ? LOGIN_OK : LOGIN_NO;
    }

    if (rc == LOGIN_OK) {
        name.data = (u_char *) account.username.data;
        name.len = account.username.len;

        username->len = name.len;
        username->data = ngx_pstrdup(r->pool, &name);
    }

    login_view_end(worker->view);

    if (rc == LOGIN_OK) {
        return username->data ? NGX_OK : NGX_ERROR;
    }

    return rc == LOGIN_NO ? NGX_DECLINED : NGX_ERROR;
}


void
ngx_http_login_reset_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t      rc;
    login_state_e  state;

    state = LOGIN_STATE_LINK;

    switch (login_flow_step(&state, ngx_http_login_form_event(r, form))) {

    case LOGIN_EFFECT_VERIFY:
        rc = ngx_http_login_reset_begin(r, form, state);
        break;

    case LOGIN_EFFECT_FORGED:
        rc = ngx_http_login_reset_forged(r);
        break;

    default:
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* No cookie of ours, mostly, and so no link either. */

static ngx_int_t
ngx_http_login_reset_forged(ngx_http_request_t *r)
{
    ngx_str_t                    username;
    ngx_http_login_visitor_t    *visitor;
    const ngx_http_login_org_t  *org;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL
        || ngx_http_login_reset_find(r, visitor->link, &username, &org)
           != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_FORGED);
    }

    return ngx_http_login_reset_show(r, NGX_HTTP_FORBIDDEN,
                                     LOGIN_REASON_FORGED);
}


static ngx_int_t
ngx_http_login_reset_begin(ngx_http_request_t *r, const login_form_t *form,
    login_state_e state)
{
    login_reason_e             reason;
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    if (visitor->link.len == 0) {
        return ngx_http_login_link_invalid(r);
    }

    reason = ngx_http_login_password_form(form);

    if (reason != LOGIN_REASON_NONE) {
        return ngx_http_login_reset_show(r, NGX_HTTP_LOGIN_UNPROCESSABLE,
                                         reason);
    }

    return ngx_http_login_renew(r, form, NULL, visitor->link, state);
}


ngx_int_t
ngx_http_login_reset_leave(ngx_http_request_t *r, const login_renew_t *renew)
{
    ngx_int_t                         rc;
    login_log_event_t                 event;
    const ngx_http_login_identity_t  *identity;

    ngx_memzero(&event, sizeof(login_log_event_t));
    event.account = renew->account;
    event.org = renew->org;
    event.username = renew->username;

    ngx_http_login_event(r, LOGIN_LOG_PASSWORD_RESET, &event);

    if (ngx_http_login_set_link(r, login_str("", 0)) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    /* of another account, since this one's sessions have ended */

    rc = ngx_http_login_identify(r, &identity);

    return ngx_http_login_notice_leave(r, rc == NGX_OK ? "?switch=1&" : "?",
                                       renew->account);
}
