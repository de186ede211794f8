
#include "login.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    login_view_t               *view;
    login_federated_visit_pt    visit;
    void                       *data;
} login_federated_walk_t;

typedef struct {
    login_changes_t            *changes;
    const login_account_t      *account;
} login_federated_forget_t;


static login_result_e login_federated_get(login_federated_t *federated,
    login_view_t *view, const u_char hash[LOGIN_HASH_LEN]);
static void login_federated_key(u_char key[LOGIN_FEDERATED_KEY_LEN],
    const u_char hash[LOGIN_HASH_LEN]);
static void login_federated_owner(u_char key[LOGIN_FEDERATED_OWNER_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char hash[LOGIN_HASH_LEN]);
static login_result_e login_federated_visit(void *data, login_str_t key,
    const login_record_t *record);
static int login_federated_valid(const login_federated_t *federated);
static login_result_e login_federated_forget_one(void *data,
    const login_federated_t *federated);


login_result_e
login_federated_find(login_federated_t *federated, login_account_t *account,
    login_view_t *view, login_str_t org, login_str_t issuer,
    login_str_t subject)
{
    u_char          hash[LOGIN_HASH_LEN];
    login_result_e  rc;

    if (login_federated_hash(hash, org, issuer, subject) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_federated_get(federated, view, hash);
    if (rc != LOGIN_OK) {
        return rc;
    }

    /* the hash says no less, but this says it without one */

    if (!login_str_eq(federated->issuer, issuer)
        || !login_str_eq(federated->subject, subject)
        || login_account_get(account, view, federated->account) != LOGIN_OK
        || !login_str_eq(account->org, org))
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static login_result_e
login_federated_get(login_federated_t *federated, login_view_t *view,
    const u_char hash[LOGIN_HASH_LEN])
{
    u_char           key[LOGIN_FEDERATED_KEY_LEN];
    login_record_t   record;
    login_result_e   rc;

    login_federated_key(key, hash);

    rc = login_view_get(view, login_str(key, sizeof(key)), &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    federated->version = record.version;

    return login_federated_decode(federated, record.payload);
}


void
login_federated_add(login_changes_t *changes, const login_account_t *account,
    const login_federated_t *federated)
{
    size_t   len;
    u_char   hash[LOGIN_HASH_LEN], payload[LOGIN_FEDERATED_PAYLOAD];
    u_char   key[LOGIN_FEDERATED_KEY_LEN], owner[LOGIN_FEDERATED_OWNER_LEN];

    len = login_federated_encode(payload, federated);

    if (len == 0
        || login_federated_hash(hash, account->org, federated->issuer,
                                federated->subject) != LOGIN_OK)
    {
        login_changes_spoil(changes);
        return;
    }

    login_federated_key(key, hash);
    login_federated_owner(owner, account->id, hash);

    login_changes_put(changes, login_str(key, sizeof(key)),
                      login_str(payload, len), LOGIN_EXPECT_ABSENT);
    login_changes_put(changes, login_str(owner, sizeof(owner)),
                      login_str("", 0), LOGIN_EXPECT_ABSENT);
}


void
login_federated_remove(login_changes_t *changes,
    const login_account_t *account, const login_federated_t *federated)
{
    u_char  hash[LOGIN_HASH_LEN];
    u_char  key[LOGIN_FEDERATED_KEY_LEN], owner[LOGIN_FEDERATED_OWNER_LEN];

    if (login_federated_hash(hash, account->org, federated->issuer,
                             federated->subject) != LOGIN_OK)
    {
        login_changes_spoil(changes);
        return;
    }

    login_federated_key(key, hash);
    login_federated_owner(owner, account->id, hash);

    login_changes_delete(changes, login_str(key, sizeof(key)),
                         federated->version);
    login_changes_delete(changes, login_str(owner, sizeof(owner)),
                         LOGIN_EXPECT_ANY);
}


login_result_e
login_federated_forget(login_changes_t *changes, login_view_t *view,
    const login_account_t *account)
{
    login_federated_forget_t  forget = { changes, account };

    return login_federated_walk(view, account->id,
                                login_federated_forget_one, &forget);
}


static login_result_e
login_federated_forget_one(void *data, const login_federated_t *federated)
{
    login_federated_forget_t  *forget = data;

    login_federated_remove(forget->changes, forget->account, federated);

    return LOGIN_OK;
}


login_result_e
login_federated_walk(login_view_t *view, const u_char account[LOGIN_ID_LEN],
    login_federated_visit_pt visit, void *data)
{
    u_char                  prefix[LOGIN_ACCOUNT_KEY_LEN];
    login_federated_walk_t  walk = { view, visit, data };

    return login_view_walk(view,
                           login_account_key(prefix, LOGIN_KIND_FEDERATION,
                                             account),
                           login_federated_visit, &walk);
}


static login_result_e
login_federated_visit(void *data, login_str_t key,
    const login_record_t *record)
{
    login_federated_t        federated;
    login_federated_walk_t  *walk = data;

    if (key.len != LOGIN_FEDERATED_OWNER_LEN
        || record->payload.len != 0
        || login_federated_get(&federated, walk->view,
                               key.data + LOGIN_ACCOUNT_KEY_LEN)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return walk->visit(walk->data, &federated);
}


/* With their lengths, so that no two of three join to the same. */

login_result_e
login_federated_hash(u_char hash[LOGIN_HASH_LEN], login_str_t org,
    login_str_t issuer, login_str_t subject)
{
    u_char           text[LOGIN_FEDERATED_PAYLOAD + LOGIN_ORG_MAX];
    login_encoder_t  e = { text, text + sizeof(text), 0 };

    login_put_str(&e, org);
    login_put_str(&e, issuer);
    login_put_str(&e, subject);

    if (e.failed) {
        return LOGIN_FAULT;
    }

    return login_sha256(hash, login_str(text, (size_t) (e.pos - text)));
}


static void
login_federated_key(u_char key[LOGIN_FEDERATED_KEY_LEN],
    const u_char hash[LOGIN_HASH_LEN])
{
    key[0] = LOGIN_KIND_FEDERATED;
    memcpy(key + 1, hash, LOGIN_HASH_LEN);
}


static void
login_federated_owner(u_char key[LOGIN_FEDERATED_OWNER_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char hash[LOGIN_HASH_LEN])
{
    (void) login_account_key(key, LOGIN_KIND_FEDERATION, account);
    memcpy(key + LOGIN_ACCOUNT_KEY_LEN, hash, LOGIN_HASH_LEN);
}


size_t
login_federated_encode(u_char *dst, const login_federated_t *federated)
{
    login_encoder_t  e = { dst, dst + LOGIN_FEDERATED_PAYLOAD, 0 };

    login_put_bytes(&e, federated->account, LOGIN_ID_LEN);
    login_put_uint(&e, federated->created, 8);
    login_put_str(&e, federated->provider);
    login_put_str(&e, federated->issuer);
    login_put_str(&e, federated->subject);

    return e.failed || !login_federated_valid(federated)
           ? 0 : (size_t) (e.pos - dst);
}


login_result_e
login_federated_decode(login_federated_t *federated, login_str_t payload)
{
    login_decoder_t  d = { payload.data, payload.data + payload.len, 0 };

    login_get_bytes(&d, federated->account, LOGIN_ID_LEN);
    federated->created = login_get_uint(&d, 8);
    federated->provider = login_get_str(&d);
    federated->issuer = login_get_str(&d);
    federated->subject = login_get_str(&d);

    return d.failed || d.pos != d.end || !login_federated_valid(federated)
           ? LOGIN_FAULT : LOGIN_OK;
}


static int
login_federated_valid(const login_federated_t *federated)
{
    return federated->provider.len != 0
           && federated->provider.len <= LOGIN_PROVIDER_MAX
           && federated->issuer.len != 0
           && federated->issuer.len <= LOGIN_OIDC_ISSUER_MAX
           && federated->subject.len != 0
           && federated->subject.len <= LOGIN_OIDC_SUBJECT_MAX;
}
