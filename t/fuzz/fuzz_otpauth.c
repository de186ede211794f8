
/*
 * Whatever is read from an otpauth URI can be written, and what is written
 * is read again as the same.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
fuzz_again(const login_otpauth_t *otpauth)
{
    size_t           len;
    u_char           text[LOGIN_OTPAUTH_MAX], buf[LOGIN_OTPAUTH_MAX];
    login_error_t    error;
    login_otpauth_t  again;

    len = login_otpauth_write(text, &otpauth->totp, otpauth->issuer,
                              otpauth->username);
    check(len <= sizeof(text));
    check((len != 0) == (otpauth->username.len <= LOGIN_USERNAME_MAX));

    if (len == 0 || otpauth->username.data[0] == ' ') {
        return;
    }

    if (login_otpauth_parse(&again, buf, login_str(text, len), &error)
        == LOGIN_OK)
    {
        check(login_str_eq(again.username, otpauth->username));
        check(memcmp(&again.totp, &otpauth->totp, sizeof(again.totp)) == 0);
        return;
    }

    /* an issuer that is a parameter may hold what no label may */

    check(otpauth->issuer.len != 0);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char          *buf;
    login_error_t    error;
    login_otpauth_t  otpauth;

    buf = malloc(size + 1);
    check(buf != NULL);

    if (login_otpauth_parse(&otpauth, buf, login_str(data, size), &error)
        == LOGIN_OK)
    {
        check(login_totp_check(&otpauth.totp) == LOGIN_OK);
        check(otpauth.username.len != 0);
        check(login_utf8_check(otpauth.username, NULL) == LOGIN_OK);
        check(login_utf8_check(otpauth.issuer, NULL) == LOGIN_OK);
        fuzz_again(&otpauth);
    }

    free(buf);

    return 0;
}
