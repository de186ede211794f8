
#include "login.h"

#include <string.h>


static size_t login_catalog_find(const login_catalog_t *catalog,
    const login_catalog_entry_t *entry);
static login_result_e login_catalog_number(login_catalog_t *catalog,
    size_t *number, const login_catalog_entry_t *entry,
    login_error_t *error);
static login_result_e login_catalog_list(login_catalog_t *catalog,
    login_template_t *template, size_t next, login_error_t *error);
static login_result_e login_catalog_own(const login_catalog_t *catalog,
    const login_op_t *op, const char *path, unsigned line,
    login_error_t *error);


login_result_e
login_catalog_init(login_catalog_t *catalog, login_arena_t *arena,
    const login_schema_t *schema, size_t list, login_error_t *error)
{
    size_t                 i, number;
    login_catalog_entry_t  entry;

    memset(catalog, 0, sizeof(login_catalog_t));

    catalog->arena = arena;
    catalog->schema = schema;
    catalog->list = list;
    catalog->n = 1;

    memset(&entry, 0, sizeof(login_catalog_entry_t));
    entry.escape = LOGIN_ESCAPE_TEXT;
    entry.path = "the module";

    for (i = 1; i < LOGIN_TEXTS; i++) {
        entry.one = login_locale_msgid((login_text_e) i);

        if (login_catalog_number(catalog, &number, &entry, error)
            != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }
    }

    return LOGIN_OK;
}


/* Messages in a list come before it, since it is made of them. */

login_result_e
login_catalog_add(login_catalog_t *catalog, login_template_t *template,
    login_error_t *error)
{
    size_t                  i;
    login_op_t             *op;
    login_result_e          rc;
    login_catalog_entry_t   entry;

    rc = LOGIN_OK;

    for (i = 0; rc == LOGIN_OK && i < template->n; i++) {
        op = &template->ops[i];

        if (op->code == LOGIN_OP_NEXT) {
            rc = login_catalog_list(catalog, template, i, error);
            continue;
        }

        if (op->code != LOGIN_OP_MESSAGE) {
            continue;
        }

        memset(&entry, 0, sizeof(login_catalog_entry_t));
        entry.one = op->text;
        entry.many = op->many;
        entry.escape = op->escape;
        entry.path = op->path;
        entry.line = op->line;

        rc = login_catalog_number(catalog, &op->message, &entry, error);
    }

    return rc;
}


static login_result_e
login_catalog_list(login_catalog_t *catalog, login_template_t *template,
    size_t next, login_error_t *error)
{
    size_t                  i, first;
    login_op_t             *op;
    login_catalog_entry_t   entry;

    first = template->ops[next].jump - 1;
    op = &template->ops[first];

    if (template->schema != catalog->schema
        || op->slot.frame != 0
        || op->slot.variable != catalog->list)
    {
        return LOGIN_OK;
    }

    for (i = first + 1; i < next; i++) {
        if (login_catalog_own(catalog, &template->ops[i], op->path, op->line,
                              error)
            != LOGIN_OK)
        {
            return LOGIN_NO;
        }
    }

    memset(&entry, 0, sizeof(login_catalog_entry_t));
    entry.template = template;
    entry.op = first;
    entry.path = op->path;
    entry.line = op->line;

    return login_catalog_number(catalog, &op->message, &entry, error);
}


/* Is it of the list alone? */

static login_result_e
login_catalog_own(const login_catalog_t *catalog, const login_op_t *op,
    const char *path, unsigned line, login_error_t *error)
{
    size_t               i;
    const login_slot_t  *slots;

    if (op->code == LOGIN_OP_TEXT || op->code == LOGIN_OP_NEXT) {
        return LOGIN_OK;
    }

    slots = op->code == LOGIN_OP_MESSAGE ? op->slots : &op->slot;

    for (i = 0; i < (op->code == LOGIN_OP_MESSAGE ? op->nslots : 1); i++) {
        if (slots[i].frame == 0) {
            error->line = line;
            login_error(error, "\"%s\" is not of the list \"%s\", which is "
                        "the same on all pages, in %s:%u",
                        catalog->schema->variables[slots[i].variable].name,
                        catalog->schema->variables[catalog->list].name,
                        path, line);
            return LOGIN_NO;
        }
    }

    return LOGIN_OK;
}


static login_result_e
login_catalog_number(login_catalog_t *catalog, size_t *number,
    const login_catalog_entry_t *entry, login_error_t *error)
{
    size_t                  capacity;
    login_catalog_entry_t  *entries;

    *number = login_catalog_find(catalog, entry);
    if (*number != 0) {
        return LOGIN_OK;
    }

    /* the forms of a plural have numbers in a row */

    if (catalog->n + LOGIN_PLURAL_FORMS > catalog->capacity) {
        capacity = catalog->capacity == 0 ? 256 : 2 * catalog->capacity;

        entries = login_arena_alloc(catalog->arena,
                                    capacity * sizeof(login_catalog_entry_t));
        if (entries == NULL) {
            login_error(error, "no memory for messages");
            return LOGIN_FAULT;
        }

        if (catalog->entries != NULL) {
            memcpy(entries, catalog->entries,
                   catalog->n * sizeof(login_catalog_entry_t));
        }

        catalog->entries = entries;
        catalog->capacity = capacity;
    }

    *number = catalog->n;
    catalog->entries[catalog->n] = *entry;
    catalog->n += entry->many.len != 0 ? LOGIN_PLURAL_FORMS : 1;

    return LOGIN_OK;
}


/* 0: it is new. */

static size_t
login_catalog_find(const login_catalog_t *catalog,
    const login_catalog_entry_t *entry)
{
    size_t                        i;
    const login_catalog_entry_t  *e;

    for (i = 1; i < catalog->n; i++) {
        e = &catalog->entries[i];

        if (entry->template != NULL) {
            if (e->template != NULL
                && e->line == entry->line
                && strcmp(e->path, entry->path) == 0)
            {
                return i;
            }

            continue;
        }

        if (e->escape == entry->escape
            && e->one.len != 0
            && login_str_eq(e->one, entry->one)
            && login_str_eq(e->many, entry->many))
        {
            return i;
        }
    }

    return 0;
}
