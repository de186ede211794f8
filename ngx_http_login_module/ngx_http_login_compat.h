
/* Every difference between versions of nginx stands here. */

#ifndef NGX_HTTP_LOGIN_COMPAT_H
#define NGX_HTTP_LOGIN_COMPAT_H


/*
 * Headers that may come more than once were arrays of pointers before
 * 1.23.0; since then they are linked through "next".
 */

#if (nginx_version >= 1023000)

#define ngx_http_login_cookies(r)          ((r)->headers_in.cookie != NULL)
#define ngx_http_login_end_header(h)       (h)->next = NULL

static ngx_inline void
ngx_http_login_forget_cookie(ngx_http_request_t *r, ngx_table_elt_t *cookie)
{
    ngx_table_elt_t  **h;

    for (h = &r->headers_in.cookie; *h; h = &(*h)->next) {
        if (*h == cookie) {
            *h = cookie->next;
            return;
        }
    }
}

#else

#define ngx_http_login_cookies(r)          ((r)->headers_in.cookies.nelts > 0)
#define ngx_http_login_end_header(h)       (void) (h)

static ngx_inline void
ngx_http_login_forget_cookie(ngx_http_request_t *r, ngx_table_elt_t *cookie)
{
    ngx_uint_t         i;
    ngx_table_elt_t  **h;

    h = r->headers_in.cookies.elts;

    for (i = 0; i < r->headers_in.cookies.nelts; i++) {
        if (h[i] == cookie) {
            r->headers_in.cookies.nelts--;

            ngx_memmove(&h[i], &h[i + 1],
                        (r->headers_in.cookies.nelts - i)
                        * sizeof(ngx_table_elt_t *));
            return;
        }
    }
}

#endif


/*
 * A request that was terminated while a thread worked for it: since 1.25.4
 * nginx says so; before, it has put its own finalizer in the place of the
 * write event handler, which is called all the same.
 */

#if (nginx_version >= 1025004)
#define ngx_http_login_terminated(r)       ((r)->main->terminated)
#else
#define ngx_http_login_terminated(r)       0
#endif


#endif /* NGX_HTTP_LOGIN_COMPAT_H */
