
/*
 * What a template is compiled to: a flat list of operations, with all its
 * parts in it, and with the end of each section known.
 */

#ifndef LOGIN_TEMPLATE_OP_H
#define LOGIN_TEMPLATE_OP_H


#define LOGIN_TEMPLATE_TOTAL     (1024 * 1024)  /* bytes with all parts */
#define LOGIN_TEMPLATE_FILES     128            /* the same in files */
#define LOGIN_TEMPLATE_SECTIONS  32             /* sections in sections */
#define LOGIN_TEMPLATE_LISTS     4              /* lists in lists */
#define LOGIN_TEMPLATE_NAME      64             /* bytes of a name */
#define LOGIN_TEMPLATE_MESSAGE   2000           /* bytes of a message */
#define LOGIN_TEMPLATE_SLOTS     8              /* variables in a message */


typedef enum {
    LOGIN_OP_TEXT = 0,
    LOGIN_OP_VALUE,
    LOGIN_OP_MESSAGE,
    LOGIN_OP_IF,                /* jumps where it is not set */
    LOGIN_OP_UNLESS,            /* jumps where it is set */
    LOGIN_OP_EACH,              /* jumps where there is no row */
    LOGIN_OP_NEXT               /* jumps where there is another row */
} login_op_e;

/* Where a value is: 0 are those of the page, n the rows of the nth list. */
typedef struct {
    size_t                  frame;
    size_t                  variable;
} login_slot_t;

typedef struct {
    login_op_e              code;
    login_escape_e          escape;
    login_slot_t            slot;
    size_t                  frame;      /* of the rows of a list */
    size_t                  jump;
    login_str_t             text;
    login_str_t             many;       /* of a message with a number */
    const login_slot_t     *slots;      /* of a message, the number first */
    size_t                  nslots;
    size_t                  message;    /* in the catalog; 0: not there */
    const char             *path;       /* of a message and of a list */
    unsigned                line;
} login_op_t;

struct login_template_s {
    const login_schema_t   *schema;
    login_template_e        kind;
    login_op_t             *ops;
    size_t                  n;
};

/* A file, and the one that asked for it. */
typedef struct login_source_s  login_source_t;

struct login_source_s {
    login_source_t         *parent;
    unsigned                depth;
    size_t                  nsections;  /* that were open before */
    const char             *path;
    login_str_t             name;
    login_str_t             text;
};

typedef struct {
    login_str_t             name;
    const u_char           *at;
    size_t                  op;
    unsigned                list;
    login_html_t            html;       /* what was before it */
} login_section_t;

typedef struct {
    login_arena_t          *arena;
    const char *const      *dirs;
    size_t                  ndirs;
    login_error_t          *error;

    login_template_t       *template;
    login_op_t             *ops;        /* while they grow */
    size_t                  capacity;
    login_source_t         *source;
    size_t                  files;
    size_t                  bytes;

    login_html_t            html;
    login_section_t         sections[LOGIN_TEMPLATE_SECTIONS];
    size_t                  nsections;
    size_t                  lists[LOGIN_TEMPLATE_LISTS];
    size_t                  nlists;
} login_compiler_t;


/* Where a page goes. */
typedef struct {
    u_char                 *dst;        /* NULL: only counts */
    size_t                  len;
} login_writer_t;

void login_write(login_writer_t *w, const void *data, size_t len);
void login_write_value(login_writer_t *w, login_escape_e escape,
    login_str_t value);


/* Finds, reads and compiles a file; "at" is what asked for it, or NULL. */
login_result_e login_template_file(login_compiler_t *compiler,
    login_str_t name, const u_char *at);

/* Compiles the text of the current file. */
login_result_e login_template_parse(login_compiler_t *compiler);

/* A new operation; NULL where there is no memory. */
login_op_t *login_template_op(login_compiler_t *compiler, login_op_e code);

/*
 * Finds a variable, in the innermost list first.  LOGIN_NO: the error is
 * set.
 */
login_result_e login_template_find(login_compiler_t *compiler,
    login_slot_t *slot, login_str_t name, const u_char *at);

/* Is it a name?  "joint" is what may stand in it beside a-z and 0-9. */
login_result_e login_template_name(login_compiler_t *compiler,
    login_str_t name, const u_char *at, u_char joint);

/* The two ends of a section. */
login_result_e login_template_begin(login_compiler_t *compiler,
    login_str_t name, const u_char *at, unsigned inverted);
login_result_e login_template_end(login_compiler_t *compiler,
    login_str_t name, const u_char *at);

/*
 * Compiles a message, "text" as it stands between the outer quotes:
 * "one" or "one"|"many".
 */
login_result_e login_template_message(login_compiler_t *compiler,
    login_str_t text, const u_char *at);

/*
 * The next {name} in a message: its length with the braces, at "*start".
 * 0: there is none.
 */
size_t login_template_slot(login_str_t text, size_t *start);

/* The line of the current file. */
unsigned login_template_line(const login_source_t *source, const u_char *at);

/* The type of a variable. */
login_value_e login_template_type(const login_template_t *template,
    login_slot_t slot);

/* Always LOGIN_NO. */
login_result_e login_template_refuse(login_compiler_t *compiler,
    const u_char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Always LOGIN_FAULT. */
login_result_e login_template_no_memory(login_compiler_t *compiler);


#endif /* LOGIN_TEMPLATE_OP_H */
