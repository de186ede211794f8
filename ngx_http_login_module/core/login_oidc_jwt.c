
/* What ID tokens and logout tokens have in common. */

#include "login.h"
#include "login_oidc_jwt.h"

#include <string.h>


#define LOGIN_OIDC_AUDIENCES_MAX  16


static login_result_e login_oidc_audience(const login_json_t *json,
    login_str_t client_id, login_oidc_wrong_t *wrong);
static login_result_e login_oidc_times(const login_json_t *json,
    uint64_t now, login_oidc_wrong_t *wrong);


static const login_oidc_e  login_oidc_jws[] = {
    [LOGIN_JWS_GOOD] = LOGIN_OIDC_GOOD,
    [LOGIN_JWS_MALFORMED] = LOGIN_OIDC_MALFORMED,
    [LOGIN_JWS_ALG] = LOGIN_OIDC_ALGORITHM,
    [LOGIN_JWS_HEADER] = LOGIN_OIDC_HEADER,
    [LOGIN_JWS_TYPE] = LOGIN_OIDC_TYPE,
    [LOGIN_JWS_KEY] = LOGIN_OIDC_KEY,
    [LOGIN_JWS_AMBIGUOUS] = LOGIN_OIDC_AMBIGUOUS,
    [LOGIN_JWS_SIGNATURE] = LOGIN_OIDC_SIGNATURE
};


login_result_e
login_oidc_open(login_json_t **json, login_alg_e *alg, login_str_t text,
    const login_jwks_t *jwks, const char *const *types,
    login_oidc_wrong_t *wrong)
{
    login_jws_e      reason;
    login_jws_t      jws;
    login_result_e   rc;

    wrong->reason = LOGIN_OIDC_GOOD;
    wrong->member = NULL;

    rc = login_jws_verify(&jws, jwks, text, types, &reason);

    if (rc != LOGIN_OK) {
        (void) login_oidc_refuse(wrong, login_oidc_jws[reason], NULL);
        return rc;
    }

    *alg = jws.alg;

    rc = login_json_parse(json, login_str(jws.payload, jws.len));
    login_jws_free(&jws);

    if (rc == LOGIN_NO) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_JSON, NULL);
    }

    return rc;
}


/* What all tokens of a provider have: from whom, for whom, and when. */

login_result_e
login_oidc_common(const login_json_t *json, login_str_t issuer,
    login_str_t client_id, uint64_t now, login_oidc_wrong_t *wrong)
{
    login_str_t      iss;
    login_result_e   rc;

    if (login_json_str(&iss, json, "iss") != LOGIN_OK || iss.data == NULL) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "iss");
    }

    if (!login_str_eq(iss, issuer)) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_ISSUER, "iss");
    }

    rc = login_oidc_audience(json, client_id, wrong);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_oidc_times(json, now, wrong);
}


/* Of several, "azp" says for whom it was made. */

static login_result_e
login_oidc_audience(const login_json_t *json, login_str_t client_id,
    login_oidc_wrong_t *wrong)
{
    size_t       i, n, ours;
    login_str_t  azp, list[LOGIN_OIDC_AUDIENCES_MAX];

    n = LOGIN_OIDC_AUDIENCES_MAX;

    if (login_json_strs(list, &n, json, "aud") != LOGIN_OK || n == 0) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "aud");
    }

    for (ours = 0, i = 0; i < n; i++) {
        ours += login_str_eq(list[i], client_id) ? 1 : 0;
    }

    if (ours == 0) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_AUDIENCE, "aud");
    }

    if (login_json_str(&azp, json, "azp") != LOGIN_OK) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "azp");
    }

    if (azp.data == NULL ? n > 1 : !login_str_eq(azp, client_id)) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_AUDIENCE, "azp");
    }

    return LOGIN_OK;
}


static login_result_e
login_oidc_times(const login_json_t *json, uint64_t now,
    login_oidc_wrong_t *wrong)
{
    uint64_t  exp, iat, nbf;

    if (login_json_time(&exp, json, "exp") != LOGIN_OK
        || exp == LOGIN_JSON_NONE)
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "exp");
    }

    if (login_json_time(&iat, json, "iat") != LOGIN_OK
        || iat == LOGIN_JSON_NONE)
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "iat");
    }

    if (login_json_time(&nbf, json, "nbf") != LOGIN_OK) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "nbf");
    }

    if (now >= exp + LOGIN_OIDC_SKEW) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_EXPIRED, "exp");
    }

    if (iat > now + LOGIN_OIDC_SKEW) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_EARLY, "iat");
    }

    if (nbf != LOGIN_JSON_NONE && nbf > now + LOGIN_OIDC_SKEW) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_EARLY, "nbf");
    }

    return LOGIN_OK;
}


/* One of its own among all others of its issuer: what is kept is the bytes. */

int
login_oidc_subject(login_str_t subject)
{
    size_t  i;

    if (subject.len == 0 || subject.len > LOGIN_OIDC_SUBJECT_MAX) {
        return 0;
    }

    for (i = 0; i < subject.len; i++) {
        if (subject.data[i] < 0x20 || subject.data[i] == 0x7f) {
            return 0;
        }
    }

    return 1;
}
