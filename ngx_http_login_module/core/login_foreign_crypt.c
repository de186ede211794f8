
#include "login.h"
#include "login_foreign_kind.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>


#define LOGIN_CRYPT_ROUNDS_MAX  1000000


static int login_crypt_cost(login_str_t hash);
static int login_crypt_rounds(login_str_t hash, const char *prefix,
    unsigned optional);
static int login_crypt_bcrypt(login_str_t hash);
static int login_crypt_between(login_str_t hash, size_t i, u_char first,
    u_char last);
static int login_crypt_traditional(login_str_t hash);


login_result_e
login_foreign_crypt(login_str_t hash, const login_str_t *password)
{
    char                setting[LOGIN_PHC_MAX + 1];
    char                phrase[LOGIN_PASSWORD_MAX + 1];
    const char         *result;
    login_result_e      rc;
    struct crypt_data  *data;

    if (memchr(hash.data, '\0', hash.len) != NULL || !login_crypt_cost(hash)) {
        return LOGIN_NO;
    }

    memcpy(setting, hash.data, hash.len);
    setting[hash.len] = '\0';

    if (password == NULL) {
        switch (crypt_checksalt(setting)) {

        case CRYPT_SALT_INVALID:
        case CRYPT_SALT_METHOD_DISABLED:
            return LOGIN_NO;

        default:
            return LOGIN_OK;
        }
    }

    data = calloc(1, sizeof(struct crypt_data));
    if (data == NULL) {
        return LOGIN_FAULT;
    }

    memcpy(phrase, password->data, password->len);
    phrase[password->len] = '\0';

    /* "*0" or NULL where it cannot; no hash begins with a star */

    errno = 0;
    result = crypt_r(phrase, setting, data);

    if (result == NULL || result[0] == '*') {
        rc = (errno == EINVAL || errno == ERANGE) ? LOGIN_NO : LOGIN_FAULT;

    } else {
        rc = strlen(result) == hash.len
             && login_equal(result, hash.data, hash.len)
             ? LOGIN_OK : LOGIN_NO;
    }

    login_wipe(phrase, sizeof(phrase));
    login_wipe(data, sizeof(struct crypt_data));
    free(data);

    return rc;
}


/* Is it of a kind that we know, and done within a few seconds? */

static int
login_crypt_cost(login_str_t hash)
{
    if (login_str_begins(hash, "$1$") || login_str_begins(hash, "$3$")) {
        return 1;
    }

    if (login_str_begins(hash, "$2")) {
        return login_crypt_bcrypt(hash);
    }

    if (login_str_begins(hash, "$5$")) {
        return login_crypt_rounds(hash, "$5$rounds=", 1);
    }

    if (login_str_begins(hash, "$6$")) {
        return login_crypt_rounds(hash, "$6$rounds=", 1);
    }

    if (login_str_begins(hash, "$sha1$")) {
        return login_crypt_rounds(hash, "$sha1$", 0);
    }

    if (login_str_begins(hash, "$md5")) {
        return login_crypt_rounds(hash, "$md5,rounds=", 1);
    }

    /* the third parameter doubles with each character, to 256 MiB */

    if (login_str_begins(hash, "$y$j")) {
        return login_crypt_between(hash, 4, '5', 'D');
    }

    if (login_str_begins(hash, "$gy$j")) {
        return login_crypt_between(hash, 5, '5', 'D');
    }

    if (login_str_begins(hash, "$7$")) {
        return login_crypt_between(hash, 3, '5', 'E')
               && login_str_begins(login_str(hash.data + 4, hash.len - 4),
                                   "U..../....");
    }

    return login_crypt_traditional(hash);
}


static int
login_crypt_rounds(login_str_t hash, const char *prefix, unsigned optional)
{
    uint32_t  rounds;

    if (login_take_literal(&hash, prefix) != LOGIN_OK) {
        return (int) optional;
    }

    return login_take_number(&rounds, &hash, LOGIN_CRYPT_ROUNDS_MAX)
           == LOGIN_OK;
}


/* "$2y$12$...": 2 to the 15th is about two seconds. */

static int
login_crypt_bcrypt(login_str_t hash)
{
    return hash.len == 60
           && memchr("abxy", hash.data[2], 4) != NULL
           && hash.data[3] == '$'
           && hash.data[6] == '$'
           && ((hash.data[4] == '0' && login_crypt_between(hash, 5, '4', '9'))
               || (hash.data[4] == '1'
                   && login_crypt_between(hash, 5, '0', '5')));
}


/* Digits come before letters, in ASCII as in the alphabet of crypt(3). */

static int
login_crypt_between(login_str_t hash, size_t i, u_char first, u_char last)
{
    u_char  c;

    if (hash.len <= i) {
        return 0;
    }

    c = hash.data[i];

    return c >= first && c <= last
           && ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'));
}


/* DES, also that of BSDI ("_" and twenty-four bits of rounds). */

static int
login_crypt_traditional(login_str_t hash)
{
    size_t  i, first;

    first = (hash.len == 20 && hash.data[0] == '_');

    if (hash.len != 13 && !first) {
        return 0;
    }

    /* the lowest digit comes first: at most 2 to the 18th, less one */

    if (first && hash.data[4] != '.') {
        return 0;
    }

    for (i = first; i < hash.len; i++) {
        if (memchr("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                   "abcdefghijklmnopqrstuvwxyz", hash.data[i], 64)
            == NULL)
        {
            return 0;
        }
    }

    return 1;
}
