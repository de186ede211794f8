
/* Single sign-on: from the portal to a provider. */

#include "ngx_http_login_module.h"


/* Of what is in a request for a provider beside the configuration's. */
#define NGX_HTTP_LOGIN_SSO_URL  1024


/* On the heap: a thread may be at it when the request is gone. */
typedef struct {
    ngx_http_login_leave_t       leave;     /* of the request, not for it */
    login_rp_t                  *rp;
    const login_rp_known_t      *known;
    login_rp_failure_t           failure;
    uint64_t                     now;
} ngx_http_login_departure_t;


static ngx_int_t ngx_http_login_sso_elsewhere(ngx_http_request_t *r,
    const ngx_http_login_org_t *org,
    const ngx_http_login_provider_t *provider, const login_form_t *query);
static ngx_int_t ngx_http_login_sso_org(ngx_http_request_t *r,
    const login_form_t *query, const ngx_http_login_provider_t *provider,
    const ngx_http_login_org_t **org);
static ngx_int_t ngx_http_login_sso_fetch(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, const ngx_http_login_leave_t *leave,
    login_rp_t *rp);
static login_result_e ngx_http_login_sso_know(void *data, login_rp_t *rp,
    login_http_t *http);
static void ngx_http_login_sso_known(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_sso_release(void *data);
static ngx_int_t ngx_http_login_sso_go(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave,
    const login_oidc_metadata_t *metadata);
static ngx_int_t ngx_http_login_sso_state(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_sso_state_t *state);
static ngx_int_t ngx_http_login_sso_url(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_str_t authorization,
    const login_sso_state_t *state, ngx_str_t *url);


ngx_int_t
ngx_http_login_sso_begin(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider)
{
    ngx_int_t                    rc;
    login_form_t                 query;
    ngx_http_login_leave_t       leave;
    const ngx_http_login_org_t  *org;

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    rc = ngx_http_login_sso_org(r, &query, provider, &org);

    if (rc == NGX_ERROR) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    /* which one it is, the person has to say */

    if (rc == NGX_DECLINED) {
        return ngx_http_login_region_leave(r, NULL, "options", &query);
    }

    /* that there is no such organisation, is nobody's business */

    if (org == NULL
        || ngx_http_login_org_provider(org, provider->name.data,
                                       provider->name.len)
           == NULL)
    {
        return ngx_http_login_error(r, LOGIN_REASON_NOT_FOUND);
    }

    if (ngx_http_login_region_other(r, org)) {
        return ngx_http_login_sso_elsewhere(r, org, provider, &query);
    }

    ngx_memzero(&leave, sizeof(ngx_http_login_leave_t));

    leave.org = org;
    leave.provider = provider;
    leave.return_to = login_form_get(&query, "return_to");
    leave.shared = (login_form_get(&query, "shared").len != 0);
    leave.anew = login_str_eq(login_form_get(&query, "need"),
                              login_cstr("login"));
    leave.another = login_str_eq(login_form_get(&query, "switch"),
                                 login_cstr("1"));

    return ngx_http_login_sso_leave(r, &leave);
}


/* Its accounts are at the portal of another region. */

static ngx_int_t
ngx_http_login_sso_elsewhere(ngx_http_request_t *r,
    const ngx_http_login_org_t *org,
    const ngx_http_login_provider_t *provider, const login_form_t *query)
{
    u_char  page[sizeof("sso/") + LOGIN_PROVIDER_MAX];

    ngx_sprintf(page, "sso/%V%Z", &provider->name);

    return ngx_http_login_region_leave(r, org->region, (char *) page, query);
}


/* Said, or the only one, or what this browser had last. */

static ngx_int_t
ngx_http_login_sso_org(ngx_http_request_t *r, const login_form_t *query,
    const ngx_http_login_provider_t *provider,
    const ngx_http_login_org_t **org)
{
    ngx_int_t                    rc;
    ngx_uint_t                   i, n;
    login_str_t                  name;
    ngx_http_login_org_t       **orgs;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    *org = NULL;
    name = ngx_http_login_org_typed(r, login_form_get(query, "org"));

    if (name.len) {
        *org = ngx_http_login_org_find(mcf, name.data, name.len);
        return NGX_OK;
    }

    orgs = mcf->orgs->elts;

    for (i = 0, n = 0; i < mcf->orgs->nelts; i++) {
        if (ngx_http_login_org_provider(orgs[i], provider->name.data,
                                        provider->name.len))
        {
            *org = orgs[i];
            n++;
        }
    }

    if (n <= 1) {
        return NGX_OK;
    }

    rc = ngx_http_login_org_recall(r, &name);

    if (rc == NGX_OK) {
        *org = ngx_http_login_org_find(mcf, name.data, name.len);

        if (ngx_http_login_org_provider(*org, provider->name.data,
                                        provider->name.len)
            == NULL)
        {
            rc = NGX_DECLINED;
        }
    }

    return rc;
}


ngx_int_t
ngx_http_login_sso_leave(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave)
{
    ngx_int_t                 rc;
    login_rp_t               *rp;
    ngx_http_login_worker_t  *worker;
    const login_rp_known_t   *known;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    rp = ngx_http_login_network_rp(worker, leave->provider);

    if (rp == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    if (login_rp_peek(&known, rp, (uint64_t) ngx_time()) != LOGIN_OK) {
        return ngx_http_login_sso_fetch(r, worker, leave, rp);
    }

    rc = ngx_http_login_sso_go(r, leave, &known->metadata);

    login_rp_forget(rp, known);

    return rc;
}


static ngx_int_t
ngx_http_login_sso_fetch(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, const ngx_http_login_leave_t *leave,
    login_rp_t *rp)
{
    ngx_int_t                    rc;
    ngx_http_login_departure_t  *departure;

    departure = ngx_calloc(sizeof(ngx_http_login_departure_t),
                           r->connection->log);
    if (departure == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    departure->leave = *leave;
    departure->rp = rp;
    departure->now = (uint64_t) ngx_time();

    rc = ngx_http_login_task_ask(r, worker, leave->provider,
                                 ngx_http_login_sso_know,
                                 ngx_http_login_sso_known, departure,
                                 ngx_http_login_sso_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    ngx_http_login_sso_release(departure);

    return ngx_http_login_sso_error(r, leave, rc == NGX_BUSY
                                              ? LOGIN_REASON_BUSY
                                              : LOGIN_REASON_INTERNAL,
                                    NULL, NULL);
}


/* In a thread. */

static login_result_e
ngx_http_login_sso_know(void *data, login_rp_t *rp, login_http_t *http)
{
    ngx_http_login_departure_t *departure = data;

    return login_rp_know(&departure->known, rp, http, NULL, departure->now,
                         &departure->failure);
}


static void
ngx_http_login_sso_known(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_departure_t *departure = data;

    ngx_int_t                result;
    ngx_http_login_leave_t  *leave;

    leave = &departure->leave;

    result = rc == LOGIN_OK
             ? ngx_http_login_sso_go(r, leave, &departure->known->metadata)
             : ngx_http_login_sso_failed(r, leave, rc, &departure->failure);

    ngx_http_finalize_request(r, result);
}


static void
ngx_http_login_sso_release(void *data)
{
    ngx_http_login_departure_t *departure = data;

    login_rp_forget(departure->rp, departure->known);
    ngx_free(departure);
}


static ngx_int_t
ngx_http_login_sso_go(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave,
    const login_oidc_metadata_t *metadata)
{
    ngx_int_t          rc;
    ngx_str_t          url;
    login_sso_state_t  state;

    rc = ngx_http_login_sso_state(r, leave, &state);

    if (rc == NGX_OK) {
        rc = ngx_http_login_sso_url(r, leave, metadata->authorization, &state,
                                    &url);
    }

    ngx_explicit_memzero(&state, sizeof(login_sso_state_t));

    if (rc != NGX_OK) {
        ngx_http_login_forget_cookies(r);
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}


/* What will be needed when somebody comes back, in a cookie. */

static ngx_int_t
ngx_http_login_sso_state(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_sso_state_t *state)
{
    login_str_t  csrf;

    /* it is bound to the browser, which has to have a name for that */

    if (ngx_http_login_csrf_make(r, &csrf) != NGX_OK
        || login_sso_state_draw(state) != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    state->issued = (uint64_t) ngx_time();
    state->shared = (leave->shared != 0);
    state->silent = (leave->silent != 0);
    state->provider = ngx_http_login_str(&leave->provider->name);
    state->org = ngx_http_login_str(&leave->org->name);

    if (leave->anew || leave->max_age) {
        state->max_age = leave->anew ? 0 : leave->max_age;
    }

    if (ngx_http_login_return_allowed(r, leave->return_to)) {
        state->return_to = leave->return_to;
    }

    return ngx_http_login_state_keep(r, state);
}


static ngx_int_t
ngx_http_login_sso_url(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_str_t authorization,
    const login_sso_state_t *state, ngx_str_t *url)
{
    size_t                size;
    u_char                id[LOGIN_SSO_ID_TEXT], nonce[LOGIN_SSO_DRAWN_TEXT];
    u_char                verifier[LOGIN_SSO_DRAWN_TEXT];
    login_encoder_t       e;
    login_locales_t      *locales;
    login_oidc_request_t  request;

    ngx_memzero(&request, sizeof(login_oidc_request_t));

    if (ngx_http_login_sso_callback_url(r, leave->provider,
                                        &request.redirect_uri)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    login_sso_state_text(state, id, nonce, verifier);

    request.client_id = leave->provider->rp.client_id;
    request.scope = ngx_http_login_str(&leave->provider->scope);
    request.state = login_str(id, sizeof(id));
    request.nonce = login_str(nonce, sizeof(nonce));
    request.verifier = login_str(verifier, sizeof(verifier));
    request.max_age = state->max_age;

    locales = leave->org->terms.locales;
    request.ui_locales = locales->locales[ngx_http_login_language(r)].tag;

    /*
     * All know "login" (Core, 15.1), which lets people be somebody else, and
     * asks who has to sign in anew even where "max_age" is not known.
     */

    if (leave->silent) {
        request.prompt = login_cstr("none");

    } else if (leave->anew || leave->another) {
        request.prompt = login_cstr("login");
    }

    size = authorization.len + 3 * (request.client_id.len + request.scope.len
                                    + request.redirect_uri.len)
           + NGX_HTTP_LOGIN_SSO_URL;

    url->data = ngx_pnalloc(r->pool, size);
    if (url->data == NULL) {
        return NGX_ERROR;
    }

    e.pos = url->data;
    e.end = url->data + size;
    e.failed = 0;

    if (login_oidc_authorize(&e, authorization, &request) != LOGIN_OK
        || e.failed)
    {
        return NGX_ERROR;
    }

    url->len = e.pos - url->data;

    ngx_explicit_memzero(verifier, sizeof(verifier));

    return NGX_OK;
}


ngx_int_t
ngx_http_login_sso_callback_url(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider, login_str_t *url)
{
    u_char                     *p, *end;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    p = ngx_pnalloc(r->pool, scf->portal->url.len + provider->name.len
                             + sizeof("sso//callback"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    end = ngx_sprintf(p, "%Vsso/%V/callback", &scf->portal->url,
                      &provider->name);

    *url = login_str(p, end - p);

    return NGX_OK;
}
