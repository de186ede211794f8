
#include "login.h"
#include "login_jwk.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>


#define LOGIN_JWK_EXP_MAX  8        /* bytes of RSA's public exponent */
#define LOGIN_JWK_P256     32       /* bytes of a coordinate */
#define LOGIN_JWK_ED25519  32


static login_result_e login_jwk_usable(login_jwk_t *jwk,
    const login_json_t *json);
static login_result_e login_jwk_bytes(u_char *dst, size_t *len,
    const login_json_t *json, const char *name);
static login_result_e login_jwk_rsa(login_jwk_t *jwk,
    const login_json_t *json);
static login_result_e login_jwk_rsa_key(EVP_PKEY **key, login_str_t n,
    login_str_t e);
static login_result_e login_jwk_ec(login_jwk_t *jwk,
    const login_json_t *json);
static login_result_e login_jwk_okp(login_jwk_t *jwk,
    const login_json_t *json);
static login_result_e login_jwk_make(EVP_PKEY **key, const char *type,
    OSSL_PARAM *params);


login_result_e
login_jwk_parse(login_jwk_t *jwk, const login_json_t *json)
{
    login_str_t  kty;

    memset(jwk, 0, sizeof(login_jwk_t));

    if (json == NULL
        || login_json_str(&kty, json, "kty") != LOGIN_OK
        || login_jwk_usable(jwk, json) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    if (login_str_eq(kty, login_cstr("RSA"))) {
        return login_jwk_rsa(jwk, json);
    }

    if (login_str_eq(kty, login_cstr("EC"))) {
        return login_jwk_ec(jwk, json);
    }

    if (login_str_eq(kty, login_cstr("OKP"))) {
        return login_jwk_okp(jwk, json);
    }

    return LOGIN_NO;
}


/* Its name, and whether it is meant for what we do with it. */

static login_result_e
login_jwk_usable(login_jwk_t *jwk, const login_json_t *json)
{
    size_t       i, n;
    login_str_t  s, ops[8];

    if (login_json_str(&s, json, "use") != LOGIN_OK
        || (s.data != NULL && !login_str_eq(s, login_cstr("sig"))))
    {
        return LOGIN_NO;
    }

    n = sizeof(ops) / sizeof(ops[0]);

    if (login_json_strs(ops, &n, json, "key_ops") != LOGIN_OK) {
        return LOGIN_NO;
    }

    for (i = 0; i < n; i++) {
        if (login_str_eq(ops[i], login_cstr("verify"))) {
            break;
        }
    }

    if (n > 0 && i == n) {
        return LOGIN_NO;
    }

    if (login_json_str(&s, json, "alg") != LOGIN_OK) {
        return LOGIN_NO;
    }

    jwk->alg = login_alg(s);

    if (s.data != NULL && jwk->alg == LOGIN_ALG_UNKNOWN) {
        return LOGIN_NO;
    }

    if (login_json_str(&s, json, "kid") != LOGIN_OK
        || s.len > LOGIN_JWK_KID_MAX)
    {
        return LOGIN_NO;
    }

    if (s.len > 0) {
        memcpy(jwk->kid, s.data, s.len);
        jwk->len = s.len;
    }

    return LOGIN_OK;
}


static login_result_e
login_jwk_bytes(u_char *dst, size_t *len, const login_json_t *json,
    const char *name)
{
    login_str_t  s;

    if (login_json_str(&s, json, name) != LOGIN_OK || s.len == 0) {
        return LOGIN_NO;
    }

    return login_base64url_decode(dst, len, s);
}


static login_result_e
login_jwk_rsa(login_jwk_t *jwk, const login_json_t *json)
{
    size_t  n_len, e_len;
    u_char  n[LOGIN_RSA_MAX / 8], e[LOGIN_JWK_EXP_MAX];

    n_len = sizeof(n);
    e_len = sizeof(e);

    if ((jwk->alg != LOGIN_ALG_UNKNOWN
         && jwk->alg != LOGIN_ALG_RS256
         && jwk->alg != LOGIN_ALG_PS256)
        || login_jwk_bytes(n, &n_len, json, "n") != LOGIN_OK
        || login_jwk_bytes(e, &e_len, json, "e") != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    /* RFC 7518, 6.3.1.1: no octets of zero ahead; both are odd */

    if (n_len < LOGIN_RSA_MIN / 8
        || n[0] == 0 || e[0] == 0
        || (n_len == LOGIN_RSA_MIN / 8 && n[0] < 0x80)
        || n[n_len - 1] % 2 == 0
        || e[e_len - 1] % 2 == 0
        || (e_len == 1 && e[0] < 3))
    {
        return LOGIN_NO;
    }

    jwk->rsa = 1;

    return login_jwk_rsa_key(&jwk->key, login_str(n, n_len),
                             login_str(e, e_len));
}


static login_result_e
login_jwk_rsa_key(EVP_PKEY **key, login_str_t n, login_str_t e)
{
    BIGNUM          *modulus, *exponent;
    OSSL_PARAM      *params;
    login_result_e   rc;
    OSSL_PARAM_BLD  *build;

    params = NULL;
    build = OSSL_PARAM_BLD_new();
    modulus = BN_bin2bn(n.data, (int) n.len, NULL);
    exponent = BN_bin2bn(e.data, (int) e.len, NULL);

    if (build != NULL && modulus != NULL && exponent != NULL
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
    {
        params = OSSL_PARAM_BLD_to_param(build);
    }

    rc = params != NULL ? login_jwk_make(key, "RSA", params) : LOGIN_FAULT;

    OSSL_PARAM_free(params);
    BN_free(exponent);
    BN_free(modulus);
    OSSL_PARAM_BLD_free(build);

    return rc;
}


static login_result_e
login_jwk_ec(login_jwk_t *jwk, const login_json_t *json)
{
    size_t       x_len, y_len;
    u_char       point[1 + 2 * LOGIN_JWK_P256];
    OSSL_PARAM   params[3];
    login_str_t  crv;

    x_len = LOGIN_JWK_P256;
    y_len = LOGIN_JWK_P256;
    point[0] = POINT_CONVERSION_UNCOMPRESSED;

    if ((jwk->alg != LOGIN_ALG_UNKNOWN && jwk->alg != LOGIN_ALG_ES256)
        || login_json_str(&crv, json, "crv") != LOGIN_OK
        || !login_str_eq(crv, login_cstr("P-256"))
        || login_jwk_bytes(point + 1, &x_len, json, "x") != LOGIN_OK
        || login_jwk_bytes(point + 1 + LOGIN_JWK_P256, &y_len, json, "y")
           != LOGIN_OK
        || x_len != LOGIN_JWK_P256
        || y_len != LOGIN_JWK_P256)
    {
        return LOGIN_NO;
    }

    jwk->alg = LOGIN_ALG_ES256;

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 (char *) "prime256v1", 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  point, sizeof(point));
    params[2] = OSSL_PARAM_construct_end();

    return login_jwk_make(&jwk->key, "EC", params);
}


static login_result_e
login_jwk_okp(login_jwk_t *jwk, const login_json_t *json)
{
    size_t       len;
    u_char       x[LOGIN_JWK_ED25519];
    login_str_t  crv;

    len = sizeof(x);

    if ((jwk->alg != LOGIN_ALG_UNKNOWN && jwk->alg != LOGIN_ALG_EDDSA)
        || login_json_str(&crv, json, "crv") != LOGIN_OK
        || !login_str_eq(crv, login_cstr("Ed25519"))
        || login_jwk_bytes(x, &len, json, "x") != LOGIN_OK
        || len != sizeof(x))
    {
        return LOGIN_NO;
    }

    jwk->alg = LOGIN_ALG_EDDSA;
    jwk->key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, len);

    return jwk->key != NULL ? LOGIN_OK : LOGIN_FAULT;
}


/* A point that is not on the curve is refused in here. */

static login_result_e
login_jwk_make(EVP_PKEY **key, const char *type, OSSL_PARAM *params)
{
    int            rc;
    EVP_PKEY_CTX  *ctx;

    ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1) {
        EVP_PKEY_CTX_free(ctx);
        return LOGIN_FAULT;
    }

    rc = EVP_PKEY_fromdata(ctx, key, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);

    return rc == 1 ? LOGIN_OK : login_openssl_no();
}


login_result_e
login_openssl_no(void)
{
    unsigned long   error;
    login_result_e  rc;

    rc = LOGIN_NO;

    while ((error = ERR_get_error()) != 0) {
        if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE) {
            rc = LOGIN_FAULT;
        }
    }

    return rc;
}
