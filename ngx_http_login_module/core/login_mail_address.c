
#include "login.h"

#include <string.h>


#define LOGIN_LOCAL_MAX  64     /* RFC 5321, 4.5.3.1.1 */


static int login_mail_atom(login_str_t s, const char *joints);


/*
 * Atoms and the labels of a domain only: no quotes, brackets, white space
 * or line breaks, so that nothing of it can be read as something else by
 * the relay.  What is not ASCII may stand in both (RFC 6531).
 */

login_result_e
login_mail_address(login_str_t address)
{
    size_t         n;
    const u_char  *at;

    if (address.len == 0 || address.len > LOGIN_USERNAME_MAX) {
        return LOGIN_NO;
    }

    at = memchr(address.data, '@', address.len);
    if (at == NULL) {
        return LOGIN_NO;
    }

    n = (size_t) (at - address.data);

    return n <= LOGIN_LOCAL_MAX
           && login_utf8_check(address, NULL) == LOGIN_OK
           && login_mail_atom(login_str(address.data, n),
                              ".!#$%&'*+-/=?^_`{|}~")
           && login_mail_atom(login_str(at + 1, address.len - n - 1), ".-")
           && address.data[address.len - 1] != '-' ? LOGIN_OK : LOGIN_NO;
}


/* Not empty, no point at an end, nor two in a row. */

static int
login_mail_atom(login_str_t s, const char *joints)
{
    size_t  i;
    u_char  c, last;

    last = '.';

    for (i = 0; i < s.len; i++) {
        c = s.data[i];

        /* U+0080 to U+009F are control characters, too */

        if ((last == 0xc2 && c < 0xa0) || (c == '.' && last == '.')) {
            return 0;
        }

        if (c < 0x80
            && !(c >= 'a' && c <= 'z')
            && !(c >= 'A' && c <= 'Z')
            && !(c >= '0' && c <= '9')
            && (c == '\0' || strchr(joints, c) == NULL))
        {
            return 0;
        }

        last = c;
    }

    return last != '.';
}
