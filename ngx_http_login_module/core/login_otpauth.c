
#include "login.h"
#include "login_otpauth.h"

#include <string.h>


static login_str_t login_otpauth_issuer(u_char *dst, login_str_t issuer);


const char *const  login_otpauth_algorithms[LOGIN_TOTP_ALGORITHMS] = {
    [LOGIN_TOTP_SHA1] = "SHA1",
    [LOGIN_TOTP_SHA256] = "SHA256",
    [LOGIN_TOTP_SHA512] = "SHA512"
};


size_t
login_otpauth_write(u_char *dst, const login_totp_t *totp,
    login_str_t issuer, login_str_t username)
{
    u_char  *p, shown[LOGIN_OTPAUTH_ISSUER];

    if (login_totp_check(totp) != LOGIN_OK
        || username.len == 0
        || username.len > LOGIN_USERNAME_MAX)
    {
        return 0;
    }

    p = dst;
    issuer = login_otpauth_issuer(shown, issuer);

    p += sprintf((char *) p, LOGIN_OTPAUTH_SCHEME "totp/");

    /* the first colon divides, and none of the name must */

    p += login_percent_encode(p, issuer);

    if (issuer.len != 0 || memchr(username.data, ':', username.len) != NULL) {
        *p++ = ':';
    }

    p += login_percent_encode(p, username);

    p += sprintf((char *) p, "?secret=");
    p += login_base32_encode(p, login_str(totp->secret, totp->len));

    if (issuer.len != 0) {
        p += sprintf((char *) p, "&issuer=");
        p += login_percent_encode(p, issuer);
    }

    p += sprintf((char *) p, "&algorithm=%s&digits=%u&period=%u",
                 login_otpauth_algorithms[totp->algorithm], totp->digits,
                 (unsigned) totp->period);

    return (size_t) (p - dst);
}


/* Whole characters of it. */

static login_str_t
login_otpauth_issuer(u_char *dst, login_str_t issuer)
{
    size_t  i, len;

    len = 0;

    for (i = 0; i < issuer.len && len < LOGIN_OTPAUTH_ISSUER; i++) {
        if (issuer.data[i] != ':') {
            dst[len++] = issuer.data[i];
        }
    }

    if (i < issuer.len && (issuer.data[i] & 0xc0) == 0x80) {

        while (len > 0 && (dst[len - 1] & 0xc0) == 0x80) {
            len--;
        }

        len = len > 0 ? len - 1 : 0;
    }

    return login_str(dst, len);
}
