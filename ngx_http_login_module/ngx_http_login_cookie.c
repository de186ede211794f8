
/* Our Set-Cookie headers; of each name there is one in a response. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_COOKIE_MAX   4096
#define NGX_HTTP_LOGIN_BROWSER_AGE  34560000    /* what browsers allow */


typedef struct {
    login_str_t                  name;
    login_str_t                  value;
    ngx_str_t                    domain;
    const char                  *page;      /* it is for; NULL: for all */
    ngx_uint_t                   samesite;
    ngx_int_t                    age;       /* s; -1: as the browser's own */
} ngx_http_login_cookie_t;


static ngx_int_t ngx_http_login_send_cookie(ngx_http_request_t *r,
    const ngx_http_login_cookie_t *cookie);
static ngx_int_t ngx_http_login_put_cookie(ngx_http_request_t *r,
    login_str_t name, ngx_str_t *line);
static ngx_int_t ngx_http_login_cookie_issued(ngx_http_request_t *r);


ngx_int_t
ngx_http_login_set_session(ngx_http_request_t *r, login_str_t org,
    const login_ticket_t *ticket, unsigned shared)
{
    u_char                       token[login_token_len(LOGIN_TICKET_LEN)];
    ngx_int_t                    rc;
    ngx_http_login_cookie_t      cookie;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;
    const ngx_http_login_org_t  *rules;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL
        || login_ticket_sign(token, worker->crypto,
                             login_str(scf->portal->url.data,
                                       scf->portal->url.len),
                             ticket)
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    cookie.name = scf->session_cookie;
    cookie.value = login_str(token, sizeof(token));
    cookie.domain = scf->cookie_domain;
    cookie.page = NULL;
    cookie.samesite = scf->cookie_samesite;

    rules = ngx_http_login_org_find(mcf, org.data, org.len);

    cookie.age = (rules && rules->terms.persistent && !shared)
                 ? (ngx_int_t) rules->terms.idle : -1;

    rc = ngx_http_login_send_cookie(r, &cookie);

    ngx_explicit_memzero(token, sizeof(token));

    return (rc == NGX_OK) ? ngx_http_login_cookie_issued(r) : rc;
}


ngx_int_t
ngx_http_login_clear_session(ngx_http_request_t *r)
{
    ngx_http_login_cookie_t     cookie;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    cookie.name = scf->session_cookie;
    cookie.value = login_str("", 0);
    cookie.domain = scf->cookie_domain;
    cookie.page = NULL;
    cookie.samesite = scf->cookie_samesite;
    cookie.age = 0;

    if (ngx_http_login_send_cookie(r, &cookie) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_login_cookie_issued(r);
}


/* What stands in the response now, the sliding session must not replace. */

static ngx_int_t
ngx_http_login_cookie_issued(ngx_http_request_t *r)
{
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    visitor->reissued = 1;

    return NGX_OK;
}


/*
 * Names the browser for csrf; it never leaves the portal's host.  Lax, so
 * that a link from elsewhere to the sign-in page does not change it under
 * the forms that are open already.
 */

ngx_int_t
ngx_http_login_set_browser(ngx_http_request_t *r, unsigned persistent)
{
    u_char                       token[login_token_len(LOGIN_ID_LEN)];
    ngx_http_login_cookie_t      cookie;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_visitor_t    *visitor;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    if (worker == NULL || visitor == NULL || !visitor->drawn
        || login_token_sign(token, worker->crypto, LOGIN_PURPOSE_BROWSER,
                            login_str(scf->portal->url.data,
                                      scf->portal->url.len),
                            login_str(visitor->browser_id, LOGIN_ID_LEN))
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    cookie.name = scf->browser_cookie;
    cookie.value = login_str(token, sizeof(token));
    ngx_str_null(&cookie.domain);
    cookie.page = NULL;
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = (persistent && mcf->terms.persistent)
                 ? NGX_HTTP_LOGIN_BROWSER_AGE : -1;

    return ngx_http_login_send_cookie(r, &cookie);
}


ngx_int_t
ngx_http_login_set_link(ngx_http_request_t *r, login_str_t token)
{
    ngx_http_login_cookie_t     cookie;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    cookie.name = scf->link_cookie;
    cookie.value = token;
    ngx_str_null(&cookie.domain);
    cookie.page = NULL;
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = token.len ? -1 : 0;

    return ngx_http_login_send_cookie(r, &cookie);
}


ngx_int_t
ngx_http_login_set_language(ngx_http_request_t *r, login_str_t tag)
{
    ngx_http_login_cookie_t      cookie;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    cookie.name = scf->language_cookie;
    cookie.value = tag;
    ngx_str_null(&cookie.domain);
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = mcf->terms.persistent ? NGX_HTTP_LOGIN_BROWSER_AGE : -1;

    return ngx_http_login_send_cookie(r, &cookie);
}


ngx_int_t
ngx_http_login_set_trust(ngx_http_request_t *r, login_str_t token,
    uint64_t age)
{
    ngx_http_login_cookie_t     cookie;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    cookie.name = scf->trust_cookie;
    cookie.value = token;
    ngx_str_null(&cookie.domain);
    cookie.page = NULL;
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = (ngx_int_t) age;

    return ngx_http_login_send_cookie(r, &cookie);
}


ngx_int_t
ngx_http_login_set_flow(ngx_http_request_t *r, ngx_uint_t i,
    login_str_t text, uint64_t age)
{
    ngx_http_login_cookie_t     cookie;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    cookie.name = scf->flow_cookies[i];
    cookie.value = text;
    ngx_str_null(&cookie.domain);
    cookie.page = NULL;
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = (ngx_int_t) age;

    return ngx_http_login_send_cookie(r, &cookie);
}


ngx_int_t
ngx_http_login_set_state(ngx_http_request_t *r, ngx_uint_t i,
    login_str_t text, uint64_t age)
{
    ngx_http_login_cookie_t     cookie;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    cookie.name = scf->state_cookies[i];
    cookie.value = text;
    ngx_str_null(&cookie.domain);
    cookie.page = NULL;
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = (ngx_int_t) age;

    return ngx_http_login_send_cookie(r, &cookie);
}


ngx_int_t
ngx_http_login_set_org(ngx_http_request_t *r, login_str_t token)
{
    ngx_http_login_cookie_t      cookie;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    cookie.name = scf->org_cookie;
    cookie.value = token;
    ngx_str_null(&cookie.domain);
    cookie.page = NULL;
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = mcf->terms.persistent ? NGX_HTTP_LOGIN_BROWSER_AGE : -1;

    return ngx_http_login_send_cookie(r, &cookie);
}


ngx_int_t
ngx_http_login_set_last(ngx_http_request_t *r, login_str_t token)
{
    ngx_http_login_cookie_t      cookie;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    cookie.name = scf->last_cookie;
    cookie.value = token;
    ngx_str_null(&cookie.domain);
    cookie.page = NULL;
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = token.len == 0 ? 0
                 : mcf->terms.persistent ? NGX_HTTP_LOGIN_BROWSER_AGE : -1;

    return ngx_http_login_send_cookie(r, &cookie);
}


/* It is large, and of no use to any other page. */

ngx_int_t
ngx_http_login_set_hint(ngx_http_request_t *r, login_str_t text,
    ngx_uint_t persistent)
{
    ngx_http_login_cookie_t     cookie;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    cookie.name = scf->hint_cookie;
    cookie.value = text;
    ngx_str_null(&cookie.domain);
    cookie.page = "logout";
    cookie.samesite = NGX_HTTP_LOGIN_LAX;
    cookie.age = text.len == 0 ? 0
                 : persistent ? NGX_HTTP_LOGIN_BROWSER_AGE : -1;

    return ngx_http_login_send_cookie(r, &cookie);
}


static ngx_int_t
ngx_http_login_send_cookie(ngx_http_request_t *r,
    const ngx_http_login_cookie_t *cookie)
{
    u_char                     *p;
    size_t                      len;
    ngx_str_t                   line;
    ngx_http_login_srv_conf_t  *scf;

    static const char *const  samesite[] = { "Lax", "Strict", "None" };

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    len = cookie->name.len + cookie->value.len + cookie->domain.len
          + NGX_INT_T_LEN
          + sizeof("=; Path=/; Domain=; Max-Age=; HttpOnly; "
                   "SameSite=Strict; Secure");

    if (cookie->page) {
        len += scf->own.len + ngx_strlen(cookie->page);
    }

    if (len > NGX_HTTP_LOGIN_COOKIE_MAX) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: cookie of %uz bytes is too large for browsers",
                      len);
        return NGX_ERROR;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    line.data = p;

    p = ngx_cpymem(p, cookie->name.data, cookie->name.len);
    *p++ = '=';
    p = ngx_cpymem(p, cookie->value.data, cookie->value.len);
    p = ngx_cpymem(p, "; Path=", sizeof("; Path=") - 1);
    p = cookie->page ? ngx_sprintf(p, "%V%s", &scf->own, cookie->page)
                     : ngx_cpymem(p, "/", 1);

    if (cookie->domain.len) {
        p = ngx_sprintf(p, "; Domain=%V", &cookie->domain);
    }

    if (cookie->age >= 0) {
        p = ngx_sprintf(p, "; Max-Age=%i", cookie->age);
    }

    p = ngx_sprintf(p, "; HttpOnly; SameSite=%s", samesite[cookie->samesite]);

    if (scf->portal->parsed.https) {
        p = ngx_cpymem(p, "; Secure", sizeof("; Secure") - 1);
    }

    line.len = p - line.data;

    return ngx_http_login_put_cookie(r, cookie->name, &line);
}


static ngx_int_t
ngx_http_login_put_cookie(ngx_http_request_t *r, login_str_t name,
    ngx_str_t *line)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].hash != 0
                && h[i].key.len == sizeof("Set-Cookie") - 1
                && ngx_strncasecmp(h[i].key.data, (u_char *) "Set-Cookie",
                                   h[i].key.len)
                   == 0
                && h[i].value.len > name.len
                && h[i].value.data[name.len] == '='
                && ngx_memcmp(h[i].value.data, name.data, name.len) == 0)
            {
                h[i].value = *line;
                return NGX_OK;
            }
        }
    }

    return ngx_http_login_push_header(r, "Set-Cookie", line) ? NGX_OK
                                                             : NGX_ERROR;
}


void
ngx_http_login_forget_cookies(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == sizeof("Set-Cookie") - 1
                && ngx_strncasecmp(h[i].key.data, (u_char *) "Set-Cookie",
                                   h[i].key.len)
                   == 0)
            {
                h[i].hash = 0;
            }
        }
    }
}
