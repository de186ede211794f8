
/*
 * Registering by an invitation: what a hasher's thread does for one form.
 * Account, link and session are one change set.
 */

#ifndef LOGIN_REGISTER_H
#define LOGIN_REGISTER_H


typedef enum {
    LOGIN_REGISTER_ENDED = 0,   /* see "link"; or there are no passwords */
    LOGIN_REGISTER_WEAK         /* see "strength" */
} login_register_refusal_e;

typedef struct {
    /* in; the strings belong to the caller and outlive the calls */
    login_signin_t              signin;     /* but names and password */
    login_str_t                 token;
    login_str_t                 name;       /* empty: stays as it is */
    login_str_t                 password;
    login_str_t                 host;       /* the portal's */

    /* out, beside changes, ticket, org and username of "signin" */
    login_register_refusal_e    refusal;
    login_link_state_e          link;
    login_strength_t            strength;

    /* what was found out by the first call, for the next */
    char                        phc[LOGIN_PHC_MAX + 1];
    u_char                      names[LOGIN_ORG_MAX + LOGIN_USERNAME_MAX];
} login_register_t;


/*
 * LOGIN_OK: commit "signin.changes".  Where that meets another change, call
 * it again, with that NULL: what took long is not done a second time.
 * LOGIN_NO: "refusal" says why.  The caller destroys the change set and
 * wipes all of it.
 */
login_result_e login_register_run(login_register_t *reg, login_view_t *view,
    login_hasher_t *hasher);

/* A name that may be shown: UTF-8, not too long, no control characters. */
login_result_e login_register_name(login_str_t name);


#endif /* LOGIN_REGISTER_H */
