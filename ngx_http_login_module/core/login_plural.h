
/*
 * The rule by which a language chooses the form of a message for a number,
 * as gettext writes it: "nplurals=2; plural=n != 1;", an expression of C
 * over "n".  Parsed into a bounded tree, so that evaluating it ends.
 */

#ifndef LOGIN_PLURAL_H
#define LOGIN_PLURAL_H


#define LOGIN_PLURAL_FORMS  6
#define LOGIN_PLURAL_NODES  128
#define LOGIN_PLURAL_DEPTH  24      /* of parentheses and conditions */


typedef enum {
    LOGIN_PLURAL_NUMBER = 0,
    LOGIN_PLURAL_N,
    LOGIN_PLURAL_NOT,
    LOGIN_PLURAL_IF,
    LOGIN_PLURAL_OR,
    LOGIN_PLURAL_AND,
    LOGIN_PLURAL_EQ,
    LOGIN_PLURAL_NE,
    LOGIN_PLURAL_LE,
    LOGIN_PLURAL_GE,
    LOGIN_PLURAL_LT,
    LOGIN_PLURAL_GT,
    LOGIN_PLURAL_ADD,
    LOGIN_PLURAL_SUB,
    LOGIN_PLURAL_MUL,
    LOGIN_PLURAL_DIV,
    LOGIN_PLURAL_MOD
} login_plural_op_e;

typedef struct {
    uint8_t              op;
    uint8_t              arg[3];    /* nodes */
    uint32_t             value;     /* of a number */
} login_plural_node_t;

typedef struct {
    unsigned             forms;
    uint8_t              root;
    uint8_t              n;
    login_plural_node_t  nodes[LOGIN_PLURAL_NODES];
} login_plural_t;


/*
 * LOGIN_NO: not such a rule, too long, or one that divides by zero or names
 * a form that there is none of for some number.
 */
login_result_e login_plural_parse(login_plural_t *plural, login_str_t text);

/* The form for a number, less than plural->forms. */
unsigned login_plural_form(const login_plural_t *plural, uint64_t n);

/* Between the two files of this.  LOGIN_NO: divides by zero. */
login_result_e login_plural_eval(const login_plural_t *plural, uint8_t node,
    uint64_t n, uint64_t *value);


#endif /* LOGIN_PLURAL_H */
