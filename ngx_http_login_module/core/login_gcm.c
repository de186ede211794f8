
#include "login.h"
#include "login_gcm.h"

#include <openssl/evp.h>


static int login_gcm_seal(EVP_CIPHER_CTX *ctx, const login_secret_t *secret,
    u_char *dst, login_str_t place, login_str_t in);
static login_result_e login_gcm_open(EVP_CIPHER_CTX *ctx,
    const login_secret_t *secret, u_char *dst, login_str_t place,
    login_str_t in);


login_result_e
login_gcm_encrypt(u_char *dst, const login_secret_t *secret,
    login_str_t place, login_str_t in)
{
    int              rc;
    EVP_CIPHER_CTX  *ctx;

    if (in.len > INT32_MAX
        || place.len > INT32_MAX
        || login_random(dst, LOGIN_GCM_NONCE_LEN) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_gcm_seal(ctx, secret, dst, place, in);

    EVP_CIPHER_CTX_free(ctx);

    return rc ? LOGIN_OK : LOGIN_FAULT;
}


static int
login_gcm_seal(EVP_CIPHER_CTX *ctx, const login_secret_t *secret,
    u_char *dst, login_str_t place, login_str_t in)
{
    int      n;
    u_char  *text, *tag;

    text = dst + LOGIN_GCM_NONCE_LEN;
    tag = text + in.len;

    return EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, secret->bytes,
                              dst) == 1
           && EVP_EncryptUpdate(ctx, NULL, &n, place.data, (int) place.len)
              == 1
           && EVP_EncryptUpdate(ctx, text, &n, in.data, (int) in.len) == 1
           && EVP_EncryptFinal_ex(ctx, tag, &n) == 1
           && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG,
                                  LOGIN_GCM_TAG_LEN, tag)
              == 1;
}


login_result_e
login_gcm_decrypt(u_char *dst, const login_secret_t *secret,
    login_str_t place, login_str_t in)
{
    login_result_e   rc;
    EVP_CIPHER_CTX  *ctx;

    if (in.len < LOGIN_GCM_NONCE_LEN + LOGIN_GCM_TAG_LEN
        || in.len > INT32_MAX
        || place.len > INT32_MAX)
    {
        return LOGIN_FAULT;
    }

    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_gcm_open(ctx, secret, dst, place, in);

    EVP_CIPHER_CTX_free(ctx);

    if (rc != LOGIN_OK) {
        login_wipe(dst, in.len - LOGIN_GCM_NONCE_LEN - LOGIN_GCM_TAG_LEN);
    }

    return rc;
}


/* Only the end says that it is forged; before it, something has failed. */

static login_result_e
login_gcm_open(EVP_CIPHER_CTX *ctx, const login_secret_t *secret,
    u_char *dst, login_str_t place, login_str_t in)
{
    int            n;
    size_t         len;
    const u_char  *text;

    text = in.data + LOGIN_GCM_NONCE_LEN;
    len = in.len - LOGIN_GCM_NONCE_LEN - LOGIN_GCM_TAG_LEN;

    if (EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, secret->bytes,
                           in.data) != 1
        || EVP_DecryptUpdate(ctx, NULL, &n, place.data, (int) place.len) != 1
        || EVP_DecryptUpdate(ctx, dst, &n, text, (int) len) != 1
        || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, LOGIN_GCM_TAG_LEN,
                               (void *) (text + len)) != 1)
    {
        return LOGIN_FAULT;
    }

    return EVP_DecryptFinal_ex(ctx, dst + len, &n) == 1 ? LOGIN_OK
                                                        : LOGIN_NO;
}
