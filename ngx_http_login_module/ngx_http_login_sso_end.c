
/*
 * Single sign-on: who has signed out here signs out at the provider as well
 * (OpenID Connect RP-Initiated Logout 1.0).
 */

#include "ngx_http_login_module.h"


/* Of what is in the address beside the configuration's. */
#define NGX_HTTP_LOGIN_SSO_END  128


/* On the heap: a thread may be at it when the request is gone. */
typedef struct {
    const ngx_http_login_leaver_t    *leaver;       /* not for the thread */
    login_rp_t                       *rp;
    const login_rp_known_t           *known;
    login_rp_failure_t                failure;
    uint64_t                          now;
} ngx_http_login_ending_t;


static ngx_uint_t ngx_http_login_sso_end_offered(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider);
static ngx_int_t ngx_http_login_sso_end_ask(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, const ngx_http_login_leaver_t *leaver,
    login_rp_t *rp);
static login_result_e ngx_http_login_sso_end_know(void *data, login_rp_t *rp,
    login_http_t *http);
static void ngx_http_login_sso_end_known(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_sso_end_release(void *data);
static ngx_int_t ngx_http_login_sso_end_go(ngx_http_request_t *r,
    const ngx_http_login_leaver_t *leaver,
    const login_oidc_metadata_t *metadata);
static ngx_uint_t ngx_http_login_sso_end_reachable(
    const ngx_http_login_provider_t *provider,
    const login_oidc_metadata_t *metadata);


/* A token that is too long is done without: most providers ask then. */

ngx_int_t
ngx_http_login_sso_end_keep(ngx_http_request_t *r,
    const ngx_http_login_arrival_t *arrival)
{
    size_t                      len;
    u_char                      id[LOGIN_ID_LEN], text[LOGIN_HINT_TEXT];
    login_str_t                 realm;
    const login_signin_t       *signin;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    signin = &arrival->sso.signin;
    realm = ngx_http_login_str(&scf->portal->url);

    if (!ngx_http_login_sso_end_offered(r, arrival->leave.provider)) {
        return NGX_OK;
    }

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL
        || login_ticket_session(id, &signin->ticket) != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    switch (login_hint_seal(text, &len, worker->crypto, realm, id,
                            arrival->rp.tokens.id_token))
    {
    case LOGIN_OK:
        return ngx_http_login_set_hint(r, login_str(text, len),
                                       !signin->shared);
    case LOGIN_NO:
        return NGX_OK;

    default:
        return NGX_ERROR;
    }
}


/* That was known a moment ago, when the code was redeemed. */

static ngx_uint_t
ngx_http_login_sso_end_offered(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider)
{
    ngx_uint_t                rc;
    login_rp_t               *rp;
    ngx_http_login_worker_t  *worker;
    const login_rp_known_t   *known;

    worker = ngx_http_login_get_worker(r);

    rp = worker ? ngx_http_login_network_rp(worker, provider) : NULL;

    if (rp == NULL
        || login_rp_peek(&known, rp, (uint64_t) ngx_time()) != LOGIN_OK)
    {
        return 0;
    }

    rc = ngx_http_login_sso_end_reachable(provider, &known->metadata);

    login_rp_forget(rp, known);

    return rc;
}


ngx_int_t
ngx_http_login_sso_end_begin(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity,
    ngx_http_login_leaver_t *leaver)
{
    size_t                       len;
    u_char                      *p;
    login_str_t                  realm;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_visitor_t    *visitor;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    ngx_memzero(leaver, sizeof(ngx_http_login_leaver_t));

    leaver->provider = ngx_http_login_provider_find(mcf,
                                                    identity->provider.data,
                                                    identity->provider.len);

    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    if (worker == NULL || visitor == NULL) {
        return NGX_ERROR;
    }

    if (leaver->provider == NULL || visitor->hint.len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, LOGIN_HINT_MAX);
    if (p == NULL) {
        return NGX_ERROR;
    }

    realm = ngx_http_login_str(&scf->portal->url);

    /* another session's, or one that is damaged, is as if there were none */

    if (login_hint_open(p, &len, worker->crypto, realm, identity->session,
                        visitor->hint)
        == LOGIN_OK)
    {
        leaver->hint = login_str(p, len);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_login_sso_end_forget(ngx_http_request_t *r)
{
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL) {
        return NGX_ERROR;
    }

    return visitor->hint.len
           ? ngx_http_login_set_hint(r, login_str("", 0), 0) : NGX_OK;
}


ngx_int_t
ngx_http_login_sso_end(ngx_http_request_t *r,
    const ngx_http_login_leaver_t *leaver)
{
    ngx_int_t                 rc;
    login_rp_t               *rp;
    ngx_http_login_worker_t  *worker;
    const login_rp_known_t   *known;

    worker = ngx_http_login_get_worker(r);

    rp = worker ? ngx_http_login_network_rp(worker, leaver->provider) : NULL;

    if (rp == NULL) {
        return ngx_http_login_logout_leave(r);
    }

    if (login_rp_peek(&known, rp, (uint64_t) ngx_time()) != LOGIN_OK) {
        return ngx_http_login_sso_end_ask(r, worker, leaver, rp);
    }

    rc = ngx_http_login_sso_end_go(r, leaver, &known->metadata);

    login_rp_forget(rp, known);

    return rc;
}


/* The session has ended already: whatever comes of it, they are out here. */

static ngx_int_t
ngx_http_login_sso_end_ask(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, const ngx_http_login_leaver_t *leaver,
    login_rp_t *rp)
{
    ngx_http_login_ending_t  *ending;

    ending = ngx_calloc(sizeof(ngx_http_login_ending_t), r->connection->log);
    if (ending == NULL) {
        return ngx_http_login_logout_leave(r);
    }

    ending->leaver = leaver;
    ending->rp = rp;
    ending->now = (uint64_t) ngx_time();

    if (ngx_http_login_task_ask(r, worker, leaver->provider,
                                ngx_http_login_sso_end_know,
                                ngx_http_login_sso_end_known, ending,
                                ngx_http_login_sso_end_release)
        != NGX_OK)
    {
        ngx_http_login_sso_end_release(ending);
        return ngx_http_login_logout_leave(r);
    }

    return NGX_DONE;
}


/* In a thread. */

static login_result_e
ngx_http_login_sso_end_know(void *data, login_rp_t *rp, login_http_t *http)
{
    ngx_http_login_ending_t *ending = data;

    return login_rp_know(&ending->known, rp, http, NULL, ending->now,
                         &ending->failure);
}


static void
ngx_http_login_sso_end_known(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_ending_t *ending = data;

    ngx_int_t  result;

    if (rc == LOGIN_OK) {
        result = ngx_http_login_sso_end_go(r, ending->leaver,
                                           &ending->known->metadata);

    } else {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: somebody is signed out here, but not at "
                      "provider \"%V\": %s", &ending->leaver->provider->name,
                      ending->failure.error.text[0]
                      ? ending->failure.error.text : "it was not asked");

        result = ngx_http_login_logout_leave(r);
    }

    ngx_http_finalize_request(r, result);
}


static void
ngx_http_login_sso_end_release(void *data)
{
    ngx_http_login_ending_t *ending = data;

    login_rp_forget(ending->rp, ending->known);
    ngx_free(ending);
}


/* They come back to the sign-in page, which is registered there. */

static ngx_int_t
ngx_http_login_sso_end_go(ngx_http_request_t *r,
    const ngx_http_login_leaver_t *leaver,
    const login_oidc_metadata_t *metadata)
{
    u_char                     *p;
    size_t                      len;
    ngx_str_t                   url;
    login_str_t                 client_id, portal;
    login_encoder_t             e;
    ngx_http_login_srv_conf_t  *scf;

    if (!ngx_http_login_sso_end_reachable(leaver->provider, metadata)) {
        return ngx_http_login_logout_leave(r);
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    client_id = leaver->provider->rp.client_id;
    portal = ngx_http_login_str(&scf->portal->url);

    len = metadata->end_session.len
          + 3 * (client_id.len + leaver->hint.len + portal.len)
          + NGX_HTTP_LOGIN_SSO_END;

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return ngx_http_login_logout_leave(r);
    }

    e.pos = p;
    e.end = p + len;
    e.failed = 0;

    login_oidc_end_session(&e, metadata->end_session, client_id,
                           leaver->hint, portal);

    if (e.failed) {
        return ngx_http_login_logout_leave(r);
    }

    url.data = p;
    url.len = e.pos - p;

    return ngx_http_login_see_other(r, &url);
}


/*
 * The form leads there by a redirect, and browsers ask the page's policy,
 * which has the issuer's origin, whether it may.
 */

static ngx_uint_t
ngx_http_login_sso_end_reachable(const ngx_http_login_provider_t *provider,
    const login_oidc_metadata_t *metadata)
{
    login_url_t  parsed;

    return metadata->end_session.len != 0
           && login_url_parse(&parsed, metadata->end_session) == LOGIN_OK
           && login_str_eq(parsed.origin,
                           ngx_http_login_str(&provider->origin));
}
