
/* The files that translations come from. */

#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


#define LOGIN_TRANSLATION_PATH  4096


static login_result_e login_translation_read(login_arena_t *arena,
    login_str_t *data, const char *path, login_error_t *error);
static login_result_e login_translation_bytes(login_arena_t *arena, int fd,
    login_str_t *data, login_error_t *error);
static void login_translation_error(login_error_t *error, const char *path);


login_result_e
login_translation_open(login_translation_t *translation,
    login_arena_t *arena, const char *const *dirs, size_t n, login_str_t tag,
    login_error_t *error)
{
    char            path[LOGIN_TRANSLATION_PATH], *copy;
    size_t          i;
    login_str_t     data;
    login_result_e  rc;

    memset(translation, 0, sizeof(login_translation_t));
    path[0] = '\0';

    for (i = 0; i < n && i < LOGIN_CATALOG_DIRS; i++) {
        if ((size_t) snprintf(path, sizeof(path), "%s/locale/%.*s.mo",
                              dirs[i], (int) tag.len, tag.data)
            >= sizeof(path))
        {
            login_error(error, "the name of a directory is too long");
            return LOGIN_NO;
        }

        rc = login_translation_read(arena, &data, path, error);

        if (rc == LOGIN_NO) {
            continue;
        }

        if (rc == LOGIN_OK) {
            rc = login_mo_open(&translation->mo[translation->n], data, error);
        }

        if (rc != LOGIN_OK) {
            login_translation_error(error, path);
            return rc;
        }

        copy = login_arena_alloc(arena, strlen(path) + 1);
        if (copy == NULL) {
            login_error(error, "no memory for translations");
            return LOGIN_FAULT;
        }

        translation->path[translation->n++] = strcpy(copy, path);
    }

    if (translation->n == 0 && !login_language_is(tag, login_cstr("en"))) {
        login_error(error, "there is no translation \"%.200s\"", path);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


login_str_t
login_translation_field(const login_translation_t *translation,
    const char *name)
{
    size_t       i;
    login_str_t  field;

    field = login_cstr("");

    for (i = 0; i < translation->n && field.len == 0; i++) {
        field = login_mo_field(&translation->mo[i], name);
    }

    return field;
}


/* LOGIN_NO: there is no such file. */

static login_result_e
login_translation_read(login_arena_t *arena, login_str_t *data,
    const char *path, login_error_t *error)
{
    int             fd, err;
    login_result_e  rc;

    fd = open(path, O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_NOCTTY);

    if (fd == -1) {
        err = errno;

        if (err == ENOENT) {
            return LOGIN_NO;
        }

        login_error(error, "it cannot be opened (%d: %s)", err,
                    strerror(err));
        return LOGIN_FAULT;
    }

    rc = login_translation_bytes(arena, fd, data, error);

    (void) close(fd);

    return rc;
}


static login_result_e
login_translation_bytes(login_arena_t *arena, int fd, login_str_t *data,
    login_error_t *error)
{
    u_char       *p;
    size_t        size;
    ssize_t       n;
    struct stat   st;

    if (fstat(fd, &st) == -1
        || !S_ISREG(st.st_mode)
        || st.st_size > LOGIN_MO_SIZE)
    {
        login_error(error, "not a regular file of at most %d bytes",
                    LOGIN_MO_SIZE);
        return LOGIN_FAULT;
    }

    size = (size_t) st.st_size;

    p = login_arena_alloc(arena, size + 1);
    if (p == NULL) {
        login_error(error, "no memory for translations");
        return LOGIN_FAULT;
    }

    *data = login_str(p, 0);

    while (data->len < size) {
        n = read(fd, p + data->len, size - data->len);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1) {
            login_error(error, "it cannot be read (%d: %s)", errno,
                        strerror(errno));
            return LOGIN_FAULT;
        }

        if (n == 0) {
            break;          /* what is missing shows in the tables */
        }

        data->len += (size_t) n;
    }

    return LOGIN_OK;
}


static void
login_translation_error(login_error_t *error, const char *path)
{
    login_error_t  copy;

    copy = *error;

    login_error(error, "%.120s in \"%.120s\"", copy.text, path);
}
