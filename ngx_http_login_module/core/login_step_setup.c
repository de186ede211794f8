
/* The steps that set up a device, and what the owner hears of it. */

#include "login.h"
#include "login_record.h"

#include <string.h>


static login_event_e login_step_begin(login_step_t *step, login_view_t *view,
    const login_account_t *account, login_str_t name);
static login_event_e login_step_try(login_step_t *step,
    login_account_t *account, login_view_t *view);
static login_event_e login_step_enrol(login_step_t *step,
    const login_device_t *device, login_account_t *account,
    login_view_t *view);
static login_result_e login_step_end(void *data,
    const login_session_t *session);
static login_result_e login_step_mail(login_step_t *step,
    const login_account_t *account, login_view_t *view,
    login_log_kind_e kind, login_str_t detail);
static login_mail_kind_e login_step_mail_kind(login_log_kind_e kind);


login_event_e
login_step_name(login_step_t *step, login_view_t *view, login_str_t name)
{
    login_event_e    event;
    login_account_t  account;

    step->signin.changes = login_changes_create();

    if (step->signin.changes == NULL || login_view_begin(view) != LOGIN_OK) {
        login_error(&step->signin.error, "store could not be read");
        return LOGIN_EVENT_FAULT;
    }

    event = login_step_see(step, &account, view);

    if (event == LOGIN_EVENT_OK) {
        event = login_step_begin(step, view, &account, name);
    }

    login_view_end(view);

    return event;
}


/* Who comes back to the name keeps the secret, which may be in an app now. */

static login_event_e
login_step_begin(login_step_t *step, login_view_t *view,
    const login_account_t *account, login_str_t name)
{
    login_device_t  device;
    login_result_e  rc;

    if (step->mark.stage != LOGIN_FLOW_OPEN) {
        return LOGIN_EVENT_ENDED;
    }

    rc = LOGIN_NO;

    if (step->flow.state == LOGIN_STATE_SCAN) {
        rc = login_device_get(&device, view, account->id, step->flow.device,
                              step->signin.now);
    }

    if (rc == LOGIN_OK) {

        if (!device.pending) {
            return LOGIN_EVENT_ENDED;
        }

        login_device_rename(step->signin.changes, &device, name);

        return LOGIN_EVENT_NAMED;
    }

    if (rc == LOGIN_NO) {
        rc = login_device_begin(&device, step->signin.changes, view, account,
                                name, step->signin.now);
    }

    if (rc == LOGIN_OK) {
        memcpy(step->flow.device, device.id, LOGIN_ID_LEN);
        return LOGIN_EVENT_NAMED;
    }

    login_error(&step->signin.error, "device could not be set up");

    return rc == LOGIN_NO ? LOGIN_EVENT_WEAK : LOGIN_EVENT_FAULT;
}


login_event_e
login_step_trial(login_step_t *step, login_view_t *view)
{
    login_event_e    event;
    login_account_t  account;

    step->signin.error.text[0] = '\0';
    step->enrolled = 0;

    step->signin.changes = login_changes_create();

    if (step->signin.changes == NULL || login_view_begin(view) != LOGIN_OK) {
        login_error(&step->signin.error, "store could not be read");
        return LOGIN_EVENT_FAULT;
    }

    event = login_step_see(step, &account, view);

    /* sent twice: it is there already, and the same codes belong to it */

    if (event == LOGIN_EVENT_OK && step->mark.stage == LOGIN_FLOW_OPEN) {
        event = login_step_try(step, &account, view);
    }

    if (event == LOGIN_EVENT_OK) {
        step->flow.methods |= LOGIN_METHOD_OTP;
    }

    login_view_end(view);

    return event;
}


static login_event_e
login_step_try(login_step_t *step, login_account_t *account,
    login_view_t *view)
{
    size_t          n;
    login_device_t  device;
    login_result_e  rc;

    rc = login_device_get(&device, view, account->id, step->flow.device,
                          step->signin.now);

    if (rc == LOGIN_OK) {
        rc = login_device_count(&n, view, account->id);
    }

    if (rc == LOGIN_FAULT) {
        login_error(&step->signin.error, "device could not be read");
        return LOGIN_EVENT_FAULT;
    }

    /*
     * who has shown a password only may set up the first one; another one
     * has to agree to all that follow
     */

    if (rc == LOGIN_NO
        || !device.pending
        || (n != 0 && !login_methods_factor(step->flow.methods)))
    {
        return LOGIN_EVENT_ENDED;
    }

    rc = login_device_confirm(step->signin.changes, view, &device,
                              step->code, step->signin.now);

    if (rc == LOGIN_OK) {
        return login_step_enrol(step, &device, account, view);
    }

    if (rc == LOGIN_FAULT) {
        login_error(&step->signin.error, "code could not be checked");
        return LOGIN_EVENT_FAULT;
    }

    return LOGIN_EVENT_NO;
}


/*
 * From now on a password alone opens nothing: sessions and flows that
 * nothing more was asked of end with the account's generation.
 */

static login_event_e
login_step_enrol(login_step_t *step, const login_device_t *device,
    login_account_t *account, login_view_t *view)
{
    login_changes_t  *changes;

    changes = step->signin.changes;

    step->enrolled = 1;

    account->generation++;
    login_account_update(changes, account);

    step->mark.stage = LOGIN_FLOW_ENROLLED;
    step->mark.generation = account->generation;
    step->mark.when = step->signin.now;

    login_flow_note(changes, &step->flow, &step->mark);

    if (login_recovery_put(changes, view, account, &step->flow.seed,
                           step->signin.now)
        != LOGIN_OK
        || login_session_walk(view, account->id, login_step_end, changes)
           != LOGIN_OK
        || login_step_note(step, account, view, LOGIN_LOG_MFA_DEVICE_ADDED,
                           device->name)
           != LOGIN_OK)
    {
        login_error(&step->signin.error, "device could not be kept");
        return LOGIN_EVENT_FAULT;
    }

    return LOGIN_EVENT_OK;
}


static login_result_e
login_step_end(void *data, const login_session_t *session)
{
    login_session_end(data, session->account, session->id);

    return LOGIN_OK;
}


login_result_e
login_step_note(login_step_t *step, const login_account_t *account,
    login_view_t *view, login_log_kind_e kind, login_str_t detail)
{
    login_log_event_t  event;

    login_signin_event(&event, kind, &step->signin);

    event.username = account->username;
    event.org = account->org;
    event.detail = detail;

    login_log_keep(step->signin.changes, view, account->id, &event);

    return login_step_mail(step, account, view, kind, detail);
}


/* Who has no address is told by nothing. */

static login_result_e
login_step_mail(login_step_t *step, const login_account_t *account,
    login_view_t *view, login_log_kind_e kind, login_str_t detail)
{
    login_mail_t    mail;
    login_result_e  rc;

    memset(&mail, 0, sizeof(login_mail_t));

    mail.kind = login_step_mail_kind(kind);

    if (!step->signin.mails || mail.kind == LOGIN_MAIL_KINDS) {
        return LOGIN_OK;
    }

    if (login_mail_draw(mail.id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    mail.to = account->email;
    mail.language = account->language;
    mail.username = account->username;
    mail.name = account->name;
    mail.org = account->org;
    mail.url = step->signin.portal;
    mail.detail = detail;
    mail.address = step->signin.address;
    mail.when = step->signin.now;

    rc = login_mail_put(step->signin.changes, view, &mail, step->signin.now);

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}


/* LOGIN_MAIL_KINDS: none. */

static login_mail_kind_e
login_step_mail_kind(login_log_kind_e kind)
{
    switch (kind) {

    case LOGIN_LOG_MFA_RECOVERY:
        return LOGIN_MAIL_RECOVERY_USED;

    case LOGIN_LOG_MFA_DEVICE_ADDED:
        return LOGIN_MAIL_DEVICE_ADDED;

    case LOGIN_LOG_MFA_CODES_RENEWED:
        return LOGIN_MAIL_RECOVERY_RENEWED;

    default:
        return LOGIN_MAIL_KINDS;
    }
}
