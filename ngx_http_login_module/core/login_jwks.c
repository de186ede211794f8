
#include "login.h"
#include "login_jwk.h"

#include <stdlib.h>


struct login_jwks_s {
    size_t        n;
    login_jwk_t   keys[LOGIN_JWKS_MAX];
};


login_result_e
login_jwks_parse(login_jwks_t **jwks, login_str_t text)
{
    size_t           i, n;
    login_json_t    *json;
    login_result_e   rc;

    *jwks = NULL;

    rc = login_json_parse(&json, text);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_json_list(&n, json, "keys");

    if (rc != LOGIN_OK || n > LOGIN_JWKS_MAX) {
        login_json_free(json);
        return LOGIN_NO;
    }

    *jwks = calloc(1, sizeof(login_jwks_t));

    if (*jwks == NULL) {
        login_json_free(json);
        return LOGIN_FAULT;
    }

    /* one bad key does not spoil the others */

    for (i = 0; i < n && rc != LOGIN_FAULT; i++) {
        rc = login_jwk_parse(&(*jwks)->keys[(*jwks)->n],
                             login_json_item(json, "keys", i));
        (*jwks)->n += rc == LOGIN_OK;
    }

    login_json_free(json);

    if (rc == LOGIN_FAULT || (*jwks)->n == 0) {
        login_jwks_free(*jwks);
        *jwks = NULL;
        return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_NO;
    }

    return LOGIN_OK;
}


void
login_jwks_free(login_jwks_t *jwks)
{
    size_t  i;

    if (jwks == NULL) {
        return;
    }

    for (i = 0; i < jwks->n; i++) {
        EVP_PKEY_free(jwks->keys[i].key);
    }

    free(jwks);
}


size_t
login_jwks_count(const login_jwks_t *jwks)
{
    return jwks->n;
}


login_result_e
login_jwks_find(EVP_PKEY **key, const login_jwks_t *jwks, login_alg_e alg,
    login_str_t kid, login_jws_e *wrong)
{
    size_t              i;
    unsigned            rsa;
    const login_jwk_t  *jwk;

    *key = NULL;
    rsa = alg == LOGIN_ALG_RS256 || alg == LOGIN_ALG_PS256;

    for (i = 0; i < jwks->n; i++) {
        jwk = &jwks->keys[i];

        if (jwk->alg != alg
            && !(rsa && jwk->rsa && jwk->alg == LOGIN_ALG_UNKNOWN))
        {
            continue;
        }

        if (kid.data != NULL
            && !login_str_eq(kid, login_str(jwk->kid, jwk->len)))
        {
            continue;
        }

        /* OpenID Connect Core, 10.1: of several keys it names one */

        if (*key != NULL) {
            *wrong = LOGIN_JWS_AMBIGUOUS;
            *key = NULL;
            return LOGIN_NO;
        }

        *key = jwk->key;
    }

    if (*key == NULL) {
        *wrong = LOGIN_JWS_KEY;
        return LOGIN_NO;
    }

    return LOGIN_OK;
}
