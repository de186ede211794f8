
#include "login.h"

#include <string.h>


typedef struct {
    login_str_t    begins;
    size_t         least;       /* bytes of the smallest one */
    login_image_t  image;
} login_image_kind_t;


static int login_image_svg(login_str_t s);
static int login_image_skip(login_str_t *s, const char *begins,
    const char *ends);
static void login_image_blanks(login_str_t *s);


static const login_image_kind_t  login_image_kinds[] = {

    { login_string("\x89PNG\r\n\x1a\n"), 67,
      { "image/png", "png" } },

    { login_string("\xff\xd8\xff"), 100,
      { "image/jpeg", "jpg" } },

    { login_string("GIF87a"), 26,
      { "image/gif", "gif" } },

    { login_string("GIF89a"), 26,
      { "image/gif", "gif" } },

    { login_string("\0\0\1\0"), 62,
      { "image/x-icon", "ico" } }
};

static const login_image_t  login_image_webp = { "image/webp", "webp" };
static const login_image_t  login_image_vector = { "image/svg+xml", "svg" };


login_result_e
login_image_detect(login_image_t *image, login_str_t data)
{
    size_t                     i;
    const login_image_kind_t  *kind;

    for (i = 0;
         i < sizeof(login_image_kinds) / sizeof(login_image_kinds[0]);
         i++)
    {
        kind = &login_image_kinds[i];

        if (data.len >= kind->least
            && memcmp(data.data, kind->begins.data, kind->begins.len) == 0)
        {
            *image = kind->image;
            return LOGIN_OK;
        }
    }

    if (data.len > 20
        && memcmp(data.data, "RIFF", 4) == 0
        && memcmp(data.data + 8, "WEBPVP8", 7) == 0)
    {
        *image = login_image_webp;
        return LOGIN_OK;
    }

    if (login_image_svg(data)) {
        *image = login_image_vector;
        return LOGIN_OK;
    }

    return LOGIN_NO;
}


/* Text with "svg" as its outermost element, and no document type of its own. */

static int
login_image_svg(login_str_t s)
{
    if (login_utf8_check(s, NULL) != LOGIN_OK
        || memchr(s.data, '\0', s.len) != NULL)
    {
        return 0;
    }

    if (login_str_begins(s, "\xef\xbb\xbf")) {
        s.data += 3;
        s.len -= 3;
    }

    (void) login_image_skip(&s, "<?xml", "?>");

    for ( ;; ) {
        login_image_blanks(&s);

        if (login_image_skip(&s, "<!--", "-->")
            || login_image_skip(&s, "<!DOCTYPE svg", ">"))
        {
            continue;
        }

        break;
    }

    if (!login_str_begins(s, "<svg") || s.len < sizeof("<svg></svg>") - 1
        || strchr(" \t\r\n>/", s.data[4]) == NULL)
    {
        return 0;
    }

    /* cut off, or something else behind it */

    while (strchr(" \t\r\n", s.data[s.len - 1]) != NULL) {
        s.len--;
    }

    return s.data[s.len - 1] == '>';
}


static int
login_image_skip(login_str_t *s, const char *begins, const char *ends)
{
    size_t         begin, end;
    const u_char  *p;

    begin = strlen(begins);
    end = strlen(ends);

    if (!login_str_begins(*s, begins)) {
        return 0;
    }

    p = memmem(s->data + begin, s->len - begin, ends, end);
    if (p == NULL) {
        return 0;
    }

    s->len -= (size_t) (p - s->data) + end;
    s->data = p + end;

    return 1;
}


static void
login_image_blanks(login_str_t *s)
{
    while (s->len != 0 && strchr(" \t\r\n", s->data[0]) != NULL
           && s->data[0] != '\0')
    {
        s->data++;
        s->len--;
    }
}
