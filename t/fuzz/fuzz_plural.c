
/* Plural rules: one that is taken has an answer for every number. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char          *copy;
    size_t           i;
    login_plural_t   plural;

    static const uint64_t  numbers[] = {
        0, 1, 2, 11, 100, 101, 1199, 1200, 1000000, UINT32_MAX, UINT64_MAX
    };

    copy = malloc(size + (size == 0));
    if (copy == NULL) {
        abort();
    }

    if (size > 0) {
        memcpy(copy, data, size);
    }

    if (login_plural_parse(&plural, login_str(copy, size)) == LOGIN_OK) {
        if (plural.forms == 0 || plural.forms > LOGIN_PLURAL_FORMS) {
            abort();
        }

        for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
            if (login_plural_form(&plural, numbers[i]) >= plural.forms) {
                abort();
            }
        }
    }

    free(copy);

    return 0;
}
