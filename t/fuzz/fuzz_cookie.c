
/*
 * The Cookie header.  What is found is cut, a cut cookie is gone, and both
 * ways of cutting agree.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           len, again;
    u_char          *cut, *in_place;
    login_str_t      line, lines[2], value;
    login_result_e   rc;

    static const login_str_t  name = login_string("login");
    static const login_str_t  names[] = {
        login_string("login"), login_string("login_f*")
    };

    cut = malloc(size + 1);
    in_place = malloc(size + 1);
    check(cut != NULL && in_place != NULL);

    if (size > 0) {
        memcpy(in_place, data, size);
    }

    line = login_str(data, size);

    rc = login_cookie_find(&value, &line, 1, name);

    if (rc == LOGIN_OK) {
        check(value.data >= data && value.data + value.len <= data + size);
        check(value.len == 0 || memchr(value.data, ';', value.len) == NULL);

        /* the same line once more: there twice */

        lines[0] = line;
        lines[1] = line;
        check(login_cookie_find(&value, lines, 2, name) == LOGIN_NO);
    }

    len = login_cookie_cut(cut, line, names, 2);
    check(len <= size);
    check(rc == LOGIN_NO || len < size);
    check(len != size || size == 0 || memcmp(cut, data, size) == 0);

    check(login_cookie_cut(in_place, login_str(in_place, size), names, 2)
          == len);
    check(len == 0 || memcmp(in_place, cut, len) == 0);

    line = login_str(cut, len);
    check(login_cookie_find(&value, &line, 1, name) == LOGIN_NO);

    again = login_cookie_cut(in_place, line, names, 2);
    check(again == len);

    free(cut);
    free(in_place);

    return 0;
}
