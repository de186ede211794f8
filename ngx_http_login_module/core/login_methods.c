
/* What somebody has shown, in words. */

#include "login.h"

#include <string.h>


size_t
login_methods_text(u_char *dst, unsigned methods)
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

    return (size_t) (p - dst);
}
