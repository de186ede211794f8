
#include "login.h"
#include "login_record.h"

#include <string.h>


typedef login_event_e (*login_step_pt)(login_step_t *step,
    const login_account_t *account, login_view_t *view);


static login_event_e login_step_run(login_step_t *step, login_view_t *view,
    login_step_pt run);
static login_result_e login_step_session(const login_step_t *step,
    const login_account_t *account, login_view_t *view);
static void login_step_keep(login_step_t *step,
    const login_account_t *account);
static login_event_e login_step_replace(login_step_t *step,
    const login_account_t *account, login_view_t *view);
static login_event_e login_step_check(login_step_t *step,
    const login_account_t *account, login_view_t *view);
static login_result_e login_step_recovered(login_step_t *step,
    const login_account_t *account, login_view_t *view);
static login_event_e login_step_trust(login_step_t *step,
    const login_account_t *account, login_view_t *view);


login_event_e
login_step_code(login_step_t *step, login_view_t *view)
{
    return login_step_run(step, view, login_step_check);
}


login_event_e
login_step_saved(login_step_t *step, login_view_t *view)
{
    return login_step_run(step, view, login_step_finish);
}


login_event_e
login_step_anew(login_step_t *step, login_view_t *view)
{
    return login_step_run(step, view, login_step_replace);
}


login_event_e
login_step_see(login_step_t *step, login_account_t *account,
    login_view_t *view)
{
    uint64_t            epoch;
    uint32_t            generation;
    login_result_e      rc;
    const login_org_t  *org;

    rc = login_account_get(account, view, step->flow.account);

    if (rc == LOGIN_OK) {
        rc = login_epoch_get(&epoch, view);
    }

    if (rc == LOGIN_OK) {
        rc = login_flow_mark(&step->mark, view, &step->flow);
    }

    if (rc == LOGIN_OK) {
        rc = login_step_session(step, account, view);
    }

    if (rc == LOGIN_FAULT) {
        login_error(&step->signin.error, "account could not be read");
        return LOGIN_EVENT_FAULT;
    }

    if (rc == LOGIN_NO) {
        return LOGIN_EVENT_ENDED;
    }

    /* a device of its own has raised the account's generation */

    generation = step->mark.stage == LOGIN_FLOW_OPEN
                 ? step->flow.generation : step->mark.generation;

    org = login_orgs_find(step->signin.orgs, account->org);

    if (org == NULL
        || account->disabled
        || account->generation != generation
        || step->flow.epoch != epoch
        || step->mark.stage == LOGIN_FLOW_DONE)
    {
        return LOGIN_EVENT_ENDED;
    }

    step->signin.trust = org->trust;

    login_step_keep(step, account);

    return LOGIN_EVENT_OK;
}


/* A flow that began in a session ends with it, until it has a device. */

static login_result_e
login_step_session(const login_step_t *step, const login_account_t *account,
    login_view_t *view)
{
    login_session_t  session;

    if (!step->flow.stepped || step->mark.stage != LOGIN_FLOW_OPEN) {
        return LOGIN_OK;
    }

    return login_session_get(&session, view, account->id,
                             step->flow.session);
}


/* For events, which are told when the view has ended. */

static void
login_step_keep(login_step_t *step, const login_account_t *account)
{
    u_char  *p;

    p = step->names;

    memcpy(p, account->org.data, account->org.len);
    step->signin.org = login_str(p, account->org.len);

    p += account->org.len;

    memcpy(p, account->username.data, account->username.len);
    step->signin.username = login_str(p, account->username.len);

    memcpy(step->signin.account, account->id, LOGIN_ID_LEN);
}


static login_event_e
login_step_run(login_step_t *step, login_view_t *view, login_step_pt run)
{
    login_event_e    event;
    login_account_t  account;

    step->signin.error.line = 0;
    step->signin.error.text[0] = '\0';
    step->trusted = 0;

    step->signin.changes = login_changes_create();

    if (step->signin.changes == NULL || login_view_begin(view) != LOGIN_OK) {
        login_error(&step->signin.error, "store could not be read");
        return LOGIN_EVENT_FAULT;
    }

    event = login_step_see(step, &account, view);

    if (event == LOGIN_EVENT_OK) {
        event = run(step, &account, view);
    }

    login_view_end(view);

    if (event == LOGIN_EVENT_FAULT && step->signin.error.text[0] == '\0') {
        login_error(&step->signin.error, "step could not be made");
    }

    return event;
}


/* Whose last device has gone meanwhile has nothing that codes stand in for. */

static login_event_e
login_step_replace(login_step_t *step, const login_account_t *account,
    login_view_t *view)
{
    size_t            n;
    login_changes_t  *changes;

    if (login_device_count(&n, view, account->id) != LOGIN_OK) {
        return LOGIN_EVENT_FAULT;
    }

    if (step->flow.state != LOGIN_STATE_ANEW
        || step->mark.stage != LOGIN_FLOW_OPEN
        || n == 0
        || !login_methods_factor(step->flow.methods))
    {
        return LOGIN_EVENT_ENDED;
    }

    changes = step->signin.changes;

    step->mark.stage = LOGIN_FLOW_DONE;
    step->mark.generation = account->generation;
    step->mark.when = step->signin.now;

    login_flow_note(changes, &step->flow, &step->mark);

    if (login_flow_sweep(changes, view, account->id, step->signin.now)
        != LOGIN_OK
        || login_recovery_put(changes, view, account, &step->flow.seed,
                              step->signin.now)
           != LOGIN_OK
        || login_step_note(step, account, view, LOGIN_LOG_MFA_CODES_RENEWED,
                           login_str("", 0))
           != LOGIN_OK)
    {
        return LOGIN_EVENT_FAULT;
    }

    return LOGIN_EVENT_OK;
}


static login_event_e
login_step_check(login_step_t *step, const login_account_t *account,
    login_view_t *view)
{
    login_event_e  event;

    if (step->mark.stage != LOGIN_FLOW_OPEN) {
        return LOGIN_EVENT_ENDED;
    }

    step->factor.code = step->code;
    step->factor.recovery = step->recovery;
    step->factor.now = step->signin.now;

    switch (login_factor_check(&step->factor, step->signin.changes, view,
                               account))
    {
    case LOGIN_OK:
        break;

    case LOGIN_NO:
        return step->factor.state == LOGIN_FACTOR_LIMITED
               ? LOGIN_EVENT_LIMITED : LOGIN_EVENT_NO;

    default:
        return LOGIN_EVENT_FAULT;
    }

    step->flow.methods |= step->recovery ? LOGIN_METHOD_RECOVERY
                                         : LOGIN_METHOD_OTP;

    if (step->recovery && login_step_recovered(step, account, view)
                          != LOGIN_OK)
    {
        return LOGIN_EVENT_FAULT;
    }

    event = login_step_trust(step, account, view);

    return event == LOGIN_EVENT_OK ? login_step_finish(step, account, view)
                                   : event;
}


static login_result_e
login_step_recovered(login_step_t *step, const login_account_t *account,
    login_view_t *view)
{
    int   len;
    char  left[sizeof("18446744073709551615")];

    len = snprintf(left, sizeof(left), "%zu", step->factor.left);

    return login_step_note(step, account, view, LOGIN_LOG_MFA_RECOVERY,
                           login_str(left, (size_t) len));
}


/* Nothing is remembered on a computer that others use. */

static login_event_e
login_step_trust(login_step_t *step, const login_account_t *account,
    login_view_t *view)
{
    login_trust_t  trust;

    if (!step->trust || step->flow.shared || step->signin.trust == 0) {
        return LOGIN_EVENT_OK;
    }

    memset(&trust, 0, sizeof(login_trust_t));

    trust.browser = step->signin.browser;
    trust.address = step->signin.address;

    if (login_trust_add(step->token, &trust, step->signin.changes, view,
                        step->signin.portal, account, step->signin.trust,
                        step->signin.now)
        != LOGIN_OK
        || login_step_note(step, account, view, LOGIN_LOG_MFA_TRUSTED,
                           login_str("", 0))
           != LOGIN_OK)
    {
        return LOGIN_EVENT_FAULT;
    }

    step->trusted = 1;

    return LOGIN_EVENT_OK;
}
