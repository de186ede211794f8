
#include "login.h"


#define LOGIN_PAGE_VARIABLE(NAME, name, type)                                 \
    { #name, LOGIN_VALUE_##type, -1 },

#define LOGIN_PAGE_ROW(NAME, name, type, list)                                \
    { #name, LOGIN_VALUE_##type, LOGIN_VAR_##list },

#define LOGIN_PAGE_OF_NOTHING(id, name)
#define LOGIN_PAGE_OF_STORE(id, name)
#define LOGIN_PAGE_OF_ACCOUNT(id, name)                                       \
    { "event_" #name, LOGIN_VALUE_FLAG, LOGIN_VAR_EVENTS },

#define LOGIN_PAGE_VARIABLE_OF(id, name, from, category, result, kept, text)  \
    LOGIN_PAGE_OF_##kept(id, name)

#define LOGIN_PAGE_EVENT_NOTHING(id)    LOGIN_VARS
#define LOGIN_PAGE_EVENT_STORE(id)      LOGIN_VARS
#define LOGIN_PAGE_EVENT_ACCOUNT(id)    LOGIN_VAR_EVENT_##id

#define LOGIN_PAGE_EVENT(id, name, from, category, result, kept, text)        \
    LOGIN_PAGE_EVENT_##kept(id),


static const login_variable_t  login_page_variables[] = {
    LOGIN_PAGE_VARIABLES(LOGIN_PAGE_VARIABLE)
    LOGIN_PAGE_ROWS(LOGIN_PAGE_ROW)
    LOGIN_LOG_KINDS(LOGIN_PAGE_VARIABLE_OF)
};

static const login_page_var_e  login_page_events[] = {
    LOGIN_LOG_KINDS(LOGIN_PAGE_EVENT)
};

static const char *const  login_page_names[] = {
    "signin", "options", "region", "apps", "account", "logout", "forgot",
    "forgot-sent", "reset", "register", "invite-request", "invite-sent",
    "invalid-link", "mfa", "mfa-name", "mfa-scan", "recovery-codes", "denied",
    "expired", "not-found", "error", "sso-error"
};


const login_schema_t  login_page_schema = {
    login_page_variables, LOGIN_VARS
};


_Static_assert(sizeof(login_page_names) / sizeof(login_page_names[0])
               == LOGIN_PAGES, "a name for each page");


const char *
login_page_name(login_page_e page)
{
    return login_page_names[page];
}


login_page_var_e
login_page_event(login_log_kind_e kind)
{
    return login_page_events[kind];
}


login_page_var_e
login_page_flag(login_reason_e reason)
{
    switch (reason) {

    case LOGIN_REASON_WRONG:
        return LOGIN_VAR_WRONG;

    case LOGIN_REASON_FORGED:
        return LOGIN_VAR_FORGED;

    case LOGIN_REASON_MALFORMED:
    case LOGIN_REASON_TOO_LARGE:
    case LOGIN_REASON_TYPE:
        return LOGIN_VAR_MALFORMED;

    case LOGIN_REASON_MISMATCH:
        return LOGIN_VAR_MISMATCH;

    case LOGIN_REASON_WEAK:
        return LOGIN_VAR_WEAK;

    case LOGIN_REASON_METHOD:
        return LOGIN_VAR_METHOD;

    case LOGIN_REASON_BUSY:
        return LOGIN_VAR_BUSY;

    case LOGIN_REASON_THROTTLED:
        return LOGIN_VAR_THROTTLED;

    case LOGIN_REASON_CURRENT:
        return LOGIN_VAR_CURRENT;

    case LOGIN_REASON_CODE:
        return LOGIN_VAR_WRONG_CODE;

    case LOGIN_REASON_NO_PASSWORD:
        return LOGIN_VAR_NO_PASSWORD;

    case LOGIN_REASON_OVER:
        return LOGIN_VAR_OVER;

    case LOGIN_REASON_LIMITED:
        return LOGIN_VAR_LIMITED;

    case LOGIN_REASON_DEVICES:
        return LOGIN_VAR_MANY_DEVICES;

    default:
        return LOGIN_VARS;
    }
}
