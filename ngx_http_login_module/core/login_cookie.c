
#include "login.h"

#include <string.h>


typedef struct {
    login_str_t  text;      /* as it stands between two semicolons */
    login_str_t  name;      /* empty where there is no "=" */
    login_str_t  value;
    unsigned     padded;    /* white space between name and "=" */
} login_pair_t;


static void login_cookie_next(login_pair_t *pair, login_str_t *line);
static int login_cookie_named(login_str_t name, const login_str_t *names,
    size_t n);
static login_str_t login_cookie_trim(login_str_t s);
static login_str_t login_cookie_trim_left(login_str_t s);


login_result_e
login_cookie_find(login_str_t *value, const login_str_t *lines, size_t n,
    login_str_t name)
{
    size_t        i, found;
    login_str_t   line, first;
    login_pair_t  pair;

    found = 0;
    first = login_str(NULL, 0);

    for (i = 0; i < n; i++) {
        line = lines[i];

        while (line.len > 0) {
            login_cookie_next(&pair, &line);

            if (name.len == 0 || !login_str_eq(pair.name, name)) {
                continue;
            }

            /* no browser sends "name =value"; who knows who reads it how */

            if (pair.padded || found++ > 0) {
                return LOGIN_NO;
            }

            first = pair.value;
        }
    }

    if (found == 0) {
        return LOGIN_NO;
    }

    *value = first;

    return LOGIN_OK;
}


size_t
login_cookie_cut(u_char *dst, login_str_t line, const login_str_t *names,
    size_t n)
{
    u_char        *p;
    unsigned       cut, kept, left;
    login_str_t    rest;
    login_pair_t   pair;

    p = dst;
    cut = 0;        /* something was cut */
    kept = 0;       /* something was written */
    left = 0;       /* something worth sending was written */
    rest = line;

    while (rest.len > 0) {
        login_cookie_next(&pair, &rest);

        if (login_cookie_named(pair.name, names, n)) {
            cut = 1;
            continue;
        }

        if (cut && !left) {

            /* what is first now stands without the space before it */

            p = dst;
            kept = 0;
            pair.text = login_cookie_trim_left(pair.text);
        }

        /* before the move, which may write over it */

        left |= (login_cookie_trim_left(pair.text).len > 0);

        if (kept) {
            *p++ = ';';
        }

        if (pair.text.len > 0) {
            memmove(p, pair.text.data, pair.text.len);
            p += pair.text.len;
        }

        kept = 1;
    }

    if (!cut) {
        if (line.len > 0) {
            memmove(dst, line.data, line.len);
        }

        return line.len;
    }

    return left ? (size_t) (p - dst) : 0;
}


/*
 * Cuts the first pair off.  Quotes mean nothing here, as for browsers: a
 * semicolon in a quoted value ends it.
 */

static void
login_cookie_next(login_pair_t *pair, login_str_t *line)
{
    size_t         used;
    login_str_t    text;
    const u_char  *p;

    pair->text = *line;
    used = line->len;

    p = memchr(line->data, ';', line->len);
    if (p != NULL) {
        pair->text.len = (size_t) (p - line->data);
        used = pair->text.len + 1;
    }

    line->data += used;
    line->len -= used;

    text = login_cookie_trim(pair->text);

    pair->name = login_str(text.data, 0);
    pair->value = text;
    pair->padded = 0;

    p = (text.len > 0) ? memchr(text.data, '=', text.len) : NULL;
    if (p == NULL) {
        return;
    }

    used = (size_t) (p - text.data);

    pair->name = login_cookie_trim(login_str(text.data, used));
    pair->padded = (pair->name.len != used);
    pair->value = login_str(p + 1, text.len - used - 1);
}


static int
login_cookie_named(login_str_t name, const login_str_t *names, size_t n)
{
    size_t       i;
    login_str_t  prefix;

    if (name.len == 0) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        if (names[i].len == 0) {
            continue;
        }

        if (names[i].data[names[i].len - 1] != '*') {
            if (login_str_eq(name, names[i])) {
                return 1;
            }

            continue;
        }

        prefix = login_str(names[i].data, names[i].len - 1);

        if (name.len >= prefix.len
            && login_str_eq(login_str(name.data, prefix.len), prefix))
        {
            return 1;
        }
    }

    return 0;
}


static login_str_t
login_cookie_trim(login_str_t s)
{
    s = login_cookie_trim_left(s);

    while (s.len > 0
           && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
    {
        s.len--;
    }

    return s;
}


static login_str_t
login_cookie_trim_left(login_str_t s)
{
    while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
        s.data++;
        s.len--;
    }

    return s;
}
