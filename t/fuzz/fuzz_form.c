
/* The body of a form.  What was read and is written again reads the same. */

#include "login.h"

#include <stdlib.h>
#include <string.h>


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
compare(const login_form_t *form, size_t size)
{
    size_t               i, j;
    u_char              *text, *p;
    login_form_t         again;
    const login_field_t *field;

    text = malloc(3 * size + 2 * LOGIN_FORM_MAX_FIELDS);
    check(text != NULL);
    p = text;

    for (i = 0; i < form->n; i++) {
        field = &form->fields[i];

        check(field->name.len > 0);
        check(login_utf8_check(field->name, NULL) == LOGIN_OK);
        check(login_utf8_check(field->value, NULL) == LOGIN_OK);

        for (j = 0; j < i; j++) {
            check(!login_str_eq(form->fields[j].name, field->name));
        }

        if (i > 0) {
            *p++ = '&';
        }

        p += login_percent_encode(p, field->name);
        *p++ = '=';
        check(login_percent_encode(NULL, field->value)
              == login_percent_encode(p, field->value));
        p += login_percent_encode(NULL, field->value);
    }

    check(login_form_parse(&again, text, (size_t) (p - text)) == LOGIN_OK);
    check(again.n == form->n);

    for (i = 0; i < form->n; i++) {
        check(login_str_eq(again.fields[i].name, form->fields[i].name));
        check(login_str_eq(again.fields[i].value, form->fields[i].value));
    }

    free(text);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char        *body;
    login_form_t   form;

    body = malloc(size > 0 ? size : 1);
    check(body != NULL);

    if (size > 0) {
        memcpy(body, data, size);
    }

    if (login_form_parse(&form, body, size) == LOGIN_OK) {
        check(form.n <= LOGIN_FORM_MAX_FIELDS);
        compare(&form, size);

    } else {
        check(form.n == 0);
    }

    free(body);

    return 0;
}
