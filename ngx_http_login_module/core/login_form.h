
/* application/x-www-form-urlencoded (WHATWG URL, 5.1), strictly. */

#ifndef LOGIN_FORM_H
#define LOGIN_FORM_H


#define LOGIN_FORM_MAX_FIELDS  32


typedef struct {
    login_str_t    name;
    login_str_t    value;
} login_field_t;

typedef struct {
    size_t         n;
    login_field_t  fields[LOGIN_FORM_MAX_FIELDS];
} login_form_t;


/*
 * Decodes "body" in place; the fields point into it.  LOGIN_NO: a bad
 * percent escape, NUL, ill-formed UTF-8, too many fields, a name that is
 * there twice, empty, or of more than letters, digits and "_-.".
 */
login_result_e login_form_parse(login_form_t *form, u_char *body, size_t len);

/* The value of a field; empty where there is none. */
login_str_t login_form_get(const login_form_t *form, const char *name);

/* Writes "s" percent-encoded (unreserved bytes as they are) to "dst", or
   nothing where "dst" is NULL.  Returns the length, at most 3 * s.len. */
size_t login_percent_encode(u_char *dst, login_str_t s);


#endif /* LOGIN_FORM_H */
