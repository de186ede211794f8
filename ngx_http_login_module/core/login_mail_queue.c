
/* The outbox as a whole. */

#include "login.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    login_view_t         *view;
    login_mail_visit_pt   visit;
    login_changes_t      *changes;
    void                 *data;
    uint64_t              now;
    size_t                max;
} login_mail_walk_t;


static login_result_e login_mail_visit(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_mail_visit_queue(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_mail_visit_over(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_mail_visit_asked(void *data, login_str_t key,
    const login_record_t *record);


login_result_e
login_mail_walk(login_view_t *view, login_mail_visit_pt visit, void *data)
{
    u_char             kind = LOGIN_KIND_MAIL;
    login_mail_walk_t  walk;

    memset(&walk, 0, sizeof(login_mail_walk_t));

    walk.visit = visit;
    walk.data = data;

    return login_view_walk(view, login_str(&kind, 1), login_mail_visit,
                           &walk);
}


static login_result_e
login_mail_visit(void *data, login_str_t key, const login_record_t *record)
{
    login_mail_walk_t   *walk = data;
    login_mail_state_t   state;

    if (key.len != LOGIN_MAIL_KEY_LEN
        || login_mail_state_decode(&state, record->payload) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    memcpy(state.id, key.data + 1, LOGIN_ID_LEN);
    state.version = record->version;

    return walk->visit(walk->data, &state);
}


login_result_e
login_mail_walk_queue(login_view_t *view, login_mail_visit_pt visit,
    void *data)
{
    u_char             kind = LOGIN_KIND_QUEUE;
    login_mail_walk_t  walk;

    memset(&walk, 0, sizeof(login_mail_walk_t));

    walk.view = view;
    walk.visit = visit;
    walk.data = data;

    return login_view_walk(view, login_str(&kind, 1), login_mail_visit_queue,
                           &walk);
}


static login_result_e
login_mail_visit_queue(void *data, login_str_t key,
    const login_record_t *record)
{
    login_result_e       rc;
    login_mail_walk_t   *walk = data;
    login_mail_state_t   state;

    (void) record;

    if (key.len != LOGIN_MAIL_KEY_LEN) {
        return LOGIN_FAULT;
    }

    rc = login_mail_state(&state, walk->view, key.data + 1);

    if (rc == LOGIN_NO) {
        return LOGIN_OK;
    }

    return rc == LOGIN_OK ? walk->visit(walk->data, &state) : LOGIN_FAULT;
}


login_result_e
login_mail_sweep(login_changes_t *changes, login_view_t *view, uint64_t now,
    size_t max)
{
    u_char             kind;
    login_mail_walk_t  walk;

    memset(&walk, 0, sizeof(login_mail_walk_t));

    walk.changes = changes;
    walk.now = now;
    walk.max = max;

    kind = LOGIN_KIND_MAIL;

    if (login_view_walk(view, login_str(&kind, 1), login_mail_visit_over,
                        &walk)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    kind = LOGIN_KIND_ASKED;

    return login_view_walk(view, login_str(&kind, 1), login_mail_visit_asked,
                           &walk);
}


static login_result_e
login_mail_visit_over(void *data, login_str_t key,
    const login_record_t *record)
{
    login_mail_walk_t   *walk = data;
    login_mail_state_t   state;

    if (walk->max == 0) {
        return LOGIN_NO;
    }

    if (login_mail_state_decode(&state, record->payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (state.status != LOGIN_MAIL_QUEUED
        && state.next <= walk->now
        && walk->now - state.next > LOGIN_MAIL_KEEP)
    {
        login_changes_delete(walk->changes, key, record->version);
        walk->max--;
    }

    return LOGIN_OK;
}


static login_result_e
login_mail_visit_asked(void *data, login_str_t key,
    const login_record_t *record)
{
    unsigned            over;
    login_mail_walk_t  *walk = data;

    if (walk->max == 0) {
        return LOGIN_NO;
    }

    if (login_mail_asked_over(&over, record, walk->now) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (over) {
        login_changes_delete(walk->changes, key, record->version);
        walk->max--;
    }

    return LOGIN_OK;
}
