
/*
 * The pages' small template language, compiled and checked when the
 * configuration is read:
 *
 *     {{name}}                      a variable, escaped for where it stands
 *     {{#name}} ... {{/name}}       if it is set, or for each row of a list
 *     {{^name}} ... {{/name}}       if it is not
 *     {{> part}}                    the file part.html
 *     {{"Signed in as {name}"}}     a message, translated, with variables
 *     {{"One day"|"{n} days"}}      the same for one and for many: the first
 *                                   variable is how many
 *     {{! a comment }}
 *
 * Variables may stand in text, in double-quoted attribute values, and as or
 * in the addresses of href, src, action and formaction, where only paths and
 * http(s) addresses get through; the src of a script takes assets alone.
 * Elsewhere (script, style, comments, event handlers, tag names) they are
 * refused.  Nothing is ever unescaped.
 *
 * The texts of mails are in the same language, without HTML: there, control
 * characters of a variable become spaces, so that it stays in its line.
 */

#ifndef LOGIN_TEMPLATE_H
#define LOGIN_TEMPLATE_H


#define LOGIN_TEMPLATE_SIZE   (256 * 1024)   /* bytes of one file */
#define LOGIN_TEMPLATE_DEPTH  8              /* parts in parts */


typedef enum {
    LOGIN_TEMPLATE_HTML = 0,    /* files end in ".html" */
    LOGIN_TEMPLATE_TEXT         /* and in ".txt" */
} login_template_e;

typedef enum {
    LOGIN_VALUE_TEXT = 0,
    LOGIN_VALUE_ASSET,          /* an address that is made of no request */
    LOGIN_VALUE_FLAG,
    LOGIN_VALUE_LIST
} login_value_e;

/* One variable that templates may name; its number is its index. */
typedef struct {
    const char            *name;
    login_value_e          type;
    int                    list;    /* number of the list whose rows have
                                       it; -1: the page itself */
} login_variable_t;

typedef struct {
    const login_variable_t *variables;
    size_t                  n;
} login_schema_t;

/* What a variable is worth.  A text or flag is set where .text.len > 0. */
typedef struct login_value_s  login_value_t;

struct login_value_s {
    login_str_t            text;
    size_t                 rows;    /* of a list */
    const login_value_t   *row;     /* rows * schema.n values; those of the
                                       page itself are not looked at */
};

typedef struct login_template_s  login_template_t;


/*
 * Compiles "name" (without its ending), looked for in the directories one
 * after the other.  LOGIN_NO: "error" says file, line and what: unknown
 * variable or part, recursion, too big, not UTF-8, badly nested, a place
 * where no variable may stand.  Lives as long as the arena.
 */
login_result_e login_template_compile(login_template_t **template,
    login_arena_t *arena, const login_schema_t *schema,
    const char *const *dirs, size_t ndirs, const char *name,
    login_error_t *error);

/* The same for either kind. */
login_result_e login_template_compile_as(login_template_t **template,
    login_template_e kind, login_arena_t *arena,
    const login_schema_t *schema, const char *const *dirs, size_t ndirs,
    const char *name, login_error_t *error);

/*
 * Writes the page to "dst", or nothing where "dst" is NULL, and returns its
 * length.  "values" has schema.n entries.
 */
size_t login_template_render(u_char *dst, const login_template_t *template,
    const login_value_t *values, const login_locale_t *locale);

/* The same for the list alone that begins with the operation "first". */
size_t login_template_section(u_char *dst, const login_template_t *template,
    size_t first, const login_value_t *values, const login_locale_t *locale);


#endif /* LOGIN_TEMPLATE_H */
