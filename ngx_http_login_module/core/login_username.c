
#include "login.h"
#include "login_precis.h"

#include <string.h>

#include <idn2.h>
#include <utf8proc.h>


#define LOGIN_LOCAL_MAX  64     /* RFC 5321, 4.5.3.1.1 */


static login_str_t login_username_trim(login_str_t s);
static size_t login_username_space(const u_char *p, size_t left);
static login_result_e login_username_address(u_char *dst, size_t *len,
    const login_points_t *points, size_t at);
static login_result_e login_username_local(u_char *dst,
    const login_points_t *points, size_t n);
static login_result_e login_username_domain(u_char *dst, size_t *len,
    size_t room, const login_points_t *points);
static login_result_e login_username_idna(u_char *dst, size_t *len,
    const u_char *src, int flags);
static int login_username_ldh(login_str_t domain);


login_result_e
login_username_normalise(u_char *dst, size_t *len, login_str_t in)
{
    size_t           i;
    login_points_t   points;
    login_result_e   rc;

    /* before all else, so that nobody makes us work for long */

    if (in.len > 16 * LOGIN_USERNAME_MAX) {
        return LOGIN_NO;
    }

    if (login_utf8_check(in, NULL) != LOGIN_OK) {
        return LOGIN_NO;
    }

    if (login_points_decode(&points, login_username_trim(in)) != LOGIN_OK) {
        return LOGIN_NO;
    }

    for (i = 0; i < points.n; i++) {
        if (points.data[i] == '@') {
            return login_username_address(dst, len, &points, i);
        }
    }

    rc = login_precis_enforce(&points);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_points_encode(dst, len, &points);
}


static login_str_t
login_username_trim(login_str_t s)
{
    size_t  n, last;

    while (s.len > 0) {
        n = login_username_space(s.data, s.len);
        if (n == 0) {
            break;
        }

        s.data += n;
        s.len -= n;
    }

    while (s.len > 0) {
        last = 1;

        while (last < s.len && (s.data[s.len - last] & 0xc0) == 0x80) {
            last++;
        }

        if (login_username_space(s.data + s.len - last, last) == 0) {
            break;
        }

        s.len -= last;
    }

    return s;
}


/* The bytes of the white space at "p", 0 where there is none. */

static size_t
login_username_space(const u_char *p, size_t left)
{
    int32_t           c;
    utf8proc_ssize_t  n;

    n = utf8proc_iterate(p, (utf8proc_ssize_t) left, &c);
    if (n < 1) {
        return 0;
    }

    if ((c >= '\t' && c <= '\r') || c == 0x85) {
        return (size_t) n;
    }

    switch (utf8proc_category(c)) {

    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return (size_t) n;

    default:
        return 0;
    }
}


static login_result_e
login_username_address(u_char *dst, size_t *len, const login_points_t *points,
    size_t at)
{
    size_t           n;
    login_points_t   domain;
    login_result_e   rc;

    if (login_username_local(dst, points, at) != LOGIN_OK) {
        return LOGIN_NO;
    }

    dst[at] = '@';

    domain.n = points->n - at - 1;
    memcpy(domain.data, points->data + at + 1, domain.n * sizeof(int32_t));

    rc = login_username_domain(dst + at + 1, &n, LOGIN_USERNAME_MAX - at - 1,
                               &domain);
    if (rc != LOGIN_OK) {
        return rc;
    }

    *len = at + 1 + n;

    return LOGIN_OK;
}


/* Atoms with dots between them (RFC 5321, 4.1.2; RFC 5322, 3.2.3). */

static login_result_e
login_username_local(u_char *dst, const login_points_t *points, size_t n)
{
    size_t   i;
    u_char   c;

    if (n == 0 || n > LOGIN_LOCAL_MAX) {
        return LOGIN_NO;
    }

    for (i = 0; i < n; i++) {
        if (points->data[i] <= 0x20 || points->data[i] >= 0x7f) {
            return LOGIN_NO;
        }

        c = (u_char) points->data[i];

        if (strchr("\"(),:;<>@[\\]", c) != NULL) {
            return LOGIN_NO;
        }

        if (c == '.' && (i == 0 || i == n - 1 || dst[i - 1] == '.')) {
            return LOGIN_NO;
        }

        dst[i] = (c >= 'A' && c <= 'Z') ? (u_char) (c | 0x20) : c;
    }

    return LOGIN_OK;
}


static login_result_e
login_username_domain(u_char *dst, size_t *len, size_t room,
    const login_points_t *points)
{
    u_char           text[LOGIN_USERNAME_MAX + 1];
    u_char           ascii[LOGIN_USERNAME_MAX + 1];
    size_t           n;
    login_result_e   rc;

    if (login_points_encode(text, &n, points) != LOGIN_OK || n == 0) {
        return LOGIN_NO;
    }

    text[n] = '\0';

    /*
     * Not IDN2_USE_STD3_ASCII_RULES: libidn2 2.3.3 drops what it forbids,
     * so that "a_b" would become "ab".  What comes out is looked at instead,
     * and must be A-labels of IDNA2008 too: the mapping lets symbols through.
     */

    rc = login_username_idna(ascii, &n, text,
                             IDN2_NFC_INPUT|IDN2_NONTRANSITIONAL);
    if (rc != LOGIN_OK) {
        return rc;
    }

    if (n > room || !login_username_ldh(login_str(ascii, n))) {
        return LOGIN_NO;
    }

    rc = login_username_idna(text, len, ascii, IDN2_NO_TR46);
    if (rc != LOGIN_OK) {
        return rc;
    }

    if (!login_str_eq(login_str(text, *len), login_str(ascii, n))) {
        return LOGIN_NO;
    }

    memcpy(dst, ascii, n);

    return LOGIN_OK;
}


/* Both strings are terminated; "dst" has room for LOGIN_USERNAME_MAX + 1. */

static login_result_e
login_username_idna(u_char *dst, size_t *len, const u_char *src, int flags)
{
    int              rc;
    u_char          *out;
    login_result_e   result;

    rc = idn2_lookup_u8(src, &out, flags);

    if (rc != IDN2_OK) {
        return (rc == IDN2_MALLOC) ? LOGIN_FAULT : LOGIN_NO;
    }

    result = LOGIN_NO;
    *len = strlen((const char *) out);

    if (*len <= LOGIN_USERNAME_MAX) {
        memcpy(dst, out, *len + 1);
        result = LOGIN_OK;
    }

    idn2_free(out);

    return result;
}


/* Letters, digits, hyphens, and dots between them, in lower case. */

static int
login_username_ldh(login_str_t domain)
{
    size_t  i;
    u_char  c, before;

    before = '.';

    for (i = 0; i < domain.len; i++) {
        c = domain.data[i];

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')
            && (c != '-' || before == '.')
            && (c != '.' || before == '.' || before == '-'))
        {
            return 0;
        }

        before = c;
    }

    return before != '.' && before != '-';
}
