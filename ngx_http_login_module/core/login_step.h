
/*
 * The steps of a flow, between the right password and the session: what each
 * one does with the store.  What comes next, login_flow_step() says.
 */

#ifndef LOGIN_STEP_H
#define LOGIN_STEP_H


typedef struct {
    /* in; the strings belong to the caller and outlive the calls */
    login_flow_t       flow;        /* as its cookie has it */
    login_signin_t     signin;      /* who posts, without names and password */
    login_str_t        code;        /* as typed */
    unsigned           recovery;    /* 1: a recovery code */
    unsigned           trust;       /* 1: this browser from now on */

    /* out, beside changes and ticket of "signin" */
    login_factor_t     factor;
    unsigned           enrolled;    /* 1: a device, by this and no other */
    unsigned           trusted;     /* 1: "token" is to be handed out */
    u_char             token[LOGIN_TRUST_TOKEN_LEN];
    login_flow_mark_t  mark;
    u_char             names[LOGIN_ORG_MAX + LOGIN_USERNAME_MAX];
} login_step_t;


/*
 * Each answers what it is to the machine.  With LOGIN_EVENT_OK commit
 * "signin.changes", and with LOGIN_EVENT_NO of login_step_code() as well;
 * where that meets another change, call it again, with "changes" NULL.
 * LOGIN_EVENT_ENDED: the flow is over; LOGIN_EVENT_FAULT: "signin.error".
 */

/* A code at a sign-in: what follows is the session. */
login_event_e login_step_code(login_step_t *step, login_view_t *view);

/* The name of a new device: it is pending then, "flow" says which one. */
login_event_e login_step_name(login_step_t *step, login_view_t *view,
    login_str_t name);

/* The first code of it: from then on it counts. */
login_event_e login_step_trial(login_step_t *step, login_view_t *view);

/* Its recovery codes were kept: what follows is the session. */
login_event_e login_step_saved(login_step_t *step, login_view_t *view);

/* Codes that were made anew were kept: they count, and no other ones. */
login_event_e login_step_anew(login_step_t *step, login_view_t *view);

/*
 * Is the flow good, and whose is it?  For pages; the strings of "account"
 * point into the view, which is open.
 */
login_event_e login_step_see(login_step_t *step, login_account_t *account,
    login_view_t *view);

/* Between the files of this: what ends a flow, in an open view. */
login_event_e login_step_finish(login_step_t *step,
    const login_account_t *account, login_view_t *view);

/* An event, and what its owner is mailed. */
login_result_e login_step_note(login_step_t *step,
    const login_account_t *account, login_view_t *view,
    login_log_kind_e kind, login_str_t detail);


#endif /* LOGIN_STEP_H */
