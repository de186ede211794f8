
#include "login.h"

#include <string.h>

#include <utf8proc.h>


#define LOGIN_CODE_TEXT       256   /* bytes: more is no code */
#define LOGIN_CODE_BAD        (-1)
#define LOGIN_RECOVERY_CHARS  16    /* of 5 bits each */


static login_result_e login_code_next(utf8proc_int32_t *c,
    login_str_t *text);
static int login_code_blank(utf8proc_int32_t c);
static int login_code_digit(utf8proc_int32_t c);
static int login_code_letter(utf8proc_int32_t c);


/* Crockford's: no letter that is taken for another one or a digit. */

static const char  login_code_alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";


login_result_e
login_code_digits(u_char dst[LOGIN_CODE_MAX], size_t *len, login_str_t text)
{
    int               digit;
    size_t            n;
    utf8proc_int32_t  c;

    if (text.len > LOGIN_CODE_TEXT) {
        return LOGIN_NO;
    }

    n = 0;

    while (login_code_next(&c, &text) == LOGIN_OK) {
        digit = login_code_digit(c);

        if (digit == LOGIN_CODE_BAD || n == LOGIN_CODE_MAX) {
            return LOGIN_NO;
        }

        dst[n++] = (u_char) ('0' + digit);
    }

    *len = n;

    return n < LOGIN_TOTP_DIGITS_MIN ? LOGIN_NO : LOGIN_OK;
}


login_result_e
login_code_recovery(u_char dst[LOGIN_RECOVERY_LEN], login_str_t text)
{
    int               value;
    size_t            bits;
    uint32_t          w;
    utf8proc_int32_t  c;

    if (text.len > LOGIN_CODE_TEXT) {
        return LOGIN_NO;
    }

    w = 0;
    bits = 0;

    while (login_code_next(&c, &text) == LOGIN_OK) {

        if (utf8proc_category(c) == UTF8PROC_CATEGORY_PD) {
            continue;
        }

        value = login_code_digit(c);

        if (value == LOGIN_CODE_BAD) {
            value = login_code_letter(c);
        }

        if (value == LOGIN_CODE_BAD || bits == 5 * LOGIN_RECOVERY_CHARS) {
            return LOGIN_NO;
        }

        w = w << 5 | (uint32_t) value;
        bits += 5;

        if (bits % 8 < 5) {
            dst[bits / 8 - 1] = (u_char) (w >> bits % 8);
        }
    }

    return bits == 5 * LOGIN_RECOVERY_CHARS ? LOGIN_OK : LOGIN_NO;
}


void
login_code_recovery_text(char dst[LOGIN_RECOVERY_TEXT],
    const u_char code[LOGIN_RECOVERY_LEN])
{
    char      *p;
    size_t     i;
    unsigned   w;

    p = dst;

    for (i = 0; i < LOGIN_RECOVERY_CHARS; i++) {

        if (i > 0 && i % 4 == 0) {
            *p++ = '-';
        }

        /* the five bits from bit 5 * i on, in one byte or in two */

        w = (unsigned) code[5 * i / 8] << 8;

        if (5 * i / 8 + 1 < LOGIN_RECOVERY_LEN) {
            w |= code[5 * i / 8 + 1];
        }

        *p++ = login_code_alphabet[w >> (11 - 5 * i % 8) & 31];
    }

    *p = '\0';
}


/* The next character that counts.  LOGIN_NO: that was all. */

static login_result_e
login_code_next(utf8proc_int32_t *c, login_str_t *text)
{
    utf8proc_ssize_t  n;

    while (text->len > 0) {
        n = utf8proc_iterate(text->data, (utf8proc_ssize_t) text->len, c);

        if (n <= 0) {
            *c = '?';
            n = 1;
        }

        text->data += n;
        text->len -= (size_t) n;

        if (!login_code_blank(*c)) {
            return LOGIN_OK;
        }
    }

    return LOGIN_NO;
}


/* Spaces, and the marks of direction that come along when text is copied. */

static int
login_code_blank(utf8proc_int32_t c)
{
    utf8proc_category_t  category;

    if (c == '\t' || c == '\n' || c == '\r') {
        return 1;
    }

    category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_ZS
           || category == UTF8PROC_CATEGORY_CF;
}


/*
 * Unicode keeps the digits of each script together, from 0 to 9, for good
 * (Character Encoding Stability Policies, "Decimal Digits"); where scripts
 * stand side by side, their tens do.
 */

static int
login_code_digit(utf8proc_int32_t c)
{
    utf8proc_int32_t  first;

    if (utf8proc_category(c) != UTF8PROC_CATEGORY_ND) {
        return LOGIN_CODE_BAD;
    }

    for (first = c; first > 0; first--) {
        if (utf8proc_category(first - 1) != UTF8PROC_CATEGORY_ND) {
            break;
        }
    }

    return (int) ((c - first) % 10);
}


static int
login_code_letter(utf8proc_int32_t c)
{
    const char  *p;

    /* full width, as input methods have them */

    if (c >= 0xff21 && c <= 0xff5a) {
        c -= 0xff21 - 'A';
    }

    if (c >= 'A' && c <= 'Z') {
        c += 'a' - 'A';
    }

    if (c < 'a' || c > 'z') {
        return LOGIN_CODE_BAD;
    }

    if (c == 'o') {
        return 0;
    }

    if (c == 'i' || c == 'l') {
        return 1;
    }

    p = strchr(login_code_alphabet, (int) c);

    return p != NULL ? (int) (p - login_code_alphabet) : LOGIN_CODE_BAD;
}
