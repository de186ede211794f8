
#include "login.h"

#include <string.h>
#include <strings.h>


#define LOGIN_MO_MAGIC   0x950412deU
#define LOGIN_MO_HEADER  28         /* bytes in front of the tables */


static login_result_e login_mo_tables(login_mo_t *mo, login_error_t *error);
static login_result_e login_mo_entries(login_mo_t *mo, login_error_t *error);
static login_result_e login_mo_check(login_str_t text);
static login_result_e login_mo_forms(const login_mo_t *mo, login_str_t id,
    login_str_t text, login_error_t *error);
static login_result_e login_mo_read_header(login_mo_t *mo,
    login_error_t *error);


login_result_e
login_mo_open(login_mo_t *mo, login_str_t data, login_error_t *error)
{
    memset(mo, 0, sizeof(login_mo_t));
    mo->data = data;
    error->line = 0;

    if (login_mo_tables(mo, error) != LOGIN_OK) {
        return LOGIN_NO;
    }

    /* the header belongs to the empty msgid, which sorts first */

    if (login_mo_check(login_mo_string(mo, mo->ids, 0)) != LOGIN_OK
        || login_mo_check(login_mo_string(mo, mo->texts, 0)) != LOGIN_OK
        || login_mo_string(mo, mo->ids, 0).len != 0)
    {
        login_error(error, "no header");
        return LOGIN_NO;
    }

    mo->header = login_mo_string(mo, mo->texts, 0);

    if (login_mo_read_header(mo, error) != LOGIN_OK) {
        return LOGIN_NO;
    }

    return login_mo_entries(mo, error);
}


static login_result_e
login_mo_tables(login_mo_t *mo, login_error_t *error)
{
    uint32_t  magic, room;

    if (mo->data.len < LOGIN_MO_HEADER || mo->data.len > LOGIN_MO_SIZE) {
        login_error(error, "not a file of msgfmt, or larger than %d bytes",
                    LOGIN_MO_SIZE);
        return LOGIN_NO;
    }

    magic = login_mo_uint(mo, 0);

    if (magic == __builtin_bswap32(LOGIN_MO_MAGIC)) {
        mo->swapped = 1;

    } else if (magic != LOGIN_MO_MAGIC) {
        login_error(error, "not a file of msgfmt");
        return LOGIN_NO;
    }

    /* minor revision 1 has strings that depend on the system */

    if (login_mo_uint(mo, 4) != 0 && login_mo_uint(mo, 4) != 1U << 16) {
        login_error(error, "unknown revision of msgfmt's format");
        return LOGIN_NO;
    }

    mo->n = login_mo_uint(mo, 8);
    mo->ids = login_mo_uint(mo, 12);
    mo->texts = login_mo_uint(mo, 16);

    room = (uint32_t) mo->data.len - LOGIN_MO_ENTRY * mo->n;

    if (mo->n == 0
        || mo->n > LOGIN_MO_MESSAGES
        || mo->data.len < (size_t) LOGIN_MO_ENTRY * mo->n
        || mo->ids > room
        || mo->texts > room)
    {
        login_error(error, "its tables are damaged");
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


static login_result_e
login_mo_entries(login_mo_t *mo, login_error_t *error)
{
    uint32_t     i;
    login_str_t  id, text, last;

    last = login_cstr("");

    for (i = 1; i < mo->n; i++) {
        id = login_mo_string(mo, mo->ids, i);
        text = login_mo_string(mo, mo->texts, i);

        if (login_mo_check(id) != LOGIN_OK
            || login_mo_check(text) != LOGIN_OK)
        {
            login_error(error, "message %u is damaged or not UTF-8",
                        (unsigned) i);
            return LOGIN_NO;
        }

        if (login_mo_compare(login_mo_first(last), login_mo_first(id)) >= 0)
        {
            login_error(error, "message %u is out of order", (unsigned) i);
            return LOGIN_NO;
        }

        if (login_mo_forms(mo, id, text, error) != LOGIN_OK) {
            return LOGIN_NO;
        }

        last = id;
    }

    return LOGIN_OK;
}


/* Within the file, with a NUL behind it, each of its forms UTF-8. */

static login_result_e
login_mo_check(login_str_t text)
{
    login_str_t  one;

    if (text.data == NULL || text.data[text.len] != '\0') {
        return LOGIN_NO;
    }

    for ( ;; ) {
        one = login_mo_first(text);

        if (login_utf8_check(one, NULL) != LOGIN_OK) {
            return LOGIN_NO;
        }

        if (one.len == text.len) {
            return LOGIN_OK;
        }

        text.data += one.len + 1;
        text.len -= one.len + 1;
    }
}


static login_result_e
login_mo_forms(const login_mo_t *mo, login_str_t id, login_str_t text,
    login_error_t *error)
{
    unsigned     n;
    login_str_t  one;

    for (n = 0; login_mo_form(text, n, &one) == LOGIN_OK; n++) {
        /* void */
    }

    if (n == (memchr(id.data, '\0', id.len) == NULL ? 1 : mo->plural.forms))
    {
        return LOGIN_OK;
    }

    login_error(error, "\"%.*s\" has %u forms, but \"Plural-Forms\" says %u",
                id.len > 128 ? 128 : (int) id.len, (const char *) id.data, n,
                mo->plural.forms);

    return LOGIN_NO;
}


static login_result_e
login_mo_read_header(login_mo_t *mo, login_error_t *error)
{
    size_t       i;
    login_str_t  field;

    static const char  charset[] = "charset=UTF-8";

    field = login_mo_field(mo, "Content-Type");

    for (i = 0; i + sizeof(charset) - 1 <= field.len; i++) {
        if (strncasecmp((const char *) field.data + i, charset,
                        sizeof(charset) - 1)
            == 0)
        {
            break;
        }
    }

    if (i + sizeof(charset) - 1 > field.len) {
        login_error(error, "its charset is not UTF-8");
        return LOGIN_NO;
    }

    field = login_mo_field(mo, "Plural-Forms");

    if (field.len != 0 && login_plural_parse(&mo->plural, field) != LOGIN_OK)
    {
        login_error(error, "invalid \"Plural-Forms: %.*s\"",
                    field.len > 128 ? 128 : (int) field.len,
                    (const char *) field.data);
        return LOGIN_NO;
    }

    return LOGIN_OK;
}
