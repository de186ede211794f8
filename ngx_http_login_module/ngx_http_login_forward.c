
/*
 * Answers for other proxies: nginx's "auth_request", "forward auth" of others.
 * Here alone X-Forwarded-* headers are believed, since only servers that the
 * configuration names can get here.  They choose the form of a refusal and
 * which allowed address people come back to; nothing of them grants.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_forward_from(ngx_conf_t *cf, ngx_array_t *from,
    ngx_str_t *text);
static ngx_int_t ngx_http_login_forward_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_forward_peer(ngx_http_request_t *r,
    ngx_array_t *from);
static ngx_int_t ngx_http_login_forward_asked(ngx_http_request_t *r,
    ngx_http_login_ctx_t *ctx);
static login_str_t ngx_http_login_forward_once(ngx_http_request_t *r,
    const char *name);
static ngx_int_t ngx_http_login_forward_grant(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity);


char *
ngx_http_login_forward(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_loc_conf_t *lcf = conf;

    u_char                     *p, *last, *comma;
    ngx_str_t                  *value, address;
    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_login_forward_t   *forward;

    if (lcf->forward) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len <= sizeof("from=") - 1
        || ngx_strncmp(value[1].data, "from=", sizeof("from=") - 1) != 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"%V\" directive, "
                           "it must be like \"from=192.0.2.1,unix:\"",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->named) {
        return "must not be in a named location, no other server could ask "
               "there";
    }

    if (clcf->handler) {
        return "must not be beside another one that answers requests, "
               "remove one of them";
    }

    forward = ngx_palloc(cf->pool, sizeof(ngx_http_login_forward_t));
    if (forward == NULL
        || ngx_array_init(&forward->from, cf->pool, 4, sizeof(ngx_cidr_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    last = value[1].data + value[1].len;

    for (p = value[1].data + sizeof("from=") - 1; p <= last; p = comma + 1) {

        comma = ngx_strlchr(p, last, ',');
        comma = comma ? comma : last;

        address.data = p;
        address.len = comma - p;

        if (ngx_http_login_forward_from(cf, &forward->from, &address)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    forward->file = cf->conf_file->file.name.data;
    forward->line = cf->conf_file->line;

    lcf->forward = forward;
    clcf->handler = ngx_http_login_forward_handler;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_login_forward_from(ngx_conf_t *cf, ngx_array_t *from, ngx_str_t *text)
{
    ngx_int_t    rc;
    ngx_cidr_t  *cidr;

    cidr = ngx_array_push(from);
    if (cidr == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(cidr, sizeof(ngx_cidr_t));

    if (text->len == sizeof("unix:") - 1
        && ngx_strncmp(text->data, "unix:", text->len) == 0)
    {
        cidr->family = AF_UNIX;
        return NGX_OK;
    }

    rc = text->len ? ngx_ptocidr(text, cidr) : NGX_ERROR;

    if (rc == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid address \"%V\" in \"login_forward_auth\" "
                           "directive, it must be like \"192.0.2.1\", "
                           "\"2001:db8::/32\" or \"unix:\"", text);
        return NGX_ERROR;
    }

    if (rc == NGX_DONE) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "low address bits of \"%V\" are meaningless", text);
    }

    return NGX_OK;
}


/*
 * Whatever is inherited: who asks brings another's session along and takes
 * any 2xx for a yes, so no page of "error_page" may take a refusal's place.
 */

char *
ngx_http_login_merge_forward(ngx_conf_t *cf, ngx_http_login_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_login_srv_conf_t  *scf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    scf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_login_module);

    if (conf->gate != NGX_CONF_UNSET_UINT
        && conf->gate != NGX_HTTP_LOGIN_OFF)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"login\" directive must not be in location \"%V\", "
                      "which has \"login_forward_auth\" and always asks for a "
                      "session, remove \"login\" in %s:%ui",
                      &clcf->name, conf->forward->file, conf->forward->line);
        return NGX_CONF_ERROR;
    }

    /* that of "if" and "limit_except" is not inherited by itself */

    if (clcf->noname && clcf->handler == NULL) {
        clcf->handler = ngx_http_login_forward_handler;
    }

    if (clcf->handler != ngx_http_login_forward_handler) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"login_forward_auth\" directive in location \"%V\" "
                      "must not be beside another one that answers requests, "
                      "remove one of them in %s:%ui",
                      &clcf->name, conf->forward->file, conf->forward->line);
        return NGX_CONF_ERROR;
    }

    conf->gate = NGX_HTTP_LOGIN_OFF;
    scf->forwards++;

    clcf->client_max_body_size = 0;
    clcf->error_pages = NULL;

    return NGX_CONF_OK;
}


/*
 * Also called ahead of the rewrite module, so that no "return" in the location
 * is a yes to everybody.
 */

ngx_int_t
ngx_http_login_forward_check(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t             *ctx;
    const ngx_http_login_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    /* the headers would be about another question, or a client's own */

    if (r != r->main || r->internal) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "access forbidden, a location with "
                      "\"login_forward_auth\" must be asked for by its own "
                      "address, use \"login\" for locations of this server");
        return NGX_HTTP_FORBIDDEN;
    }

    if (ngx_http_login_forward_peer(r, &lcf->forward->from) != NGX_OK) {
        ngx_http_login_refused(r, LOGIN_LOG_FORWARD_ADDRESS);
        return NGX_HTTP_FORBIDDEN;
    }

    ctx = ngx_http_login_gate_ctx(r);

    if (ctx == NULL || ngx_http_login_forward_asked(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_login_verdict(r);
}


static ngx_int_t
ngx_http_login_forward_handler(ngx_http_request_t *r)
{
    ngx_int_t                         rc;
    const ngx_http_login_identity_t  *identity;

    rc = ngx_http_login_forward_check(r);

    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_login_identify(r, &identity) != NGX_OK) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    return ngx_http_login_forward_grant(r, identity);
}


/*
 * The other end of the connection: what realip or the PROXY protocol made of
 * it is the client's address, and maybe the client's word.
 */

static ngx_int_t
ngx_http_login_forward_peer(ngx_http_request_t *r, ngx_array_t *from)
{
    u_char          text[NGX_SOCKADDR_STRLEN];
    socklen_t       socklen;
    ngx_str_t       peer;
    ngx_sockaddr_t  sa;

    socklen = sizeof(ngx_sockaddr_t);

    if (getpeername(r->connection->fd, &sa.sockaddr, &socklen) == -1) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, ngx_socket_errno,
                      "getpeername() failed");
        return NGX_ERROR;
    }

    if (ngx_cidr_match(&sa.sockaddr, from) == NGX_OK) {
        return NGX_OK;
    }

    peer.data = text;
    peer.len = ngx_sock_ntop(&sa.sockaddr, socklen, text, NGX_SOCKADDR_STRLEN,
                             0);

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "access forbidden, \"login_forward_auth\" does not name "
                  "\"%V\", add it to \"from=\" if it is a server of yours",
                  &peer);

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_login_forward_asked(ngx_http_request_t *r, ngx_http_login_ctx_t *ctx)
{
    u_char         *p;
    login_str_t     method, proto, host, uri;

    if (ctx->asked) {
        return NGX_OK;
    }

    method = ngx_http_login_forward_once(r, "X-Forwarded-Method");
    proto = ngx_http_login_forward_once(r, "X-Forwarded-Proto");
    host = ngx_http_login_forward_once(r, "X-Forwarded-Host");
    uri = ngx_http_login_forward_once(r, "X-Forwarded-Uri");

    p = ngx_palloc(r->pool, sizeof(login_asked_t)
                            + login_asked_len(host, uri));
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->asked = (login_asked_t *) p;

    login_asked_parse(ctx->asked, p + sizeof(login_asked_t), method, proto,
                      host, uri);

    return NGX_OK;
}


/* Of two, one would be a client's. */

static login_str_t
ngx_http_login_forward_once(ngx_http_request_t *r, const char *name)
{
    ngx_str_t   *value;
    ngx_uint_t   n;

    value = ngx_http_login_get_header(r, name, &n);

    return (n == 1) ? login_str(value->data, value->len) : login_str("", 0);
}


/*
 * What is empty is sent as well: some proxies put a header of the answer in
 * the place of the client's only where there is one.  Conditions of the client
 * like If-Match are about what it asked for, and nothing to us.
 */

static ngx_int_t
ngx_http_login_forward_grant(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity)
{
    ngx_int_t          rc;
    ngx_uint_t         i;

    struct {
        const char    *name;
        ngx_str_t      value;
    } headers[] = {
        { "Remote-User", identity->username },
        { "Remote-Name", identity->name },
        { "Remote-Email", identity->email },
        { "Remote-Groups", identity->roles },
        { "Remote-Org", identity->org },
        { "Cache-Control", ngx_string("no-store") }
    };

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (ngx_http_login_push_header(r, headers[i].name, &headers[i].value)
            == NULL)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = 0;
    r->allow_ranges = 0;
    r->disable_not_modified = 1;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_send_special(r, NGX_HTTP_LAST);
}


const login_asked_t *
ngx_http_login_asked(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    return ctx ? ctx->asked : NULL;
}


/* Go's proxies, which are among those that ask, don't pass Upgrade on. */

ngx_uint_t
ngx_http_login_handshake(ngx_http_request_t *r)
{
    ngx_uint_t  n;

    if (r->headers_in.upgrade) {
        return 1;
    }

    if (ngx_http_login_asked(r) == NULL) {
        return 0;
    }

    return ngx_http_login_get_header(r, "Sec-WebSocket-Key", &n) != NULL;
}
