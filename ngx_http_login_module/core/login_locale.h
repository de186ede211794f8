
/* Messages in the language of the person.  The msgid is the English text. */

#ifndef LOGIN_LOCALE_H
#define LOGIN_LOCALE_H


typedef struct {
    login_str_t        tag;         /* BCP 47, for the attribute "lang" */
    unsigned           rtl;         /* 1: right to left */
} login_locale_t;


/* The locale of the msgids themselves. */
extern const login_locale_t  login_locale_english;

/* The message, or the msgid itself where it has no translation. */
login_str_t login_locale_text(const login_locale_t *locale,
    login_str_t msgid);


#endif /* LOGIN_LOCALE_H */
