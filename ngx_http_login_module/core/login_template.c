
/* What compiling a template needs: its operations, variables and errors. */

#include "login.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>


static login_result_e login_template_keep(login_compiler_t *c);


login_result_e
login_template_compile(login_template_t **template, login_arena_t *arena,
    const login_schema_t *schema, const char *const *dirs, size_t ndirs,
    const char *name, login_error_t *error)
{
    return login_template_compile_as(template, LOGIN_TEMPLATE_HTML, arena,
                                     schema, dirs, ndirs, name, error);
}


login_result_e
login_template_compile_as(login_template_t **template, login_template_e kind,
    login_arena_t *arena, const login_schema_t *schema,
    const char *const *dirs, size_t ndirs, const char *name,
    login_error_t *error)
{
    login_result_e    rc;
    login_compiler_t  c;

    memset(&c, 0, sizeof(login_compiler_t));

    c.arena = arena;
    c.dirs = dirs;
    c.ndirs = ndirs;
    c.error = error;

    c.template = login_arena_alloc(arena, sizeof(login_template_t));
    if (c.template == NULL) {
        return login_template_no_memory(&c);
    }

    c.template->schema = schema;
    c.template->kind = kind;

    rc = login_template_file(&c, login_cstr(name), NULL);

    if (rc == LOGIN_OK) {
        rc = login_template_keep(&c);
    }

    free(c.ops);

    if (rc == LOGIN_OK) {
        *template = c.template;
    }

    return rc;
}


/* As many as there are: what they took while they grew is given back. */

static login_result_e
login_template_keep(login_compiler_t *c)
{
    login_template_t  *t;

    t = c->template;

    t->ops = login_arena_alloc(c->arena, t->n * sizeof(login_op_t));
    if (t->ops == NULL) {
        return login_template_no_memory(c);
    }

    if (t->n != 0) {
        memcpy(t->ops, c->ops, t->n * sizeof(login_op_t));
    }

    return LOGIN_OK;
}


login_op_t *
login_template_op(login_compiler_t *c, login_op_e code)
{
    size_t             capacity;
    login_op_t        *op;
    login_template_t  *t;

    t = c->template;

    if (t->n == c->capacity) {
        capacity = (c->capacity == 0) ? 64 : c->capacity * 2;

        op = realloc(c->ops, capacity * sizeof(login_op_t));
        if (op == NULL) {
            (void) login_template_no_memory(c);
            return NULL;
        }

        c->ops = op;
        c->capacity = capacity;
    }

    op = &c->ops[t->n++];

    memset(op, 0, sizeof(login_op_t));
    op->code = code;

    return op;
}


login_result_e
login_template_find(login_compiler_t *c, login_slot_t *slot,
    login_str_t name, const u_char *at)
{
    int                      list;
    size_t                   i, frame;
    const char              *within;
    const login_schema_t    *schema;
    const login_variable_t  *v;

    within = NULL;
    schema = c->template->schema;

    for (frame = c->nlists + 1; frame-- > 0; /* void */ ) {
        list = (frame == 0) ? -1 : (int) c->lists[frame - 1];

        for (i = 0; i < schema->n; i++) {
            v = &schema->variables[i];

            if (!login_str_eq(login_cstr(v->name), name)) {
                continue;
            }

            if (v->list == list) {
                slot->frame = frame;
                slot->variable = i;
                return LOGIN_OK;
            }

            if (v->list >= 0) {
                within = schema->variables[v->list].name;
            }
        }
    }

    if (within != NULL) {
        return login_template_refuse(c, at, "variable \"%.*s\" is known in "
                                     "the list \"%s\" only", (int) name.len,
                                     name.data, within);
    }

    return login_template_refuse(c, at, "unknown variable \"%.*s\"",
                                 (int) name.len, name.data);
}


login_result_e
login_template_name(login_compiler_t *c, login_str_t name, const u_char *at,
    u_char joint)
{
    u_char  ch;
    size_t  i;

    for (i = 0; i < name.len; i++) {
        ch = name.data[i];

        if (!(ch >= 'a' && ch <= 'z') && !(ch >= '0' && ch <= '9')
            && ch != joint)
        {
            break;
        }
    }

    if (i == 0 || i != name.len || i > LOGIN_TEMPLATE_NAME) {
        return login_template_refuse(c, at, "invalid name in \"{{\", write "
                                     "lower-case letters, digits and "
                                     "\"%c\"", joint);
    }

    return LOGIN_OK;
}


login_value_e
login_template_type(const login_template_t *template, login_slot_t slot)
{
    return template->schema->variables[slot.variable].type;
}


login_result_e
login_template_refuse(login_compiler_t *c, const u_char *at, const char *fmt,
    ...)
{
    int             n;
    size_t          len;
    va_list         args;
    login_error_t  *e;

    e = c->error;
    e->line = 0;

    va_start(args, fmt);
    n = vsnprintf(e->text, sizeof(e->text), fmt, args);
    va_end(args);

    len = (n < 0) ? 0 : (size_t) n;

    if (c->source == NULL || len >= sizeof(e->text)) {
        return LOGIN_NO;
    }

    if (at == NULL) {
        (void) snprintf(e->text + len, sizeof(e->text) - len, " in %s",
                        c->source->path);
        return LOGIN_NO;
    }

    e->line = login_template_line(c->source, at);

    (void) snprintf(e->text + len, sizeof(e->text) - len, " in %s:%u",
                    c->source->path, e->line);

    return LOGIN_NO;
}


unsigned
login_template_line(const login_source_t *source, const u_char *at)
{
    unsigned       line;
    const u_char  *p;

    line = 1;

    for (p = source->text.data; p < at; p++) {
        line += (*p == '\n');
    }

    return line;
}


login_result_e
login_template_no_memory(login_compiler_t *c)
{
    c->error->line = 0;

    login_error(c->error, "no memory for templates");

    return LOGIN_FAULT;
}
