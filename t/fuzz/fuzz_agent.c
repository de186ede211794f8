
/* User-Agent headers: whatever is sent, names come from a list of ours. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char        *doubled;
    login_agent_t  agent, again;

    login_agent_read(&agent, login_str(data, size));

    check(agent.browser == NULL || strlen(agent.browser) < 32);
    check(agent.system == NULL || strlen(agent.system) < 32);

    /* what is behind it takes no name away */

    doubled = malloc(2 * size + 1);
    check(doubled != NULL);

    if (size != 0) {
        memcpy(doubled, data, size);
        memcpy(doubled + size + 1, data, size);
    }

    doubled[size] = ' ';

    login_agent_read(&again, login_str(doubled, 2 * size + 1));

    check(again.browser == agent.browser);
    check(again.system == agent.system);

    free(doubled);

    return 0;
}
