
/* The folder of a preview, and the files in it. */

#include "login_cli_preview.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


static login_cli_status_e login_cli_preview_empty(
    login_cli_preview_t *preview);
static void login_cli_preview_failed(login_cli_preview_t *preview,
    const char *name);
static int login_cli_preview_write(int fd, login_str_t text);


login_cli_status_e
login_cli_preview_open(login_cli_preview_t *preview)
{
    if (mkdir(preview->path, 0777) == -1 && errno != EEXIST) {
        login_cli_error("directory \"%s\": %s", preview->path,
                        strerror(errno));
        return LOGIN_CLI_REFUSED;
    }

    preview->dir = open(preview->path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (preview->dir == -1) {
        login_cli_error("directory \"%s\": %s", preview->path,
                        strerror(errno));
        return LOGIN_CLI_REFUSED;
    }

    return login_cli_preview_empty(preview);
}


static login_cli_status_e
login_cli_preview_empty(login_cli_preview_t *preview)
{
    int             fd, n;
    DIR            *dir;
    struct dirent  *entry;

    fd = openat(preview->dir, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    dir = fd != -1 ? fdopendir(fd) : NULL;

    if (dir == NULL) {
        login_cli_error("directory \"%s\": %s", preview->path,
                        strerror(errno));

        if (fd != -1) {
            (void) close(fd);
        }

        return LOGIN_CLI_REFUSED;
    }

    n = 0;

    while ((entry = readdir(dir)) != NULL) {
        n += strcmp(entry->d_name, ".") != 0
             && strcmp(entry->d_name, "..") != 0;
    }

    (void) closedir(dir);

    if (n != 0) {
        login_cli_error("directory \"%s\" is not empty, name a new one",
                        preview->path);
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


void
login_cli_preview_folder(login_cli_preview_t *preview, const char *name)
{
    if (preview->rc == LOGIN_CLI_DONE
        && mkdirat(preview->dir, name, 0777) == -1)
    {
        login_cli_preview_failed(preview, name);
    }
}


/* The directory may be one that others can write to: nothing is followed. */

void
login_cli_preview_file(login_cli_preview_t *preview, const char *name,
    login_str_t text)
{
    int  fd, rc;

    if (preview->rc != LOGIN_CLI_DONE) {
        return;
    }

    fd = openat(preview->dir, name,
                O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0666);

    if (fd == -1) {
        login_cli_preview_failed(preview, name);
        return;
    }

    rc = login_cli_preview_write(fd, text);

    if (close(fd) == -1 || rc == -1) {
        login_cli_preview_failed(preview, name);
        return;
    }

    preview->files++;
}


static void
login_cli_preview_failed(login_cli_preview_t *preview, const char *name)
{
    login_cli_error("file \"%s/%s\": %s", preview->path, name,
                    strerror(errno));

    preview->rc = LOGIN_CLI_REFUSED;
}


static int
login_cli_preview_write(int fd, login_str_t text)
{
    ssize_t  n;

    while (text.len > 0) {
        n = write(fd, text.data, text.len);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1) {
            return -1;
        }

        text.data += n;
        text.len -= (size_t) n;
    }

    return 0;
}


FILE *
login_cli_preview_begin(login_cli_preview_t *preview, login_str_t *text)
{
    FILE  *out;

    text->data = NULL;
    text->len = 0;

    if (preview->rc != LOGIN_CLI_DONE) {
        return NULL;
    }

    out = open_memstream((char **) &text->data, &text->len);

    if (out == NULL) {
        login_cli_preview_fault(preview);
    }

    return out;
}


void
login_cli_preview_end(login_cli_preview_t *preview, FILE *out,
    login_str_t *text, const char *name)
{
    int  failed;

    failed = ferror(out);

    if (fclose(out) != 0 || failed) {
        login_cli_preview_fault(preview);

    } else {
        login_cli_preview_file(preview, name, *text);
    }

    free((void *) text->data);
}


void
login_cli_preview_fault(login_cli_preview_t *preview)
{
    if (preview->rc == LOGIN_CLI_DONE) {
        login_cli_error("no memory");
    }

    preview->rc = LOGIN_CLI_UNUSABLE;
}
