
/* Secrets: drawn, compared and wiped, never printed. */

#ifndef LOGIN_SECRET_H
#define LOGIN_SECRET_H


#define LOGIN_SECRET_LEN  32
#define LOGIN_HASH_LEN    32    /* SHA-256 */


/* A structure, so that no format or string function takes it by mistake. */
typedef struct {
    u_char  bytes[LOGIN_SECRET_LEN];
} login_secret_t;


/* Overwrites what the compiler must not optimise away. */
void login_wipe(void *p, size_t len);

/* 1 where both are equal, in a time that depends on "len" only. */
int login_equal(const void *a, const void *b, size_t len);

/* Bytes of the system's generator.  LOGIN_FAULT: none were to be had. */
login_result_e login_random(void *p, size_t len);

/* SHA-256 (FIPS 180-4). */
login_result_e login_sha256(u_char hash[LOGIN_HASH_LEN], login_str_t in);

/* HKDF-SHA256 (RFC 5869) without salt. */
login_result_e login_derive(void *out, size_t len,
    const login_secret_t *secret, const char *info);


#endif /* LOGIN_SECRET_H */
