
/* What kind of image a file is, and the first letter of a title. */

#include "login.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define S(s)  login_str(s, sizeof(s) - 1)


/* "text" and bytes behind it; NULL: none of them. */

static const char *
kind(login_str_t text, size_t len)
{
    u_char         *copy;
    login_image_t   image;
    login_result_e  rc;

    copy = calloc(1, len);
    assert_non_null(copy);

    memcpy(copy, text.data, text.len < len ? text.len : len);
    rc = login_image_detect(&image, login_str(copy, len));
    free(copy);

    return rc == LOGIN_OK ? image.extension : NULL;
}


static void
test_bitmaps(void **data)
{
    (void) data;

    assert_string_equal(kind(S("\x89PNG\r\n\x1a\n"), 67), "png");
    assert_string_equal(kind(S("\xff\xd8\xff\xe0"), 100), "jpg");
    assert_string_equal(kind(S("GIF87a"), 26), "gif");
    assert_string_equal(kind(S("GIF89a"), 26), "gif");
    assert_string_equal(kind(S("\0\0\1\0"), 62), "ico");
    assert_string_equal(kind(S("RIFFxxxxWEBPVP8L"), 30), "webp");

    assert_null(kind(S("\x89PNG\r\n\x1a\n"), 66));
    assert_null(kind(S("\x89PNG\n\x1a\n"), 67));
    assert_null(kind(S("\xff\xd8\xff"), 99));
    assert_null(kind(S("RIFFxxxxWAVEfmt "), 30));
    assert_null(kind(S("\0\0\2\0"), 62));
    assert_null(kind(S("%PDF-1.7"), 200));
    assert_null(kind(S("<"), 1));
}


static void
test_drawings(void **data)
{
    size_t         i;
    login_image_t  image;

    static const char *const  good[] = {
        "<svg></svg>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n",
        "\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n<svg\n></svg>",
        "<?xml version=\"1.0\"?><!-- a --> <!-- b -->\n<svg></svg> \n",
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x\">\n<svg></svg>"
    };

    static const char *const  bad[] = {
        "",
        " ",
        "<svg",
        "<svg>",
        "<svgx></svgx>",
        "text <svg></svg>",
        "<html><svg></svg></html>",
        "<!DOCTYPE html><svg></svg>",
        "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg></svg>",
        "<!-- not ended <svg></svg>",
        "<?xml version=\"1.0\"<svg></svg>",
        "<svg>\xff</svg>",
        "<svg></svg> behind",
        "<svg viewBox=\"0 0 8 8\"><rect wid"
    };

    (void) data;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(login_image_detect(&image, login_cstr(good[i])),
                         LOGIN_OK);
        assert_string_equal(image.type, "image/svg+xml");
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(login_image_detect(&image, login_cstr(bad[i])),
                         LOGIN_NO);
    }

    assert_int_equal(login_image_detect(&image, S("<svg>\0</svg>")),
                     LOGIN_NO);
}


static void
test_letter(void **data)
{
    char    long_one[3 * 40 + 1];
    size_t  i;

    static const struct {
        const char  *title;
        size_t       len;
    } titles[] = {
        { "", 0 },
        { "Mail", 1 },
        { "\xc3\x84rzte", 2 },
        { "A\xcc\x88rzte", 3 },                     /* with a mark */
        { "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80 Space", 11 },
        { "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab", 8 },
        { "\xe2\x80\xaegnp", 3 },
        { "\xff", 0 }
    };

    (void) data;

    for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        assert_int_equal(login_letter(login_cstr(titles[i].title)).len,
                         titles[i].len);
    }

    assert_int_equal(login_letter(S("\0A")).len, 0);

    /* marks without end */

    long_one[0] = 'A';

    for (i = 0; i < 40; i++) {
        memcpy(long_one + 1 + 2 * i, "\xcc\x88", 2);
    }

    assert_int_equal(login_letter(login_str(long_one, 81)).len, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_bitmaps),
        cmocka_unit_test(test_drawings),
        cmocka_unit_test(test_letter)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
