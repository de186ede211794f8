
/*
 * Who is at the other end.  What the session's cookie is worth is asked when
 * a phase or a variable first needs it, and again at each such question.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_ask(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
static ngx_int_t ngx_http_login_check_ticket(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
static ngx_int_t ngx_http_login_read_identity(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
static ngx_int_t ngx_http_login_read_session(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);


static const size_t
    ngx_http_login_identity_texts[NGX_HTTP_LOGIN_TEXTS] = {
    offsetof(ngx_http_login_identity_t, org),
    offsetof(ngx_http_login_identity_t, username),
    offsetof(ngx_http_login_identity_t, name),
    offsetof(ngx_http_login_identity_t, email),
    offsetof(ngx_http_login_identity_t, language),
    offsetof(ngx_http_login_identity_t, roles),
    offsetof(ngx_http_login_identity_t, provider)
};


ngx_int_t
ngx_http_login_identify(ngx_http_request_t *r,
    const ngx_http_login_identity_t **identity)
{
    ngx_http_login_worker_t   *worker;
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    worker = ngx_http_login_get_worker(r);

    visitor->turn = worker ? ngx_http_login_turn(worker) : 0;
    visitor->answer = ngx_http_login_ask(r, visitor, worker);

    if (visitor->answer == NGX_OK) {
        visitor->valid = 1;
    }

    *identity = &visitor->identity;

    return visitor->answer;
}


/*
 * nginx asks a variable twice for each string: how long it will be, and then
 * for its bytes.  If another process wrote to the store in between, they
 * would run over the end.
 */

ngx_int_t
ngx_http_login_identify_once(ngx_http_request_t *r,
    const ngx_http_login_identity_t **identity)
{
    ngx_http_login_worker_t   *worker;
    ngx_http_login_visitor_t  *visitor;

    worker = ngx_http_login_get_worker(r);
    visitor = ngx_http_login_visitor(r);

    if (worker == NULL || visitor == NULL
        || visitor->turn != ngx_http_login_turn(worker))
    {
        return ngx_http_login_identify(r, identity);
    }

    *identity = &visitor->identity;

    return visitor->answer;
}


static ngx_int_t
ngx_http_login_ask(ngx_http_request_t *r, ngx_http_login_visitor_t *visitor,
    ngx_http_login_worker_t *worker)
{
    ngx_int_t                   rc;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (scf->portal == NULL
        || visitor->session.len == 0
        || (visitor->checked && !visitor->genuine))
    {
        return NGX_DECLINED;
    }

    if (worker == NULL) {
        return NGX_ERROR;
    }

    if (!visitor->checked) {
        rc = ngx_http_login_recall(r, visitor, worker);

        if (rc == NGX_DECLINED) {
            rc = ngx_http_login_check_ticket(r, visitor, worker);
        }

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return ngx_http_login_read_identity(r, visitor, worker);
}


static ngx_int_t
ngx_http_login_check_ticket(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    login_result_e              rc;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    rc = login_ticket_verify(&visitor->ticket, worker->crypto,
                             login_str(scf->portal->url.data,
                                       scf->portal->url.len),
                             visitor->session);
    if (rc == LOGIN_FAULT) {
        return NGX_ERROR;
    }

    visitor->checked = 1;
    visitor->genuine = (rc == LOGIN_OK);

    if (rc == LOGIN_NO) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent a session cookie that is not ours");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/*
 * Asks the store anew unless nothing was written since the last answer;
 * the limits are looked at each time.
 */

static ngx_int_t
ngx_http_login_read_identity(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    uint64_t                    left, now;
    ngx_int_t                   rc;
    ngx_http_login_identity_t  *identity;

    identity = &visitor->identity;

    if (login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = NGX_OK;

    if (!visitor->known
        || identity->state != login_view_version(worker->view))
    {
        visitor->known = 0;
        rc = ngx_http_login_read_session(r, visitor, worker);
    }

    login_view_end(worker->view);

    if (rc != NGX_OK) {
        return rc;
    }

    now = (uint64_t) ngx_time();
    left = login_session_left(&visitor->ticket, identity->shared,
                              &identity->rules->terms.limits, now);

    /* what is over must not be issued anew with the answer */

    visitor->known = (left != 0);

    if (left == 0) {
        return NGX_DECLINED;
    }

    identity->expires = (left == UINT64_MAX) ? 0 : now + left;
    visitor->told = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_read_session(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    ngx_uint_t                  i;
    login_result_e              rc;
    login_account_t             account;
    login_session_t             session;
    const login_str_t          *from[NGX_HTTP_LOGIN_TEXTS];
    ngx_http_login_identity_t  *identity;

    rc = login_session_check(&account, &session, worker->view,
                             &visitor->ticket, NULL, (uint64_t) ngx_time());
    if (rc == LOGIN_NO) {
        return NGX_DECLINED;
    }

    if (rc != LOGIN_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: the account or session cannot be read");
        return NGX_ERROR;
    }

    identity = &visitor->identity;

    identity->rules = ngx_http_login_org_find(worker->conf, account.org.data,
                                              account.org.len);
    if (identity->rules == NULL) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client is signed in to organisation \"%*s\", which "
                      "is not declared", account.org.len, account.org.data);
        return NGX_DECLINED;
    }

    if (!identity->rules->password
        && !(session.methods & LOGIN_METHOD_SSO))
    {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client is signed in with a password, which "
                      "organisation \"%V\" does not have any more",
                      &identity->rules->name);
        return NGX_DECLINED;
    }

    identity->ticket = visitor->ticket;
    identity->state = login_view_version(worker->view);
    identity->methods = session.methods;
    identity->shared = session.shared;
    ngx_memcpy(identity->session, session.id, LOGIN_ID_LEN);

    from[0] = &account.org;
    from[1] = &account.username;
    from[2] = &account.name;
    from[3] = &account.email;
    from[4] = &account.language;
    from[5] = &account.roles;
    from[6] = &session.provider;

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        ngx_http_login_identity_text(identity, i)->len = from[i]->len;
        ngx_http_login_identity_text(identity, i)->data =
                                                   (u_char *) from[i]->data;
    }

    /* what the view hands out is good until it ends */

    if (ngx_http_login_identity_keep(r, identity) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_login_remember(r, visitor, worker);

    return NGX_OK;
}


ngx_str_t *
ngx_http_login_identity_text(ngx_http_login_identity_t *identity,
    ngx_uint_t i)
{
    return (ngx_str_t *) ((u_char *) identity
                          + ngx_http_login_identity_texts[i]);
}


ngx_int_t
ngx_http_login_identity_keep(ngx_http_request_t *r,
    ngx_http_login_identity_t *identity)
{
    u_char                            *p;
    size_t                             size;
    ngx_str_t                         *text;
    ngx_uint_t                         i;
    const ngx_http_login_main_conf_t  *mcf;

    size = 1;

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        size += ngx_http_login_identity_text(identity, i)->len;
    }

    p = ngx_pnalloc(r->main->pool, size + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        text = ngx_http_login_identity_text(identity, i);

        ngx_memcpy(p, text->data, text->len);
        text->data = p;
        p += text->len;

        if (text == &identity->org) {
            *p++ = '/';
        }
    }

    /* "org/username" stands there already, for where that is needed */

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    identity->principal = identity->username;

    if (identity->rules != mcf->only) {
        identity->principal.data = identity->org.data;
        identity->principal.len = identity->org.len + 1
                                  + identity->username.len;
    }

    return NGX_OK;
}
