
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


static void login_render_message(login_render_t *r, const login_op_t *op);
static void login_render_slot(login_render_t *r, const login_op_t *op,
    login_str_t slot);
static size_t login_render_each(login_render_t *r, const login_op_t *op,
    size_t next);
static size_t login_render_next(login_render_t *r, const login_op_t *op,
    size_t next);


#define login_render_at(r, slot)                                              \
    (&(r)->frames[(slot).frame].values[(slot).variable])

#define login_value_set(v)  ((v)->text.len > 0 || (v)->rows > 0)


size_t
login_template_render(u_char *dst, const login_template_t *template,
    const login_value_t *values, const login_locale_t *locale)
{
    size_t             i;
    login_render_t     r;
    const login_op_t  *op;

    r.schema = template->schema;
    r.locale = locale;
    r.writer.dst = dst;
    r.writer.len = 0;
    r.frames[0].values = values;

    i = 0;

    while (i < template->n) {
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


/* A translation may order the variables as it likes. */

static void
login_render_message(login_render_t *r, const login_op_t *op)
{
    size_t       len, start;
    login_str_t  text;

    text = login_locale_text(r->locale, op->text);

    if (op->nslots == 0) {
        login_write_value(&r->writer, op->escape, text);
        return;
    }

    for ( ;; ) {
        len = login_template_slot(text, &start);

        login_write_value(&r->writer, op->escape,
                           login_str(text.data, start));

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
    const char  *name;

    for (i = 0; i < op->nslots; i++) {
        name = r->schema->variables[op->slots[i].variable].name;

        if (login_str_eq(login_cstr(name),
                         login_str(slot.data + 1, slot.len - 2)))
        {
            login_write_value(&r->writer, op->escape,
                               login_render_at(r, op->slots[i])->text);
            return;
        }
    }

    login_write_value(&r->writer, op->escape, slot);
}


static size_t
login_render_each(login_render_t *r, const login_op_t *op, size_t next)
{
    const login_value_t  *list;

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
