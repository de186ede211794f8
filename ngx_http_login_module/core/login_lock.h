
/*
 * What the store keeps of limits: locks, so that they outlive the table of
 * counters; what the command line unlocked, for the workers to see; and the
 * browsers that an account's owner has used, by name and not by account, so
 * that looking for one is the same work for names that nobody has.
 */

#ifndef LOGIN_LOCK_H
#define LOGIN_LOCK_H


#define LOGIN_KNOWN_MAX  20     /* browsers of an account; the oldest goes */


/* An attempt of one name, from one browser. */
typedef struct {
    u_char         name[LOGIN_ID_LEN];      /* of login_limit_name() */
    u_char         browser[LOGIN_ID_LEN];   /* of login_limit_browser() */
    unsigned       known;                   /* it was used before */
} login_guess_t;


/*
 * Is the browser one that the account's owner used since the generation of
 * now began?  Sets "known".
 */
login_result_e login_known_check(login_guess_t *guess, login_view_t *view);

/*
 * Is the browser new to an account whose owner has used others?  LOGIN_OK:
 * so it is; LOGIN_NO: used before, or the first one of all.
 */
login_result_e login_known_new(login_view_t *view,
    const login_account_t *account, const login_guess_t *guess);

/* Notes that the owner used it, where that is news. */
login_result_e login_known_add(login_changes_t *changes, login_view_t *view,
    const login_account_t *account, const login_guess_t *guess, uint64_t now);


/*
 * The lock of a counter: of a name or network, or, with "browser", of a
 * name and a browser.  None is LOGIN_OK as well, and the same work.
 */
login_result_e login_lock_get(login_lock_t *lock, login_view_t *view,
    const u_char name[LOGIN_ID_LEN], const u_char *browser);

/*
 * Keeps a lock until "until" (LOGIN_LOCK_OVER: there is none any more).
 * Where nobody has the name, "exists" is 0: the same work leaves nothing.
 */
#define LOGIN_LOCK_OVER  1

login_result_e login_lock_keep(login_changes_t *changes, login_view_t *view,
    const u_char name[LOGIN_ID_LEN], const u_char *browser, unsigned exists,
    uint64_t until, uint64_t now);

/* Unlocks a name with all its browsers, or a network. */
login_result_e login_lock_open(login_changes_t *changes, login_view_t *view,
    const u_char name[LOGIN_ID_LEN], uint64_t now);

/*
 * Attempts count for a name in its organisation, or, where that was not said,
 * for the name alone: these are both.
 */
login_result_e login_lock_names(u_char names[2][LOGIN_ID_LEN],
    const login_account_t *account);

/* Until when is the account locked, from any browser?  0: it is not. */
login_result_e login_lock_until(uint64_t *until, login_view_t *view,
    const login_account_t *account, uint64_t now);

/* Removes what is of no use any more of all networks. */
login_result_e login_lock_sweep(login_changes_t *changes, login_view_t *view,
    uint64_t now);

/* Removes all of this that is the account's. */
login_result_e login_lock_forget(login_changes_t *changes,
    login_view_t *view, const login_account_t *account);


#endif /* LOGIN_LOCK_H */
