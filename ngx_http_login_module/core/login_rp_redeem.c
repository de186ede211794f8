
/* The token request: a code for the tokens of who signed in. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_RP_JTI_LEN     login_base64url_len(LOGIN_ID_LEN)
#define LOGIN_RP_CLAIMS_MAX  4096       /* bytes of an assertion's */
#define LOGIN_RP_FORM_MAX    (32 * 1024)
#define LOGIN_RP_BASIC_MAX   4096


static login_result_e login_rp_grant(u_char *form, size_t *len,
    const login_rp_signin_t *signin, const login_rp_t *rp,
    const login_oidc_metadata_t *metadata, uint64_t now);
static login_result_e login_rp_assert(u_char *text, size_t *len,
    const login_rp_t *rp, login_str_t audience, uint64_t now);
static login_result_e login_rp_tokens(login_rp_signin_t *signin,
    const login_http_answer_t *answer, login_rp_failure_t *failure);


login_result_e
login_rp_redeem(login_rp_signin_t *signin, const login_rp_t *rp,
    const login_oidc_metadata_t *metadata, login_http_t *http, uint64_t now,
    login_rp_failure_t *failure)
{
    size_t                 len;
    u_char                *form, basic[LOGIN_RP_BASIC_MAX];
    login_encoder_t        e = { basic, basic + sizeof(basic), 0 };
    login_result_e         rc;
    login_http_answer_t    answer;
    login_http_request_t   request;
    const login_rp_conf_t  *conf;

    conf = login_rp_conf(rp);

    form = malloc(LOGIN_RP_FORM_MAX);
    if (form == NULL) {
        return LOGIN_FAULT;
    }

    memset(&request, 0, sizeof(login_http_request_t));
    request.url = (const char *) metadata->token.data;

    rc = login_rp_grant(form, &len, signin, rp, metadata, now);

    if (rc == LOGIN_OK && metadata->auth == LOGIN_OIDC_BASIC) {
        rc = login_oidc_basic(&e, conf->client_id, conf->secret);
        request.authorization = login_str(basic, (size_t) (e.pos - basic));
    }

    if (rc == LOGIN_OK) {
        request.form = login_str(form, len);

        /* RFC 6749, 5.2: errors have 400, or 401 */

        rc = e.failed ? LOGIN_FAULT
                      : login_rp_send(http, &request, "token", 0, &answer,
                                      failure);
    }

    login_wipe(form, LOGIN_RP_FORM_MAX);
    login_wipe(basic, sizeof(basic));
    free(form);

    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_rp_tokens(signin, &answer, failure);
    login_http_free(&answer);

    return rc;
}


static login_result_e
login_rp_grant(u_char *form, size_t *len, const login_rp_signin_t *signin,
    const login_rp_t *rp, const login_oidc_metadata_t *metadata,
    uint64_t now)
{
    size_t               n;
    u_char               assertion[login_jws_len(LOGIN_RP_CLAIMS_MAX)];
    login_encoder_t      e = { form, form + LOGIN_RP_FORM_MAX, 0 };
    login_oidc_grant_t   grant;

    memset(&grant, 0, sizeof(login_oidc_grant_t));

    grant.auth = metadata->auth;
    grant.client_id = login_rp_conf(rp)->client_id;
    grant.secret = login_rp_conf(rp)->secret;
    grant.code = signin->code;
    grant.redirect_uri = signin->redirect_uri;
    grant.verifier = signin->verifier;

    if (grant.auth == LOGIN_OIDC_PRIVATE_KEY) {

        if (login_rp_assert(assertion, &n, rp, metadata->token, now)
            != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        grant.assertion = login_str(assertion, n);
    }

    login_oidc_grant(&e, &grant);

    *len = (size_t) (e.pos - form);

    return e.failed ? LOGIN_FAULT : LOGIN_OK;
}


static login_result_e
login_rp_assert(u_char *text, size_t *len, const login_rp_t *rp,
    login_str_t audience, uint64_t now)
{
    size_t           n;
    u_char           id[LOGIN_ID_LEN], jti[LOGIN_RP_JTI_LEN];
    u_char           claims[LOGIN_RP_CLAIMS_MAX];
    login_encoder_t  e = { claims, claims + sizeof(claims), 0 };

    if (login_random(id, sizeof(id)) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    n = login_base64url_encode(jti, login_str(id, sizeof(id)));

    if (login_oidc_assertion(&e, login_rp_conf(rp)->client_id, audience,
                             login_str(jti, n), now)
        != LOGIN_OK
        || e.failed)
    {
        return LOGIN_FAULT;
    }

    return login_jws_sign(text, len, login_rp_signer(rp),
                          login_str(claims, (size_t) (e.pos - claims)));
}


static login_result_e
login_rp_tokens(login_rp_signin_t *signin, const login_http_answer_t *answer,
    login_rp_failure_t *failure)
{
    char                why[128];
    login_result_e      rc;
    login_oidc_wrong_t  wrong;

    rc = login_oidc_tokens(&signin->tokens,
                           login_str(answer->body, answer->len), &wrong);
    if (rc == LOGIN_FAULT) {
        return rc;
    }

    if (rc == LOGIN_NO && answer->status == 200) {
        return login_rp_wrong(failure, LOGIN_RP_DOWN, "token", &wrong);
    }

    if (rc == LOGIN_NO) {
        (void) snprintf(why, sizeof(why), "was answered with %u",
                        answer->status);
        return login_rp_fail(failure, LOGIN_RP_DOWN, "token", why);
    }

    if (signin->tokens.error.len > 0) {
        (void) snprintf(why, sizeof(why), "was refused: %.*s, %.*s",
                        (int) (signin->tokens.error.len < 40
                               ? signin->tokens.error.len : 40),
                        (const char *) signin->tokens.error.data,
                        (int) (signin->tokens.description.len < 60
                               ? signin->tokens.description.len : 60),
                        signin->tokens.description.data != NULL
                        ? (const char *) signin->tokens.description.data
                        : "");
        return login_rp_fail(failure, LOGIN_RP_REFUSED, "token", why);
    }

    if (answer->status != 200) {
        (void) snprintf(why, sizeof(why), "was answered with %u",
                        answer->status);
        return login_rp_fail(failure, LOGIN_RP_DOWN, "token", why);
    }

    return LOGIN_OK;
}
