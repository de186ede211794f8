
#include "login.h"
#include "login_gcm.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>


/*
 * A context is made once for each key and purpose, and reset before each
 * use: that takes half the time of duplicating one with the key in it.
 */

struct login_crypto_s {
    size_t          n;
    unsigned        failed;     /* 1: a MAC could not be computed */
    u_char          ids[LOGIN_KEYS_MAX][LOGIN_KEY_ID_LEN];
    EVP_MAC_CTX    *macs[LOGIN_KEYS_MAX][LOGIN_PURPOSES];
    login_secret_t  ciphers[LOGIN_KEYS_MAX][LOGIN_CIPHERS];
};


static login_result_e login_crypto_fill(login_crypto_t *crypto, size_t key,
    EVP_MAC *hmac, const login_secret_t *secret);
static EVP_MAC_CTX *login_crypto_context(EVP_MAC *hmac,
    const login_secret_t *secret, const char *info);
static login_result_e login_crypto_fault(login_crypto_t *crypto);


static const char *const  login_crypto_infos[LOGIN_PURPOSES] = {
    [LOGIN_PURPOSE_SESSION] = "login session v1",
    [LOGIN_PURPOSE_BROWSER] = "login browser v1",
    [LOGIN_PURPOSE_CSRF] = "login csrf v1",
    [LOGIN_PURPOSE_RECORD] = "login record v1",
    [LOGIN_PURPOSE_NOTICE] = "login notice v1",
    [LOGIN_PURPOSE_TRUST] = "login trust v1",
    [LOGIN_PURPOSE_ORG] = "login org v1",
    [LOGIN_PURPOSE_LAST] = "login last v1"
};

static const char *const  login_crypto_cipher_infos[LOGIN_CIPHERS] = {
    [LOGIN_CIPHER_MAIL] = "login mail v1",
    [LOGIN_CIPHER_FLOW] = "login flow v1",
    [LOGIN_CIPHER_DEVICE] = "login device v1",
    [LOGIN_CIPHER_SSO] = "login sso v1",
    [LOGIN_CIPHER_HINT] = "login hint v1"
};


login_crypto_t *
login_crypto_create(const login_keyring_t *ring)
{
    size_t           key;
    EVP_MAC         *hmac;
    login_crypto_t  *crypto;

    if (ring->n == 0 || ring->n > LOGIN_KEYS_MAX) {
        return NULL;
    }

    crypto = calloc(1, sizeof(login_crypto_t));
    if (crypto == NULL) {
        return NULL;
    }

    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (hmac == NULL) {
        free(crypto);
        return NULL;
    }

    crypto->n = ring->n;

    for (key = 0; key < ring->n; key++) {
        memcpy(crypto->ids[key], ring->keys[key].id, LOGIN_KEY_ID_LEN);

        if (login_crypto_fill(crypto, key, hmac, &ring->keys[key].secret)
            != LOGIN_OK)
        {
            EVP_MAC_free(hmac);
            login_crypto_destroy(crypto);
            return NULL;
        }
    }

    EVP_MAC_free(hmac);

    return crypto;
}


static login_result_e
login_crypto_fill(login_crypto_t *crypto, size_t key, EVP_MAC *hmac,
    const login_secret_t *secret)
{
    size_t  i;

    for (i = 0; i < LOGIN_PURPOSES; i++) {
        crypto->macs[key][i] = login_crypto_context(hmac, secret,
                                                    login_crypto_infos[i]);

        if (crypto->macs[key][i] == NULL) {
            return LOGIN_FAULT;
        }
    }

    for (i = 0; i < LOGIN_CIPHERS; i++) {
        if (login_derive(crypto->ciphers[key][i].bytes, LOGIN_SECRET_LEN,
                         secret, login_crypto_cipher_infos[i])
            != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }
    }

    return LOGIN_OK;
}


static EVP_MAC_CTX *
login_crypto_context(EVP_MAC *hmac, const login_secret_t *secret,
    const char *info)
{
    int              rc;
    OSSL_PARAM       params[2];
    EVP_MAC_CTX     *ctx;
    login_secret_t   key;

    ctx = EVP_MAC_CTX_new(hmac);
    if (ctx == NULL) {
        return NULL;
    }

    if (login_derive(key.bytes, LOGIN_SECRET_LEN, secret, info) != LOGIN_OK) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                                 (char *) "SHA256", 0);
    params[1] = OSSL_PARAM_construct_end();

    rc = EVP_MAC_init(ctx, key.bytes, LOGIN_SECRET_LEN, params);
    login_wipe(&key, sizeof(key));

    if (rc != 1) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }

    return ctx;
}


void
login_crypto_destroy(login_crypto_t *crypto)
{
    size_t  key, purpose;

    if (crypto == NULL) {
        return;
    }

    for (key = 0; key < crypto->n; key++) {
        for (purpose = 0; purpose < LOGIN_PURPOSES; purpose++) {
            EVP_MAC_CTX_free(crypto->macs[key][purpose]);
        }
    }

    login_wipe(crypto->ciphers, sizeof(crypto->ciphers));
    free(crypto);
}


login_result_e
login_crypto_find(login_crypto_t *crypto, const u_char id[LOGIN_KEY_ID_LEN],
    size_t *key)
{
    size_t  i;

    for (i = 0; i < crypto->n; i++) {
        if (login_str_eq(login_str(crypto->ids[i], LOGIN_KEY_ID_LEN),
                         login_str(id, LOGIN_KEY_ID_LEN)))
        {
            *key = i;
            return LOGIN_OK;
        }
    }

    return LOGIN_NO;
}


const u_char *
login_crypto_key_id(login_crypto_t *crypto, size_t key)
{
    return crypto->ids[key];
}


login_result_e
login_crypto_mac(login_crypto_t *crypto, login_purpose_e purpose, size_t key,
    const login_str_t *parts, size_t n, u_char mac[LOGIN_MAC_LEN])
{
    size_t        i, len;
    EVP_MAC_CTX  *ctx;

    if (key >= crypto->n || (unsigned) purpose >= LOGIN_PURPOSES) {
        return LOGIN_FAULT;
    }

    ctx = crypto->macs[key][purpose];

    if (EVP_MAC_init(ctx, NULL, 0, NULL) != 1) {
        return login_crypto_fault(crypto);
    }

    for (i = 0; i < n; i++) {
        if (parts[i].len > 0
            && EVP_MAC_update(ctx, parts[i].data, parts[i].len) != 1)
        {
            return login_crypto_fault(crypto);
        }
    }

    if (EVP_MAC_final(ctx, mac, &len, LOGIN_MAC_LEN) != 1
        || len != LOGIN_MAC_LEN)
    {
        return login_crypto_fault(crypto);
    }

    return LOGIN_OK;
}


static login_result_e
login_crypto_fault(login_crypto_t *crypto)
{
    crypto->failed = 1;

    return LOGIN_FAULT;
}


int
login_crypto_failed(login_crypto_t *crypto)
{
    unsigned  failed;

    failed = crypto->failed;
    crypto->failed = 0;

    return (int) failed;
}


/* With a nonce that is drawn: good for 2^32 texts of a key. */

login_result_e
login_crypto_encrypt(u_char *dst, login_crypto_t *crypto,
    login_cipher_e cipher, login_str_t place, login_str_t in)
{
    memcpy(dst, crypto->ids[0], LOGIN_KEY_ID_LEN);

    return login_gcm_encrypt(dst + LOGIN_KEY_ID_LEN,
                             &crypto->ciphers[0][cipher], place, in);
}


login_result_e
login_crypto_decrypt(u_char *dst, login_crypto_t *crypto,
    login_cipher_e cipher, login_str_t place, login_str_t in)
{
    size_t  key;

    if (in.len < LOGIN_CIPHER_OVERHEAD) {
        return LOGIN_FAULT;
    }

    if (login_crypto_find(crypto, in.data, &key) != LOGIN_OK) {
        return LOGIN_NO;
    }

    return login_gcm_decrypt(dst, &crypto->ciphers[key][cipher], place,
                             login_str(in.data + LOGIN_KEY_ID_LEN,
                                       in.len - LOGIN_KEY_ID_LEN));
}
