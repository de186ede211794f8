
/* What all forms with a new password have in common. */

#include "ngx_http_login_module.h"


login_reason_e
ngx_http_login_password_form(const login_form_t *form)
{
    login_str_t  password, verify;

    password = login_form_get(form, "password");
    verify = login_form_get(form, "password_verify");

    if (password.len == 0 || verify.len == 0) {
        return LOGIN_REASON_MALFORMED;
    }

    if (password.len != verify.len
        || !login_equal(password.data, verify.data, verify.len))
    {
        return LOGIN_REASON_MISMATCH;
    }

    return LOGIN_REASON_NONE;
}


ngx_int_t
ngx_http_login_password_weak(ngx_http_request_t *r,
    const login_strength_t *strength)
{
    login_strength_t      *copy;
    ngx_http_login_ctx_t  *ctx;

    copy = ngx_palloc(r->pool, sizeof(login_strength_t));
    if (copy == NULL) {
        return NGX_ERROR;
    }

    *copy = *strength;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    ctx->weak = copy;

    return NGX_OK;
}


ngx_int_t
ngx_http_login_password_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    ngx_http_login_register_weak(page, ctx->weak);

    if (ctx->weak
        && ngx_http_login_register_number(r, page, LOGIN_VAR_LACKING,
                                          ctx->weak->count)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_login_register_number(r, page, LOGIN_VAR_MIN,
                                       page->terms->rules.min)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_register_number(r, page, LOGIN_VAR_MAX,
                                          page->terms->rules.max);
}
