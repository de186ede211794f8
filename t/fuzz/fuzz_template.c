
/*
 * A template is compiled and, where it is taken, rendered with harmless and
 * with hostile values: both passes have to agree, and markup that comes from
 * values would show as a difference between the two pages.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>


enum {
    V_TEXT,
    V_EMPTY,
    V_ON,
    V_OFF,
    V_LIST,
    V_ITEM,
    V_SUB,
    V_LEAF,
    VALUES
};


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const login_variable_t  variables[VALUES] = {
    { "text", LOGIN_VALUE_TEXT, -1 },
    { "empty", LOGIN_VALUE_TEXT, -1 },
    { "on", LOGIN_VALUE_FLAG, -1 },
    { "off", LOGIN_VALUE_FLAG, -1 },
    { "list", LOGIN_VALUE_LIST, -1 },
    { "item", LOGIN_VALUE_TEXT, V_LIST },
    { "sub", LOGIN_VALUE_LIST, V_LIST },
    { "leaf", LOGIN_VALUE_TEXT, V_SUB }
};

static const login_schema_t  schema = { variables, VALUES };

static char  dir[64];
static int   page = -1;


static void
cleanup(void)
{
    char  path[96];

    (void) snprintf(path, sizeof(path), "%s/part.html", dir);
    (void) unlink(path);
    (void) snprintf(path, sizeof(path), "%s/page.html", dir);
    (void) unlink(path);
    (void) rmdir(dir);
}


/* The page is in memory, and only a link in the folder: a file is slow. */

static void
set_up(void)
{
    char   path[96], target[32];
    FILE  *f;

    (void) snprintf(dir, sizeof(dir), "/tmp/login-fuzz-XXXXXX");

    if (mkdtemp(dir) == NULL || atexit(cleanup) != 0) {
        abort();
    }

    (void) snprintf(path, sizeof(path), "%s/part.html", dir);

    f = fopen(path, "wb");
    if (f == NULL || fputs("<b>{{text}}</b>", f) < 0 || fclose(f) != 0) {
        abort();
    }

    page = memfd_create("page", MFD_CLOEXEC);
    if (page == -1) {
        abort();
    }

    (void) snprintf(path, sizeof(path), "%s/page.html", dir);
    (void) snprintf(target, sizeof(target), "/proc/self/fd/%d", page);

    if (symlink(target, path) == -1) {
        abort();
    }
}


static void
put(const void *data, size_t size)
{
    if (ftruncate(page, (off_t) size) == -1
        || pwrite(page, data, size, 0) != (ssize_t) size)
    {
        abort();
    }
}


/* The page with "text" for values, as the markup that is in it. */

static char *
markup(const login_template_t *t, const char *text)
{
    char           *html, *p;
    size_t          i, len;
    login_value_t   values[VALUES], rows[2 * VALUES], leaves[VALUES];

    memset(values, 0, sizeof(values));
    memset(rows, 0, sizeof(rows));
    memset(leaves, 0, sizeof(leaves));

    values[V_TEXT].text = login_cstr(text);
    values[V_ON].text = login_cstr("1");
    values[V_LIST].rows = 2;
    values[V_LIST].row = rows;
    rows[V_ITEM].text = login_cstr(text);
    rows[VALUES + V_SUB].rows = 1;
    rows[VALUES + V_SUB].row = leaves;
    leaves[V_LEAF].text = login_cstr(text);

    len = login_template_render(NULL, t, values, &login_locale_english);

    html = malloc(len + 1);
    if (html == NULL) {
        abort();
    }

    if (login_template_render((u_char *) html, t, values,
                              &login_locale_english)
        != len)
    {
        abort();
    }

    for (p = html, i = 0; i < len; i++) {
        if (strchr("<>\"'", html[i]) != NULL && html[i] != '\0') {
            *p++ = html[i];
        }
    }

    *p = '\0';

    return html;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char              *harmless, *hostile;
    login_arena_t     *arena;
    login_error_t      error;
    const char        *dirs[1];
    login_result_e     rc;
    login_template_t  *t;

    if (page == -1) {
        set_up();
    }

    put(data, size);

    arena = login_arena_create();
    if (arena == NULL) {
        abort();
    }

    dirs[0] = dir;
    memset(&error, 0, sizeof(error));

    rc = login_template_compile(&t, arena, &schema, dirs, 1, "page", &error);

    if (rc == LOGIN_OK) {
        harmless = markup(t, "/a");
        hostile = markup(t, "javascript:<a b='c' d=\"e\">--></title>");

        if (strcmp(harmless, hostile) != 0) {
            abort();
        }

        free(harmless);
        free(hostile);

    } else if (rc != LOGIN_NO || error.text[0] == '\0') {
        abort();
    }

    login_arena_destroy(arena);

    return 0;
}
