
/*
 * Back-channel logout (OpenID Connect Back-Channel Logout 1.0): a provider
 * says that somebody has signed out, and the sessions that began there end.
 */

#ifndef LOGIN_BACKCHANNEL_H
#define LOGIN_BACKCHANNEL_H


/* Of a token that was verified; see login_oidc_logout_t. */
typedef struct {
    login_str_t    provider;        /* its name in nginx.conf */
    login_str_t    issuer;
    login_str_t    subject;         /* empty: "sid" alone says who */
    login_str_t    sid;             /* empty: all sessions of "subject" */
    login_str_t    jti;
    uint64_t       expires;
    uint64_t       now;
} login_backchannel_t;


/*
 * Adds to "changes" what notes the token's id, so that applying them is
 * LOGIN_NO where it was used already.
 */
login_result_e login_backchannel_begin(login_changes_t *changes,
    login_view_t *view, const login_backchannel_t *logout);

/*
 * Ends the sessions that began there in "org"; "*n" grows by their number.
 * LOGIN_NO: nobody of that subject there.
 */
login_result_e login_backchannel_end(login_changes_t *changes, size_t *n,
    login_view_t *view, const login_backchannel_t *logout, login_str_t org);

/* The same for a token without subject, once for all organisations. */
login_result_e login_backchannel_end_sid(login_changes_t *changes, size_t *n,
    login_view_t *view, const login_backchannel_t *logout);


#endif /* LOGIN_BACKCHANNEL_H */
