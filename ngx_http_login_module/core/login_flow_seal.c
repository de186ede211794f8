
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_FLOW_VERSION   1
#define LOGIN_FLOW_SHARED    0x01
#define LOGIN_FLOW_STEPPED   0x02

/* What a cookie is bound to. */
#define LOGIN_FLOW_PLACE_LEN  (LOGIN_ID_LEN + LOGIN_HASH_LEN)


static login_result_e login_flow_place(u_char place[LOGIN_FLOW_PLACE_LEN],
    login_str_t realm, const u_char browser[LOGIN_ID_LEN]);
static unsigned login_flow_number(login_state_e state);


/* As a cookie calls them, from 1 on: new ones at the end. */

static const login_state_e  login_flow_states[] = {
    LOGIN_STATE_CODE, LOGIN_STATE_NAME, LOGIN_STATE_SCAN, LOGIN_STATE_SAVE,
    LOGIN_STATE_ANEW
};

#define LOGIN_FLOW_STATES                                                     \
    (sizeof(login_flow_states) / sizeof(login_flow_states[0]))


login_result_e
login_flow_draw(login_flow_t *flow)
{
    memset(flow, 0, sizeof(login_flow_t));

    if (login_random(flow->id, LOGIN_FLOW_ID_LEN) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return login_random(flow->seed.bytes, LOGIN_SECRET_LEN);
}


login_result_e
login_flow_seal(u_char dst[LOGIN_FLOW_TEXT], login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN],
    const login_flow_t *flow)
{
    u_char          place[LOGIN_FLOW_PLACE_LEN];
    u_char          plain[LOGIN_FLOW_PLAIN];
    u_char          sealed[LOGIN_FLOW_PLAIN + LOGIN_CIPHER_OVERHEAD];
    login_result_e  rc;

    rc = login_flow_place(place, realm, browser);

    if (rc == LOGIN_OK) {
        rc = login_flow_encode(plain, flow);
    }

    if (rc == LOGIN_OK) {
        rc = login_crypto_encrypt(sealed, crypto, LOGIN_CIPHER_FLOW,
                                  login_str(place, sizeof(place)),
                                  login_str(plain, sizeof(plain)));
    }

    login_wipe(plain, sizeof(plain));

    if (rc == LOGIN_OK) {
        (void) login_base64url_encode(dst, login_str(sealed,
                                                     sizeof(sealed)));
    }

    return rc;
}


login_result_e
login_flow_open(login_flow_t *flow, login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN], login_str_t text,
    uint64_t now)
{
    size_t          len;
    u_char          place[LOGIN_FLOW_PLACE_LEN];
    u_char          plain[LOGIN_FLOW_PLAIN];
    u_char          sealed[LOGIN_FLOW_PLAIN + LOGIN_CIPHER_OVERHEAD];
    login_result_e  rc;

    len = sizeof(sealed);

    if (login_base64url_decode(sealed, &len, text) != LOGIN_OK
        || len != sizeof(sealed))
    {
        return LOGIN_NO;
    }

    rc = login_flow_place(place, realm, browser);

    if (rc == LOGIN_OK) {
        rc = login_crypto_decrypt(plain, crypto, LOGIN_CIPHER_FLOW,
                                  login_str(place, sizeof(place)),
                                  login_str(sealed, len));
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_flow_decode(flow, login_str(plain, sizeof(plain)));

    login_wipe(plain, sizeof(plain));

    if (rc != LOGIN_OK
        || flow->issued > now + LOGIN_CLOCK_SKEW
        || (now > flow->issued
            && now - flow->issued >= login_flow_time(flow->state)))
    {
        login_wipe(flow, sizeof(login_flow_t));
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


uint64_t
login_flow_time(login_state_e state)
{
    return state == LOGIN_STATE_CODE ? LOGIN_FLOW_TIME : LOGIN_FLOW_SETUP;
}


static login_result_e
login_flow_place(u_char place[LOGIN_FLOW_PLACE_LEN], login_str_t realm,
    const u_char browser[LOGIN_ID_LEN])
{
    memcpy(place, browser, LOGIN_ID_LEN);

    return login_sha256(place + LOGIN_ID_LEN, realm);
}


login_result_e
login_flow_encode(u_char dst[LOGIN_FLOW_PLAIN], const login_flow_t *flow)
{
    login_encoder_t  e;

    e.pos = dst;
    e.end = dst + LOGIN_FLOW_PLAIN;
    e.failed = 0;

    login_put_uint(&e, LOGIN_FLOW_VERSION, 1);
    login_put_uint(&e, login_flow_number(flow->state), 1);
    login_put_uint(&e, (flow->shared ? LOGIN_FLOW_SHARED : 0)
                       | (flow->stepped ? LOGIN_FLOW_STEPPED : 0), 1);
    login_put_uint(&e, flow->methods, 4);
    login_put_bytes(&e, flow->id, LOGIN_FLOW_ID_LEN);
    login_put_bytes(&e, flow->account, LOGIN_ID_LEN);
    login_put_bytes(&e, flow->session, LOGIN_ID_LEN);
    login_put_uint(&e, flow->generation, 4);
    login_put_uint(&e, flow->epoch, 8);
    login_put_uint(&e, flow->auth_time, 8);
    login_put_uint(&e, flow->issued, 8);
    login_put_bytes(&e, flow->device, LOGIN_ID_LEN);
    login_put_bytes(&e, flow->seed.bytes, LOGIN_SECRET_LEN);

    return e.failed || e.pos != e.end ? LOGIN_FAULT : LOGIN_OK;
}


login_result_e
login_flow_decode(login_flow_t *flow, login_str_t in)
{
    unsigned         flags;
    uint64_t         state;
    login_decoder_t  d;

    memset(flow, 0, sizeof(login_flow_t));

    d.pos = in.data;
    d.end = in.data + in.len;
    d.failed = 0;

    if (login_get_uint(&d, 1) != LOGIN_FLOW_VERSION) {
        return LOGIN_NO;
    }

    state = login_get_uint(&d, 1);
    flags = (unsigned) login_get_uint(&d, 1);
    flow->methods = (unsigned) login_get_uint(&d, 4);
    login_get_bytes(&d, flow->id, LOGIN_FLOW_ID_LEN);
    login_get_bytes(&d, flow->account, LOGIN_ID_LEN);
    login_get_bytes(&d, flow->session, LOGIN_ID_LEN);
    flow->generation = (uint32_t) login_get_uint(&d, 4);
    flow->epoch = login_get_uint(&d, 8);
    flow->auth_time = login_get_uint(&d, 8);
    flow->issued = login_get_uint(&d, 8);
    login_get_bytes(&d, flow->device, LOGIN_ID_LEN);
    login_get_bytes(&d, flow->seed.bytes, LOGIN_SECRET_LEN);

    flow->shared = (flags & LOGIN_FLOW_SHARED) != 0;
    flow->stepped = (flags & LOGIN_FLOW_STEPPED) != 0;

    if (d.failed
        || d.pos != d.end
        || (flags & ~(unsigned) (LOGIN_FLOW_SHARED|LOGIN_FLOW_STEPPED)) != 0
        || state == 0
        || state > LOGIN_FLOW_STATES)
    {
        return LOGIN_NO;
    }

    flow->state = login_flow_states[state - 1];

    return LOGIN_OK;
}


/* 0: it is none that a cookie may keep, and will not be read again. */

static unsigned
login_flow_number(login_state_e state)
{
    unsigned  i;

    for (i = 0; i < LOGIN_FLOW_STATES; i++) {
        if (login_flow_states[i] == state) {
            return i + 1;
        }
    }

    return 0;
}
