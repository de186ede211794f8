
/*
 * Flows: what is between the right password and the session, or between a
 * session and more of it.  Each has a cookie of its own, and its id in the
 * address, so that tabs don't disturb each other.
 */

#include "ngx_http_login_module.h"


/* So long (s) after the password a device may be set up in a session. */
#define NGX_HTTP_LOGIN_FRESH  900


static ngx_int_t ngx_http_login_flow_open(ngx_http_request_t *r,
    login_flow_t *flow, ngx_uint_t i);
static ngx_uint_t ngx_http_login_flow_place(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_flow_keep(ngx_http_request_t *r,
    login_flow_t *flow, ngx_uint_t place);
static ngx_int_t ngx_http_login_flow_leave(ngx_http_request_t *r,
    const login_flow_t *flow, login_str_t target);
static ngx_int_t ngx_http_login_flow_factors(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, login_flow_due_t *due,
    login_flow_t *flow);


ngx_int_t
ngx_http_login_flow_find(ngx_http_request_t *r, login_flow_t *flow,
    ngx_uint_t *place)
{
    size_t        len;
    u_char        id[LOGIN_FLOW_ID_LEN];
    ngx_int_t     rc;
    ngx_uint_t    i;
    login_form_t  query;

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return NGX_ERROR;
    }

    len = sizeof(id);

    if (login_base64url_decode(id, &len, login_form_get(&query, "f"))
        != LOGIN_OK
        || len != sizeof(id))
    {
        return NGX_DECLINED;
    }

    for (i = 0; i < LOGIN_FLOWS_MAX; i++) {

        rc = ngx_http_login_flow_open(r, flow, i);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_OK && login_equal(flow->id, id, sizeof(id))) {
            *place = i;
            return NGX_OK;
        }
    }

    ngx_explicit_memzero(flow, sizeof(login_flow_t));

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_login_flow_open(ngx_http_request_t *r, login_flow_t *flow,
    ngx_uint_t i)
{
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

    if (visitor->flows[i].len == 0) {
        return NGX_DECLINED;
    }

    rc = ngx_http_login_browser(r);

    if (rc != NGX_OK) {
        return rc;
    }

    switch (login_flow_open(flow, worker->crypto,
                            ngx_http_login_str(&scf->portal->url),
                            visitor->browser_id, visitor->flows[i],
                            (uint64_t) ngx_time()))
    {
    case LOGIN_OK:
        return NGX_OK;

    case LOGIN_NO:
        return NGX_DECLINED;

    default:
        return NGX_ERROR;
    }
}


ngx_int_t
ngx_http_login_flow_start(ngx_http_request_t *r, login_flow_t *flow,
    login_state_e state, login_str_t target)
{
    login_str_t  csrf;

    flow->state = state;

    /* it is bound to the browser, which has to have a name for that */

    if (ngx_http_login_csrf_make(r, &csrf) != NGX_OK
        || ngx_http_login_flow_keep(r, flow, ngx_http_login_flow_place(r))
           != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_flow_leave(r, flow, target);
}


ngx_int_t
ngx_http_login_flow_go(ngx_http_request_t *r, login_flow_t *flow,
    ngx_uint_t place, login_state_e state, login_str_t target)
{
    flow->state = state;

    if (ngx_http_login_flow_keep(r, flow, place) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_flow_leave(r, flow, target);
}


/* An empty place, or that of the flow that has not moved for the longest. */

static ngx_uint_t
ngx_http_login_flow_place(ngx_http_request_t *r)
{
    uint64_t      oldest;
    ngx_uint_t    i, place;
    login_flow_t  flow;

    place = 0;
    oldest = UINT64_MAX;

    for (i = 0; i < LOGIN_FLOWS_MAX; i++) {

        if (ngx_http_login_flow_open(r, &flow, i) != NGX_OK) {
            place = i;
            break;
        }

        if (flow.issued < oldest) {
            oldest = flow.issued;
            place = i;
        }
    }

    ngx_explicit_memzero(&flow, sizeof(login_flow_t));

    return place;
}


static ngx_int_t
ngx_http_login_flow_keep(ngx_http_request_t *r, login_flow_t *flow,
    ngx_uint_t place)
{
    u_char                      text[LOGIN_FLOW_TEXT];
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    flow->issued = (uint64_t) ngx_time();

    if (worker == NULL || visitor == NULL || !visitor->drawn
        || login_flow_seal(text, worker->crypto,
                           ngx_http_login_str(&scf->portal->url),
                           visitor->browser_id, flow)
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_set_flow(r, place, login_str(text, sizeof(text)),
                                   login_flow_time(flow->state));
}


/* To the page of the step that comes next. */

static ngx_int_t
ngx_http_login_flow_leave(ngx_http_request_t *r, const login_flow_t *flow,
    login_str_t target)
{
    u_char                     *p;
    ngx_str_t                   url;
    const char                 *page;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    page = flow->state == LOGIN_STATE_CODE ? "mfa?f=" : "mfa/setup?f=";

    p = ngx_pnalloc(r->pool, scf->portal->url.len + ngx_strlen(page)
                             + LOGIN_FLOW_ID_TEXT + sizeof("&return_to=")
                             + 3 * target.len);
    if (p == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    url.data = p;

    p = ngx_sprintf(p, "%V%s", &scf->portal->url, page);
    p += login_base64url_encode(p, login_str(flow->id, LOGIN_FLOW_ID_LEN));

    if (ngx_http_login_return_allowed(r, target)) {
        p = ngx_cpymem(p, "&return_to=", sizeof("&return_to=") - 1);
        p += login_percent_encode(p, target);
    }

    url.len = p - url.data;

    return ngx_http_login_see_other(r, &url);
}


/* Of who is signed in. */

ngx_int_t
ngx_http_login_flow_step_up(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, login_flow_due_t *due,
    login_str_t target)
{
    login_flow_t   flow;
    login_state_e  state;

    if (ngx_http_login_flow_factors(r, identity, due, &flow) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    state = LOGIN_STATE_SESSION;

    switch (login_flow_step(&state, login_flow_due(due))) {

    case LOGIN_EFFECT_LEAVE:
        return NGX_DECLINED;

    case LOGIN_EFFECT_STEP:

        if (state != LOGIN_STATE_ANEW) {
            ngx_http_login_event(r, LOGIN_LOG_MFA_ASKED, NULL);
        }

        return ngx_http_login_flow_start(r, &flow, state, target);

    default:
        return NGX_AGAIN;
    }
}


ngx_int_t
ngx_http_login_flow_is_due(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity)
{
    login_flow_t      flow;
    login_flow_due_t  due;

    /* no look at the store where there is nothing to ask */

    if (identity->rules->mfa != NGX_HTTP_LOGIN_MFA_REQUIRED
        || login_methods_factor(identity->methods)
        || (identity->methods & LOGIN_METHOD_TRUST))
    {
        return NGX_DECLINED;
    }

    ngx_memzero(&due, sizeof(login_flow_due_t));

    if (ngx_http_login_flow_factors(r, identity, &due, &flow) != NGX_OK) {
        return NGX_ERROR;
    }

    return login_flow_due(&due) == LOGIN_EVENT_OK ? NGX_DECLINED : NGX_OK;
}


ngx_int_t
ngx_http_login_flow_ask(ngx_http_request_t *r, ngx_int_t due)
{
    ngx_str_t  url;

    if (due != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (ngx_http_login_signin_url(r, "need=mfa&", &url) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}


ngx_int_t
ngx_http_login_flow_stale(ngx_http_request_t *r)
{
    ngx_str_t  url;

    if (ngx_http_login_signin_url(r, "need=login&", &url) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}


static ngx_int_t
ngx_http_login_flow_factors(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, login_flow_due_t *due,
    login_flow_t *flow)
{
    size_t                    n;
    login_result_e            rc;
    login_account_t           account;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL
        || login_flow_draw(flow) != LOGIN_OK
        || login_view_begin(worker->view) != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    rc = login_account_get(&account, worker->view, identity->ticket.account);

    if (rc == LOGIN_OK) {
        flow->generation = account.generation;
        rc = login_epoch_get(&flow->epoch, worker->view);
    }

    if (rc == LOGIN_OK) {
        rc = login_device_count(&n, worker->view, account.id);
    }

    login_view_end(worker->view);

    if (rc != LOGIN_OK) {
        return NGX_ERROR;
    }

    due->policy = (login_mfa_e) identity->rules->mfa;
    due->devices = (n != 0);
    due->trusted = (identity->methods & LOGIN_METHOD_TRUST) != 0;
    due->proven = login_methods_factor(identity->methods);
    due->fresh = (ngx_time() - (time_t) identity->ticket.auth_time
                  < NGX_HTTP_LOGIN_FRESH);

    flow->stepped = 1;
    flow->shared = identity->shared;
    flow->methods = identity->methods & ~LOGIN_METHOD_TRUST;
    flow->auth_time = identity->ticket.auth_time;

    ngx_memcpy(flow->account, identity->ticket.account, LOGIN_ID_LEN);
    ngx_memcpy(flow->session, identity->session, LOGIN_ID_LEN);

    return NGX_OK;
}
