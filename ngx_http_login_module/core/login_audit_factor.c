
/* The second factor: devices, recovery codes, trusted browsers, failures. */

#include "login.h"
#include "login_record.h"
#include "login_audit_kind.h"


/* A secret that can't be read keeps its owner out, and only this tells. */

login_result_e
login_audit_device(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    size_t          n;
    login_device_t  device;

    if (item->key.len != LOGIN_DEVICE_KEY_LEN
        || login_device_decode(&device, item->record.payload) != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    login_audit_time(scan, device.made);
    login_audit_time(scan, device.used);

    if (login_keyring_find(&n, scan->ring, device.sealed.data) != LOGIN_OK) {
        return login_audit_tell(scan, item, "has a secret that needs a key "
                                "which is not in the key file");
    }

    return login_audit_owner(scan, item);
}


login_result_e
login_audit_recovery(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    u_char          key[LOGIN_RECOVERY_KEY_LEN];
    uint64_t        made;
    login_str_t     head;
    login_record_t  record;

    if (item->key.len == LOGIN_ACCOUNT_KEY_LEN) {

        if (login_record_uint(&made, &item->record) != LOGIN_OK) {
            return login_audit_tell(scan, item, "is not well-formed");
        }

        login_audit_time(scan, made);

        return login_audit_owner(scan, item);
    }

    if (item->key.len != LOGIN_RECOVERY_KEY_LEN
        || item->record.payload.len != 0)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    head = login_recovery_key(key, item->key.data + 1, NULL);

    if (login_view_get(scan->view, head, &record) == LOGIN_NO) {
        return login_audit_tell(scan, item, "is a code of none that were "
                                "made");
    }

    return login_audit_owner(scan, item);
}


login_result_e
login_audit_trust(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    login_trust_t  trust;

    if (item->key.len != LOGIN_TRUST_KEY_LEN
        || login_trust_decode(&trust, item->record.payload) != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    login_audit_time(scan, trust.made);
    login_audit_time(scan, trust.used);

    return login_audit_owner(scan, item);
}


login_result_e
login_audit_factor(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    login_factor_record_t  factor;

    if (item->key.len != LOGIN_ACCOUNT_KEY_LEN
        || login_factor_decode(&factor, item->record.payload) != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    return login_audit_owner(scan, item);
}
