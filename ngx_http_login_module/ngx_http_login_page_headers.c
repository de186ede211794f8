
/* The headers that every page has. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_csp(ngx_http_request_t *r, ngx_uint_t framed,
    ngx_str_t *csp);


ngx_int_t
ngx_http_login_security_headers(ngx_http_request_t *r)
{
    ngx_str_t                         *value, csp;
    ngx_uint_t                         i, framed;
    ngx_http_login_ctx_t              *ctx;

    /* "no-referrer" would make browsers send "Origin: null" with forms */

    static struct {
        const char  *name;
        ngx_str_t    value;
    } headers[] = {
        { "Referrer-Policy", ngx_string("same-origin") },
        { "X-Content-Type-Options", ngx_string("nosniff") },
        { "Cross-Origin-Opener-Policy", ngx_string("same-origin") },
        { "X-Frame-Options", ngx_string("DENY") }
    };

    const ngx_uint_t  nheaders = sizeof(headers) / sizeof(headers[0]);

    static ngx_str_t  no_store = ngx_string("no-store");
    static ngx_str_t  immutable =
        ngx_string("public, max-age=31536000, immutable");

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    framed = (ctx && ctx->framed);
    value = (ctx && ctx->cacheable) ? &immutable : &no_store;

    if (ngx_http_login_csp(r, framed, &csp) != NGX_OK
        || ngx_http_login_push_header(r, "Cache-Control", value) == NULL
        || ngx_http_login_push_header(r, "Content-Security-Policy", &csp)
           == NULL)
    {
        return NGX_ERROR;
    }

    /* the last one knows no list of hosts */

    for (i = 0; i < nheaders - framed; i++) {
        if (ngx_http_login_push_header(r, headers[i].name, &headers[i].value)
            == NULL)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * Somebody's forms may lead to the providers of their own organisation: who
 * else's customers are here is nobody's business.
 */

static ngx_int_t
ngx_http_login_csp(ngx_http_request_t *r, ngx_uint_t framed, ngx_str_t *csp)
{
    u_char                      *p;
    size_t                       forms;
    ngx_str_t                    rest;
    const ngx_str_t             *origins;
    ngx_http_login_visitor_t    *visitor;
    ngx_http_login_srv_conf_t   *scf;
    const ngx_http_login_org_t  *org;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    *csp = framed ? scf->frame_csp : scf->csp;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    org = (visitor->turn && visitor->answer == NGX_OK)
          ? visitor->identity.rules : NULL;

    if (org == NULL || org->nproviders == 0) {
        return NGX_OK;
    }

    origins = &org->origins;
    forms = scf->forms;

    p = ngx_pnalloc(r->pool, csp->len + origins->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    rest.data = csp->data + forms;
    rest.len = csp->len - forms;

    csp->data = ngx_cpymem(p, csp->data, forms);
    csp->data = ngx_cpymem(csp->data, origins->data, origins->len);
    csp->data = ngx_cpymem(csp->data, rest.data, rest.len);

    csp->len = csp->data - p;
    csp->data = p;

    return NGX_OK;
}
