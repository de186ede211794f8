
/* $login_...: who asks, computed when first needed and asked anew later on. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_variable_string(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_login_variable_id(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_login_variable_time(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_login_variable_methods(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static const ngx_http_login_identity_t *ngx_http_login_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v);
static void ngx_http_login_take_remote_user(ngx_conf_t *cf);
static ngx_int_t ngx_http_login_variable_remote_user(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


#define ngx_http_login_fact(name, handler, member)                            \
    { ngx_string(name), NULL, handler,                                        \
      offsetof(ngx_http_login_identity_t, member),                            \
      NGX_HTTP_VAR_NOCACHEABLE, 0 }


static ngx_http_variable_t  ngx_http_login_vars[] = {

    ngx_http_login_fact("login_user",
                        ngx_http_login_variable_string, username),
    ngx_http_login_fact("login_principal",
                        ngx_http_login_variable_string, principal),
    ngx_http_login_fact("login_id",
                        ngx_http_login_variable_id, ticket.account),
    ngx_http_login_fact("login_name",
                        ngx_http_login_variable_string, name),
    ngx_http_login_fact("login_email",
                        ngx_http_login_variable_string, email),
    ngx_http_login_fact("login_org",
                        ngx_http_login_variable_string, org),
    ngx_http_login_fact("login_roles",
                        ngx_http_login_variable_string, roles),
    ngx_http_login_fact("login_methods",
                        ngx_http_login_variable_methods, methods),
    ngx_http_login_fact("login_auth_time",
                        ngx_http_login_variable_time, ticket.auth_time),
    ngx_http_login_fact("login_expires",
                        ngx_http_login_variable_time, expires),
    ngx_http_login_fact("login_session",
                        ngx_http_login_variable_id, session),
    ngx_http_login_fact("login_language",
                        ngx_http_login_variable_string, language),

      ngx_http_null_variable
};


/* what $remote_user is without a gate */
static ngx_http_get_variable_pt  ngx_http_login_basic_user;


ngx_int_t
ngx_http_login_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_login_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    ngx_http_login_take_remote_user(cf);

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_variable_string(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const ngx_str_t                  *s;
    const ngx_http_login_identity_t  *identity;

    identity = ngx_http_login_variable(r, v);
    if (identity == NULL) {
        return NGX_OK;
    }

    s = (const ngx_str_t *) ((const u_char *) identity + data);

    v->data = s->data;
    v->len = s->len;

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_variable_id(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const ngx_http_login_identity_t  *identity;

    identity = ngx_http_login_variable(r, v);
    if (identity == NULL) {
        return NGX_OK;
    }

    v->data = ngx_pnalloc(r->pool, 2 * LOGIN_ID_LEN);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    v->len = login_hex_encode(v->data,
                              login_str((const u_char *) identity + data,
                                        LOGIN_ID_LEN));

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_variable_time(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    uint64_t                          time;
    const ngx_http_login_identity_t  *identity;

    identity = ngx_http_login_variable(r, v);
    if (identity == NULL) {
        return NGX_OK;
    }

    time = *(const uint64_t *) ((const u_char *) identity + data);

    /* a session without an end */

    if (time == 0) {
        return NGX_OK;
    }

    v->data = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    v->len = ngx_sprintf(v->data, "%uL", time) - v->data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_variable_methods(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const ngx_http_login_identity_t  *identity;

    identity = ngx_http_login_variable(r, v);
    if (identity == NULL) {
        return NGX_OK;
    }

    v->data = ngx_pnalloc(r->pool, LOGIN_METHODS_TEXT);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    v->len = login_methods_text(v->data, identity->methods,
                                ngx_http_login_str(&identity->provider));

    return NGX_OK;
}


/*
 * Empty for who is not known, also where it cannot be told: a fault refuses
 * at the gate, and must not fail a log line.
 */

static const ngx_http_login_identity_t *
ngx_http_login_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v)
{
    const ngx_http_login_identity_t  *identity;

    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;
    v->len = 0;
    v->data = (u_char *) "";

    if (ngx_http_login_identify_once(r, &identity) != NGX_OK) {
        return NULL;
    }

    return identity;
}


/*
 * nginx takes $remote_user from "Authorization", whether or not somebody asked
 * for a password, and Debian's fastcgi_params pass it to applications.  So it
 * is made that of the gate; a variable of nginx's own cannot be added anew.
 */

static void
ngx_http_login_take_remote_user(ngx_conf_t *cf)
{
    ngx_uint_t                  i;
    ngx_hash_key_t             *key;
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    static const ngx_str_t  name = ngx_string("remote_user");

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    key = cmcf->variables_keys->keys.elts;

    for (i = 0; i < cmcf->variables_keys->keys.nelts; i++) {
        v = key[i].value;

        if (v->name.len == name.len
            && ngx_strncmp(v->name.data, name.data, name.len) == 0)
        {
            ngx_http_login_basic_user = v->get_handler;

            v->get_handler = ngx_http_login_variable_remote_user;
            v->flags |= NGX_HTTP_VAR_NOCACHEABLE;
        }
    }
}


static ngx_int_t
ngx_http_login_variable_remote_user(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_core_loc_conf_t         *clcf;
    ngx_http_login_visitor_t         *visitor;
    const ngx_http_login_loc_conf_t  *lcf;
    const ngx_http_login_identity_t  *identity;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    lcf = ngx_http_get_module_loc_conf(r, ngx_http_login_module);

    /* a gate may also stand on the way to here, by an internal redirect */

    if (lcf->gate == NGX_HTTP_LOGIN_OFF && !visitor->personal) {
        return ngx_http_login_basic_user(r, v, data);
    }

    if (ngx_http_login_identify_once(r, &identity) == NGX_OK) {
        return ngx_http_login_variable_string(r, v,
                                offsetof(ngx_http_login_identity_t, username));
    }

    /*
     * with "satisfy any", auth_basic may have let them in; else the name is
     * what a client says whose session has ended meanwhile, or can't be read
     */

    if (lcf->gate == NGX_HTTP_LOGIN_ON
        && clcf->satisfy == NGX_HTTP_SATISFY_ANY
        && !visitor->told)
    {
        return ngx_http_login_basic_user(r, v, data);
    }

    v->not_found = 1;

    return NGX_OK;
}
