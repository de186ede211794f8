
/* Regions: each with a portal and a store of its own. */

#include "ngx_http_login_module.h"


char *
ngx_http_login_region(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_http_login_region_t  *region;

    value = cf->args->elts;

    if (!ngx_http_login_is_text(&value[1])
        || !ngx_http_login_is_text(&value[2]))
    {
        return "must have a name and a title of UTF-8";
    }

    if (mcf->regions == NULL) {
        mcf->regions = ngx_array_create(cf->pool, 4,
                                        sizeof(ngx_http_login_region_t));
        if (mcf->regions == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    region = mcf->regions->elts;

    for (i = 0; i < mcf->regions->nelts; i++) {
        if (region[i].name.len == value[1].len
            && ngx_strncmp(region[i].name.data, value[1].data, value[1].len)
               == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate region \"%V\"", &value[1]);
            return NGX_CONF_ERROR;
        }

        if (region[i].url.len == value[3].len
            && ngx_strncmp(region[i].url.data, value[3].data, value[3].len)
               == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate url \"%V\" of regions \"%V\" and "
                               "\"%V\"", &value[3], &region[i].name,
                               &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    region = ngx_array_push(mcf->regions);
    if (region == NULL) {
        return NGX_CONF_ERROR;
    }

    region->name = value[1];
    region->title = value[2];
    region->url = value[3];

    if (ngx_http_login_parse_portal(&region->url, &region->parsed)
        != NGX_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid url \"%V\" of region \"%V\", it must be "
                           "that of its portal, like "
                           "\"https://login.example.com/login/\"",
                           &value[3], &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
