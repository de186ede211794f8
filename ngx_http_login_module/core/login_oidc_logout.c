
#include "login.h"
#include "login_oidc_jwt.h"

#include <string.h>


#define LOGIN_OIDC_JTI_MAX  255


static login_result_e login_oidc_logout(login_oidc_logout_t *logout,
    uint64_t now, login_oidc_wrong_t *wrong);


static const char  login_oidc_logout_event[] =
    "http://schemas.openid.net/event/backchannel-logout";


login_result_e
login_oidc_logout_token(login_oidc_logout_t *logout, login_str_t text,
    const login_jwks_t *jwks, login_str_t issuer, login_str_t client_id,
    uint64_t now, login_oidc_wrong_t *wrong)
{
    login_alg_e      alg;
    login_result_e   rc;

    static const char *const  types[] = { "logout+jwt", "JWT", NULL };

    memset(logout, 0, sizeof(login_oidc_logout_t));

    rc = login_oidc_open(&logout->json, &alg, text, jwks, types, wrong);

    if (rc == LOGIN_OK) {
        rc = login_oidc_common(logout->json, issuer, client_id, now, wrong);
    }

    if (rc == LOGIN_OK) {
        rc = login_oidc_logout(logout, now, wrong);
    }

    if (rc != LOGIN_OK) {
        login_oidc_logout_free(logout);
    }

    return rc;
}


void
login_oidc_logout_free(login_oidc_logout_t *logout)
{
    login_json_free(logout->json);
    memset(logout, 0, sizeof(login_oidc_logout_t));
}


static login_result_e
login_oidc_logout(login_oidc_logout_t *logout, uint64_t now,
    login_oidc_wrong_t *wrong)
{
    uint64_t             iat;
    const login_json_t  *json, *events;

    json = logout->json;
    events = login_json_object(json, "events");

    if (events == NULL
        || login_json_object(events, login_oidc_logout_event) == NULL)
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_EVENT, "events");
    }

    /* so that no ID token passes for it, nor it for one */

    if (login_json_has(json, "nonce")) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_TYPE, "nonce");
    }

    if (login_json_str(&logout->jti, json, "jti") != LOGIN_OK
        || logout->jti.len == 0
        || logout->jti.len > LOGIN_OIDC_JTI_MAX)
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "jti");
    }

    if (login_json_str(&logout->sid, json, "sid") != LOGIN_OK) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "sid");
    }

    if (login_json_str(&logout->subject, json, "sub") != LOGIN_OK
        || (logout->subject.data == NULL && logout->sid.len == 0)
        || (logout->subject.data != NULL
            && !login_oidc_subject(logout->subject)))
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, "sub");
    }

    /* bounds how long "jti" is to be remembered; "iat" was looked at */

    (void) login_json_time(&iat, json, "iat");
    (void) login_json_time(&logout->expires, json, "exp");

    if (now > iat + LOGIN_OIDC_LOGOUT_AGE + LOGIN_OIDC_SKEW) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_EXPIRED, "iat");
    }

    if (logout->expires > iat + LOGIN_OIDC_LOGOUT_AGE) {
        logout->expires = iat + LOGIN_OIDC_LOGOUT_AGE;
    }

    logout->expires += LOGIN_OIDC_SKEW;

    return LOGIN_OK;
}
