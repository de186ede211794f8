
/*
 * What is remembered of somebody who has left for a provider: a cookie of
 * its own for each time, encrypted for one portal and one browser.  Its id
 * is "state" in the address that the provider sends them back to, so that
 * tabs do not disturb each other, and nobody comes back who did not leave.
 */

#ifndef LOGIN_SSO_STATE_H
#define LOGIN_SSO_STATE_H


#define LOGIN_SSO_TIME          900     /* seconds to be away */
#define LOGIN_SSO_ID_TEXT       login_base64url_len(LOGIN_ID_LEN)
#define LOGIN_SSO_DRAWN_TEXT    login_base64url_len(LOGIN_SECRET_LEN)

#define LOGIN_SSO_PLAIN_MAX                                                   \
    (1 + 1 + 8 + 8 + LOGIN_ID_LEN + 2 * LOGIN_SECRET_LEN                      \
     + 2 + LOGIN_PROVIDER_MAX + 2 + LOGIN_ORG_MAX + 2 + LOGIN_RETURN_MAX)
#define LOGIN_SSO_TEXT_MAX                                                    \
    login_base64url_len(LOGIN_SSO_PLAIN_MAX + LOGIN_CIPHER_OVERHEAD)


typedef struct {
    u_char           id[LOGIN_ID_LEN];
    login_secret_t   nonce;
    login_secret_t   verifier;      /* of PKCE */
    uint64_t         issued;
    uint64_t         max_age;       /* LOGIN_JSON_NONE: not asked for */
    unsigned         shared;        /* a shared computer */
    unsigned         silent;        /* "prompt=none": nobody is asked */
    login_str_t      provider;
    login_str_t      org;
    login_str_t      return_to;
} login_sso_state_t;


/* Draws what is to be drawn; the rest is zeros. */
login_result_e login_sso_state_draw(login_sso_state_t *state);

/* As "state", "nonce" and the verifier stand in requests. */
void login_sso_state_text(const login_sso_state_t *state,
    u_char id[LOGIN_SSO_ID_TEXT], u_char nonce[LOGIN_SSO_DRAWN_TEXT],
    u_char verifier[LOGIN_SSO_DRAWN_TEXT]);

/*
 * Writes at most LOGIN_SSO_TEXT_MAX bytes, and the length to "*len".
 * LOGIN_FAULT: also where a string is too long.
 */
login_result_e login_sso_state_seal(u_char *dst, size_t *len,
    login_crypto_t *crypto, login_str_t realm,
    const u_char browser[LOGIN_ID_LEN], const login_sso_state_t *state);

/*
 * "id" is what came with the answer.  The strings point into "plain", which
 * the caller wipes.  LOGIN_NO: it is none of this portal, browser and id, or
 * too old.
 */
login_result_e login_sso_state_open(login_sso_state_t *state,
    u_char plain[LOGIN_SSO_PLAIN_MAX], login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN], login_str_t id,
    login_str_t text, uint64_t now);

/* When it was sealed: the oldest one makes room.  LOGIN_NO: the same. */
login_result_e login_sso_state_issued(uint64_t *issued,
    login_crypto_t *crypto, login_str_t realm,
    const u_char browser[LOGIN_ID_LEN], login_str_t text, uint64_t now);


/* For the fuzzer: what is encrypted. */
size_t login_sso_state_encode(u_char dst[LOGIN_SSO_PLAIN_MAX],
    const login_sso_state_t *state);
login_result_e login_sso_state_decode(login_sso_state_t *state,
    login_str_t in);


#endif /* LOGIN_SSO_STATE_H */
