
#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <string.h>


/* What was found when room was made for one more. */
typedef struct {
    login_changes_t         *changes;
    uint64_t                 now;
    size_t                   n;
} login_device_room_t;

typedef struct {
    login_device_visit_pt    visit;
    void                    *data;
} login_device_walk_t;


static login_result_e login_device_add(login_device_t *device,
    login_changes_t *changes, login_view_t *view,
    const login_account_t *account, const login_totp_t *totp);
static login_result_e login_device_room(void *data,
    const login_device_t *device);
static int login_device_over(const login_device_t *device, uint64_t now);
static void login_device_put(login_changes_t *changes,
    const login_device_t *device, uint64_t expect);
static login_result_e login_device_visit(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_device_counted(void *data,
    const login_device_t *device);


login_result_e
login_device_begin(login_device_t *device, login_changes_t *changes,
    login_view_t *view, const login_account_t *account, login_str_t name,
    uint64_t now)
{
    login_totp_t    totp;
    login_result_e  rc;

    memset(device, 0, sizeof(login_device_t));

    device->made = now;
    device->pending = 1;
    device->name = name;

    if (login_totp_draw(&totp) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_device_add(device, changes, view, account, &totp);

    login_wipe(&totp, sizeof(login_totp_t));

    return rc;
}


login_result_e
login_device_import(login_device_t *device, login_changes_t *changes,
    login_view_t *view, const login_account_t *account,
    const login_totp_t *totp, login_str_t name, uint64_t now)
{
    memset(device, 0, sizeof(login_device_t));

    device->made = now;
    device->name = name;

    return login_device_add(device, changes, view, account, totp);
}


static login_result_e
login_device_add(login_device_t *device, login_changes_t *changes,
    login_view_t *view, const login_account_t *account,
    const login_totp_t *totp)
{
    u_char               sealed[LOGIN_DEVICE_SEALED];
    login_device_room_t  room;

    if (login_device_name(device->name) != LOGIN_OK) {
        return LOGIN_NO;
    }

    room.changes = changes;
    room.now = device->made;
    room.n = 0;

    if (login_device_walk(view, account->id, login_device_room, &room)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (room.n >= LOGIN_DEVICES_MAX) {
        return LOGIN_NO;
    }

    memcpy(device->account, account->id, LOGIN_ID_LEN);

    if (login_random(device->id, LOGIN_ID_LEN) != LOGIN_OK
        || login_device_seal(sealed, view->crypto, device, totp) != LOGIN_OK
        || login_account_expect(changes, view, account) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    device->sealed = login_str(sealed, sizeof(sealed));

    login_device_put(changes, device, LOGIN_EXPECT_ABSENT);

    device->sealed = login_str(NULL, 0);

    return LOGIN_OK;
}


static login_result_e
login_device_room(void *data, const login_device_t *device)
{
    login_device_room_t  *room = data;

    if (login_device_over(device, room->now)) {
        login_device_remove(room->changes, device);

    } else {
        room->n++;
    }

    return LOGIN_OK;
}


/* Also where a clock was set back; those of workers differ by a moment. */

static int
login_device_over(const login_device_t *device, uint64_t now)
{
    uint64_t  age;

    age = now > device->made ? now - device->made : device->made - now;

    return device->pending && age > LOGIN_DEVICE_SETUP;
}


login_result_e
login_device_confirm(login_changes_t *changes, login_view_t *view,
    const login_device_t *device, login_str_t code, uint64_t now)
{
    size_t          len;
    u_char          digits[LOGIN_CODE_MAX];
    uint64_t        step;
    unsigned        used;
    login_totp_t    totp;
    login_result_e  rc;

    if (!device->pending || login_code_digits(digits, &len, code) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    if (login_device_open(&totp, view, device) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_totp_match(&step, &used, &totp, device->step,
                          login_str(digits, len), now);

    login_wipe(&totp, sizeof(login_totp_t));

    if (rc == LOGIN_OK) {
        login_device_accept(changes, device, step, now);
    }

    return rc;
}


login_result_e
login_device_get(login_device_t *device, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN],
    uint64_t now)
{
    u_char          key[LOGIN_DEVICE_KEY_LEN];
    login_record_t  record;
    login_result_e  rc;

    rc = login_view_get(view, login_device_key(key, account, id), &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    memcpy(device->account, account, LOGIN_ID_LEN);
    memcpy(device->id, id, LOGIN_ID_LEN);
    device->version = record.version;

    if (login_device_decode(device, record.payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return login_device_over(device, now) ? LOGIN_NO : LOGIN_OK;
}


void
login_device_accept(login_changes_t *changes, const login_device_t *device,
    uint64_t step, uint64_t now)
{
    login_device_t  used;

    /* neither backwards nor twice, whatever the caller has looked at */

    if (step <= device->step) {
        login_changes_spoil(changes);
        return;
    }

    used = *device;

    used.step = step;

    if (used.pending) {
        used.pending = 0;
        used.made = now;

    } else if (used.used < now) {
        used.used = now;
    }

    login_device_put(changes, &used, device->version);
}


void
login_device_rename(login_changes_t *changes, const login_device_t *device,
    login_str_t name)
{
    login_device_t  renamed;

    renamed = *device;
    renamed.name = name;

    login_device_put(changes, &renamed, device->version);
}


void
login_device_remove(login_changes_t *changes, const login_device_t *device)
{
    u_char  key[LOGIN_DEVICE_KEY_LEN];

    login_changes_delete(changes, login_device_key(key, device->account,
                                                   device->id),
                         device->version);
}


static void
login_device_put(login_changes_t *changes, const login_device_t *device,
    uint64_t expect)
{
    size_t  len;
    u_char  key[LOGIN_DEVICE_KEY_LEN], payload[LOGIN_DEVICE_PAYLOAD];

    len = login_device_encode(payload, device);
    if (len == 0) {
        login_changes_spoil(changes);
        return;
    }

    login_changes_put(changes, login_device_key(key, device->account,
                                                device->id),
                      login_str(payload, len), expect);
}


login_result_e
login_device_walk(login_view_t *view, const u_char *account,
    login_device_visit_pt visit, void *data)
{
    size_t               len;
    u_char               prefix[1 + LOGIN_ID_LEN];
    login_device_walk_t  walk;

    prefix[0] = LOGIN_KIND_DEVICE;
    len = 1;

    if (account != NULL) {
        memcpy(prefix + len, account, LOGIN_ID_LEN);
        len += LOGIN_ID_LEN;
    }

    walk.visit = visit;
    walk.data = data;

    return login_view_walk(view, login_str(prefix, len), login_device_visit,
                           &walk);
}


static login_result_e
login_device_visit(void *data, login_str_t key, const login_record_t *record)
{
    login_device_t        device;
    login_device_walk_t  *walk = data;

    if (key.len != LOGIN_DEVICE_KEY_LEN) {
        return LOGIN_FAULT;
    }

    memcpy(device.account, key.data + 1, LOGIN_ID_LEN);
    memcpy(device.id, key.data + 1 + LOGIN_ID_LEN, LOGIN_ID_LEN);
    device.version = record->version;

    if (login_device_decode(&device, record->payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return walk->visit(walk->data, &device);
}


login_result_e
login_device_count(size_t *n, login_view_t *view,
    const u_char account[LOGIN_ID_LEN])
{
    *n = 0;

    return login_device_walk(view, account, login_device_counted, n);
}


static login_result_e
login_device_counted(void *data, const login_device_t *device)
{
    if (!device->pending) {
        ++*(size_t *) data;
    }

    return LOGIN_OK;
}
