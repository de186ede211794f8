
/*
 * Links that people get by mail.  The token at the end of one moves from the
 * address to a cookie; nothing is done with it before a form is posted, since
 * scanners of mail follow links as well.
 */

#include "ngx_http_login_module.h"


static void ngx_http_login_link_query(ngx_str_t *s);
static void ngx_http_login_link_blot(ngx_str_t *s, size_t keep);
static size_t ngx_http_login_link_keep(ngx_str_t *s, ngx_str_t *prefix,
    size_t len);


void
ngx_http_login_link_hide(ngx_http_request_t *r, size_t len,
    login_str_t *token)
{
    u_char                     *p;
    size_t                      keep;
    ngx_str_t                   line;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    p = ngx_pnalloc(r->pool, r->uri.len - len);
    if (p) {
        ngx_memcpy(p, r->uri.data + len, r->uri.len - len);
        *token = login_str(p, r->uri.len - len);
    }

    /* the line holds the address as it came, if not in the same memory */

    keep = ngx_http_login_link_keep(&r->unparsed_uri, &scf->own,
                                    len - scf->own.len);
    line = r->request_line;

    p = ngx_strnstr(line.data, (char *) "/", line.len);

    while (p && (size_t) (line.data + line.len - p) >= r->unparsed_uri.len) {

        if (ngx_memcmp(p, r->unparsed_uri.data, r->unparsed_uri.len) == 0) {
            line.data = p;
            line.len = r->unparsed_uri.len;
            ngx_http_login_link_blot(&line, keep);
            break;
        }

        p++;
    }

    ngx_http_login_link_blot(&r->unparsed_uri, keep);
    ngx_http_login_link_blot(&r->uri, len);
}


/* Not "args": what "rewrite" has set may be the configuration's own. */

void
ngx_http_login_link_hide_query(ngx_http_request_t *r)
{
    ngx_http_login_link_query(&r->unparsed_uri);
    ngx_http_login_link_query(&r->request_line);
}


static void
ngx_http_login_link_query(ngx_str_t *s)
{
    u_char     *p, *last, *end;
    ngx_str_t   query;

    last = s->data + s->len;
    p = ngx_strlchr(s->data, last, '?');

    if (p == NULL) {
        return;
    }

    end = ngx_strlchr(p, last, ' ');

    query.data = p;
    query.len = (end ? end : last) - p;

    ngx_http_login_link_blot(&query, 1);
}


/* Only where nothing in it is written in another way. */

static size_t
ngx_http_login_link_keep(ngx_str_t *s, ngx_str_t *prefix, size_t len)
{
    if (s->len > prefix->len + len
        && ngx_memcmp(s->data, prefix->data, prefix->len) == 0
        && s->data[prefix->len + len - 1] == '/')
    {
        return prefix->len + len;
    }

    return 1;
}


static void
ngx_http_login_link_blot(ngx_str_t *s, size_t keep)
{
    if (s->len > keep) {
        ngx_memset(s->data + keep, 'x', s->len - keep);
    }
}


ngx_int_t
ngx_http_login_link_follow(ngx_http_request_t *r, const char *page)
{
    u_char                      secret[LOGIN_SECRET_LEN];
    size_t                      len;
    ngx_int_t                   rc;
    ngx_str_t                   url;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    len = sizeof(secret);

    if (visitor->token.len != LOGIN_LINK_TOKEN_LEN
        || login_base64url_decode(secret, &len, visitor->token) != LOGIN_OK)
    {
        return ngx_http_login_link_invalid(r);
    }

    ngx_explicit_memzero(secret, sizeof(secret));

    if (ngx_http_login_set_link(r, visitor->token) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    url.len = scf->portal->url.len + ngx_strlen(page);

    url.data = ngx_pnalloc(r->pool, url.len);
    if (url.data == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    (void) ngx_sprintf(url.data, "%V%s", &scf->portal->url, page);

    rc = ngx_http_login_see_other(r, &url);

    return rc;
}


ngx_int_t
ngx_http_login_link_invalid(ngx_http_request_t *r)
{
    ngx_http_login_page_t     *page;
    ngx_http_login_visitor_t  *visitor;

    ngx_http_login_event(r, LOGIN_LOG_LINK_REFUSED, NULL);

    page = ngx_http_login_page(r, LOGIN_PAGE_INVALID_LINK,
                               NGX_HTTP_LOGIN_GONE, LOGIN_REASON_LINK);

    visitor = ngx_http_login_visitor(r);

    if (page == NULL || visitor == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* what is wrong with an address says nothing of the cookie's link */

    if (visitor->link.len
        && visitor->token.len == 0
        && ngx_http_login_set_link(r, login_str("", 0)) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_login_page_send(r, page);
}


/* Who is in already goes on.  NGX_DECLINED: nobody is. */

ngx_int_t
ngx_http_login_link_inside(ngx_http_request_t *r)
{
    ngx_int_t                         rc;
    ngx_str_t                         url;
    const ngx_http_login_identity_t  *identity;

    rc = ngx_http_login_identify(r, &identity);

    if (rc == NGX_DECLINED) {
        return NGX_DECLINED;
    }

    if (rc != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (ngx_http_login_set_link(r, login_str("", 0)) != NGX_OK
        || ngx_http_login_return_url(r, login_str("", 0), "apps", &url)
           != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}
