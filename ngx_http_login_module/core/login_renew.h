
/*
 * Setting a new password, or removing a device: what a hasher's thread does
 * for one form.  Who may is shown by the current password, in a session, or,
 * for a password, by a link.
 */

#ifndef LOGIN_RENEW_H
#define LOGIN_RENEW_H


typedef enum {
    LOGIN_RENEW_ENDED = 0,     /* the session or the link is none any more */
    LOGIN_RENEW_WRONG,         /* the current password */
    LOGIN_RENEW_WEAK,          /* the new one */
    LOGIN_RENEW_LAST           /* device, of who must have one */
} login_renew_refusal_e;

/* What shows it, as it was read: one of both, and whose it is. */
typedef struct {
    login_account_t          account;
    login_session_t          session;
    login_link_t             link;
} login_proof_t;

typedef struct {
    /* in; the strings belong to the caller and outlive the calls */
    login_str_t              password;      /* the new one */
    unsigned                 remove;        /* 1: not that, but "device" */
    unsigned                 required;      /* 1: one device has to stay */
    u_char                   device[LOGIN_ID_LEN];
    login_str_t              token;         /* of a link; empty: there is */
    login_ticket_t           old;           /* this session */
    login_str_t              current;       /* and its password */
    login_str_t              portal;        /* its URL */
    unsigned                 mails;         /* 1: the owner is told by one */
    login_str_t              address;       /* of the network */
    login_str_t              browser;
    login_guess_t            guess;
    unsigned                 remember;      /* 1: "guess" has a browser */
    const login_orgs_t      *orgs;
    unsigned                 others;        /* 1: end the other sessions */
    uint64_t                 now;

    /* out */
    login_renew_refusal_e    refusal;
    login_strength_t         strength;      /* with LOGIN_RENEW_WEAK */
    login_ticket_t           ticket;        /* takes the place of "old" */
    unsigned                 shared;
    u_char                   account[LOGIN_ID_LEN];
    login_str_t              org;           /* these two in "names" */
    login_str_t              username;
    login_changes_t         *changes;
    login_error_t            error;

    /* what was found out by the first call, for the next */
    unsigned                 shown;         /* 1: has been found out */
    uint32_t                 generation;
    size_t                   verified_len;
    u_char                   verified[LOGIN_PHC_MAX];
    char                     phc[LOGIN_PHC_MAX + 1];
    u_char                   names[LOGIN_ORG_MAX + LOGIN_USERNAME_MAX];
} login_renew_t;


/*
 * LOGIN_OK: commit "changes".  Where that meets another change, call it
 * again, with "changes" NULL: what took long is not done a second time.
 * LOGIN_NO: "refusal" says why.  The caller destroys "changes" and wipes
 * all of it.
 */
login_result_e login_renew_run(login_renew_t *renew, login_view_t *view,
    login_hasher_t *hasher);

/* The part that makes "changes", for what was read just now. */
login_result_e login_renew_build(login_renew_t *renew, login_proof_t *proof,
    login_view_t *view);


#endif /* LOGIN_RENEW_H */
