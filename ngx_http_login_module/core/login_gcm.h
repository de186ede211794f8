
/* AES-256-GCM (NIST SP 800-38D), behind login_crypto.h. */

#ifndef LOGIN_GCM_H
#define LOGIN_GCM_H


#pragma GCC visibility push(hidden)


/* Writes a nonce that is drawn, the ciphertext, and the tag. */
login_result_e login_gcm_encrypt(u_char *dst, const login_secret_t *secret,
    login_str_t place, login_str_t in);

/*
 * Writes in.len bytes less those of nonce and tag.  LOGIN_NO: damaged,
 * forged, or of another place.  LOGIN_FAULT: too short for any, or it could
 * not be computed.  Nothing is left in "dst" with either.
 */
login_result_e login_gcm_decrypt(u_char *dst, const login_secret_t *secret,
    login_str_t place, login_str_t in);


#pragma GCC visibility pop


#endif /* LOGIN_GCM_H */
