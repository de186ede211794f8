
/*
 * What is said, in the language of the person.  Messages have numbers, given
 * to them by the catalog (login_catalog.h), so that a page finds them without
 * looking for them.
 */

#ifndef LOGIN_LOCALE_H
#define LOGIN_LOCALE_H


#define LOGIN_LOCALE_TIME    160    /* bytes of a date and time */
#define LOGIN_LOCALE_NUMBER  64     /* of a number */


/*
 * What no template has: X(NAME, msgid).  The digits are those that numbers
 * are written with.
 */
#define LOGIN_LOCALE_TEXTS(X)                                                 \
    X(DIGITS, "0123456789")                                                   \
    X(TIME,   "{year}-{month}-{day} {hour}:{minute} UTC")                     \
    X(DAY,    "{year}-{month}-{day}")

#define LOGIN_LOCALE_ENUM(NAME, msgid)  LOGIN_TEXT_##NAME,

typedef enum {
    LOGIN_TEXT_NONE = 0,
    LOGIN_LOCALE_TEXTS(LOGIN_LOCALE_ENUM)
    LOGIN_TEXTS
} login_text_e;

typedef struct {
    login_str_t        tag;         /* BCP 47, for the attribute "lang" */
    unsigned           rtl;         /* 1: right to left */
    size_t             ntexts;      /* 0: the msgids are what is said */
    const login_str_t *texts;       /* escaped for where they stand */
    login_plural_t     plural;
} login_locale_t;

/* Those that are offered, the default first. */
typedef struct {
    size_t                  n;
    const login_language_t *languages;
    const login_locale_t   *locales;
} login_locales_t;


/* The locale of the msgids themselves. */
extern const login_locale_t  login_locale_english;

/* The msgid of a text that no template has. */
login_str_t login_locale_msgid(login_text_e text);

/* The locale nearest to a tag, else the default. */
const login_locale_t *login_locale_find(const login_locales_t *locales,
    login_str_t tag);

/* Which form of a plural message goes with a number in decimal digits. */
unsigned login_locale_form(const login_locale_t *locale, login_str_t number);

/* Decimal digits in those of the language; returns the length. */
size_t login_locale_number(u_char dst[LOGIN_LOCALE_NUMBER],
    const login_locale_t *locale, login_str_t number);

/* A time (seconds since the epoch) as it is written there; 0: nothing. */
size_t login_locale_time(u_char dst[LOGIN_LOCALE_TIME],
    const login_locale_t *locale, uint64_t time);

/* The same of the day alone. */
size_t login_locale_day(u_char dst[LOGIN_LOCALE_TIME],
    const login_locale_t *locale, uint64_t time);


#endif /* LOGIN_LOCALE_H */
