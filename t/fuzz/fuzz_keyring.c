
/* Key files: a ring is whole or empty, and no message shows a key. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           i, j;
    login_error_t    error;
    login_result_e   rc;
    login_keyring_t  ring;

    memset(&ring, 0xff, sizeof(ring));
    memset(&error, 0, sizeof(error));

    rc = login_keyring_parse(&ring, login_str(data, size), &error);

    if (rc != LOGIN_OK) {
        check(rc == LOGIN_NO);
        check(error.text[0] != '\0');
        check(error.line <= size + 1);

        for (i = 0; i < sizeof(ring); i++) {
            check(((u_char *) &ring)[i] == 0);
        }

        return 0;
    }

    check(ring.n > 0 && ring.n <= LOGIN_KEYS_MAX);
    check(size >= ring.n * 2 * LOGIN_SECRET_LEN);

    for (i = 0; i < ring.n; i++) {
        for (j = 0; j < i; j++) {
            check(memcmp(ring.keys[i].id, ring.keys[j].id, LOGIN_KEY_ID_LEN)
                  != 0);
        }
    }

    return 0;
}
