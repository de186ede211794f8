
#include "login.h"

#include <string.h>


#define LOGIN_OIDC_WELL_KNOWN  "/.well-known/openid-configuration"


static int login_oidc_loopback(login_str_t host);


static const char *const  login_oidc_texts[LOGIN_OIDC_REASONS_N] = {
#define LOGIN_OIDC_REASON(id, text)  [LOGIN_OIDC_##id] = text,
    LOGIN_OIDC_REASONS(LOGIN_OIDC_REASON)
#undef LOGIN_OIDC_REASON
};


const char *
login_oidc_text(login_oidc_e reason)
{
    return login_oidc_texts[reason];
}


login_result_e
login_oidc_refuse(login_oidc_wrong_t *wrong, login_oidc_e reason,
    const char *member)
{
    wrong->reason = reason;
    wrong->member = member;

    return LOGIN_NO;
}


login_result_e
login_oidc_issuer(login_str_t issuer)
{
    if (issuer.len == 0 || issuer.len > LOGIN_OIDC_ISSUER_MAX
        || memchr(issuer.data, '?', issuer.len) != NULL)
    {
        return LOGIN_NO;
    }

    return login_oidc_endpoint(issuer, issuer);
}


login_result_e
login_oidc_endpoint(login_str_t url, login_str_t issuer)
{
    login_url_t  parsed, own;

    if (url.len == 0 || url.len > LOGIN_OIDC_URL_MAX
        || memchr(url.data, '#', url.len) != NULL
        || login_url_parse(&parsed, url) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    if (parsed.https) {
        return LOGIN_OK;
    }

    /* a provider that is elsewhere sends nobody to what listens here */

    return login_oidc_loopback(parsed.host)
           && login_url_parse(&own, issuer) == LOGIN_OK
           && !own.https && login_oidc_loopback(own.host)
           ? LOGIN_OK : LOGIN_NO;
}


/* RFC 6761, 6.3: what is below "localhost" is on this machine. */

static int
login_oidc_loopback(login_str_t host)
{
    size_t  len;

    static const login_str_t  below = login_string(".localhost");

    if (login_str_eq(host, login_cstr("localhost"))
        || login_str_eq(host, login_cstr("127.0.0.1"))
        || login_str_eq(host, login_cstr("[::1]")))
    {
        return 1;
    }

    len = below.len;

    return host.len > len
           && login_str_eq(login_str(host.data + host.len - len, len), below);
}


/* Discovery, 4.1: a slash in the end gives way. */

void
login_oidc_discovery(login_encoder_t *e, login_str_t issuer)
{
    if (issuer.len > 0 && issuer.data[issuer.len - 1] == '/') {
        issuer.len--;
    }

    login_put_bytes(e, issuer.data, issuer.len);
    login_put_bytes(e, LOGIN_OIDC_WELL_KNOWN,
                    sizeof(LOGIN_OIDC_WELL_KNOWN) - 1);
}
