
/* What the policy lists of one location. */

#include "ngx_http_login_module.h"


ngx_int_t
ngx_http_login_policy_require(ngx_conf_t *cf, ngx_array_t *conditions,
    login_strings_t *list)
{
    ngx_uint_t                 i;
    ngx_http_login_require_t  *require;

    list->n = conditions->nelts;
    list->s = ngx_palloc(cf->temp_pool, list->n * sizeof(login_str_t));
    if (list->s == NULL) {
        return NGX_ERROR;
    }

    require = conditions->elts;

    for (i = 0; i < list->n; i++) {
        list->s[i] = login_str(require[i].text.data, require[i].text.len);
    }

    return NGX_OK;
}


/* The methods that "limit_except" in the location "clcf" names. */

ngx_int_t
ngx_http_login_policy_methods(ngx_conf_t *cf, ngx_http_core_loc_conf_t *clcf,
    login_strings_t *list)
{
    ngx_uint_t  i;

    static const struct {
        login_str_t  name;
        uint32_t     method;
    } methods[] = {
        { login_string("GET"), NGX_HTTP_GET },
        { login_string("HEAD"), NGX_HTTP_HEAD },
        { login_string("POST"), NGX_HTTP_POST },
        { login_string("PUT"), NGX_HTTP_PUT },
        { login_string("DELETE"), NGX_HTTP_DELETE },
        { login_string("MKCOL"), NGX_HTTP_MKCOL },
        { login_string("COPY"), NGX_HTTP_COPY },
        { login_string("MOVE"), NGX_HTTP_MOVE },
        { login_string("OPTIONS"), NGX_HTTP_OPTIONS },
        { login_string("PROPFIND"), NGX_HTTP_PROPFIND },
        { login_string("PROPPATCH"), NGX_HTTP_PROPPATCH },
        { login_string("LOCK"), NGX_HTTP_LOCK },
        { login_string("UNLOCK"), NGX_HTTP_UNLOCK },
        { login_string("PATCH"), NGX_HTTP_PATCH }
    };

    list->s = ngx_palloc(cf->temp_pool, sizeof(methods) / sizeof(methods[0])
                                        * sizeof(login_str_t));
    if (list->s == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (!(clcf->limit_except & methods[i].method)) {
            list->s[list->n++] = methods[i].name;
        }
    }

    return NGX_OK;
}
