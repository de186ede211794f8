
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
        [LOGIN_EVENT_WEAK]   = { LOGIN_STATE_REGISTER, LOGIN_EFFECT_WEAK },
        [LOGIN_EVENT_ENDED]  = { LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED }
    },

    [LOGIN_STATE_REGISTERED] = {
        [LOGIN_EVENT_OK]     = { LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        [LOGIN_EVENT_NO]     = { LOGIN_STATE_REGISTRATION,
                                 LOGIN_EFFECT_VERIFY }
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
