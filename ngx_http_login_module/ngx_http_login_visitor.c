
/*
 * What a request brings along.  Our cookies are read once and cut out of it
 * before any handler sees them.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_COOKIE_LINES  128


static void ngx_http_login_visitor_cleanup(void *data);
static ngx_int_t ngx_http_login_read_cookies(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor);
static ngx_int_t ngx_http_login_take_flows(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, const login_str_t *lines, size_t n);
static ngx_int_t ngx_http_login_take_cookie(ngx_http_request_t *r,
    login_str_t *value, const login_str_t *lines, size_t n, login_str_t name,
    size_t max);
static ngx_int_t ngx_http_login_cut_cookies(ngx_http_request_t *r);
static ngx_uint_t ngx_http_login_is_cookie(ngx_table_elt_t *h);


ngx_int_t
ngx_http_login_post_read_handler(ngx_http_request_t *r)
{
    /* ahead of all that may refuse it, and tell of it in a log */

    if (ngx_http_login_portal_hide(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DECLINED;
}


ngx_http_login_visitor_t *
ngx_http_login_visitor(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t          *cln;
    ngx_http_login_visitor_t    *visitor;
    ngx_http_login_main_conf_t  *mcf;

    r = r->main;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_login_visitor_cleanup) {
            return cln->data;
        }
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_login_visitor_t));
    if (cln == NULL) {
        return NULL;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    visitor = cln->data;
    ngx_memzero(visitor, sizeof(ngx_http_login_visitor_t));

    if ((ngx_http_login_cookies(r) || mcf->caches)
        && ngx_http_login_read_cookies(r, visitor) != NGX_OK)
    {
        return NULL;
    }

    cln->handler = ngx_http_login_visitor_cleanup;

    return visitor;
}


/* Also what the visitor is found by. */

static void
ngx_http_login_visitor_cleanup(void *data)
{
    ngx_explicit_memzero(data, sizeof(ngx_http_login_visitor_t));
}


static ngx_int_t
ngx_http_login_read_cookies(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor)
{
    size_t                       n;
    ngx_uint_t                   i;
    login_str_t                 lines[NGX_HTTP_LOGIN_COOKIE_LINES];
    ngx_list_part_t             *part;
    ngx_table_elt_t             *h;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    const size_t  token = login_token_len(LOGIN_TOKEN_MAX);

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (scf->portal == NULL) {
        return ngx_http_login_cut_cookies(r);
    }

    n = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (!ngx_http_login_is_cookie(&h[i])) {
                continue;
            }

            if (n == NGX_HTTP_LOGIN_COOKIE_LINES) {
                ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                              "client sent too many \"Cookie\" headers");
                return ngx_http_login_cut_cookies(r);
            }

            lines[n++] = login_str(h[i].value.data, h[i].value.len);
        }
    }

    if (ngx_http_login_take_cookie(r, &visitor->session, lines, n,
                                   scf->session_cookie, token)
        != NGX_OK
        || ngx_http_login_take_cookie(r, &visitor->browser, lines, n,
                                      scf->browser_cookie, token)
           != NGX_OK
        || ngx_http_login_take_cookie(r, &visitor->link, lines, n,
                                      scf->link_cookie, token)
           != NGX_OK
        || ngx_http_login_take_cookie(r, &visitor->language, lines, n,
                                      scf->language_cookie,
                                      LOGIN_LANGUAGE_MAX)
           != NGX_OK
        || (mcf->orgs->nelts > 1
            && ngx_http_login_take_cookie(r, &visitor->org, lines, n,
                                          scf->org_cookie, token)
               != NGX_OK)
        || ngx_http_login_take_flows(r, visitor, lines, n) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_cut_cookies(r);
}


/* Nothing but the portal's own pages wants them. */

static ngx_int_t
ngx_http_login_take_flows(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, const login_str_t *lines, size_t n)
{
    ngx_uint_t                  i;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (scf->own.len == 0
        || r->uri.len < scf->own.len
        || ngx_memcmp(r->uri.data, scf->own.data, scf->own.len) != 0)
    {
        return NGX_OK;
    }

    if (ngx_http_login_take_cookie(r, &visitor->trust, lines, n,
                                   scf->trust_cookie,
                                   LOGIN_TRUST_TOKEN_LEN)
        != NGX_OK
        || ngx_http_login_take_cookie(r, &visitor->last, lines, n,
                                      scf->last_cookie,
                                      login_token_len(LOGIN_LAST_LEN))
           != NGX_OK
        || ngx_http_login_take_cookie(r, &visitor->hint, lines, n,
                                      scf->hint_cookie, LOGIN_HINT_TEXT)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < LOGIN_FLOWS_MAX; i++) {
        if (ngx_http_login_take_cookie(r, &visitor->flows[i], lines, n,
                                       scf->flow_cookies[i],
                                       LOGIN_FLOW_TEXT)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < NGX_HTTP_LOGIN_STATES; i++) {
        if (ngx_http_login_take_cookie(r, &visitor->states[i], lines, n,
                                       scf->state_cookies[i],
                                       LOGIN_SSO_TEXT_MAX)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_take_cookie(ngx_http_request_t *r, login_str_t *value,
    const login_str_t *lines, size_t n, login_str_t name, size_t max)
{
    u_char       *p;
    login_str_t   found;

    if (login_cookie_find(&found, lines, n, name) != LOGIN_OK
        || found.len > max)
    {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, found.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, found.data, found.len);
    *value = login_str(p, found.len);

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_cut_cookies(ngx_http_request_t *r)
{
    size_t                       len;
    ngx_uint_t                   i;
    ngx_list_part_t             *part;
    ngx_table_elt_t             *h;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    part = &r->headers_in.headers.part;
    i = 0;

    while (part) {
        h = part->elts;

        if (i >= part->nelts) {
            part = part->next;
            i = 0;
            continue;
        }

        if (mcf->caches && ngx_http_login_is_mark(&h[i])) {

            if (ngx_http_login_remove_header(&r->headers_in.headers, part, i,
                                             r->pool)
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            continue;
        }

        if (!ngx_http_login_is_cookie(&h[i])) {
            i++;
            continue;
        }

        len = login_cookie_cut(h[i].value.data,
                               login_str(h[i].value.data, h[i].value.len),
                               mcf->cookies.elts, mcf->cookies.nelts);

        if (len != 0 || h[i].value.len == 0) {

            if (len < h[i].value.len) {
                ngx_memzero(h[i].value.data + len, h[i].value.len - len);
            }

            h[i].value.len = len;
            i++;
            continue;
        }

        ngx_memzero(h[i].value.data, h[i].value.len);

        ngx_http_login_forget_cookie(r, &h[i]);

        if (ngx_http_login_remove_header(&r->headers_in.headers, part, i,
                                         r->pool)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_login_is_cookie(ngx_table_elt_t *h)
{
    return h->key.len == sizeof("Cookie") - 1
           && ngx_strncasecmp(h->key.data, (u_char *) "Cookie",
                              sizeof("Cookie") - 1)
              == 0;
}
