
/* Sections in templates: if, if not, for each row. */

#include "login.h"


static login_result_e login_template_list(login_compiler_t *c,
    login_op_t *op, login_str_t name, const u_char *at);


login_result_e
login_template_begin(login_compiler_t *c, login_str_t name, const u_char *at,
    unsigned inverted)
{
    login_op_t       *op;
    login_slot_t      slot;
    login_section_t  *section;

    if (login_template_name(c, name, at, '_') != LOGIN_OK
        || login_template_find(c, &slot, name, at) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    if (c->nsections == LOGIN_TEMPLATE_SECTIONS) {
        return login_template_refuse(c, at, "too many sections in one "
                                     "another, at most %d are allowed",
                                     LOGIN_TEMPLATE_SECTIONS);
    }

    section = &c->sections[c->nsections++];

    section->name = name;
    section->at = at;
    section->op = c->template->n;
    section->list = 0;
    section->html = c->html;

    op = login_template_op(c, inverted ? LOGIN_OP_UNLESS : LOGIN_OP_IF);
    if (op == NULL) {
        return LOGIN_FAULT;
    }

    op->slot = slot;
    op->path = c->source->path;
    op->line = login_template_line(c->source, at);

    if (!inverted
        && login_template_type(c->template, slot) == LOGIN_VALUE_LIST)
    {
        section->list = 1;
        return login_template_list(c, op, name, at);
    }

    return LOGIN_OK;
}


static login_result_e
login_template_list(login_compiler_t *c, login_op_t *op, login_str_t name,
    const u_char *at)
{
    size_t  i;

    for (i = 0; i < c->nlists; i++) {
        if (c->lists[i] == op->slot.variable) {
            return login_template_refuse(c, at, "the list \"%.*s\" is open "
                                         "already", (int) name.len,
                                         name.data);
        }
    }

    if (c->nlists == LOGIN_TEMPLATE_LISTS) {
        return login_template_refuse(c, at, "too many lists in one another, "
                                     "at most %d are allowed",
                                     LOGIN_TEMPLATE_LISTS);
    }

    c->lists[c->nlists++] = op->slot.variable;

    op->code = LOGIN_OP_EACH;
    op->frame = c->nlists;

    return LOGIN_OK;
}


login_result_e
login_template_end(login_compiler_t *c, login_str_t name, const u_char *at)
{
    login_op_t       *op;
    login_section_t  *section;

    section = (c->nsections == c->source->nsections)
              ? NULL : &c->sections[c->nsections - 1];

    if (section == NULL || !login_str_eq(section->name, name)) {
        return login_template_refuse(c, at, "\"{{/%.*s}}\" does not end the "
                                     "section that is open here",
                                     (int) name.len, name.data);
    }

    if (login_html_join(&c->html, &section->html, section->list)
        != LOGIN_OK)
    {
        return login_template_refuse(c, at, "section \"%.*s\" has to end at "
                                     "the same place of the HTML where it "
                                     "began", (int) name.len, name.data);
    }

    c->nsections--;

    if (section->list) {
        op = login_template_op(c, LOGIN_OP_NEXT);
        if (op == NULL) {
            return LOGIN_FAULT;
        }

        op->frame = c->nlists--;
        op->jump = section->op + 1;
    }

    c->ops[section->op].jump = c->template->n;

    return LOGIN_OK;
}
