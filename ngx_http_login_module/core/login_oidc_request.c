
#include "login.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>


#define LOGIN_OIDC_ASSERTION_LIFE  60       /* seconds */
#define LOGIN_OIDC_BASIC_MAX                                                  \
    (3 * (LOGIN_OIDC_CLIENT_MAX + LOGIN_OIDC_SECRET_MAX) + 1)


static void login_oidc_put(login_encoder_t *e, const char *name,
    login_str_t value);
static void login_oidc_put_encoded(login_encoder_t *e, login_str_t value);
static void login_oidc_put_time(login_encoder_t *e, const char *name,
    uint64_t value);


login_result_e
login_oidc_authorize(login_encoder_t *e, login_str_t authorization,
    const login_oidc_request_t *request)
{
    size_t  len;
    u_char  hash[LOGIN_HASH_LEN], challenge[login_base64url_len(
                                                              LOGIN_HASH_LEN)];

    if (login_sha256(hash, request->verifier) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    len = login_base64url_encode(challenge, login_str(hash, sizeof(hash)));

    /* RFC 6749, 3.1: what it has for a query stays */

    login_put_bytes(e, authorization.data, authorization.len);
    login_put_bytes(e, memchr(authorization.data, '?', authorization.len)
                       == NULL ? "?" : "&", 1);
    login_put_bytes(e, "response_type=code", sizeof("response_type=code") - 1);

    login_oidc_put(e, "&client_id=", request->client_id);
    login_oidc_put(e, "&redirect_uri=", request->redirect_uri);
    login_oidc_put(e, "&scope=", request->scope);
    login_oidc_put(e, "&state=", request->state);
    login_oidc_put(e, "&nonce=", request->nonce);
    login_oidc_put(e, "&code_challenge=", login_str(challenge, len));
    login_oidc_put(e, "&code_challenge_method=", login_cstr("S256"));
    login_oidc_put(e, "&prompt=", request->prompt);
    login_oidc_put(e, "&login_hint=", request->login_hint);
    login_oidc_put(e, "&ui_locales=", request->ui_locales);
    login_oidc_put_time(e, "&max_age=", request->max_age);

    return LOGIN_OK;
}


static void
login_oidc_put(login_encoder_t *e, const char *name, login_str_t value)
{
    if (value.len > 0) {
        login_put_bytes(e, name, strlen(name));
        login_oidc_put_encoded(e, value);
    }
}


static void
login_oidc_put_encoded(login_encoder_t *e, login_str_t value)
{
    if (e->failed
        || (size_t) (e->end - e->pos) < login_percent_encode(NULL, value))
    {
        e->failed = 1;
        return;
    }

    e->pos += login_percent_encode(e->pos, value);
}


static void
login_oidc_put_time(login_encoder_t *e, const char *name, uint64_t value)
{
    int   n;
    char  text[24];

    if (value != LOGIN_JSON_NONE) {
        n = snprintf(text, sizeof(text), "%llu", (unsigned long long) value);
        login_oidc_put(e, name, login_str(text, (size_t) n));
    }
}


void
login_oidc_grant(login_encoder_t *e, const login_oidc_grant_t *grant)
{
    login_put_bytes(e, "grant_type=authorization_code",
                    sizeof("grant_type=authorization_code") - 1);

    login_oidc_put(e, "&code=", grant->code);
    login_oidc_put(e, "&redirect_uri=", grant->redirect_uri);
    login_oidc_put(e, "&code_verifier=", grant->verifier);

    if (grant->auth == LOGIN_OIDC_BASIC) {
        return;
    }

    login_oidc_put(e, "&client_id=", grant->client_id);

    if (grant->auth == LOGIN_OIDC_POST) {
        login_oidc_put(e, "&client_secret=", grant->secret);
        return;
    }

    login_oidc_put(e, "&client_assertion_type=",
                   login_cstr("urn:ietf:params:oauth:client-assertion-type:"
                              "jwt-bearer"));
    login_oidc_put(e, "&client_assertion=", grant->assertion);
}


/* Both are encoded as in a form before they are joined. */

login_result_e
login_oidc_basic(login_encoder_t *e, login_str_t client_id,
    login_str_t secret)
{
    int              n;
    u_char           plain[LOGIN_OIDC_BASIC_MAX];
    u_char           text[4 * ((LOGIN_OIDC_BASIC_MAX + 2) / 3) + 1];
    login_encoder_t  joined = { plain, plain + sizeof(plain), 0 };

    login_oidc_put_encoded(&joined, client_id);
    login_put_bytes(&joined, ":", 1);
    login_oidc_put_encoded(&joined, secret);

    if (joined.failed) {
        return LOGIN_FAULT;
    }

    n = EVP_EncodeBlock(text, plain, (int) (joined.pos - plain));

    login_put_bytes(e, "Basic ", sizeof("Basic ") - 1);
    login_put_bytes(e, text, (size_t) n);

    login_wipe(plain, sizeof(plain));
    login_wipe(text, sizeof(text));

    return LOGIN_OK;
}


login_result_e
login_oidc_assertion(login_encoder_t *e, login_str_t client_id,
    login_str_t audience, login_str_t jti, uint64_t now)
{
    size_t   n, room;
    json_t  *json;

    json = json_pack("{s:s%,s:s%,s:s%,s:s%,s:I,s:I}",
                     "iss", client_id.data, client_id.len,
                     "sub", client_id.data, client_id.len,
                     "aud", audience.data, audience.len,
                     "jti", jti.data, jti.len,
                     "iat", (json_int_t) now,
                     "exp", (json_int_t) (now + LOGIN_OIDC_ASSERTION_LIFE));
    if (json == NULL) {
        return LOGIN_FAULT;
    }

    room = (size_t) (e->end - e->pos);
    n = json_dumpb(json, (char *) e->pos, room, JSON_COMPACT);
    json_decref(json);

    if (n == 0) {
        return LOGIN_FAULT;
    }

    if (e->failed || n > room) {
        e->failed = 1;
        return LOGIN_OK;
    }

    e->pos += n;

    return LOGIN_OK;
}


void
login_oidc_end_session(login_encoder_t *e, login_str_t end_session,
    login_str_t client_id, login_str_t hint, login_str_t redirect_uri)
{
    login_put_bytes(e, end_session.data, end_session.len);
    login_put_bytes(e, memchr(end_session.data, '?', end_session.len) == NULL
                       ? "?" : "&", 1);
    login_put_bytes(e, "client_id=", sizeof("client_id=") - 1);
    login_oidc_put_encoded(e, client_id);

    login_oidc_put(e, "&id_token_hint=", hint);
    login_oidc_put(e, "&post_logout_redirect_uri=", redirect_uri);
}
