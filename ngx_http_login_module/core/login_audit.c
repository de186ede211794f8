
#include "login.h"
#include "login_record.h"
#include "login_audit_kind.h"

#include <string.h>


typedef login_result_e (*login_audit_check_pt)(login_audit_scan_t *scan,
    const login_scan_item_t *item);

typedef struct {
    login_kind_e            kind;
    login_audit_check_pt    check;
} login_audit_kind_t;


static login_result_e login_audit_visit(void *data,
    const login_scan_item_t *item);
static login_result_e login_audit_unsound(login_audit_scan_t *scan,
    const login_scan_item_t *item);
static void login_audit_unknown(login_audit_scan_t *scan,
    const login_scan_item_t *item);
static login_result_e login_audit_meta(login_audit_scan_t *scan,
    const login_scan_item_t *item);
static login_result_e login_audit_account(login_audit_scan_t *scan,
    const login_scan_item_t *item);
static login_result_e login_audit_name(login_audit_scan_t *scan,
    const login_scan_item_t *item);
static login_result_e login_audit_seen(login_audit_scan_t *scan,
    const login_scan_item_t *item);
static login_result_e login_audit_session(login_audit_scan_t *scan,
    const login_scan_item_t *item);
static login_result_e login_audit_other(login_audit_scan_t *scan,
    const login_scan_item_t *item);


static const login_audit_kind_t  login_audit_kinds[] = {
    { LOGIN_KIND_META, login_audit_meta },
    { LOGIN_KIND_ACCOUNT, login_audit_account },
    { LOGIN_KIND_NAME, login_audit_name },
    { LOGIN_KIND_SEEN, login_audit_seen },
    { LOGIN_KIND_SESSION, login_audit_session },
    { LOGIN_KIND_POLICY, login_audit_other },
    { LOGIN_KIND_LOCK, login_audit_other },
    { LOGIN_KIND_KNOWN, login_audit_other },
    { LOGIN_KIND_LINK, login_audit_link },
    { LOGIN_KIND_LINKED, login_audit_linked },
    { LOGIN_KIND_EVENT, login_audit_other },
    { LOGIN_KIND_MAIL, login_audit_other },
    { LOGIN_KIND_QUEUE, login_audit_other },
    { LOGIN_KIND_ASKED, login_audit_other },
    { LOGIN_KIND_FLOW, login_audit_flow },
    { LOGIN_KIND_DEVICE, login_audit_device },
    { LOGIN_KIND_RECOVERY, login_audit_recovery },
    { LOGIN_KIND_TRUST, login_audit_trust },
    { LOGIN_KIND_FACTOR, login_audit_factor },
    { LOGIN_KIND_FEDERATED, login_audit_federated },
    { LOGIN_KIND_FEDERATION, login_audit_federation },
    { LOGIN_KIND_USED, login_audit_other },
    { 0, NULL }
};


login_result_e
login_audit(login_audit_t *audit, login_view_t *view,
    const login_keyring_t *ring, login_audit_tell_pt tell, void *data)
{
    login_audit_scan_t  scan;

    memset(audit, 0, sizeof(login_audit_t));

    scan.audit = audit;
    scan.view = view;
    scan.ring = ring;
    scan.tell = tell;
    scan.data = data;

    return login_scan(view, LOGIN_SCAN_BATCH, login_audit_visit, NULL, &scan);
}


static login_result_e
login_audit_visit(void *data, const login_scan_item_t *item)
{
    size_t                     n, keys[2];
    login_audit_scan_t        *scan;
    const login_audit_kind_t  *kind;

    scan = data;

    scan->audit->records++;

    for (n = login_scan_keys(keys, item, scan->ring); n > 0; n--) {
        scan->audit->keys[keys[n - 1]]++;
    }

    if (item->sound != LOGIN_OK) {
        return login_audit_unsound(scan, item);
    }

    /* each is the number of the transaction that wrote it */

    if (item->record.version > login_view_version(scan->view)) {
        return login_audit_tell(scan, item, "comes from another store, or a "
                                "later state of this one");
    }

    for (kind = login_audit_kinds; kind->check != NULL; kind++) {
        if (item->key.data[0] == kind->kind) {
            return kind->check(scan, item);
        }
    }

    login_audit_unknown(scan, item);

    return LOGIN_OK;
}


static login_result_e
login_audit_unsound(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    char    text[64], id[2 * LOGIN_KEY_ID_LEN + 1];
    size_t  len;

    if (item->sound == LOGIN_FAULT) {
        return login_audit_tell(scan, item, "is damaged or forged, restore "
                                "a backup");
    }

    len = login_hex_encode((u_char *) id, login_str(item->key_id,
                                                    LOGIN_KEY_ID_LEN));
    id[len] = '\0';

    (void) snprintf(text, sizeof(text), "needs key \"%s\", which is not in "
                    "the key file", id);

    return login_audit_tell(scan, item, text);
}


static void
login_audit_unknown(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    char    kind;
    size_t  len;

    scan->audit->unknown++;

    kind = (char) item->key.data[0];
    len = strlen(scan->audit->kinds);

    if (kind > ' '
        && kind <= '~'
        && strchr(scan->audit->kinds, kind) == NULL
        && len < LOGIN_AUDIT_KINDS - 1)
    {
        scan->audit->kinds[len] = kind;
    }
}


static login_result_e
login_audit_meta(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    uint64_t  value;

    if (!login_str_eq(item->key, login_cstr("Mepoch"))) {
        login_audit_unknown(scan, item);
        return LOGIN_OK;
    }

    if (login_record_uint(&value, &item->record) != LOGIN_OK) {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    return LOGIN_OK;
}


static login_result_e
login_audit_account(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    u_char           buf[LOGIN_NAME_KEY_MAX];
    login_str_t      key;
    login_record_t   record;
    login_result_e   rc;
    login_account_t  account;

    scan->audit->accounts++;

    if (item->key.len != LOGIN_ACCOUNT_KEY_LEN
        || login_account_decode(&account, item->record.payload) != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    login_audit_time(scan, account.created);

    key = login_name_key(buf, account.org, account.username);
    rc = key.len != 0 ? login_view_get(scan->view, key, &record) : LOGIN_NO;

    if (rc == LOGIN_NO) {
        return login_audit_tell(scan, item, "has no name that leads to it");
    }

    if (rc == LOGIN_OK
        && !login_str_eq(record.payload, login_str(item->key.data + 1,
                                                   LOGIN_ID_LEN)))
    {
        return login_audit_tell(scan, item, "has the name of another account");
    }

    return LOGIN_OK;
}


static login_result_e
login_audit_name(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    u_char           buf[LOGIN_NAME_KEY_MAX];
    login_result_e   rc;
    login_account_t  account;

    if (item->record.payload.len != LOGIN_ID_LEN) {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    rc = login_account_get(&account, scan->view, item->record.payload.data);

    if (rc == LOGIN_NO) {
        return login_audit_tell(scan, item, "leads to no account");
    }

    if (rc == LOGIN_OK
        && !login_str_eq(item->key, login_name_key(buf, account.org,
                                                   account.username)))
    {
        return login_audit_tell(scan, item, "leads to an account of another "
                                "name");
    }

    return LOGIN_OK;
}


static login_result_e
login_audit_seen(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    uint64_t  when;

    if (item->key.len != LOGIN_ACCOUNT_KEY_LEN
        || login_record_uint(&when, &item->record) != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    login_audit_time(scan, when);

    return login_audit_owner(scan, item);
}


static login_result_e
login_audit_session(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    login_session_t  session;

    scan->audit->sessions++;

    if (item->key.len != LOGIN_ACCOUNT_KEY_LEN + LOGIN_ID_LEN
        || login_session_decode(&session, item->record.payload) != LOGIN_OK)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    login_audit_time(scan, session.auth_time);
    login_audit_time(scan, session.seen);

    return login_audit_owner(scan, item);
}


/*
 * What nothing hangs on: a policy is written anew by the next start; locks,
 * known browsers, mails and events are forgotten in time.
 */

static login_result_e
login_audit_other(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    login_log_event_t  event;

    if (item->key.data[0] == LOGIN_KIND_EVENT
        && login_log_decode(&event, item->key, item->record.payload)
           == LOGIN_FAULT)
    {
        return login_audit_tell(scan, item, "is not well-formed");
    }

    return LOGIN_OK;
}


/* The account that the key names.  Where that is damaged, it says so. */

login_result_e
login_audit_owner(login_audit_scan_t *scan, const login_scan_item_t *item)
{
    login_account_t  account;

    if (login_account_get(&account, scan->view, item->key.data + 1)
        == LOGIN_NO)
    {
        return login_audit_tell(scan, item, "is of no account");
    }

    return LOGIN_OK;
}


void
login_audit_time(login_audit_scan_t *scan, uint64_t time)
{
    if (time > scan->audit->newest) {
        scan->audit->newest = time;
    }
}


login_result_e
login_audit_tell(login_audit_scan_t *scan, const login_scan_item_t *item,
    const char *what)
{
    char  text[LOGIN_AUDIT_LABEL + 128], label[LOGIN_AUDIT_LABEL];

    login_audit_label(label, item->key);

    (void) snprintf(text, sizeof(text), "record \"%s\" %s", label, what);

    scan->tell(scan->data, text);

    return LOGIN_OK;
}
