
#include "login.h"

#include <string.h>


#define LOGIN_SSO_VERSION    1
#define LOGIN_SSO_SHARED     0x01
#define LOGIN_SSO_SILENT     0x02
#define LOGIN_SSO_SKEW       300        /* clocks of several machines */

/* What a cookie is bound to: the browser and the portal. */
#define LOGIN_SSO_PLACE_LEN  (LOGIN_ID_LEN + LOGIN_HASH_LEN)


static login_result_e login_sso_state_place(
    u_char place[LOGIN_SSO_PLACE_LEN], login_str_t realm,
    const u_char browser[LOGIN_ID_LEN]);
static login_result_e login_sso_state_unseal(login_sso_state_t *state,
    u_char plain[LOGIN_SSO_PLAIN_MAX], login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN], login_str_t text,
    uint64_t now);
static int login_sso_state_fits(const login_sso_state_t *state);


login_result_e
login_sso_state_draw(login_sso_state_t *state)
{
    memset(state, 0, sizeof(login_sso_state_t));

    state->max_age = LOGIN_JSON_NONE;

    if (login_random(state->id, LOGIN_ID_LEN) != LOGIN_OK
        || login_random(state->nonce.bytes, LOGIN_SECRET_LEN) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return login_random(state->verifier.bytes, LOGIN_SECRET_LEN);
}


void
login_sso_state_text(const login_sso_state_t *state,
    u_char id[LOGIN_SSO_ID_TEXT], u_char nonce[LOGIN_SSO_DRAWN_TEXT],
    u_char verifier[LOGIN_SSO_DRAWN_TEXT])
{
    login_base64url_encode(id, login_str(state->id, LOGIN_ID_LEN));
    login_base64url_encode(nonce, login_str(state->nonce.bytes,
                                            LOGIN_SECRET_LEN));
    login_base64url_encode(verifier, login_str(state->verifier.bytes,
                                               LOGIN_SECRET_LEN));
}


login_result_e
login_sso_state_seal(u_char *dst, size_t *len, login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN],
    const login_sso_state_t *state)
{
    size_t           n;
    u_char           place[LOGIN_SSO_PLACE_LEN];
    u_char           plain[LOGIN_SSO_PLAIN_MAX];
    u_char           sealed[LOGIN_SSO_PLAIN_MAX + LOGIN_CIPHER_OVERHEAD];
    login_result_e   rc;

    n = login_sso_state_encode(plain, state);

    if (n == 0
        || login_sso_state_place(place, realm, browser) != LOGIN_OK)
    {
        login_wipe(plain, sizeof(plain));
        return LOGIN_FAULT;
    }

    rc = login_crypto_encrypt(sealed, crypto, LOGIN_CIPHER_SSO,
                              login_str(place, sizeof(place)),
                              login_str(plain, n));

    login_wipe(plain, sizeof(plain));

    if (rc == LOGIN_OK) {
        *len = login_base64url_encode(dst, login_str(sealed,
                                                     n
                                                     + LOGIN_CIPHER_OVERHEAD));
    }

    return rc;
}


login_result_e
login_sso_state_open(login_sso_state_t *state,
    u_char plain[LOGIN_SSO_PLAIN_MAX], login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN], login_str_t id,
    login_str_t text, uint64_t now)
{
    size_t          n;
    u_char          bytes[LOGIN_ID_LEN];
    login_result_e  rc;

    memset(state, 0, sizeof(login_sso_state_t));

    n = sizeof(bytes);

    if (login_base64url_decode(bytes, &n, id) != LOGIN_OK
        || n != sizeof(bytes))
    {
        return LOGIN_NO;
    }

    rc = login_sso_state_unseal(state, plain, crypto, realm, browser, text,
                                now);

    if (rc == LOGIN_OK && !login_equal(state->id, bytes, LOGIN_ID_LEN)) {
        login_wipe(state, sizeof(login_sso_state_t));
        return LOGIN_NO;
    }

    return rc;
}


login_result_e
login_sso_state_issued(uint64_t *issued, login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN], login_str_t text,
    uint64_t now)
{
    u_char             plain[LOGIN_SSO_PLAIN_MAX];
    login_result_e     rc;
    login_sso_state_t  state;

    rc = login_sso_state_unseal(&state, plain, crypto, realm, browser, text,
                                now);
    *issued = state.issued;

    login_wipe(&state, sizeof(login_sso_state_t));
    login_wipe(plain, sizeof(plain));

    return rc;
}


static login_result_e
login_sso_state_unseal(login_sso_state_t *state,
    u_char plain[LOGIN_SSO_PLAIN_MAX], login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN], login_str_t text,
    uint64_t now)
{
    size_t  len;
    u_char  place[LOGIN_SSO_PLACE_LEN];
    u_char  sealed[LOGIN_SSO_PLAIN_MAX + LOGIN_CIPHER_OVERHEAD];

    memset(state, 0, sizeof(login_sso_state_t));

    len = sizeof(sealed);

    if (login_base64url_decode(sealed, &len, text) != LOGIN_OK
        || len <= LOGIN_CIPHER_OVERHEAD)
    {
        return LOGIN_NO;
    }

    if (login_sso_state_place(place, realm, browser) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    /* what anybody may send is forged sooner than it is damaged */

    if (login_crypto_decrypt(plain, crypto, LOGIN_CIPHER_SSO,
                             login_str(place, sizeof(place)),
                             login_str(sealed, len))
        != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    if (login_sso_state_decode(state, login_str(plain,
                                                len - LOGIN_CIPHER_OVERHEAD))
        != LOGIN_OK
        || state->issued > now + LOGIN_SSO_SKEW
        || (now > state->issued && now - state->issued >= LOGIN_SSO_TIME))
    {
        login_wipe(state, sizeof(login_sso_state_t));
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static login_result_e
login_sso_state_place(u_char place[LOGIN_SSO_PLACE_LEN], login_str_t realm,
    const u_char browser[LOGIN_ID_LEN])
{
    memcpy(place, browser, LOGIN_ID_LEN);

    return login_sha256(place + LOGIN_ID_LEN, realm);
}


size_t
login_sso_state_encode(u_char dst[LOGIN_SSO_PLAIN_MAX],
    const login_sso_state_t *state)
{
    login_encoder_t  e = { dst, dst + LOGIN_SSO_PLAIN_MAX, 0 };

    login_put_uint(&e, LOGIN_SSO_VERSION, 1);
    login_put_uint(&e, (state->shared ? LOGIN_SSO_SHARED : 0)
                       | (state->silent ? LOGIN_SSO_SILENT : 0), 1);
    login_put_uint(&e, state->issued, 8);
    login_put_uint(&e, state->max_age, 8);
    login_put_bytes(&e, state->id, LOGIN_ID_LEN);
    login_put_bytes(&e, state->nonce.bytes, LOGIN_SECRET_LEN);
    login_put_bytes(&e, state->verifier.bytes, LOGIN_SECRET_LEN);
    login_put_str(&e, state->provider);
    login_put_str(&e, state->org);
    login_put_str(&e, state->return_to);

    return e.failed || !login_sso_state_fits(state)
           ? 0 : (size_t) (e.pos - dst);
}


login_result_e
login_sso_state_decode(login_sso_state_t *state, login_str_t in)
{
    unsigned         flags;
    login_decoder_t  d = { in.data, in.data + in.len, 0 };

    memset(state, 0, sizeof(login_sso_state_t));

    if (login_get_uint(&d, 1) != LOGIN_SSO_VERSION) {
        return LOGIN_NO;
    }

    flags = (unsigned) login_get_uint(&d, 1);
    state->issued = login_get_uint(&d, 8);
    state->max_age = login_get_uint(&d, 8);
    login_get_bytes(&d, state->id, LOGIN_ID_LEN);
    login_get_bytes(&d, state->nonce.bytes, LOGIN_SECRET_LEN);
    login_get_bytes(&d, state->verifier.bytes, LOGIN_SECRET_LEN);
    state->provider = login_get_str(&d);
    state->org = login_get_str(&d);
    state->return_to = login_get_str(&d);

    state->shared = (flags & LOGIN_SSO_SHARED) != 0;
    state->silent = (flags & LOGIN_SSO_SILENT) != 0;

    return d.failed
           || d.pos != d.end
           || (flags & ~(unsigned) (LOGIN_SSO_SHARED|LOGIN_SSO_SILENT)) != 0
           || !login_sso_state_fits(state)
           ? LOGIN_NO : LOGIN_OK;
}


static int
login_sso_state_fits(const login_sso_state_t *state)
{
    return state->provider.len != 0
           && state->provider.len <= LOGIN_PROVIDER_MAX
           && state->org.len != 0
           && state->org.len <= LOGIN_ORG_MAX
           && state->return_to.len <= LOGIN_RETURN_MAX;
}
