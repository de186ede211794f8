
#include "login.h"


static int login_base32_value(u_char c);


size_t
login_base32_encode(u_char *dst, login_str_t src)
{
    size_t    i;
    u_char   *p;
    unsigned  bits;
    uint32_t  w;

    static const u_char  alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    p = dst;
    w = 0;
    bits = 0;

    for (i = 0; i < src.len; i++) {
        w = (w << 8 | src.data[i]) & 0xfff;
        bits += 8;

        while (bits >= 5) {
            bits -= 5;
            *p++ = alphabet[w >> bits & 31];
        }
    }

    if (bits > 0) {
        *p++ = alphabet[w << (5 - bits) & 31];
    }

    return (size_t) (p - dst);
}


login_result_e
login_base32_decode(u_char *dst, size_t *len, login_str_t src)
{
    int       value;
    size_t    i, n;
    unsigned  bits;
    uint32_t  w;

    while (src.len > 0 && src.data[src.len - 1] == '=') {
        src.len--;
    }

    n = 0;
    w = 0;
    bits = 0;

    for (i = 0; i < src.len; i++) {

        if (src.data[i] == ' ' || src.data[i] == '-') {
            continue;
        }

        value = login_base32_value(src.data[i]);

        if (value == -1) {
            return LOGIN_NO;
        }

        w = (w << 5 | (uint32_t) value) & 0xfff;
        bits += 5;

        if (bits < 8) {
            continue;
        }

        if (n == *len) {
            return LOGIN_NO;
        }

        bits -= 8;
        dst[n++] = (u_char) (w >> bits);
    }

    *len = n;

    return LOGIN_OK;
}


static int
login_base32_value(u_char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }

    if (c >= 'a' && c <= 'z') {
        return c - 'a';
    }

    if (c >= '2' && c <= '7') {
        return c - '2' + 26;
    }

    return -1;
}
