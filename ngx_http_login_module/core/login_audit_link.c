
#include "login.h"
#include "login_record.h"
#include "login_audit_kind.h"


login_result_e
login_audit_link(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    login_link_t     link;
    login_account_t  account;

    if (item->key.len != LOGIN_LINK_KEY_LEN
        || login_link_decode(&link, item->record.payload) != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    login_audit_time(scan, link.created);
    login_audit_time(scan, link.used);

    if (link.purpose != LOGIN_LINK_SHARED
        && login_account_get(&account, scan->view, link.account) == LOGIN_NO)
    {
        return login_audit_tell(scan, item, "is of no account");
    }

    return LOGIN_OK;
}


login_result_e
login_audit_linked(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    u_char          key[LOGIN_LINK_KEY_LEN];
    login_record_t  record;

    if (item->key.len != LOGIN_LINK_OWNER_LEN
        || item->record.payload.len != LOGIN_HASH_LEN)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    if (login_view_get(scan->view, login_link_key(key,
                                                  item->record.payload.data),
                       &record)
        == LOGIN_NO)
    {
        return login_audit_tell(scan, item, "leads to no link");
    }

    return login_audit_owner(scan, item);
}


login_result_e
login_audit_flow(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    login_flow_mark_t  mark;

    if (item->key.len != LOGIN_FLOW_KEY_LEN
        || login_flow_mark_decode(&mark, item->record.payload)
           != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    login_audit_time(scan, mark.when);

    return login_audit_owner(scan, item);
}
