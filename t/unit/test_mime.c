
/* What mails are made of: fields, bodies, the sender, and the dialogue. */

#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


static char    *out;
static size_t   len;


static const char *
field(login_str_t text)
{
    FILE  *f;

    free(out);
    f = open_memstream(&out, &len);
    login_mime_field(f, "Subject", text);
    (void) fclose(f);

    return out;
}


static const char *
quoted(const char *text)
{
    FILE  *f;

    free(out);
    f = open_memstream(&out, &len);
    login_mime_quoted(f, login_cstr(text));
    (void) fclose(f);

    return out;
}


static void
test_field(void **data)
{
    char    text[300];
    size_t  i, n, line;

    (void) data;

    assert_string_equal(field(login_cstr("Hello")), "Subject: Hello\r\n");
    assert_string_equal(field(login_cstr("")), "Subject:\r\n");
    assert_string_equal(field(login_cstr("a\r\nBcc: b")),
                        "Subject: =?UTF-8?B?YQ0KQmNjOiBi?=\r\n");
    assert_string_equal(field(login_cstr("=?x?=")),
                        "Subject: =?UTF-8?B?PT94Pz0=?=\r\n");
    assert_string_equal(field(login_cstr(" a")),
                        "Subject: =?UTF-8?B?IGE=?=\r\n");

    /* four bytes each, at all offsets: whole characters, short lines */

    for (n = 0; n < 8; n++) {
        memset(text, 'a', n);

        for (i = n; i + 4 < sizeof(text); i += 4) {
            memcpy(text + i, "\xf0\x9f\x92\xa9", 5);
        }

        (void) field(login_cstr(text));

        for (i = 0, line = 0; i < len; i++) {
            line = out[i] == '\n' ? 0 : line + 1;
            assert_true(line <= 85);
            assert_true(out[i] == '\r' || out[i] == '\n'
                        || (out[i] >= 0x20 && out[i] < 0x7f));
        }

        assert_non_null(strstr(out, "?=\r\n =?UTF-8?B?"));
    }
}


static void
test_quoted(void **data)
{
    char    text[512];
    size_t  i, line;

    (void) data;

    assert_string_equal(quoted("a=b\xc3\xa9\n"), "a=3Db=C3=A9\r\n\r\n");
    assert_string_equal(quoted("a \nb\t"), "a=20\r\nb=09\r\n");
    assert_string_equal(quoted("a\rb"), "a=0Db\r\n");
    assert_string_equal(quoted(""), "\r\n");

    for (i = 0; i < sizeof(text) - 1; i++) {
        text[i] = i % 3 ? 'x' : '=';
    }

    text[i] = '\0';
    (void) quoted(text);

    for (i = 0, line = 0; i < len; i++) {
        line = out[i] == '\n' ? 0 : line + 1;
        assert_true(line <= 77);        /* with the CR */
    }
}


static void
check_from(const char *text, const char *field, const char *address)
{
    char            f[LOGIN_MAIL_FIELD_MAX], a[LOGIN_USERNAME_MAX + 1];
    login_result_e  rc;

    rc = login_mail_from(f, a, login_cstr(text));

    if (address == NULL) {
        assert_int_equal(rc, LOGIN_NO);
        return;
    }

    assert_int_equal(rc, LOGIN_OK);
    assert_string_equal(f, field);
    assert_string_equal(a, address);
}


static void
test_from(void **data)
{
    char    text[300], field[300];
    size_t  i;

    (void) data;

    check_from("a@b", "<a@b>", "a@b");
    check_from("<a@b>", "<a@b>", "a@b");
    check_from("A. B <a@b>", "\"A. B\" <a@b>", "a@b");
    check_from("A \"B\" \\ <a@b>", "\"A \\\"B\\\" \\\\\" <a@b>", "a@b");
    check_from("\xc3\xa9 <a@b>", "=?UTF-8?B?w6k=?=\r\n <a@b>", "a@b");

    check_from("", NULL, NULL);
    check_from("A <a@b", NULL, NULL);
    check_from("A <a@b> ", NULL, NULL);
    check_from("A <a@b>, <c@d>", NULL, NULL);
    check_from("A\r\nBcc: c@d <a@b>", NULL, NULL);
    check_from("\xff <a@b>", NULL, NULL);
    check_from("\xc3\xa9@b", NULL, NULL);

    /* 128 bytes of a name, each of them escaped, and one more */

    for (i = 0; i < 128; i++) {
        text[i] = '"';
        field[1 + 2 * i] = '\\';
        field[2 + 2 * i] = '"';
    }

    field[0] = '"';
    (void) strcpy(text + 128, "<a@b>");
    (void) strcpy(field + 257, "\" <a@b>");

    check_from(text, field, "a@b");

    (void) strcpy(text + 128, "\"<a@b>");
    check_from(text, NULL, NULL);
}


/* Commands begin with "C", answers with "S". */

static void
check_dialogue(const char *const *lines, unsigned international,
    unsigned well, login_result_e result, unsigned relay, const char *words)
{
    login_delivery_t  delivery;
    login_dialogue_t  dialogue;

    memset(&delivery, 0, sizeof(delivery));
    memset(&dialogue, 0, sizeof(dialogue));

    login_dialogue_begin(&dialogue);
    dialogue.international = international;

    for ( ; *lines != NULL; lines++) {
        if (**lines == 'C') {
            login_dialogue_command(&dialogue, login_cstr(*lines + 2));

        } else {
            login_dialogue_answer(&dialogue, login_cstr(*lines + 2));
        }
    }

    login_dialogue_result(&delivery, &dialogue, well, "broken");

    assert_int_equal(delivery.result, result);
    assert_int_equal(delivery.relay, relay);
    assert_string_equal(delivery.words, words);
}

#define check(international, well, result, relay, words, ...)                 \
    do {                                                                      \
        static const char *const  lines[] = { __VA_ARGS__, NULL };            \
        check_dialogue(lines, international, well, result, relay, words);     \
    } while (0)


static void
test_dialogue(void **data)
{
    (void) data;

    check(0, 1, LOGIN_OK, 0, "250 kept", "S 220 hi", "C EHLO x", "S 250-x",
          "S 250 SMTPUTF8", "C MAIL FROM:<a@b>", "S 250 ok",
          "C RCPT TO:<c@d>", "S 250 ok", "C DATA", "S 354 go",
          "S 250 kept\r\n");

    /* the answer came, the connection broke */

    check(0, 0, LOGIN_OK, 0, "250 kept", "C DATA", "S 354 go",
          "S 250-more", "S 250 kept");
    check(0, 0, LOGIN_FAULT, 1, "broken", "C DATA", "S 354 go",
          "S 250-more");
    check(0, 0, LOGIN_FAULT, 1, "broken", "C DATA", "S 250 what");

    check(0, 0, LOGIN_NO, 0, "550 no", "C RCPT TO:<c@d>", "S 550 no",
          "C QUIT", "S 221 bye");
    check(0, 0, LOGIN_FAULT, 0, "450 no", "C RCPT TO:<c@d>", "S 450 no");
    check(0, 0, LOGIN_NO, 0, "554 spam", "C DATA", "S 354 go",
          "S 554 spam");
    check(0, 0, LOGIN_FAULT, 0, "451 later", "C DATA", "S 354 go",
          "S 451 later");

    /* what concerns all mails is never the end of one */

    check(0, 0, LOGIN_FAULT, 1, "535 no", "C AUTH PLAIN", "S 535 no");
    check(0, 0, LOGIN_FAULT, 1, "550 no", "C MAIL FROM:<a@b>", "S 550 no");
    check(0, 0, LOGIN_FAULT, 1, "554 go away", "S 554 go away");
    check(0, 0, LOGIN_FAULT, 1, "broken", "S 220 hi");

    check(1, 0, LOGIN_NO, 0, "the relay takes no addresses that are not "
          "ASCII before the \"@\" (SMTPUTF8)", "C EHLO x", "S 250-SMTPUTF8",
          "S 250 STARTTLS", "C EHLO x", "S 250 x", "C DATA", "S 354 go");

    check(0, 0, LOGIN_NO, 0, "550 ?[31mred??", "C DATA",
          "S 550 \x1b[31mred\xc3\xa9");
    check(0, 0, LOGIN_FAULT, 1, "broken", "S ", "S 25", "S abc", "S 2x0 a");
}


/* A text with variables; what is in them stays in its line. */

static void
test_text(void **data)
{
    FILE                    *f;
    char                     dir[] = "/tmp/login-test-XXXXXX", path[64];
    u_char                   dst[256];
    size_t                   n;
    const char              *dirs[1];
    login_value_t            value;
    login_arena_t           *arena;
    login_error_t            error;
    login_template_t        *template;
    const login_variable_t   variable = { "name", LOGIN_VALUE_TEXT, -1 };
    const login_schema_t     schema = { &variable, 1 };

    (void) data;

    assert_non_null(mkdtemp(dir));
    (void) snprintf(path, sizeof(path), "%s/a.txt", dir);

    f = fopen(path, "w");
    (void) fprintf(f, "<{{name}}> & {{\"It's {name}\"}} {{#name}}x{{/name}}");
    (void) fclose(f);

    arena = login_arena_create();
    dirs[0] = dir;

    assert_int_equal(login_template_compile_as(&template,
                         LOGIN_TEMPLATE_TEXT, arena, &schema, dirs, 1, "a",
                         &error), LOGIN_OK);

    memset(&value, 0, sizeof(value));
    value.text = login_cstr("<a>\r\nb\xc2\x85" "c\xe2\x80\xa8" "d\xc3\xa9\x7f");

    n = login_template_render(dst, template, &value, &login_locale_english);
    assert_int_equal(n, login_template_render(NULL, template, &value,
                                              &login_locale_english));
    dst[n] = '\0';

    assert_string_equal((char *) dst, "<<a>  b c d\xc3\xa9 > & It's <a>  b c "
                        "d\xc3\xa9  x");

    assert_int_equal(login_template_compile(&template, arena, &schema, dirs,
                                            1, "a", &error), LOGIN_NO);

    login_arena_destroy(arena);
    (void) remove(path);
    (void) remove(dir);
}


int
main(void)
{
    int                      rc;
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_field),
        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_from),
        cmocka_unit_test(test_dialogue),
        cmocka_unit_test(test_text)
    };

    rc = cmocka_run_group_tests(tests, NULL, NULL);
    free(out);

    return rc;
}
