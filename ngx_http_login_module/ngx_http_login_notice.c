
/*
 * After a form, a page says what was done.  Its address carries a proof, for
 * this browser and portal only: a link from elsewhere makes no page tell
 * people that their password was changed.
 */

#include "ngx_http_login_module.h"


/* The hash of the browser, and the account. */
#define NGX_HTTP_LOGIN_NOTICE_BROWSER  16
#define NGX_HTTP_LOGIN_NOTICE_LEN                                             \
    (NGX_HTTP_LOGIN_NOTICE_BROWSER + LOGIN_ID_LEN)


static ngx_int_t ngx_http_login_notice_hash(ngx_http_request_t *r,
    u_char hash[LOGIN_HASH_LEN]);


ngx_int_t
ngx_http_login_notice_leave(ngx_http_request_t *r, const char *page,
    const u_char account[LOGIN_ID_LEN])
{
    u_char                      text[LOGIN_HASH_LEN + LOGIN_ID_LEN];
    ngx_str_t                   url;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_srv_conf_t  *scf;

    u_char  token[login_token_len(NGX_HTTP_LOGIN_NOTICE_LEN)];

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || ngx_http_login_notice_hash(r, text) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    ngx_memcpy(text + NGX_HTTP_LOGIN_NOTICE_BROWSER, account, LOGIN_ID_LEN);

    url.data = ngx_pnalloc(r->pool, scf->portal->url.len + ngx_strlen(page)
                                    + sizeof("done=") + sizeof(token));

    if (url.data == NULL
        || login_token_sign(token, worker->crypto, LOGIN_PURPOSE_NOTICE,
                            login_str(scf->portal->url.data,
                                      scf->portal->url.len),
                            login_str(text, NGX_HTTP_LOGIN_NOTICE_LEN))
           != LOGIN_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    url.len = ngx_sprintf(url.data, "%V%sdone=%*s", &scf->portal->url, page,
                          sizeof(token), token)
              - url.data;

    return ngx_http_login_see_other(r, &url);
}


ngx_int_t
ngx_http_login_notice_check(ngx_http_request_t *r, const login_form_t *query,
    u_char account[LOGIN_ID_LEN])
{
    u_char                      hash[LOGIN_HASH_LEN];
    u_char                      text[NGX_HTTP_LOGIN_NOTICE_LEN];
    login_str_t                 done;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_srv_conf_t  *scf;

    done = login_form_get(query, "done");
    worker = ngx_http_login_get_worker(r);

    if (done.len == 0
        || worker == NULL
        || ngx_http_login_notice_hash(r, hash) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (login_token_verify(text, sizeof(text), NULL, worker->crypto,
                           LOGIN_PURPOSE_NOTICE,
                           login_str(scf->portal->url.data,
                                     scf->portal->url.len),
                           done)
        != LOGIN_OK
        || !login_equal(text, hash, NGX_HTTP_LOGIN_NOTICE_BROWSER))
    {
        return NGX_DECLINED;
    }

    ngx_memcpy(account, text + NGX_HTTP_LOGIN_NOTICE_BROWSER, LOGIN_ID_LEN);

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_notice_hash(ngx_http_request_t *r,
    u_char hash[LOGIN_HASH_LEN])
{
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL
        || !visitor->drawn
        || login_sha256(hash, login_str(visitor->browser_id, LOGIN_ID_LEN))
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}
