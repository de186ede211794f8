
/* Messages in templates, and the variables in them. */

#include "login.h"

#include <string.h>


#define login_template_space(c)  ((c) == ' ' || (c) == '\t' || (c) == '\r')


static login_str_t login_template_unwrap(login_arena_t *arena,
    login_str_t text);
static login_result_e login_template_words(login_compiler_t *c,
    login_str_t *msgid, login_str_t text, const u_char *at);
static login_result_e login_template_keep_slots(login_compiler_t *c,
    login_op_t *op, const login_slot_t *slots);
static login_result_e login_template_plural(login_compiler_t *c,
    const login_op_t *op, const u_char *at);
static login_result_e login_template_slots(login_compiler_t *c,
    login_slot_t *slots, size_t *n, login_str_t msgid, const u_char *at);


/*
 * A line break in a message, with the blanks around it, is one space, so
 * that long messages can be wrapped.
 */

login_result_e
login_template_message(login_compiler_t *c, login_str_t text,
    const u_char *at)
{
    size_t           len;
    login_op_t      *op;
    const char      *why;
    login_slot_t     slots[LOGIN_TEMPLATE_SLOTS];
    const u_char    *bar;
    login_result_e   rc;

    if (c->template->kind == LOGIN_TEMPLATE_HTML
        && login_html_message(&c->html, &why) != LOGIN_OK)
    {
        return login_template_refuse(c, at, "%s", why);
    }

    op = login_template_op(c, LOGIN_OP_MESSAGE);
    if (op == NULL) {
        return LOGIN_FAULT;
    }

    op->path = c->source->path;
    op->line = login_template_line(c->source, at);
    op->escape = c->template->kind == LOGIN_TEMPLATE_TEXT
                 ? LOGIN_ESCAPE_TEXT : LOGIN_ESCAPE_HTML;

    bar = memmem(text.data, text.len, "\"|\"", 3);
    len = bar != NULL ? (size_t) (bar - text.data) : text.len;

    rc = login_template_words(c, &op->text, login_str(text.data, len), at);

    if (rc == LOGIN_OK && bar != NULL) {
        text = login_str(bar + 3, text.len - len - 3);
        rc = login_template_words(c, &op->many, text, at);
    }

    if (rc == LOGIN_OK) {
        rc = login_template_slots(c, slots, &op->nslots,
                                  bar != NULL ? op->many : op->text, at);
    }

    if (rc == LOGIN_OK) {
        rc = login_template_keep_slots(c, op, slots);
    }

    return rc == LOGIN_OK && bar != NULL ? login_template_plural(c, op, at)
                                         : rc;
}


static login_result_e
login_template_keep_slots(login_compiler_t *c, login_op_t *op,
    const login_slot_t *slots)
{
    login_slot_t  *kept;

    kept = login_arena_alloc(c->arena, op->nslots * sizeof(login_slot_t));
    if (kept == NULL) {
        return login_template_no_memory(c);
    }

    memcpy(kept, slots, op->nslots * sizeof(login_slot_t));
    op->slots = kept;

    return LOGIN_OK;
}


static login_result_e
login_template_words(login_compiler_t *c, login_str_t *msgid,
    login_str_t text, const u_char *at)
{
    if (text.len == 0 || text.len > LOGIN_TEMPLATE_MESSAGE) {
        return login_template_refuse(c, at, "a message has to have 1 to %d "
                                     "bytes", LOGIN_TEMPLATE_MESSAGE);
    }

    *msgid = login_template_unwrap(c->arena, text);

    return msgid->data != NULL ? LOGIN_OK : login_template_no_memory(c);
}


/* What is said of one has no other variables than what is said of many. */

static login_result_e
login_template_plural(login_compiler_t *c, const login_op_t *op,
    const u_char *at)
{
    size_t        i, j, n;
    login_slot_t  slots[LOGIN_TEMPLATE_SLOTS];

    n = 0;

    if (login_template_slots(c, slots, &n, op->text, at) != LOGIN_OK) {
        return LOGIN_NO;
    }

    if (op->nslots == 0) {
        return login_template_refuse(c, at, "a message for one and for many "
                                     "needs a variable that says how many");
    }

    for (i = 0; i < n; i++) {
        for (j = 0; j < op->nslots; j++) {
            if (slots[i].variable == op->slots[j].variable) {
                break;
            }
        }

        if (j == op->nslots) {
            return login_template_refuse(c, at, "\"%s\" is said of one, but "
                                         "not of many",
                  c->template->schema->variables[slots[i].variable].name);
        }
    }

    return LOGIN_OK;
}


static login_str_t
login_template_unwrap(login_arena_t *arena, login_str_t text)
{
    u_char  *p;
    size_t   i, n, line;

    p = login_arena_alloc(arena, text.len);
    if (p == NULL) {
        return login_str(NULL, 0);
    }

    line = 0;               /* 1: blanks are to be left out */
    n = 0;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] == '\n') {
            while (n > 0 && login_template_space(p[n - 1])) {
                n--;
            }

            p[n++] = ' ';
            line = 1;
            continue;
        }

        if (line && login_template_space(text.data[i])) {
            continue;
        }

        p[n++] = text.data[i];
        line = 0;
    }

    return login_str(p, n);
}


static login_result_e
login_template_slots(login_compiler_t *c, login_slot_t *slots, size_t *n,
    login_str_t msgid, const u_char *at)
{
    size_t        len, start;
    login_slot_t  slot;
    login_str_t   name;

    for ( ;; ) {
        len = login_template_slot(msgid, &start);

        if (memchr(msgid.data, '{', start) || memchr(msgid.data, '}', start))
        {
            return login_template_refuse(c, at, "\"{\" and \"}\" in a "
                                         "message have to stand around the "
                                         "name of a variable");
        }

        if (len == 0) {
            return LOGIN_OK;
        }

        if (*n == LOGIN_TEMPLATE_SLOTS) {
            return login_template_refuse(c, at, "more than %d variables in a "
                                         "message", LOGIN_TEMPLATE_SLOTS);
        }

        name = login_str(msgid.data + start + 1, len - 2);

        if (login_template_find(c, &slot, name, at) != LOGIN_OK) {
            return LOGIN_NO;
        }

        if (login_template_type(c->template, slot) != LOGIN_VALUE_TEXT) {
            return login_template_refuse(c, at, "\"%.*s\" in a message is no "
                                         "text", (int) name.len, name.data);
        }

        slots[(*n)++] = slot;

        msgid.data += start + len;
        msgid.len -= start + len;
    }
}


size_t
login_template_slot(login_str_t text, size_t *start)
{
    u_char  c;
    size_t  i, first;

    first = text.len;               /* of a name that began, if any */

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        if (c == '{') {
            first = i;
            continue;
        }

        if (first == text.len || c == '_'
            || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        {
            continue;
        }

        if (c == '}' && i - first > 1) {
            *start = first;
            return i - first + 1;
        }

        first = text.len;
    }

    *start = text.len;

    return 0;
}
