
/* What "nginx-login preview" fills into pages and mails. */

#ifndef LOGIN_CLI_SAMPLE_H
#define LOGIN_CLI_SAMPLE_H


#include "login_cli.h"


#define LOGIN_CLI_SAMPLE_PORTAL  "/login/"
#define LOGIN_CLI_SAMPLE_ICON    "app.svg"
#define LOGIN_CLI_SAMPLE_SET     28     /* variables of one, at most */

/*
 * Markup, an override of the direction, emoji, and words without end: 400
 * characters.
 */
#define LOGIN_CLI_SAMPLE_LONG  "Wolfeschlegelsteinhausenbergerdorffwelchevora"
#define LOGIN_CLI_SAMPLE_EVIL                                                 \
    "</p></title><img src=x onerror=alert(1)>\"'&amp; {{name}} "              \
    "\xe2\x80\xaegnp.tsil \xf0\x9f\xa6\x8a\xf0\x9f\x91\xa9\xe2\x80\x8d"       \
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 \xd7\xa9\xd7\x9c\xd7\x95"   \
    "\xd7\x9d " LOGIN_CLI_SAMPLE_LONG LOGIN_CLI_SAMPLE_LONG                   \
    LOGIN_CLI_SAMPLE_LONG LOGIN_CLI_SAMPLE_LONG LOGIN_CLI_SAMPLE_LONG         \
    LOGIN_CLI_SAMPLE_LONG LOGIN_CLI_SAMPLE_LONG "altern"


/* One view of a page; its first has no name of its own. */
typedef struct {
    login_page_e       page;
    const char        *variant;
    login_reason_e     reason;
    unsigned           hostile;         /* what people type is */
    login_page_var_e   set[LOGIN_CLI_SAMPLE_SET];   /* up to a zero */
} login_cli_sample_t;

/* The same of all mails. */
typedef enum {
    LOGIN_CLI_MAIL_FULL = 0,
    LOGIN_CLI_MAIL_BARE,                /* with as little as there can be */
    LOGIN_CLI_MAIL_HOSTILE,
    LOGIN_CLI_MAILS
} login_cli_mail_e;


/* Those of a page are in a row; the last one has no variant. */
extern const login_cli_sample_t  login_cli_samples[];

extern const char *const  login_cli_mail_variants[LOGIN_CLI_MAILS];
extern const login_mail_sender_t  login_cli_mail_sender;

/* The icon of an app, an SVG. */
extern const char *const  login_cli_sample_icon;


/*
 * Sets all "values" of a page (LOGIN_VARS) in the language of that number.
 * LOGIN_FAULT: no memory.
 */
login_result_e login_cli_sample(login_value_t *values, login_arena_t *arena,
    const login_cli_sample_t *sample, const login_locales_t *locales,
    size_t language);

/* "rows" has room for LOGIN_MAIL_ROWS. */
void login_cli_sample_mail(login_mail_t *mail, login_mail_row_t *rows,
    login_mail_kind_e kind, login_cli_mail_e variant);


#endif /* LOGIN_CLI_SAMPLE_H */
