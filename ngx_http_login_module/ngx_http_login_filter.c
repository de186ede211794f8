
/*
 * The last look at each response of a main request: refusals get their
 * form, what never went through the access phases is held back, the session
 * slides.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_gate_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_portal_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_add_slash(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_http_login_keep_private(ngx_http_request_t *r);
static ngx_uint_t ngx_http_login_unshared(ngx_str_t *value);
static ngx_int_t ngx_http_login_slide(ngx_http_request_t *r);
static void ngx_http_login_touch(ngx_http_login_worker_t *worker,
    const ngx_http_login_identity_t *identity);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


ngx_int_t
ngx_http_login_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_login_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_login_body_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_header_filter(ngx_http_request_t *r)
{
    if (ngx_http_login_vary(r) != NGX_OK) {
        return NGX_ERROR;
    }

    if (r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    if (ngx_http_login_gate_filter(r) != NGX_OK
        || ngx_http_login_slide(r) != NGX_OK
        || ngx_http_login_keep_private(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_login_gate_filter(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t             *ctx;
    ngx_http_login_visitor_t         *visitor;
    const ngx_http_login_loc_conf_t  *lcf;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    /*
     * nginx's own errors, where "err_status" is set, may go out but for
     * those of a location that only the refused one leads to
     */

    if (visitor->owed
        && (lcf->gate != NGX_HTTP_LOGIN_ON
            || r->headers_out.status < NGX_HTTP_BAD_REQUEST
            || r->err_status == 0))
    {
        ngx_http_set_ctx(r, visitor->owed, ngx_http_login_module);

        return ngx_http_login_refuse(r, visitor->owed);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if ((lcf->gate == NGX_HTTP_LOGIN_ON || lcf->forward)
        && ctx && ctx->refusal
        && r->headers_out.status == (ngx_uint_t) ctx->refusal)
    {
        return ngx_http_login_refuse(r, ctx);
    }

    if (lcf->portal && (ctx == NULL || !ctx->portal)) {
        return ngx_http_login_portal_filter(r);
    }

    return NGX_OK;
}


/* What nginx answers by itself in the portal's location. */

static ngx_int_t
ngx_http_login_portal_filter(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t  *ctx;

    if (r->headers_out.status == NGX_HTTP_MOVED_PERMANENTLY) {
        return ngx_http_login_add_slash(r);
    }

    if (r->headers_out.status < NGX_HTTP_BAD_REQUEST) {
        return NGX_OK;
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_login_ctx_t));
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ngx_http_set_ctx(r, ctx, ngx_http_login_module);

    ctx->refusal = r->headers_out.status;

    return ngx_http_login_refuse_portal(r, ctx);
}


/* nginx would build the URL from the request's Host. */

static ngx_int_t
ngx_http_login_add_slash(ngx_http_request_t *r)
{
    u_char                     *p;
    ngx_str_t                   url;
    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    /* a "rewrite" of the location's own leads elsewhere */

    if (r->headers_out.location == NULL || r->uri.len + 1 != clcf->name.len) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, scf->portal->url.len + 1 + 3 * r->args.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url.data = p;

    p = ngx_cpymem(p, scf->portal->url.data, scf->portal->url.len);

    /* a "rewrite" may have made them of something that was decoded */

    if (r->args.len != 0) {
        *p++ = '?';
        p += login_url_quote(p, login_str(r->args.data, r->args.len));
    }

    url.len = p - url.data;

    r->headers_out.location->value = url;

    return ngx_http_login_security_headers(r);
}


static ngx_int_t
ngx_http_login_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t           *cl, *out;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if (ctx == NULL || ctx->body == NULL || r != r->main) {
        return ngx_http_next_body_filter(r, in);
    }

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (ctx->replaced) {
        return in ? NGX_OK : ngx_http_next_body_filter(r, NULL);
    }

    ctx->replaced = 1;
    out = ctx->body;

    return ngx_http_next_body_filter(r, out);
}


/*
 * What one person got through the gate must not reach another, also where
 * an internal redirect has led out of the gated location since; nor must a
 * cookie, or what somebody got who was known where the gate is optional.
 */

static ngx_int_t
ngx_http_login_keep_private(ngx_http_request_t *r)
{
    ngx_uint_t                        i;
    ngx_list_part_t                  *part;
    ngx_table_elt_t                  *h;
    ngx_http_login_visitor_t         *visitor;
    const ngx_http_login_loc_conf_t  *lcf;

    static ngx_str_t  value = ngx_string("private");

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    if (lcf->gate == NGX_HTTP_LOGIN_OPTIONAL && visitor->known) {
        visitor->personal = 1;
    }

    if (!visitor->personal) {
        return NGX_OK;
    }

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].hash != 0
                && h[i].key.len == sizeof("Cache-Control") - 1
                && ngx_strncasecmp(h[i].key.data, (u_char *) "Cache-Control",
                                   h[i].key.len)
                   == 0
                && ngx_http_login_unshared(&h[i].value))
            {
                return NGX_OK;
            }
        }
    }

    return ngx_http_login_push_header(r, "Cache-Control", &value) ? NGX_OK
                                                                  : NGX_ERROR;
}


/* With a list of fields, "private" is about these only: RFC 9111, 5.2.2.7. */

static ngx_uint_t
ngx_http_login_unshared(ngx_str_t *value)
{
    u_char      *p, *last, *start, *end;
    ngx_uint_t   quoted;

    p = value->data;
    last = p + value->len;

    while (p < last) {
        start = p;
        end = p;
        quoted = 0;

        for ( /* void */ ; p < last && (quoted || *p != ','); p++) {

            if (*p == '"') {
                quoted = !quoted;

            } else if (*p == '\\' && quoted && p + 1 < last) {
                p++;
            }

            if (*p != ' ' && *p != '\t') {
                end = p + 1;

            } else if (start == p) {
                start++;
                end++;
            }
        }

        if ((end - start == sizeof("private") - 1
             && ngx_strncasecmp(start, (u_char *) "private", 7) == 0)
            || (end - start == sizeof("no-store") - 1
                && ngx_strncasecmp(start, (u_char *) "no-store", 8) == 0))
        {
            return 1;
        }

        p++;
    }

    return 0;
}


/*
 * The session lives on with each access: after a twentieth of its idle time
 * the cookie is issued anew, and the store learns of it in passing.
 */

static ngx_int_t
ngx_http_login_slide(ngx_http_request_t *r)
{
    login_ticket_t              ticket;
    ngx_http_login_ctx_t       *ctx;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if (scf->portal == NULL || (ctx && ctx->cacheable)) {
        return NGX_OK;
    }

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    worker = ngx_http_login_get_worker(r);

    if (!visitor->known || visitor->reissued || worker == NULL
        || !login_session_stale(&visitor->ticket, visitor->identity.shared,
                                &visitor->identity.rules->terms.limits,
                                (uint64_t) ngx_time()))
    {
        return NGX_OK;
    }

    ticket = visitor->ticket;
    ticket.issued = (uint64_t) ngx_time();

    if (ngx_http_login_set_session(r,
                                   ngx_http_login_str(&visitor->identity.org),
                                   &ticket, visitor->identity.shared)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    visitor->reissued = 1;
    visitor->personal = 1;

    ngx_http_login_touch(worker, &visitor->identity);

    return NGX_OK;
}


static void
ngx_http_login_touch(ngx_http_login_worker_t *worker,
    const ngx_http_login_identity_t *identity)
{
    login_session_t   session;
    login_changes_t  *changes;

    changes = login_changes_create();
    if (changes == NULL) {
        return;
    }

    if (login_view_begin(worker->view) != LOGIN_OK) {
        login_changes_destroy(changes);
        return;
    }

    if (login_session_get(&session, worker->view, identity->ticket.account,
                          identity->session)
        != LOGIN_OK)
    {
        login_view_end(worker->view);
        login_changes_destroy(changes);
        return;
    }

    login_session_touch(changes, &session, (uint64_t) ngx_time());

    login_view_end(worker->view);

    (void) ngx_http_login_task_commit(NULL, worker, changes, NULL, NULL, NULL);
}
