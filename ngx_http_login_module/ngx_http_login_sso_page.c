
/* Single sign-on: which provider an address is about, and what of it. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_sso_method(ngx_http_request_t *r,
    const char *allowed);
static const ngx_http_login_provider_t *ngx_http_login_sso_provider(
    ngx_http_request_t *r, login_str_t *rest);


ngx_int_t
ngx_http_login_sso_page(ngx_http_request_t *r)
{
    login_str_t                       rest;
    const ngx_http_login_provider_t  *provider;

    provider = ngx_http_login_sso_provider(r, &rest);

    if (provider && rest.len == 0) {
        return ngx_http_login_sso_begin(r, provider);
    }

    if (provider && login_str_eq(rest, login_cstr("/callback"))) {
        return ngx_http_login_sso_callback(r, provider);
    }

    if (provider && login_str_eq(rest, login_cstr("/logout"))) {
        return ngx_http_login_sso_method(r, "POST");
    }

    return ngx_http_login_error(r, LOGIN_REASON_NOT_FOUND);
}


void
ngx_http_login_sso_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t                         rc;
    login_str_t                       rest;
    const ngx_http_login_provider_t  *provider;

    provider = ngx_http_login_sso_provider(r, &rest);

    if (provider && login_str_eq(rest, login_cstr("/logout"))) {
        ngx_http_login_backchannel(r, provider, form);
        return;
    }

    if (provider
        && (rest.len == 0 || login_str_eq(rest, login_cstr("/callback"))))
    {
        rc = ngx_http_login_sso_method(r, "GET, HEAD");

    } else {
        rc = ngx_http_login_error(r, LOGIN_REASON_NOT_FOUND);
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_login_sso_method(ngx_http_request_t *r, const char *allowed)
{
    ngx_str_t  allow;

    allow.data = (u_char *) allowed;
    allow.len = ngx_strlen(allowed);

    if (ngx_http_login_push_header(r, "Allow", &allow) == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_login_error(r, LOGIN_REASON_METHOD);
}


/* That the address names, and what follows; NULL: there is none. */

static const ngx_http_login_provider_t *
ngx_http_login_sso_provider(ngx_http_request_t *r, login_str_t *rest)
{
    u_char                      *p, *last, *end;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    p = r->uri.data + scf->own.len + sizeof("sso/") - 1;
    last = r->uri.data + r->uri.len;

    end = ngx_strlchr(p, last, '/');

    if (end == NULL) {
        end = last;
    }

    *rest = login_str(end, last - end);

    return ngx_http_login_provider_find(mcf, p, end - p);
}
