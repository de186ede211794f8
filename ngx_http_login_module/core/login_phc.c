
#include "login.h"

#include <string.h>


static login_result_e login_phc_literal(login_str_t *s, const char *literal);
static login_result_e login_phc_number(uint32_t *value, login_str_t *s);
static login_result_e login_phc_base64(u_char *dst, size_t len,
    login_str_t *s);
static size_t login_phc_base64_encode(char *dst, const u_char *p, size_t len);


login_result_e
login_phc_decode(login_phc_t *phc, login_str_t s)
{
    if (login_phc_literal(&s, "$argon2id$v=19$m=") != LOGIN_OK
        || login_phc_number(&phc->cost.memory, &s) != LOGIN_OK
        || login_phc_literal(&s, ",t=") != LOGIN_OK
        || login_phc_number(&phc->cost.passes, &s) != LOGIN_OK
        || login_phc_literal(&s, ",p=1$") != LOGIN_OK
        || login_phc_base64(phc->salt, LOGIN_SALT_LEN, &s) != LOGIN_OK
        || login_phc_literal(&s, "$") != LOGIN_OK
        || login_phc_base64(phc->tag, LOGIN_TAG_LEN, &s) != LOGIN_OK
        || s.len != 0
        || !login_cost_check(&phc->cost))
    {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


void
login_phc_encode(char dst[LOGIN_PHC_MAX + 1], const login_phc_t *phc)
{
    int     n;
    size_t  len;

    n = snprintf(dst, LOGIN_PHC_MAX + 1, "$argon2id$v=19$m=%u,t=%u,p=1$",
                 phc->cost.memory, phc->cost.passes);
    len = (size_t) n;

    len += login_phc_base64_encode(dst + len, phc->salt, LOGIN_SALT_LEN);
    dst[len++] = '$';
    len += login_phc_base64_encode(dst + len, phc->tag, LOGIN_TAG_LEN);
    dst[len] = '\0';
}


int
login_cost_check(const login_cost_t *cost)
{
    return cost->memory >= LOGIN_MEMORY_MIN
           && cost->memory <= LOGIN_MEMORY_MAX
           && cost->passes >= 1
           && cost->passes <= LOGIN_PASSES_MAX;
}


static login_result_e
login_phc_literal(login_str_t *s, const char *literal)
{
    size_t  len;

    len = strlen(literal);

    if (s->len < len || memcmp(s->data, literal, len) != 0) {
        return LOGIN_NO;
    }

    s->data += len;
    s->len -= len;

    return LOGIN_OK;
}


/* Decimal without leading zeros, seven digits at most. */

static login_result_e
login_phc_number(uint32_t *value, login_str_t *s)
{
    size_t    n;
    uint32_t  v;

    v = 0;

    for (n = 0; n < s->len && s->data[n] >= '0' && s->data[n] <= '9'; n++) {
        if (n == 7) {
            return LOGIN_NO;
        }

        v = v * 10 + (uint32_t) (s->data[n] - '0');
    }

    if (n == 0 || s->data[0] == '0') {
        return LOGIN_NO;
    }

    s->data += n;
    s->len -= n;
    *value = v;

    return LOGIN_OK;
}


/* base64 and base64url differ in two characters only. */

static login_result_e
login_phc_base64(u_char *dst, size_t len, login_str_t *s)
{
    u_char  c, text[login_base64url_len(LOGIN_TAG_LEN)];
    size_t  i, n, size;

    n = login_base64url_len(len);

    if (n > sizeof(text) || s->len < n) {
        return LOGIN_NO;
    }

    for (i = 0; i < n; i++) {
        c = s->data[i];

        if (c == '-' || c == '_') {
            return LOGIN_NO;
        }

        text[i] = (c == '+') ? '-' : (c == '/') ? '_' : c;
    }

    size = len;

    if (login_base64url_decode(dst, &size, login_str(text, n)) != LOGIN_OK
        || size != len)
    {
        return LOGIN_NO;
    }

    s->data += n;
    s->len -= n;

    return LOGIN_OK;
}


static size_t
login_phc_base64_encode(char *dst, const u_char *p, size_t len)
{
    size_t  i, n;

    n = login_base64url_encode((u_char *) dst, login_str(p, len));

    for (i = 0; i < n; i++) {
        dst[i] = (dst[i] == '-') ? '+' : (dst[i] == '_') ? '/' : dst[i];
    }

    return n;
}
