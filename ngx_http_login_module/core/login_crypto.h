
/*
 * One thread's contexts of HMAC-SHA256 (RFC 2104), one for each key and
 * purpose, and its keys of AES-256-GCM (NIST SP 800-38D).  A purpose has
 * keys of its own, by HKDF-SHA256 (RFC 5869), so that what was made for one
 * is worthless for every other.
 */

#ifndef LOGIN_CRYPTO_H
#define LOGIN_CRYPTO_H


typedef enum {
    LOGIN_PURPOSE_SESSION = 0,  /* the session cookie */
    LOGIN_PURPOSE_BROWSER,      /* the browser cookie */
    LOGIN_PURPOSE_CSRF,         /* the hidden field of forms */
    LOGIN_PURPOSE_RECORD,       /* records of the store */
    LOGIN_PURPOSE_NOTICE,       /* "done" of a page's address */
    LOGIN_PURPOSE_TRUST,        /* the cookie of a trusted browser */
    LOGIN_PURPOSE_ORG,          /* the cookie of the last organisation */
    LOGIN_PURPOSE_LAST,         /* and of its provider */
    LOGIN_PURPOSES
} login_purpose_e;

/* What is encrypted. */
typedef enum {
    LOGIN_CIPHER_MAIL = 0,      /* mails that wait in the store */
    LOGIN_CIPHER_FLOW,          /* the cookie of a flow */
    LOGIN_CIPHER_DEVICE,        /* secrets of authenticator apps */
    LOGIN_CIPHER_SSO,           /* the cookie of who is at a provider */
    LOGIN_CIPHER_HINT,          /* and of who shall be signed out there */
    LOGIN_CIPHERS
} login_cipher_e;

#define LOGIN_MAC_LEN          32
#define LOGIN_GCM_NONCE_LEN    12
#define LOGIN_GCM_TAG_LEN      16
#define LOGIN_CIPHER_OVERHEAD                                                 \
    (LOGIN_KEY_ID_LEN + LOGIN_GCM_NONCE_LEN + LOGIN_GCM_TAG_LEN)


typedef struct login_crypto_s  login_crypto_t;


/* Keeps nothing of "ring".  NULL where there is no memory. */
login_crypto_t *login_crypto_create(const login_keyring_t *ring);
void login_crypto_destroy(login_crypto_t *crypto);

/* The number of the key with this id.  LOGIN_NO: there is none. */
login_result_e login_crypto_find(login_crypto_t *crypto,
    const u_char id[LOGIN_KEY_ID_LEN], size_t *key);

/* The id of key number "key"; 0 is the one that signs. */
const u_char *login_crypto_key_id(login_crypto_t *crypto, size_t key);

/* The MAC over "parts" one behind the other, with key number "key". */
login_result_e login_crypto_mac(login_crypto_t *crypto,
    login_purpose_e purpose, size_t key, const login_str_t *parts, size_t n,
    u_char mac[LOGIN_MAC_LEN]);

/*
 * Has that been a fault since the last question?  For who has to tell what
 * could not be checked from what is wrong.
 */
int login_crypto_failed(login_crypto_t *crypto);

/*
 * Writes key id, nonce, ciphertext and tag, in.len + LOGIN_CIPHER_OVERHEAD
 * bytes, to "dst".  "place" is where it is kept: it is bound to that.
 */
login_result_e login_crypto_encrypt(u_char *dst, login_crypto_t *crypto,
    login_cipher_e cipher, login_str_t place, login_str_t in);

/*
 * Writes in.len - LOGIN_CIPHER_OVERHEAD bytes.  LOGIN_NO: the key is not in
 * the ring, or it is damaged, forged, or of another place.  LOGIN_FAULT: too
 * short for any, or it could not be computed.
 */
login_result_e login_crypto_decrypt(u_char *dst, login_crypto_t *crypto,
    login_cipher_e cipher, login_str_t place, login_str_t in);


#endif /* LOGIN_CRYPTO_H */
