
/* Which portal each server has, and the URL of each portal. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_own_portal(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_http_core_srv_conf_t *cscf,
    ngx_http_login_srv_conf_t *scf);
static ngx_int_t ngx_http_login_derive_url(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_http_login_srv_conf_t *scf,
    ngx_str_t *url);
static ngx_uint_t ngx_http_login_derive_port(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_uint_t *https);
static ngx_str_t *ngx_http_login_exact_name(ngx_http_core_srv_conf_t *cscf);
static ngx_http_login_portal_t *ngx_http_login_add_portal(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_str_t *url,
    ngx_http_core_srv_conf_t *cscf);
static ngx_int_t ngx_http_login_find_portal(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_http_core_srv_conf_t *cscf,
    ngx_http_login_srv_conf_t *scf);


ngx_int_t
ngx_http_login_resolve(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t                   i;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        scf = cscfp[i]->ctx->srv_conf[ngx_http_login_module.ctx_index];

        if (scf->own.len != 0
            && ngx_http_login_own_portal(cf, mcf, cscfp[i], scf) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < cmcf->servers.nelts; i++) {
        scf = cscfp[i]->ctx->srv_conf[ngx_http_login_module.ctx_index];

        if (scf->portal == NULL
            && ngx_http_login_find_portal(cf, mcf, cscfp[i], scf) != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (scf->portal == NULL) {
            continue;
        }

        if (scf->gates != 0 || scf->forwards != 0 || scf->own.len != 0) {
            mcf->used = 1;
        }

        if (ngx_http_login_reach(cf, cscfp[i], scf) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_own_portal(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_http_core_srv_conf_t *cscf, ngx_http_login_srv_conf_t *scf)
{
    ngx_str_t                  url;
    ngx_uint_t                 i;
    ngx_http_login_portal_t   *portal, **portals;

    url = scf->portal_url;

    if (url.len == 0
        && ngx_http_login_derive_url(cf, cscf, scf, &url) != NGX_OK)
    {
        return NGX_ERROR;
    }

    portal = ngx_http_login_add_portal(cf, mcf, &url, cscf);
    if (portal == NULL) {
        return NGX_ERROR;
    }

    if (portal->parsed.path.len != scf->own.len
        || ngx_memcmp(portal->parsed.path.data, scf->own.data, scf->own.len)
           != 0)
    {
        ngx_http_login_server_error(cf, cscf,
                      "the path of \"login_portal_url\" \"%V\" must be the "
                      "portal's location, \"%V\"", &url, &scf->own);
        return NGX_ERROR;
    }

    portals = mcf->portals.elts;

    for (i = 0; i + 1 < mcf->portals.nelts; i++) {
        if (portals[i]->url.len == url.len
            && ngx_memcmp(portals[i]->url.data, url.data, url.len) == 0)
        {
            ngx_http_login_server_error(cf, cscf,
                      "two servers have the portal \"%V\", set "
                      "\"login_portal_url\" in one of them", &url);
            return NGX_ERROR;
        }
    }

    portal->server = cscf;
    scf->portal = portal;

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_derive_url(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_http_login_srv_conf_t *scf, ngx_str_t *url)
{
    u_char      *p;
    ngx_str_t   *name;
    ngx_uint_t   port, https;

    name = ngx_http_login_exact_name(cscf);
    port = ngx_http_login_derive_port(cf, cscf, &https);

    if (name == NULL || port == 0) {
        ngx_http_login_server_error(cf, cscf,
                      "the URL of the portal in location \"%V\" cannot be "
                      "derived, set \"login_portal_url\", or an exact "
                      "\"server_name\" and a port to listen on", &scf->own);
        return NGX_ERROR;
    }

    p = ngx_pnalloc(cf->pool, sizeof("https://:65535") + name->len
                              + scf->own.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;

    p = ngx_sprintf(p, "http%s://%V", https ? "s" : "", name);

    if (port != (https ? 443 : 80)) {
        p = ngx_sprintf(p, ":%ui", port);
    }

    p = ngx_cpymem(p, scf->own.data, scf->own.len);

    url->len = p - url->data;

    return NGX_OK;
}


/* https if any address has TLS; among those the scheme's own port first. */

static ngx_uint_t
ngx_http_login_derive_port(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_uint_t *https)
{
    ngx_uint_t                   i, j, k, port[2];
    ngx_http_conf_port_t        *ports;
    ngx_http_conf_addr_t        *addrs;
    ngx_http_core_srv_conf_t   **servers;
    ngx_http_core_main_conf_t   *cmcf;

    static const ngx_uint_t  own[2] = { 80, 443 };

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    port[0] = 0;
    port[1] = 0;

    ports = cmcf->ports->elts;

    for (i = 0; i < cmcf->ports->nelts; i++) {
        addrs = ports[i].addrs.elts;

        for (j = 0; j < ports[i].addrs.nelts; j++) {
            servers = addrs[j].servers.elts;

            for (k = 0; k < addrs[j].servers.nelts; k++) {
                if (servers[k] == cscf
                    && (port[addrs[j].opt.ssl] == 0
                        || ports[i].port == own[addrs[j].opt.ssl]))
                {
                    port[addrs[j].opt.ssl] = ports[i].port;
                }
            }
        }
    }

    *https = (port[1] != 0);

    return port[*https];
}


static ngx_str_t *
ngx_http_login_exact_name(ngx_http_core_srv_conf_t *cscf)
{
    u_char                  *p, *last;
    ngx_uint_t               i;
    ngx_http_server_name_t  *name;

    name = cscf->server_names.elts;

    for (i = 0; i < cscf->server_names.nelts; i++) {

#if (NGX_PCRE)
        if (name[i].regex) {
            continue;
        }
#endif

        p = name[i].name.data;
        last = p + name[i].name.len;

        if (p == last || *p == '.' || *p == '-' || *(last - 1) == '*') {
            continue;
        }

        while (p < last
               && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')
                   || *p == '-' || *p == '.'))
        {
            p++;
        }

        if (p == last) {
            return &name[i].name;
        }
    }

    return NULL;
}


static ngx_http_login_portal_t *
ngx_http_login_add_portal(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_str_t *url, ngx_http_core_srv_conf_t *cscf)
{
    ngx_http_login_portal_t   *portal, **p;

    portal = ngx_pcalloc(cf->pool, sizeof(ngx_http_login_portal_t));
    if (portal == NULL) {
        return NULL;
    }

    portal->url = *url;

    if (ngx_http_login_parse_portal(url, &portal->parsed) != NGX_OK) {
        ngx_http_login_server_error(cf, cscf,
                      "invalid URL \"%V\" of the portal, \"login_portal_url\" "
                      "must be like \"https://example.com/login/\"", url);
        return NULL;
    }

    p = ngx_array_push(&mcf->portals);
    if (p == NULL) {
        return NULL;
    }

    *p = portal;

    return portal;
}


ngx_int_t
ngx_http_login_parse_portal(const ngx_str_t *url, login_url_t *parsed)
{
    u_char  *path;

    if (login_url_parse(parsed, ngx_http_login_str(url)) != LOGIN_OK
        || parsed->path.len == 0
        || parsed->path.data[parsed->path.len - 1] != '/')
    {
        return NGX_DECLINED;
    }

    path = (u_char *) parsed->path.data;

    if (ngx_strlchr(path, path + parsed->path.len, '?')
        || ngx_strlchr(path, path + parsed->path.len, '#'))
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* The portal of a server that has none of its own. */

static ngx_int_t
ngx_http_login_find_portal(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_http_core_srv_conf_t *cscf, ngx_http_login_srv_conf_t *scf)
{
    ngx_uint_t                 i, n;
    ngx_http_login_portal_t  **portals;

    portals = mcf->portals.elts;

    if (scf->portal_url.len != 0) {

        for (i = 0; i < mcf->portals.nelts; i++) {
            if (portals[i]->url.len == scf->portal_url.len
                && ngx_memcmp(portals[i]->url.data, scf->portal_url.data,
                              scf->portal_url.len)
                   == 0)
            {
                scf->portal = portals[i];
                return NGX_OK;
            }
        }

        scf->portal = ngx_http_login_add_portal(cf, mcf, &scf->portal_url,
                                                cscf);
        return scf->portal ? NGX_OK : NGX_ERROR;
    }

    /* those of this configuration stand first, others may follow */

    for (n = 0; n < mcf->portals.nelts && portals[n]->server; n++) {
        /* void */
    }

    if (n == 1) {
        scf->portal = portals[0];
        return NGX_OK;
    }

    if (scf->gates == 0 && scf->forwards == 0) {
        return NGX_OK;
    }

    ngx_http_login_server_error(cf, cscf,
                  "%s, but %s, set \"login_portal_url\"",
                  scf->gates ? "\"login\" is on"
                             : "there is \"login_forward_auth\"",
                  n ? "there are several portals"
                    : "no location has \"login_portal\"");
    return NGX_ERROR;
}
