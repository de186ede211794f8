
/*
 * What forms have in common that a thread works on: strings that outlive
 * their request, and what follows where it could not.
 */

#include "ngx_http_login_module.h"


login_str_t
ngx_http_login_user_agent(ngx_http_request_t *r)
{
    if (r->headers_in.user_agent == NULL) {
        return login_cstr("");
    }

    return ngx_http_login_str(&r->headers_in.user_agent->value);
}


size_t
ngx_http_login_job_len(const login_str_t *from, ngx_uint_t n)
{
    size_t      len;
    ngx_uint_t  i;

    for (i = 0, len = 0; i < n; i++) {
        len += from[i].len;
    }

    return len;
}


u_char *
ngx_http_login_job_copy(u_char *dst, login_str_t **to,
    const login_str_t *from, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        *to[i] = login_str(dst, from[i].len);

        /* what is not there has no address either */

        if (from[i].len) {
            dst = ngx_cpymem(dst, from[i].data, from[i].len);
        }
    }

    return dst;
}


ngx_int_t
ngx_http_login_job_fault(ngx_http_request_t *r, const login_error_t *error)
{
    if (error->text[0] == '\0') {
        return ngx_http_login_error(r, LOGIN_REASON_BUSY);
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "login: %s",
                  error->text);

    return ngx_http_login_error(r, LOGIN_REASON_STORE);
}
