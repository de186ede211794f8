
/*
 * Seals every record anew with the key that signs, in many small commits:
 * it may be ended at any time, and begun again.
 */

#ifndef LOGIN_RESEAL_H
#define LOGIN_RESEAL_H


#define LOGIN_RESEAL_BATCH  1000


typedef struct {
    uint64_t    done;
    uint64_t    missed;     /* changed by somebody else meanwhile */
    uint64_t    unread;     /* damaged, or sealed with an unknown key */
} login_reseal_t;


/* One pass.  What it missed needs another one, if it is not new by then. */
login_result_e login_reseal(login_reseal_t *reseal, login_view_t *view,
    login_commit_t *commit, const login_keyring_t *ring);


#endif /* LOGIN_RESEAL_H */
