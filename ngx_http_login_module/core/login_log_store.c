
/* Events of an account in the store: the last ones of it. */

#include "login.h"
#include "login_record.h"

#include <string.h>


/* Account, time so that they come in its order, something random. */
#define LOGIN_LOG_KEY_LEN  (1 + LOGIN_ID_LEN + 8 + 8)


typedef struct {
    login_log_visit_pt   visit;
    void                *data;
} login_log_walk_t;

/* What makes room; those of a kind come with the oldest first. */
typedef struct {
    login_changes_t     *changes;
    unsigned             all;
    unsigned             refused;
    size_t               n;         /* that are there */
    size_t               over;      /* that go */
} login_log_room_t;


static login_result_e login_log_visit(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_log_count(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_log_drop(void *data, login_str_t key,
    const login_record_t *record);
static int login_log_same(const login_log_room_t *room,
    const login_record_t *record);
static login_str_t login_log_prefix(u_char key[LOGIN_LOG_KEY_LEN],
    const u_char *account);
static login_str_t login_log_cut(login_str_t s);


login_result_e
login_log_put(login_changes_t *changes, const u_char account[LOGIN_ID_LEN],
    const login_log_event_t *event)
{
    int       shift;
    size_t    len;
    u_char   *p;
    u_char    key[LOGIN_LOG_KEY_LEN];
    u_char    payload[LOGIN_LOG_PAYLOAD];

    p = key + login_log_prefix(key, account).len;

    for (shift = 56; shift >= 0; shift -= 8) {
        *p++ = (u_char) (event->time >> shift & 0xff);
    }

    len = login_log_encode(payload, event);

    if (len == 0 || login_random(p, 8) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    login_changes_put(changes, login_str(key, LOGIN_LOG_KEY_LEN),
                      login_str(payload, len), LOGIN_EXPECT_ANY);

    return LOGIN_OK;
}


/* Failures, which anybody can make, never push out what is not one. */

login_result_e
login_log_add(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], const login_log_event_t *event)
{
    u_char            key[LOGIN_LOG_KEY_LEN];
    login_str_t       prefix;
    login_log_room_t  room;

    memset(&room, 0, sizeof(login_log_room_t));

    room.changes = changes;
    room.refused = (login_log_result(event->kind) != LOGIN_LOG_OK);

    prefix = login_log_prefix(key, account);

    if (login_view_walk(view, prefix, login_log_count, &room) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    room.over = room.n < LOGIN_LOG_STORED ? 0 : room.n - LOGIN_LOG_STORED + 1;

    if (room.over != 0
        && login_view_walk(view, prefix, login_log_drop, &room) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_log_put(changes, account, event);
}


static login_result_e
login_log_count(void *data, login_str_t key, const login_record_t *record)
{
    login_log_room_t  *room = data;

    (void) key;

    room->n += login_log_same(room, record) != 0;

    return LOGIN_OK;
}


static login_result_e
login_log_drop(void *data, login_str_t key, const login_record_t *record)
{
    login_log_room_t  *room = data;

    if (!room->all) {

        if (!login_log_same(room, record)) {
            return LOGIN_OK;
        }

        if (room->over-- == 0) {
            return LOGIN_NO;
        }
    }

    login_changes_delete(room->changes, key, LOGIN_EXPECT_ANY);

    return LOGIN_OK;
}


/* What is not known here counts as no failure. */

static int
login_log_same(const login_log_room_t *room, const login_record_t *record)
{
    unsigned           refused;
    login_log_event_t  event;

    refused = login_log_decode(&event, record->payload) == LOGIN_OK
              && login_log_result(event.kind) != LOGIN_LOG_OK;

    return refused == room->refused;
}


login_result_e
login_log_forget(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN])
{
    u_char            key[LOGIN_LOG_KEY_LEN];
    login_log_room_t  room;

    memset(&room, 0, sizeof(login_log_room_t));

    room.changes = changes;
    room.all = 1;

    return login_view_walk(view, login_log_prefix(key, account),
                           login_log_drop, &room);
}


login_result_e
login_log_walk(login_view_t *view, const u_char *account,
    login_log_visit_pt visit, void *data)
{
    u_char            key[LOGIN_LOG_KEY_LEN];
    login_log_walk_t  walk;

    walk.visit = visit;
    walk.data = data;

    return login_view_walk(view, login_log_prefix(key, account),
                           login_log_visit, &walk);
}


/* Those of a newer version are passed over. */

static login_result_e
login_log_visit(void *data, login_str_t key, const login_record_t *record)
{
    size_t             i;
    login_result_e     rc;
    login_log_event_t  event;
    login_log_walk_t  *walk = data;

    if (key.len != LOGIN_LOG_KEY_LEN) {
        return LOGIN_FAULT;
    }

    rc = login_log_decode(&event, record->payload);

    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
    }

    event.account = key.data + 1;

    for (i = 0; i < 8; i++) {
        event.time = event.time << 8 | key.data[1 + LOGIN_ID_LEN + i];
    }

    return walk->visit(walk->data, &event);
}


size_t
login_log_encode(u_char *dst, const login_log_event_t *event)
{
    login_encoder_t  e;

    e.pos = dst;
    e.end = dst + LOGIN_LOG_PAYLOAD;
    e.failed = 0;

    login_put_str(&e, login_cstr(login_log_name(event->kind)));
    login_put_str(&e, event->session ? login_str(event->session, LOGIN_ID_LEN)
                                     : login_str("", 0));
    login_put_str(&e, login_log_cut(event->address));
    login_put_str(&e, login_log_cut(event->browser));
    login_put_str(&e, login_log_cut(event->detail));
    login_put_str(&e, login_log_cut(event->actor));

    return e.failed ? 0 : (size_t) (e.pos - dst);
}


login_result_e
login_log_decode(login_log_event_t *event, login_str_t payload)
{
    login_str_t      name, session;
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    memset(event, 0, sizeof(login_log_event_t));

    name = login_get_str(&d);
    session = login_get_str(&d);
    event->address = login_get_str(&d);
    event->browser = login_get_str(&d);
    event->detail = login_get_str(&d);
    event->actor = login_get_str(&d);

    if (d.failed
        || d.pos != d.end
        || (session.len != 0 && session.len != LOGIN_ID_LEN))
    {
        return LOGIN_FAULT;
    }

    event->session = session.len ? session.data : NULL;

    return login_log_find(&event->kind, name);
}


static login_str_t
login_log_cut(login_str_t s)
{
    return login_str(s.data, s.len < LOGIN_LOG_TEXT ? s.len : LOGIN_LOG_TEXT);
}


static login_str_t
login_log_prefix(u_char key[LOGIN_LOG_KEY_LEN], const u_char *account)
{
    key[0] = LOGIN_KIND_EVENT;

    if (account == NULL) {
        return login_str(key, 1);
    }

    memcpy(key + 1, account, LOGIN_ID_LEN);

    return login_str(key, 1 + LOGIN_ID_LEN);
}
