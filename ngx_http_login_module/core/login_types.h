
/* The words that the whole core speaks: strings, results, messages. */

#ifndef LOGIN_TYPES_H
#define LOGIN_TYPES_H


/*
 * Three results, never two.  A fault (store, memory, a library) is neither
 * a "no" nor an "ok": callers fail closed and answer 503.  The value of
 * zeroed memory is LOGIN_NO.
 */
typedef enum {
    LOGIN_FAULT = -1,
    LOGIN_NO = 0,               /* wrong, refused, not found */
    LOGIN_OK = 1
} login_result_e;


/* Bytes with a length; not terminated, never owned. */
typedef struct {
    size_t         len;
    const u_char  *data;
} login_str_t;


/*
 * What to tell the administrator: one line, in nginx's form, without a
 * full stop.  "line" is the line of the text at fault, 0 where it has none.
 */
typedef struct {
    unsigned       line;
    char           text[256];
} login_error_t;


#define LOGIN_ID_LEN      16    /* bytes of an account's or session's id */

#define login_string(s)   { sizeof(s) - 1, (const u_char *) (s) }

#define login_error(e, ...)                                                   \
    ((void) snprintf((e)->text, sizeof((e)->text), __VA_ARGS__))


static inline login_str_t
login_str(const void *data, size_t len)
{
    login_str_t  s = { len, data };

    return s;
}


/* Compares public strings; login_equal() is for secrets. */
int login_str_eq(login_str_t a, login_str_t b);

/* Does "s" begin with the terminated string "prefix"? */
int login_str_begins(login_str_t s, const char *prefix);

/* A string from a terminated one. */
login_str_t login_cstr(const char *s);


#endif /* LOGIN_TYPES_H */
