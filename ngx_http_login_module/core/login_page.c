
#include "login.h"


#define LOGIN_PAGE_VARIABLE(NAME, name, type)                                 \
    { #name, LOGIN_VALUE_##type, -1 },

#define LOGIN_PAGE_ROW(NAME, name, type, list)                                \
    { #name, LOGIN_VALUE_##type, LOGIN_VAR_##list },


static const login_variable_t  login_page_variables[] = {
    LOGIN_PAGE_VARIABLES(LOGIN_PAGE_VARIABLE)
    LOGIN_PAGE_ROWS(LOGIN_PAGE_ROW)
};

static const char *const  login_page_names[] = {
    "signin", "options", "region", "apps", "account", "logout", "forgot",
    "forgot-sent", "reset", "register", "invite-request", "invite-sent",
    "invalid-link", "mfa", "mfa-name", "mfa-scan", "recovery-codes", "denied",
    "expired", "not-found", "error"
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
