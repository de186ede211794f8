
/* Compiling the text of one file. */

#include "login.h"

#include <string.h>


#define login_template_blank(c)  ((c) == ' ' || (c) == '\t' || (c) == '\r')


typedef struct {
    const u_char  *at;          /* the "{{" */
    const u_char  *start;       /* where the text in front of it ends */
    const u_char  *end;         /* where the text behind it begins */
    u_char         sigil;       /* 'v': a variable */
    login_str_t    body;
} login_tag_t;


static login_result_e login_template_tag(login_compiler_t *c,
    login_tag_t *tag, const u_char *at, const u_char *end);
static void login_template_whole_line(login_compiler_t *c, login_tag_t *tag,
    const u_char *p, const u_char *end);
static login_result_e login_template_compile_tag(login_compiler_t *c,
    const login_tag_t *tag);
static login_result_e login_template_literal(login_compiler_t *c,
    const u_char *start, const u_char *end);
static login_result_e login_template_variable(login_compiler_t *c,
    const login_tag_t *tag);
static login_result_e login_template_part(login_compiler_t *c,
    const login_tag_t *tag);
static login_result_e login_template_finish(login_compiler_t *c,
    const u_char *end);


login_result_e
login_template_parse(login_compiler_t *c)
{
    login_tag_t      tag;
    const u_char    *p, *at, *end;
    login_result_e   rc;

    p = c->source->text.data;
    end = p + c->source->text.len;

    /* the mark that some editors put in front of UTF-8 */

    if (end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
    }

    for ( ;; ) {
        at = memmem(p, (size_t) (end - p), "{{", 2);

        if (at == NULL) {
            break;
        }

        rc = login_template_tag(c, &tag, at, end);
        if (rc != LOGIN_OK) {
            return rc;
        }

        login_template_whole_line(c, &tag, p, end);

        rc = login_template_literal(c, p, tag.start);
        if (rc != LOGIN_OK) {
            return rc;
        }

        rc = login_template_compile_tag(c, &tag);
        if (rc != LOGIN_OK) {
            return rc;
        }

        p = tag.end;
    }

    rc = login_template_literal(c, p, end);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_template_finish(c, end);
}


static login_result_e
login_template_tag(login_compiler_t *c, login_tag_t *tag, const u_char *at,
    const u_char *end)
{
    const char    *closing;
    const u_char  *p, *last;

    p = at + 2;
    tag->at = at;
    tag->start = at;
    tag->end = end;
    tag->sigil = 'v';

    if (p < end && memchr("#^/>!\"", *p, 6) != NULL) {
        tag->sigil = *p++;
    }

    closing = (tag->sigil == '"') ? "\"}}" : "}}";

    last = memmem(p, (size_t) (end - p), closing, strlen(closing));

    if (last == NULL) {
        return login_template_refuse(c, at, "\"{{\" without \"%s\"",
                                     closing);
    }

    tag->end = last + strlen(closing);

    if (tag->sigil != '"') {
        while (p < last && login_template_blank(*p)) {
            p++;
        }

        while (p < last && login_template_blank(last[-1])) {
            last--;
        }
    }

    tag->body = login_str(p, (size_t) (last - p));

    return LOGIN_OK;
}


/* A tag that prints nothing and has a line of its own takes it along. */

static void
login_template_whole_line(login_compiler_t *c, login_tag_t *tag,
    const u_char *p, const u_char *end)
{
    const u_char  *start, *next;

    if (tag->sigil == 'v' || tag->sigil == '"') {
        return;
    }

    for (start = tag->at; start > p; start--) {
        if (!login_template_blank(start[-1])) {
            break;
        }
    }

    if (start != c->source->text.data && start[-1] != '\n') {
        return;
    }

    for (next = tag->end; next < end; next++) {
        if (!login_template_blank(*next)) {
            break;
        }
    }

    if (next < end && *next != '\n') {
        return;
    }

    tag->start = start;
    tag->end = (next < end) ? next + 1 : next;
}


static login_result_e
login_template_compile_tag(login_compiler_t *c, const login_tag_t *tag)
{
    switch (tag->sigil) {

    case '!':
        return LOGIN_OK;

    case '"':
        return login_template_message(c, tag->body, tag->at);

    case '#':
    case '^':
        return login_template_begin(c, tag->body, tag->at,
                                    tag->sigil == '^');

    case '/':
        return login_template_end(c, tag->body, tag->at);

    case '>':
        return login_template_part(c, tag);

    default:
        return login_template_variable(c, tag);
    }
}


static login_result_e
login_template_literal(login_compiler_t *c, const u_char *start,
    const u_char *end)
{
    login_op_t    *op;
    const char    *why;
    login_str_t    text;
    const u_char  *at;

    text = login_str(start, (size_t) (end - start));

    if (text.len == 0) {
        return LOGIN_OK;
    }

    if (c->template->kind == LOGIN_TEMPLATE_HTML) {
        at = login_html_read(&c->html, text, &why);

        if (at != NULL) {
            return login_template_refuse(c, at, "%s", why);
        }
    }

    op = login_template_op(c, LOGIN_OP_TEXT);
    if (op == NULL) {
        return LOGIN_FAULT;
    }

    op->text = text;

    return LOGIN_OK;
}


static login_result_e
login_template_variable(login_compiler_t *c, const login_tag_t *tag)
{
    login_op_t      *op;
    const char      *why;
    login_slot_t     slot;
    login_value_e    type;
    login_escape_e   escape;
    login_result_e   rc;

    if (login_template_name(c, tag->body, tag->at, '_') != LOGIN_OK
        || login_template_find(c, &slot, tag->body, tag->at) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    type = login_template_type(c->template, slot);

    if (type != LOGIN_VALUE_TEXT && type != LOGIN_VALUE_ASSET) {
        return login_template_refuse(c, tag->at, "\"%.*s\" is no text, write "
                                     "\"{{#%.*s}}\"", (int) tag->body.len,
                                     tag->body.data, (int) tag->body.len,
                                     tag->body.data);
    }

    escape = LOGIN_ESCAPE_TEXT;
    rc = LOGIN_OK;
    why = "";

    if (c->template->kind == LOGIN_TEMPLATE_HTML) {
        rc = type == LOGIN_VALUE_ASSET
             ? login_html_asset(&c->html, &escape, &why)
             : login_html_variable(&c->html, &escape, &why);
    }

    if (rc != LOGIN_OK) {
        return login_template_refuse(c, tag->at, "%s: \"{{%.*s}}\"", why,
                                     (int) tag->body.len, tag->body.data);
    }

    op = login_template_op(c, LOGIN_OP_VALUE);
    if (op == NULL) {
        return LOGIN_FAULT;
    }

    op->slot = slot;
    op->escape = escape;

    return LOGIN_OK;
}


static login_result_e
login_template_part(login_compiler_t *c, const login_tag_t *tag)
{
    if (login_template_name(c, tag->body, tag->at, '-') != LOGIN_OK) {
        return LOGIN_NO;
    }

    return login_template_file(c, tag->body, tag->at);
}


static login_result_e
login_template_finish(login_compiler_t *c, const u_char *end)
{
    login_section_t  *section;

    if (c->nsections != c->source->nsections) {
        section = &c->sections[c->nsections - 1];

        return login_template_refuse(c, section->at, "section \"%.*s\" is "
                                     "not ended in this file",
                                     (int) section->name.len,
                                     section->name.data);
    }

    if (c->source->parent == NULL && c->html.state != LOGIN_HTML_TEXT) {
        return login_template_refuse(c, end, "the last tag, comment or raw "
                                     "element is not ended");
    }

    return LOGIN_OK;
}
