
#include "login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define S(s)     login_str(s, sizeof(s) - 1)
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))


static u_char  body[65536];


static login_result_e
parse(login_form_t *form, login_str_t text)
{
    memset(form, 0xff, sizeof(login_form_t));

    if (text.len > 0) {
        memcpy(body, text.data, text.len);
    }

    return login_form_parse(form, body, text.len);
}


static void
same(login_str_t s, login_str_t expected)
{
    assert_int_equal(s.len, expected.len);
    assert_memory_equal(s.data, expected.data, expected.len);
}


static void
test_fields(void **data)
{
    login_form_t  form;

    (void) data;

    assert_int_equal(parse(&form, S("username=jo%40example.com&password="
                                    "a+b%2bc%20%26%3D%3d&shared&empty=&x=1=2")),
                     LOGIN_OK);
    assert_int_equal(form.n, 5);
    same(login_form_get(&form, "username"), S("jo@example.com"));
    same(login_form_get(&form, "password"), S("a b+c &=="));
    same(login_form_get(&form, "shared"), S(""));
    same(login_form_get(&form, "empty"), S(""));
    same(login_form_get(&form, "x"), S("1=2"));
    same(form.fields[2].name, S("shared"));

    /* absent, and no part of a name */

    same(login_form_get(&form, "user"), S(""));
    same(login_form_get(&form, "usernames"), S(""));
    same(login_form_get(&form, "Username"), S(""));
    same(login_form_get(&form, ""), S(""));
}


/* C08: the bytes of a password arrive as they were typed. */

static void
test_values(void **data)
{
    size_t        i;
    login_form_t  form;

    static const struct {
        const char  *text;
        const char  *value;
    } cases[] = {
        { "p=%20+x+%20", "  x  " },
        { "p=%F0%9F%94%91", "\xf0\x9f\x94\x91" },
        { "p=\xc3\xbc", "\xc3\xbc" },
        { "p=%c3\xbc", "\xc3\xbc" },
        { "p=%0d%0a%09%7f", "\r\n\t\x7f" },
        { "p=%2525", "%25" },
        { "p=a;b=c", "a;b=c" },
        { "%70=x", "x" },
        { "p==", "=" },
    };

    (void) data;

    for (i = 0; i < COUNT(cases); i++) {
        assert_int_equal(parse(&form, login_cstr(cases[i].text)), LOGIN_OK);
        assert_int_equal(form.n, 1);
        same(login_form_get(&form, "p"), login_cstr(cases[i].value));
    }

    assert_int_equal(parse(&form, S("")), LOGIN_OK);
    assert_int_equal(form.n, 0);
    assert_int_equal(login_form_parse(&form, NULL, 0), LOGIN_OK);
}


/* C11: nothing is guessed, and no field wins over another. */

static void
test_refused(void **data)
{
    size_t        i;
    login_form_t  form;

    static const login_str_t  refused[] = {
        login_string("a=1&a=1"),
        login_string("a=1&b=2&a=3"),
        login_string("a=1&%61=2"),
        login_string("a&a"),
        login_string("a=1&a"),
        login_string("user[]=x"),
        login_string("user%5B%5D=x"),
        login_string("user[name]=x"),
        login_string("a b=1"),
        login_string("a+b=1"),
        login_string("%20a=1"),
        login_string("\xc3\xa9=1"),
        login_string("a;b=1"),
        login_string("{\"username\":\"x\"}"),
        login_string("=1"),
        login_string("="),
        login_string("&"),
        login_string("a=1&"),
        login_string("&a=1"),
        login_string("a=1&&b=2"),
        login_string("a=%"),
        login_string("a=%4"),
        login_string("a=%&b=41"),
        login_string("a=%4&b=1"),
        login_string("a=%4g"),
        login_string("a=%g4"),
        login_string("a=% 4"),
        login_string("a=%%41"),
        login_string("a=%u0041"),
        login_string("a=%00"),
        login_string("a=x%00y"),
        login_string("a=x\0y"),
        login_string("a%00=x"),
        login_string("a=%ff"),
        login_string("a=%c0%80"),
        login_string("a=%c3"),
        login_string("a=%c3&b=%bc"),
        login_string("a=%ed%a0%80"),
        login_string("a=\xff"),
    };

    (void) data;

    for (i = 0; i < COUNT(refused); i++) {
        if (parse(&form, refused[i]) != LOGIN_NO) {
            fail_msg("\"%s\" was not refused", refused[i].data);
        }

        /* nobody finds what was read before */

        assert_int_equal(form.n, 0);
        same(login_form_get(&form, "a"), S(""));
    }
}


static void
test_many(void **data)
{
    char          text[8192], *p;
    size_t        i, count;
    login_form_t  form;

    static const size_t  counts[] = { 31, 32, 33, 1000 };

    (void) data;

    for (count = 0; count < COUNT(counts); count++) {
        p = text;

        for (i = 0; i < counts[count]; i++) {
            p += sprintf(p, "%sf%zu=", i > 0 ? "&" : "", i);
        }

        assert_int_equal(parse(&form, login_str(text, (size_t) (p - text))),
                         counts[count] <= LOGIN_FORM_MAX_FIELDS ? LOGIN_OK
                                                                : LOGIN_NO);
    }
}


static void
test_percent_encode(void **data)
{
    size_t        i, len;
    u_char        all[255], text[3 * 255 + 2];
    login_form_t  form;

    (void) data;

    assert_int_equal(login_percent_encode(text, S("/a b?c=\xc3\xbc&~._-%\r\n")),
                     37);
    assert_memory_equal(text, "%2Fa%20b%3Fc%3D%C3%BC%26~._-%25%0D%0A", 37);
    assert_int_equal(login_percent_encode(NULL, S("/a b")), 8);
    assert_int_equal(login_percent_encode(NULL, login_str(NULL, 0)), 0);

    /* comes back through a form, byte by byte, where it is UTF-8 */

    for (i = 0; i < 127; i++) {
        all[i] = (u_char) (i + 1);
    }

    memcpy(text, "a=", 2);
    len = 2 + login_percent_encode(text + 2, login_str(all, 127));

    for (i = 2; i < len; i++) {
        assert_true(text[i] > 0x20 && text[i] < 0x7f
                    && strchr("&=+\"'<>#?/\\", text[i]) == NULL);
    }

    assert_int_equal(parse(&form, login_str(text, len)), LOGIN_OK);
    same(login_form_get(&form, "a"), login_str(all, 127));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_percent_encode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
