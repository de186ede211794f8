
#include "login.h"

#include <string.h>


#define LOGIN_PLURAL_TRIED   1200   /* numbers that a rule is tried with */
#define LOGIN_PLURAL_LEVELS  6      /* of operators with two arguments */


/* Operators, those that bind least first; longer ones before shorter. */
typedef struct {
    unsigned             level;
    const char          *text;
    login_plural_op_e    op;
} login_plural_operator_t;

typedef struct {
    login_plural_t      *plural;
    const u_char        *pos;
    const u_char        *end;
    unsigned             depth;
} login_plural_parser_t;


static login_result_e login_plural_forms(login_plural_parser_t *p);
static login_result_e login_plural_try(const login_plural_t *plural);
static login_result_e login_plural_condition(login_plural_parser_t *p,
    uint8_t *node);
static login_result_e login_plural_binary(login_plural_parser_t *p,
    unsigned level, uint8_t *node);
static const login_plural_operator_t *login_plural_operator(
    login_plural_parser_t *p, unsigned level);
static login_result_e login_plural_primary(login_plural_parser_t *p,
    uint8_t *node);
static login_result_e login_plural_number(login_plural_parser_t *p,
    uint32_t *number);
static login_result_e login_plural_node(login_plural_parser_t *p,
    login_plural_op_e op, uint8_t *node);
static unsigned login_plural_take(login_plural_parser_t *p, const char *text);


static const login_plural_operator_t  login_plural_operators[] = {
    { 0, "||", LOGIN_PLURAL_OR },
    { 1, "&&", LOGIN_PLURAL_AND },
    { 2, "==", LOGIN_PLURAL_EQ },
    { 2, "!=", LOGIN_PLURAL_NE },
    { 3, "<=", LOGIN_PLURAL_LE },
    { 3, ">=", LOGIN_PLURAL_GE },
    { 3, "<", LOGIN_PLURAL_LT },
    { 3, ">", LOGIN_PLURAL_GT },
    { 4, "+", LOGIN_PLURAL_ADD },
    { 4, "-", LOGIN_PLURAL_SUB },
    { 5, "*", LOGIN_PLURAL_MUL },
    { 5, "/", LOGIN_PLURAL_DIV },
    { 5, "%", LOGIN_PLURAL_MOD },
    { LOGIN_PLURAL_LEVELS, NULL, LOGIN_PLURAL_NUMBER }
};


login_result_e
login_plural_parse(login_plural_t *plural, login_str_t text)
{
    login_plural_parser_t  p;

    memset(plural, 0, sizeof(login_plural_t));

    p.plural = plural;
    p.pos = text.data;
    p.end = text.data + text.len;
    p.depth = 0;

    if (login_plural_forms(&p) != LOGIN_OK
        || login_plural_condition(&p, &plural->root) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    (void) login_plural_take(&p, ";");
    (void) login_plural_take(&p, "");       /* blanks */

    return p.pos == p.end ? login_plural_try(plural) : LOGIN_NO;
}


static login_result_e
login_plural_forms(login_plural_parser_t *p)
{
    uint32_t  forms;

    if (!login_plural_take(p, "nplurals")
        || !login_plural_take(p, "=")
        || login_plural_number(p, &forms) != LOGIN_OK
        || forms == 0
        || forms > LOGIN_PLURAL_FORMS
        || !login_plural_take(p, ";")
        || !login_plural_take(p, "plural")
        || !login_plural_take(p, "="))
    {
        return LOGIN_NO;
    }

    p->plural->forms = forms;

    return LOGIN_OK;
}


static login_result_e
login_plural_try(const login_plural_t *plural)
{
    uint64_t  n, form;

    for (n = 0; n < LOGIN_PLURAL_TRIED; n++) {
        if (login_plural_eval(plural, plural->root, n, &form) != LOGIN_OK
            || form >= plural->forms)
        {
            return LOGIN_NO;
        }
    }

    return LOGIN_OK;
}


static login_result_e
login_plural_condition(login_plural_parser_t *p, uint8_t *node)
{
    uint8_t         i, arg[3];
    login_result_e  rc;

    if (p->depth == LOGIN_PLURAL_DEPTH) {
        return LOGIN_NO;
    }

    p->depth++;

    rc = login_plural_binary(p, 0, node);

    if (rc == LOGIN_OK && login_plural_take(p, "?")) {
        arg[0] = *node;

        if (login_plural_condition(p, &arg[1]) != LOGIN_OK
            || !login_plural_take(p, ":")
            || login_plural_condition(p, &arg[2]) != LOGIN_OK
            || login_plural_node(p, LOGIN_PLURAL_IF, node) != LOGIN_OK)
        {
            return LOGIN_NO;
        }

        for (i = 0; i < 3; i++) {
            p->plural->nodes[*node].arg[i] = arg[i];
        }
    }

    p->depth--;

    return rc;
}


static login_result_e
login_plural_binary(login_plural_parser_t *p, unsigned level, uint8_t *node)
{
    uint8_t                         left, right;
    login_result_e                  rc;
    const login_plural_operator_t  *operator;

    if (level == LOGIN_PLURAL_LEVELS) {
        return login_plural_primary(p, node);
    }

    rc = login_plural_binary(p, level + 1, node);

    while (rc == LOGIN_OK) {
        operator = login_plural_operator(p, level);
        if (operator == NULL) {
            break;
        }

        left = *node;

        if (login_plural_binary(p, level + 1, &right) != LOGIN_OK
            || login_plural_node(p, operator->op, node) != LOGIN_OK)
        {
            return LOGIN_NO;
        }

        p->plural->nodes[*node].arg[0] = left;
        p->plural->nodes[*node].arg[1] = right;
    }

    return rc;
}


static const login_plural_operator_t *
login_plural_operator(login_plural_parser_t *p, unsigned level)
{
    const login_plural_operator_t  *operator;

    for (operator = login_plural_operators;
         operator->text != NULL;
         operator++)
    {
        if (operator->level == level && login_plural_take(p, operator->text))
        {
            return operator;
        }
    }

    return NULL;
}


static login_result_e
login_plural_primary(login_plural_parser_t *p, uint8_t *node)
{
    uint8_t   arg;
    uint32_t  number;

    if (login_plural_take(p, "(")) {
        return login_plural_condition(p, node) == LOGIN_OK
               && login_plural_take(p, ")") ? LOGIN_OK : LOGIN_NO;
    }

    if (login_plural_take(p, "!")) {
        if (p->depth == LOGIN_PLURAL_DEPTH) {
            return LOGIN_NO;
        }

        p->depth++;

        if (login_plural_primary(p, &arg) != LOGIN_OK
            || login_plural_node(p, LOGIN_PLURAL_NOT, node) != LOGIN_OK)
        {
            return LOGIN_NO;
        }

        p->plural->nodes[*node].arg[0] = arg;
        p->depth--;

        return LOGIN_OK;
    }

    if (login_plural_take(p, "n")) {
        return login_plural_node(p, LOGIN_PLURAL_N, node);
    }

    if (login_plural_number(p, &number) != LOGIN_OK
        || login_plural_node(p, LOGIN_PLURAL_NUMBER, node) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    p->plural->nodes[*node].value = number;

    return LOGIN_OK;
}


static login_result_e
login_plural_number(login_plural_parser_t *p, uint32_t *number)
{
    const u_char  *start;

    (void) login_plural_take(p, "");

    start = p->pos;
    *number = 0;

    while (p->pos < p->end && *p->pos >= '0' && *p->pos <= '9') {
        if (p->pos - start == 6) {
            return LOGIN_NO;
        }

        *number = *number * 10 + (uint32_t) (*p->pos++ - '0');
    }

    return p->pos > start ? LOGIN_OK : LOGIN_NO;
}


static login_result_e
login_plural_node(login_plural_parser_t *p, login_plural_op_e op,
    uint8_t *node)
{
    if (p->plural->n == LOGIN_PLURAL_NODES) {
        return LOGIN_NO;
    }

    *node = p->plural->n++;
    p->plural->nodes[*node].op = (uint8_t) op;

    return LOGIN_OK;
}


/* Behind blanks. */

static unsigned
login_plural_take(login_plural_parser_t *p, const char *text)
{
    size_t  len;

    while (p->pos < p->end && (*p->pos == ' ' || *p->pos == '\t')) {
        p->pos++;
    }

    len = strlen(text);

    if ((size_t) (p->end - p->pos) < len || memcmp(p->pos, text, len) != 0) {
        return 0;
    }

    p->pos += len;

    return 1;
}
