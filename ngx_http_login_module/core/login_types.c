
#include "login.h"

#include <string.h>


int
login_str_eq(login_str_t a, login_str_t b)
{
    if (a.len != b.len) {
        return 0;
    }

    return a.len == 0 || memcmp(a.data, b.data, a.len) == 0;
}


login_str_t
login_cstr(const char *s)
{
    return login_str(s, strlen(s));
}


int
login_str_begins(login_str_t s, const char *prefix)
{
    size_t  len;

    len = strlen(prefix);

    return s.len >= len && login_str_eq(login_str(s.data, len),
                                        login_str(prefix, len));
}
