
#include "login.h"
#include "login_backup_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


login_result_e
login_backup_open(login_backup_file_t *file, int fd, login_error_t *error)
{
    memset(file, 0, sizeof(login_backup_file_t));

    file->fd = fd;
    file->error = error;
    file->hash = EVP_MD_CTX_new();

    if (file->hash == NULL
        || EVP_DigestInit_ex(file->hash, EVP_sha256(), NULL) != 1)
    {
        login_error(error, "no memory");
        login_backup_close(file);
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


void
login_backup_close(login_backup_file_t *file)
{
    EVP_MD_CTX_free(file->hash);
    free(file->raw);

    file->hash = NULL;
    file->raw = NULL;

    login_wipe(file->buf, sizeof(file->buf));
}


login_result_e
login_backup_put_record(login_backup_file_t *file, login_str_t key,
    login_str_t raw)
{
    u_char           head[LOGIN_BACKUP_HEAD];
    login_encoder_t  e;

    if (raw.len > LOGIN_BACKUP_RECORD_MAX) {
        login_error(file->error, "backup cannot take a record of %zu bytes",
                    raw.len);
        return LOGIN_FAULT;
    }

    e.pos = head;
    e.end = head + sizeof(head);
    e.failed = 0;

    login_put_uint(&e, key.len, 2);
    login_put_uint(&e, raw.len, 4);

    if (login_backup_put(file, head, sizeof(head)) != LOGIN_OK
        || login_backup_put(file, key.data, key.len) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_backup_put(file, raw.data, raw.len);
}


login_result_e
login_backup_put(login_backup_file_t *file, const void *p, size_t len)
{
    size_t  n;

    if (login_backup_hash(file, p, len) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    while (len > 0) {

        if (file->len == sizeof(file->buf)
            && login_backup_flush(file) != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        n = sizeof(file->buf) - file->len;
        n = n < len ? n : len;

        memcpy(file->buf + file->len, p, n);

        file->len += n;
        p = (const u_char *) p + n;
        len -= n;
    }

    return LOGIN_OK;
}


login_result_e
login_backup_flush(login_backup_file_t *file)
{
    ssize_t  n;

    for (file->pos = 0; file->pos < file->len; file->pos += (size_t) n) {

        n = write(file->fd, file->buf + file->pos, file->len - file->pos);

        if (n == -1 && errno == EINTR) {
            n = 0;
        }

        if (n == -1) {
            login_error(file->error, "backup cannot be written (%s)",
                        strerror(errno));
            return LOGIN_FAULT;
        }
    }

    file->pos = 0;
    file->len = 0;

    return LOGIN_OK;
}


login_result_e
login_backup_hash(login_backup_file_t *file, const void *p, size_t len)
{
    if (!file->summed && EVP_DigestUpdate(file->hash, p, len) != 1) {
        login_error(file->error, "SHA-256 of OpenSSL failed");
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


login_result_e
login_backup_sum(login_backup_file_t *file, u_char sum[LOGIN_HASH_LEN])
{
    if (EVP_DigestFinal_ex(file->hash, sum, NULL) != 1) {
        login_error(file->error, "SHA-256 of OpenSSL failed");
        return LOGIN_FAULT;
    }

    file->summed = 1;

    return LOGIN_OK;
}
