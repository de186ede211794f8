
/* Buttons on pages that lead to identity providers. */

#include "ngx_http_login_module.h"


/* Which of an organisation's providers an account is linked to. */
typedef struct {
    const ngx_http_login_org_t  *org;
    ngx_uint_t                   n;
    u_char                      *linked;    /* one for each of them */
} ngx_http_login_linked_t;


static ngx_int_t ngx_http_login_provider_row(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_org_t *org,
    const ngx_http_login_provider_t *provider, const login_form_t *form,
    login_value_t *row);
static ngx_int_t ngx_http_login_provider_image(ngx_http_request_t *r,
    login_str_t portal, const ngx_http_login_provider_t *provider,
    login_value_t *value);
static login_result_e ngx_http_login_provider_linked(void *data,
    const login_federated_t *federated);
static ngx_int_t ngx_http_login_provider_url(ngx_http_request_t *r,
    login_str_t portal, const ngx_http_login_org_t *org,
    const ngx_http_login_provider_t *provider, const login_form_t *form,
    login_str_t *url);


ngx_int_t
ngx_http_login_providers_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_org_t *org,
    const ngx_http_login_provider_t *first, const login_form_t *form)
{
    ngx_uint_t                        i, n;
    login_value_t                    *rows;
    const ngx_http_login_provider_t  *provider;

    static const login_form_t  nothing;

    if (org == NULL || org->nproviders == 0) {
        return NGX_OK;
    }

    rows = ngx_pcalloc(r->pool, org->nproviders * LOGIN_VARS
                                * sizeof(login_value_t));
    if (rows == NULL) {
        return NGX_ERROR;
    }

    if (form == NULL) {
        form = &nothing;
    }

    for (i = 0, n = (first != NULL); i < org->nproviders; i++) {
        provider = org->providers[i];

        if (ngx_http_login_provider_row(r, page, org, provider, form, rows
                                        + (provider == first ? 0 : n++)
                                          * LOGIN_VARS)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    page->values[LOGIN_VAR_PROVIDERS].rows = org->nproviders;
    page->values[LOGIN_VAR_PROVIDERS].row = rows;

    ngx_http_login_page_flag(page, LOGIN_VAR_SSO);

    if (page->values[LOGIN_VAR_ORG].text.len == 0) {
        ngx_http_login_page_text(page, LOGIN_VAR_ORG, org->name.data,
                                 org->name.len);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_provider_row(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_org_t *org,
    const ngx_http_login_provider_t *provider, const login_form_t *form,
    login_value_t *row)
{
    login_str_t  portal;

    portal = page->values[LOGIN_VAR_PORTAL].text;

    row[LOGIN_VAR_PROVIDER].text = ngx_http_login_str(&provider->title);

    if (ngx_http_login_provider_url(r, portal, org, provider, form,
                                    &row[LOGIN_VAR_PROVIDER_URL].text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_provider_image(r, portal, provider,
                                         &row[LOGIN_VAR_PROVIDER_ICON]);
}


static ngx_int_t
ngx_http_login_provider_image(ngx_http_request_t *r, login_str_t portal,
    const ngx_http_login_provider_t *provider, login_value_t *value)
{
    u_char           *p;
    const ngx_str_t  *icon;

    icon = &provider->icon.name;

    if (icon->len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, portal.len + sizeof("assets/") + icon->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->text = login_str(p, (size_t) (ngx_sprintf(p, "%*sassets/%V",
                                                     portal.len, portal.data,
                                                     icon) - p));

    return NGX_OK;
}


ngx_int_t
ngx_http_login_providers_linked(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_org_t *org,
    login_view_t *view, const u_char account[LOGIN_ID_LEN])
{
    ngx_uint_t                i;
    login_str_t               portal;
    login_value_t            *rows, *row;
    ngx_http_login_linked_t   list;

    if (org == NULL || org->nproviders == 0) {
        return NGX_OK;
    }

    list.org = org;
    list.n = 0;
    list.linked = ngx_pcalloc(r->pool, org->nproviders);

    if (list.linked == NULL
        || login_federated_walk(view, account, ngx_http_login_provider_linked,
                                &list)
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    if (list.n == 0) {
        return NGX_OK;
    }

    rows = ngx_pcalloc(r->pool, list.n * LOGIN_VARS * sizeof(login_value_t));
    if (rows == NULL) {
        return NGX_ERROR;
    }

    portal = page->values[LOGIN_VAR_PORTAL].text;
    row = rows;

    for (i = 0; i < org->nproviders; i++) {

        if (!list.linked[i]) {
            continue;
        }

        row[LOGIN_VAR_PROVIDER].text
            = ngx_http_login_str(&org->providers[i]->title);

        if (ngx_http_login_provider_image(r, portal, org->providers[i],
                                          &row[LOGIN_VAR_PROVIDER_ICON])
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        row += LOGIN_VARS;
    }

    page->values[LOGIN_VAR_PROVIDERS].rows = list.n;
    page->values[LOGIN_VAR_PROVIDERS].row = rows;

    ngx_http_login_page_flag(page, LOGIN_VAR_CONNECTED);

    return NGX_OK;
}


/* By the issuer, as at the sign-in: a provider's name may have changed. */

static login_result_e
ngx_http_login_provider_linked(void *data, const login_federated_t *federated)
{
    ngx_http_login_linked_t *list = data;

    ngx_uint_t                   i;
    const ngx_http_login_org_t  *org;

    org = list->org;

    for (i = 0; i < org->nproviders; i++) {

        if (!list->linked[i]
            && login_str_eq(org->providers[i]->rp.issuer, federated->issuer))
        {
            list->linked[i] = 1;
            list->n++;
        }
    }

    return LOGIN_OK;
}


/* A link: where a form leads is checked at each redirect, far from here. */

static ngx_int_t
ngx_http_login_provider_url(ngx_http_request_t *r, login_str_t portal,
    const ngx_http_login_org_t *org,
    const ngx_http_login_provider_t *provider, const login_form_t *form,
    login_str_t *url)
{
    u_char       *p;
    size_t        len;
    login_str_t   return_to;

    return_to = login_form_get(form, "return_to");

    if (!ngx_http_login_return_allowed(r, return_to)) {
        return_to = login_str("", 0);
    }

    len = portal.len + provider->name.len + 3 * org->name.len
          + 3 * return_to.len
          + sizeof("sso/?org=&return_to=&need=login&switch=1&shared=1");

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *url = login_str(p, 0);

    p = ngx_sprintf(p, "%*ssso/%V?org=", portal.len, portal.data,
                    &provider->name);
    p += login_percent_encode(p, ngx_http_login_str(&org->name));

    if (return_to.len) {
        p = ngx_cpymem(p, "&return_to=", sizeof("&return_to=") - 1);
        p += login_percent_encode(p, return_to);
    }

    if (login_str_eq(login_form_get(form, "need"), login_cstr("login"))) {
        p = ngx_cpymem(p, "&need=login", sizeof("&need=login") - 1);
    }

    if (login_str_eq(login_form_get(form, "switch"), login_cstr("1"))) {
        p = ngx_cpymem(p, "&switch=1", sizeof("&switch=1") - 1);
    }

    if (login_form_get(form, "shared").len) {
        p = ngx_cpymem(p, "&shared=1", sizeof("&shared=1") - 1);
    }

    url->len = (size_t) (p - url->data);

    return NGX_OK;
}


void
ngx_http_login_page_passwords(ngx_http_login_page_t *page,
    ngx_uint_t passwords)
{
    ngx_http_login_page_text(page, LOGIN_VAR_PASSWORDS, "1", passwords);
}
