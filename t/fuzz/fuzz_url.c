
/*
 * Addresses from the configuration and return addresses: nothing gets
 * through that leads away from the portal.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const char  portal_url[] = "https://portal.example/login/";

static const login_str_t  hosts[] = {
    login_string("portal.example"),
    login_string("*.apps.example"),
};


static int
ends(login_str_t s, const char *tail)
{
    size_t  len;

    len = strlen(tail);

    return s.len > len && memcmp(s.data + s.len - len, tail, len) == 0;
}


static void
check_parse(login_str_t text)
{
    size_t       i;
    login_url_t  url, again;

    if (login_url_parse(&url, text) != LOGIN_OK) {
        return;
    }

    for (i = 0; i < text.len; i++) {
        check(text.data[i] > 0x20 && text.data[i] < 0x7f
              && text.data[i] != '\\');
    }

    check(url.port > 0 && url.host.len > 0);
    check(memchr(url.origin.data, '@', url.origin.len) == NULL);
    check(url.path.len == 0 || url.path.data[0] == '/');
    check(login_url_path(url.path) == LOGIN_OK);

    /* the origin is a URL of the same server */

    check(login_url_parse(&again, url.origin) == LOGIN_OK);
    check(login_str_eq(again.origin, url.origin));
    check(login_str_eq(again.host, url.host));
    check(again.port == url.port && again.https == url.https);
}


static void
check_return(login_str_t target)
{
    unsigned     path;
    login_url_t  portal, url;

    check(login_url_parse(&portal, login_cstr(portal_url)) == LOGIN_OK);

    if (login_return_check(target, &portal, hosts, 2, &path) != LOGIN_OK) {
        return;
    }

    check(target.len <= LOGIN_RETURN_MAX);
    check(memchr(target.data, '\n', target.len) == NULL
          && memchr(target.data, '\r', target.len) == NULL
          && memchr(target.data, '\\', target.len) == NULL);

    if (path) {
        check(target.data[0] == '/');
        check(target.len == 1 || target.data[1] != '/');
        return;
    }

    check(login_url_parse(&url, target) == LOGIN_OK);
    check(url.https && url.port == 443);
    check(login_str_eq(url.host, hosts[0]) || ends(url.host, ".apps.example"));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    login_str_t  text;

    text = login_str(data, size);

    check_parse(text);
    check_return(text);

    return 0;
}
