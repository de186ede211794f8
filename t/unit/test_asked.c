
#include "login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))


/* Exactly as large as it has to be, so that writing further is found. */

static void
parse(login_asked_t *asked, u_char **buf, login_str_t method,
    login_str_t proto, login_str_t host, login_str_t uri)
{
    *buf = malloc(login_asked_len(host, uri));
    assert_non_null(*buf);

    login_asked_parse(asked, *buf, method, proto, host, uri);
}


static void
same(login_str_t s, const char *expected)
{
    if (s.len != strlen(expected)
        || (s.len != 0 && memcmp(s.data, expected, s.len) != 0))
    {
        fail_msg("\"%.*s\" is not \"%s\"", (int) s.len,
                 (const char *) s.data, expected);
    }
}


static void
test_url(void **data)
{
    size_t         i;
    u_char        *buf;
    login_asked_t  asked;

    static const struct {
        const char  *proto;
        const char  *host;
        const char  *uri;
        const char  *known;         /* the host */
        const char  *url;
    } cases[] = {
        { "https", "app.example.com", "/", "app.example.com",
          "https://app.example.com/" },
        { "http", "app.example.com:8080", "/a?b=c", "app.example.com",
          "http://app.example.com:8080/a?b=c" },
        { "https", "App.Example.COM:443", "/A", "app.example.com",
          "https://app.example.com:443/A" },
        { "https", "[2001:DB8::1]:8443", "/x", "[2001:db8::1]",
          "https://[2001:db8::1]:8443/x" },
        { "https", "127.0.0.1", "//x/../y", "127.0.0.1",
          "https://127.0.0.1//x/../y" },
        { "https", "a.example", "/caf\xc3\xa9?a\\b", "a.example",
          "https://a.example/caf%C3%A9?a%5Cb" },
        { "https", "a.example", "/%00%0d", "a.example",
          "https://a.example/%00%0d" },

        /* without one of them there is nowhere to come back to */

        { "", "a.example", "/", "a.example", "" },
        { "https", "", "/", "", "" },
        { "https", "a.example", "", "a.example", "" },
        { "HTTPS", "a.example", "/", "a.example", "" },
        { "https,http", "a.example", "/", "a.example", "" },
        { "wss", "a.example", "/", "a.example", "" },
        { "ftp", "a.example", "/", "a.example", "" },
        { "javascript", "a.example", "/", "a.example", "" },
        { "https://", "a.example", "/", "a.example", "" },
        { "httpsx", "a.example", "/", "a.example", "" },

        { "https", "a.example/", "/", "", "" },
        { "https", "a.example/x", "/", "", "" },
        { "https", "a.example?x", "/", "", "" },
        { "https", "a.example#x", "/", "", "" },
        { "https", "a.example\\x", "/", "", "" },
        { "https", "x@a.example", "/", "", "" },
        { "https", "x:y@a.example", "/", "", "" },
        { "https", "a.example, b.example", "/", "", "" },
        { "https", "a.example,b.example", "/", "", "" },
        { "https", "a.example.", "/", "", "" },
        { "https", ".a.example", "/", "", "" },
        { "https", "a..example", "/", "", "" },
        { "https", "*.a.example", "/", "", "" },
        { "https", "a_b.example", "/", "", "" },
        { "https", "a.example:", "/", "", "" },
        { "https", "a.example:0", "/", "", "" },
        { "https", "a.example:65536", "/", "", "" },
        { "https", "a.example:x", "/", "", "" },
        { "https", "a.example:80:80", "/", "", "" },
        { "https", ":443", "/", "", "" },
        { "https", "a b.example", "/", "", "" },
        { "https", " a.example", "/", "", "" },
        { "https", "a.example\r\nX: y", "/", "", "" },
        { "https", "b\xc3\xbc" "cher.example", "/", "", "" },
        { "https", "127.1", "/", "", "" },
        { "https", "0x7f000001", "/", "", "" },
        { "https", "[::1", "/", "", "" },
        { "https", "::1", "/", "", "" },
        { "https", "/", "/", "", "" },
        { "https", "//a.example", "/", "", "" },

        { "https", "a.example", "x", "a.example", "" },
        { "https", "a.example", "*", "a.example", "" },
        { "https", "a.example", "?x", "a.example", "" },
        { "https", "a.example", ".evil.example/", "a.example", "" },
        { "https", "a.example", "@evil.example/", "a.example", "" },
        { "https", "a.example", "https://evil.example/", "a.example", "" },
        { "https", "a.example", "/x y", "a.example", "" },
        { "https", "a.example", "/x\ty", "a.example", "" },
        { "https", "a.example", "/x\ry", "a.example", "" },
        { "https", "a.example", "/x\ny", "a.example", "" },
        { "https", "a.example", "/x\x7f", "a.example", "" },
        { "https", "a.example", "/\x01", "a.example", "" },
        { "https", "a.example", " /", "a.example", "" },
    };

    (void) data;

    for (i = 0; i < COUNT(cases); i++) {
        parse(&asked, &buf, login_cstr("GET"), login_cstr(cases[i].proto),
              login_cstr(cases[i].host), login_cstr(cases[i].uri));

        same(asked.host, cases[i].known);
        same(asked.url, cases[i].url);
        assert_int_equal(asked.read, 1);

        free(buf);
    }
}


static void
test_nul(void **data)
{
    u_char        *buf;
    login_asked_t  asked;

    static const login_str_t  host = login_string("a.example\0.b");
    static const login_str_t  uri = login_string("/x\0y");
    static const login_str_t  method = login_string("GET\0");

    (void) data;

    parse(&asked, &buf, method, login_cstr("https"), host, login_cstr("/"));
    same(asked.host, "");
    same(asked.url, "");
    assert_int_equal(asked.read, 0);
    free(buf);

    parse(&asked, &buf, login_cstr("GET"), login_cstr("https"),
          login_cstr("a.example"), uri);
    same(asked.host, "a.example");
    same(asked.url, "");
    free(buf);
}


static void
test_method(void **data)
{
    size_t         i;
    u_char        *buf;
    login_asked_t  asked;

    static const char *const  others[] = {
        "", "POST", "PUT", "get", "Get", "GETS", "GE", "HEADER", "OPTIONS",
        " GET", "GET ", "GET,GET", "GET HEAD", "*"
    };

    (void) data;

    for (i = 0; i < COUNT(others); i++) {
        parse(&asked, &buf, login_cstr(others[i]), login_cstr("https"),
              login_cstr("a.example"), login_cstr("/"));

        assert_int_equal(asked.read, 0);
        same(asked.url, "https://a.example/");
        free(buf);
    }

    parse(&asked, &buf, login_cstr("HEAD"), login_cstr(""), login_cstr(""),
          login_cstr(""));
    assert_int_equal(asked.read, 1);
    same(asked.host, "");
    same(asked.url, "");
    free(buf);
}


static void
test_length(void **data)
{
    char           text[LOGIN_RETURN_MAX + 2];
    u_char        *buf;
    login_asked_t  asked;

    (void) data;

    /* all of it becomes three times as long */

    memset(text, '\xff', sizeof(text));
    text[0] = '/';

    parse(&asked, &buf, login_cstr("GET"), login_cstr("https"),
          login_cstr("a.example"), login_str(text, LOGIN_RETURN_MAX));
    assert_int_equal(asked.url.len, sizeof("https://a.example/") - 1
                                    + 3 * (LOGIN_RETURN_MAX - 1));
    free(buf);

    parse(&asked, &buf, login_cstr("GET"), login_cstr("https"),
          login_cstr("a.example"), login_str(text, LOGIN_RETURN_MAX + 1));
    assert_int_equal(asked.url.len, 0);
    same(asked.host, "a.example");
    free(buf);

    /* a host of 253 with a port */

    memset(text, 'a', sizeof(text));
    text[63] = text[127] = text[191] = '.';
    memcpy(text + 253, ":65535", 6);

    parse(&asked, &buf, login_cstr("GET"), login_cstr("https"),
          login_str(text, 259), login_cstr("/"));
    assert_int_equal(asked.host.len, 253);
    assert_int_equal(asked.url.len, 8 + 259 + 1);
    free(buf);

    text[253] = 'a';

    parse(&asked, &buf, login_cstr("GET"), login_cstr("https"),
          login_str(text, 254), login_cstr("/"));
    same(asked.host, "");
    free(buf);

    parse(&asked, &buf, login_cstr("GET"), login_cstr("https"),
          login_str(text, sizeof(text)), login_cstr("/"));
    same(asked.host, "");
    free(buf);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_method),
        cmocka_unit_test(test_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
