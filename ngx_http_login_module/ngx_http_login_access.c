
/*
 * The gate.  The check runs ahead of the rewrite module, where "return" and
 * "rewrite" cannot answer before it and subrequests do not get around it,
 * and again in the access phase, where "satisfy" is honoured.  One function
 * grants; every other way out of it refuses.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_owe(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_settle(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_check_origin(ngx_http_request_t *r);


ngx_int_t
ngx_http_login_rewrite_handler(ngx_http_request_t *r)
{
    ngx_int_t                         rc;
    ngx_http_core_loc_conf_t         *clcf;
    const ngx_http_login_loc_conf_t  *lcf;

    /* what failed before the first phase comes here by "error_page" */

    if (ngx_http_login_visitor(r) == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    if (lcf->forward) {
        rc = ngx_http_login_forward_check(r);

        return (rc == NGX_OK) ? NGX_DECLINED : rc;
    }

    if (lcf->gate == NGX_HTTP_LOGIN_OFF) {
        return NGX_DECLINED;
    }

    if (ngx_http_login_strip_identity(r) != NGX_OK
        || ngx_http_login_add_mark(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (lcf->gate == NGX_HTTP_LOGIN_OPTIONAL) {
        return NGX_DECLINED;
    }

    /*
     * with "satisfy any" another module may grant what this one refuses,
     * but nobody evaluates "allow" and "deny" for subrequests
     */

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->satisfy == NGX_HTTP_SATISFY_ANY && r == r->main) {
        return ngx_http_login_owe(r);
    }

    rc = ngx_http_login_verdict(r);

    return (rc == NGX_OK) ? NGX_DECLINED : rc;
}


ngx_int_t
ngx_http_login_access_handler(ngx_http_request_t *r)
{
    const ngx_http_login_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    if (lcf->gate != NGX_HTTP_LOGIN_ON) {
        return NGX_DECLINED;
    }

    if (ngx_http_login_settle(r) != NGX_OK) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    return ngx_http_login_verdict(r);
}


/* All access modules have agreed: what follows is no refusal of the gate. */

ngx_int_t
ngx_http_login_precontent_handler(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t             *ctx;
    ngx_http_login_visitor_t         *visitor;
    const ngx_http_login_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    if (lcf->gate != NGX_HTTP_LOGIN_ON || r != r->main) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_login_gate_ctx(r);
    visitor = ngx_http_login_visitor(r);

    /* the access handler did not run if another module granted before it */

    if (ctx == NULL || visitor == NULL || ngx_http_login_settle(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->refusal = 0;
    visitor->personal = 1;

    return NGX_DECLINED;
}


/*
 * With "satisfy any" the access phase decides, but "return", "rewrite" and
 * "error_page" may lead past it.  So a refusal is owed from here on, until
 * that phase is there to decide, and what is answered meanwhile is held back.
 */

static ngx_int_t
ngx_http_login_owe(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t      *ctx;
    ngx_http_login_visitor_t  *visitor;

    if (ngx_http_login_verdict(r) == NGX_OK) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    visitor = ngx_http_login_visitor(r);

    if (ctx == NULL || visitor == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    /* not in the context: an internal redirect would wipe it */

    visitor->owed = ngx_palloc(r->pool, sizeof(ngx_http_login_ctx_t));
    if (visitor->owed == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    *visitor->owed = *ctx;

    ctx->refusal = 0;
    ctx->need = NGX_HTTP_LOGIN_NEED_NONE;

    return NGX_DECLINED;
}


/* One location's "any" may stand for another's; "all" has asked for more. */

static ngx_int_t
ngx_http_login_settle(ngx_http_request_t *r)
{
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_login_visitor_t  *visitor;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->satisfy != NGX_HTTP_SATISFY_ANY) {
        return NGX_OK;
    }

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    visitor->owed = NULL;
    visitor->refused = 0;

    return NGX_OK;
}


/* NGX_OK grants; else the status of the refusal, remembered in the context. */

ngx_int_t
ngx_http_login_verdict(ngx_http_request_t *r)
{
    ngx_int_t                         rc;
    ngx_uint_t                        need;
    ngx_http_login_ctx_t             *ctx;
    ngx_http_login_visitor_t         *visitor;
    const ngx_http_login_loc_conf_t  *lcf;
    const ngx_http_login_identity_t  *identity;

    ctx = ngx_http_login_gate_ctx(r);
    visitor = ngx_http_login_visitor(r);

    if (ctx == NULL || visitor == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    ctx->need = NGX_HTTP_LOGIN_NEED_NONE;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    rc = ngx_http_login_identify(r, &identity);

    if (rc == NGX_OK) {
        need = NGX_HTTP_LOGIN_NEED_NONE;
        rc = ngx_http_login_require_check(lcf->require, identity, &need);

        if (rc == NGX_OK) {
            rc = ngx_http_login_check_origin(r);
        }

        if (rc == NGX_OK) {
            visitor->personal = 1;
            return NGX_OK;
        }

        ctx->need = need;
        ctx->refusal = (rc == NGX_AGAIN) ? NGX_HTTP_UNAUTHORIZED
                                         : NGX_HTTP_FORBIDDEN;

    } else if (rc == NGX_DECLINED) {
        ctx->refusal = NGX_HTTP_UNAUTHORIZED;

    } else {
        ctx->refusal = NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (ctx->refusal != NGX_HTTP_UNAUTHORIZED) {
        ngx_http_login_refused(r, ctx->refusal == NGX_HTTP_FORBIDDEN
                                  ? LOGIN_LOG_GATE_DENIED
                                  : LOGIN_LOG_GATE_FAULT);
    }

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "login gate refuses: %i", ctx->refusal);

    return ctx->refusal;
}


/*
 * A browser sends cookies along with a WebSocket that a page of any site
 * opens (RFC 6455, 10.2), so its Origin must be a host of ours.
 */

static ngx_int_t
ngx_http_login_check_origin(ngx_http_request_t *r)
{
    ngx_str_t                        *origin;
    ngx_uint_t                        n;
    login_url_t                       url;
    login_str_t                       host;
    const login_asked_t              *asked;
    const ngx_http_login_srv_conf_t  *scf;

    if (!ngx_http_login_handshake(r)) {
        return NGX_OK;
    }

    origin = ngx_http_login_get_header(r, "Origin", &n);

    if (n == 0) {
        return NGX_OK;
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (n == 1
        && login_url_parse(&url, login_str(origin->data, origin->len))
           == LOGIN_OK
        && url.path.len == 0)
    {
        asked = ngx_http_login_asked(r);
        host = asked ? asked->host
                     : login_str(r->headers_in.server.data,
                                 r->headers_in.server.len);

        if (login_str_eq(url.host, host)
            || login_return_host(url.host, scf->hosts, scf->nhosts))
        {
            return NGX_OK;
        }
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "access forbidden, upgrade from another origin");

    ngx_http_login_refused(r, LOGIN_LOG_GATE_ORIGIN);

    return NGX_DECLINED;
}


ngx_http_login_ctx_t *
ngx_http_login_gate_ctx(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if (ctx == NULL) {
        ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_login_ctx_t));
        if (ctx == NULL) {
            return NULL;
        }

        ngx_http_set_ctx(r, ctx, ngx_http_login_module);
    }

    return ctx;
}
