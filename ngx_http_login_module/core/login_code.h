
/* What people type into the field for a code, in whatever script. */

#ifndef LOGIN_CODE_H
#define LOGIN_CODE_H


#define LOGIN_CODE_MAX       LOGIN_TOTP_DIGITS_MAX
#define LOGIN_RECOVERY_LEN   10     /* bytes of a code: 80 bits */
#define LOGIN_RECOVERY_TEXT  sizeof("0123-4567-89ab-cdef")


/*
 * Writes the decimal digits of any script as those of ASCII; spaces and
 * marks that can't be seen are left out.  LOGIN_NO: there is something else,
 * or it is less or more than a device's code has.
 */
login_result_e login_code_digits(u_char dst[LOGIN_CODE_MAX], size_t *len,
    login_str_t text);

/*
 * Reads a recovery code: letters of either case, with or without hyphens,
 * and "o", "i" and "l" for the digits that they look like.
 */
login_result_e login_code_recovery(u_char dst[LOGIN_RECOVERY_LEN],
    login_str_t text);

/* Writes one as people read it, in groups of four, with NUL. */
void login_code_recovery_text(char dst[LOGIN_RECOVERY_TEXT],
    const u_char code[LOGIN_RECOVERY_LEN]);


#endif /* LOGIN_CODE_H */
