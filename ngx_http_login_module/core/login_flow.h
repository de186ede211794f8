
/*
 * The way from the first form to the session as one state machine, without
 * I/O: nothing that posts to the portal gets a session but through it.
 */

#ifndef LOGIN_FLOW_H
#define LOGIN_FLOW_H


typedef enum {
    LOGIN_STATE_SIGNIN = 0,     /* nothing proven yet */
    LOGIN_STATE_PASSWORD,       /* a password is being verified */
    LOGIN_STATE_COMMIT,         /* the session is on its way to the disk */
    LOGIN_STATE_DONE,           /* the session may be handed out */
    LOGIN_STATE_ACCOUNT,        /* signed in */
    LOGIN_STATE_RENEWAL,        /* current and new password are looked at */
    LOGIN_STATE_RENEWED,        /* the new one is on its way to the disk */
    LOGIN_STATE_LINK,           /* a link to set a password was followed */
    LOGIN_STATE_LINK_RENEWAL,   /* the same two steps for who has it */
    LOGIN_STATE_LINK_RENEWED,
    LOGIN_STATE_REGISTER,       /* a link to register was followed */
    LOGIN_STATE_REGISTRATION,   /* its new password is being looked at */
    LOGIN_STATE_REGISTERED,     /* the account is on its way to the disk */
    LOGIN_STATES
} login_state_e;

typedef enum {
    LOGIN_EVENT_FORM = 0,       /* a well-formed form with our csrf */
    LOGIN_EVENT_FORGED,         /* a form without it */
    LOGIN_EVENT_OK,             /* what was asked for succeeded */
    LOGIN_EVENT_NO,             /* was refused */
    LOGIN_EVENT_FAULT,          /* could not be done */
    LOGIN_EVENT_LIMITED,        /* not tried: too many have failed */
    LOGIN_EVENT_WEAK,           /* a new password that is none */
    LOGIN_EVENT_ENDED,          /* what entitled to it is over */
    LOGIN_EVENTS
} login_event_e;

typedef enum {
    LOGIN_EFFECT_ERROR = 0,     /* page "error", 503; the flow is over */
    LOGIN_EFFECT_FORGED,        /* the page, 403: send it again */
    LOGIN_EFFECT_VERIFY,        /* verify the password */
    LOGIN_EFFECT_REFUSE,        /* the page, 403: wrong */
    LOGIN_EFFECT_THROTTLE,      /* the page, 429: wait */
    LOGIN_EFFECT_WEAK,          /* the page, 422: another password */
    LOGIN_EFFECT_ENDED,         /* begin anew */
    LOGIN_EFFECT_LEAVE,         /* 303, to sign in */
    LOGIN_EFFECT_COMMIT,        /* write the session */
    LOGIN_EFFECT_SESSION        /* 303 with the cookie */
} login_effect_e;


/*
 * The next step.  An event that has no place in a state leads back to
 * LOGIN_STATE_SIGNIN with LOGIN_EFFECT_ERROR.
 */
login_effect_e login_flow_step(login_state_e *state, login_event_e event);

/* What a result is to the machine. */
login_event_e login_flow_event(login_result_e rc);


#endif /* LOGIN_FLOW_H */
