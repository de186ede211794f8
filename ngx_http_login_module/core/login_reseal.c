
#include "login.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    login_reseal_t   *result;
    login_view_t     *view;
    login_commit_t   *commit;
    login_str_t       id;           /* of the key that signs */
    size_t            n;
    login_changes_t  *sets[LOGIN_RESEAL_BATCH];
} login_reseal_pass_t;


static login_result_e login_reseal_visit(void *data,
    const login_scan_item_t *item);
static login_result_e login_reseal_put(login_changes_t *changes,
    login_view_t *view, const login_scan_item_t *item);
static int login_reseal_current(const login_reseal_pass_t *pass,
    const login_scan_item_t *item);
static login_result_e login_reseal_apply(void *data);
static login_result_e login_reseal_count(login_reseal_pass_t *pass);


login_result_e
login_reseal(login_reseal_t *reseal, login_view_t *view,
    login_commit_t *commit, const login_keyring_t *ring)
{
    size_t               i;
    login_result_e       rc;
    login_reseal_pass_t  pass;

    memset(reseal, 0, sizeof(login_reseal_t));

    pass.result = reseal;
    pass.view = view;
    pass.commit = commit;
    pass.id = login_str(ring->keys[0].id, LOGIN_KEY_ID_LEN);
    pass.n = 0;

    rc = login_scan(view, LOGIN_RESEAL_BATCH, login_reseal_visit,
                    login_reseal_apply, &pass);

    for (i = 0; i < pass.n; i++) {
        login_changes_destroy(pass.sets[i]);
    }

    return rc;
}


/* A set each, so that one that somebody else changed costs no other. */

static login_result_e
login_reseal_visit(void *data, const login_scan_item_t *item)
{
    login_result_e        rc;
    login_changes_t      *changes;
    login_reseal_pass_t  *pass;

    pass = data;

    if (item->sound != LOGIN_OK) {
        pass->result->unread++;
        return LOGIN_OK;
    }

    if (login_reseal_current(pass, item)) {
        return LOGIN_OK;
    }

    changes = login_changes_create();
    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_reseal_put(changes, pass->view, item);

    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);

        if (rc == LOGIN_FAULT) {
            return LOGIN_FAULT;
        }

        pass->result->unread++;

        return LOGIN_OK;
    }

    pass->sets[pass->n++] = changes;

    return LOGIN_OK;
}


/* LOGIN_NO: what is encrypted in it can't be read, and never will be. */

static login_result_e
login_reseal_put(login_changes_t *changes, login_view_t *view,
    const login_scan_item_t *item)
{
    switch (item->key.data[0]) {

    case LOGIN_KIND_QUEUE:
        return login_mail_reseal(changes, view, item->key, &item->record);

    case LOGIN_KIND_DEVICE:
        return login_device_reseal(changes, view, item->key, &item->record);

    default:
        login_changes_put(changes, item->key, item->record.payload,
                          item->record.version);
        return LOGIN_OK;
    }
}


static int
login_reseal_current(const login_reseal_pass_t *pass,
    const login_scan_item_t *item)
{
    const u_char  *cipher;

    cipher = login_scan_cipher(item);

    return login_str_eq(login_str(item->key_id, LOGIN_KEY_ID_LEN), pass->id)
           && (cipher == NULL
               || login_str_eq(login_str(cipher, LOGIN_KEY_ID_LEN),
                               pass->id));
}


static login_result_e
login_reseal_apply(void *data)
{
    login_reseal_pass_t  *pass;

    pass = data;

    if (pass->n == 0) {
        return LOGIN_OK;
    }

    if (login_commit_begin(pass->commit) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    login_commit_apply(pass->commit, pass->sets, pass->n);

    return login_reseal_count(pass);
}


static login_result_e
login_reseal_count(login_reseal_pass_t *pass)
{
    size_t          i;
    login_result_e  rc;

    rc = LOGIN_OK;

    for (i = 0; i < pass->n; i++) {

        switch (login_changes_result(pass->sets[i])) {

        case LOGIN_OK:
            pass->result->done++;
            break;

        case LOGIN_NO:
            pass->result->missed++;
            break;

        default:
            rc = LOGIN_FAULT;
        }

        login_changes_destroy(pass->sets[i]);
    }

    pass->n = 0;

    return rc;
}
