
#include "login.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>


static login_result_e login_opaque_map(login_opaque_t *opaque, login_str_t in,
    utf8proc_option_t options);
static login_result_e login_opaque_points(int32_t **points, size_t *n,
    login_str_t in, utf8proc_option_t options);
static int login_opaque_control(login_str_t in);


login_result_e
login_opaque_make(login_opaque_t *opaque, login_str_t in)
{
    return login_opaque_map(opaque, in, UTF8PROC_STABLE|UTF8PROC_COMPAT
                                        |UTF8PROC_COMPOSE);
}


login_result_e
login_opaque_fold(login_opaque_t *opaque, login_str_t in)
{
    return login_opaque_map(opaque, in, UTF8PROC_STABLE|UTF8PROC_COMPAT
                                        |UTF8PROC_COMPOSE|UTF8PROC_CASEFOLD);
}


static login_result_e
login_opaque_map(login_opaque_t *opaque, login_str_t in,
    utf8proc_option_t options)
{
    size_t             n, size;
    int32_t           *points;
    login_result_e     rc;
    utf8proc_ssize_t   count, len;

    if (login_utf8_check(in, NULL) != LOGIN_OK || login_opaque_control(in)) {
        return LOGIN_NO;
    }

    rc = login_opaque_points(&points, &n, in, options);
    if (rc != LOGIN_OK) {
        return rc;
    }

    size = (n + 1) * sizeof(int32_t);

    count = utf8proc_normalize_utf32(points, (utf8proc_ssize_t) n, options);

    /* in place: a code point takes four bytes, and its UTF-8 no more */

    len = count < 0 ? count : utf8proc_reencode(points, count, options);

    if (len < 0) {
        login_wipe(points, size);
        free(points);
        return LOGIN_FAULT;
    }

    opaque->data = (u_char *) points;
    opaque->len = (size_t) len;
    opaque->chars = (size_t) count;

    return LOGIN_OK;
}


/* Decomposed; "points" has room for one more. */

static login_result_e
login_opaque_points(int32_t **points, size_t *n, login_str_t in,
    utf8proc_option_t options)
{
    size_t             i;
    int32_t           *p;
    utf8proc_ssize_t   room, count;

    options |= UTF8PROC_DECOMPOSE;
    options &= ~(utf8proc_option_t) UTF8PROC_COMPOSE;

    room = utf8proc_decompose(in.data, (utf8proc_ssize_t) in.len, NULL, 0,
                              options);
    if (room < 0) {
        return LOGIN_FAULT;
    }

    p = malloc(((size_t) room + 1) * sizeof(int32_t));
    if (p == NULL) {
        return LOGIN_FAULT;
    }

    count = utf8proc_decompose(in.data, (utf8proc_ssize_t) in.len, p, room,
                               options);
    if (count < 0 || count > room) {
        free(p);
        return LOGIN_FAULT;
    }

    /* the spaces that have no compatibility mapping to the usual one */

    for (i = 0; i < (size_t) count; i++) {
        if (utf8proc_category(p[i]) == UTF8PROC_CATEGORY_ZS) {
            p[i] = ' ';
        }
    }

    *points = p;
    *n = (size_t) count;

    return LOGIN_OK;
}


/* ASCII's and Latin-1's: no keyboard has them. */

static int
login_opaque_control(login_str_t in)
{
    size_t  i;

    for (i = 0; i < in.len; i++) {
        if (in.data[i] < 0x20
            || in.data[i] == 0x7f
            || (in.data[i] == 0xc2 && in.data[i + 1] < 0xa0))
        {
            return 1;
        }
    }

    return 0;
}


void
login_opaque_wipe(login_opaque_t *opaque)
{
    if (opaque->data != NULL) {
        login_wipe(opaque->data, opaque->len);
        free(opaque->data);
        opaque->data = NULL;
    }
}
