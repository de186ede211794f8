
#include "login.h"
#include "login_record.h"

#include <string.h>


static login_result_e login_link_draw(login_link_t *link,
    u_char token[LOGIN_LINK_TOKEN_LEN]);
static login_result_e login_link_replace(login_changes_t *changes,
    login_view_t *view, const login_link_t *link);
static login_result_e login_link_recall(login_changes_t *changes,
    login_view_t *view, const u_char hash[LOGIN_HASH_LEN]);
static login_result_e login_link_hash(u_char hash[LOGIN_HASH_LEN],
    login_str_t token);
static login_result_e login_link_check(login_link_t *link,
    login_account_t *account, login_view_t *view);
static int login_link_outdated(const login_link_t *link,
    const login_account_t *account, uint64_t epoch);
static login_result_e login_link_newest(login_record_t *record,
    login_view_t *view, const u_char account[LOGIN_ID_LEN],
    login_link_purpose_e purpose);


login_result_e
login_link_issue(login_changes_t *changes, login_view_t *view,
    login_link_t *link, u_char token[LOGIN_LINK_TOKEN_LEN])
{
    login_result_e  rc;

    if (login_epoch_get(&link->epoch, view) == LOGIN_FAULT
        || login_link_draw(link, token) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    rc = LOGIN_OK;

    if (link->purpose != LOGIN_LINK_SHARED) {
        rc = login_link_replace(changes, view, link);
    }

    if (rc == LOGIN_OK) {
        login_link_put(changes, link, LOGIN_EXPECT_ABSENT);
    }

    return rc;
}


static login_result_e
login_link_draw(login_link_t *link, u_char token[LOGIN_LINK_TOKEN_LEN])
{
    login_secret_t  secret;
    login_result_e  rc;

    rc = login_random(secret.bytes, LOGIN_SECRET_LEN);

    if (rc == LOGIN_OK) {
        rc = login_sha256(link->hash, login_str(secret.bytes,
                                                LOGIN_SECRET_LEN));
    }

    if (rc == LOGIN_OK) {
        (void) login_base64url_encode(token, login_str(secret.bytes,
                                                       LOGIN_SECRET_LEN));
    }

    login_wipe(&secret, sizeof(login_secret_t));

    return rc;
}


static login_result_e
login_link_replace(login_changes_t *changes, login_view_t *view,
    const login_link_t *link)
{
    u_char          key[LOGIN_LINK_KEY_LEN], old[LOGIN_LINK_KEY_LEN];
    uint64_t        expect;
    login_record_t  record;
    login_result_e  rc;

    expect = LOGIN_EXPECT_ABSENT;

    rc = login_link_newest(&record, view, link->account, link->purpose);

    if (rc == LOGIN_OK) {
        expect = record.version;

        login_changes_delete(changes,
                             login_link_key(old, record.payload.data),
                             LOGIN_EXPECT_ANY);

        rc = login_link_recall(changes, view, record.payload.data);
    }

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    login_changes_put(changes,
                      login_link_owner_key(key, link->account, link->purpose),
                      login_str(link->hash, LOGIN_HASH_LEN), expect);

    return LOGIN_OK;
}


/* A mail that has not gone out yet would lead nowhere. */

static login_result_e
login_link_recall(login_changes_t *changes, login_view_t *view,
    const u_char hash[LOGIN_HASH_LEN])
{
    login_link_t    link;
    login_result_e  rc;

    static const u_char  none[LOGIN_ID_LEN];

    rc = login_link_get(&link, view, hash, 0);

    if (rc != LOGIN_OK || memcmp(link.mail, none, LOGIN_ID_LEN) == 0) {
        return rc;
    }

    return login_mail_cancel(changes, view, link.mail);
}


login_result_e
login_link_find(login_link_t *link, login_account_t *account,
    login_view_t *view, login_link_purpose_e purpose, login_str_t token,
    uint64_t now)
{
    u_char          hash[LOGIN_HASH_LEN];
    login_result_e  rc;

    memset(link, 0, sizeof(login_link_t));

    rc = login_link_hash(hash, token);

    if (rc == LOGIN_OK) {
        rc = login_link_get(link, view, hash, now);
    }

    if (rc == LOGIN_OK && link->purpose != purpose) {
        rc = LOGIN_NO;
    }

    if (rc == LOGIN_OK && purpose != LOGIN_LINK_SHARED) {
        rc = login_link_check(link, account, view);
    }

    if (rc != LOGIN_OK) {
        link->state = LOGIN_LINK_UNKNOWN;
        return rc;
    }

    return link->state == LOGIN_LINK_OPEN ? LOGIN_OK : LOGIN_NO;
}


static login_result_e
login_link_hash(u_char hash[LOGIN_HASH_LEN], login_str_t token)
{
    size_t          len;
    login_secret_t  secret;
    login_result_e  rc;

    len = LOGIN_SECRET_LEN;

    if (token.len != LOGIN_LINK_TOKEN_LEN
        || login_base64url_decode(secret.bytes, &len, token) != LOGIN_OK
        || len != LOGIN_SECRET_LEN)
    {
        return LOGIN_NO;
    }

    rc = login_sha256(hash, login_str(secret.bytes, LOGIN_SECRET_LEN));

    login_wipe(&secret, sizeof(login_secret_t));

    return rc;
}


/* LOGIN_OK: its state is what its record says. */

static login_result_e
login_link_check(login_link_t *link, login_account_t *account,
    login_view_t *view)
{
    uint64_t        epoch;
    login_record_t  record;
    login_result_e  rc;

    rc = login_link_newest(&record, view, link->account, link->purpose);

    if (rc == LOGIN_OK
        && !login_equal(record.payload.data, link->hash, LOGIN_HASH_LEN))
    {
        rc = LOGIN_NO;
    }

    if (rc == LOGIN_OK) {
        rc = login_account_get(account, view, link->account);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    if (login_epoch_get(&epoch, view) == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (login_link_outdated(link, account, epoch)) {
        return LOGIN_NO;
    }

    if (link->purpose == LOGIN_LINK_INVITATION && !account->invited) {
        link->state = LOGIN_LINK_USED;
    }

    return LOGIN_OK;
}


static int
login_link_outdated(const login_link_t *link, const login_account_t *account,
    uint64_t epoch)
{
    if (account->disabled) {
        return 1;
    }

    return link->purpose == LOGIN_LINK_RESET
           && (link->epoch != epoch
               || link->generation != account->generation);
}


void
login_link_redeem(login_changes_t *changes, const login_link_t *link)
{
    u_char  key[LOGIN_LINK_KEY_LEN];

    login_changes_delete(changes, login_link_key(key, link->hash),
                         link->version);

    /* while the link is there, it is the newest one */

    login_changes_delete(changes,
                         login_link_owner_key(key, link->account,
                                              link->purpose),
                         LOGIN_EXPECT_ANY);
}


void
login_link_use(login_changes_t *changes, const login_link_t *link,
    uint64_t now)
{
    login_link_t  used;

    used = *link;
    used.used = now;

    login_link_put(changes, &used, link->version);
}


login_result_e
login_link_end(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], login_link_purpose_e purpose)
{
    u_char          key[LOGIN_LINK_KEY_LEN];
    login_record_t  record;
    login_result_e  rc;

    rc = login_link_newest(&record, view, account, purpose);
    if (rc != LOGIN_OK) {
        return rc;
    }

    login_changes_delete(changes, login_link_key(key, record.payload.data),
                         LOGIN_EXPECT_ANY);

    login_changes_delete(changes,
                         login_link_owner_key(key, account, purpose),
                         record.version);

    return login_link_recall(changes, view, record.payload.data)
           == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}


void
login_link_end_shared(login_changes_t *changes, const login_link_t *link)
{
    u_char  key[LOGIN_LINK_KEY_LEN];

    login_changes_delete(changes, login_link_key(key, link->hash),
                         link->version);
}


login_result_e
login_link_of(login_link_t *link, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], login_link_purpose_e purpose,
    uint64_t now)
{
    login_record_t  record;
    login_result_e  rc;

    rc = login_link_newest(&record, view, account, purpose);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_link_get(link, view, record.payload.data, now);
}


/* Of an account; its payload is the hash of the link's token. */

static login_result_e
login_link_newest(login_record_t *record, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], login_link_purpose_e purpose)
{
    u_char          key[LOGIN_LINK_KEY_LEN];
    login_result_e  rc;

    rc = login_view_get(view, login_link_owner_key(key, account, purpose),
                        record);

    if (rc == LOGIN_OK && record->payload.len != LOGIN_HASH_LEN) {
        return LOGIN_FAULT;
    }

    return rc;
}
