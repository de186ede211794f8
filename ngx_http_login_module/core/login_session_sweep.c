
#include "login.h"

#include <stdlib.h>
#include <string.h>


typedef struct {
    u_char                 id[LOGIN_ID_LEN];
    uint64_t               seen;
} login_sweep_item_t;

typedef struct {
    login_changes_t       *changes;
    const login_account_t *account;
    const login_limits_t  *limits;
    uint64_t               epoch;
    uint64_t               now;
    size_t                 n;
    size_t                 room;
    login_sweep_item_t    *items;       /* those that stay, so far */
} login_sweep_t;


static login_result_e login_sweep_visit(void *data,
    const login_session_t *session);
static login_result_e login_sweep_keep(login_sweep_t *sweep,
    const login_session_t *session);
static void login_sweep_oldest(login_sweep_t *sweep);
static int login_sweep_compare(const void *one, const void *two);


login_result_e
login_session_sweep(login_changes_t *changes, login_view_t *view,
    const login_account_t *account, const login_limits_t *limits,
    uint64_t now)
{
    login_sweep_t   sweep;
    login_result_e  rc;

    memset(&sweep, 0, sizeof(login_sweep_t));

    sweep.changes = changes;
    sweep.account = account;
    sweep.limits = limits;
    sweep.now = now;

    rc = login_epoch_get(&sweep.epoch, view);

    if (rc == LOGIN_OK) {
        rc = login_session_walk(view, account->id, login_sweep_visit, &sweep);
    }

    if (rc == LOGIN_OK) {
        login_sweep_oldest(&sweep);
    }

    free(sweep.items);

    return rc;
}


static login_result_e
login_sweep_visit(void *data, const login_session_t *session)
{
    login_sweep_t  *sweep;

    sweep = data;

    if (login_session_over(session, sweep->account, sweep->epoch,
                           sweep->limits, sweep->now))
    {
        login_session_end(sweep->changes, session->account, session->id);
        return LOGIN_OK;
    }

    return login_sweep_keep(sweep, session);
}


int
login_session_over(const login_session_t *session,
    const login_account_t *account, uint64_t epoch,
    const login_limits_t *limits, uint64_t now)
{
    login_ticket_t  ticket;
    login_limits_t  stretched;

    if (session->generation != account->generation
        || session->epoch != epoch)
    {
        return 1;
    }

    stretched = *limits;

    if (session->shared && stretched.idle > LOGIN_SHARED_IDLE) {
        stretched.idle = LOGIN_SHARED_IDLE;
    }

    stretched.idle = stretched.idle > UINT64_MAX / 2 ? UINT64_MAX
                                                     : stretched.idle * 2;

    ticket.auth_time = session->auth_time;
    ticket.issued = session->seen;

    return login_session_left(&ticket, 0, &stretched, now) == 0;
}


static login_result_e
login_sweep_keep(login_sweep_t *sweep, const login_session_t *session)
{
    size_t               room;
    login_sweep_item_t  *items;

    if (sweep->n == sweep->room) {

        room = sweep->room + LOGIN_SESSIONS_MAX;

        items = realloc(sweep->items, room * sizeof(login_sweep_item_t));
        if (items == NULL) {
            return LOGIN_FAULT;
        }

        sweep->items = items;
        sweep->room = room;
    }

    memcpy(sweep->items[sweep->n].id, session->id, LOGIN_ID_LEN);
    sweep->items[sweep->n].seen = session->seen;
    sweep->n++;

    return LOGIN_OK;
}


/* Leaves room for the session to come. */

static void
login_sweep_oldest(login_sweep_t *sweep)
{
    size_t  i;

    if (sweep->n < LOGIN_SESSIONS_MAX) {
        return;
    }

    qsort(sweep->items, sweep->n, sizeof(login_sweep_item_t),
          login_sweep_compare);

    for (i = 0; i <= sweep->n - LOGIN_SESSIONS_MAX; i++) {
        login_session_end(sweep->changes, sweep->account->id,
                          sweep->items[i].id);
    }
}


static int
login_sweep_compare(const void *one, const void *two)
{
    const login_sweep_item_t  *a, *b;

    a = one;
    b = two;

    return (a->seen > b->seen) - (a->seen < b->seen);
}
