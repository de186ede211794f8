
/*
 * Hashes of others: what is taken can be checked, without a fault.  Only
 * those that are quick are, since a fuzzer would find the dear ones.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    login_str_t  hash;

    hash = login_str(data, size);

    if (login_foreign_check(hash) != LOGIN_OK) {

        if (login_foreign_verify(hash, login_cstr("x")) != LOGIN_FAULT) {
            abort();
        }

        return 0;
    }

    if (size > LOGIN_PHC_MAX) {
        abort();
    }

    if ((login_str_begins(hash, "{S") || login_str_begins(hash, "$apr1$"))
        && login_foreign_verify(hash, login_cstr("x")) == LOGIN_FAULT)
    {
        abort();
    }

    return 0;
}
