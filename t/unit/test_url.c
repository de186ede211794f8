
#include "login.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define S(s)     login_str(s, sizeof(s) - 1)
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))


static login_url_t  portal;

static const login_str_t  hosts[] = {
    login_string("portal.example"),
    login_string("*.apps.example"),
    login_string("[2001:db8::1]"),
};


static int
setup(void **data)
{
    (void) data;

    return login_url_parse(&portal, S("https://portal.example/login/"))
           != LOGIN_OK;
}


static void
same(login_str_t s, const char *expected)
{
    assert_int_equal(s.len, strlen(expected));
    assert_memory_equal(s.data, expected, s.len);
}


static void
test_parse(void **data)
{
    size_t       i;
    login_url_t  url;

    static const struct {
        const char  *text;
        unsigned     https;
        uint16_t     port;
        const char  *origin;
        const char  *host;
        const char  *path;
    } cases[] = {
        { "https://example.com/login/", 1, 443,
          "https://example.com", "example.com", "/login/" },
        { "https://example.com", 1, 443,
          "https://example.com", "example.com", "" },
        { "http://localhost:8080/login/", 0, 8080,
          "http://localhost:8080", "localhost", "/login/" },
        { "https://example.com:443/", 1, 443,
          "https://example.com", "example.com", "/" },
        { "https://example.com:80/", 1, 80,
          "https://example.com:80", "example.com", "/" },
        { "http://example.com:80", 0, 80,
          "http://example.com", "example.com", "" },
        { "http://example.com:65535/", 0, 65535,
          "http://example.com:65535", "example.com", "/" },
        { "https://127.0.0.1/", 1, 443, "https://127.0.0.1", "127.0.0.1",
          "/" },
        { "http://[::1]:8080/x", 0, 8080, "http://[::1]:8080", "[::1]",
          "/x" },
        { "https://[2001:db8::1]/", 1, 443, "https://[2001:db8::1]",
          "[2001:db8::1]", "/" },
        { "https://xn--mnchen-3ya.example/", 1, 443,
          "https://xn--mnchen-3ya.example", "xn--mnchen-3ya.example", "/" },
        { "https://a-b.1x.c0/", 1, 443, "https://a-b.1x.c0", "a-b.1x.c0",
          "/" },
        { "https://e.com/a//b/.c/...?d=//e/../f\"<#/../%", 1, 443,
          "https://e.com", "e.com", "/a//b/.c/...?d=//e/../f\"<#/../%" },
        { "https://e.com/%41%2f%E2%82%AC:@;=", 1, 443,
          "https://e.com", "e.com", "/%41%2f%E2%82%AC:@;=" },
    };

    (void) data;

    for (i = 0; i < COUNT(cases); i++) {
        if (login_url_parse(&url, login_cstr(cases[i].text)) != LOGIN_OK) {
            fail_msg("\"%s\" was refused", cases[i].text);
        }

        assert_int_equal(url.https, cases[i].https);
        assert_int_equal(url.port, cases[i].port);
        same(url.origin, cases[i].origin);
        same(url.host, cases[i].host);
        same(url.path, cases[i].path);
    }
}


static void
test_parse_refused(void **data)
{
    size_t       i;
    char         text[400];
    login_url_t  url;

    static const login_str_t  refused[] = {
        login_string(""), login_string("https"), login_string("https:"),
        login_string("https:/"), login_string("https://"),
        login_string("https:///x"), login_string("HTTPS://example.com/"),
        login_string("Http://example.com/"), login_string("ftp://example.com"),
        login_string("javascript:alert(1)"), login_string("//example.com/"),
        login_string("example.com"), login_string("/login/"),
        login_string(" https://example.com/"),
        login_string("https://example.com/ "),
        login_string("https://example.com/a b"),
        login_string("https://exa mple.com/"),
        login_string("https://example.com\\x"),
        login_string("https://example.com/\\x"),
        login_string("https://example.com/x?\\"),
        login_string("https://example.com/\r\nX: y"),
        login_string("https://example.com/x\0y"),
        login_string("https://example.com\0/x"),
        login_string("https://[::1\0]/x"), login_string("https://1.2.3.4\0/"),
        login_string("https://example.com/\x7f"),
        login_string("https://example.com/\xc3\xbc"),
        login_string("https://ex\xc3\xa4mple.com/"),
        login_string("https://Example.com/"),
        login_string("https://user@example.com/"),
        login_string("https://user:pw@example.com/"),
        login_string("https://@example.com/"),
        login_string("https://example.com:/"),
        login_string("https://example.com:0/"),
        login_string("https://example.com:00443/"),
        login_string("https://example.com:65536/"),
        login_string("https://example.com:99999/"),
        login_string("https://example.com:443443/"),
        login_string("https://example.com:4a/"),
        login_string("https://example.com:-1/"),
        login_string("https://example.com:443:1/"),
        login_string("https://.example.com/"),
        login_string("https://example.com./"),
        login_string("https://example..com/"), login_string("https://./"),
        login_string("https://-example.com/"),
        login_string("https://example-/"), login_string("https://a.-b.c/"),
        login_string("https://a_b.example/"), login_string("https://*.x.com/"),
        login_string("https://exa%6dple.com/"),
        login_string("https://example.com?x"),
        login_string("https://example.com#x"),
        login_string("https://example.com?/x"),
        login_string("https://1/"), login_string("https://127.1/"),
        login_string("https://0x7f.1/"), login_string("https://0x7f000001/"),
        login_string("https://2130706433/"), login_string("https://0x/"),
        login_string("https://a.0xg1.1/"), login_string("https://a.0x1/"),
        login_string("https://127.0.0.01/"),
        login_string("https://127.0.0.256/"),
        login_string("https://1.2.3.4.5/"), login_string("https://a.1/"),
        login_string("https://[::1/"), login_string("https://[]/"),
        login_string("https://[::1]x/"), login_string("https://x[::1]/"),
        login_string("https://[::1]]/"), login_string("https://[[::1]/"),
        login_string("https://[::0001]/"), login_string("https://[0::1]/"),
        login_string("https://[::ffff:1.2.3.4]/"),
        login_string("https://[2001:DB8::1]/"),
        login_string("https://[fe80::1%25eth0]/"),
        login_string("https://[1.2.3.4]/"), login_string("https://::1/"),
        login_string("https://e.com/../x"), login_string("https://e.com/./"),
        login_string("https://e.com/a/.."), login_string("https://e.com/a/."),
        login_string("https://e.com/%2e%2E/x"),
        login_string("https://e.com/.%2e"), login_string("https://e.com/%2e?"),
        login_string("https://e.com/%"), login_string("https://e.com/%4"),
        login_string("https://e.com/%4g"), login_string("https://e.com/%00"),
        login_string("https://e.com/%0a"), login_string("https://e.com/%7f"),
    };

    (void) data;

    for (i = 0; i < COUNT(refused); i++) {
        if (login_url_parse(&url, refused[i]) != LOGIN_NO) {
            fail_msg("\"%s\" was not refused", refused[i].data);
        }
    }

    /* a label of 63 letters, a host of 253 */

    memset(text, 'a', sizeof(text));
    memcpy(text, "https://", 8);
    assert_int_equal(login_url_parse(&url, login_str(text, 8 + 63)), LOGIN_OK);
    assert_int_equal(login_url_parse(&url, login_str(text, 8 + 64)), LOGIN_NO);

    text[8 + 63] = '.';
    text[8 + 127] = '.';
    text[8 + 191] = '.';
    assert_int_equal(login_url_parse(&url, login_str(text, 8 + 253)),
                     LOGIN_OK);
    assert_int_equal(login_url_parse(&url, login_str(text, 8 + 254)),
                     LOGIN_NO);
}


/* People come back to exactly what they wanted. */

static void
test_return_allowed(void **data)
{
    size_t    i;
    unsigned  path;

    static const struct {
        const char  *target;
        unsigned     path;
    } cases[] = {
        { "/", 1 },
        { "/deep/link?a=1&b=%2F%2fx&c=http://other.example/#top", 1 },
        { "/a//b///c", 1 },
        { "/proxy/https://other.example/", 1 },
        { "/?next=//other.example/..%2f..", 1 },
        { "/?text=line%0D%0Aline&nul=%00&bare=100%", 1 },
        { "/group%2Fproject/%5Cx", 1 },
        { "/@user:pass;v=1,2", 1 },
        { "/.well-known/.../a..b/..c", 1 },
        { "/caf%C3%A9", 1 },
        { "/a\"b<c>{d}|e^f`", 1 },
        { "https://portal.example", 0 },
        { "https://portal.example/x?y=//z", 0 },
        { "https://portal.example:443/", 0 },
        { "https://wiki.apps.example/page", 0 },
        { "https://a.b.apps.example/", 0 },
        { "https://[2001:db8::1]/x", 0 },
    };

    (void) data;

    for (i = 0; i < COUNT(cases); i++) {
        path = 7;

        if (login_return_check(login_cstr(cases[i].target), &portal, hosts,
                               COUNT(hosts), &path)
            != LOGIN_OK)
        {
            fail_msg("\"%s\" was refused", cases[i].target);
        }

        assert_int_equal(path, cases[i].path);
    }
}


static void
test_return_scheme_and_port(void **data)
{
    unsigned     path;
    login_url_t  plain, high;

    (void) data;

    assert_int_equal(login_url_parse(&plain,
                                     S("http://portal.example:8080/login/")),
                     LOGIN_OK);
    assert_int_equal(login_url_parse(&high,
                                     S("https://portal.example:8443/login/")),
                     LOGIN_OK);

#define check(portal, target)                                                 \
    login_return_check(S(target), portal, hosts, COUNT(hosts), &path)

    assert_int_equal(check(&plain, "http://portal.example/"), LOGIN_OK);
    assert_int_equal(check(&plain, "http://portal.example:8080/"), LOGIN_OK);
    assert_int_equal(check(&plain, "https://x.apps.example/"), LOGIN_OK);
    assert_int_equal(check(&plain, "http://portal.example:8081/"), LOGIN_NO);
    assert_int_equal(check(&plain, "http://evil.example:8080/"), LOGIN_NO);

    assert_int_equal(check(&high, "https://x.apps.example:8443/"), LOGIN_OK);
    assert_int_equal(check(&high, "https://x.apps.example/"), LOGIN_OK);
    assert_int_equal(check(&high, "https://x.apps.example:8080/"), LOGIN_NO);
    assert_int_equal(check(&high, "http://portal.example/"), LOGIN_NO);
    assert_int_equal(check(&high, "http://portal.example:8443/"), LOGIN_NO);

#undef check

    /* without any host there are paths only */

    assert_int_equal(login_return_check(S("https://portal.example/"), &portal,
                                        NULL, 0, &path),
                     LOGIN_NO);
    assert_int_equal(login_return_check(S("/x"), &portal, NULL, 0, &path),
                     LOGIN_OK);
}


static void
test_return_length(void **data)
{
    char      text[LOGIN_RETURN_MAX + 1];
    unsigned  path;

    (void) data;

    memset(text, 'a', sizeof(text));
    text[0] = '/';

    assert_int_equal(login_return_check(login_str(text, LOGIN_RETURN_MAX),
                         &portal, hosts, COUNT(hosts), &path),
                     LOGIN_OK);
    assert_int_equal(login_return_check(login_str(text, LOGIN_RETURN_MAX + 1),
                         &portal, hosts, COUNT(hosts), &path),
                     LOGIN_NO);
    assert_int_equal(login_return_check(login_str(NULL, 0), &portal, hosts,
                                        COUNT(hosts), &path),
                     LOGIN_NO);
}


/* F03: no byte that could end a line, wherever it stands. */

static void
test_return_bytes(void **data)
{
    size_t    i, c, kind;
    char      text[64];
    unsigned  path;

    static const char *const  good[] = {
        "/path/x?query=1#f", "https://portal.example/path?query"
    };

    (void) data;

    for (kind = 0; kind < COUNT(good); kind++) {
        for (i = 0; i <= strlen(good[kind]); i++) {
            for (c = 0; c < 256; c++) {
                if (c > 0x20 && c < 0x7f && c != '\\') {
                    continue;
                }

                memcpy(text, good[kind], i);
                text[i] = (char) c;
                strcpy(text + i + 1, good[kind] + i);

                assert_int_equal(login_return_check(
                                     login_str(text, strlen(good[kind]) + 1),
                                     &portal, hosts, COUNT(hosts), &path),
                                 LOGIN_NO);
            }
        }
    }
}


/* One JSON string to UTF-8, NUL included; the file has no other escapes. */

static size_t
unescape(u_char *dst, const char *line)
{
    u_char       *p;
    unsigned      c, low;
    const char   *e;

    static const char  escapes[] = "\"\"\\\\b\bf\fn\nr\rt\t";

    p = dst;

    assert_int_equal(*line++, '"');

    while (*line != '"') {
        if (*line != '\\') {
            *p++ = (u_char) *line++;
            continue;
        }

        line++;

        if (*line != 'u') {
            for (e = escapes; *e != *line; e += 2) {
                assert_int_not_equal(*e, 0);
            }

            *p++ = (u_char) e[1];
            line++;
            continue;
        }

        assert_int_equal(sscanf(line, "u%4x", &c), 1);
        line += 5;

        if (c >= 0xd800 && c < 0xdc00) {
            assert_int_equal(sscanf(line, "\\u%4x", &low), 1);
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            line += 6;
        }

        if (c < 0x80) {
            *p++ = (u_char) c;
            continue;
        }

        if (c < 0x800) {
            *p++ = (u_char) (0xc0 | c >> 6);

        } else {
            if (c < 0x10000) {
                *p++ = (u_char) (0xe0 | c >> 12);

            } else {
                *p++ = (u_char) (0xf0 | c >> 18);
                *p++ = (u_char) (0x80 | (c >> 12 & 63));
            }

            *p++ = (u_char) (0x80 | (c >> 6 & 63));
        }

        *p++ = (u_char) (0x80 | (c & 63));
    }

    assert_string_equal(line, "\"\n");

    return (size_t) (p - dst);
}


static FILE *
open_redirects(void)
{
    char   path[1024], folder[1024];
    FILE  *file;

    file = fopen("t/unit/data/redirects.txt", "r");
    if (file != NULL) {
        return file;
    }

    snprintf(folder, sizeof(folder), "%s", __FILE__);
    snprintf(path, sizeof(path), "%s/data/redirects.txt", dirname(folder));

    file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("no t/unit/data/redirects.txt, run this in the project's "
                 "root");
    }

    return file;
}


/* Is this certainly a path of the portal's own origin, for every reader? */

static int
stays(login_str_t target)
{
    size_t  i;

    for (i = 0; i < target.len; i++) {
        if (target.data[i] <= 0x20 || target.data[i] >= 0x7f
            || target.data[i] == '\\')
        {
            return 0;
        }
    }

    return target.data[0] == '/' && (target.len == 1 || target.data[1] != '/');
}


/* F01.  The file is made to be read by other parsers too. */

static void
test_redirects(void **data)
{
    char         line[1024];
    FILE        *file;
    size_t       n, paths;
    u_char       text[1024];
    unsigned     path;
    login_str_t  target;
    login_url_t  url;

    static const char  origin[] = "https://portal.example";

    (void) data;

    n = 0;
    paths = 0;
    file = open_redirects();

    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }

        n++;
        target = login_str(text, unescape(text, line));

        if (login_return_check(target, &portal, hosts, COUNT(hosts), &path)
            == LOGIN_OK)
        {
            paths++;

            if (!path || !stays(target)) {
                fail_msg("%s is no path of the portal", line);
            }
        }

        /* behind an allowed origin it must not make another one of it */

        memmove(text + sizeof(origin) - 1, text, target.len);
        memcpy(text, origin, sizeof(origin) - 1);
        target.len += sizeof(origin) - 1;

        if (login_return_check(target, &portal, hosts, COUNT(hosts), &path)
            == LOGIN_OK)
        {
            assert_int_equal(path, 0);
            assert_int_equal(login_url_parse(&url, target), LOGIN_OK);
            same(url.origin, origin);

            if (url.path.len > 0) {
                assert_int_equal(url.path.data[0], '/');
                assert_ptr_equal(url.path.data, text + sizeof(origin) - 1);
            }
        }
    }

    fclose(file);

    assert_true(n >= 500);

    /* not all is refused: a guard that says no to everything is none */

    assert_in_range(paths, 10, n / 4);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_refused),
        cmocka_unit_test(test_return_allowed),
        cmocka_unit_test(test_return_scheme_and_port),
        cmocka_unit_test(test_return_length),
        cmocka_unit_test(test_return_bytes),
        cmocka_unit_test(test_redirects),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
