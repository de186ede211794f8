
/* Reading what login_mo_open() has checked. */

#include "login.h"

#include <string.h>
#include <strings.h>


login_result_e
login_mo_find(const login_mo_t *mo, login_str_t msgid, login_str_t *text)
{
    int       order;
    uint32_t  low, high, middle;

    low = 1;
    high = mo->n;

    while (low < high) {
        middle = low + (high - low) / 2;

        order = login_mo_compare(msgid,
                         login_mo_first(login_mo_string(mo, mo->ids,
                                                        middle)));
        if (order == 0) {
            *text = login_mo_string(mo, mo->texts, middle);
            return text->len != 0 ? LOGIN_OK : LOGIN_NO;
        }

        if (order < 0) {
            high = middle;

        } else {
            low = middle + 1;
        }
    }

    return LOGIN_NO;
}


login_result_e
login_mo_form(login_str_t text, unsigned form, login_str_t *one)
{
    for ( ;; ) {
        *one = login_mo_first(text);

        if (form == 0) {
            return LOGIN_OK;
        }

        if (one->len == text.len) {
            return LOGIN_NO;
        }

        text.data += one->len + 1;
        text.len -= one->len + 1;
        form--;
    }
}


login_str_t
login_mo_field(const login_mo_t *mo, const char *name)
{
    size_t         len, line;
    login_str_t    text;
    const u_char  *lf;

    len = strlen(name);
    text = mo->header;

    while (text.len > 0) {
        lf = memchr(text.data, '\n', text.len);
        line = lf != NULL ? (size_t) (lf - text.data) : text.len;

        if (line > len
            && text.data[len] == ':'
            && strncasecmp((const char *) text.data, name, len) == 0)
        {
            for (len++; len < line && text.data[len] == ' '; len++) {
                /* void */
            }

            return login_str(text.data + len, line - len);
        }

        line += lf != NULL;
        text.data += line;
        text.len -= line;
    }

    return login_cstr("");
}


/* Up to the first NUL, if there is one. */

login_str_t
login_mo_first(login_str_t text)
{
    const u_char  *nul;

    nul = text.len > 0 ? memchr(text.data, '\0', text.len) : NULL;

    return nul != NULL ? login_str(text.data, (size_t) (nul - text.data))
                       : text;
}


int
login_mo_compare(login_str_t a, login_str_t b)
{
    int     order;
    size_t  len;

    len = a.len < b.len ? a.len : b.len;
    order = len > 0 ? memcmp(a.data, b.data, len) : 0;

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}


/* NULL: it is not within the file, or there is no byte behind it. */

login_str_t
login_mo_string(const login_mo_t *mo, uint32_t table, uint32_t i)
{
    uint32_t  len, offset;

    len = login_mo_uint(mo, table + (size_t) LOGIN_MO_ENTRY * i);
    offset = login_mo_uint(mo, table + (size_t) LOGIN_MO_ENTRY * i + 4);

    if (len >= mo->data.len || offset > mo->data.len - len - 1) {
        return login_str(NULL, 0);
    }

    return login_str(mo->data.data + offset, len);
}


uint32_t
login_mo_uint(const login_mo_t *mo, size_t offset)
{
    uint32_t  value;

    memcpy(&value, mo->data.data + offset, sizeof(value));

    return mo->swapped ? __builtin_bswap32(value) : value;
}
