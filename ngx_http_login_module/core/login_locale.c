
#include "login.h"


const login_locale_t  login_locale_english = { login_string("en"), 0 };


login_str_t
login_locale_text(const login_locale_t *locale, login_str_t msgid)
{
    (void) locale;

    return msgid;
}
