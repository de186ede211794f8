
/*
 * Sets of keys, tokens, and private keys.  The first byte says which; of a
 * token that is verified the payload is what stands in it.
 */

#include "login.h"
#include "../unit/jose_vectors.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
token(const login_jwks_t *jwks, login_str_t text)
{
    u_char         *back;
    login_jws_e     wrong;
    login_jws_t     jws;
    const u_char   *payload;
    login_result_e  rc;

    static const char *const  types[] = { "JWT", NULL };

    rc = login_jws_verify(&jws, jwks, text, types, &wrong);

    check(rc != LOGIN_FAULT);
    check((rc == LOGIN_OK) == (wrong == LOGIN_JWS_GOOD));
    check((rc == LOGIN_OK) == (jws.payload != NULL));

    if (rc == LOGIN_OK) {
        check(jws.alg > LOGIN_ALG_UNKNOWN && jws.alg < LOGIN_ALGS);

        payload = memchr(text.data, '.', text.len);
        back = malloc(login_base64url_len(jws.len) + 1);
        check(payload != NULL && back != NULL);

        login_base64url_encode(back, login_str(jws.payload, jws.len));
        check(memcmp(payload + 1, back, login_base64url_len(jws.len)) == 0);

        free(back);
    }

    login_jws_free(&jws);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static login_jwks_t  *known;

    login_str_t      text;
    login_jwks_t    *jwks;
    login_signer_t  *signer;

    if (known == NULL) {
        login_json_init();
        check(login_jwks_parse(&known, login_cstr(JOSE_JWKS)) == LOGIN_OK);
    }

    if (size == 0) {
        return 0;
    }

    text = login_str(data + 1, size - 1);

    switch (data[0]) {

    case 'k':
        if (login_jwks_parse(&jwks, text) == LOGIN_OK) {
            check(login_jwks_count(jwks) <= LOGIN_JWKS_MAX);
            token(jwks, login_cstr(JOSE_RS256_NO_KID));
            login_jwks_free(jwks);
        }

        break;

    case 'p':
        (void) login_signer_create(&signer, text);
        login_signer_destroy(signer);
        break;

    default:
        token(known, text);
    }

    return 0;
}
