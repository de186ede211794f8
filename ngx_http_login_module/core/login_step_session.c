
/* How a flow ends: in a session. */

#include "login.h"
#include "login_record.h"


static login_event_e login_step_again(login_step_t *step,
    const login_account_t *account, login_view_t *view);
static login_event_e login_step_new(login_step_t *step,
    const login_account_t *account, login_view_t *view);


/* The one way from a flow to a session; it makes no second one. */

login_event_e
login_step_finish(login_step_t *step, const login_account_t *account,
    login_view_t *view)
{
    login_event_e  event;

    if (step->flow.state == LOGIN_STATE_ANEW
        || (step->flow.state == LOGIN_STATE_SAVE
            && step->mark.stage != LOGIN_FLOW_ENROLLED))
    {
        return LOGIN_EVENT_ENDED;
    }

    step->mark.stage = LOGIN_FLOW_DONE;
    step->mark.generation = account->generation;
    step->mark.when = step->signin.now;

    login_flow_note(step->signin.changes, &step->flow, &step->mark);

    event = (step->flow.stepped && step->flow.state == LOGIN_STATE_CODE)
            ? login_step_again(step, account, view)
            : login_step_new(step, account, view);

    return event;
}


/* Another id for a session that goes on, which was not ended meanwhile. */

static login_event_e
login_step_again(login_step_t *step, const login_account_t *account,
    login_view_t *view)
{
    login_result_e    rc;
    login_session_t   session, next;
    login_changes_t  *changes;

    rc = login_session_get(&session, view, account->id, step->flow.session);

    if (rc == LOGIN_NO
        || (rc == LOGIN_OK && session.generation != account->generation))
    {
        return LOGIN_EVENT_ENDED;
    }

    next = session;
    next.methods |= step->flow.methods;
    next.seen = step->signin.now;

    if (rc != LOGIN_OK
        || login_flow_sweep(step->signin.changes, view, account->id,
                            step->signin.now)
           != LOGIN_OK
        || login_ticket_draw(&step->signin.ticket, next.id, account->id,
                             step->signin.now)
           != LOGIN_OK)
    {
        return LOGIN_EVENT_FAULT;
    }

    step->signin.ticket.auth_time = session.auth_time;
    step->signin.shared = session.shared;
    changes = step->signin.changes;

    login_session_touch(changes, &session, session.seen);
    login_session_end(changes, account->id, session.id);
    login_session_add(changes, &next);

    return login_step_note(step, account, view, LOGIN_LOG_MFA_STEPPED_UP,
                           login_str("", 0))
           == LOGIN_OK ? LOGIN_EVENT_OK : LOGIN_EVENT_FAULT;
}


static login_event_e
login_step_new(login_step_t *step, const login_account_t *account,
    login_view_t *view)
{
    login_guess_t  *guess;

    guess = &step->signin.guess;

    step->signin.methods = step->flow.methods;
    step->signin.auth_time = step->flow.auth_time;
    step->signin.shared = step->flow.shared;
    step->signin.remember = 1;

    if (login_limit_name(guess->name, account->org, account->username)
        != LOGIN_OK
        || login_limit_browser(guess->browser, guess->name,
                               step->signin.browser_id)
           != LOGIN_OK
        || login_signin_session(&step->signin, account, view,
                                LOGIN_LOG_SIGNIN)
           != LOGIN_OK)
    {
        return LOGIN_EVENT_FAULT;
    }

    return LOGIN_EVENT_OK;
}
