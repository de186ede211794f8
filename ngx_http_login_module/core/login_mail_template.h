
/* The templates of mails, and the variables that they may name. */

#ifndef LOGIN_MAIL_TEMPLATE_H
#define LOGIN_MAIL_TEMPLATE_H


/*
 * X(NAME, name, type, list).  docs/mail.md tells what each is; the check of
 * the docs compares both.
 */
#define LOGIN_MAIL_VARIABLES(X)                                               \
    X(LANGUAGE,     language,     TEXT, -1)  /* BCP 47 */                     \
    X(DIR,          dir,          TEXT, -1)  /* "ltr" or "rtl" */             \
    X(SITE,         site,         TEXT, -1)  /* the portal's host */          \
    X(ORGANISATION, organisation, TEXT, -1)  /* its title */                  \
    X(EMAIL,        email,        TEXT, -1)  /* who it goes to */             \
    X(USERNAME,     username,     TEXT, -1)                                   \
    X(NAME,         name,         TEXT, -1)                                   \
    X(URL,          url,          TEXT, -1)                                   \
    X(EXPIRES,      expires,      TEXT, -1)  /* when "url" does */            \
    X(WHEN,         when,         TEXT, -1)  /* it happened */                \
    X(BROWSER,      browser,      TEXT, -1)                                   \
    X(ADDRESS,      address,      TEXT, -1)  /* of the network */             \
    X(NEW_USERNAME, new_username, TEXT, -1)                                   \
    X(DEVICE,       device,       TEXT, -1)  /* its name */                   \
    X(LEFT,         left,         TEXT, -1)  /* recovery codes */             \
    X(ACCOUNTS,     accounts,     LIST, -1)  /* of who forgot */              \
    X(TITLE,        title,        TEXT, LOGIN_MAIL_VAR_ACCOUNTS)              \
    X(RESET_URL,    reset_url,    TEXT, LOGIN_MAIL_VAR_ACCOUNTS)              \
    X(INVITE_URL,   invite_url,   TEXT, LOGIN_MAIL_VAR_ACCOUNTS)              \
    X(SIGNIN_URL,   signin_url,   TEXT, LOGIN_MAIL_VAR_ACCOUNTS)              \
    X(PROVIDER,     provider,     TEXT, LOGIN_MAIL_VAR_ACCOUNTS)

/* What the text begins with; an empty line ends it. */
#define LOGIN_MAIL_SUBJECT  "Subject: "

#define LOGIN_MAIL_ENUM(NAME, name, type, list)  LOGIN_MAIL_VAR_##NAME,

typedef enum {
    LOGIN_MAIL_VARIABLES(LOGIN_MAIL_ENUM)
    LOGIN_MAIL_VARS
} login_mail_var_e;

typedef struct {
    login_template_t     *text[LOGIN_MAIL_KINDS];
    login_template_t     *html[LOGIN_MAIL_KINDS];
    const login_locales_t  *locales;    /* NULL: English */
} login_mail_templates_t;

/* Who it comes from, and how it names itself. */
typedef struct {
    const char           *site;         /* host of the portal */
    const char           *from;         /* header field: name and address */
} login_mail_sender_t;

/* What a mail says, in one language. */
typedef struct {
    login_str_t           subject;
    login_str_t           text;
    login_str_t           html;
    login_str_t           whole;        /* that the first two are part of */
} login_mail_words_t;


/*
 * Compiles all of them, from the directories "mail" in "dirs".  LOGIN_NO:
 * "error" says file, line and what.
 */
login_result_e login_mail_compile(login_mail_templates_t *templates,
    login_arena_t *arena, const char *const *dirs, size_t n,
    login_error_t *error);

/* Writes what is said; login_mail_words_free() also where that failed. */
login_result_e login_mail_words(login_mail_words_t *words,
    const login_mail_templates_t *templates, const login_mail_t *mail,
    const login_mail_sender_t *sender);

void login_mail_words_free(login_mail_words_t *words);

/*
 * Writes the whole message, as RFC 5322 and 2045 have it, to memory that the
 * caller wipes and frees.  LOGIN_FAULT: there is none.
 */
login_result_e login_mail_message(u_char **message, size_t *len,
    const login_mail_templates_t *templates, const login_mail_t *mail,
    const login_mail_sender_t *sender, uint64_t now);

/*
 * Takes "Name <address>" or "address" apart.  "field" becomes the value of
 * the header field, and "address" the address alone.  LOGIN_NO: neither of
 * both, or not ASCII where it has to be, or too long.
 */
#define LOGIN_MAIL_FIELD_MAX  1024

login_result_e login_mail_from(char field[LOGIN_MAIL_FIELD_MAX],
    char address[LOGIN_USERNAME_MAX + 1], login_str_t text);

/*
 * Writes header field "name" with a text of any kind, folded and encoded
 * (RFC 2047) as far as it has to be.
 */
void login_mime_field(FILE *out, const char *name, login_str_t text);

/* Writes a part's body as quoted-printable (RFC 2045, 6.7). */
void login_mime_quoted(FILE *out, login_str_t text);


#endif /* LOGIN_MAIL_TEMPLATE_H */
