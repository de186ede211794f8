
/* The texts of one language, checked and written for where they stand. */

#include "login.h"

#include <string.h>


static login_result_e login_catalog_entry(login_catalog_t *catalog,
    size_t number, login_locale_t *locale, login_str_t *texts,
    const login_translation_t *translation, login_error_t *error);
static login_result_e login_catalog_text(login_catalog_t *catalog,
    login_str_t *dst, const login_catalog_entry_t *entry, login_str_t text,
    const char *path, login_error_t *error);
static login_str_t login_catalog_english(const login_catalog_entry_t *entry,
    const login_plural_t *plural, unsigned form);
static const char *login_catalog_look(const login_translation_t *translation,
    const login_catalog_entry_t *entry, const login_plural_t *plural,
    login_str_t *text);
static login_result_e login_catalog_slots(const login_catalog_entry_t *entry,
    login_str_t text, const char *path, login_error_t *error);
static unsigned login_catalog_has(login_str_t text, login_str_t slot);
static login_result_e login_catalog_write(login_catalog_t *catalog,
    login_str_t *dst, login_escape_e escape, login_str_t text,
    login_error_t *error);
static login_result_e login_catalog_section(login_catalog_t *catalog,
    login_str_t *dst, const login_catalog_entry_t *entry,
    const login_locale_t *locale, const login_value_t *values,
    login_error_t *error);


login_result_e
login_catalog_load(login_catalog_t *catalog, login_locale_t *locale,
    const login_translation_t *translation, const login_value_t *values,
    login_error_t *error)
{
    size_t                        i;
    login_str_t                  *texts;
    login_result_e                rc;
    const login_catalog_entry_t  *entry;

    texts = login_arena_alloc(catalog->arena,
                              catalog->n * sizeof(login_str_t));
    if (texts == NULL) {
        login_error(error, "no memory for messages");
        return LOGIN_FAULT;
    }

    for (i = 0; i < translation->n && locale->plural.forms == 0; i++) {
        locale->plural = translation->mo[i].plural;
    }

    /* a list is rendered with what is there before it */

    locale->texts = texts;

    for (i = 1; i < catalog->n; i++) {
        locale->ntexts = i;
        entry = &catalog->entries[i];

        if (entry->template != NULL) {
            rc = login_catalog_section(catalog, &texts[i], entry, locale,
                                       values, error);

        } else if (entry->one.len != 0) {
            rc = login_catalog_entry(catalog, i, locale, texts, translation,
                                     error);

        } else {
            continue;           /* further forms */
        }

        if (rc != LOGIN_OK) {
            return rc;
        }
    }

    locale->ntexts = catalog->n;

    return LOGIN_OK;
}


static login_result_e
login_catalog_entry(login_catalog_t *catalog, size_t number,
    login_locale_t *locale, login_str_t *texts,
    const login_translation_t *translation, login_error_t *error)
{
    unsigned                form, forms;
    const char             *path;
    login_str_t             text, one;
    login_result_e          rc;
    login_catalog_entry_t  *entry;

    entry = &catalog->entries[number];
    path = login_catalog_look(translation, entry, &locale->plural, &text);

    if (path == NULL && !login_language_is(locale->tag, login_cstr("en"))) {
        entry->lacks = entry->lacks != NULL ? entry->lacks
                                            : (const char *) locale->tag.data;
        entry->nlacks++;
    }

    forms = entry->many.len != 0 ? LOGIN_PLURAL_FORMS : 1;

    for (form = 0; form < forms; form++) {

        if (path == NULL || login_mo_form(text, form, &one) != LOGIN_OK) {
            one = login_catalog_english(entry, &locale->plural, form);
        }

        rc = login_catalog_text(catalog, &texts[number + form], entry, one,
                                path, error);
        if (rc != LOGIN_OK) {
            return rc;
        }
    }

    return LOGIN_OK;
}


static login_result_e
login_catalog_text(login_catalog_t *catalog, login_str_t *dst,
    const login_catalog_entry_t *entry, login_str_t text, const char *path,
    login_error_t *error)
{
    if (path != NULL
        && login_catalog_slots(entry, text, path, error) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    return login_catalog_write(catalog, dst, entry->escape, text, error);
}


/* What stands for a form where there is no translation. */

static login_str_t
login_catalog_english(const login_catalog_entry_t *entry,
    const login_plural_t *plural, unsigned form)
{
    if (entry->many.len == 0) {
        return entry->one;
    }

    if (plural->forms == 0) {
        return form == 0 ? entry->one : entry->many;
    }

    return plural->forms > 1 && form == login_plural_form(plural, 1)
           && form != login_plural_form(plural, 2)
           ? entry->one : entry->many;
}


/* The file that has it; NULL: none. */

static const char *
login_catalog_look(const login_translation_t *translation,
    const login_catalog_entry_t *entry, const login_plural_t *plural,
    login_str_t *text)
{
    size_t       i;
    login_str_t  last;

    for (i = 0; i < translation->n; i++) {
        if (login_mo_find(&translation->mo[i], entry->one, text)
            == LOGIN_OK
            && (entry->many.len == 0
                || login_mo_form(*text, plural->forms - 1, &last)
                   == LOGIN_OK))
        {
            return translation->path[i];
        }
    }

    return NULL;
}


/*
 * Each variable of the one is in the other; the number may be left out of
 * the forms of a plural ("one character").
 */

static login_result_e
login_catalog_slots(const login_catalog_entry_t *entry, login_str_t text,
    const char *path, login_error_t *error)
{
    size_t       len, start;
    unsigned     first;
    login_str_t  from, slot, msgid;

    msgid = entry->many.len != 0 ? entry->many : entry->one;
    first = entry->many.len != 0;

    for (from = msgid;
         (len = login_template_slot(from, &start)) != 0;
         from = login_str(from.data + start + len, from.len - start - len))
    {
        slot = login_str(from.data + start, len);

        if (!first && !login_catalog_has(text, slot)) {
            login_error(error, "\"%.*s\" is lost in the translation of "
                        "\"%.*s\" in %s", (int) slot.len, slot.data,
                        entry->one.len > 80 ? 80 : (int) entry->one.len,
                        entry->one.data, path);
            return LOGIN_NO;
        }

        first = 0;
    }

    for (from = text;
         (len = login_template_slot(from, &start)) != 0;
         from = login_str(from.data + start + len, from.len - start - len))
    {
        slot = login_str(from.data + start, len);

        if (!login_catalog_has(msgid, slot)) {
            login_error(error, "\"%.*s\" in the translation of \"%.*s\" is no "
                        "variable of it in %s", (int) slot.len, slot.data,
                        entry->one.len > 80 ? 80 : (int) entry->one.len,
                        entry->one.data, path);
            return LOGIN_NO;
        }
    }

    return LOGIN_OK;
}


static unsigned
login_catalog_has(login_str_t text, login_str_t slot)
{
    return memmem(text.data, text.len, slot.data, slot.len) != NULL;
}


static login_result_e
login_catalog_write(login_catalog_t *catalog, login_str_t *dst,
    login_escape_e escape, login_str_t text, login_error_t *error)
{
    login_writer_t  w;

    w.dst = NULL;
    w.len = 0;
    login_write_value(&w, escape, text);

    w.dst = login_arena_alloc(catalog->arena, w.len + 1);
    if (w.dst == NULL) {
        login_error(error, "no memory for messages");
        return LOGIN_FAULT;
    }

    w.len = 0;
    login_write_value(&w, escape, text);

    *dst = login_str(w.dst, w.len);

    return LOGIN_OK;
}


static login_result_e
login_catalog_section(login_catalog_t *catalog, login_str_t *dst,
    const login_catalog_entry_t *entry, const login_locale_t *locale,
    const login_value_t *values, login_error_t *error)
{
    size_t   len;
    u_char  *p;

    len = login_template_section(NULL, entry->template, entry->op, values,
                                 locale);

    p = login_arena_alloc(catalog->arena, len + 1);
    if (p == NULL) {
        login_error(error, "no memory for messages");
        return LOGIN_FAULT;
    }

    *dst = login_str(p, login_template_section(p, entry->template, entry->op,
                                               values, locale));

    return LOGIN_OK;
}
