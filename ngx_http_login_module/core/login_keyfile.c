
#include "login.h"

#include <string.h>


#define LOGIN_KEYFILE_MARK  "# next:"


/* Where a key stands in the text: offsets. */
typedef struct {
    size_t    block;        /* of the comments right above it */
    size_t    mark;         /* of its "# next:", or of the key itself */
    size_t    key;
    size_t    end;          /* behind its line feed, if it has one */
} login_keyfile_place_t;


static int login_keyfile_find(login_keyfile_place_t *place, login_str_t text,
    size_t n);
static u_char *login_keyfile_copy(u_char *pos, login_str_t text, size_t from,
    size_t to);
static u_char *login_keyfile_line(u_char *dst, u_char *pos, login_str_t line);


static const login_str_t  login_keyfile_mark =
    login_string(LOGIN_KEYFILE_MARK " verifies only, until \"nginx-login key "
                 "rotate\" lets it sign\n");


size_t
login_keyfile_next(login_str_t text)
{
    size_t                 n;
    login_keyfile_place_t  place;

    /* the first one signs, whatever stands above it */

    for (n = 1; login_keyfile_find(&place, text, n); n++) {
        if (place.mark != place.key) {
            return n;
        }
    }

    return 0;
}


size_t
login_keyfile_add(u_char *dst, login_str_t text, login_str_t line,
    unsigned next)
{
    size_t                 at;
    u_char                *pos;
    login_keyfile_place_t  first;

    (void) login_keyfile_find(&first, text, 0);

    at = next ? first.end : first.block;

    pos = login_keyfile_copy(dst, text, 0, at);

    if (next) {
        pos = login_keyfile_line(dst, pos, login_keyfile_mark);
    }

    pos = login_keyfile_line(dst, pos, line);
    pos = login_keyfile_copy(pos, text, at, text.len);

    return (size_t) (pos - dst);
}


size_t
login_keyfile_promote(u_char *dst, login_str_t text, size_t n)
{
    u_char                *pos;
    login_str_t            line;
    login_keyfile_place_t  first, place;

    (void) login_keyfile_find(&first, text, 0);
    (void) login_keyfile_find(&place, text, n);

    line = login_str(text.data + place.key, place.end - place.key);

    pos = login_keyfile_copy(dst, text, 0, first.block);
    pos = login_keyfile_line(dst, pos, line);

    if (pos[-1] != '\n') {
        *pos++ = '\n';
    }

    pos = login_keyfile_copy(pos, text, first.block, place.mark);
    pos = login_keyfile_copy(pos, text, place.end, text.len);

    return (size_t) (pos - dst);
}


size_t
login_keyfile_remove(u_char *dst, login_str_t text, size_t n)
{
    u_char                *pos;
    login_keyfile_place_t  place;

    (void) login_keyfile_find(&place, text, n);

    pos = login_keyfile_copy(dst, text, 0, place.mark);
    pos = login_keyfile_copy(pos, text, place.end, text.len);

    return (size_t) (pos - dst);
}


/* Zeroes "place" where there are fewer keys. */

static int
login_keyfile_find(login_keyfile_place_t *place, login_str_t text, size_t n)
{
    size_t         at, end, block, mark;
    login_str_t    line;
    const u_char  *lf;

    block = 0;
    mark = SIZE_MAX;

    for (at = 0; at < text.len; at = end) {

        lf = memchr(text.data + at, '\n', text.len - at);
        end = lf != NULL ? (size_t) (lf - text.data) + 1 : text.len;
        line = login_str(text.data + at, end - at);

        if (line.data[0] == '#') {
            mark = login_str_begins(line, LOGIN_KEYFILE_MARK) ? at : SIZE_MAX;
            continue;
        }

        if (line.data[0] != '\n' && n-- == 0) {
            place->block = block;
            place->mark = mark != SIZE_MAX ? mark : at;
            place->key = at;
            place->end = end;
            return 1;
        }

        block = end;
        mark = SIZE_MAX;
    }

    memset(place, 0, sizeof(login_keyfile_place_t));

    return 0;
}


static u_char *
login_keyfile_copy(u_char *pos, login_str_t text, size_t from, size_t to)
{
    if (from < to) {
        memcpy(pos, text.data + from, to - from);
        pos += to - from;
    }

    return pos;
}


/* The line before may have been the last one, without a line feed. */

static u_char *
login_keyfile_line(u_char *dst, u_char *pos, login_str_t line)
{
    if (pos != dst && pos[-1] != '\n') {
        *pos++ = '\n';
    }

    memcpy(pos, line.data, line.len);

    return pos + line.len;
}
