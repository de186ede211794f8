
/*
 * Single sign-on: back from a provider, with a code.  A thread redeems it,
 * the store says whose account it is, and makes the session.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_arrival_open(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, const login_form_t *query);
static ngx_int_t ngx_http_login_arrival_used(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival);
static ngx_int_t ngx_http_login_arrival_answer(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, const login_form_t *query);
static ngx_int_t ngx_http_login_arrival_refused(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, const login_oidc_answer_t *answer);
static ngx_int_t ngx_http_login_arrival_untrusted(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, login_oidc_e reason);
static ngx_int_t ngx_http_login_arrival_visible(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival);


ngx_int_t
ngx_http_login_sso_callback(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider)
{
    ngx_int_t                  rc;
    login_form_t               query;
    ngx_http_login_arrival_t  *arrival;

    /* a code is used up: nobody shall do that just to look */

    if (r->method != NGX_HTTP_GET) {
        return ngx_http_login_error(r, LOGIN_REASON_METHOD);
    }

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    /* the code comes into no log */

    ngx_http_login_link_hide_query(r);

    arrival = ngx_http_login_arrival_create(r, provider, &query);
    if (arrival == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    switch (ngx_http_login_arrival_open(r, arrival, &query)) {

    case NGX_OK:
        rc = ngx_http_login_arrival_answer(r, arrival, &query);
        break;

    case NGX_DECLINED:
        rc = ngx_http_login_sso_error(r, &arrival->leave,
                                      LOGIN_REASON_SSO_STATE, NULL, NULL);
        break;

    default:
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    ngx_http_login_arrival_release(arrival);

    return rc;
}


/* NGX_DECLINED: nobody of this browser has left like that. */

static ngx_int_t
ngx_http_login_arrival_open(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, const login_form_t *query)
{
    ngx_int_t                          rc;
    login_sso_state_t                 *state;
    ngx_http_login_leave_t            *leave;
    const ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    leave = &arrival->leave;
    state = &arrival->state;

    rc = ngx_http_login_state_find(r, login_form_get(query, "state"), state,
                                   arrival->plain, &arrival->place);
    if (rc != NGX_OK) {
        return rc;
    }

    login_sso_state_text(state, arrival->id, arrival->nonce,
                         arrival->verifier);

    if (!login_str_eq(state->provider,
                      ngx_http_login_str(&leave->provider->name)))
    {
        return NGX_DECLINED;
    }

    leave->org = ngx_http_login_org_find(mcf, state->org.data,
                                         state->org.len);
    leave->return_to = state->return_to;
    leave->shared = state->shared;

    /* what has changed meanwhile */

    if (leave->org == NULL
        || ngx_http_login_region_other(r, leave->org)
        || ngx_http_login_org_provider(leave->org, state->provider.data,
                                       state->provider.len)
           == NULL)
    {
        return NGX_DECLINED;
    }

    return ngx_http_login_arrival_used(r, arrival);
}


/* A cookie can be sent again, also by who has stolen it. */

static ngx_int_t
ngx_http_login_arrival_used(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival)
{
    login_result_e              rc;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = login_used_find(worker->view, LOGIN_USED_STATE,
                         ngx_http_login_str(&scf->portal->url),
                         login_str(arrival->state.id, LOGIN_ID_LEN));

    login_view_end(worker->view);

    if (rc == LOGIN_FAULT) {
        return NGX_ERROR;
    }

    return rc == LOGIN_NO ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_login_arrival_answer(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, const login_form_t *query)
{
    login_oidc_answer_t  answer;

    if (login_oidc_answer(&answer, query) != LOGIN_OK) {
        return ngx_http_login_arrival_untrusted(r, arrival,
                                                LOGIN_OIDC_ANSWER);
    }

    if (answer.iss.len
        && !login_str_eq(answer.iss, arrival->leave.provider->rp.issuer))
    {
        return ngx_http_login_arrival_untrusted(r, arrival,
                                                LOGIN_OIDC_ISSUER);
    }

    if (answer.error.len == 0) {
        return ngx_http_login_arrival_redeem(r, arrival);
    }

    if (ngx_http_login_set_state(r, arrival->place, login_str("", 0), 0)
        != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    /* nobody was to be asked there, and somebody has to be */

    if (arrival->state.silent && login_oidc_asks(answer.error)) {
        return ngx_http_login_arrival_visible(r, arrival);
    }

    return ngx_http_login_arrival_refused(r, arrival, &answer);
}


static ngx_int_t
ngx_http_login_arrival_refused(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, const login_oidc_answer_t *answer)
{
    char        text[160];
    login_rp_e  kind;

    kind = LOGIN_RP_REFUSED;

    if (login_str_eq(answer->error, login_cstr("temporarily_unavailable"))
        || login_str_eq(answer->error, login_cstr("server_error")))
    {
        kind = LOGIN_RP_DOWN;
    }

    (void) snprintf(text, sizeof(text), "is %.*s%s%.*s",
                    (int) ngx_min(answer->error.len, 40),
                    (char *) answer->error.data,
                    answer->description.len ? ", " : "",
                    (int) ngx_min(answer->description.len, 80),
                    answer->description.len
                    ? (char *) answer->description.data : "");

    (void) login_rp_fail(&arrival->failure, kind, "answer", text);

    return ngx_http_login_sso_failed(r, &arrival->leave, LOGIN_NO,
                                     &arrival->failure);
}


static ngx_int_t
ngx_http_login_arrival_untrusted(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival, login_oidc_e reason)
{
    (void) login_rp_fail(&arrival->failure, LOGIN_RP_UNTRUSTED, "answer",
                         login_oidc_text(reason));

    return ngx_http_login_sso_failed(r, &arrival->leave, LOGIN_NO,
                                     &arrival->failure);
}


/* To the sign-in page, which must not send anybody on by itself. */

static ngx_int_t
ngx_http_login_arrival_visible(ngx_http_request_t *r,
    ngx_http_login_arrival_t *arrival)
{
    u_char                     *p;
    ngx_str_t                   url;
    ngx_http_login_leave_t     *leave;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    leave = &arrival->leave;

    p = ngx_pnalloc(r->pool, scf->portal->url.len
                             + sizeof("?sso=off&org=&return_to=")
                             + 3 * (leave->org->name.len
                                    + leave->return_to.len));
    if (p == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    url.data = p;

    p = ngx_sprintf(p, "%V?sso=off&org=", &scf->portal->url);
    p += login_percent_encode(p, ngx_http_login_str(&leave->org->name));

    if (leave->return_to.len) {
        p = ngx_cpymem(p, "&return_to=", sizeof("&return_to=") - 1);
        p += login_percent_encode(p, leave->return_to);
    }

    url.len = p - url.data;

    return ngx_http_login_see_other(r, &url);
}
