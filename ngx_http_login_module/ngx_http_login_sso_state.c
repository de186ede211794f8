
/*
 * Cookies of who has left for a provider: one for each time, so that tabs
 * don't disturb each other.
 */

#include "ngx_http_login_module.h"


/*
 * Bytes of all of them: addresses to return to may be long, and a header of
 * more than "large_client_header_buffers" is an error for nginx.
 */
#define NGX_HTTP_LOGIN_STATES_ROOM  4096


static ngx_uint_t ngx_http_login_state_place(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, size_t len);
static uint64_t ngx_http_login_state_issued(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, ngx_uint_t i);


/* The browser has a name: see ngx_http_login_csrf_make(). */

ngx_int_t
ngx_http_login_state_keep(ngx_http_request_t *r, login_sso_state_t *state)
{
    size_t                      len;
    u_char                     *text;
    ngx_uint_t                  i;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    text = ngx_pnalloc(r->pool, LOGIN_SSO_TEXT_MAX);

    if (worker == NULL || visitor == NULL || text == NULL || !visitor->drawn
        || login_sso_state_seal(text, &len, worker->crypto,
                                ngx_http_login_str(&scf->portal->url),
                                visitor->browser_id, state)
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    i = ngx_http_login_state_place(r, worker, len);

    if (i == NGX_HTTP_LOGIN_STATES) {
        return NGX_ERROR;
    }

    return ngx_http_login_set_state(r, i, login_str(text, len),
                                    LOGIN_SSO_TIME);
}


/* Takes away what is old until there is a place, and room. */

static ngx_uint_t
ngx_http_login_state_place(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, size_t len)
{
    size_t                     size;
    uint64_t                   issued[NGX_HTTP_LOGIN_STATES];
    ngx_uint_t                 i, oldest, place;
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);
    size = len;

    for (i = 0; i < NGX_HTTP_LOGIN_STATES; i++) {
        issued[i] = ngx_http_login_state_issued(r, worker, i);
        size += visitor->states[i].len;
    }

    for ( ;; ) {
        oldest = 0;
        place = NGX_HTTP_LOGIN_STATES;

        for (i = 0; i < NGX_HTTP_LOGIN_STATES; i++) {

            if (visitor->states[i].len == 0) {
                place = i;

            } else if (visitor->states[oldest].len == 0
                       || issued[i] < issued[oldest])
            {
                oldest = i;
            }
        }

        if (place != NGX_HTTP_LOGIN_STATES
            && (size <= NGX_HTTP_LOGIN_STATES_ROOM || size == len))
        {
            return place;
        }

        if (ngx_http_login_set_state(r, oldest, login_str("", 0), 0)
            != NGX_OK)
        {
            return NGX_HTTP_LOGIN_STATES;
        }

        size -= visitor->states[oldest].len;
        visitor->states[oldest] = login_str("", 0);
    }
}


/* 0: it is worth nothing, and goes first. */

static uint64_t
ngx_http_login_state_issued(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, ngx_uint_t i)
{
    uint64_t                    issued;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    visitor = ngx_http_login_visitor(r);

    if (visitor->states[i].len == 0
        || login_sso_state_issued(&issued, worker->crypto,
                                  ngx_http_login_str(&scf->portal->url),
                                  visitor->browser_id, visitor->states[i],
                                  (uint64_t) ngx_time())
           != LOGIN_OK)
    {
        return 0;
    }

    return issued;
}


ngx_int_t
ngx_http_login_state_find(ngx_http_request_t *r, login_str_t id,
    login_sso_state_t *state, u_char plain[LOGIN_SSO_PLAIN_MAX],
    ngx_uint_t *place)
{
    ngx_int_t                   rc;
    ngx_uint_t                  i;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    if (worker == NULL || visitor == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_login_browser(r);

    if (rc != NGX_OK) {
        return rc;
    }

    for (i = 0; i < NGX_HTTP_LOGIN_STATES; i++) {

        switch (login_sso_state_open(state, plain, worker->crypto,
                                     ngx_http_login_str(&scf->portal->url),
                                     visitor->browser_id, id,
                                     visitor->states[i],
                                     (uint64_t) ngx_time()))
        {
        case LOGIN_OK:
            *place = i;
            return NGX_OK;

        case LOGIN_NO:
            break;

        default:
            return NGX_ERROR;
        }
    }

    return NGX_DECLINED;
}
