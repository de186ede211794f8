
/*
 * Everything that people see, ready to be rendered: pages, mails and texts of
 * all languages, from the shipped folder and from one that goes before it.
 */

#ifndef LOGIN_PAGES_H
#define LOGIN_PAGES_H


#define LOGIN_PAGES_FILE  4096      /* bytes of a path, with its end */

/* What a style sheet is followed by, where there is such a file. */
#define LOGIN_PAGES_STYLE   "login.css"
#define LOGIN_PAGES_BRAND   "brand.css"
#define LOGIN_PAGES_SCRIPT  "login.js"
#define LOGIN_PAGES_ICON    "login.svg"


typedef struct {
    login_arena_t           *arena;
    const char              *dirs[LOGIN_CATALOG_DIRS];
    size_t                   ndirs;

    login_template_t        *pages[LOGIN_PAGES];
    login_mail_templates_t  *mails;     /* NULL: without */
    login_locales_t          locales;
    login_catalog_t          catalog;
} login_pages_t;


/*
 * Files are looked for in "own", unless that is NULL, and then in "shipped".
 * What is read lives as long as the arena.
 */
void login_pages_init(login_pages_t *pages, login_arena_t *arena,
    const char *own, const char *shipped);

/* Compiles the pages, and the mails where they are wanted. */
login_result_e login_pages_compile(login_pages_t *pages, unsigned mails,
    login_error_t *error);

/*
 * Then the texts.  What is not known of a language that is not shipped, its
 * file tells.
 */
login_result_e login_pages_translate(login_pages_t *pages,
    login_language_t *languages, size_t n, login_error_t *error);

/*
 * The next message of the own pages that a language has no text for; the
 * shipped ones are tested for it.  "*i" begins with 0.  NULL: there is none.
 */
const login_catalog_entry_t *login_pages_gap(const login_pages_t *pages,
    size_t *i);

/*
 * Where the file of that name is: style sheet, script.  LOGIN_NO: in no
 * folder, and "path" is the place in the last one.
 */
login_result_e login_pages_file(const login_pages_t *pages,
    char path[LOGIN_PAGES_FILE], const char *name);


#endif /* LOGIN_PAGES_H */
