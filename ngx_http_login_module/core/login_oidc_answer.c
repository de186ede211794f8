
#include "login.h"

#include <string.h>
#include <strings.h>


login_result_e
login_oidc_answer(login_oidc_answer_t *answer, const login_form_t *form)
{
    answer->state = login_form_get(form, "state");
    answer->code = login_form_get(form, "code");
    answer->iss = login_form_get(form, "iss");
    answer->error = login_form_get(form, "error");
    answer->description = login_form_get(form, "error_description");

    return (answer->code.len == 0) != (answer->error.len == 0)
           && answer->code.len <= LOGIN_OIDC_CODE_MAX
           ? LOGIN_OK : LOGIN_NO;
}


/* RFC 9207, 2.4: one that was not announced has to be right as well. */

login_result_e
login_oidc_answer_issuer(const login_oidc_answer_t *answer,
    const login_oidc_metadata_t *metadata)
{
    if (answer->iss.len == 0) {
        return metadata->answers_iss ? LOGIN_NO : LOGIN_OK;
    }

    return login_str_eq(answer->iss, metadata->issuer) ? LOGIN_OK : LOGIN_NO;
}


int
login_oidc_asks(login_str_t error)
{
    size_t  i;

    static const char *const  errors[] = {
        "login_required", "interaction_required", "consent_required",
        "account_selection_required"
    };

    for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (login_str_eq(error, login_cstr(errors[i]))) {
            return 1;
        }
    }

    return 0;
}


login_result_e
login_oidc_tokens(login_oidc_tokens_t *tokens, login_str_t text,
    login_oidc_wrong_t *wrong)
{
    login_str_t      type;
    const char      *member;
    login_result_e   rc;

    memset(tokens, 0, sizeof(login_oidc_tokens_t));

    wrong->reason = LOGIN_OIDC_GOOD;
    wrong->member = NULL;

    rc = login_json_parse(&tokens->json, text);

    if (rc != LOGIN_OK) {
        (void) login_oidc_refuse(wrong, LOGIN_OIDC_JSON, NULL);
        return rc;
    }

    if (login_json_str(&tokens->error, tokens->json, "error") == LOGIN_OK
        && tokens->error.len > 0)
    {
        (void) login_json_str(&tokens->description, tokens->json,
                              "error_description");
        return LOGIN_OK;
    }

    if (login_json_str(&tokens->id_token, tokens->json, "id_token")
        != LOGIN_OK
        || tokens->id_token.len == 0)
    {
        member = "id_token";

    } else if (login_json_str(&tokens->access_token, tokens->json,
                              "access_token") != LOGIN_OK
               || tokens->access_token.len == 0)
    {
        member = "access_token";

    } else if (login_json_str(&type, tokens->json, "token_type") != LOGIN_OK
               || type.len != sizeof("Bearer") - 1
               || strncasecmp((const char *) type.data, "Bearer", type.len)
                  != 0)
    {
        member = "token_type";

    } else {
        return LOGIN_OK;
    }

    login_oidc_tokens_free(tokens);

    return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, member);
}


void
login_oidc_tokens_free(login_oidc_tokens_t *tokens)
{
    login_json_free(tokens->json);
    memset(tokens, 0, sizeof(login_oidc_tokens_t));
}


login_result_e
login_oidc_userinfo(login_json_t **json, login_str_t text,
    login_str_t subject, login_oidc_wrong_t *wrong)
{
    login_str_t      sub;
    login_oidc_e     reason;
    login_result_e   rc;

    wrong->reason = LOGIN_OIDC_GOOD;
    wrong->member = NULL;

    rc = login_json_parse(json, text);

    if (rc != LOGIN_OK) {
        (void) login_oidc_refuse(wrong, LOGIN_OIDC_JSON, NULL);
        return rc;
    }

    if (login_json_str(&sub, *json, "sub") != LOGIN_OK || sub.data == NULL) {
        reason = LOGIN_OIDC_MEMBER;

    } else if (!login_str_eq(sub, subject)) {
        reason = LOGIN_OIDC_SUBJECT;

    } else {
        return LOGIN_OK;
    }

    login_json_free(*json);
    *json = NULL;

    return login_oidc_refuse(wrong, reason, "sub");
}
