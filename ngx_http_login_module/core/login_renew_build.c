
/* What a new password, or a device less, writes. */

#include "login.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    login_renew_t          *renew;
    const login_proof_t    *proof;
    const login_session_t  *own;            /* NULL: all are to end */
} login_renew_walk_t;


static login_result_e login_renew_device(login_renew_t *renew,
    login_device_t *device, const login_account_t *account,
    login_view_t *view);
static login_result_e login_renew_linked(login_renew_t *renew,
    const login_proof_t *proof, login_view_t *view);
static login_result_e login_renew_session(login_renew_t *renew,
    const login_proof_t *proof);
static login_result_e login_renew_others(login_renew_t *renew,
    const login_proof_t *proof, login_view_t *view);
static login_result_e login_renew_other(void *data,
    const login_session_t *session);
static void login_renew_keep_event(login_renew_t *renew,
    const login_proof_t *proof, login_view_t *view, login_str_t detail);
static login_result_e login_renew_tell(login_renew_t *renew,
    const login_account_t *account, login_view_t *view, login_str_t detail);


login_result_e
login_renew_build(login_renew_t *renew, login_proof_t *proof,
    login_view_t *view)
{
    login_result_e    rc;
    login_device_t    device;
    login_account_t  *account;

    renew->changes = login_changes_create();
    if (renew->changes == NULL) {
        return LOGIN_FAULT;
    }

    login_changes_urgent(renew->changes);

    device.name = login_str(NULL, 0);

    if (renew->remove) {
        rc = login_renew_device(renew, &device, &proof->account, view);
        if (rc != LOGIN_OK) {
            return rc;
        }
    }

    /* also where sessions go on: a sign-in that is under way must not */

    account = &proof->account;

    account->generation++;
    account->invited = 0;

    if (!renew->remove) {
        account->password = login_cstr(renew->phc);
    }

    login_account_update(renew->changes, account);

    if (renew->token.len != 0) {
        rc = login_renew_linked(renew, proof, view);

    } else {
        rc = login_renew_session(renew, proof);
    }

    if (rc != LOGIN_OK
        || login_renew_others(renew, proof, view) != LOGIN_OK
        || login_renew_tell(renew, account, view, device.name) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    login_renew_keep_event(renew, proof, view, device.name);

    if (renew->remember && !renew->shared) {
        return login_known_add(renew->changes, view, account, &renew->guess,
                               renew->now);
    }

    return LOGIN_OK;
}


/* LOGIN_NO: "refusal" says why. */

static login_result_e
login_renew_device(login_renew_t *renew, login_device_t *device,
    const login_account_t *account, login_view_t *view)
{
    login_result_e  rc;

    renew->refusal = LOGIN_RENEW_ENDED;

    rc = login_device_get(device, view, account->id, renew->device,
                          renew->now);
    if (rc != LOGIN_OK) {
        return rc;
    }

    renew->refusal = LOGIN_RENEW_LAST;

    return login_factor_remove(renew->changes, view, device,
                               renew->required);
}


/* Who has the link is the owner: nobody's failures keep that one out. */

static login_result_e
login_renew_linked(login_renew_t *renew, const login_proof_t *proof,
    login_view_t *view)
{
    u_char  name[LOGIN_ID_LEN];

    login_link_redeem(renew->changes, &proof->link);

    if (login_limit_name(name, proof->account.org, proof->account.username)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_lock_open(renew->changes, view, name, renew->now);
}


/*
 * The browser's own session goes on, under another id, but not for longer,
 * and only if nobody ends it before the commit.
 */

static login_result_e
login_renew_session(login_renew_t *renew, const login_proof_t *proof)
{
    login_session_t         next;
    const login_session_t  *session;

    session = &proof->session;
    next = *session;

    if (login_ticket_draw(&renew->ticket, next.id, session->account,
                          renew->now)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    renew->ticket.auth_time = session->auth_time;
    renew->shared = session->shared;

    next.generation = proof->account.generation;
    next.seen = renew->now;

    login_session_touch(renew->changes, session, session->seen);
    login_session_end(renew->changes, session->account, session->id);
    login_session_add(renew->changes, &next);

    return LOGIN_OK;
}


static login_result_e
login_renew_others(login_renew_t *renew, const login_proof_t *proof,
    login_view_t *view)
{
    login_renew_walk_t  walk;

    walk.renew = renew;
    walk.proof = proof;
    walk.own = (renew->token.len == 0) ? &proof->session : NULL;

    return login_session_walk(view, proof->account.id, login_renew_other,
                              &walk);
}


/* One that goes on, too, is expected to be there still. */

static login_result_e
login_renew_other(void *data, const login_session_t *session)
{
    login_session_t      next;
    login_renew_walk_t  *walk = data;

    if (walk->own != NULL
        && memcmp(session->id, walk->own->id, LOGIN_ID_LEN) == 0)
    {
        return LOGIN_OK;
    }

    if (walk->own == NULL
        || walk->renew->others
        || session->epoch != walk->own->epoch
        || session->generation != walk->own->generation)
    {
        login_session_end(walk->renew->changes, session->account,
                          session->id);
        return LOGIN_OK;
    }

    next = *session;
    next.generation = walk->proof->account.generation;

    login_session_touch(walk->renew->changes, &next, next.seen);

    return LOGIN_OK;
}


static void
login_renew_keep_event(login_renew_t *renew, const login_proof_t *proof,
    login_view_t *view, login_str_t detail)
{
    login_log_event_t  event;

    memset(&event, 0, sizeof(login_log_event_t));

    event.kind = LOGIN_LOG_PASSWORD_RESET;

    if (renew->token.len == 0) {
        event.kind = renew->remove ? LOGIN_LOG_MFA_DEVICE_REMOVED
                                   : LOGIN_LOG_PASSWORD_CHANGED;
        event.session = proof->session.id;
    }

    event.time = renew->now * 1000;
    event.org = proof->account.org;
    event.username = proof->account.username;
    event.address = renew->address;
    event.browser = renew->browser;
    event.detail = detail;

    login_log_keep(renew->changes, view, proof->account.id, &event);
}


/* The owner, if somebody else did it, is to know. */

static login_result_e
login_renew_tell(login_renew_t *renew, const login_account_t *account,
    login_view_t *view, login_str_t detail)
{
    login_mail_t    mail;
    login_result_e  rc;

    if (!renew->mails) {
        return LOGIN_OK;
    }

    memset(&mail, 0, sizeof(login_mail_t));

    if (login_mail_draw(mail.id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    mail.kind = renew->remove ? LOGIN_MAIL_DEVICE_REMOVED
                              : LOGIN_MAIL_PASSWORD_CHANGED;
    mail.detail = detail;
    mail.to = account->email;
    mail.language = account->language;
    mail.username = account->username;
    mail.name = account->name;
    mail.org = account->org;
    mail.url = renew->portal;
    mail.address = renew->address;
    mail.when = renew->now;

    /* who has no address is told by nothing */

    rc = login_mail_put(renew->changes, view, &mail, renew->now);

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}
