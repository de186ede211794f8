
/*
 * Organisations: what their blocks are silent about is as in http, and all of
 * them are found in one hash.
 */

#include "ngx_http_login_module.h"


/* Bytes that a bucket of the hash has: a few of the longest names. */
#define NGX_HTTP_LOGIN_ORG_BUCKET  1024


static ngx_int_t ngx_http_login_org_default(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);
static ngx_int_t ngx_http_login_org_merge(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_http_login_org_t *org);
static ngx_int_t ngx_http_login_org_region(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_http_login_org_t *org);
static ngx_int_t ngx_http_login_org_resolve(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_http_login_org_t *org);
static ngx_int_t ngx_http_login_org_origins(ngx_conf_t *cf,
    ngx_http_login_org_t *org);
static ngx_int_t ngx_http_login_org_index(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);


/* An error of a block, found when all has been read. */
#define ngx_http_login_org_error(cf, org, fmt, ...)                           \
    ngx_log_error(NGX_LOG_EMERG, (cf)->log, 0, fmt " in %s:%ui",              \
                  __VA_ARGS__, (org)->file, (org)->line)


ngx_http_login_org_t *
ngx_http_login_org_add(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_str_t *name)
{
    ngx_http_login_org_t  *org, **p;

    if (mcf->orgs == NULL) {
        mcf->orgs = ngx_array_create(cf->pool, 4,
                                     sizeof(ngx_http_login_org_t *));
        if (mcf->orgs == NULL) {
            return NULL;
        }
    }

    org = ngx_pcalloc(cf->pool, sizeof(ngx_http_login_org_t));
    p = ngx_array_push(mcf->orgs);

    if (org == NULL || p == NULL) {
        return NULL;
    }

    *p = org;

    org->name.len = name->len;
    org->name.data = ngx_pstrdup(cf->pool, name);

    if (org->name.data == NULL) {
        return NULL;
    }

    org->mfa = NGX_CONF_UNSET_UINT;
    org->password = NGX_CONF_UNSET;

    ngx_http_login_terms_create(&org->terms);

    return org;
}


void
ngx_http_login_terms_create(ngx_http_login_terms_t *terms)
{
    terms->idle = NGX_CONF_UNSET;
    terms->lifetime = NGX_CONF_UNSET;
    terms->persistent = NGX_CONF_UNSET;
    terms->trust = NGX_CONF_UNSET;
    terms->password_min = NGX_CONF_UNSET;
    terms->password_max = NGX_CONF_UNSET;
    terms->password_score = NGX_CONF_UNSET;
}


void
ngx_http_login_terms_merge(ngx_http_login_terms_t *terms,
    const ngx_http_login_terms_t *outer)
{
    /* a line of its own takes the place of the whole outer one */

    if (outer && terms->idle == NGX_CONF_UNSET
        && terms->lifetime == NGX_CONF_UNSET
        && terms->persistent == NGX_CONF_UNSET
        && terms->trust == NGX_CONF_UNSET)
    {
        terms->idle = outer->idle;
        terms->lifetime = outer->lifetime;
        terms->persistent = outer->persistent;
        terms->trust = outer->trust;
    }

    ngx_conf_init_value(terms->idle, 20 * 24 * 60 * 60);
    ngx_conf_init_value(terms->lifetime, 0);
    ngx_conf_init_value(terms->persistent, 1);
    ngx_conf_init_value(terms->trust, LOGIN_TRUST_LIFETIME);

    terms->own_min = (terms->password_min != NGX_CONF_UNSET);

    if (outer && terms->password_min == NGX_CONF_UNSET
        && terms->password_max == NGX_CONF_UNSET
        && terms->password_score == NGX_CONF_UNSET
        && terms->blocklist.len == 0)
    {
        terms->own_min = outer->own_min;
        terms->password_min = outer->password_min;
        terms->password_max = outer->password_max;
        terms->password_score = outer->password_score;
        terms->blocklist = outer->blocklist;
        terms->rules.blocklist = outer->rules.blocklist;
    }

    ngx_conf_init_value(terms->password_min, LOGIN_STRENGTH_MIN);
    ngx_conf_init_value(terms->password_max, LOGIN_STRENGTH_MAX);
    ngx_conf_init_value(terms->password_score, LOGIN_STRENGTH_SCORE);

    terms->limits.idle = (uint64_t) terms->idle;
    terms->limits.lifetime = (uint64_t) terms->lifetime;

    terms->rules.min = (uint32_t) terms->password_min;
    terms->rules.max = (uint32_t) terms->password_max;
    terms->rules.score = (uint32_t) terms->password_score;

    if (outer && terms->templates.len == 0) {
        terms->templates = outer->templates;
    }
}


ngx_int_t
ngx_http_login_org_init(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t              i, declared;
    ngx_http_login_org_t  **orgs;

    if (ngx_http_login_org_default(cf, mcf) != NGX_OK) {
        return NGX_ERROR;
    }

    orgs = mcf->orgs->elts;
    declared = 0;

    for (i = 0; i < mcf->orgs->nelts; i++) {

        if (ngx_http_login_org_merge(cf, mcf, orgs[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        if (orgs[i]->declared) {
            declared++;
            mcf->only = orgs[i];
            mcf->passwords |= (orgs[i]->password != 0);
        }
    }

    /* names of people say who they are in one organisation only */

    if (declared == 0) {
        mcf->only = mcf->org;
        mcf->passwords = 1;

    } else if (declared > 1) {
        mcf->only = NULL;
    }

    if (ngx_http_login_org_index(cf, mcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_login_policy_require_orgs(cf, mcf);
}


static ngx_int_t
ngx_http_login_org_default(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_str_t               name = ngx_string(LOGIN_ORG_DEFAULT);
    ngx_uint_t              i;
    ngx_http_login_org_t  **orgs;

    orgs = mcf->orgs ? mcf->orgs->elts : NULL;

    for (i = 0; mcf->orgs && i < mcf->orgs->nelts; i++) {
        if (orgs[i]->name.len == name.len
            && ngx_memcmp(orgs[i]->name.data, name.data, name.len) == 0)
        {
            mcf->org = orgs[i];
            return NGX_OK;
        }
    }

    mcf->org = ngx_http_login_org_add(cf, mcf, &name);

    return mcf->org ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_login_org_merge(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_http_login_org_t *org)
{
    ngx_conf_init_uint_value(org->mfa, NGX_HTTP_LOGIN_MFA_OPTIONAL);
    ngx_conf_init_value(org->password, 1);

    if (org->terms.templates.len != 0
        && ngx_conf_full_name(cf->cycle, &org->terms.templates, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_login_terms_merge(&org->terms, &mcf->terms);

    /* a second factor makes up for a shorter password (NIST SP 800-63B-4) */

    if (org->mfa == NGX_HTTP_LOGIN_MFA_REQUIRED && !org->terms.own_min) {
        org->terms.rules.min = LOGIN_STRENGTH_MIN_MFA;
    }

    if (ngx_http_login_org_region(cf, mcf, org) != NGX_OK
        || ngx_http_login_org_resolve(cf, mcf, org) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!org->password && org->nproviders == 0) {
        ngx_http_login_org_error(cf, org, "nobody can sign in to organisation "
                                 "\"%V\", it has \"password off\", but no "
                                 "\"provider\"", &org->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_org_region(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_http_login_org_t *org)
{
    ngx_uint_t                i;
    ngx_http_login_region_t  *region;

    if (org->region_name.len == 0) {
        return NGX_OK;
    }

    region = mcf->regions ? mcf->regions->elts : NULL;

    for (i = 0; mcf->regions && i < mcf->regions->nelts; i++) {
        if (region[i].name.len == org->region_name.len
            && ngx_strncmp(region[i].name.data, org->region_name.data,
                           region[i].name.len)
               == 0)
        {
            org->region = &region[i];
            return NGX_OK;
        }
    }

    ngx_http_login_org_error(cf, org, "organisation \"%V\" is in region "
                             "\"%V\", but no \"login_region\" has that name",
                             &org->name, &org->region_name);
    return NGX_ERROR;
}


static ngx_int_t
ngx_http_login_org_resolve(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_http_login_org_t *org)
{
    ngx_str_t                        *name;
    ngx_uint_t                        i;
    const ngx_http_login_provider_t  *provider;

    if (org->provider_names == NULL) {
        return NGX_OK;
    }

    name = org->provider_names->elts;

    org->providers = ngx_palloc(cf->pool, org->provider_names->nelts
                                          * sizeof(void *));
    if (org->providers == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < org->provider_names->nelts; i++) {

        provider = ngx_http_login_provider_find(mcf, name[i].data,
                                                name[i].len);

        if (provider == NULL) {
            ngx_http_login_org_error(cf, org, "organisation \"%V\" has "
                                     "provider \"%V\", but no "
                                     "\"login_provider\" has that name",
                                     &org->name, &name[i]);
            return NGX_ERROR;
        }

        org->providers[org->nproviders++] = provider;
    }

    return ngx_http_login_org_origins(cf, org);
}


/* Where its people's forms may lead: to sign out there as well. */

static ngx_int_t
ngx_http_login_org_origins(ngx_conf_t *cf, ngx_http_login_org_t *org)
{
    u_char      *p;
    size_t       len;
    ngx_uint_t   i;

    len = 0;

    for (i = 0; i < org->nproviders; i++) {
        len += 1 + org->providers[i]->origin.len;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    org->origins.data = p;
    org->origins.len = len;

    for (i = 0; i < org->nproviders; i++) {
        p = ngx_sprintf(p, " %V", &org->providers[i]->origin);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_org_index(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t              i;
    ngx_hash_key_t         *keys;
    ngx_hash_init_t         hash;
    ngx_http_login_org_t  **orgs;

    orgs = mcf->orgs->elts;

    keys = ngx_palloc(cf->temp_pool,
                      mcf->orgs->nelts * sizeof(ngx_hash_key_t));
    if (keys == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < mcf->orgs->nelts; i++) {
        keys[i].key = orgs[i]->name;
        keys[i].key_hash = ngx_hash_key(orgs[i]->name.data,
                                        orgs[i]->name.len);
        keys[i].value = orgs[i];
    }

    hash.hash = &mcf->org_hash;
    hash.key = ngx_hash_key;
    hash.max_size = 512 + 2 * mcf->orgs->nelts;
    hash.bucket_size = NGX_HTTP_LOGIN_ORG_BUCKET;
    hash.name = "login_org_hash";
    hash.pool = cf->pool;
    hash.temp_pool = NULL;

    return ngx_hash_init(&hash, keys, mcf->orgs->nelts);
}


const ngx_http_login_org_t *
ngx_http_login_org_find(const ngx_http_login_main_conf_t *mcf,
    const void *name, size_t len)
{
    ngx_uint_t  key;

    key = ngx_hash_key((u_char *) name, len);

    return ngx_hash_find((ngx_hash_t *) &mcf->org_hash, key, (u_char *) name,
                         len);
}


const ngx_http_login_provider_t *
ngx_http_login_org_provider(const ngx_http_login_org_t *org,
    const void *name, size_t len)
{
    ngx_uint_t  i;

    for (i = 0; i < org->nproviders; i++) {
        if (org->providers[i]->name.len == len
            && ngx_memcmp(org->providers[i]->name.data, name, len) == 0)
        {
            return org->providers[i];
        }
    }

    return NULL;
}


login_str_t
ngx_http_login_org_typed(ngx_http_request_t *r, login_str_t typed)
{
    u_char                            *p, name[LOGIN_USERNAME_MAX];
    size_t                             len;
    const ngx_http_login_main_conf_t  *mcf;

    while (typed.len && typed.data[0] == ' ') {
        typed.data++;
        typed.len--;
    }

    if (typed.len == 0) {
        mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

        return mcf->orgs->nelts == 1 ? ngx_http_login_str(&mcf->org->name)
                                     : typed;
    }

    if (login_org_normalise(name, &len, typed) != LOGIN_OK) {
        return typed;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return typed;
    }

    ngx_memcpy(p, name, len);

    return login_str(p, len);
}
