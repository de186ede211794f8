
#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"
#include "login_restore.h"

#include <limits.h>
#include <string.h>
#include <time.h>


/* The records of one commit. */
#define LOGIN_RESTORE_BATCH  5000


static login_result_e login_restore_fill(login_restore_t *restore,
    const char *path, const login_keyring_t *ring, int fd);
static login_result_e login_restore_records(login_restore_t *restore);
static login_result_e login_restore_verify(login_restore_t *restore,
    login_record_t *record);
static login_result_e login_restore_record(login_restore_t *restore,
    const login_record_t *record);
static login_result_e login_restore_end(login_restore_t *restore,
    const login_record_t *record);


login_result_e
login_restore(login_backup_t *backup, const char *path,
    const login_keyring_t *ring, int fd, login_error_t *error)
{
    login_hold_t      hold;
    login_result_e    rc;
    struct timespec   ts;
    login_restore_t   restore;

    memset(backup, 0, sizeof(login_backup_t));
    memset(&restore, 0, sizeof(login_restore_t));

    if (clock_gettime(CLOCK_REALTIME, &ts) == -1) {
        login_error(error, "no clock");
        return LOGIN_FAULT;
    }

    restore.backup = backup;
    restore.error = error;
    restore.now = (uint64_t) ts.tv_sec * 1000000
                  + (uint64_t) ts.tv_nsec / 1000;

    rc = login_hold_take(&hold, path, error);
    if (rc != LOGIN_OK) {
        return rc;
    }

    login_restore_clean(hold.dir);

    rc = login_restore_fill(&restore, path, ring, fd);

    if (rc == LOGIN_OK) {
        rc = login_restore_place(hold.dir, backup->aside,
                                 sizeof(backup->aside),
                                 (uint64_t) ts.tv_sec, error);
    }

    login_restore_clean(hold.dir);
    login_hold_release(&hold);

    return rc;
}


/* Makes a store of its own inside of the other one's directory. */

static login_result_e
login_restore_fill(login_restore_t *restore, const char *path,
    const login_keyring_t *ring, int fd)
{
    char            dir[PATH_MAX];
    login_result_e  rc;

    if (snprintf(dir, sizeof(dir), "%s/%s", path, LOGIN_STORE_RESTORE)
        >= (int) sizeof(dir))
    {
        login_error(restore->error, "name of store \"%.64s...\" is too long",
                    path);
        return LOGIN_NO;
    }

    if (login_backup_open(&restore->file, fd, restore->error) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    /* nothing is made for what is no backup */

    rc = login_backup_title(&restore->file);

    if (rc == LOGIN_OK) {
        rc = login_restore_open(restore, dir, ring);
    }

    if (rc == LOGIN_OK) {
        rc = login_restore_records(restore);
    }

    login_restore_close(restore);
    login_backup_close(&restore->file);

    return rc;
}


static login_result_e
login_restore_records(login_restore_t *restore)
{
    login_result_e  rc;
    login_record_t  record;

    for ( ;; ) {
        rc = login_backup_next(&restore->file);

        if (rc == LOGIN_OK) {
            rc = login_restore_verify(restore, &record);
        }

        if (rc == LOGIN_OK && login_backup_is_end(&restore->file)) {
            return login_restore_end(restore, &record);
        }

        if (rc == LOGIN_OK) {
            rc = login_restore_record(restore, &record);
        }

        if (rc != LOGIN_OK) {
            return rc;
        }
    }
}


static login_result_e
login_restore_verify(login_restore_t *restore, login_record_t *record)
{
    char                  id[2 * LOGIN_KEY_ID_LEN + 1];
    size_t                n;
    const u_char         *raw;
    login_backup_file_t  *file;

    file = &restore->file;
    raw = file->raw;

    if (login_record_open(record, restore->crypto,
                          login_str(file->key, file->key_len),
                          login_str(raw, file->raw_len))
        == LOGIN_OK)
    {
        return LOGIN_OK;
    }

    if (login_crypto_failed(restore->crypto)) {
        login_error(restore->error, "no memory to check the backup");
        return LOGIN_FAULT;
    }

    login_error(restore->error, "backup is damaged: record %llu",
                (unsigned long long) restore->backup->records + 1);

    if (file->raw_len >= LOGIN_RECORD_OVERHEAD
        && raw[0] == LOGIN_STORE_FORMAT
        && login_crypto_find(restore->crypto, raw + 1, &n) != LOGIN_OK)
    {
        n = login_hex_encode((u_char *) id, login_str(raw + 1,
                                                      LOGIN_KEY_ID_LEN));
        id[n] = '\0';

        login_error(restore->error, "backup needs key \"%s\", which is not in "
                    "the key file, restore that from its own backup", id);
    }

    return LOGIN_NO;
}


/* Sealed anew, since versions count the transactions of this store. */

static login_result_e
login_restore_record(login_restore_t *restore, const login_record_t *record)
{
    login_str_t  key;

    key = login_str(restore->file.key, restore->file.key_len);

    restore->backup->records++;

    if (login_str_eq(key, login_cstr(LOGIN_RESTORE_EPOCH))) {

        if (login_record_uint(&restore->epoch, record) != LOGIN_OK) {
            login_error(restore->error, "backup is damaged: its epoch");
            return LOGIN_NO;
        }

        return LOGIN_OK;
    }

    login_changes_put(restore->changes, key, record->payload,
                      LOGIN_EXPECT_ABSENT);

    return ++restore->n < LOGIN_RESTORE_BATCH
           ? LOGIN_OK : login_restore_commit(restore);
}


static login_result_e
login_restore_end(login_restore_t *restore, const login_record_t *record)
{
    u_char           hash[LOGIN_HASH_LEN], sum[LOGIN_HASH_LEN];
    uint64_t         records;
    login_result_e   rc;
    login_decoder_t  d;

    d.pos = record->payload.data;
    d.end = record->payload.data + record->payload.len;
    d.failed = 0;

    restore->backup->time = login_get_uint(&d, 8);
    records = login_get_uint(&d, 8);
    login_get_bytes(&d, hash, LOGIN_HASH_LEN);

    rc = login_backup_sum(&restore->file, sum);
    if (rc != LOGIN_OK) {
        return rc;
    }

    if (d.failed
        || d.pos != d.end
        || records != restore->backup->records
        || !login_equal(hash, sum, LOGIN_HASH_LEN))
    {
        login_error(restore->error, "backup is damaged: records are missing or "
                    "not its own");
        return LOGIN_NO;
    }

    rc = login_backup_eof(&restore->file);

    return rc == LOGIN_OK ? login_restore_epoch(restore) : rc;
}
