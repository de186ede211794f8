
/*
 * Which organisation somebody belongs to: the page "options", the field of
 * the sign-in page, and what the browser remembers.  Nobody learns here
 * which organisations there are: what was typed is shown as it was typed.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_options_show(ngx_http_request_t *r,
    const login_form_t *form, ngx_uint_t status, login_reason_e reason);
static ngx_int_t ngx_http_login_options_next(ngx_http_request_t *r,
    const login_form_t *form);


void
ngx_http_login_org_show(ngx_http_login_page_t *page, login_str_t org)
{
    if (page->values[LOGIN_VAR_ORGS].text.len == 0) {
        return;
    }

    ngx_http_login_page_flag(page, LOGIN_VAR_ASK_ORG);
    ngx_http_login_page_text(page, LOGIN_VAR_ORG, org.data, org.len);
}


ngx_int_t
ngx_http_login_org_fill(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const login_form_t *form)
{
    login_str_t                  org;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    if (mcf->regions) {
        ngx_http_login_page_flag(page, LOGIN_VAR_ELSEWHERE);
    }

    if (mcf->orgs->nelts == 1) {
        return NGX_OK;
    }

    org = login_form_get(form, "org");

    if (r->method == NGX_HTTP_POST || org.len) {
        ngx_http_login_org_show(page, org);
        return NGX_OK;
    }

    switch (ngx_http_login_org_recall(r, &org)) {

    case NGX_OK:
        ngx_http_login_org_show(page, org);
        return NGX_OK;

    case NGX_DECLINED:
        return NGX_OK;

    default:
        return NGX_ERROR;
    }
}


/* Signed, so that nobody can try names in it. */

ngx_int_t
ngx_http_login_org_recall(ngx_http_request_t *r, login_str_t *org)
{
    u_char                       name[LOGIN_ORG_MAX];
    size_t                       len;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_visitor_t    *visitor;
    ngx_http_login_srv_conf_t   *scf;
    const ngx_http_login_org_t  *found;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    if (worker == NULL || visitor == NULL) {
        return NGX_ERROR;
    }

    switch (login_token_verify(name, LOGIN_ORG_MAX, NULL, worker->crypto,
                               LOGIN_PURPOSE_ORG,
                               ngx_http_login_str(&scf->portal->url),
                               visitor->org))
    {
    case LOGIN_OK:
        break;

    case LOGIN_NO:
        return NGX_DECLINED;

    default:
        return NGX_ERROR;
    }

    len = ngx_strnlen(name, LOGIN_ORG_MAX);
    found = ngx_http_login_org_find(worker->conf, name, len);

    if (found == NULL) {
        return NGX_DECLINED;
    }

    *org = ngx_http_login_str(&found->name);

    return NGX_OK;
}


ngx_int_t
ngx_http_login_org_remember(ngx_http_request_t *r, login_str_t org)
{
    u_char                      *p, name[LOGIN_ORG_MAX];
    ngx_http_login_worker_t     *worker;
    ngx_http_login_srv_conf_t   *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);

    if (worker && worker->conf->orgs->nelts == 1) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, login_token_len(LOGIN_ORG_MAX));

    if (worker == NULL || p == NULL || org.len > LOGIN_ORG_MAX) {
        return NGX_ERROR;
    }

    ngx_memzero(name, LOGIN_ORG_MAX);
    ngx_memcpy(name, org.data, org.len);

    if (login_token_sign(p, worker->crypto, LOGIN_PURPOSE_ORG,
                         ngx_http_login_str(&scf->portal->url),
                         login_str(name, LOGIN_ORG_MAX))
        != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_set_org(r, login_str(p,
                                      login_token_len(LOGIN_ORG_MAX)));
}


ngx_int_t
ngx_http_login_options_page(ngx_http_request_t *r)
{
    login_form_t  query;

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_options_show(r, &query, NGX_HTTP_OK,
                                       LOGIN_REASON_NONE);
}


/* An organisation that is not there looks like one without providers. */

static ngx_int_t
ngx_http_login_options_show(ngx_http_request_t *r, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason)
{
    login_str_t                  s;
    ngx_http_login_page_t       *page;
    ngx_http_login_main_conf_t  *mcf;
    const ngx_http_login_org_t  *org;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    s = ngx_http_login_org_typed(r, login_form_get(form, "org"));
    org = ngx_http_login_org_find(mcf, s.data, s.len);

    if (ngx_http_login_region_other(r, org)) {
        return ngx_http_login_region_leave(r, org->region, "options", form);
    }

    page = ngx_http_login_page(r, LOGIN_PAGE_OPTIONS, status, reason);
    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, "", 0);

    if (s.len) {
        ngx_http_login_page_flag(page, LOGIN_VAR_CHOSEN);
    }

    ngx_http_login_page_passwords(page, org == NULL || org->password);

    if (login_form_get(form, "shared").len) {
        ngx_http_login_page_flag(page, LOGIN_VAR_SHARED);
    }

    s = login_form_get(form, "return_to");

    if (ngx_http_login_return_allowed(r, s)) {
        ngx_http_login_page_text(page, LOGIN_VAR_RETURN_TO, s.data, s.len);
    }

    if (ngx_http_login_csrf_make(r, &s) != NGX_OK
        || ngx_http_login_org_fill(r, page, form) != NGX_OK
        || ngx_http_login_providers_fill(r, page, org, NULL, form)
           != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, s.data, s.len);

    return ngx_http_login_page_send(r, page);
}


void
ngx_http_login_options_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t  rc;

    switch (ngx_http_login_csrf_check(r, form)) {

    case NGX_OK:
        rc = ngx_http_login_options_next(r, form);
        break;

    case NGX_DECLINED:
        rc = ngx_http_login_options_show(r, form, NGX_HTTP_FORBIDDEN,
                                         LOGIN_REASON_FORGED);
        break;

    default:
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_login_options_next(ngx_http_request_t *r, const login_form_t *form)
{
    if (login_form_get(form, "org").len == 0) {
        return ngx_http_login_options_show(r, form,
                                           NGX_HTTP_LOGIN_UNPROCESSABLE,
                                           LOGIN_REASON_MALFORMED);
    }

    return ngx_http_login_region_leave(r, NULL, "options", form);
}
