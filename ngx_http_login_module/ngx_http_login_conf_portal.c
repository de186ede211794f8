
/* The location of the portal: where it may stand, and what it is like. */

#include "ngx_http_login_module.h"


char *
ngx_http_login_portal(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_loc_conf_t  *lcf = conf;

    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_login_srv_conf_t  *scf;

    if (lcf->portal) {
        return "is duplicate";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    scf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_login_module);

    if (clcf->name.len == 0
        || clcf->name.data[0] != '/'
        || clcf->name.data[clcf->name.len - 1] != '/'
        || clcf->exact_match
        || clcf->noname
#if (NGX_PCRE)
        || clcf->regex
#endif
       )
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" directive in location \"%V\" must be in a "
                           "plain prefix location that ends in \"/\", like "
                           "\"location /login/\"", &cmd->name, &clcf->name);
        return NGX_CONF_ERROR;
    }

    if (scf->own.len != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" directive is in location \"%V\" of this "
                           "server already", &cmd->name, &scf->own);
        return NGX_CONF_ERROR;
    }

    if (clcf->handler) {
        return "must not be beside another one that answers requests, "
               "remove one of them";
    }

    scf->own = clcf->name;
    scf->own_file = cf->conf_file->file.name.data;
    scf->own_line = cf->conf_file->line;

    lcf->portal = 1;

    clcf->handler = ngx_http_login_portal_handler;
    clcf->auto_redirect = 1;

#if (NGX_PCRE)
    clcf->noregex = 1;
#endif

    return NGX_CONF_OK;
}


/*
 * The portal guards itself, whatever "login" says around it, and takes
 * small forms that must never touch the disk.
 */

char *
ngx_http_login_merge_portal(ngx_conf_t *cf, ngx_http_login_loc_conf_t *conf)
{
    ngx_http_login_require_t   *require;
    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_login_srv_conf_t  *scf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    scf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_login_module);

    if (conf->depth != 2) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"login_portal\" directive in location \"%V\" must be "
                      "directly in the server, not in another location "
                      "in %s:%ui", &clcf->name, scf->own_file, scf->own_line);
        return NGX_CONF_ERROR;
    }

    if (conf->gate != NGX_CONF_UNSET_UINT
        && conf->gate != NGX_HTTP_LOGIN_OFF)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"login\" directive must not be in location \"%V\", "
                      "which has \"login_portal\": nobody could sign in "
                      "in %s:%ui", &clcf->name, scf->own_file, scf->own_line);
        return NGX_CONF_ERROR;
    }

    if (conf->require != NGX_CONF_UNSET_PTR) {
        require = conf->require->elts;

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"login_require\" directive must not be in location "
                      "\"%V\", which has \"login_portal\": nobody could sign "
                      "in in %s:%ui", &clcf->name, require->file,
                      require->line);
        return NGX_CONF_ERROR;
    }

    if (clcf->handler != ngx_http_login_portal_handler) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"login_portal\" directive in location \"%V\" must not "
                      "be beside another one that answers requests, remove "
                      "one of them in %s:%ui",
                      &clcf->name, scf->own_file, scf->own_line);
        return NGX_CONF_ERROR;
    }

    conf->gate = NGX_HTTP_LOGIN_OFF;
    conf->require = conf->outer->require;

    clcf->client_max_body_size = NGX_HTTP_LOGIN_BODY_MAX;
    clcf->client_body_buffer_size = 2 * NGX_HTTP_LOGIN_BODY_MAX;
    clcf->client_body_in_file_only = 0;
    clcf->client_body_in_single_buffer = 1;
    clcf->error_pages = NULL;

    return NGX_CONF_OK;
}


void
ngx_http_login_count_gate(ngx_conf_t *cf)
{
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_login_module);
    scf->gates++;
}
