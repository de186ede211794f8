
#include "login.h"

#include <string.h>


static login_result_e login_form_field(login_form_t *form, u_char *p,
    size_t len);
static login_result_e login_form_decode(login_str_t *s, u_char *p,
    size_t len);
static int login_form_name(login_str_t name);


login_result_e
login_form_parse(login_form_t *form, u_char *body, size_t len)
{
    u_char  *p, *end, *last;

    form->n = 0;

    if (len == 0) {
        return LOGIN_OK;
    }

    p = body;
    last = body + len;

    for ( ;; ) {
        end = memchr(p, '&', (size_t) (last - p));
        if (end == NULL) {
            end = last;
        }

        if (login_form_field(form, p, (size_t) (end - p)) != LOGIN_OK) {
            form->n = 0;
            return LOGIN_NO;
        }

        if (end == last) {
            return LOGIN_OK;
        }

        p = end + 1;
    }
}


static login_result_e
login_form_field(login_form_t *form, u_char *p, size_t len)
{
    size_t          i, n;
    u_char         *value;
    login_field_t   field;

    if (form->n == LOGIN_FORM_MAX_FIELDS || len == 0) {
        return LOGIN_NO;
    }

    value = memchr(p, '=', len);
    n = (value != NULL) ? (size_t) (value - p) : len;

    field.value = login_str(p + len, 0);

    if (login_form_decode(&field.name, p, n) != LOGIN_OK
        || !login_form_name(field.name))
    {
        return LOGIN_NO;
    }

    if (value != NULL
        && login_form_decode(&field.value, value + 1, len - n - 1)
           != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    /* neither the first nor the last is right: there must be one */

    for (i = 0; i < form->n; i++) {
        if (login_str_eq(form->fields[i].name, field.name)) {
            return LOGIN_NO;
        }
    }

    form->fields[form->n++] = field;

    return LOGIN_OK;
}


static login_result_e
login_form_decode(login_str_t *s, u_char *p, size_t len)
{
    size_t   i;
    u_char  *dst;

    dst = p;

    for (i = 0; i < len; i++) {

        if (p[i] == '+') {
            *dst++ = ' ';
            continue;
        }

        if (p[i] != '%') {
            *dst++ = p[i];
            continue;
        }

        if (len - i < 3
            || login_hex_decode(dst, 1, login_str(p + i + 1, 2)) != LOGIN_OK)
        {
            return LOGIN_NO;
        }

        dst++;
        i += 2;
    }

    *s = login_str(p, (size_t) (dst - p));

    return login_utf8_check(*s, NULL);
}


/* "user[]" and the like mean something elsewhere; no form of ours has it. */

static int
login_form_name(login_str_t name)
{
    size_t  i;
    u_char  c;

    for (i = 0; i < name.len; i++) {
        c = name.data[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
            && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.')
        {
            return 0;
        }
    }

    return name.len > 0;
}


login_str_t
login_form_get(const login_form_t *form, const char *name)
{
    size_t       i;
    login_str_t  s;

    s = login_cstr(name);

    for (i = 0; i < form->n; i++) {
        if (login_str_eq(form->fields[i].name, s)) {
            return form->fields[i].value;
        }
    }

    return login_str("", 0);
}


size_t
login_percent_encode(u_char *dst, login_str_t s)
{
    size_t               i, len;
    u_char               c;
    static const u_char  hex[] = "0123456789ABCDEF";

    len = 0;

    for (i = 0; i < s.len; i++) {
        c = s.data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9')
            || c == '-' || c == '.' || c == '_' || c == '~')
        {
            if (dst != NULL) {
                dst[len] = c;
            }

            len++;
            continue;
        }

        if (dst != NULL) {
            dst[len] = '%';
            dst[len + 1] = hex[c >> 4];
            dst[len + 2] = hex[c & 15];
        }

        len += 3;
    }

    return len;
}
