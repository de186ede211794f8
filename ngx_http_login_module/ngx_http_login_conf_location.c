
/* What holds in a location: its own lines, and what it inherits. */

#include "ngx_http_login_module.h"


void *
ngx_http_login_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_login_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_login_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->portal = 0;
     *     conf->status = 0;
     *     conf->forward = NULL;
     *     conf->depth = 0;
     *     conf->outer = NULL;
     *     conf->clcf = NULL;
     */

    conf->gate = NGX_CONF_UNSET_UINT;
    conf->redirect = NGX_CONF_UNSET_UINT;
    conf->require = NGX_CONF_UNSET_PTR;

    return conf;
}


char *
ngx_http_login_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_login_loc_conf_t  *prev = parent;
    ngx_http_login_loc_conf_t  *conf = child;

    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_login_loc_conf_t  *outer;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    conf->depth = prev->depth + 1;
    conf->clcf = clcf;

    if (ngx_http_login_policy_note(cf, prev, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_conf_merge_uint_value(conf->redirect, prev->redirect,
                              NGX_HTTP_LOGIN_AUTO);

    if (conf->portal) {
        conf->outer = prev;
        return ngx_http_login_merge_portal(cf, conf);
    }

    /* these are open, but nothing else is because of that */

    outer = prev;

    if ((prev->portal && (!clcf->noname || clcf->handler))
        || (prev->forward && !clcf->noname)
        || prev->status)
    {
        outer = prev->outer;
    }

    if (conf->forward || (prev->forward && clcf->noname)) {
        conf->outer = outer;
        ngx_conf_merge_ptr_value(conf->require, prev->require, NULL);
        conf->forward = conf->forward ? conf->forward : prev->forward;

        return ngx_http_login_merge_forward(cf, conf);
    }

    if (conf->status) {
        conf->outer = outer;
        return ngx_http_login_merge_status(cf, conf);
    }

    ngx_conf_merge_uint_value(conf->gate, outer->gate, NGX_HTTP_LOGIN_OFF);

    if (conf->require != NGX_CONF_UNSET_PTR
        && conf->gate == NGX_HTTP_LOGIN_OFF)
    {
        return ngx_http_login_require_unused(cf, conf->require);
    }

    ngx_conf_merge_ptr_value(conf->require, prev->require, NULL);

    if (conf->gate != NGX_HTTP_LOGIN_OFF) {
        ngx_http_login_count_gate(cf);
    }

    return NGX_CONF_OK;
}
