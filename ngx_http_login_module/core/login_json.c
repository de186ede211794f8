
#include "login.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>


#define LOGIN_JSON_SECONDS  9007199254740992.0      /* 2^53 */


static void *login_json_malloc(size_t n);
static int login_json_shallow(login_str_t text);
static const json_t *login_json_member(const login_json_t *json,
    const char *name);


/* set where jansson got no memory, which it does not always mention */

static _Thread_local unsigned  login_json_starved;


void
login_json_init(void)
{
    json_object_seed(0);
    json_set_alloc_funcs(login_json_malloc, free);
}


/* A byte that its buffer of a string has no room for, jansson leaves out. */

static void *
login_json_malloc(size_t n)
{
    void  *p;

    p = malloc(n);

    if (p == NULL) {
        login_json_starved = 1;
    }

    return p;
}


login_result_e
login_json_parse(login_json_t **json, login_str_t text)
{
    json_error_t  error;

    *json = NULL;

    if (text.len == 0 || text.len > LOGIN_JSON_MAX
        || !login_json_shallow(text))
    {
        return LOGIN_NO;
    }

    login_json_starved = 0;

    *json = json_loadb((const char *) text.data, text.len,
                       JSON_REJECT_DUPLICATES, &error);

    if (login_json_starved) {
        login_json_free(*json);
        *json = NULL;
        return LOGIN_FAULT;
    }

    if (*json == NULL) {

        /* whatever is wrong with a text has a message */

        return error.text[0] == '\0' ? LOGIN_FAULT : LOGIN_NO;
    }

    if (!json_is_object(*json)) {
        login_json_free(*json);
        *json = NULL;
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


void
login_json_free(login_json_t *json)
{
    json_decref(json);
}


/* jansson's own limit is of 2,048 levels, and it goes down by recursion. */

static int
login_json_shallow(login_str_t text)
{
    size_t    i, depth;
    unsigned  quoted;

    depth = 0;
    quoted = 0;

    for (i = 0; i < text.len; i++) {

        switch (text.data[i]) {

        case '"':
            quoted = !quoted;
            break;

        case '\\':
            i += quoted;
            break;

        case '{':
        case '[':
            depth += !quoted;
            break;

        case '}':
        case ']':
            depth -= !quoted && depth > 0;
            break;
        }

        if (depth > LOGIN_JSON_DEPTH) {
            return 0;
        }
    }

    return 1;
}


static const json_t *
login_json_member(const login_json_t *json, const char *name)
{
    const json_t  *member;

    member = json_object_get(json, name);

    return json_is_null(member) ? NULL : member;
}


login_result_e
login_json_str(login_str_t *s, const login_json_t *json, const char *name)
{
    const json_t  *member;

    *s = login_str(NULL, 0);

    member = login_json_member(json, name);

    if (member == NULL) {
        return LOGIN_OK;
    }

    if (!json_is_string(member)) {
        return LOGIN_NO;
    }

    *s = login_str(json_string_value(member), json_string_length(member));

    return LOGIN_OK;
}


login_result_e
login_json_time(uint64_t *t, const login_json_t *json, const char *name)
{
    double         value;
    const json_t  *member;

    *t = LOGIN_JSON_NONE;

    member = login_json_member(json, name);

    if (member == NULL) {
        return LOGIN_OK;
    }

    if (!json_is_number(member)) {
        return LOGIN_NO;
    }

    value = json_number_value(member);

    if (!(value >= 0 && value <= LOGIN_JSON_SECONDS)) {
        return LOGIN_NO;
    }

    *t = (uint64_t) value;

    return LOGIN_OK;
}


login_result_e
login_json_bool(unsigned *b, const login_json_t *json, const char *name)
{
    const json_t  *member;

    member = login_json_member(json, name);

    if (member == NULL) {
        return LOGIN_OK;
    }

    if (!json_is_boolean(member)) {
        return LOGIN_NO;
    }

    *b = json_is_true(member);

    return LOGIN_OK;
}


login_result_e
login_json_strs(login_str_t *list, size_t *n, const login_json_t *json,
    const char *name)
{
    size_t         i, room;
    const json_t  *member, *item;

    room = *n;
    *n = 0;

    member = login_json_member(json, name);

    if (member == NULL) {
        return LOGIN_OK;
    }

    if (json_is_string(member)) {
        *n = 1;
        return room > 0 ? login_json_str(list, json, name) : LOGIN_NO;
    }

    if (!json_is_array(member) || json_array_size(member) > room) {
        return LOGIN_NO;
    }

    for (i = 0; i < json_array_size(member); i++) {
        item = json_array_get(member, i);

        if (!json_is_string(item)) {
            return LOGIN_NO;
        }

        list[i] = login_str(json_string_value(item), json_string_length(item));
    }

    *n = i;

    return LOGIN_OK;
}


int
login_json_has(const login_json_t *json, const char *name)
{
    return json_object_get(json, name) != NULL;
}


const login_json_t *
login_json_object(const login_json_t *json, const char *name)
{
    const json_t  *member;

    member = json_object_get(json, name);

    return json_is_object(member) ? member : NULL;
}


login_result_e
login_json_list(size_t *n, const login_json_t *json, const char *name)
{
    const json_t  *member;

    *n = 0;

    member = json_object_get(json, name);

    if (!json_is_array(member)) {
        return LOGIN_NO;
    }

    *n = json_array_size(member);

    return LOGIN_OK;
}


const login_json_t *
login_json_item(const login_json_t *json, const char *name, size_t i)
{
    const json_t  *item;

    item = json_array_get(json_object_get(json, name), i);

    return json_is_object(item) ? item : NULL;
}
