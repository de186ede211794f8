
#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    login_changes_t        *changes;
    const login_account_t  *account;
    uint64_t                epoch;
    uint64_t                lifetime;
    uint64_t                now;
    size_t                  n;
    uint64_t                oldest;
    u_char                  id[LOGIN_ID_LEN];       /* of the oldest */
} login_trust_sweep_t;


static login_result_e login_trust_sign(u_char token[LOGIN_TRUST_TOKEN_LEN],
    login_trust_t *trust, login_view_t *view, login_str_t realm);
static login_result_e login_trust_sweep(login_changes_t *changes,
    login_view_t *view, const login_account_t *account, uint64_t epoch,
    uint64_t lifetime, uint64_t now);
static login_result_e login_trust_swept(void *data,
    const login_trust_t *trust);
static login_result_e login_trust_id(u_char id[LOGIN_ID_LEN],
    const u_char secret[LOGIN_ID_LEN]);
static login_str_t login_trust_key(u_char key[LOGIN_TRUST_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN]);
static void login_trust_put(login_changes_t *changes,
    const login_trust_t *trust, uint64_t expect);


login_result_e
login_trust_add(u_char token[LOGIN_TRUST_TOKEN_LEN], login_trust_t *trust,
    login_changes_t *changes, login_view_t *view, login_str_t realm,
    const login_account_t *account, uint64_t lifetime, uint64_t now)
{
    memcpy(trust->account, account->id, LOGIN_ID_LEN);

    trust->generation = account->generation;
    trust->made = now;
    trust->used = now;

    if (login_epoch_get(&trust->epoch, view) != LOGIN_OK
        || login_trust_sign(token, trust, view, realm) != LOGIN_OK
        || login_trust_sweep(changes, view, account, trust->epoch, lifetime,
                             now)
           != LOGIN_OK
        || login_account_expect(changes, view, account) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    login_trust_put(changes, trust, LOGIN_EXPECT_ABSENT);

    return LOGIN_OK;
}


/* Draws the secret, of which only the token and the id remain. */

static login_result_e
login_trust_sign(u_char token[LOGIN_TRUST_TOKEN_LEN], login_trust_t *trust,
    login_view_t *view, login_str_t realm)
{
    u_char          payload[2 * LOGIN_ID_LEN];
    login_result_e  rc;

    memcpy(payload, trust->account, LOGIN_ID_LEN);

    rc = login_random(payload + LOGIN_ID_LEN, LOGIN_ID_LEN);

    if (rc == LOGIN_OK) {
        rc = login_trust_id(trust->id, payload + LOGIN_ID_LEN);
    }

    if (rc == LOGIN_OK) {
        rc = login_token_sign(token, view->crypto, LOGIN_PURPOSE_TRUST, realm,
                              login_str(payload, sizeof(payload)));
    }

    login_wipe(payload, sizeof(payload));

    return rc;
}


static login_result_e
login_trust_id(u_char id[LOGIN_ID_LEN], const u_char secret[LOGIN_ID_LEN])
{
    u_char  hash[LOGIN_HASH_LEN];

    if (login_sha256(hash, login_str(secret, LOGIN_ID_LEN)) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    memcpy(id, hash, LOGIN_ID_LEN);

    return LOGIN_OK;
}


static login_result_e
login_trust_sweep(login_changes_t *changes, login_view_t *view,
    const login_account_t *account, uint64_t epoch, uint64_t lifetime,
    uint64_t now)
{
    login_trust_sweep_t  sweep;

    memset(&sweep, 0, sizeof(login_trust_sweep_t));

    sweep.changes = changes;
    sweep.account = account;
    sweep.epoch = epoch;
    sweep.lifetime = lifetime;
    sweep.now = now;

    if (login_trust_walk(view, account->id, login_trust_swept, &sweep)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (sweep.n >= LOGIN_TRUSTED_MAX) {
        login_trust_end(changes, account->id, sweep.id);
    }

    return LOGIN_OK;
}


static login_result_e
login_trust_swept(void *data, const login_trust_t *trust)
{
    login_trust_sweep_t  *sweep = data;

    if (!login_trust_good(trust, sweep->account, sweep->epoch,
                          sweep->lifetime, sweep->now))
    {
        login_trust_end(sweep->changes, trust->account, trust->id);
        return LOGIN_OK;
    }

    if (sweep->n == 0 || trust->used < sweep->oldest) {
        sweep->oldest = trust->used;
        memcpy(sweep->id, trust->id, LOGIN_ID_LEN);
    }

    sweep->n++;

    return LOGIN_OK;
}


int
login_trust_good(const login_trust_t *trust, const login_account_t *account,
    uint64_t epoch, uint64_t lifetime, uint64_t now)
{
    if (trust->generation != account->generation || trust->epoch != epoch) {
        return 0;
    }

    if (trust->made > now) {
        return trust->made - now <= LOGIN_CLOCK_SKEW && lifetime != 0;
    }

    return now - trust->made < lifetime;
}


login_result_e
login_trust_check(login_trust_t *trust, login_view_t *view,
    login_str_t realm, const login_account_t *account, login_str_t token,
    uint64_t lifetime, uint64_t now)
{
    u_char          payload[2 * LOGIN_ID_LEN];
    uint64_t        epoch;
    login_result_e  rc;

    rc = login_token_verify(payload, sizeof(payload), NULL, view->crypto,
                            LOGIN_PURPOSE_TRUST, realm, token);
    if (rc != LOGIN_OK) {
        return rc;
    }

    memcpy(trust->account, payload, LOGIN_ID_LEN);

    rc = login_trust_id(trust->id, payload + LOGIN_ID_LEN);

    login_wipe(payload, sizeof(payload));

    if (rc != LOGIN_OK
        || !login_equal(trust->account, account->id, LOGIN_ID_LEN))
    {
        return rc == LOGIN_OK ? LOGIN_NO : rc;
    }

    rc = login_trust_get(trust, view, account->id, trust->id);

    if (rc == LOGIN_OK) {
        rc = login_epoch_get(&epoch, view);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_trust_good(trust, account, epoch, lifetime, now) ? LOGIN_OK
                                                                  : LOGIN_NO;
}


login_result_e
login_trust_get(login_trust_t *trust, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN])
{
    u_char          key[LOGIN_TRUST_KEY_LEN];
    login_record_t  record;
    login_result_e  rc;

    rc = login_view_get(view, login_trust_key(key, account, id), &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    memmove(trust->account, account, LOGIN_ID_LEN);
    memmove(trust->id, id, LOGIN_ID_LEN);
    trust->version = record.version;

    return login_trust_decode(trust, record.payload);
}


void
login_trust_use(login_changes_t *changes, const login_trust_t *trust,
    uint64_t now)
{
    login_trust_t  used;

    used = *trust;

    if (used.used < now) {
        used.used = now;
    }

    login_trust_put(changes, &used, trust->version);
}


void
login_trust_end(login_changes_t *changes, const u_char account[LOGIN_ID_LEN],
    const u_char id[LOGIN_ID_LEN])
{
    u_char  key[LOGIN_TRUST_KEY_LEN];

    login_changes_delete(changes, login_trust_key(key, account, id),
                         LOGIN_EXPECT_ANY);
}


static void
login_trust_put(login_changes_t *changes, const login_trust_t *trust,
    uint64_t expect)
{
    size_t  len;
    u_char  key[LOGIN_TRUST_KEY_LEN], payload[LOGIN_TRUST_PAYLOAD];

    len = login_trust_encode(payload, trust);
    if (len == 0) {
        login_changes_spoil(changes);
        return;
    }

    login_changes_put(changes, login_trust_key(key, trust->account,
                                               trust->id),
                      login_str(payload, len), expect);
}


static login_str_t
login_trust_key(u_char key[LOGIN_TRUST_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN])
{
    key[0] = LOGIN_KIND_TRUST;
    memcpy(key + 1, account, LOGIN_ID_LEN);
    memcpy(key + 1 + LOGIN_ID_LEN, id, LOGIN_ID_LEN);

    return login_str(key, LOGIN_TRUST_KEY_LEN);
}
