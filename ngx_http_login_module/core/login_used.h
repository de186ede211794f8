
/*
 * What may be used once: ids that were, until nothing that bears one is good
 * any more.
 */

#ifndef LOGIN_USED_H
#define LOGIN_USED_H


#define LOGIN_USED_SWEPT  100       /* forgotten with each one that is noted */


/* Kept in records, as part of a hash: new ones at the end. */
typedef enum {
    LOGIN_USED_LOGOUT = 1,          /* a logout token's "jti"; its issuer */
    LOGIN_USED_STATE                /* login_sso_state_t; the portal's URL */
} login_used_e;


/* LOGIN_NO: it was not used yet. */
login_result_e login_used_find(login_view_t *view, login_used_e what,
    login_str_t whose, login_str_t id);

/*
 * Notes it until "expires"; applying "changes" is LOGIN_NO where it was used
 * meanwhile.
 */
login_result_e login_used_note(login_changes_t *changes, login_view_t *view,
    login_used_e what, login_str_t whose, login_str_t id, uint64_t expires,
    uint64_t now);


#endif /* LOGIN_USED_H */
