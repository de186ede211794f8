
#include "login.h"
#include "login_lmdb.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>


static login_store_t *login_store_find(const char *path);
static login_result_e login_store_share(login_store_t *store,
    size_t map_size, login_error_t *error);
static login_store_t *login_store_create(const char *path, size_t map_size,
    login_error_t *error);
static void login_store_free(login_store_t *store);
static void login_store_before_fork(void);
static void login_store_in_parent(void);
static void login_store_in_child(void);
static void login_store_at_fork(void);


/* One environment is opened once in a process: here are all of them. */
static login_store_t   *login_stores;
static pthread_mutex_t  login_stores_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t   login_stores_once = PTHREAD_ONCE_INIT;


login_result_e
login_store_open(login_store_t **store, const char *path, size_t map_size,
    login_error_t *error)
{
    login_result_e  rc;

    (void) pthread_once(&login_stores_once, login_store_at_fork);
    (void) pthread_mutex_lock(&login_stores_mutex);

    *store = login_store_find(path);

    if (*store != NULL) {
        rc = login_store_share(*store, map_size, error);

    } else {
        *store = login_store_create(path, map_size, error);
        rc = *store != NULL ? LOGIN_OK : LOGIN_FAULT;
    }

    if (rc != LOGIN_OK) {
        *store = NULL;
    }

    (void) pthread_mutex_unlock(&login_stores_mutex);

    return rc;
}


static login_store_t *
login_store_find(const char *path)
{
    int             dir, rc;
    struct stat     st;
    login_store_t  *store;

    dir = open(path, O_PATH|O_DIRECTORY|O_CLOEXEC);
    if (dir == -1) {
        return NULL;
    }

    /* never open the files themselves: closing one drops LMDB's locks */

    rc = fstatat(dir, LOGIN_STORE_DATA, &st, AT_SYMLINK_NOFOLLOW);

    (void) close(dir);

    if (rc == -1) {
        return NULL;
    }

    for (store = login_stores; store != NULL; store = store->next) {
        if (store->dev == st.st_dev && store->ino == st.st_ino) {
            return store;
        }
    }

    return NULL;
}


static login_result_e
login_store_share(login_store_t *store, size_t map_size, login_error_t *error)
{
    if (store->foreign) {
        login_error(error, "store \"%s\" was opened before this process was "
                    "forked, open it in the child only", store->path);
        return LOGIN_FAULT;
    }

    if (map_size > store->map_size
        && login_store_resize(store, map_size) != LOGIN_OK)
    {
        login_error(error, "map of store \"%s\" cannot be enlarged while it "
                    "is in use, restart the process", store->path);
        return LOGIN_FAULT;
    }

    store->users++;

    return LOGIN_OK;
}


static login_store_t *
login_store_create(const char *path, size_t map_size, login_error_t *error)
{
    login_lmdb_t    lmdb;
    login_store_t  *store;

    store = calloc(1, sizeof(login_store_t));
    if (store == NULL) {
        login_error(error, "no memory to open store \"%s\"", path);
        return NULL;
    }

    store->path = strdup(path);

    if (store->path == NULL) {
        login_error(error, "no memory to open store \"%s\"", path);
        free(store);
        return NULL;
    }

    if (login_lmdb_open(&lmdb, path, map_size, error) != LOGIN_OK) {
        free(store->path);
        free(store);
        return NULL;
    }

    (void) pthread_rwlock_init(&store->lock, NULL);
    (void) pthread_mutex_init(&store->mutex, NULL);

    store->users = 1;
    store->env = lmdb.env;
    store->dbi = lmdb.dbi;
    store->dev = lmdb.dev;
    store->ino = lmdb.ino;
    store->map_size = map_size;

    store->next = login_stores;
    login_stores = store;

    return store;
}


void
login_store_close(login_store_t *store)
{
    login_store_t  **p;

    /* the child of a fork must not even unmap what its parent opened */

    if (store == NULL || store->foreign) {
        return;
    }

    (void) pthread_mutex_lock(&login_stores_mutex);

    if (--store->users == 0) {

        for (p = &login_stores; *p != store; p = &(*p)->next) {
            /* void */
        }

        *p = store->next;

        login_store_free(store);
    }

    (void) pthread_mutex_unlock(&login_stores_mutex);
}


static void
login_store_free(login_store_t *store)
{
    if (store->env != NULL) {
        mdb_env_close(store->env);
    }

    (void) pthread_rwlock_destroy(&store->lock);
    (void) pthread_mutex_destroy(&store->mutex);

    free(store->path);
    free(store);
}


/*
 * A child inherits neither LMDB's locks nor its reader slots.  Its opening
 * waits for no thread of the parent, so the registry is held over a fork.
 */

static void
login_store_at_fork(void)
{
    (void) pthread_atfork(login_store_before_fork, login_store_in_parent,
                          login_store_in_child);
}


static void
login_store_before_fork(void)
{
    (void) pthread_mutex_lock(&login_stores_mutex);
}


static void
login_store_in_parent(void)
{
    (void) pthread_mutex_unlock(&login_stores_mutex);
}


static void
login_store_in_child(void)
{
    login_store_t  *store;

    for (store = login_stores; store != NULL; store = store->next) {
        store->foreign = 1;
    }

    (void) pthread_mutex_unlock(&login_stores_mutex);
}
