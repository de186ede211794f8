
#include "login.h"

#include <string.h>


static login_result_e login_keyring_add(login_keyring_t *ring,
    login_str_t line, login_error_t *error);
static login_str_t login_keyring_line(login_str_t *text);


login_result_e
login_keyring_parse(login_keyring_t *ring, login_str_t text,
    login_error_t *error)
{
    login_str_t     line;
    login_result_e  rc;

    login_wipe(ring, sizeof(login_keyring_t));
    error->line = 0;
    rc = LOGIN_OK;

    while (text.len > 0 && rc == LOGIN_OK) {
        line = login_keyring_line(&text);
        error->line++;

        if (line.len > 0 && line.data[0] != '#') {
            rc = login_keyring_add(ring, line, error);
        }
    }

    if (rc == LOGIN_OK && ring->n == 0) {
        error->line = 0;
        login_error(error, "has no key, restore the file from a backup");
        rc = LOGIN_NO;
    }

    if (rc != LOGIN_OK) {
        login_wipe(ring, sizeof(login_keyring_t));
        return rc;
    }

    error->line = 0;

    return LOGIN_OK;
}


/* Cuts the first line off, without its line feed. */

static login_str_t
login_keyring_line(login_str_t *text)
{
    size_t         used;
    login_str_t    line;
    const u_char  *lf;

    lf = memchr(text->data, '\n', text->len);

    line = *text;
    used = text->len;

    if (lf != NULL) {
        line.len = (size_t) (lf - text->data);
        used = line.len + 1;
    }

    text->data += used;
    text->len -= used;

    return line;
}


/* Nothing of a line is ever shown: what is wrong may be a typo in a key. */

static login_result_e
login_keyring_add(login_keyring_t *ring, login_str_t line,
    login_error_t *error)
{
    size_t        n;
    login_key_t  *key;

    if (ring->n == LOGIN_KEYS_MAX) {
        login_error(error, "there are more than %d keys, "
                    "remove the last ones, which are the oldest",
                    LOGIN_KEYS_MAX);
        return LOGIN_NO;
    }

    key = &ring->keys[ring->n];

    if (login_hex_decode(key->secret.bytes, LOGIN_SECRET_LEN, line)
        != LOGIN_OK)
    {
        login_error(error, "a key is %d hexadecimal digits and nothing else, "
                    "restore the line from a backup", 2 * LOGIN_SECRET_LEN);
        return LOGIN_NO;
    }

    if (login_derive(key->id, LOGIN_KEY_ID_LEN, &key->secret,
                     "login key id v1")
        != LOGIN_OK)
    {
        login_error(error, "HKDF-SHA256 of OpenSSL failed, "
                    "check the configuration of OpenSSL");
        return LOGIN_FAULT;
    }

    if (login_keyring_find(&n, ring, key->id) == LOGIN_OK) {
        login_error(error, "the key is there twice, remove the second line");
        return LOGIN_NO;
    }

    ring->n++;

    return LOGIN_OK;
}


login_result_e
login_keyring_find(size_t *n, const login_keyring_t *ring,
    const u_char id[LOGIN_KEY_ID_LEN])
{
    for (*n = 0; *n < ring->n; (*n)++) {
        if (login_str_eq(login_str(ring->keys[*n].id, LOGIN_KEY_ID_LEN),
                         login_str(id, LOGIN_KEY_ID_LEN)))
        {
            return LOGIN_OK;
        }
    }

    return LOGIN_NO;
}


login_result_e
login_keyring_draw(u_char *dst)
{
    login_secret_t  secret;

    if (login_random(secret.bytes, LOGIN_SECRET_LEN) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    dst += login_hex_encode(dst, login_str(secret.bytes, LOGIN_SECRET_LEN));
    *dst = '\n';

    login_wipe(&secret, sizeof(secret));

    return LOGIN_OK;
}
