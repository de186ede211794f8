
#include "login.h"
#include "login_record.h"
#include "login_audit_kind.h"

#include <string.h>


login_result_e
login_audit_federated(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    u_char              hash[LOGIN_HASH_LEN];
    u_char              owner[LOGIN_FEDERATED_OWNER_LEN];
    login_record_t      record;
    login_account_t     account;
    login_federated_t   federated;

    if (item->key.len != LOGIN_FEDERATED_KEY_LEN
        || login_federated_decode(&federated, item->record.payload)
           != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    login_audit_time(scan, federated.created);

    switch (login_account_get(&account, scan->view, federated.account)) {

    case LOGIN_OK:
        break;

    case LOGIN_NO:
        return login_audit_tell(scan, item, "is of no account");

    default:
        return LOGIN_OK;            /* the account's record says so */
    }

    if (login_federated_hash(hash, account.org, federated.issuer,
                             federated.subject) != LOGIN_OK
        || !login_equal(hash, item->key.data + 1, LOGIN_HASH_LEN))
    {
        return login_audit_tell(scan, item, "is of another subject than its "
                                "key");
    }

    (void) login_account_key(owner, LOGIN_KIND_FEDERATION, account.id);
    memcpy(owner + LOGIN_ACCOUNT_KEY_LEN, hash, LOGIN_HASH_LEN);

    if (login_view_get(scan->view, login_str(owner, sizeof(owner)), &record)
        == LOGIN_NO)
    {
        return login_audit_tell(scan, item, "is not listed with its account");
    }

    return LOGIN_OK;
}


login_result_e
login_audit_federation(login_audit_scan_t *scan,
    const login_scan_item_t *item)
{
    u_char          key[LOGIN_FEDERATED_KEY_LEN];
    login_record_t  record;

    if (item->key.len != LOGIN_FEDERATED_OWNER_LEN
        || item->record.payload.len != 0)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    key[0] = LOGIN_KIND_FEDERATED;
    memcpy(key + 1, item->key.data + LOGIN_ACCOUNT_KEY_LEN, LOGIN_HASH_LEN);

    if (login_view_get(scan->view, login_str(key, sizeof(key)), &record)
        == LOGIN_NO)
    {
        return login_audit_tell(scan, item, "leads to nobody at a provider");
    }

    return login_audit_owner(scan, item);
}
