
/*
 * Accept-Language, and each tag for itself: whatever comes, the answer is one
 * that is offered, or none; and a tag that is offered leads to itself.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char       *copy;
    size_t        n, found;
    login_str_t   s;

    for (n = 0; login_languages[n].tag.len != 0; n++) {
        /* void */
    }

    copy = malloc(size + (size == 0));
    if (copy == NULL) {
        abort();
    }

    if (size > 0) {
        memcpy(copy, data, size);
    }

    s = login_str(copy, size);

    found = login_language_accept(login_languages, n, s);

    if (found != LOGIN_LANGUAGE_NONE && found >= n) {
        abort();
    }

    found = login_language_find(login_languages, n, s);

    if (found != LOGIN_LANGUAGE_NONE
        && (found >= n || login_language_check(s) != LOGIN_OK
            || login_language_accept(login_languages, n, s) != found))
    {
        abort();
    }

    if (login_language_shipped(s) != NULL
        && login_language_shipped(s) != &login_languages[found])
    {
        abort();
    }

    free(copy);

    return 0;
}
