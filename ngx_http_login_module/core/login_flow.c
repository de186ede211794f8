
#include "login.h"


typedef struct {
    login_state_e   state;
    login_effect_e  effect;
} login_transition_t;


/* What is left out is zero: back to the sign-in form, with an error. */

static const login_transition_t  login_transitions[LOGIN_STATES][LOGIN_EVENTS]
    =
{
    [LOGIN_STATE_SIGNIN] = {
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_PASSWORD, LOGIN_EFFECT_VERIFY },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_FORGED }
    },

    [LOGIN_STATE_PASSWORD] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_COMMIT, LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_FACTOR] = { LOGIN_STATE_CODE, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_ENROL]  = { LOGIN_STATE_NAME, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_REFUSE },
        [LOGIN_EVENT_LIMITED] = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_THROTTLE }
    },

    [LOGIN_STATE_COMMIT] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION }
    },

    [LOGIN_STATE_ACCOUNT] = {
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_RENEWAL, LOGIN_EFFECT_VERIFY },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_ACCOUNT, LOGIN_EFFECT_FORGED }
    },

    [LOGIN_STATE_RENEWAL] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_RENEWED, LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_ACCOUNT, LOGIN_EFFECT_REFUSE },
        [LOGIN_EVENT_LIMITED] = { LOGIN_STATE_ACCOUNT, LOGIN_EFFECT_THROTTLE },
        [LOGIN_EVENT_WEAK]   = { LOGIN_STATE_ACCOUNT, LOGIN_EFFECT_WEAK },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_RENEWED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_RENEWAL, LOGIN_EFFECT_VERIFY }
    },

    /* who has a link still has to sign in, with all that this asks */

    [LOGIN_STATE_LINK] = {
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_LINK_RENEWAL,
                                 LOGIN_EFFECT_VERIFY },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_LINK, LOGIN_EFFECT_FORGED }
    },

    [LOGIN_STATE_LINK_RENEWAL] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_LINK_RENEWED,
                                 LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_WEAK]   = { LOGIN_STATE_LINK, LOGIN_EFFECT_WEAK },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_LINK_RENEWED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_LEAVE },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_LINK_RENEWAL,
                                 LOGIN_EFFECT_VERIFY }
    },

    [LOGIN_STATE_REGISTER] = {
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_REGISTRATION,
                                 LOGIN_EFFECT_VERIFY },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_REGISTER, LOGIN_EFFECT_FORGED }
    },

    [LOGIN_STATE_REGISTRATION] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_REGISTERED,
                                 LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_ENROL]  = { LOGIN_STATE_JOINED, LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_FACTOR] = { LOGIN_STATE_ADMITTED, LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_WEAK]   = { LOGIN_STATE_REGISTER, LOGIN_EFFECT_WEAK },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_REGISTERED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_REGISTRATION,
                                 LOGIN_EFFECT_VERIFY }
    },

    [LOGIN_STATE_JOINED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_NAME, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_REGISTRATION,
                                 LOGIN_EFFECT_VERIFY }
    },

    [LOGIN_STATE_ADMITTED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_CODE, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_REGISTRATION,
                                 LOGIN_EFFECT_VERIFY }
    },

    [LOGIN_STATE_SESSION] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_SESSION, LOGIN_EFFECT_LEAVE },
        [LOGIN_EVENT_FACTOR] = { LOGIN_STATE_CODE, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_ENROL]  = { LOGIN_STATE_NAME, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_CODES]  = { LOGIN_STATE_ANEW, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_STALE]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_CODE] = {
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_CHECK, LOGIN_EFFECT_VERIFY },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_CODE, LOGIN_EFFECT_FORGED },
        [LOGIN_EVENT_NAMED]  = { LOGIN_STATE_CODE, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_SAVED]  = { LOGIN_STATE_CODE, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_OTHER]  = { LOGIN_STATE_CODE, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_CHECK] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_PASSED, LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_MISSED, LOGIN_EFFECT_COUNT },
        [LOGIN_EVENT_LIMITED] = { LOGIN_STATE_CODE, LOGIN_EFFECT_THROTTLE },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    /* both meet what another one has written meanwhile, and look anew */

    [LOGIN_STATE_MISSED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_CODE, LOGIN_EFFECT_REFUSE },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_CHECK, LOGIN_EFFECT_VERIFY }
    },

    [LOGIN_STATE_PASSED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_CHECK, LOGIN_EFFECT_VERIFY }
    },

    [LOGIN_STATE_NAME] = {
        [LOGIN_EVENT_NAMED]  = { LOGIN_STATE_SCAN, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_NAME, LOGIN_EFFECT_FORGED },
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_NAME, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_SAVED]  = { LOGIN_STATE_NAME, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_OTHER]  = { LOGIN_STATE_NAME, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    /* who goes back to the name has another one, and the same secret */

    [LOGIN_STATE_SCAN] = {
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_TRIAL, LOGIN_EFFECT_VERIFY },
        [LOGIN_EVENT_NAMED]  = { LOGIN_STATE_SCAN, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_SCAN, LOGIN_EFFECT_FORGED },
        [LOGIN_EVENT_SAVED]  = { LOGIN_STATE_SCAN, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_OTHER]  = { LOGIN_STATE_SCAN, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_TRIAL] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_ENROLLED, LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_SCAN, LOGIN_EFFECT_REFUSE },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_ENROLLED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_SAVE, LOGIN_EFFECT_STEP },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_TRIAL, LOGIN_EFFECT_VERIFY }
    },

    [LOGIN_STATE_SAVE] = {
        [LOGIN_EVENT_SAVED]  = { LOGIN_STATE_SAVED, LOGIN_EFFECT_VERIFY },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_SAVE, LOGIN_EFFECT_FORGED },
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_SAVE, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_NAMED]  = { LOGIN_STATE_SAVE, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_OTHER]  = { LOGIN_STATE_SAVE, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_SAVED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_CLOSED, LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_CLOSED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_SAVED, LOGIN_EFFECT_VERIFY }
    },

    /* the session stays what it is */

    [LOGIN_STATE_ANEW] = {
        [LOGIN_EVENT_SAVED]  = { LOGIN_STATE_KEPT, LOGIN_EFFECT_VERIFY },
        [LOGIN_EVENT_FORGED] = { LOGIN_STATE_ANEW, LOGIN_EFFECT_FORGED },
        [LOGIN_EVENT_FORM]   = { LOGIN_STATE_ANEW, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_NAMED]  = { LOGIN_STATE_ANEW, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_OTHER]  = { LOGIN_STATE_ANEW, LOGIN_EFFECT_STAY },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_KEPT] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_REPLACED, LOGIN_EFFECT_COMMIT },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_REPLACED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_SESSION, LOGIN_EFFECT_LEAVE },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_KEPT, LOGIN_EFFECT_VERIFY }
    }
};


login_effect_e
login_flow_step(login_state_e *state, login_event_e event)
{
    const login_transition_t  *t;

    if ((unsigned) *state >= LOGIN_STATES
        || (unsigned) event >= LOGIN_EVENTS)
    {
        *state = LOGIN_STATE_SIGNIN;
        return LOGIN_EFFECT_ERROR;
    }

    t = &login_transitions[*state][event];

    *state = t->state;

    return t->effect;
}


login_event_e
login_flow_factor(const login_flow_due_t *due)
{
    if (due->need) {
        return due->devices ? LOGIN_EVENT_FACTOR : LOGIN_EVENT_ENROL;
    }

    if (due->policy == LOGIN_MFA_OFF) {
        return LOGIN_EVENT_OK;
    }

    if (due->devices) {
        return due->trusted ? LOGIN_EVENT_OK : LOGIN_EVENT_FACTOR;
    }

    return due->policy == LOGIN_MFA_REQUIRED ? LOGIN_EVENT_ENROL
                                                 : LOGIN_EVENT_OK;
}


/*
 * Who finds an open session must not make a device or codes of their own
 * count, nor must who knows the password alone.
 */

login_event_e
login_flow_due(const login_flow_due_t *due)
{
    unsigned  asked, change;

    change = due->add || due->codes;

    if (change && !due->fresh) {
        return LOGIN_EVENT_STALE;
    }

    if (due->proven) {

        if (due->add) {
            return LOGIN_EVENT_ENROL;
        }

        return due->codes && due->devices ? LOGIN_EVENT_CODES
                                          : LOGIN_EVENT_OK;
    }

    asked = due->need
            || (due->policy == LOGIN_MFA_REQUIRED && !due->trusted);

    if (due->devices && (asked || change)) {
        return LOGIN_EVENT_FACTOR;
    }

    if (asked || due->add) {
        return due->fresh ? LOGIN_EVENT_ENROL : LOGIN_EVENT_STALE;
    }

    return LOGIN_EVENT_OK;
}


login_event_e
login_flow_event(login_result_e rc)
{
    switch (rc) {

    case LOGIN_OK:
        return LOGIN_EVENT_OK;

    case LOGIN_NO:
        return LOGIN_EVENT_NO;

    default:
        return LOGIN_EVENT_FAULT;
    }
}
