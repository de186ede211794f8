
/* The files of templates: found, read, checked. */

#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


#define login_template_ending(c)                                              \
    ((c)->template->kind == LOGIN_TEMPLATE_TEXT ? "txt" : "html")


static login_result_e login_template_open(login_compiler_t *c, int *fd,
    login_source_t *source, const u_char *at);
static login_result_e login_template_path(login_compiler_t *c,
    login_source_t *source, const char *dir);
static login_result_e login_template_read(login_compiler_t *c, int fd,
    login_source_t *source);
static login_result_e login_template_check(login_compiler_t *c);
static login_result_e login_template_system(login_compiler_t *c,
    const char *call, const char *path);


login_result_e
login_template_file(login_compiler_t *c, login_str_t name, const u_char *at)
{
    int              fd;
    login_result_e   rc;
    login_source_t   source, *s;

    memset(&source, 0, sizeof(login_source_t));

    source.parent = c->source;
    source.depth = (c->source == NULL) ? 0 : c->source->depth + 1;
    source.nsections = c->nsections;
    source.name = name;

    for (s = c->source; s != NULL; s = s->parent) {
        if (login_str_eq(s->name, name)) {
            return login_template_refuse(c, at, "part \"%.*s\" is included "
                                         "in itself", (int) name.len,
                                         name.data);
        }
    }

    if (source.depth > LOGIN_TEMPLATE_DEPTH
        || ++c->files > LOGIN_TEMPLATE_FILES)
    {
        return login_template_refuse(c, at, "too many parts, at most %d, "
                                     "%d in one another, are allowed",
                                     LOGIN_TEMPLATE_FILES,
                                     LOGIN_TEMPLATE_DEPTH);
    }

    rc = login_template_open(c, &fd, &source, at);
    if (rc != LOGIN_OK) {
        return rc;
    }

    c->source = &source;

    rc = login_template_read(c, fd, &source);
    (void) close(fd);

    if (rc == LOGIN_OK) {
        rc = login_template_check(c);
    }

    if (rc == LOGIN_OK) {
        rc = login_template_parse(c);
    }

    c->source = source.parent;

    return rc;
}


/* Opened without waiting, so that a FIFO in its place stops nobody. */

static login_result_e
login_template_open(login_compiler_t *c, int *fd, login_source_t *source,
    const u_char *at)
{
    size_t  i;

    for (i = 0; i < c->ndirs; i++) {
        if (login_template_path(c, source, c->dirs[i]) != LOGIN_OK) {
            return LOGIN_FAULT;
        }

        *fd = open(source->path, O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_NOCTTY);

        if (*fd != -1) {
            return LOGIN_OK;
        }

        if (errno != ENOENT) {
            return login_template_system(c, "open()", source->path);
        }
    }

    return login_template_refuse(c, at, "there is no template \"%.*s.%s\"",
                                 (int) source->name.len, source->name.data,
                                 login_template_ending(c));
}


static login_result_e
login_template_path(login_compiler_t *c, login_source_t *source,
    const char *dir)
{
    int     n;
    char   *path;
    size_t  size;

    size = strlen(dir) + 1 + source->name.len + sizeof(".html");

    path = login_arena_alloc(c->arena, size);
    if (path == NULL) {
        return login_template_no_memory(c);
    }

    n = snprintf(path, size, "%s/%.*s.%s", dir, (int) source->name.len,
                 source->name.data, login_template_ending(c));
    (void) n;

    source->path = path;

    return LOGIN_OK;
}


/* What is read counts, not what fstat() said: the file may be changing. */

static login_result_e
login_template_read(login_compiler_t *c, int fd, login_source_t *source)
{
    u_char       *p;
    size_t        size;
    ssize_t       n;
    struct stat   st;

    if (fstat(fd, &st) == -1) {
        return login_template_system(c, "fstat()", source->path);
    }

    if (!S_ISREG(st.st_mode)) {
        return login_template_refuse(c, NULL, "not a regular file");
    }

    if (st.st_size > LOGIN_TEMPLATE_SIZE) {
        return login_template_refuse(c, NULL, "larger than %d bytes",
                                     LOGIN_TEMPLATE_SIZE);
    }

    size = (size_t) st.st_size;

    p = login_arena_alloc(c->arena, size + 1);
    if (p == NULL) {
        return login_template_no_memory(c);
    }

    source->text = login_str(p, 0);

    while (source->text.len < size) {
        n = read(fd, p + source->text.len, size - source->text.len);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1) {
            return login_template_system(c, "read()", source->path);
        }

        if (n == 0) {
            break;
        }

        source->text.len += (size_t) n;
    }

    return LOGIN_OK;
}


/* Line by line, so that the error can name the line. */

static login_result_e
login_template_check(login_compiler_t *c)
{
    size_t         len;
    login_str_t    text;
    const u_char  *p;

    text = c->source->text;
    c->bytes += text.len;

    if (text.len == 0) {
        return login_template_refuse(c, NULL, "the file is empty");
    }

    if (c->bytes > LOGIN_TEMPLATE_TOTAL) {
        return login_template_refuse(c, NULL, "with all its parts the "
                                     "template is larger than %d bytes",
                                     LOGIN_TEMPLATE_TOTAL);
    }

    while (text.len > 0) {
        p = memchr(text.data, '\n', text.len);
        len = (p == NULL) ? text.len : (size_t) (p - text.data) + 1;

        if (login_utf8_check(login_str(text.data, len), NULL) != LOGIN_OK) {
            return login_template_refuse(c, text.data, "the text is not "
                                         "UTF-8, or has a NUL in it");
        }

        text.data += len;
        text.len -= len;
    }

    return LOGIN_OK;
}


static login_result_e
login_template_system(login_compiler_t *c, const char *call,
    const char *path)
{
    int  err;

    err = errno;
    c->error->line = 0;

    login_error(c->error, "%s \"%s\" failed (%d: %s)", call, path, err,
                strerror(err));

    return LOGIN_FAULT;
}
