
#include "login.h"
#include "login_record.h"

#include <string.h>


static login_result_e login_record_mac(u_char mac[LOGIN_MAC_LEN],
    login_crypto_t *crypto, size_t key_number, login_str_t key,
    login_str_t body);


login_result_e
login_record_seal(u_char *dst, login_crypto_t *crypto, login_str_t key,
    uint64_t version, login_str_t payload)
{
    size_t           len;
    u_char           mac[LOGIN_MAC_LEN];
    login_encoder_t  e;

    len = LOGIN_RECORD_HEAD + payload.len;

    e.pos = dst;
    e.end = dst + len;
    e.failed = 0;

    login_put_uint(&e, LOGIN_STORE_FORMAT, 1);
    login_put_bytes(&e, login_crypto_key_id(crypto, 0), LOGIN_KEY_ID_LEN);
    login_put_uint(&e, version, 8);
    login_put_bytes(&e, payload.data, payload.len);

    if (e.failed
        || login_record_mac(mac, crypto, 0, key, login_str(dst, len))
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    memcpy(dst + len, mac, LOGIN_RECORD_MAC);

    return LOGIN_OK;
}


login_result_e
login_record_open(login_record_t *record, login_crypto_t *crypto,
    login_str_t key, login_str_t raw)
{
    size_t           n, len;
    u_char           mac[LOGIN_MAC_LEN];
    u_char           id[LOGIN_KEY_ID_LEN];
    uint64_t         version;
    login_decoder_t  d;

    if (raw.len < LOGIN_RECORD_OVERHEAD) {
        return LOGIN_FAULT;
    }

    len = raw.len - LOGIN_RECORD_MAC;

    d.pos = raw.data;
    d.end = raw.data + len;
    d.failed = 0;

    if (login_get_uint(&d, 1) != LOGIN_STORE_FORMAT) {
        return LOGIN_FAULT;
    }

    login_get_bytes(&d, id, LOGIN_KEY_ID_LEN);
    version = login_get_uint(&d, 8);

    if (d.failed
        || login_crypto_find(crypto, id, &n) != LOGIN_OK
        || login_record_mac(mac, crypto, n, key, login_str(raw.data, len))
           != LOGIN_OK
        || !login_equal(mac, raw.data + len, LOGIN_RECORD_MAC))
    {
        return LOGIN_FAULT;
    }

    /* these two mean something else in an expectation */

    if (version == LOGIN_EXPECT_ABSENT || version == LOGIN_EXPECT_ANY) {
        return LOGIN_FAULT;
    }

    record->version = version;
    record->payload = login_str(raw.data + LOGIN_RECORD_HEAD,
                                len - LOGIN_RECORD_HEAD);

    return LOGIN_OK;
}


static login_result_e
login_record_mac(u_char mac[LOGIN_MAC_LEN], login_crypto_t *crypto,
    size_t key_number, login_str_t key, login_str_t body)
{
    u_char       len[2];
    login_str_t  parts[3];

    /* with the key's length, a byte cannot move between key and record */

    len[0] = (u_char) (key.len & 0xff);
    len[1] = (u_char) (key.len >> 8 & 0xff);

    parts[0] = login_str(len, sizeof(len));
    parts[1] = key;
    parts[2] = body;

    return login_crypto_mac(crypto, LOGIN_PURPOSE_RECORD, key_number, parts,
                            3, mac);
}


login_result_e
login_record_uint(uint64_t *value, const login_record_t *record)
{
    login_decoder_t  d;

    d.pos = record->payload.data;
    d.end = record->payload.data + record->payload.len;
    d.failed = 0;

    *value = login_get_uint(&d, 8);

    return d.failed || d.pos != d.end ? LOGIN_FAULT : LOGIN_OK;
}
