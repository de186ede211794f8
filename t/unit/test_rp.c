
/* The relying party of a provider that the test plays. */

#include "http_server.h"
#include "jose_vectors.h"


#define S(s)  login_str(s, sizeof(s) - 1)

#define NOW     1800000010
#define NONCE   "n-0S6_WzA2Mj"
#define ACCESS  "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"

#define WELL_KNOWN  "/.well-known/openid-configuration"


typedef struct {
    server_t              server;
    char                  issuer[64];
    login_http_t         *http;
    login_rp_conf_t       conf;
    login_rp_t           *rp;
    login_signer_t       *rsa;          /* in the provider's set */
    login_signer_t       *ed;           /* comes into it later */
    login_rp_signin_t     signin;
    login_rp_failure_t    failure;
} world_t;


/* RFC 8410, 10.3 */
#define PEM_ED  "-----BEGIN PRIVATE KEY-----\n"                               \
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"      \
    "-----END PRIVATE KEY-----\n"
#define JWK_ED  "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","                       \
    "\"x\":\"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE\"}"


static void
metadata(world_t *w, const char *more)
{
    char  text[2048];

    snprintf(text, sizeof(text),
             "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/auth\","
             "\"token_endpoint\":\"%s/token\",\"jwks_uri\":\"%s/jwks\","
             "\"userinfo_endpoint\":\"%s/me\"%s}",
             w->issuer, w->issuer, w->issuer, w->issuer, w->issuer, more);

    server_route(&w->server, WELL_KNOWN, 200, text, NULL);
}


static int
setup(void **data)
{
    world_t             *w;
    login_http_conf_t    conf;

    w = calloc(1, sizeof(world_t));
    assert_non_null(w);

    memset(&conf, 0, sizeof(conf));
    conf.connect = 20000;
    conf.total = 20000;

    server_start(&w->server);
    snprintf(w->issuer, sizeof(w->issuer), "http://127.0.0.1:%u",
             w->server.port);

    w->http = login_http_create(&conf);
    assert_non_null(w->http);

    w->conf.issuer = login_cstr(w->issuer);
    w->conf.client_id = S("nginx");
    w->conf.secret = S("secret");
    w->conf.claims.username = "email";
    w->conf.claims.name = "name";

    w->rp = login_rp_create(&w->conf);
    assert_non_null(w->rp);

    assert_int_equal(login_signer_create(&w->rsa, S(JOSE_PEM_RSA)), LOGIN_OK);
    assert_int_equal(login_signer_create(&w->ed, S(PEM_ED)), LOGIN_OK);

    metadata(w, "");
    server_route(&w->server, "/jwks", 200,
                 "{\"keys\":[" JOSE_JWK_RSA "]}", NULL);

    *data = w;

    return 0;
}


/* With what it was told; it keeps nothing of that but copies. */

static void
again(world_t *w)
{
    login_rp_destroy(w->rp);

    w->rp = login_rp_create(&w->conf);
    assert_non_null(w->rp);

    w->conf.domains = NULL;
    w->conf.domains_n = 9;
    w->conf.secret = S("");
}


static int
teardown(void **data)
{
    world_t  *w = *data;

    login_rp_destroy(w->rp);
    login_signer_destroy(w->rsa);
    login_signer_destroy(w->ed);
    login_http_destroy(w->http);
    server_stop(&w->server);
    free(w);

    return 0;
}


static login_result_e
know(world_t *w, uint64_t now)
{
    login_result_e           rc;
    const login_rp_known_t  *known;

    memset(&w->failure, 0, sizeof(w->failure));

    rc = login_rp_know(&known, w->rp, w->http, NULL, now, &w->failure);

    assert_int_equal(rc == LOGIN_OK, known != NULL);
    login_rp_forget(w->rp, known);

    return rc;
}


/* Fetched once, kept for an hour, and then for a day without the provider. */

static void
test_cache(void **data)
{
    world_t  *w = *data;

    assert_int_equal(know(w, NOW), LOGIN_OK);
    assert_int_equal(know(w, NOW), LOGIN_OK);
    assert_int_equal(know(w, NOW + LOGIN_RP_FRESH - 1), LOGIN_OK);
    assert_int_equal(server_hits(&w->server, WELL_KNOWN), 1);
    assert_int_equal(server_hits(&w->server, "/jwks"), 1);

    assert_int_equal(know(w, NOW + LOGIN_RP_FRESH), LOGIN_OK);
    assert_int_equal(server_hits(&w->server, WELL_KNOWN), 2);

    server_route(&w->server, "/jwks", 503, "{}", NULL);

    assert_int_equal(know(w, NOW + 2 * LOGIN_RP_FRESH), LOGIN_OK);
    assert_int_equal(server_hits(&w->server, "/jwks"), 3);
    assert_int_equal(know(w, NOW + LOGIN_RP_FRESH + LOGIN_RP_STALE - 1),
                     LOGIN_OK);
    assert_int_equal(server_hits(&w->server, "/jwks"), 4);
    assert_int_equal(know(w, NOW + LOGIN_RP_FRESH + LOGIN_RP_STALE),
                     LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_DOWN);

    /* the clock was set back */

    server_route(&w->server, "/jwks", 200, "{\"keys\":[" JOSE_JWK_RSA "]}",
                 NULL);
    assert_int_equal(know(w, NOW - 1000000), LOGIN_OK);
    assert_int_equal(server_hits(&w->server, "/jwks"), 5);
}


/* Who must not wait learns what is known already, and asks nobody. */

static void
test_peek(void **data)
{
    world_t                 *w = *data;
    const login_rp_known_t  *known;

    assert_int_equal(login_rp_peek(&known, w->rp, NOW), LOGIN_NO);
    assert_null(known);
    assert_int_equal(server_hits(&w->server, WELL_KNOWN), 0);

    assert_int_equal(know(w, NOW), LOGIN_OK);

    assert_int_equal(login_rp_peek(&known, w->rp, NOW + LOGIN_RP_FRESH - 1),
                     LOGIN_OK);
    assert_true(login_str_eq(known->metadata.issuer, w->conf.issuer));
    login_rp_forget(w->rp, known);

    assert_int_equal(login_rp_peek(&known, w->rp, NOW + LOGIN_RP_FRESH),
                     LOGIN_NO);
    assert_int_equal(server_hits(&w->server, WELL_KNOWN), 1);
}


static void
test_answer(void **data)
{
    world_t  *w = *data;

    assert_int_equal(login_rp_answer(S(""), w->rp, w->http, NOW,
                                     &w->failure), LOGIN_OK);
    assert_int_equal(login_rp_answer(w->conf.issuer, w->rp, w->http, NOW,
                                     &w->failure), LOGIN_OK);
    assert_int_equal(login_rp_answer(S("https://other.example"), w->rp,
                                     w->http, NOW, &w->failure), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_UNTRUSTED);
    assert_string_equal(w->failure.error.text, "answer is of another issuer");

    /* announced, it has to be there */

    metadata(w, ",\"authorization_response_iss_parameter_supported\":true");

    assert_int_equal(login_rp_answer(S(""), w->rp, w->http,
                                     NOW + LOGIN_RP_FRESH, &w->failure),
                     LOGIN_NO);
    assert_int_equal(login_rp_answer(w->conf.issuer, w->rp, w->http,
                                     NOW + LOGIN_RP_FRESH, &w->failure),
                     LOGIN_OK);
}


/* Not again and again: neither what works nor what does not. */

static void
test_throttle(void **data)
{
    unsigned                 i;
    world_t                 *w = *data;
    const login_rp_known_t  *known, *newer;

    server_route(&w->server, WELL_KNOWN, 500, "{}", NULL);

    for (i = 0; i < 1000; i++) {
        assert_int_equal(know(w, NOW), LOGIN_NO);
        assert_int_equal(w->failure.kind, LOGIN_RP_DOWN);
        assert_string_equal(w->failure.error.text,
                            "metadata was answered with 500");
    }

    assert_int_equal(know(w, NOW + LOGIN_RP_INTERVAL - 1), LOGIN_NO);
    assert_int_equal(server_hits(&w->server, WELL_KNOWN), 1);

    metadata(w, "");
    assert_int_equal(know(w, NOW + LOGIN_RP_INTERVAL), LOGIN_OK);
    assert_int_equal(server_hits(&w->server, WELL_KNOWN), 2);

    /* unknown keys, a thousand times in a second */

    assert_int_equal(login_rp_know(&known, w->rp, w->http, NULL,
                                   NOW + LOGIN_RP_INTERVAL, &w->failure),
                     LOGIN_OK);

    for (i = 0; i < 1000; i++) {
        assert_int_equal(login_rp_know(&newer, w->rp, w->http, known,
                                       NOW + LOGIN_RP_INTERVAL + 9,
                                       &w->failure), LOGIN_NO);
        assert_int_equal(w->failure.kind, LOGIN_RP_UNTRUSTED);
    }

    assert_int_equal(server_hits(&w->server, "/jwks"), 1);

    /* what fails is throttled as well, and what was known stays good */

    server_route(&w->server, "/jwks", 404, "{}", NULL);

    for (i = 0; i < 1000; i++) {
        assert_int_equal(login_rp_know(&newer, w->rp, w->http, known,
                                       NOW + 2 * LOGIN_RP_INTERVAL,
                                       &w->failure), LOGIN_NO);
        assert_int_equal(w->failure.kind, LOGIN_RP_DOWN);
    }

    assert_int_equal(server_hits(&w->server, "/jwks"), 2);
    assert_int_equal(know(w, NOW + 2 * LOGIN_RP_INTERVAL), LOGIN_OK);

    login_rp_forget(w->rp, known);
}


typedef struct {
    world_t        *w;
    uint64_t        now;
    login_result_e  rc;
} visitor_t;


static void *
visitor(void *data)
{
    visitor_t               *v = data;
    login_http_t            *http;
    login_http_conf_t        conf;
    login_rp_failure_t       failure;
    const login_rp_known_t  *known;

    memset(&conf, 0, sizeof(conf));

    http = login_http_create(&conf);

    v->rc = login_rp_know(&known, v->w->rp, http, NULL, v->now, &failure);
    login_rp_forget(v->w->rp, known);

    login_http_destroy(http);

    return NULL;
}


static void
held(server_t *server, int fd)
{
    (void) fd;

    sem_post(&server->entered);
    sem_wait(&server->go);
}


/* Many at once wait for the one that asks ... */

static void
test_together(void **data)
{
    size_t      i;
    world_t    *w = *data;
    visitor_t   visitors[8];
    pthread_t   threads[8];

    for (i = 0; i < 8; i++) {
        visitors[i].w = w;
        visitors[i].now = NOW;
        assert_int_equal(pthread_create(&threads[i], NULL, visitor,
                                        &visitors[i]), 0);
    }

    for (i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(visitors[i].rc, LOGIN_OK);
    }

    assert_int_equal(server_hits(&w->server, WELL_KNOWN), 1);
    assert_int_equal(server_hits(&w->server, "/jwks"), 1);
}


/* ... unless there is something to go on with. */

static void
test_meanwhile(void **data)
{
    char        text[] = "{\"keys\":[" JOSE_JWK_RSA "]}";
    world_t    *w = *data;
    visitor_t   v;
    pthread_t   thread;

    assert_int_equal(know(w, NOW), LOGIN_OK);

    server_route(&w->server, "/jwks", 200, text, held);

    v.w = w;
    v.now = NOW + LOGIN_RP_FRESH;
    assert_int_equal(pthread_create(&thread, NULL, visitor, &v), 0);

    sem_wait(&w->server.entered);
    assert_int_equal(know(w, NOW + LOGIN_RP_FRESH), LOGIN_OK);
    sem_post(&w->server.go);

    pthread_join(thread, NULL);
    assert_int_equal(v.rc, LOGIN_OK);
}


/* --- sign-in */

static void
answer(world_t *w, const login_signer_t *signer, const char *more)
{
    char    claims[2048], text[8192];
    size_t  len;
    u_char  token[login_jws_len(2048)];

    snprintf(claims, sizeof(claims),
             "{\"iss\":\"%s\",\"sub\":\"alice\",\"aud\":\"nginx\","
             "\"exp\":1800000300,\"iat\":1800000000,\"nonce\":\"" NONCE "\","
             "\"at_hash\":\"77QmUPtjPfzWtF2AnpK9RQ\"%s}", w->issuer, more);

    assert_int_equal(login_jws_sign(token, &len, signer, login_cstr(claims)),
                     LOGIN_OK);

    snprintf(text, sizeof(text),
             "{\"access_token\":\"" ACCESS "\",\"token_type\":\"Bearer\","
             "\"id_token\":\"%.*s\"}", (int) len, (char *) token);

    server_route(&w->server, "/token", 200, text, NULL);
}


static login_result_e
signin(world_t *w, uint64_t now)
{
    login_result_e  rc;

    memset(&w->signin, 0, sizeof(w->signin));

    w->signin.code = S("c/1");
    w->signin.redirect_uri = S("https://example.com/login/sso/op/callback");
    w->signin.verifier = S("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    w->signin.nonce = S(NONCE);
    w->signin.max_age = LOGIN_JSON_NONE;

    rc = login_rp_signin(&w->signin, w->rp, w->http, now, &w->failure);

    assert_int_equal(rc == LOGIN_OK, w->failure.kind == LOGIN_RP_WELL);

    return rc;
}


#define WHO  ",\"email\":\"Alice@acme.example\",\"name\":\"Alice\""


static void
test_signin(void **data)
{
    world_t  *w = *data;

    answer(w, w->rsa, WHO);

    assert_int_equal(signin(w, NOW), LOGIN_OK);
    assert_true(login_str_eq(w->signin.identity.subject, S("alice")));
    assert_true(login_str_eq(login_str(w->signin.person.username,
                                       w->signin.person.username_len),
                             S("alice@acme.example")));
    assert_true(login_str_eq(w->signin.person.name, S("Alice")));
    login_rp_signin_free(&w->signin);

    assert_non_null(strstr(w->server.request,
                           "\r\nAuthorization: Basic bmdpbng6c2VjcmV0\r\n"));
    assert_non_null(strstr(w->server.request,
        "\r\n\r\ngrant_type=authorization_code&code=c%2F1&redirect_uri="
        "https%3A%2F%2Fexample.com%2Flogin%2Fsso%2Fop%2Fcallback"
        "&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));

    /* all claims were there: nothing else was asked */

    assert_int_equal(server_hits(&w->server, "/me"), 0);
}


static void
test_userinfo(void **data)
{
    world_t  *w = *data;

    answer(w, w->rsa, ",\"email\":\"alice@acme.example\"");

    server_route(&w->server, "/me", 200,
                 "{\"sub\":\"alice\",\"name\":\"Alice\"}", NULL);
    assert_int_equal(signin(w, NOW), LOGIN_OK);
    assert_true(login_str_eq(w->signin.person.name, S("Alice")));
    assert_non_null(strstr(w->server.request,
                           "\r\nAuthorization: Bearer " ACCESS "\r\n"));
    login_rp_signin_free(&w->signin);

    server_route(&w->server, "/me", 200, "{\"sub\":\"bob\"}", NULL);
    assert_int_equal(signin(w, NOW), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_UNTRUSTED);
    assert_string_equal(w->failure.error.text,
                        "userinfo is about somebody else: \"sub\"");
    login_rp_signin_free(&w->signin);

    server_route(&w->server, "/me", 500, "{}", NULL);
    assert_int_equal(signin(w, NOW), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_DOWN);
    login_rp_signin_free(&w->signin);
}


/* What is there has to do. */

static void
test_no_userinfo(void **data)
{
    char      text[1024];
    world_t  *w = *data;

    snprintf(text, sizeof(text),
             "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/auth\","
             "\"token_endpoint\":\"%s/token\",\"jwks_uri\":\"%s/jwks\"}",
             w->issuer, w->issuer, w->issuer, w->issuer);
    server_route(&w->server, WELL_KNOWN, 200, text, NULL);

    answer(w, w->rsa, ",\"email\":\"alice@acme.example\"");
    assert_int_equal(signin(w, NOW), LOGIN_OK);
    assert_int_equal(w->signin.person.name.len, 0);
    login_rp_signin_free(&w->signin);

    answer(w, w->rsa, "");
    assert_int_equal(signin(w, NOW), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_CLAIMS);
    login_rp_signin_free(&w->signin);
}


static void
test_failures(void **data)
{
    size_t    i;
    world_t  *w = *data;

    static const struct {
        unsigned      status;
        const char   *body;
        login_rp_e    kind;
        const char   *text;
    } answers[] = {
        { 400, "{\"error\":\"invalid_grant\",\"error_description\":"
          "\"used\\n\\u00e9\"}", LOGIN_RP_REFUSED,
          "token was refused: invalid_grant, used???" },
        { 401, "{\"error\":\"invalid_client\"}", LOGIN_RP_REFUSED,
          "token was refused: invalid_client, " },
        { 200, "{\"error\":\"invalid_grant\"}", LOGIN_RP_REFUSED,
          "token was refused: invalid_grant, " },
        { 500, "<html>", LOGIN_RP_DOWN, "token was answered with 500" },
        { 302, "", LOGIN_RP_DOWN, "token was answered with 302" },
        { 200, "<html>", LOGIN_RP_DOWN,
          "token is not the JSON that it has to be" },
        { 200, "{}", LOGIN_RP_DOWN,
          "token lacks this member, or has it of another type: "
          "\"id_token\"" },
        { 500, "{\"id_token\":\"a\",\"access_token\":\"b\","
          "\"token_type\":\"Bearer\"}", LOGIN_RP_DOWN,
          "token was answered with 500" },
        { 200, "{\"id_token\":\"a\",\"access_token\":\"b\","
          "\"token_type\":\"Bearer\"}", LOGIN_RP_UNTRUSTED,
          "ID token is not a signed token" },
        { 200, "{\"id_token\":\"" JOSE_NONE "\",\"access_token\":\"b\","
          "\"token_type\":\"Bearer\"}", LOGIN_RP_UNTRUSTED,
          "ID token is signed with an algorithm that is not allowed" },
    };

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        server_route(&w->server, "/token", answers[i].status, answers[i].body,
                     NULL);
        assert_int_equal(signin(w, NOW), LOGIN_NO);
        assert_string_equal(w->failure.error.text, answers[i].text);
        assert_int_equal(w->failure.kind, answers[i].kind);
        login_rp_signin_free(&w->signin);
    }
}


static void
test_claims(void **data)
{
    world_t      *w = *data;
    login_str_t   domains[] = { S("first.example"), S("acme.example") };

    w->conf.domains = domains;
    w->conf.domains_n = 2;
    again(w);

    answer(w, w->rsa, ",\"email\":\"a@evil.example\",\"name\":\"A\"");
    assert_int_equal(signin(w, NOW), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_DOMAIN);
    assert_string_equal(w->failure.error.text,
                        "account has a username that the provider may not "
                        "speak for: \"email\"");
    login_rp_signin_free(&w->signin);

    /* too late, and too early */

    answer(w, w->rsa, WHO);
    assert_int_equal(signin(w, NOW + 10000), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_CLOCK);
    login_rp_signin_free(&w->signin);
    assert_int_equal(signin(w, NOW - 10000), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_CLOCK);
    login_rp_signin_free(&w->signin);
}


/* Another key is asked for, and no more often than that may be. */

static void
test_rotation(void **data)
{
    unsigned  i;
    world_t  *w = *data;

    answer(w, w->rsa, WHO);
    assert_int_equal(signin(w, NOW), LOGIN_OK);
    login_rp_signin_free(&w->signin);

    answer(w, w->ed, WHO);

    for (i = 0; i < 10; i++) {
        assert_int_equal(signin(w, NOW + LOGIN_RP_INTERVAL - 1), LOGIN_NO);
        assert_int_equal(w->failure.kind, LOGIN_RP_UNTRUSTED);
        assert_string_equal(w->failure.error.text, "ID token is signed with "
                            "a key that the provider does not have");
        login_rp_signin_free(&w->signin);
    }

    assert_int_equal(server_hits(&w->server, "/jwks"), 1);

    /* of a set that has a bad one in it */

    server_route(&w->server, "/jwks", 200,
                 "{\"keys\":[{\"kty\":\"RSA\"}," JWK_ED "]}", NULL);

    assert_int_equal(signin(w, NOW + LOGIN_RP_INTERVAL), LOGIN_NO);
    assert_int_equal(server_hits(&w->server, "/jwks"), 2);
    assert_string_equal(w->failure.error.text, "ID token belongs to another "
                        "access token: \"at_hash\"");
    login_rp_signin_free(&w->signin);

    /* the old one is gone */

    answer(w, w->rsa, WHO);
    assert_int_equal(signin(w, NOW + 2 * LOGIN_RP_INTERVAL), LOGIN_NO);
    assert_int_equal(server_hits(&w->server, "/jwks"), 3);
    login_rp_signin_free(&w->signin);

    /* and the provider is away */

    server_route(&w->server, "/jwks", 500, "{}", NULL);
    assert_int_equal(signin(w, NOW + 3 * LOGIN_RP_INTERVAL), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_DOWN);
    login_rp_signin_free(&w->signin);
}


static void
test_methods(void **data)
{
    world_t  *w = *data;

    metadata(w, ",\"token_endpoint_auth_methods_supported\":"
             "[\"client_secret_post\"]");
    answer(w, w->rsa, WHO);

    assert_int_equal(signin(w, NOW), LOGIN_OK);
    login_rp_signin_free(&w->signin);
    assert_null(strstr(w->server.request, "\r\nAuthorization:"));
    assert_non_null(strstr(w->server.request,
                           "&client_id=nginx&client_secret=secret"));
}


/* The assertion is verified here as a provider would. */

static void
test_private_key(void **data)
{
    char                *p;
    world_t             *w = *data;
    login_jws_e          wrong;
    login_jws_t          jws;
    login_str_t          s;
    login_jwks_t        *jwks;
    login_json_t        *json;

    static const char *const  types[] = { "JWT", NULL };

    w->conf.secret = S(PEM_ED);
    again(w);
    answer(w, w->rsa, WHO);

    assert_int_equal(signin(w, NOW), LOGIN_OK);
    login_rp_signin_free(&w->signin);

    p = strstr(w->server.request, "&client_assertion=");
    assert_non_null(p);
    assert_null(strstr(w->server.request, "secret"));

    assert_int_equal(login_jwks_parse(&jwks, S("{\"keys\":[" JWK_ED "]}")),
                     LOGIN_OK);
    assert_int_equal(login_jws_verify(&jws, jwks, login_cstr(p + 18), types,
                                      &wrong), LOGIN_OK);
    assert_int_equal(login_json_parse(&json, login_str(jws.payload, jws.len)),
                     LOGIN_OK);

    assert_int_equal(login_json_str(&s, json, "sub"), LOGIN_OK);
    assert_true(login_str_eq(s, S("nginx")));
    assert_int_equal(login_json_str(&s, json, "aud"), LOGIN_OK);
    assert_true(s.len == strlen(w->issuer) + 6
                && memcmp(s.data + s.len - 6, "/token", 6) == 0);
    assert_int_equal(login_json_str(&s, json, "jti"), LOGIN_OK);
    assert_int_equal(s.len, 22);

    login_json_free(json);
    login_jws_free(&jws);
    login_jwks_free(jwks);
}


/* --- back-channel logout */

static void
logout_token(world_t *w, const login_signer_t *signer, char *text)
{
    char    claims[1024];
    size_t  len;

    snprintf(claims, sizeof(claims),
             "{\"iss\":\"%s\",\"sub\":\"alice\",\"aud\":\"nginx\","
             "\"iat\":1800000000,\"exp\":1800000120,\"jti\":\"j\","
             "\"events\":{\"http://schemas.openid.net/event/"
             "backchannel-logout\":{}}}", w->issuer);

    assert_int_equal(login_jws_sign((u_char *) text, &len, signer,
                                    login_cstr(claims)), LOGIN_OK);
    text[len] = '\0';
}


static void
test_logout(void **data)
{
    char                  text[login_jws_len(1024) + 1];
    world_t              *w = *data;
    login_oidc_logout_t   logout;

    logout_token(w, w->rsa, text);
    assert_int_equal(login_rp_logout(&logout, login_cstr(text), w->rp,
                                     w->http, NOW, &w->failure), LOGIN_OK);
    assert_true(login_str_eq(logout.subject, S("alice")));
    login_oidc_logout_free(&logout);

    /* of a new key */

    logout_token(w, w->ed, text);
    assert_int_equal(login_rp_logout(&logout, login_cstr(text), w->rp,
                                     w->http, NOW, &w->failure), LOGIN_NO);
    assert_int_equal(w->failure.kind, LOGIN_RP_UNTRUSTED);
    assert_int_equal(server_hits(&w->server, "/jwks"), 1);

    server_route(&w->server, "/jwks", 200, "{\"keys\":[" JWK_ED "]}", NULL);
    assert_int_equal(login_rp_logout(&logout, login_cstr(text), w->rp,
                                     w->http, NOW + LOGIN_RP_INTERVAL,
                                     &w->failure), LOGIN_OK);
    login_oidc_logout_free(&logout);

    assert_int_equal(login_rp_logout(&logout, S("a.b.c"), w->rp, w->http, NOW,
                                     &w->failure), LOGIN_NO);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_cache, setup, teardown),
        cmocka_unit_test_setup_teardown(test_peek, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_throttle, setup, teardown),
        cmocka_unit_test_setup_teardown(test_together, setup, teardown),
        cmocka_unit_test_setup_teardown(test_meanwhile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signin, setup, teardown),
        cmocka_unit_test_setup_teardown(test_userinfo, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_userinfo, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failures, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claims, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_methods, setup, teardown),
        cmocka_unit_test_setup_teardown(test_private_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_logout, setup, teardown)
    };

    login_json_init();

    if (login_http_init() != LOGIN_OK) {
        return 1;
    }

    return cmocka_run_group_tests(tests, NULL, NULL);
}
