
/*
 * Takes something of a store that processes share, says "held", and keeps
 * it until its input says something or ends: what a slow process does to
 * the others.
 *
 *   hold_store STORE KEY             the lock of all writers
 *   hold_store STORE KEY readers N   the state that it has now, by N readers,
 *                                    or fewer where there is no place for more
 */

#include "login.h"
#include "login_lmdb.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


static int hold_readers(const char *path, int n);
static login_result_e hold_read_keys(login_keyring_t *ring, const char *path);


int
main(int argc, char **argv)
{
    char              c;
    login_store_t    *store;
    login_error_t     error;
    login_commit_t   *commit;
    login_keyring_t   ring;

    if (argc == 5 && strcmp(argv[3], "readers") == 0) {
        return hold_readers(argv[1], atoi(argv[4]));
    }

    if (argc != 3) {
        (void) fprintf(stderr, "usage: hold_store STORE KEY [readers N]\n");
        return 2;
    }

    if (hold_read_keys(&ring, argv[2]) != LOGIN_OK
        || login_store_open(&store, argv[1], 0, &error) != LOGIN_OK)
    {
        (void) fprintf(stderr, "hold_store: no store or no key\n");
        return 1;
    }

    commit = login_commit_create(store, &ring);

    if (commit == NULL || login_commit_begin(commit) != LOGIN_OK) {
        (void) fprintf(stderr, "hold_store: the lock was not to be had\n");
        return 1;
    }

    (void) printf("held\n");
    (void) fflush(stdout);

    (void) !read(STDIN_FILENO, &c, 1);

    login_commit_destroy(commit);
    login_store_close(store);

    return 0;
}


/* They end with the process, by whatever it ends. */

static int
hold_readers(const char *path, int n)
{
    int             i;
    char            c;
    MDB_txn        *txn;
    login_store_t  *store;
    login_error_t   error;

    if (login_store_open(&store, path, 0, &error) != LOGIN_OK) {
        (void) fprintf(stderr, "hold_store: %s\n", error.text);
        return 1;
    }

    for (i = 0; i < n; i++) {
        if (mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn) != 0) {
            break;
        }
    }

    (void) printf("held %d\n", i);
    (void) fflush(stdout);

    (void) !read(STDIN_FILENO, &c, 1);

    return 0;
}


static login_result_e
hold_read_keys(login_keyring_t *ring, const char *path)
{
    int            fd;
    u_char         text[4096];
    ssize_t        n;
    login_error_t  error;

    fd = open(path, O_RDONLY|O_CLOEXEC);
    if (fd == -1) {
        return LOGIN_FAULT;
    }

    n = read(fd, text, sizeof(text));

    (void) close(fd);

    if (n < 0) {
        return LOGIN_FAULT;
    }

    return login_keyring_parse(ring, login_str(text, (size_t) n), &error);
}
