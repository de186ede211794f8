
/*
 * The one codec of signed tokens.  A token is, in canonical base64url,
 *
 *     version (1), purpose (1), key id (4), payload, MAC (32)
 *
 * The MAC covers all before it and the realm (the portal's URL), so that a
 * token of one purpose or portal is refused everywhere else.  It is checked
 * before anything is made of the payload, whose length is fixed by its
 * purpose.
 */

#ifndef LOGIN_TOKEN_H
#define LOGIN_TOKEN_H


#define LOGIN_TOKEN_VERSION   1
#define LOGIN_TOKEN_OVERHEAD  (1 + 1 + LOGIN_KEY_ID_LEN + LOGIN_MAC_LEN)
#define LOGIN_TOKEN_MAX       64   /* bytes of the longest payload */

#define login_token_len(payload)                                              \
    login_base64url_len(LOGIN_TOKEN_OVERHEAD + (payload))


/* Writes login_token_len(payload.len) bytes to "dst". */
login_result_e login_token_sign(u_char *dst, login_crypto_t *crypto,
    login_purpose_e purpose, login_str_t realm, login_str_t payload);

/*
 * Writes the payload, exactly "len" bytes, to "payload".  "key" (may be
 * NULL) becomes the number of the key that signed.  LOGIN_NO: not a token
 * of this purpose, realm and length, or not signed by us.
 */
login_result_e login_token_verify(u_char *payload, size_t len, size_t *key,
    login_crypto_t *crypto, login_purpose_e purpose, login_str_t realm,
    login_str_t token);


#endif /* LOGIN_TOKEN_H */
