
/* What is locked of an account, by either way that its name is counted. */

#include "login.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    uint64_t          now;
    uint64_t          until;
    uint64_t          unlocked;
} login_lock_walk_t;


static login_result_e login_lock_visit(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_lock_delete(void *data, login_str_t key,
    const login_record_t *record);


login_result_e
login_lock_names(u_char names[2][LOGIN_ID_LEN],
    const login_account_t *account)
{
    if (login_limit_name(names[0], account->org, account->username)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_limit_name(names[1], login_str("", 0), account->username);
}


login_result_e
login_lock_until(uint64_t *until, login_view_t *view,
    const login_account_t *account, uint64_t now)
{
    size_t             i;
    u_char             names[2][LOGIN_ID_LEN], key[LOGIN_GUESS_KEY_MAX];
    login_lock_walk_t  walk;

    if (login_lock_names(names, account) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    memset(&walk, 0, sizeof(login_lock_walk_t));

    walk.now = now;

    for (i = 0; i < 2; i++) {
        walk.unlocked = 0;

        if (login_view_walk(view, login_guess_key(key, LOGIN_KIND_LOCK,
                                                  names[i], NULL),
                            login_lock_visit, &walk)
            != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }
    }

    *until = walk.until;

    return LOGIN_OK;
}


/* The name's own record comes first. */

static login_result_e
login_lock_visit(void *data, login_str_t key, const login_record_t *record)
{
    login_lock_walk_t    *walk = data;
    login_lock_record_t   lock;

    if (login_lock_decode(&lock, record->payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (key.len == 1 + LOGIN_ID_LEN) {
        walk->unlocked = lock.until ? lock.unlocked : record->version;
    }

    if (record->version >= walk->unlocked
        && lock.until > walk->now && lock.until > walk->until)
    {
        walk->until = lock.until;
    }

    return LOGIN_OK;
}


login_result_e
login_lock_forget(login_changes_t *changes, login_view_t *view,
    const login_account_t *account)
{
    size_t  i;
    u_char  names[2][LOGIN_ID_LEN], key[LOGIN_GUESS_KEY_MAX];

    if (login_lock_names(names, account) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    for (i = 0; i < 2; i++) {
        if (login_view_walk(view, login_guess_key(key, LOGIN_KIND_LOCK,
                                                  names[i], NULL),
                            login_lock_delete, changes)
            != LOGIN_OK
            || login_view_walk(view, login_guess_key(key, LOGIN_KIND_KNOWN,
                                                     names[i], NULL),
                               login_lock_delete, changes)
               != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }
    }

    return LOGIN_OK;
}


/*
 * Workers may still count for the name: its own record says from now on that
 * it was unlocked, so that whoever gets the name starts anew.
 */

static login_result_e
login_lock_delete(void *data, login_str_t key, const login_record_t *record)
{
    login_lock_record_t  lock;

    if (key.data[0] != LOGIN_KIND_LOCK || key.len != 1 + LOGIN_ID_LEN) {
        login_changes_delete(data, key, LOGIN_EXPECT_ANY);
        return LOGIN_OK;
    }

    if (login_lock_decode(&lock, record->payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    lock.until = 0;
    lock.unlocked = 0;

    login_lock_put(data, key, &lock, LOGIN_EXPECT_ANY);

    return LOGIN_OK;
}
