
/* One key of a set, behind login_jose.h. */

#ifndef LOGIN_JWK_H
#define LOGIN_JWK_H


#include <openssl/evp.h>

#pragma GCC visibility push(hidden)


#define LOGIN_JWK_KID_MAX  256


typedef struct {
    EVP_PKEY      *key;
    login_alg_e    alg;         /* the only one that it is for */
    unsigned       rsa;         /* 1: without that, RS256 and PS256 */
    size_t         len;
    u_char         kid[LOGIN_JWK_KID_MAX];
} login_jwk_t;


/* LOGIN_NO: of no use to us, or damaged.  "json" may be NULL. */
login_result_e login_jwk_parse(login_jwk_t *jwk, const login_json_t *json);

/* Is "signature" that of "input"?  For ES256, it is r and s. */
login_result_e login_jws_check(EVP_PKEY *key, login_alg_e alg,
    login_str_t signature, login_str_t input);

/*
 * Why OpenSSL said no: LOGIN_FAULT where it had no memory, else LOGIN_NO.
 * Empties its queue, of which nginx takes the rest for an error of its own.
 */
login_result_e login_openssl_no(void);


#pragma GCC visibility pop


#endif /* LOGIN_JWK_H */
