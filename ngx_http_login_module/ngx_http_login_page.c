
/* What the portal answers: pages, redirects, and the headers of both. */

#include "ngx_http_login_module.h"


/* So long (s) a browser is told to wait where something is too busy. */
#define NGX_HTTP_LOGIN_RETRY_AFTER  5


static ngx_int_t ngx_http_login_page_address(ngx_http_request_t *r,
    ngx_http_login_page_t *page);
static void ngx_http_login_page_reason(ngx_http_login_page_t *page,
    login_reason_e reason);
static void ngx_http_login_page_person(ngx_http_request_t *r,
    ngx_http_login_page_t *page);
static ngx_int_t ngx_http_login_page_asset(ngx_http_request_t *r,
    ngx_http_login_page_t *page, login_page_var_e var, const ngx_str_t *name);
static ngx_int_t ngx_http_login_retry(ngx_http_request_t *r, uint64_t wait);
static void ngx_http_login_content_type(ngx_http_request_t *r,
    const char *type);


ngx_http_login_page_t *
ngx_http_login_page(ngx_http_request_t *r, login_page_e page,
    ngx_uint_t status, login_reason_e reason)
{
    const char              *name;
    ngx_http_login_page_t   *p;

    p = ngx_pcalloc(r->pool, sizeof(ngx_http_login_page_t));
    if (p == NULL) {
        return NULL;
    }

    p->page = page;
    p->status = status;
    p->reason = reason;

    name = login_page_name(page);

    ngx_http_login_page_text(p, LOGIN_VAR_PAGE, name, ngx_strlen(name));

    if (ngx_http_login_page_address(r, p) != NGX_OK) {
        return NULL;
    }

    ngx_http_login_page_reason(p, reason);

    ngx_http_login_page_person(r, p);

    p->language = ngx_http_login_language(r);

    return p;
}


void
ngx_http_login_page_text(ngx_http_login_page_t *page, login_page_var_e var,
    const void *data, size_t len)
{
    page->values[var].text = login_str(data, len);
}


void
ngx_http_login_page_flag(ngx_http_login_page_t *page, login_page_var_e var)
{
    ngx_http_login_page_text(page, var, "1", 1);
}


/*
 * The portal's own server calls it by its path, all others by its URL, and so
 * must what another server passes on.
 */

static ngx_int_t
ngx_http_login_page_address(ngx_http_request_t *r,
    ngx_http_login_page_t *page)
{
    ngx_str_t                   portal;
    ngx_http_core_srv_conf_t   *cscf;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    if (scf->portal == NULL) {
        return NGX_ERROR;
    }

    portal = scf->portal->url;

    if (scf->portal->server == cscf && ngx_http_login_asked(r) == NULL) {
        portal.data = (u_char *) scf->portal->parsed.path.data;
        portal.len = scf->portal->parsed.path.len;
    }

    ngx_http_login_page_text(page, LOGIN_VAR_PORTAL, portal.data, portal.len);

    return NGX_OK;
}


/* What differs between organisations; without one: what is common to all. */

void
ngx_http_login_page_org(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const ngx_http_login_org_t *org)
{
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    page->terms = org ? &org->terms : &mcf->terms;

    ngx_http_login_page_passwords(page, org ? org->password != 0
                                            : mcf->passwords);

    if (org == NULL) {
        return;
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CONTACT, org->contact.data,
                             org->contact.len);
    ngx_http_login_page_text(page, LOGIN_VAR_ORGANISATION, org->title.data,
                             org->title.len);
}


static ngx_int_t
ngx_http_login_page_asset(ngx_http_request_t *r,
    ngx_http_login_page_t *page, login_page_var_e var, const ngx_str_t *name)
{
    u_char       *p;
    login_str_t   portal;

    portal = page->values[LOGIN_VAR_PORTAL].text;

    p = ngx_pnalloc(r->pool, portal.len + sizeof("assets/") + name->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_login_page_text(page, var, p,
                             ngx_sprintf(p, "%*sassets/%V", portal.len,
                                         portal.data, name) - p);

    return NGX_OK;
}


static void
ngx_http_login_page_reason(ngx_http_login_page_t *page, login_reason_e reason)
{
    const char        *code;
    login_page_var_e   flag;

    code = login_reason_code(reason);
    flag = login_page_flag(reason);

    ngx_http_login_page_text(page, LOGIN_VAR_CODE, code, ngx_strlen(code));

    if (flag != LOGIN_VARS) {
        ngx_http_login_page_flag(page, flag);
    }
}


/* Where it cannot be told who asks, the page goes to somebody unknown. */

static void
ngx_http_login_page_person(ngx_http_request_t *r, ngx_http_login_page_t *page)
{
    ngx_http_login_main_conf_t       *mcf;
    const ngx_http_login_identity_t  *identity;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    ngx_http_login_page_org(r, page, mcf->only);

    if (mcf->orgs->nelts > 1) {
        ngx_http_login_page_flag(page, LOGIN_VAR_ORGS);
    }

    if (ngx_http_login_identify(r, &identity) != NGX_OK) {
        return;
    }

    ngx_http_login_page_org(r, page, identity->rules);

    ngx_http_login_page_flag(page, LOGIN_VAR_SIGNED_IN);
    ngx_http_login_page_text(page, LOGIN_VAR_USERNAME,
                             identity->username.data, identity->username.len);
    ngx_http_login_page_text(page, LOGIN_VAR_NAME, identity->name.data,
                             identity->name.len);
}


ngx_int_t
ngx_http_login_page_render(ngx_http_request_t *r, ngx_http_login_page_t *page,
    ngx_str_t *html)
{
    const login_locale_t        *locale;
    const login_template_t      *template;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    if (ngx_http_login_page_asset(r, page, LOGIN_VAR_STYLE,
                                  &page->terms->style.name)
        != NGX_OK
        || ngx_http_login_page_asset(r, page, LOGIN_VAR_SCRIPT,
                                     &mcf->script.name)
           != NGX_OK
        || ngx_http_login_page_asset(r, page, LOGIN_VAR_ICON,
                                     &mcf->icon.name)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    template = page->terms->pages[page->page];
    locale = ngx_http_login_locale(page);

    if (ngx_http_login_language_fill(r, page) != NGX_OK) {
        return NGX_ERROR;
    }

    html->len = login_template_render(NULL, template, page->values,
                                      locale);

    html->data = ngx_pnalloc(r->pool, html->len + 1);
    if (html->data == NULL) {
        return NGX_ERROR;
    }

    (void) login_template_render(html->data, template, page->values,
                                 locale);

    return NGX_OK;
}


ngx_int_t
ngx_http_login_page_send(ngx_http_request_t *r, ngx_http_login_page_t *page)
{
    ngx_str_t  html;

    if (ngx_http_login_page_render(r, page, &html) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = page->status;

    return ngx_http_login_send(r, "text/html; charset=utf-8", &html);
}


ngx_int_t
ngx_http_login_error(ngx_http_request_t *r, login_reason_e reason)
{
    ngx_uint_t              status;
    login_page_e            page;
    ngx_http_login_page_t  *p;

    page = LOGIN_PAGE_ERROR;

    switch (reason) {

    case LOGIN_REASON_FORGED:
        status = NGX_HTTP_FORBIDDEN;
        break;

    case LOGIN_REASON_MALFORMED:
        status = NGX_HTTP_BAD_REQUEST;
        break;

    case LOGIN_REASON_TOO_LARGE:
        status = NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        break;

    case LOGIN_REASON_TYPE:
        status = NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
        break;

    case LOGIN_REASON_METHOD:
        status = NGX_HTTP_NOT_ALLOWED;
        break;

    case LOGIN_REASON_NOT_FOUND:
        status = NGX_HTTP_NOT_FOUND;
        page = LOGIN_PAGE_NOT_FOUND;
        break;

    case LOGIN_REASON_DENIED:
        status = NGX_HTTP_FORBIDDEN;
        page = LOGIN_PAGE_DENIED;
        break;

    case LOGIN_REASON_EARLY:
        status = NGX_HTTP_LOGIN_TOO_EARLY;
        break;

    default:
        status = NGX_HTTP_SERVICE_UNAVAILABLE;
        break;
    }

    p = ngx_http_login_page(r, page, status, reason);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_login_page_send(r, p);
}


ngx_int_t
ngx_http_login_see_other(ngx_http_request_t *r, ngx_str_t *url)
{
    ngx_str_t         body;
    ngx_table_elt_t  *h;

    ngx_http_clear_location(r);

    h = ngx_http_login_push_header(r, "Location", url);
    if (h == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.location = h;
    r->headers_out.status = NGX_HTTP_SEE_OTHER;

    ngx_str_set(&body, "");

    return ngx_http_login_send(r, NULL, &body);
}


/* The one function that sends what the portal answers. */

ngx_int_t
ngx_http_login_send(ngx_http_request_t *r, const char *type, ngx_str_t *body)
{
    ngx_int_t              rc;
    ngx_buf_t             *b;
    ngx_chain_t            out;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    ctx->portal = 1;

    if (r->headers_out.status == NGX_HTTP_SERVICE_UNAVAILABLE
        && ngx_http_login_retry(r, NGX_HTTP_LOGIN_RETRY_AFTER) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (r->headers_out.status == NGX_HTTP_TOO_MANY_REQUESTS
        && ngx_http_login_retry(r, ctx->retry) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_login_security_headers(r) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_login_content_type(r, type);

    r->headers_out.content_length_n = body->len;
    r->allow_ranges = 0;
    r->disable_not_modified = 1;

#if (NGX_HTTP_GZIP)

    if (!ctx->cacheable) {

        /* the size of a page must not tell what is in it (BREACH) */

        r->gzip_tested = 1;
        r->gzip_ok = 0;
    }

#endif

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = (body->len != 0);
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static ngx_int_t
ngx_http_login_retry(ngx_http_request_t *r, uint64_t wait)
{
    ngx_str_t  value;

    value.data = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, "%uL", wait) - value.data;

    return ngx_http_login_push_header(r, "Retry-After", &value) ? NGX_OK
                                                                : NGX_ERROR;
}


/* The charset stands by itself, so that nginx neither adds nor converts. */

static void
ngx_http_login_content_type(ngx_http_request_t *r, const char *type)
{
    char  *charset;

    ngx_str_null(&r->headers_out.content_type);
    ngx_str_null(&r->headers_out.charset);

    if (type) {
        charset = strstr(type, "; charset=");

        r->headers_out.content_type.data = (u_char *) type;
        r->headers_out.content_type.len = ngx_strlen(type);

        if (charset) {
            r->headers_out.content_type.len = charset - type;

            charset += sizeof("; charset=") - 1;

            r->headers_out.charset.data = (u_char *) charset;
            r->headers_out.charset.len = ngx_strlen(charset);
        }
    }

    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
}
