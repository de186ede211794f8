
#include "login.h"
#include "login_backup_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


static login_result_e login_backup_lengths(login_backup_file_t *file,
    u_char head[LOGIN_BACKUP_HEAD]);
static login_result_e login_backup_get(login_backup_file_t *file, void *dst,
    size_t len);
static login_result_e login_backup_fill(login_backup_file_t *file);


login_result_e
login_backup_title(login_backup_file_t *file)
{
    u_char         *p;
    size_t          n;
    u_char          line[sizeof(LOGIN_BACKUP_TITLE) + 8];
    login_result_e  rc;

    n = sizeof(LOGIN_BACKUP_TITLE) - 1;

    rc = login_backup_get(file, line, n);
    if (rc == LOGIN_FAULT) {
        return rc;
    }

    if (rc == LOGIN_NO || memcmp(line, LOGIN_BACKUP_TITLE, n) != 0) {
        login_error(file->error, "not a backup of nginx-login");
        return LOGIN_NO;
    }

    for (p = line + n; rc == LOGIN_OK && p < line + sizeof(line); p++) {
        rc = login_backup_get(file, p, 1);

        if (rc == LOGIN_OK && *p == '\n') {
            break;
        }
    }

    if (rc != LOGIN_OK
        || p != line + n + 1
        || line[n] != '0' + LOGIN_BACKUP_FORMAT)
    {
        login_error(file->error, "backup has another format than \"%d\", "
                    "install the version of this software that made it",
                    LOGIN_BACKUP_FORMAT);
        return rc == LOGIN_FAULT ? rc : LOGIN_NO;
    }

    return login_backup_hash(file, line, n + 2);
}


login_result_e
login_backup_next(login_backup_file_t *file)
{
    u_char          head[LOGIN_BACKUP_HEAD];
    login_result_e  rc;

    rc = login_backup_get(file, head, sizeof(head));

    if (rc == LOGIN_OK) {
        rc = login_backup_lengths(file, head);
    }

    if (rc == LOGIN_OK) {
        rc = login_backup_get(file, file->key, file->key_len);
    }

    if (rc == LOGIN_OK) {
        rc = login_backup_get(file, file->raw, file->raw_len);
    }

    if (rc != LOGIN_OK || login_backup_is_end(file)) {
        return rc;
    }

    rc = login_backup_hash(file, head, sizeof(head));

    if (rc == LOGIN_OK) {
        rc = login_backup_hash(file, file->key, file->key_len);
    }

    if (rc == LOGIN_OK) {
        rc = login_backup_hash(file, file->raw, file->raw_len);
    }

    return rc;
}


static login_result_e
login_backup_lengths(login_backup_file_t *file, u_char head[LOGIN_BACKUP_HEAD])
{
    u_char           *raw;
    login_decoder_t   d;

    d.pos = head;
    d.end = head + LOGIN_BACKUP_HEAD;
    d.failed = 0;

    file->key_len = login_get_uint(&d, 2);
    file->raw_len = login_get_uint(&d, 4);

    if (file->key_len == 0
        || file->key_len > LOGIN_STORE_KEY_MAX
        || file->raw_len > LOGIN_BACKUP_RECORD_MAX)
    {
        login_error(file->error, "backup is damaged");
        return LOGIN_NO;
    }

    if (file->raw_len < file->raw_size) {
        return LOGIN_OK;
    }

    raw = realloc(file->raw, file->raw_len + 1);
    if (raw == NULL) {
        login_error(file->error, "no memory");
        return LOGIN_FAULT;
    }

    file->raw = raw;
    file->raw_size = file->raw_len + 1;

    return LOGIN_OK;
}


int
login_backup_is_end(const login_backup_file_t *file)
{
    return login_str_eq(login_str(file->key, file->key_len),
                        login_str(LOGIN_BACKUP_END, LOGIN_BACKUP_END_LEN));
}


login_result_e
login_backup_eof(login_backup_file_t *file)
{
    login_result_e  rc;

    if (file->pos == file->len) {
        rc = login_backup_fill(file);

        if (rc != LOGIN_OK) {
            return rc;
        }
    }

    if (file->len != 0) {
        login_error(file->error, "backup is damaged: something follows its "
                    "end");
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* LOGIN_NO: there are fewer. */

static login_result_e
login_backup_get(login_backup_file_t *file, void *dst, size_t len)
{
    size_t  n;

    while (len > 0) {

        if (file->pos == file->len
            && login_backup_fill(file) != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        if (file->len == 0) {
            login_error(file->error, "backup is cut off");
            return LOGIN_NO;
        }

        n = file->len - file->pos;
        n = n < len ? n : len;

        memcpy(dst, file->buf + file->pos, n);

        file->pos += n;
        dst = (u_char *) dst + n;
        len -= n;
    }

    return LOGIN_OK;
}


/* At the end of the file nothing is in the buffer. */

static login_result_e
login_backup_fill(login_backup_file_t *file)
{
    ssize_t  n;

    do {
        n = read(file->fd, file->buf, sizeof(file->buf));
    } while (n == -1 && errno == EINTR);

    if (n == -1) {
        login_error(file->error, "backup cannot be read (%s)", strerror(errno));
        return LOGIN_FAULT;
    }

    file->pos = 0;
    file->len = (size_t) n;

    return LOGIN_OK;
}
