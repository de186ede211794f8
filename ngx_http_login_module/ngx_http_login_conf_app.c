
/* The directive "login_app": tiles of the page "apps", and their icons. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_app_param(ngx_conf_t *cf,
    ngx_http_login_app_t *app, ngx_str_t *value);
static ngx_int_t ngx_http_login_app_address(const ngx_str_t *url);


char *
ngx_http_login_app(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_str_t             *value;
    ngx_int_t              rc;
    ngx_uint_t             i;
    ngx_http_login_app_t  *app;

    value = cf->args->elts;

    if (!ngx_http_login_is_text(&value[1])) {
        return "must have a title of UTF-8";
    }

    if (ngx_http_login_app_address(&value[2]) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid url \"%V\" of app \"%V\", it must be a "
                           "path, or like \"https://example.com/\"",
                           &value[2], &value[1]);
        return NGX_CONF_ERROR;
    }

    if (mcf->apps == NULL) {
        mcf->apps = ngx_array_create(cf->pool, 8,
                                     sizeof(ngx_http_login_app_t));
        if (mcf->apps == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    app = ngx_array_push(mcf->apps);
    if (app == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(app, sizeof(ngx_http_login_app_t));

    app->title = value[1];
    app->url = value[2];
    app->letter = login_letter(ngx_http_login_str(&value[1]));

    for (i = 3; i < cf->args->nelts; i++) {
        if (ngx_http_login_quoted(cf, &i, "text=") != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        rc = ngx_http_login_app_param(cf, app, &value[i]);

        if (rc == NGX_DECLINED) {
            return ngx_http_login_invalid(cf, &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_login_app_param(ngx_conf_t *cf, ngx_http_login_app_t *app,
    ngx_str_t *value)
{
    ngx_str_t                  s;
    ngx_http_login_require_t  *require;

    if (ngx_http_login_is(value, "icon=") && app->icon.data.len == 0) {
        s.data = value->data + 5;
        s.len = value->len - 5;

        return s.len ? ngx_http_login_load_icon(cf, &app->icon, &s, "app",
                                                &app->title)
                     : NGX_DECLINED;
    }

    if (ngx_http_login_is(value, "text=") && app->text.len == 0) {
        app->text.data = value->data + 5;
        app->text.len = value->len - 5;

        return ngx_http_login_is_text(&app->text) ? NGX_OK : NGX_DECLINED;
    }

    if (app->shown == NULL) {
        app->shown = ngx_array_create(cf->pool, 1,
                                      sizeof(ngx_http_login_require_t));
        if (app->shown == NULL) {
            return NGX_ERROR;
        }

        require = ngx_array_push(app->shown);

        ngx_memzero(require, sizeof(ngx_http_login_require_t));

        require->max_age = NGX_CONF_UNSET;
        require->file = cf->conf_file->file.name.data;
        require->line = cf->conf_file->line;
    }

    require = app->shown->elts;

    if (ngx_http_login_is(value, "org=")) {
        return ngx_http_login_require_names(cf, require, &require->orgs,
                                            value, 4);
    }

    if (ngx_http_login_is(value, "role=")) {
        return ngx_http_login_require_names(cf, require, &require->roles,
                                            value, 5);
    }

    return NGX_DECLINED;
}


/* As templates print one; anything else would be a tile that leads nowhere. */

static ngx_int_t
ngx_http_login_app_address(const ngx_str_t *url)
{
    login_url_t  parsed;
    login_str_t  s;

    s = ngx_http_login_str(url);

    if (login_str_begins(s, "/") && !login_str_begins(s, "//")) {
        return login_url_path(s) == LOGIN_OK ? NGX_OK : NGX_DECLINED;
    }

    return login_url_parse(&parsed, s) == LOGIN_OK ? NGX_OK : NGX_DECLINED;
}


/* A name that is mistyped would be a tile that nobody sees. */

ngx_int_t
ngx_http_login_app_init(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_str_t                 *name;
    ngx_uint_t                 i, j;
    ngx_http_login_app_t      *app;
    ngx_http_login_require_t  *require;

    if (mcf->apps == NULL) {
        return NGX_OK;
    }

    app = mcf->apps->elts;

    for (i = 0; i < mcf->apps->nelts; i++) {
        require = app[i].shown ? app[i].shown->elts : NULL;

        if (require == NULL || require->orgs == NULL) {
            continue;
        }

        name = require->orgs->elts;

        for (j = 0; j < require->orgs->nelts; j++) {
            if (ngx_http_login_org_find(mcf, name[j].data, name[j].len)
                == NULL)
            {
                ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                              "no \"login_org\" is named \"%V\" in %s:%ui",
                              &name[j], require->file, require->line);
            }
        }
    }

    return NGX_OK;
}
