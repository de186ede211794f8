
/*
 * What another server says that it was asked for: one line each for method,
 * scheme, host and URI.  Whatever comes out is an address of the host that
 * was named.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static login_str_t
line(const uint8_t **p, const uint8_t *last)
{
    login_str_t     s;
    const uint8_t  *end;

    end = *p < last ? memchr(*p, '\n', (size_t) (last - *p)) : NULL;

    s = login_str(*p, (size_t) ((end ? end : last) - *p));
    *p = end ? end + 1 : last;

    return s;
}


static void
check_url(const login_asked_t *asked, login_str_t proto, login_str_t host,
    login_str_t uri)
{
    size_t       i, begin;
    login_str_t  path;

    for (i = 0; i < asked->url.len; i++) {
        check(asked->url.data[i] > 0x20 && asked->url.data[i] < 0x7f
              && asked->url.data[i] != '\\');
    }

    begin = proto.len + 3 + host.len;

    check(asked->url.len > begin);
    check(memcmp(asked->url.data, proto.data, proto.len) == 0);
    check(memcmp(asked->url.data + proto.len, "://", 3) == 0);

    path = login_str(asked->url.data + begin, asked->url.len - begin);

    check(path.data[0] == '/' && uri.data[0] == '/');
    check(path.len >= uri.len && path.len <= 3 * uri.len);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char         *buf;
    login_url_t     url;
    login_str_t     method, proto, host, uri;
    login_asked_t   asked;
    const uint8_t  *p, *last;

    p = data;
    last = data + size;

    method = line(&p, last);
    proto = line(&p, last);
    host = line(&p, last);
    uri = login_str(p, (size_t) (last - p));

    buf = malloc(login_asked_len(host, uri));
    check(buf != NULL);

    login_asked_parse(&asked, buf, method, proto, host, uri);

    check(asked.host.len == 0 || asked.host.len <= host.len);
    check(asked.url.len == 0 || asked.host.len != 0);

    if (asked.url.len != 0) {
        check_url(&asked, proto, host, uri);

        /* dots are not looked at, but the host is as everybody reads it */

        if (login_url_parse(&url, asked.url) == LOGIN_OK) {
            check(login_str_eq(url.host, asked.host));
        }
    }

    free(buf);

    return 0;
}
