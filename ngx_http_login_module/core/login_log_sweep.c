
/*
 * What is kept of events has an end: in time, and in number.  Ids of accounts
 * are random, so that their first byte makes as many steps of the same length.
 */

#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_LOG_HOUR  3600


typedef struct {
    login_log_sweep_t   *sweep;
    login_changes_t     *changes;
    login_view_t        *view;
    uint64_t             now;
    unsigned             gone;          /* the account is */
    u_char               account[LOGIN_ID_LEN];
} login_log_swept_t;


static login_result_e login_log_sweep_visit(void *data, login_str_t key,
    const login_record_t *record);
static void login_log_sweep_owner(login_log_swept_t *swept,
    const u_char *id);
static void login_log_sweep_next(login_log_sweep_t *sweep, uint64_t now);


login_result_e
login_log_sweep(login_log_sweep_t *sweep, login_changes_t *changes,
    login_view_t *view, uint64_t now)
{
    u_char             prefix[2];
    login_result_e     rc;
    login_log_swept_t  swept;

    memset(&swept, 0, sizeof(login_log_swept_t));

    swept.sweep = sweep;
    swept.changes = changes;
    swept.view = view;
    swept.now = now;

    if (sweep->step == 0) {
        login_log_sweep_next(sweep, now);
    }

    prefix[0] = LOGIN_KIND_EVENT;
    prefix[1] = (u_char) sweep->step;

    sweep->step = (sweep->step + 1) % LOGIN_LOG_STEPS;
    sweep->removed = 0;

    login_changes_urgent(changes);

    rc = login_view_begin(view);

    if (rc == LOGIN_OK) {
        rc = login_view_walk(view, login_str(prefix, sizeof(prefix)),
                             login_log_sweep_visit, &swept);
        login_view_end(view);
    }

    return rc;
}


/* From what the last turn counted follows what this one removes. */

static void
login_log_sweep_next(login_log_sweep_t *sweep, uint64_t now)
{
    size_t    i;
    uint64_t  n;

    n = 0;

    for (i = 0; i < LOGIN_LOG_HOURS; i++) {
        n += sweep->hours[i];

        if (n > sweep->max) {
            break;
        }
    }

    sweep->oldest = now > i * LOGIN_LOG_HOUR ? now - i * LOGIN_LOG_HOUR : 0;

    memset(sweep->hours, 0, sizeof(sweep->hours));
}


static login_result_e
login_log_sweep_visit(void *data, login_str_t key,
    const login_record_t *record)
{
    uint64_t            when;
    login_result_e      rc;
    login_log_event_t   event;
    login_log_swept_t  *swept = data;

    rc = login_log_decode(&event, key, record->payload);
    when = event.time / 1000;

    if (rc == LOGIN_FAULT) {
        return LOGIN_OK;
    }

    if (event.account != NULL) {
        login_log_sweep_owner(swept, event.account);
    }

    if (swept->sweep->removed < LOGIN_LOG_BATCH
        && (when < swept->sweep->oldest
            || (event.account != NULL && swept->gone)))
    {
        swept->sweep->removed++;
        return login_log_delete(swept->changes, key, record);
    }

    /* what is from the future counts as of now */

    when = when < swept->now ? swept->now - when : 0;
    when /= LOGIN_LOG_HOUR;

    swept->sweep->hours[when < LOGIN_LOG_HOURS ? when
                                               : LOGIN_LOG_HOURS - 1]++;

    return LOGIN_OK;
}


/* Is the account there?  Its events come one after another. */

static void
login_log_sweep_owner(login_log_swept_t *swept, const u_char *id)
{
    login_account_t  account;

    /* none has the id that "account" begins with */

    if (memcmp(swept->account, id, LOGIN_ID_LEN) == 0) {
        return;
    }

    memcpy(swept->account, id, LOGIN_ID_LEN);

    swept->gone = memcmp(id, LOGIN_LOG_NOBODY, LOGIN_ID_LEN) != 0
                  && login_account_get(&account, swept->view, id) == LOGIN_NO;
}
