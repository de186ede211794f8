
#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>


#define LOGIN_BLOCKLIST_MAX   ((size_t) 256 << 20)  /* bytes of the file */
#define LOGIN_BLOCKLIST_ROOM  1024


/* Sorted beginnings of SHA-256: 8 bytes each, whatever is in a line. */
struct login_blocklist_s {
    size_t     n;
    size_t     room;
    uint64_t  *hashes;
    unsigned   users;
};


static login_result_e login_blocklist_read(login_blocklist_t *list,
    FILE *file, const char *path, login_error_t *error);
static FILE *login_blocklist_open(const char *path, login_error_t *error);
static login_result_e login_blocklist_add(login_blocklist_t *list,
    login_str_t line);
static login_result_e login_blocklist_hash(uint64_t *hash, login_str_t in);
static int login_blocklist_compare(const void *one, const void *two);


login_result_e
login_blocklist_load(login_blocklist_t **list, const char *path,
    login_error_t *error)
{
    FILE               *file;
    login_result_e      rc;
    login_blocklist_t  *loaded;

    file = login_blocklist_open(path, error);
    if (file == NULL) {
        return LOGIN_NO;
    }

    rc = LOGIN_FAULT;

    loaded = calloc(1, sizeof(login_blocklist_t));

    if (loaded == NULL) {
        login_error(error, "\"%s\" could not be read: no memory", path);

    } else {
        rc = login_blocklist_read(loaded, file, path, error);
    }

    (void) fclose(file);

    if (rc != LOGIN_OK) {
        login_blocklist_destroy(loaded);
        return rc;
    }

    if (loaded->n != 0) {
        qsort(loaded->hashes, loaded->n, sizeof(uint64_t),
              login_blocklist_compare);
    }

    loaded->users = 1;
    *list = loaded;

    return LOGIN_OK;
}


static FILE *
login_blocklist_open(const char *path, login_error_t *error)
{
    int          fd;
    FILE        *file;
    struct stat  st;

    error->line = 0;

    /* not to wait for the writer of a pipe */

    fd = open(path, O_RDONLY|O_NONBLOCK|O_CLOEXEC);

    if (fd == -1 || fstat(fd, &st) == -1) {
        login_error(error, "\"%s\" could not be read: %s", path,
                    strerror(errno));

    } else if (!S_ISREG(st.st_mode)
               || (uint64_t) st.st_size > LOGIN_BLOCKLIST_MAX)
    {
        login_error(error, "\"%s\" is not a regular file of at most %zu "
                    "bytes", path, LOGIN_BLOCKLIST_MAX);

    } else {
        file = fdopen(fd, "r");
        if (file != NULL) {
            return file;
        }

        login_error(error, "\"%s\" could not be read: %s", path,
                    strerror(errno));
    }

    if (fd != -1) {
        (void) close(fd);
    }

    return NULL;
}


static login_result_e
login_blocklist_read(login_blocklist_t *list, FILE *file, const char *path,
    login_error_t *error)
{
    char            *line;
    size_t           size;
    ssize_t          len;
    unsigned         number;
    login_result_e   rc;

    line = NULL;
    size = 0;
    rc = LOGIN_OK;

    for (number = 1; rc == LOGIN_OK; number++) {

        len = getline(&line, &size, file);
        if (len == -1) {
            break;
        }

        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r')) {
            len--;
        }

        rc = login_blocklist_add(list, login_str(line, (size_t) len));

        if (rc == LOGIN_NO) {
            login_error(error, "\"%s\" has something else than UTF-8 in "
                        "line %u", path, number);
            error->line = number;
        }
    }

    if (rc == LOGIN_FAULT || (rc == LOGIN_OK && !feof(file))) {
        login_error(error, "\"%s\" could not be read: %s", path,
                    strerror(errno));
        rc = LOGIN_FAULT;
    }

    free(line);

    return rc;
}


static login_result_e
login_blocklist_add(login_blocklist_t *list, login_str_t line)
{
    size_t           room;
    uint64_t        *hashes;
    login_result_e   rc;

    if (line.len == 0) {
        return LOGIN_OK;
    }

    if (list->n == list->room) {
        room = list->room != 0 ? 2 * list->room : LOGIN_BLOCKLIST_ROOM;

        hashes = realloc(list->hashes, room * sizeof(uint64_t));
        if (hashes == NULL) {
            return LOGIN_FAULT;
        }

        list->hashes = hashes;
        list->room = room;
    }

    rc = login_blocklist_hash(&list->hashes[list->n], line);

    if (rc == LOGIN_OK) {
        list->n++;
    }

    return rc;
}


login_blocklist_t *
login_blocklist_hold(const login_blocklist_t *list)
{
    login_blocklist_t  *held;

    held = (login_blocklist_t *) (uintptr_t) list;

    if (held != NULL) {
        (void) __atomic_add_fetch(&held->users, 1, __ATOMIC_RELAXED);
    }

    return held;
}


void
login_blocklist_destroy(login_blocklist_t *list)
{
    /* one that could not be loaded has no user yet */

    if (list != NULL
        && (list->users == 0
            || __atomic_sub_fetch(&list->users, 1, __ATOMIC_ACQ_REL) == 0))
    {
        free(list->hashes);
        free(list);
    }
}


size_t
login_blocklist_n(const login_blocklist_t *list)
{
    return list->n;
}


login_result_e
login_blocklist_find(const login_blocklist_t *list, login_str_t password)
{
    uint64_t        hash;
    login_result_e  rc;

    if (list->n == 0) {
        return LOGIN_NO;
    }

    rc = login_blocklist_hash(&hash, password);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return bsearch(&hash, list->hashes, list->n, sizeof(uint64_t),
                   login_blocklist_compare)
           != NULL ? LOGIN_OK : LOGIN_NO;
}


static login_result_e
login_blocklist_hash(uint64_t *hash, login_str_t in)
{
    u_char          sum[LOGIN_HASH_LEN];
    login_opaque_t  folded;
    login_result_e  rc;

    rc = login_opaque_fold(&folded, in);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_sha256(sum, login_str(folded.data, folded.len));

    login_opaque_wipe(&folded);

    memcpy(hash, sum, sizeof(uint64_t));

    return rc;
}


static int
login_blocklist_compare(const void *one, const void *two)
{
    uint64_t  a, b;

    memcpy(&a, one, sizeof(uint64_t));
    memcpy(&b, two, sizeof(uint64_t));

    return (a > b) - (a < b);
}
