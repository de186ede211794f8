
/* The headers that every page has. */

#include "ngx_http_login_module.h"


ngx_int_t
ngx_http_login_security_headers(ngx_http_request_t *r)
{
    ngx_str_t                         *value, *csp;
    ngx_uint_t                         i, framed;
    ngx_http_login_ctx_t              *ctx;
    ngx_http_login_srv_conf_t         *scf;

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
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    framed = (ctx && ctx->framed);
    csp = framed ? &scf->frame_csp : &scf->csp;
    value = (ctx && ctx->cacheable) ? &immutable : &no_store;

    if (ngx_http_login_push_header(r, "Cache-Control", value) == NULL
        || ngx_http_login_push_header(r, "Content-Security-Policy", csp)
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
