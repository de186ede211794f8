
/*
 * How far a server's portal reaches: the names of its cookies, whether they
 * come to where the gates are, and the hosts to which people may be sent.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_name_cookies(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_http_login_srv_conf_t *scf);
static ngx_int_t ngx_http_login_name_cookie(ngx_conf_t *cf,
    const ngx_http_login_srv_conf_t *scf, login_str_t *cookie,
    const char *prefix, const char *suffix, ngx_uint_t n);
static ngx_int_t ngx_http_login_add_cookie(ngx_conf_t *cf, login_str_t name);
static ngx_uint_t ngx_http_login_within(ngx_str_t *name,
    ngx_http_login_srv_conf_t *scf);
static ngx_int_t ngx_http_login_check_reach(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_http_login_srv_conf_t *scf);
static ngx_int_t ngx_http_login_check_cookie(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_http_login_srv_conf_t *scf);
static ngx_int_t ngx_http_login_list_hosts(ngx_conf_t *cf,
    ngx_http_login_srv_conf_t *scf);
static ngx_int_t ngx_http_login_write_csp(ngx_conf_t *cf,
    ngx_http_login_srv_conf_t *scf);
static ngx_int_t ngx_http_login_list_origins(ngx_conf_t *cf,
    ngx_http_login_srv_conf_t *scf, ngx_str_t *origins);


ngx_int_t
ngx_http_login_reach(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_http_login_srv_conf_t *scf)
{
    if (ngx_http_login_name_cookies(cf, cscf, scf) != NGX_OK
        || ngx_http_login_check_reach(cf, cscf, scf) != NGX_OK
        || ngx_http_login_check_cookie(cf, cscf, scf) != NGX_OK
        || ngx_http_login_list_hosts(cf, scf) != NGX_OK
        || ngx_http_login_write_csp(cf, scf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_name_cookies(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_http_login_srv_conf_t *scf)
{
    ngx_uint_t   i, https;
    login_str_t  flows, states;
    const char  *prefix, *host, *path;

    const struct {
        login_str_t         *cookie;
        const char  *const  *prefix;
        const char          *suffix;
    } names[] = {
        { &scf->session_cookie, &prefix, "" },
        { &scf->browser_cookie, &host, "_browser" },
        { &scf->link_cookie, &host, "_link" },
        { &scf->language_cookie, &host, "_language" },
        { &scf->trust_cookie, &host, "_trust" },
        { &scf->org_cookie, &host, "_org" },
        { &scf->last_cookie, &host, "_last" },
        { &flows, &host, "_flow-*" },
        { &states, &host, "_sso-*" },

        /* comes to the page for signing out alone */
        { &scf->hint_cookie, &path, "_hint" }
    };

    https = scf->portal->parsed.https;

    if (!https && scf->cookie_samesite == NGX_HTTP_LOGIN_NONE
        && (scf->gates || scf->forwards || scf->own.len))
    {
        ngx_http_login_server_error(cf, cscf,
                      "\"login_cookie\" with \"samesite=none\" needs https, "
                      "but the portal is \"%V\"", &scf->portal->url);
        return NGX_ERROR;
    }

    host = https ? "__Host-" : "";
    path = https ? "__Secure-" : "";
    prefix = scf->cookie_domain.len ? path : host;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (ngx_http_login_name_cookie(cf, scf, names[i].cookie,
                                       *names[i].prefix, names[i].suffix, i)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < LOGIN_FLOWS_MAX; i++) {
        if (ngx_http_login_name_cookie(cf, scf, &scf->flow_cookies[i], host,
                                       "_flow-%ui", i)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < NGX_HTTP_LOGIN_STATES; i++) {
        if (ngx_http_login_name_cookie(cf, scf, &scf->state_cookies[i], host,
                                       "_sso-%ui", i)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (scf->gates == 0 && scf->forwards == 0 && scf->own.len == 0) {
        return NGX_OK;
    }

    if (ngx_http_login_add_cookie(cf, scf->session_cookie) != NGX_OK
        || ngx_http_login_add_cookie(cf, scf->org_cookie) != NGX_OK
        || ngx_http_login_add_cookie(cf, scf->last_cookie) != NGX_OK
        || ngx_http_login_add_cookie(cf, scf->browser_cookie) != NGX_OK
        || ngx_http_login_add_cookie(cf, scf->link_cookie) != NGX_OK
        || ngx_http_login_add_cookie(cf, scf->language_cookie) != NGX_OK
        || ngx_http_login_add_cookie(cf, scf->trust_cookie) != NGX_OK
        || ngx_http_login_add_cookie(cf, flows) != NGX_OK
        || ngx_http_login_add_cookie(cf, states) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* "suffix" may have room for a number. */

static ngx_int_t
ngx_http_login_name_cookie(ngx_conf_t *cf,
    const ngx_http_login_srv_conf_t *scf, login_str_t *cookie,
    const char *prefix, const char *suffix, ngx_uint_t n)
{
    u_char  *p, *end;

    p = ngx_pnalloc(cf->pool, sizeof("__Secure-_language")
                              + scf->cookie_name.len + NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    end = ngx_sprintf(p, "%s%V", prefix, &scf->cookie_name);
    end = ngx_sprintf(end, suffix, n);

    *cookie = login_str(p, (size_t) (end - p));

    return NGX_OK;
}


/*
 * A cookie with a domain also comes to servers that know nothing of it, and
 * to the applications behind them: each server cuts the cookies of all.
 */

static ngx_int_t
ngx_http_login_add_cookie(ngx_conf_t *cf, login_str_t name)
{
    ngx_uint_t                   i;
    login_str_t                 *cookie;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_login_module);
    cookie = mcf->cookies.elts;

    for (i = 0; i < mcf->cookies.nelts; i++) {
        if (login_str_eq(cookie[i], name)) {
            return NGX_OK;
        }
    }

    cookie = ngx_array_push(&mcf->cookies);
    if (cookie == NULL) {
        return NGX_ERROR;
    }

    *cookie = name;

    return NGX_OK;
}


/*
 * Where the browser would not send the cookie, people would sign in again
 * and again.  Those who ask for other servers bring it along themselves.
 */

static ngx_int_t
ngx_http_login_check_reach(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_http_login_srv_conf_t *scf)
{
    ngx_str_t                name;
    ngx_uint_t               i;
    ngx_http_server_name_t  *names;

    if (scf->gates == 0 && scf->own.len == 0) {
        return NGX_OK;
    }

    names = cscf->server_names.elts;

    for (i = 0; i <= cscf->server_names.nelts; i++) {

        if (i == cscf->server_names.nelts) {

            /* the portal sets the cookie, so its host must be inside too */

            if (scf->own.len == 0) {
                break;
            }

            name.len = scf->portal->parsed.host.len;
            name.data = (u_char *) scf->portal->parsed.host.data;

        } else {
            name = names[i].name;

#if (NGX_PCRE)
            if (names[i].regex) {
                continue;
            }
#endif
        }

        if (name.len == 0 || (name.len == 1 && name.data[0] == '_')
            || name.data[name.len - 1] == '*')
        {
            continue;
        }

        if (name.len > 1 && name.data[0] == '*') {
            name.data++;
            name.len--;
        }

        if (ngx_http_login_within(&name, scf)) {
            continue;
        }

        ngx_http_login_server_error(cf, cscf,
                      "the cookie of the portal \"%V\" does not reach the "
                      "server name \"%V\", set \"login_cookie domain=...\" to "
                      "a domain of both", &scf->portal->url, &name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Does a browser send the cookie to the host "name"? */

static ngx_uint_t
ngx_http_login_within(ngx_str_t *name, ngx_http_login_srv_conf_t *scf)
{
    size_t       skip;
    ngx_str_t   *domain;
    login_str_t  host;

    host = scf->portal->parsed.host;
    domain = &scf->cookie_domain;

    if (domain->len == 0) {
        return login_str_eq(login_str(name->data, name->len), host);
    }

    if (name->len < domain->len) {
        return 0;
    }

    skip = name->len - domain->len;

    return ngx_memcmp(name->data + skip, domain->data, domain->len) == 0
           && (skip == 0 || name->data[skip - 1] == '.');
}


/* What the portal sets must be what the gate looks for. */

static ngx_int_t
ngx_http_login_check_cookie(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_http_login_srv_conf_t *scf)
{
    ngx_http_login_srv_conf_t  *own;

    if ((scf->gates == 0 && scf->forwards == 0)
        || scf->portal->server == NULL)
    {
        return NGX_OK;
    }

    own = scf->portal->server->ctx->srv_conf[ngx_http_login_module.ctx_index];

    if (login_str_eq(login_str(own->cookie_name.data, own->cookie_name.len),
                     login_str(scf->cookie_name.data, scf->cookie_name.len))
        && login_str_eq(login_str(own->cookie_domain.data,
                                  own->cookie_domain.len),
                        login_str(scf->cookie_domain.data,
                                  scf->cookie_domain.len)))
    {
        return NGX_OK;
    }

    ngx_http_login_server_error(cf, cscf,
                  "\"login_cookie\" differs in name or domain from that of "
                  "the portal \"%V\", set the same in both servers",
                  &scf->portal->url);
    return NGX_ERROR;
}


static ngx_int_t
ngx_http_login_list_hosts(ngx_conf_t *cf, ngx_http_login_srv_conf_t *scf)
{
    u_char       *p;
    ngx_str_t    *hosts;
    ngx_uint_t    i, n;
    login_str_t  *list;

    n = scf->return_hosts ? scf->return_hosts->nelts : 2;

    list = ngx_pcalloc(cf->pool, (n + 1) * sizeof(login_str_t));
    if (list == NULL) {
        return NGX_ERROR;
    }

    scf->hosts = list;
    scf->nhosts = 1;

    list[0] = scf->portal->parsed.host;

    if (scf->return_hosts) {
        hosts = scf->return_hosts->elts;

        for (i = 0; i < n; i++) {
            list[scf->nhosts++] = login_str(hosts[i].data, hosts[i].len);
        }

        return NGX_OK;
    }

    if (scf->cookie_domain.len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(cf->pool, scf->cookie_domain.len + 2);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(p, "*.%V", &scf->cookie_domain);

    list[1] = login_str(p, scf->cookie_domain.len + 2);
    list[2] = login_str(p + 2, scf->cookie_domain.len);
    scf->nhosts = 3;

    return NGX_OK;
}


/*
 * "form-action" names every host that a form may lead to, since Chromium
 * checks it again when the answer to a POST redirects.  The same hosts may
 * have a refusal in a frame.
 */

static ngx_int_t
ngx_http_login_write_csp(ngx_conf_t *cf, ngx_http_login_srv_conf_t *scf)
{
    u_char                      *p;
    size_t                       len;
    ngx_str_t                    origins, own, origin;
    ngx_uint_t                   i, j, n;
    ngx_str_t                   *csp[] = { &scf->csp, &scf->frame_csp };
    ngx_http_login_region_t     *region;
    ngx_http_login_main_conf_t  *mcf;

    if (ngx_http_login_list_origins(cf, scf, &origins) != NGX_OK) {
        return NGX_ERROR;
    }

    own.data = (u_char *) scf->portal->parsed.origin.data;
    own.len = scf->portal->parsed.origin.len;

    len = sizeof("default-src 'none'; style-src 'self' ; img-src 'self' ; "
                 "script-src 'self' ; "
                 "base-uri 'none'; object-src 'none'; "
                 "frame-ancestors 'none'; form-action 'self' ")
          + 3 * own.len + 2 * origins.len;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_login_module);

    region = mcf->regions ? mcf->regions->elts : NULL;
    n = mcf->regions ? mcf->regions->nelts : 0;

    for (j = 0; j < n; j++) {
        len += 1 + region[j].parsed.origin.len;
    }

    for (i = 0; i < 2; i++) {
        p = ngx_pnalloc(cf->pool, len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        csp[i]->data = p;

        p = ngx_sprintf(p, "default-src 'none'; style-src 'self' %V; "
                           "img-src 'self' %V; script-src 'self' %V; "
                           "base-uri 'none'; "
                           "object-src 'none'; form-action 'self' %V",
                        &own, &own, &own, &origins);

        for (j = 0; j < n; j++) {
            origin.data = (u_char *) region[j].parsed.origin.data;
            origin.len = region[j].parsed.origin.len;

            p = ngx_sprintf(p, " %V", &origin);
        }

        scf->forms = p - csp[i]->data;

        p = ngx_sprintf(p, "; frame-ancestors ");

        if (csp[i] == &scf->frame_csp) {
            p = ngx_sprintf(p, "'self' %V", &origins);

        } else {
            p = ngx_sprintf(p, "'none'");
        }

        csp[i]->len = p - csp[i]->data;
    }

    return NGX_OK;
}


/* The portal's origin, and those to which it may send people. */

static ngx_int_t
ngx_http_login_list_origins(ngx_conf_t *cf, ngx_http_login_srv_conf_t *scf,
    ngx_str_t *origins)
{
    u_char       *p;
    size_t        len;
    ngx_str_t     host;
    ngx_uint_t    i;
    login_url_t  *url;

    url = &scf->portal->parsed;
    len = url->origin.len;

    for (i = 0; i < scf->nhosts; i++) {
        len += 2 * (sizeof(" https://:65535") + scf->hosts[i].len);
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    origins->data = p;

    p = ngx_cpymem(p, url->origin.data, url->origin.len);

    for (i = 0; i < scf->nhosts; i++) {
        host.data = (u_char *) scf->hosts[i].data;
        host.len = scf->hosts[i].len;

        p = ngx_sprintf(p, " http%s://%V", url->https ? "s" : "", &host);

        if (url->port != (url->https ? 443 : 80)) {
            p = ngx_sprintf(p, " http%s://%V:%ui", url->https ? "s" : "",
                            &host, (ngx_uint_t) url->port);
        }
    }

    origins->len = p - origins->data;

    return NGX_OK;
}
