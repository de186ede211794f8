
/*
 * Writing a page.  Both ways, counting and writing, run through the same
 * code, so that they cannot come to different lengths.
 */

#include "login.h"

#include <string.h>


typedef struct {
    u_char               *dst;      /* NULL: only counts */
    size_t                len;
} login_writer_t;

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
static void login_render_value(login_writer_t *w, login_escape_e escape,
    login_str_t value);
static void login_write(login_writer_t *w, const void *data, size_t len);
static void login_write_html(login_writer_t *w, login_str_t text);
static void login_write_component(login_writer_t *w, login_str_t text);
static unsigned login_address_check(login_str_t text);


static const char *const  login_entities[256] = {
    ['&'] = "&amp;",
    ['<'] = "&lt;",
    ['>'] = "&gt;",
    ['"'] = "&quot;",
    ['\''] = "&#39;"
};


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
            login_render_value(&r.writer, op->escape,
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
        login_write_html(&r->writer, text);
        return;
    }

    for ( ;; ) {
        len = login_template_slot(text, &start);

        login_write_html(&r->writer, login_str(text.data, start));

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
            login_write_html(&r->writer,
                             login_render_at(r, op->slots[i])->text);
            return;
        }
    }

    login_write_html(&r->writer, slot);
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


static void
login_render_value(login_writer_t *w, login_escape_e escape,
    login_str_t value)
{
    switch (escape) {

    case LOGIN_ESCAPE_COMPONENT:
        login_write_component(w, value);
        return;

    case LOGIN_ESCAPE_ADDRESS:
        if (!login_address_check(value)) {
            login_write(w, "#", 1);
            return;
        }

        /* fall through */

    default:
        login_write_html(w, value);
    }
}


static void
login_write(login_writer_t *w, const void *data, size_t len)
{
    if (w->dst != NULL && len > 0) {
        memcpy(w->dst + w->len, data, len);
    }

    w->len += len;
}


static void
login_write_html(login_writer_t *w, login_str_t text)
{
    size_t       i, start;
    const char  *entity;

    start = 0;

    for (i = 0; i < text.len; i++) {
        entity = login_entities[text.data[i]];

        if (entity == NULL) {
            continue;
        }

        login_write(w, text.data + start, i - start);
        login_write(w, entity, strlen(entity));

        start = i + 1;
    }

    if (text.len > start) {
        login_write(w, text.data + start, text.len - start);
    }
}


/* All but the unreserved characters of RFC 3986 is percent-encoded. */

static void
login_write_component(login_writer_t *w, login_str_t text)
{
    u_char  c, encoded[3];
    size_t  i;

    static const char  hex[] = "0123456789ABCDEF";

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            || (c >= '0' && c <= '9')
            || c == '-' || c == '.' || c == '_' || c == '~')
        {
            login_write(w, &c, 1);
            continue;
        }

        encoded[0] = '%';
        encoded[1] = (u_char) hex[c >> 4];
        encoded[2] = (u_char) hex[c & 0xf];

        login_write(w, encoded, 3);
    }
}


/*
 * A path, or an http or https address; nothing that browsers skip or turn
 * into something else on their way to its scheme and host.  Empty is fine.
 */

static unsigned
login_address_check(login_str_t text)
{
    size_t  i, n;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] <= 0x20 || text.data[i] == 0x7f
            || text.data[i] == '\\')
        {
            return 0;
        }
    }

    if (text.len == 0) {
        return 1;
    }

    if (text.data[0] == '/') {
        return text.len == 1 || text.data[1] != '/';
    }

    n = (text.len > 8 && memcmp(text.data, "https://", 8) == 0) ? 8
        : (text.len > 7 && memcmp(text.data, "http://", 7) == 0) ? 7 : 0;

    return n != 0 && text.data[n] != '/';
}
