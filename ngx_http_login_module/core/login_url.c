
#include "login.h"

#include <arpa/inet.h>
#include <string.h>


#define LOGIN_HOST_MAX   253    /* RFC 1035, 2.3.4, in text */
#define LOGIN_LABEL_MAX  63


static login_result_e login_url_host(login_str_t host);
static login_result_e login_url_address(int family, login_str_t text);
static int login_url_number(login_str_t label);
static login_result_e login_url_port(login_url_t *url, login_str_t text);
static int login_url_chars(login_str_t text);
static login_result_e login_url_escape(login_str_t rest);
static int login_url_dots(login_str_t segment);


login_result_e
login_url_parse(login_url_t *url, login_str_t text)
{
    size_t       i, begin, end;
    login_str_t  port;

    memset(url, 0, sizeof(login_url_t));

    url->https = login_str_begins(text, "https://") ? 1 : 0;

    if (!url->https && !login_str_begins(text, "http://")) {
        return LOGIN_NO;
    }

    begin = url->https ? sizeof("https://") - 1 : sizeof("http://") - 1;

    for (end = begin; end < text.len && text.data[end] != '/'; end++) {
        /* void */
    }

    /* the colon of the port stands behind the bracket of an address */

    i = begin;

    if (i < end && text.data[i] == '[') {
        while (i < end && text.data[i] != ']') {
            i++;
        }
    }

    while (i < end && text.data[i] != ':') {
        i++;
    }

    url->host = login_str(text.data + begin, i - begin);
    url->path = login_str(text.data + end, text.len - end);
    port = login_str(text.data + i, end - i);

    if (login_url_host(url->host) != LOGIN_OK
        || login_url_port(url, port) != LOGIN_OK
        || login_url_path(url->path) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    /* as browsers write it: without the port that the scheme has anyway */

    if (url->port == (url->https ? 443 : 80)) {
        end = i;
    }

    url->origin = login_str(text.data, end);

    return LOGIN_OK;
}


static login_result_e
login_url_host(login_str_t host)
{
    size_t       i;
    login_str_t  label;

    if (host.len == 0 || host.len > LOGIN_HOST_MAX) {
        return LOGIN_NO;
    }

    if (host.data[0] == '[') {
        if (host.data[host.len - 1] != ']') {
            return LOGIN_NO;
        }

        return login_url_address(AF_INET6, login_str(host.data + 1,
                                                     host.len - 2));
    }

    label = login_str(host.data, 0);

    for (i = 0; i <= host.len; i++) {

        if (i < host.len && host.data[i] != '.') {
            if ((host.data[i] < 'a' || host.data[i] > 'z')
                && (host.data[i] < '0' || host.data[i] > '9')
                && host.data[i] != '-')
            {
                return LOGIN_NO;
            }

            label.len++;
            continue;
        }

        if (label.len == 0 || label.len > LOGIN_LABEL_MAX
            || label.data[0] == '-' || label.data[label.len - 1] == '-')
        {
            return LOGIN_NO;
        }

        if (i < host.len) {
            label = login_str(host.data + i + 1, 0);
        }
    }

    /* browsers read "1", "0x7f.1" and "127.0.0.01" as addresses */

    if (login_url_number(label)) {
        return login_url_address(AF_INET, host);
    }

    return LOGIN_OK;
}


/* Only the spelling that everybody writes, which is that of inet_ntop(). */

static login_result_e
login_url_address(int family, login_str_t text)
{
    char     in[INET6_ADDRSTRLEN], out[INET6_ADDRSTRLEN];
    u_char   address[sizeof(struct in6_addr)];

    if (text.len == 0
        || text.len >= sizeof(in)
        || (family == AF_INET6 && memchr(text.data, '.', text.len) != NULL))
    {
        return LOGIN_NO;
    }

    memcpy(in, text.data, text.len);
    in[text.len] = '\0';

    if (inet_pton(family, in, address) != 1
        || inet_ntop(family, address, out, sizeof(out)) == NULL
        || !login_str_eq(login_cstr(out), text))
    {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* Does the WHATWG's parser take a host with this last label as IPv4? */

static int
login_url_number(login_str_t label)
{
    size_t  i, hex;

    hex = login_str_begins(label, "0x") ? 2 : 0;

    for (i = hex; i < label.len; i++) {
        if ((label.data[i] < '0' || label.data[i] > '9')
            && (!hex || label.data[i] < 'a' || label.data[i] > 'f'))
        {
            return 0;
        }
    }

    return 1;
}


static login_result_e
login_url_port(login_url_t *url, login_str_t text)
{
    size_t    i;
    uint32_t  port;

    url->port = url->https ? 443 : 80;

    if (text.len == 0) {
        return LOGIN_OK;
    }

    if (text.len < 2 || text.len > 6 || text.data[1] == '0') {
        return LOGIN_NO;
    }

    port = 0;

    for (i = 1; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return LOGIN_NO;
        }

        port = port * 10 + text.data[i] - '0';
    }

    if (port > UINT16_MAX) {
        return LOGIN_NO;
    }

    url->port = (uint16_t) port;

    return LOGIN_OK;
}


login_result_e
login_url_path(login_str_t path)
{
    size_t       i;
    login_str_t  segment;

    if (!login_url_chars(path)) {
        return LOGIN_NO;
    }

    segment = login_str(path.data, 0);

    for (i = 0; i < path.len; i++) {

        if (path.data[i] == '?' || path.data[i] == '#') {
            break;
        }

        if (path.data[i] == '/') {
            if (login_url_dots(segment)) {
                return LOGIN_NO;
            }

            segment = login_str(path.data + i + 1, 0);
            continue;
        }

        if (path.data[i] == '%'
            && login_url_escape(login_str(path.data + i, path.len - i))
               != LOGIN_OK)
        {
            return LOGIN_NO;
        }

        segment.len++;
    }

    return login_url_dots(segment) ? LOGIN_NO : LOGIN_OK;
}


static int
login_url_chars(login_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] < 0x21
            || text.data[i] > 0x7e
            || text.data[i] == '\\')
        {
            return 0;
        }
    }

    return 1;
}


/* LOGIN_NO: malformed, or a control character. */

static login_result_e
login_url_escape(login_str_t rest)
{
    u_char  c;

    if (rest.len < 3
        || login_hex_decode(&c, 1, login_str(rest.data + 1, 2)) != LOGIN_OK
        || c < 0x20
        || c == 0x7f)
    {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* "." and "..", where browsers read "%2e" as a dot. */

static int
login_url_dots(login_str_t segment)
{
    size_t  i, dots;

    dots = 0;

    for (i = 0; i < segment.len; i++) {

        if (segment.len - i >= 3
            && segment.data[i] == '%'
            && segment.data[i + 1] == '2'
            && (segment.data[i + 2] | 0x20) == 'e')
        {
            i += 2;

        } else if (segment.data[i] != '.') {
            return 0;
        }

        dots++;
    }

    return dots == 1 || dots == 2;
}


size_t
login_url_quote(u_char *dst, login_str_t uri)
{
    size_t               i, len;
    static const u_char  hex[] = "0123456789ABCDEF";

    len = 0;

    for (i = 0; i < uri.len; i++) {

        /* browsers send a backslash as it is, but only in the query */

        if (uri.data[i] > 0x20 && uri.data[i] < 0x7f && uri.data[i] != '\\') {
            dst[len++] = uri.data[i];
            continue;
        }

        dst[len++] = '%';
        dst[len++] = hex[uri.data[i] >> 4];
        dst[len++] = hex[uri.data[i] & 15];
    }

    return len;
}
