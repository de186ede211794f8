
#include "login.h"


typedef struct {
    login_changes_t            *changes;
    const login_backchannel_t  *logout;
    u_char                      sid[LOGIN_ID_LEN];
    size_t                      n;
} login_backchannel_scan_t;


static login_result_e login_backchannel_walk(login_changes_t *changes,
    size_t *n, login_view_t *view, const login_backchannel_t *logout,
    const u_char *account);
static login_result_e login_backchannel_session(void *data,
    const login_session_t *session);


/* Each issuer draws its own. */

login_result_e
login_backchannel_begin(login_changes_t *changes, login_view_t *view,
    const login_backchannel_t *logout)
{
    return login_used_note(changes, view, LOGIN_USED_LOGOUT, logout->issuer,
                           logout->jti, logout->expires, logout->now);
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
