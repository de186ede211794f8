
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_LOCK_PAYLOAD  (8 + 8 + 8)
#define LOGIN_LOCK_USEFUL   (30 * 86400)    /* s, to who was locked longest */


typedef struct {
    uint64_t          now;
    login_changes_t  *changes;
} login_lock_walk_t;


/* Read and written in the place of locks of names that nobody has. */
static const u_char  login_lock_nobody[LOGIN_ID_LEN];


static login_result_e login_lock_read(login_lock_t *lock, login_view_t *view,
    login_str_t key);
static login_result_e login_lock_visit_old(void *data, login_str_t key,
    const login_record_t *record);


login_result_e
login_lock_get(login_lock_t *lock, login_view_t *view,
    const u_char name[LOGIN_ID_LEN], const u_char *browser)
{
    u_char        key[LOGIN_GUESS_KEY_MAX];
    login_lock_t  own;

    if (login_lock_read(lock, view,
                        login_guess_key(key, LOGIN_KIND_LOCK, name, NULL))
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (browser == NULL) {
        return LOGIN_OK;
    }

    /* unlocking the name unlocks what was locked before, of each browser */

    if (login_lock_read(&own, view,
                        login_guess_key(key, LOGIN_KIND_LOCK, name, browser))
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    own.unlocked = lock->unlocked;

    if (own.version < own.unlocked) {
        own.until = 0;
    }

    *lock = own;

    return LOGIN_OK;
}


static login_result_e
login_lock_read(login_lock_t *lock, login_view_t *view, login_str_t key)
{
    u_char               buf[LOGIN_GUESS_KEY_MAX];
    login_record_t       record, none;
    login_result_e       rc;
    login_lock_record_t  payload;

    memset(lock, 0, sizeof(login_lock_t));

    rc = login_view_get(view, key, &record);

    if (rc == LOGIN_NO) {
        rc = login_view_get(view, login_guess_key(buf, LOGIN_KIND_LOCK,
                                                  login_lock_nobody, NULL),
                            &record);

        return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
    }

    if (rc != LOGIN_OK
        || login_lock_decode(&payload, record.payload) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    lock->until = payload.until;
    lock->unlocked = payload.until ? payload.unlocked : record.version;
    lock->version = record.version;

    /* where there is none, two are looked for: so it is here */

    rc = login_view_get(view, login_guess_key(buf, LOGIN_KIND_LOCK,
                                              login_lock_nobody,
                                              login_lock_nobody),
                        &none);

    return rc == LOGIN_FAULT ? LOGIN_FAULT : LOGIN_OK;
}


login_result_e
login_lock_keep(login_changes_t *changes, login_view_t *view,
    const u_char name[LOGIN_ID_LEN], const u_char *browser, unsigned exists,
    uint64_t until, uint64_t now)
{
    u_char               buf[LOGIN_GUESS_KEY_MAX];
    login_str_t          key;
    login_lock_t         old;
    login_lock_record_t  lock;

    key = login_guess_key(buf, LOGIN_KIND_LOCK,
                          exists ? name : login_lock_nobody, browser);

    if (login_lock_read(&old, view, key) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    /* a full store must not let guesses through */

    login_changes_urgent(changes);

    lock.when = now;
    lock.until = until;
    lock.unlocked = old.unlocked;

    /* what was unlocked meanwhile stays so */

    login_lock_put(changes, key, &lock, exists ? old.version
                                               : LOGIN_EXPECT_ANY);

    return LOGIN_OK;
}


login_result_e
login_lock_open(login_changes_t *changes, login_view_t *view,
    const u_char name[LOGIN_ID_LEN], uint64_t now)
{
    u_char               buf[LOGIN_GUESS_KEY_MAX];
    login_str_t          key;
    login_lock_t         old;
    login_lock_record_t  lock;

    key = login_guess_key(buf, LOGIN_KIND_LOCK, name, NULL);

    if (login_lock_read(&old, view, key) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    lock.when = now;
    lock.until = 0;
    lock.unlocked = 0;

    login_lock_put(changes, key, &lock, old.version);

    return LOGIN_OK;
}


void
login_lock_put(login_changes_t *changes, login_str_t key,
    const login_lock_record_t *lock, uint64_t expect)
{
    u_char           payload[LOGIN_LOCK_PAYLOAD];
    login_encoder_t  e;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_uint(&e, lock->when, 8);
    login_put_uint(&e, lock->until, 8);
    login_put_uint(&e, lock->unlocked, 8);

    login_changes_put(changes, key, login_str(payload, sizeof(payload)),
                      expect);
}


login_result_e
login_lock_decode(login_lock_record_t *lock, login_str_t payload)
{
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    lock->when = login_get_uint(&d, 8);
    lock->until = login_get_uint(&d, 8);
    lock->unlocked = login_get_uint(&d, 8);

    return d.failed || d.pos != d.end ? LOGIN_FAULT : LOGIN_OK;
}


login_result_e
login_lock_sweep(login_changes_t *changes, login_view_t *view, uint64_t now)
{
    u_char             kind = LOGIN_KIND_LOCK;
    login_lock_walk_t  walk;

    memset(&walk, 0, sizeof(login_lock_walk_t));

    walk.now = now;
    walk.changes = changes;

    return login_view_walk(view, login_str(&kind, 1), login_lock_visit_old,
                           &walk);
}


static login_result_e
login_lock_visit_old(void *data, login_str_t key,
    const login_record_t *record)
{
    login_lock_walk_t    *walk = data;
    login_lock_record_t   lock;

    if (login_lock_decode(&lock, record->payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (lock.until <= walk->now && lock.when <= walk->now
        && walk->now - lock.when > LOGIN_LOCK_USEFUL)
    {
        login_changes_delete(walk->changes, key, record->version);
    }

    return LOGIN_OK;
}
