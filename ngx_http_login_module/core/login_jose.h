
/*
 * Signatures of JSON (RFC 7515, 7517, 7518, 8037), as far as OpenID Connect
 * needs them: public keys of a provider, tokens that it signed, and one
 * that we sign for it.
 *
 * Only the algorithms below are known.  There is no "none", nothing with a
 * shared secret, and no key but from the provider's own set: a header that
 * brings or names one is refused, and so is one with "crit".
 */

#ifndef LOGIN_JOSE_H
#define LOGIN_JOSE_H


#define LOGIN_JWS_MAX      (64 * 1024)  /* bytes of a token */
#define LOGIN_JWKS_MAX     64           /* keys of a set */
#define LOGIN_RSA_MIN      2048         /* bits */
#define LOGIN_RSA_MAX      8192         /* a larger one takes too long */
#define LOGIN_JWS_SIG_MAX  (LOGIN_RSA_MAX / 8)


typedef enum {
    LOGIN_ALG_UNKNOWN = 0,
    LOGIN_ALG_RS256,
    LOGIN_ALG_PS256,
    LOGIN_ALG_ES256,
    LOGIN_ALG_EDDSA,        /* with Ed25519 */
    LOGIN_ALGS
} login_alg_e;

/* What is wrong with a token. */
typedef enum {
    LOGIN_JWS_GOOD = 0,
    LOGIN_JWS_MALFORMED,
    LOGIN_JWS_ALG,          /* its algorithm is not allowed */
    LOGIN_JWS_HEADER,       /* what its header asks for is not */
    LOGIN_JWS_TYPE,         /* it is a token for something else */
    LOGIN_JWS_KEY,          /* the set has no key for it */
    LOGIN_JWS_AMBIGUOUS,    /* it does not say which of several */
    LOGIN_JWS_SIGNATURE
} login_jws_e;


typedef struct login_jwks_s    login_jwks_t;
typedef struct login_signer_s  login_signer_t;
struct evp_pkey_st;

typedef struct {
    login_alg_e    alg;
    u_char        *payload;     /* to be freed */
    size_t         len;
} login_jws_t;


/* LOGIN_ALG_UNKNOWN where "name" is none of the above. */
login_alg_e login_alg(login_str_t name);
const char *login_alg_name(login_alg_e alg);


/*
 * Keys of other kinds, for encryption, too short, or damaged are left out.
 * LOGIN_NO: not a set, of more than LOGIN_JWKS_MAX keys, or of none left.
 */
login_result_e login_jwks_parse(login_jwks_t **jwks, login_str_t text);
void login_jwks_free(login_jwks_t *jwks);
size_t login_jwks_count(const login_jwks_t *jwks);

/*
 * The one key for a signature.  LOGIN_NO: "*wrong" tells whether there is
 * none, or more than one.  "kid" has NULL for data where there is none.
 */
login_result_e login_jwks_find(struct evp_pkey_st **key,
    const login_jwks_t *jwks, login_alg_e alg, login_str_t kid,
    login_jws_e *wrong);


/*
 * Verifies the compact form, and copies the payload.  "types" are the
 * values of "typ" that are allowed, with a NULL behind the last; a header
 * without "typ" always is.  LOGIN_NO: "*wrong" says why.
 */
login_result_e login_jws_verify(login_jws_t *jws, const login_jwks_t *jwks,
    login_str_t text, const char *const *types, login_jws_e *wrong);
void login_jws_free(login_jws_t *jws);


/*
 * A private key as PEM: RSA (RS256), P-256 (ES256) or Ed25519 (EdDSA).
 * LOGIN_NO: something else.
 */
login_result_e login_signer_create(login_signer_t **signer, login_str_t pem);
void login_signer_destroy(login_signer_t *signer);

/* Room for what login_jws_sign() writes. */
#define login_jws_len(payload)                                                \
    (64 + login_base64url_len(payload)                                        \
     + login_base64url_len(LOGIN_JWS_SIG_MAX))

login_result_e login_jws_sign(u_char *dst, size_t *len,
    const login_signer_t *signer, login_str_t payload);


#endif /* LOGIN_JOSE_H */
