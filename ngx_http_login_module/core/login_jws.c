
#include "login.h"
#include "login_jwk.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_JWS_HEADER_MAX  (8 * 1024)


/* The three parts as they are, and the header read. */
typedef struct {
    login_str_t     header;
    login_str_t     payload;
    login_str_t     signature;
    login_str_t     input;              /* what was signed */
    login_alg_e     alg;
    login_json_t   *json;
    login_str_t     kid;                /* into "json" */
} login_jws_parts_t;


static login_result_e login_jws_split(login_jws_parts_t *parts,
    login_str_t text);
static login_result_e login_jws_decode(u_char **dst, size_t *len,
    login_str_t text);
static login_result_e login_jws_header(login_jws_parts_t *parts,
    const char *const *types, login_jws_e *wrong);
static int login_jws_type(login_str_t type, const char *const *types);
static login_result_e login_jws_signature(const login_jws_parts_t *parts,
    EVP_PKEY *key, login_jws_e *wrong);


static const char *const  login_alg_names[LOGIN_ALGS] = {
    [LOGIN_ALG_UNKNOWN] = "",
    [LOGIN_ALG_RS256] = "RS256",
    [LOGIN_ALG_PS256] = "PS256",
    [LOGIN_ALG_ES256] = "ES256",
    [LOGIN_ALG_EDDSA] = "EdDSA"
};

/* keys that a token brings with it, and what must be understood */

static const char *const  login_jws_forbidden[] = {
    "crit", "jwk", "jku", "x5u", "x5c"
};


login_alg_e
login_alg(login_str_t name)
{
    size_t  i;

    for (i = LOGIN_ALG_UNKNOWN + 1; i < LOGIN_ALGS; i++) {
        if (login_str_eq(name, login_cstr(login_alg_names[i]))) {
            return (login_alg_e) i;
        }
    }

    return LOGIN_ALG_UNKNOWN;
}


const char *
login_alg_name(login_alg_e alg)
{
    return login_alg_names[alg];
}


login_result_e
login_jws_verify(login_jws_t *jws, const login_jwks_t *jwks, login_str_t text,
    const char *const *types, login_jws_e *wrong)
{
    EVP_PKEY           *key;
    login_result_e      rc;
    login_jws_parts_t   parts;

    memset(jws, 0, sizeof(login_jws_t));

    *wrong = LOGIN_JWS_MALFORMED;

    if (login_jws_split(&parts, text) != LOGIN_OK) {
        return LOGIN_NO;
    }

    rc = login_jws_header(&parts, types, wrong);

    if (rc == LOGIN_OK) {
        rc = login_jwks_find(&key, jwks, parts.alg, parts.kid, wrong);
    }

    if (rc == LOGIN_OK) {
        rc = login_jws_signature(&parts, key, wrong);
    }

    login_json_free(parts.json);

    /* nothing is made of the payload before that */

    if (rc == LOGIN_OK) {
        *wrong = LOGIN_JWS_MALFORMED;
        rc = login_jws_decode(&jws->payload, &jws->len, parts.payload);
    }

    if (rc == LOGIN_OK) {
        *wrong = LOGIN_JWS_GOOD;
        jws->alg = parts.alg;
    }

    return rc;
}


void
login_jws_free(login_jws_t *jws)
{
    free(jws->payload);
    memset(jws, 0, sizeof(login_jws_t));
}


static login_result_e
login_jws_split(login_jws_parts_t *parts, login_str_t text)
{
    const u_char  *first, *second, *end;

    memset(parts, 0, sizeof(login_jws_parts_t));

    if (text.len == 0 || text.len > LOGIN_JWS_MAX) {
        return LOGIN_NO;
    }

    end = text.data + text.len;

    first = memchr(text.data, '.', text.len);
    if (first == NULL) {
        return LOGIN_NO;
    }

    second = memchr(first + 1, '.', (size_t) (end - first - 1));
    if (second == NULL) {
        return LOGIN_NO;
    }

    /* that there is no third, the alphabet of the signature says */

    parts->header = login_str(text.data, (size_t) (first - text.data));
    parts->payload = login_str(first + 1, (size_t) (second - first - 1));
    parts->signature = login_str(second + 1, (size_t) (end - second - 1));
    parts->input = login_str(text.data, (size_t) (second - text.data));

    return LOGIN_OK;
}


static login_result_e
login_jws_decode(u_char **dst, size_t *len, login_str_t text)
{
    *len = text.len / 4 * 3 + 3;

    *dst = malloc(*len);
    if (*dst == NULL) {
        return LOGIN_FAULT;
    }

    if (login_base64url_decode(*dst, len, text) != LOGIN_OK) {
        free(*dst);
        *dst = NULL;
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static login_result_e
login_jws_header(login_jws_parts_t *parts, const char *const *types,
    login_jws_e *wrong)
{
    size_t           i, n, len;
    u_char           header[LOGIN_JWS_HEADER_MAX];
    login_str_t      s;
    login_result_e   rc;

    len = sizeof(header);

    if (login_base64url_decode(header, &len, parts->header) != LOGIN_OK) {
        return LOGIN_NO;
    }

    rc = login_json_parse(&parts->json, login_str(header, len));
    if (rc != LOGIN_OK) {
        return rc;
    }

    if (login_json_str(&s, parts->json, "alg") != LOGIN_OK
        || login_json_str(&parts->kid, parts->json, "kid") != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    parts->alg = login_alg(s);

    if (parts->alg == LOGIN_ALG_UNKNOWN) {
        *wrong = LOGIN_JWS_ALG;
        return LOGIN_NO;
    }

    n = sizeof(login_jws_forbidden) / sizeof(login_jws_forbidden[0]);

    for (i = 0; i < n; i++) {
        if (login_json_has(parts->json, login_jws_forbidden[i])) {
            *wrong = LOGIN_JWS_HEADER;
            return LOGIN_NO;
        }
    }

    if (login_json_str(&s, parts->json, "typ") != LOGIN_OK
        || !login_jws_type(s, types))
    {
        *wrong = LOGIN_JWS_TYPE;
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* RFC 7515, 4.1.9: a media type, its "application/" left out or not. */

static int
login_jws_type(login_str_t type, const char *const *types)
{
    if (type.data == NULL) {
        return 1;
    }

    if (type.len > sizeof("application/") - 1
        && strncasecmp((const char *) type.data, "application/",
                       sizeof("application/") - 1) == 0)
    {
        type.data += sizeof("application/") - 1;
        type.len -= sizeof("application/") - 1;
    }

    for ( /* void */ ; *types != NULL; types++) {
        if (strlen(*types) == type.len
            && strncasecmp((const char *) type.data, *types, type.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static login_result_e
login_jws_signature(const login_jws_parts_t *parts, EVP_PKEY *key,
    login_jws_e *wrong)
{
    size_t  len;
    u_char  signature[LOGIN_JWS_SIG_MAX];

    len = sizeof(signature);

    if (login_base64url_decode(signature, &len, parts->signature) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    *wrong = LOGIN_JWS_SIGNATURE;

    return login_jws_check(key, parts->alg, login_str(signature, len),
                           parts->input);
}
