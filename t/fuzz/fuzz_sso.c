
/*
 * The cookie of who has left for a provider, once it is decrypted: what is
 * accepted has one spelling, and is written so again.
 */

#include "login.h"

#include <stdlib.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t              len;
    u_char              plain[LOGIN_SSO_PLAIN_MAX];
    login_str_t         in;
    login_sso_state_t   state;

    in = login_str(data, size);

    if (login_sso_state_decode(&state, in) != LOGIN_OK) {
        return 0;
    }

    check(state.provider.len > 0 && state.org.len > 0);
    check(state.return_to.len <= LOGIN_RETURN_MAX);

    len = login_sso_state_encode(plain, &state);
    check(login_str_eq(login_str(plain, len), in));

    return 0;
}
