
/* Names in HTML, and what may stand where. */

#include "login.h"

#include <string.h>


typedef struct {
    const char  *attribute;
    const char  *elements;
} login_html_where_t;


/* What these hold is never run, and never an address. */

static const char *const  login_html_plain[] = {
    "alt", "class", "d", "datetime", "dir", "for", "height", "id", "label",
    "lang", "maxlength", "minlength", "name", "passwordrules", "placeholder",
    "title", "value", "viewbox", "width", NULL
};

static const login_html_where_t  login_html_addresses[] = {
    { "href", " a area image link use " },
    { "src", " image img input source " },
    { "action", " form " },
    { "formaction", " button input " }
};


login_result_e
login_html_variable(login_html_t *html, login_escape_e *escape,
    const char **why)
{
    *escape = LOGIN_ESCAPE_HTML;

    if (html->state != LOGIN_HTML_VALUE
        || html->attribute != LOGIN_HTML_ADDRESS)
    {
        return login_html_message(html, why);
    }

    switch (html->address) {

    case LOGIN_HTML_START:
        *escape = LOGIN_ESCAPE_ADDRESS;
        html->address = LOGIN_HTML_WHOLE;
        return LOGIN_OK;

    /* it may be empty, so nothing has changed in these two */

    case LOGIN_HTML_SLASH:
    case LOGIN_HTML_OPEN:
        *escape = LOGIN_ESCAPE_COMPONENT;
        return LOGIN_OK;

    default:
        *why = "no variable may stand in the scheme or host of an address";
        return LOGIN_NO;
    }
}


/* Nothing before it, so that it is the module that says where it leads. */

login_result_e
login_html_asset(login_html_t *html, login_escape_e *escape,
    const char **why)
{
    if (html->state != LOGIN_HTML_VALUE
        || html->attribute != LOGIN_HTML_SCRIPT)
    {
        return login_html_variable(html, escape, why);
    }

    if (html->address != LOGIN_HTML_START) {
        *why = "an address of a script has to begin with it";
        return LOGIN_NO;
    }

    *escape = LOGIN_ESCAPE_ADDRESS;
    html->address = LOGIN_HTML_WHOLE;

    return LOGIN_OK;
}


login_result_e
login_html_message(const login_html_t *html, const char **why)
{
    switch (html->state) {

    case LOGIN_HTML_TEXT:
        return LOGIN_OK;

    case LOGIN_HTML_VALUE:
        if (html->attribute == LOGIN_HTML_PLAIN) {
            return LOGIN_OK;
        }

        *why = (html->attribute == LOGIN_HTML_ADDRESS)
               ? "no message may stand in an address"
               : "nothing variable may stand in this attribute";
        return LOGIN_NO;

    case LOGIN_HTML_RAW:
        if (html->element[0] == 't') {
            return LOGIN_OK;
        }

        *why = "nothing variable may stand in a script or style";
        return LOGIN_NO;

    case LOGIN_HTML_COMMENT:
        *why = "nothing variable may stand in a comment of HTML";
        return LOGIN_NO;

    default:
        *why = "nothing variable may stand in a tag outside of "
               "double-quoted values";
        return LOGIN_NO;
    }
}


login_result_e
login_html_join(login_html_t *html, const login_html_t *before,
    unsigned repeats)
{
    if (!repeats
        && html->state == LOGIN_HTML_TAG
        && before->state == LOGIN_HTML_TIGHT)
    {
        html->state = LOGIN_HTML_TIGHT;

    } else if (html->state != before->state
               && (repeats
                   || html->state != LOGIN_HTML_TIGHT
                   || before->state != LOGIN_HTML_TAG))
    {
        return LOGIN_NO;
    }

    if (html->attribute != before->attribute
        || html->address != before->address
        || html->closing != before->closing
        || strcmp(html->element, before->element) != 0)
    {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


login_html_attribute_e
login_html_classify(const char *element, const char *attribute)
{
    char    padded[LOGIN_HTML_NAME_MAX + 2];
    size_t  i;

    if (strcmp(element, "script") == 0 && strcmp(attribute, "src") == 0) {
        return LOGIN_HTML_SCRIPT;
    }

    if (strncmp(attribute, "aria-", 5) == 0
        || strncmp(attribute, "data-", 5) == 0
        || login_html_among(attribute, login_html_plain))
    {
        return LOGIN_HTML_PLAIN;
    }

    (void) snprintf(padded, sizeof(padded), " %s ", element);

    for (i = 0;
         i < sizeof(login_html_addresses) / sizeof(login_html_addresses[0]);
         i++)
    {
        if (strcmp(attribute, login_html_addresses[i].attribute) == 0
            && strstr(login_html_addresses[i].elements, padded) != NULL)
        {
            return LOGIN_HTML_ADDRESS;
        }
    }

    return LOGIN_HTML_FIXED;
}


login_html_address_e
login_html_address(login_html_address_e address, u_char c)
{
    unsigned  name;

    name = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9')
           || c == '-' || c == '.' || c == '_';

    switch (address) {

    case LOGIN_HTML_START:
    case LOGIN_HTML_NAME:
    case LOGIN_HTML_WHOLE:
        if (c == '?' || c == '#') {
            return LOGIN_HTML_OPEN;
        }

        if (c == '/' && address != LOGIN_HTML_WHOLE) {
            return (address == LOGIN_HTML_START) ? LOGIN_HTML_SLASH
                                                 : LOGIN_HTML_OPEN;
        }

        return name ? LOGIN_HTML_NAME : LOGIN_HTML_CLOSED;

    case LOGIN_HTML_SLASH:
        return (name || c == '?' || c == '#') ? LOGIN_HTML_OPEN
                                              : LOGIN_HTML_CLOSED;

    default:
        return address;
    }
}


const u_char *
login_html_name(char *name, const u_char *p, const u_char *end)
{
    u_char  c;
    size_t  n;

    memset(name, 0, LOGIN_HTML_NAME_MAX);

    for (n = 0; p < end; p++) {
        c = *p;

        if (c >= 'A' && c <= 'Z') {
            c = (u_char) (c | 0x20);
        }

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')
            && c != '-' && c != ':' && c != '_' && c != '.')
        {
            break;
        }

        if (n == LOGIN_HTML_NAME_MAX - 1) {
            return NULL;
        }

        name[n++] = (char) c;
    }

    return p;
}


unsigned
login_html_among(const char *name, const char *const *names)
{
    for ( /* void */ ; *names != NULL; names++) {
        if (strcmp(name, *names) == 0) {
            return 1;
        }
    }

    return 0;
}
