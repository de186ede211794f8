
/* Signing in with a password: what a hasher's thread does for one form. */

#ifndef LOGIN_SIGNIN_H
#define LOGIN_SIGNIN_H


typedef struct {
    /* in; the strings belong to the caller and outlive the call */
    login_str_t        org;         /* empty: was not said */
    login_str_t        username;    /* as typed */
    login_str_t        password;
    login_str_t        browser;
    login_str_t        address;
    login_str_t        portal;      /* its URL, for mails */
    unsigned           mails;       /* 1: of a new browser the owner is told */
    const login_orgs_t  *orgs;
    u_char             browser_id[LOGIN_ID_LEN];    /* of its cookie */
    unsigned           shared;
    uint64_t           now;
    unsigned           replace;     /* 1: "old" is this browser's session */
    login_ticket_t     old;
    login_guess_t      guess;
    unsigned           remember;    /* 1: "guess" has a browser */
    login_flow_due_t   due;         /* "need": of the gate */
    login_str_t        trusted;     /* the cookie of a trusted browser */
    unsigned           methods;     /* what was shown; 0: the password */
    uint64_t           auth_time;   /* when that was; 0: now */
    login_str_t        provider;    /* through which; empty: none */
    u_char             sid[LOGIN_ID_LEN];   /* see login_session_t */
    unsigned           made;        /* the account comes with the session */

    /* out */
    login_ticket_t     ticket;
    login_changes_t   *changes;     /* makes the session */
    login_changes_t   *upgrade;     /* nobody waits for it; may be NULL */
    unsigned           better;      /* 1: a better hash is in it */
    uint64_t           trust;       /* s that a browser is; 0: none is */
    login_event_e      event;       /* LOGIN_EVENT_OK: that is all, else */
    login_flow_t       flow;        /* another factor is due */
    unsigned           exists;      /* somebody has that name */
    u_char             account[LOGIN_ID_LEN];   /* and this account */
    u_char             found[LOGIN_ORG_MAX];    /* "org" is there then */
    login_error_t      error;
} login_signin_t;


/*
 * Who says no organisation is looked for in each.  In several of them no
 * password is right: which one it is, nobody may learn from the time that it
 * takes, so that there is one hash for all names.
 *
 * LOGIN_OK: right; commit "changes", then hand out "ticket", or, where
 * "event" says that more is due, go on with "flow".  LOGIN_NO:
 * wrong name or password, disabled, has no password: all the same, and the
 * same work.  The caller destroys both change sets, which may be NULL, and
 * wipes the password.
 */
login_result_e login_signin_run(login_signin_t *signin, login_view_t *view,
    login_hasher_t *hasher);

/*
 * What is due beside the password: sets "event" and, unless that is
 * LOGIN_EVENT_OK, "flow".
 */
login_result_e login_signin_due(login_signin_t *signin,
    const login_account_t *account, login_view_t *view);

/*
 * The part that makes "ticket" and "changes" (or adds to them), once nothing
 * more is due; as the event "kind" it is kept with the account.
 */
login_result_e login_signin_session(login_signin_t *signin,
    const login_account_t *account, login_view_t *view,
    login_log_kind_e kind);

/* An event of it; the name is as typed. */
void login_signin_event(login_log_event_t *event, login_log_kind_e kind,
    const login_signin_t *signin);


#endif /* LOGIN_SIGNIN_H */
