
#include "login.h"

#include <string.h>


static login_result_e login_csv_record(login_csv_t *csv);
static login_result_e login_csv_field(login_csv_t *csv, int *more);
static login_result_e login_csv_quoted(login_csv_t *csv, login_str_t *field);
static void login_csv_plain(login_csv_t *csv, login_str_t *field);
static int login_csv_newline(login_csv_t *csv);
static void login_csv_skip(login_csv_t *csv);


void
login_csv_open(login_csv_t *csv, u_char *text, size_t len)
{
    static const u_char  bom[] = { 0xef, 0xbb, 0xbf };

    memset(csv, 0, sizeof(login_csv_t));

    csv->pos = text;
    csv->end = text + len;

    /* some office programs write one */

    if (len >= sizeof(bom) && memcmp(text, bom, sizeof(bom)) == 0) {
        csv->pos += sizeof(bom);
    }
}


login_result_e
login_csv_next(login_csv_t *csv)
{
    while (csv->pos < csv->end && login_csv_newline(csv)) {
        /* void */
    }

    if (csv->pos == csv->end) {
        return LOGIN_NO;
    }

    csv->line = csv->lines + 1;

    if (login_csv_record(csv) != LOGIN_OK) {
        login_csv_skip(csv);
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static login_result_e
login_csv_record(login_csv_t *csv)
{
    int  more;

    csv->n = 0;

    do {
        if (csv->n == LOGIN_CSV_FIELDS
            || login_csv_field(csv, &more) != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        csv->n++;

    } while (more);

    return LOGIN_OK;
}


static login_result_e
login_csv_field(login_csv_t *csv, int *more)
{
    login_str_t  *field;

    field = &csv->fields[csv->n];
    *more = 0;

    if (csv->pos < csv->end && *csv->pos == '"') {
        if (login_csv_quoted(csv, field) != LOGIN_OK) {
            return LOGIN_FAULT;
        }

    } else {
        login_csv_plain(csv, field);
    }

    if (csv->pos == csv->end || login_csv_newline(csv)) {
        return LOGIN_OK;
    }

    if (*csv->pos != ',') {
        return LOGIN_FAULT;
    }

    csv->pos++;
    *more = 1;

    return LOGIN_OK;
}


/* Two quotes in it stand for one, and lines may end in it. */

static login_result_e
login_csv_quoted(login_csv_t *csv, login_str_t *field)
{
    u_char  *dst, *start;

    start = ++csv->pos;
    dst = start;

    for ( /* void */ ; csv->pos < csv->end; csv->pos++) {

        if (*csv->pos == '"') {
            csv->pos++;

            if (csv->pos == csv->end || *csv->pos != '"') {
                *field = login_str(start, (size_t) (dst - start));
                return LOGIN_OK;
            }
        }

        csv->lines += (*csv->pos == '\n');
        *dst++ = *csv->pos;
    }

    return LOGIN_FAULT;
}


static void
login_csv_plain(login_csv_t *csv, login_str_t *field)
{
    u_char  *start;

    start = csv->pos;

    while (csv->pos < csv->end
           && *csv->pos != ','
           && *csv->pos != '"'
           && *csv->pos != '\n'
           && (*csv->pos != '\r' || csv->pos + 1 == csv->end
               || csv->pos[1] != '\n'))
    {
        csv->pos++;
    }

    *field = login_str(start, (size_t) (csv->pos - start));
}


static int
login_csv_newline(login_csv_t *csv)
{
    size_t  left;

    left = (size_t) (csv->end - csv->pos);

    if (left > 0 && csv->pos[0] == '\n') {
        csv->pos++;

    } else if (left > 1 && csv->pos[0] == '\r' && csv->pos[1] == '\n') {
        csv->pos += 2;

    } else {
        return 0;
    }

    csv->lines++;

    return 1;
}


static void
login_csv_skip(login_csv_t *csv)
{
    while (csv->pos < csv->end && !login_csv_newline(csv)) {
        csv->pos++;
    }
}
