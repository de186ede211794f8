
#include "login.h"
#include "login_record.h"

#include <string.h>


static login_result_e login_register_find(login_register_t *reg,
    login_link_t *link, login_account_t *account, login_view_t *view);
static login_result_e login_register_hash(login_register_t *reg,
    login_view_t *view, login_hasher_t *hasher);
static login_result_e login_register_words(login_register_t *reg,
    login_words_t *words, login_view_t *view);
static login_result_e login_register_admit(login_register_t *reg,
    const login_account_t *account, login_view_t *view);
static login_result_e login_register_remember(login_register_t *reg,
    const login_account_t *account);
static void login_register_names(login_register_t *reg,
    const login_account_t *account);
static login_result_e login_register_build(login_register_t *reg,
    login_view_t *view);


login_result_e
login_register_run(login_register_t *reg, login_view_t *view,
    login_hasher_t *hasher)
{
    login_result_e  rc;

    reg->signin.error.line = 0;
    reg->signin.error.text[0] = '\0';
    reg->signin.changes = NULL;

    rc = LOGIN_OK;

    if (reg->phc[0] == '\0') {
        rc = login_register_hash(reg, view, hasher);
    }

    if (rc == LOGIN_OK) {
        rc = login_register_build(reg, view);
    }

    if (rc != LOGIN_OK) {
        login_changes_destroy(reg->signin.changes);
        login_wipe(&reg->signin.ticket, sizeof(login_ticket_t));
        reg->signin.changes = NULL;
    }

    return rc;
}


static login_result_e
login_register_hash(login_register_t *reg, login_view_t *view,
    login_hasher_t *hasher)
{
    login_words_t       words;
    login_result_e      rc;
    const login_org_t  *org;

    rc = login_register_words(reg, &words, view);
    if (rc != LOGIN_OK) {
        return rc;
    }

    org = login_orgs_find(reg->signin.orgs, reg->signin.org);

    rc = org ? login_strength_check(&reg->strength, &org->rules, &words,
                                    reg->password)
             : LOGIN_FAULT;

    if (rc == LOGIN_NO) {
        reg->refusal = LOGIN_REGISTER_WEAK;
        return LOGIN_NO;
    }

    if (rc == LOGIN_OK) {
        rc = login_password_hash(reg->phc, hasher, reg->password);
    }

    if (rc != LOGIN_OK) {
        login_error(&reg->signin.error, "password could not be hashed");
        reg->phc[0] = '\0';
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


/* What others would try first: who it is, and where. */

static login_result_e
login_register_words(login_register_t *reg, login_words_t *words,
    login_view_t *view)
{
    login_link_t     link;
    login_result_e   rc;
    login_account_t  account;

    memset(words, 0, sizeof(login_words_t));

    if (login_view_begin(view) != LOGIN_OK) {
        login_error(&reg->signin.error, "store could not be read");
        return LOGIN_FAULT;
    }

    rc = login_register_find(reg, &link, &account, view);

    if (rc == LOGIN_OK) {
        login_register_names(reg, &account);

        login_words_add(words, account.username);
        login_words_add(words, account.name);
        login_words_add(words, account.email);
        login_words_add(words, reg->name);
        login_words_add(words, reg->host);
    }

    login_view_end(view);

    return rc;
}


static void
login_register_names(login_register_t *reg, const login_account_t *account)
{
    u_char  *p;

    p = reg->names;

    memcpy(p, account->org.data, account->org.len);
    reg->signin.org = login_str(p, account->org.len);

    p += account->org.len;

    memcpy(p, account->username.data, account->username.len);
    reg->signin.username = login_str(p, account->username.len);
}


static login_result_e
login_register_find(login_register_t *reg, login_link_t *link,
    login_account_t *account, login_view_t *view)
{
    login_result_e      rc;
    const login_org_t  *org;

    rc = login_link_find(link, account, view, LOGIN_LINK_INVITATION,
                         reg->token, reg->signin.now);

    if (rc == LOGIN_OK) {
        org = login_orgs_find(reg->signin.orgs, account->org);

        if (org == NULL || !org->password) {
            link->state = LOGIN_LINK_UNKNOWN;
            rc = LOGIN_NO;
        }
    }

    if (rc == LOGIN_NO) {
        reg->refusal = LOGIN_REGISTER_ENDED;
        reg->link = link->state;
    }

    if (rc == LOGIN_FAULT) {
        login_error(&reg->signin.error, "invitation could not be read");
    }

    return rc;
}


static login_result_e
login_register_build(login_register_t *reg, login_view_t *view)
{
    login_link_t     link;
    login_result_e   rc;
    login_account_t  account;

    if (login_view_begin(view) != LOGIN_OK) {
        login_error(&reg->signin.error, "store could not be read");
        return LOGIN_FAULT;
    }

    rc = login_register_find(reg, &link, &account, view);

    if (rc == LOGIN_OK) {
        rc = login_register_remember(reg, &account);

        if (rc == LOGIN_OK) {
            rc = login_register_admit(reg, &account, view);
        }

        if (rc != LOGIN_OK) {
            login_error(&reg->signin.error, "session could not be made");
            rc = LOGIN_FAULT;
        }
    }

    if (rc == LOGIN_OK) {
        account.invited = 0;
        account.password = login_cstr(reg->phc);

        if (reg->name.len != 0) {
            account.name = reg->name;
        }

        login_account_update(reg->signin.changes, &account);
        login_link_use(reg->signin.changes, &link, reg->signin.now);
    }

    login_view_end(view);

    return rc;
}


/* Where a second factor is due, the session comes behind that. */

static login_result_e
login_register_admit(login_register_t *reg, const login_account_t *account,
    login_view_t *view)
{
    login_log_event_t  event;

    if (login_signin_due(&reg->signin, account, view) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (reg->signin.event == LOGIN_EVENT_OK) {
        return login_signin_session(&reg->signin, account, view,
                                    LOGIN_LOG_REGISTERED);
    }

    reg->signin.changes = login_changes_create();
    if (reg->signin.changes == NULL) {
        return LOGIN_FAULT;
    }

    login_signin_event(&event, LOGIN_LOG_REGISTERED, &reg->signin);
    login_log_keep(reg->signin.changes, view, account->id, &event);

    return LOGIN_OK;
}


/* From this browser, nobody else's failures will keep the owner out. */

static login_result_e
login_register_remember(login_register_t *reg,
    const login_account_t *account)
{
    login_guess_t  *guess;

    guess = &reg->signin.guess;
    reg->signin.remember = 1;

    if (login_limit_name(guess->name, account->org, account->username)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_limit_browser(guess->browser, guess->name,
                               reg->signin.browser_id);
}


login_result_e
login_register_name(login_str_t name)
{
    size_t  i;

    if (name.len > LOGIN_FULLNAME_MAX
        || login_utf8_check(name, NULL) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    for (i = 0; i < name.len; i++) {
        if (name.data[i] < 0x20 || name.data[i] == 0x7f) {
            return LOGIN_NO;
        }
    }

    return LOGIN_OK;
}
