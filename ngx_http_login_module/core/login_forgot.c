
#include "login.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


static login_result_e login_forgot_build(login_forgot_t *forgot,
    login_forgot_found_t *found, login_view_t *view);
static login_result_e login_forgot_search(login_forgot_found_t *found,
    const login_forgot_t *forgot, login_view_t *view);
static login_result_e login_forgot_offer(login_forgot_one_t *one,
    const login_forgot_t *forgot, login_view_t *view);


login_result_e
login_forgot_run(login_forgot_t *forgot, login_view_t *view)
{
    login_result_e         rc;
    login_forgot_found_t  *found;

    forgot->error.line = 0;
    forgot->error.text[0] = '\0';

    forgot->changes = login_changes_create();
    found = calloc(1, sizeof(login_forgot_found_t));

    if (forgot->changes == NULL || found == NULL
        || login_view_begin(view) != LOGIN_OK)
    {
        rc = LOGIN_FAULT;

    } else {
        rc = login_forgot_build(forgot, found, view);
        login_view_end(view);
    }

    if (rc != LOGIN_OK) {
        login_error(&forgot->error, "mail of who forgot a password could not "
                    "be written");
        login_changes_destroy(forgot->changes);
        forgot->changes = NULL;
    }

    free(found);

    return rc;
}


static login_result_e
login_forgot_build(login_forgot_t *forgot, login_forgot_found_t *found,
    login_view_t *view)
{
    u_char          name[LOGIN_ID_LEN];
    login_result_e  rc;

    if (login_forgot_search(found, forgot, view) != LOGIN_OK
        || login_limit_name(name, forgot->org, forgot->username) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    rc = login_mail_allowed(forgot->changes, view, name, found->n != 0,
                            forgot->now);

    if (rc == LOGIN_NO && found->n != 0) {
        return login_mail_allowed(forgot->changes, view, name, 0,
                                  forgot->now);
    }

    if (rc != LOGIN_OK || found->n == 0) {
        return rc;
    }

    return login_forgot_send(forgot, found, view);
}


static login_result_e
login_forgot_search(login_forgot_found_t *found, const login_forgot_t *forgot,
    login_view_t *view)
{
    size_t               i, n, len;
    u_char               name[LOGIN_USERNAME_MAX];
    u_char               ids[LOGIN_MAIL_ROWS_MAX][LOGIN_ID_LEN];
    login_result_e       rc;
    login_account_t      account;
    login_forgot_one_t  *one;

    rc = login_username_normalise(name, &len, forgot->username);
    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : rc;
    }

    n = 0;

    if (forgot->org.len == 0) {
        rc = login_orgs_people(ids, LOGIN_MAIL_ROWS_MAX, &n, view,
                               forgot->orgs, forgot->portal,
                               login_str(name, len), 0);

    } else {
        rc = login_account_find(&account, view, forgot->org,
                                login_str(name, len));
        if (rc == LOGIN_OK) {
            memcpy(ids[n++], account.id, LOGIN_ID_LEN);
        }
    }

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    for (i = 0; i < n && i < LOGIN_MAIL_ROWS_MAX; i++) {
        one = &found->all[found->n];

        if (login_account_get(&one->account, view, ids[i]) != LOGIN_OK
            || login_forgot_offer(one, forgot, view) != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        if (one->offer != LOGIN_FORGOT_NOTHING) {
            found->n++;
        }
    }

    return LOGIN_OK;
}


/*
 * An account that has no password gets none by this.  Who is invited comes
 * in through the invitation, also where a provider makes the account theirs.
 */

static login_result_e
login_forgot_offer(login_forgot_one_t *one, const login_forgot_t *forgot,
    login_view_t *view)
{
    login_result_e          rc;
    const login_org_t      *org;
    const login_account_t  *account;

    account = &one->account;
    one->offer = LOGIN_FORGOT_NOTHING;

    org = login_orgs_find(forgot->orgs, account->org);

    if (org == NULL || account->disabled
        || login_mail_address(account->email) != LOGIN_OK)
    {
        return LOGIN_OK;
    }

    if (account->password.len != 0 && org->password) {
        one->offer = LOGIN_FORGOT_RESET;
        return LOGIN_OK;
    }

    rc = login_invite_open(&one->invitation, account, view, forgot->now);

    if (rc == LOGIN_OK) {
        one->offer = LOGIN_FORGOT_INVITATION;

    } else if (rc == LOGIN_NO && org->providers.len != 0) {
        one->offer = LOGIN_FORGOT_SSO;
    }

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}
