
#include "login.h"

#include <string.h>


#define LOGIN_OIDC_LIST_MAX  64     /* items of a list of abilities */


static login_result_e login_oidc_addresses(login_oidc_metadata_t *metadata,
    login_oidc_wrong_t *wrong);
static login_result_e login_oidc_abilities(login_oidc_metadata_t *metadata,
    unsigned signer, login_oidc_wrong_t *wrong);
static int login_oidc_offers(const login_json_t *json, const char *name,
    const char *value);
static int login_oidc_algorithms(const login_json_t *json);
static login_result_e login_oidc_method(login_oidc_metadata_t *metadata,
    unsigned signer);


login_result_e
login_oidc_metadata(login_oidc_metadata_t *metadata, login_str_t text,
    login_str_t issuer, unsigned signer, login_oidc_wrong_t *wrong)
{
    login_result_e  rc;

    memset(metadata, 0, sizeof(login_oidc_metadata_t));

    wrong->reason = LOGIN_OIDC_GOOD;
    wrong->member = NULL;

    rc = login_json_parse(&metadata->json, text);

    if (rc != LOGIN_OK) {
        (void) login_oidc_refuse(wrong, LOGIN_OIDC_JSON, NULL);
        return rc;
    }

    if (login_json_str(&metadata->issuer, metadata->json, "issuer") != LOGIN_OK
        || !login_str_eq(metadata->issuer, issuer))
    {
        rc = login_oidc_refuse(wrong, LOGIN_OIDC_ISSUER, "issuer");
    }

    if (rc == LOGIN_OK) {
        rc = login_oidc_addresses(metadata, wrong);
    }

    if (rc == LOGIN_OK) {
        rc = login_oidc_abilities(metadata, signer, wrong);
    }

    if (rc != LOGIN_OK) {
        login_oidc_metadata_free(metadata);
        return rc;
    }

    return LOGIN_OK;
}


void
login_oidc_metadata_free(login_oidc_metadata_t *metadata)
{
    login_json_free(metadata->json);
    memset(metadata, 0, sizeof(login_oidc_metadata_t));
}


static login_result_e
login_oidc_addresses(login_oidc_metadata_t *metadata,
    login_oidc_wrong_t *wrong)
{
    size_t        i;
    login_str_t  *url;

    const struct {
        const char   *name;
        login_str_t  *url;
        unsigned      optional;
    } urls[] = {
        { "authorization_endpoint", &metadata->authorization, 0 },
        { "token_endpoint", &metadata->token, 0 },
        { "jwks_uri", &metadata->jwks, 0 },
        { "userinfo_endpoint", &metadata->userinfo, 1 },
        { "end_session_endpoint", &metadata->end_session, 1 }
    };

    for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        url = urls[i].url;

        if (login_json_str(url, metadata->json, urls[i].name) != LOGIN_OK
            || (url->data == NULL && !urls[i].optional))
        {
            return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, urls[i].name);
        }

        if (url->data != NULL
            && login_oidc_endpoint(*url, metadata->issuer) != LOGIN_OK)
        {
            return login_oidc_refuse(wrong, LOGIN_OIDC_URL, urls[i].name);
        }
    }

    return LOGIN_OK;
}


/* What the metadata does not mention, the provider may be able to. */

static login_result_e
login_oidc_abilities(login_oidc_metadata_t *metadata, unsigned signer,
    login_oidc_wrong_t *wrong)
{
    size_t               i;
    const login_json_t  *json;

    static const struct {
        const char  *name;
        const char  *value;
    } needed[] = {
        { "response_types_supported", "code" },
        { "response_modes_supported", "query" },
        { "grant_types_supported", "authorization_code" },
        { "code_challenge_methods_supported", "S256" }
    };

    json = metadata->json;

    for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (login_json_has(json, needed[i].name)
            && !login_oidc_offers(json, needed[i].name, needed[i].value))
        {
            return login_oidc_refuse(wrong, LOGIN_OIDC_UNABLE, needed[i].name);
        }
    }

    if (!login_oidc_algorithms(json)) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_UNABLE,
                             "id_token_signing_alg_values_supported");
    }

    if (login_oidc_method(metadata, signer) != LOGIN_OK) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_UNABLE,
                             "token_endpoint_auth_methods_supported");
    }

    if (login_json_bool(&metadata->answers_iss, json,
                        "authorization_response_iss_parameter_supported")
        != LOGIN_OK)
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER,
                            "authorization_response_iss_parameter_supported");
    }

    return LOGIN_OK;
}


static int
login_oidc_offers(const login_json_t *json, const char *name,
    const char *value)
{
    size_t       i, n;
    login_str_t  list[LOGIN_OIDC_LIST_MAX];

    n = LOGIN_OIDC_LIST_MAX;

    if (login_json_strs(list, &n, json, name) != LOGIN_OK) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        if (login_str_eq(list[i], login_cstr(value))) {
            return 1;
        }
    }

    return 0;
}


static int
login_oidc_algorithms(const login_json_t *json)
{
    login_alg_e  alg;

    static const char  name[] = "id_token_signing_alg_values_supported";

    if (!login_json_has(json, name)) {
        return 1;
    }

    for (alg = LOGIN_ALG_UNKNOWN + 1; alg < LOGIN_ALGS; alg++) {
        if (login_oidc_offers(json, name, login_alg_name(alg))) {
            return 1;
        }
    }

    return 0;
}


/* Discovery, 3: the default is client_secret_basic. */

static login_result_e
login_oidc_method(login_oidc_metadata_t *metadata, unsigned signer)
{
    unsigned             listed;
    const login_json_t  *json;

    static const char  name[] = "token_endpoint_auth_methods_supported";

    json = metadata->json;
    listed = login_json_has(json, name) ? 1 : 0;

    if (signer) {
        metadata->auth = LOGIN_OIDC_PRIVATE_KEY;

        return !listed || login_oidc_offers(json, name, "private_key_jwt")
               ? LOGIN_OK : LOGIN_NO;
    }

    if (!listed || login_oidc_offers(json, name, "client_secret_basic")) {
        metadata->auth = LOGIN_OIDC_BASIC;
        return LOGIN_OK;
    }

    metadata->auth = LOGIN_OIDC_POST;

    return login_oidc_offers(json, name, "client_secret_post") ? LOGIN_OK
                                                               : LOGIN_NO;
}
