
/* What the record of a device holds: its secret first, encrypted. */

#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_DEVICE_PENDING  0x01


static int login_device_valid(const login_device_t *device);


login_str_t
login_device_key(u_char key[LOGIN_DEVICE_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN])
{
    key[0] = LOGIN_KIND_DEVICE;
    memcpy(key + 1, account, LOGIN_ID_LEN);
    memcpy(key + 1 + LOGIN_ID_LEN, id, LOGIN_ID_LEN);

    return login_str(key, LOGIN_DEVICE_KEY_LEN);
}


size_t
login_device_encode(u_char *dst, const login_device_t *device)
{
    login_encoder_t  e;

    if (!login_device_valid(device)) {
        return 0;
    }

    e.pos = dst;
    e.end = dst + LOGIN_DEVICE_PAYLOAD;
    e.failed = 0;

    login_put_bytes(&e, device->sealed.data, LOGIN_DEVICE_SEALED);
    login_put_uint(&e, device->pending ? LOGIN_DEVICE_PENDING : 0, 1);
    login_put_uint(&e, device->made, 8);
    login_put_uint(&e, device->used, 8);
    login_put_uint(&e, device->step, 8);
    login_put_str(&e, device->name);

    return e.failed ? 0 : (size_t) (e.pos - dst);
}


login_result_e
login_device_decode(login_device_t *device, login_str_t payload)
{
    unsigned         flags;
    login_decoder_t  d;

    if (payload.len < LOGIN_DEVICE_SEALED) {
        return LOGIN_FAULT;
    }

    d.pos = payload.data + LOGIN_DEVICE_SEALED;
    d.end = payload.data + payload.len;
    d.failed = 0;

    device->sealed = login_str(payload.data, LOGIN_DEVICE_SEALED);
    flags = (unsigned) login_get_uint(&d, 1);
    device->made = login_get_uint(&d, 8);
    device->used = login_get_uint(&d, 8);
    device->step = login_get_uint(&d, 8);
    device->name = login_get_str(&d);

    device->pending = (flags & LOGIN_DEVICE_PENDING) != 0;

    if (d.failed
        || d.pos != d.end
        || (flags & ~(unsigned) LOGIN_DEVICE_PENDING) != 0
        || !login_device_valid(device))
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static int
login_device_valid(const login_device_t *device)
{
    return device->sealed.len == LOGIN_DEVICE_SEALED
           && login_device_name(device->name) == LOGIN_OK;
}


login_result_e
login_device_name(login_str_t name)
{
    size_t  i;

    if (name.len == 0
        || name.len > LOGIN_DEVICE_NAME_MAX
        || login_utf8_check(name, NULL) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    for (i = 0; i < name.len; i++) {
        if (name.data[i] < 0x20 || name.data[i] == 0x7f) {
            return LOGIN_NO;
        }
    }

    return LOGIN_OK;
}


/* Of one length, whatever the secret's is. */

login_result_e
login_device_seal(u_char dst[LOGIN_DEVICE_SEALED], login_crypto_t *crypto,
    const login_device_t *device, const login_totp_t *totp)
{
    u_char           key[LOGIN_DEVICE_KEY_LEN], text[LOGIN_DEVICE_TEXT];
    login_result_e   rc;
    login_encoder_t  e;

    if (login_totp_check(totp) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    memset(text, 0, sizeof(text));

    e.pos = text;
    e.end = text + sizeof(text);
    e.failed = 0;

    login_put_uint(&e, totp->algorithm, 1);
    login_put_uint(&e, totp->digits, 1);
    login_put_uint(&e, totp->period, 2);
    login_put_uint(&e, totp->len, 1);
    login_put_bytes(&e, totp->secret, totp->len);

    rc = e.failed ? LOGIN_FAULT
                  : login_crypto_encrypt(dst, crypto, LOGIN_CIPHER_DEVICE,
                                         login_device_key(key,
                                                          device->account,
                                                          device->id),
                                         login_str(text, sizeof(text)));

    login_wipe(text, sizeof(text));

    return rc;
}


login_result_e
login_device_open(login_totp_t *totp, login_view_t *view,
    const login_device_t *device)
{
    u_char           key[LOGIN_DEVICE_KEY_LEN], text[LOGIN_DEVICE_TEXT];
    login_result_e   rc;
    login_decoder_t  d;

    memset(totp, 0, sizeof(login_totp_t));

    if (device->sealed.len != LOGIN_DEVICE_SEALED
        || login_crypto_decrypt(text, view->crypto, LOGIN_CIPHER_DEVICE,
                                login_device_key(key, device->account,
                                                 device->id),
                                device->sealed)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    d.pos = text;
    d.end = text + sizeof(text);
    d.failed = 0;

    totp->algorithm = (login_totp_algorithm_e) login_get_uint(&d, 1);
    totp->digits = (unsigned) login_get_uint(&d, 1);
    totp->period = (uint32_t) login_get_uint(&d, 2);
    totp->len = (size_t) login_get_uint(&d, 1);

    rc = login_totp_check(totp) == LOGIN_OK ? LOGIN_OK : LOGIN_FAULT;

    if (rc == LOGIN_OK) {
        login_get_bytes(&d, totp->secret, totp->len);
    }

    login_wipe(text, sizeof(text));

    return rc;
}


login_result_e
login_device_reseal(login_changes_t *changes, login_view_t *view,
    login_str_t key, const login_record_t *record)
{
    size_t          n, len;
    u_char          sealed[LOGIN_DEVICE_SEALED];
    u_char          payload[LOGIN_DEVICE_PAYLOAD];
    login_totp_t    totp;
    login_device_t  device;
    login_result_e  rc;

    if (key.len != LOGIN_DEVICE_KEY_LEN
        || login_device_decode(&device, record->payload) != LOGIN_OK
        || login_crypto_find(view->crypto, device.sealed.data, &n)
           != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    memcpy(device.account, key.data + 1, LOGIN_ID_LEN);
    memcpy(device.id, key.data + 1 + LOGIN_ID_LEN, LOGIN_ID_LEN);

    rc = login_device_open(&totp, view, &device);

    if (rc == LOGIN_OK) {
        rc = login_device_seal(sealed, view->crypto, &device, &totp);
    }

    login_wipe(&totp, sizeof(login_totp_t));

    if (rc != LOGIN_OK) {
        return rc;
    }

    device.sealed = login_str(sealed, sizeof(sealed));

    len = login_device_encode(payload, &device);

    login_changes_put(changes, key, login_str(payload, len),
                      record->version);

    return LOGIN_OK;
}
