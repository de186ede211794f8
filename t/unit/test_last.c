
#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define NOW  1800000000


static void
test_name(void **data)
{
    u_char  one[LOGIN_ID_LEN], other[LOGIN_ID_LEN], text[65];

    (void) data;

    assert_int_equal(login_last_name(one, login_cstr("acme"),
                                     login_cstr("okta")), LOGIN_OK);
    assert_int_equal(login_last_name(other, login_cstr("acme"),
                                     login_cstr("okta")), LOGIN_OK);
    assert_memory_equal(one, other, LOGIN_ID_LEN);

    assert_int_equal(login_last_name(other, login_cstr("acm"),
                                     login_cstr("eokta")), LOGIN_OK);
    assert_memory_not_equal(one, other, LOGIN_ID_LEN);

    memset(text, 'a', sizeof(text));

    assert_int_equal(login_last_name(one, login_str(text, 64),
                                     login_str(text, 64)), LOGIN_OK);
    assert_int_equal(login_last_name(one, login_str(text, 65),
                                     login_str(text, 1)), LOGIN_FAULT);
    assert_int_equal(login_last_name(one, login_str(text, 1),
                                     login_str(text, 65)), LOGIN_FAULT);
}


static void
test_codec(void **data)
{
    u_char        raw[LOGIN_LAST_LEN];
    login_last_t  in, out;

    (void) data;

    memset(&in, 0, sizeof(in));
    memset(in.provider, 0xa5, LOGIN_ID_LEN);
    in.since = NOW;
    in.times = 3;

    login_last_encode(raw, &in);
    login_last_decode(&out, raw);

    assert_memory_equal(in.provider, out.provider, LOGIN_ID_LEN);
    assert_int_equal(out.since, NOW);
    assert_int_equal(out.times, 3);
}


static void
test_again(void **data)
{
    unsigned      i;
    login_last_t  last;

    (void) data;

    memset(&last, 0, sizeof(last));

    for (i = 0; i < LOGIN_LAST_TIMES; i++) {
        assert_true(login_last_again(&last, NOW + i));
    }

    assert_false(login_last_again(&last, NOW + i));
    assert_false(login_last_again(&last, NOW + LOGIN_LAST_WINDOW - 1));

    assert_true(login_last_again(&last, NOW + LOGIN_LAST_WINDOW));
    assert_int_equal(last.times, 1);

    last.times = LOGIN_LAST_TIMES;

    assert_true(login_last_again(&last, NOW));
    assert_int_equal(last.since, NOW);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_codec),
        cmocka_unit_test(test_again)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
