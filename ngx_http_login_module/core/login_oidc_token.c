
#include "login.h"
#include "login_oidc_jwt.h"

#include <string.h>

#include <openssl/evp.h>


#define LOGIN_OIDC_HALF  32         /* of a hash of SHA-512 */


static login_result_e login_oidc_claims(login_oidc_identity_t *identity,
    login_alg_e alg, const login_oidc_expected_t *expected,
    login_oidc_wrong_t *wrong);
static login_result_e login_oidc_hash(const login_json_t *json,
    login_alg_e alg, login_str_t access_token, login_oidc_wrong_t *wrong);
static login_result_e login_oidc_age(login_oidc_identity_t *identity,
    const login_oidc_expected_t *expected, login_oidc_wrong_t *wrong);


login_result_e
login_oidc_id_token(login_oidc_identity_t *identity, login_str_t text,
    const login_jwks_t *jwks, const login_oidc_expected_t *expected,
    login_oidc_wrong_t *wrong)
{
    login_alg_e     alg;
    login_result_e  rc;

    static const char *const  types[] = { "JWT", NULL };

    memset(identity, 0, sizeof(login_oidc_identity_t));

    rc = login_oidc_open(&identity->json, &alg, text, jwks, types, wrong);

    if (rc == LOGIN_OK) {
        rc = login_oidc_common(identity->json, expected->issuer,
                               expected->client_id, expected->now, wrong);
    }

    if (rc == LOGIN_OK) {
        rc = login_oidc_claims(identity, alg, expected, wrong);
    }

    if (rc != LOGIN_OK) {
        login_oidc_identity_free(identity);
    }

    return rc;
}


void
login_oidc_identity_free(login_oidc_identity_t *identity)
{
    login_json_free(identity->json);
    memset(identity, 0, sizeof(login_oidc_identity_t));
}


static login_result_e
login_oidc_claims(login_oidc_identity_t *identity, login_alg_e alg,
    const login_oidc_expected_t *expected, login_oidc_wrong_t *wrong)
{
    login_str_t      nonce;
    login_result_e   rc;

    if (login_json_str(&identity->subject, identity->json, "sub") != LOGIN_OK
        || !login_oidc_subject(identity->subject))
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "sub");
    }

    if (login_json_str(&identity->sid, identity->json, "sid") != LOGIN_OK) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "sid");
    }

    if (login_json_str(&nonce, identity->json, "nonce") != LOGIN_OK
        || nonce.len == 0)
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "nonce");
    }

    if (nonce.len != expected->nonce.len
        || !login_equal(nonce.data, expected->nonce.data, nonce.len))
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_NONCE, "nonce");
    }

    rc = login_oidc_hash(identity->json, alg, expected->access_token, wrong);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_oidc_age(identity, expected, wrong);
}


/* Core, 3.1.3.6: the left half of the hash that the algorithm uses. */

static login_result_e
login_oidc_hash(const login_json_t *json, login_alg_e alg,
    login_str_t access_token, login_oidc_wrong_t *wrong)
{
    size_t         len;
    u_char         hash[EVP_MAX_MD_SIZE], half[LOGIN_OIDC_HALF];
    login_str_t    text;
    unsigned       size;

    if (login_json_str(&text, json, "at_hash") != LOGIN_OK) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "at_hash");
    }

    if (text.data == NULL) {
        return LOGIN_OK;
    }

    if (EVP_Digest(access_token.data, access_token.len, hash, &size,
                   alg == LOGIN_ALG_EDDSA ? EVP_sha512() : EVP_sha256(), NULL)
        != 1)
    {
        return LOGIN_FAULT;
    }

    len = sizeof(half);

    if (login_base64url_decode(half, &len, text) != LOGIN_OK
        || len != size / 2
        || !login_equal(half, hash, len))
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_HASH, "at_hash");
    }

    return LOGIN_OK;
}


static login_result_e
login_oidc_age(login_oidc_identity_t *identity,
    const login_oidc_expected_t *expected, login_oidc_wrong_t *wrong)
{
    uint64_t  then;

    if (login_json_time(&identity->auth_time, identity->json, "auth_time")
        != LOGIN_OK)
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "auth_time");
    }

    if (expected->max_age == LOGIN_JSON_NONE) {
        return LOGIN_OK;
    }

    then = identity->auth_time;

    if (then == LOGIN_JSON_NONE) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "auth_time");
    }

    if (then < expected->now
        && expected->now - then > LOGIN_OIDC_SKEW
        && expected->now - then - LOGIN_OIDC_SKEW > expected->max_age)
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_STALE, "auth_time");
    }

    return LOGIN_OK;
}
