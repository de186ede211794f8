
/* A sign-in on its way: what a thread needs of the form and its request. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_ATTEMPT_TEXTS  7


ngx_http_login_attempt_t *
ngx_http_login_attempt_create(ngx_http_request_t *r, const login_form_t *form,
    login_state_e state)
{
    u_char                      *p;
    size_t                       len;
    ngx_http_login_visitor_t    *visitor;
    ngx_http_login_attempt_t    *attempt;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    login_str_t                  from[NGX_HTTP_LOGIN_ATTEMPT_TEXTS];
    login_str_t                 *to[NGX_HTTP_LOGIN_ATTEMPT_TEXTS];

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NULL;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    from[0] = login_form_get(form, "username");
    from[1] = login_form_get(form, "password");
    from[2] = ngx_http_login_org_typed(r, login_form_get(form, "org"));
    from[3] = ngx_http_login_str(&r->connection->addr_text);
    from[4] = ngx_http_login_str(&scf->portal->url);
    from[5] = visitor->trust;
    from[6] = ngx_http_login_user_agent(r);

    len = ngx_http_login_job_len(from, NGX_HTTP_LOGIN_ATTEMPT_TEXTS);

    attempt = ngx_calloc(sizeof(ngx_http_login_attempt_t) + len,
                         r->connection->log);
    if (attempt == NULL) {
        return NULL;
    }

    to[0] = &attempt->signin.username;
    to[1] = &attempt->signin.password;
    to[2] = &attempt->signin.org;
    to[3] = &attempt->signin.address;
    to[4] = &attempt->signin.portal;
    to[5] = &attempt->signin.trusted;
    to[6] = &attempt->signin.browser;

    p = ngx_http_login_job_copy(attempt->data, to, from,
                                NGX_HTTP_LOGIN_ATTEMPT_TEXTS);

    attempt->signin.browser = login_session_browser(p - from[6].len,
                                                    from[6].len);

    attempt->orgs = login_orgs_hold(mcf->table);
    attempt->signin.orgs = attempt->orgs;

    ngx_memcpy(attempt->signin.browser_id, visitor->browser_id, LOGIN_ID_LEN);

    attempt->signin.due.need = login_str_eq(login_form_get(form, "need"),
                                            login_cstr("mfa"));
    attempt->signin.mails = ngx_http_login_mails(mcf);
    attempt->signin.shared = (login_form_get(form, "shared").len != 0);
    attempt->signin.now = (uint64_t) ngx_time();

    /* also where it has ended: then there is nothing to replace */

    attempt->signin.replace = visitor->genuine;
    attempt->signin.old = visitor->ticket;

    attempt->state = state;
    attempt->tried = LOGIN_FAULT;
    attempt->users = 1;
    attempt->len = len;

    return attempt;
}


void
ngx_http_login_attempt_release(void *data)
{
    ngx_http_login_attempt_t *attempt = data;

    if (--attempt->users) {
        return;
    }

    /* a client that went away learns nothing, but it may have tried */

    (void) ngx_http_login_limit_settle(&attempt->throttle,
                                       attempt->tried == LOGIN_NO
                                       ? LOGIN_LIMIT_FAILURE
                                       : LOGIN_LIMIT_RETURN,
                                       &attempt->signin, NULL);

    login_changes_destroy(attempt->signin.changes);
    login_changes_destroy(attempt->signin.upgrade);
    login_orgs_destroy(attempt->orgs);

    ngx_explicit_memzero(attempt,
                         sizeof(ngx_http_login_attempt_t) + attempt->len);
    ngx_free(attempt);
}
