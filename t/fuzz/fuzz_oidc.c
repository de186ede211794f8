
/*
 * What comes from a provider.  The first byte says which: its metadata, an
 * answer's query, tokens, userinfo, or claims; the latter are signed here,
 * so that the fuzzer gets past the signature.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)

#define NOW  1800000010


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* RFC 8410, 10.3 */

static const char  pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";

static const char  keys[] =
    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
    "\"x\":\"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE\"}]}";

static const login_str_t            issuer =
    login_string("https://op.example");
static const login_oidc_expected_t  expected = {
    login_string("https://op.example"), login_string("nginx"),
    login_string("n"), login_string("token"), LOGIN_JSON_NONE, NOW
};

static login_jwks_t    *jwks;
static login_signer_t  *signer;


static void
ready(void)
{
    if (jwks == NULL) {
        login_json_init();
        check(login_jwks_parse(&jwks, login_cstr(keys)) == LOGIN_OK);
        check(login_signer_create(&signer, login_cstr(pem)) == LOGIN_OK);
    }
}


static void
metadata(login_str_t text)
{
    login_result_e          rc;
    login_oidc_wrong_t      wrong;
    login_oidc_metadata_t   m;

    rc = login_oidc_metadata(&m, text, issuer, 0, &wrong);
    check((rc == LOGIN_OK) == (wrong.reason == LOGIN_OIDC_GOOD));

    if (rc == LOGIN_OK) {
        check(login_str_eq(m.issuer, issuer));
        check(login_str_begins(m.authorization, "https://"));
        check(login_str_begins(m.token, "https://"));
        check(login_str_begins(m.jwks, "https://"));
        check(m.token.data[m.token.len] == '\0');
        check(strlen((const char *) m.token.data) == m.token.len);
    }

    login_oidc_metadata_free(&m);
}


static void
answer(const uint8_t *data, size_t size)
{
    u_char               *text;
    login_form_t          form;
    login_oidc_answer_t   a;

    text = malloc(size + 1);
    check(text != NULL);
    memcpy(text, data, size);

    if (login_form_parse(&form, text, size) == LOGIN_OK
        && login_oidc_answer(&a, &form) == LOGIN_OK)
    {
        check((a.code.len == 0) != (a.error.len == 0));
    }

    free(text);
}


static void
signed_claims(login_str_t claims, unsigned logout)
{
    size_t                  len;
    u_char                 *text;
    login_result_e          rc;
    login_oidc_wrong_t      wrong;
    login_oidc_logout_t     out;
    login_oidc_identity_t   identity;

    if (claims.len > LOGIN_JWS_MAX) {
        return;
    }

    text = malloc(login_jws_len(claims.len));
    check(text != NULL);
    check(login_jws_sign(text, &len, signer, claims) == LOGIN_OK);

    if (logout) {
        rc = login_oidc_logout_token(&out, login_str(text, len), jwks, issuer,
                                     login_cstr("nginx"), NOW, &wrong);

        if (rc == LOGIN_OK) {
            check(out.jti.len > 0);
            check(out.subject.len > 0 || out.sid.len > 0);
            check(out.expires <= NOW + LOGIN_OIDC_LOGOUT_AGE
                                 + 2 * LOGIN_OIDC_SKEW);
            check(!login_json_has(out.json, "nonce"));
        }

        login_oidc_logout_free(&out);

    } else {
        rc = login_oidc_id_token(&identity, login_str(text, len), jwks,
                                 &expected, &wrong);

        if (rc == LOGIN_OK) {
            check(identity.subject.len > 0);
            check(identity.subject.len <= LOGIN_OIDC_SUBJECT_MAX);
        }

        login_oidc_identity_free(&identity);
    }

    check(rc != LOGIN_FAULT);
    check((rc == LOGIN_OK) == (wrong.reason == LOGIN_OIDC_GOOD));

    free(text);
}


/* The ID token's claims and the userinfo, with a zero in between. */

static void
person(login_str_t text)
{
    login_str_t           both[2], name;
    login_json_t         *json[2] = { NULL, NULL };
    const u_char         *zero;
    login_result_e        rc;
    login_oidc_wrong_t    wrong;
    login_oidc_person_t   p;

    static const login_str_t          domains[] = {
        login_string("acme.example")
    };
    static const login_oidc_claims_t  claims = {
        "email", "name", "email", "a.roles"
    };

    zero = text.len > 0 ? memchr(text.data, '\0', text.len) : NULL;
    both[0] = text;
    both[1] = login_str("", 0);

    if (zero != NULL) {
        both[0].len = (size_t) (zero - text.data);
        both[1] = login_str(zero + 1, text.len - both[0].len - 1);
    }

    if (login_json_parse(&json[0], both[0]) != LOGIN_OK) {
        return;
    }

    (void) login_json_parse(&json[1], both[1]);
    (void) login_oidc_complete(json[0], &claims);

    rc = login_oidc_person(&p, json[0], json[1], &claims, domains, 1, &wrong);
    check((rc == LOGIN_OK) == (wrong.reason == LOGIN_OIDC_GOOD));

    if (rc == LOGIN_OK) {
        name = login_str(p.username, p.username_len);
        check(name.len > sizeof("@acme.example") - 1);
        check(memcmp(name.data + name.len - (sizeof("@acme.example") - 1),
                     "@acme.example", sizeof("@acme.example") - 1) == 0);
        check(memchr(name.data, '@', name.len)
              == name.data + name.len - (sizeof("@acme.example") - 1));
        check(p.roles_len <= LOGIN_ROLES_MAX);
        check(p.name.len <= LOGIN_FULLNAME_MAX);
    }

    login_json_free(json[0]);
    login_json_free(json[1]);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    login_str_t           text;
    login_json_t         *json;
    login_oidc_wrong_t    wrong;
    login_oidc_tokens_t   tokens;

    ready();

    if (size == 0) {
        return 0;
    }

    text = login_str(data + 1, size - 1);

    switch (data[0]) {

    case 'm':
        metadata(text);
        break;

    case 'q':
        answer(data + 1, size - 1);
        break;

    case 't':
        if (login_oidc_tokens(&tokens, text, &wrong) == LOGIN_OK) {
            check(tokens.error.len > 0
                  || (tokens.id_token.len > 0
                      && tokens.access_token.len > 0));
        }

        login_oidc_tokens_free(&tokens);
        break;

    case 'u':
        if (login_oidc_userinfo(&json, text, login_cstr("alice"), &wrong)
            == LOGIN_OK)
        {
            login_json_free(json);
        }

        break;

    case 'i':
        signed_claims(text, 0);
        break;

    case 'l':
        signed_claims(text, 1);
        break;

    default:
        person(text);
    }

    return 0;
}
