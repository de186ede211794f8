
/*
 * Single sign-on: from a provider's code to a session.  A thread redeems it,
 * the store says whose account it is.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_ARRIVAL_TRIES  16


static login_result_e ngx_http_login_arrival_run(void *data, login_rp_t *rp,
    login_http_t *http);
static void ngx_http_login_arrival_redeemed(ngx_http_request_t *r,
    void *data, login_result_e rc);
static ngx_int_t ngx_http_login_arrival_identify(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival);
static ngx_int_t ngx_http_login_arrival_time(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival);
static ngx_int_t ngx_http_login_arrival_session(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival);
static login_result_e ngx_http_login_arrival_build(
    ngx_http_login_arrival_t *arrival, login_view_t *view);
static ngx_int_t ngx_http_login_arrival_unknown(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival);
static ngx_int_t ngx_http_login_arrival_fault(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, login_reason_e reason);
static void ngx_http_login_arrival_committed(ngx_http_request_t *r,
    void *data, login_result_e rc);
static ngx_int_t ngx_http_login_arrival_remember(ngx_http_request_t *r,
    const login_signin_t *signin);
static ngx_int_t ngx_http_login_arrival_leave(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival);
static ngx_int_t ngx_http_login_arrival_strict(ngx_http_request_t *r,
    ngx_str_t *url);


ngx_int_t
ngx_http_login_arrival_redeem(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival)
{
    ngx_int_t                 rc;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_arrival_fault(r, arrival, LOGIN_REASON_STORE);
    }

    arrival->rp.verifier = login_str(arrival->verifier, LOGIN_SSO_DRAWN_TEXT);
    arrival->rp.nonce = login_str(arrival->nonce, LOGIN_SSO_DRAWN_TEXT);
    arrival->rp.max_age = arrival->state.max_age;

    arrival->users++;

    rc = ngx_http_login_task_ask(r, worker, arrival->leave.provider,
                                 ngx_http_login_arrival_run,
                                 ngx_http_login_arrival_redeemed, arrival,
                                 ngx_http_login_arrival_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    arrival->users--;

    return ngx_http_login_sso_error(r, &arrival->leave,
                                    rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                   : LOGIN_REASON_INTERNAL,
                                    NULL, NULL);
}


/* In a thread. */

static login_result_e
ngx_http_login_arrival_run(void *data, login_rp_t *rp, login_http_t *http)
{
    ngx_http_login_arrival_t *arrival = data;

    uint64_t        now;
    login_result_e  rc;

    now = arrival->sso.signin.now;

    rc = login_rp_answer(arrival->iss, rp, http, now, &arrival->failure);

    if (rc == LOGIN_OK) {
        rc = login_rp_signin(&arrival->rp, rp, http, now, &arrival->failure);
    }

    return rc;
}


static void
ngx_http_login_arrival_redeemed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_arrival_t *arrival = data;

    ngx_int_t  result;

    /* where the provider does not answer, the code may be good again */

    if (rc == LOGIN_OK) {
        result = ngx_http_login_arrival_identify(r, arrival);

    } else if (rc == LOGIN_NO && arrival->failure.kind != LOGIN_RP_DOWN
               && ngx_http_login_set_state(r, arrival->place,
                                           login_str("", 0), 0)
                  != NGX_OK)
    {
        result = ngx_http_login_error(r, LOGIN_REASON_INTERNAL);

    } else {
        result = ngx_http_login_sso_failed(r, &arrival->leave, rc,
                                           &arrival->failure);
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


/* What the provider says of who it is. */

static ngx_int_t
ngx_http_login_arrival_identify(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival)
{
    login_sso_t                      *sso;
    login_signin_t                   *signin;
    login_oidc_person_t              *person;
    login_oidc_identity_t            *identity;
    ngx_http_login_visitor_t         *visitor;
    const ngx_http_login_provider_t  *provider;

    sso = &arrival->sso;
    signin = &sso->signin;
    person = &arrival->rp.person;
    identity = &arrival->rp.identity;
    provider = arrival->leave.provider;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL
        || login_session_sid(signin->sid, identity->sid) != LOGIN_OK)
    {
        return ngx_http_login_arrival_fault(r, arrival,
                                            LOGIN_REASON_INTERNAL);
    }

    sso->issuer = provider->rp.issuer;
    sso->subject = identity->subject;
    sso->username = login_str(person->username, person->username_len);
    sso->name = person->name;
    sso->email = person->email;
    sso->roles = login_str(person->roles, person->roles_len);
    sso->roles_told = (provider->rp.claims.roles != NULL);
    sso->provision = (provider->provision != 0);
    sso->state = login_str(arrival->state.id, LOGIN_ID_LEN);

    signin->org = arrival->state.org;
    signin->provider = arrival->state.provider;
    signin->shared = arrival->state.shared;

    ngx_memcpy(signin->browser_id, visitor->browser_id, LOGIN_ID_LEN);

    return ngx_http_login_arrival_time(r, arrival);
}


/*
 * When it was that somebody signed in there, as far as that is told; clocks
 * may differ.  Where that is longer ago than a session lasts, they do it once
 * more.
 */

static ngx_int_t
ngx_http_login_arrival_time(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival)
{
    uint64_t                 then, now, lifetime;
    ngx_http_login_leave_t  *leave;

    leave = &arrival->leave;
    then = arrival->rp.identity.auth_time;
    now = arrival->sso.signin.now;
    lifetime = (uint64_t) leave->org->terms.lifetime;

    if (then == LOGIN_JSON_NONE || then >= now) {
        return ngx_http_login_arrival_session(r, arrival);
    }

    if (lifetime == 0 || now - then < lifetime) {
        arrival->sso.signin.auth_time = then;
        return ngx_http_login_arrival_session(r, arrival);
    }

    /* it was asked for that already, and is allowed some seconds */

    if (arrival->state.max_age != LOGIN_JSON_NONE) {
        return ngx_http_login_arrival_session(r, arrival);
    }

    if (ngx_http_login_set_state(r, arrival->place, login_str("", 0), 0)
        != NGX_OK)
    {
        return ngx_http_login_arrival_fault(r, arrival,
                                            LOGIN_REASON_INTERNAL);
    }

    leave->max_age = (lifetime + 1) / 2;
    leave->silent = arrival->state.silent;

    return ngx_http_login_sso_leave(r, leave);
}


static ngx_int_t
ngx_http_login_arrival_session(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival)
{
    ngx_int_t                 rc;
    login_changes_t          *changes;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_arrival_fault(r, arrival, LOGIN_REASON_STORE);
    }

    switch (ngx_http_login_arrival_build(arrival, worker->view)) {

    case LOGIN_OK:
        break;

    case LOGIN_NO:
        return ngx_http_login_arrival_unknown(r, arrival);

    default:
        return ngx_http_login_arrival_fault(r, arrival, LOGIN_REASON_STORE);
    }

    changes = arrival->sso.signin.changes;
    arrival->sso.signin.changes = NULL;

    arrival->users++;

    rc = ngx_http_login_task_commit(r, worker, changes,
                                    ngx_http_login_arrival_committed, arrival,
                                    ngx_http_login_arrival_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    arrival->users--;

    return ngx_http_login_arrival_fault(r, arrival, rc == NGX_BUSY
                                                    ? LOGIN_REASON_BUSY
                                                    : LOGIN_REASON_INTERNAL);
}


/*
 * A link that is over, or to reset a password, may still be in the browser
 * of who needs none.
 */

static login_result_e
ngx_http_login_arrival_build(ngx_http_login_arrival_t *arrival,
    login_view_t *view)
{
    login_sso_t     *sso;
    login_str_t      token;
    login_result_e   rc;

    sso = &arrival->sso;

    rc = login_sso_run(sso, view);

    if (rc != LOGIN_NO || sso->refusal != LOGIN_SSO_INVITATION) {
        return rc;
    }

    token = sso->token;
    sso->token = login_str("", 0);

    rc = login_sso_run(sso, view);

    if (rc == LOGIN_NO && sso->refusal == LOGIN_SSO_NOBODY
        && sso->link != LOGIN_LINK_UNKNOWN)
    {
        sso->refusal = LOGIN_SSO_INVITATION;
    }

    sso->token = token;

    return rc;
}


static ngx_int_t
ngx_http_login_arrival_unknown(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival)
{
    login_reason_e  reason;

    if (ngx_http_login_set_state(r, arrival->place, login_str("", 0), 0)
        != NGX_OK)
    {
        return ngx_http_login_arrival_fault(r, arrival,
                                            LOGIN_REASON_INTERNAL);
    }

    switch (arrival->sso.refusal) {

    case LOGIN_SSO_INVITATION:
        return ngx_http_login_link_invalid(r);

    case LOGIN_SSO_DISABLED:
        reason = LOGIN_REASON_SSO_DISABLED;
        break;

    case LOGIN_SSO_TAKEN:
        reason = LOGIN_REASON_SSO_TAKEN;
        break;

    case LOGIN_SSO_USED:
        reason = LOGIN_REASON_SSO_STATE;
        break;

    default:
        reason = LOGIN_REASON_SSO_NOBODY;
        break;
    }

    return ngx_http_login_sso_error(r, &arrival->leave, reason, &arrival->sso,
                                    NULL);
}


static ngx_int_t
ngx_http_login_arrival_fault(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, login_reason_e reason)
{
    const char  *detail;

    detail = arrival->sso.signin.error.text;

    return ngx_http_login_sso_error(r, &arrival->leave, reason, NULL,
                                    detail[0] ? detail : NULL);
}


/* Another one may have changed what this was made of. */

static void
ngx_http_login_arrival_committed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_arrival_t *arrival = data;

    ngx_int_t  result;

    switch (rc) {

    case LOGIN_OK:
        result = ngx_http_login_arrival_leave(r, arrival);
        break;

    case LOGIN_NO:
        result = ++arrival->tries < NGX_HTTP_LOGIN_ARRIVAL_TRIES
                 ? ngx_http_login_arrival_session(r, arrival)
                 : ngx_http_login_arrival_fault(r, arrival,
                                                LOGIN_REASON_BUSY);
        break;

    default:
        result = ngx_http_login_arrival_fault(r, arrival,
                                              LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


/* For the next time; on a shared computer nothing is. */

static ngx_int_t
ngx_http_login_arrival_remember(ngx_http_request_t *r,
    const login_signin_t *signin)
{
    if (signin->shared) {
        return ngx_http_login_last_forget(r);
    }

    if (ngx_http_login_org_remember(r, signin->org) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_login_last_remember(r, signin->org, signin->provider);
}


/* Hands out the session that was written. */

static ngx_int_t
ngx_http_login_arrival_leave(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival)
{
    ngx_str_t                   url;
    login_signin_t             *signin;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    signin = &arrival->sso.signin;

    ngx_http_login_event_signin(r, arrival->sso.event, signin);

    if (ngx_http_login_set_session(r, signin->org, &signin->ticket,
                                   signin->shared)
        != NGX_OK
        || ngx_http_login_set_browser(r, !signin->shared) != NGX_OK
        || ngx_http_login_arrival_remember(r, signin) != NGX_OK
        || (arrival->sso.event == LOGIN_LOG_REGISTERED
            && ngx_http_login_set_link(r, login_str("", 0)) != NGX_OK)
        || ngx_http_login_set_state(r, arrival->place, login_str("", 0), 0)
           != NGX_OK
        || ngx_http_login_sso_end_keep(r, arrival) != NGX_OK
        || ngx_http_login_return_url(r, arrival->state.return_to, "apps",
                                     &url)
           != NGX_OK)
    {
        ngx_http_login_forget_cookies(r);
        return ngx_http_login_arrival_fault(r, arrival,
                                            LOGIN_REASON_INTERNAL);
    }

    return scf->cookie_samesite == NGX_HTTP_LOGIN_STRICT
           ? ngx_http_login_arrival_strict(r, &url)
           : ngx_http_login_see_other(r, &url);
}


/*
 * Where the provider's page has led to, by however many redirects, browsers
 * keep back a cookie with "samesite=strict"; where a page of our own leads
 * to, they do not.
 */

static ngx_int_t
ngx_http_login_arrival_strict(ngx_http_request_t *r, ngx_str_t *url)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   refresh, html;

    len = url->len + ngx_escape_html(NULL, url->data, url->len);

    refresh.data = ngx_pnalloc(r->pool, sizeof("0; url=") + url->len);
    html.data = ngx_pnalloc(r->pool, 2 * len
                                     + sizeof("<!doctype html><title></title>"
                                              "<a href=\"\"></a>\n"));

    if (refresh.data == NULL || html.data == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    refresh.len = ngx_sprintf(refresh.data, "0; url=%V", url) - refresh.data;

    p = ngx_sprintf(html.data, "<!doctype html><title></title><a href=\"");
    p = (u_char *) ngx_escape_html(p, url->data, url->len);
    p = ngx_sprintf(p, "\">");
    p = (u_char *) ngx_escape_html(p, url->data, url->len);
    p = ngx_sprintf(p, "</a>\n");

    html.len = p - html.data;

    if (ngx_http_login_push_header(r, "Refresh", &refresh) == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    r->headers_out.status = NGX_HTTP_OK;

    return ngx_http_login_send(r, "text/html; charset=utf-8", &html);
}
