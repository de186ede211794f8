
/* What a sign-in with the right password writes. */

#include "login.h"
#include "login_record.h"

#include <string.h>


static login_result_e login_signin_replace(login_signin_t *signin);
static login_result_e login_signin_tell(login_signin_t *signin,
    const login_account_t *account, login_view_t *view);
static login_result_e login_signin_remember(login_signin_t *signin,
    const login_account_t *account, login_view_t *view);
static login_result_e login_signin_own(login_guess_t *guess,
    const login_signin_t *signin, const login_account_t *account);


login_result_e
login_signin_session(login_signin_t *signin, const login_account_t *account,
    login_view_t *view, login_log_kind_e kind)
{
    login_session_t     session;
    const login_org_t  *org;
    login_log_event_t   event;

    memset(&session, 0, sizeof(login_session_t));

    org = login_orgs_find(signin->orgs, account->org);
    if (org == NULL) {
        return LOGIN_FAULT;
    }

    if (login_ticket_draw(&signin->ticket, session.id, account->id,
                          signin->now)
        != LOGIN_OK
        || login_epoch_get(&session.epoch, view) == LOGIN_FAULT)
    {
        return LOGIN_FAULT;
    }

    memcpy(session.account, account->id, LOGIN_ID_LEN);

    session.auth_time = signin->auth_time ? signin->auth_time : signin->now;
    session.seen = signin->now;
    session.generation = account->generation;
    session.shared = signin->shared;
    session.methods = signin->methods ? signin->methods
                                      : LOGIN_METHOD_PASSWORD;
    session.address = signin->address;
    session.browser = signin->browser;
    session.provider = signin->provider;
    memcpy(session.sid, signin->sid, LOGIN_ID_LEN);

    signin->ticket.auth_time = session.auth_time;

    if (signin->changes == NULL) {
        signin->changes = login_changes_create();
    }

    if (signin->changes == NULL) {
        return LOGIN_FAULT;
    }

    /* to be added is to expect that there is none */

    if (login_session_sweep(signin->changes, view, account, &org->limits,
                            signin->now)
        == LOGIN_FAULT
        || login_flow_sweep(signin->changes, view, account->id, signin->now)
           != LOGIN_OK
        || (!signin->made
            && login_account_expect(signin->changes, view, account)
               != LOGIN_OK)
        || login_signin_replace(signin) != LOGIN_OK
        || login_signin_tell(signin, account, view) != LOGIN_OK
        || login_signin_remember(signin, account, view) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    login_session_add(signin->changes, &session);
    login_account_see(signin->changes, account->id, signin->now);

    login_signin_event(&event, kind, signin);
    event.username = account->username;
    event.session = session.id;
    login_log_keep(signin->changes, view, account->id, &event);

    return LOGIN_OK;
}


void
login_signin_event(login_log_event_t *event, login_log_kind_e kind,
    const login_signin_t *signin)
{
    memset(event, 0, sizeof(login_log_event_t));

    event->kind = kind;
    event->time = signin->now * 1000;
    event->org = signin->org;
    event->username = signin->username;
    event->address = signin->address;
    event->browser = signin->browser;
    event->detail = signin->provider;
}


/* Whoever was signed in with this browser is so no more. */

static login_result_e
login_signin_replace(login_signin_t *signin)
{
    u_char  id[LOGIN_ID_LEN];

    if (!signin->replace) {
        return LOGIN_OK;
    }

    if (login_ticket_session(id, &signin->old) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    login_session_end(signin->changes, signin->old.account, id);

    return LOGIN_OK;
}


/* Also on a shared computer: who has stolen a password would say it is one. */

static login_result_e
login_signin_tell(login_signin_t *signin, const login_account_t *account,
    login_view_t *view)
{
    login_mail_t    mail;
    login_guess_t   own;
    login_result_e  rc;

    if (!signin->mails || !signin->remember) {
        return LOGIN_OK;
    }

    if (login_signin_own(&own, signin, account) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_known_new(view, account, &own);
    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
    }

    memset(&mail, 0, sizeof(login_mail_t));

    if (login_mail_draw(mail.id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    mail.kind = LOGIN_MAIL_NEW_BROWSER;
    mail.to = account->email;
    mail.language = account->language;
    mail.username = account->username;
    mail.name = account->name;
    mail.org = account->org;
    mail.url = signin->portal;
    mail.detail = signin->browser;
    mail.address = signin->address;
    mail.when = signin->now;

    /* who has no address is told by nothing */

    rc = login_mail_put(signin->changes, view, &mail, signin->now);

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}


/*
 * From this browser, nobody else's failures will keep the owner out; nor will
 * they where the next attempt does not say the organisation either.
 */

static login_result_e
login_signin_remember(login_signin_t *signin, const login_account_t *account,
    login_view_t *view)
{
    login_guess_t  own;

    if (signin->shared || !signin->remember) {
        return LOGIN_OK;
    }

    if (login_signin_own(&own, signin, account) != LOGIN_OK
        || login_known_add(signin->changes, view, account, &own, signin->now)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (memcmp(own.name, signin->guess.name, LOGIN_ID_LEN) == 0) {
        return LOGIN_OK;
    }

    return login_known_add(signin->changes, view, account, &signin->guess,
                           signin->now);
}


static login_result_e
login_signin_own(login_guess_t *guess, const login_signin_t *signin,
    const login_account_t *account)
{
    if (login_limit_name(guess->name, account->org, account->username)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_limit_browser(guess->browser, guess->name,
                               signin->browser_id);
}
