
#include "login.h"
#include "login_foreign_kind.h"

#include <openssl/evp.h>
#include <string.h>


#define LOGIN_SHA1_LEN       20
#define LOGIN_SHA1_SALT_MAX  64


typedef login_result_e (*login_foreign_pt)(login_str_t hash,
    const login_str_t *password);


static login_foreign_pt login_foreign_kind(login_str_t hash);


static const struct {
    const char        *prefix;
    login_foreign_pt   kind;
} login_foreign_kinds[] = {
    { "$apr1$", login_foreign_apr1 },
    { "$argon2", login_foreign_argon2 },
    { "$pbkdf2", login_foreign_pbkdf2 },
    { "$scrypt$", login_foreign_scrypt },
    { "{SHA}", login_foreign_sha1 },
    { "{SSHA}", login_foreign_sha1 },
    { NULL, login_foreign_crypt }
};


login_result_e
login_foreign_check(login_str_t hash)
{
    if (hash.len == 0 || hash.len > LOGIN_PHC_MAX) {
        return LOGIN_NO;
    }

    return login_foreign_kind(hash)(hash, NULL);
}


login_result_e
login_foreign_verify(login_str_t hash, login_str_t password)
{
    if (login_foreign_check(hash) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    /* for some it would be the end of the password */

    if (password.len > LOGIN_PASSWORD_MAX
        || memchr(password.data, '\0', password.len) != NULL)
    {
        return LOGIN_NO;
    }

    return login_foreign_kind(hash)(hash, &password);
}


static login_foreign_pt
login_foreign_kind(login_str_t hash)
{
    size_t  i;

    for (i = 0; login_foreign_kinds[i].prefix != NULL; i++) {
        if (login_str_begins(hash, login_foreign_kinds[i].prefix)) {
            break;
        }
    }

    return login_foreign_kinds[i].kind;
}


login_result_e
login_foreign_sha1(login_str_t hash, const login_str_t *password)
{
    int          equal;
    size_t       len;
    unsigned     salted;
    u_char       in[LOGIN_PASSWORD_MAX + LOGIN_SHA1_SALT_MAX];
    u_char       tag[LOGIN_SHA1_LEN], given[LOGIN_SHA1_LEN
                                            + LOGIN_SHA1_SALT_MAX];

    salted = (login_take_literal(&hash, "{SSHA}") == LOGIN_OK);

    if (!salted && login_take_literal(&hash, "{SHA}") != LOGIN_OK) {
        return LOGIN_NO;
    }

    len = sizeof(given);

    if (login_take_base64(given, &len, &hash, 0) != LOGIN_OK
        || len < LOGIN_SHA1_LEN
        || (!salted && len != LOGIN_SHA1_LEN))
    {
        return LOGIN_NO;
    }

    if (password == NULL) {
        return LOGIN_OK;
    }

    len -= LOGIN_SHA1_LEN;

    memcpy(in, password->data, password->len);
    memcpy(in + password->len, given + LOGIN_SHA1_LEN, len);

    if (EVP_Digest(in, password->len + len, tag, NULL, EVP_sha1(), NULL)
        != 1)
    {
        login_wipe(in, sizeof(in));
        return LOGIN_FAULT;
    }

    equal = login_equal(tag, given, LOGIN_SHA1_LEN);

    login_wipe(in, sizeof(in));

    return equal ? LOGIN_OK : LOGIN_NO;
}


login_result_e
login_take_literal(login_str_t *s, const char *literal)
{
    size_t  len;

    if (!login_str_begins(*s, literal)) {
        return LOGIN_NO;
    }

    len = strlen(literal);

    s->data += len;
    s->len -= len;

    return LOGIN_OK;
}


login_result_e
login_take_number(uint32_t *value, login_str_t *s, uint32_t max)
{
    size_t    n;
    uint64_t  v;

    v = 0;

    for (n = 0; n < s->len && s->data[n] >= '0' && s->data[n] <= '9'; n++) {
        v = v * 10 + (uint64_t) (s->data[n] - '0');

        if (v > max) {
            return LOGIN_NO;
        }
    }

    if (n == 0 || (s->data[0] == '0' && n > 1)) {
        return LOGIN_NO;
    }

    s->data += n;
    s->len -= n;
    *value = (uint32_t) v;

    return LOGIN_OK;
}


login_result_e
login_take_base64(u_char *dst, size_t *len, login_str_t *s, u_char end)
{
    u_char  c, text[LOGIN_PHC_MAX];
    size_t  i, n;

    for (n = 0; n < s->len && (end == 0 || s->data[n] != end); n++) {
        c = s->data[n];

        if (n == sizeof(text) || c == '-' || c == '_') {
            return LOGIN_NO;
        }

        text[n] = (c == '+' || c == '.') ? '-' : (c == '/') ? '_' : c;
    }

    if (end != 0 && n == s->len) {
        return LOGIN_NO;
    }

    i = n;

    while (i > 0 && n - i < 2 && text[i - 1] == '=') {
        i--;
    }

    if ((i != n && n % 4 != 0)
        || login_base64url_decode(dst, len, login_str(text, i)) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    n += (end != 0);

    s->data += n;
    s->len -= n;

    return LOGIN_OK;
}
