
/* Identity providers: complete, found by their names, and their secrets. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_PROVIDER_BUCKET  1024

#define NGX_HTTP_LOGIN_SECRET_MAX       16384   /* bytes of its file */


static ngx_int_t ngx_http_login_provider_complete(ngx_conf_t *cf,
    ngx_http_login_provider_t *provider);
static ngx_int_t ngx_http_login_provider_index(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);
static ngx_int_t ngx_http_login_load_secret(ngx_conf_t *cf,
    ngx_http_login_provider_t *provider);
static void ngx_http_login_wipe_secret(void *data);
static ngx_int_t ngx_http_login_secret_key(ngx_conf_t *cf,
    ngx_http_login_provider_t *provider, login_str_t pem);
static ngx_int_t ngx_http_login_secret_line(ngx_conf_t *cf,
    ngx_http_login_provider_t *provider, login_str_t line);


/* An error of a block, found when all has been read. */
#define ngx_http_login_provider_error(level, cf, provider, fmt, ...)          \
    ngx_log_error(level, (cf)->log, 0, fmt " in %s:%ui",                      \
                  __VA_ARGS__, (provider)->file, (provider)->line)


ngx_int_t
ngx_http_login_provider_init(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t                  i;
    ngx_http_login_provider_t  *provider;

    if (mcf->providers == NULL) {
        return NGX_OK;
    }

    provider = mcf->providers->elts;

    for (i = 0; i < mcf->providers->nelts; i++) {
        provider[i].number = i;

        if (ngx_http_login_provider_complete(cf, &provider[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_http_login_provider_index(cf, mcf);
}


static ngx_int_t
ngx_http_login_provider_complete(ngx_conf_t *cf,
    ngx_http_login_provider_t *provider)
{
    const char           *missing;
    login_oidc_claims_t  *claims;

    missing = (provider->rp.issuer.len == 0) ? "oidc"
              : (provider->rp.client_id.len == 0) ? "client_id"
              : (provider->secret_file.len == 0) ? "client_secret_file"
              : NULL;

    if (missing) {
        ngx_http_login_provider_error(NGX_LOG_EMERG, cf, provider,
                                      "provider \"%V\" has no \"%s\"",
                                      &provider->name, missing);
        return NGX_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, &provider->secret_file, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    if (provider->scope.len == 0) {
        ngx_str_set(&provider->scope, "openid email profile");
    }

    claims = &provider->rp.claims;

    claims->username = claims->username ? claims->username : "email";
    claims->name = claims->name ? claims->name : "name";
    claims->email = claims->email ? claims->email : "email";

    if (provider->domains) {
        provider->rp.domains = provider->domains->elts;
        provider->rp.domains_n = provider->domains->nelts;
    }

    ngx_conf_init_value(provider->provision, 0);

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_provider_index(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t                  i;
    ngx_hash_key_t             *keys;
    ngx_hash_init_t             hash;
    ngx_http_login_provider_t  *provider;

    provider = mcf->providers->elts;

    keys = ngx_palloc(cf->temp_pool,
                      mcf->providers->nelts * sizeof(ngx_hash_key_t));
    if (keys == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < mcf->providers->nelts; i++) {
        keys[i].key = provider[i].name;
        keys[i].key_hash = ngx_hash_key(provider[i].name.data,
                                        provider[i].name.len);
        keys[i].value = &provider[i];
    }

    hash.hash = &mcf->provider_hash;
    hash.key = ngx_hash_key;
    hash.max_size = 512 + 2 * mcf->providers->nelts;
    hash.bucket_size = NGX_HTTP_LOGIN_PROVIDER_BUCKET;
    hash.name = "login_provider_hash";
    hash.pool = cf->pool;
    hash.temp_pool = NULL;

    return ngx_hash_init(&hash, keys, mcf->providers->nelts);
}


const ngx_http_login_provider_t *
ngx_http_login_provider_find(const ngx_http_login_main_conf_t *mcf,
    const void *name, size_t len)
{
    ngx_uint_t  key;

    if (mcf->provider_hash.buckets == NULL) {
        return NULL;
    }

    key = ngx_hash_key((u_char *) name, len);

    return ngx_hash_find((ngx_hash_t *) &mcf->provider_hash, key,
                         (u_char *) name, len);
}


const ngx_http_login_asset_t *
ngx_http_login_provider_icon(const ngx_http_login_main_conf_t *mcf,
    const ngx_str_t *name)
{
    ngx_uint_t                        i;
    const ngx_http_login_provider_t  *provider;

    if (mcf->providers == NULL || name->len == 0) {
        return NULL;
    }

    provider = mcf->providers->elts;

    for (i = 0; i < mcf->providers->nelts; i++) {
        if (provider[i].icon.name.len == name->len
            && ngx_memcmp(provider[i].icon.name.data, name->data, name->len)
               == 0)
        {
            return &provider[i].icon;
        }
    }

    return NULL;
}


ngx_int_t
ngx_http_login_load_providers(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t                  i;
    ngx_http_login_provider_t  *provider;

    if (mcf->providers == NULL) {
        return NGX_OK;
    }

    provider = mcf->providers->elts;

    for (i = 0; i < mcf->providers->nelts; i++) {
        if (ngx_http_login_load_secret(cf, &provider[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_load_secret(ngx_conf_t *cf,
    ngx_http_login_provider_t *provider)
{
    u_char              *mend;
    ngx_str_t            text;
    ngx_file_info_t      fi;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_str_t));
    mend = ngx_pnalloc(cf->pool, sizeof(", the secret of provider \"\" in :")
                                 + provider->name.len
                                 + ngx_strlen(provider->file)
                                 + NGX_INT_T_LEN);

    if (cln == NULL || mend == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(mend, ", the secret of provider \"%V\" in %s:%ui%Z",
                &provider->name, provider->file, provider->line);

    if (ngx_http_login_read_file(cf, (char *) provider->secret_file.data,
                                 NGX_HTTP_LOGIN_SECRET_MAX, (char *) mend,
                                 &fi, &text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_login_wipe_secret;
    *(ngx_str_t *) cln->data = text;

    /* as nginx is with its own, whose modes are the administrator's affair */

    if (ngx_file_access(&fi) & 077) {
        ngx_http_login_provider_error(NGX_LOG_WARN, cf, provider,
                          "\"client_secret_file\" \"%V\" of provider \"%V\" "
                          "is open to others, run \"chmod 600 %V\"",
                          &provider->secret_file, &provider->name,
                          &provider->secret_file);
    }

    if (login_str_begins(ngx_http_login_str(&text), "-----BEGIN ")) {
        return ngx_http_login_secret_key(cf, provider,
                                         ngx_http_login_str(&text));
    }

    return ngx_http_login_secret_line(cf, provider,
                                      ngx_http_login_str(&text));
}


static void
ngx_http_login_wipe_secret(void *data)
{
    ngx_str_t *text = data;

    ngx_explicit_memzero(text->data, text->len);
}


/* For private_key_jwt: what is none would go out as a secret. */

static ngx_int_t
ngx_http_login_secret_key(ngx_conf_t *cf, ngx_http_login_provider_t *provider,
    login_str_t pem)
{
    login_signer_t  *signer;

    switch (login_signer_create(&signer, pem)) {

    case LOGIN_OK:
        login_signer_destroy(signer);
        provider->rp.secret = pem;
        return NGX_OK;

    case LOGIN_NO:
        ngx_http_login_provider_error(NGX_LOG_EMERG, cf, provider,
                          "\"client_secret_file\" \"%V\" of provider \"%V\" "
                          "has a private key that cannot be used, it must be "
                          "one of RSA with %d bits at least, EC P-256 or "
                          "Ed25519, and not encrypted",
                          &provider->secret_file, &provider->name,
                          LOGIN_RSA_MIN);
        return NGX_ERROR;

    default:
        ngx_http_login_provider_error(NGX_LOG_EMERG, cf, provider,
                          "no memory for the private key of provider \"%V\"",
                          &provider->name);
        return NGX_ERROR;
    }
}


static ngx_int_t
ngx_http_login_secret_line(ngx_conf_t *cf,
    ngx_http_login_provider_t *provider, login_str_t line)
{
    size_t  i;

    while (line.len && (line.data[line.len - 1] == LF
                        || line.data[line.len - 1] == CR))
    {
        line.len--;
    }

    for (i = 0; i < line.len; i++) {
        if (line.data[i] < 0x20 || line.data[i] == 0x7f) {
            break;
        }
    }

    if (line.len == 0 || line.len > LOGIN_OIDC_SECRET_MAX || i != line.len) {
        ngx_http_login_provider_error(NGX_LOG_EMERG, cf, provider,
                          "\"client_secret_file\" \"%V\" of provider \"%V\" "
                          "must have the secret in one line of at most %d "
                          "bytes, or a private key as PEM, and nothing else",
                          &provider->secret_file, &provider->name,
                          LOGIN_OIDC_SECRET_MAX);
        return NGX_ERROR;
    }

    provider->rp.secret = line;

    return NGX_OK;
}
