
#include "login.h"

#include <utf8proc.h>


login_str_t
login_letter(login_str_t title)
{
    size_t            len;
    utf8proc_int32_t  first, next, state;
    utf8proc_ssize_t  n;

    len = 0;
    first = 0;
    state = 0;

    while (len < title.len) {
        n = utf8proc_iterate(title.data + len,
                             (utf8proc_ssize_t) (title.len - len), &next);

        if (n <= 0 || next == 0) {
            return login_str("", 0);
        }

        if (len != 0
            && utf8proc_grapheme_break_stateful(first, next, &state))
        {
            break;
        }

        len += (size_t) n;
        first = next;

        if (len > LOGIN_LETTER_MAX) {
            return login_str("", 0);
        }
    }

    return login_str(title.data, len);
}
