
/*
 * Backups: what is read is what stands there, record by record, and what is
 * written is read again.
 */

#include "login.h"
#include "login_backup_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
expect(int condition)
{
    if (!condition) {
        abort();
    }
}


static int
file_of(const void *data, size_t size)
{
    int  fd;

    fd = memfd_create("backup", MFD_CLOEXEC);
    expect(fd != -1);
    expect(write(fd, data, size) == (ssize_t) size);
    expect(lseek(fd, 0, SEEK_SET) == 0);

    return fd;
}


/* Reads to the end, and writes what it read to "copy". */

static login_result_e
walk(login_backup_file_t *in, login_backup_file_t *copy)
{
    login_result_e  rc;

    for ( ;; ) {
        rc = login_backup_next(in);
        if (rc != LOGIN_OK) {
            return rc;
        }

        expect(in->key_len > 0 && in->key_len <= LOGIN_STORE_KEY_MAX);
        expect(in->raw_len <= LOGIN_BACKUP_RECORD_MAX);

        expect(login_backup_put_record(copy,
                                       login_str(in->key, in->key_len),
                                       login_str(in->raw, in->raw_len))
               == LOGIN_OK);

        if (login_backup_is_end(in)) {
            return login_backup_eof(in);
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                         fd, out;
    u_char                     *bytes;
    login_error_t               error;
    login_result_e              rc;
    static login_backup_file_t  in, copy;

    error.text[0] = '\0';

    fd = file_of(data, size);
    out = file_of("", 0);

    expect(login_backup_open(&in, fd, &error) == LOGIN_OK);
    expect(login_backup_open(&copy, out, &error) == LOGIN_OK);

    rc = login_backup_title(&in);

    if (rc == LOGIN_OK) {
        expect(login_backup_put(&copy, LOGIN_BACKUP_TITLE "1\n",
                                sizeof(LOGIN_BACKUP_TITLE) + 1)
               == LOGIN_OK);
        rc = walk(&in, &copy);
    }

    expect(rc != LOGIN_FAULT);
    expect((rc == LOGIN_NO) == (error.text[0] != '\0'));

    /* there is one spelling */

    if (rc == LOGIN_OK) {
        expect(login_backup_flush(&copy) == LOGIN_OK);
        expect(lseek(out, 0, SEEK_END) == (off_t) size);

        bytes = malloc(size);
        expect(bytes != NULL);
        expect(pread(out, bytes, size, 0) == (ssize_t) size);
        expect(memcmp(bytes, data, size) == 0);
        free(bytes);
    }

    login_backup_close(&in);
    login_backup_close(&copy);
    (void) close(fd);
    (void) close(out);

    return 0;
}
