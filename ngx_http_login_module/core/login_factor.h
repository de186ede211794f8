
/*
 * The second factor at a sign-in: a code of any device of the account, or a
 * recovery code.
 *
 * Failures are counted with the account, in the store: a right password, a
 * new flow, another browser or network have no bearing on that.  Who guesses
 * learns nothing before the failure is on disk, and each look expects the
 * count that it saw: so guesses at once cost what they cost in a row.
 */

#ifndef LOGIN_FACTOR_H
#define LOGIN_FACTOR_H


#define LOGIN_FACTOR_FAILURES  10
#define LOGIN_FACTOR_PERIOD    3600     /* seconds in which they are counted */


typedef enum {
    LOGIN_FACTOR_WRONG = 0,
    LOGIN_FACTOR_RIGHT,
    LOGIN_FACTOR_UNFIT,         /* can't be a code: is not counted */
    LOGIN_FACTOR_USED,          /* was right once: is not counted */
    LOGIN_FACTOR_LIMITED        /* not tried: too many were wrong */
} login_factor_state_e;

typedef struct {
    /* in */
    login_str_t           code;         /* as typed */
    unsigned              recovery;     /* 1: of LOGIN_RECOVERY_CODES */
    uint64_t              now;          /* seconds since the epoch */

    /* out */
    login_factor_state_e  state;
    uint64_t              wait;         /* s, where it is limited */
    unsigned              tries;        /* that may still fail */
    u_char                device[LOGIN_ID_LEN];     /* the right one */
    size_t                left;         /* recovery codes, after this one */
} login_factor_t;


/*
 * Looks at a code.  LOGIN_OK: right, and used up by "changes"; what it
 * entitles to goes into the same set.  LOGIN_NO: "state" says why.
 *
 * In both cases apply "changes", which hold nothing of anybody else then,
 * before anything is told; where that is LOGIN_NO, forget the result and
 * begin anew, with a new view and a new set.
 */
login_result_e login_factor_check(login_factor_t *factor,
    login_changes_t *changes, login_view_t *view,
    const login_account_t *account);

/* How long is the account limited now?  0: it is not. */
login_result_e login_factor_wait(uint64_t *wait, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], uint64_t now);

/* Forgets the failures. */
void login_factor_unlock(login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN]);

/*
 * Removes a device; with the last one, recovery codes and trusted browsers
 * go as well.  LOGIN_NO: it is the last one, and one is "required"; applying
 * "changes" is LOGIN_NO where it has become that meanwhile.
 */
login_result_e login_factor_remove(login_changes_t *changes,
    login_view_t *view, const login_device_t *device, unsigned required);

/* Removes devices, recovery codes, trusted browsers and failures. */
login_result_e login_factor_forget(login_changes_t *changes,
    login_view_t *view, const u_char account[LOGIN_ID_LEN]);


#endif /* LOGIN_FACTOR_H */
