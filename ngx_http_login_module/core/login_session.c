
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_SESSION_KEY_LEN  (1 + LOGIN_ID_LEN + LOGIN_ID_LEN)


typedef struct {
    login_session_visit_pt   visit;
    void                    *data;
} login_session_walk_t;


static login_str_t login_session_key(u_char key[LOGIN_SESSION_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN]);
static void login_session_put(login_changes_t *changes,
    const login_session_t *session, uint64_t expect);
static login_result_e login_session_visit(void *data, login_str_t key,
    const login_record_t *record);


login_result_e
login_session_check(login_account_t *account, login_session_t *session,
    login_view_t *view, const login_ticket_t *ticket,
    const login_limits_t *limits, uint64_t now)
{
    u_char          id[LOGIN_ID_LEN];
    uint64_t        epoch;
    login_result_e  rc;

    if (login_ticket_session(id, ticket) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_session_get(session, view, ticket->account, id);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_account_get(account, view, ticket->account);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_epoch_get(&epoch, view);
    if (rc != LOGIN_OK) {
        return rc;
    }

    if (account->disabled
        || session->generation != account->generation
        || session->epoch != epoch
        || session->auth_time != ticket->auth_time
        || (limits != NULL
            && login_session_left(ticket, session->shared, limits, now) == 0))
    {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


login_result_e
login_session_get(login_session_t *session, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN])
{
    u_char           key[LOGIN_SESSION_KEY_LEN];
    login_record_t   record;
    login_result_e   rc;

    rc = login_view_get(view, login_session_key(key, account, id), &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    memcpy(session->account, account, LOGIN_ID_LEN);
    memcpy(session->id, id, LOGIN_ID_LEN);
    session->version = record.version;

    return login_session_decode(session, record.payload);
}


void
login_session_add(login_changes_t *changes, const login_session_t *session)
{
    login_session_put(changes, session, LOGIN_EXPECT_ABSENT);
}


void
login_session_touch(login_changes_t *changes, const login_session_t *session,
    uint64_t now)
{
    login_session_t  touched;

    /* an expectation of these would bring an ended session back */

    if (session->version == LOGIN_EXPECT_ABSENT
        || session->version == LOGIN_EXPECT_ANY)
    {
        login_changes_spoil(changes);
        return;
    }

    touched = *session;

    if (touched.seen < now) {
        touched.seen = now;
    }

    login_session_put(changes, &touched, session->version);
}


static void
login_session_put(login_changes_t *changes, const login_session_t *session,
    uint64_t expect)
{
    size_t  len;
    u_char  key[LOGIN_SESSION_KEY_LEN];
    u_char  payload[LOGIN_SESSION_PAYLOAD];

    len = login_session_encode(payload, session);
    if (len == 0) {
        login_changes_spoil(changes);
        return;
    }

    login_changes_put(changes,
                      login_session_key(key, session->account, session->id),
                      login_str(payload, len), expect);
}


void
login_session_end(login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN])
{
    u_char  key[LOGIN_SESSION_KEY_LEN];

    login_changes_delete(changes, login_session_key(key, account, id),
                         LOGIN_EXPECT_ANY);
}


login_result_e
login_session_walk(login_view_t *view, const u_char *account,
    login_session_visit_pt visit, void *data)
{
    size_t                len;
    u_char                prefix[1 + LOGIN_ID_LEN];
    login_session_walk_t  walk;

    prefix[0] = LOGIN_KIND_SESSION;
    len = 1;

    if (account != NULL) {
        memcpy(prefix + len, account, LOGIN_ID_LEN);
        len += LOGIN_ID_LEN;
    }

    walk.visit = visit;
    walk.data = data;

    return login_view_walk(view, login_str(prefix, len), login_session_visit,
                           &walk);
}


static login_result_e
login_session_visit(void *data, login_str_t key, const login_record_t *record)
{
    login_session_t        session;
    login_session_walk_t  *walk;

    walk = data;

    if (key.len != LOGIN_SESSION_KEY_LEN) {
        return LOGIN_FAULT;
    }

    memcpy(session.account, key.data + 1, LOGIN_ID_LEN);
    memcpy(session.id, key.data + 1 + LOGIN_ID_LEN, LOGIN_ID_LEN);
    session.version = record->version;

    if (login_session_decode(&session, record->payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return walk->visit(walk->data, &session);
}


login_result_e
login_epoch_get(uint64_t *epoch, login_view_t *view)
{
    login_record_t      record;
    login_result_e      rc;
    static const char   key[] = "Mepoch";

    *epoch = 0;

    rc = login_view_get(view, login_str(key, sizeof(key) - 1), &record);

    if (rc == LOGIN_NO) {
        return LOGIN_OK;
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_record_uint(epoch, &record);
}


static login_str_t
login_session_key(u_char key[LOGIN_SESSION_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN])
{
    key[0] = LOGIN_KIND_SESSION;
    memcpy(key + 1, account, LOGIN_ID_LEN);
    memcpy(key + 1 + LOGIN_ID_LEN, id, LOGIN_ID_LEN);

    return login_str(key, LOGIN_SESSION_KEY_LEN);
}


login_str_t
login_session_browser(u_char *p, size_t len)
{
    int     utf8;
    size_t  i;

    if (len > LOGIN_BROWSER_MAX) {
        len = LOGIN_BROWSER_MAX;

        while (len > 0 && (p[len] & 0xc0) == 0x80) {
            len--;
        }
    }

    utf8 = (login_utf8_check(login_str(p, len), NULL) == LOGIN_OK);

    for (i = 0; i < len; i++) {
        if (p[i] < 0x20 || p[i] == 0x7f || (p[i] > 0x7f && !utf8)) {
            p[i] = '?';
        }
    }

    return login_str(p, len);
}
