
/* "login_languages". */

#include "ngx_http_login_module.h"


char *
ngx_http_login_languages(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t *mcf = conf;

    ngx_str_t               *value;
    ngx_uint_t               i;
    login_str_t              tag;
    login_language_t        *language;
    const login_language_t  *shipped;

    if (mcf->languages) {
        return "is duplicate";
    }

    mcf->languages = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                      sizeof(login_language_t));
    if (mcf->languages == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        tag = ngx_http_login_str(&value[i]);

        if (login_language_check(tag) != LOGIN_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid language \"%V\" in "
                               "\"login_languages\", write a tag like \"de\" "
                               "or \"pt-BR\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        shipped = login_language_shipped(tag);
        tag = shipped ? shipped->tag : tag;

        for (language = mcf->languages->elts;
             language < (login_language_t *) mcf->languages->elts
                        + mcf->languages->nelts;
             language++)
        {
            if (login_language_is(language->tag, tag)) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "duplicate language \"%V\" in "
                                   "\"login_languages\"", &value[i]);
                return NGX_CONF_ERROR;
            }
        }

        language = ngx_array_push(mcf->languages);

        if (shipped) {
            *language = *shipped;
            continue;
        }

        language->tag = tag;
        language->name = tag;
        language->rtl = 0;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_login_init_languages(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    login_language_t        *language;
    const login_language_t  *shipped;

    if (mcf->languages) {
        return NGX_OK;
    }

    mcf->languages = ngx_array_create(cf->pool, 64, sizeof(login_language_t));
    if (mcf->languages == NULL) {
        return NGX_ERROR;
    }

    for (shipped = login_languages; shipped->tag.len; shipped++) {
        language = ngx_array_push(mcf->languages);
        if (language == NULL) {
            return NGX_ERROR;
        }

        *language = *shipped;
    }

    return NGX_OK;
}
