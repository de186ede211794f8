
/*
 * "$apr1$": the MD5 of FreeBSD's crypt(3) with a name of its own, as
 * Apache's htpasswd writes it.
 */

#include "login.h"
#include "login_foreign_kind.h"

#include <openssl/evp.h>
#include <string.h>


#define LOGIN_APR1_SALT_MAX  8
#define LOGIN_APR1_TEXT      22
#define LOGIN_MD5_LEN        16
#define LOGIN_APR1_ROUNDS    1000


typedef struct {
    EVP_MD_CTX   *md;
    login_str_t   password;
    login_str_t   salt;
    u_char        digest[LOGIN_MD5_LEN];
    int           done;             /* 0: a step has failed */
} login_apr1_t;


static void login_apr1_begin(login_apr1_t *apr1);
static void login_apr1_add(login_apr1_t *apr1, login_str_t s);
static void login_apr1_end(login_apr1_t *apr1);
static void login_apr1_first(login_apr1_t *apr1);
static void login_apr1_round(login_apr1_t *apr1, unsigned i);
static void login_apr1_text(u_char text[LOGIN_APR1_TEXT],
    const u_char digest[LOGIN_MD5_LEN]);


static const char  login_apr1_alphabet[] =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";


login_result_e
login_foreign_apr1(login_str_t hash, const login_str_t *password)
{
    int            equal;
    size_t         i;
    unsigned       round;
    u_char         text[LOGIN_APR1_TEXT];
    login_str_t    salt;
    login_apr1_t   apr1;

    if (login_take_literal(&hash, "$apr1$") != LOGIN_OK
        || hash.len < LOGIN_APR1_TEXT + 1
        || hash.len > LOGIN_APR1_TEXT + 1 + LOGIN_APR1_SALT_MAX)
    {
        return LOGIN_NO;
    }

    salt = login_str(hash.data, hash.len - LOGIN_APR1_TEXT - 1);

    hash.data += salt.len;
    hash.len -= salt.len;

    if (memchr(salt.data, '$', salt.len) != NULL || hash.data[0] != '$') {
        return LOGIN_NO;
    }

    for (i = 1; i < hash.len; i++) {
        if (memchr(login_apr1_alphabet, hash.data[i], 64) == NULL) {
            return LOGIN_NO;
        }
    }

    if (password == NULL) {
        return LOGIN_OK;
    }

    memset(&apr1, 0, sizeof(login_apr1_t));

    apr1.md = EVP_MD_CTX_new();
    if (apr1.md == NULL) {
        return LOGIN_FAULT;
    }

    apr1.password = *password;
    apr1.salt = salt;
    apr1.done = 1;

    login_apr1_first(&apr1);

    for (round = 0; round < LOGIN_APR1_ROUNDS; round++) {
        login_apr1_round(&apr1, round);
    }

    EVP_MD_CTX_free(apr1.md);

    login_apr1_text(text, apr1.digest);

    equal = login_equal(text, hash.data + 1, LOGIN_APR1_TEXT);

    login_wipe(text, sizeof(text));
    login_wipe(apr1.digest, sizeof(apr1.digest));

    if (!apr1.done) {
        return LOGIN_FAULT;
    }

    return equal ? LOGIN_OK : LOGIN_NO;
}


static void
login_apr1_begin(login_apr1_t *apr1)
{
    apr1->done &= EVP_DigestInit_ex(apr1->md, EVP_md5(), NULL);
}


static void
login_apr1_add(login_apr1_t *apr1, login_str_t s)
{
    apr1->done &= EVP_DigestUpdate(apr1->md, s.data, s.len);
}


static void
login_apr1_end(login_apr1_t *apr1)
{
    apr1->done &= EVP_DigestFinal_ex(apr1->md, apr1->digest, NULL);
}


static void
login_apr1_first(login_apr1_t *apr1)
{
    size_t       n;
    login_str_t  digest;

    digest = login_str(apr1->digest, LOGIN_MD5_LEN);

    login_apr1_begin(apr1);
    login_apr1_add(apr1, apr1->password);
    login_apr1_add(apr1, apr1->salt);
    login_apr1_add(apr1, apr1->password);
    login_apr1_end(apr1);

    login_apr1_begin(apr1);
    login_apr1_add(apr1, apr1->password);
    login_apr1_add(apr1, login_cstr("$apr1$"));
    login_apr1_add(apr1, apr1->salt);

    for (n = apr1->password.len; n > LOGIN_MD5_LEN; n -= LOGIN_MD5_LEN) {
        login_apr1_add(apr1, digest);
    }

    login_apr1_add(apr1, login_str(apr1->digest, n));

    /* a slip of its first author, kept by all since */

    for (n = apr1->password.len; n != 0; n >>= 1) {
        login_apr1_add(apr1, (n & 1) ? login_str("", 1)
                                     : login_str(apr1->password.data, 1));
    }

    login_apr1_end(apr1);
}


static void
login_apr1_round(login_apr1_t *apr1, unsigned i)
{
    login_str_t  digest;

    digest = login_str(apr1->digest, LOGIN_MD5_LEN);

    login_apr1_begin(apr1);
    login_apr1_add(apr1, (i & 1) ? apr1->password : digest);

    if (i % 3 != 0) {
        login_apr1_add(apr1, apr1->salt);
    }

    if (i % 7 != 0) {
        login_apr1_add(apr1, apr1->password);
    }

    login_apr1_add(apr1, (i & 1) ? digest : apr1->password);
    login_apr1_end(apr1);
}


/* Three bytes make four characters, the lowest bits first. */

static void
login_apr1_text(u_char text[LOGIN_APR1_TEXT],
    const u_char digest[LOGIN_MD5_LEN])
{
    size_t    i, n;
    uint32_t  v;

    for (i = 0; i < 5; i++) {
        v = (uint32_t) digest[i] << 16
            | (uint32_t) digest[i + 6] << 8
            | digest[i == 4 ? 5 : i + 12];

        for (n = 0; n < 4; n++) {
            *text++ = (u_char) login_apr1_alphabet[v & 0x3f];
            v >>= 6;
        }
    }

    *text++ = (u_char) login_apr1_alphabet[digest[11] & 0x3f];
    *text = (u_char) login_apr1_alphabet[digest[11] >> 6];
}
