
/*
 * The way of a sign-in from its form through a hasher and the store to the
 * session.  What comes next, login_flow_step() says.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_attempt_limit(ngx_http_request_t *r,
    const login_form_t *form, ngx_http_login_attempt_t *attempt,
    ngx_int_t *result);
static ngx_int_t ngx_http_login_attempt_refuse(ngx_http_request_t *r,
    const login_form_t *form, ngx_http_login_attempt_t *attempt);
static ngx_int_t ngx_http_login_attempt_error(ngx_http_request_t *r,
    login_reason_e reason);
static void ngx_http_login_attempt_locked(ngx_http_request_t *r, void *data,
    login_result_e rc);
static login_result_e ngx_http_login_attempt_run(void *data,
    login_view_t *view, login_hasher_t *hasher);
static void ngx_http_login_attempt_verified(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_attempt_commit(ngx_http_request_t *r,
    ngx_http_login_attempt_t *attempt);
static ngx_int_t ngx_http_login_attempt_step(ngx_http_request_t *r,
    ngx_http_login_attempt_t *attempt);
static ngx_int_t ngx_http_login_attempt_write(ngx_http_request_t *r,
    ngx_http_login_attempt_t *attempt, login_changes_t *changes,
    ngx_http_login_done_pt done);
static void ngx_http_login_attempt_upgrade(ngx_http_request_t *r,
    ngx_http_login_attempt_t *attempt, login_changes_t *upgrade);
static void ngx_http_login_attempt_upgraded(ngx_http_request_t *r,
    void *data, login_result_e rc);
static void ngx_http_login_attempt_committed(ngx_http_request_t *r,
    void *data, login_result_e rc);


ngx_int_t
ngx_http_login_attempt(ngx_http_request_t *r, const login_form_t *form,
    login_state_e state)
{
    ngx_int_t                  rc;
    ngx_http_login_attempt_t  *attempt;

    attempt = ngx_http_login_attempt_create(r, form, state);
    if (attempt == NULL) {
        return ngx_http_login_attempt_error(r, LOGIN_REASON_INTERNAL);
    }

    if (ngx_http_login_attempt_limit(r, form, attempt, &rc) != NGX_OK) {
        ngx_http_login_attempt_release(attempt);
        return rc;
    }

    rc = ngx_http_login_task_hash(r, ngx_http_login_attempt_run,
                                  ngx_http_login_attempt_verified, attempt,
                                  ngx_http_login_attempt_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    ngx_http_login_attempt_release(attempt);

    if (rc == NGX_BUSY) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: more sign-ins wait than \"max_queue\" of "
                      "\"login_hash\" allows");
        return ngx_http_login_attempt_error(r, LOGIN_REASON_BUSY);
    }

    return ngx_http_login_attempt_error(r, LOGIN_REASON_STORE);
}


/* NGX_OK: may be tried.  NGX_DECLINED: answered already, with "*result". */

static ngx_int_t
ngx_http_login_attempt_limit(ngx_http_request_t *r, const login_form_t *form,
    ngx_http_login_attempt_t *attempt, ngx_int_t *result)
{
    uint64_t  wait;

    switch (ngx_http_login_limit_signin(r, &attempt->throttle,
                                        attempt->signin.org,
                                        attempt->signin.username, &wait))
    {
    case NGX_OK:
        break;

    case NGX_DECLINED:
        if (login_flow_step(&attempt->state, LOGIN_EVENT_LIMITED)
            == LOGIN_EFFECT_THROTTLE)
        {
            *result = ngx_http_login_signin_throttled(r, form, wait,
                          attempt->throttle.keys[0].wait != 0);
            return NGX_DECLINED;
        }

        /* fall through */

    default:
        *result = ngx_http_login_attempt_error(r, LOGIN_REASON_STORE);
        return NGX_DECLINED;
    }

    attempt->signin.guess = attempt->throttle.guess;
    attempt->signin.remember = 1;

    /* no account can have these, whatever its name */

    if ((attempt->signin.password.len > LOGIN_PASSWORD_MAX
         || attempt->signin.org.len > LOGIN_ORG_MAX)
        && login_flow_step(&attempt->state, LOGIN_EVENT_NO)
           == LOGIN_EFFECT_REFUSE)
    {
        *result = ngx_http_login_attempt_refuse(r, form, attempt);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_attempt_refuse(ngx_http_request_t *r, const login_form_t *form,
    ngx_http_login_attempt_t *attempt)
{
    ngx_int_t         rc;
    login_changes_t  *lock;

    rc = ngx_http_login_limit_settle(&attempt->throttle, LOGIN_LIMIT_FAILURE,
                                     &attempt->signin, &lock);
    if (rc == NGX_OK) {
        return ngx_http_login_signin_wrong(r, form, 0);
    }

    if (rc == NGX_ERROR) {
        return ngx_http_login_attempt_error(r, LOGIN_REASON_STORE);
    }

    return ngx_http_login_attempt_write(r, attempt, lock,
                                        ngx_http_login_attempt_locked);
}


/* Without a version that it expected, somebody unlocked it meanwhile. */

static void
ngx_http_login_attempt_locked(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_int_t              result;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    result = rc == LOGIN_FAULT
             ? ngx_http_login_attempt_error(r, LOGIN_REASON_STORE)
             : ngx_http_login_signin_wrong(r, ctx->form, 1);

    ngx_http_finalize_request(r, result);
}


static ngx_int_t
ngx_http_login_attempt_error(ngx_http_request_t *r, login_reason_e reason)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    ngx_http_login_event_form(r, reason == LOGIN_REASON_BUSY
                                 ? LOGIN_LOG_SIGNIN_BUSY
                                 : LOGIN_LOG_SIGNIN_FAULT, ctx->form);

    return ngx_http_login_error(r, reason);
}


/* In a thread.  The password is of no use to anybody from then on. */

static login_result_e
ngx_http_login_attempt_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_attempt_t *attempt = data;

    login_result_e  rc;

    __atomic_store_n(&attempt->throttle.begun, 1, __ATOMIC_RELEASE);

    rc = login_signin_run(&attempt->signin, view, hasher);

    login_wipe((void *) attempt->signin.password.data,
               attempt->signin.password.len);

    attempt->tried = rc;

    return rc;
}


static void
ngx_http_login_attempt_verified(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_attempt_t *attempt = data;

    ngx_int_t              result;
    login_event_e          event;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    event = rc == LOGIN_OK ? attempt->signin.event : login_flow_event(rc);

    switch (login_flow_step(&attempt->state, event)) {

    case LOGIN_EFFECT_COMMIT:
        result = ngx_http_login_attempt_commit(r, attempt);
        break;

    case LOGIN_EFFECT_STEP:
        result = ngx_http_login_attempt_step(r, attempt);
        break;

    case LOGIN_EFFECT_REFUSE:
        result = ngx_http_login_attempt_refuse(r, ctx->form, attempt);
        break;

    default:

        /* without a text it was not even begun, in all that time */

        if (attempt->signin.error.text[0] == '\0') {
            result = ngx_http_login_attempt_error(r, LOGIN_REASON_BUSY);
            break;
        }

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: %s", attempt->signin.error.text);

        result = ngx_http_login_attempt_error(r, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static ngx_int_t
ngx_http_login_attempt_commit(ngx_http_request_t *r,
    ngx_http_login_attempt_t *attempt)
{
    ngx_int_t         rc;
    login_changes_t  *changes, *upgrade;

    changes = attempt->signin.changes;
    upgrade = attempt->signin.upgrade;

    attempt->signin.changes = NULL;
    attempt->signin.upgrade = NULL;

    rc = ngx_http_login_attempt_write(r, attempt, changes,
                                      ngx_http_login_attempt_committed);

    if (upgrade) {
        ngx_http_login_attempt_upgrade(r, attempt, upgrade);
    }

    return rc;
}


/* The password was right, and that is not all. */

static ngx_int_t
ngx_http_login_attempt_step(ngx_http_request_t *r,
    ngx_http_login_attempt_t *attempt)
{
    login_changes_t       *upgrade;
    login_log_event_t      event;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    (void) ngx_http_login_limit_settle(&attempt->throttle,
                                       LOGIN_LIMIT_SUCCESS,
                                       &attempt->signin, NULL);

    upgrade = attempt->signin.upgrade;
    attempt->signin.upgrade = NULL;

    if (upgrade) {
        ngx_http_login_attempt_upgrade(r, attempt, upgrade);
    }

    login_signin_event(&event, LOGIN_LOG_MFA_ASKED, &attempt->signin);
    event.account = attempt->signin.account;

    ngx_http_login_event(r, LOGIN_LOG_MFA_ASKED, &event);

    return ngx_http_login_flow_start(r, &attempt->signin.flow,
                                     attempt->state,
                                     login_form_get(ctx->form, "return_to"));
}


/* Takes "changes" over. */

static ngx_int_t
ngx_http_login_attempt_write(ngx_http_request_t *r,
    ngx_http_login_attempt_t *attempt, login_changes_t *changes,
    ngx_http_login_done_pt done)
{
    ngx_int_t                 rc;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    if (worker == NULL) {
        login_changes_destroy(changes);
        return ngx_http_login_attempt_error(r, LOGIN_REASON_STORE);
    }

    attempt->users++;

    rc = ngx_http_login_task_commit(r, worker, changes, done, attempt,
                                    ngx_http_login_attempt_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    attempt->users--;

    return ngx_http_login_attempt_error(r, rc == NGX_BUSY
                                           ? LOGIN_REASON_BUSY
                                           : LOGIN_REASON_INTERNAL);
}


/* Nobody waits for it. */

static void
ngx_http_login_attempt_upgrade(ngx_http_request_t *r,
    ngx_http_login_attempt_t *attempt, login_changes_t *upgrade)
{
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    if (worker == NULL) {
        login_changes_destroy(upgrade);
        return;
    }

    attempt->users++;

    if (ngx_http_login_task_commit(NULL, worker, upgrade,
                                   ngx_http_login_attempt_upgraded, attempt,
                                   ngx_http_login_attempt_release)
        != NGX_OK)
    {
        attempt->users--;
    }
}


static void
ngx_http_login_attempt_upgraded(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_attempt_t *attempt = data;

    if (rc == LOGIN_OK && attempt->signin.better) {
        ngx_http_login_event_signin(r, LOGIN_LOG_PASSWORD_UPGRADED,
                                    &attempt->signin);
    }
}


static void
ngx_http_login_attempt_committed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_attempt_t *attempt = data;

    ngx_int_t              result;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    if (login_flow_step(&attempt->state, login_flow_event(rc))
        != LOGIN_EFFECT_SESSION)
    {
        result = ngx_http_login_attempt_error(r, LOGIN_REASON_STORE);
        ngx_http_finalize_request(r, result);
        return;
    }

    (void) ngx_http_login_limit_settle(&attempt->throttle,
                                       LOGIN_LIMIT_SUCCESS,
                                       &attempt->signin, NULL);

    ngx_http_login_event_signin(r, LOGIN_LOG_SIGNIN, &attempt->signin);

    if (ngx_http_login_set_session(r, attempt->signin.org,
                                   &attempt->signin.ticket,
                                   attempt->signin.shared)
        != NGX_OK
        || ngx_http_login_set_browser(r, !attempt->signin.shared) != NGX_OK
        || ngx_http_login_last_forget(r) != NGX_OK
        || (!attempt->signin.shared
            && ngx_http_login_org_remember(r, attempt->signin.org)
               != NGX_OK))
    {
        ngx_http_login_forget_cookies(r);
        result = ngx_http_login_attempt_error(r, LOGIN_REASON_INTERNAL);

    } else {
        result = ngx_http_login_signin_leave(r, ctx->form);
    }

    ngx_http_finalize_request(r, result);
}
