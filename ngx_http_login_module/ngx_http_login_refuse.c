
/*
 * How a refusal looks.  The gate refuses with nginx's own 401, 403 or 503,
 * so that "error_page" and "satisfy" work as with every access module; what
 * of it reaches the header filter gets its form here: a redirect or a page
 * for people, JSON for programs, and what gRPC looks at.
 */

#include "ngx_http_login_module.h"


static ngx_uint_t ngx_http_login_may_redirect(ngx_http_request_t *r,
    ngx_int_t status);
static ngx_uint_t ngx_http_login_reads(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_redirect(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_suggest(ngx_http_request_t *r,
    ngx_int_t status);
static ngx_int_t ngx_http_login_grpc_status(ngx_http_request_t *r,
    ngx_int_t status);
static ngx_int_t ngx_http_login_refuse_page(ngx_http_request_t *r,
    ngx_int_t status, ngx_str_t *body);
static ngx_int_t ngx_http_login_replace(ngx_http_request_t *r,
    ngx_http_login_ctx_t *ctx, ngx_int_t status, const char *type,
    ngx_str_t *body);
static unsigned ngx_http_login_framed(ngx_http_request_t *r);


ngx_int_t
ngx_http_login_refuse(ngx_http_request_t *r, ngx_http_login_ctx_t *ctx)
{
    ngx_str_t         body;
    ngx_int_t         status;
    const char       *type;

    static ngx_str_t  retry = ngx_string("5");

    status = ctx->refusal;

    /* of a "return" that is held back */
    ngx_http_clear_location(r);

    ngx_str_null(&body);
    type = "text/html; charset=utf-8";

    if (ngx_http_login_may_redirect(r, status)) {

        if (ngx_http_login_redirect(r) != NGX_OK) {
            return NGX_ERROR;
        }

        status = NGX_HTTP_MOVED_TEMPORARILY;

    } else if (ngx_http_login_navigation(r)) {

        ctx->framed = ngx_http_login_framed(r);

        if (ngx_http_login_refuse_page(r, status, &body) != NGX_OK
            || ngx_http_login_suggest(r, status) != NGX_OK)
        {
            return NGX_ERROR;
        }

    } else {
        type = "application/json";

        if (ngx_http_login_json_refusal(r, status, &body) != NGX_OK
            || ngx_http_login_grpc_status(r, status) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (status == NGX_HTTP_SERVICE_UNAVAILABLE
        && ngx_http_login_push_header(r, "Retry-After", &retry) == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_replace(r, ctx, status, type, &body);
}


static ngx_uint_t
ngx_http_login_may_redirect(ngx_http_request_t *r, ngx_int_t status)
{
    const ngx_http_login_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    if (status != NGX_HTTP_UNAUTHORIZED
        || lcf->redirect == NGX_HTTP_LOGIN_OFF
        || !ngx_http_login_reads(r))
    {
        return 0;
    }

    if (lcf->redirect == NGX_HTTP_LOGIN_ON) {
        return 1;
    }

    /* "auth_request" of nginx, which takes 401 and 403 only, asks like this */

    if (ngx_http_login_asked(r) && r->http_version < NGX_HTTP_VERSION_11) {
        return 0;
    }

    /* the portal doesn't show itself in a frame */

    return ngx_http_login_navigation(r) && !ngx_http_login_framed(r);
}


static ngx_uint_t
ngx_http_login_reads(ngx_http_request_t *r)
{
    const login_asked_t  *asked;

    asked = ngx_http_login_asked(r);

    return asked ? asked->read
                 : (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)) != 0;
}


static ngx_int_t
ngx_http_login_redirect(ngx_http_request_t *r)
{
    ngx_str_t         url;
    ngx_table_elt_t  *h;

    if (ngx_http_login_signin_url(r, "", &url) != NGX_OK) {
        return NGX_ERROR;
    }

    h = ngx_http_login_push_header(r, "Location", &url);
    if (h == NULL) {
        return NGX_ERROR;
    }

    r->headers_out.location = h;

    return NGX_OK;
}


/*
 * Where to send people, for another server that can make a redirect of a 401;
 * browsers don't look at it.
 */

static ngx_int_t
ngx_http_login_suggest(ngx_http_request_t *r, ngx_int_t status)
{
    ngx_str_t  url;

    if (ngx_http_login_asked(r) == NULL
        || status != NGX_HTTP_UNAUTHORIZED
        || !ngx_http_login_reads(r)
        || ngx_http_login_framed(r))
    {
        return NGX_OK;
    }

    if (ngx_http_login_signin_url(r, "", &url) != NGX_OK
        || ngx_http_login_push_header(r, "Location", &url) == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * A client of gRPC takes its result from these fields, here without any
 * message before them: "Trailers-Only" of the protocol over HTTP/2.
 */

static ngx_int_t
ngx_http_login_grpc_status(ngx_http_request_t *r, ngx_int_t status)
{
    ngx_str_t        *type;
    ngx_uint_t        i;

    static struct {
        ngx_int_t     status;
        ngx_str_t     code;
        ngx_str_t     message;
    } codes[] = {
        { NGX_HTTP_UNAUTHORIZED, ngx_string("16"),
          ngx_string("login required") },
        { NGX_HTTP_FORBIDDEN, ngx_string("7"), ngx_string("denied") },
        { 0, ngx_string("14"), ngx_string("unavailable") }
    };

    if (r->headers_in.content_type == NULL) {
        return NGX_OK;
    }

    type = &r->headers_in.content_type->value;

    if (type->len < sizeof("application/grpc") - 1
        || ngx_strncasecmp(type->data, (u_char *) "application/grpc",
                           sizeof("application/grpc") - 1)
           != 0)
    {
        return NGX_OK;
    }

    for (i = 0; codes[i].status && codes[i].status != status; i++) {
        /* void */
    }

    if (ngx_http_login_push_header(r, "grpc-status", &codes[i].code) == NULL
        || ngx_http_login_push_header(r, "grpc-message", &codes[i].message)
           == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_login_refuse_portal(ngx_http_request_t *r, ngx_http_login_ctx_t *ctx)
{
    ngx_str_t  body;

    if (ngx_http_login_refuse_page(r, ctx->refusal, &body) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_login_replace(r, ctx, ctx->refusal,
                                  "text/html; charset=utf-8", &body);
}


static ngx_int_t
ngx_http_login_refuse_page(ngx_http_request_t *r, ngx_int_t status,
    ngx_str_t *body)
{
    ngx_int_t               rc;
    ngx_str_t               url;
    ngx_uint_t              framed;
    ngx_http_login_ctx_t   *ctx;
    ngx_http_login_page_t  *page;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    framed = (ctx && ctx->framed);

    switch (status) {

    case NGX_HTTP_UNAUTHORIZED:
        page = ngx_http_login_page(r, LOGIN_PAGE_EXPIRED, status,
                                   LOGIN_REASON_EXPIRED);
        break;

    case NGX_HTTP_FORBIDDEN:
        page = ngx_http_login_page(r, LOGIN_PAGE_DENIED, status,
                                   LOGIN_REASON_DENIED);
        break;

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        page = ngx_http_login_page(r, LOGIN_PAGE_ERROR, status,
                                   LOGIN_REASON_TOO_LARGE);
        break;

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        page = ngx_http_login_page(r, LOGIN_PAGE_ERROR, status,
                                   LOGIN_REASON_STORE);
        break;

    default:
        page = ngx_http_login_page(r, LOGIN_PAGE_ERROR, status,
                                   status < 500 ? LOGIN_REASON_MALFORMED
                                                : LOGIN_REASON_INTERNAL);
        break;
    }

    if (page == NULL) {
        return NGX_ERROR;
    }

    if (framed) {
        ngx_http_login_page_flag(page, LOGIN_VAR_FRAMED);
    }

    if (status == NGX_HTTP_UNAUTHORIZED) {

        /* what a form was sent to cannot be asked for again */

        rc = framed ? ngx_http_login_signin_top(r, &url)
                    : ngx_http_login_signin_url(r, NULL, &url);

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_login_page_text(page, LOGIN_VAR_SIGNIN_URL, url.data,
                                 url.len);
    }

    if (status == NGX_HTTP_FORBIDDEN) {
        if (ngx_http_login_signin_url(r, "switch=1&", &url) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_login_page_text(page, LOGIN_VAR_SWITCH_URL, url.data,
                                 url.len);
    }

    return ngx_http_login_page_render(r, page, body);
}


/* Puts "body" in the place of whatever nginx is about to send. */

static ngx_int_t
ngx_http_login_replace(ngx_http_request_t *r, ngx_http_login_ctx_t *ctx,
    ngx_int_t status, const char *type, ngx_str_t *body)
{
    ngx_buf_t  *b;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    ctx->body = ngx_alloc_chain_link(r->pool);
    if (ctx->body == NULL) {
        return NGX_ERROR;
    }

    ctx->body->buf = b;
    ctx->body->next = NULL;

    b->pos = body->data;
    b->last = body->data + body->len;
    b->start = b->pos;
    b->end = b->last;
    b->memory = (body->len != 0);
    b->last_buf = 1;
    b->last_in_chain = 1;

    r->err_status = status;
    r->headers_out.status = status;
    r->headers_out.status_line.len = 0;

    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type.data = (u_char *) type;
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset.len = 0;

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    if (r->headers_out.content_encoding) {
        r->headers_out.content_encoding->hash = 0;
        r->headers_out.content_encoding = NULL;
    }

    r->headers_out.content_length_n = body->len;
    r->allow_ranges = 0;

    return ngx_http_login_security_headers(r);
}


/*
 * Does a person wait for a page?  Browsers say so; for those that don't,
 * whoever accepts HTML does.  This decides of the form of an answer only.
 */

unsigned
ngx_http_login_navigation(ngx_http_request_t *r)
{
    ngx_str_t   *value;
    ngx_uint_t   n;

    if (ngx_http_login_handshake(r)) {
        return 0;
    }

    value = ngx_http_login_get_header(r, "Sec-Fetch-Mode", &n);

    if (n != 0) {
        return value->len == sizeof("navigate") - 1
               && ngx_strncmp(value->data, "navigate", value->len) == 0;
    }

    value = ngx_http_login_get_header(r, "Accept", &n);

    return n != 0
           && ngx_strlcasestrn(value->data, value->data + value->len,
                               (u_char *) "text/html",
                               sizeof("text/html") - 1 - 1)
              != NULL;
}


/* A page inside of another one, which a redirect of the frame won't help. */

static unsigned
ngx_http_login_framed(ngx_http_request_t *r)
{
    ngx_str_t   *value;
    ngx_uint_t   i, n;

    static const ngx_str_t  places[] = {
        ngx_string("iframe"),
        ngx_string("frame"),
        ngx_string("embed"),
        ngx_string("object"),
        ngx_string("fencedframe")
    };

    value = ngx_http_login_get_header(r, "Sec-Fetch-Dest", &n);

    if (n != 1) {
        return 0;
    }

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (value->len == places[i].len
            && ngx_strncmp(value->data, places[i].data, value->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
