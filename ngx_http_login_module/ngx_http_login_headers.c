
/* Lists of header lines: nginx has no way to take one out. */

#include "ngx_http_login_module.h"


static void ngx_http_login_unlink_part(ngx_list_t *list,
    ngx_list_part_t *part);
static ngx_uint_t ngx_http_login_is_identity(ngx_str_t *key);


ngx_table_elt_t *
ngx_http_login_push_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    h->hash = 1;
    h->key.len = ngx_strlen(name);
    h->key.data = (u_char *) name;
    h->value = *value;
    ngx_http_login_end_header(h);

    return h;
}


/*
 * Takes element "i" of "part" out.  The others stay where they are, since
 * headers_in points to them: a part is shortened, or becomes two.
 */

ngx_int_t
ngx_http_login_remove_header(ngx_list_t *list, ngx_list_part_t *part,
    ngx_uint_t i, ngx_pool_t *pool)
{
    ngx_list_part_t  *rest;

    if (i == 0 && part->nelts > 1) {
        part->elts = (u_char *) part->elts + list->size;
        part->nelts--;

        if (part == list->last) {
            list->nalloc--;
        }

        return NGX_OK;
    }

    if (i == part->nelts - 1) {
        part->nelts--;

        if (part->nelts == 0 && part != &list->part) {
            ngx_http_login_unlink_part(list, part);
        }

        return NGX_OK;
    }

    rest = ngx_palloc(pool, sizeof(ngx_list_part_t));
    if (rest == NULL) {
        return NGX_ERROR;
    }

    rest->elts = (u_char *) part->elts + (i + 1) * list->size;
    rest->nelts = part->nelts - i - 1;
    rest->next = part->next;

    part->nelts = i;
    part->next = rest;

    if (list->last == part) {
        list->last = rest;
        list->nalloc -= i + 1;
    }

    return NGX_OK;
}


/* Loops in nginx take for granted that only the first part may be empty. */

static void
ngx_http_login_unlink_part(ngx_list_t *list, ngx_list_part_t *part)
{
    ngx_list_part_t  *prev;

    for (prev = &list->part; prev->next != part; prev = prev->next) {
        /* void */
    }

    prev->next = part->next;

    if (list->last == part) {
        list->last = prev;

        /*
         * also the size of a part to come, hence never zero; there is room
         * for one where all elements were taken out
         */

        list->nalloc = ngx_max(prev->nelts, 1);
    }
}


/* A request header that nginx does not look up itself; "n" counts them. */

ngx_str_t *
ngx_http_login_get_header(ngx_http_request_t *r, const char *name,
    ngx_uint_t *n)
{
    size_t            len;
    ngx_str_t        *value;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    *n = 0;
    value = NULL;
    len = ngx_strlen(name);

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == len
                && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
            {
                (*n)++;
                value = value ? value : &h[i].value;
            }
        }
    }

    return value;
}


/* What only the gate may tell the application, nobody may send. */

ngx_int_t
ngx_http_login_strip_identity(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_in.headers.part;
    i = 0;

    while (part) {
        h = part->elts;

        if (i >= part->nelts) {
            part = part->next;
            i = 0;
            continue;
        }

        if (!ngx_http_login_is_identity(&h[i].key)) {
            i++;
            continue;
        }

        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent \"%V\" header, removed", &h[i].key);

        if (r != r->main) {
            return ngx_http_login_own_headers(r);
        }

        if (ngx_http_login_remove_header(&r->headers_in.headers, part, i,
                                         r->pool)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * A subrequest has a copy of the list's head only: what is behind belongs to
 * the parent, whose part would be left empty.
 */

ngx_int_t
ngx_http_login_own_headers(ngx_http_request_t *r)
{
    ngx_list_t        list;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *copy;

    list = r->headers_in.headers;

    if (ngx_list_init(&r->headers_in.headers, r->pool, 20,
                      sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (part = &list.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_http_login_is_identity(&h[i].key)) {
                continue;
            }

            copy = ngx_list_push(&r->headers_in.headers);
            if (copy == NULL) {
                return NGX_ERROR;
            }

            *copy = h[i];
        }
    }

    return NGX_OK;
}


/*
 * Applications take "-" and "_" for the same, and some every character that
 * is no letter and no digit.
 */

static ngx_uint_t
ngx_http_login_is_identity(ngx_str_t *key)
{
    u_char      *p, c;
    size_t       len;
    ngx_uint_t   i;

    static const ngx_str_t  names[] = {
        ngx_string("user"),
        ngx_string("name"),
        ngx_string("email"),
        ngx_string("groups"),
        ngx_string("org")
    };

    if (key->len < sizeof("remote-") - 1 + 3
        || ngx_strncasecmp(key->data, (u_char *) "remote", 6) != 0)
    {
        return 0;
    }

    c = ngx_tolower(key->data[6]);

    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        return 0;
    }

    p = key->data + 7;
    len = key->len - 7;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (len == names[i].len
            && ngx_strncasecmp(p, names[i].data, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
