
#include "login.h"

#include <string.h>


#define LOGIN_TOKEN_HEAD     (LOGIN_TOKEN_OVERHEAD - LOGIN_MAC_LEN)
#define LOGIN_TOKEN_RAW_MAX  (LOGIN_TOKEN_OVERHEAD + LOGIN_TOKEN_MAX)


static login_result_e login_token_mac(u_char mac[LOGIN_MAC_LEN],
    login_crypto_t *crypto, login_purpose_e purpose, size_t key,
    login_str_t realm, login_str_t raw);
static login_result_e login_token_check(size_t *key, login_crypto_t *crypto,
    login_purpose_e purpose, login_str_t realm, login_str_t raw);


login_result_e
login_token_sign(u_char *dst, login_crypto_t *crypto, login_purpose_e purpose,
    login_str_t realm, login_str_t payload)
{
    u_char          raw[LOGIN_TOKEN_RAW_MAX];
    size_t          len;
    login_result_e  rc;

    if (payload.len > LOGIN_TOKEN_MAX) {
        return LOGIN_FAULT;
    }

    raw[0] = LOGIN_TOKEN_VERSION;
    raw[1] = (u_char) purpose;
    memcpy(raw + 2, login_crypto_key_id(crypto, 0), LOGIN_KEY_ID_LEN);

    if (payload.len > 0) {
        memcpy(raw + LOGIN_TOKEN_HEAD, payload.data, payload.len);
    }

    len = LOGIN_TOKEN_HEAD + payload.len;

    rc = login_token_mac(raw + len, crypto, purpose, 0, realm,
                         login_str(raw, len));
    if (rc == LOGIN_OK) {
        login_base64url_encode(dst, login_str(raw, len + LOGIN_MAC_LEN));
    }

    login_wipe(raw, sizeof(raw));

    return rc;
}


login_result_e
login_token_verify(u_char *payload, size_t len, size_t *key,
    login_crypto_t *crypto, login_purpose_e purpose, login_str_t realm,
    login_str_t token)
{
    u_char          raw[LOGIN_TOKEN_RAW_MAX];
    size_t          n, number;
    login_result_e  rc;

    if (len > LOGIN_TOKEN_MAX) {
        return LOGIN_FAULT;
    }

    if (token.len != login_token_len(len)) {
        return LOGIN_NO;
    }

    n = sizeof(raw);
    number = 0;

    rc = login_base64url_decode(raw, &n, token);
    if (rc == LOGIN_OK) {
        rc = login_token_check(&number, crypto, purpose, realm,
                               login_str(raw, n));
    }

    if (rc == LOGIN_OK) {
        if (len > 0) {
            memcpy(payload, raw + LOGIN_TOKEN_HEAD, len);
        }

        if (key != NULL) {
            *key = number;
        }
    }

    login_wipe(raw, sizeof(raw));

    return rc;
}


/* What stands before the payload chooses the key, and is not secret. */

static login_result_e
login_token_check(size_t *key, login_crypto_t *crypto,
    login_purpose_e purpose, login_str_t realm, login_str_t raw)
{
    u_char          mac[LOGIN_MAC_LEN];
    login_str_t     covered;
    login_result_e  rc;

    if (raw.data[0] != LOGIN_TOKEN_VERSION
        || raw.data[1] != (u_char) purpose
        || login_crypto_find(crypto, raw.data + 2, key) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    covered = login_str(raw.data, raw.len - LOGIN_MAC_LEN);

    rc = login_token_mac(mac, crypto, purpose, *key, realm, covered);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_equal(mac, raw.data + covered.len, LOGIN_MAC_LEN) ? LOGIN_OK
                                                                 : LOGIN_NO;
    login_wipe(mac, sizeof(mac));

    return rc;
}


/* No URL has a NUL, so that it is clear where the realm ends. */

static login_result_e
login_token_mac(u_char mac[LOGIN_MAC_LEN], login_crypto_t *crypto,
    login_purpose_e purpose, size_t key, login_str_t realm, login_str_t raw)
{
    login_str_t  parts[3];

    parts[0] = realm;
    parts[1] = login_str("", 1);
    parts[2] = raw;

    return login_crypto_mac(crypto, purpose, key, parts, 3, mac);
}
