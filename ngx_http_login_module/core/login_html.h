
/*
 * Follows a template's HTML and knows for each place what may stand there.
 * It takes less than browsers do, so that both read every template alike:
 * what it cannot be sure of is refused.
 */

#ifndef LOGIN_HTML_H
#define LOGIN_HTML_H


#define LOGIN_HTML_NAME_MAX  32    /* bytes of an element's or attribute's */


typedef enum {
    LOGIN_HTML_TEXT = 0,
    LOGIN_HTML_TAG,             /* between attributes */
    LOGIN_HTML_TIGHT,           /* the same, but a space has to come first */
    LOGIN_HTML_VALUE,           /* of an attribute */
    LOGIN_HTML_RAW,             /* in script, style, textarea, title */
    LOGIN_HTML_COMMENT
} login_html_e;

typedef enum {
    LOGIN_HTML_FIXED = 0,       /* an attribute without variables */
    LOGIN_HTML_PLAIN,
    LOGIN_HTML_ADDRESS,
    LOGIN_HTML_SCRIPT           /* the address of one */
} login_html_attribute_e;

/* How far an address has come, and what a variable may still turn it into. */
typedef enum {
    LOGIN_HTML_START = 0,
    LOGIN_HTML_SLASH,           /* "/" was all, so "//host" could follow */
    LOGIN_HTML_NAME,            /* "name", so "name:" could follow */
    LOGIN_HTML_WHOLE,           /* a variable was all */
    LOGIN_HTML_OPEN,            /* behind the host: nothing can happen */
    LOGIN_HTML_CLOSED           /* no variable may follow */
} login_html_address_e;

typedef struct {
    login_html_e            state;
    login_html_attribute_e  attribute;
    login_html_address_e    address;
    unsigned                closing;    /* </name ...> */
    char                    element[LOGIN_HTML_NAME_MAX];
} login_html_t;

typedef enum {
    LOGIN_ESCAPE_HTML = 0,      /* in text and in attributes */
    LOGIN_ESCAPE_ADDRESS,       /* a whole address, or the beginning of one */
    LOGIN_ESCAPE_COMPONENT,     /* a part of an address */
    LOGIN_ESCAPE_TEXT           /* in a line of what is not HTML */
} login_escape_e;


/*
 * Reads on.  NULL: fine, else the place that it stopped at, and "*why" says
 * what is wrong there.
 */
const u_char *login_html_read(login_html_t *html, login_str_t text,
    const char **why);

/* May a variable stand here?  LOGIN_NO: "*why" says why not. */
login_result_e login_html_variable(login_html_t *html,
    login_escape_e *escape, const char **why);

/* The same for what no request has anything to do with: also of a script. */
login_result_e login_html_asset(login_html_t *html, login_escape_e *escape,
    const char **why);

/* The same for a message. */
login_result_e login_html_message(const login_html_t *html,
    const char **why);

/*
 * Joins what is behind a section ("html") with what was before it; those
 * that repeat have to end exactly where they began.  LOGIN_NO: they differ.
 */
login_result_e login_html_join(login_html_t *html, const login_html_t *before,
    unsigned repeats);

/*
 * Between the two files of this.  What an attribute may hold, and what the
 * next byte that the template itself spells out makes of an address:
 */
login_html_attribute_e login_html_classify(const char *element,
    const char *attribute);
login_html_address_e login_html_address(login_html_address_e address,
    u_char c);

/*
 * Copies a name of LOGIN_HTML_NAME_MAX bytes at most, in lower case, and
 * returns what follows it.  NULL: too long.
 */
const u_char *login_html_name(char *name, const u_char *p,
    const u_char *end);

unsigned login_html_among(const char *name, const char *const *names);


#endif /* LOGIN_HTML_H */
