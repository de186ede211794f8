
/*
 * Back-channel logout: in a signed token a provider says that somebody has
 * signed out there.  The provider's thread verifies it.  Who asks is a
 * program, and gets JSON.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_BACKCHANNEL_TEXTS  3


static ngx_http_login_backchannel_t *ngx_http_login_backchannel_create(
    ngx_http_request_t *r, const ngx_http_login_provider_t *provider,
    login_str_t token);
static ngx_int_t ngx_http_login_backchannel_begin(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider,
    ngx_http_login_backchannel_t *channel);
static login_result_e ngx_http_login_backchannel_verify(void *data,
    login_rp_t *rp, login_http_t *http);
static void ngx_http_login_backchannel_verified(ngx_http_request_t *r,
    void *data, login_result_e rc);
static void ngx_http_login_backchannel_tell(ngx_http_request_t *r,
    login_str_t provider, login_log_kind_e kind, const char *why);
static ngx_int_t ngx_http_login_backchannel_send(ngx_http_request_t *r,
    ngx_uint_t status, const char *json);


void
ngx_http_login_backchannel(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider, const login_form_t *form)
{
    uint64_t                       wait;
    ngx_int_t                      rc;
    login_str_t                    name;
    ngx_http_login_ctx_t          *ctx;
    ngx_http_login_backchannel_t  *channel;

    name = ngx_http_login_str(&provider->name);

    channel = ngx_http_login_backchannel_create(r, provider,
                                   login_form_get(form, "logout_token"));
    if (channel == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    switch (ngx_http_login_limit_ask(r, &channel->throttle, &wait)) {

    case NGX_OK:
        rc = ngx_http_login_backchannel_begin(r, provider, channel);
        break;

    case NGX_DECLINED:
        ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
        ctx->retry = wait;

        ngx_http_login_backchannel_tell(r, name, LOGIN_LOG_SSO_LOGOUT_REFUSED,
                                        "not tried, too many from this "
                                        "network were refused");

        rc = ngx_http_login_backchannel_send(r, NGX_HTTP_TOO_MANY_REQUESTS,
                                  "{\"error\":\"temporarily_unavailable\"}");
        break;

    default:
        rc = ngx_http_login_backchannel_fault(r, channel, LOGIN_LOG_SSO_FAULT,
                                              NULL);
        break;
    }

    ngx_http_login_backchannel_release(channel);

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_http_login_backchannel_t *
ngx_http_login_backchannel_create(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider, login_str_t token)
{
    login_str_t                    from[NGX_HTTP_LOGIN_BACKCHANNEL_TEXTS];
    login_str_t                   *to[NGX_HTTP_LOGIN_BACKCHANNEL_TEXTS];
    ngx_http_login_main_conf_t    *mcf;
    ngx_http_login_backchannel_t  *channel;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    from[0] = token;
    from[1] = ngx_http_login_str(&provider->name);
    from[2] = provider->rp.issuer;

    channel = ngx_calloc(sizeof(ngx_http_login_backchannel_t)
                         + ngx_http_login_job_len(from,
                                          NGX_HTTP_LOGIN_BACKCHANNEL_TEXTS),
                         r->connection->log);
    if (channel == NULL) {
        return NULL;
    }

    to[0] = &channel->token;
    to[1] = &channel->provider;
    to[2] = &channel->issuer;

    (void) ngx_http_login_job_copy(channel->data, to, from,
                                   NGX_HTTP_LOGIN_BACKCHANNEL_TEXTS);

    channel->orgs = login_orgs_hold(mcf->table);
    channel->now = (uint64_t) ngx_time();
    channel->users = 1;

    return channel;
}


void
ngx_http_login_backchannel_release(void *data)
{
    ngx_http_login_backchannel_t *channel = data;

    if (--channel->users) {
        return;
    }

    /* who did not wait for the answer may have guessed */

    if (channel->throttle.open) {
        ngx_http_login_throttle_settle(&channel->throttle,
                                       LOGIN_LIMIT_FAILURE);
    }

    login_oidc_logout_free(&channel->logout);
    login_changes_destroy(channel->changes);
    login_orgs_destroy(channel->orgs);
    ngx_free(channel);
}


/* NGX_DONE: a thread is at it; else for ngx_http_finalize_request(). */

static ngx_int_t
ngx_http_login_backchannel_begin(ngx_http_request_t *r,
    const ngx_http_login_provider_t *provider,
    ngx_http_login_backchannel_t *channel)
{
    ngx_int_t                 rc;
    ngx_http_login_worker_t  *worker;

    if (channel->token.len == 0) {
        return ngx_http_login_backchannel_refuse(r, channel,
                                                 "logout token is not there");
    }

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_backchannel_fault(r, channel,
                                                LOGIN_LOG_SSO_FAULT, NULL);
    }

    channel->users++;

    rc = ngx_http_login_task_ask(r, worker, provider,
                                 ngx_http_login_backchannel_verify,
                                 ngx_http_login_backchannel_verified, channel,
                                 ngx_http_login_backchannel_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    channel->users--;

    return ngx_http_login_backchannel_fault(r, channel, rc == NGX_BUSY
                                                        ? LOGIN_LOG_SSO_BUSY
                                                        : LOGIN_LOG_SSO_FAULT,
                                            NULL);
}


/* In a thread. */

static login_result_e
ngx_http_login_backchannel_verify(void *data, login_rp_t *rp,
    login_http_t *http)
{
    ngx_http_login_backchannel_t *channel = data;

    __atomic_store_n(&channel->throttle.begun, 1, __ATOMIC_RELEASE);

    return login_rp_logout(&channel->logout, channel->token, rp, http,
                           channel->now, &channel->failure);
}


static void
ngx_http_login_backchannel_verified(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_backchannel_t *channel = data;

    ngx_int_t    result;
    const char  *why;

    why = channel->failure.error.text;

    if (rc == LOGIN_OK) {
        result = ngx_http_login_backchannel_find(r, channel);

    } else if (rc == LOGIN_NO && channel->failure.kind != LOGIN_RP_DOWN) {
        result = ngx_http_login_backchannel_refuse(r, channel, why);

    } else {
        result = ngx_http_login_backchannel_fault(r, channel,
                             rc == LOGIN_NO ? LOGIN_LOG_SSO_DOWN
                                            : LOGIN_LOG_SSO_FAULT,
                             why[0] ? why : NULL);
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


/* Who had no session any more is signed out as well. */

ngx_int_t
ngx_http_login_backchannel_done(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel)
{
    char  text[sizeof("sessions ended: ") + NGX_SIZE_T_LEN];

    ngx_http_login_throttle_settle(&channel->throttle, LOGIN_LIMIT_RETURN);

    ngx_sprintf((u_char *) text, "sessions ended: %uz%Z", channel->sessions);

    ngx_http_login_backchannel_tell(r, channel->provider,
                                    LOGIN_LOG_SSO_LOGOUT, text);

    return ngx_http_login_backchannel_send(r, NGX_HTTP_OK, "");
}


ngx_int_t
ngx_http_login_backchannel_refuse(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel, const char *why)
{
    ngx_http_login_throttle_settle(&channel->throttle, LOGIN_LIMIT_FAILURE);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "client sent a logout token that is none of provider "
                  "\"%*s\": %s", channel->provider.len,
                  channel->provider.data, why);

    ngx_http_login_backchannel_tell(r, channel->provider,
                                    LOGIN_LOG_SSO_LOGOUT_REFUSED, why);

    return ngx_http_login_backchannel_send(r, NGX_HTTP_BAD_REQUEST,
                                          "{\"error\":\"invalid_request\"}");
}


/* The provider may try again. */

ngx_int_t
ngx_http_login_backchannel_fault(ngx_http_request_t *r,
    ngx_http_login_backchannel_t *channel, login_log_kind_e kind,
    const char *why)
{
    if (why == NULL) {
        why = login_log_text(kind);
    }

    if (channel->throttle.open) {
        ngx_http_login_throttle_settle(&channel->throttle,
                                       LOGIN_LIMIT_RETURN);
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "login: a logout at provider \"%*s\" was not followed: %s",
                  channel->provider.len, channel->provider.data, why);

    ngx_http_login_backchannel_tell(r, channel->provider, kind, why);

    return ngx_http_login_backchannel_send(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                  "{\"error\":\"temporarily_unavailable\"}");
}


static void
ngx_http_login_backchannel_tell(ngx_http_request_t *r, login_str_t provider,
    login_log_kind_e kind, const char *why)
{
    u_char             *p, text[LOGIN_LOG_TEXT];
    login_log_event_t   event;

    ngx_memzero(&event, sizeof(login_log_event_t));

    p = ngx_snprintf(text, sizeof(text), "%*s: %s", provider.len,
                     provider.data, why);
    event.detail = login_str(text, p - text);

    ngx_http_login_event(r, kind, &event);
}


static ngx_int_t
ngx_http_login_backchannel_send(ngx_http_request_t *r, ngx_uint_t status,
    const char *json)
{
    ngx_str_t  body;

    body.data = (u_char *) json;
    body.len = ngx_strlen(json);

    r->headers_out.status = status;

    return ngx_http_login_send(r, "application/json", &body);
}
