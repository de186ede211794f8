
/* What a sign-in asks beside the password. */

#include "login.h"

#include <string.h>


#define LOGIN_TRUST_NOTE  3600      /* seconds until its use is noted anew */


static login_result_e login_signin_trusted(login_signin_t *signin,
    const login_account_t *account, login_view_t *view);


login_result_e
login_signin_due(login_signin_t *signin, const login_account_t *account,
    login_view_t *view)
{
    size_t              n;
    login_flow_due_t   *due;
    const login_org_t  *org;

    due = &signin->due;
    org = login_orgs_find(signin->orgs, account->org);

    if (org == NULL) {
        return LOGIN_FAULT;
    }

    due->policy = org->mfa;
    signin->trust = org->trust;

    if (login_device_count(&n, view, account->id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    due->devices = (n != 0);
    due->trusted = 0;

    if (due->devices
        && due->policy != LOGIN_MFA_OFF
        && login_signin_trusted(signin, account, view) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    signin->event = login_flow_factor(due);
    signin->methods = LOGIN_METHOD_PASSWORD;

    if (signin->event == LOGIN_EVENT_OK) {
        signin->methods |= due->trusted ? LOGIN_METHOD_TRUST : 0;
        return LOGIN_OK;
    }

    if (login_flow_draw(&signin->flow) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    signin->flow.methods = LOGIN_METHOD_PASSWORD;
    signin->flow.shared = signin->shared;
    signin->flow.generation = account->generation;
    signin->flow.auth_time = signin->now;
    memcpy(signin->flow.account, account->id, LOGIN_ID_LEN);

    return login_epoch_get(&signin->flow.epoch, view);
}


/* That it was made use of is noted when nobody waits, and not each time. */

static login_result_e
login_signin_trusted(login_signin_t *signin, const login_account_t *account,
    login_view_t *view)
{
    login_trust_t   trust;
    login_result_e  rc;

    if (signin->trust == 0 || signin->trusted.len == 0) {
        return LOGIN_OK;
    }

    rc = login_trust_check(&trust, view, signin->portal, account,
                           signin->trusted, signin->trust, signin->now);

    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
    }

    signin->due.trusted = 1;

    if (signin->due.need
        || signin->upgrade != NULL
        || trust.used > signin->now
        || signin->now - trust.used < LOGIN_TRUST_NOTE)
    {
        return LOGIN_OK;
    }

    signin->upgrade = login_changes_create();

    if (signin->upgrade != NULL) {
        login_trust_use(signin->upgrade, &trust, signin->now);
    }

    return LOGIN_OK;
}
