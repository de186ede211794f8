
#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_CHUNK_SIZE  4096


/*
 * What a view hands out is copied before its MAC is checked: who can write
 * to the file could change it in the map behind the check.
 */

struct login_chunk_s {
    login_chunk_t  *next;       /* older */
    u_char         *pos;
    u_char         *end;
    u_char          data[];
};


static login_chunk_t *login_chunk_create(size_t size);
static login_result_e login_view_copy(login_view_t *view, login_str_t *s,
    const MDB_val *value);
static login_result_e login_view_record(login_view_t *view,
    login_record_t *record, login_str_t key, const MDB_val *value);
static void login_view_release(login_view_t *view, login_chunk_t *chunk,
    u_char *pos);
static login_result_e login_view_item(login_view_t *view, login_str_t prefix,
    MDB_cursor *cursor, MDB_cursor_op op, login_visit_pt visit, void *data);


login_view_t *
login_view_create(login_store_t *store, const login_keyring_t *ring)
{
    login_view_t  *view;

    view = calloc(1, sizeof(login_view_t));
    if (view == NULL) {
        return NULL;
    }

    view->store = store;
    view->crypto = login_crypto_create(ring);
    view->chunk = login_chunk_create(LOGIN_CHUNK_SIZE);

    if (view->crypto == NULL || view->chunk == NULL) {
        login_crypto_destroy(view->crypto);
        free(view->chunk);
        free(view);
        return NULL;
    }

    (void) pthread_mutex_lock(&store->mutex);

    view->next = store->views;
    store->views = view;

    (void) pthread_mutex_unlock(&store->mutex);

    return view;
}


void
login_view_destroy(login_view_t *view)
{
    login_view_t   **p;
    login_store_t   *store;

    if (view == NULL) {
        return;
    }

    login_view_end(view);

    store = view->store;

    /* in the child of a fork all but the memory is the parent's */

    if (!store->foreign) {
        (void) pthread_rwlock_rdlock(&store->lock);
        (void) pthread_mutex_lock(&store->mutex);

        for (p = &store->views; *p != view; p = &(*p)->next) {
            /* void */
        }

        *p = view->next;

        if (view->txn != NULL) {
            mdb_txn_abort(view->txn);
        }

        (void) pthread_mutex_unlock(&store->mutex);
        (void) pthread_rwlock_unlock(&store->lock);
    }

    login_crypto_destroy(view->crypto);
    free(view->chunk);
    free(view);
}


login_result_e
login_view_begin(login_view_t *view)
{
    if (view->active
        || login_store_enter(view->store, MDB_RDONLY, &view->txn) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    view->active = 1;

    return LOGIN_OK;
}


void
login_view_end(login_view_t *view)
{
    login_chunk_t  *first;

    if (!view->active) {
        return;
    }

    for (first = view->chunk; first->next != NULL; first = first->next) {
        /* void */
    }

    login_view_release(view, first, first->data);

    view->active = 0;

    if (view->store->foreign) {
        return;
    }

    mdb_txn_reset(view->txn);
    login_store_leave(view->store);
}


uint64_t
login_view_version(login_view_t *view)
{
    if (!view->active || view->store->foreign) {
        return 0;
    }

    return login_store_number(view->store, mdb_txn_id(view->txn));
}


login_result_e
login_view_get(login_view_t *view, login_str_t key, login_record_t *record)
{
    int      rc;
    MDB_val  k, v;

    if (!view->active
        || view->store->foreign
        || key.len == 0
        || key.len > LOGIN_STORE_KEY_MAX)
    {
        return LOGIN_FAULT;
    }

    k.mv_size = key.len;
    k.mv_data = (void *) key.data;

    rc = mdb_get(view->txn, view->store->dbi, &k, &v);

    if (rc == MDB_NOTFOUND) {
        return LOGIN_NO;
    }

    return rc == 0 ? login_view_record(view, record, key, &v) : LOGIN_FAULT;
}


login_result_e
login_view_walk(login_view_t *view, login_str_t prefix, login_visit_pt visit,
    void *data)
{
    MDB_cursor      *cursor;
    MDB_cursor_op    op;
    login_result_e   rc;

    if (!view->active
        || view->store->foreign
        || prefix.len > LOGIN_STORE_KEY_MAX
        || mdb_cursor_open(view->txn, view->store->dbi, &cursor) != 0)
    {
        return LOGIN_FAULT;
    }

    op = prefix.len == 0 ? MDB_FIRST : MDB_SET_RANGE;

    do {
        rc = login_view_item(view, prefix, cursor, op, visit, data);
        op = MDB_NEXT;

    } while (rc == LOGIN_OK);

    mdb_cursor_close(cursor);

    return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
}


/* LOGIN_NO: that was the end. */

static login_result_e
login_view_item(login_view_t *view, login_str_t prefix, MDB_cursor *cursor,
    MDB_cursor_op op, login_visit_pt visit, void *data)
{
    int              rc;
    u_char          *pos;
    MDB_val          k, v;
    login_str_t      key;
    login_chunk_t   *chunk;
    login_record_t   record;
    login_result_e   result;

    k.mv_size = prefix.len;
    k.mv_data = (void *) prefix.data;

    rc = mdb_cursor_get(cursor, &k, &v, op);
    if (rc != 0) {
        return rc == MDB_NOTFOUND ? LOGIN_NO : LOGIN_FAULT;
    }

    chunk = view->chunk;
    pos = chunk->pos;

    if (login_view_copy(view, &key, &k) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (key.len < prefix.len
        || (prefix.len != 0 && memcmp(key.data, prefix.data, prefix.len) != 0))
    {
        result = LOGIN_NO;

    } else if (login_view_record(view, &record, key, &v) != LOGIN_OK) {
        result = LOGIN_FAULT;

    } else {
        result = visit(data, key, &record);
    }

    login_view_release(view, chunk, pos);

    return result;
}


static login_result_e
login_view_record(login_view_t *view, login_record_t *record,
    login_str_t key, const MDB_val *value)
{
    login_str_t  raw;

    if (login_view_copy(view, &raw, value) != LOGIN_OK
        || login_record_open(record, view->crypto, key, raw) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    record->version = login_store_number(view->store, record->version);

    return LOGIN_OK;
}


static login_result_e
login_view_copy(login_view_t *view, login_str_t *s, const MDB_val *value)
{
    login_chunk_t  *chunk;

    chunk = view->chunk;

    if (value->mv_size > (size_t) (chunk->end - chunk->pos)) {

        chunk = login_chunk_create(value->mv_size);
        if (chunk == NULL) {
            return LOGIN_FAULT;
        }

        chunk->next = view->chunk;
        view->chunk = chunk;
    }

    memcpy(chunk->pos, value->mv_data, value->mv_size);

    *s = login_str(chunk->pos, value->mv_size);
    chunk->pos += value->mv_size;

    return LOGIN_OK;
}


static login_chunk_t *
login_chunk_create(size_t size)
{
    login_chunk_t  *chunk;

    if (size < LOGIN_CHUNK_SIZE) {
        size = LOGIN_CHUNK_SIZE;
    }

    if (size > SIZE_MAX - sizeof(login_chunk_t)) {
        return NULL;
    }

    chunk = malloc(sizeof(login_chunk_t) + size);
    if (chunk == NULL) {
        return NULL;
    }

    chunk->next = NULL;
    chunk->pos = chunk->data;
    chunk->end = chunk->data + size;

    return chunk;
}


static void
login_view_release(login_view_t *view, login_chunk_t *chunk, u_char *pos)
{
    login_chunk_t  *next;

    while (view->chunk != chunk) {
        next = view->chunk->next;
        free(view->chunk);
        view->chunk = next;
    }

    chunk->pos = pos;
}
