
/*
 * What nginx guards, as it is in the store.  What is accepted has one
 * spelling, is a tree, and is written so again.
 */

#include "login.h"

#include <stdlib.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
expect(int condition)
{
    if (!condition) {
        abort();
    }
}


/* Every byte of what it names is there. */

static size_t
touch(login_str_t s)
{
    size_t  i, sum;

    sum = 0;

    for (i = 0; i < s.len; i++) {
        sum += s.data[i];
    }

    return sum;
}


static size_t
touch_list(const login_strings_t *list)
{
    size_t  i, sum;

    sum = 0;

    for (i = 0; i < list->n; i++) {
        sum += touch(list->s[i]);
    }

    return sum;
}


static size_t
walk(const login_server_t *server)
{
    size_t                   i, sum;
    uint32_t                 most;
    const login_location_t  *location;

    sum = touch(server->portal) + touch_list(&server->names)
          + touch_list(&server->listen);
    most = 1;

    for (i = 0; i < server->n; i++) {
        location = &server->locations[i];

        expect(location->depth <= most);
        most = location->depth + 1;

        sum += touch(location->name) + touch_list(&location->methods)
               + touch_list(&location->require);
    }

    return sum;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           i;
    u_char          *out;
    login_str_t      in;
    login_arena_t   *arena;
    login_policy_t   policy;

    static volatile size_t  sum;

    if (size > 65536) {
        return 0;
    }

    in = login_str(data, size);

    arena = login_arena_create();
    expect(arena != NULL);

    if (login_policy_decode(&policy, arena, in) == LOGIN_OK) {

        for (i = 0; i < policy.n; i++) {
            sum = sum + walk(&policy.servers[i]);
        }

        expect(login_policy_size(&policy) == size);

        out = malloc(size);
        expect(out != NULL);
        expect(login_policy_encode(out, size, &policy) == LOGIN_OK);
        expect(login_str_eq(login_str(out, size), in));

        free(out);
    }

    login_arena_destroy(arena);

    return 0;
}
