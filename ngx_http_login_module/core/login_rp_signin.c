
#include "login.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_RP_BEARER_MAX  (LOGIN_JWS_MAX + 16)


static login_result_e login_rp_identify(login_rp_signin_t *signin,
    login_rp_t *rp, login_http_t *http, const login_rp_known_t *known,
    uint64_t now, login_rp_failure_t *failure);
static login_result_e login_rp_ask(login_rp_signin_t *signin,
    login_http_t *http, const login_oidc_metadata_t *metadata,
    login_rp_failure_t *failure);
static int login_rp_bearer(login_str_t token);


login_result_e
login_rp_answer(login_str_t iss, login_rp_t *rp, login_http_t *http,
    uint64_t now, login_rp_failure_t *failure)
{
    login_result_e           rc;
    login_oidc_answer_t      answer;
    const login_rp_known_t  *known;

    memset(failure, 0, sizeof(login_rp_failure_t));

    rc = login_rp_know(&known, rp, http, NULL, now, failure);
    if (rc != LOGIN_OK) {
        return rc;
    }

    memset(&answer, 0, sizeof(login_oidc_answer_t));
    answer.iss = iss;

    rc = login_oidc_answer_issuer(&answer, &known->metadata);

    login_rp_forget(rp, known);

    return rc == LOGIN_OK ? LOGIN_OK
                          : login_rp_fail(failure, LOGIN_RP_UNTRUSTED,
                                          "answer", "is of another issuer");
}


login_result_e
login_rp_signin(login_rp_signin_t *signin, login_rp_t *rp,
    login_http_t *http, uint64_t now, login_rp_failure_t *failure)
{
    login_result_e           rc;
    login_oidc_wrong_t       wrong;
    const login_rp_conf_t   *conf;
    const login_rp_known_t  *known;

    memset(failure, 0, sizeof(login_rp_failure_t));

    conf = login_rp_conf(rp);

    rc = login_rp_know(&known, rp, http, NULL, now, failure);

    if (rc == LOGIN_OK) {
        rc = login_rp_redeem(signin, rp, &known->metadata, http, now,
                             failure);
    }

    if (rc == LOGIN_OK) {
        rc = login_rp_identify(signin, rp, http, known, now, failure);
    }

    if (rc == LOGIN_OK
        && known->metadata.userinfo.data != NULL
        && !login_oidc_complete(signin->identity.json, &conf->claims))
    {
        rc = login_rp_ask(signin, http, &known->metadata, failure);
    }

    login_rp_forget(rp, known);

    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_oidc_person(&signin->person, signin->identity.json,
                           signin->userinfo, &conf->claims, conf->domains,
                           conf->domains_n, &wrong);

    if (rc != LOGIN_NO) {
        return rc;
    }

    return login_rp_wrong(failure, wrong.reason == LOGIN_OIDC_DOMAIN
                                   ? LOGIN_RP_DOMAIN : LOGIN_RP_CLAIMS,
                          "account", &wrong);
}


void
login_rp_signin_free(login_rp_signin_t *signin)
{
    login_oidc_identity_free(&signin->identity);
    login_oidc_tokens_free(&signin->tokens);
    login_json_free(signin->userinfo);
    signin->userinfo = NULL;
}


static login_result_e
login_rp_identify(login_rp_signin_t *signin, login_rp_t *rp,
    login_http_t *http, const login_rp_known_t *known, uint64_t now,
    login_rp_failure_t *failure)
{
    login_result_e           rc;
    login_oidc_wrong_t       wrong;
    const login_rp_conf_t   *conf;
    login_oidc_expected_t    expected;
    const login_rp_known_t  *newer;

    conf = login_rp_conf(rp);

    expected.issuer = conf->issuer;
    expected.client_id = conf->client_id;
    expected.nonce = signin->nonce;
    expected.access_token = signin->tokens.access_token;
    expected.max_age = signin->max_age;
    expected.now = now;

    rc = login_oidc_id_token(&signin->identity, signin->tokens.id_token,
                             known->jwks, &expected, &wrong);

    if (rc == LOGIN_NO && login_rp_other_keys(wrong.reason)) {

        rc = login_rp_know(&newer, rp, http, known, now, failure);

        if (rc == LOGIN_OK) {
            rc = login_oidc_id_token(&signin->identity,
                                     signin->tokens.id_token, newer->jwks,
                                     &expected, &wrong);
            login_rp_forget(rp, newer);

        } else if (rc == LOGIN_NO && failure->kind == LOGIN_RP_DOWN) {
            return rc;
        }
    }

    return rc == LOGIN_NO ? login_rp_wrong(failure, LOGIN_RP_UNTRUSTED,
                                           "ID token", &wrong)
                          : rc;
}


static login_result_e
login_rp_ask(login_rp_signin_t *signin, login_http_t *http,
    const login_oidc_metadata_t *metadata, login_rp_failure_t *failure)
{
    char                  *bearer;
    login_str_t            token;
    login_result_e         rc;
    login_oidc_wrong_t     wrong;
    login_http_answer_t    answer;
    login_http_request_t   request;

    token = signin->tokens.access_token;

    if (!login_rp_bearer(token)) {
        return login_rp_fail(failure, LOGIN_RP_UNTRUSTED, "access token",
                             "has characters that none can have");
    }

    bearer = malloc(LOGIN_RP_BEARER_MAX);
    if (bearer == NULL) {
        return LOGIN_FAULT;
    }

    memset(&request, 0, sizeof(login_http_request_t));
    request.url = (const char *) metadata->userinfo.data;
    request.authorization.data = (const u_char *) bearer;
    request.authorization.len = (size_t) snprintf(bearer, LOGIN_RP_BEARER_MAX,
                                                  "Bearer %.*s",
                                                  (int) token.len,
                                                  (const char *) token.data);

    rc = login_rp_send(http, &request, "userinfo", 200, &answer, failure);

    login_wipe(bearer, LOGIN_RP_BEARER_MAX);
    free(bearer);

    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_oidc_userinfo(&signin->userinfo,
                             login_str(answer.body, answer.len),
                             signin->identity.subject, &wrong);
    login_http_free(&answer);

    return rc == LOGIN_NO ? login_rp_wrong(failure, LOGIN_RP_UNTRUSTED,
                                           "userinfo", &wrong)
                          : rc;
}


/* What can stand in a header, and no space in it (RFC 6750, 2.1). */

static int
login_rp_bearer(login_str_t token)
{
    size_t  i;

    for (i = 0; i < token.len; i++) {
        if (token.data[i] < 0x21 || token.data[i] > 0x7e) {
            return 0;
        }
    }

    return token.len <= LOGIN_JWS_MAX;
}


login_result_e
login_rp_logout(login_oidc_logout_t *logout, login_str_t text,
    login_rp_t *rp, login_http_t *http, uint64_t now,
    login_rp_failure_t *failure)
{
    login_result_e           rc;
    login_oidc_wrong_t       wrong;
    const login_rp_conf_t   *conf;
    const login_rp_known_t  *known, *newer;

    memset(failure, 0, sizeof(login_rp_failure_t));
    memset(logout, 0, sizeof(login_oidc_logout_t));

    conf = login_rp_conf(rp);

    rc = login_rp_know(&known, rp, http, NULL, now, failure);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_oidc_logout_token(logout, text, known->jwks, conf->issuer,
                                 conf->client_id, now, &wrong);

    if (rc == LOGIN_NO && login_rp_other_keys(wrong.reason)
        && login_rp_know(&newer, rp, http, known, now, failure) == LOGIN_OK)
    {
        rc = login_oidc_logout_token(logout, text, newer->jwks, conf->issuer,
                                     conf->client_id, now, &wrong);
        login_rp_forget(rp, newer);
    }

    login_rp_forget(rp, known);

    return rc == LOGIN_NO ? login_rp_wrong(failure, LOGIN_RP_UNTRUSTED,
                                           "logout token", &wrong)
                          : rc;
}
