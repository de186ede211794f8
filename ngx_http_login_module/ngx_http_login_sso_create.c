
/* Somebody back from a provider: what threads need of the request. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_ARRIVAL_TEXTS  7


ngx_http_login_arrival_t *
ngx_http_login_arrival_create(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider, const login_form_t *query)
{
    u_char                      *p;
    size_t                       len;
    login_str_t                  from[NGX_HTTP_LOGIN_ARRIVAL_TEXTS];
    login_str_t                 *to[NGX_HTTP_LOGIN_ARRIVAL_TEXTS];
    login_signin_t              *signin;
    ngx_http_login_visitor_t    *visitor;
    ngx_http_login_arrival_t    *arrival;
    ngx_http_login_srv_conf_t   *scf;

    ngx_http_login_main_conf_t       *mcf;
    const ngx_http_login_identity_t  *identity;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    /* whose session it takes the place of, if there is one */

    (void) ngx_http_login_identify(r, &identity);

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL
        || ngx_http_login_sso_callback_url(r, provider, &from[2]) != NGX_OK)
    {
        return NULL;
    }

    from[0] = login_form_get(query, "code");
    from[1] = login_form_get(query, "iss");
    from[3] = ngx_http_login_str(&r->connection->addr_text);
    from[4] = ngx_http_login_str(&scf->portal->url);
    from[5] = visitor->link;
    from[6] = ngx_http_login_user_agent(r);

    len = ngx_http_login_job_len(from, NGX_HTTP_LOGIN_ARRIVAL_TEXTS);

    arrival = ngx_calloc(sizeof(ngx_http_login_arrival_t) + len,
                         r->connection->log);
    if (arrival == NULL) {
        return NULL;
    }

    signin = &arrival->sso.signin;

    to[0] = &arrival->rp.code;
    to[1] = &arrival->iss;
    to[2] = &arrival->rp.redirect_uri;
    to[3] = &signin->address;
    to[4] = &signin->portal;
    to[5] = &arrival->sso.token;
    to[6] = &signin->browser;

    p = ngx_http_login_job_copy(arrival->data, to, from,
                                NGX_HTTP_LOGIN_ARRIVAL_TEXTS);

    signin->browser = login_session_browser(p - from[6].len, from[6].len);

    arrival->orgs = login_orgs_hold(mcf->table);
    signin->orgs = arrival->orgs;
    signin->now = (uint64_t) ngx_time();

    /* also where it has ended: then there is nothing to replace */

    signin->replace = visitor->genuine;
    signin->old = visitor->ticket;

    arrival->leave.provider = provider;
    arrival->users = 1;
    arrival->len = len;

    return arrival;
}


void
ngx_http_login_arrival_release(void *data)
{
    ngx_http_login_arrival_t *arrival = data;

    if (--arrival->users) {
        return;
    }

    login_rp_signin_free(&arrival->rp);
    login_changes_destroy(arrival->sso.signin.changes);
    login_orgs_destroy(arrival->orgs);

    ngx_explicit_memzero(arrival, sizeof(ngx_http_login_arrival_t)
                                  + arrival->len);
    ngx_free(arrival);
}
