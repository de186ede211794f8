
/*
 * The cookie of a flow: what anybody may send opens to nothing; and what is
 * in one, if the encryption were not there, is taken in one form only.
 */

#include "login.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


#define expect(condition)  ((condition) ? (void) 0 : abort())

#define KEY    "000102030405060708090a0b0c0d0e0f"                             \
               "101112131415161718191a1b1c1d1e1f"
#define REALM  login_cstr("https://example.com/login/")
#define NOW    1700000000


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const u_char  browser[LOGIN_ID_LEN] = "0123456789abcdef";


static login_crypto_t *
crypto(void)
{
    login_error_t           error;
    login_keyring_t         ring;
    static login_crypto_t  *made;

    if (made == NULL) {
        expect(login_keyring_parse(&ring, login_cstr(KEY), &error)
               == LOGIN_OK);
        made = login_crypto_create(&ring);
        expect(made != NULL);
    }

    return made;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char        plain[LOGIN_FLOW_PLAIN], text[LOGIN_FLOW_TEXT];
    login_str_t   in;
    login_flow_t  flow, read;

    if (size > 4096) {
        return 0;
    }

    in = login_str(data, size);

    expect(login_flow_open(&flow, crypto(), REALM, browser, in, NOW)
           == LOGIN_NO);

    if (login_flow_decode(&flow, in) != LOGIN_OK) {
        return 0;
    }

    expect(flow.state == LOGIN_STATE_CODE || flow.state == LOGIN_STATE_NAME
           || flow.state == LOGIN_STATE_SCAN
           || flow.state == LOGIN_STATE_SAVE
           || flow.state == LOGIN_STATE_ANEW);

    expect(login_flow_encode(plain, &flow) == LOGIN_OK);
    expect(login_str_eq(login_str(plain, sizeof(plain)), in));

    expect(login_flow_seal(text, crypto(), REALM, browser, &flow)
           == LOGIN_OK);

    if (login_flow_open(&read, crypto(), REALM, browser,
                        login_str(text, sizeof(text)), flow.issued)
        == LOGIN_OK)
    {
        expect(memcmp(&read, &flow, sizeof(login_flow_t)) == 0);
    }

    return 0;
}
