
#include "login.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>


#define LOGIN_ES256_HALF  32


struct login_signer_s {
    EVP_PKEY      *key;
    login_alg_e    alg;
};


static login_alg_e login_signer_alg(EVP_PKEY *key);
static int login_signer_nobody(char *dst, int size, int rwflag, void *data);
static login_result_e login_signer_sign(u_char *dst, size_t *len,
    const login_signer_t *signer, login_str_t input);
static login_result_e login_signer_raw(u_char *signature, size_t *len);


login_result_e
login_signer_create(login_signer_t **signer, login_str_t pem)
{
    BIO       *bio;
    EVP_PKEY  *key;

    *signer = NULL;

    if (pem.len == 0 || pem.len > LOGIN_JSON_MAX) {
        return LOGIN_NO;
    }

    bio = BIO_new_mem_buf(pem.data, (int) pem.len);
    if (bio == NULL) {
        return LOGIN_FAULT;
    }

    key = PEM_read_bio_PrivateKey(bio, NULL, login_signer_nobody, NULL);

    BIO_free(bio);
    ERR_clear_error();

    if (key == NULL) {
        return LOGIN_NO;
    }

    *signer = calloc(1, sizeof(login_signer_t));

    if (*signer == NULL) {
        EVP_PKEY_free(key);
        return LOGIN_FAULT;
    }

    (*signer)->key = key;
    (*signer)->alg = login_signer_alg(key);

    if ((*signer)->alg == LOGIN_ALG_UNKNOWN) {
        login_signer_destroy(*signer);
        *signer = NULL;
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


void
login_signer_destroy(login_signer_t *signer)
{
    if (signer != NULL) {
        EVP_PKEY_free(signer->key);
        free(signer);
    }
}


/* Of an encrypted key, OpenSSL would ask the terminal for the password. */

static int
login_signer_nobody(char *dst, int size, int rwflag, void *data)
{
    (void) dst;
    (void) size;
    (void) rwflag;
    (void) data;

    return -1;
}


static login_alg_e
login_signer_alg(EVP_PKEY *key)
{
    char    group[32];
    size_t  len;

    switch (EVP_PKEY_get_base_id(key)) {

    case EVP_PKEY_RSA:
        return EVP_PKEY_get_bits(key) >= LOGIN_RSA_MIN
               && EVP_PKEY_get_bits(key) <= LOGIN_RSA_MAX
               ? LOGIN_ALG_RS256 : LOGIN_ALG_UNKNOWN;

    case EVP_PKEY_ED25519:
        return LOGIN_ALG_EDDSA;

    case EVP_PKEY_EC:
        return EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1
               && strcmp(group, "prime256v1") == 0
               ? LOGIN_ALG_ES256 : LOGIN_ALG_UNKNOWN;

    default:
        return LOGIN_ALG_UNKNOWN;
    }
}


login_result_e
login_jws_sign(u_char *dst, size_t *len, const login_signer_t *signer,
    login_str_t payload)
{
    int              n;
    char             header[48];
    size_t           size;
    u_char          *p, signature[LOGIN_JWS_SIG_MAX];
    login_result_e   rc;

    n = snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"typ\":\"JWT\"}",
                 login_alg_name(signer->alg));

    p = dst;
    p += login_base64url_encode(p, login_str(header, (size_t) n));
    *p++ = '.';
    p += login_base64url_encode(p, payload);

    size = sizeof(signature);

    rc = login_signer_sign(signature, &size, signer,
                           login_str(dst, (size_t) (p - dst)));

    ERR_clear_error();

    if (rc != LOGIN_OK) {
        return rc;
    }

    *p++ = '.';
    p += login_base64url_encode(p, login_str(signature, size));

    *len = (size_t) (p - dst);

    return LOGIN_OK;
}


static login_result_e
login_signer_sign(u_char *dst, size_t *len, const login_signer_t *signer,
    login_str_t input)
{
    int            rc;
    EVP_MD_CTX    *ctx;
    const EVP_MD  *md;

    md = signer->alg == LOGIN_ALG_EDDSA ? NULL : EVP_sha256();

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return LOGIN_FAULT;
    }

    rc = EVP_DigestSignInit(ctx, NULL, md, NULL, signer->key) == 1
         && EVP_DigestSign(ctx, dst, len, input.data, input.len) == 1;

    EVP_MD_CTX_free(ctx);

    if (!rc) {
        return LOGIN_FAULT;
    }

    return signer->alg == LOGIN_ALG_ES256 ? login_signer_raw(dst, len)
                                          : LOGIN_OK;
}


/* From OpenSSL's DER to r and s one behind the other (RFC 7518, 3.4). */

static login_result_e
login_signer_raw(u_char *signature, size_t *len)
{
    int            rc;
    ECDSA_SIG     *sig;
    const u_char  *p;

    p = signature;

    sig = d2i_ECDSA_SIG(NULL, &p, (long) *len);
    if (sig == NULL) {
        return LOGIN_FAULT;
    }

    rc = BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, LOGIN_ES256_HALF)
         == LOGIN_ES256_HALF
         && BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + LOGIN_ES256_HALF,
                         LOGIN_ES256_HALF) == LOGIN_ES256_HALF;

    ECDSA_SIG_free(sig);

    *len = 2 * LOGIN_ES256_HALF;

    return rc ? LOGIN_OK : LOGIN_FAULT;
}
