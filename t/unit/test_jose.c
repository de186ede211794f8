
/* Tokens: examples of the RFCs, and what libtomcrypt signed. */

#include "login.h"
#include "jose_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define S(s)  login_str(s, sizeof(s) - 1)


static const char *const  jwt[] = { "JWT", NULL };


static login_jwks_t *
keys(const char *text)
{
    login_jwks_t  *jwks;

    assert_int_equal(login_jwks_parse(&jwks, login_cstr(text)), LOGIN_OK);

    return jwks;
}


/* A set of the keys given, up to NULL. */

static login_jwks_t *
set(const char *first, ...)
{
    char           text[8192];
    size_t         n;
    va_list        args;
    const char    *key;

    n = (size_t) snprintf(text, sizeof(text), "{\"keys\":[%s", first);

    va_start(args, first);

    while ((key = va_arg(args, const char *)) != NULL) {
        n += (size_t) snprintf(text + n, sizeof(text) - n, ",%s", key);
        assert_true(n < sizeof(text));
    }

    va_end(args);

    snprintf(text + n, sizeof(text) - n, "]}");

    return keys(text);
}


static login_jws_e
verify(const login_jwks_t *jwks, login_str_t text)
{
    login_jws_e     wrong;
    login_jws_t     jws;
    login_result_e  rc;

    rc = login_jws_verify(&jws, jwks, text, jwt, &wrong);

    assert_int_not_equal(rc, LOGIN_FAULT);
    assert_int_equal(rc == LOGIN_OK, wrong == LOGIN_JWS_GOOD);
    assert_int_equal(rc == LOGIN_OK, jws.payload != NULL);

    login_jws_free(&jws);

    return wrong;
}


static void
good(const char *jwk, const char *text, const char *payload)
{
    login_jws_e    wrong;
    login_jws_t    jws;
    login_jwks_t  *jwks;

    jwks = set(jwk, NULL);

    assert_int_equal(login_jws_verify(&jws, jwks, login_cstr(text), jwt,
                                      &wrong), LOGIN_OK);
    assert_int_equal(jws.len, strlen(payload));
    assert_memory_equal(jws.payload, payload, jws.len);

    login_jws_free(&jws);
    login_jwks_free(jwks);
}


#define JOE  "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "                 \
             "\"http://example.com/is_root\":true}"


/* RFC 7515, A.2 and A.3; RFC 8037, A.4. */

static void
test_rfc(void **data)
{
    (void) data;

    good("{\"kty\":\"RSA\",\"n\":\""
         "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp"
         "-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW"
         "vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
         "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k"
         "G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2"
         "PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}",
         "eyJhbGciOiJSUzI1NiJ9"
         ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
         "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
         ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
         "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
         "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
         "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
         "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
         "p0igcN_IoypGlUPQGe77Rw", JOE);

    good("{\"kty\":\"EC\",\"crv\":\"P-256\","
         "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
         "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
         "eyJhbGciOiJFUzI1NiJ9"
         ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
         "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
         ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
         "pmWQxfKTUJqPP3-Kg6NU1Q", JOE);

    good("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
         "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
         "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
         ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5B"
         "hVsPt9g7sVvpAr_MuM0KAg", "Example of Ed25519 signing");
}


static void
test_algorithms(void **data)
{
    size_t         i;
    login_jws_e    wrong;
    login_jws_t    jws;
    login_jwks_t  *jwks;

    static const struct {
        const char   *token;
        login_alg_e   alg;
    } tokens[] = {
        { JOSE_RS256, LOGIN_ALG_RS256 },
        { JOSE_PS256, LOGIN_ALG_PS256 },
        { JOSE_PS256_SALT_32, LOGIN_ALG_PS256 },
        { JOSE_ES256, LOGIN_ALG_ES256 },
        { JOSE_EDDSA, LOGIN_ALG_EDDSA },
        { JOSE_RS256_NO_KID, LOGIN_ALG_RS256 },
    };

    (void) data;

    jwks = keys(JOSE_JWKS);
    assert_int_equal(login_jwks_count(jwks), 3);

    for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        assert_int_equal(login_jws_verify(&jws, jwks,
                                          login_cstr(tokens[i].token), jwt,
                                          &wrong), LOGIN_OK);
        assert_int_equal(jws.alg, tokens[i].alg);
        login_jws_free(&jws);
    }

    login_jwks_free(jwks);
}


static void
test_refused(void **data)
{
    size_t         i;
    login_jwks_t  *jwks;

    static const struct {
        const char   *token;
        login_jws_e   wrong;
    } tokens[] = {
        { JOSE_NONE, LOGIN_JWS_ALG },
        { JOSE_RS512, LOGIN_JWS_ALG },
        { JOSE_HS256, LOGIN_JWS_ALG },
        { JOSE_HS256_JWK, LOGIN_JWS_ALG },
        { JOSE_EMBEDDED, LOGIN_JWS_HEADER },
        { JOSE_JKU, LOGIN_JWS_HEADER },
        { JOSE_X5U, LOGIN_JWS_HEADER },
        { JOSE_X5C, LOGIN_JWS_HEADER },
        { JOSE_CRIT, LOGIN_JWS_HEADER },
        { JOSE_LOGOUT_TYPE, LOGIN_JWS_TYPE },
        { JOSE_RS256_OTHER, LOGIN_JWS_SIGNATURE },
        { JOSE_PS256_SALT_0, LOGIN_JWS_SIGNATURE },
        { JOSE_PS256_SALT_64, LOGIN_JWS_SIGNATURE },
        { JOSE_RS256 "=", LOGIN_JWS_MALFORMED },
        { JOSE_RS256 ".", LOGIN_JWS_MALFORMED },
        { JOSE_RS256 "AA", LOGIN_JWS_SIGNATURE },
        { "", LOGIN_JWS_MALFORMED },
        { ".", LOGIN_JWS_MALFORMED },
        { "..", LOGIN_JWS_MALFORMED },
        { "e30.e30.e30", LOGIN_JWS_ALG },                   /* {} */
        { "eyJhbGciOiIifQ.e30.", LOGIN_JWS_ALG },           /* alg: "" */
        { "eyJhbGciOm51bGx9.e30.", LOGIN_JWS_ALG },         /* null */
        { "eyJhbGciOjF9.e30.", LOGIN_JWS_MALFORMED },       /* 1 */
        { "eyJhbGciOiJyczI1NiJ9.e30.", LOGIN_JWS_ALG },     /* "rs256" */
    };

    (void) data;

    jwks = keys(JOSE_JWKS);

    for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        assert_int_equal(verify(jwks, login_cstr(tokens[i].token)),
                         tokens[i].wrong);
    }

    login_jwks_free(jwks);
}


/* Every bit of every part counts, and there is one spelling of each. */

static void
test_altered(void **data)
{
    u_char         text[sizeof(JOSE_ES256) + 1];
    size_t         i, len;
    unsigned       bit;
    login_jwks_t  *jwks;

    (void) data;

    len = sizeof(JOSE_ES256) - 1;
    jwks = keys(JOSE_JWKS);

    for (i = 0; i < len; i++) {
        for (bit = 0; bit < 8; bit++) {
            memcpy(text, JOSE_ES256, len);
            text[i] ^= (u_char) (1 << bit);
            assert_int_not_equal(verify(jwks, login_str(text, len)),
                                 LOGIN_JWS_GOOD);
        }
    }

    for (i = 0; i < len; i++) {
        assert_int_not_equal(verify(jwks, login_str(JOSE_ES256, i)),
                             LOGIN_JWS_GOOD);
    }

    memcpy(text, JOSE_ES256, len);

    text[len] = '=';
    assert_int_not_equal(verify(jwks, login_str(text, len + 1)),
                         LOGIN_JWS_GOOD);

    text[len] = '.';
    assert_int_not_equal(verify(jwks, login_str(text, len + 1)),
                         LOGIN_JWS_GOOD);

    login_jwks_free(jwks);
}


/* The value of an ECDSA signature that is none: zeros, DER, ones. */

static void
test_es256_values(void **data)
{
    char           text[1024];
    u_char         raw[72];
    size_t         i, n, len;
    const char    *dot;
    login_jwks_t  *jwks;

    static const struct {
        u_char  fill;
        size_t  len;
    } values[] = {
        { 0, 64 }, { 0xff, 64 }, { 1, 64 }, { 0, 0 }, { 1, 63 }, { 1, 65 },
        { 0x30, 70 },
    };

    (void) data;

    jwks = keys(JOSE_JWKS);
    dot = strrchr(JOSE_ES256, '.');
    n = (size_t) (dot - JOSE_ES256) + 1;

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        memset(raw, values[i].fill, sizeof(raw));
        memcpy(text, JOSE_ES256, n);
        len = n + login_base64url_encode((u_char *) text + n,
                                         login_str(raw, values[i].len));

        assert_int_equal(verify(jwks, login_str(text, len)),
                         LOGIN_JWS_SIGNATURE);
    }

    login_jwks_free(jwks);
}


/* The header chooses among the keys that are right for its algorithm. */

static void
test_choice(void **data)
{
    login_jwks_t  *jwks;

    (void) data;

    /* without "kid" there must be only one, of that kind */

    jwks = set(JOSE_JWK_EC, JOSE_JWK_RSA, JOSE_JWK_ED, NULL);
    assert_int_equal(verify(jwks, S(JOSE_RS256_NO_KID)), LOGIN_JWS_GOOD);
    assert_int_equal(verify(jwks, S(JOSE_RS256)), LOGIN_JWS_KEY);
    login_jwks_free(jwks);

    jwks = set(JOSE_JWK_OTHER, JOSE_JWK_RSA, NULL);
    assert_int_equal(verify(jwks, S(JOSE_RS256_NO_KID)),
                     LOGIN_JWS_AMBIGUOUS);
    login_jwks_free(jwks);

    jwks = set(JOSE_JWK_OTHER, NULL);
    assert_int_equal(verify(jwks, S(JOSE_RS256_NO_KID)),
                     LOGIN_JWS_SIGNATURE);
    assert_int_equal(verify(jwks, S(JOSE_ES256)), LOGIN_JWS_KEY);
    login_jwks_free(jwks);
}


static login_jws_e
with_key(const char *more, const char *token)
{
    char           text[2048];
    login_jws_e    wrong;
    login_jwks_t  *jwks;

    snprintf(text, sizeof(text), "{%s,%s", more, &JOSE_JWK_RSA[1]);
    jwks = set(JOSE_JWK_EC, text, NULL);
    wrong = verify(jwks, login_cstr(token));
    login_jwks_free(jwks);

    return wrong;
}


/* What a key says of its use holds. */

static void
test_use(void **data)
{
    size_t  i;

    static const struct {
        const char   *more;
        login_jws_e   wrong;
    } uses[] = {
        { "\"kid\":\"r\"", LOGIN_JWS_GOOD },
        { "\"kid\":\"R\"", LOGIN_JWS_KEY },
        { "\"kid\":\"\"", LOGIN_JWS_KEY },
        { "\"kid\":null", LOGIN_JWS_KEY },
        { "\"kid\":7", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"use\":\"sig\"", LOGIN_JWS_GOOD },
        { "\"kid\":\"r\",\"use\":\"enc\"", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"use\":[\"sig\"]", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"alg\":\"RS256\"", LOGIN_JWS_GOOD },
        { "\"kid\":\"r\",\"alg\":\"PS256\"", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"alg\":\"ES256\"", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"alg\":\"RS512\"", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"alg\":\"RSA-OAEP\"", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"alg\":\"HS256\"", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"key_ops\":[\"verify\"]", LOGIN_JWS_GOOD },
        { "\"kid\":\"r\",\"key_ops\":[\"encrypt\",\"verify\"]",
          LOGIN_JWS_GOOD },
        { "\"kid\":\"r\",\"key_ops\":[\"encrypt\"]", LOGIN_JWS_KEY },
        { "\"kid\":\"r\",\"key_ops\":\"verify\"", LOGIN_JWS_GOOD },
        { "\"kid\":\"r\",\"key_ops\":[1]", LOGIN_JWS_KEY },
    };

    (void) data;

    for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        if (with_key(uses[i].more, JOSE_RS256) != uses[i].wrong) {
            fail_msg("%s", uses[i].more);
        }
    }

    assert_int_equal(with_key("\"kid\":\"r\",\"alg\":\"PS256\"", JOSE_PS256),
                     LOGIN_JWS_GOOD);
    assert_int_equal(with_key("\"kid\":\"r\",\"alg\":\"RS256\"", JOSE_PS256),
                     LOGIN_JWS_KEY);
}


/* Keys that are none are left out, and the others stay. */

static void
test_bad_keys(void **data)
{
    size_t         i;
    char           text[4096];
    login_jwks_t  *jwks;

    static const char *const  bad[] = {
        "1", "null", "[]", "\"RSA\"", "{}",
        "{\"kty\":null}", "{\"kty\":1}", "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
        "{\"kty\":\"RSA\"}",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"n\":\"AQAB=\",\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"n\":1,\"e\":\"AQAB\"}",
        JOSE_JWK_SMALL,
        "{\"kty\":\"EC\",\"crv\":\"P-256\"}",
        /* not on the curve, and at infinity */
        "{\"kty\":\"EC\",\"crv\":\"P-256\","
        "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\","
        "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
        "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
        /* without its first octet, which must be there */
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"zc4ncPbEXUGDy-5v20t7WAcz"
        "NXvp7xO6z248e9FURQ\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
        "{\"kty\":\"EC\",\"crv\":\"secp256k1\","
        "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
        "{\"kty\":\"OKP\",\"crv\":\"X25519\","
        "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7T\"}",
    };

    (void) data;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), "{\"keys\":[%s]}", bad[i]);

        if (login_jwks_parse(&jwks, login_cstr(text)) != LOGIN_NO) {
            fail_msg("%s", bad[i]);
        }

        assert_null(jwks);

        jwks = set(bad[i], JOSE_JWK_RSA, bad[i], NULL);
        assert_int_equal(login_jwks_count(jwks), 1);
        assert_int_equal(verify(jwks, S(JOSE_RS256_NO_KID)), LOGIN_JWS_GOOD);
        login_jwks_free(jwks);
    }
}


/* RSA's numbers: even ones, an exponent of 1, and both ends of the sizes. */

static void
test_rsa_numbers(void **data)
{
    char             text[4096], n64[2048];
    u_char           n[1025];
    size_t           i, len;
    login_jwks_t    *jwks;
    login_result_e   rc;

    static const struct {
        size_t           len;
        u_char           first;
        u_char           last;
        const char      *e;
        login_result_e   rc;
    } numbers[] = {
        { 256, 0x80, 0x01, "AQAB", LOGIN_OK },
        { 256, 0x80, 0x01, "Aw", LOGIN_OK },
        { 256, 0x80, 0x01, "AQ", LOGIN_NO },            /* 1 */
        { 256, 0x80, 0x01, "AA", LOGIN_NO },            /* 0 */
        { 256, 0x80, 0x01, "Ag", LOGIN_NO },            /* 2 */
        { 256, 0x80, 0x01, "AAEAAQ", LOGIN_NO },        /* 0 ahead */
        { 256, 0x80, 0x01, "", LOGIN_NO },
        { 256, 0x80, 0x01, "AQAAAAAAAAAB", LOGIN_NO },  /* 9 octets */
        { 256, 0x80, 0x02, "AQAB", LOGIN_NO },          /* even */
        { 256, 0x7f, 0x01, "AQAB", LOGIN_NO },          /* 2047 bits */
        { 257, 0x00, 0x01, "AQAB", LOGIN_NO },
        { 255, 0x80, 0x01, "AQAB", LOGIN_NO },
        { 1024, 0x80, 0x01, "AQAB", LOGIN_OK },
        { 1025, 0x01, 0x01, "AQAB", LOGIN_NO },
    };

    (void) data;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        memset(n, 0xa5, sizeof(n));
        n[0] = numbers[i].first;
        n[numbers[i].len - 1] = numbers[i].last;
        len = login_base64url_encode((u_char *) n64,
                                     login_str(n, numbers[i].len));
        snprintf(text, sizeof(text),
                 "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"%s\"}]}",
                 (int) len, n64, numbers[i].e);

        rc = login_jwks_parse(&jwks, login_cstr(text));
        assert_int_equal(rc, numbers[i].rc);
        login_jwks_free(jwks);
    }
}


static void
test_sets(void **data)
{
    size_t          i, n;
    char           *text;
    login_jwks_t   *jwks;

    static const char *const  bad[] = {
        "", "{}", "[]", "{\"keys\":null}", "{\"keys\":{}}", "{\"keys\":[]}",
        "{\"keys\":[],\"keys\":[]}", JOSE_JWK_RSA,
    };

    (void) data;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(login_jwks_parse(&jwks, login_cstr(bad[i])),
                         LOGIN_NO);
    }

    /* as many as a set may have, and one more */

    text = malloc(LOGIN_JSON_MAX);
    assert_non_null(text);

    for (n = LOGIN_JWKS_MAX; n <= LOGIN_JWKS_MAX + 1; n++) {
        strcpy(text, "{\"keys\":[");

        for (i = 0; i < n; i++) {
            strcat(text, i > 0 ? "," : "");
            strcat(text, JOSE_JWK_EC);
        }

        strcat(text, "]}");

        assert_int_equal(login_jwks_parse(&jwks, login_cstr(text)),
                         n == LOGIN_JWKS_MAX ? LOGIN_OK : LOGIN_NO);
        login_jwks_free(jwks);
    }

    free(text);
}


/* RFC 8410, 10.3 */
#define PEM_ED  "-----BEGIN PRIVATE KEY-----\n"                               \
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"      \
    "-----END PRIVATE KEY-----\n"
#define JWK_ED  "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","                       \
    "\"x\":\"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE\"}"

/* of P-384, which no algorithm of ours has */
#define PEM_384                                                               \
    "-----BEGIN PRIVATE KEY-----\n"                                           \
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDB62IgZUdtScXn8vLNJ\n"      \
    "Kf4dGn48uGU6Xc3foxXKYFKqLxeZ7pF3t4E2zfN7mebbpAahZANiAAQLbW4FpcU5\n"      \
    "NnQzYMYr21DyP2Nos45kkH2VGZIvjomFgFUH2ajFGtNWr/cDYOD0Wi85kNlxh1vV\n"      \
    "5o2/igaXRyiVm2F8CklSo+5Uh242gTl/n8qks6IXCkDUCzKlO9wBudM=\n"              \
    "-----END PRIVATE KEY-----\n"


static void
test_sign(void **data)
{
    size_t           i, len;
    u_char           text[login_jws_len(64)];
    login_jwks_t    *jwks;
    login_signer_t  *signer;

    static const struct {
        const char  *pem;
        const char  *jwk;
    } pairs[] = {
        { JOSE_PEM_RSA, JOSE_JWK_RSA },
        { JOSE_PEM_EC, JOSE_JWK_EC },
        { PEM_ED, JWK_ED },
    };

    (void) data;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_int_equal(login_signer_create(&signer,
                                             login_cstr(pairs[i].pem)),
                         LOGIN_OK);

        assert_int_equal(login_jws_sign(text, &len, signer,
                                        S("{\"iss\":\"nginx\"}")), LOGIN_OK);
        assert_true(len <= sizeof(text));

        jwks = set(pairs[i].jwk, NULL);
        assert_int_equal(verify(jwks, login_str(text, len)), LOGIN_JWS_GOOD);
        login_jwks_free(jwks);

        jwks = set(JOSE_JWK_OTHER, NULL);
        assert_int_not_equal(verify(jwks, login_str(text, len)),
                             LOGIN_JWS_GOOD);
        login_jwks_free(jwks);

        login_signer_destroy(signer);
    }
}


static void
test_no_signer(void **data)
{
    size_t           i;
    login_signer_t  *signer;

    static const char *const  bad[] = {
        "", "secret", "-----BEGIN PRIVATE KEY-----\n", PEM_384,
        JOSE_PEM_SMALL,
        /* encrypted: nobody is asked for the password */
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgayY/Amcp5EAICCAAw\n"
        "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEP+qclkJ+YCIXcZD1ZHYfNUEQLA4\n"
        "piB7hxvxe8jc1QUDMCL2CmETQlbfMvUAO6g2A6sA/gjF5iomcjGAGb0vHCTQrfVb\n"
        "LPI/ZtvgJXfgzIWKo6w=\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n",
    };

    (void) data;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(login_signer_create(&signer, login_cstr(bad[i])),
                         LOGIN_NO);
        assert_null(signer);
    }
}


static void
test_names(void **data)
{
    (void) data;

    assert_int_equal(login_alg(S("RS256")), LOGIN_ALG_RS256);
    assert_int_equal(login_alg(S("EdDSA")), LOGIN_ALG_EDDSA);
    assert_int_equal(login_alg(S("none")), LOGIN_ALG_UNKNOWN);
    assert_int_equal(login_alg(S("")), LOGIN_ALG_UNKNOWN);
    assert_int_equal(login_alg(login_str(NULL, 0)), LOGIN_ALG_UNKNOWN);
    assert_string_equal(login_alg_name(LOGIN_ALG_PS256), "PS256");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_rfc),
        cmocka_unit_test(test_algorithms),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_altered),
        cmocka_unit_test(test_es256_values),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_use),
        cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_rsa_numbers),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_sign),
        cmocka_unit_test(test_no_signer),
        cmocka_unit_test(test_names)
    };

    login_json_init();

    return cmocka_run_group_tests(tests, NULL, NULL);
}
