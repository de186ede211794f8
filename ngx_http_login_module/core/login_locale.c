
#include "login.h"

#include <string.h>
#include <time.h>


#define LOGIN_LOCALE_TEXT(NAME, msgid)  login_string(msgid),


static login_str_t login_locale_say(const login_locale_t *locale,
    login_text_e text);
static size_t login_locale_digit(u_char *dst, login_str_t digits,
    unsigned digit);
static size_t login_locale_date(u_char dst[LOGIN_LOCALE_TIME],
    const login_locale_t *locale, login_str_t text, uint64_t time);
static size_t login_locale_part(u_char *dst, const login_locale_t *locale,
    login_str_t name, const struct tm *tm);


const login_locale_t  login_locale_english = { .tag = login_string("en") };

static const login_str_t  login_locale_texts[] = {
    login_string(""),
    LOGIN_LOCALE_TEXTS(LOGIN_LOCALE_TEXT)
};


login_str_t
login_locale_msgid(login_text_e text)
{
    return login_locale_texts[text];
}


static login_str_t
login_locale_say(const login_locale_t *locale, login_text_e text)
{
    return text < locale->ntexts ? locale->texts[text]
                                 : login_locale_texts[text];
}


const login_locale_t *
login_locale_find(const login_locales_t *locales, login_str_t tag)
{
    size_t  i;

    if (locales->n == 0) {
        return &login_locale_english;
    }

    i = login_language_find(locales->languages, locales->n, tag);

    return &locales->locales[i != LOGIN_LANGUAGE_NONE ? i : 0];
}


unsigned
login_locale_form(const login_locale_t *locale, login_str_t number)
{
    size_t    i;
    uint64_t  n;

    n = 0;

    for (i = 0; i < number.len && i < 18; i++) {
        if (number.data[i] < '0' || number.data[i] > '9') {
            break;
        }

        n = n * 10 + (uint64_t) (number.data[i] - '0');
    }

    return locale->plural.forms == 0 ? n != 1
                                     : login_plural_form(&locale->plural, n);
}


size_t
login_locale_number(u_char dst[LOGIN_LOCALE_NUMBER],
    const login_locale_t *locale, login_str_t number)
{
    size_t       i, n;
    login_str_t  digits;

    digits = login_locale_say(locale, LOGIN_TEXT_DIGITS);
    n = 0;

    for (i = 0; i < number.len && n < LOGIN_LOCALE_NUMBER - 4; i++) {
        if (number.data[i] >= '0' && number.data[i] <= '9') {
            n += login_locale_digit(dst + n, digits,
                                    (unsigned) (number.data[i] - '0'));
            continue;
        }

        dst[n++] = number.data[i];
    }

    return n;
}


/* Each digit is one character, of at most four bytes. */

static size_t
login_locale_digit(u_char *dst, login_str_t digits, unsigned digit)
{
    size_t  i, n;

    for (i = 0, n = 0; i < digits.len; i++) {
        if ((digits.data[i] & 0xc0) == 0x80) {
            continue;
        }

        if (n++ == digit) {
            break;
        }
    }

    n = 0;

    do {
        if (i + n >= digits.len) {
            break;
        }

        dst[n] = digits.data[i + n];
        n++;

    } while (n < 4 && i + n < digits.len
             && (digits.data[i + n] & 0xc0) == 0x80);

    return n;
}


size_t
login_locale_time(u_char dst[LOGIN_LOCALE_TIME],
    const login_locale_t *locale, uint64_t time)
{
    return login_locale_date(dst, locale,
                             login_locale_say(locale, LOGIN_TEXT_TIME), time);
}


size_t
login_locale_day(u_char dst[LOGIN_LOCALE_TIME],
    const login_locale_t *locale, uint64_t time)
{
    return login_locale_date(dst, locale,
                             login_locale_say(locale, LOGIN_TEXT_DAY), time);
}


static size_t
login_locale_date(u_char dst[LOGIN_LOCALE_TIME],
    const login_locale_t *locale, login_str_t text, uint64_t time)
{
    size_t       len, start, n;
    time_t       t;
    struct tm    tm;

    t = (time_t) time;

    if (time == 0 || gmtime_r(&t, &tm) == NULL) {
        return 0;
    }

    n = 0;

    for ( ;; ) {
        len = login_template_slot(text, &start);

        /* what is left is enough for any part */

        if (n > LOGIN_LOCALE_TIME / 2 || start > LOGIN_LOCALE_TIME / 2 - n) {
            return n;
        }

        memcpy(dst + n, text.data, start);
        n += start;

        if (len == 0) {
            return n;
        }

        n += login_locale_part(dst + n, locale,
                               login_str(text.data + start + 1, len - 2),
                               &tm);

        text.data += start + len;
        text.len -= start + len;
    }
}


static size_t
login_locale_part(u_char *dst, const login_locale_t *locale, login_str_t name,
    const struct tm *tm)
{
    int          n;
    char         number[16];
    const char  *format;

    format = login_str_eq(name, login_cstr("year")) ? "%Y"
             : login_str_eq(name, login_cstr("month")) ? "%m"
             : login_str_eq(name, login_cstr("day")) ? "%d"
             : login_str_eq(name, login_cstr("hour")) ? "%H" : "%M";

    n = (int) strftime(number, sizeof(number), format, tm);

    return login_locale_number(dst, locale, login_str(number, (size_t) n));
}
