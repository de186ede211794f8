
/* What the portal has beside forms: apps, the session as JSON, assets. */

#include "ngx_http_login_module.h"


static const ngx_http_login_asset_t *ngx_http_login_find_asset(
    ngx_http_login_main_conf_t *mcf, ngx_str_t *name);


ngx_int_t
ngx_http_login_apps_page(ngx_http_request_t *r)
{
    ngx_int_t                         rc;
    ngx_str_t                         url;
    login_str_t                       csrf;
    ngx_http_login_page_t            *page;
    const ngx_http_login_identity_t  *identity;

    switch (ngx_http_login_identify(r, &identity)) {

    case NGX_OK:
        rc = ngx_http_login_flow_is_due(r, identity);

        if (rc != NGX_DECLINED) {
            return ngx_http_login_flow_ask(r, rc);
        }

        break;

    case NGX_DECLINED:
        if (ngx_http_login_signin_url(r, NULL, &url) != NGX_OK) {
            return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
        }

        return ngx_http_login_see_other(r, &url);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    page = ngx_http_login_page(r, LOGIN_PAGE_APPS, NGX_HTTP_OK,
                               LOGIN_REASON_NONE);
    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_login_csrf_make(r, &csrf) != NGX_OK
        || ngx_http_login_splash_fill(r, page, identity) != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);

    return ngx_http_login_page_send(r, page);
}


ngx_int_t
ngx_http_login_session_json(ngx_http_request_t *r)
{
    ngx_int_t                         rc;
    ngx_str_t                         json;
    ngx_uint_t                        status;
    const ngx_http_login_identity_t  *identity;

    rc = ngx_http_login_identify(r, &identity);

    if (rc == NGX_OK) {
        status = NGX_HTTP_OK;
        rc = ngx_http_login_json_identity(r, identity, &json);

    } else {
        status = (rc == NGX_DECLINED) ? NGX_HTTP_UNAUTHORIZED
                                      : NGX_HTTP_SERVICE_UNAVAILABLE;
        rc = ngx_http_login_json_refusal(r, status, &json);
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = status;

    return ngx_http_login_send(r, "application/json", &json);
}


ngx_int_t
ngx_http_login_asset(ngx_http_request_t *r)
{
    size_t                         len;
    ngx_str_t                      body, name;
    ngx_http_login_ctx_t          *ctx;
    ngx_http_core_loc_conf_t      *clcf;
    ngx_http_login_main_conf_t    *mcf;
    const ngx_http_login_asset_t  *asset;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    len = clcf->name.len + sizeof("assets/") - 1;

    name.data = r->uri.data + len;
    name.len = r->uri.len - len;

    asset = ngx_http_login_find_asset(mcf, &name);

    if (asset == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_NOT_FOUND);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    /* what has no hash in its name is asked for each time */

    ctx->cacheable = (asset->name.len == name.len);

    body = asset->data;
    r->headers_out.status = NGX_HTTP_OK;

    return ngx_http_login_send(r, (char *) asset->type.data, &body);
}


/* Organisations may have style sheets of their own, others have icons. */

static const ngx_http_login_asset_t *
ngx_http_login_find_asset(ngx_http_login_main_conf_t *mcf, ngx_str_t *name)
{
    ngx_uint_t                      i;
    ngx_http_login_org_t          **orgs;
    const ngx_http_login_asset_t   *asset;

    orgs = mcf->orgs->elts;

    for (i = 0; i < mcf->orgs->nelts + 3; i++) {

        asset = (i == 0) ? &mcf->terms.style
                         : (i == 1) ? &mcf->script
                                    : (i == 2) ? &mcf->icon
                                               : &orgs[i - 3]->terms.style;

        if (asset->name.len == name->len
            && ngx_memcmp(asset->name.data, name->data, name->len) == 0)
        {
            return asset;
        }
    }

    /* templates of other people's have it under this one */

    if (name->len == sizeof("login.js") - 1
        && ngx_memcmp(name->data, "login.js", sizeof("login.js") - 1) == 0)
    {
        return &mcf->script;
    }

    asset = ngx_http_login_app_icon(mcf, name);

    return asset ? asset : ngx_http_login_provider_icon(mcf, name);
}
