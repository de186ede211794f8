
/* The views of each page. */

#include "login_cli_sample.h"


#define LOGIN_CLI_PERSON                                                      \
    LOGIN_VAR_SIGNED_IN, LOGIN_VAR_USERNAME, LOGIN_VAR_NAME,                  \
    LOGIN_VAR_ORGANISATION

#define LOGIN_CLI_WAYS                                                        \
    LOGIN_VAR_ORGS, LOGIN_VAR_ASK_ORG, LOGIN_VAR_ORG, LOGIN_VAR_ELSEWHERE,    \
    LOGIN_VAR_RETURN_TO

#define LOGIN_CLI_PROVIDERS  LOGIN_VAR_SSO, LOGIN_VAR_PROVIDERS

#define LOGIN_CLI_FAILED                                                      \
    LOGIN_VAR_SSO_PROVIDER, LOGIN_VAR_RETRY_URL, LOGIN_VAR_SIGNIN_URL,        \
    LOGIN_VAR_CONTACT

#define LOGIN_CLI_RULES  LOGIN_VAR_USERNAME, LOGIN_VAR_MIN, LOGIN_VAR_MAX

#define LOGIN_CLI_ACCOUNT                                                     \
    LOGIN_CLI_PERSON, LOGIN_VAR_MIN, LOGIN_VAR_MAX, LOGIN_VAR_SESSIONS,       \
    LOGIN_VAR_OTHERS

#define LOGIN_CLI_LATELY  LOGIN_VAR_EVENTS, LOGIN_VAR_KEPT

#define LOGIN_CLI_FACTORS                                                     \
    LOGIN_VAR_FACTORS, LOGIN_VAR_DEVICES, LOGIN_VAR_TRUSTED,                  \
    LOGIN_VAR_CODES_LEFT, LOGIN_VAR_RENEWABLE

#define LOGIN_CLI_STEP                                                        \
    LOGIN_VAR_FLOW, LOGIN_VAR_USERNAME, LOGIN_VAR_RETURN_TO

#define LOGIN_CLI_TRUST  LOGIN_VAR_TRUSTABLE, LOGIN_VAR_TRUST_DAYS

#define LOGIN_CLI_SCAN                                                        \
    LOGIN_VAR_QR_SIZE, LOGIN_VAR_QR_PATH, LOGIN_VAR_TOTP_URI,                 \
    LOGIN_VAR_TOTP_SECRET

#define login_cli_view(PAGE, variant, REASON, ...)                            \
    { LOGIN_PAGE_##PAGE, variant, LOGIN_REASON_##REASON, 0,                   \
      { LOGIN_VAR_PASSWORDS, __VA_ARGS__, LOGIN_VAR_PAGE } },

#define login_cli_hostile(PAGE, REASON, ...)                                  \
    { LOGIN_PAGE_##PAGE, "hostile", LOGIN_REASON_##REASON, 1,                 \
      { LOGIN_VAR_PASSWORDS, __VA_ARGS__, LOGIN_VAR_PAGE } },

/* Of an organisation without passwords. */
#define login_cli_sso(PAGE, variant, REASON, ...)                             \
    { LOGIN_PAGE_##PAGE, variant, LOGIN_REASON_##REASON, 0,                   \
      { __VA_ARGS__, LOGIN_VAR_PAGE } },

#define login_cli_failed(variant, REASON)                                     \
    login_cli_sso(SSO_ERROR, variant, SSO_##REASON, LOGIN_VAR_SSO_##REASON,   \
                  LOGIN_CLI_FAILED)

#define login_cli_weak(variant, ...)                                          \
    login_cli_view(RESET, variant, WEAK, LOGIN_CLI_RULES, __VA_ARGS__)


const login_cli_sample_t  login_cli_samples[] = {

    login_cli_view(SIGNIN, "", NONE, LOGIN_VAR_MAILS)
    login_cli_view(SIGNIN, "orgs", NONE, LOGIN_CLI_WAYS)
    login_cli_view(SIGNIN, "error", WRONG, LOGIN_VAR_USERNAME,
                   LOGIN_VAR_SHARED)
    login_cli_view(SIGNIN, "error-orgs", WRONG, LOGIN_VAR_USERNAME,
                   LOGIN_CLI_WAYS)
    login_cli_view(SIGNIN, "throttled", THROTTLED, LOGIN_VAR_USERNAME)
    login_cli_view(SIGNIN, "busy", BUSY, LOGIN_VAR_USERNAME)
    login_cli_view(SIGNIN, "forged", FORGED, LOGIN_VAR_USERNAME)
    login_cli_view(SIGNIN, "incomplete", MALFORMED, LOGIN_VAR_USERNAME)
    login_cli_view(SIGNIN, "over", OVER, LOGIN_VAR_RETURN_TO)
    login_cli_view(SIGNIN, "reset", NONE, LOGIN_VAR_CHANGED,
                   LOGIN_VAR_USERNAME)
    login_cli_view(SIGNIN, "no-password", NO_PASSWORD, LOGIN_VAR_USERNAME)
    login_cli_view(SIGNIN, "providers", NONE, LOGIN_CLI_PROVIDERS,
                   LOGIN_VAR_ANOTHER, LOGIN_CLI_WAYS)
    login_cli_sso(SIGNIN, "sso", NONE, LOGIN_CLI_PROVIDERS)
    login_cli_sso(SIGNIN, "sso-orgs", NONE, LOGIN_CLI_WAYS)
    login_cli_view(SIGNIN, "switch", NONE, LOGIN_VAR_SWITCH,
                   LOGIN_VAR_SIGNED_IN, LOGIN_VAR_RETURN_TO)
    login_cli_view(SIGNIN, "need", NONE, LOGIN_VAR_NEED, LOGIN_CLI_PERSON)
    login_cli_hostile(SIGNIN, WRONG, LOGIN_VAR_USERNAME, LOGIN_CLI_WAYS)

    login_cli_view(OPTIONS, "", NONE, LOGIN_CLI_WAYS)
    login_cli_view(OPTIONS, "error", MALFORMED, LOGIN_CLI_WAYS)
    login_cli_view(OPTIONS, "chosen", NONE, LOGIN_CLI_WAYS, LOGIN_VAR_CHOSEN)
    login_cli_view(OPTIONS, "providers", NONE, LOGIN_CLI_WAYS,
                   LOGIN_VAR_CHOSEN, LOGIN_CLI_PROVIDERS)
    login_cli_sso(OPTIONS, "sso", NONE, LOGIN_CLI_WAYS, LOGIN_VAR_CHOSEN,
                  LOGIN_CLI_PROVIDERS)
    login_cli_hostile(OPTIONS, NONE, LOGIN_CLI_WAYS, LOGIN_VAR_CHOSEN,
                      LOGIN_CLI_PROVIDERS)

    login_cli_view(REGION, "", NONE, LOGIN_VAR_REGIONS, LOGIN_VAR_ORG,
                   LOGIN_VAR_RETURN_TO)
    login_cli_view(REGION, "error", MALFORMED, LOGIN_VAR_REGIONS)
    login_cli_view(REGION, "registered", NONE, LOGIN_VAR_REGIONS,
                   LOGIN_CLI_PERSON)
    login_cli_hostile(REGION, NONE, LOGIN_VAR_REGIONS, LOGIN_VAR_ORG)

    login_cli_view(APPS, "", NONE, LOGIN_CLI_PERSON, LOGIN_VAR_APPS,
                   LOGIN_VAR_TILES)
    login_cli_view(APPS, "first", NONE, LOGIN_CLI_PERSON, LOGIN_VAR_APPS,
                   LOGIN_VAR_TILES, LOGIN_VAR_FIRST)
    login_cli_view(APPS, "empty", NONE, LOGIN_VAR_SIGNED_IN,
                   LOGIN_VAR_USERNAME)
    login_cli_hostile(APPS, NONE, LOGIN_CLI_PERSON, LOGIN_VAR_APPS,
                      LOGIN_VAR_TILES)

    login_cli_view(ACCOUNT, "", NONE, LOGIN_CLI_ACCOUNT, LOGIN_CLI_LATELY)
    login_cli_view(ACCOUNT, "devices", NONE, LOGIN_CLI_ACCOUNT,
                   LOGIN_CLI_FACTORS)
    login_cli_view(ACCOUNT, "last-device", LAST, LOGIN_CLI_ACCOUNT,
                   LOGIN_CLI_FACTORS, LOGIN_VAR_LAST_DEVICE)
    login_cli_view(ACCOUNT, "changed", NONE, LOGIN_CLI_ACCOUNT,
                   LOGIN_VAR_CHANGED)
    login_cli_view(ACCOUNT, "renamed", NONE, LOGIN_CLI_ACCOUNT,
                   LOGIN_VAR_RENAMED)
    login_cli_view(ACCOUNT, "ended", NONE, LOGIN_CLI_ACCOUNT,
                   LOGIN_VAR_ENDED)
    login_cli_view(ACCOUNT, "error", WEAK, LOGIN_CLI_ACCOUNT,
                   LOGIN_VAR_LACKING, LOGIN_VAR_KEEP_OTHERS)
    login_cli_view(ACCOUNT, "wrong", CURRENT, LOGIN_CLI_ACCOUNT)
    login_cli_view(ACCOUNT, "name", MALFORMED, LOGIN_CLI_ACCOUNT,
                   LOGIN_VAR_BAD_NAME)
    login_cli_sso(ACCOUNT, "sso", NONE, LOGIN_CLI_ACCOUNT)
    login_cli_view(ACCOUNT, "connected", NONE, LOGIN_CLI_ACCOUNT,
                   LOGIN_VAR_CONNECTED, LOGIN_VAR_PROVIDERS)
    login_cli_hostile(ACCOUNT, NONE, LOGIN_CLI_ACCOUNT, LOGIN_CLI_FACTORS,
                      LOGIN_VAR_CONNECTED, LOGIN_VAR_PROVIDERS)

    login_cli_view(LOGOUT, "", NONE, LOGIN_CLI_PERSON, LOGIN_VAR_RETURN_TO)
    login_cli_view(LOGOUT, "forged", FORGED, LOGIN_CLI_PERSON)
    login_cli_view(LOGOUT, "nobody", NONE, LOGIN_VAR_MAILS)
    login_cli_hostile(LOGOUT, NONE, LOGIN_CLI_PERSON)

    login_cli_view(FORGOT, "", NONE, LOGIN_VAR_MAILS)
    login_cli_view(FORGOT, "orgs", NONE, LOGIN_VAR_MAILS, LOGIN_CLI_WAYS)
    login_cli_view(FORGOT, "error", THROTTLED, LOGIN_VAR_MAILS,
                   LOGIN_VAR_USERNAME)
    login_cli_view(FORGOT, "by-hand", NONE, LOGIN_VAR_CONTACT)
    login_cli_hostile(FORGOT, NONE, LOGIN_VAR_CONTACT)

    login_cli_view(FORGOT_SENT, "", NONE, LOGIN_VAR_MAILS)

    login_cli_view(RESET, "", NONE, LOGIN_CLI_RULES)
    login_cli_view(RESET, "mismatch", MISMATCH, LOGIN_CLI_RULES)
    login_cli_weak("short", LOGIN_VAR_LACKING)
    login_cli_weak("long", LOGIN_VAR_LONG)
    login_cli_weak("characters", LOGIN_VAR_CHARACTERS)
    login_cli_weak("listed", LOGIN_VAR_LISTED)
    login_cli_weak("own", LOGIN_VAR_OWN)
    login_cli_weak("words", LOGIN_VAR_WORDS)
    login_cli_weak("keys", LOGIN_VAR_KEYS)
    login_cli_weak("repeated", LOGIN_VAR_REPEATED)
    login_cli_weak("sequence", LOGIN_VAR_SEQUENCE)
    login_cli_weak("dated", LOGIN_VAR_DATED)
    login_cli_weak("easy", LOGIN_VAR_EASY)
    login_cli_hostile(RESET, NONE, LOGIN_CLI_RULES)

    login_cli_view(REGISTER, "", NONE, LOGIN_CLI_RULES, LOGIN_VAR_NAME)
    login_cli_view(REGISTER, "error", WEAK, LOGIN_CLI_RULES, LOGIN_VAR_NAME,
                   LOGIN_VAR_LACKING)
    login_cli_sso(REGISTER, "sso", NONE, LOGIN_VAR_USERNAME,
                  LOGIN_CLI_PROVIDERS)
    login_cli_hostile(REGISTER, MISMATCH, LOGIN_CLI_RULES, LOGIN_VAR_NAME)

    login_cli_view(INVITE_REQUEST, "", NONE, LOGIN_VAR_MAILS)
    login_cli_view(INVITE_REQUEST, "error", MALFORMED, LOGIN_VAR_USERNAME)

    login_cli_view(INVITE_SENT, "", NONE, LOGIN_VAR_MAILS)

    login_cli_view(INVALID_LINK, "", LINK, LOGIN_VAR_MAILS)
    login_cli_view(INVALID_LINK, "used", LINK, LOGIN_VAR_USED,
                   LOGIN_VAR_USERNAME)
    login_cli_view(INVALID_LINK, "used-orgs", LINK, LOGIN_VAR_USED,
                   LOGIN_VAR_USERNAME, LOGIN_CLI_WAYS)
    login_cli_sso(INVALID_LINK, "used-sso", LINK, LOGIN_VAR_USED,
                  LOGIN_VAR_USERNAME, LOGIN_CLI_PROVIDERS)
    login_cli_hostile(INVALID_LINK, LINK, LOGIN_VAR_USED, LOGIN_VAR_USERNAME,
                      LOGIN_CLI_WAYS)

    login_cli_view(MFA, "", NONE, LOGIN_CLI_STEP, LOGIN_CLI_TRUST)
    login_cli_view(MFA, "error", CODE, LOGIN_CLI_STEP, LOGIN_CLI_TRUST,
                   LOGIN_VAR_TRUST, LOGIN_VAR_CONTACT)
    login_cli_view(MFA, "limited", LIMITED, LOGIN_CLI_STEP)
    login_cli_view(MFA, "recovery", NONE, LOGIN_CLI_STEP, LOGIN_VAR_RECOVERY)
    login_cli_view(MFA, "recovery-error", CODE, LOGIN_CLI_STEP,
                   LOGIN_VAR_RECOVERY)
    login_cli_hostile(MFA, NONE, LOGIN_CLI_STEP, LOGIN_VAR_CONTACT)

    login_cli_view(MFA_NAME, "", NONE, LOGIN_CLI_STEP)
    login_cli_view(MFA_NAME, "error", MALFORMED, LOGIN_CLI_STEP,
                   LOGIN_VAR_DEVICE_NAME)
    login_cli_view(MFA_NAME, "many", DEVICES, LOGIN_CLI_STEP,
                   LOGIN_VAR_DEVICE_NAME)
    login_cli_hostile(MFA_NAME, MALFORMED, LOGIN_CLI_STEP,
                      LOGIN_VAR_DEVICE_NAME)

    login_cli_view(MFA_SCAN, "", NONE, LOGIN_CLI_STEP, LOGIN_CLI_SCAN)
    login_cli_view(MFA_SCAN, "error", CODE, LOGIN_CLI_STEP, LOGIN_CLI_SCAN)

    login_cli_view(RECOVERY_CODES, "", NONE, LOGIN_CLI_STEP, LOGIN_VAR_CODES,
                   LOGIN_VAR_ENROLLED)
    login_cli_view(RECOVERY_CODES, "anew", NONE, LOGIN_CLI_STEP,
                   LOGIN_VAR_CODES)
    login_cli_view(RECOVERY_CODES, "error", MALFORMED, LOGIN_CLI_STEP,
                   LOGIN_VAR_CODES, LOGIN_VAR_ENROLLED)
    login_cli_hostile(RECOVERY_CODES, NONE, LOGIN_CLI_STEP, LOGIN_VAR_CODES)

    login_cli_view(DENIED, "", DENIED, LOGIN_CLI_PERSON,
                   LOGIN_VAR_SWITCH_URL)
    login_cli_view(DENIED, "contact", DENIED, LOGIN_CLI_PERSON,
                   LOGIN_VAR_SWITCH_URL, LOGIN_VAR_CONTACT)
    login_cli_hostile(DENIED, DENIED, LOGIN_CLI_PERSON, LOGIN_VAR_SWITCH_URL,
                      LOGIN_VAR_CONTACT)

    login_cli_view(EXPIRED, "", EXPIRED, LOGIN_VAR_SIGNIN_URL)
    login_cli_view(EXPIRED, "framed", EXPIRED, LOGIN_VAR_SIGNIN_URL,
                   LOGIN_VAR_FRAMED)

    login_cli_view(NOT_FOUND, "", NOT_FOUND, LOGIN_VAR_MAILS)
    login_cli_view(NOT_FOUND, "signed-in", NOT_FOUND, LOGIN_CLI_PERSON)

    login_cli_view(ERROR, "", STORE, LOGIN_VAR_MAILS)
    login_cli_view(ERROR, "busy", BUSY, LOGIN_VAR_MAILS)
    login_cli_view(ERROR, "method", METHOD, LOGIN_VAR_MAILS)
    login_cli_view(ERROR, "malformed", MALFORMED, LOGIN_VAR_MAILS)
    login_cli_view(ERROR, "forged", FORGED, LOGIN_VAR_MAILS)

    login_cli_failed("state", STATE)
    login_cli_failed("refused", REFUSED)
    login_cli_failed("down", DOWN)
    login_cli_failed("untrusted", UNTRUSTED)
    login_cli_failed("clock", CLOCK)
    login_cli_failed("claims", CLAIMS)
    login_cli_failed("domain", DOMAIN)
    login_cli_failed("nobody", NOBODY)
    login_cli_failed("disabled", DISABLED)
    login_cli_failed("taken", TAKEN)
    login_cli_sso(SSO_ERROR, "busy", BUSY, LOGIN_CLI_FAILED)
    login_cli_sso(SSO_ERROR, "", STORE, LOGIN_CLI_FAILED)
    login_cli_hostile(SSO_ERROR, SSO_DOWN, LOGIN_VAR_SSO_DOWN,
                      LOGIN_CLI_FAILED)

    { 0, NULL, 0, 0, { 0 } }
};
