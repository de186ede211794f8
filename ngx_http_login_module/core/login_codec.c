
#include "login.h"

#include <string.h>


#define LOGIN_BAD_DIGIT  64      /* no digit has this bit */


static u_char login_hex_digit(u_char c);
static size_t login_utf8_len(const u_char *p, size_t left);


static const u_char  login_base64url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const u_char  login_base64url_value[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 63,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64
};

static const u_char  login_hex[] = "0123456789abcdef";


size_t
login_base64url_encode(u_char *dst, login_str_t src)
{
    size_t         left;
    u_char        *p;
    uint32_t       w;
    const u_char  *s;

    p = dst;
    s = src.data;

    for (left = src.len; left >= 3; left -= 3) {
        w = (uint32_t) s[0] << 16 | (uint32_t) s[1] << 8 | s[2];
        s += 3;

        *p++ = login_base64url[w >> 18];
        *p++ = login_base64url[w >> 12 & 63];
        *p++ = login_base64url[w >> 6 & 63];
        *p++ = login_base64url[w & 63];
    }

    if (left > 0) {
        w = (uint32_t) s[0] << 16 | (left == 2 ? (uint32_t) s[1] << 8 : 0);

        *p++ = login_base64url[w >> 18];
        *p++ = login_base64url[w >> 12 & 63];

        if (left == 2) {
            *p++ = login_base64url[w >> 6 & 63];
        }
    }

    return (size_t) (p - dst);
}


login_result_e
login_base64url_decode(u_char *dst, size_t *len, login_str_t src)
{
    size_t         n, tail;
    u_char         a, b, c, d, *p;
    const u_char  *s;

    tail = src.len % 4;

    if (tail == 1 || src.len / 4 * 3 + tail * 3 / 4 > *len) {
        return LOGIN_NO;
    }

    p = dst;
    s = src.data;

    for (n = src.len / 4; n > 0; n--) {
        a = login_base64url_value[s[0]];
        b = login_base64url_value[s[1]];
        c = login_base64url_value[s[2]];
        d = login_base64url_value[s[3]];
        s += 4;

        if ((a | b | c | d) & LOGIN_BAD_DIGIT) {
            return LOGIN_NO;
        }

        *p++ = (u_char) (a << 2 | b >> 4);
        *p++ = (u_char) (b << 4 | c >> 2);
        *p++ = (u_char) (c << 6 | d);
    }

    if (tail > 0) {
        a = login_base64url_value[s[0]];
        b = login_base64url_value[s[1]];
        c = (tail == 3) ? login_base64url_value[s[2]] : 0;

        if ((a | b | c) & LOGIN_BAD_DIGIT) {
            return LOGIN_NO;
        }

        /* the bits behind the last byte: one encoding of each value only */

        if ((tail == 2 && (b & 0x0f) != 0) || (tail == 3 && (c & 3) != 0)) {
            return LOGIN_NO;
        }

        *p++ = (u_char) (a << 2 | b >> 4);

        if (tail == 3) {
            *p++ = (u_char) (b << 4 | c >> 2);
        }
    }

    *len = (size_t) (p - dst);

    return LOGIN_OK;
}


size_t
login_hex_encode(u_char *dst, login_str_t src)
{
    size_t  i;

    for (i = 0; i < src.len; i++) {
        dst[2 * i] = login_hex[src.data[i] >> 4];
        dst[2 * i + 1] = login_hex[src.data[i] & 15];
    }

    return 2 * src.len;
}


login_result_e
login_hex_decode(u_char *dst, size_t len, login_str_t src)
{
    size_t  i;
    u_char  high, low;

    if (src.len % 2 != 0 || src.len / 2 != len) {
        return LOGIN_NO;
    }

    for (i = 0; i < len; i++) {
        high = login_hex_digit(src.data[2 * i]);
        low = login_hex_digit(src.data[2 * i + 1]);

        if ((high | low) & LOGIN_BAD_DIGIT) {
            return LOGIN_NO;
        }

        dst[i] = (u_char) (high << 4 | low);
    }

    return LOGIN_OK;
}


static u_char
login_hex_digit(u_char c)
{
    if (c >= '0' && c <= '9') {
        return (u_char) (c - '0');
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? (u_char) (c - 'a' + 10) : LOGIN_BAD_DIGIT;
}


login_result_e
login_utf8_check(login_str_t s, size_t *chars)
{
    size_t  i, n, len;

    n = 0;

    for (i = 0; i < s.len; i += len) {
        len = login_utf8_len(s.data + i, s.len - i);

        if (len == 0) {
            return LOGIN_NO;
        }

        n++;
    }

    if (chars != NULL) {
        *chars = n;
    }

    return LOGIN_OK;
}


/* The bytes of the code point at "p"; 0: ill-formed, or NUL. */

static size_t
login_utf8_len(const u_char *p, size_t left)
{
    size_t  i, len;

    if (p[0] < 0x80) {
        return p[0] != 0;
    }

    len = (p[0] < 0xe0) ? 2 : (p[0] < 0xf0) ? 3 : 4;

    if (p[0] < 0xc2 || p[0] > 0xf4 || len > left) {
        return 0;
    }

    for (i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }

    /* longer than needed, a surrogate, beyond U+10FFFF */

    if ((p[0] == 0xe0 && p[1] < 0xa0)
        || (p[0] == 0xed && p[1] > 0x9f)
        || (p[0] == 0xf0 && p[1] < 0x90)
        || (p[0] == 0xf4 && p[1] > 0x8f))
    {
        return 0;
    }

    return len;
}


void
login_put_uint(login_encoder_t *e, uint64_t value, size_t bytes)
{
    if (bytes > sizeof(value)
        || (bytes < sizeof(value) && value >> (8 * bytes) != 0)
        || e->failed
        || (size_t) (e->end - e->pos) < bytes)
    {
        e->failed = 1;
        return;
    }

    while (bytes-- > 0) {
        *e->pos++ = (u_char) value;
        value >>= 8;
    }
}


void
login_put_bytes(login_encoder_t *e, const void *p, size_t len)
{
    if (e->failed || (size_t) (e->end - e->pos) < len) {
        e->failed = 1;
        return;
    }

    if (len > 0) {
        memcpy(e->pos, p, len);
        e->pos += len;
    }
}


void
login_put_str(login_encoder_t *e, login_str_t s)
{
    login_put_uint(e, s.len, 2);
    login_put_bytes(e, s.data, s.len);
}


uint64_t
login_get_uint(login_decoder_t *d, size_t bytes)
{
    size_t    i;
    uint64_t  value;

    if (bytes > sizeof(value)
        || d->failed
        || (size_t) (d->end - d->pos) < bytes)
    {
        d->failed = 1;
        return 0;
    }

    value = 0;

    for (i = 0; i < bytes; i++) {
        value |= (uint64_t) *d->pos++ << (8 * i);
    }

    return value;
}


void
login_get_bytes(login_decoder_t *d, void *p, size_t len)
{
    if (len == 0) {
        return;
    }

    if (d->failed || (size_t) (d->end - d->pos) < len) {
        d->failed = 1;
        memset(p, 0, len);
        return;
    }

    memcpy(p, d->pos, len);
    d->pos += len;
}


login_str_t
login_get_str(login_decoder_t *d)
{
    size_t       len;
    login_str_t  s;

    len = (size_t) login_get_uint(d, 2);

    if (d->failed || (size_t) (d->end - d->pos) < len) {
        d->failed = 1;
        return login_str(NULL, 0);
    }

    s = login_str(d->pos, len);
    d->pos += len;

    return s;
}
