
/*
 * JSON from outside (RFC 8259), by jansson: an object of bounded size and
 * depth in which no name is there twice.  Strings have no NUL in them; null
 * is as good as nothing.
 */

#ifndef LOGIN_JSON_H
#define LOGIN_JSON_H


#define LOGIN_JSON_MAX    (128 * 1024)
#define LOGIN_JSON_DEPTH  16
#define LOGIN_JSON_NONE   UINT64_MAX    /* no time */


typedef struct json_t  login_json_t;


/*
 * Once in a process, before its threads.  Until then jansson does not tell
 * when there was no memory for a part of a string.
 */
void login_json_init(void);

/* LOGIN_NO: not such an object. */
login_result_e login_json_parse(login_json_t **json, login_str_t text);
void login_json_free(login_json_t *json);


/*
 * Members of an object, as long as that lives.  LOGIN_OK where there is
 * none as well: an empty string with NULL for data, LOGIN_JSON_NONE, "*b"
 * as it was, no strings.  LOGIN_NO: it is of another type.
 */
login_result_e login_json_str(login_str_t *s, const login_json_t *json,
    const char *name);

/* Seconds since the epoch, up to 2^53, what is below a second cut off. */
login_result_e login_json_time(uint64_t *t, const login_json_t *json,
    const char *name);

login_result_e login_json_bool(unsigned *b, const login_json_t *json,
    const char *name);

/*
 * Strings of a list, or the only one without a list around it.  "*n" is
 * the room at "list" on the way in; LOGIN_NO as well: there are more.
 */
login_result_e login_json_strs(login_str_t *list, size_t *n,
    const login_json_t *json, const char *name);

/* Is there such a member at all, null or not? */
int login_json_has(const login_json_t *json, const char *name);

/* A member that is an object; NULL: there is none, or it is none. */
const login_json_t *login_json_object(const login_json_t *json,
    const char *name);

/* The number of items of a member that is a list, LOGIN_NO: it is none. */
login_result_e login_json_list(size_t *n, const login_json_t *json,
    const char *name);

/* Item "i" of such a member where it is an object, or NULL. */
const login_json_t *login_json_item(const login_json_t *json,
    const char *name, size_t i);


#endif /* LOGIN_JSON_H */
