
#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>


static void login_changes_append(login_changes_t *changes,
    login_change_e type, login_str_t key, login_str_t payload,
    uint64_t expect);


login_changes_t *
login_changes_create(void)
{
    return calloc(1, sizeof(login_changes_t));
}


void
login_changes_destroy(login_changes_t *changes)
{
    login_change_t  *change, *next;

    if (changes == NULL) {
        return;
    }

    /* payloads carry password hashes */

    for (change = changes->first; change != NULL; change = next) {
        next = change->next;
        login_wipe(change->data, change->key.len + change->payload.len);
        free(change);
    }

    free(changes);
}


void
login_changes_put(login_changes_t *changes, login_str_t key,
    login_str_t payload, uint64_t expect)
{
    login_changes_append(changes, LOGIN_CHANGE_PUT, key, payload, expect);
}


void
login_changes_delete(login_changes_t *changes, login_str_t key,
    uint64_t expect)
{
    login_changes_append(changes, LOGIN_CHANGE_DELETE, key,
                         login_str(NULL, 0), expect);
}


void
login_changes_expect(login_changes_t *changes, login_str_t key,
    uint64_t expect)
{
    login_changes_append(changes, LOGIN_CHANGE_EXPECT, key,
                         login_str(NULL, 0), expect);
}


void
login_changes_note(login_changes_t *changes, login_str_t key,
    login_str_t payload)
{
    unsigned  fault;

    /* without memory for it, the set is as good */

    fault = changes->fault;

    login_changes_append(changes, LOGIN_CHANGE_NOTE, key, payload,
                         LOGIN_EXPECT_ANY);

    changes->fault = fault;
    changes->notes = 1;
}


void
login_changes_spoil(login_changes_t *changes)
{
    changes->fault = 1;
}


void
login_changes_urgent(login_changes_t *changes)
{
    changes->urgent = 1;
}


const char *
login_changes_error(const login_changes_t *changes)
{
    switch (changes->error) {

    case 0:
        return "it did not answer in time, or cannot be read";

    case MDB_MAP_FULL:
        return "the map is full, raise \"map_size\" of \"login_store\"";

    case ENOSPC:
    case EDQUOT:
        return "the disk is full";

    default:
        return mdb_strerror(changes->error);
    }
}


login_result_e
login_changes_result(const login_changes_t *changes)
{
    return changes->result;
}


static void
login_changes_append(login_changes_t *changes, login_change_e type,
    login_str_t key, login_str_t payload, uint64_t expect)
{
    size_t           len;
    login_change_t  *change;

    if (key.len == 0
        || key.len > LOGIN_STORE_KEY_MAX
        || payload.len > UINT32_MAX - LOGIN_RECORD_OVERHEAD)
    {
        changes->fault = 1;
        return;
    }

    len = key.len + payload.len;

    change = malloc(sizeof(login_change_t) + len);
    if (change == NULL) {
        changes->fault = 1;
        return;
    }

    memcpy(change->data, key.data, key.len);

    if (payload.len != 0) {
        memcpy(change->data + key.len, payload.data, payload.len);
    }

    change->next = NULL;
    change->type = type;
    change->expect = expect;
    change->key = login_str(change->data, key.len);
    change->payload = login_str(change->data + key.len, payload.len);

    if (changes->last == NULL) {
        changes->first = change;

    } else {
        changes->last->next = change;
    }

    changes->last = change;
}
