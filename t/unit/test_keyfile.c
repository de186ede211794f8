
/* What becomes of the text of login.key when keys come and go. */

#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define MARK  "# next: verifies only, until \"nginx-login key rotate\" lets "  \
              "it sign\n"


static u_char  out[1024];


static login_str_t
text_of(const char *text)
{
    u_char       *copy;
    login_str_t   s;

    /* to its exact length, so that ASan sees who reads beyond it */

    s = login_cstr(text);
    copy = malloc(s.len + (s.len == 0));
    assert_non_null(copy);

    if (s.len != 0) {
        memcpy(copy, s.data, s.len);
    }

    return login_str(copy, s.len);
}


static void
check(login_str_t text, size_t len, const char *expected)
{
    out[len] = '\0';
    assert_string_equal((char *) out, expected);
    assert_true(len <= text.len + LOGIN_KEYFILE_MORE);

    free((void *) text.data);
}


static void
check_add(const char *text, unsigned next, const char *expected)
{
    login_str_t  s = text_of(text);

    check(s, login_keyfile_add(out, s, login_cstr("N\n"), next), expected);
}


static void
check_promote(const char *text, size_t n, const char *expected)
{
    login_str_t  s = text_of(text);

    check(s, login_keyfile_promote(out, s, n), expected);
}


static void
check_remove(const char *text, size_t n, const char *expected)
{
    login_str_t  s = text_of(text);

    check(s, login_keyfile_remove(out, s, n), expected);
}


static void
check_next(const char *text, size_t expected)
{
    login_str_t  s = text_of(text);

    assert_int_equal(login_keyfile_next(s), expected);
    free((void *) s.data);
}


static void
test_add(void **data)
{
    (void) data;

    check_add("a\nb\n", 0, "N\na\nb\n");
    check_add("a", 0, "N\na");
    check_add("# of a\na\n", 0, "N\n# of a\na\n");
    check_add("# file\n\n# of\n# a\na\n# b\nb", 0,
              "# file\n\nN\n# of\n# a\na\n# b\nb");
    check_add("\n\na\n", 0, "\n\nN\na\n");
}


static void
test_add_next(void **data)
{
    (void) data;

    check_add("a\nb\n", 1, "a\n" MARK "N\nb\n");
    check_add("a", 1, "a\n" MARK "N\n");
    check_add("# c\na\n# d\nb", 1, "# c\na\n" MARK "N\n# d\nb");
}


static void
test_next(void **data)
{
    (void) data;

    check_next("a\nb\n", 0);
    check_next("a\n" MARK "b\nc\n", 1);
    check_next("a\nb\n" MARK "c", 2);
    check_next("a\n# next: in my own words\nb\n", 1);

    /* no mark of the key that signs, of none, or of one further on */

    check_next(MARK "a\nb\n", 0);
    check_next("a\nb\n" MARK, 0);
    check_next("a\n" MARK "\nb\n", 0);
    check_next("a\n" MARK "# of b\nb\n", 0);
    check_next("a\n# nextb\nb\n", 0);
    check_next("", 0);
}


static void
test_promote(void **data)
{
    (void) data;

    check_promote("a\n" MARK "b\nc\n", 1, "b\na\nc\n");
    check_promote("# f\n\n# of a\na\n" MARK "b", 1, "# f\n\nb\n# of a\na\n");
    check_promote("a\nb\n" MARK "c", 2, "c\na\nb\n");
}


static void
test_remove(void **data)
{
    (void) data;

    check_remove("a\nb\nc\n", 1, "a\nc\n");
    check_remove("a\nb", 1, "a\n");
    check_remove("a\n# of b\nb\nc\n", 1, "a\n# of b\nc\n");
    check_remove("a\n" MARK "b\nc\n", 1, "a\nc\n");
    check_remove("a\n" MARK "b\nc\n", 2, "a\n" MARK "b\n");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_add_next),
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_promote),
        cmocka_unit_test(test_remove)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
