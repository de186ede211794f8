
/* What stands for a title where there is no room for more. */

#ifndef LOGIN_LETTER_H
#define LOGIN_LETTER_H


#define LOGIN_LETTER_MAX  64    /* bytes */


/* What people take for its first character; empty: it has none so short. */
login_str_t login_letter(login_str_t title);


#endif /* LOGIN_LETTER_H */
