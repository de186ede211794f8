
/*
 * Key files: a ring is whole or empty, and no message shows a key.  What a
 * rotation makes of a file has the keys that it is to have.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* "same" keys from number "there" on are now from number "here" on. */

static void
compare(const u_char *out, size_t len, size_t keys,
    const login_keyring_t *ring, size_t there, size_t here, size_t same)
{
    size_t           i;
    login_error_t    error;
    login_keyring_t  now;

    check(login_keyring_parse(&now, login_str(out, len), &error) == LOGIN_OK);
    check(now.n == keys);

    for (i = 0; i < same; i++) {
        check(memcmp(ring->keys[there + i].id, now.keys[here + i].id,
                     LOGIN_KEY_ID_LEN)
              == 0);
    }
}


static void
edit(const login_keyring_t *ring, login_str_t text)
{
    u_char  line[LOGIN_KEYFILE_LINE], *out;
    size_t  len, next;

    out = malloc(text.len + LOGIN_KEYFILE_MORE);
    check(out != NULL);

    next = login_keyfile_next(text);
    check(next < ring->n);

    check(login_keyring_draw(line) == LOGIN_OK);

    if (ring->n < LOGIN_KEYS_MAX) {
        len = login_keyfile_add(out, text, login_str(line, sizeof(line)), 0);
        compare(out, len, ring->n + 1, ring, 0, 1, ring->n);

        len = login_keyfile_add(out, text, login_str(line, sizeof(line)), 1);
        compare(out, len, ring->n + 1, ring, 1, 2, ring->n - 1);
        check(login_keyfile_next(login_str(out, len)) == 1);
    }

    if (next != 0) {
        len = login_keyfile_promote(out, text, next);
        compare(out, len, ring->n, ring, next, 0, 1);
        compare(out, len, ring->n, ring, 0, 1, next);
    }

    if (ring->n > 1) {
        len = login_keyfile_remove(out, text, 1);
        compare(out, len, ring->n - 1, ring, 2, 1, ring->n - 2);
    }

    free(out);
}


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

    edit(&ring, login_str(data, size));

    return 0;
}
