
/*
 * Writing a page.  Both ways, counting and writing, run through the same
 * code, so that they cannot come to different lengths.
 */

#include "login.h"

#include <string.h>


typedef struct {
    const login_value_t  *values;   /* of the row */
    size_t                left;     /* rows, this one included */
} login_frame_t;

typedef struct {
    const login_schema_t *schema;
    const login_locale_t *locale;
    login_writer_t        writer;
    login_frame_t         frames[1 + LOGIN_TEMPLATE_LISTS];
} login_render_t;


static size_t login_render(u_char *dst, const login_template_t *template,
    size_t first, size_t end, const login_value_t *values,
    const login_locale_t *locale);
static void login_render_message(login_render_t *r, const login_op_t *op);
static void login_render_slot(login_render_t *r, const login_op_t *op,
    login_str_t slot);
static size_t login_render_each(login_render_t *r, const login_op_t *op,
    size_t next);
static size_t login_render_next(login_render_t *r, const login_op_t *op,
    size_t next);


#define login_render_at(r, slot)                                              \
    (&(r)->frames[(slot).frame].values[(slot).variable])

/* Is it in the catalog? */
#define login_render_ready(r, op)                                             \
    ((op)->message != 0 && (op)->message < (r)->locale->ntexts)

#define login_value_set(v)  ((v)->text.len > 0 || (v)->rows > 0)


size_t
login_template_render(u_char *dst, const login_template_t *template,
    const login_value_t *values, const login_locale_t *locale)
{
    return login_render(dst, template, 0, template->n, values, locale);
}


size_t
login_template_section(u_char *dst, const login_template_t *template,
    size_t first, const login_value_t *values, const login_locale_t *locale)
{
    return login_render(dst, template, first, template->ops[first].jump,
                        values, locale);
}


static size_t
login_render(u_char *dst, const login_template_t *template, size_t first,
    size_t end, const login_value_t *values, const login_locale_t *locale)
{
    size_t             i;
    login_render_t     r;
    const login_op_t  *op;

    r.schema = template->schema;
    r.locale = locale;
    r.writer.dst = dst;
    r.writer.len = 0;
    r.frames[0].values = values;

    i = first;

    while (i < end) {
        op = &template->ops[i++];

        switch (op->code) {

        case LOGIN_OP_TEXT:
            login_write(&r.writer, op->text.data, op->text.len);
            break;

        case LOGIN_OP_VALUE:
            login_write_value(&r.writer, op->escape,
                               login_render_at(&r, op->slot)->text);
            break;

        case LOGIN_OP_MESSAGE:
            login_render_message(&r, op);
            break;

        case LOGIN_OP_IF:
            if (!login_value_set(login_render_at(&r, op->slot))) {
                i = op->jump;
            }

            break;

        case LOGIN_OP_UNLESS:
            if (login_value_set(login_render_at(&r, op->slot))) {
                i = op->jump;
            }

            break;

        case LOGIN_OP_EACH:
            i = login_render_each(&r, op, i);
            break;

        case LOGIN_OP_NEXT:
            i = login_render_next(&r, op, i);
            break;
        }
    }

    return r.writer.len;
}


/*
 * A translation may order the variables as it likes.  What comes from the
 * catalog is escaped already.
 */

static void
login_render_message(login_render_t *r, const login_op_t *op)
{
    size_t       len, start;
    unsigned     form, ready;
    login_str_t  text;

    form = op->many.len == 0 ? 0
           : login_locale_form(r->locale,
                               login_render_at(r, op->slots[0])->text);
    ready = login_render_ready(r, op);

    text = ready ? r->locale->texts[op->message + form]
           : form == 0 ? op->text : op->many;

    for ( ;; ) {
        len = 0;
        start = text.len;

        if (op->nslots != 0) {
            len = login_template_slot(text, &start);
        }

        if (ready) {
            login_write(&r->writer, text.data, start);

        } else {
            login_write_value(&r->writer, op->escape,
                              login_str(text.data, start));
        }

        if (len == 0) {
            return;
        }

        login_render_slot(r, op, login_str(text.data + start, len));

        text.data += start + len;
        text.len -= start + len;
    }
}


/* What the msgid has no such variable for stays as it is. */

static void
login_render_slot(login_render_t *r, const login_op_t *op, login_str_t slot)
{
    size_t       i;
    u_char       number[LOGIN_LOCALE_NUMBER];
    const char  *name;
    login_str_t  value;

    for (i = 0; i < op->nslots; i++) {
        name = r->schema->variables[op->slots[i].variable].name;

        if (login_str_eq(login_cstr(name),
                         login_str(slot.data + 1, slot.len - 2)))
        {
            value = login_render_at(r, op->slots[i])->text;

            if (i == 0 && op->many.len != 0) {
                value = login_str(number, login_locale_number(number,
                                                              r->locale,
                                                              value));
            }

            login_write_value(&r->writer, op->escape, value);
            return;
        }
    }

    login_write_value(&r->writer, op->escape, slot);
}


static size_t
login_render_each(login_render_t *r, const login_op_t *op, size_t next)
{
    const login_value_t  *list;

    if (login_render_ready(r, op)) {
        login_write(&r->writer, r->locale->texts[op->message].data,
                    r->locale->texts[op->message].len);
        return op->jump;
    }

    list = login_render_at(r, op->slot);

    if (list->rows == 0) {
        return op->jump;
    }

    r->frames[op->frame].values = list->row;
    r->frames[op->frame].left = list->rows;

    return next;
}


static size_t
login_render_next(login_render_t *r, const login_op_t *op, size_t next)
{
    login_frame_t  *frame;

    frame = &r->frames[op->frame];

    if (--frame->left == 0) {
        return next;
    }

    frame->values += r->schema->n;

    return op->jump;
}
