
#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


typedef struct {
    login_view_t         *view;
    size_t                batch;
    login_scan_visit_pt   visit;
    void                 *data;

    size_t                len;
    u_char                last[LOGIN_STORE_KEY_MAX];

    size_t                size;
    u_char               *raw;      /* a copy: who can write to the file
                                       could change it behind the check */
} login_scan_t;


static login_result_e login_scan_batch(login_scan_t *scan);
static login_result_e login_scan_next(login_scan_t *scan, MDB_cursor *cursor,
    MDB_cursor_op op);
static login_result_e login_scan_copy(login_scan_t *scan,
    login_scan_item_t *item, const MDB_val *k, const MDB_val *v);
static login_result_e login_scan_open(login_scan_t *scan,
    login_scan_item_t *item);
static int login_scan_behind(const login_scan_t *scan, const MDB_val *k);


login_result_e
login_scan(login_view_t *view, size_t batch, login_scan_visit_pt visit,
    login_scan_pause_pt pause, void *data)
{
    login_scan_t    scan;
    login_result_e  rc;

    memset(&scan, 0, sizeof(login_scan_t));

    scan.view = view;
    scan.batch = batch != 0 ? batch : SIZE_MAX;
    scan.visit = visit;
    scan.data = data;

    do {
        rc = login_view_begin(view);

        if (rc == LOGIN_OK) {
            rc = login_scan_batch(&scan);
            login_view_end(view);
        }

        if (rc != LOGIN_FAULT && pause != NULL && pause(data) != LOGIN_OK) {
            rc = LOGIN_FAULT;
        }

    } while (rc == LOGIN_OK);

    free(scan.raw);

    return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
}


/* LOGIN_OK: there is more to come. */

static login_result_e
login_scan_batch(login_scan_t *scan)
{
    size_t           n;
    MDB_cursor      *cursor;
    MDB_cursor_op    op;
    login_result_e   rc;

    if (mdb_cursor_open(scan->view->txn, scan->view->store->dbi, &cursor)
        != 0)
    {
        return LOGIN_FAULT;
    }

    op = scan->len == 0 ? MDB_FIRST : MDB_SET_RANGE;
    rc = LOGIN_OK;

    for (n = 0; n < scan->batch && rc == LOGIN_OK; n++) {
        rc = login_scan_next(scan, cursor, op);
        op = MDB_NEXT;
    }

    mdb_cursor_close(cursor);

    return rc;
}


static login_result_e
login_scan_next(login_scan_t *scan, MDB_cursor *cursor, MDB_cursor_op op)
{
    int                rc;
    MDB_val            k, v;
    login_scan_item_t  item;

    k.mv_size = scan->len;
    k.mv_data = scan->last;

    rc = mdb_cursor_get(cursor, &k, &v, op);

    /* where the last batch ended, if that is still there */

    if (rc == 0
        && op == MDB_SET_RANGE
        && k.mv_size == scan->len
        && memcmp(k.mv_data, scan->last, scan->len) == 0)
    {
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }

    if (rc == MDB_NOTFOUND) {
        return LOGIN_NO;
    }

    if (rc != 0 || login_scan_copy(scan, &item, &k, &v) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (login_scan_open(scan, &item) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return scan->visit(scan->data, &item);
}


/* In a damaged file, pages may lead around in a circle. */

static login_result_e
login_scan_copy(login_scan_t *scan, login_scan_item_t *item,
    const MDB_val *k, const MDB_val *v)
{
    u_char  *raw;

    if (k->mv_size == 0
        || k->mv_size > LOGIN_STORE_KEY_MAX
        || !login_scan_behind(scan, k))
    {
        return LOGIN_FAULT;
    }

    if (v->mv_size > scan->size || scan->raw == NULL) {

        raw = realloc(scan->raw, v->mv_size + 1);
        if (raw == NULL) {
            return LOGIN_FAULT;
        }

        scan->raw = raw;
        scan->size = v->mv_size;
    }

    memcpy(scan->last, k->mv_data, k->mv_size);
    scan->len = k->mv_size;

    memcpy(scan->raw, v->mv_data, v->mv_size);

    item->key = login_str(scan->last, scan->len);
    item->raw = login_str(scan->raw, v->mv_size);

    return LOGIN_OK;
}


static int
login_scan_behind(const login_scan_t *scan, const MDB_val *k)
{
    int     order;
    size_t  len;

    len = k->mv_size < scan->len ? k->mv_size : scan->len;
    order = memcmp(k->mv_data, scan->last, len);

    return order > 0 || (order == 0 && k->mv_size > scan->len);
}


/* A record that could not be checked is not a damaged one. */

static login_result_e
login_scan_open(login_scan_t *scan, login_scan_item_t *item)
{
    size_t           n;
    login_crypto_t  *crypto;

    crypto = scan->view->crypto;

    memset(item->key_id, 0, LOGIN_KEY_ID_LEN);
    (void) login_crypto_failed(crypto);

    item->sound = login_record_open(&item->record, crypto, item->key,
                                    item->raw);

    if (login_crypto_failed(crypto)) {
        return LOGIN_FAULT;
    }

    if (item->raw.len < LOGIN_RECORD_OVERHEAD) {
        return LOGIN_OK;
    }

    memcpy(item->key_id, item->raw.data + 1, LOGIN_KEY_ID_LEN);

    if (item->raw.data[0] == LOGIN_STORE_FORMAT
        && login_crypto_find(crypto, item->key_id, &n) != LOGIN_OK)
    {
        item->sound = LOGIN_NO;
    }

    return LOGIN_OK;
}


/* What is encrypted stands first in the payload, and begins with that. */

const u_char *
login_scan_cipher(const login_scan_item_t *item)
{
    if (item->sound != LOGIN_OK
        || item->record.payload.len < LOGIN_KEY_ID_LEN
        || (item->key.data[0] != LOGIN_KIND_QUEUE
            && item->key.data[0] != LOGIN_KIND_DEVICE))
    {
        return NULL;
    }

    return item->record.payload.data;
}


/* A device that was used is sealed anew, and its secret is not. */

size_t
login_scan_keys(size_t keys[2], const login_scan_item_t *item,
    const login_keyring_t *ring)
{
    size_t         n;
    const u_char  *cipher;

    n = login_keyring_find(&keys[0], ring, item->key_id) == LOGIN_OK;

    cipher = login_scan_cipher(item);

    if (cipher != NULL
        && login_keyring_find(&keys[n], ring, cipher) == LOGIN_OK
        && (n == 0 || keys[1] != keys[0]))
    {
        n++;
    }

    return n;
}
