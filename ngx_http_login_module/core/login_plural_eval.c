
/* What a plural rule says of a number. */

#include "login.h"


static login_result_e login_plural_apply(login_plural_op_e op, uint64_t a,
    uint64_t b, uint64_t *value);


/* What was not tried may still name a form that there is none of. */

unsigned
login_plural_form(const login_plural_t *plural, uint64_t n)
{
    uint64_t  form;

    if (login_plural_eval(plural, plural->root, n, &form) != LOGIN_OK
        || form >= plural->forms)
    {
        return plural->forms == 0 ? 0 : plural->forms - 1;
    }

    return (unsigned) form;
}


/* An argument has always a smaller number: the depth is bounded. */

login_result_e
login_plural_eval(const login_plural_t *plural, uint8_t node, uint64_t n,
    uint64_t *value)
{
    uint64_t                    a, b;
    const login_plural_node_t  *at;

    at = &plural->nodes[node];

    switch ((login_plural_op_e) at->op) {

    case LOGIN_PLURAL_NUMBER:
        *value = at->value;
        return LOGIN_OK;

    case LOGIN_PLURAL_N:
        *value = n;
        return LOGIN_OK;

    default:
        break;
    }

    if (login_plural_eval(plural, at->arg[0], n, &a) != LOGIN_OK) {
        return LOGIN_NO;
    }

    switch ((login_plural_op_e) at->op) {

    case LOGIN_PLURAL_NOT:
        *value = !a;
        return LOGIN_OK;

    case LOGIN_PLURAL_IF:
        return login_plural_eval(plural, at->arg[a != 0 ? 1 : 2], n, value);

    case LOGIN_PLURAL_OR:
        if (a != 0) {
            *value = 1;
            return LOGIN_OK;
        }

        break;

    case LOGIN_PLURAL_AND:
        if (a == 0) {
            *value = 0;
            return LOGIN_OK;
        }

        break;

    default:
        break;
    }

    if (login_plural_eval(plural, at->arg[1], n, &b) != LOGIN_OK) {
        return LOGIN_NO;
    }

    return login_plural_apply((login_plural_op_e) at->op, a, b, value);
}


static login_result_e
login_plural_apply(login_plural_op_e op, uint64_t a, uint64_t b,
    uint64_t *value)
{
    if (b == 0 && (op == LOGIN_PLURAL_DIV || op == LOGIN_PLURAL_MOD)) {
        return LOGIN_NO;
    }

    *value = op == LOGIN_PLURAL_EQ ? a == b
             : op == LOGIN_PLURAL_NE ? a != b
             : op == LOGIN_PLURAL_LE ? a <= b
             : op == LOGIN_PLURAL_GE ? a >= b
             : op == LOGIN_PLURAL_LT ? a < b
             : op == LOGIN_PLURAL_GT ? a > b
             : op == LOGIN_PLURAL_ADD ? a + b
             : op == LOGIN_PLURAL_SUB ? a - b
             : op == LOGIN_PLURAL_MUL ? a * b
             : op == LOGIN_PLURAL_DIV ? a / b
             : op == LOGIN_PLURAL_MOD ? a % b
             : b != 0;              /* of "||" and "&&" */

    return LOGIN_OK;
}
