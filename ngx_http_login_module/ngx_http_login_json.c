
/* What programs get to read instead of pages. */

#include "ngx_http_login_module.h"


static size_t ngx_http_login_json_len(const ngx_str_t *s);
static u_char *ngx_http_login_json_string(u_char *p, const ngx_str_t *s);
static u_char *ngx_http_login_json_member(u_char *p, const char *name,
    const ngx_str_t *s);
static u_char *ngx_http_login_json_list(u_char *p, const char *name,
    const ngx_str_t *s);


ngx_int_t
ngx_http_login_json_refusal(ngx_http_request_t *r, ngx_int_t status,
    ngx_str_t *json)
{
    u_char                           *p;
    ngx_str_t                         url;
    const ngx_http_login_loc_conf_t  *lcf;

    if (status == NGX_HTTP_FORBIDDEN) {
        ngx_str_set(json, "{\"error\":\"denied\"}");
        return NGX_OK;
    }

    if (status != NGX_HTTP_UNAUTHORIZED) {
        ngx_str_set(json, "{\"error\":\"unavailable\"}");
        return NGX_OK;
    }

    /* nobody wants to be sent to JSON of the portal */

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    if (ngx_http_login_signin_url(r, lcf->portal ? NULL : "", &url)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(r->pool, sizeof("{\"error\":\"login_required\","
                                    "\"login_url\":}")
                             + ngx_http_login_json_len(&url));
    if (p == NULL) {
        return NGX_ERROR;
    }

    json->data = p;

    p = ngx_sprintf(p, "{\"error\":\"login_required\"");
    p = ngx_http_login_json_member(p, ",\"login_url\":", &url);
    *p++ = '}';

    json->len = p - json->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_login_json_identity(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, ngx_str_t *json)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   id, session, methods;
    u_char      buf[LOGIN_METHODS_TEXT + 4 * LOGIN_ID_LEN];

    id.data = buf;
    id.len = login_hex_encode(id.data, login_str(identity->ticket.account,
                                                 LOGIN_ID_LEN));
    session.data = id.data + id.len;
    session.len = login_hex_encode(session.data,
                                   login_str(identity->session,
                                             LOGIN_ID_LEN));
    methods.data = session.data + session.len;
    methods.len = login_methods_text(methods.data, identity->methods,
                                     ngx_http_login_str(&identity->provider));

    len = sizeof("{\"username\":,\"principal\":,\"id\":,\"name\":,\"email\":,"
                 "\"org\":,\"roles\":[],\"methods\":[],\"auth_time\":,"
                 "\"expires\":,\"session\":,\"language\":}")
          + 2 * NGX_INT64_LEN
          + ngx_http_login_json_len(&identity->username)
          + ngx_http_login_json_len(&identity->principal)
          + ngx_http_login_json_len(&id)
          + ngx_http_login_json_len(&identity->name)
          + ngx_http_login_json_len(&identity->email)
          + ngx_http_login_json_len(&identity->org)
          + ngx_http_login_json_len(&session)
          + ngx_http_login_json_len(&identity->language)
          /* commas become three bytes */
          + 2 * identity->roles.len + ngx_http_login_json_len(&identity->roles)
          + 2 * methods.len + ngx_http_login_json_len(&methods);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    json->data = p;

    p = ngx_http_login_json_member(p, "{\"username\":", &identity->username);
    p = ngx_http_login_json_member(p, ",\"principal\":",
                                   &identity->principal);
    p = ngx_http_login_json_member(p, ",\"id\":", &id);
    p = ngx_http_login_json_member(p, ",\"name\":", &identity->name);
    p = ngx_http_login_json_member(p, ",\"email\":", &identity->email);
    p = ngx_http_login_json_member(p, ",\"org\":", &identity->org);
    p = ngx_http_login_json_list(p, ",\"roles\":", &identity->roles);
    p = ngx_http_login_json_list(p, ",\"methods\":", &methods);
    p = ngx_sprintf(p, ",\"auth_time\":%uL", identity->ticket.auth_time);

    if (identity->expires != 0) {
        p = ngx_sprintf(p, ",\"expires\":%uL", identity->expires);

    } else {
        p = ngx_sprintf(p, ",\"expires\":null");
    }

    p = ngx_http_login_json_member(p, ",\"session\":", &session);
    p = ngx_http_login_json_member(p, ",\"language\":", &identity->language);
    *p++ = '}';

    json->len = p - json->data;

    return NGX_OK;
}


/* With the quotes. */

static size_t
ngx_http_login_json_len(const ngx_str_t *s)
{
    return s->len + (size_t) ngx_escape_json(NULL, s->data, s->len) + 2;
}


static u_char *
ngx_http_login_json_string(u_char *p, const ngx_str_t *s)
{
    *p++ = '"';
    p = (u_char *) ngx_escape_json(p, s->data, s->len);
    *p++ = '"';

    return p;
}


static u_char *
ngx_http_login_json_member(u_char *p, const char *name, const ngx_str_t *s)
{
    return ngx_http_login_json_string(ngx_cpymem(p, name, ngx_strlen(name)),
                                      s);
}


/* "a,b" becomes ["a","b"]. */

static u_char *
ngx_http_login_json_list(u_char *p, const char *name, const ngx_str_t *s)
{
    u_char     *start, *end, *last;
    ngx_str_t   item;

    p = ngx_cpymem(p, name, ngx_strlen(name));
    *p++ = '[';

    start = s->data;
    last = s->data + s->len;

    while (start < last) {
        end = ngx_strlchr(start, last, ',');

        if (end == NULL) {
            end = last;
        }

        if (start != s->data) {
            *p++ = ',';
        }

        item.data = start;
        item.len = end - start;

        p = ngx_http_login_json_string(p, &item);

        start = end + 1;
    }

    *p++ = ']';

    return p;
}
