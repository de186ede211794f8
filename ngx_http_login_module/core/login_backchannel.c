
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_JTI_KEY_LEN  (1 + LOGIN_HASH_LEN)


typedef struct {
    login_changes_t            *changes;
    const login_backchannel_t  *logout;
    u_char                      sid[LOGIN_ID_LEN];
    size_t                      n;
} login_backchannel_scan_t;


static login_result_e login_backchannel_sweep(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_backchannel_walk(login_changes_t *changes,
    size_t *n, login_view_t *view, const login_backchannel_t *logout,
    const u_char *account);
static login_result_e login_backchannel_session(void *data,
    const login_session_t *session);


login_result_e
login_backchannel_begin(login_changes_t *changes, login_view_t *view,
    const login_backchannel_t *logout)
{
    u_char                     key[LOGIN_JTI_KEY_LEN], when[8];
    login_encoder_t            e = { when, when + sizeof(when), 0 };
    login_backchannel_scan_t   scan;

    static const u_char  prefix[] = { LOGIN_KIND_JTI };

    key[0] = LOGIN_KIND_JTI;

    /* each issuer draws its own */

    if (login_federated_hash(key + 1, login_str("", 0), logout->issuer,
                             logout->jti) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    login_put_uint(&e, logout->expires, 8);

    login_changes_put(changes, login_str(key, sizeof(key)),
                      login_str(when, sizeof(when)), LOGIN_EXPECT_ABSENT);

    memset(&scan, 0, sizeof(login_backchannel_scan_t));
    scan.changes = changes;
    scan.logout = logout;

    return login_view_walk(view, login_str(prefix, 1),
                           login_backchannel_sweep, &scan);
}


static login_result_e
login_backchannel_sweep(void *data, login_str_t key,
    const login_record_t *record)
{
    uint64_t                   expires;
    login_backchannel_scan_t  *scan = data;

    if (login_record_uint(&expires, record) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (expires < scan->logout->now) {
        login_changes_delete(scan->changes, key, record->version);
        scan->n++;
    }

    return scan->n < LOGIN_BACKCHANNEL_SWEPT ? LOGIN_OK : LOGIN_NO;
}


login_result_e
login_backchannel_end(login_changes_t *changes, size_t *n,
    login_view_t *view, const login_backchannel_t *logout, login_str_t org)
{
    login_result_e      rc;
    login_account_t     account;
    login_federated_t   federated;

    rc = login_federated_find(&federated, &account, view, org,
                              logout->issuer, logout->subject);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_backchannel_walk(changes, n, view, logout, account.id);
}


login_result_e
login_backchannel_end_sid(login_changes_t *changes, size_t *n,
    login_view_t *view, const login_backchannel_t *logout)
{
    if (logout->sid.len == 0) {
        return LOGIN_NO;
    }

    return login_backchannel_walk(changes, n, view, logout, NULL);
}


static login_result_e
login_backchannel_walk(login_changes_t *changes, size_t *n,
    login_view_t *view, const login_backchannel_t *logout,
    const u_char *account)
{
    login_result_e             rc;
    login_backchannel_scan_t   scan;

    scan.changes = changes;
    scan.logout = logout;
    scan.n = 0;

    if (login_session_sid(scan.sid, logout->sid) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    login_changes_urgent(changes);

    rc = login_session_walk(view, account, login_backchannel_session, &scan);

    *n += scan.n;

    return rc;
}


/* Those that somebody began with a password are none of the provider's. */

static login_result_e
login_backchannel_session(void *data, const login_session_t *session)
{
    login_backchannel_scan_t  *scan = data;

    if (session->provider.len == 0
        || !login_str_eq(session->provider, scan->logout->provider)
        || (scan->logout->sid.len != 0
            && !login_str_eq(login_str(session->sid, LOGIN_ID_LEN),
                             login_str(scan->sid, LOGIN_ID_LEN))))
    {
        return LOGIN_OK;
    }

    login_session_end(scan->changes, session->account, session->id);
    scan->n++;

    return LOGIN_OK;
}
