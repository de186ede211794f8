
/* What a form for a new password, or for a device less, is made of. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_RENEW_TEXTS  6


ngx_http_login_renew_t *
ngx_http_login_renew_create(ngx_http_request_t *r, const login_form_t *form,
    const ngx_http_login_identity_t *identity, login_str_t token,
    login_state_e state)
{
    u_char                      *p;
    size_t                       len;
    login_str_t                  from[NGX_HTTP_LOGIN_RENEW_TEXTS];
    login_str_t                 *to[NGX_HTTP_LOGIN_RENEW_TEXTS];
    ngx_http_login_renew_t      *renew;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    from[0] = login_form_get(form, "password_current");
    from[1] = login_form_get(form, "password");
    from[2] = token;
    from[3] = ngx_http_login_str(&r->connection->addr_text);
    from[4] = ngx_http_login_str(&scf->portal->url);
    from[5] = ngx_http_login_user_agent(r);

    len = ngx_http_login_job_len(from, NGX_HTTP_LOGIN_RENEW_TEXTS);

    renew = ngx_calloc(sizeof(ngx_http_login_renew_t) + len,
                       r->connection->log);
    if (renew == NULL) {
        return NULL;
    }

    to[0] = &renew->renew.current;
    to[1] = &renew->renew.password;
    to[2] = &renew->renew.token;
    to[3] = &renew->renew.address;
    to[4] = &renew->renew.portal;
    to[5] = &renew->renew.browser;

    p = ngx_http_login_job_copy(renew->data, to, from,
                                NGX_HTTP_LOGIN_RENEW_TEXTS);

    renew->renew.browser = login_session_browser(p - from[5].len,
                                                 from[5].len);

    renew->renew.others = (login_form_get(form, "keep_others").len == 0);

    if (identity) {
        renew->renew.old = identity->ticket;
        ngx_http_login_devices_target(r, form, identity, &renew->renew);
    }

    renew->orgs = login_orgs_hold(mcf->table);
    renew->renew.orgs = renew->orgs;
    renew->renew.mails = ngx_http_login_mails(mcf);
    renew->renew.now = (uint64_t) ngx_time();

    renew->state = state;
    renew->users = 1;
    renew->len = len;

    return renew;
}
