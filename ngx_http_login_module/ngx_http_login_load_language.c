
/* "login_languages", and the texts of all languages that are offered. */

#include "ngx_http_login_module.h"


static void ngx_http_login_free_arena(void *data);
static login_arena_t *ngx_http_login_arena(ngx_conf_t *cf);
static ngx_int_t ngx_http_login_fill_catalog(ngx_conf_t *cf,
    ngx_http_login_terms_t *terms, login_catalog_t *catalog);
static ngx_int_t ngx_http_login_open_languages(ngx_conf_t *cf,
    ngx_array_t *languages, const ngx_http_login_terms_t *terms,
    login_locale_t *locales, login_translation_t *translations);
static ngx_int_t ngx_http_login_load_texts(ngx_conf_t *cf,
    ngx_array_t *languages, const ngx_http_login_terms_t *terms,
    login_catalog_t *catalog, login_locale_t *locales,
    login_translation_t *translations);
static login_value_t *ngx_http_login_language_rows(ngx_conf_t *cf,
    ngx_array_t *languages);
static void ngx_http_login_language_gaps(ngx_conf_t *cf,
    const ngx_http_login_terms_t *terms, const login_catalog_t *catalog);


char *
ngx_http_login_languages(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t *mcf = conf;

    ngx_str_t               *value;
    ngx_uint_t               i;
    login_str_t              tag;
    login_language_t        *language;
    const login_language_t  *shipped;

    if (mcf->languages) {
        return "is duplicate";
    }

    mcf->languages = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                      sizeof(login_language_t));
    if (mcf->languages == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        tag = ngx_http_login_str(&value[i]);

        if (login_language_check(tag) != LOGIN_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid language \"%V\" in "
                               "\"login_languages\", write a tag like \"de\" "
                               "or \"pt-BR\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        shipped = login_language_shipped(tag);
        tag = shipped ? shipped->tag : tag;

        for (language = mcf->languages->elts;
             language < (login_language_t *) mcf->languages->elts
                        + mcf->languages->nelts;
             language++)
        {
            if (login_language_is(language->tag, tag)) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "duplicate language \"%V\" in "
                                   "\"login_languages\"", &value[i]);
                return NGX_CONF_ERROR;
            }
        }

        language = ngx_array_push(mcf->languages);

        if (shipped) {
            *language = *shipped;
            continue;
        }

        language->tag = tag;
        language->name = tag;
        language->rtl = 0;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_login_load_languages(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_http_login_terms_t *terms)
{
    ngx_int_t             rc;
    ngx_uint_t            n;
    login_error_t         error;
    login_arena_t        *arena;
    login_locale_t       *locales;
    login_catalog_t       catalog;
    login_translation_t  *translations;

    n = mcf->languages->nelts;

    arena = ngx_http_login_arena(cf);
    locales = ngx_pcalloc(cf->pool, n * sizeof(login_locale_t));
    terms->locales = ngx_palloc(cf->pool, sizeof(login_locales_t));

    if (arena == NULL || locales == NULL || terms->locales == NULL
        || login_catalog_init(&catalog, arena, &login_page_schema,
                              LOGIN_VAR_LANGUAGES, &error)
           != LOGIN_OK
        || ngx_http_login_fill_catalog(cf, terms, &catalog) != NGX_OK)
    {
        return NGX_ERROR;
    }

    translations = ngx_calloc(n * sizeof(login_translation_t), cf->log);
    if (translations == NULL) {
        return NGX_ERROR;
    }

    terms->locales->n = n;
    terms->locales->languages = mcf->languages->elts;
    terms->locales->locales = locales;

    if (terms->mails) {
        terms->mails->locales = terms->locales;
    }

    rc = ngx_http_login_load_texts(cf, mcf->languages, terms, &catalog,
                                   locales, translations);

    ngx_free(translations);

    if (rc == NGX_OK) {
        ngx_http_login_language_gaps(cf, terms, &catalog);
    }

    return rc;
}


ngx_int_t
ngx_http_login_init_languages(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    login_language_t        *language;
    const login_language_t  *shipped;

    if (mcf->languages) {
        return NGX_OK;
    }

    mcf->languages = ngx_array_create(cf->pool, 64, sizeof(login_language_t));
    if (mcf->languages == NULL) {
        return NGX_ERROR;
    }

    for (shipped = login_languages; shipped->tag.len; shipped++) {
        language = ngx_array_push(mcf->languages);
        if (language == NULL) {
            return NGX_ERROR;
        }

        *language = *shipped;
    }

    return NGX_OK;
}


static login_arena_t *
ngx_http_login_arena(ngx_conf_t *cf)
{
    login_arena_t       *arena;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    arena = login_arena_create();
    if (arena == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_login_free_arena;
    cln->data = arena;

    return arena;
}


static void
ngx_http_login_free_arena(void *data)
{
    login_arena_destroy(data);
}


static ngx_int_t
ngx_http_login_fill_catalog(ngx_conf_t *cf, ngx_http_login_terms_t *terms,
    login_catalog_t *catalog)
{
    ngx_uint_t       i;
    login_error_t    error;
    login_result_e   rc;

    rc = LOGIN_OK;

    for (i = 0; rc == LOGIN_OK && i < LOGIN_PAGES; i++) {
        rc = login_catalog_add(catalog, terms->pages[i], &error);
    }

    for (i = 0; terms->mails && rc == LOGIN_OK && i < LOGIN_MAIL_KINDS; i++) {
        rc = login_catalog_add(catalog, terms->mails->text[i], &error);

        if (rc == LOGIN_OK) {
            rc = login_catalog_add(catalog, terms->mails->html[i],
                                   &error);
        }
    }

    if (rc != LOGIN_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s", error.text);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* All names first: each language lists them all. */

static ngx_int_t
ngx_http_login_load_texts(ngx_conf_t *cf, ngx_array_t *languages,
    const ngx_http_login_terms_t *terms, login_catalog_t *catalog,
    login_locale_t *locales, login_translation_t *translations)
{
    ngx_int_t         rc;
    ngx_uint_t        i, n;
    login_error_t     error;
    login_value_t    *values, *rows;

    rc = ngx_http_login_open_languages(cf, languages, terms, locales,
                                       translations);
    n = languages->nelts;

    values = rc == NGX_OK ? ngx_http_login_language_rows(cf, languages) : NULL;
    if (values == NULL) {
        return NGX_ERROR;
    }

    rows = values + LOGIN_VARS;

    for (i = 0; rc == NGX_OK && i < n; i++) {
        rows[i * LOGIN_VARS + LOGIN_VAR_LANGUAGE_HERE].text = login_cstr("1");

        if (login_catalog_load(catalog, &locales[i], &translations[i], values,
                               &error)
            != LOGIN_OK)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s", error.text);
            rc = NGX_ERROR;
        }

        rows[i * LOGIN_VARS + LOGIN_VAR_LANGUAGE_HERE].text = login_cstr("");
    }

    ngx_free(values);

    return rc;
}


/* What is read here is copied by whoever keeps it. */

static ngx_int_t
ngx_http_login_open_languages(ngx_conf_t *cf, ngx_array_t *languages,
    const ngx_http_login_terms_t *terms, login_locale_t *locales,
    login_translation_t *translations)
{
    ngx_uint_t         i, n;
    const char        *dirs[LOGIN_CATALOG_DIRS];
    login_str_t        field;
    login_error_t      error;
    login_arena_t     *arena;
    login_language_t  *language;

    n = 0;

    if (terms->templates.len != 0) {
        dirs[n++] = (char *) terms->templates.data;
    }

    dirs[n++] = LOGIN_PAGES_PATH;

    arena = ngx_http_login_arena(cf);
    if (arena == NULL) {
        return NGX_ERROR;
    }

    language = languages->elts;

    for (i = 0; i < languages->nelts; i++) {

        if (login_translation_open(&translations[i], arena, dirs, n,
                                   language[i].tag, &error)
            != LOGIN_OK)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "%s, needed for the language \"%*s\"", error.text,
                          language[i].tag.len, language[i].tag.data);
            return NGX_ERROR;
        }

        if (login_language_shipped(language[i].tag) == NULL) {
            field = login_translation_field(&translations[i],
                                            "X-Language-Name");

            language[i].name = field.len ? field : language[i].name;
            language[i].rtl = login_str_eq(
                login_translation_field(&translations[i], "X-Direction"),
                login_cstr("rtl"));
        }

        locales[i].tag = language[i].tag;
        locales[i].rtl = language[i].rtl;
    }

    return NGX_OK;
}


/* The values of a page, with a row for each language. */

static login_value_t *
ngx_http_login_language_rows(ngx_conf_t *cf, ngx_array_t *languages)
{
    ngx_uint_t               i;
    login_value_t           *values, *row;
    const login_language_t  *language;

    values = ngx_calloc((1 + languages->nelts) * LOGIN_VARS
                        * sizeof(login_value_t), cf->log);
    if (values == NULL) {
        return NULL;
    }

    values[LOGIN_VAR_LANGUAGES].rows = languages->nelts;
    values[LOGIN_VAR_LANGUAGES].row = values + LOGIN_VARS;

    language = languages->elts;
    row = values + LOGIN_VARS;

    for (i = 0; i < languages->nelts; i++, row += LOGIN_VARS) {
        row[LOGIN_VAR_LANGUAGE_TAG].text = language[i].tag;
        row[LOGIN_VAR_LANGUAGE_NAME].text = language[i].name;
        row[LOGIN_VAR_LANGUAGE_DIR].text = login_cstr(language[i].rtl
                                                      ? "rtl" : "ltr");
    }

    return values;
}


/* Of somebody's own pages; those of the shipped ones are tested for. */

static void
ngx_http_login_language_gaps(ngx_conf_t *cf,
    const ngx_http_login_terms_t *terms, const login_catalog_t *catalog)
{
    size_t                        i;
    const login_catalog_entry_t  *entry;

    if (terms->templates.len == 0) {
        return;
    }

    for (i = 1; i < catalog->n; i++) {
        entry = &catalog->entries[i];

        if (entry->nlacks != 0
            && ngx_strncmp(entry->path, terms->templates.data,
                           terms->templates.len)
               == 0)
        {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "message \"%*s\" is not translated into \"%s\" and "
                          "%ui more of \"login_languages\" in %s:%ui",
                          entry->one.len, entry->one.data, entry->lacks,
                          (ngx_uint_t) entry->nlacks - 1, entry->path,
                          (ngx_uint_t) entry->line);
        }
    }
}
