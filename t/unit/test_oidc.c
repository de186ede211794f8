
#include "login.h"
#include "jose_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define S(s)  login_str(s, sizeof(s) - 1)

#define NOW      1800000010
#define ISSUER   "https://op.example"
#define NONCE    "n-0S6_WzA2Mj"

/* OpenID Connect Core 1.0, A.3 */
#define ACCESS   "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
#define AT_HASH  "77QmUPtjPfzWtF2AnpK9RQ"
#define AT_HASH_512  "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"


/* --- issuers and their metadata */

static void
test_issuers(void **data)
{
    size_t  i;

    static const struct {
        const char      *issuer;
        login_result_e   rc;
    } issuers[] = {
        { "https://op.example", LOGIN_OK },
        { "https://op.example/", LOGIN_OK },
        { "https://op.example:8443/tenant/1", LOGIN_OK },
        { "http://localhost:4000", LOGIN_OK },
        { "http://127.0.0.1:4000", LOGIN_OK },
        { "http://[::1]:4000", LOGIN_OK },
        { "http://auth.llng.localhost:4300/", LOGIN_OK },
        { "http://op.example", LOGIN_NO },
        { "http://127.0.0.2", LOGIN_NO },
        { "http://localhost.example", LOGIN_NO },
        { "http://xlocalhost", LOGIN_NO },
        { "http://.localhost", LOGIN_NO },
        { "", LOGIN_NO },
        { "op.example", LOGIN_NO },
        { "ftp://op.example", LOGIN_NO },
        { "file:///etc/passwd", LOGIN_NO },
        { "https://op.example?a=b", LOGIN_NO },
        { "https://op.example/?a=b", LOGIN_NO },
        { "https://op.example/#a", LOGIN_NO },
        { "https://user@op.example/", LOGIN_NO },
        { "https://op.example/../", LOGIN_NO },
        { "https://OP.example/", LOGIN_NO },
    };

    (void) data;

    for (i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++) {
        if (login_oidc_issuer(login_cstr(issuers[i].issuer))
            != issuers[i].rc)
        {
            fail_msg("%s", issuers[i].issuer);
        }
    }

    assert_int_equal(login_oidc_issuer(login_str(NULL, 0)), LOGIN_NO);
}


static void
test_endpoints(void **data)
{
    size_t  i;
    char    text[LOGIN_OIDC_URL_MAX + 2];

    static const struct {
        const char      *url;
        const char      *issuer;
        login_result_e   rc;
    } urls[] = {
        { "https://other.example/token", ISSUER, LOGIN_OK },
        { "https://op.example/auth?policy=x", ISSUER, LOGIN_OK },
        { "https://op.example/auth#x", ISSUER, LOGIN_NO },
        { "http://op.example/token", ISSUER, LOGIN_NO },
        { "http://localhost:4000/token", ISSUER, LOGIN_NO },
        { "http://127.0.0.1/token", ISSUER, LOGIN_NO },
        { "http://localhost:4000/token", "http://127.0.0.1:4000", LOGIN_OK },
        { "http://169.254.169.254/", "http://127.0.0.1:4000", LOGIN_NO },
        { "http://localhost:4000/token", "http://op.example", LOGIN_NO },
        { "javascript:alert(1)", ISSUER, LOGIN_NO },
        { "", ISSUER, LOGIN_NO },
    };

    (void) data;

    for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        if (login_oidc_endpoint(login_cstr(urls[i].url),
                                login_cstr(urls[i].issuer)) != urls[i].rc)
        {
            fail_msg("%s", urls[i].url);
        }
    }

    memset(text, 'a', sizeof(text));
    memcpy(text, "https://a/", 10);

    assert_int_equal(login_oidc_endpoint(login_str(text, LOGIN_OIDC_URL_MAX),
                                         S(ISSUER)), LOGIN_OK);
    assert_int_equal(login_oidc_endpoint(login_str(text,
                                                   LOGIN_OIDC_URL_MAX + 1),
                                         S(ISSUER)), LOGIN_NO);
}


static void
discovery(const char *issuer, const char *expected)
{
    u_char           text[256];
    login_encoder_t  e = { text, text + sizeof(text), 0 };

    login_oidc_discovery(&e, login_cstr(issuer));

    assert_false(e.failed);
    assert_true(login_str_eq(login_str(text, (size_t) (e.pos - text)),
                             login_cstr(expected)));
}


static void
test_discovery(void **data)
{
    (void) data;

    discovery("https://op.example",
              "https://op.example/.well-known/openid-configuration");
    discovery("https://op.example/",
              "https://op.example/.well-known/openid-configuration");
    discovery("https://op.example/t/1",
              "https://op.example/t/1/.well-known/openid-configuration");
}


#define ENDPOINTS                                                             \
    "\"authorization_endpoint\":\"https://op.example/auth\","                 \
    "\"token_endpoint\":\"https://op.example/token\","                        \
    "\"jwks_uri\":\"https://op.example/jwks\""


static login_oidc_e
metadata(const char *text, unsigned signer, login_oidc_metadata_t *out)
{
    login_result_e         rc;
    login_oidc_wrong_t     wrong;
    login_oidc_metadata_t  m;

    rc = login_oidc_metadata(&m, login_cstr(text), S(ISSUER), signer, &wrong);

    assert_int_equal(rc == LOGIN_OK, wrong.reason == LOGIN_OIDC_GOOD);
    assert_int_equal(rc == LOGIN_OK, m.json != NULL);

    if (out != NULL) {
        *out = m;

    } else {
        login_oidc_metadata_free(&m);
    }

    return wrong.reason;
}


static void
test_metadata(void **data)
{
    login_oidc_metadata_t  m;

    (void) data;

    assert_int_equal(metadata("{\"issuer\":\"" ISSUER "\"," ENDPOINTS ","
                              "\"userinfo_endpoint\":\"https://u.example/\","
                              "\"authorization_response_iss_parameter_"
                              "supported\":true,"
                              "\"unknown\":[{}],"
                              "\"response_types_supported\":[\"code\",\"id\"],"
                              "\"code_challenge_methods_supported\":"
                              "[\"plain\",\"S256\"],"
                              "\"id_token_signing_alg_values_supported\":"
                              "[\"HS256\",\"EdDSA\"]}", 0, &m),
                     LOGIN_OIDC_GOOD);

    assert_true(login_str_eq(m.token, S("https://op.example/token")));
    assert_true(login_str_eq(m.userinfo, S("https://u.example/")));
    assert_null(m.end_session.data);
    assert_int_equal(m.answers_iss, 1);
    assert_int_equal(m.auth, LOGIN_OIDC_BASIC);

    login_oidc_metadata_free(&m);
    login_oidc_metadata_free(&m);
}


static void
test_metadata_refused(void **data)
{
    size_t  i;
    char    text[1024];

    static const struct {
        const char    *text;
        login_oidc_e   reason;
    } bad[] = {
        { "", LOGIN_OIDC_JSON },
        { "[]", LOGIN_OIDC_JSON },
        { "<html>", LOGIN_OIDC_JSON },
        { "{\"issuer\":\"" ISSUER "\",\"issuer\":\"" ISSUER "\","
          ENDPOINTS "}", LOGIN_OIDC_JSON },
        { "{" ENDPOINTS "}", LOGIN_OIDC_ISSUER },
        { "{\"issuer\":null," ENDPOINTS "}", LOGIN_OIDC_ISSUER },
        { "{\"issuer\":\"https://op.example/\"," ENDPOINTS "}",
          LOGIN_OIDC_ISSUER },
        { "{\"issuer\":\"https://op.exampl\"," ENDPOINTS "}",
          LOGIN_OIDC_ISSUER },
        { "{\"issuer\":\"https://op.example:443\"," ENDPOINTS "}",
          LOGIN_OIDC_ISSUER },
        { "{\"issuer\":\"https://OP.example\"," ENDPOINTS "}",
          LOGIN_OIDC_ISSUER },
        { "{\"issuer\":[\"" ISSUER "\"]," ENDPOINTS "}", LOGIN_OIDC_ISSUER },
        { "{\"issuer\":\"" ISSUER "\"}", LOGIN_OIDC_MEMBER },
    };

    static const struct {
        const char    *member;
        login_oidc_e   reason;
    } members[] = {
        { "\"userinfo_endpoint\":\"http://op.example/u\"", LOGIN_OIDC_URL },
        { "\"userinfo_endpoint\":\"http://127.0.0.1/u\"", LOGIN_OIDC_URL },
        { "\"userinfo_endpoint\":7", LOGIN_OIDC_MEMBER },
        { "\"end_session_endpoint\":\"javascript:x\"", LOGIN_OIDC_URL },
        { "\"end_session_endpoint\":null", LOGIN_OIDC_GOOD },
        { "\"response_types_supported\":[\"id_token\"]", LOGIN_OIDC_UNABLE },
        { "\"response_types_supported\":[]", LOGIN_OIDC_UNABLE },
        { "\"response_types_supported\":7", LOGIN_OIDC_UNABLE },
        { "\"response_modes_supported\":[\"form_post\"]", LOGIN_OIDC_UNABLE },
        { "\"grant_types_supported\":[\"implicit\"]", LOGIN_OIDC_UNABLE },
        { "\"code_challenge_methods_supported\":[\"plain\"]",
          LOGIN_OIDC_UNABLE },
        { "\"id_token_signing_alg_values_supported\":[\"none\",\"HS256\"]",
          LOGIN_OIDC_UNABLE },
        { "\"token_endpoint_auth_methods_supported\":[\"tls_client_auth\"]",
          LOGIN_OIDC_UNABLE },
        { "\"authorization_response_iss_parameter_supported\":\"yes\"",
          LOGIN_OIDC_MEMBER },
    };

    (void) data;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (metadata(bad[i].text, 0, NULL) != bad[i].reason) {
            fail_msg("%s", bad[i].text);
        }
    }

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        snprintf(text, sizeof(text), "{\"issuer\":\"" ISSUER "\"," ENDPOINTS
                 ",%s}", members[i].member);

        if (metadata(text, 0, NULL) != members[i].reason) {
            fail_msg("%s", members[i].member);
        }
    }
}


static void
test_metadata_methods(void **data)
{
    char                   text[1024];
    size_t                 i;
    login_oidc_metadata_t  m;

    static const struct {
        const char         *list;
        unsigned            signer;
        login_oidc_e        reason;
        login_oidc_auth_e   auth;
    } methods[] = {
        { "null", 0, LOGIN_OIDC_UNABLE, LOGIN_OIDC_BASIC },
        { "[\"client_secret_post\",\"client_secret_basic\"]", 0,
          LOGIN_OIDC_GOOD, LOGIN_OIDC_BASIC },
        { "[\"client_secret_post\"]", 0, LOGIN_OIDC_GOOD, LOGIN_OIDC_POST },
        { "[\"private_key_jwt\"]", 0, LOGIN_OIDC_UNABLE, LOGIN_OIDC_BASIC },
        { "[\"private_key_jwt\"]", 1, LOGIN_OIDC_GOOD,
          LOGIN_OIDC_PRIVATE_KEY },
        { "[\"client_secret_basic\"]", 1, LOGIN_OIDC_UNABLE,
          LOGIN_OIDC_BASIC },
    };

    (void) data;

    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        snprintf(text, sizeof(text), "{\"issuer\":\"" ISSUER "\"," ENDPOINTS
                 ",\"token_endpoint_auth_methods_supported\":%s}",
                 methods[i].list);

        assert_int_equal(metadata(text, methods[i].signer, &m),
                         methods[i].reason);

        if (methods[i].reason == LOGIN_OIDC_GOOD) {
            assert_int_equal(m.auth, methods[i].auth);
        }

        login_oidc_metadata_free(&m);
    }

    assert_int_equal(metadata("{\"issuer\":\"" ISSUER "\"," ENDPOINTS "}", 1,
                              &m), LOGIN_OIDC_GOOD);
    assert_int_equal(m.auth, LOGIN_OIDC_PRIVATE_KEY);
    login_oidc_metadata_free(&m);
}


/* --- requests */

#define check_text(e, text, expected)                                         \
    do {                                                                      \
        assert_false((e).failed);                                             \
        *(e).pos = '\0';                                                      \
        assert_string_equal((char *) (text), expected);                       \
    } while (0)


/* The verifier and its challenge are those of RFC 7636, B. */

static void
test_authorize(void **data)
{
    u_char                text[1024];
    size_t                n;
    login_encoder_t       e = { text, text + sizeof(text), 0 };
    login_oidc_request_t  request;

    static const char  expected[] =
        "https://op.example/auth?response_type=code&client_id=a%26b"
        "&redirect_uri=https%3A%2F%2Fexample.com%2Flogin%2Fsso%2Fokta"
        "%2Fcallback&scope=openid%20email&state=s1&nonce=n1"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        "&code_challenge_method=S256";

    (void) data;

    memset(&request, 0, sizeof(request));

    request.client_id = S("a&b");
    request.redirect_uri = S("https://example.com/login/sso/okta/callback");
    request.scope = S("openid email");
    request.state = S("s1");
    request.nonce = S("n1");
    request.verifier = S("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    request.max_age = LOGIN_JSON_NONE;

    assert_int_equal(login_oidc_authorize(&e, S("https://op.example/auth"),
                                          &request), LOGIN_OK);
    check_text(e, text, expected);

    /* a room that is too small is noticed, wherever it ends */

    for (n = 0; n < sizeof(expected) - 1; n++) {
        login_encoder_t  small = { text, text + n, 0 };

        assert_int_equal(login_oidc_authorize(&small,
                                              S("https://op.example/auth"),
                                              &request), LOGIN_OK);
        assert_true(small.failed);
    }

    request.prompt = S("none");
    request.login_hint = S("alice@acme.example");
    request.ui_locales = S("de en");
    request.max_age = 0;

    e.pos = text;
    assert_int_equal(login_oidc_authorize(&e, S("https://op.example/auth?p=x"),
                                          &request), LOGIN_OK);
    assert_false(e.failed);
    *e.pos = '\0';

    assert_non_null(strstr((char *) text, "/auth?p=x&response_type=code&"));
    assert_non_null(strstr((char *) text, "&prompt=none&login_hint="
                           "alice%40acme.example&ui_locales=de%20en"
                           "&max_age=0"));
}


static void
test_grant(void **data)
{
    u_char              text[1024];
    login_encoder_t     e = { text, text + sizeof(text), 0 };
    login_oidc_grant_t  grant;

    (void) data;

    memset(&grant, 0, sizeof(grant));

    grant.client_id = S("nginx");
    grant.secret = S("s+&=");
    grant.code = S("c/1");
    grant.redirect_uri = S("https://e/cb");
    grant.verifier = S("v1");
    grant.assertion = S("a.b.c");

    login_oidc_grant(&e, &grant);
    check_text(e, text, "grant_type=authorization_code&code=c%2F1"
               "&redirect_uri=https%3A%2F%2Fe%2Fcb&code_verifier=v1");

    grant.auth = LOGIN_OIDC_POST;
    e.pos = text;
    login_oidc_grant(&e, &grant);
    check_text(e, text, "grant_type=authorization_code&code=c%2F1"
               "&redirect_uri=https%3A%2F%2Fe%2Fcb&code_verifier=v1"
               "&client_id=nginx&client_secret=s%2B%26%3D");

    grant.auth = LOGIN_OIDC_PRIVATE_KEY;
    e.pos = text;
    login_oidc_grant(&e, &grant);
    check_text(e, text, "grant_type=authorization_code&code=c%2F1"
               "&redirect_uri=https%3A%2F%2Fe%2Fcb&code_verifier=v1"
               "&client_id=nginx&client_assertion_type=urn%3Aietf%3Aparams"
               "%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
               "&client_assertion=a.b.c");
}


/* RFC 6749, 2.3.1 has the first. */

static void
test_basic(void **data)
{
    u_char           text[4096], longest[LOGIN_OIDC_SECRET_MAX + 1];
    login_encoder_t  e = { text, text + sizeof(text), 0 };

    (void) data;

    assert_int_equal(login_oidc_basic(&e, S("s6BhdRkqt3"),
                                      S("7Fjfp0ZBr1KtDRbnfVdmIw")), LOGIN_OK);
    check_text(e, text,
               "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");

    /* "a%3Ab:%25" */

    e.pos = text;
    assert_int_equal(login_oidc_basic(&e, S("a:b"), S("%")), LOGIN_OK);
    check_text(e, text, "Basic YSUzQWI6JTI1");

    memset(longest, ':', sizeof(longest));
    e.pos = text;
    assert_int_equal(login_oidc_basic(&e,
                                      login_str(longest,
                                                LOGIN_OIDC_CLIENT_MAX),
                                      login_str(longest,
                                                LOGIN_OIDC_SECRET_MAX)),
                     LOGIN_OK);
    assert_false(e.failed);

    e.pos = text;
    assert_int_equal(login_oidc_basic(&e,
                                      login_str(longest,
                                                LOGIN_OIDC_CLIENT_MAX),
                                      login_str(longest, sizeof(longest))),
                     LOGIN_FAULT);
}


static void
test_assertion(void **data)
{
    u_char           text[1024];
    login_encoder_t  e = { text, text + sizeof(text), 0 };

    (void) data;

    assert_int_equal(login_oidc_assertion(&e, S("a\"b"),
                                          S("https://op.example/token"),
                                          S("j1"), 1800000000), LOGIN_OK);
    check_text(e, text,
               "{\"iss\":\"a\\\"b\",\"sub\":\"a\\\"b\","
               "\"aud\":\"https://op.example/token\",\"jti\":\"j1\","
               "\"iat\":1800000000,\"exp\":1800000060}");

    e.pos = text;
    e.end = text + 20;
    assert_int_equal(login_oidc_assertion(&e, S("nginx"), S(ISSUER), S("j1"),
                                          1800000000), LOGIN_OK);
    assert_true(e.failed);
}


static void
test_end_session(void **data)
{
    u_char           text[1024];
    login_encoder_t  e = { text, text + sizeof(text), 0 };

    (void) data;

    login_oidc_end_session(&e, S("https://op.example/out"), S("nginx"),
                           S("h.i.nt"), S("https://example.com/login/"));
    check_text(e, text, "https://op.example/out?client_id=nginx"
               "&id_token_hint=h.i.nt&post_logout_redirect_uri="
               "https%3A%2F%2Fexample.com%2Flogin%2F");

    e.pos = text;
    login_oidc_end_session(&e, S("https://op.example/out?t=1"), S("nginx"),
                           S(""), S(""));
    check_text(e, text, "https://op.example/out?t=1&client_id=nginx");
}


/* --- answers */

static login_result_e
answer(const char *query, login_oidc_answer_t *a)
{
    static u_char  text[8192];
    login_form_t   form;

    assert_true(strlen(query) < sizeof(text));
    memcpy(text, query, strlen(query));

    if (login_form_parse(&form, text, strlen(query)) != LOGIN_OK) {
        return LOGIN_NO;
    }

    return login_oidc_answer(a, &form);
}


static void
test_answers(void **data)
{
    char                 text[LOGIN_OIDC_CODE_MAX + 32];
    size_t               n;
    login_oidc_answer_t  a;

    (void) data;

    assert_int_equal(answer("code=c&state=s&iss=https%3A%2F%2Fop.example"
                            "&session_state=x", &a), LOGIN_OK);
    assert_true(login_str_eq(a.code, S("c")));
    assert_true(login_str_eq(a.iss, S(ISSUER)));

    assert_int_equal(answer("error=access_denied&error_description=no+way"
                            "&state=s", &a), LOGIN_OK);
    assert_true(login_str_eq(a.error, S("access_denied")));
    assert_true(login_str_eq(a.description, S("no way")));

    assert_int_equal(answer("state=s", &a), LOGIN_NO);
    assert_int_equal(answer("state=s&code=", &a), LOGIN_NO);
    assert_int_equal(answer("state=s&code=c&error=e", &a), LOGIN_NO);
    assert_int_equal(answer("code=a&code=b&state=s", &a), LOGIN_NO);
    assert_int_equal(answer("code=a&state=s&state=s", &a), LOGIN_NO);
    assert_int_equal(answer("code=a&state=s&iss=a&iss=b", &a), LOGIN_NO);

    for (n = LOGIN_OIDC_CODE_MAX; n <= LOGIN_OIDC_CODE_MAX + 1; n++) {
        snprintf(text, sizeof(text), "state=s&code=%0*d", (int) n, 0);
        assert_int_equal(answer(text, &a),
                         n == LOGIN_OIDC_CODE_MAX ? LOGIN_OK : LOGIN_NO);
    }
}


static void
test_asks(void **data)
{
    (void) data;

    assert_true(login_oidc_asks(S("login_required")));
    assert_true(login_oidc_asks(S("interaction_required")));
    assert_true(login_oidc_asks(S("consent_required")));
    assert_true(login_oidc_asks(S("account_selection_required")));
    assert_false(login_oidc_asks(S("access_denied")));
    assert_false(login_oidc_asks(S("login_required ")));
    assert_false(login_oidc_asks(S("")));
}


static void
test_answer_issuer(void **data)
{
    login_oidc_answer_t    a;
    login_oidc_metadata_t  m;

    (void) data;

    memset(&a, 0, sizeof(a));
    memset(&m, 0, sizeof(m));
    m.issuer = S(ISSUER);

    assert_int_equal(login_oidc_answer_issuer(&a, &m), LOGIN_OK);

    a.iss = S(ISSUER);
    assert_int_equal(login_oidc_answer_issuer(&a, &m), LOGIN_OK);

    a.iss = S("https://evil.example");
    assert_int_equal(login_oidc_answer_issuer(&a, &m), LOGIN_NO);

    m.answers_iss = 1;
    assert_int_equal(login_oidc_answer_issuer(&a, &m), LOGIN_NO);

    a.iss = S("");
    assert_int_equal(login_oidc_answer_issuer(&a, &m), LOGIN_NO);

    a.iss = S(ISSUER);
    assert_int_equal(login_oidc_answer_issuer(&a, &m), LOGIN_OK);
}


static void
test_tokens(void **data)
{
    size_t               i;
    login_oidc_wrong_t   wrong;
    login_oidc_tokens_t  t;

    static const struct {
        const char    *text;
        login_oidc_e   reason;
    } bad[] = {
        { "", LOGIN_OIDC_JSON },
        { "access_token=a&token_type=bearer", LOGIN_OIDC_JSON },
        { "{}", LOGIN_OIDC_MEMBER },
        { "{\"error\":null}", LOGIN_OIDC_MEMBER },
        { "{\"error\":1}", LOGIN_OIDC_MEMBER },
        { "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}",
          LOGIN_OIDC_MEMBER },
        { "{\"id_token\":\"i\",\"token_type\":\"Bearer\"}",
          LOGIN_OIDC_MEMBER },
        { "{\"id_token\":\"i\",\"access_token\":\"a\"}", LOGIN_OIDC_MEMBER },
        { "{\"id_token\":\"i\",\"access_token\":\"a\","
          "\"token_type\":\"mac\"}", LOGIN_OIDC_MEMBER },
        { "{\"id_token\":7,\"access_token\":\"a\","
          "\"token_type\":\"Bearer\"}", LOGIN_OIDC_MEMBER },
    };

    (void) data;

    assert_int_equal(login_oidc_tokens(&t, S("{\"id_token\":\"i\",\"access_"
                                             "token\":\"a\",\"token_type\":"
                                             "\"bearer\",\"expires_in\":60}"),
                                       &wrong), LOGIN_OK);
    assert_true(login_str_eq(t.id_token, S("i")));
    assert_int_equal(t.error.len, 0);
    login_oidc_tokens_free(&t);

    assert_int_equal(login_oidc_tokens(&t, S("{\"error\":\"invalid_grant\","
                                             "\"error_description\":\"x\"}"),
                                       &wrong), LOGIN_OK);
    assert_true(login_str_eq(t.error, S("invalid_grant")));
    assert_true(login_str_eq(t.description, S("x")));
    assert_null(t.id_token.data);
    login_oidc_tokens_free(&t);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(login_oidc_tokens(&t, login_cstr(bad[i].text),
                                           &wrong), LOGIN_NO);
        assert_int_equal(wrong.reason, bad[i].reason);
        assert_null(t.json);
    }
}


/* --- tokens */

typedef struct {
    login_jwks_t    *jwks;
    login_signer_t  *signer;
    login_signer_t  *other;
} world_t;


static int
setup(void **data)
{
    world_t  *w;

    w = calloc(1, sizeof(world_t));
    assert_non_null(w);

    assert_int_equal(login_jwks_parse(&w->jwks, S(JOSE_JWKS)), LOGIN_OK);
    assert_int_equal(login_signer_create(&w->signer, S(JOSE_PEM_RSA)),
                     LOGIN_OK);
    assert_int_equal(login_signer_create(&w->other, S(JOSE_PEM_EC)),
                     LOGIN_OK);

    *data = w;

    return 0;
}


static int
teardown(void **data)
{
    world_t  *w = *data;

    login_jwks_free(w->jwks);
    login_signer_destroy(w->signer);
    login_signer_destroy(w->other);
    free(w);

    return 0;
}


static const login_oidc_expected_t  expected = {
    login_string(ISSUER), login_string("nginx"), login_string(NONCE),
    login_string(ACCESS), LOGIN_JSON_NONE, NOW
};


static login_str_t
sign(const login_signer_t *signer, const char *claims)
{
    static u_char  text[8192];
    size_t         len;

    assert_true(login_jws_len(strlen(claims)) <= sizeof(text));
    assert_int_equal(login_jws_sign(text, &len, signer, login_cstr(claims)),
                     LOGIN_OK);

    return login_str(text, len);
}


static login_oidc_e
id_token(world_t *w, login_str_t text, const login_oidc_expected_t *e)
{
    login_result_e          rc;
    login_oidc_wrong_t      wrong;
    login_oidc_identity_t   identity;

    rc = login_oidc_id_token(&identity, text, w->jwks, e, &wrong);

    assert_int_not_equal(rc, LOGIN_FAULT);
    assert_int_equal(rc == LOGIN_OK, wrong.reason == LOGIN_OIDC_GOOD);
    assert_int_equal(rc == LOGIN_OK, identity.json != NULL);

    login_oidc_identity_free(&identity);

    return wrong.reason;
}


/* Signed by somebody else's code, with each algorithm. */

static void
test_id_token(void **data)
{
    size_t                  i;
    world_t                *w = *data;
    login_oidc_wrong_t      wrong;
    login_oidc_identity_t   identity;

    static const char *const  tokens[] = {
        JOSE_RS256, JOSE_PS256, JOSE_ES256, JOSE_EDDSA
    };

    for (i = 0; i < 4; i++) {
        assert_int_equal(login_oidc_id_token(&identity, login_cstr(tokens[i]),
                                             w->jwks, &expected, &wrong),
                         LOGIN_OK);
        assert_true(login_str_eq(identity.subject, S("alice")));
        assert_null(identity.sid.data);
        assert_true(identity.auth_time == LOGIN_JSON_NONE);
        login_oidc_identity_free(&identity);
    }

    assert_int_equal(id_token(w, S(JOSE_NONE), &expected),
                     LOGIN_OIDC_ALGORITHM);
    assert_int_equal(id_token(w, S(JOSE_HS256), &expected),
                     LOGIN_OIDC_ALGORITHM);
    assert_int_equal(id_token(w, S(JOSE_RS256_OTHER), &expected),
                     LOGIN_OIDC_SIGNATURE);
    assert_int_equal(id_token(w, S(JOSE_EMBEDDED), &expected),
                     LOGIN_OIDC_HEADER);
    assert_int_equal(id_token(w, S(JOSE_LOGOUT_TYPE), &expected),
                     LOGIN_OIDC_TYPE);
    assert_int_equal(id_token(w, S("a.b"), &expected), LOGIN_OIDC_MALFORMED);
}


/* One claim at a time is replaced, or goes (NULL). */

#define CLAIMS(X)                                                             \
    X("iss", "\"" ISSUER "\"")                                                \
    X("sub", "\"alice\"")                                                     \
    X("aud", "\"nginx\"")                                                     \
    X("exp", "1800000300")                                                    \
    X("iat", "1800000000")                                                    \
    X("nonce", "\"" NONCE "\"")


static const char *
replaced(const char *name, const char *value)
{
    static char  text[2048];
    size_t       i, n;
    unsigned     done;

    static const struct {
        const char  *name;
        const char  *value;
    } claims[] = {
#define CLAIM(name, value)  { name, value },
        CLAIMS(CLAIM)
#undef CLAIM
    };

    n = (size_t) snprintf(text, sizeof(text), "{\"x\":0");
    done = 0;

    for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        const char  *v = claims[i].value;

        if (strcmp(claims[i].name, name) == 0) {
            v = value;
            done = 1;
        }

        if (v != NULL) {
            n += (size_t) snprintf(text + n, sizeof(text) - n, ",\"%s\":%s",
                                   claims[i].name, v);
        }
    }

    if (!done && value != NULL) {
        n += (size_t) snprintf(text + n, sizeof(text) - n, ",\"%s\":%s",
                               name, value);
    }

    snprintf(text + n, sizeof(text) - n, "}");

    return text;
}


static void
test_id_token_claims(void **data)
{
    size_t    i;
    world_t  *w = *data;

    static const struct {
        const char    *name;
        const char    *value;
        login_oidc_e   reason;
    } cases[] = {
        { "x2", "1", LOGIN_OIDC_GOOD },

        { "iss", NULL, LOGIN_OIDC_MEMBER },
        { "iss", "null", LOGIN_OIDC_MEMBER },
        { "iss", "[\"" ISSUER "\"]", LOGIN_OIDC_MEMBER },
        { "iss", "\"" ISSUER "/\"", LOGIN_OIDC_ISSUER },
        { "iss", "\"https://evil.example\"", LOGIN_OIDC_ISSUER },

        { "sub", NULL, LOGIN_OIDC_MEMBER },
        { "sub", "\"\"", LOGIN_OIDC_MEMBER },
        { "sub", "1", LOGIN_OIDC_MEMBER },
        { "sub", "\"a\\u0007\"", LOGIN_OIDC_MEMBER },
        { "sub", "\"a\\n\"", LOGIN_OIDC_MEMBER },
        { "sub", "\"\\u00e9 1|x\"", LOGIN_OIDC_GOOD },

        { "aud", NULL, LOGIN_OIDC_MEMBER },
        { "aud", "null", LOGIN_OIDC_MEMBER },
        { "aud", "[]", LOGIN_OIDC_MEMBER },
        { "aud", "[\"nginx\"]", LOGIN_OIDC_GOOD },
        { "aud", "\"other\"", LOGIN_OIDC_AUDIENCE },
        { "aud", "\"nginx2\"", LOGIN_OIDC_AUDIENCE },
        { "aud", "[\"other\"]", LOGIN_OIDC_AUDIENCE },
        { "aud", "[\"nginx\",\"other\"]", LOGIN_OIDC_AUDIENCE },
        { "aud", "{\"nginx\":1}", LOGIN_OIDC_MEMBER },
        { "azp", "\"nginx\"", LOGIN_OIDC_GOOD },
        { "azp", "\"other\"", LOGIN_OIDC_AUDIENCE },
        { "azp", "1", LOGIN_OIDC_MEMBER },

        { "exp", NULL, LOGIN_OIDC_MEMBER },
        { "exp", "\"1800000300\"", LOGIN_OIDC_MEMBER },
        { "exp", "-1", LOGIN_OIDC_MEMBER },
        { "exp", "1799999891", LOGIN_OIDC_GOOD },       /* NOW - 119 */
        { "exp", "1799999890", LOGIN_OIDC_EXPIRED },    /* NOW - 120 */
        { "exp", "0", LOGIN_OIDC_EXPIRED },
        { "exp", "9007199254740992", LOGIN_OIDC_GOOD },

        { "iat", NULL, LOGIN_OIDC_MEMBER },
        { "iat", "true", LOGIN_OIDC_MEMBER },
        { "iat", "1800000130", LOGIN_OIDC_GOOD },       /* NOW + 120 */
        { "iat", "1800000131", LOGIN_OIDC_EARLY },
        { "iat", "1800000130.5", LOGIN_OIDC_GOOD },
        { "nbf", "1800000130", LOGIN_OIDC_GOOD },
        { "nbf", "1800000131", LOGIN_OIDC_EARLY },
        { "nbf", "\"0\"", LOGIN_OIDC_MEMBER },

        { "nonce", NULL, LOGIN_OIDC_MEMBER },
        { "nonce", "\"\"", LOGIN_OIDC_MEMBER },
        { "nonce", "1", LOGIN_OIDC_MEMBER },
        { "nonce", "\"n-0S6_WzA2Mk\"", LOGIN_OIDC_NONCE },
        { "nonce", "\"n-0S6_WzA2M\"", LOGIN_OIDC_NONCE },
        { "nonce", "\"n-0S6_WzA2Mj \"", LOGIN_OIDC_NONCE },

        { "at_hash", "\"" AT_HASH "\"", LOGIN_OIDC_GOOD },
        { "at_hash", "null", LOGIN_OIDC_GOOD },
        { "at_hash", "\"\"", LOGIN_OIDC_HASH },
        { "at_hash", "\"77QmUPtjPfzWtF2AnpK9RA\"", LOGIN_OIDC_HASH },
        { "at_hash", "\"77QmUPtjPfzWtF2AnpK9\"", LOGIN_OIDC_HASH },
        { "at_hash", "\"" AT_HASH "==\"", LOGIN_OIDC_HASH },
        { "at_hash", "\"" AT_HASH_512 "\"", LOGIN_OIDC_HASH },
        { "at_hash", "1", LOGIN_OIDC_MEMBER },

        { "sid", "\"s\"", LOGIN_OIDC_GOOD },
        { "sid", "1", LOGIN_OIDC_MEMBER },
        { "auth_time", "\"now\"", LOGIN_OIDC_MEMBER },
        { "auth_time", "0", LOGIN_OIDC_GOOD },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (id_token(w, sign(w->signer, replaced(cases[i].name,
                                                 cases[i].value)), &expected)
            != cases[i].reason)
        {
            fail_msg("%s: %s", cases[i].name,
                     cases[i].value ? cases[i].value : "none");
        }
    }
}


static void
test_id_token_audiences(void **data)
{
    char      text[2048];
    size_t    n;
    world_t  *w = *data;

    snprintf(text, sizeof(text), "%s", replaced("aud",
             "[\"other\",\"nginx\"],\"azp\":\"nginx\""));
    assert_int_equal(id_token(w, sign(w->signer, text), &expected),
                     LOGIN_OIDC_GOOD);

    snprintf(text, sizeof(text), "%s", replaced("aud",
             "[\"other\",\"nginx\"],\"azp\":\"other\""));
    assert_int_equal(id_token(w, sign(w->signer, text), &expected),
                     LOGIN_OIDC_AUDIENCE);

    /* a subject of 255 bytes, and one more */

    for (n = 255; n <= 256; n++) {
        snprintf(text, sizeof(text), "\"%0*d\"", (int) n, 0);
        assert_int_equal(id_token(w, sign(w->signer, replaced("sub", text)),
                                  &expected),
                         n == 255 ? LOGIN_OIDC_GOOD : LOGIN_OIDC_MEMBER);
    }
}


static void
test_id_token_age(void **data)
{
    size_t                  i;
    world_t                *w = *data;
    login_oidc_expected_t   e;

    static const struct {
        const char    *value;
        uint64_t       max_age;
        login_oidc_e   reason;
    } cases[] = {
        { NULL, 60, LOGIN_OIDC_MEMBER },
        { "null", 60, LOGIN_OIDC_MEMBER },
        { "1799999830", 60, LOGIN_OIDC_GOOD },      /* NOW - 60 - 120 */
        { "1799999829", 60, LOGIN_OIDC_STALE },
        { "1799999890", 0, LOGIN_OIDC_GOOD },
        { "1799999889", 0, LOGIN_OIDC_STALE },
        { "1900000000", 0, LOGIN_OIDC_GOOD },
        { "0", 9000000000, LOGIN_OIDC_GOOD },
    };

    e = expected;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        e.max_age = cases[i].max_age;

        assert_int_equal(id_token(w, sign(w->signer,
                                          replaced("auth_time",
                                                   cases[i].value)), &e),
                         cases[i].reason);
    }
}


/* With EdDSA, which hashes with SHA-512, so does "at_hash". */

static void
test_id_token_ed(void **data)
{
    world_t         *w = *data;
    login_jwks_t    *jwks, *before;
    login_signer_t  *signer;

    /* RFC 8410, 10.3 */

    assert_int_equal(login_signer_create(&signer, S(
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
        "-----END PRIVATE KEY-----\n")), LOGIN_OK);
    assert_int_equal(login_jwks_parse(&jwks, S(
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
        "\"x\":\"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE\"}]}")),
        LOGIN_OK);

    before = w->jwks;
    w->jwks = jwks;

    assert_int_equal(id_token(w, sign(signer, replaced("at_hash",
                                      "\"" AT_HASH_512 "\"")), &expected),
                     LOGIN_OIDC_GOOD);
    assert_int_equal(id_token(w, sign(signer, replaced("at_hash",
                                      "\"" AT_HASH "\"")), &expected),
                     LOGIN_OIDC_HASH);

    w->jwks = before;
    login_jwks_free(jwks);
    login_signer_destroy(signer);
}


/* Signed, but not JSON. */

static void
test_id_token_payload(void **data)
{
    world_t  *w = *data;

    assert_int_equal(id_token(w, sign(w->signer, ""), &expected),
                     LOGIN_OIDC_JSON);
    assert_int_equal(id_token(w, sign(w->signer, "[]"), &expected),
                     LOGIN_OIDC_JSON);
    assert_int_equal(id_token(w, sign(w->signer, "{\"iss\":1,\"iss\":2}"),
                              &expected), LOGIN_OIDC_JSON);
    assert_int_equal(id_token(w, sign(w->other, replaced("x2", "1")),
                              &expected), LOGIN_OIDC_GOOD);
}


/* --- back-channel logout */

#define EVENT  "\"http://schemas.openid.net/event/backchannel-logout\""


static const char *
logout(const char *name, const char *value)
{
    static char  text[2048];
    size_t       i, n;
    const char  *v;

    static const struct {
        const char  *name;
        const char  *value;
    } claims[] = {
        { "iss", "\"" ISSUER "\"" },
        { "sub", "\"alice\"" },
        { "aud", "\"nginx\"" },
        { "iat", "1800000000" },
        { "exp", "1800000120" },
        { "jti", "\"bWJq\"" },
        { "sid", "\"08a5019c\"" },
        { "events", "{" EVENT ":{}}" },
        { "nonce", NULL },
    };

    n = (size_t) snprintf(text, sizeof(text), "{\"x\":0");

    for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        v = strcmp(claims[i].name, name) == 0 ? value : claims[i].value;

        if (v != NULL) {
            n += (size_t) snprintf(text + n, sizeof(text) - n, ",\"%s\":%s",
                                   claims[i].name, v);
        }
    }

    snprintf(text + n, sizeof(text) - n, "}");

    return text;
}


static login_oidc_e
logout_token(world_t *w, login_str_t text, login_oidc_logout_t *out)
{
    login_result_e       rc;
    login_oidc_wrong_t   wrong;

    rc = login_oidc_logout_token(out, text, w->jwks, S(ISSUER), S("nginx"),
                                 NOW, &wrong);

    assert_int_equal(rc == LOGIN_OK, wrong.reason == LOGIN_OIDC_GOOD);
    assert_int_equal(rc == LOGIN_OK, out->json != NULL);

    return wrong.reason;
}


static void
test_logout_token(void **data)
{
    size_t                i;
    world_t              *w = *data;
    login_oidc_logout_t   out;

    static const struct {
        const char    *name;
        const char    *value;
        login_oidc_e   reason;
    } cases[] = {
        { "iss", "\"https://evil.example\"", LOGIN_OIDC_ISSUER },
        { "aud", "\"other\"", LOGIN_OIDC_AUDIENCE },
        { "iat", NULL, LOGIN_OIDC_MEMBER },
        { "exp", NULL, LOGIN_OIDC_MEMBER },
        { "exp", "1700000000", LOGIN_OIDC_EXPIRED },
        { "iat", "1799999289", LOGIN_OIDC_EXPIRED },   /* NOW - 721 */
        { "iat", "1799999290", LOGIN_OIDC_GOOD },
        { "iat", "1800000131", LOGIN_OIDC_EARLY },
        { "jti", NULL, LOGIN_OIDC_MEMBER },
        { "jti", "\"\"", LOGIN_OIDC_MEMBER },
        { "jti", "1", LOGIN_OIDC_MEMBER },
        { "events", NULL, LOGIN_OIDC_EVENT },
        { "events", "{}", LOGIN_OIDC_EVENT },
        { "events", "[" EVENT "]", LOGIN_OIDC_EVENT },
        { "events", "{" EVENT ":null}", LOGIN_OIDC_EVENT },
        { "events", "{" EVENT ":true}", LOGIN_OIDC_EVENT },
        { "events", "{\"http://schemas.openid.net/event/other\":{}}",
          LOGIN_OIDC_EVENT },
        { "nonce", "\"n\"", LOGIN_OIDC_TYPE },
        { "nonce", "null", LOGIN_OIDC_TYPE },
        { "sub", NULL, LOGIN_OIDC_GOOD },
        { "sub", "\"\"", LOGIN_OIDC_MEMBER },
        { "sub", "1", LOGIN_OIDC_MEMBER },
        { "sid", NULL, LOGIN_OIDC_GOOD },
        { "sid", "1", LOGIN_OIDC_MEMBER },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (logout_token(w, sign(w->signer, logout(cases[i].name,
                                                   cases[i].value)), &out)
            != cases[i].reason)
        {
            fail_msg("%s: %s", cases[i].name,
                     cases[i].value ? cases[i].value : "none");
        }

        login_oidc_logout_free(&out);
    }

    assert_int_equal(logout_token(w, sign(w->signer, logout("", NULL)), &out),
                     LOGIN_OIDC_GOOD);
    assert_true(login_str_eq(out.subject, S("alice")));
    assert_true(login_str_eq(out.sid, S("08a5019c")));
    assert_true(login_str_eq(out.jti, S("bWJq")));
    assert_int_equal(out.expires, 1800000120 + LOGIN_OIDC_SKEW);
    login_oidc_logout_free(&out);

    /* nobody has to remember a token for years */

    assert_int_equal(logout_token(w, sign(w->signer,
                                          logout("exp", "9000000000")), &out),
                     LOGIN_OIDC_GOOD);
    assert_int_equal(out.expires, 1800000000 + LOGIN_OIDC_LOGOUT_AGE
                                  + LOGIN_OIDC_SKEW);
    login_oidc_logout_free(&out);

    /* neither passes for the other */

    assert_int_equal(logout_token(w, S(JOSE_RS256), &out), LOGIN_OIDC_EVENT);
    assert_int_equal(id_token(w, sign(w->signer, logout("", NULL)),
                              &expected), LOGIN_OIDC_MEMBER);
}


static void
test_logout_of_nobody(void **data)
{
    char                  text[1024];
    world_t              *w = *data;
    login_oidc_logout_t   out;

    snprintf(text, sizeof(text), "{\"iss\":\"" ISSUER "\",\"aud\":\"nginx\","
             "\"iat\":1800000000,\"exp\":1800000120,\"jti\":\"j\","
             "\"events\":{" EVENT ":{}}}");

    assert_int_equal(logout_token(w, sign(w->signer, text), &out),
                     LOGIN_OIDC_MEMBER);
}


/* --- claims */

static login_json_t *
parse(const char *text)
{
    login_json_t  *json;

    assert_int_equal(login_json_parse(&json, login_cstr(text)), LOGIN_OK);

    return json;
}


static login_oidc_e
person(login_oidc_person_t *p, const char *token, const char *userinfo,
    const login_oidc_claims_t *claims, const char *domain)
{
    login_str_t          domains[2] = { S("first.example") };
    login_json_t        *t, *u;
    login_result_e       rc;
    login_oidc_wrong_t   wrong;

    static char  name[256], email[256];

    t = parse(token);
    u = userinfo != NULL ? parse(userinfo) : NULL;

    if (domain != NULL) {
        domains[1] = login_cstr(domain);
    }

    rc = login_oidc_person(p, t, u, claims, domains, domain != NULL ? 2 : 0,
                           &wrong);
    assert_int_equal(rc == LOGIN_OK, wrong.reason == LOGIN_OIDC_GOOD);

    /* they outlive the documents for the test alone */

    snprintf(name, sizeof(name), "%.*s", (int) p->name.len, p->name.data);
    snprintf(email, sizeof(email), "%.*s", (int) p->email.len,
             p->email.data);
    p->name = login_cstr(name);
    p->email = login_cstr(email);

    login_json_free(t);
    login_json_free(u);

    return wrong.reason;
}


static const login_oidc_claims_t  mail = { "email", "name", "email", "groups" };


static void
test_person(void **data)
{
    login_oidc_person_t  p;

    (void) data;

    assert_int_equal(person(&p, "{\"email\":\"Alice@ACME.example\","
                            "\"email_verified\":true,\"name\":\"Al\\u00efce\","
                            "\"groups\":[\"staff\",\"Domain Admins\","
                            "\"admin\",\"staff\"]}", NULL, &mail,
                            "acme.example"), LOGIN_OIDC_GOOD);

    assert_true(login_str_eq(login_str(p.username, p.username_len),
                             S("alice@acme.example")));
    assert_true(login_str_eq(p.name, S("Al\xc3\xaf""ce")));
    assert_true(login_str_eq(p.email, S("Alice@ACME.example")));
    assert_true(login_str_eq(login_str(p.roles, p.roles_len),
                             S("staff,admin")));
    assert_int_equal(p.roles_lost, 1);

    /* what the ID token lacks comes from the userinfo; what it has wins */

    assert_int_equal(person(&p, "{\"email\":\"a@acme.example\"}",
                            "{\"email\":\"b@acme.example\",\"name\":\"B\","
                            "\"groups\":\"one\"}", &mail, NULL),
                     LOGIN_OIDC_GOOD);
    assert_true(login_str_eq(login_str(p.username, p.username_len),
                             S("a@acme.example")));
    assert_true(login_str_eq(p.name, S("B")));
    assert_true(login_str_eq(login_str(p.roles, p.roles_len), S("one")));
}


static void
test_person_refused(void **data)
{
    size_t               i;
    login_oidc_person_t  p;

    static const struct {
        const char    *token;
        const char    *userinfo;
        login_oidc_e   reason;
    } cases[] = {
        { "{}", NULL, LOGIN_OIDC_MEMBER },
        { "{}", "{}", LOGIN_OIDC_MEMBER },
        { "{\"email\":1}", NULL, LOGIN_OIDC_MEMBER },
        { "{\"email\":\"\"}", NULL, LOGIN_OIDC_MEMBER },
        { "{\"email\":[\"a@acme.example\"]}", NULL, LOGIN_OIDC_MEMBER },
        { "{\"email\":\"a b@acme.example\"}", NULL, LOGIN_OIDC_USERNAME },
        { "{\"email\":\"a@evil@acme.example\"}", NULL, LOGIN_OIDC_USERNAME },
        { "{\"email\":\"\\\"a@evil\\\"@acme.example\"}", NULL,
          LOGIN_OIDC_USERNAME },
        { "{\"email\":\"a@evil.example\"}", NULL, LOGIN_OIDC_DOMAIN },
        { "{\"email\":\"a@evil-acme.example\"}", NULL, LOGIN_OIDC_DOMAIN },
        { "{\"email\":\"a@acme.example.evil\"}", NULL, LOGIN_OIDC_DOMAIN },
        { "{\"email\":\"a@sub.acme.example\"}", NULL, LOGIN_OIDC_DOMAIN },
        { "{\"email\":\"a@acme.example.\"}", NULL, LOGIN_OIDC_USERNAME },
        { "{\"email\":\"alice\"}", NULL, LOGIN_OIDC_DOMAIN },
        { "{\"email\":\"a@first.example\"}", NULL, LOGIN_OIDC_GOOD },
        { "{\"email\":\"a@acme.example\"}", NULL, LOGIN_OIDC_GOOD },
        { "{\"email\":\"a@acme.example\",\"email_verified\":false}", NULL,
          LOGIN_OIDC_UNVERIFIED },
        { "{\"email\":\"a@acme.example\",\"email_verified\":\"false\"}", NULL,
          LOGIN_OIDC_UNVERIFIED },
        { "{\"email\":\"a@acme.example\",\"email_verified\":\"true\"}", NULL,
          LOGIN_OIDC_GOOD },
        { "{\"email\":\"a@acme.example\",\"email_verified\":1}", NULL,
          LOGIN_OIDC_UNVERIFIED },
        { "{\"email\":\"a@acme.example\",\"email_verified\":null}", NULL,
          LOGIN_OIDC_GOOD },
        /* each document speaks of its own address only */
        { "{\"email_verified\":true}", "{\"email\":\"a@acme.example\"}",
          LOGIN_OIDC_UNVERIFIED },
        { "{\"email\":\"a@acme.example\"}", "{\"email_verified\":true}",
          LOGIN_OIDC_UNVERIFIED },
        { "{\"email_verified\":true}",
          "{\"email\":\"a@acme.example\",\"email_verified\":false}",
          LOGIN_OIDC_UNVERIFIED },
        { "{\"email\":\"a@acme.example\",\"email_verified\":false}",
          "{\"email\":\"a@acme.example\",\"email_verified\":true}",
          LOGIN_OIDC_UNVERIFIED },
    };

    (void) data;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (person(&p, cases[i].token, cases[i].userinfo, &mail,
                   "acme.example") != cases[i].reason)
        {
            fail_msg("%s", cases[i].token);
        }
    }
}


static void
test_person_names(void **data)
{
    login_oidc_person_t  p;

    static const login_oidc_claims_t  keycloak = {
        "preferred_username", "name", "email", "realm_access.roles"
    };
    static const login_oidc_claims_t  url = {
        "https://a.example/name", NULL, NULL, "https://a.example/roles"
    };

    (void) data;

    assert_int_equal(person(&p, "{\"preferred_username\":\"Alice\","
                            "\"email\":\"a@b.example\",\"email_verified\":"
                            "false,\"name\":\"a\\nb\","
                            "\"realm_access\":{\"roles\":[\"r1\",\"r2\"]}}",
                            NULL, &keycloak, NULL), LOGIN_OIDC_GOOD);
    assert_true(login_str_eq(login_str(p.username, p.username_len),
                             S("alice")));
    assert_int_equal(p.name.len, 0);
    assert_int_equal(p.email.len, 0);
    assert_true(login_str_eq(login_str(p.roles, p.roles_len), S("r1,r2")));

    assert_int_equal(person(&p, "{\"https://a.example/name\":\"bob\","
                            "\"https://a.example/roles\":[\"r\"]}",
                            NULL, &url, NULL), LOGIN_OIDC_GOOD);
    assert_true(login_str_eq(login_str(p.roles, p.roles_len), S("r")));

    /* a path that leads nowhere */

    assert_int_equal(person(&p, "{\"preferred_username\":\"a\","
                            "\"realm_access\":[\"roles\"]}", NULL, &keycloak,
                            NULL), LOGIN_OIDC_GOOD);
    assert_int_equal(p.roles_len, 0);

    assert_int_equal(person(&p, "{\"preferred_username\":\"a\","
                            "\"realm_access\":{\"roles\":{\"a\":1}}}", NULL,
                            &keycloak, NULL), LOGIN_OIDC_GOOD);
    assert_int_equal(p.roles_len, 0);
    assert_int_equal(p.roles_lost, 1);
}


/* More than an account keeps. */

static void
test_person_roles(void **data)
{
    char                 text[4096];
    size_t               i, n;
    login_oidc_person_t  p;

    (void) data;

    n = (size_t) snprintf(text, sizeof(text),
                          "{\"email\":\"a@b.example\",\"groups\":[");

    for (i = 0; i < 50; i++) {
        n += (size_t) snprintf(text + n, sizeof(text) - n, "%s\"role%05zu\"",
                               i > 0 ? "," : "", i);
    }

    snprintf(text + n, sizeof(text) - n, "]}");

    assert_int_equal(person(&p, text, NULL, &mail, NULL), LOGIN_OIDC_GOOD);

    /* 9 bytes each, and the commas */

    assert_int_equal(p.roles_len, 40 * 9 + 39);
    assert_int_equal(p.roles_lost, 10);
    assert_true(p.roles_len <= LOGIN_ROLES_MAX);
}


static void
test_complete(void **data)
{
    size_t         i;
    login_json_t  *json;

    static const struct {
        const char           *token;
        login_oidc_claims_t   claims;
        int                   complete;
    } cases[] = {
        { "{\"email\":\"a\"}", { "email", NULL, "email", NULL }, 1 },
        { "{\"email\":\"a\"}", { "email", "name", NULL, NULL }, 0 },
        { "{\"email\":\"a\"}", { "email", NULL, NULL, "a.b" }, 0 },
        { "{\"email\":\"a\",\"a\":{\"b\":1}}",
          { "email", NULL, NULL, "a.b" }, 1 },
        { "{}", { "email", NULL, NULL, NULL }, 0 },
    };

    (void) data;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json = parse(cases[i].token);
        assert_int_equal(login_oidc_complete(json, &cases[i].claims),
                         cases[i].complete);
        login_json_free(json);
    }
}


static void
test_userinfo(void **data)
{
    size_t               i;
    login_json_t        *json;
    login_oidc_wrong_t   wrong;

    static const struct {
        const char    *text;
        login_oidc_e   reason;
    } bad[] = {
        { "", LOGIN_OIDC_JSON },
        { "eyJhbGciOiJub25lIn0.e30.", LOGIN_OIDC_JSON },
        { "{}", LOGIN_OIDC_MEMBER },
        { "{\"sub\":null}", LOGIN_OIDC_MEMBER },
        { "{\"sub\":1}", LOGIN_OIDC_MEMBER },
        { "{\"sub\":\"bob\"}", LOGIN_OIDC_SUBJECT },
        { "{\"sub\":\"alice2\"}", LOGIN_OIDC_SUBJECT },
        { "{\"sub\":\"Alice\"}", LOGIN_OIDC_SUBJECT },
    };

    (void) data;

    assert_int_equal(login_oidc_userinfo(&json, S("{\"sub\":\"alice\"}"),
                                         S("alice"), &wrong), LOGIN_OK);
    login_json_free(json);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(login_oidc_userinfo(&json, login_cstr(bad[i].text),
                                             S("alice"), &wrong), LOGIN_NO);
        assert_int_equal(wrong.reason, bad[i].reason);
        assert_null(json);
    }
}


/* Each reason has words, which end a sentence. */

static void
test_texts(void **data)
{
    size_t       i;
    const char  *text;

    (void) data;

    for (i = 0; i < LOGIN_OIDC_REASONS_N; i++) {
        text = login_oidc_text((login_oidc_e) i);
        assert_non_null(text);
        assert_true(strlen(text) > 8 && text[strlen(text) - 1] != '.');
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_issuers),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_discovery),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_metadata_refused),
        cmocka_unit_test(test_metadata_methods),
        cmocka_unit_test(test_authorize),
        cmocka_unit_test(test_grant),
        cmocka_unit_test(test_basic),
        cmocka_unit_test(test_assertion),
        cmocka_unit_test(test_end_session),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_asks),
        cmocka_unit_test(test_answer_issuer),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test_setup_teardown(test_id_token, setup, teardown),
        cmocka_unit_test_setup_teardown(test_id_token_claims, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_id_token_audiences, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_id_token_age, setup, teardown),
        cmocka_unit_test_setup_teardown(test_id_token_ed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_id_token_payload, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_logout_token, setup, teardown),
        cmocka_unit_test_setup_teardown(test_logout_of_nobody, setup,
                                        teardown),
        cmocka_unit_test(test_person),
        cmocka_unit_test(test_person_refused),
        cmocka_unit_test(test_person_names),
        cmocka_unit_test(test_person_roles),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_userinfo),
        cmocka_unit_test(test_texts)
    };

    login_json_init();

    return cmocka_run_group_tests(tests, NULL, NULL);
}
