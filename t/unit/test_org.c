
#include "login.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


static void
test_names(void **state)
{
    size_t  i, len;
    u_char  dst[LOGIN_USERNAME_MAX];

    static const struct {
        const char  *in;
        const char  *out;
    } names[] = {
        { "acme", "acme" },
        { " ACME\t", "acme" },
        { "Acme-2.example_x", "acme-2.example_x" },
        { "\xef\xbc\xa1\xef\xbd\x83me", "acme" },       /* full width */
        { "Z\xc3\x9cRICH", "z\xc3\xbcrich" },
        { "Zu\xcc\x88rich", "z\xc3\xbcrich" }
    };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(login_org_normalise(dst, &len,
                                             login_cstr(names[i].in)),
                         LOGIN_OK);
        assert_int_equal(len, strlen(names[i].out));
        assert_memory_equal(dst, names[i].out, len);
    }
}


static void
test_refused(void **state)
{
    size_t  i, len;
    u_char  dst[LOGIN_USERNAME_MAX];
    char    name[LOGIN_ORG_MAX + 2];

    static const char *const  names[] = {
        "", " ", "a b", "a/b", "a,b", "-a", "a@b.example", "@", "a;b", "a:b",
        "a?b", "a#b", "a&b", "a=b", "a%b", "a+b", "a\\b", "a\"b", "a'b",
        "a<b", "a>b", "a*b", "\xff", "a\x01"
    };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (login_org_normalise(dst, &len, login_cstr(names[i])) != LOGIN_NO) {
            fail_msg("\"%s\" was taken", names[i]);
        }
    }

    memset(name, 'a', sizeof(name));

    assert_int_equal(login_org_normalise(dst, &len,
                                         login_str(name, LOGIN_ORG_MAX)),
                     LOGIN_OK);
    assert_int_equal(login_org_normalise(dst, &len,
                                         login_str(name, LOGIN_ORG_MAX + 1)),
                     LOGIN_NO);
    assert_int_equal(login_org_normalise(dst, &len, login_str(NULL, 0)),
                     LOGIN_NO);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
