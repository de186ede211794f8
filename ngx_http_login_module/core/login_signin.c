
#include "login.h"
#include "login_record.h"

#include <string.h>


/* What the hash is checked against, kept while no view is open. */
typedef struct {
    unsigned   exists;
    unsigned   disabled;
    size_t     name_len;
    u_char     name[LOGIN_USERNAME_MAX];
    u_char     id[LOGIN_ID_LEN];
    uint32_t   generation;
    size_t     phc_len;
    u_char     phc[LOGIN_PHC_MAX];
} login_candidate_t;


static login_result_e login_signin_find(login_candidate_t *candidate,
    login_signin_t *signin, login_view_t *view);
static login_result_e login_signin_account(login_account_t *account,
    login_signin_t *signin, login_view_t *view, login_str_t username);
static void login_signin_only(login_candidate_t *candidate,
    const login_signin_t *signin);
static login_result_e login_signin_verify(login_candidate_t *candidate,
    char phc[LOGIN_PHC_MAX + 1], login_signin_t *signin,
    login_hasher_t *hasher);
static login_result_e login_signin_build(const login_candidate_t *candidate,
    const char *phc, login_signin_t *signin, login_view_t *view);
static int login_signin_changed(const login_candidate_t *candidate,
    const login_account_t *account);
static int login_signin_same(const login_candidate_t *candidate,
    const login_account_t *account);
static void login_signin_upgrade(login_signin_t *signin,
    login_account_t *account, const login_candidate_t *candidate,
    const char *phc, login_view_t *view);


/* Looked for where there is no such name, which is one look otherwise. */
static const u_char  login_signin_nobody[LOGIN_ID_LEN];


login_result_e
login_signin_run(login_signin_t *signin, login_view_t *view,
    login_hasher_t *hasher)
{
    char               phc[LOGIN_PHC_MAX + 1];
    login_result_e     rc;
    login_candidate_t  candidate;

    signin->exists = 0;
    signin->changes = NULL;
    signin->upgrade = NULL;
    signin->better = 0;
    signin->event = LOGIN_EVENT_FAULT;
    signin->error.line = 0;
    signin->error.text[0] = '\0';

    rc = login_signin_find(&candidate, signin, view);

    if (rc == LOGIN_OK) {
        signin->exists = candidate.exists;
        memcpy(signin->account, candidate.id, LOGIN_ID_LEN);

        rc = login_signin_verify(&candidate, phc, signin, hasher);
    }

    if (rc == LOGIN_OK) {
        rc = login_signin_build(&candidate, phc, signin, view);
    }

    login_wipe(&candidate, sizeof(login_candidate_t));
    login_wipe(phc, sizeof(phc));

    if (rc == LOGIN_OK) {
        return LOGIN_OK;
    }

    login_changes_destroy(signin->changes);
    login_changes_destroy(signin->upgrade);
    login_wipe(&signin->ticket, sizeof(login_ticket_t));

    signin->changes = NULL;
    signin->upgrade = NULL;

    return rc;
}


/* LOGIN_OK also where there is none: the work to come is the same. */

static login_result_e
login_signin_find(login_candidate_t *candidate, login_signin_t *signin,
    login_view_t *view)
{
    size_t           len;
    u_char           name[LOGIN_USERNAME_MAX];
    login_result_e   rc;
    login_account_t  account;

    memset(candidate, 0, sizeof(login_candidate_t));

    rc = login_username_normalise(name, &len, signin->username);
    if (rc == LOGIN_FAULT) {
        login_error(&signin->error, "user name could not be normalised");
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_NO) {
        return LOGIN_OK;
    }

    if (login_view_begin(view) != LOGIN_OK) {
        login_error(&signin->error, "store could not be read");
        return LOGIN_FAULT;
    }

    rc = login_signin_account(&account, signin, view, login_str(name, len));

    if (rc == LOGIN_OK && account.password.len > LOGIN_PHC_MAX) {
        rc = LOGIN_FAULT;
    }

    if (rc == LOGIN_OK) {
        candidate->exists = 1;
        candidate->disabled = account.disabled;
        candidate->generation = account.generation;
        candidate->phc_len = account.password.len;

        candidate->name_len = len;

        memcpy(candidate->id, account.id, LOGIN_ID_LEN);
        memcpy(candidate->name, name, len);

        memcpy(signin->found, account.org.data, account.org.len);
        signin->org = login_str(signin->found, account.org.len);

        if (account.password.len != 0) {
            memcpy(candidate->phc, account.password.data,
                   account.password.len);
        }

        login_signin_only(candidate, signin);
    }

    login_view_end(view);

    if (rc == LOGIN_FAULT) {
        login_error(&signin->error, "account could not be read");
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


/* With single sign-on only, one that is left from before is worth nothing. */

static void
login_signin_only(login_candidate_t *candidate, const login_signin_t *signin)
{
    const login_org_t  *org;

    org = login_orgs_find(signin->orgs, signin->org);

    if (org == NULL || !org->password) {
        candidate->phc_len = 0;
    }
}


/*
 * The one who may be meant.  LOGIN_NO: nobody, or which one cannot be told;
 * either is as much work as if there were one.
 */

static login_result_e
login_signin_account(login_account_t *account, login_signin_t *signin,
    login_view_t *view, login_str_t username)
{
    size_t          n;
    u_char          ids[1][LOGIN_ID_LEN];
    login_result_e  rc;

    if (signin->org.len != 0) {
        rc = login_account_find(account, view, signin->org, username);

        if (rc == LOGIN_OK
            && login_orgs_find(signin->orgs, account->org) == NULL)
        {
            return LOGIN_NO;
        }

        return rc == LOGIN_NO
               ? login_account_get(account, view, login_signin_nobody) : rc;
    }

    if (login_orgs_people(ids, 1, &n, view, signin->orgs, signin->portal,
                          username, 1)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_account_get(account, view, n == 1 ? ids[0]
                                                   : login_signin_nobody);
}


/* "phc" becomes the better hash to store, or empty. */

static login_result_e
login_signin_verify(login_candidate_t *candidate,
    char phc[LOGIN_PHC_MAX + 1], login_signin_t *signin,
    login_hasher_t *hasher)
{
    int             upgrade;
    login_result_e  rc;

    phc[0] = '\0';

    rc = login_password_verify(hasher,
                               login_str(candidate->phc, candidate->phc_len),
                               signin->password, &upgrade);

    if (rc == LOGIN_FAULT) {
        login_error(&signin->error, "password hash could not be checked");
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_NO || !candidate->exists || candidate->disabled) {
        return LOGIN_NO;
    }

    /* without an upgrade people get in as well */

    if (upgrade
        && login_password_hash(phc, hasher, signin->password) != LOGIN_OK)
    {
        phc[0] = '\0';
    }

    return LOGIN_OK;
}


static login_result_e
login_signin_build(const login_candidate_t *candidate, const char *phc,
    login_signin_t *signin, login_view_t *view)
{
    login_result_e   rc;
    login_account_t  account;

    if (login_view_begin(view) != LOGIN_OK) {
        login_error(&signin->error, "store could not be read");
        return LOGIN_FAULT;
    }

    rc = login_account_get(&account, view, candidate->id);

    if (rc == LOGIN_OK && login_signin_changed(candidate, &account)) {
        rc = LOGIN_NO;

    } else if (rc == LOGIN_OK) {
        rc = login_signin_due(signin, &account, view);
    }

    if (rc == LOGIN_OK && signin->event == LOGIN_EVENT_OK) {
        rc = login_signin_session(signin, &account, view, LOGIN_LOG_SIGNIN);
    }

    if (rc == LOGIN_OK) {
        login_signin_upgrade(signin, &account, candidate, phc, view);
    }

    login_view_end(view);

    if (rc == LOGIN_FAULT) {
        login_error(&signin->error, "session could not be made");
    }

    return rc;
}


/*
 * While the hash was at work, the account may have been disabled, renamed, or
 * got another password, which raises the generation; a better hash of the
 * same password does not.
 */

static int
login_signin_changed(const login_candidate_t *candidate,
    const login_account_t *account)
{
    return account->disabled
           || !login_str_eq(account->username,
                            login_str(candidate->name, candidate->name_len))
           || (account->generation != candidate->generation
               && !login_signin_same(candidate, account));
}


/* Is the hash that was checked still the account's? */

static int
login_signin_same(const login_candidate_t *candidate,
    const login_account_t *account)
{
    return account->password.len == candidate->phc_len
           && login_equal(account->password.data, candidate->phc,
                          candidate->phc_len);
}


static void
login_signin_upgrade(login_signin_t *signin, login_account_t *account,
    const login_candidate_t *candidate, const char *phc, login_view_t *view)
{
    login_log_event_t  event;

    if (phc[0] == '\0' || !login_signin_same(candidate, account)) {
        return;
    }

    if (signin->upgrade == NULL) {
        signin->upgrade = login_changes_create();
    }

    if (signin->upgrade == NULL) {
        return;
    }

    signin->better = 1;
    account->password = login_cstr(phc);

    login_account_update(signin->upgrade, account);

    login_signin_event(&event, LOGIN_LOG_PASSWORD_UPGRADED, signin);
    event.username = account->username;

    login_log_keep(signin->upgrade, view, account->id, &event);
}
