
/*
 * What is typed as a code: digits of ASCII come out, and a recovery code is
 * read as it is written.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char         text[LOGIN_RECOVERY_TEXT];
    size_t       i, len;
    u_char       digits[LOGIN_CODE_MAX], code[LOGIN_RECOVERY_LEN];
    u_char       again[LOGIN_RECOVERY_LEN];
    login_str_t  in;

    in = login_str(data, size);

    if (login_code_digits(digits, &len, in) == LOGIN_OK) {
        check(len >= LOGIN_TOTP_DIGITS_MIN && len <= LOGIN_CODE_MAX);
        check(login_utf8_check(in, NULL) == LOGIN_OK);

        for (i = 0; i < len; i++) {
            check(digits[i] >= '0' && digits[i] <= '9');
        }
    }

    if (login_code_recovery(code, in) == LOGIN_OK) {
        check(login_utf8_check(in, NULL) == LOGIN_OK);

        login_code_recovery_text(text, code);
        check(strlen(text) == LOGIN_RECOVERY_TEXT - 1);
        check(login_code_recovery(again, login_cstr(text)) == LOGIN_OK);
        check(memcmp(again, code, sizeof(code)) == 0);
    }

    return 0;
}
