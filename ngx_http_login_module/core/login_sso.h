
/*
 * Single sign-on: what becomes of somebody whom a provider has named.  All
 * of it is one change set: the account where one is made, what leads to it,
 * the invitation that was used, and the session.
 */

#ifndef LOGIN_SSO_H
#define LOGIN_SSO_H


typedef enum {
    LOGIN_SSO_NOBODY = 0,       /* has no account, and gets none */
    LOGIN_SSO_DISABLED,
    LOGIN_SSO_TAKEN,            /* an account of that name is another's */
    LOGIN_SSO_INVITATION,       /* it is over, see "link" */
    LOGIN_SSO_USED              /* "state" has led to a session already */
} login_sso_refusal_e;

typedef struct {
    /*
     * In; the strings belong to the caller and outlive the calls.  Of
     * "signin", all but names, password and methods.
     */
    login_signin_t         signin;
    login_str_t            issuer;
    login_str_t            subject;
    login_str_t            username;    /* canonical */
    login_str_t            name;        /* empty: not said */
    login_str_t            email;       /* the same */
    login_str_t            roles;       /* comma-separated, and */
    unsigned               roles_told;  /* 1: these and no others */
    login_str_t            token;       /* of an invitation, or empty */
    unsigned               provision;   /* 1: who has no account gets one */
    login_str_t            state;       /* login_sso_state_t's id */

    /* out, beside changes, ticket, account and username of "signin" */

    login_sso_refusal_e    refusal;
    login_link_state_e     link;
    login_log_kind_e       event;       /* what it was */
    u_char                 names[LOGIN_USERNAME_MAX];
} login_sso_t;


/*
 * LOGIN_OK: commit "signin.changes", then hand out "signin.ticket".  Where
 * that meets another change, call it again.  LOGIN_NO: "refusal" says why.
 * The caller destroys the change set.
 *
 * Nobody becomes the owner of an account because of an address: only who
 * was that at this provider before, or follows an invitation to it.
 */
login_result_e login_sso_run(login_sso_t *sso, login_view_t *view);


#endif /* LOGIN_SSO_H */
