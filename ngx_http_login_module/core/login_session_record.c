
/* What a session's record holds. */

#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_SESSION_SHARED  0x01
#define LOGIN_SESSION_SSO     0x02      /* has the last two fields */


static login_str_t login_session_cut(login_str_t s, size_t max);


size_t
login_session_encode(u_char *dst, const login_session_t *session)
{
    unsigned         flags;
    login_encoder_t  e;

    e.pos = dst;
    e.end = dst + LOGIN_SESSION_PAYLOAD;
    e.failed = 0;

    flags = (session->shared ? LOGIN_SESSION_SHARED : 0)
            | (session->provider.len != 0 ? LOGIN_SESSION_SSO : 0);

    login_put_uint(&e, session->epoch, 8);
    login_put_uint(&e, session->auth_time, 8);
    login_put_uint(&e, session->seen, 8);
    login_put_uint(&e, session->generation, 4);
    login_put_uint(&e, flags, 1);
    login_put_uint(&e, session->methods, 4);
    login_put_str(&e, login_session_cut(session->browser, LOGIN_BROWSER_MAX));
    login_put_str(&e, login_session_cut(session->address, LOGIN_ADDRESS_MAX));

    if (session->provider.len > LOGIN_PROVIDER_MAX) {
        return 0;
    }

    if (session->provider.len != 0) {
        login_put_str(&e, session->provider);
        login_put_bytes(&e, session->sid, LOGIN_ID_LEN);
    }

    return e.failed ? 0 : (size_t) (e.pos - dst);
}


static login_str_t
login_session_cut(login_str_t s, size_t max)
{
    return login_str(s.data, s.len < max ? s.len : max);
}


login_result_e
login_session_decode(login_session_t *session, login_str_t payload)
{
    unsigned         flags;
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    session->epoch = login_get_uint(&d, 8);
    session->auth_time = login_get_uint(&d, 8);
    session->seen = login_get_uint(&d, 8);
    session->generation = (uint32_t) login_get_uint(&d, 4);
    flags = (unsigned) login_get_uint(&d, 1);
    session->methods = (unsigned) login_get_uint(&d, 4);
    session->browser = login_get_str(&d);
    session->address = login_get_str(&d);

    session->shared = (flags & LOGIN_SESSION_SHARED) != 0;
    session->provider = login_str("", 0);
    memset(session->sid, 0, LOGIN_ID_LEN);

    if (flags & LOGIN_SESSION_SSO) {
        session->provider = login_get_str(&d);
        login_get_bytes(&d, session->sid, LOGIN_ID_LEN);
        d.failed |= session->provider.len == 0
                    || session->provider.len > LOGIN_PROVIDER_MAX;
    }

    if (d.failed
        || d.pos != d.end
        || (flags & ~(unsigned) (LOGIN_SESSION_SHARED|LOGIN_SESSION_SSO)) != 0
        || session->browser.len > LOGIN_BROWSER_MAX
        || session->address.len > LOGIN_ADDRESS_MAX)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


login_result_e
login_session_sid(u_char dst[LOGIN_ID_LEN], login_str_t sid)
{
    u_char  hash[LOGIN_HASH_LEN];

    memset(dst, 0, LOGIN_ID_LEN);

    if (sid.len == 0) {
        return LOGIN_OK;
    }

    if (login_sha256(hash, sid) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    memcpy(dst, hash, LOGIN_ID_LEN);

    return LOGIN_OK;
}
