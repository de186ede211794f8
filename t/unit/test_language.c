
/*
 * Languages: rules for plurals, MO files (F05), which language is nearest to
 * a tag, and what the catalog makes of templates and translations (F04).
 */

#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>


#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define HEADER    "Content-Type: text/plain; charset=UTF-8\n"
#define PLURALS   "Plural-Forms: nplurals=2; plural=n != 1;\n"


/* --- plurals */

static void
test_plural(void **state)
{
    size_t          i, n;
    login_plural_t  plural;

    static const struct {
        const char  *rule;
        const char  *forms;         /* for 0, 1, 2 ... */
    } rules[] = {
        { "nplurals=1; plural=0;", "0000" },
        { "nplurals=2; plural=n != 1;", "10111" },
        { "nplurals=2; plural=n > 1", "00111" },
        { "nplurals = 2 ;plural = (n!=1)", "10111" },
        { "nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 "
          "&& (n%100<10 || n%100>=20) ? 1 : 2;", "20111222222222222222201" },
        { "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && "
          "n%100<=10 ? 3 : n%100>=11 ? 4 : 5;", "01233333333444" },
        { "nplurals=2; plural=!n;", "1000" },
        { "nplurals=2; plural=!!n;", "0111" },
        { "nplurals=4; plural=n < 2 ? n + 1 : n / n * 3 - 0 * n;", "1233" },
        { "nplurals=2; plural=1 ? n == 1 : n / 0;", "0100" },
        { "nplurals=2; plural=0 && n / 0 || n >= 2;", "0011" },
        { "nplurals=2; plural=1 - 1 - 0 == 0;", "1111" },
    };

    static const char *const  wrong[] = {
        "", "nplurals", "nplurals=2", "nplurals=2;", "nplurals=2; plural=",
        "nplurals=0; plural=0;", "nplurals=7; plural=0;",
        "nplurals=2; plural=n;", "nplurals=2; plural=2;",
        "nplurals=2; plural=0 - 1;", "nplurals=1; plural=n / 0;",
        "nplurals=1; plural=1 % n;", "nplurals=2; plural=n != 1; n",
        "nplurals=2; plural=n !=;", "nplurals=2; plural=(n != 1;",
        "nplurals=2; plural=n ? 1;", "nplurals=2; plural=m != 1;",
        "nplurals=2; plural=n = 1;", "nplurals=2; plural=n & 1;",
        "nplurals=2; plural=n != 1000000000;", "nplurals=2; plural=1000 n;",
        "plural=n != 1; nplurals=2;", "nplurals=2; plural=n != 1;;",
    };

    (void) state;

    for (i = 0; i < COUNT(rules); i++) {
        assert_int_equal(login_plural_parse(&plural,
                                            login_cstr(rules[i].rule)),
                         LOGIN_OK);

        for (n = 0; rules[i].forms[n] != '\0'; n++) {
            assert_int_equal(login_plural_form(&plural, n),
                             rules[i].forms[n] - '0');
        }
    }

    for (i = 0; i < COUNT(wrong); i++) {
        if (login_plural_parse(&plural, login_cstr(wrong[i])) != LOGIN_NO) {
            fail_msg("\"%s\" is taken", wrong[i]);
        }
    }
}


/* What is nested or long beyond the bounds is refused, not followed. */

static void
test_plural_bounds(void **state)
{
    char            rule[4096];
    size_t          i, len;
    login_plural_t  plural;

    static const char *const  parts[][2] = {
        { "(", ")" }, { "!", "" }, { "n?", ":0" }, { "n+", "" },
    };

    (void) state;

    for (i = 0; i < COUNT(parts); i++) {
        len = (size_t) snprintf(rule, sizeof(rule), "nplurals=1; plural=");

        while (len < 1500) {
            len += (size_t) snprintf(rule + len, sizeof(rule) - len, "%s",
                                     parts[i][0]);
        }

        len += (size_t) snprintf(rule + len, sizeof(rule) - len, "0");

        while (len < 3500 && parts[i][1][0] != '\0') {
            len += (size_t) snprintf(rule + len, sizeof(rule) - len, "%s",
                                     parts[i][1]);
        }

        assert_int_equal(login_plural_parse(&plural, login_cstr(rule)),
                         LOGIN_NO);
    }

    /* larger than what was tried: there is no such form, but an answer */

    assert_int_equal(login_plural_parse(&plural,
               login_cstr("nplurals=2; plural=n > 100000 ? 7 : n != 1;")),
                     LOGIN_OK);
    assert_int_equal(login_plural_form(&plural, 100001), 1);
}


/* --- MO files */

typedef struct {
    const char  *id;
    const char  *text;
    size_t       id_len;
    size_t       len;
} message_t;

#define M(id, text)  { id, text, sizeof(id) - 1, sizeof(text) - 1 }

static u_char  file[65536];


static void
put(size_t at, uint32_t value, int swap)
{
    value = swap ? __builtin_bswap32(value) : value;
    memcpy(file + at, &value, 4);
}


static login_str_t
make(const message_t *messages, uint32_t n, int swap)
{
    size_t    at;
    uint32_t  i;

    memset(file, 0, sizeof(file));

    put(0, 0x950412de, swap);
    put(8, n, swap);
    put(12, 28, swap);
    put(16, 28 + 8 * n, swap);

    at = 28 + 16 * n;

    for (i = 0; i < n; i++) {
        put(28 + 8 * i, (uint32_t) messages[i].id_len, swap);
        put(28 + 8 * i + 4, (uint32_t) at, swap);
        memcpy(file + at, messages[i].id, messages[i].id_len);
        at += messages[i].id_len + 1;

        put(28 + 8 * (n + i), (uint32_t) messages[i].len, swap);
        put(28 + 8 * (n + i) + 4, (uint32_t) at, swap);
        memcpy(file + at, messages[i].text, messages[i].len);
        at += messages[i].len + 1;
    }

    return login_str(file, at);
}


static void
same(login_str_t s, const char *expected)
{
    assert_int_equal(s.len, strlen(expected));
    assert_memory_equal(s.data, expected, s.len);
}


static void
test_mo(void **state)
{
    int              swap;
    login_mo_t       mo;
    login_str_t      text, one;
    login_error_t    error;

    static const message_t  messages[] = {
        M("", HEADER PLURALS "Language: xx\n"),
        M("Sign in", "Ein"),
        M("a day\0days", "ein Tag\0Tage"),
        M("empty", ""),
        M("sign", "\xc3\xa4"),
    };

    (void) state;

    for (swap = 0; swap < 2; swap++) {
        assert_int_equal(login_mo_open(&mo, make(messages, 5, swap), &error),
                         LOGIN_OK);

        assert_int_equal(login_mo_find(&mo, login_cstr("Sign in"), &text),
                         LOGIN_OK);
        same(text, "Ein");
        assert_int_equal(login_mo_find(&mo, login_cstr("sign"), &text),
                         LOGIN_OK);
        same(text, "\xc3\xa4");

        assert_int_equal(login_mo_find(&mo, login_cstr("a day"), &text),
                         LOGIN_OK);
        assert_int_equal(login_mo_form(text, 1, &one), LOGIN_OK);
        same(one, "Tage");
        assert_int_equal(login_mo_form(text, 2, &one), LOGIN_NO);

        assert_int_equal(login_mo_find(&mo, login_cstr("sig"), &text),
                         LOGIN_NO);
        assert_int_equal(login_mo_find(&mo, login_cstr("z"), &text),
                         LOGIN_NO);
        assert_int_equal(login_mo_find(&mo, login_cstr("empty"), &text),
                         LOGIN_NO);
        assert_int_equal(login_mo_find(&mo, login_cstr(""), &text), LOGIN_NO);

        same(login_mo_field(&mo, "language"), "xx");
        same(login_mo_field(&mo, "Lang"), "");
    }
}


static void
refuses(login_str_t data, const char *why)
{
    login_mo_t     mo;
    login_error_t  error;

    assert_int_equal(login_mo_open(&mo, data, &error), LOGIN_NO);

    if (strstr(error.text, why) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", why, error.text);
    }
}


static void
test_mo_refused(void **state)
{
    size_t         i;
    login_str_t    good;
    login_mo_t     mo;
    login_error_t  error;

    static const message_t  order[] = { M("", HEADER), M("b", "x"),
                                        M("a", "x") };
    static const message_t  twice[] = { M("", HEADER), M("a", "x"),
                                        M("a\0b", "x") };
    static const message_t  latin[] = { M("", "Content-Type: text/plain; "
                                              "charset=ISO-8859-1\n") };
    static const message_t  bytes[] = { M("", HEADER), M("a", "\xff") };
    static const message_t  plural[] = { M("", HEADER "Plural-Forms: n\n") };
    static const message_t  forms[] = { M("", HEADER PLURALS),
                                        M("a\0b", "x") };
    static const message_t  spare[] = { M("", HEADER PLURALS),
                                        M("a", "x\0y") };
    static const message_t  headless[] = { M("a", "x") };
    static const message_t  plain[] = { M("", HEADER), M("a", "x") };

    (void) state;

    refuses(make(order, 3, 0), "out of order");
    refuses(make(twice, 3, 0), "out of order");
    refuses(make(latin, 1, 0), "charset");
    refuses(make(bytes, 2, 0), "not UTF-8");
    refuses(make(plural, 1, 0), "Plural-Forms");
    refuses(make(forms, 2, 0), "forms");
    refuses(make(spare, 2, 0), "forms");
    refuses(make(headless, 1, 0), "no header");
    refuses(login_str("", 0), "not a file of msgfmt");

    /* cut anywhere */

    good = make(plain, 2, 0);

    for (i = 0; i < good.len; i++) {
        assert_int_equal(login_mo_open(&mo, login_str(good.data, i), &error),
                         LOGIN_NO);
    }

    put(8, 0, 0);
    refuses(good, "tables are damaged");
    put(8, 0x20000001, 0);
    refuses(good, "tables are damaged");
    (void) make(plain, 2, 0);
    put(16, 0xfffffff0, 0);
    refuses(good, "tables are damaged");
    (void) make(plain, 2, 0);
    put(28 + 8 + 4, 0xfffffff0, 0);
    refuses(good, "message 1 is damaged");
    (void) make(plain, 2, 0);
    put(28 + 8, 0xffffffff, 0);
    refuses(good, "message 1 is damaged");
    (void) make(plain, 2, 0);
    put(4, 1, 0);
    refuses(good, "revision");
}


/* --- tags */

static size_t
shipped(void)
{
    size_t  n;

    for (n = 0; login_languages[n].tag.len != 0; n++) {
        assert_int_equal(login_language_check(login_languages[n].tag),
                         LOGIN_OK);
        assert_ptr_equal(login_language_shipped(login_languages[n].tag),
                         &login_languages[n]);
    }

    return n;
}


static const char *
nearest(const login_language_t *offered, size_t n, const char *tag)
{
    size_t  i;

    i = login_language_find(offered, n, login_cstr(tag));

    return i == LOGIN_LANGUAGE_NONE ? "" : (const char *) offered[i].tag.data;
}


static void
test_find(void **state)
{
    size_t  i, n;

    static const login_language_t  few[] = {
        { login_string("en"), login_string(""), 0 },
        { login_string("pt-BR"), login_string(""), 0 },
        { login_string("zh-Hant"), login_string(""), 0 },
        { login_string("es-419"), login_string(""), 0 },
    };

    static const char *const  all[][2] = {
        { "en", "en" }, { "EN-us", "en" }, { "de-Latn-CH-1996", "de" },
        { "zh-TW", "zh-Hant" }, { "zh-HK", "zh-Hant" }, { "zh", "zh-Hans" },
        { "zh-Hant-HK", "zh-Hant" }, { "zh-Hans-SG", "zh-Hans" },
        { "zh-TW-x-a", "zh-Hant" }, { "cmn-CN", "zh-Hans" },
        { "no", "nb" }, { "nn", "nb" }, { "iw-IL", "he" }, { "in", "id" },
        { "es-mx", "es-419" }, { "es-US", "es-419" }, { "es-ES", "es" },
        { "es-GQ", "es" }, { "fr-ca", "fr-CA" }, { "fr-CH", "fr" },
        { "pt-PT", "pt" }, { "pt-br", "pt-BR" }, { "sr-Latn-RS", "sr" },
        { "de-x-private", "de" }, { "x-klingon", "" }, { "tlh", "" },
        { "", "" }, { "-", "" }, { "de-", "" }, { "-de", "" },
        { "de--AT", "" }, { "d e", "" }, { "deutschland", "" },
        { "de_AT", "" }, { "\xc3\xa4", "" },
        { "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r", "" },
    };

    static const char *const  fewer[][2] = {
        { "pt", "pt-BR" }, { "pt-PT", "pt-BR" }, { "zh-CN", "zh-Hant" },
        { "es-ES", "es-419" }, { "es", "es-419" }, { "de", "" },
    };

    (void) state;

    n = shipped();
    assert_int_equal(n, 44);

    for (i = 0; i < COUNT(all); i++) {
        assert_string_equal(nearest(login_languages, n, all[i][0]),
                            all[i][1]);
    }

    for (i = 0; i < COUNT(fewer); i++) {
        assert_string_equal(nearest(few, COUNT(few), fewer[i][0]),
                            fewer[i][1]);
    }
}


static void
test_accept(void **state)
{
    size_t  i, n, found;

    static const char *const  headers[][2] = {
        { "de", "de" }, { "fr;q=0.4, de;q=0.5", "de" },
        { "fr;q=0.5, de;q=0.5", "fr" }, { "xx, fr;q=0.001", "fr" },
        { "fr;q=0, xx", "" }, { " \tde ; q=1.000 ", "de" }, { "*", "" },
        { "*, de;q=0.1", "de" }, { "de;q=0.1234, fr;q=0.1", "fr" },
        { "de;q=2, fr;q=0.1", "fr" }, { "de;level=1, fr", "fr" },
        { "de;Q=0.9, fr;q=0.8", "de" }, { "de;q=., fr;q=0.1", "fr" },
        { "", "" }, { ",,,", "" }, { ";q=1", "" }, { "de;", "" },
        { "de;q=1.5, fr;q=0.9", "de" }, { "de;q=0.", "" },
        { "de;q=1.", "de" },
    };

    (void) state;

    n = shipped();

    for (i = 0; i < COUNT(headers); i++) {
        found = login_language_accept(login_languages, n,
                                      login_cstr(headers[i][0]));

        assert_string_equal(found == LOGIN_LANGUAGE_NONE ? ""
                            : (const char *) login_languages[found].tag.data,
                            headers[i][1]);
    }
}


/* --- templates and translations */

static char            dir[64];
static login_arena_t  *arena;
static login_error_t   error;

enum { V_NAME, V_N, V_LIST, V_TAG, V_CHOSEN, VALUES };

static const login_variable_t  variables[VALUES] = {
    { "name", LOGIN_VALUE_TEXT, -1 },
    { "n", LOGIN_VALUE_TEXT, -1 },
    { "list", LOGIN_VALUE_LIST, -1 },
    { "tag", LOGIN_VALUE_TEXT, V_LIST },
    { "chosen", LOGIN_VALUE_FLAG, V_LIST },
};

static const login_schema_t  schema = { variables, VALUES };


static int
setup(void **state)
{
    (void) state;

    (void) snprintf(dir, sizeof(dir), "/tmp/login-unit-XXXXXX");
    arena = login_arena_create();

    return arena == NULL || mkdtemp(dir) == NULL;
}


static int
teardown(void **state)
{
    char  path[96];

    (void) state;

    (void) snprintf(path, sizeof(path), "%s/page.html", dir);
    (void) unlink(path);
    login_arena_destroy(arena);

    return rmdir(dir);
}


static login_template_t *
compile(const char *html)
{
    char               path[96];
    FILE              *f;
    const char        *dirs[] = { dir };
    login_template_t  *t;

    (void) snprintf(path, sizeof(path), "%s/page.html", dir);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(html, f) >= 0 && fclose(f) == 0);

    if (login_template_compile(&t, arena, &schema, dirs, 1, "page", &error)
        != LOGIN_OK)
    {
        return NULL;
    }

    return t;
}


/* The page in the language of these messages; NULL: refused. */

static const char *
page(const char *html, const message_t *messages, uint32_t n,
    const char *number)
{
    size_t               len;
    u_char              *text;
    login_value_t        values[VALUES], rows[2 * VALUES];
    login_locale_t       locale = { .tag = login_string("xx") };
    login_catalog_t      catalog;
    login_template_t    *t;
    login_translation_t  translation;

    memset(values, 0, sizeof(values));
    memset(rows, 0, sizeof(rows));

    rows[V_TAG].text = login_cstr("a<");
    rows[VALUES + V_TAG].text = login_cstr("b");
    rows[VALUES + V_CHOSEN].text = login_cstr("1");
    values[V_LIST].rows = 2;
    values[V_LIST].row = rows;

    translation.n = 1;
    translation.path[0] = "xx.mo";
    assert_int_equal(login_mo_open(&translation.mo[0], make(messages, n, 0),
                                   &error),
                     LOGIN_OK);

    t = compile(html);
    assert_non_null(t);

    if (login_catalog_init(&catalog, arena, &schema, V_LIST, &error)
        != LOGIN_OK
        || login_catalog_add(&catalog, t, &error) != LOGIN_OK
        || login_catalog_load(&catalog, &locale, &translation, values, &error)
           != LOGIN_OK)
    {
        return NULL;
    }

    /* from here on the list is what it was then */

    memset(rows, 0, sizeof(rows));
    values[V_NAME].text = login_cstr("<Ann>");
    values[V_N].text = login_cstr(number);

    len = login_template_render(NULL, t, values, &locale);
    text = login_arena_alloc(arena, len + 1);
    assert_non_null(text);
    assert_int_equal(login_template_render(text, t, values, &locale), len);

    return (const char *) text;
}


static void
test_catalog(void **state)
{
    static const message_t  messages[] = {
        M("", HEADER "Plural-Forms: nplurals=3; plural=n==1 ? 0 : n==2 ? 1 "
              ": 2;\n"),
        M("0123456789", "abcdefghi\xc3\xa4"),
        M("Hello {name}", "{name}, <hi> {name}"),
        M("Yes", "\"Ja\""),
        M("a day\0{n} days", "eins\0zwei\0{n} Tage"),
    };

    (void) state;

    assert_string_equal(page("{{\"Yes\"}} {{\"No\"}}", messages, 5, ""),
                        "&quot;Ja&quot; No");
    assert_string_equal(page("<b title=\"{{\"Yes\"}}\">{{\"Hello {name}\"}}"
                             "</b>", messages, 5, ""),
                        "<b title=\"&quot;Ja&quot;\">&lt;Ann&gt;, &lt;hi&gt; "
                        "&lt;Ann&gt;</b>");

    assert_string_equal(page("{{\"a day\"|\"{n} days\"}}", messages, 5, "1"),
                        "eins");
    assert_string_equal(page("{{\"a day\"|\"{n} days\"}}", messages, 5, "2"),
                        "zwei");
    assert_string_equal(page("{{\"a day\"|\"{n} days\"}}", messages, 5, "90"),
                        "\xc3\xa4" "a Tage");
    assert_string_equal(page("{{\"one\"|\"{n} more\"}}", messages, 5, "1"),
                        "one");
    assert_string_equal(page("{{\"one\"|\"{n} more\"}}", messages, 5, "2"),
                        "c more");
    assert_string_equal(page("{{n}} {{\"No {n}\"}}", messages, 5, "12"),
                        "12 No 12");

    assert_string_equal(page("{{#list}}{{#chosen}}*{{/chosen}}{{tag}} "
                             "{{\"Yes\"}},{{/list}}{{^list}}-{{/list}}.",
                             messages, 5, ""),
                        "a&lt; &quot;Ja&quot;,*b &quot;Ja&quot;,.");
}


static void
test_catalog_refused(void **state)
{
    static const message_t  lost[] = { M("", HEADER), M("Hi {name}", "Hi") };
    static const message_t  more[] = { M("", HEADER), M("Hi", "Hi {name}") };
    static const message_t  form[] = {
        M("", HEADER PLURALS),
        M("{n} of {name}\0{n} for {name}", "{name}\0{n}"),
    };

    (void) state;

    assert_null(page("{{\"Hi {name}\"}}", lost, 2, ""));
    assert_string_equal(error.text, "\"{name}\" is lost in the translation "
                        "of \"Hi {name}\" in xx.mo");
    assert_null(page("{{\"Hi\"}}", more, 2, ""));
    assert_non_null(strstr(error.text, "is no variable of it in xx.mo"));
    assert_null(page("{{\"{n} of {name}\"|\"{n} for {name}\"}}", form, 2,
                     "1"));
    assert_non_null(strstr(error.text, "\"{name}\" is lost"));
    assert_null(page("{{#list}}{{name}}{{/list}}", lost, 1, ""));
    assert_non_null(strstr(error.text, "is not of the list \"list\""));
    assert_null(page("{{#list}}{{\"{name}\"}}{{/list}}", lost, 1, ""));
    assert_null(page("{{#list}}{{#name}}{{/name}}{{/list}}", lost, 1, ""));

    assert_null(compile("{{\"one\"|\"many\"}}"));
    assert_non_null(strstr(error.text, "says how many"));
    assert_null(compile("{{\"one {name}\"|\"{n} more\"}}"));
    assert_non_null(strstr(error.text, "but not of many"));
    assert_null(compile("{{\"\"|\"{n} more\"}}"));
    assert_null(compile("{{\"one\"|\"\"}}"));
    assert_null(compile("{{\"one\"|\"{list} more\"}}"));
}


static void
test_time(void **state)
{
    size_t          n;
    u_char          text[LOGIN_LOCALE_TIME];
    login_str_t     texts[LOGIN_TEXTS];
    login_locale_t  locale = { .tag = login_string("xx") };

    (void) state;

    n = login_locale_time(text, &login_locale_english, 1795548181);
    same(login_str(text, n), "2026-11-24 19:23 UTC");
    assert_int_equal(login_locale_time(text, &login_locale_english, 0), 0);

    texts[LOGIN_TEXT_DIGITS] = login_cstr("0123456789");
    texts[LOGIN_TEXT_TIME] = login_cstr("{day}.{month}.{year} {hour} "
                                        "{minute}");
    locale.texts = texts;
    locale.ntexts = LOGIN_TEXTS;

    n = login_locale_time(text, &locale, 1795548181);
    same(login_str(text, n), "24.11.2026 19 23");

    /* translations that are nonsense, and one that is endless */

    texts[LOGIN_TEXT_DIGITS] = login_cstr("\xe2\x82\xac");
    n = login_locale_number(text, &locale, login_cstr("010x"));
    same(login_str(text, n), "\xe2\x82\xac\xe2\x82\xacx");

    texts[LOGIN_TEXT_TIME] = login_cstr("{year}{year}{year}{year}{year}{year}"
        "{year}{year}{year}{year}{year}{year}{year}{year}{year}{year}{year}"
        "{year}{year}{year}{year}{year}{year}{year}{year}{year}{year}{year}"
        "{year}{year}{year}{year}{year}{year}{year}{year}{year}{year}{year}");
    texts[LOGIN_TEXT_DIGITS] = login_cstr("\xf0\x90\x92\xa0\xf0\x90\x92\xa1"
        "\xf0\x90\x92\xa2\xf0\x90\x92\xa3\xf0\x90\x92\xa4\xf0\x90\x92\xa5"
        "\xf0\x90\x92\xa6\xf0\x90\x92\xa7\xf0\x90\x92\xa8\xf0\x90\x92\xa9");

    assert_in_range(login_locale_time(text, &locale, UINT32_MAX), 16,
                    LOGIN_LOCALE_TIME);
    (void) login_locale_time(text, &locale, UINT64_MAX / 2);

    texts[LOGIN_TEXT_TIME] = login_cstr("12345678901234567890123456789012345"
        "678901234567890123456789012345678901234567890{year}, a text that is "
        "as long as nobody would write it, in a place where there is no room "
        "for it, and goes on and on, to run over the end of what is there");
    assert_in_range(login_locale_time(text, &locale, UINT32_MAX), 80,
                    LOGIN_LOCALE_TIME);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_plural),
        cmocka_unit_test(test_plural_bounds),
        cmocka_unit_test(test_mo),
        cmocka_unit_test(test_mo_refused),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_catalog),
        cmocka_unit_test(test_catalog_refused),
        cmocka_unit_test(test_time)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
