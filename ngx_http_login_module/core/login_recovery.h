
/*
 * Recovery codes: ten at a time, of 80 bits each, good for one sign-in each.
 * The store has their hashes only, each under a key of its own, so that
 * using one up is a delete that one of many succeeds with.
 */

#ifndef LOGIN_RECOVERY_H
#define LOGIN_RECOVERY_H


#define LOGIN_RECOVERY_CODES  10

typedef char  login_recovery_text_t[LOGIN_RECOVERY_TEXT];


/*
 * The codes of a seed that was drawn: who shows them until they are saved
 * keeps that, encrypted.  Wipe both when done.
 */
login_result_e login_recovery_codes(
    login_recovery_text_t codes[LOGIN_RECOVERY_CODES],
    const login_secret_t *seed);

/*
 * Makes them the codes of the account, in place of all earlier ones.
 * Applying "changes" is LOGIN_NO where others were made meanwhile.
 */
login_result_e login_recovery_put(login_changes_t *changes,
    login_view_t *view, const login_account_t *account,
    const login_secret_t *seed, uint64_t now);

/* How many are left, and when they were made.  LOGIN_NO: never. */
login_result_e login_recovery_left(size_t *left, uint64_t *made,
    login_view_t *view, const u_char account[LOGIN_ID_LEN]);

/* Takes them away, as if none had been made. */
login_result_e login_recovery_forget(login_changes_t *changes,
    login_view_t *view, const u_char account[LOGIN_ID_LEN]);


#endif /* LOGIN_RECOVERY_H */
