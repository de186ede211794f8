
#include "login.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


static void
test_codes(void **data)
{
    unsigned         i, j;
    const char      *code, *text;
    login_reason_e   reason;

    (void) data;

    assert_string_equal(login_reason_code(LOGIN_REASON_NONE), "");
    assert_string_equal(login_reason_text(LOGIN_REASON_NONE), "");

    for (i = LOGIN_REASON_NONE + 1; i < LOGIN_REASONS; i++) {
        code = login_reason_code((login_reason_e) i);
        text = login_reason_text((login_reason_e) i);

        assert_int_equal(strlen(code), 3);
        assert_int_equal(code[0], 'L');
        assert_true(strlen(text) > 80);
        assert_int_equal(text[strlen(text) - 1], '.');
        assert_null(strchr(text, '\n'));

        for (j = i + 1; j < LOGIN_REASONS; j++) {
            assert_string_not_equal(code,
                                    login_reason_code((login_reason_e) j));
        }

        assert_int_equal(login_reason_find(&reason, login_cstr(code)),
                         LOGIN_OK);
        assert_int_equal(reason, i);
    }

    /* out of range: never a crash, and never nothing */

    assert_string_equal(login_reason_code(LOGIN_REASONS),
                        login_reason_code(LOGIN_REASON_INTERNAL));
    assert_string_equal(login_reason_text((login_reason_e) 9999),
                        login_reason_text(LOGIN_REASON_INTERNAL));
}


/* What was printed once keeps its meaning. */

static void
test_fixed(void **data)
{
    (void) data;

    assert_string_equal(login_reason_code(LOGIN_REASON_WRONG), "L10");
    assert_string_equal(login_reason_code(LOGIN_REASON_FORGED), "L11");
    assert_string_equal(login_reason_code(LOGIN_REASON_BUSY), "L20");
    assert_string_equal(login_reason_code(LOGIN_REASON_INTERNAL), "L22");
    assert_string_equal(login_reason_code(LOGIN_REASON_THROTTLED), "L23");
    assert_string_equal(login_reason_code(LOGIN_REASON_EARLY), "L19");
}


static void
test_find(void **data)
{
    size_t           i;
    login_reason_e   reason;

    static const char *const  unknown[] = {
        "", "L", "l", "L1", "L100", "10", "L10 ", " L10", "X10", "L99", "L-1",
        "LL10"
    };

    (void) data;

    assert_int_equal(login_reason_find(&reason, login_cstr("l10")), LOGIN_OK);
    assert_int_equal(reason, LOGIN_REASON_WRONG);

    reason = LOGIN_REASON_NONE;

    for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        assert_int_equal(login_reason_find(&reason, login_cstr(unknown[i])),
                         LOGIN_NO);
    }

    assert_int_equal(reason, LOGIN_REASON_NONE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_find),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
