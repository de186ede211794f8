
#include "login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define S(s)     login_str(s, sizeof(s) - 1)
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))


static void
test_find(void **data)
{
    size_t       i;
    login_str_t  line, value;

    static const struct {
        const char  *line;
        const char  *value;     /* NULL: not found */
    } cases[] = {
        { "login=x", "x" },
        { "a=1; login=x; b=2", "x" },
        { "a=1;login=x;b=2", "x" },
        { "a=1;  \tlogin=x ; b=2", "x" },
        { " login=x ", "x" },
        { "login=", "" },
        { "login=x=y==", "x=y==" },
        { "login=\"x\"", "\"x\"" },
        { "login= x", " x" },
        { "login=x y", "x y" },
        { ";;login=x;;", "x" },
        { "=; login=x; =", "x" },
        { "nameless; login=x", "x" },
        { "Login=y; LOGIN=z; login=x", "x" },

        { "", NULL },
        { ";", NULL },
        { "; ; ;", NULL },
        { "=", NULL },
        { "=login", NULL },
        { "=login=x", NULL },
        { "login", NULL },
        { "login; a=1", NULL },
        { "Login=x", NULL },
        { "LOGIN=x", NULL },
        { "xlogin=x", NULL },
        { "loginx=x", NULL },
        { "logi=x", NULL },
        { "a=login=x", NULL },
        { "a=1, login=x", NULL },
        { "a=1 login=x", NULL },
        { "%6cogin=x", NULL },
        { "\"login\"=x", NULL },
        { "$login=x", NULL },
        { "\xc2\xa0login=x", NULL },
        { "\xe2\x80\x80login=x", NULL },
        { "login\x0b=x", NULL },

        /* a quoted value has no semicolon in it */

        { "a=\"; login=x; b=\"", "x" },
        { "a=\"\\\"; login=x", "x" },

        /* more than one, in whatever spelling */

        { "login=x; login=x", NULL },
        { "login=x; login=y", NULL },
        { "login=; login=x", NULL },
        { "login=x; a=1; login=", NULL },
        { "login=x; login =y", NULL },
        { "login\t=y; login=x", NULL },
        { "login =x", NULL },
    };

    (void) data;

    for (i = 0; i < COUNT(cases); i++) {
        line = login_cstr(cases[i].line);
        value = S("untouched");

        if (cases[i].value == NULL) {
            if (login_cookie_find(&value, &line, 1, S("login")) != LOGIN_NO) {
                fail_msg("found in \"%s\"", cases[i].line);
            }

            assert_true(login_str_eq(value, S("untouched")));
            continue;
        }

        if (login_cookie_find(&value, &line, 1, S("login")) != LOGIN_OK) {
            fail_msg("not found in \"%s\"", cases[i].line);
        }

        assert_int_equal(value.len, strlen(cases[i].value));
        assert_memory_equal(value.data, cases[i].value, value.len);
        assert_true(value.data >= line.data
                    && value.data + value.len <= line.data + line.len);
    }
}


static void
test_find_lines(void **data)
{
    login_str_t  value;

    static const login_str_t  lines[] = {
        login_string("a=1"),
        { 0, NULL },
        login_string("b=2; login=x"),
        login_string("login=y"),
    };

    (void) data;

    assert_int_equal(login_cookie_find(&value, lines, 0, S("login")),
                     LOGIN_NO);
    assert_int_equal(login_cookie_find(&value, lines, 2, S("login")),
                     LOGIN_NO);
    assert_int_equal(login_cookie_find(&value, lines, 3, S("login")),
                     LOGIN_OK);
    assert_true(login_str_eq(value, S("x")));

    /* twice counts over all lines */

    assert_int_equal(login_cookie_find(&value, lines, 4, S("login")),
                     LOGIN_NO);

    /* what has no name is found by none */

    assert_int_equal(login_cookie_find(&value, lines, 4, S("")), LOGIN_NO);
}


static void
test_cut(void **data)
{
    size_t       i, len;
    u_char       copy[256], in_place[256];
    login_str_t  line;

    static const login_str_t  names[] = {
        login_string("login"),
        login_string("login_f*"),
        { 0, NULL },
    };

    static const struct {
        const char  *line;
        const char  *rest;
    } cases[] = {
        { "login=x", "" },
        { "login=x; login=y", "" },
        { " login=x ; ", "" },
        { "; ;login=x;; ", "" },
        { "login=", "" },
        { "login_f=1; login_f2=2; login_fab=3", "" },

        { "login=x; a=1", "a=1" },
        { "a=1; login=x", "a=1" },
        { "a=1; login=x; b=2", "a=1; b=2" },
        { "a=1;login=x;b=2", "a=1;b=2" },
        { "login=x;a=1;b=2", "a=1;b=2" },
        { "login=x;\t a=1 ; b=2 ", "a=1 ; b=2 " },
        { "login=x; ; a=1", "a=1" },
        { "; login=x; a=1", "a=1" },
        { "a=1; login=x;", "a=1" },
        { "a=1; login=x; login_f1=y; b=2; login=z; c", "a=1; b=2; c" },
        { "a=1; login =x; b=2", "a=1; b=2" },
        { "; login=x; a\t\t\t\t\t\t\t\t\t\t\t; b",
          "a\t\t\t\t\t\t\t\t\t\t\t; b" },
        { "a=\"; login=x; b=\"", "a=\"; b=\"" },
        { "a=\"; login=x\"; b=2", "a=\"; b=2" },

        /* nothing of ours: not one byte is touched */

        { "", "" },
        { "a=1", "a=1" },
        { "a=1;", "a=1;" },
        { " ;; a=1 ;;", " ;; a=1 ;;" },
        { ";", ";" },
        { " ", " " },
        { "Login=x; LOGIN=y; login_=z; log=1", "Login=x; LOGIN=y; login_=z; "
          "log=1" },
        { "login; =login; =login=x; login", "login; =login; =login=x; login" },
        { "a=login=x; xlogin=1; loginx=2", "a=login=x; xlogin=1; loginx=2" },
        { "login*=x; \xc2\xa0login=x", "login*=x; \xc2\xa0login=x" },
    };

    (void) data;

    for (i = 0; i < COUNT(cases); i++) {
        line = login_cstr(cases[i].line);

        memset(copy, 0xee, sizeof(copy));
        len = login_cookie_cut(copy, line, names, COUNT(names));

        if (len != strlen(cases[i].rest)
            || (len > 0 && memcmp(copy, cases[i].rest, len) != 0))
        {
            fail_msg("\"%s\" became \"%.*s\"", cases[i].line, (int) len,
                     copy);
        }

        assert_int_equal(copy[line.len], 0xee);

        memcpy(in_place, line.data, line.len);
        len = login_cookie_cut(in_place, login_str(in_place, line.len), names,
                               COUNT(names));
        assert_int_equal(len, strlen(cases[i].rest));
        assert_memory_equal(in_place, cases[i].rest, len);
    }

    assert_int_equal(login_cookie_cut(copy, login_str(NULL, 0), names, 1), 0);
    assert_int_equal(login_cookie_cut(copy, S("a=1"), names, 0), 3);
}


/* What is found in any spelling is also cut, so that nobody else sees it. */

static void
test_cut_what_is_found(void **data)
{
    size_t       i, len;
    u_char       buf[64];
    login_str_t  line, value;

    static const char  bytes[] = "=; \t\"l";
    static const char  form[] = "a=1?;?login?=?x?;?b";

    (void) data;

    /* one or two more bytes in each place */

    for (i = 0; i < 6 * 6 * 6 * 6 * 6 * 6; i++) {
        char    text[64], *p;
        size_t  k, n;

        n = i;
        p = text;

        for (k = 0; k < sizeof(form) - 1; k++) {
            if (form[k] != '?') {
                *p++ = form[k];
                continue;
            }

            *p++ = bytes[n % 6];
            n /= 6;
        }

        line = login_str(text, (size_t) (p - text));

        if (login_cookie_find(&value, &line, 1, S("login")) != LOGIN_OK) {
            continue;
        }

        len = login_cookie_cut(buf, line, &(login_str_t) login_string("login"),
                               1);
        line = login_str(buf, len);
        assert_true(len < (size_t) (p - text));
        assert_int_equal(login_cookie_find(&value, &line, 1, S("login")),
                         LOGIN_NO);
    }
}


/* B01: many cookies, and large ones. */

static void
test_large(void **data)
{
    char         *text, *p;
    u_char       *cut;
    size_t        i, room;
    login_str_t   line, value, name;

    (void) data;

    room = 70000;
    text = malloc(room);
    cut = malloc(room);
    assert_non_null(text);
    assert_non_null(cut);

    p = text;

    for (i = 0; i < 500; i++) {
        p += sprintf(p, "%sc%zu=%zu", i > 0 ? "; " : "", i, i * i);
    }

    p += sprintf(p, "; login=x");
    line = login_str(text, (size_t) (p - text));

    assert_int_equal(login_cookie_find(&value, &line, 1, S("login")),
                     LOGIN_OK);
    assert_true(login_str_eq(value, S("x")));
    assert_int_equal(login_cookie_find(&value, &line, 1, S("c499")), LOGIN_OK);
    assert_true(login_str_eq(value, S("249001")));

    name = S("c*");
    assert_int_equal(login_cookie_cut(cut, line, &name, 1), 7);
    assert_memory_equal(cut, "login=x", 7);

    name = S("login");
    assert_int_equal(login_cookie_cut(cut, line, &name, 1), line.len - 9);
    assert_memory_equal(cut, text, line.len - 9);

    memset(text, ';', 65536);
    line = login_str(text, 65536);
    assert_int_equal(login_cookie_find(&value, &line, 1, S("login")),
                     LOGIN_NO);
    assert_int_equal(login_cookie_cut(cut, line, &name, 1), 65536);

    memset(text, 'a', 65536);
    assert_int_equal(login_cookie_cut(cut, line, &name, 1), 65536);

    free(text);
    free(cut);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_lines),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_what_is_found),
        cmocka_unit_test(test_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
