
/* Usernames: what is canonical is short, well-formed, and stays as it is. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t       i, len, again;
    u_char       name[LOGIN_USERNAME_MAX], twice[LOGIN_USERNAME_MAX];
    login_str_t  s;

    if (login_username_normalise(name, &len, login_str(data, size))
        != LOGIN_OK)
    {
        return 0;
    }

    s = login_str(name, len);

    check(len > 0 && len <= LOGIN_USERNAME_MAX);
    check(login_utf8_check(s, NULL) == LOGIN_OK);

    for (i = 0; i < len; i++) {
        check(name[i] > 0x20 && name[i] != 0x7f);
        check(name[i] < 'A' || name[i] > 'Z');
        check(name[i] < 0x80 || memchr(name, '@', len) == NULL);
    }

    check(login_username_normalise(twice, &again, s) == LOGIN_OK);
    check(login_str_eq(login_str(twice, again), s));

    return 0;
}
