
#include "login.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    login_view_t            *view;
    login_account_visit_pt   visit;
    void                    *data;
} login_account_walk_t;


static login_result_e login_account_visit(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_account_relist(login_changes_t *changes,
    const login_account_t *account, login_view_t *view, login_str_t org,
    login_str_t username);
static login_result_e login_account_unlist(login_changes_t *changes,
    const login_account_t *account, login_view_t *view);
static login_result_e login_account_unlink(login_changes_t *changes,
    const login_account_t *account, login_view_t *view);
static login_result_e login_account_sign_out(void *data,
    const login_session_t *session);


login_result_e
login_account_walk(login_view_t *view, login_str_t org,
    login_account_visit_pt visit, void *data)
{
    size_t                len;
    u_char                prefix[1 + LOGIN_ORG_MAX + 1];
    login_account_walk_t  walk;

    if (org.len > LOGIN_ORG_MAX) {
        return LOGIN_OK;
    }

    prefix[0] = LOGIN_KIND_NAME;
    len = 1;

    if (org.len != 0) {
        memcpy(prefix + len, org.data, org.len);
        len += org.len;
        prefix[len++] = '\0';
    }

    walk.view = view;
    walk.visit = visit;
    walk.data = data;

    return login_view_walk(view, login_str(prefix, len), login_account_visit,
                           &walk);
}


static login_result_e
login_account_visit(void *data, login_str_t key, const login_record_t *record)
{
    u_char                 buf[LOGIN_NAME_KEY_MAX];
    login_account_t        account;
    login_account_walk_t  *walk;

    walk = data;

    if (login_account_name(&account, walk->view, record) != LOGIN_OK
        || !login_str_eq(key, login_name_key(buf, account.org,
                                             account.username)))
    {
        return LOGIN_FAULT;
    }

    return walk->visit(walk->data, &account);
}


login_result_e
login_account_rename(login_changes_t *changes, login_account_t *account,
    login_view_t *view, login_str_t username)
{
    login_result_e  rc;

    rc = login_account_relist(changes, account, view, account->org, username);

    if (rc == LOGIN_OK) {
        account->username = username;
        login_account_update(changes, account);
    }

    return rc;
}


login_result_e
login_account_move(login_changes_t *changes, login_account_t *account,
    login_view_t *view, login_str_t org)
{
    login_result_e  rc;

    rc = login_account_relist(changes, account, view, org, account->username);
    if (rc != LOGIN_OK) {
        return rc;
    }

    /* the other organisation has providers of its own */

    if (login_federated_forget(changes, view, account) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    /* also those that begin meanwhile */

    account->org = org;
    account->generation++;

    login_account_update(changes, account);

    return login_session_walk(view, account->id, login_account_sign_out,
                              changes);
}


/* LOGIN_NO: the new name is somebody's. */

static login_result_e
login_account_relist(login_changes_t *changes, const login_account_t *account,
    login_view_t *view, login_str_t org, login_str_t username)
{
    u_char           buf[LOGIN_NAME_KEY_MAX];
    login_str_t      key;
    login_record_t   record;
    login_result_e   rc;

    key = login_name_key(buf, org, username);
    if (key.len == 0) {
        return LOGIN_FAULT;
    }

    rc = login_view_get(view, key, &record);
    if (rc != LOGIN_NO) {
        return rc == LOGIN_OK ? LOGIN_NO : LOGIN_FAULT;
    }

    if (login_account_unlist(changes, account, view) != LOGIN_OK
        || login_account_unlink(changes, account, view) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    login_changes_put(changes, key, login_str(account->id, LOGIN_ID_LEN),
                      LOGIN_EXPECT_ABSENT);

    return LOGIN_OK;
}


login_result_e
login_account_remove(login_changes_t *changes, const login_account_t *account,
    login_view_t *view)
{
    u_char  key[LOGIN_ACCOUNT_KEY_LEN];

    if (login_account_unlist(changes, account, view) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    login_changes_delete(changes,
                         login_account_key(key, LOGIN_KIND_ACCOUNT,
                                           account->id),
                         account->version);

    login_changes_delete(changes,
                         login_account_key(key, LOGIN_KIND_SEEN, account->id),
                         LOGIN_EXPECT_ANY);

    if (login_account_unlink(changes, account, view) != LOGIN_OK
        || login_federated_forget(changes, view, account) != LOGIN_OK
        || login_flow_sweep(changes, view, account->id, UINT64_MAX)
           != LOGIN_OK
        || login_factor_forget(changes, view, account->id) != LOGIN_OK
        || login_log_forget(changes, view, account->id) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_session_walk(view, account->id, login_account_sign_out,
                              changes);
}


static login_result_e
login_account_unlist(login_changes_t *changes, const login_account_t *account,
    login_view_t *view)
{
    u_char           buf[LOGIN_NAME_KEY_MAX];
    login_str_t      key;
    login_record_t   record;

    key = login_name_key(buf, account->org, account->username);

    if (key.len == 0
        || login_view_get(view, key, &record) != LOGIN_OK
        || !login_str_eq(record.payload,
                         login_str(account->id, LOGIN_ID_LEN)))
    {
        return LOGIN_FAULT;
    }

    login_changes_delete(changes, key, record.version);

    return LOGIN_OK;
}


/* Locks, known browsers, and links. */

static login_result_e
login_account_unlink(login_changes_t *changes, const login_account_t *account,
    login_view_t *view)
{
    if (login_lock_forget(changes, view, account) != LOGIN_OK
        || login_link_end(changes, view, account->id, LOGIN_LINK_INVITATION)
           == LOGIN_FAULT
        || login_link_end(changes, view, account->id, LOGIN_LINK_RESET)
           == LOGIN_FAULT)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static login_result_e
login_account_sign_out(void *data, const login_session_t *session)
{
    login_session_end(data, session->account, session->id);

    return LOGIN_OK;
}
