
/* "login_password": what is asked of new passwords. */

#include "ngx_http_login_module.h"


static char *ngx_http_login_load_blocklist(ngx_conf_t *cf,
    ngx_http_login_terms_t *terms);
static void ngx_http_login_free_blocklist(void *data);


char *
ngx_http_login_password(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_int_t                rc;
    ngx_str_t               *value;
    ngx_uint_t               i;
    ngx_http_login_terms_t  *terms;

    terms = (ngx_http_login_terms_t *) ((u_char *) conf + cmd->offset);

    if (terms->password_min != NGX_CONF_UNSET
        || terms->password_max != NGX_CONF_UNSET
        || terms->password_score != NGX_CONF_UNSET
        || terms->blocklist.len != 0)
    {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_login_is(&value[i], "min=")) {
            rc = ngx_http_login_number(cf, &value[i], sizeof("min=") - 1,
                                       1, LOGIN_STRENGTH_MAX,
                                       &terms->password_min);

        } else if (ngx_http_login_is(&value[i], "max=")) {
            rc = ngx_http_login_number(cf, &value[i], sizeof("max=") - 1,
                                       1, LOGIN_STRENGTH_MAX,
                                       &terms->password_max);

        } else if (ngx_http_login_is(&value[i], "score=")) {
            rc = ngx_http_login_number(cf, &value[i], sizeof("score=") - 1,
                                       0, 4, &terms->password_score);

        } else if (ngx_http_login_is(&value[i], "blocklist=")
                   && value[i].len > sizeof("blocklist=") - 1)
        {
            terms->blocklist.data = value[i].data + sizeof("blocklist=") - 1;
            terms->blocklist.len = value[i].len - (sizeof("blocklist=") - 1);

            rc = ngx_conf_full_name(cf->cycle, &terms->blocklist, 1);

        } else {
            return ngx_http_login_invalid(cf, &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    /* without an own "min" the usual one counts, and so for "max" */

    if ((terms->password_min != NGX_CONF_UNSET ? terms->password_min
                                             : LOGIN_STRENGTH_MIN)
        > (terms->password_max != NGX_CONF_UNSET ? terms->password_max
                                               : LOGIN_STRENGTH_MAX))
    {
        return "has a \"min\" (15 without one) that is larger than its "
               "\"max\"";
    }

    return terms->blocklist.len ? ngx_http_login_load_blocklist(cf, terms)
                              : NGX_CONF_OK;
}


/* It is the master's, and its workers have it by fork. */

static char *
ngx_http_login_load_blocklist(ngx_conf_t *cf, ngx_http_login_terms_t *terms)
{
    login_error_t        error;
    login_blocklist_t   *list;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    if (login_blocklist_load(&list, (char *) terms->blocklist.data, &error)
        != LOGIN_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"blocklist\" of \"login_password\": %s",
                           error.text);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_http_login_free_blocklist;
    cln->data = list;

    terms->rules.blocklist = list;

    return NGX_CONF_OK;
}


static void
ngx_http_login_free_blocklist(void *data)
{
    login_blocklist_destroy(data);
}
