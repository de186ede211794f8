
/* The portal's routes, and the way of a request to one of them. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_BELOW   1    /* what is below it */
#define NGX_HTTP_LOGIN_SECRET  2    /* the same, and in no log */


typedef struct {
    ngx_str_t                  path;        /* below the portal's prefix */
    ngx_uint_t                 prefix;      /* NGX_HTTP_LOGIN_BELOW ... */

    /* NGX_DONE: a thread is at it, the request will be finalized */
    ngx_int_t                (*get)(ngx_http_request_t *r);
    ngx_http_login_form_pt     post;
} ngx_http_login_route_t;


static const ngx_http_login_route_t *ngx_http_login_find_route(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_login_not_allowed(ngx_http_request_t *r,
    const ngx_http_login_route_t *route);


static const ngx_http_login_route_t  ngx_http_login_routes[] = {

    { ngx_string(""), 0,
      ngx_http_login_signin_page,
      ngx_http_login_signin_form },

    { ngx_string("options"), 0,
      ngx_http_login_options_page,
      ngx_http_login_options_form },

    { ngx_string("region"), 0,
      ngx_http_login_region_page,
      ngx_http_login_region_form },

    { ngx_string("apps"), 0,
      ngx_http_login_apps_page,
      NULL },

    { ngx_string("account"), 0,
      ngx_http_login_account_page,
      ngx_http_login_account_form },

    { ngx_string("forgot"), 0,
      ngx_http_login_forgot_page,
      ngx_http_login_forgot_form },

    { ngx_string("reset"), 0,
      ngx_http_login_reset_page,
      ngx_http_login_reset_form },

    { ngx_string("reset/"), NGX_HTTP_LOGIN_SECRET,
      ngx_http_login_reset_link,
      NULL },

    { ngx_string("invite/"), NGX_HTTP_LOGIN_SECRET,
      ngx_http_login_invite_link,
      NULL },

    { ngx_string("invite-request"), 0,
      ngx_http_login_invite_request_page,
      ngx_http_login_invite_request_form },

    { ngx_string("invite-sent"), 0,
      ngx_http_login_invite_sent_page,
      NULL },

    { ngx_string("register"), 0,
      ngx_http_login_register_page,
      ngx_http_login_register_form },

    { ngx_string("language"), 0,
      NULL,
      ngx_http_login_language_form },

    { ngx_string("mfa"), 0,
      ngx_http_login_mfa_page,
      ngx_http_login_mfa_form },

    { ngx_string("mfa/setup"), 0,
      ngx_http_login_setup_page,
      ngx_http_login_setup_form },

    { ngx_string("sso/"), NGX_HTTP_LOGIN_BELOW,
      ngx_http_login_sso_page,
      ngx_http_login_sso_form },

    { ngx_string("logout"), 0,
      ngx_http_login_logout_page,
      ngx_http_login_logout_form },

    { ngx_string("session"), 0,
      ngx_http_login_session_json,
      NULL },

    { ngx_string("assets/"), NGX_HTTP_LOGIN_BELOW,
      ngx_http_login_asset,
      NULL }
};


ngx_int_t
ngx_http_login_portal_handler(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_http_login_ctx_t          *ctx;
    const ngx_http_login_route_t  *route;

    /* cookies cannot be set by a subrequest, nor forms be read */

    if (r != r->main) {
        return NGX_HTTP_NOT_FOUND;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if (ctx == NULL) {
        ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_login_ctx_t));
        if (ctx == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        ngx_http_set_ctx(r, ctx, ngx_http_login_module);
    }

    route = ngx_http_login_find_route(r);

    /* "rewrite" may have led here */

    if (ngx_http_login_portal_hide(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (route && route->post && r->method == NGX_HTTP_POST) {
        return ngx_http_login_read_form(r, route->post);
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    if (route == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_NOT_FOUND);
    }

    if (route->get == NULL || !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_http_login_not_allowed(r, route);
    }

    rc = route->get(r);

    /* as the body of a form would, until then */

    if (rc == NGX_DONE) {
        r->main->count++;
    }

    return rc;
}


/* Only the address counts: in the first phase there is no location yet. */

static const ngx_http_login_route_t *
ngx_http_login_find_route(ngx_http_request_t *r)
{
    size_t                         len;
    u_char                        *path;
    ngx_str_t                     *own;
    ngx_uint_t                     i;
    ngx_http_login_srv_conf_t     *scf;
    const ngx_http_login_route_t  *route;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    own = &scf->own;

    /* "rewrite ... break" may have led elsewhere */

    if (own->len == 0
        || r->uri.len < own->len
        || ngx_memcmp(r->uri.data, own->data, own->len) != 0)
    {
        return NULL;
    }

    path = r->uri.data + own->len;
    len = r->uri.len - own->len;

    for (i = 0;
         i < sizeof(ngx_http_login_routes) / sizeof(ngx_http_login_routes[0]);
         i++)
    {
        route = &ngx_http_login_routes[i];

        if ((route->prefix ? len > route->path.len : len == route->path.len)
            && ngx_memcmp(path, route->path.data, route->path.len) == 0)
        {
            return route;
        }
    }

    return NULL;
}


/* Without memory it is hidden as well, and lost: that is no wrong link. */

ngx_int_t
ngx_http_login_portal_hide(ngx_http_request_t *r)
{
    login_str_t                    token;
    ngx_http_login_visitor_t      *visitor;
    ngx_http_login_srv_conf_t     *scf;
    const ngx_http_login_route_t  *route;

    route = ngx_http_login_find_route(r);
    token = login_cstr("");

    if (route && route->prefix == NGX_HTTP_LOGIN_SECRET) {
        scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
        ngx_http_login_link_hide(r, scf->own.len + route->path.len, &token);

        if (token.len == 0) {
            return NGX_ERROR;
        }
    }

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    /* what is there the second time is what hides the first */

    if (visitor->token.len == 0) {
        visitor->token = token;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_not_allowed(ngx_http_request_t *r,
    const ngx_http_login_route_t *route)
{
    static ngx_str_t  read = ngx_string("GET, HEAD");
    static ngx_str_t  send = ngx_string("GET, HEAD, POST");
    static ngx_str_t  post = ngx_string("POST");

    if (ngx_http_login_push_header(r, "Allow", !route->post ? &read
                                               : route->get ? &send : &post)
        == NULL)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_login_error(r, LOGIN_REASON_METHOD);
}
