
#include "login.h"

#include <string.h>


login_result_e
login_rp_send(login_http_t *http, const login_http_request_t *request,
    const char *what, unsigned status, login_http_answer_t *answer,
    login_rp_failure_t *failure)
{
    char             why[64];
    login_result_e   rc;

    rc = login_http_send(http, request, answer);

    if (rc == LOGIN_NO) {
        return login_rp_fail(failure, LOGIN_RP_DOWN, what, answer->error);
    }

    if (rc != LOGIN_OK || status == 0 || answer->status == status) {
        return rc;
    }

    (void) snprintf(why, sizeof(why), "was answered with %u",
                    answer->status);
    login_http_free(answer);

    return login_rp_fail(failure, LOGIN_RP_DOWN, what, why);
}


login_result_e
login_rp_fail(login_rp_failure_t *failure, login_rp_e kind, const char *what,
    const char *why)
{
    char  *p;

    failure->kind = kind;
    login_error(&failure->error, "%s %s", what, why);

    /* parts of it may be the provider's own words */

    for (p = failure->error.text; *p != '\0'; p++) {
        if ((u_char) *p < 0x20 || (u_char) *p > 0x7e) {
            *p = '?';
        }
    }

    return LOGIN_NO;
}


/* What only the clock is against, has a kind of its own. */

login_result_e
login_rp_wrong(login_rp_failure_t *failure, login_rp_e kind, const char *what,
    const login_oidc_wrong_t *wrong)
{
    char  why[192];

    if (wrong->reason == LOGIN_OIDC_EXPIRED
        || wrong->reason == LOGIN_OIDC_EARLY)
    {
        kind = LOGIN_RP_CLOCK;
    }

    if (wrong->member != NULL) {
        (void) snprintf(why, sizeof(why), "%s: \"%s\"",
                        login_oidc_text(wrong->reason), wrong->member);
    } else {
        (void) snprintf(why, sizeof(why), "%s",
                        login_oidc_text(wrong->reason));
    }

    return login_rp_fail(failure, kind, what, why);
}


/* A provider that gives its keys no names may have changed the only one. */

int
login_rp_other_keys(login_oidc_e reason)
{
    return reason == LOGIN_OIDC_KEY
           || reason == LOGIN_OIDC_AMBIGUOUS
           || reason == LOGIN_OIDC_SIGNATURE;
}
