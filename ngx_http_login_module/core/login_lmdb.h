
/* Behind login_store.h: for the few files that see LMDB. */

#ifndef LOGIN_LMDB_H
#define LOGIN_LMDB_H


#include <lmdb.h>
#include <pthread.h>


#pragma GCC visibility push(hidden)


#define LOGIN_STORE_LOCK     "open.lock"
#define LOGIN_STORE_VERSION  "version"
#define LOGIN_STORE_DATA     "data.mdb"
#define LOGIN_STORE_READERS  "lock.mdb"

/* what is not complete yet */
#define LOGIN_STORE_VERSION_NEW  "version.new"
#define LOGIN_STORE_RESTORE      "restore.new"


struct login_store_s {
    login_store_t     *next;        /* of the registry */
    unsigned           users;
    unsigned           foreign;     /* 1: opened before a fork */
    dev_t              dev;
    ino_t              ino;
    char              *path;

    /* held for reading by each transaction, for writing to change "env" */
    pthread_rwlock_t   lock;
    MDB_env           *env;         /* NULL: has to be opened anew */
    MDB_dbi            dbi;
    unsigned           opening;     /* raised whenever it was */
    size_t             map_size;
    uint64_t           allocated;   /* bytes on disk, by login_reserve.c */

    pthread_mutex_t    mutex;       /* of "views" */
    login_view_t      *views;
};

typedef struct login_chunk_s  login_chunk_t;

struct login_view_s {
    login_view_t      *next;        /* of the store */
    login_store_t     *store;
    login_crypto_t    *crypto;
    MDB_txn           *txn;
    unsigned           active;
    login_chunk_t     *chunk;       /* copies of what was read */
};

typedef struct {
    MDB_env           *env;
    MDB_dbi            dbi;
    dev_t              dev;
    ino_t              ino;
} login_lmdb_t;


/*
 * Opens an environment.  "error" names what failed.  The files must be
 * there; those that LMDB makes anew get the owner of the data.
 */
login_result_e login_lmdb_open(login_lmdb_t *lmdb, const char *path,
    size_t map_size, login_error_t *error);

/*
 * Makes the directory, or takes one that is empty, for the store of "uid",
 * and opens it as "*dir".  "*made" becomes 1 where there was none.
 */
login_result_e login_store_prepare(const char *path, uid_t uid, gid_t gid,
    int *dir, int *made, login_error_t *error);

/* LOGIN_NO: "error" names the network file system. */
login_result_e login_check_fs(int dir, const char *path,
    login_error_t *error);

/* NULL: none where LMDB would be in danger. */
const char *login_network_fs_name(uint32_t magic);

/* Makes an empty file (0600), or leaves the one that is there. */
int login_lmdb_file(int dir, const char *name, uid_t uid, gid_t gid);


/*
 * Begins a transaction, or renews "*txn" where there is one, and keeps the
 * environment as it is until login_store_leave().
 */
login_result_e login_store_enter(login_store_t *store, unsigned flags,
    MDB_txn **txn);
void login_store_leave(login_store_t *store);

/*
 * The number of a transaction as this process is to know it.  After a fault
 * of the disk a transaction that was seen may be gone when the environment
 * is opened anew, and its number come again for other changes.
 */
uint64_t login_store_number(const login_store_t *store, uint64_t txn);

/* Changes the size of the map; 0: to what another process has made it. */
login_result_e login_store_resize(login_store_t *store, size_t size);


/* Pages that are not kept for taking away, in one transaction. */
typedef struct {
    uint64_t           page;        /* bytes; 0: not looked at yet */
    unsigned           taken;       /* 1: not all are there any more */
    int64_t            tree;        /* pages that it has */
    int64_t            pages;
    int                lack;        /* the error where they are short */
} login_reserve_t;

/*
 * 0, or the error with which a set is refused that takes nothing away.  One
 * that does goes without its notes where it would need what is kept.
 */
int login_reserve_take(login_reserve_t *reserve, login_store_t *store,
    MDB_txn *txn, login_changes_t *set);

/* Bytes that are kept of a map. */
uint64_t login_reserve_size(uint64_t map_size);


#pragma GCC visibility pop


#endif /* LOGIN_LMDB_H */
