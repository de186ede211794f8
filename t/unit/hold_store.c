
/*
 * Takes the lock that all writers of a store share, says "held", and keeps
 * it until its input says something or ends: what a slow process does to
 * the others.
 */

#include "login.h"

#include <fcntl.h>
#include <unistd.h>


static login_result_e hold_read_keys(login_keyring_t *ring, const char *path);


int
main(int argc, char **argv)
{
    char              c;
    login_store_t    *store;
    login_error_t     error;
    login_commit_t   *commit;
    login_keyring_t   ring;

    if (argc != 3) {
        (void) fprintf(stderr, "usage: hold_store STORE KEY\n");
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
