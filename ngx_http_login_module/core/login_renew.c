
#include "login.h"
#include "login_record.h"

#include <string.h>


static login_result_e login_renew_hash(login_renew_t *renew,
    login_view_t *view, login_hasher_t *hasher);
static login_result_e login_renew_see(login_renew_t *renew,
    login_proof_t *proof, login_view_t *view);
static login_result_e login_renew_current(const login_renew_t *renew,
    const login_proof_t *proof);
static void login_renew_keep(login_renew_t *renew,
    const login_account_t *account);
static void login_renew_words(const login_renew_t *renew,
    login_words_t *words, const login_account_t *account);
static login_result_e login_renew_strength(login_renew_t *renew,
    const login_words_t *words);
static login_result_e login_renew_verify(login_renew_t *renew,
    login_hasher_t *hasher);
static login_result_e login_renew_apply(login_renew_t *renew,
    login_view_t *view);
static int login_renew_outdated(const login_renew_t *renew,
    const login_account_t *account);


login_result_e
login_renew_run(login_renew_t *renew, login_view_t *view,
    login_hasher_t *hasher)
{
    login_result_e  rc;

    renew->error.line = 0;
    renew->error.text[0] = '\0';
    renew->changes = NULL;

    rc = LOGIN_OK;

    if (!renew->shown) {
        rc = login_renew_hash(renew, view, hasher);
    }

    if (rc == LOGIN_OK) {
        rc = login_renew_apply(renew, view);
    }

    if (rc != LOGIN_OK) {
        login_changes_destroy(renew->changes);
        login_wipe(&renew->ticket, sizeof(login_ticket_t));
        renew->changes = NULL;
    }

    return rc;
}


static login_result_e
login_renew_hash(login_renew_t *renew, login_view_t *view,
    login_hasher_t *hasher)
{
    login_words_t   words;
    login_proof_t   proof;
    login_result_e  rc;

    if (login_view_begin(view) != LOGIN_OK) {
        login_error(&renew->error, "store could not be read");
        return LOGIN_FAULT;
    }

    rc = login_renew_see(renew, &proof, view);

    if (rc == LOGIN_OK) {
        login_renew_keep(renew, &proof.account);
        login_renew_words(renew, &words, &proof.account);
    }

    login_view_end(view);

    if (rc == LOGIN_OK && !renew->remove) {
        rc = login_renew_strength(renew, &words);
    }

    if (rc == LOGIN_OK) {
        rc = login_renew_verify(renew, hasher);
    }

    if (rc == LOGIN_OK
        && !renew->remove
        && login_password_hash(renew->phc, hasher, renew->password)
           != LOGIN_OK)
    {
        login_error(&renew->error, "password could not be hashed");
        rc = LOGIN_FAULT;
    }

    renew->shown = (rc == LOGIN_OK);

    return rc;
}


/* The account, as what is shown entitles to it. */

static login_result_e
login_renew_see(login_renew_t *renew, login_proof_t *proof,
    login_view_t *view)
{
    login_result_e  rc;

    if (renew->token.len != 0) {
        rc = login_link_find(&proof->link, &proof->account, view,
                             LOGIN_LINK_RESET, renew->token, renew->now);

    } else {
        rc = login_session_check(&proof->account, &proof->session, view,
                                 &renew->old, NULL, renew->now);
    }

    if (rc == LOGIN_OK) {
        rc = login_renew_current(renew, proof);
    }

    if (rc == LOGIN_NO) {
        renew->refusal = LOGIN_RENEW_ENDED;
    }

    if (rc == LOGIN_OK && proof->account.password.len > LOGIN_PHC_MAX) {
        rc = LOGIN_FAULT;
    }

    if (rc == LOGIN_FAULT) {
        login_error(&renew->error, "account could not be read");
    }

    return rc;
}


/* The organisation has passwords, and the session is good by its rules. */

static login_result_e
login_renew_current(const login_renew_t *renew, const login_proof_t *proof)
{
    const login_org_t  *org;

    org = login_orgs_find(renew->orgs, proof->account.org);

    if (org == NULL || !org->password
        || (renew->token.len == 0
            && login_session_left(&renew->old, proof->session.shared,
                                  &org->limits, renew->now)
               == 0))
    {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static void
login_renew_keep(login_renew_t *renew, const login_account_t *account)
{
    renew->generation = account->generation;
    renew->verified_len = account->password.len;

    memcpy(renew->account, account->id, LOGIN_ID_LEN);

    renew->org = login_str(renew->names, account->org.len);
    memcpy(renew->names, account->org.data, account->org.len);

    renew->username = login_str(renew->names + account->org.len,
                                account->username.len);
    memcpy(renew->names + account->org.len, account->username.data,
           account->username.len);

    if (account->password.len != 0) {
        memcpy(renew->verified, account->password.data,
               account->password.len);
    }
}


/* What others guess first. */

static void
login_renew_words(const login_renew_t *renew, login_words_t *words,
    const login_account_t *account)
{
    login_url_t  url;

    memset(words, 0, sizeof(login_words_t));

    login_words_add(words, account->username);
    login_words_add(words, account->name);
    login_words_add(words, account->email);

    if (login_url_parse(&url, renew->portal) == LOGIN_OK) {
        login_words_add(words, url.host);
    }
}


static login_result_e
login_renew_strength(login_renew_t *renew, const login_words_t *words)
{
    login_result_e      rc;
    const login_org_t  *org;

    org = login_orgs_find(renew->orgs, renew->org);

    rc = org ? login_strength_check(&renew->strength, &org->rules, words,
                                    renew->password)
             : LOGIN_FAULT;

    if (rc == LOGIN_NO) {
        renew->refusal = LOGIN_RENEW_WEAK;
    }

    if (rc == LOGIN_FAULT) {
        login_error(&renew->error, "password could not be looked at");
    }

    return rc;
}


static login_result_e
login_renew_verify(login_renew_t *renew, login_hasher_t *hasher)
{
    int             upgrade;
    login_result_e  rc;

    if (renew->token.len != 0) {
        return LOGIN_OK;
    }

    rc = login_password_verify(hasher,
                               login_str(renew->verified,
                                         renew->verified_len),
                               renew->current, &upgrade);

    if (rc == LOGIN_FAULT) {
        login_error(&renew->error, "password hash could not be checked");
    }

    if (rc == LOGIN_NO) {
        renew->refusal = LOGIN_RENEW_WRONG;
    }

    return rc;
}


static login_result_e
login_renew_apply(login_renew_t *renew, login_view_t *view)
{
    login_proof_t   proof;
    login_result_e  rc;

    if (login_view_begin(view) != LOGIN_OK) {
        login_error(&renew->error, "store could not be read");
        return LOGIN_FAULT;
    }

    rc = login_renew_see(renew, &proof, view);

    if (rc == LOGIN_OK && login_renew_outdated(renew, &proof.account)) {
        renew->refusal = LOGIN_RENEW_WRONG;
        rc = LOGIN_NO;
    }

    if (rc == LOGIN_OK) {
        rc = login_renew_build(renew, &proof, view);

        if (rc == LOGIN_FAULT) {
            login_error(&renew->error, "change could not be made");
        }
    }

    login_view_end(view);

    return rc;
}


/*
 * Was the password that was verified replaced meanwhile?  That raises the
 * generation; a better hash of the same password does not.
 */

static int
login_renew_outdated(const login_renew_t *renew,
    const login_account_t *account)
{
    return account->generation != renew->generation
           && (account->password.len != renew->verified_len
               || !login_equal(account->password.data, renew->verified,
                               renew->verified_len));
}
