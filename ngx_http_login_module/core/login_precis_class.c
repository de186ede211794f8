
#include "login.h"
#include "login_precis.h"

#include <utf8proc.h>


typedef enum {
    LOGIN_CLASS_DISALLOWED = 0,
    LOGIN_CLASS_VALID,
    LOGIN_CLASS_CONTEXT         /* has a rule of its own */
} login_class_e;

typedef struct {
    int32_t        first;
    int32_t        last;
    login_class_e  class;
} login_range_t;


static login_class_e login_precis_class(int32_t c);
static int login_precis_compat(int32_t c);
static int login_precis_context(const login_points_t *points, size_t i);
static int login_precis_has(const login_points_t *points, int32_t first,
    int32_t last);
static int login_precis_greek(int32_t c);
static int login_precis_hebrew(int32_t c);
static int login_precis_japanese(int32_t c);


/*
 * Exceptions (RFC 8264, 9.6) and old Hangul letters (9.9).  The joiners
 * (9.8) are refused: what they may join needs the joining types, which
 * nothing in Debian 12 tells.
 */

static const login_range_t  login_precis_exceptions[] = {
    { 0x00b7, 0x00b7, LOGIN_CLASS_CONTEXT },
    { 0x00df, 0x00df, LOGIN_CLASS_VALID },
    { 0x0375, 0x0375, LOGIN_CLASS_CONTEXT },
    { 0x03c2, 0x03c2, LOGIN_CLASS_VALID },
    { 0x05f3, 0x05f4, LOGIN_CLASS_CONTEXT },
    { 0x0640, 0x0640, LOGIN_CLASS_DISALLOWED },
    { 0x0660, 0x0669, LOGIN_CLASS_CONTEXT },
    { 0x06f0, 0x06f9, LOGIN_CLASS_CONTEXT },
    { 0x06fd, 0x06fe, LOGIN_CLASS_VALID },
    { 0x07fa, 0x07fa, LOGIN_CLASS_DISALLOWED },
    { 0x0f0b, 0x0f0b, LOGIN_CLASS_VALID },
    { 0x1100, 0x11ff, LOGIN_CLASS_DISALLOWED },
    { 0x200c, 0x200d, LOGIN_CLASS_DISALLOWED },
    { 0x3007, 0x3007, LOGIN_CLASS_VALID },
    { 0x302e, 0x302f, LOGIN_CLASS_DISALLOWED },
    { 0x3031, 0x3035, LOGIN_CLASS_DISALLOWED },
    { 0x303b, 0x303b, LOGIN_CLASS_DISALLOWED },
    { 0x30fb, 0x30fb, LOGIN_CLASS_CONTEXT },
    { 0xa960, 0xa97c, LOGIN_CLASS_DISALLOWED },
    { 0xd7b0, 0xd7fb, LOGIN_CLASS_DISALLOWED }
};


int
login_precis_identifier(const login_points_t *points)
{
    size_t  i;

    for (i = 0; i < points->n; i++) {
        if (login_precis_class(points->data[i]) == LOGIN_CLASS_DISALLOWED) {
            return 0;
        }
    }

    return 1;
}


int
login_precis_placed(const login_points_t *points)
{
    size_t  i;

    for (i = 0; i < points->n; i++) {
        if (login_precis_class(points->data[i]) == LOGIN_CLASS_CONTEXT
            && !login_precis_context(points, i))
        {
            return 0;
        }
    }

    return 1;
}


/* RFC 8264, 8, in its order. */

static login_class_e
login_precis_class(int32_t c)
{
    size_t                      i, n;
    const login_range_t        *range;
    const utf8proc_property_t  *property;

    n = sizeof(login_precis_exceptions) / sizeof(login_range_t);

    for (i = 0; i < n; i++) {
        range = &login_precis_exceptions[i];

        if (c >= range->first && c <= range->last) {
            return range->class;
        }
    }

    if (c < 0x80) {
        return (c > 0x20 && c < 0x7f) ? LOGIN_CLASS_VALID
                                      : LOGIN_CLASS_DISALLOWED;
    }

    property = utf8proc_get_property(c);

    if (property->ignorable || login_precis_compat(c)) {
        return LOGIN_CLASS_DISALLOWED;
    }

    switch (property->category) {

    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
        return LOGIN_CLASS_VALID;

    default:
        return LOGIN_CLASS_DISALLOWED;
    }
}


/* Does NFKC change it?  (RFC 8264, 9.17) */

static int
login_precis_compat(int32_t c)
{
    int               last;
    utf8proc_int32_t  buf[32];
    utf8proc_ssize_t  n;

    last = 0;

    n = utf8proc_decompose_char(c, buf, 32,
                                UTF8PROC_DECOMPOSE|UTF8PROC_COMPAT, &last);
    if (n < 1 || n > 32) {
        return 1;
    }

    n = utf8proc_normalize_utf32(buf, n, UTF8PROC_STABLE|UTF8PROC_COMPOSE);

    return n != 1 || buf[0] != c;
}


/* RFC 5892, appendix A.3 to A.9. */

static int
login_precis_context(const login_points_t *points, size_t i)
{
    int32_t  c, before, after;

    c = points->data[i];
    before = (i > 0) ? points->data[i - 1] : 0;
    after = (i + 1 < points->n) ? points->data[i + 1] : 0;

    switch (c) {

    case 0x00b7:
        return before == 'l' && after == 'l';

    case 0x0375:
        return login_precis_greek(after);

    case 0x05f3:
    case 0x05f4:
        return login_precis_hebrew(before);

    case 0x30fb:
        for (i = 0; i < points->n; i++) {
            if (login_precis_japanese(points->data[i])) {
                return 1;
            }
        }

        return 0;
    }

    /* two kinds of digits, of which only one may be there */

    if (c <= 0x0669) {
        return !login_precis_has(points, 0x06f0, 0x06f9);
    }

    return !login_precis_has(points, 0x0660, 0x0669);
}


static int
login_precis_has(const login_points_t *points, int32_t first, int32_t last)
{
    size_t  i;

    for (i = 0; i < points->n; i++) {
        if (points->data[i] >= first && points->data[i] <= last) {
            return 1;
        }
    }

    return 0;
}


/* Letters only, of the blocks that belong to the script. */

static int
login_precis_greek(int32_t c)
{
    return (c >= 0x0370 && c <= 0x03e1 && c != 0x0374 && c != 0x0375
            && c != 0x037e && c != 0x0385 && c != 0x0387)
           || (c >= 0x03f0 && c <= 0x03ff)
           || (c >= 0x1f00 && c <= 0x1fff);
}


static int
login_precis_hebrew(int32_t c)
{
    return c >= 0x0591 && c <= 0x05f4;
}


static int
login_precis_japanese(int32_t c)
{
    return (c >= 0x3041 && c <= 0x3096)             /* Hiragana */
           || (c >= 0x309d && c <= 0x309f)
           || (c >= 0x30a1 && c <= 0x30fa)          /* Katakana */
           || (c >= 0x30fd && c <= 0x30ff)
           || (c >= 0x31f0 && c <= 0x31ff)
           || c == 0x3005 || c == 0x3007            /* Han */
           || (c >= 0x3400 && c <= 0x4dbf)
           || (c >= 0x4e00 && c <= 0x9fff)
           || (c >= 0x20000 && c <= 0x323af);
}
