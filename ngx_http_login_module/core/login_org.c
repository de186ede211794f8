
#include "login.h"

#include <string.h>


login_result_e
login_org_normalise(u_char *dst, size_t *len, login_str_t in)
{
    size_t          i;
    login_result_e  rc;

    /* with one, it would be an address */

    if (in.len == 0 || memchr(in.data, '@', in.len) != NULL) {
        return LOGIN_NO;
    }

    rc = login_username_normalise(dst, len, in);
    if (rc != LOGIN_OK) {
        return rc;
    }

    if (*len == 0 || *len > LOGIN_ORG_MAX || dst[0] == '-') {
        return LOGIN_NO;
    }

    for (i = 0; i < *len; i++) {
        if (strchr("/,;:?#&=%+\\\"'<>*", dst[i]) != NULL) {
            return LOGIN_NO;
        }
    }

    return LOGIN_OK;
}
