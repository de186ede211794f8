
/*
 * Caches of nginx, as "proxy_cache", must not give one person's page to
 * another, whatever their key is.  They keep variants of a page by the
 * request headers that its Vary names: so a header of ours, the mark, tells
 * who asks, and a Vary of ours names it in all that is kept.  In what is
 * open as well: else anybody could leave there what those behind the gate
 * get, where the keys are the same.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_mark_value(ngx_http_request_t *r,
    ngx_str_t *value);


static ngx_str_t  ngx_http_login_mark = ngx_string("Login-Account");


ngx_uint_t
ngx_http_login_has_cache(ngx_conf_t *cf)
{
#if (NGX_HTTP_CACHE)

    ngx_uint_t        i, j, m;
    ngx_module_t    **modules;
    ngx_shm_zone_t   *zone;
    ngx_list_part_t  *part;

    static const char  *names[] = {
        "ngx_http_proxy_module",
        "ngx_http_fastcgi_module",
        "ngx_http_uwsgi_module",
        "ngx_http_scgi_module"
    };

    /* the only zones that these modules have */

    modules = cf->cycle->modules;

    for (part = &cf->cycle->shared_memory.part; part; part = part->next) {
        zone = part->elts;

        for (i = 0; i < part->nelts; i++) {
            for (m = 0; modules[m]; m++) {

                if (zone[i].tag != modules[m]) {
                    continue;
                }

                for (j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
                    if (ngx_strcmp(modules[m]->name, names[j]) == 0) {
                        return 1;
                    }
                }
            }
        }
    }

#endif

    return 0;
}


/* Also with the "_" that applications take for the same. */

ngx_uint_t
ngx_http_login_is_mark(ngx_table_elt_t *h)
{
    return h->key.len == ngx_http_login_mark.len
           && ngx_strncasecmp(h->key.data, (u_char *) "login", 5) == 0
           && (h->key.data[5] == '-' || h->key.data[5] == '_')
           && ngx_strncasecmp(h->key.data + 6, (u_char *) "account", 7) == 0;
}


ngx_int_t
ngx_http_login_add_mark(ngx_http_request_t *r)
{
    ngx_str_t                         value;
    ngx_uint_t                        n;
    ngx_table_elt_t                  *h;
    ngx_http_login_main_conf_t       *mcf;
    const ngx_http_login_loc_conf_t  *lcf;

    static u_char  lowcase[] = "login-account";

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    if (!mcf->caches
        || ngx_http_login_get_header(r, (char *) lowcase, &n) != NULL)
    {
        return NGX_OK;
    }

    if (ngx_http_login_mark_value(r, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    /* nobody, where the gate is open to all, gets what everybody gets */

    if (value.len == 1 && lcf->gate != NGX_HTTP_LOGIN_ON) {
        return NGX_OK;
    }

    if (r != r->main && ngx_http_login_own_headers(r) != NGX_OK) {
        return NGX_ERROR;
    }

    h = ngx_list_push(&r->headers_in.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = ngx_hash_key(lowcase, sizeof(lowcase) - 1);
    h->key = ngx_http_login_mark;
    h->lowcase_key = lowcase;
    h->value = value;
    ngx_http_login_end_header(h);

    return NGX_OK;
}


/* The account's id; "-" for who may be let in otherwise, or refused. */

static ngx_int_t
ngx_http_login_mark_value(ngx_http_request_t *r, ngx_str_t *value)
{
    const ngx_http_login_identity_t  *identity;

    if (ngx_http_login_identify(r, &identity) != NGX_OK) {
        ngx_str_set(value, "-");
        return NGX_OK;
    }

    value->data = ngx_pnalloc(r->pool, 2 * LOGIN_ID_LEN);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    value->len = login_hex_encode(value->data,
                                  login_str(identity->ticket.account,
                                            LOGIN_ID_LEN));
    return NGX_OK;
}


/* Runs before nginx decides whether to keep the response, and as what. */

ngx_int_t
ngx_http_login_vary(ngx_http_request_t *r)
{
#if (NGX_HTTP_CACHE)

    u_char                    *p;
    size_t                     len;
    ngx_str_t                 *vary, *mark;
    ngx_uint_t                 n;
    ngx_http_login_visitor_t  *visitor;

    if (r->cache == NULL || r->upstream == NULL) {
        return NGX_OK;
    }

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    mark = ngx_http_login_get_header(r, "Login-Account", &n);

    /* somebody asked who it is, but too late for the cache to know */

    if (visitor->told && (mark == NULL || mark->len == 1)) {
        r->upstream->cacheable = 0;
    }

    vary = &r->cache->vary;
    len = vary->len + ngx_http_login_mark.len + 1;

    if (len > NGX_HTTP_CACHE_VARY_LEN) {
        r->upstream->cacheable = 0;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    vary->len = ngx_sprintf(p, "%V,%V", &ngx_http_login_mark, vary) - p;
    vary->data = p;

#endif

    return NGX_OK;
}
