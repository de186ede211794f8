
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_SEEN_PAYLOAD  8


static void login_account_put(login_changes_t *changes,
    const login_account_t *account, uint64_t expect);


login_result_e
login_account_get(login_account_t *account, login_view_t *view,
    const u_char id[LOGIN_ID_LEN])
{
    u_char           key[LOGIN_ACCOUNT_KEY_LEN];
    login_record_t   record;
    login_result_e   rc;

    rc = login_view_get(view, login_account_key(key, LOGIN_KIND_ACCOUNT, id),
                        &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    memcpy(account->id, id, LOGIN_ID_LEN);
    account->version = record.version;

    return login_account_decode(account, record.payload);
}


login_result_e
login_account_find(login_account_t *account, login_view_t *view,
    login_str_t org, login_str_t username)
{
    u_char           buf[LOGIN_NAME_KEY_MAX];
    login_str_t      key;
    login_record_t   record;
    login_result_e   rc;

    key = login_name_key(buf, org, username);
    if (key.len == 0) {
        return LOGIN_NO;
    }

    rc = login_view_get(view, key, &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_account_name(account, view, &record);

    if (rc == LOGIN_OK
        && (!login_str_eq(account->org, org)
            || !login_str_eq(account->username, username)))
    {
        return LOGIN_FAULT;
    }

    return rc;
}


login_result_e
login_account_name(login_account_t *account, login_view_t *view,
    const login_record_t *record)
{
    if (record->payload.len != LOGIN_ID_LEN
        || login_account_get(account, view, record->payload.data) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


login_result_e
login_account_new(login_account_t *account, uint64_t now)
{
    memset(account, 0, sizeof(login_account_t));

    account->created = now;

    return login_random(account->id, LOGIN_ID_LEN);
}


void
login_account_add(login_changes_t *changes, const login_account_t *account)
{
    u_char       buf[LOGIN_NAME_KEY_MAX];
    login_str_t  key;

    key = login_name_key(buf, account->org, account->username);
    if (key.len == 0) {
        login_changes_spoil(changes);
        return;
    }

    login_changes_put(changes, key, login_str(account->id, LOGIN_ID_LEN),
                      LOGIN_EXPECT_ABSENT);

    login_account_put(changes, account, LOGIN_EXPECT_ABSENT);
}


void
login_account_update(login_changes_t *changes, const login_account_t *account)
{
    if (account->version == LOGIN_EXPECT_ABSENT
        || account->version == LOGIN_EXPECT_ANY)
    {
        login_changes_spoil(changes);
        return;
    }

    login_account_put(changes, account, account->version);
}


static void
login_account_put(login_changes_t *changes, const login_account_t *account,
    uint64_t expect)
{
    size_t  len;
    u_char  key[LOGIN_ACCOUNT_KEY_LEN];
    u_char  payload[LOGIN_ACCOUNT_PAYLOAD];

    len = login_account_encode(payload, account);
    if (len == 0) {
        login_changes_spoil(changes);
        return;
    }

    login_changes_put(changes,
                      login_account_key(key, LOGIN_KIND_ACCOUNT, account->id),
                      login_str(payload, len), expect);

    login_wipe(payload, sizeof(payload));
}


login_result_e
login_account_expect(login_changes_t *changes, login_view_t *view,
    const login_account_t *account)
{
    u_char          buf[LOGIN_NAME_KEY_MAX];
    login_str_t     key;
    login_record_t  record;

    key = login_name_key(buf, account->org, account->username);

    if (key.len == 0 || login_view_get(view, key, &record) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    login_changes_expect(changes, key, record.version);

    return LOGIN_OK;
}


login_result_e
login_account_seen(uint64_t *when, login_view_t *view,
    const u_char id[LOGIN_ID_LEN])
{
    u_char           key[LOGIN_ACCOUNT_KEY_LEN];
    login_record_t   record;
    login_result_e   rc;

    rc = login_view_get(view, login_account_key(key, LOGIN_KIND_SEEN, id),
                        &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_record_uint(when, &record);
}


void
login_account_see(login_changes_t *changes, const u_char id[LOGIN_ID_LEN],
    uint64_t now)
{
    u_char           key[LOGIN_ACCOUNT_KEY_LEN];
    u_char           payload[LOGIN_SEEN_PAYLOAD];
    login_encoder_t  e;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_uint(&e, now, LOGIN_SEEN_PAYLOAD);

    login_changes_put(changes, login_account_key(key, LOGIN_KIND_SEEN, id),
                      login_str(payload, sizeof(payload)), LOGIN_EXPECT_ANY);
}


login_str_t
login_account_key(u_char key[LOGIN_ACCOUNT_KEY_LEN], login_kind_e kind,
    const u_char id[LOGIN_ID_LEN])
{
    key[0] = (u_char) kind;
    memcpy(key + 1, id, LOGIN_ID_LEN);

    return login_str(key, LOGIN_ACCOUNT_KEY_LEN);
}


login_str_t
login_name_key(u_char key[LOGIN_NAME_KEY_MAX], login_str_t org,
    login_str_t username)
{
    u_char  *p;

    if (org.len == 0
        || org.len > LOGIN_ORG_MAX
        || memchr(org.data, '\0', org.len) != NULL
        || username.len == 0
        || username.len > LOGIN_USERNAME_MAX)
    {
        return login_str(NULL, 0);
    }

    p = key;

    *p++ = LOGIN_KIND_NAME;

    memcpy(p, org.data, org.len);
    p += org.len;

    *p++ = '\0';

    memcpy(p, username.data, username.len);
    p += username.len;

    return login_str(key, (size_t) (p - key));
}
