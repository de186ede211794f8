
#include "login.h"
#include "login_precis.h"

#include <string.h>

#include <utf8proc.h>


/* Canonical decomposition makes at most four code points of one. */
#define LOGIN_POINTS_ROOM  (2 * 4 * LOGIN_POINTS_MAX)

/* After so many repetitions RFC 8264, 7, wants the name refused. */
#define LOGIN_PRECIS_TRIES  4


static login_result_e login_points_width(int32_t *c);
static login_result_e login_precis_pass(login_points_t *points);
static size_t login_precis_lower(int32_t *dst, const login_points_t *points);
static int login_precis_final_sigma(const login_points_t *points, size_t i);
static int login_precis_cased(int32_t c);
static int login_precis_case_ignorable(int32_t c);
static login_result_e login_precis_nfc(login_points_t *points,
    const int32_t *src, size_t n);
static int login_precis_bidi(const login_points_t *points);


login_result_e
login_points_decode(login_points_t *points, login_str_t s)
{
    size_t                      i;
    int32_t                     c;
    utf8proc_ssize_t            n;
    const utf8proc_property_t  *property;

    points->n = 0;

    for (i = 0; i < s.len; i += (size_t) n) {
        n = utf8proc_iterate(s.data + i, (utf8proc_ssize_t) (s.len - i), &c);

        if (n < 1 || points->n == LOGIN_POINTS_MAX) {
            return LOGIN_NO;
        }

        property = utf8proc_get_property(c);

        if (property->decomp_type == UTF8PROC_DECOMP_TYPE_WIDE
            || property->decomp_type == UTF8PROC_DECOMP_TYPE_NARROW)
        {
            if (login_points_width(&c) != LOGIN_OK) {
                return LOGIN_NO;
            }
        }

        points->data[points->n++] = c;
    }

    return LOGIN_OK;
}


/* One code point each; the macron alone has two, and no place in names. */

static login_result_e
login_points_width(int32_t *c)
{
    int               last;
    utf8proc_int32_t  mapped;

    last = 0;

    if (utf8proc_decompose_char(*c, &mapped, 1,
                                UTF8PROC_DECOMPOSE|UTF8PROC_COMPAT, &last)
        != 1)
    {
        return LOGIN_NO;
    }

    *c = mapped;

    return LOGIN_OK;
}


login_result_e
login_points_encode(u_char *dst, size_t *len, const login_points_t *points)
{
    size_t   i, n, used;
    u_char   buf[4];

    used = 0;

    for (i = 0; i < points->n; i++) {
        n = (size_t) utf8proc_encode_char(points->data[i], buf);

        if (n == 0 || n > LOGIN_USERNAME_MAX - used) {
            return LOGIN_NO;
        }

        memcpy(dst + used, buf, n);
        used += n;
    }

    *len = used;

    return LOGIN_OK;
}


login_result_e
login_precis_enforce(login_points_t *points)
{
    unsigned         i;
    login_points_t   before;
    login_result_e   rc;

    for (i = 0; i < LOGIN_PRECIS_TRIES; i++) {
        before = *points;

        rc = login_precis_pass(points);
        if (rc != LOGIN_OK) {
            return rc;
        }

        if (points->n == before.n
            && memcmp(points->data, before.data, points->n * sizeof(int32_t))
               == 0)
        {
            return LOGIN_OK;
        }
    }

    return LOGIN_NO;
}


static login_result_e
login_precis_pass(login_points_t *points)
{
    size_t           n;
    int32_t          lower[2 * LOGIN_POINTS_MAX];
    login_result_e   rc;

    if (points->n == 0 || !login_precis_identifier(points)) {
        return LOGIN_NO;
    }

    n = login_precis_lower(lower, points);

    rc = login_precis_nfc(points, lower, n);
    if (rc != LOGIN_OK) {
        return rc;
    }

    /* with its letters in lower case: the rule for U+00B7 wants "l" */

    if (!login_precis_placed(points) || !login_precis_bidi(points)) {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* toLowercase (Unicode, 3.13, R2) with its two special cases. */

static size_t
login_precis_lower(int32_t *dst, const login_points_t *points)
{
    size_t   i, n;
    int32_t  c;

    n = 0;

    for (i = 0; i < points->n; i++) {
        c = points->data[i];

        if (c == 0x0130) {
            dst[n++] = 'i';
            dst[n++] = 0x0307;

        } else if (c == 0x03a3) {
            dst[n++] = login_precis_final_sigma(points, i) ? 0x03c2 : 0x03c3;

        } else {
            dst[n++] = utf8proc_tolower(c);
        }
    }

    return n;
}


static int
login_precis_final_sigma(const login_points_t *points, size_t i)
{
    size_t  j;

    for (j = i; j > 0; j--) {
        if (!login_precis_case_ignorable(points->data[j - 1])) {
            break;
        }
    }

    if (j == 0 || !login_precis_cased(points->data[j - 1])) {
        return 0;
    }

    for (j = i + 1; j < points->n; j++) {
        if (!login_precis_case_ignorable(points->data[j])) {
            return !login_precis_cased(points->data[j]);
        }
    }

    return 1;
}


static int
login_precis_cased(int32_t c)
{
    utf8proc_category_t  category;

    category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_LU
           || category == UTF8PROC_CATEGORY_LL
           || category == UTF8PROC_CATEGORY_LT;
}


/* Of those that IdentifierClass leaves. */

static int
login_precis_case_ignorable(int32_t c)
{
    switch (utf8proc_category(c)) {

    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_LM:
        return 1;

    default:
        return c == '\'' || c == '.' || c == ':' || c == '^' || c == '`'
               || c == 0x00b7 || c == 0x05f4;
    }
}


static login_result_e
login_precis_nfc(login_points_t *points, const int32_t *src, size_t n)
{
    size_t            i, len;
    u_char            text[4 * 2 * LOGIN_POINTS_MAX];
    utf8proc_int32_t  buf[LOGIN_POINTS_ROOM];
    utf8proc_ssize_t  count;

    /* utf8proc orders the marks of a whole text only */

    len = 0;

    for (i = 0; i < n; i++) {
        len += (size_t) utf8proc_encode_char(src[i], text + len);
    }

    count = utf8proc_decompose(text, (utf8proc_ssize_t) len, buf,
                               LOGIN_POINTS_ROOM,
                               UTF8PROC_STABLE|UTF8PROC_DECOMPOSE);

    if (count < 1 || count > LOGIN_POINTS_ROOM) {
        return LOGIN_NO;
    }

    count = utf8proc_normalize_utf32(buf, count,
                                     UTF8PROC_STABLE|UTF8PROC_COMPOSE);

    if (count < 1 || count > LOGIN_POINTS_MAX) {
        return LOGIN_NO;
    }

    points->n = (size_t) count;
    memcpy(points->data, buf, points->n * sizeof(int32_t));

    return LOGIN_OK;
}


#define login_bidi(c)  (1u << utf8proc_get_property(c)->bidi_class)

#define LOGIN_BIDI_L    (1u << UTF8PROC_BIDI_CLASS_L)
#define LOGIN_BIDI_R    (1u << UTF8PROC_BIDI_CLASS_R)
#define LOGIN_BIDI_AL   (1u << UTF8PROC_BIDI_CLASS_AL)
#define LOGIN_BIDI_AN   (1u << UTF8PROC_BIDI_CLASS_AN)
#define LOGIN_BIDI_EN   (1u << UTF8PROC_BIDI_CLASS_EN)
#define LOGIN_BIDI_NSM  (1u << UTF8PROC_BIDI_CLASS_NSM)

#define LOGIN_BIDI_RTL  (LOGIN_BIDI_R|LOGIN_BIDI_AL|LOGIN_BIDI_AN)

#define LOGIN_BIDI_ANY  (LOGIN_BIDI_EN|LOGIN_BIDI_NSM                         \
                         |1u << UTF8PROC_BIDI_CLASS_ES                        \
                         |1u << UTF8PROC_BIDI_CLASS_CS                        \
                         |1u << UTF8PROC_BIDI_CLASS_ET                        \
                         |1u << UTF8PROC_BIDI_CLASS_ON                        \
                         |1u << UTF8PROC_BIDI_CLASS_BN)


/* RFC 5893, 2: only names with right-to-left characters are looked at. */

static int
login_precis_bidi(const login_points_t *points)
{
    size_t    i;
    unsigned  all, first, last, class;

    all = 0;
    last = 0;

    for (i = 0; i < points->n; i++) {
        class = login_bidi(points->data[i]);
        all |= class;

        if (class != LOGIN_BIDI_NSM) {
            last = class;
        }
    }

    if (!(all & LOGIN_BIDI_RTL)) {
        return 1;
    }

    first = login_bidi(points->data[0]);

    /* one that begins left to right has no place for the other kind */

    if (!(first & (LOGIN_BIDI_R|LOGIN_BIDI_AL))) {
        return 0;
    }

    return !(all & ~(LOGIN_BIDI_RTL|LOGIN_BIDI_ANY))
           && (last & (LOGIN_BIDI_RTL|LOGIN_BIDI_EN))
           && !((all & LOGIN_BIDI_EN) && (all & LOGIN_BIDI_AN));
}
