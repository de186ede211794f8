
/*
 * The one PHC string that is written and read here:
 *
 *     $argon2id$v=19$m=19456,t=2,p=1$SALT$TAG
 *
 * with SALT and TAG in base64 (RFC 4648, 4) without padding.
 */

#ifndef LOGIN_PHC_H
#define LOGIN_PHC_H


#define LOGIN_SALT_LEN    16
#define LOGIN_TAG_LEN     32

#define LOGIN_MEMORY_MIN  8                 /* KiB (RFC 9106, 3.1) */
#define LOGIN_MEMORY_MAX  (1024 * 1024)
#define LOGIN_PASSES_MAX  64


typedef struct {
    login_cost_t   cost;
    u_char         salt[LOGIN_SALT_LEN];
    u_char         tag[LOGIN_TAG_LEN];
} login_phc_t;


/* LOGIN_NO: not byte for byte what login_phc_encode() makes. */
login_result_e login_phc_decode(login_phc_t *phc, login_str_t s);

/* Terminates the string; its cost must be a good one. */
void login_phc_encode(char dst[LOGIN_PHC_MAX + 1], const login_phc_t *phc);

/* Is it within the limits above? */
int login_cost_check(const login_cost_t *cost);


#endif /* LOGIN_PHC_H */
