
#include "login.h"
#include "login_backup_file.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_BACKUP_END_PAYLOAD  (8 + 8 + LOGIN_HASH_LEN)


typedef struct {
    login_backup_t       *backup;
    login_backup_file_t   file;
    uint64_t              unread;
} login_backup_scan_t;


static login_result_e login_backup_visit(void *data,
    const login_scan_item_t *item);
static login_result_e login_backup_finish(login_backup_scan_t *scan,
    login_view_t *view);


login_result_e
login_backup_write(login_backup_t *backup, login_view_t *view, int fd,
    uint64_t now, login_error_t *error)
{
    login_result_e       rc;
    login_backup_scan_t  scan;

    static const char    title[] = LOGIN_BACKUP_TITLE "1\n";

    memset(backup, 0, sizeof(login_backup_t));
    backup->time = now;

    scan.backup = backup;
    scan.unread = 0;

    error->text[0] = '\0';

    if (login_backup_open(&scan.file, fd, error) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_backup_put(&scan.file, title, sizeof(title) - 1);

    /* in one view: one state of the store */

    if (rc == LOGIN_OK) {
        rc = login_scan(view, 0, login_backup_visit, NULL, &scan);
    }

    if (rc == LOGIN_OK) {
        rc = login_backup_finish(&scan, view);
    }

    if (rc == LOGIN_FAULT && error->text[0] == '\0') {
        login_error(error, "store cannot be read");
    }

    login_backup_close(&scan.file);

    return rc;
}


static login_result_e
login_backup_visit(void *data, const login_scan_item_t *item)
{
    login_backup_scan_t  *scan;

    scan = data;

    if (item->sound != LOGIN_OK) {
        scan->unread++;
        return LOGIN_OK;
    }

    scan->backup->records++;

    return login_backup_put_record(&scan->file, item->key, item->raw);
}


static login_result_e
login_backup_finish(login_backup_scan_t *scan, login_view_t *view)
{
    u_char           payload[LOGIN_BACKUP_END_PAYLOAD];
    u_char           raw[LOGIN_BACKUP_END_PAYLOAD + LOGIN_RECORD_OVERHEAD];
    login_str_t      key;
    login_encoder_t  e;

    if (scan->unread != 0) {
        login_error(scan->file.error, "backup would lack %llu records that "
                    "cannot be read, see \"nginx-login check\"",
                    (unsigned long long) scan->unread);
        return LOGIN_NO;
    }

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_uint(&e, scan->backup->time, 8);
    login_put_uint(&e, scan->backup->records, 8);

    key = login_str(LOGIN_BACKUP_END, LOGIN_BACKUP_END_LEN);

    /* any version will do, but for those that no record has */

    if (login_backup_sum(&scan->file, e.pos) != LOGIN_OK
        || login_record_seal(raw, view->crypto, key, 1,
                             login_str(payload, sizeof(payload)))
           != LOGIN_OK
        || login_backup_put_record(&scan->file, key,
                                   login_str(raw, sizeof(raw)))
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_backup_flush(&scan->file);
}
