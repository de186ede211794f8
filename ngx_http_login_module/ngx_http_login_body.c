
/*
 * Forms, read into memory only: passwords are in them.  There is one copy,
 * wiped with the request.
 */

#include "ngx_http_login_module.h"


typedef struct {
    login_form_t               form;
    u_char                    *data;
    size_t                     len;
} ngx_http_login_body_t;


static ngx_int_t ngx_http_login_refuse_form(ngx_http_request_t *r,
    login_reason_e reason);
static ngx_int_t ngx_http_login_is_early(ngx_http_request_t *r);
static ngx_uint_t ngx_http_login_is_form(ngx_http_request_t *r);
static void ngx_http_login_body_abandoned(void *data);
static void ngx_http_login_body_handler(ngx_http_request_t *r);
static login_reason_e ngx_http_login_parse_body(ngx_http_request_t *r,
    ngx_http_login_body_t *body);
static login_reason_e ngx_http_login_copy_body(ngx_http_request_t *r,
    ngx_http_login_body_t *body);
static void ngx_http_login_body_cleanup(void *data);


ngx_int_t
ngx_http_login_read_form(ngx_http_request_t *r,
    ngx_http_login_form_pt handler)
{
    ngx_int_t              rc;
    ngx_http_cleanup_t    *cln;
    ngx_http_login_ctx_t  *ctx;

    switch (ngx_http_login_is_early(r)) {

    case NGX_DECLINED:
        break;

    case NGX_OK:
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent a form as early data");
        return ngx_http_login_refuse_form(r, LOGIN_REASON_EARLY);

    default:
        return ngx_http_login_refuse_form(r, LOGIN_REASON_INTERNAL);
    }

    if (!ngx_http_login_is_form(r)) {
        return ngx_http_login_refuse_form(r, LOGIN_REASON_TYPE);
    }

    if (r->headers_in.content_length_n > NGX_HTTP_LOGIN_BODY_MAX) {
        return ngx_http_login_refuse_form(r, LOGIN_REASON_TOO_LARGE);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    ctx->handler = handler;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_http_login_body_abandoned;
    cln->data = r;

    r->request_body_in_single_buf = 1;
    r->request_body_in_file_only = 0;
    r->request_body_no_buffering = 0;

    rc = ngx_http_read_client_request_body(r, ngx_http_login_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    return NGX_DONE;
}


static ngx_int_t
ngx_http_login_refuse_form(ngx_http_request_t *r, login_reason_e reason)
{
    ngx_int_t  rc;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_login_error(r, reason);
}


/*
 * Whoever saw early data can send it again.  By its variable, since nginx
 * may have been built without TLS; a proxy in front tells in a header.
 */

static ngx_int_t
ngx_http_login_is_early(ngx_http_request_t *r)
{
    ngx_str_t                   name;
    ngx_uint_t                  n;
    ngx_http_variable_value_t  *vv;

    (void) ngx_http_login_get_header(r, "Early-Data", &n);

    if (n != 0) {
        return NGX_OK;
    }

    ngx_str_set(&name, "ssl_early_data");

    vv = ngx_http_get_variable(r, &name, ngx_hash_key(name.data, name.len));

    if (vv == NULL) {
        return NGX_ERROR;
    }

    return (vv->not_found || vv->len == 0) ? NGX_DECLINED : NGX_OK;
}


static ngx_uint_t
ngx_http_login_is_form(ngx_http_request_t *r)
{
    ngx_str_t  *type;

    static const ngx_str_t  form =
        ngx_string("application/x-www-form-urlencoded");

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    type = &r->headers_in.content_type->value;

    if (type->len < form.len
        || ngx_strncasecmp(type->data, form.data, form.len) != 0)
    {
        return 0;
    }

    return type->len == form.len
           || type->data[form.len] == ';'
           || type->data[form.len] == ' '
           || type->data[form.len] == '\t';
}


/*
 * Half a form may have a whole password.  Runs ahead of the log phase, where
 * "$request_body" would show it.
 */

static void
ngx_http_login_body_abandoned(void *data)
{
    ngx_http_request_t *r = data;

    ngx_chain_t  *cl;

    if (r->request_body == NULL) {
        return;
    }

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        if (ngx_buf_in_memory(cl->buf)) {
            ngx_explicit_memzero(cl->buf->pos, cl->buf->last - cl->buf->pos);
        }
    }

    r->request_body->bufs = NULL;
}


/* May run before ngx_http_read_client_request_body() returns, or later. */

static void
ngx_http_login_body_handler(ngx_http_request_t *r)
{
    login_reason_e          reason;
    ngx_pool_cleanup_t     *cln;
    ngx_http_login_ctx_t   *ctx;
    ngx_http_login_body_t  *body;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_login_body_t));
    if (cln == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    body = cln->data;
    ngx_memzero(body, sizeof(ngx_http_login_body_t));
    cln->handler = ngx_http_login_body_cleanup;

    reason = ngx_http_login_parse_body(r, body);

    if (reason != LOGIN_REASON_NONE) {
        ngx_http_finalize_request(r, ngx_http_login_error(r, reason));
        return;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    ctx->form = &body->form;

    ctx->handler(r, ctx->form);
}


static login_reason_e
ngx_http_login_parse_body(ngx_http_request_t *r, ngx_http_login_body_t *body)
{
    login_reason_e  reason;

    reason = ngx_http_login_copy_body(r, body);

    if (reason != LOGIN_REASON_NONE) {
        return reason;
    }

    if (login_form_parse(&body->form, body->data, body->len) != LOGIN_OK) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent a malformed form");
        return LOGIN_REASON_MALFORMED;
    }

    return LOGIN_REASON_NONE;
}


/*
 * The original is wiped at once, and taken away from "$request_body", which
 * could be in a log.
 */

static login_reason_e
ngx_http_login_copy_body(ngx_http_request_t *r, ngx_http_login_body_t *body)
{
    size_t         len;
    u_char        *p;
    ngx_chain_t   *cl, *bufs;

    if (r->request_body == NULL) {
        return LOGIN_REASON_NONE;
    }

    bufs = r->request_body->bufs;
    len = 0;

    for (cl = bufs; cl; cl = cl->next) {

        if (cl->buf->in_file || r->request_body->temp_file) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "a form was written to a file, which the settings "
                          "of the portal's location should not allow");
            return LOGIN_REASON_TOO_LARGE;
        }

        len += cl->buf->last - cl->buf->pos;
    }

    if (len > NGX_HTTP_LOGIN_BODY_MAX) {
        return LOGIN_REASON_TOO_LARGE;
    }

    p = ngx_pnalloc(r->pool, len + 1);
    if (p == NULL) {
        return LOGIN_REASON_INTERNAL;
    }

    body->data = p;
    body->len = len;

    for (cl = bufs; cl; cl = cl->next) {
        len = cl->buf->last - cl->buf->pos;

        if (len == 0) {
            continue;
        }

        p = ngx_cpymem(p, cl->buf->pos, len);
        ngx_explicit_memzero(cl->buf->pos, len);
    }

    r->request_body->bufs = NULL;

    return LOGIN_REASON_NONE;
}


static void
ngx_http_login_body_cleanup(void *data)
{
    ngx_http_login_body_t *body = data;

    if (body->data) {
        ngx_explicit_memzero(body->data, body->len);
    }
}


/* What cannot be read is as if it were not there. */

ngx_int_t
ngx_http_login_read_query(ngx_http_request_t *r, login_form_t *query)
{
    u_char  *p;

    query->n = 0;

    if (r->args.len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, r->args.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, r->args.data, r->args.len);

    (void) login_form_parse(query, p, r->args.len);

    return NGX_OK;
}
