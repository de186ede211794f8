
/*
 * Passwords, as argon2id (RFC 9106) in PHC strings.  A hasher is one
 * thread's arena: allocating it anew for each hash would cost more than the
 * hash itself.  It is wiped after each use.
 */

#ifndef LOGIN_PASSWORD_H
#define LOGIN_PASSWORD_H


#define LOGIN_PASSWORD_MAX  1600    /* bytes; beyond: refused unhashed */

/* A cost where nobody says another one. */
#define LOGIN_HASH_MEMORY   19456   /* KiB */
#define LOGIN_HASH_PASSES   2


typedef struct {
    uint32_t       memory;          /* KiB */
    uint32_t       passes;
} login_cost_t;

typedef struct login_hasher_s  login_hasher_t;


/* Has an arena for "cost"; grows for a dearer string, then shrinks again. */
login_hasher_t *login_hasher_create(const login_cost_t *cost);
void login_hasher_destroy(login_hasher_t *hasher);

/*
 * Writes a terminated PHC string to "phc".  Hashed are the bytes that
 * login_opaque_make() makes of the password, or its own where it cannot.
 */
login_result_e login_password_hash(char phc[LOGIN_PHC_MAX + 1],
    login_hasher_t *hasher, login_str_t password);

/*
 * LOGIN_OK: the right password; "*upgrade" is 1 where the string was made
 * at another cost, or by others (see login_foreign.h).  LOGIN_NO: wrong.  An
 * empty "phc" is the account that does not exist: the same work, and
 * LOGIN_NO.  A cheaper string's check is topped up to the hasher's own cost,
 * so that no time tells them apart; that of others takes its own time
 * besides.  Where login_opaque_make() makes other bytes of the password, and
 * these are wrong, its own are tried: imported hashes may be of them.
 * LOGIN_FAULT: no memory, or a string that is neither (also: at
 * more than 1 GiB or 64 passes).
 */
login_result_e login_password_verify(login_hasher_t *hasher, login_str_t phc,
    login_str_t password, int *upgrade);

/* Both with the very bytes of the password, for the two above. */
login_result_e login_password_hash_bytes(char phc[LOGIN_PHC_MAX + 1],
    login_hasher_t *hasher, login_str_t password);
login_result_e login_password_verify_bytes(login_hasher_t *hasher,
    login_str_t phc, login_str_t password, int *upgrade);


#endif /* LOGIN_PASSWORD_H */
