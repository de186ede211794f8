
#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>


struct login_commit_s {
    login_store_t   *store;
    login_crypto_t  *crypto;
    MDB_txn         *txn;
    unsigned         dirty;     /* 1: something was written */
    unsigned         torn;      /* 1: a set was written in part */
    int              error;     /* with which */
    login_reserve_t  reserve;
};


static login_result_e login_commit_batch(login_commit_t *commit,
    login_changes_t **sets, size_t n);
static login_result_e login_commit_set(login_commit_t *commit,
    login_changes_t *set);
static login_result_e login_commit_expect(login_commit_t *commit,
    const login_change_t *change);
static login_result_e login_commit_write(login_commit_t *commit,
    const login_change_t *change);
static login_result_e login_commit_finish(login_commit_t *commit,
    login_changes_t **sets, size_t n);
static void login_commit_fail(login_changes_t **sets, size_t n, int error);


login_commit_t *
login_commit_create(login_store_t *store, const login_keyring_t *ring)
{
    login_commit_t  *commit;

    commit = calloc(1, sizeof(login_commit_t));
    if (commit == NULL) {
        return NULL;
    }

    commit->store = store;
    commit->crypto = login_crypto_create(ring);

    if (commit->crypto == NULL) {
        free(commit);
        return NULL;
    }

    return commit;
}


void
login_commit_destroy(login_commit_t *commit)
{
    if (commit == NULL) {
        return;
    }

    login_commit_abort(commit);
    login_crypto_destroy(commit->crypto);
    free(commit);
}


login_result_e
login_commit_begin(login_commit_t *commit)
{
    if (commit->txn != NULL
        || login_store_enter(commit->store, 0, &commit->txn) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    commit->dirty = 0;
    commit->torn = 0;
    commit->error = 0;
    memset(&commit->reserve, 0, sizeof(login_reserve_t));

    return LOGIN_OK;
}


void
login_commit_abort(login_commit_t *commit)
{
    /* the writer's lock that the child of a fork sees is its parent's */

    if (commit->txn == NULL || commit->store->foreign) {
        return;
    }

    mdb_txn_abort(commit->txn);
    commit->txn = NULL;

    login_store_leave(commit->store);
}


void
login_commit_apply(login_commit_t *commit, login_changes_t **sets, size_t n)
{
    size_t    i;
    unsigned  opening;

    if (commit->txn == NULL || commit->store->foreign) {
        login_commit_fail(sets, n, 0);
        return;
    }

    opening = commit->store->opening;

    if (login_commit_batch(commit, sets, n) != LOGIN_NO || n < 2) {
        return;
    }

    /* one of them spoilt it for all: each on its own */

    for (i = 0; i < n; i++) {

        if (login_commit_begin(commit) != LOGIN_OK) {
            continue;
        }

        /*
         * A fault that made LMDB unusable came from its meta page; nobody
         * knows whether the commit is on disk, so nothing is tried again.
         */

        if (commit->store->opening != opening) {
            login_commit_abort(commit);
            return;
        }

        (void) login_commit_batch(commit, &sets[i], 1);
    }
}


login_result_e
login_commit_one(login_commit_t *commit, login_changes_t *changes)
{
    if (login_commit_begin(commit) != LOGIN_OK) {
        login_commit_fail(&changes, 1, 0);
        return LOGIN_FAULT;
    }

    login_commit_apply(commit, &changes, 1);

    return changes->result;
}


/* Ends the transaction.  LOGIN_NO: nothing was applied, but could be. */

static login_result_e
login_commit_batch(login_commit_t *commit, login_changes_t **sets, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        sets[i]->result = login_commit_set(commit, sets[i]);

        if (commit->torn) {
            login_commit_abort(commit);
            login_commit_fail(sets, n, commit->error);
            return LOGIN_NO;
        }
    }

    /* where nothing was written, the answers come from what is on disk */

    if (!commit->dirty) {
        login_commit_abort(commit);
        return LOGIN_OK;
    }

    return login_commit_finish(commit, sets, n);
}


static login_result_e
login_commit_set(login_commit_t *commit, login_changes_t *set)
{
    login_result_e         rc;
    const login_change_t  *change;

    if (set->fault) {
        return LOGIN_FAULT;
    }

    for (change = set->first; change != NULL; change = change->next) {
        rc = login_commit_expect(commit, change);
        if (rc != LOGIN_OK) {
            return rc;
        }
    }

    set->error = login_reserve_take(&commit->reserve, commit->store,
                                    commit->txn, set);

    if (set->error != 0) {

        /* pages are estimated: alone it may find enough */

        commit->torn = commit->reserve.taken;
        commit->error = set->error;

        return LOGIN_FAULT;
    }

    for (change = set->first; change != NULL; change = change->next) {

        if (change->type == LOGIN_CHANGE_NOTE && set->bare) {
            continue;
        }

        if (login_commit_write(commit, change) != LOGIN_OK) {
            commit->torn = 1;
            return LOGIN_FAULT;
        }
    }

    return LOGIN_OK;
}


static login_result_e
login_commit_expect(login_commit_t *commit, const login_change_t *change)
{
    int             rc;
    MDB_val         k, v;
    login_record_t  record;

    if (change->expect == LOGIN_EXPECT_ANY) {
        return LOGIN_OK;
    }

    k.mv_size = change->key.len;
    k.mv_data = (void *) change->key.data;

    rc = mdb_get(commit->txn, commit->store->dbi, &k, &v);

    if (rc == MDB_NOTFOUND) {
        return change->expect == LOGIN_EXPECT_ABSENT ? LOGIN_OK : LOGIN_NO;
    }

    if (rc != 0
        || login_record_open(&record, commit->crypto, change->key,
                             login_str(v.mv_data, v.mv_size))
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    /* what was read before the store was opened anew is not expected now */

    return change->expect == login_store_number(commit->store, record.version)
           ? LOGIN_OK : LOGIN_NO;
}


static login_result_e
login_commit_write(login_commit_t *commit, const login_change_t *change)
{
    int      rc;
    MDB_val  k, v;

    if (change->type == LOGIN_CHANGE_EXPECT) {
        return LOGIN_OK;
    }

    k.mv_size = change->key.len;
    k.mv_data = (void *) change->key.data;

    if (change->type == LOGIN_CHANGE_DELETE) {
        rc = mdb_del(commit->txn, commit->store->dbi, &k, NULL);

        if (rc == MDB_NOTFOUND) {
            return LOGIN_OK;
        }

        commit->dirty = 1;
        commit->error = rc;

        return rc == 0 ? LOGIN_OK : LOGIN_FAULT;
    }

    commit->dirty = 1;

    v.mv_size = change->payload.len + LOGIN_RECORD_OVERHEAD;
    v.mv_data = NULL;

    rc = mdb_put(commit->txn, commit->store->dbi, &k, &v, MDB_RESERVE);
    if (rc != 0) {
        commit->error = rc;
        return LOGIN_FAULT;
    }

    return login_record_seal(v.mv_data, commit->crypto, change->key,
                             mdb_txn_id(commit->txn), change->payload);
}


static login_result_e
login_commit_finish(login_commit_t *commit, login_changes_t **sets, size_t n)
{
    int  rc;

    rc = mdb_txn_commit(commit->txn);
    commit->txn = NULL;

    login_store_leave(commit->store);

    if (rc == 0) {
        return LOGIN_OK;
    }

    /*
     * Not even a "no" holds: it may come from what another set of the same
     * transaction wrote.
     */

    login_commit_fail(sets, n, rc);

    /* a lack of room may be the fault of one set alone */

    return (rc == MDB_MAP_FULL || rc == ENOSPC) ? LOGIN_NO : LOGIN_FAULT;
}


static void
login_commit_fail(login_changes_t **sets, size_t n, int error)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        sets[i]->result = LOGIN_FAULT;
        sets[i]->error = error;
    }
}
