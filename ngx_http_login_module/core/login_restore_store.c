
#include "login.h"
#include "login_restore.h"

#include <unistd.h>


login_result_e
login_restore_open(login_restore_t *restore, const char *path,
    const login_keyring_t *ring)
{
    if (login_store_init(path, geteuid(), getegid(), restore->error)
        != LOGIN_OK
        || login_store_open(&restore->store, path, 0, restore->error)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    restore->crypto = login_crypto_create(ring);
    restore->commit = login_commit_create(restore->store, ring);
    restore->changes = login_changes_create();

    if (restore->crypto == NULL
        || restore->commit == NULL
        || restore->changes == NULL)
    {
        login_error(restore->error, "no memory");
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


void
login_restore_close(login_restore_t *restore)
{
    login_changes_destroy(restore->changes);
    login_commit_destroy(restore->commit);
    login_crypto_destroy(restore->crypto);
    login_store_close(restore->store);
}


/*
 * Never one that was before: not that of the backup, and none that came
 * after it, which the clock stands for.
 */

login_result_e
login_restore_epoch(login_restore_t *restore)
{
    u_char           payload[8];
    uint64_t         epoch;
    login_encoder_t  e;

    epoch = restore->epoch + 1;
    epoch = epoch > restore->now ? epoch : restore->now;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_uint(&e, epoch, sizeof(payload));

    login_changes_put(restore->changes, login_cstr(LOGIN_RESTORE_EPOCH),
                      login_str(payload, sizeof(payload)),
                      LOGIN_EXPECT_ABSENT);

    return login_restore_commit(restore);
}


login_result_e
login_restore_commit(login_restore_t *restore)
{
    login_result_e  rc;

    rc = login_commit_one(restore->commit, restore->changes);

    if (rc == LOGIN_NO) {
        login_error(restore->error, "backup is damaged: a record is there "
                    "twice");
        return LOGIN_NO;
    }

    if (rc != LOGIN_OK) {
        login_error(restore->error, "store cannot be written, is its "
                    "disk full?");
        return LOGIN_FAULT;
    }

    login_changes_destroy(restore->changes);

    restore->changes = login_changes_create();
    restore->n = 0;

    if (restore->changes == NULL) {
        login_error(restore->error, "no memory");
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}
