
/*
 * The kinds of login_foreign.c.  Each takes the whole hash; without a
 * password it only says whether it would take that one.
 */

#ifndef LOGIN_FOREIGN_KIND_H
#define LOGIN_FOREIGN_KIND_H


login_result_e login_foreign_apr1(login_str_t hash,
    const login_str_t *password);
login_result_e login_foreign_argon2(login_str_t hash,
    const login_str_t *password);
login_result_e login_foreign_crypt(login_str_t hash,
    const login_str_t *password);
login_result_e login_foreign_pbkdf2(login_str_t hash,
    const login_str_t *password);
login_result_e login_foreign_scrypt(login_str_t hash,
    const login_str_t *password);
login_result_e login_foreign_sha1(login_str_t hash,
    const login_str_t *password);


/* What the kinds have in common: all take from the front of "s". */

login_result_e login_take_literal(login_str_t *s, const char *literal);

/* Decimal without leading zeros, at most "max". */
login_result_e login_take_number(uint32_t *value, login_str_t *s,
    uint32_t max);

/*
 * Base64 (RFC 4648, 4) up to "end" or, where that is 0, to the end of "s";
 * padded or not, "." for "+" as well.  "*len" is the room at "dst" on the
 * way in.
 */
login_result_e login_take_base64(u_char *dst, size_t *len, login_str_t *s,
    u_char end);


#endif /* LOGIN_FOREIGN_KIND_H */
