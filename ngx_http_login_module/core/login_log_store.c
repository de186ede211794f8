
/*
 * Events in the store: the last ones of each account, and of the store.
 *
 * What succeeded is found under its time and something random, and the
 * oldest makes room for it.  Failures, which anybody can make, have places
 * of their own, by the minute: one is written without a look at what is
 * there, so that it takes no longer for one name than for another.
 */

#include "login.h"
#include "login_record.h"

#include <string.h>


/* Account, and the place: a time and something random, or a number. */
#define LOGIN_LOG_KEY_LEN     (1 + LOGIN_ID_LEN + 8 + 8)
#define LOGIN_LOG_FAILED_LEN  (1 + LOGIN_ID_LEN + 1)

#define LOGIN_LOG_MINUTE      60000     /* ms */


typedef struct {
    login_log_visit_pt   visit;
    void                *data;
} login_log_walk_t;

/* What makes room; the oldest comes first. */
typedef struct {
    login_changes_t     *changes;
    size_t               n;         /* that are there */
    size_t               over;      /* that go */
} login_log_room_t;


/* Whose events those of the store are. */
static const u_char  login_log_own[LOGIN_ID_LEN];


static size_t login_log_place(u_char *key, const login_log_event_t *event);
static void login_log_make_room(login_changes_t *changes, login_view_t *view,
    const u_char *account, size_t max);
static login_result_e login_log_count(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_log_drop(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_log_visit(void *data, login_str_t key,
    const login_record_t *record);
static login_str_t login_log_prefix(u_char key[LOGIN_LOG_KEY_LEN],
    const u_char *account);
static login_str_t login_log_cut(login_str_t s);


void
login_log_keep(login_changes_t *changes, login_view_t *view,
    const u_char *account, const login_log_event_t *event)
{
    size_t   len, max;
    u_char   key[LOGIN_LOG_KEY_LEN], payload[LOGIN_LOG_PAYLOAD];

    if (login_log_kept(event->kind) == LOGIN_LOG_NOTHING) {
        return;
    }

    max = LOGIN_LOG_DONE;

    if (login_log_kept(event->kind) == LOGIN_LOG_STORE) {
        account = login_log_own;
        max = LOGIN_LOG_OWN;
    }

    (void) login_log_prefix(key, account);

    len = login_log_place(key + 1 + LOGIN_ID_LEN, event);

    if (len == 0) {
        return;
    }

    if (login_log_result(event->kind) == LOGIN_LOG_OK) {
        login_log_make_room(changes, view, account, max);
    }

    login_changes_note(changes, login_str(key, 1 + LOGIN_ID_LEN + len),
                       login_str(payload, login_log_encode(payload, event)));
}


/* The length, or 0: there is nothing random. */

static size_t
login_log_place(u_char *key, const login_log_event_t *event)
{
    int  shift;

    if (login_log_result(event->kind) != LOGIN_LOG_OK) {
        *key = (u_char) (event->time / LOGIN_LOG_MINUTE % LOGIN_LOG_FAILED);
        return 1;
    }

    for (shift = 56; shift >= 0; shift -= 8) {
        *key++ = (u_char) (event->time >> shift & 0xff);
    }

    return login_random(key, 8) == LOGIN_OK ? 8 + 8 : 0;
}


/* What cannot be read stays where it is. */

static void
login_log_make_room(login_changes_t *changes, login_view_t *view,
    const u_char *account, size_t max)
{
    u_char            key[LOGIN_LOG_KEY_LEN];
    login_str_t       prefix;
    login_log_room_t  room;

    room.changes = changes;
    room.n = 0;

    prefix = login_log_prefix(key, account);

    (void) login_view_walk(view, prefix, login_log_count, &room);

    if (room.n >= max) {
        room.over = room.n - max + 1;
        (void) login_view_walk(view, prefix, login_log_drop, &room);
    }
}


static login_result_e
login_log_count(void *data, login_str_t key, const login_record_t *record)
{
    login_log_room_t  *room = data;

    (void) record;

    room->n += (key.len == LOGIN_LOG_KEY_LEN);

    return LOGIN_OK;
}


static login_result_e
login_log_drop(void *data, login_str_t key, const login_record_t *record)
{
    login_log_room_t  *room = data;

    (void) record;

    if (key.len != LOGIN_LOG_KEY_LEN) {
        return LOGIN_OK;
    }

    login_changes_delete(room->changes, key, LOGIN_EXPECT_ANY);

    return --room->over != 0 ? LOGIN_OK : LOGIN_NO;
}


login_result_e
login_log_forget(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN])
{
    u_char  key[LOGIN_LOG_KEY_LEN];

    return login_view_walk(view, login_log_prefix(key, account),
                           login_log_delete, changes);
}


login_result_e
login_log_delete(void *data, login_str_t key, const login_record_t *record)
{
    (void) record;

    login_changes_delete(data, key, LOGIN_EXPECT_ANY);

    return LOGIN_OK;
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
    login_result_e     rc;
    login_log_event_t  event;
    login_log_walk_t  *walk = data;

    rc = login_log_decode(&event, key, record->payload);

    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
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

    login_put_uint(&e, event->time, 8);
    login_put_str(&e, login_cstr(login_log_name(event->kind)));
    login_put_str(&e, event->session ? login_str(event->session, LOGIN_ID_LEN)
                                     : login_str("", 0));
    login_put_str(&e, login_log_cut(event->org));
    login_put_str(&e, login_log_cut(event->username));
    login_put_str(&e, login_log_cut(event->address));
    login_put_str(&e, login_log_cut(event->browser));
    login_put_str(&e, login_log_cut(event->detail));
    login_put_str(&e, login_log_cut(event->actor));

    /* LOGIN_LOG_PAYLOAD has room for the longest of each */

    return (size_t) (e.pos - dst);
}


login_result_e
login_log_decode(login_log_event_t *event, login_str_t key,
    login_str_t payload)
{
    login_str_t      name, session;
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    memset(event, 0, sizeof(login_log_event_t));

    event->time = login_get_uint(&d, 8);
    name = login_get_str(&d);
    session = login_get_str(&d);
    event->org = login_get_str(&d);
    event->username = login_get_str(&d);
    event->address = login_get_str(&d);
    event->browser = login_get_str(&d);
    event->detail = login_get_str(&d);
    event->actor = login_get_str(&d);

    if (d.failed
        || d.pos != d.end
        || (session.len != 0 && session.len != LOGIN_ID_LEN)
        || (key.len != LOGIN_LOG_KEY_LEN && key.len != LOGIN_LOG_FAILED_LEN))
    {
        return LOGIN_FAULT;
    }

    event->session = session.len ? session.data : NULL;

    if (memcmp(key.data + 1, login_log_own, LOGIN_ID_LEN) != 0) {
        event->account = key.data + 1;
    }

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
