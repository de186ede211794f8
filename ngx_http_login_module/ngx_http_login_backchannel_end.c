
/* Back-channel logout: which sessions end, once for each token. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_BACKCHANNEL_TRIES  16


static login_result_e ngx_http_login_backchannel_run(void *data,
    login_view_t *view, login_hasher_t *hasher);
static login_result_e ngx_http_login_backchannel_changes(
    ngx_http_login_backchannel_t *channel, login_view_t *view);
static void ngx_http_login_backchannel_found(ngx_http_request_t *r,
    void *data, login_result_e rc);
static ngx_int_t ngx_http_login_backchannel_commit(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel);
static void ngx_http_login_backchannel_committed(ngx_http_request_t *r,
    void *data, login_result_e rc);


ngx_int_t
ngx_http_login_backchannel_find(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel)
{
    ngx_int_t                 rc;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_backchannel_fault(r, channel,
                                                LOGIN_LOG_SSO_FAULT, NULL);
    }

    channel->users++;

    rc = ngx_http_login_task_read(r, worker, ngx_http_login_backchannel_run,
                                  ngx_http_login_backchannel_found, channel,
                                  ngx_http_login_backchannel_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    channel->users--;

    return ngx_http_login_backchannel_fault(r, channel, LOGIN_LOG_SSO_FAULT,
                                            NULL);
}


/*
 * In a thread: where no subject is told, all sessions are to be looked at.
 * LOGIN_NO: the token was used before.
 */

static login_result_e
ngx_http_login_backchannel_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_backchannel_t *channel = data;

    login_result_e  rc;

    login_changes_destroy(channel->changes);

    channel->sessions = 0;
    channel->changes = login_changes_create();

    if (channel->changes == NULL || login_view_begin(view) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = ngx_http_login_backchannel_changes(channel, view);

    login_view_end(view);

    return rc;
}


static login_result_e
ngx_http_login_backchannel_changes(ngx_http_login_backchannel_t *channel,
    login_view_t *view)
{
    size_t                i;
    login_result_e        rc;
    const login_org_t    *org;
    login_backchannel_t   logout;

    ngx_memzero(&logout, sizeof(login_backchannel_t));

    logout.provider = channel->provider;
    logout.issuer = channel->issuer;
    logout.subject = channel->logout.subject;
    logout.sid = channel->logout.sid;
    logout.jti = channel->logout.jti;
    logout.expires = channel->logout.expires;
    logout.now = channel->now;

    rc = login_used_find(view, LOGIN_USED_LOGOUT, logout.issuer, logout.jti);

    if (rc != LOGIN_NO) {
        return rc == LOGIN_OK ? LOGIN_NO : LOGIN_FAULT;
    }

    if (login_backchannel_begin(channel->changes, view, &logout)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (logout.subject.len == 0) {
        return login_backchannel_end_sid(channel->changes,
                                         &channel->sessions, view, &logout);
    }

    for (i = 0; (org = login_orgs_at(channel->orgs, i)) != NULL; i++) {

        if (login_backchannel_end(channel->changes, &channel->sessions, view,
                                  &logout, org->name)
            == LOGIN_FAULT)
        {
            return LOGIN_FAULT;
        }
    }

    return LOGIN_OK;
}


static void
ngx_http_login_backchannel_found(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_backchannel_t *channel = data;

    ngx_int_t  result;

    switch (rc) {

    case LOGIN_OK:
        result = ngx_http_login_backchannel_commit(r, channel);
        break;

    case LOGIN_NO:
        result = ngx_http_login_backchannel_refuse(r, channel,
                                            "logout token was used before");
        break;

    default:
        result = ngx_http_login_backchannel_fault(r, channel,
                                                  LOGIN_LOG_SSO_FAULT, NULL);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static ngx_int_t
ngx_http_login_backchannel_commit(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel)
{
    ngx_int_t                 rc;
    login_changes_t          *changes;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_backchannel_fault(r, channel,
                                                LOGIN_LOG_SSO_FAULT, NULL);
    }

    changes = channel->changes;
    channel->changes = NULL;
    channel->users++;

    rc = ngx_http_login_task_commit(r, worker, changes,
                                    ngx_http_login_backchannel_committed,
                                    channel,
                                    ngx_http_login_backchannel_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    channel->users--;

    return ngx_http_login_backchannel_fault(r, channel, LOGIN_LOG_SSO_FAULT,
                                            NULL);
}


/* Where the same token was used meanwhile, that shows when it is read. */

static void
ngx_http_login_backchannel_committed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_backchannel_t *channel = data;

    ngx_int_t  result;

    if (rc == LOGIN_OK) {
        result = ngx_http_login_backchannel_done(r, channel);

    } else if (rc == LOGIN_NO
               && ++channel->tries < NGX_HTTP_LOGIN_BACKCHANNEL_TRIES)
    {
        result = ngx_http_login_backchannel_find(r, channel);

    } else {
        result = ngx_http_login_backchannel_fault(r, channel,
                                                  LOGIN_LOG_SSO_FAULT, NULL);
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}
