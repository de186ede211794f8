
#include "login.h"
#include "login_lmdb.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/statvfs.h>


static int login_stat_env(login_store_stat_t *stat, login_store_t *store,
    MDB_txn *txn);
static int login_stat_reader(const char *line, void *data);


login_result_e
login_store_stat(login_store_stat_t *stat, login_store_t *store)
{
    int             rc;
    MDB_txn        *txn;
    struct statvfs  fs;

    memset(stat, 0, sizeof(login_store_stat_t));

    if (statvfs(store->path, &fs) == -1) {
        return LOGIN_FAULT;
    }

    stat->disk_free = (uint64_t) fs.f_bavail * fs.f_frsize;
    stat->disk_size = (uint64_t) fs.f_blocks * fs.f_frsize;

    txn = NULL;

    if (login_store_enter(store, MDB_RDONLY, &txn) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_stat_env(stat, store, txn);

    mdb_txn_abort(txn);
    login_store_leave(store);

    return rc == 0 ? LOGIN_OK : LOGIN_FAULT;
}


static int
login_stat_env(login_store_stat_t *stat, login_store_t *store, MDB_txn *txn)
{
    int          rc;
    MDB_stat     tree;
    MDB_envinfo  info;

    rc = mdb_env_info(store->env, &info);

    if (rc == 0) {
        rc = mdb_stat(txn, store->dbi, &tree);
    }

    if (rc != 0) {
        return rc;
    }

    stat->map_size = info.me_mapsize;
    stat->reserve = login_reserve_size(info.me_mapsize);
    stat->file_size = ((uint64_t) info.me_last_pgno + 1) * tree.ms_psize;
    stat->used = (tree.ms_branch_pages + tree.ms_leaf_pages
                  + tree.ms_overflow_pages)
                 * (uint64_t) tree.ms_psize;
    stat->transaction = info.me_last_txnid;

    return mdb_reader_list(store->env, login_stat_reader, stat) < 0 ? -1 : 0;
}


/* "pid thread txnid", where "-" is a reader that reads nothing now. */

static int
login_stat_reader(const char *line, void *data)
{
    char                *end;
    long                 pid;
    uint64_t             txn;
    login_store_stat_t  *stat;

    stat = data;

    pid = strtol(line, &end, 10);

    /* not the heading, and not this one */

    if (pid <= 0 || pid == (long) getpid()) {
        return 0;
    }

    stat->readers++;

    /* the thread is in hexadecimal */

    (void) strtoull(end, &end, 16);

    while (*end == ' ') {
        end++;
    }

    if (*end < '0' || *end > '9') {
        return 0;
    }

    txn = strtoull(end, NULL, 10);

    if (txn < stat->transaction && stat->transaction - txn > stat->behind) {
        stat->behind = stat->transaction - txn;
        stat->oldest = pid;
    }

    return 0;
}
