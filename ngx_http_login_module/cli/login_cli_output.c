
#include "login_cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utf8proc.h>


#define LOGIN_CLI_GAP       2
#define LOGIN_CLI_LINE_MAX  1024

/* The longest escape of one byte is "\xff", of a character "\u{e0001}". */
#define LOGIN_CLI_ESCAPED(len)  ((len) * 4 + 1)


static void login_cli_line(FILE *out, const char *prefix, const char *fmt,
    va_list args);
static void login_cli_escape(char *dst, login_str_t s);
static int login_cli_visible(utf8proc_int32_t c);
static size_t login_cli_width(const char *s);


void
login_cli_error(const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    login_cli_line(stderr, "nginx-login: ", fmt, args);
    va_end(args);
}


void
login_cli_say(const login_cli_t *cli, const char *fmt, ...)
{
    va_list  args;

    if (cli->json) {
        return;
    }

    va_start(args, fmt);
    login_cli_line(stdout, "", fmt, args);
    va_end(args);
}


static void
login_cli_line(FILE *out, const char *prefix, const char *fmt, va_list args)
{
    char  line[LOGIN_CLI_LINE_MAX];
    char  clean[LOGIN_CLI_ESCAPED(LOGIN_CLI_LINE_MAX)];

    (void) vsnprintf(line, sizeof(line), fmt, args);

    login_cli_escape(clean, login_cstr(line));

    (void) fprintf(out, "%s%s\n", prefix, clean);
}


char *
login_cli_clean(login_str_t s)
{
    char  *dst;

    dst = malloc(LOGIN_CLI_ESCAPED(s.len));

    if (dst != NULL) {
        login_cli_escape(dst, s);
    }

    return dst;
}


static void
login_cli_escape(char *dst, login_str_t s)
{
    size_t            i;
    utf8proc_int32_t  c;
    utf8proc_ssize_t  len;

    for (i = 0; i < s.len; i += (size_t) len) {
        len = utf8proc_iterate(s.data + i, (utf8proc_ssize_t) (s.len - i),
                               &c);

        if (len > 0 && login_cli_visible(c)) {
            memcpy(dst, s.data + i, (size_t) len);
            dst += len;
            continue;
        }

        if (len > 0 && c >= 0x80) {
            dst += sprintf(dst, "\\u{%x}", (unsigned) c);

        } else {
            len = 1;
            dst += sprintf(dst, "\\x%02x", s.data[i]);
        }
    }

    *dst = '\0';
}


static int
login_cli_visible(utf8proc_int32_t c)
{
    switch (utf8proc_category(c)) {

    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        break;

    default:
        return 1;
    }

    /* joiners, which several scripts and emoji can't do without */

    return c == 0x200c || c == 0x200d;
}


void
login_cli_cell(login_cli_table_t *table, login_str_t s)
{
    char    **cells;
    size_t    size;

    if (table->n == table->size) {
        size = table->size ? table->size * 2 : 64;

        cells = realloc(table->cells, size * sizeof(char *));
        if (cells == NULL) {
            table->failed = 1;
            return;
        }

        table->cells = cells;
        table->size = size;
    }

    table->cells[table->n] = login_cli_clean(s);

    if (table->cells[table->n] == NULL) {
        table->failed = 1;
        return;
    }

    table->n++;
}


void
login_cli_cell_time(login_cli_table_t *table, uint64_t when)
{
    char  text[32];

    login_cli_time(text, when);
    login_cli_cell(table, login_cstr(text));
}


void
login_cli_time(char dst[32], uint64_t when)
{
    time_t     t;
    struct tm  tm;

    t = (time_t) when;

    if (when == 0) {
        (void) snprintf(dst, 32, "never");

    } else if (localtime_r(&t, &tm) == NULL
               || strftime(dst, 32, "%Y-%m-%d %H:%M", &tm) == 0)
    {
        (void) snprintf(dst, 32, "%llu", (unsigned long long) when);
    }
}


login_cli_status_e
login_cli_table_print(login_cli_table_t *table)
{
    size_t  i, pad, column, *widths, width;

    widths = calloc(table->columns, sizeof(size_t));

    if (widths == NULL) {
        table->failed = 1;
    }

    for (i = 0; i < table->n && !table->failed; i++) {
        column = i % table->columns;
        width = login_cli_width(table->cells[i]);

        if (width > widths[column]) {
            widths[column] = width;
        }
    }

    for (i = 0; i < table->n && !table->failed; i++) {
        column = i % table->columns;

        (void) fputs(table->cells[i], stdout);

        if (column == table->columns - 1) {
            (void) putchar('\n');
            continue;
        }

        pad = widths[column] - login_cli_width(table->cells[i])
              + LOGIN_CLI_GAP;

        (void) printf("%*s", (int) pad, "");
    }

    free(widths);
    login_cli_table_free(table);

    if (table->failed) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


void
login_cli_table_free(login_cli_table_t *table)
{
    size_t  i;

    for (i = 0; i < table->n; i++) {
        free(table->cells[i]);
    }

    free(table->cells);
}


static size_t
login_cli_width(const char *s)
{
    int               n;
    size_t            width;
    utf8proc_int32_t  c;
    utf8proc_ssize_t  len;

    width = 0;

    for ( /* void */ ; *s != '\0'; s += len) {
        len = utf8proc_iterate((const utf8proc_uint8_t *) s, -1, &c);

        if (len <= 0) {
            return width;
        }

        n = utf8proc_charwidth(c);
        width += (n > 0) ? (size_t) n : 0;
    }

    return width;
}


login_cli_status_e
login_cli_json(json_t *json)
{
    int  rc;

    rc = -1;

    /* everything beyond ASCII is escaped: a terminal may be listening */

    if (json != NULL) {
        rc = json_dumpf(json, stdout, JSON_INDENT(2)|JSON_ENSURE_ASCII);
        (void) putchar('\n');
    }

    json_decref(json);

    if (rc != 0) {
        login_cli_error("answer could not be written");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


json_t *
login_cli_json_str(login_str_t s)
{
    char    *clean;
    json_t  *json;

    if (s.len == 0) {
        return json_string("");
    }

    json = json_stringn((const char *) s.data, s.len);
    if (json != NULL) {
        return json;
    }

    /* broken UTF-8, as in a User-Agent */

    clean = login_cli_clean(s);
    json = (clean != NULL) ? json_string(clean) : NULL;
    free(clean);

    return json;
}


json_t *
login_cli_json_time(uint64_t when)
{
    return when == 0 ? json_null() : json_integer((json_int_t) when);
}


json_t *
login_cli_json_list(login_str_t s)
{
    size_t   from, to;
    json_t  *array;

    array = json_array();

    for (from = 0; array != NULL && from < s.len; from = to + 1) {

        for (to = from; to < s.len && s.data[to] != ','; to++) {
            /* void */
        }

        if (json_array_append_new(array,
                login_cli_json_str(login_str(s.data + from, to - from)))
            != 0)
        {
            json_decref(array);
            return NULL;
        }
    }

    return array;
}
