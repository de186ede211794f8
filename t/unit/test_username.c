
#include "login.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define S(s)     login_str(s, sizeof(s) - 1)
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))


typedef struct {
    const char  *in;
    const char  *out;
} pair_t;


static void
becomes(const pair_t *pairs, size_t n)
{
    size_t  i, len, again;
    u_char  dst[LOGIN_USERNAME_MAX + 1], twice[LOGIN_USERNAME_MAX];

    for (i = 0; i < n; i++) {
        dst[LOGIN_USERNAME_MAX] = 0xee;

        if (login_username_normalise(dst, &len, login_cstr(pairs[i].in))
            != LOGIN_OK)
        {
            fail_msg("\"%s\" was refused", pairs[i].in);
        }

        if (len != strlen(pairs[i].out) || memcmp(dst, pairs[i].out, len)) {
            fail_msg("\"%s\" became \"%.*s\"", pairs[i].in, (int) len, dst);
        }

        assert_int_equal(dst[LOGIN_USERNAME_MAX], 0xee);

        /* what is canonical stays */

        assert_int_equal(login_username_normalise(twice, &again,
                                                  login_str(dst, len)),
                         LOGIN_OK);
        assert_int_equal(again, len);
        assert_memory_equal(twice, dst, len);
    }
}


static void
refused(const char *const *names, size_t n)
{
    size_t  i, len;
    u_char  dst[LOGIN_USERNAME_MAX];

    for (i = 0; i < n; i++) {
        if (login_username_normalise(dst, &len, login_cstr(names[i]))
            != LOGIN_NO)
        {
            fail_msg("\"%s\" was not refused", names[i]);
        }
    }
}


static void
test_addresses(void **data)
{
    static const pair_t  pairs[] = {
        { "admin@example.com", "admin@example.com" },
        { "Admin@EXAMPLE.Com", "admin@example.com" },
        { " \t\r\nadmin@example.com\n ", "admin@example.com" },
        { "\xe3\x80\x80" "admin@example.com\xc2\xa0", "admin@example.com" },
        { "a.b+tag@example.com", "a.b+tag@example.com" },
        { "!#$%&'*+-/=?^_`{|}~@x.example", "!#$%&'*+-/=?^_`{|}~@x.example" },
        { "jo@localhost", "jo@localhost" },
        { "jo@m\xc3\xbcnchen.example", "jo@xn--mnchen-3ya.example" },
        { "jo@M\xc3\x9cNCHEN.example", "jo@xn--mnchen-3ya.example" },
        { "jo@mu\xcc\x88nchen.example", "jo@xn--mnchen-3ya.example" },
        { "jo@XN--Mnchen-3ya.example", "jo@xn--mnchen-3ya.example" },
        { "jo@fa\xc3\x9f.example", "jo@xn--fa-hia.example" },
        { "jo@\xe4\xbe\x8b\xe3\x80\x82\xe4\xbe\x8b", "jo@xn--fsq.xn--fsq" },

        /* as an input method for Japanese writes it */

        { "\xef\xbd\x8a\xef\xbd\x8f\xef\xbc\xa0\xef\xbd\x98\xef\xbc\x8e"
          "example", "jo@x.example" },
    };

    (void) data;

    becomes(pairs, COUNT(pairs));
}


static void
test_addresses_refused(void **data)
{
    static const char *const  names[] = {
        "@", "@example.com", "jo@", "jo@@example.com", "jo@a@example.com",
        "a@evil@corp.example", ".jo@example.com", "jo.@example.com",
        "j..o@example.com", "j o@example.com", "\"jo\"@example.com",
        "jo(x)@example.com", "jo,ann@example.com", "jo;x@example.com",
        "<jo@example.com>", "jo\\x@example.com", "jo[x]@example.com",
        "jo:x@example.com", "j\x01o@example.com", "j\x7fo@example.com",
        "j\r\nBcc:x@example.com", "jo@example.com\r\nBcc: x",
        "j\xc3\xb6@example.com", "\xe2\x84\xaa@example.com",
        "jo@.example.com", "jo@example.com.", "jo@example..com", "jo@.",
        "jo@-x.example", "jo@x-.example", "jo@a_b.example", "jo@a b.example",
        "jo@[1.2.3.4]", "jo@exam/ple", "jo@exam%70le", "jo@x:25", "jo@x*",
        "jo@a\xef\xbc\xbf" "b.example", "jo@\xe2\x89\xa0.example",
        "jo@xn--1ch.example", "jo@a\xe2\x84\x80" "b.example",
        "jo@xn--a.example", "jo@xn--zzzzzzz999999.example",
        "jo@a\xe2\x80\x8d.example", "jo@a\xcc\xb8.\xef\xbc\x8f",
        "jo@\xef\xb7\xba.example", "jo@\xe2\x80\xae.example",

        /* 65 letters before the "@" */

        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.y",

        /* a label of 64 */

        "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.y",
    };

    (void) data;

    refused(names, COUNT(names));
}


/* RFC 8265, table 1, and what follows from its rules. */

static void
test_names(void **data)
{
    static const pair_t  pairs[] = {
        { "juliet", "juliet" },
        { "fussball", "fussball" },
        { "fu\xc3\x9f" "ball", "fu\xc3\x9f" "ball" },
        { "\xcf\x80", "\xcf\x80" },
        { "\xce\xa3", "\xcf\x83" },
        { "\xcf\x83", "\xcf\x83" },
        { "\xcf\x82", "\xcf\x82" },

        { "JoAnn", "joann" },
        { " joann ", "joann" },
        { "CORP\\jo", "corp\\jo" },
        { "!\"#$%&'()*+,-./09:;<=>?[]^_`{|}~", "!\"#$%&'()*+,-./09:;<=>?[]^_"
          "`{|}~" },

        /* half and full width */

        { "\xef\xbc\xaa\xef\xbd\x8f", "jo" },
        { "\xef\xbd\xb6\xef\xbe\x9e", "\xe3\x82\xac" },

        /* composed and not; marks in another order */

        { "J\xc3\x96RG", "j\xc3\xb6rg" },
        { "JO\xcc\x88RG", "j\xc3\xb6rg" },
        { "a\xcc\x81\xcc\xa3", "\xe1\xba\xa1\xcc\x81" },
        { "a\xcc\xa3\xcc\x81", "\xe1\xba\xa1\xcc\x81" },

        /* toLowercase: one letter of two, and the last sigma of a word */

        { "\xc4\xb0x", "i\xcc\x87x" },
        { "I\xcc\x87x", "i\xcc\x87x" },
        { "\xce\x9d\xce\x99\xce\x9a\xce\x9f\xce\xa3",
          "\xce\xbd\xce\xb9\xce\xba\xce\xbf\xcf\x82" },
        { "\xce\xa3\xce\x91\xce\xa3.\xce\xa3\xce\x91",
          "\xcf\x83\xce\xb1\xcf\x83.\xcf\x83\xce\xb1" },
        { "\xce\x91\xce\xa3\xcc\x81-", "\xce\xb1\xcf\x82\xcc\x81-" },
        { "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8" },

        /* contextual rules that are met */

        { "l\xc2\xb7l", "l\xc2\xb7l" },
        { "L\xc2\xb7L", "l\xc2\xb7l" },
        { "\xcd\xb5\xce\xb1", "\xcd\xb5\xce\xb1" },
        { "\xd7\x90\xd7\xb3", "\xd7\x90\xd7\xb3" },
        { "\xd7\x90\xd7\xb4\xd7\x91", "\xd7\x90\xd7\xb4\xd7\x91" },
        { "\xe3\x82\xa2\xe3\x83\xbb\xe3\x82\xa4",
          "\xe3\x82\xa2\xe3\x83\xbb\xe3\x82\xa4" },
        { "\xd8\xa7\xd9\xa1\xd9\xa2", "\xd8\xa7\xd9\xa1\xd9\xa2" },
        { "\xd8\xa7\xdb\xb1", "\xd8\xa7\xdb\xb1" },

        /* exceptions that are valid */

        { "\xe3\x80\x87", "\xe3\x80\x87" },
        { "\xdb\xbd\xd8\xa7", "\xdb\xbd\xd8\xa7" },

        /* from right to left */

        { "\xd7\x90\xd7\x91" "1", "\xd7\x90\xd7\x91" "1" },
        { "\xd7\x90-\xd7\x91", "\xd7\x90-\xd7\x91" },
        { "\xd8\xa7\xd9\x8e", "\xd8\xa7\xd9\x8e" },

        /* other scripts */

        { "\xed\x95\x9c\xea\xb5\xad", "\xed\x95\x9c\xea\xb5\xad" },
        { "\xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7",
          "\xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7" },
        { "\xd0\x96\xd0\xb6", "\xd0\xb6\xd0\xb6" },
    };

    (void) data;

    becomes(pairs, COUNT(pairs));
}


static void
test_names_refused(void **data)
{
    static const char *const  names[] = {

        /* RFC 8265, table 2 */

        "foo bar", "", "henry\xe2\x85\xa3", "\xe2\x88\x9e",

        " ", "\t", "\xe3\x80\x80",
        "a\tb", "a\nb", "a\r\nb", "a\x01", "a\x1b[31m", "a\x7f",
        "a\xc2\x85z", "a\xc2\xa0" "b", "a\xe3\x80\x80" "b",

        /* compatibility characters: ligature, superscript, circled, Kelvin,
           Angstrom, half-width sign, long s, small "@" */

        "\xef\xac\x81", "a\xc2\xb2", "\xe2\x93\x90", "\xe2\x84\xaa",
        "\xe2\x84\xab", "\xef\xbf\xa3", "\xc5\xbf", "a\xef\xb9\xab" "b",

        /* what nobody sees */

        "a\xc2\xad", "a\xe2\x80\x8b", "a\xe2\x80\x8c", "a\xe2\x80\x8d",
        "a\xe2\x80\xae" "b", "a\xe2\x81\xa0", "a\xef\xbb\xbf", "a\xcd\x8f",
        "a\xe1\xa0\x8e", "a\xef\xb8\x8f", "a\xf3\xa0\x80\x81", "a\xe3\x85\xa4",
        "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d",

        /* symbols, punctuation, private, unassigned, no characters */

        "\xf0\x9f\x98\x80", "\xe2\x82\xac", "\xc2\xa9", "\xe2\x80\x93",
        "\xe2\x80\x99", "\xee\x80\x80", "\xcd\xb8", "\xef\xbf\xbe",
        "\xef\xb7\x90", "\xef\xbf\xbd",

        /* exceptions, title case, enclosing mark, old Hangul */

        "\xd9\x80", "\xdf\xba", "\xe3\x80\xb1", "\xe3\x80\xbb", "\xc7\x88",
        "a\xe2\x83\x9d", "\xe1\x84\x80\xe1\x85\xa1",

        /* contextual rules that are not met */

        "a\xc2\xb7" "b", "l\xc2\xb7", "\xc2\xb7l", "l\xc2\xb7" "a",
        "\xcd\xb5" "a", "\xce\xb1\xcd\xb5", "a\xd7\xb3", "\xd7\xb4\xd7\x90",
        "a\xe3\x83\xbb" "b", "\xe3\x83\xbb", "\xd8\xa7\xd9\xa1\xdb\xb1",

        /* the bidi rule */

        "a\xd7\x90", "\xd7\x90" "a", "1\xd7\x90", "-\xd7\x90", "\xd7\x90-",
        "\xd9\xa1", "\xd8\xa7" "1\xd9\xa1", "\xd7\x90" "a\xd7\x90",

        /* ill-formed */

        "\xff", "a\xc3", "\xed\xa0\x80",
    };

    size_t  len;
    u_char  dst[LOGIN_USERNAME_MAX];

    (void) data;

    refused(names, COUNT(names));

    assert_int_equal(login_username_normalise(dst, &len, S("a\0b")),
                     LOGIN_NO);
    assert_int_equal(login_username_normalise(dst, &len, S("a@b\0c")),
                     LOGIN_NO);
    assert_int_equal(login_username_normalise(dst, &len, S("a\0")), LOGIN_NO);
    assert_int_equal(login_username_normalise(dst, &len, login_str(NULL, 0)),
                     LOGIN_NO);
}


/* C05: one spelling, and so one account and one limit, for all twins. */

static void
test_twins(void **data)
{
    static const pair_t  pairs[] = {
        { "bob@corp.example", "bob@corp.example" },
        { "BOB@corp.example", "bob@corp.example" },
        { "bob@corp.example ", "bob@corp.example" },
        { "bob@CORP.example", "bob@corp.example" },
        { "bob@\xef\xbd\x83orp.example", "bob@corp.example" },
        { "\xef\xbd\x82ob@corp\xef\xbd\xa1" "example", "bob@corp.example" },
        { "bob@co\xc2\xadrp.example", "bob@corp.example" },
    };

    (void) data;

    becomes(pairs, COUNT(pairs));
}


static void
test_lengths(void **data)
{
    size_t         i, len;
    u_char         dst[LOGIN_USERNAME_MAX];
    static u_char  in[100000];

    (void) data;

    memset(in, 'A', sizeof(in));

    assert_int_equal(login_username_normalise(dst, &len, login_str(in, 254)),
                     LOGIN_OK);
    assert_int_equal(len, 254);
    assert_int_equal(login_username_normalise(dst, &len, login_str(in, 255)),
                     LOGIN_NO);
    assert_int_equal(login_username_normalise(dst, &len,
                                              login_str(in, sizeof(in))),
                     LOGIN_NO);

    /* the longest address, then one byte more */

    in[64] = '@';
    in[64 + 63] = '.';
    in[64 + 126] = '.';
    assert_int_equal(login_username_normalise(dst, &len, login_str(in, 254)),
                     LOGIN_OK);
    assert_int_equal(len, 254);
    assert_int_equal(login_username_normalise(dst, &len, login_str(in, 255)),
                     LOGIN_NO);

    /* characters of three bytes, then letters of full width */

    for (i = 0; i < 85; i++) {
        memcpy(in + 3 * i, "\xe3\x82\xa2", 3);
    }

    assert_int_equal(login_username_normalise(dst, &len,
                                              login_str(in, 3 * 84)),
                     LOGIN_OK);
    assert_int_equal(login_username_normalise(dst, &len,
                                              login_str(in, 3 * 85)),
                     LOGIN_NO);

    for (i = 0; i < 254; i++) {
        memcpy(in + 3 * i, "\xef\xbc\xa1", 3);
    }

    assert_int_equal(login_username_normalise(dst, &len,
                                              login_str(in, 3 * 254)),
                     LOGIN_OK);
    assert_int_equal(len, 254);
    assert_int_equal(dst[253], 'a');
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_addresses_refused),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_refused),
        cmocka_unit_test(test_twins),
        cmocka_unit_test(test_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
