
/*
 * Return addresses.  Where people are sent is always written from the
 * configuration; what the request says only chooses among what it allows.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_concat(ngx_http_request_t *r, ngx_str_t *dst,
    login_str_t a, login_str_t b);
static ngx_int_t ngx_http_login_return_value(ngx_http_request_t *r,
    login_str_t target, ngx_str_t *value);
static ngx_int_t ngx_http_login_return_absolute(ngx_http_request_t *r,
    login_str_t path, login_str_t *url);
static ngx_int_t ngx_http_login_signin_write(ngx_http_request_t *r,
    const char *more, ngx_str_t *value, ngx_str_t *url);
static ngx_int_t ngx_http_login_return_port(ngx_http_request_t *r,
    ngx_uint_t https, ngx_uint_t *port);


ngx_uint_t
ngx_http_login_return_allowed(ngx_http_request_t *r, login_str_t target)
{
    unsigned                          path;
    const ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    return login_return_check(target, &scf->portal->parsed, scf->hosts,
                              scf->nhosts, &path)
           == LOGIN_OK;
}


ngx_int_t
ngx_http_login_return_url(ngx_http_request_t *r, login_str_t target,
    const char *otherwise, ngx_str_t *url)
{
    unsigned                          path;
    const ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (login_return_check(target, &scf->portal->parsed, scf->hosts,
                           scf->nhosts, &path)
        != LOGIN_OK)
    {
        return ngx_http_login_concat(r, url,
                                     login_str(scf->portal->url.data,
                                               scf->portal->url.len),
                                     login_cstr(otherwise));
    }

    return ngx_http_login_concat(r, url,
                                 path ? scf->portal->parsed.origin
                                      : login_str("", 0),
                                 target);
}


static ngx_int_t
ngx_http_login_concat(ngx_http_request_t *r, ngx_str_t *dst, login_str_t a,
    login_str_t b)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, a.len + b.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    dst->data = p;
    dst->len = a.len + b.len;

    p = ngx_cpymem(p, a.data, a.len);
    ngx_memcpy(p, b.data, b.len);

    return NGX_OK;
}


ngx_int_t
ngx_http_login_return_here(ngx_http_request_t *r, ngx_str_t *value)
{
    ngx_uint_t                  own;
    login_str_t                 path, url, target;
    const login_asked_t        *asked;
    ngx_http_core_srv_conf_t   *cscf;
    ngx_http_login_srv_conf_t  *scf;

    r = r->main;
    asked = ngx_http_login_asked(r);

    if (asked) {
        return ngx_http_login_return_value(r, asked->url, value);
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    ngx_str_null(value);

    if (ngx_http_login_return_path(r, &path) != NGX_OK) {
        return NGX_ERROR;
    }

    own = (scf->portal->server == cscf);
    target = own ? path : login_str("", 0);

    if (!own
        || !login_str_eq(scf->portal->parsed.host,
                         login_str(r->headers_in.server.data,
                                   r->headers_in.server.len)))
    {
        if (ngx_http_login_return_absolute(r, path, &url) != NGX_OK) {
            return NGX_ERROR;
        }

        if (ngx_http_login_return_allowed(r, url)) {
            target = url;
        }
    }

    return ngx_http_login_return_value(r, target, value);
}


/* Percent-encoded for the query of the portal; empty if not allowed. */

static ngx_int_t
ngx_http_login_return_value(ngx_http_request_t *r, login_str_t target,
    ngx_str_t *value)
{
    ngx_str_null(value);

    if (!ngx_http_login_return_allowed(r, target)) {
        return NGX_OK;
    }

    value->data = ngx_pnalloc(r->pool, 3 * target.len);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    value->len = login_percent_encode(value->data, target);

    return NGX_OK;
}


/* As it was asked for, but for bytes that no URL has. */

ngx_int_t
ngx_http_login_return_path(ngx_http_request_t *r, login_str_t *path)
{
    u_char     *dst;
    ngx_str_t  *uri;

    uri = &r->unparsed_uri;
    *path = login_str("", 0);

    if (uri->len == 0 || uri->len > LOGIN_RETURN_MAX || uri->data[0] != '/') {
        return NGX_OK;
    }

    dst = ngx_pnalloc(r->pool, 3 * uri->len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    *path = login_str(dst, login_url_quote(dst, login_str(uri->data,
                                                          uri->len)));

    return NGX_OK;
}


/*
 * Behind a proxy that ends TLS, the connection knows nothing of https, but
 * the session's cookie goes nowhere else.
 */

static ngx_int_t
ngx_http_login_return_absolute(ngx_http_request_t *r, login_str_t path,
    login_str_t *url)
{
    u_char                     *p;
    ngx_str_t                   s;
    ngx_uint_t                  https, port;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    https = scf->portal->parsed.https;

#if (NGX_HTTP_SSL)
    https = https || r->connection->ssl;
#endif

    *url = login_str("", 0);

    if (path.len == 0 || r->headers_in.server.len == 0
        || ngx_http_login_return_port(r, https, &port) != NGX_OK)
    {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, sizeof("https://:65535")
                             + r->headers_in.server.len + path.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    s.data = p;

    p = ngx_sprintf(p, "http%s://%V", https ? "s" : "",
                    &r->headers_in.server);

    if (port != 0) {
        p = ngx_sprintf(p, ":%ui", port);
    }

    p = ngx_cpymem(p, path.data, path.len);

    *url = login_str(s.data, p - s.data);

    return NGX_OK;
}


/*
 * The port to name, 0 for none.  The local one counts only where it is the
 * portal's: elsewhere a proxy or a container may have another outside.
 */

static ngx_int_t
ngx_http_login_return_port(ngx_http_request_t *r, ngx_uint_t https,
    ngx_uint_t *port)
{
    ngx_uint_t                        local;
    const ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    *port = 0;

    if (scf->portal->parsed.port == (scf->portal->parsed.https ? 443 : 80)) {
        return NGX_OK;
    }

    local = ngx_inet_get_port(r->connection->local_sockaddr);

    if (local == scf->portal->parsed.port) {
        *port = local;
        return NGX_OK;
    }

    return (local == (https ? 443 : 80)) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_login_signin_url(ngx_http_request_t *r, const char *more,
    ngx_str_t *url)
{
    ngx_str_t  value;

    ngx_str_null(&value);

    if (more && ngx_http_login_return_here(r, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_login_signin_write(r, more ? more : "", &value, url);
}


ngx_int_t
ngx_http_login_signin_top(ngx_http_request_t *r, ngx_str_t *url)
{
    ngx_str_t    value, *referer;
    ngx_uint_t   n;

    /* says only which one of the allowed pages it is */

    referer = ngx_http_login_get_header(r, "Referer", &n);

    ngx_str_null(&value);

    if (n == 1
        && ngx_http_login_return_value(r, login_str(referer->data,
                                                    referer->len), &value)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (value.len == 0 && ngx_http_login_return_here(r, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_login_signin_write(r, "", &value, url);
}


static ngx_int_t
ngx_http_login_signin_write(ngx_http_request_t *r, const char *more,
    ngx_str_t *value, ngx_str_t *url)
{
    u_char                     *p;
    const char                 *need;
    ngx_http_login_ctx_t       *ctx;
    ngx_http_login_srv_conf_t  *scf;

    static const char *const  needs[] = {
        [NGX_HTTP_LOGIN_NEED_NONE] = "",
        [NGX_HTTP_LOGIN_NEED_LOGIN] = "need=login&",
        [NGX_HTTP_LOGIN_NEED_MFA] = "need=mfa&"
    };

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    need = needs[ctx ? ctx->need : NGX_HTTP_LOGIN_NEED_NONE];

    p = ngx_pnalloc(r->pool, scf->portal->url.len
                             + sizeof("?need=login&return_to=")
                             + ngx_strlen(more) + value->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;

    p = ngx_cpymem(p, scf->portal->url.data, scf->portal->url.len);
    p = ngx_sprintf(p, "?%s%s", need, more);

    if (value->len != 0) {
        p = ngx_sprintf(p, "return_to=%V", value);

    } else {

        /* the "?" or "&" before what is not there */
        p--;
    }

    url->len = p - url->data;

    return NGX_OK;
}
