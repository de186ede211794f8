
/*
 * Translations as msgfmt writes them (GNU gettext's MO), of either byte
 * order.  All of a file is checked when it is opened: what is read later
 * lies within it, ends with a NUL and is UTF-8.
 */

#ifndef LOGIN_MO_H
#define LOGIN_MO_H


#define LOGIN_MO_SIZE      (1024 * 1024)    /* bytes of a file */
#define LOGIN_MO_MESSAGES  8192
#define LOGIN_MO_ENTRY     8                /* bytes of one in a table */


typedef struct {
    login_str_t       data;
    unsigned          swapped;      /* the other byte order */
    uint32_t          n;
    uint32_t          ids;          /* where their tables are */
    uint32_t          texts;
    login_str_t       header;
    login_plural_t    plural;       /* .forms = 0: has none */
} login_mo_t;


/* "data" stays the caller's.  LOGIN_NO: "error" says what is wrong. */
login_result_e login_mo_open(login_mo_t *mo, login_str_t data,
    login_error_t *error);

/*
 * The translation, with a NUL between the forms of a plural; LOGIN_NO: none.
 * Of a message with forms the first one is its name.
 */
login_result_e login_mo_find(const login_mo_t *mo, login_str_t msgid,
    login_str_t *text);

/* One of the forms in a translation; LOGIN_NO: it has less. */
login_result_e login_mo_form(login_str_t text, unsigned form,
    login_str_t *one);

/* A field of the header, "Language"; empty where there is none. */
login_str_t login_mo_field(const login_mo_t *mo, const char *name);

/*
 * Between the two files of this: a text up to its first NUL; the order of
 * msgids; a string of a table, NULL where it is not within the file; and a
 * number.
 */
login_str_t login_mo_first(login_str_t text);
int login_mo_compare(login_str_t a, login_str_t b);
login_str_t login_mo_string(const login_mo_t *mo, uint32_t table,
    uint32_t i);
uint32_t login_mo_uint(const login_mo_t *mo, size_t offset);


#endif /* LOGIN_MO_H */
