
/*
 * The way from the first form to the session as one state machine, without
 * I/O: nothing that posts to the portal gets a session but through it.  What
 * has to be asked beside the password, two functions say, and no caller.
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
    LOGIN_STATE_JOINED,         /* the same, without a session: no device */
    LOGIN_STATE_ADMITTED,       /* and where a device has to agree */

    /* those of a flow that a cookie keeps */

    LOGIN_STATE_CODE,           /* a code of a device is asked for */
    LOGIN_STATE_NAME,           /* a device is to be set up: its name */
    LOGIN_STATE_SCAN,           /* its secret was drawn, and is shown */
    LOGIN_STATE_SAVE,           /* it counts: recovery codes are shown */
    LOGIN_STATE_ANEW,           /* others are shown, and don't count yet */

    LOGIN_STATE_SESSION,        /* a session asks for more */
    LOGIN_STATE_CHECK,          /* a code is being looked at */
    LOGIN_STATE_MISSED,         /* was wrong, which is counted */
    LOGIN_STATE_PASSED,         /* was right: the session is being written */
    LOGIN_STATE_TRIAL,          /* the first code of a new device */
    LOGIN_STATE_ENROLLED,       /* the device is being written */
    LOGIN_STATE_SAVED,          /* they were kept: the session is made */
    LOGIN_STATE_CLOSED,         /* and written */
    LOGIN_STATE_KEPT,           /* the others were kept: from now on */
    LOGIN_STATE_REPLACED,       /* they count, and are being written */
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
    LOGIN_EVENT_FACTOR,         /* succeeded, but a device has to agree */
    LOGIN_EVENT_ENROL,          /* succeeded, but there is no device yet */
    LOGIN_EVENT_STALE,          /* the password has to be shown again */
    LOGIN_EVENT_CODES,          /* recovery codes are to be made anew */
    LOGIN_EVENT_NAMED,          /* the form with a device's name */
    LOGIN_EVENT_SAVED,          /* the recovery codes were kept */
    LOGIN_EVENT_OTHER,          /* a form that does not belong here */
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
    LOGIN_EFFECT_COMMIT,        /* write what was found right */
    LOGIN_EFFECT_COUNT,         /* write that a code was wrong */
    LOGIN_EFFECT_STEP,          /* 303 to the page of the next step */
    LOGIN_EFFECT_STAY,          /* the page of this step, 422 */
    LOGIN_EFFECT_SESSION        /* 303 with the cookie */
} login_effect_e;


/*
 * The next step.  An event that has no place in a state leads back to
 * LOGIN_STATE_SIGNIN with LOGIN_EFFECT_ERROR.
 */
login_effect_e login_flow_step(login_state_e *state, login_event_e event);


/* What "mfa" of an organisation says. */
typedef enum {
    LOGIN_MFA_OFF = 0,
    LOGIN_MFA_OPTIONAL,
    LOGIN_MFA_REQUIRED
} login_mfa_e;

/* What decides whether a second factor is asked for. */
typedef struct {
    login_mfa_e    policy;
    unsigned       devices;     /* 1: the account has one */
    unsigned       trusted;     /* the browser is, by its owner */
    unsigned       need;        /* the gate asks for it, whoever it is */
    unsigned       add;         /* one more device is to be set up */
    unsigned       codes;       /* recovery codes are to be made anew */

    /* of a session */

    unsigned       proven;      /* has met one */
    unsigned       fresh;       /* the password was shown just now */
} login_flow_due_t;

/* After the right password, or a registration. */
login_event_e login_flow_factor(const login_flow_due_t *due);

/* Of a session; LOGIN_EVENT_OK: nothing more is due. */
login_event_e login_flow_due(const login_flow_due_t *due);

/* What a result is to the machine. */
login_event_e login_flow_event(login_result_e rc);


#endif /* LOGIN_FLOW_H */
