
#include "login.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define S(s)  login_str(s, sizeof(s) - 1)


static const char  alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";


static login_result_e
decode(u_char *dst, size_t room, login_str_t src)
{
    return login_base64url_decode(dst, &room, src);
}


/* RFC 4648, 10, without the padding. */

static void
test_base64url_vectors(void **data)
{
    size_t  i, len;
    u_char  text[16], bytes[16];

    static const struct {
        const char  *bytes;
        const char  *text;
    } vectors[] = {
        { "", "" },
        { "f", "Zg" },
        { "fo", "Zm8" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg" },
        { "fooba", "Zm9vYmE" },
        { "foobar", "Zm9vYmFy" },
        { "\xff\xff\xbe", "__--" },
    };

    (void) data;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        login_str_t  b = login_cstr(vectors[i].bytes);
        login_str_t  t = login_cstr(vectors[i].text);

        assert_int_equal(login_base64url_len(b.len), t.len);
        assert_int_equal(login_base64url_encode(text, b), t.len);
        assert_memory_equal(text, t.data, t.len);

        len = sizeof(bytes);
        assert_int_equal(login_base64url_decode(bytes, &len, t), LOGIN_OK);
        assert_int_equal(len, b.len);
        assert_memory_equal(bytes, b.data, b.len);
    }
}


static void
test_base64url_round_trip(void **data)
{
    size_t  n, len, i;
    u_char  bytes[97], text[130], back[97];

    (void) data;

    for (n = 0; n <= sizeof(bytes); n++) {
        for (i = 0; i < n; i++) {
            bytes[i] = (u_char) (i * 151 + n * 7);
        }

        assert_int_equal(login_base64url_encode(text, login_str(bytes, n)),
                         login_base64url_len(n));

        /* the room that is needed suffices; one byte less doesn't */

        len = n;
        assert_int_equal(login_base64url_decode(back, &len,
                                 login_str(text, login_base64url_len(n))),
                         LOGIN_OK);
        assert_int_equal(len, n);
        assert_memory_equal(back, bytes, n);

        if (n > 0) {
            assert_int_equal(decode(back, n - 1,
                                 login_str(text, login_base64url_len(n))),
                             LOGIN_NO);
        }
    }
}


/* Of all texts of two and three digits, one for each value is accepted. */

static void
test_base64url_canonical(void **data)
{
    size_t       a, b, c, two, three, len;
    u_char       bytes[3], text[3];
    static char  seen[65536];

    (void) data;

    two = 0;
    three = 0;

    for (a = 0; a < 64; a++) {
        for (b = 0; b < 64; b++) {
            text[0] = (u_char) alphabet[a];
            text[1] = (u_char) alphabet[b];

            if (decode(bytes, 3, login_str(text, 2)) == LOGIN_OK) {
                two++;
                assert_int_equal(bytes[0], a << 2 | b >> 4);
            }

            for (c = 0; c < 64; c++) {
                text[2] = (u_char) alphabet[c];
                len = 3;

                if (login_base64url_decode(bytes, &len, login_str(text, 3))
                    == LOGIN_OK)
                {
                    assert_int_equal(len, 2);
                    assert_int_equal(seen[bytes[0] << 8 | bytes[1]], 0);
                    seen[bytes[0] << 8 | bytes[1]] = 1;
                    three++;
                }
            }
        }
    }

    assert_int_equal(two, 256);
    assert_int_equal(three, 65536);
}


/* Every byte that is no digit, in every place. */

static void
test_base64url_refused(void **data)
{
    size_t       i, c, len;
    u_char       bytes[16], text[8];
    login_str_t  s;

    static const char *const  refused[] = {
        "Zg==", "Zg=", "Zm8=", "Z", "Zm9vY", "Zm9v=", "====", "=", "Zm+v",
        "Zm/v", " Zg", "Zg ", "Zm9v\n", "Zm\n9v", "Zm9v.", "Zm9\xe1"
    };

    (void) data;

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(decode(bytes, 16, login_cstr(refused[i])), LOGIN_NO);
    }

    for (len = 2; len <= 7; len++) {
        if (len == 5) {
            continue;
        }

        for (i = 0; i < len; i++) {
            for (c = 0; c < 256; c++) {
                memset(text, 'A', sizeof(text));
                text[i] = (u_char) c;
                s = login_str(text, len);

                if (c == 0 || strchr(alphabet, (int) c) == NULL) {
                    assert_int_equal(decode(bytes, 16, s), LOGIN_NO);
                }
            }
        }
    }
}


static void
test_hex(void **data)
{
    u_char  text[8], bytes[4];

    (void) data;

    assert_int_equal(login_hex_encode(text, S("\x00\x1f\xab\xff")), 8);
    assert_memory_equal(text, "001fabff", 8);

    assert_int_equal(login_hex_decode(bytes, 4, S("001FaBff")), LOGIN_OK);
    assert_memory_equal(bytes, "\x00\x1f\xab\xff", 4);
    assert_int_equal(login_hex_decode(bytes, 0, S("")), LOGIN_OK);

    assert_int_equal(login_hex_decode(bytes, 4, S("001fabf")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 4, S("001fabfff")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 4, S("001fab")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 4, S("001fabf ")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 4, S("0x1fabff")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 1, S("0g")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 1, S("@0")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 1, S("\x10" "0")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 1, S("0:")), LOGIN_NO);
    assert_int_equal(login_hex_decode(bytes, 1, S("\xc1" "0")), LOGIN_NO);
}


static void
test_utf8(void **data)
{
    size_t  i, chars;

    static const char *const  refused[] = {
        "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80",
        "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82",
        "\xe2(\xa1", "\xe2\x82(", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80",
        "\xfe", "\xff", "\xf0\x9f\x98", "a\xf0\x9f\x98\x61"
    };

    (void) data;

    chars = 7;
    assert_int_equal(login_utf8_check(S(""), &chars), LOGIN_OK);
    assert_int_equal(chars, 0);

    assert_int_equal(login_utf8_check(login_str(NULL, 0), NULL), LOGIN_OK);

    assert_int_equal(login_utf8_check(S("a\xc2\x80\xdf\xbf\xe0\xa0\x80"
                                        "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"
                                        "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
                                      &chars),
                     LOGIN_OK);
    assert_int_equal(chars, 9);

    assert_int_equal(login_utf8_check(S("a\0b"), NULL), LOGIN_NO);

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(login_utf8_check(login_cstr(refused[i]), NULL),
                         LOGIN_NO);
    }
}


static void
test_fields(void **data)
{
    u_char           buf[32], bytes[3];
    login_str_t      s;
    login_decoder_t  d;
    login_encoder_t  e = { buf, buf + sizeof(buf), 0 };

    (void) data;

    login_put_uint(&e, 0x0102030405060708, 8);
    login_put_uint(&e, 0xfffe, 2);
    login_put_uint(&e, 7, 1);
    login_put_bytes(&e, "abc", 3);
    login_put_str(&e, S("text"));
    login_put_str(&e, S(""));

    assert_int_equal(e.failed, 0);
    assert_int_equal(e.pos - buf, 8 + 2 + 1 + 3 + 2 + 4 + 2);
    assert_memory_equal(buf, "\x08\x07\x06\x05\x04\x03\x02\x01\xfe\xff\x07"
                             "abc\x04\x00text\x00\x00", 22);

    d = (login_decoder_t) { buf, e.pos, 0 };

    assert_true(login_get_uint(&d, 8) == 0x0102030405060708);
    assert_int_equal(login_get_uint(&d, 2), 0xfffe);
    assert_int_equal(login_get_uint(&d, 1), 7);
    login_get_bytes(&d, bytes, 3);
    assert_memory_equal(bytes, "abc", 3);
    s = login_get_str(&d);
    assert_true(login_str_eq(s, S("text")));
    assert_ptr_equal(s.data, buf + 16);
    assert_int_equal(login_get_str(&d).len, 0);
    assert_int_equal(d.failed, 0);
    assert_ptr_equal(d.pos, d.end);
}


static void
test_fields_room(void **data)
{
    u_char            buf[4], p[2];
    login_encoder_t   e;
    login_decoder_t   d;
    static u_char     large[65536];

    (void) data;

    /* no room; nothing is written from then on */

    memset(buf, 0xee, sizeof(buf));
    e = (login_encoder_t) { buf, buf + 3, 0 };
    login_put_uint(&e, 1, 4);
    assert_int_equal(e.failed, 1);
    login_put_uint(&e, 1, 1);
    login_put_bytes(&e, "a", 1);
    login_put_str(&e, S(""));
    assert_ptr_equal(e.pos, buf);
    assert_memory_equal(buf, "\xee\xee\xee\xee", 4);

    /* a value that does not fit is not cut */

    e = (login_encoder_t) { buf, buf + 4, 0 };
    login_put_uint(&e, 256, 1);
    assert_int_equal(e.failed, 1);

    e = (login_encoder_t) { buf, buf + 4, 0 };
    login_put_uint(&e, 0, 9);
    assert_int_equal(e.failed, 1);

    e = (login_encoder_t) { large, large + sizeof(large), 0 };
    login_put_str(&e, login_str(large, 65536));
    assert_int_equal(e.failed, 1);

    /* too short a record */

    d = (login_decoder_t) { buf, buf + 1, 0 };
    assert_int_equal(login_get_uint(&d, 2), 0);
    assert_int_equal(d.failed, 1);
    assert_int_equal(login_get_uint(&d, 1), 0);

    memset(p, 0xee, 2);
    login_get_bytes(&d, p, 2);
    assert_memory_equal(p, "\0\0", 2);

    /* a string that is longer than what is left */

    memcpy(buf, "\x02\x00x", 3);
    d = (login_decoder_t) { buf, buf + 3, 0 };
    assert_int_equal(login_get_str(&d).len, 0);
    assert_int_equal(d.failed, 1);
}


static void
test_strings(void **data)
{
    (void) data;

    assert_int_equal(login_str_eq(S(""), login_str(NULL, 0)), 1);
    assert_int_equal(login_str_eq(S("abc"), S("abc")), 1);
    assert_int_equal(login_str_eq(S("abc"), S("abd")), 0);
    assert_int_equal(login_str_eq(S("abc"), S("ab")), 0);
    assert_int_equal(login_str_begins(S("abc"), "ab"), 1);
    assert_int_equal(login_str_begins(S("abc"), ""), 1);
    assert_int_equal(login_str_begins(S("ab"), "abc"), 0);
    assert_int_equal(login_str_begins(S("xbc"), "ab"), 0);
    assert_int_equal(login_cstr("four").len, 4);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_base64url_vectors),
        cmocka_unit_test(test_base64url_round_trip),
        cmocka_unit_test(test_base64url_canonical),
        cmocka_unit_test(test_base64url_refused),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_fields_room),
        cmocka_unit_test(test_strings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
