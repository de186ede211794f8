
/* In which language to answer, and who chooses another one. */

#include "ngx_http_login_module.h"


static size_t ngx_http_login_language_wanted(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_language_csrf(ngx_http_request_t *r,
    ngx_http_login_page_t *page);
static ngx_int_t ngx_http_login_language_known(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_language_choose(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_int_t ngx_http_login_language_keep(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, login_str_t tag);
static void ngx_http_login_language_kept(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_language_leave(ngx_http_request_t *r);


/*
 * The account's setting, the cookie, what the browser asks for, the default:
 * the first of them that any offered language is near to.
 */

ngx_uint_t
ngx_http_login_language(ngx_http_request_t *r)
{
    size_t  i;

    i = ngx_http_login_language_wanted(r);

    return i != LOGIN_LANGUAGE_NONE ? i : 0;
}


static size_t
ngx_http_login_language_wanted(ngx_http_request_t *r)
{
    size_t                             i;
    ngx_str_t                         *header;
    ngx_uint_t                         n;
    const login_locales_t             *locales;
    ngx_http_login_visitor_t          *visitor;
    ngx_http_login_main_conf_t        *mcf;
    const ngx_http_login_identity_t   *identity;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    locales = mcf->terms.locales;
    i = LOGIN_LANGUAGE_NONE;

    if (ngx_http_login_identify_once(r, &identity) == NGX_OK) {
        i = login_language_find(locales->languages, locales->n,
                                ngx_http_login_str(&identity->language));
    }

    visitor = ngx_http_login_visitor(r);

    if (i == LOGIN_LANGUAGE_NONE && visitor) {
        i = login_language_find(locales->languages, locales->n,
                                visitor->language);
    }

    if (i != LOGIN_LANGUAGE_NONE) {
        return i;
    }

    header = ngx_http_login_get_header(r, "Accept-Language", &n);

    return header ? login_language_accept(locales->languages, locales->n,
                                          ngx_http_login_str(header))
                  : i;
}


/*
 * What the list of languages needs.  Without csrf it is not shown: what is
 * not on the portal's host has no cookie for it.
 */

ngx_int_t
ngx_http_login_language_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page)
{
    login_str_t            target;
    ngx_str_t              tag;
    const login_locale_t  *locale;

    static ngx_str_t  vary = ngx_string("Accept-Language, Cookie");

    locale = ngx_http_login_locale(page);

    tag.data = (u_char *) locale->tag.data;
    tag.len = locale->tag.len;

    ngx_http_login_page_text(page, LOGIN_VAR_LANGUAGE, tag.data, tag.len);
    ngx_http_login_page_text(page, LOGIN_VAR_DIR,
                             locale->rtl ? "rtl" : "ltr", 3);

    if (ngx_http_login_push_header(r, "Content-Language", &tag) == NULL
        || ngx_http_login_push_header(r, "Vary", &vary) == NULL)
    {
        return NGX_ERROR;
    }

    if (page->terms->locales->n < 2
        || ngx_http_login_language_csrf(r, page) != NGX_OK)
    {
        return NGX_OK;
    }

    /* nobody wants to see an error again */

    target = login_str("", 0);

    if (page->page != LOGIN_PAGE_NOT_FOUND
        && page->page != LOGIN_PAGE_ERROR
        && page->page != LOGIN_PAGE_INVALID_LINK
        && ngx_http_login_return_path(r->main, &target) != NGX_OK)
    {
        return NGX_ERROR;
    }

    page->values[LOGIN_VAR_LANGUAGES].rows = page->terms->locales->n;
    ngx_http_login_page_flag(page, LOGIN_VAR_OTHER_LANGUAGES);
    ngx_http_login_page_text(page, LOGIN_VAR_LANGUAGE_RETURN, target.data,
                             target.len);

    return NGX_OK;
}


/* A gate sets no cookie of ours; who signed in has it. */

static ngx_int_t
ngx_http_login_language_csrf(ngx_http_request_t *r,
    ngx_http_login_page_t *page)
{
    login_str_t                       csrf;
    const ngx_http_login_loc_conf_t  *lcf;

    if (page->values[LOGIN_VAR_CSRF].text.len) {
        return NGX_OK;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    if ((!lcf->portal && ngx_http_login_language_known(r) != NGX_OK)
        || ngx_http_login_csrf_make(r, &csrf) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);

    return NGX_OK;
}


/* Does the browser come with the portal's cookie, to the portal's server? */

static ngx_int_t
ngx_http_login_language_known(ngx_http_request_t *r)
{
    ngx_http_core_srv_conf_t   *cscf;
    ngx_http_login_srv_conf_t  *scf;

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (scf->portal->server != cscf || ngx_http_login_asked(r)) {
        return NGX_DECLINED;
    }

    return ngx_http_login_browser(r);
}


void
ngx_http_login_language_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t  rc;

    switch (ngx_http_login_csrf_check(r, form)) {

    case NGX_OK:
        rc = ngx_http_login_language_choose(r, form);
        break;

    case NGX_DECLINED:
        rc = ngx_http_login_error(r, LOGIN_REASON_FORGED);
        break;

    default:
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_int_t
ngx_http_login_language_choose(ngx_http_request_t *r,
    const login_form_t *form)
{
    const login_locale_t              *locale;
    const ngx_http_login_identity_t   *identity;
    const ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    locale = login_locale_find(mcf->terms.locales,
                               login_form_get(form, "language"));

    if (ngx_http_login_set_language(r, locale->tag) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    switch (ngx_http_login_identify(r, &identity)) {

    case NGX_OK:
        if (login_language_is(locale->tag,
                              ngx_http_login_str(&identity->language)))
        {
            return ngx_http_login_language_leave(r);
        }

        return ngx_http_login_language_keep(r, identity, locale->tag);

    case NGX_DECLINED:
        return ngx_http_login_language_leave(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


/* NGX_DONE: the store is at it; else for ngx_http_finalize_request(). */

static ngx_int_t
ngx_http_login_language_keep(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, login_str_t tag)
{
    ngx_int_t                 rc;
    login_result_e            result;
    login_account_t           account;
    login_changes_t          *changes;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    changes = login_changes_create();

    if (worker == NULL || changes == NULL
        || login_view_begin(worker->view) != LOGIN_OK)
    {
        login_changes_destroy(changes);
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    result = login_account_get(&account, worker->view,
                               identity->ticket.account);

    if (result == LOGIN_OK) {
        account.language = tag;
        login_account_update(changes, &account);
    }

    login_view_end(worker->view);

    if (result != LOGIN_OK) {
        login_changes_destroy(changes);
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    login_changes_urgent(changes);

    rc = ngx_http_login_task_commit(r, worker, changes,
                                    ngx_http_login_language_kept, NULL, NULL);

    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    return ngx_http_login_error(r, rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                  : LOGIN_REASON_INTERNAL);
}


/* LOGIN_NO: somebody changed the account at the same time. */

static void
ngx_http_login_language_kept(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    if (rc != LOGIN_OK) {
        ngx_http_finalize_request(r,
            ngx_http_login_error(r, rc == LOGIN_NO ? LOGIN_REASON_BUSY
                                                   : LOGIN_REASON_STORE));
        return;
    }

    ngx_http_login_event(r, LOGIN_LOG_LANGUAGE_CHANGED, NULL);

    ngx_http_finalize_request(r, ngx_http_login_language_leave(r));
}


static ngx_int_t
ngx_http_login_language_leave(ngx_http_request_t *r)
{
    ngx_str_t                         url;
    ngx_http_login_ctx_t             *ctx;
    const ngx_http_login_identity_t  *identity;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if (ngx_http_login_return_url(r, login_form_get(ctx->form, "return_to"),
                                  ngx_http_login_identify(r, &identity)
                                  == NGX_OK ? "apps" : "", &url)
        != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}
