
/* Taking the second factor away, in part or as a whole. */

#include "login.h"
#include "login_record.h"


typedef struct {
    login_changes_t       *changes;
    const login_device_t  *device;
    unsigned               others;      /* 1: there is one that counts */
} login_factor_others_t;


static login_result_e login_factor_other(void *data,
    const login_device_t *device);
static login_result_e login_factor_gone(void *data,
    const login_device_t *device);


login_result_e
login_factor_remove(login_changes_t *changes, login_view_t *view,
    const login_device_t *device, unsigned required)
{
    login_factor_others_t  others;

    others.changes = changes;
    others.device = device;
    others.others = 0;

    if (!device->pending
        && login_device_walk(view, device->account, login_factor_other,
                             &others)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (!device->pending && !others.others) {

        if (required) {
            return LOGIN_NO;
        }

        if (login_recovery_forget(changes, view, device->account) != LOGIN_OK
            || login_trust_forget(changes, view, device->account)
               != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }
    }

    login_device_remove(changes, device);

    return LOGIN_OK;
}


/* The one that stays must not be removed at the same time. */

static login_result_e
login_factor_other(void *data, const login_device_t *device)
{
    u_char                  key[LOGIN_DEVICE_KEY_LEN];
    login_factor_others_t  *others = data;

    if (device->pending
        || login_str_eq(login_str(device->id, LOGIN_ID_LEN),
                        login_str(others->device->id, LOGIN_ID_LEN)))
    {
        return LOGIN_OK;
    }

    others->others = 1;

    login_changes_expect(others->changes,
                         login_device_key(key, device->account, device->id),
                         device->version);

    return LOGIN_NO;
}


login_result_e
login_factor_forget(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN])
{
    if (login_device_walk(view, account, login_factor_gone, changes)
        != LOGIN_OK
        || login_recovery_forget(changes, view, account) != LOGIN_OK
        || login_trust_forget(changes, view, account) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    login_factor_unlock(changes, account);

    return LOGIN_OK;
}


/* Whatever became of it since it was read. */

static login_result_e
login_factor_gone(void *data, const login_device_t *device)
{
    u_char  key[LOGIN_DEVICE_KEY_LEN];

    login_changes_delete(data, login_device_key(key, device->account,
                                                device->id),
                         LOGIN_EXPECT_ANY);

    return LOGIN_OK;
}


void
login_factor_unlock(login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN])
{
    u_char  key[LOGIN_ACCOUNT_KEY_LEN];

    login_changes_delete(changes, login_account_key(key, LOGIN_KIND_FACTOR,
                                                    account),
                         LOGIN_EXPECT_ANY);
}
