
#include "login.h"

#include <string.h>


login_result_e
login_last_name(u_char name[LOGIN_ID_LEN], login_str_t org,
    login_str_t provider)
{
    size_t   len;
    u_char   text[LOGIN_ORG_MAX + 1 + LOGIN_PROVIDER_MAX];
    u_char   hash[LOGIN_HASH_LEN];

    if (org.len > LOGIN_ORG_MAX || provider.len > LOGIN_PROVIDER_MAX) {
        return LOGIN_FAULT;
    }

    /* no name of an organisation has a slash */

    memcpy(text, org.data, org.len);
    text[org.len] = '/';
    memcpy(text + org.len + 1, provider.data, provider.len);
    len = org.len + 1 + provider.len;

    if (login_sha256(hash, login_str(text, len)) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    memcpy(name, hash, LOGIN_ID_LEN);

    return LOGIN_OK;
}


void
login_last_encode(u_char dst[LOGIN_LAST_LEN], const login_last_t *last)
{
    login_encoder_t  e;

    e.pos = dst;
    e.end = dst + LOGIN_LAST_LEN;
    e.failed = 0;

    login_put_bytes(&e, last->provider, LOGIN_ID_LEN);
    login_put_uint(&e, last->since, 8);
    login_put_uint(&e, last->times, 1);
}


void
login_last_decode(login_last_t *last, const u_char src[LOGIN_LAST_LEN])
{
    login_decoder_t  d;

    d.pos = src;
    d.end = src + LOGIN_LAST_LEN;
    d.failed = 0;

    login_get_bytes(&d, last->provider, LOGIN_ID_LEN);
    last->since = login_get_uint(&d, 8);
    last->times = (unsigned) login_get_uint(&d, 1);
}


int
login_last_again(login_last_t *last, uint64_t now)
{
    /* a clock that went back must not keep anybody waiting */

    if (now < last->since || now - last->since >= LOGIN_LAST_WINDOW) {
        last->since = now;
        last->times = 0;
    }

    if (last->times >= LOGIN_LAST_TIMES) {
        return 0;
    }

    last->times++;

    return 1;
}
