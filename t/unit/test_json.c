
#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>


#define S(s)  login_str(s, sizeof(s) - 1)


static login_json_t *
parse(const char *text)
{
    login_json_t  *json;

    assert_int_equal(login_json_parse(&json, login_cstr(text)), LOGIN_OK);

    return json;
}


static void
test_refused(void **data)
{
    size_t         i;
    login_json_t  *json;

    static const char *const  bad[] = {
        "", " ", "{", "}", "null", "true", "1", "\"a\"", "[]", "[{}]",
        "{}{}", "{} x", "{'a':1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
        "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":NaN}",
        "{\"a\":Infinity}", "{\"a\":1e999}", "{\"a\":99999999999999999999}",
        "{\"a\":\"\t\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}",
        "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\xaf\"}",
        "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\u0000\"}", "{\"\\u0000\":1}",
        /* twice, also where it is spelled otherwise */
        "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}",
        "{\"b\":{\"a\":1,\"a\":1}}", "{\"b\":[{\"a\":1,\"a\":1}]}",
        "\xef\xbb\xbf{}", "{\"a\":1}//", "/**/{}",
    };

    (void) data;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (login_json_parse(&json, login_cstr(bad[i])) != LOGIN_NO) {
            fail_msg("%s", bad[i]);
        }

        assert_null(json);
    }

    assert_int_equal(login_json_parse(&json, S("{}\0")), LOGIN_NO);
    assert_int_equal(login_json_parse(&json, S("{\"a\":\"\0\"}")), LOGIN_NO);
}


static login_result_e
nested(size_t depth, char open, char close, char quote)
{
    char             text[256];
    size_t           i, n;
    login_json_t    *json;
    login_result_e   rc;

    n = (size_t) snprintf(text, sizeof(text), "{\"a\":");

    if (quote) {
        n += (size_t) snprintf(text + n, sizeof(text) - n, "\"\\\"");
    }

    for (i = 1; i < depth; i++) {
        text[n++] = open;
    }

    for (i = 1; i < depth; i++) {
        text[n++] = close;
    }

    n += (size_t) snprintf(text + n, sizeof(text) - n, "%s}",
                           quote ? "\"" : "");

    rc = login_json_parse(&json, login_str(text, n));
    login_json_free(json);

    return rc;
}


static void
test_depth(void **data)
{
    (void) data;

    assert_int_equal(nested(2, '[', ']', 0), LOGIN_OK);
    assert_int_equal(nested(LOGIN_JSON_DEPTH, '[', ']', 0), LOGIN_OK);
    assert_int_equal(nested(LOGIN_JSON_DEPTH + 1, '[', ']', 0), LOGIN_NO);

    /* brackets of strings are none, behind an escaped quote either */

    assert_int_equal(nested(60, '[', ']', '"'), LOGIN_OK);
    assert_int_equal(nested(60, '{', '}', '"'), LOGIN_OK);
}


static void
test_size(void **data)
{
    char          *text;
    login_json_t  *json;

    (void) data;

    text = malloc(LOGIN_JSON_MAX + 1);
    assert_non_null(text);

    memset(text, ' ', LOGIN_JSON_MAX + 1);
    memcpy(text, "{}", 2);

    assert_int_equal(login_json_parse(&json, login_str(text, LOGIN_JSON_MAX)),
                     LOGIN_OK);
    login_json_free(json);
    assert_int_equal(login_json_parse(&json,
                                      login_str(text, LOGIN_JSON_MAX + 1)),
                     LOGIN_NO);
    free(text);
}


static void
test_members(void **data)
{
    unsigned       b;
    uint64_t       t;
    login_str_t    s;
    login_json_t  *json;

    (void) data;

    json = parse("{\"s\":\"\\u00e9\\n\",\"e\":\"\",\"n\":null,\"i\":7,"
                 "\"r\":1.9,\"m\":-1,\"big\":9007199254740993,\"z\":-0.0,"
                 "\"t\":true,\"f\":false,\"l\":[],\"o\":{}}");

    assert_int_equal(login_json_str(&s, json, "s"), LOGIN_OK);
    assert_true(login_str_eq(s, S("\xc3\xa9\n")));
    assert_int_equal(login_json_str(&s, json, "e"), LOGIN_OK);
    assert_true(s.len == 0 && s.data != NULL);
    assert_int_equal(login_json_str(&s, json, "n"), LOGIN_OK);
    assert_null(s.data);
    assert_int_equal(login_json_str(&s, json, "x"), LOGIN_OK);
    assert_null(s.data);
    assert_int_equal(login_json_str(&s, json, "i"), LOGIN_NO);
    assert_int_equal(login_json_str(&s, json, "l"), LOGIN_NO);

    assert_int_equal(login_json_time(&t, json, "i"), LOGIN_OK);
    assert_int_equal(t, 7);
    assert_int_equal(login_json_time(&t, json, "r"), LOGIN_OK);
    assert_int_equal(t, 1);
    assert_int_equal(login_json_time(&t, json, "z"), LOGIN_OK);
    assert_int_equal(t, 0);
    assert_int_equal(login_json_time(&t, json, "x"), LOGIN_OK);
    assert_true(t == LOGIN_JSON_NONE);
    assert_int_equal(login_json_time(&t, json, "m"), LOGIN_NO);
    assert_int_equal(login_json_time(&t, json, "s"), LOGIN_NO);
    assert_int_equal(login_json_time(&t, json, "t"), LOGIN_NO);

    b = 7;
    assert_int_equal(login_json_bool(&b, json, "x"), LOGIN_OK);
    assert_int_equal(b, 7);
    assert_int_equal(login_json_bool(&b, json, "n"), LOGIN_OK);
    assert_int_equal(b, 7);
    assert_int_equal(login_json_bool(&b, json, "t"), LOGIN_OK);
    assert_int_equal(b, 1);
    assert_int_equal(login_json_bool(&b, json, "f"), LOGIN_OK);
    assert_int_equal(b, 0);
    assert_int_equal(login_json_bool(&b, json, "i"), LOGIN_NO);
    assert_int_equal(login_json_bool(&b, json, "s"), LOGIN_NO);

    assert_true(login_json_has(json, "n"));
    assert_false(login_json_has(json, "x"));
    assert_non_null(login_json_object(json, "o"));
    assert_null(login_json_object(json, "l"));
    assert_null(login_json_object(json, "x"));

    login_json_free(json);
}


static void
test_time_ends(void **data)
{
    uint64_t       t;
    login_json_t  *json;

    (void) data;

    json = parse("{\"most\":9007199254740992,\"more\":9007199254740994,"
                 "\"e\":1e300}");

    assert_int_equal(login_json_time(&t, json, "most"), LOGIN_OK);
    assert_true(t == 9007199254740992);
    assert_int_equal(login_json_time(&t, json, "more"), LOGIN_NO);
    assert_int_equal(login_json_time(&t, json, "e"), LOGIN_NO);

    login_json_free(json);
}


static void
test_lists(void **data)
{
    size_t         n;
    login_str_t    list[2];
    login_json_t  *json;

    (void) data;

    json = parse("{\"one\":\"a\",\"two\":[\"a\",\"b\"],\"three\":[\"a\","
                 "\"b\",\"c\"],\"none\":[],\"mixed\":[\"a\",1],\"null\":null,"
                 "\"n\":1,\"holes\":[\"a\",null],\"o\":[{},1]}");

    n = 2;
    assert_int_equal(login_json_strs(list, &n, json, "one"), LOGIN_OK);
    assert_int_equal(n, 1);
    assert_true(login_str_eq(list[0], S("a")));

    n = 2;
    assert_int_equal(login_json_strs(list, &n, json, "two"), LOGIN_OK);
    assert_int_equal(n, 2);
    assert_true(login_str_eq(list[1], S("b")));

    n = 2;
    assert_int_equal(login_json_strs(list, &n, json, "three"), LOGIN_NO);
    assert_int_equal(n, 0);
    n = 0;
    assert_int_equal(login_json_strs(list, &n, json, "one"), LOGIN_NO);

    n = 2;
    assert_int_equal(login_json_strs(list, &n, json, "none"), LOGIN_OK);
    assert_int_equal(n, 0);
    n = 2;
    assert_int_equal(login_json_strs(list, &n, json, "x"), LOGIN_OK);
    assert_int_equal(n, 0);
    n = 2;
    assert_int_equal(login_json_strs(list, &n, json, "mixed"), LOGIN_NO);
    n = 2;
    assert_int_equal(login_json_strs(list, &n, json, "holes"), LOGIN_NO);
    n = 2;
    assert_int_equal(login_json_strs(list, &n, json, "n"), LOGIN_NO);

    assert_int_equal(login_json_list(&n, json, "o"), LOGIN_OK);
    assert_int_equal(n, 2);
    assert_non_null(login_json_item(json, "o", 0));
    assert_null(login_json_item(json, "o", 1));
    assert_null(login_json_item(json, "o", 2));
    assert_null(login_json_item(json, "one", 0));
    assert_int_equal(login_json_list(&n, json, "one"), LOGIN_NO);
    assert_int_equal(login_json_list(&n, json, "x"), LOGIN_NO);

    login_json_free(json);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_time_ends),
        cmocka_unit_test(test_lists)
    };

    login_json_init();

    return cmocka_run_group_tests(tests, NULL, NULL);
}
