
#include "login.h"
#include "login_jwk.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>


#define LOGIN_ES256_LEN      64     /* r and s (RFC 7518, 3.4) */
#define LOGIN_ES256_DER_MAX  72


static login_result_e login_jws_der(u_char *der, size_t *len,
    const u_char *signature);
static login_result_e login_jws_verify_raw(EVP_PKEY *key, login_alg_e alg,
    login_str_t signature, login_str_t input);


login_result_e
login_jws_check(EVP_PKEY *key, login_alg_e alg, login_str_t signature,
    login_str_t input)
{
    size_t           len;
    u_char           der[LOGIN_ES256_DER_MAX];
    login_result_e   rc;

    if (alg != LOGIN_ALG_ES256) {
        return login_jws_verify_raw(key, alg, signature, input);
    }

    if (signature.len != LOGIN_ES256_LEN) {
        return LOGIN_NO;
    }

    rc = login_jws_der(der, &len, signature.data);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_jws_verify_raw(key, alg, login_str(der, len), input);
}


/* OpenSSL wants an ECDSA-Sig-Value (RFC 3279, 2.2.3). */

static login_result_e
login_jws_der(u_char *der, size_t *len, const u_char *signature)
{
    int         n;
    u_char     *p;
    BIGNUM     *r, *s;
    ECDSA_SIG  *sig;

    r = BN_bin2bn(signature, LOGIN_ES256_LEN / 2, NULL);
    s = BN_bin2bn(signature + LOGIN_ES256_LEN / 2, LOGIN_ES256_LEN / 2, NULL);
    sig = ECDSA_SIG_new();

    if (r == NULL || s == NULL || sig == NULL) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(sig);
        return LOGIN_FAULT;
    }

    (void) ECDSA_SIG_set0(sig, r, s);

    p = der;
    n = i2d_ECDSA_SIG(sig, NULL);

    if (n <= 0 || n > LOGIN_ES256_DER_MAX || i2d_ECDSA_SIG(sig, &p) != n) {
        ECDSA_SIG_free(sig);
        return LOGIN_FAULT;
    }

    ECDSA_SIG_free(sig);

    *len = (size_t) n;

    return LOGIN_OK;
}


/* That OpenSSL cannot read a signature, and that it is wrong, is the same. */

static login_result_e
login_jws_verify_raw(EVP_PKEY *key, login_alg_e alg, login_str_t signature,
    login_str_t input)
{
    int             rc;
    EVP_MD_CTX     *ctx;
    const EVP_MD   *md;
    EVP_PKEY_CTX   *pkey;

    md = alg == LOGIN_ALG_EDDSA ? NULL : EVP_sha256();

    ctx = EVP_MD_CTX_new();

    if (ctx == NULL || EVP_DigestVerifyInit(ctx, &pkey, md, NULL, key) != 1) {
        EVP_MD_CTX_free(ctx);
        return LOGIN_FAULT;
    }

    if (alg == LOGIN_ALG_PS256
        && (EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PSS_PADDING) != 1
            || EVP_PKEY_CTX_set_rsa_mgf1_md(pkey, md) != 1
            || EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey, RSA_PSS_SALTLEN_DIGEST)
               != 1))
    {
        EVP_MD_CTX_free(ctx);
        return LOGIN_FAULT;
    }

    rc = EVP_DigestVerify(ctx, signature.data, signature.len, input.data,
                          input.len);

    EVP_MD_CTX_free(ctx);

    return rc == 1 ? LOGIN_OK : login_openssl_no();
}
