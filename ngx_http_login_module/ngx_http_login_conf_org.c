
/* "login_org": what a block may say. */

#include "ngx_http_login_module.h"


static char *ngx_http_login_org_providers(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_login_org_text(ngx_conf_t *cf, void *post, void *data);


static ngx_conf_enum_t  ngx_http_login_org_mfa[] = {
    { ngx_string("off"), NGX_HTTP_LOGIN_MFA_OFF },
    { ngx_string("optional"), NGX_HTTP_LOGIN_MFA_OPTIONAL },
    { ngx_string("required"), NGX_HTTP_LOGIN_MFA_REQUIRED },
    { ngx_null_string, 0 }
};


static ngx_conf_post_t  ngx_http_login_org_text_post = {
    ngx_http_login_org_text
};


static ngx_command_t  ngx_http_login_org_commands[] = {

    { ngx_string("region"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_login_org_t, region_name),
      &ngx_http_login_not_empty_post },

    { ngx_string("mfa"),
      NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      0,
      offsetof(ngx_http_login_org_t, mfa),
      &ngx_http_login_org_mfa },

    { ngx_string("password"),
      NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_http_login_org_t, password),
      NULL },

    { ngx_string("provider"),
      NGX_CONF_1MORE,
      ngx_http_login_org_providers,
      0,
      0,
      NULL },

    { ngx_string("contact"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_login_org_t, contact),
      &ngx_http_login_org_text_post },

    { ngx_string("login_session"),
      NGX_CONF_1MORE,
      ngx_http_login_session,
      0,
      offsetof(ngx_http_login_org_t, terms),
      NULL },

    { ngx_string("login_password"),
      NGX_CONF_1MORE,
      ngx_http_login_password,
      0,
      offsetof(ngx_http_login_org_t, terms),
      NULL },

    { ngx_string("login_templates"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_login_org_t, terms.templates),
      &ngx_http_login_not_empty_post },

      ngx_null_command
};


char *
ngx_http_login_org(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    size_t                  len;
    u_char                  text[LOGIN_USERNAME_MAX];
    ngx_str_t              *value, name;
    ngx_uint_t              i;
    ngx_http_login_org_t   *org, **orgs;

    value = cf->args->elts;

    if (login_org_normalise(text, &len, ngx_http_login_str(&value[1]))
        != LOGIN_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" of an organisation, it must "
                           "be a word like \"acme\" of at most %d bytes",
                           &value[1], LOGIN_ORG_MAX);
        return NGX_CONF_ERROR;
    }

    if (!ngx_http_login_is_text(&value[2])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid title \"%V\" of organisation \"%V\", it "
                           "must be a line of UTF-8", &value[2], &value[1]);
        return NGX_CONF_ERROR;
    }

    name.data = text;
    name.len = len;

    orgs = mcf->orgs ? mcf->orgs->elts : NULL;

    for (i = 0; mcf->orgs && i < mcf->orgs->nelts; i++) {
        if (orgs[i]->name.len == len
            && ngx_memcmp(orgs[i]->name.data, text, len) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate organisation \"%V\", see %s:%ui",
                               &name, orgs[i]->file, orgs[i]->line);
            return NGX_CONF_ERROR;
        }
    }

    org = ngx_http_login_org_add(cf, mcf, &name);
    if (org == NULL) {
        return NGX_CONF_ERROR;
    }

    org->title = value[2];
    org->declared = 1;
    org->file = cf->conf_file->file.name.data;
    org->line = cf->conf_file->line;

    return ngx_http_login_block(cf, ngx_http_login_org_commands, org);
}


/* Those of all lines of a block. */

static char *
ngx_http_login_org_providers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_org_t  *org = conf;

    ngx_str_t   *value, *name;
    ngx_uint_t   i, j;

    if (org->provider_names == NULL) {
        org->provider_names = ngx_array_create(cf->pool, 2,
                                               sizeof(ngx_str_t));
        if (org->provider_names == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        name = org->provider_names->elts;

        ngx_strlow(value[i].data, value[i].data, value[i].len);

        for (j = 0; j < org->provider_names->nelts; j++) {
            if (name[j].len == value[i].len
                && ngx_strncmp(name[j].data, value[i].data, value[i].len)
                   == 0)
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "duplicate provider \"%V\"", &value[i]);
                return NGX_CONF_ERROR;
            }
        }

        name = ngx_array_push(org->provider_names);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_login_org_text(ngx_conf_t *cf, void *post, void *data)
{
    return ngx_http_login_is_text(data) ? NGX_CONF_OK
                                        : "must be a line of UTF-8";
}
