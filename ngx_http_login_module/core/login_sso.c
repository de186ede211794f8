
#include "login.h"

#include <string.h>


static login_result_e login_sso_build(login_sso_t *sso, login_view_t *view);
static login_result_e login_sso_known(login_sso_t *sso,
    login_account_t *account, login_view_t *view);
static login_result_e login_sso_invited(login_sso_t *sso, login_view_t *view);
static login_result_e login_sso_new(login_sso_t *sso, login_view_t *view);
static login_result_e login_sso_refuse(login_sso_t *sso,
    login_sso_refusal_e refusal);
static unsigned login_sso_profile(const login_sso_t *sso,
    login_account_t *account);
static unsigned login_sso_take(login_str_t *to, login_str_t from);
static login_result_e login_sso_session(login_sso_t *sso,
    const login_account_t *account, login_view_t *view,
    login_log_kind_e event);
static void login_sso_federate(login_sso_t *sso,
    const login_account_t *account);


login_result_e
login_sso_run(login_sso_t *sso, login_view_t *view)
{
    login_result_e   rc;
    login_signin_t  *signin;

    signin = &sso->signin;

    signin->changes = NULL;
    signin->made = 0;
    signin->methods = LOGIN_METHOD_SSO;
    signin->error.line = 0;
    signin->error.text[0] = '\0';

    if (login_view_begin(view) != LOGIN_OK) {
        login_error(&signin->error, "store could not be read");
        return LOGIN_FAULT;
    }

    rc = login_sso_build(sso, view);

    login_view_end(view);

    if (rc == LOGIN_OK) {
        return LOGIN_OK;
    }

    if (rc == LOGIN_FAULT) {
        login_error(&signin->error, "session could not be made");
    }

    login_changes_destroy(signin->changes);
    login_wipe(&signin->ticket, sizeof(login_ticket_t));
    signin->changes = NULL;

    return rc;
}


static login_result_e
login_sso_build(login_sso_t *sso, login_view_t *view)
{
    login_result_e      rc;
    login_account_t     account;
    login_federated_t   federated;

    rc = login_used_find(view, LOGIN_USED_STATE, sso->signin.portal,
                         sso->state);
    if (rc != LOGIN_NO) {
        return rc == LOGIN_OK ? login_sso_refuse(sso, LOGIN_SSO_USED) : rc;
    }

    rc = login_federated_find(&federated, &account, view, sso->signin.org,
                              sso->issuer, sso->subject);

    if (rc == LOGIN_OK) {
        return login_sso_known(sso, &account, view);
    }

    if (rc != LOGIN_NO) {
        return rc;
    }

    if (sso->token.len != 0) {
        return login_sso_invited(sso, view);
    }

    return sso->provision ? login_sso_new(sso, view)
                          : login_sso_refuse(sso, LOGIN_SSO_NOBODY);
}


static login_result_e
login_sso_known(login_sso_t *sso, login_account_t *account,
    login_view_t *view)
{
    unsigned        changed;
    login_result_e  rc;

    if (account->disabled) {
        return login_sso_refuse(sso, LOGIN_SSO_DISABLED);
    }

    changed = login_sso_profile(sso, account);

    rc = login_sso_session(sso, account, view, LOGIN_LOG_SIGNIN);

    if (rc == LOGIN_OK && changed) {
        login_account_update(sso->signin.changes, account);
    }

    return rc;
}


/* The invitation says who it is, whatever name the provider knows. */

static login_result_e
login_sso_invited(login_sso_t *sso, login_view_t *view)
{
    login_link_t     link;
    login_result_e   rc;
    login_account_t  account;

    rc = login_link_find(&link, &account, view, LOGIN_LINK_INVITATION,
                         sso->token, sso->signin.now);

    if (rc == LOGIN_NO) {
        sso->link = link.state;
        return login_sso_refuse(sso, LOGIN_SSO_INVITATION);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    /* of another organisation, whose providers may be others */

    if (!login_str_eq(account.org, sso->signin.org)) {
        sso->link = LOGIN_LINK_UNKNOWN;
        return login_sso_refuse(sso, LOGIN_SSO_INVITATION);
    }

    account.invited = 0;
    (void) login_sso_profile(sso, &account);

    rc = login_sso_session(sso, &account, view, LOGIN_LOG_REGISTERED);

    if (rc == LOGIN_OK) {
        login_account_update(sso->signin.changes, &account);
        login_link_use(sso->signin.changes, &link, sso->signin.now);
        login_sso_federate(sso, &account);
    }

    return rc;
}


static login_result_e
login_sso_new(login_sso_t *sso, login_view_t *view)
{
    login_result_e   rc;
    login_account_t  account;

    rc = login_account_find(&account, view, sso->signin.org, sso->username);

    if (rc == LOGIN_OK) {
        return login_sso_refuse(sso, LOGIN_SSO_TAKEN);
    }

    if (rc != LOGIN_NO || login_account_new(&account, sso->signin.now)
                          != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    account.org = sso->signin.org;
    account.username = sso->username;
    (void) login_sso_profile(sso, &account);

    sso->signin.made = 1;

    rc = login_sso_session(sso, &account, view, LOGIN_LOG_SIGNIN);

    if (rc == LOGIN_OK) {
        login_account_add(sso->signin.changes, &account);
        login_sso_federate(sso, &account);
    }

    return rc;
}


static login_result_e
login_sso_refuse(login_sso_t *sso, login_sso_refusal_e refusal)
{
    sso->refusal = refusal;

    return LOGIN_NO;
}


/* As the provider has it; 1: something has changed. */

static unsigned
login_sso_profile(const login_sso_t *sso, login_account_t *account)
{
    unsigned  changed;

    changed = 0;

    if (sso->name.len != 0) {
        changed |= login_sso_take(&account->name, sso->name);
    }

    if (sso->email.len != 0) {
        changed |= login_sso_take(&account->email, sso->email);
    }

    if (sso->roles_told) {
        changed |= login_sso_take(&account->roles, sso->roles);
    }

    return changed;
}


static unsigned
login_sso_take(login_str_t *to, login_str_t from)
{
    if (login_str_eq(*to, from)) {
        return 0;
    }

    *to = from;

    return 1;
}


static login_result_e
login_sso_session(login_sso_t *sso, const login_account_t *account,
    login_view_t *view, login_log_kind_e event)
{
    memcpy(sso->names, account->username.data, account->username.len);
    sso->signin.username = login_str(sso->names, account->username.len);

    memcpy(sso->signin.account, account->id, LOGIN_ID_LEN);
    sso->signin.exists = 1;
    sso->event = event;

    if (login_signin_session(&sso->signin, account, view, event) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    /* a cookie can be sent again, also by who has stolen it */

    return login_used_note(sso->signin.changes, view, LOGIN_USED_STATE,
                           sso->signin.portal, sso->state,
                           sso->signin.now + 2 * LOGIN_SSO_TIME,
                           sso->signin.now);
}


static void
login_sso_federate(login_sso_t *sso, const login_account_t *account)
{
    login_federated_t  federated;

    memcpy(federated.account, account->id, LOGIN_ID_LEN);
    federated.created = sso->signin.now;
    federated.provider = sso->signin.provider;
    federated.issuer = sso->issuer;
    federated.subject = sso->subject;

    login_federated_add(sso->signin.changes, account, &federated);
}
