
/* "login_provider": what a block may say. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_provider_name(const ngx_str_t *name);
static char *ngx_http_login_provider_oidc(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_login_provider_saml(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_login_provider_client(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_login_provider_scope(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_login_provider_claims(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_login_provider_domain(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_login_provider_image(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_http_login_provider_commands[] = {

    { ngx_string("oidc"),
      NGX_CONF_TAKE1,
      ngx_http_login_provider_oidc,
      0,
      0,
      NULL },

    { ngx_string("saml"),
      NGX_CONF_1MORE,
      ngx_http_login_provider_saml,
      0,
      0,
      NULL },

    { ngx_string("client_id"),
      NGX_CONF_TAKE1,
      ngx_http_login_provider_client,
      0,
      0,
      NULL },

    { ngx_string("client_secret_file"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_login_provider_t, secret_file),
      &ngx_http_login_not_empty_post },

    { ngx_string("scope"),
      NGX_CONF_1MORE,
      ngx_http_login_provider_scope,
      0,
      0,
      NULL },

    { ngx_string("claims"),
      NGX_CONF_1MORE,
      ngx_http_login_provider_claims,
      0,
      0,
      NULL },

    { ngx_string("domain"),
      NGX_CONF_1MORE,
      ngx_http_login_provider_domain,
      0,
      0,
      NULL },

    { ngx_string("icon"),
      NGX_CONF_TAKE1,
      ngx_http_login_provider_image,
      0,
      0,
      NULL },

    { ngx_string("provision"),
      NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_http_login_provider_t, provision),
      NULL },

      ngx_null_command
};


char *
ngx_http_login_provider(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_login_provider_t  *provider;

    value = cf->args->elts;

    if (ngx_http_login_provider_name(&value[1]) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" of a provider, it must be a "
                           "word like \"okta\" of at most %d letters, "
                           "digits, \"-\", \"_\" and \".\"",
                           &value[1], LOGIN_PROVIDER_MAX);
        return NGX_CONF_ERROR;
    }

    if (!ngx_http_login_is_text(&value[2])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid title \"%V\" of provider \"%V\", it must "
                           "be a line of UTF-8", &value[2], &value[1]);
        return NGX_CONF_ERROR;
    }

    if (mcf->providers == NULL) {
        mcf->providers = ngx_array_create(cf->pool, 4,
                                          sizeof(ngx_http_login_provider_t));
        if (mcf->providers == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    provider = mcf->providers->elts;

    for (i = 0; i < mcf->providers->nelts; i++) {
        if (provider[i].name.len == value[1].len
            && ngx_memcmp(provider[i].name.data, value[1].data, value[1].len)
               == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate provider \"%V\", see %s:%ui",
                               &value[1], provider[i].file, provider[i].line);
            return NGX_CONF_ERROR;
        }
    }

    provider = ngx_array_push(mcf->providers);
    if (provider == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(provider, sizeof(ngx_http_login_provider_t));

    provider->name = value[1];
    provider->title = value[2];
    provider->provision = NGX_CONF_UNSET;
    provider->file = cf->conf_file->file.name.data;
    provider->line = cf->conf_file->line;

    return ngx_http_login_block(cf, ngx_http_login_provider_commands,
                                provider);
}


/*
 * It stands in the address that is registered at the provider, and in lists
 * of how somebody signed in; so it is narrower than that of an organisation.
 * It is made lower-case.
 */

static ngx_int_t
ngx_http_login_provider_name(const ngx_str_t *name)
{
    u_char  *p, *last;

    if (name->len == 0 || name->len > LOGIN_PROVIDER_MAX) {
        return NGX_DECLINED;
    }

    ngx_strlow(name->data, name->data, name->len);

    last = name->data + name->len;

    for (p = name->data; p < last; p++) {
        if ((*p < 'a' || *p > 'z') && (*p < '0' || *p > '9')
            && (p == name->data || (*p != '-' && *p != '_' && *p != '.')))
        {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


static char *
ngx_http_login_provider_oidc(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_provider_t  *provider = conf;

    ngx_str_t    *value;
    login_url_t   parsed;
    login_str_t   issuer;

    if (provider->rp.issuer.len) {
        return "is duplicate";
    }

    value = cf->args->elts;
    issuer = ngx_http_login_str(&value[1]);

    if (login_oidc_issuer(issuer) != LOGIN_OK
        || login_url_parse(&parsed, issuer) != LOGIN_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid issuer \"%V\" of provider \"%V\", it must "
                           "be the URL that the provider itself gives, like "
                           "\"https://login.example.com\"",
                           &value[1], &provider->name);
        return NGX_CONF_ERROR;
    }

    provider->rp.issuer = issuer;
    provider->origin.data = (u_char *) parsed.origin.data;
    provider->origin.len = parsed.origin.len;

    return NGX_CONF_OK;
}


static char *
ngx_http_login_provider_saml(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_provider_t  *provider = conf;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "provider \"%V\" is one of SAML, which is not built "
                       "in, use \"oidc\"", &provider->name);

    return NGX_CONF_ERROR;
}


static char *
ngx_http_login_provider_client(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_provider_t  *provider = conf;

    ngx_str_t  *value;

    if (provider->rp.client_id.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!ngx_http_login_is_text(&value[1])
        || value[1].len > LOGIN_OIDC_CLIENT_MAX)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid client_id \"%V\" of provider \"%V\", it "
                           "must be a line of at most %d bytes",
                           &value[1], &provider->name, LOGIN_OIDC_CLIENT_MAX);
        return NGX_CONF_ERROR;
    }

    provider->rp.client_id = ngx_http_login_str(&value[1]);

    return NGX_CONF_OK;
}


/* In one argument or several; always with "openid" (Core 1.0, 3.1.2.1). */

static char *
ngx_http_login_provider_scope(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_provider_t  *provider = conf;

    u_char      *p, *end, *word;
    size_t       len;
    ngx_str_t   *value;
    ngx_uint_t   i, openid;

    if (provider->scope.len) {
        return "is duplicate";
    }

    value = cf->args->elts;
    len = 0;

    for (i = 1; i < cf->args->nelts; i++) {
        len += value[i].len + 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    provider->scope.data = p;
    openid = 0;

    for (i = 1; i < cf->args->nelts; i++) {
        p = ngx_cpymem(p, value[i].data, value[i].len);
        *p++ = ' ';
    }

    end = p;
    word = provider->scope.data;

    for (p = word; p < end; p++) {

        /* RFC 6749, 3.3 */

        if (*p < 0x20 || *p > 0x7e || *p == '"' || *p == '\\') {
            return "has a character that no scope can have";
        }

        if (*p == ' ') {
            openid |= (p - word == 6 && ngx_memcmp(word, "openid", 6) == 0);
            word = p + 1;
        }
    }

    provider->scope.len = len - 1;

    return openid ? NGX_CONF_OK : "must have \"openid\"";
}


static char *
ngx_http_login_provider_claims(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_provider_t  *provider = conf;

    ngx_str_t   *value;
    ngx_uint_t   i, j;

    const struct {
        ngx_str_t     prefix;
        const char  **claim;
    } claims[] = {
        { ngx_string("username="), &provider->rp.claims.username },
        { ngx_string("name="), &provider->rp.claims.name },
        { ngx_string("email="), &provider->rp.claims.email },
        { ngx_string("roles="), &provider->rp.claims.roles }
    };

    const ngx_uint_t  n = sizeof(claims) / sizeof(claims[0]);

    for (j = 0; j < n; j++) {
        if (*claims[j].claim) {
            return "is duplicate";
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        for (j = 0; j < n; j++) {
            if (value[i].len > claims[j].prefix.len
                && ngx_strncmp(value[i].data, claims[j].prefix.data,
                               claims[j].prefix.len)
                   == 0
                && *claims[j].claim == NULL)
            {
                break;
            }
        }

        if (j == n || !ngx_http_login_is_text(&value[i])) {
            return ngx_http_login_invalid(cf, &value[i]);
        }

        *claims[j].claim = (char *) value[i].data + claims[j].prefix.len;
    }

    return NGX_CONF_OK;
}


/* In the form that they have in usernames; those of all lines. */

static char *
ngx_http_login_provider_domain(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_provider_t  *provider = conf;

    u_char        text[LOGIN_USERNAME_MAX], *p;
    size_t        len;
    ngx_str_t    *value, address;
    ngx_uint_t    i;
    login_str_t  *domain;

    if (provider->domains == NULL) {
        provider->domains = ngx_array_create(cf->pool, 2,
                                             sizeof(login_str_t));
        if (provider->domains == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        address.len = value[i].len + 2;
        address.data = ngx_pnalloc(cf->pool, address.len);
        domain = ngx_array_push(provider->domains);

        if (address.data == NULL || domain == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_sprintf(address.data, "a@%V", &value[i]);

        if (ngx_strlchr(value[i].data, value[i].data + value[i].len, '@')
            || login_username_normalise(text, &len,
                                        ngx_http_login_str(&address))
               != LOGIN_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid domain \"%V\" of provider \"%V\", it "
                               "must be one of addresses, like "
                               "\"example.com\"", &value[i], &provider->name);
            return NGX_CONF_ERROR;
        }

        p = ngx_pnalloc(cf->pool, len);
        if (p == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_memcpy(p, text + 2, len - 2);

        *domain = login_str(p, len - 2);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_login_provider_image(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_provider_t  *provider = conf;

    ngx_str_t  *value;

    if (provider->icon.name.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "must not be empty";
    }

    return ngx_http_login_load_icon(cf, &provider->icon, &value[1],
                                    "provider", &provider->name)
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}
