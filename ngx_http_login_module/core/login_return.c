
#include "login.h"


login_result_e
login_return_check(login_str_t target, const login_url_t *portal,
    const login_str_t *hosts, size_t n, unsigned *path)
{
    uint16_t     own;
    login_url_t  url;

    if (target.len == 0 || target.len > LOGIN_RETURN_MAX) {
        return LOGIN_NO;
    }

    if (target.data[0] == '/') {

        /* "//host", also for who decodes once too often */

        if (login_str_begins(target, "//")
            || login_str_begins(target, "/%2f")
            || login_str_begins(target, "/%2F")
            || login_str_begins(target, "/%5c")
            || login_str_begins(target, "/%5C"))
        {
            return LOGIN_NO;
        }

        *path = 1;

        return login_url_path(target);
    }

    if (login_url_parse(&url, target) != LOGIN_OK
        || (portal->https && !url.https))
    {
        return LOGIN_NO;
    }

    own = url.https ? 443 : 80;

    if ((url.port != own && url.port != portal->port)
        || !login_return_host(url.host, hosts, n))
    {
        return LOGIN_NO;
    }

    *path = 0;

    return LOGIN_OK;
}


int
login_return_host(login_str_t host, const login_str_t *hosts, size_t n)
{
    size_t       i;
    login_str_t  tail;

    for (i = 0; i < n; i++) {

        if (!login_str_begins(hosts[i], "*.")) {
            if (login_str_eq(host, hosts[i])) {
                return 1;
            }

            continue;
        }

        /* the dot stays: something must stand before it */

        tail = login_str(hosts[i].data + 1, hosts[i].len - 1);

        if (host.len > tail.len
            && login_str_eq(login_str(host.data + host.len - tail.len,
                                      tail.len),
                            tail))
        {
            return 1;
        }
    }

    return 0;
}
