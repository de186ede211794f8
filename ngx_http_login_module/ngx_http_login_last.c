
/*
 * The provider that somebody signed in through last: who comes back without
 * a session is sent there by itself.  The cookie is signed, and says which
 * one it is of the organisation that the browser remembers.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_last_meant(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_org_t **org,
    const ngx_http_login_provider_t **provider);
static ngx_uint_t ngx_http_login_last_top(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_last_again(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_last_read(ngx_http_request_t *r,
    login_last_t *last);
static ngx_int_t ngx_http_login_last_write(ngx_http_request_t *r,
    const login_last_t *last);


ngx_int_t
ngx_http_login_last_remember(ngx_http_request_t *r, login_str_t org,
    login_str_t provider)
{
    u_char        name[LOGIN_ID_LEN];
    login_last_t  last;

    if (login_last_name(name, org, provider) != LOGIN_OK) {
        return NGX_ERROR;
    }

    /* how often it was by itself, goes on */

    if (ngx_http_login_last_read(r, &last) != NGX_OK
        || ngx_memcmp(last.provider, name, LOGIN_ID_LEN) != 0)
    {
        ngx_memzero(&last, sizeof(login_last_t));
        ngx_memcpy(last.provider, name, LOGIN_ID_LEN);
    }

    return ngx_http_login_last_write(r, &last);
}


ngx_int_t
ngx_http_login_last_forget(ngx_http_request_t *r)
{
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL) {
        return NGX_ERROR;
    }

    return visitor->last.len
           ? ngx_http_login_set_last(r, login_str("", 0)) : NGX_OK;
}


ngx_int_t
ngx_http_login_last_find(ngx_http_request_t *r,
    const ngx_http_login_org_t **org,
    const ngx_http_login_provider_t **provider)
{
    ngx_int_t                    rc;
    u_char                       name[LOGIN_ID_LEN];
    ngx_uint_t                   i;
    login_str_t                  typed;
    login_last_t                 last;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    rc = ngx_http_login_last_read(r, &last);
    if (rc != NGX_OK) {
        return rc;
    }

    *org = mcf->org;

    if (mcf->orgs->nelts > 1) {
        rc = ngx_http_login_org_recall(r, &typed);
        if (rc != NGX_OK) {
            return rc;
        }

        *org = ngx_http_login_org_find(mcf, typed.data, typed.len);
    }

    if (*org == NULL || ngx_http_login_region_other(r, *org)) {
        return NGX_DECLINED;
    }

    for (i = 0; i < (*org)->nproviders; i++) {
        *provider = (*org)->providers[i];

        if (login_last_name(name, ngx_http_login_str(&(*org)->name),
                            ngx_http_login_str(&(*provider)->name))
            != LOGIN_OK)
        {
            return NGX_ERROR;
        }

        if (ngx_memcmp(last.provider, name, LOGIN_ID_LEN) == 0) {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/*
 * Whoever is asked to sign in once more does it where they belong.  Who comes
 * without a session sees the doors of the organisation that is remembered,
 * and the way to the others.
 */

ngx_int_t
ngx_http_login_last_show(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const login_form_t *form)
{
    const ngx_http_login_org_t       *org;
    ngx_http_login_main_conf_t       *mcf;
    const ngx_http_login_provider_t  *first;
    const ngx_http_login_identity_t  *identity;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    org = mcf->only;
    first = NULL;

    if (page->values[LOGIN_VAR_NEED].text.len) {

        if (ngx_http_login_identify(r, &identity) == NGX_OK) {
            org = identity->rules;
        }

    } else if (page->values[LOGIN_VAR_SIGNED_IN].text.len == 0) {

        switch (ngx_http_login_last_meant(r, form, &org, &first)) {

        case NGX_OK:
            ngx_http_login_page_flag(page, LOGIN_VAR_ANOTHER);
            break;

        case NGX_DECLINED:
            org = mcf->only;
            first = NULL;
            break;

        default:
            return NGX_ERROR;
        }
    }

    ngx_http_login_page_passwords(page, org ? org->password != 0
                                            : mcf->passwords);

    return ngx_http_login_providers_fill(r, page, org, first, form);
}


/* NGX_DECLINED: there is none, or the address is about something else. */

static ngx_int_t
ngx_http_login_last_meant(ngx_http_request_t *r, const login_form_t *form,
    const ngx_http_login_org_t **org,
    const ngx_http_login_provider_t **provider)
{
    ngx_int_t    rc;
    login_str_t  typed;

    if (r->method == NGX_HTTP_POST
        || login_form_get(form, "switch").len
        || login_form_get(form, "done").len)
    {
        return NGX_DECLINED;
    }

    rc = ngx_http_login_last_find(r, org, provider);
    if (rc != NGX_OK) {
        return rc;
    }

    typed = login_form_get(form, "org");

    if (typed.len) {
        typed = ngx_http_login_org_typed(r, typed);

        return login_str_eq(typed, ngx_http_login_str(&(*org)->name))
               ? NGX_OK : NGX_DECLINED;
    }

    return NGX_OK;
}


/*
 * Nobody is asked anything there, and comes back to this page where somebody
 * has to be.  What is behind a form's answer is left alone: Chromium holds
 * each redirect of a form against "form-action", also those between
 * providers, and would stop in the middle.
 */

ngx_int_t
ngx_http_login_last_leave(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t               rc;
    ngx_http_login_leave_t  leave;

    if (login_form_get(form, "sso").len || !ngx_http_login_last_top(r)) {
        return NGX_DECLINED;
    }

    ngx_memzero(&leave, sizeof(ngx_http_login_leave_t));

    rc = ngx_http_login_last_meant(r, form, &leave.org, &leave.provider);

    if (rc == NGX_OK) {
        rc = ngx_http_login_last_again(r);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? rc
                     : ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    leave.return_to = login_form_get(form, "return_to");
    leave.silent = 1;

    return ngx_http_login_sso_leave(r, &leave);
}


ngx_uint_t
ngx_http_login_last_stays(ngx_http_request_t *r)
{
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    return r->method == NGX_HTTP_POST && visitor && visitor->last.len;
}


/* A page of its own: neither in a frame, nor asked for by a script. */

static ngx_uint_t
ngx_http_login_last_top(ngx_http_request_t *r)
{
    ngx_str_t   *value;
    ngx_uint_t   n;

    value = ngx_http_login_get_header(r, "Sec-Fetch-Dest", &n);

    return n == 0
           || (n == 1
               && value->len == sizeof("document") - 1
               && ngx_strncmp(value->data, "document", value->len) == 0);
}


/* NGX_DECLINED: that was too often. */

static ngx_int_t
ngx_http_login_last_again(ngx_http_request_t *r)
{
    ngx_int_t     rc;
    login_last_t  last;

    rc = ngx_http_login_last_read(r, &last);

    if (rc != NGX_OK) {
        return rc;
    }

    if (!login_last_again(&last, (uint64_t) ngx_time())) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: client comes back from its provider again and "
                      "again, without a session that lasts");
        return NGX_DECLINED;
    }

    return ngx_http_login_last_write(r, &last);
}


static ngx_int_t
ngx_http_login_last_read(ngx_http_request_t *r, login_last_t *last)
{
    u_char                      text[LOGIN_LAST_LEN];
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL) {
        return NGX_ERROR;
    }

    if (visitor->last.len == 0) {
        return NGX_DECLINED;
    }

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return NGX_ERROR;
    }

    switch (login_token_verify(text, LOGIN_LAST_LEN, NULL, worker->crypto,
                               LOGIN_PURPOSE_LAST,
                               ngx_http_login_str(&scf->portal->url),
                               visitor->last))
    {
    case LOGIN_OK:
        login_last_decode(last, text);
        return NGX_OK;

    case LOGIN_NO:
        return NGX_DECLINED;

    default:
        return NGX_ERROR;
    }
}


static ngx_int_t
ngx_http_login_last_write(ngx_http_request_t *r, const login_last_t *last)
{
    u_char                     *p, text[LOGIN_LAST_LEN];
    ngx_http_login_worker_t    *worker;
    ngx_http_login_srv_conf_t  *scf;

    const size_t  len = login_token_len(LOGIN_LAST_LEN);

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);

    p = ngx_pnalloc(r->pool, len);

    if (worker == NULL || p == NULL) {
        return NGX_ERROR;
    }

    login_last_encode(text, last);

    if (login_token_sign(p, worker->crypto, LOGIN_PURPOSE_LAST,
                         ngx_http_login_str(&scf->portal->url),
                         login_str(text, LOGIN_LAST_LEN))
        != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_set_last(r, login_str(p, len));
}
