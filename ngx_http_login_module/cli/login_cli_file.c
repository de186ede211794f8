
/* A whole file with secrets in it, read into memory that can be wiped. */

#include "login_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


#define LOGIN_CLI_FILE_MAX    ((size_t) 1 << 30)
#define LOGIN_CLI_FILE_CHUNK  65536


static login_cli_status_e login_cli_file_open(int *fd, const char *path);
static login_cli_status_e login_cli_file_load(login_str_t *text, int fd,
    const char *path);
static int login_cli_file_room(u_char **data, size_t *size, size_t len);


login_cli_status_e
login_cli_file_read(login_str_t *text, const char *path)
{
    int                 fd;
    login_cli_status_e  rc;

    rc = login_cli_file_open(&fd, path);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_file_load(text, fd, path);

    if (fd != STDIN_FILENO) {
        (void) close(fd);
    }

    return rc;
}


static login_cli_status_e
login_cli_file_open(int *fd, const char *path)
{
    struct stat  st;

    if (strcmp(path, "-") == 0) {
        *fd = STDIN_FILENO;
        return LOGIN_CLI_DONE;
    }

    *fd = open(path, O_RDONLY|O_CLOEXEC);

    if (*fd == -1) {
        login_cli_error("file \"%s\": %s", path, strerror(errno));
        return LOGIN_CLI_REFUSED;
    }

    if (fstat(*fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        login_cli_error("file \"%s\" is a directory", path);
        (void) close(*fd);
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_file_load(login_str_t *text, int fd, const char *path)
{
    size_t   len, size;
    u_char  *data;
    ssize_t  n;

    data = NULL;
    size = 0;

    for (len = 0; ; len += (size_t) n) {

        if (len >= LOGIN_CLI_FILE_MAX
            || !login_cli_file_room(&data, &size, len))
        {
            login_cli_error("file \"%s\" is too large", path);
            break;
        }

        n = read(fd, data + len, size - len);

        if (n == 0) {
            *text = login_str(data, len);
            return LOGIN_CLI_DONE;
        }

        if (n == -1) {
            login_cli_error("file \"%s\": %s", path, strerror(errno));
            break;
        }
    }

    if (data != NULL) {
        login_wipe(data, size);
        free(data);
    }

    return LOGIN_CLI_REFUSED;
}


static int
login_cli_file_room(u_char **data, size_t *size, size_t len)
{
    u_char  *p;

    if (len + LOGIN_CLI_FILE_CHUNK <= *size) {
        return 1;
    }

    p = malloc(2 * *size + LOGIN_CLI_FILE_CHUNK);
    if (p == NULL) {
        return 0;
    }

    /* not realloc(): what it leaves behind is full of hashes */

    if (*data != NULL) {
        memcpy(p, *data, len);
        login_wipe(*data, *size);
        free(*data);
    }

    *data = p;
    *size = 2 * *size + LOGIN_CLI_FILE_CHUNK;

    return 1;
}
