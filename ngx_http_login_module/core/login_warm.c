
#include "login.h"
#include "login_lmdb.h"

#include <string.h>


/*
 * What one step visits at most: it is short, for those who wait behind it
 * and for writers, who cannot use again what is set free meanwhile.
 */
#define LOGIN_WARM_RECORDS  8192
#define LOGIN_WARM_PAGE     4096


static login_result_e login_warm_visit(login_warm_t *warm,
    MDB_cursor *cursor);
static login_result_e login_warm_end(login_warm_t *warm, int rc);
static void login_warm_touch(login_warm_t *warm, const MDB_val *k,
    const MDB_val *v);


/* Sessions are read at each request: they come first, then all others. */

void
login_warm_start(login_warm_t *warm, uint64_t max)
{
    memset(warm, 0, sizeof(login_warm_t));

    warm->left = max;
    warm->key[0] = LOGIN_KIND_SESSION;
    warm->len = 1;
}


login_result_e
login_warm_step(login_warm_t *warm, login_view_t *view)
{
    MDB_cursor      *cursor;
    login_result_e   rc;

    if (login_view_begin(view) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = LOGIN_FAULT;

    if (mdb_cursor_open(view->txn, view->store->dbi, &cursor) == 0) {
        rc = login_warm_visit(warm, cursor);
        mdb_cursor_close(cursor);
    }

    login_view_end(view);

    return rc;
}


static login_result_e
login_warm_visit(login_warm_t *warm, MDB_cursor *cursor)
{
    int            rc;
    size_t         n;
    MDB_val        k, v;
    MDB_cursor_op  op;

    k.mv_size = warm->len;
    k.mv_data = warm->key;
    op = MDB_SET_RANGE;

    for (n = 0; n < LOGIN_WARM_RECORDS && warm->left != 0; n++) {

        rc = mdb_cursor_get(cursor, &k, &v, op);

        if (rc != 0 || k.mv_size > sizeof(warm->key)) {
            return login_warm_end(warm, rc);
        }

        login_warm_touch(warm, &k, &v);

        /* here it began */

        if (warm->round != 0 && warm->key[0] >= LOGIN_KIND_SESSION) {
            return LOGIN_NO;
        }

        op = MDB_NEXT;
    }

    return warm->left != 0 ? LOGIN_OK : LOGIN_NO;
}


static login_result_e
login_warm_end(login_warm_t *warm, int rc)
{
    if (rc != MDB_NOTFOUND) {
        return LOGIN_FAULT;
    }

    if (warm->round != 0) {
        return LOGIN_NO;
    }

    warm->round = 1;
    warm->key[0] = 0;
    warm->len = 1;

    return LOGIN_OK;
}


static void
login_warm_touch(login_warm_t *warm, const MDB_val *k, const MDB_val *v)
{
    size_t                  i, bytes;
    const volatile u_char  *p;

    memcpy(warm->key, k->mv_data, k->mv_size);
    warm->len = k->mv_size;

    /* long values have pages of their own */

    p = v->mv_data;

    for (i = 0; i < v->mv_size; i += LOGIN_WARM_PAGE) {
        (void) p[i];
    }

    bytes = k->mv_size + v->mv_size;
    warm->left -= bytes < warm->left ? bytes : warm->left;
}
