
/* How values get into a page: escaped for where they stand. */

#include "login.h"

#include <string.h>


static void login_write_html(login_writer_t *w, login_str_t text);
static void login_write_line(login_writer_t *w, login_str_t text);
static void login_write_component(login_writer_t *w, login_str_t text);
static unsigned login_address_check(login_str_t text);


static const char *const  login_entities[256] = {
    ['&'] = "&amp;",
    ['<'] = "&lt;",
    ['>'] = "&gt;",
    ['"'] = "&quot;",
    ['\''] = "&#39;"
};


void
login_write_value(login_writer_t *w, login_escape_e escape,
    login_str_t value)
{
    switch (escape) {

    case LOGIN_ESCAPE_COMPONENT:
        login_write_component(w, value);
        return;

    case LOGIN_ESCAPE_TEXT:
        login_write_line(w, value);
        return;

    case LOGIN_ESCAPE_ADDRESS:
        if (!login_address_check(value)) {
            login_write(w, "#", 1);
            return;
        }

        /* fall through */

    default:
        login_write_html(w, value);
    }
}


void
login_write(login_writer_t *w, const void *data, size_t len)
{
    if (w->dst != NULL && len > 0) {
        memcpy(w->dst + w->len, data, len);
    }

    w->len += len;
}


static void
login_write_html(login_writer_t *w, login_str_t text)
{
    size_t       i, start;
    const char  *entity;

    start = 0;

    for (i = 0; i < text.len; i++) {
        entity = login_entities[text.data[i]];

        if (entity == NULL) {
            continue;
        }

        login_write(w, text.data + start, i - start);
        login_write(w, entity, strlen(entity));

        start = i + 1;
    }

    if (text.len > start) {
        login_write(w, text.data + start, text.len - start);
    }
}


/* Also U+0080 to U+009F, and the separators U+2028 and U+2029. */

static void
login_write_line(login_writer_t *w, login_str_t text)
{
    size_t         i, n;
    const u_char  *p;

    for (i = 0; i < text.len; i += n) {
        p = text.data + i;
        n = 1;

        if (*p < 0x20 || *p == 0x7f) {
            login_write(w, " ", 1);
            continue;
        }

        if (text.len - i >= 2 && p[0] == 0xc2 && p[1] < 0xa0) {
            login_write(w, " ", 1);
            n = 2;
            continue;
        }

        if (text.len - i >= 3 && p[0] == 0xe2 && p[1] == 0x80
            && (p[2] == 0xa8 || p[2] == 0xa9))
        {
            login_write(w, " ", 1);
            n = 3;
            continue;
        }

        login_write(w, p, 1);
    }
}


/* All but the unreserved characters of RFC 3986 is percent-encoded. */

static void
login_write_component(login_writer_t *w, login_str_t text)
{
    u_char  c, encoded[3];
    size_t  i;

    static const char  hex[] = "0123456789ABCDEF";

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            || (c >= '0' && c <= '9')
            || c == '-' || c == '.' || c == '_' || c == '~')
        {
            login_write(w, &c, 1);
            continue;
        }

        encoded[0] = '%';
        encoded[1] = (u_char) hex[c >> 4];
        encoded[2] = (u_char) hex[c & 0xf];

        login_write(w, encoded, 3);
    }
}


/*
 * A path, or an http, https or otpauth address; nothing that browsers skip or
 * turn into something else on their way to its scheme and host.  Empty is
 * fine.
 */

static unsigned
login_address_check(login_str_t text)
{
    size_t  i, n;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] <= 0x20 || text.data[i] == 0x7f
            || text.data[i] == '\\')
        {
            return 0;
        }
    }

    if (text.len == 0) {
        return 1;
    }

    if (text.data[0] == '/') {
        return text.len == 1 || text.data[1] != '/';
    }

    /* what an authenticator app opens, and no page comes of */

    if (login_str_begins(text, "otpauth://totp/")) {
        return 1;
    }

    n = (text.len > 8 && memcmp(text.data, "https://", 8) == 0) ? 8
        : (text.len > 7 && memcmp(text.data, "http://", 7) == 0) ? 7 : 0;

    return n != 0 && text.data[n] != '/';
}
