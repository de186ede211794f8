
#include "login.h"

#include <string.h>


#define LOGIN_AUTHORITY_MAX  259    /* a host's 253, ":65535" */


static u_char *login_asked_origin(login_str_t *host, u_char *buf,
    login_str_t proto, login_str_t text);
static int login_asked_uri(login_str_t uri);


void
login_asked_parse(login_asked_t *asked, u_char *buf, login_str_t method,
    login_str_t proto, login_str_t host, login_str_t uri)
{
    u_char  *p;

    memset(asked, 0, sizeof(login_asked_t));

    asked->read = login_str_eq(method, login_cstr("GET"))
                  || login_str_eq(method, login_cstr("HEAD"));

    if (!login_str_eq(proto, login_cstr("http"))
        && !login_str_eq(proto, login_cstr("https")))
    {
        proto = login_str(NULL, 0);
    }

    p = login_asked_origin(&asked->host, buf, proto, host);

    if (p == NULL || proto.len == 0 || !login_asked_uri(uri)) {
        return;
    }

    p += login_url_quote(p, uri);

    asked->url = login_str(buf, (size_t) (p - buf));
}


/* Returns where the URI belongs; NULL: that is no host. */

static u_char *
login_asked_origin(login_str_t *host, u_char *buf, login_str_t proto,
    login_str_t text)
{
    size_t       i;
    u_char      *p;
    login_url_t  url;

    if (text.len == 0 || text.len > LOGIN_AUTHORITY_MAX) {
        return NULL;
    }

    /* a host is one under any scheme */

    if (proto.len == 0) {
        proto = login_cstr("http");
    }

    memcpy(buf, proto.data, proto.len);
    memcpy(buf + proto.len, "://", 3);

    p = buf + proto.len + 3;

    for (i = 0; i < text.len; i++, p++) {
        *p = text.data[i];

        if (*p >= 'A' && *p <= 'Z') {
            *p |= 0x20;
        }
    }

    if (login_url_parse(&url, login_str(buf, (size_t) (p - buf))) != LOGIN_OK
        || url.path.len != 0)
    {
        return NULL;
    }

    *host = url.host;

    return p;
}


/* A request line has neither controls nor a space within its target. */

static int
login_asked_uri(login_str_t uri)
{
    size_t  i;

    if (uri.len == 0 || uri.len > LOGIN_RETURN_MAX || uri.data[0] != '/') {
        return 0;
    }

    for (i = 0; i < uri.len; i++) {
        if (uri.data[i] <= 0x20 || uri.data[i] == 0x7f) {
            return 0;
        }
    }

    return 1;
}
