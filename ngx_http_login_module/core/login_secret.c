
#include "login.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>


void
login_wipe(void *p, size_t len)
{
    OPENSSL_cleanse(p, len);
}


int
login_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}


/*
 * The kernel's generator has no state in this process, so neither fork()
 * nor a thread can make it hand out the same bytes twice.
 */

login_result_e
login_random(void *p, size_t len)
{
    u_char   *dst;
    ssize_t   n;

    dst = p;

    while (len > 0) {
        n = getrandom(dst, len, 0);

        if (n < 0 && errno == EINTR) {
            continue;
        }

        if (n <= 0) {
            return LOGIN_FAULT;
        }

        dst += n;
        len -= (size_t) n;
    }

    return LOGIN_OK;
}


login_result_e
login_sha256(u_char hash[LOGIN_HASH_LEN], login_str_t in)
{
    if (EVP_Digest(in.data, in.len, hash, NULL, EVP_sha256(), NULL) != 1) {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


login_result_e
login_derive(void *out, size_t len, const login_secret_t *secret,
    const char *info)
{
    int           rc;
    EVP_KDF      *kdf;
    OSSL_PARAM    params[4];
    EVP_KDF_CTX  *ctx;

    kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    ctx = EVP_KDF_CTX_new(kdf);
    EVP_KDF_free(kdf);

    if (ctx == NULL) {
        return LOGIN_FAULT;
    }

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                                 (char *) "SHA256", 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                                  (void *) secret->bytes,
                                                  LOGIN_SECRET_LEN);
    params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
                                                  (void *) info,
                                                  strlen(info));
    params[3] = OSSL_PARAM_construct_end();

    rc = EVP_KDF_derive(ctx, out, len, params);
    EVP_KDF_CTX_free(ctx);

    if (rc != 1) {
        login_wipe(out, len);
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}
