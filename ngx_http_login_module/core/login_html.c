
/* Reads the HTML of templates. */

#include "login.h"

#include <string.h>
#include <strings.h>


#define login_html_space(c)                                                   \
    ((c) == ' ' || (c) == '\t' || (c) == '\n' || (c) == '\r' || (c) == '\f')


typedef const u_char *(*login_html_pt)(login_html_t *html, const u_char *p,
    const u_char *end, const char **why);


static const u_char *login_html_text(login_html_t *html, const u_char *p,
    const u_char *end, const char **why);
static const u_char *login_html_declaration(login_html_t *html,
    const u_char *p, const u_char *end, const char **why);
static const u_char *login_html_element(login_html_t *html, const u_char *p,
    const u_char *end, const char **why);
static const u_char *login_html_tag(login_html_t *html, const u_char *p,
    const u_char *end, const char **why);
static const u_char *login_html_attribute(login_html_t *html,
    const u_char *p, const u_char *end, const char **why);
static const u_char *login_html_value(login_html_t *html, const u_char *p,
    const u_char *end, const char **why);
static const u_char *login_html_raw(login_html_t *html, const u_char *p,
    const u_char *end, const char **why);
static const u_char *login_html_comment(login_html_t *html, const u_char *p,
    const u_char *end, const char **why);
static unsigned login_html_starts(const u_char *p, const u_char *end,
    const char *literal);


/* By state: each reads until the state changes. */

static const login_html_pt  login_html_readers[] = {
    login_html_text,
    login_html_tag,
    login_html_tag,
    login_html_value,
    login_html_raw,
    login_html_comment
};

static const char *const  login_html_raw_elements[] = {
    "script", "style", "textarea", "title", NULL
};

/* Parsed differently from browser to browser, or by whether scripts run. */

static const char *const  login_html_refused[] = {
    "frameset", "iframe", "noembed", "noframes", "noscript", "plaintext",
    "xmp", NULL
};


const u_char *
login_html_read(login_html_t *html, login_str_t text, const char **why)
{
    const u_char  *p, *end;

    p = text.data;
    end = text.data + text.len;
    *why = NULL;

    while (p < end) {
        p = login_html_readers[html->state](html, p, end, why);

        if (*why != NULL) {
            return p;
        }
    }

    return NULL;
}


static const u_char *
login_html_text(login_html_t *html, const u_char *p, const u_char *end,
    const char **why)
{
    p = memchr(p, '<', (size_t) (end - p));

    if (p == NULL) {
        return end;
    }

    if (end - p > 1 && p[1] == '!') {
        return login_html_declaration(html, p, end, why);
    }

    return login_html_element(html, p, end, why);
}


static const u_char *
login_html_declaration(login_html_t *html, const u_char *p,
    const u_char *end, const char **why)
{
    if (login_html_starts(p, end, "<!doctype html>")) {
        return p + sizeof("<!doctype html>") - 1;
    }

    if (!login_html_starts(p, end, "<!--")) {
        *why = "only \"<!doctype html>\" and comments may begin with \"<!\"";
        return p;
    }

    p += sizeof("<!--") - 1;

    if (p == end || *p == '>' || *p == '-') {
        *why = "a comment of HTML needs a space behind \"<!--\"";
        return p;
    }

    html->state = LOGIN_HTML_COMMENT;

    return p;
}


static const u_char *
login_html_element(login_html_t *html, const u_char *p, const u_char *end,
    const char **why)
{
    char           name[LOGIN_HTML_NAME_MAX];
    unsigned       closing;
    const u_char  *start;

    start = p++;
    closing = (p < end && *p == '/');
    p += closing;

    if (p == end || !((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')) {
        *why = "\"<\" has to begin a tag, write \"&lt;\" for the character";
        return start;
    }

    p = login_html_name(name, p, end);

    if (p == NULL) {
        *why = "the name of a tag is too long";
        return start;
    }

    if (login_html_among(name, login_html_refused)) {
        *why = "browsers disagree about this element, so it is refused";
        return start;
    }

    memcpy(html->element, name, sizeof(name));
    html->closing = closing;
    html->state = LOGIN_HTML_TIGHT;

    return p;
}


/* In a tag, behind its name. */

static const u_char *
login_html_tag(login_html_t *html, const u_char *p, const u_char *end,
    const char **why)
{
    unsigned  raw;

    if (login_html_space(*p)) {
        html->state = LOGIN_HTML_TAG;
        return p + 1;
    }

    raw = login_html_among(html->element, login_html_raw_elements);

    if (*p == '/') {
        if (raw || p + 1 == end || p[1] != '>') {
            *why = "\"/\" may stand in front of \">\" only, and not in "
                   "script, style, textarea and title";
            return p;
        }

        p++;
    }

    if (*p == '>') {
        if (raw && !html->closing) {
            html->state = LOGIN_HTML_RAW;
            return p + 1;
        }

        memset(html, 0, sizeof(login_html_t));

        return p + 1;
    }

    if (html->state == LOGIN_HTML_TIGHT) {
        *why = "a space, \"/>\" or \">\" has to follow here";
        return p;
    }

    return login_html_attribute(html, p, end, why);
}


static const u_char *
login_html_attribute(login_html_t *html, const u_char *p, const u_char *end,
    const char **why)
{
    char           name[LOGIN_HTML_NAME_MAX];
    const u_char  *start;

    start = p;
    p = login_html_name(name, p, end);

    if (p == NULL || p == start) {
        *why = "this is no name of an attribute";
        return start;
    }

    html->state = LOGIN_HTML_TIGHT;

    while (p < end && login_html_space(*p)) {
        html->state = LOGIN_HTML_TAG;
        p++;
    }

    if (p == end || *p != '=') {
        return p;
    }

    do {
        p++;
    } while (p < end && login_html_space(*p));

    if (p == end || *p != '"') {
        *why = "the value of an attribute has to stand in double quotes";
        return p;
    }

    html->state = LOGIN_HTML_VALUE;
    html->attribute = login_html_classify(html->element, name);

    return p + 1;
}


static const u_char *
login_html_value(login_html_t *html, const u_char *p, const u_char *end,
    const char **why)
{
    (void) why;

    for ( /* void */ ; p < end && *p != '"'; p++) {
        if (html->attribute == LOGIN_HTML_ADDRESS
            || html->attribute == LOGIN_HTML_SCRIPT)
        {
            html->address = login_html_address(html->address, *p);
        }
    }

    if (p == end) {
        return end;
    }

    html->state = LOGIN_HTML_TIGHT;
    html->attribute = LOGIN_HTML_FIXED;
    html->address = LOGIN_HTML_START;

    return p + 1;
}


/*
 * In SVG the same elements are parsed as any other.  Without any "<" in
 * them both ways of reading come to the same.
 */

static const u_char *
login_html_raw(login_html_t *html, const u_char *p, const u_char *end,
    const char **why)
{
    char           name[LOGIN_HTML_NAME_MAX];
    const u_char  *start;

    start = memchr(p, '<', (size_t) (end - p));

    if (start == NULL) {
        return end;
    }

    p = login_html_starts(start, end, "</")
        ? login_html_name(name, start + 2, end) : NULL;

    if (p == NULL || strcmp(name, html->element) != 0) {
        *why = "in script, style, textarea and title \"<\" may begin their "
               "end tag only";
        return start;
    }

    html->closing = 1;
    html->state = LOGIN_HTML_TIGHT;

    return p;
}


/* No "--" but the one that ends it, whatever it is made of. */

static const u_char *
login_html_comment(login_html_t *html, const u_char *p, const u_char *end,
    const char **why)
{
    p = memchr(p, '-', (size_t) (end - p));

    if (p == NULL) {
        return end;
    }

    if (login_html_starts(p, end, "-->")) {
        html->state = LOGIN_HTML_TEXT;
        return p + 3;
    }

    if (p + 1 == end || p[1] == '-') {
        *why = "\"-->\" has to follow \"--\" in a comment of HTML";
        return p;
    }

    return p + 1;
}


static unsigned
login_html_starts(const u_char *p, const u_char *end, const char *literal)
{
    size_t  len;

    len = strlen(literal);

    return (size_t) (end - p) >= len
           && strncasecmp((const char *) p, literal, len) == 0;
}
