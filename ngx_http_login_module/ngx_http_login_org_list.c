
/*
 * The organisations as others see them: threads, the command line, and who
 * checks a configuration.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_org_titles(ngx_conf_t *cf,
    const ngx_http_login_org_t *org, login_str_t *titles);
static void ngx_http_login_org_free(void *data);
static ngx_int_t ngx_http_login_policy_providers(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, login_policy_t *policy);
static ngx_int_t ngx_http_login_policy_names(ngx_conf_t *cf,
    const ngx_http_login_org_t *org, login_strings_t *names);


ngx_int_t
ngx_http_login_org_table(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t              i;
    login_org_t            *org, **p;
    ngx_pool_cleanup_t     *cln;
    ngx_http_login_org_t  **orgs;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    org = ngx_pcalloc(cf->temp_pool, mcf->orgs->nelts * sizeof(login_org_t));
    p = ngx_palloc(cf->temp_pool, mcf->orgs->nelts * sizeof(login_org_t *));

    if (cln == NULL || org == NULL || p == NULL) {
        return NGX_ERROR;
    }

    orgs = mcf->orgs->elts;

    for (i = 0; i < mcf->orgs->nelts; i++) {
        p[i] = &org[i];

        org[i].name = ngx_http_login_str(&orgs[i]->name);
        org[i].title = ngx_http_login_str(&orgs[i]->title);
        org[i].password = (orgs[i]->password != 0);
        org[i].mfa = (login_mfa_e) orgs[i]->mfa;
        org[i].trust = (uint64_t) orgs[i]->terms.trust;
        org[i].limits = orgs[i]->terms.limits;
        org[i].rules = orgs[i]->terms.rules;
        org[i].mails = orgs[i]->terms.mails;

        if (orgs[i]->region) {
            org[i].region = ngx_http_login_str(&orgs[i]->region->url);
        }

        if (ngx_http_login_org_titles(cf, orgs[i], &org[i].providers)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    mcf->table = login_orgs_create((const login_org_t *const *) p,
                                   mcf->orgs->nelts);
    if (mcf->table == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_login_org_free;
    cln->data = mcf->table;

    return NGX_OK;
}


/* As a mail names them; those that it has no room for are left out. */

static ngx_int_t
ngx_http_login_org_titles(ngx_conf_t *cf, const ngx_http_login_org_t *org,
    login_str_t *titles)
{
    u_char           *p, *start, *last;
    ngx_uint_t        i;
    const ngx_str_t  *title;

    if (org->nproviders == 0) {
        return NGX_OK;
    }

    start = ngx_pnalloc(cf->temp_pool, LOGIN_MAIL_TEXT_MAX);
    if (start == NULL) {
        return NGX_ERROR;
    }

    p = start;
    last = start + LOGIN_MAIL_TEXT_MAX;

    for (i = 0; i < org->nproviders; i++) {
        title = &org->providers[i]->title;

        if (title->len + 2 > (size_t) (last - p)) {
            break;
        }

        p = ngx_sprintf(p, "%s%V", i ? ", " : "", title);
    }

    *titles = login_str(start, (size_t) (p - start));

    return NGX_OK;
}


ngx_int_t
ngx_http_login_policy_orgs(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    login_policy_t *policy)
{
    ngx_uint_t              i;
    login_policy_org_t     *org;
    ngx_http_login_org_t  **orgs;

    policy->norgs = mcf->orgs->nelts;
    policy->orgs = ngx_pcalloc(cf->temp_pool,
                               policy->norgs * sizeof(login_policy_org_t));
    if (policy->orgs == NULL) {
        return NGX_ERROR;
    }

    if (mcf->only) {
        policy->only = ngx_http_login_str(&mcf->only->name);
    }

    orgs = mcf->orgs->elts;

    for (i = 0; i < policy->norgs; i++) {
        org = &policy->orgs[i];

        org->name = ngx_http_login_str(&orgs[i]->name);
        org->title = ngx_http_login_str(&orgs[i]->title);
        org->password_min = orgs[i]->terms.rules.min;
        org->password_max = orgs[i]->terms.rules.max;
        org->password_score = orgs[i]->terms.rules.score;
        org->blocklist = ngx_http_login_str(&orgs[i]->terms.blocklist);

        if (orgs[i]->region) {
            org->region = ngx_http_login_str(&orgs[i]->region->url);
        }

        org->password = (orgs[i]->password != 0);

        if (ngx_http_login_policy_names(cf, orgs[i], &org->providers)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_http_login_policy_providers(cf, mcf, policy);
}


static ngx_int_t
ngx_http_login_policy_names(ngx_conf_t *cf, const ngx_http_login_org_t *org,
    login_strings_t *names)
{
    ngx_uint_t  i;

    if (org->nproviders == 0) {
        return NGX_OK;
    }

    names->s = ngx_palloc(cf->temp_pool,
                          org->nproviders * sizeof(login_str_t));
    if (names->s == NULL) {
        return NGX_ERROR;
    }

    names->n = org->nproviders;

    for (i = 0; i < names->n; i++) {
        names->s[i] = ngx_http_login_str(&org->providers[i]->name);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_policy_providers(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, login_policy_t *policy)
{
    ngx_uint_t                        i;
    const ngx_http_login_provider_t  *provider;

    if (mcf->providers == NULL) {
        return NGX_OK;
    }

    provider = mcf->providers->elts;

    policy->nproviders = mcf->providers->nelts;
    policy->providers = ngx_palloc(cf->temp_pool, policy->nproviders
                                   * sizeof(login_policy_provider_t));
    if (policy->providers == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < policy->nproviders; i++) {
        policy->providers[i].name = ngx_http_login_str(&provider[i].name);
        policy->providers[i].issuer = provider[i].rp.issuer;
        policy->providers[i].provision = (provider[i].provision != 0);
    }

    return NGX_OK;
}


static void
ngx_http_login_org_free(void *data)
{
    login_orgs_destroy(data);
}


/*
 * The store is not opened for that: a file beside it has the names, of which
 * nothing is believed but that.
 */

void
ngx_http_login_warn_orgs(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    u_char                       name[LOGIN_USERNAME_MAX];
    size_t                       len;
    ngx_fd_t                     fd;
    login_str_t                  text, rest, line;
    const ngx_http_login_org_t  *org;

    fd = open((char *) mcf->store.data, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == NGX_INVALID_FILE) {
        return;
    }

    if (login_org_read(&text, fd) == LOGIN_OK) {
        rest = text;

        while (login_org_next(&rest, &line)) {

            if (login_org_normalise(name, &len, line) != LOGIN_OK
                || !login_str_eq(line, login_str(name, len)))
            {
                continue;
            }

            org = ngx_http_login_org_find(mcf, name, len);

            if (org && (org->declared || mcf->orgs->nelts == 1)) {
                continue;
            }

            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "organisation \"%*s\" has accounts, but no "
                          "\"login_org\" block%s", len, name,
                          org ? "" : ", nobody can sign in to it");
        }

        free((void *) text.data);
    }

    (void) close(fd);
}
