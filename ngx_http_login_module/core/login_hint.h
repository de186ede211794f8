
/*
 * The ID token of a session's sign-in, for a cookie that is encrypted: some
 * providers sign nobody out who does not bring it along.  Bound to the
 * session; worthless with any other.
 */

#ifndef LOGIN_HINT_H
#define LOGIN_HINT_H


/* Proxies in front take no more than 4K of headers unless they are told to. */
#define LOGIN_HINT_MAX   1536
#define LOGIN_HINT_TEXT  login_base64url_len(LOGIN_HINT_MAX                   \
                                             + LOGIN_CIPHER_OVERHEAD)


/* Writes the length to "*len".  LOGIN_NO: the token is too long. */
login_result_e login_hint_seal(u_char dst[LOGIN_HINT_TEXT], size_t *len,
    login_crypto_t *crypto, login_str_t realm,
    const u_char session[LOGIN_ID_LEN], login_str_t token);

/* LOGIN_NO: it is none of this portal and session. */
login_result_e login_hint_open(u_char token[LOGIN_HINT_MAX], size_t *len,
    login_crypto_t *crypto, login_str_t realm,
    const u_char session[LOGIN_ID_LEN], login_str_t text);


#endif /* LOGIN_HINT_H */
