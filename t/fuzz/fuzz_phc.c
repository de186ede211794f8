
/* What is read as a PHC string is written again byte for byte. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char         again[LOGIN_PHC_MAX + 1];
    login_phc_t  phc;

    if (login_phc_decode(&phc, login_str(data, size)) != LOGIN_OK) {
        return 0;
    }

    if (!login_cost_check(&phc.cost)) {
        abort();
    }

    login_phc_encode(again, &phc);

    if (strlen(again) != size || memcmp(again, data, size) != 0) {
        abort();
    }

    return 0;
}
