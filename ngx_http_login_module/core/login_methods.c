
/* What somebody has shown, in words. */

#include "login.h"

#include <string.h>


size_t
login_methods_text(u_char dst[LOGIN_METHODS_TEXT], unsigned methods,
    login_str_t provider)
{
    size_t   i, len;
    u_char  *p;

    static const struct {
        unsigned     method;
        const char  *name;
    } names[] = {
        { LOGIN_METHOD_PASSWORD, "pwd" },
        { LOGIN_METHOD_OTP, "otp" },
        { LOGIN_METHOD_RECOVERY, "rec" },
        { LOGIN_METHOD_WEBAUTHN, "webauthn" }
    };

    p = dst;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        if ((methods & names[i].method) == 0) {
            continue;
        }

        if (p != dst) {
            *p++ = ',';
        }

        len = strlen(names[i].name);
        memcpy(p, names[i].name, len);
        p += len;
    }

    if ((methods & LOGIN_METHOD_SSO) && provider.len <= LOGIN_PROVIDER_MAX) {

        if (p != dst) {
            *p++ = ',';
        }

        memcpy(p, "sso:", 4);
        p += 4;

        memcpy(p, provider.data, provider.len);
        p += provider.len;
    }

    return (size_t) (p - dst);
}
