
/* JSON of a provider.  What was read has no NUL, and is UTF-8. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
members(const login_json_t *json, const char *name)
{
    size_t       i, n;
    unsigned     b;
    uint64_t     t;
    login_str_t  s, list[4];

    if (login_json_str(&s, json, name) == LOGIN_OK) {
        check(login_utf8_check(s, NULL) == LOGIN_OK);
    }

    if (login_json_time(&t, json, name) == LOGIN_OK) {
        check(t == LOGIN_JSON_NONE || t <= (uint64_t) 1 << 53);
    }

    b = 2;
    (void) login_json_bool(&b, json, name);
    check(b <= 2);

    n = 4;

    if (login_json_strs(list, &n, json, name) == LOGIN_OK) {
        check(n <= 4);

        for (i = 0; i < n; i++) {
            check(login_utf8_check(list[i], NULL) == LOGIN_OK);
        }
    }

    if (login_json_list(&n, json, name) == LOGIN_OK) {
        check(login_json_item(json, name, n) == NULL);

        for (i = 0; i < n; i++) {
            (void) login_json_item(json, name, i);
        }
    }

    (void) login_json_object(json, name);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned  ready;

    login_json_t  *json;

    if (!ready) {
        login_json_init();
        ready = 1;
    }

    if (login_json_parse(&json, login_str(data, size)) == LOGIN_OK) {
        members(json, "a");
        members(json, "aud");
        members(json, "keys");
        login_json_free(json);

    } else {
        check(json == NULL);
    }

    return 0;
}
