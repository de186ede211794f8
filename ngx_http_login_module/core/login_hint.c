
#include "login.h"

#include <string.h>


#define LOGIN_HINT_PLACE_LEN  (LOGIN_ID_LEN + LOGIN_HASH_LEN)


static login_result_e login_hint_place(u_char place[LOGIN_HINT_PLACE_LEN],
    login_str_t realm, const u_char session[LOGIN_ID_LEN]);


login_result_e
login_hint_seal(u_char dst[LOGIN_HINT_TEXT], size_t *len,
    login_crypto_t *crypto, login_str_t realm,
    const u_char session[LOGIN_ID_LEN], login_str_t token)
{
    u_char          place[LOGIN_HINT_PLACE_LEN];
    u_char          sealed[LOGIN_HINT_MAX + LOGIN_CIPHER_OVERHEAD];
    login_result_e  rc;

    if (token.len == 0 || token.len > LOGIN_HINT_MAX) {
        return LOGIN_NO;
    }

    if (login_hint_place(place, realm, session) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_crypto_encrypt(sealed, crypto, LOGIN_CIPHER_HINT,
                              login_str(place, sizeof(place)), token);

    if (rc == LOGIN_OK) {
        *len = login_base64url_encode(dst, login_str(sealed,
                                                     token.len
                                                     + LOGIN_CIPHER_OVERHEAD));
    }

    return rc;
}


login_result_e
login_hint_open(u_char token[LOGIN_HINT_MAX], size_t *len,
    login_crypto_t *crypto, login_str_t realm,
    const u_char session[LOGIN_ID_LEN], login_str_t text)
{
    size_t          n;
    u_char          place[LOGIN_HINT_PLACE_LEN];
    u_char          sealed[LOGIN_HINT_MAX + LOGIN_CIPHER_OVERHEAD];
    login_result_e  rc;

    n = sizeof(sealed);

    if (login_base64url_decode(sealed, &n, text) != LOGIN_OK
        || n <= LOGIN_CIPHER_OVERHEAD)
    {
        return LOGIN_NO;
    }

    if (login_hint_place(place, realm, session) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_crypto_decrypt(token, crypto, LOGIN_CIPHER_HINT,
                              login_str(place, sizeof(place)),
                              login_str(sealed, n));

    *len = n - LOGIN_CIPHER_OVERHEAD;

    return rc;
}


static login_result_e
login_hint_place(u_char place[LOGIN_HINT_PLACE_LEN], login_str_t realm,
    const u_char session[LOGIN_ID_LEN])
{
    memcpy(place, session, LOGIN_ID_LEN);

    return login_sha256(place + LOGIN_ID_LEN, realm);
}
