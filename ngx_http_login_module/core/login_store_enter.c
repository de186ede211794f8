
#include "login.h"
#include "login_lmdb.h"

#include <time.h>


/* How long a change of the map waits for the transactions of others. */
#define LOGIN_STORE_WAIT   1

/* What can be wrong at once when a transaction begins. */
#define LOGIN_STORE_TRIES  4

/* More transactions than LMDB will ever have. */
#define LOGIN_STORE_TXN_BITS  48


static login_result_e login_store_mend(login_store_t *store, int fault,
    MDB_env *env);
static login_result_e login_store_reopen(login_store_t *store, MDB_env *env);
static login_result_e login_store_renew(login_store_t *store);
static void login_store_shut(login_store_t *store);
static login_result_e login_store_exclude(login_store_t *store);
static int login_store_reap(login_store_t *store);


login_result_e
login_store_enter(login_store_t *store, unsigned flags, MDB_txn **txn)
{
    int       rc, tries;
    MDB_env  *env;

    if (store->foreign) {
        return LOGIN_FAULT;
    }

    for (tries = 0; tries < LOGIN_STORE_TRIES; tries++) {

        if (pthread_rwlock_rdlock(&store->lock) != 0) {
            return LOGIN_FAULT;
        }

        env = store->env;

        if (env == NULL) {
            rc = MDB_PANIC;

        } else if (*txn != NULL) {
            rc = mdb_txn_renew(*txn);

        } else {
            rc = mdb_txn_begin(env, NULL, flags, txn);
        }

        if (rc == 0) {
            return LOGIN_OK;
        }

        if (*txn != NULL) {
            mdb_txn_abort(*txn);
            *txn = NULL;
        }

        (void) pthread_rwlock_unlock(&store->lock);

        if (login_store_mend(store, rc, env) != LOGIN_OK) {
            return LOGIN_FAULT;
        }
    }

    return LOGIN_FAULT;
}


void
login_store_leave(login_store_t *store)
{
    (void) pthread_rwlock_unlock(&store->lock);
}


unsigned
login_store_opening(login_store_t *store)
{
    unsigned  opening;

    if (store->foreign || pthread_rwlock_rdlock(&store->lock) != 0) {
        return 0;
    }

    opening = store->opening;

    (void) pthread_rwlock_unlock(&store->lock);

    return opening;
}


uint64_t
login_store_number(const login_store_t *store, uint64_t txn)
{
    return ((uint64_t) store->opening << LOGIN_STORE_TXN_BITS) ^ txn;
}


static login_result_e
login_store_mend(login_store_t *store, int fault, MDB_env *env)
{
    switch (fault) {

    case MDB_MAP_RESIZED:
        return login_store_resize(store, 0);

    case MDB_PANIC:
        return login_store_reopen(store, env);

    case MDB_READERS_FULL:
        return login_store_reap(store) > 0 ? LOGIN_OK : LOGIN_FAULT;

    default:
        return LOGIN_FAULT;
    }
}


login_result_e
login_store_resize(login_store_t *store, size_t size)
{
    int  rc;

    if (login_store_exclude(store) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    /* without an environment it gets its size when it is opened anew */

    rc = store->env != NULL ? mdb_env_set_mapsize(store->env, size) : 0;

    if (rc == 0 && size != 0) {
        store->map_size = size;
    }

    if (rc != 0) {
        /* the old map is gone */
        login_store_shut(store);
    }

    (void) pthread_rwlock_unlock(&store->lock);

    return rc == 0 ? LOGIN_OK : LOGIN_FAULT;
}


/* After a fault on its meta page LMDB wants to be closed. */

static login_result_e
login_store_reopen(login_store_t *store, MDB_env *env)
{
    login_result_e  rc;

    if (login_store_exclude(store) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = LOGIN_OK;

    /* another thread may have been here before */

    if (store->env == env) {
        login_store_shut(store);
        rc = login_store_renew(store);
    }

    (void) pthread_rwlock_unlock(&store->lock);

    return rc;
}


static login_result_e
login_store_renew(login_store_t *store)
{
    login_lmdb_t   lmdb;
    login_error_t  error;

    if (login_lmdb_open(&lmdb, store->path, store->map_size, &error)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (lmdb.dev != store->dev || lmdb.ino != store->ino) {
        mdb_env_close(lmdb.env);
        return LOGIN_FAULT;
    }

    store->env = lmdb.env;
    store->dbi = lmdb.dbi;
    store->allocated = 0;
    store->opening++;

    return LOGIN_OK;
}


/* Views keep their transactions between uses; they end here. */

static void
login_store_shut(login_store_t *store)
{
    login_view_t  *view;

    if (store->env == NULL) {
        return;
    }

    (void) pthread_mutex_lock(&store->mutex);

    for (view = store->views; view != NULL; view = view->next) {
        if (view->txn != NULL) {
            mdb_txn_abort(view->txn);
            view->txn = NULL;
        }
    }

    (void) pthread_mutex_unlock(&store->mutex);

    mdb_env_close(store->env);
    store->env = NULL;
}


/* Waits until this process has no transaction. */

static login_result_e
login_store_exclude(login_store_t *store)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1) {
        return LOGIN_FAULT;
    }

    ts.tv_sec += LOGIN_STORE_WAIT;

    if (pthread_rwlock_clockwrlock(&store->lock, CLOCK_MONOTONIC, &ts) != 0) {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


void
login_store_clear_readers(login_store_t *store)
{
    (void) login_store_reap(store);
}


static int
login_store_reap(login_store_t *store)
{
    int  dead;

    if (store->foreign || pthread_rwlock_rdlock(&store->lock) != 0) {
        return 0;
    }

    dead = 0;

    if (store->env == NULL || mdb_reader_check(store->env, &dead) != 0) {
        dead = 0;
    }

    (void) pthread_rwlock_unlock(&store->lock);

    return dead;
}
