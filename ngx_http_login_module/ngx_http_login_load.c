
/*
 * What a configuration brings along from the disk, read and checked while
 * it is: keys, store, templates.
 */

#include "ngx_http_login_module.h"

#include <pwd.h>


static ngx_int_t ngx_http_login_load_keys(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);
static void ngx_http_login_wipe_keys(void *data);
static ngx_int_t ngx_http_login_check_store(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);
static ngx_int_t ngx_http_login_load_orgs(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);
static ngx_int_t ngx_http_login_load_terms(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_http_login_terms_t *terms);
static ngx_int_t ngx_http_login_load_pages(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf, ngx_http_login_terms_t *terms);
static login_pages_t *ngx_http_login_create_pages(ngx_conf_t *cf,
    const ngx_http_login_terms_t *terms);
static void ngx_http_login_free_pages(void *data);
static void ngx_http_login_load_gaps(ngx_conf_t *cf,
    const login_pages_t *pages);
static ngx_int_t ngx_http_login_check_templates(ngx_conf_t *cf,
    ngx_http_login_terms_t *terms);


ngx_int_t
ngx_http_login_load(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    if (ngx_http_login_load_keys(cf, mcf) != NGX_OK
        || ngx_http_login_check_store(cf, mcf) != NGX_OK
        || ngx_http_login_load_mail(cf, mcf) != NGX_OK
        || ngx_http_login_load_providers(cf, mcf) != NGX_OK
        || ngx_http_login_load_assets(cf, mcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_load_orgs(cf, mcf);
}


/* Most organisations have no templates of their own, and so those of http. */

static ngx_int_t
ngx_http_login_load_orgs(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_uint_t               i;
    ngx_http_login_org_t   **orgs;
    ngx_http_login_terms_t  *terms;

    if (ngx_http_login_init_languages(cf, mcf) != NGX_OK
        || ngx_http_login_load_terms(cf, mcf, &mcf->terms) != NGX_OK)
    {
        return NGX_ERROR;
    }

    orgs = mcf->orgs->elts;

    for (i = 0; i < mcf->orgs->nelts; i++) {
        terms = &orgs[i]->terms;

        if (terms->templates.data == mcf->terms.templates.data) {
            terms->pages = mcf->terms.pages;
            terms->mails = mcf->terms.mails;
            terms->style = mcf->terms.style;
            terms->locales = mcf->terms.locales;

        } else if (ngx_http_login_load_terms(cf, mcf, terms) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_load_terms(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_http_login_terms_t *terms)
{
    if (ngx_http_login_check_templates(cf, terms) != NGX_OK
        || ngx_http_login_load_style(cf, terms) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_load_pages(cf, mcf, terms);
}


static ngx_int_t
ngx_http_login_load_keys(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    u_char              *mend;
    ngx_int_t            rc;
    ngx_str_t            text;
    login_error_t        error;
    ngx_file_info_t      fi;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(login_keyring_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(cln->data, sizeof(login_keyring_t));

    cln->handler = ngx_http_login_wipe_keys;
    mcf->ring = cln->data;

    mend = ngx_pnalloc(cf->pool, sizeof(", run \"nginx-login --store  --key "
                                        " init\"")
                                 + mcf->store.len + mcf->key_file.len);
    if (mend == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(mend, ", run \"nginx-login --store %V --key %V init\"%Z",
                &mcf->store, &mcf->key_file);

    if (ngx_http_login_read_file(cf, (char *) mcf->key_file.data, 65536,
                                 (char *) mend, &fi, &text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_file_access(&fi) & 077) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"login_key\" file \"%V\" is open to others, "
                      "run \"chmod 600 %V\"",
                      &mcf->key_file, &mcf->key_file);

    } else if (login_keyring_parse(mcf->ring, login_str(text.data, text.len),
                                   &error)
               != LOGIN_OK)
    {
        if (error.line) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s in %V:%ui",
                          error.text, &mcf->key_file,
                          (ngx_uint_t) error.line);

        } else {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"login_key\" file \"%V\" %s",
                          &mcf->key_file, error.text);
        }

    } else {
        rc = NGX_OK;
    }

    ngx_explicit_memzero(text.data, text.len);

    return rc;
}


static void
ngx_http_login_wipe_keys(void *data)
{
    ngx_explicit_memzero(data, sizeof(login_keyring_t));
}


static ngx_int_t
ngx_http_login_check_store(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    uid_t             uid;
    login_error_t     error;
    struct passwd    *pw;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);
    uid = geteuid();

    if (uid == 0) {

        if (ccf->user != (ngx_uid_t) NGX_CONF_UNSET_UINT) {
            uid = ccf->user;

        } else {
            pw = getpwnam(NGX_USER);
            uid = pw ? pw->pw_uid : 0;
        }
    }

    if (login_store_check((char *) mcf->store.data, uid, &error)
        != LOGIN_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "\"login_store\" %s",
                      error.text);
        return NGX_ERROR;
    }

    ngx_http_login_warn_orgs(cf, mcf);

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_load_pages(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_http_login_terms_t *terms)
{
    login_error_t   error;
    login_pages_t  *pages;

    pages = ngx_http_login_create_pages(cf, terms);
    if (pages == NULL) {
        return NGX_ERROR;
    }

    if (login_pages_compile(pages, mcf->mail != NULL, &error) != LOGIN_OK
        || login_pages_translate(pages, mcf->languages->elts,
                                 mcf->languages->nelts, &error)
           != LOGIN_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s", error.text);
        return NGX_ERROR;
    }

    ngx_http_login_load_gaps(cf, pages);

    terms->pages = pages->pages;
    terms->mails = pages->mails;
    terms->locales = &pages->locales;

    return NGX_OK;
}


static login_pages_t *
ngx_http_login_create_pages(ngx_conf_t *cf,
    const ngx_http_login_terms_t *terms)
{
    login_arena_t       *arena;
    login_pages_t       *pages;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    arena = login_arena_create();
    if (arena == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "no memory for the pages");
        return NULL;
    }

    cln->handler = ngx_http_login_free_pages;
    cln->data = arena;

    pages = ngx_palloc(cf->pool, sizeof(login_pages_t));
    if (pages == NULL) {
        return NULL;
    }

    login_pages_init(pages, arena, ngx_http_login_own_pages(terms),
                     LOGIN_PAGES_PATH);

    return pages;
}


static void
ngx_http_login_free_pages(void *data)
{
    login_arena_destroy(data);
}


static void
ngx_http_login_load_gaps(ngx_conf_t *cf, const login_pages_t *pages)
{
    size_t                        i;
    const login_catalog_entry_t  *entry;

    for (i = 0; (entry = login_pages_gap(pages, &i)) != NULL; /* void */ ) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "message \"%*s\" is not translated into \"%s\" and "
                      "%ui more of \"login_languages\" in %s:%ui",
                      entry->one.len, entry->one.data, entry->lacks,
                      (ngx_uint_t) entry->nlacks - 1, entry->path,
                      (ngx_uint_t) entry->line);
    }
}


/* A name that is mistyped would show the shipped pages, and say nothing. */

static ngx_int_t
ngx_http_login_check_templates(ngx_conf_t *cf, ngx_http_login_terms_t *terms)
{
    ngx_err_t        err;
    ngx_file_info_t  fi;

    if (terms->templates.len == 0) {
        return NGX_OK;
    }

    err = 0;

    if (ngx_file_info(terms->templates.data, &fi) == NGX_FILE_ERROR) {
        err = ngx_errno;

    } else if (ngx_is_dir(&fi)) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, err,
                  "\"login_templates\" \"%V\" is not a directory",
                  &terms->templates);

    return NGX_ERROR;
}


ngx_int_t
ngx_http_login_read_file(ngx_conf_t *cf, const char *name, size_t max,
    const char *mend, ngx_file_info_t *fi, ngx_str_t *text)
{
    ssize_t    n;
    ngx_fd_t   fd;
    ngx_int_t  rc;

    fd = ngx_open_file(name, NGX_FILE_RDONLY|O_NONBLOCK, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno,
                      ngx_open_file_n " \"%s\" failed%s", name, mend);
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_fd_info(fd, fi) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno,
                      ngx_fd_info_n " \"%s\" failed", name);
        goto done;
    }

    if (!ngx_is_file(fi) || (size_t) ngx_file_size(fi) > max) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"%s\" is not a regular file of at most %uz bytes%s",
                      name, max, mend);
        goto done;
    }

    text->len = ngx_file_size(fi);
    text->data = ngx_pnalloc(cf->pool, text->len + 1);

    if (text->data == NULL) {
        goto done;
    }

    n = ngx_read_fd(fd, text->data, text->len);

    if (n < 0 || (size_t) n != text->len) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno,
                      ngx_read_fd_n " \"%s\" failed", name);
        goto done;
    }

    rc = NGX_OK;

done:

    (void) ngx_close_file(fd);

    return rc;
}
