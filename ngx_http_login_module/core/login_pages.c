
#include "login.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>


static login_result_e login_pages_number(login_pages_t *pages,
    login_error_t *error);
static login_result_e login_pages_open(login_pages_t *pages,
    login_language_t *language, login_locale_t *locale,
    login_translation_t *translation, login_error_t *error);
static login_result_e login_pages_texts(login_pages_t *pages,
    login_locale_t *locales, const login_translation_t *translations,
    login_error_t *error);
static login_value_t *login_pages_rows(const login_pages_t *pages);


void
login_pages_init(login_pages_t *pages, login_arena_t *arena,
    const char *own, const char *shipped)
{
    memset(pages, 0, sizeof(login_pages_t));

    pages->arena = arena;

    if (own != NULL) {
        pages->dirs[pages->ndirs++] = own;
    }

    pages->dirs[pages->ndirs++] = shipped;
}


login_result_e
login_pages_compile(login_pages_t *pages, unsigned mails,
    login_error_t *error)
{
    size_t          i;
    login_result_e  rc;

    for (i = 0; i < LOGIN_PAGES; i++) {
        rc = login_template_compile(&pages->pages[i], pages->arena,
                                    &login_page_schema, pages->dirs,
                                    pages->ndirs,
                                    login_page_name((login_page_e) i), error);
        if (rc != LOGIN_OK) {
            return rc;
        }
    }

    if (!mails) {
        return LOGIN_OK;
    }

    pages->mails = login_arena_alloc(pages->arena,
                                     sizeof(login_mail_templates_t));
    if (pages->mails == NULL) {
        login_error(error, "no memory for templates");
        return LOGIN_FAULT;
    }

    return login_mail_compile(pages->mails, pages->arena, pages->dirs,
                              pages->ndirs, error);
}


login_result_e
login_pages_translate(login_pages_t *pages, login_language_t *languages,
    size_t n, login_error_t *error)
{
    size_t                i;
    login_locale_t       *locales;
    login_result_e        rc;
    login_translation_t  *translations;

    locales = login_arena_alloc(pages->arena, n * sizeof(login_locale_t));
    translations = login_arena_alloc(pages->arena,
                                     n * sizeof(login_translation_t));

    if (locales == NULL || translations == NULL) {
        login_error(error, "no memory for translations");
        return LOGIN_FAULT;
    }

    pages->locales.n = n;
    pages->locales.languages = languages;
    pages->locales.locales = locales;

    if (pages->mails != NULL) {
        pages->mails->locales = &pages->locales;
    }

    rc = login_pages_number(pages, error);

    for (i = 0; rc == LOGIN_OK && i < n; i++) {
        rc = login_pages_open(pages, &languages[i], &locales[i],
                              &translations[i], error);
    }

    return rc == LOGIN_OK ? login_pages_texts(pages, locales, translations,
                                              error)
                          : rc;
}


static login_result_e
login_pages_number(login_pages_t *pages, login_error_t *error)
{
    size_t           i;
    login_result_e   rc;
    login_catalog_t *catalog = &pages->catalog;

    rc = login_catalog_init(catalog, pages->arena, &login_page_schema,
                            LOGIN_VAR_LANGUAGES, error);

    for (i = 0; rc == LOGIN_OK && i < LOGIN_PAGES; i++) {
        rc = login_catalog_add(catalog, pages->pages[i], error);
    }

    for (i = 0;
         pages->mails != NULL && rc == LOGIN_OK && i < LOGIN_MAIL_KINDS;
         i++)
    {
        rc = login_catalog_add(catalog, pages->mails->text[i], error);

        if (rc == LOGIN_OK) {
            rc = login_catalog_add(catalog, pages->mails->html[i], error);
        }
    }

    return rc;
}


static login_result_e
login_pages_open(login_pages_t *pages, login_language_t *language,
    login_locale_t *locale, login_translation_t *translation,
    login_error_t *error)
{
    login_str_t     field;
    login_error_t   why;
    login_result_e  rc;

    rc = login_translation_open(translation, pages->arena, pages->dirs,
                                pages->ndirs, language->tag, &why);

    if (rc != LOGIN_OK) {
        login_error(error, "%.200s, needed for the language \"%.*s\"",
                    why.text, (int) language->tag.len, language->tag.data);
        return rc;
    }

    if (login_language_shipped(language->tag) == NULL) {
        field = login_translation_field(translation, "X-Language-Name");

        language->name = field.len != 0 ? field : language->name;
        language->rtl = (unsigned) login_str_eq(
            login_translation_field(translation, "X-Direction"),
            login_cstr("rtl"));
    }

    locale->tag = language->tag;
    locale->rtl = language->rtl;

    return LOGIN_OK;
}


/* All names first: each language lists them all. */

static login_result_e
login_pages_texts(login_pages_t *pages, login_locale_t *locales,
    const login_translation_t *translations, login_error_t *error)
{
    size_t           i;
    login_value_t   *values, *here;
    login_result_e   rc;

    values = login_pages_rows(pages);
    if (values == NULL) {
        login_error(error, "no memory for languages");
        return LOGIN_FAULT;
    }

    rc = LOGIN_OK;

    for (i = 0; rc == LOGIN_OK && i < pages->locales.n; i++) {
        here = &values[(1 + i) * LOGIN_VARS + LOGIN_VAR_LANGUAGE_HERE];

        here->text = login_cstr("1");

        rc = login_catalog_load(&pages->catalog, &locales[i],
                                &translations[i], values, error);

        here->text = login_cstr("");
    }

    free(values);

    return rc;
}


/* The values of a page, with a row for each language. */

static login_value_t *
login_pages_rows(const login_pages_t *pages)
{
    size_t                   i, n;
    login_value_t           *values, *row;
    const login_language_t  *language;

    n = pages->locales.n;

    values = calloc((1 + n) * LOGIN_VARS, sizeof(login_value_t));
    if (values == NULL) {
        return NULL;
    }

    values[LOGIN_VAR_LANGUAGES].rows = n;
    values[LOGIN_VAR_LANGUAGES].row = values + LOGIN_VARS;

    for (i = 0; i < n; i++) {
        language = &pages->locales.languages[i];
        row = values + (1 + i) * LOGIN_VARS;

        row[LOGIN_VAR_LANGUAGE_TAG].text = language->tag;
        row[LOGIN_VAR_LANGUAGE_NAME].text = language->name;
        row[LOGIN_VAR_LANGUAGE_DIR].text = login_cstr(language->rtl ? "rtl"
                                                                    : "ltr");
    }

    return values;
}


const login_catalog_entry_t *
login_pages_gap(const login_pages_t *pages, size_t *i)
{
    const login_catalog_entry_t  *entry;

    if (pages->ndirs < 2) {
        return NULL;
    }

    while (++*i < pages->catalog.n) {
        entry = &pages->catalog.entries[*i];

        if (entry->nlacks != 0
            && strncmp(entry->path, pages->dirs[0], strlen(pages->dirs[0]))
               == 0)
        {
            return entry;
        }
    }

    return NULL;
}


login_result_e
login_pages_file(const login_pages_t *pages, char path[LOGIN_PAGES_FILE],
    const char *name)
{
    int          n;
    size_t       i;
    struct stat  st;

    for (i = 0; i < pages->ndirs; i++) {
        n = snprintf(path, LOGIN_PAGES_FILE, "%s/%s", pages->dirs[i], name);

        if (n < 0 || n >= LOGIN_PAGES_FILE) {
            return LOGIN_NO;
        }

        if (stat(path, &st) == 0 || errno != ENOENT) {
            return LOGIN_OK;
        }
    }

    return LOGIN_NO;
}
