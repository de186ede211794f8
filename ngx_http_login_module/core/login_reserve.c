
/*
 * The room that is kept for taking away.  A store that is full must not
 * lose the power to end sessions, and LMDB needs pages for that, too.
 */

#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>


/*
 * Of the map: a 64th, within these.  Of the disk: a 16th at most, since it
 * is kept by allocating it.
 */
#define LOGIN_RESERVE_PART       64
#define LOGIN_RESERVE_MIN        ((uint64_t) 128 << 10)
#define LOGIN_RESERVE_MAX        ((uint64_t) 8 << 20)
#define LOGIN_RESERVE_DISK_PART  16
#define LOGIN_RESERVE_DISK_MAX   ((uint64_t) 1 << 20)

/*
 * What one change may need: pages of the tree that are written anew, which
 * are no more than it has, and room in pages that may be half full.
 */
#define LOGIN_RESERVE_PAGES      4
#define LOGIN_RESERVE_BYTES      64

/* More free pages than a batch can need are not counted. */
#define LOGIN_RESERVE_ENOUGH     4096


typedef struct {
    uint64_t  oldest;       /* transaction that somebody reads */
} login_readers_t;


static int login_reserve_pages(login_reserve_t *reserve,
    login_store_t *store, MDB_txn *txn, const login_changes_t *set);
static int login_reserve_look(login_reserve_t *reserve, login_store_t *store,
    MDB_txn *txn);
static int64_t login_reserve_disk(login_store_t *store, uint64_t end,
    uint64_t page);
static int64_t login_reserve_free(login_store_t *store, uint64_t last);
static int64_t login_reserve_count(MDB_txn *txn, uint64_t oldest);
static int login_reserve_reader(const char *line, void *data);


uint64_t
login_reserve_size(uint64_t map_size)
{
    uint64_t  size;

    size = map_size / LOGIN_RESERVE_PART;

    if (size < LOGIN_RESERVE_MIN) {
        return LOGIN_RESERVE_MIN;
    }

    return size < LOGIN_RESERVE_MAX ? size : LOGIN_RESERVE_MAX;
}


int
login_reserve_take(login_reserve_t *reserve, login_store_t *store,
    MDB_txn *txn, login_changes_t *set)
{
    int  rc;

    set->bare = 0;

    if (set->urgent && !set->notes) {
        return 0;
    }

    rc = login_reserve_pages(reserve, store, txn, set);

    if (rc != 0 && set->urgent) {
        set->bare = 1;
        return 0;
    }

    return rc;
}


static int
login_reserve_pages(login_reserve_t *reserve, login_store_t *store,
    MDB_txn *txn, const login_changes_t *set)
{
    int                    rc;
    int64_t                pages;
    uint64_t               bytes;
    const login_change_t  *change;

    if (reserve->page == 0) {
        rc = login_reserve_look(reserve, store, txn);
        if (rc != 0) {
            return rc;
        }
    }

    bytes = 0;
    pages = 0;

    for (change = set->first; change != NULL; change = change->next) {
        if (change->type != LOGIN_CHANGE_EXPECT) {
            pages += LOGIN_RESERVE_PAGES;
            bytes += change->key.len + change->payload.len
                     + LOGIN_RESERVE_BYTES;
        }
    }

    if (pages > reserve->tree) {
        pages = reserve->tree;
    }

    pages += (int64_t) (2 * bytes / reserve->page);

    if (pages > reserve->pages) {
        return reserve->lack;
    }

    reserve->taken = 1;
    reserve->pages -= pages;

    return 0;
}


/*
 * What LMDB may use again is counted only where little is left that was
 * never used: it takes a moment.
 */

static int
login_reserve_look(login_reserve_t *reserve, login_store_t *store,
    MDB_txn *txn)
{
    int          rc;
    int64_t      disk;
    uint64_t     end, page;
    MDB_stat     tree;
    MDB_envinfo  info;

    rc = mdb_env_info(store->env, &info);

    if (rc == 0) {
        rc = mdb_stat(txn, store->dbi, &tree);
    }

    if (rc != 0) {
        return rc;
    }

    page = tree.ms_psize;
    end = ((uint64_t) info.me_last_pgno + 1) * page;

    reserve->page = page;
    reserve->tree = (int64_t) (tree.ms_branch_pages + tree.ms_leaf_pages)
                    + LOGIN_RESERVE_PAGES;
    reserve->taken = 0;
    reserve->lack = MDB_MAP_FULL;
    reserve->pages = ((int64_t) info.me_mapsize - (int64_t) end
                      - (int64_t) login_reserve_size(info.me_mapsize))
                     / (int64_t) page;

    disk = login_reserve_disk(store, end, page);

    if (disk < reserve->pages) {
        reserve->lack = ENOSPC;
        reserve->pages = disk;
    }

    if (reserve->pages < LOGIN_RESERVE_ENOUGH) {
        reserve->pages += login_reserve_free(store, info.me_last_txnid);
    }

    return 0;
}


/* Pages; and keeps the disk's reserve behind the end of what is used. */

static int64_t
login_reserve_disk(login_store_t *store, uint64_t end, uint64_t page)
{
    int             fd;
    uint64_t        size;
    struct statvfs  fs;

    if (mdb_env_get_fd(store->env, &fd) != 0 || fstatvfs(fd, &fs) == -1) {
        return INT64_MAX;
    }

    size = (uint64_t) fs.f_blocks * fs.f_frsize / LOGIN_RESERVE_DISK_PART;

    if (size > LOGIN_RESERVE_DISK_MAX) {
        size = LOGIN_RESERVE_DISK_MAX;
    }

    if (end + size / 2 > store->allocated
        && fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t) end, (off_t) size) == 0)
    {
        store->allocated = end + size;
    }

    return ((int64_t) ((uint64_t) fs.f_bavail * fs.f_frsize)
            - (int64_t) size) / (int64_t) page;
}


static int64_t
login_reserve_free(login_store_t *store, uint64_t last)
{
    int64_t          pages;
    MDB_txn         *txn;
    login_readers_t  readers;

    readers.oldest = last;

    if (mdb_reader_list(store->env, login_reserve_reader, &readers) < 0
        || mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn) != 0)
    {
        return 0;
    }

    pages = login_reserve_count(txn, readers.oldest);

    mdb_txn_abort(txn);

    return pages;
}


/*
 * LMDB's tree of free pages: the transaction that set them free, and their
 * number before the list of them.
 */

static int64_t
login_reserve_count(MDB_txn *txn, uint64_t oldest)
{
    size_t       n;
    int64_t      pages;
    uint64_t     freed;
    MDB_val      k, v;
    MDB_cursor  *cursor;

    if (mdb_cursor_open(txn, 0, &cursor) != 0) {
        return 0;
    }

    pages = 0;

    while (pages < LOGIN_RESERVE_ENOUGH
           && mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0
           && k.mv_size == sizeof(size_t)
           && v.mv_size >= sizeof(size_t))
    {
        memcpy(&n, k.mv_data, sizeof(size_t));
        freed = n;

        if (freed >= oldest) {
            break;
        }

        memcpy(&n, v.mv_data, sizeof(size_t));
        pages += (int64_t) n;
    }

    mdb_cursor_close(cursor);

    return pages;
}


/* "pid thread txnid", see login_store_stat.c; this process counts, too. */

static int
login_reserve_reader(const char *line, void *data)
{
    char             *end;
    uint64_t          txn;
    login_readers_t  *readers;

    readers = data;

    if (strtol(line, &end, 10) <= 0) {
        return 0;
    }

    (void) strtoull(end, &end, 16);

    while (*end == ' ') {
        end++;
    }

    if (*end < '0' || *end > '9') {
        return 0;
    }

    txn = strtoull(end, NULL, 10);

    if (txn < readers->oldest) {
        readers->oldest = txn;
    }

    return 0;
}
