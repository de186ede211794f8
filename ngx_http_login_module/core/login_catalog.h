
/*
 * All messages of all templates, numbered, and their translations: made when
 * the configuration is read, and what pages and mails are rendered from.
 */

#ifndef LOGIN_CATALOG_H
#define LOGIN_CATALOG_H


#define LOGIN_CATALOG_DIRS  2       /* that translations come from */


/* A message, or a list that is the same on all pages. */
typedef struct {
    login_str_t              one;       /* the msgid */
    login_str_t              many;      /* empty: has no forms */
    login_escape_e           escape;
    const login_template_t  *template;  /* of a list, with its operation */
    size_t                   op;
    const char              *path;      /* where it was found first */
    unsigned                 line;
    const char              *lacks;     /* a language it has no text in */
    unsigned                 nlacks;    /* and how many these are */
} login_catalog_entry_t;

typedef struct {
    login_arena_t           *arena;
    login_catalog_entry_t   *entries;   /* by number, the first is none */
    size_t                   n;
    size_t                   capacity;

    /* a list of that schema which depends on the language alone */
    const login_schema_t    *schema;
    size_t                   list;
} login_catalog_t;

/* The files that one language's texts come from. */
typedef struct {
    login_mo_t               mo[LOGIN_CATALOG_DIRS];
    const char              *path[LOGIN_CATALOG_DIRS];
    size_t                   n;
} login_translation_t;


login_result_e login_catalog_init(login_catalog_t *catalog,
    login_arena_t *arena, const login_schema_t *schema, size_t list,
    login_error_t *error);

/*
 * Numbers the messages of a template.  LOGIN_NO: in the list that depends on
 * the language alone there is a variable of the page.
 */
login_result_e login_catalog_add(login_catalog_t *catalog,
    login_template_t *template, login_error_t *error);

/*
 * Reads "locale/TAG.mo" of each of the directories.  LOGIN_NO: there is none
 * at all, and the language is not English; or one is broken.
 */
login_result_e login_translation_open(login_translation_t *translation,
    login_arena_t *arena, const char *const *dirs, size_t n, login_str_t tag,
    login_error_t *error);

/* A field of their headers, from the first that has it. */
login_str_t login_translation_field(const login_translation_t *translation,
    const char *name);

/*
 * Writes all texts of a language, when all templates are in the catalog.
 * "locale" has tag and direction, "values" are those of a page, with the list.
 * LOGIN_NO: a variable of a message is not in its translation, or one is that
 * is none of it.
 */
login_result_e login_catalog_load(login_catalog_t *catalog,
    login_locale_t *locale, const login_translation_t *translation,
    const login_value_t *values, login_error_t *error);


#endif /* LOGIN_CATALOG_H */
