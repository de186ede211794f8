
/*
 * MO files: what is taken can be read to its end, each message is found, and
 * nothing of it lies outside of the file.
 */

#include "login.h"

#include <stdlib.h>
#include <string.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
expect(int condition)
{
    if (!condition) {
        abort();
    }
}


static void
within(const uint8_t *data, size_t size, login_str_t s)
{
    expect(s.data >= data && s.data + s.len < data + size);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char         *copy;
    uint32_t        i;
    unsigned        form;
    login_mo_t      mo;
    login_str_t     id, text, one;
    login_error_t   error;

    /* a file of exactly that size, so that a sanitizer sees its end */

    copy = malloc(size + (size == 0));
    expect(copy != NULL);

    if (size > 0) {
        memcpy(copy, data, size);
    }

    error.text[0] = '\0';

    if (login_mo_open(&mo, login_str(copy, size), &error) != LOGIN_OK) {
        expect(error.text[0] != '\0');
        free(copy);
        return 0;
    }

    expect(mo.plural.forms <= LOGIN_PLURAL_FORMS);
    (void) login_plural_form(&mo.plural, size);
    (void) login_mo_field(&mo, "Language");

    for (i = 1; i < mo.n; i++) {
        id = login_mo_first(login_mo_string(&mo, mo.ids, i));
        within(copy, size, id);

        if (login_mo_find(&mo, id, &text) != LOGIN_OK) {
            expect(login_mo_string(&mo, mo.texts, i).len == 0);
            continue;
        }

        within(copy, size, text);
        expect(text.data == login_mo_string(&mo, mo.texts, i).data);

        for (form = 0;
             login_mo_form(text, form, &one) == LOGIN_OK;
             form++)
        {
            within(copy, size, one);
            expect(login_utf8_check(one, NULL) == LOGIN_OK);
        }

        expect(form == 1 || form == mo.plural.forms);
    }

    free(copy);

    return 0;
}
