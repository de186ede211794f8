
/* Accept-Language (RFC 9110, 12.5.4). */

#include "login.h"

#include <string.h>


typedef struct {
    login_str_t    tag;
    unsigned       quality;         /* thousandths */
} login_language_range_t;


static unsigned login_language_range(login_language_range_t *range,
    login_str_t text);
static unsigned login_language_quality(login_str_t text);
static login_str_t login_language_trim(login_str_t text);


/*
 * Those wanted most first, in the order of the header among equals.  What
 * cannot be read is passed over, as is "*": that is the default in any case.
 */

size_t
login_language_accept(const login_language_t *offered, size_t n,
    login_str_t header)
{
    size_t                  i, found, nranges, len;
    const u_char           *comma;
    login_language_range_t  ranges[LOGIN_LANGUAGE_RANGES], *best;

    nranges = 0;

    while (header.len > 0 && nranges < LOGIN_LANGUAGE_RANGES) {
        comma = memchr(header.data, ',', header.len);
        len = comma != NULL ? (size_t) (comma - header.data) : header.len;

        nranges += login_language_range(&ranges[nranges],
                                        login_str(header.data, len));
        len += comma != NULL;
        header.data += len;
        header.len -= len;
    }

    for ( ;; ) {
        best = NULL;

        for (i = 0; i < nranges; i++) {
            if (ranges[i].quality > (best != NULL ? best->quality : 0)) {
                best = &ranges[i];
            }
        }

        if (best == NULL) {
            return LOGIN_LANGUAGE_NONE;
        }

        found = login_language_find(offered, n, best->tag);
        if (found != LOGIN_LANGUAGE_NONE) {
            return found;
        }

        best->quality = 0;
    }
}


static unsigned
login_language_range(login_language_range_t *range, login_str_t text)
{
    size_t         len;
    const u_char  *semicolon;

    semicolon = text.len > 0 ? memchr(text.data, ';', text.len) : NULL;
    len = semicolon != NULL ? (size_t) (semicolon - text.data) : text.len;

    range->tag = login_language_trim(login_str(text.data, len));
    range->quality = 1000;

    if (semicolon != NULL) {
        text = login_str(semicolon + 1, text.len - len - 1);
        range->quality = login_language_quality(login_language_trim(text));
    }

    return range->quality != 0
           && login_language_check(range->tag) == LOGIN_OK;
}


/* 0: refused, or it cannot be read. */

static unsigned
login_language_quality(login_str_t text)
{
    size_t    i;
    unsigned  quality, place;

    if (text.len < 3
        || (text.data[0] | 0x20) != 'q'
        || text.data[1] != '='
        || (text.data[2] != '0' && text.data[2] != '1')
        || (text.len > 3 && text.data[3] != '.')
        || text.len > 7)
    {
        return 0;
    }

    quality = text.data[2] == '1' ? 1000 : 0;
    place = 100;

    for (i = 4; i < text.len; i++, place /= 10) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return 0;
        }

        quality += place * (unsigned) (text.data[i] - '0');
    }

    return quality > 1000 ? 1000 : quality;
}


static login_str_t
login_language_trim(login_str_t text)
{
    while (text.len > 0 && (*text.data == ' ' || *text.data == '\t')) {
        text.data++;
        text.len--;
    }

    while (text.len > 0 && (text.data[text.len - 1] == ' '
                            || text.data[text.len - 1] == '\t'))
    {
        text.len--;
    }

    return text;
}
