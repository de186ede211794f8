
#include "login.h"
#include "login_foreign_kind.h"

#include <argon2.h>
#include <openssl/evp.h>
#include <string.h>


#define LOGIN_KDF_SALT_MIN      8
#define LOGIN_KDF_SALT_MAX      64
#define LOGIN_KDF_TAG_MIN       16
#define LOGIN_KDF_TAG_MAX       64
#define LOGIN_KDF_LANES_MAX     64
#define LOGIN_PBKDF2_ROUNDS_MAX 4000000

/* KiB times passes: about three seconds */
#define LOGIN_ARGON2_WORK_MAX   (4 * 1024 * 1024)


typedef struct {
    size_t   salt_len;
    size_t   tag_len;
    u_char   salt[LOGIN_KDF_SALT_MAX];
    u_char   tag[LOGIN_KDF_TAG_MAX];    /* as it should be */
    u_char   out[LOGIN_KDF_TAG_MAX];    /* as it is */
} login_kdf_t;


static login_result_e login_kdf_salt_tag(login_kdf_t *kdf, login_str_t s);
static login_result_e login_kdf_result(login_kdf_t *kdf, int done);


login_result_e
login_foreign_argon2(login_str_t hash, const login_str_t *password)
{
    size_t          i;
    uint32_t        memory, passes, lanes;
    login_kdf_t     kdf;
    argon2_context  context;

    static const struct {
        const char   *name;
        argon2_type   type;
    } types[] = {
        { "$argon2id$", Argon2_id },
        { "$argon2i$", Argon2_i },
        { "$argon2d$", Argon2_d }
    };

    for (i = 0; login_take_literal(&hash, types[i].name) != LOGIN_OK; i++) {
        if (i == 2) {
            return LOGIN_NO;
        }
    }

    if (login_take_literal(&hash, "v=19$m=") != LOGIN_OK
        || login_take_number(&memory, &hash, LOGIN_FOREIGN_MEMORY_MAX)
           != LOGIN_OK
        || login_take_literal(&hash, ",t=") != LOGIN_OK
        || login_take_number(&passes, &hash, LOGIN_PASSES_MAX) != LOGIN_OK
        || login_take_literal(&hash, ",p=") != LOGIN_OK
        || login_take_number(&lanes, &hash, LOGIN_KDF_LANES_MAX) != LOGIN_OK
        || login_take_literal(&hash, "$") != LOGIN_OK
        || login_kdf_salt_tag(&kdf, hash) != LOGIN_OK
        || passes == 0
        || lanes == 0
        || memory < 8 * lanes
        || memory * passes > LOGIN_ARGON2_WORK_MAX)
    {
        return LOGIN_NO;
    }

    if (password == NULL) {
        return LOGIN_OK;
    }

    memset(&context, 0, sizeof(argon2_context));

    context.out = kdf.out;
    context.outlen = (uint32_t) kdf.tag_len;
    context.pwd = (uint8_t *) password->data;  /* without a flag: only read */
    context.pwdlen = (uint32_t) password->len;
    context.salt = kdf.salt;
    context.saltlen = (uint32_t) kdf.salt_len;
    context.t_cost = passes;
    context.m_cost = memory;
    context.lanes = lanes;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;

    return login_kdf_result(&kdf, argon2_ctx(&context, types[i].type)
                                  == ARGON2_OK);
}


login_result_e
login_foreign_pbkdf2(login_str_t hash, const login_str_t *password)
{
    size_t         i;
    uint32_t       rounds;
    login_kdf_t    kdf;
    const EVP_MD  *md;

    static const struct {
        const char     *name;
        const EVP_MD  *(*md)(void);
    } digests[] = {
        { "$pbkdf2-sha512$", EVP_sha512 },
        { "$pbkdf2-sha384$", EVP_sha384 },
        { "$pbkdf2-sha256$", EVP_sha256 },
        { "$pbkdf2-sha224$", EVP_sha224 },
        { "$pbkdf2-sha1$", EVP_sha1 },
        { "$pbkdf2$", EVP_sha1 }
    };

    for (i = 0; login_take_literal(&hash, digests[i].name) != LOGIN_OK; i++) {
        if (i == 5) {
            return LOGIN_NO;
        }
    }

    md = digests[i].md();

    if (login_take_number(&rounds, &hash, LOGIN_PBKDF2_ROUNDS_MAX) != LOGIN_OK
        || login_take_literal(&hash, "$") != LOGIN_OK
        || login_kdf_salt_tag(&kdf, hash) != LOGIN_OK
        || rounds == 0)
    {
        return LOGIN_NO;
    }

    if (password == NULL) {
        return LOGIN_OK;
    }

    return login_kdf_result(&kdf,
                            PKCS5_PBKDF2_HMAC((const char *) password->data,
                                              (int) password->len, kdf.salt,
                                              (int) kdf.salt_len,
                                              (int) rounds, md,
                                              (int) kdf.tag_len, kdf.out)
                            == 1);
}


login_result_e
login_foreign_scrypt(login_str_t hash, const login_str_t *password)
{
    uint64_t     memory;
    uint32_t     ln, r, p;
    login_kdf_t  kdf;

    if (login_take_literal(&hash, "$scrypt$ln=") != LOGIN_OK
        || login_take_number(&ln, &hash, 20) != LOGIN_OK
        || login_take_literal(&hash, ",r=") != LOGIN_OK
        || login_take_number(&r, &hash, 64) != LOGIN_OK
        || login_take_literal(&hash, ",p=") != LOGIN_OK
        || login_take_number(&p, &hash, 16) != LOGIN_OK
        || login_take_literal(&hash, "$") != LOGIN_OK
        || login_kdf_salt_tag(&kdf, hash) != LOGIN_OK
        || ln == 0
        || r == 0
        || p == 0)
    {
        return LOGIN_NO;
    }

    memory = (UINT64_C(128) * r) << ln;

    if (memory > UINT64_C(1024) * LOGIN_FOREIGN_MEMORY_MAX
        || memory * p > UINT64_C(4096) * LOGIN_FOREIGN_MEMORY_MAX)
    {
        return LOGIN_NO;
    }

    if (password == NULL) {
        return LOGIN_OK;
    }

    /* it counts some more than the large array, which is "memory" */

    return login_kdf_result(&kdf,
                            EVP_PBE_scrypt((const char *) password->data,
                                           password->len, kdf.salt,
                                           kdf.salt_len, UINT64_C(1) << ln,
                                           r, p, 2 * memory, kdf.out,
                                           kdf.tag_len)
                            == 1);
}


/* "SALT$TAG", with all that they need to be safe. */

static login_result_e
login_kdf_salt_tag(login_kdf_t *kdf, login_str_t s)
{
    kdf->salt_len = LOGIN_KDF_SALT_MAX;
    kdf->tag_len = LOGIN_KDF_TAG_MAX;

    if (login_take_base64(kdf->salt, &kdf->salt_len, &s, '$') != LOGIN_OK
        || login_take_base64(kdf->tag, &kdf->tag_len, &s, 0) != LOGIN_OK
        || kdf->salt_len < LOGIN_KDF_SALT_MIN
        || kdf->tag_len < LOGIN_KDF_TAG_MIN)
    {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static login_result_e
login_kdf_result(login_kdf_t *kdf, int done)
{
    int  equal;

    equal = login_equal(kdf->out, kdf->tag, kdf->tag_len);

    login_wipe(kdf, sizeof(login_kdf_t));

    if (!done) {
        return LOGIN_FAULT;
    }

    return equal ? LOGIN_OK : LOGIN_NO;
}
