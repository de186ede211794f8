
/*
 * The way of a new password from its form through a hasher and the store to
 * the page that says so.  What comes next, login_flow_step() says.
 */

#include "ngx_http_login_module.h"


/* Others may change the account, and so the change is made anew. */
#define NGX_HTTP_LOGIN_RENEW_TRIES  16


static ngx_int_t ngx_http_login_renew_limit(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, ngx_http_login_renew_t *renew,
    ngx_int_t *result);
static ngx_int_t ngx_http_login_renew_post(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew);
static ngx_int_t ngx_http_login_renew_settle(ngx_http_login_renew_t *renew,
    login_limit_outcome_e outcome, login_changes_t **lock);
static void ngx_http_login_renew_release(void *data);
static login_result_e ngx_http_login_renew_run(void *data,
    login_view_t *view, login_hasher_t *hasher);
static void ngx_http_login_renew_hashed(ngx_http_request_t *r, void *data,
    login_result_e rc);
static login_event_e ngx_http_login_renew_event(
    const ngx_http_login_renew_t *renew, login_result_e rc);
static ngx_int_t ngx_http_login_renew_wrong(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew);
static void ngx_http_login_renew_locked(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_renew_weak(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew);
static ngx_int_t ngx_http_login_renew_write(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew, login_changes_t *changes,
    ngx_http_login_done_pt done);
static void ngx_http_login_renew_committed(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_renew_again(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew);


ngx_int_t
ngx_http_login_renew(ngx_http_request_t *r, const login_form_t *form,
    const ngx_http_login_identity_t *identity, login_str_t token,
    login_state_e state)
{
    ngx_int_t                rc;
    ngx_http_login_renew_t  *renew;

    renew = ngx_http_login_renew_create(r, form, identity, token, state);
    if (renew == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    /* nobody guesses a token */

    if (identity == NULL
        || ngx_http_login_renew_limit(r, identity, renew, &rc) == NGX_OK)
    {
        rc = ngx_http_login_renew_post(r, renew);
    }

    if (rc != NGX_DONE) {
        ngx_http_login_renew_release(renew);
    }

    return rc;
}


/* Who found an open session must not guess the password in it. */

static ngx_int_t
ngx_http_login_renew_limit(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity, ngx_http_login_renew_t *renew,
    ngx_int_t *result)
{
    ngx_int_t              rc;
    uint64_t               wait;
    ngx_http_login_ctx_t  *ctx;

    rc = ngx_http_login_limit_signin(r, &renew->throttle,
                                     login_str(identity->org.data,
                                               identity->org.len),
                                     login_str(identity->username.data,
                                               identity->username.len),
                                     &wait);
    if (rc == NGX_OK) {
        renew->renew.guess = renew->throttle.guess;
        renew->renew.remember = 1;
        return NGX_OK;
    }

    if (rc == NGX_DECLINED
        && login_flow_step(&renew->state, LOGIN_EVENT_LIMITED)
           == LOGIN_EFFECT_THROTTLE)
    {
        ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
        ctx->retry = wait;

        *result = ngx_http_login_account_show(r, NGX_HTTP_TOO_MANY_REQUESTS,
                                              LOGIN_REASON_THROTTLED);
        return NGX_DECLINED;
    }

    *result = ngx_http_login_error(r, LOGIN_REASON_STORE);

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_login_renew_post(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew)
{
    ngx_int_t  rc;

    rc = ngx_http_login_task_hash(r, ngx_http_login_renew_run,
                                  ngx_http_login_renew_hashed, renew,
                                  ngx_http_login_renew_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    return ngx_http_login_error(r, rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                  : LOGIN_REASON_STORE);
}


/* A lock is the account's own, as if somebody had tried to sign in. */

static ngx_int_t
ngx_http_login_renew_settle(ngx_http_login_renew_t *renew,
    login_limit_outcome_e outcome, login_changes_t **lock)
{
    login_signin_t  signin;

    ngx_memzero(&signin, sizeof(login_signin_t));

    signin.org = renew->renew.org;
    signin.username = renew->renew.username;
    signin.address = renew->renew.address;
    signin.browser = renew->renew.browser;
    signin.now = renew->renew.now;
    signin.exists = 1;

    ngx_memcpy(signin.account, renew->renew.account, LOGIN_ID_LEN);

    return ngx_http_login_limit_settle(&renew->throttle, outcome, &signin,
                                       lock);
}


static void
ngx_http_login_renew_release(void *data)
{
    ngx_http_login_renew_t *renew = data;

    if (--renew->users) {
        return;
    }

    (void) ngx_http_login_renew_settle(renew,
                                       renew->wrong ? LOGIN_LIMIT_FAILURE
                                                    : LOGIN_LIMIT_RETURN,
                                       NULL);

    login_changes_destroy(renew->renew.changes);
    login_orgs_destroy(renew->orgs);

    ngx_explicit_memzero(renew, sizeof(ngx_http_login_renew_t) + renew->len);
    ngx_free(renew);
}


/* In a thread.  The passwords are of no use to anybody from then on. */

static login_result_e
ngx_http_login_renew_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_renew_t *renew = data;

    login_result_e  rc;

    __atomic_store_n(&renew->throttle.begun, 1, __ATOMIC_RELEASE);

    rc = login_renew_run(&renew->renew, view, hasher);

    login_wipe((void *) renew->renew.current.data, renew->renew.current.len);
    login_wipe((void *) renew->renew.password.data,
               renew->renew.password.len);

    renew->wrong = (rc == LOGIN_NO
                    && renew->renew.refusal == LOGIN_RENEW_WRONG);

    return rc;
}


static void
ngx_http_login_renew_hashed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_renew_t *renew = data;

    ngx_int_t         result;
    login_changes_t  *changes;

    switch (login_flow_step(&renew->state,
                            ngx_http_login_renew_event(renew, rc)))
    {
    case LOGIN_EFFECT_COMMIT:
        changes = renew->renew.changes;
        renew->renew.changes = NULL;

        result = ngx_http_login_renew_write(r, renew, changes,
                                            ngx_http_login_renew_committed);
        break;

    case LOGIN_EFFECT_REFUSE:
        result = ngx_http_login_renew_wrong(r, renew);
        break;

    case LOGIN_EFFECT_WEAK:
        result = ngx_http_login_renew_weak(r, renew);
        break;

    case LOGIN_EFFECT_ENDED:
        result = renew->renew.remove ? ngx_http_login_devices_leave(r)
                 : renew->renew.token.len ? ngx_http_login_link_invalid(r)
                 : ngx_http_login_account_page(r);
        break;

    default:
        result = ngx_http_login_job_fault(r, &renew->renew.error);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static login_event_e
ngx_http_login_renew_event(const ngx_http_login_renew_t *renew,
    login_result_e rc)
{
    static const login_event_e  refusals[] = {
        [LOGIN_RENEW_ENDED] = LOGIN_EVENT_ENDED,
        [LOGIN_RENEW_WRONG] = LOGIN_EVENT_NO,
        [LOGIN_RENEW_WEAK] = LOGIN_EVENT_WEAK,
        [LOGIN_RENEW_LAST] = LOGIN_EVENT_WEAK
    };

    switch (rc) {

    case LOGIN_OK:
        return LOGIN_EVENT_OK;

    case LOGIN_NO:
        return refusals[renew->renew.refusal];

    default:
        return LOGIN_EVENT_FAULT;
    }
}


static ngx_int_t
ngx_http_login_renew_wrong(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew)
{
    ngx_int_t         rc;
    login_changes_t  *lock;

    ngx_http_login_event(r, LOGIN_LOG_PASSWORD_WRONG, NULL);

    rc = ngx_http_login_renew_settle(renew, LOGIN_LIMIT_FAILURE, &lock);

    switch (rc) {

    case NGX_OK:
        return ngx_http_login_account_show(r, NGX_HTTP_FORBIDDEN,
                                           LOGIN_REASON_CURRENT);

    case NGX_DECLINED:
        return ngx_http_login_renew_write(r, renew, lock,
                                          ngx_http_login_renew_locked);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


static void
ngx_http_login_renew_locked(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_int_t  result;

    result = rc == LOGIN_FAULT
             ? ngx_http_login_error(r, LOGIN_REASON_STORE)
             : ngx_http_login_account_show(r, NGX_HTTP_FORBIDDEN,
                                           LOGIN_REASON_CURRENT);

    ngx_http_finalize_request(r, result);
}


static ngx_int_t
ngx_http_login_renew_weak(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew)
{
    if (renew->renew.remove) {
        return ngx_http_login_account_show(r, NGX_HTTP_LOGIN_UNPROCESSABLE,
                                           LOGIN_REASON_LAST);
    }

    if (ngx_http_login_password_weak(r, &renew->renew.strength) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    if (renew->renew.token.len) {
        return ngx_http_login_reset_show(r, NGX_HTTP_LOGIN_UNPROCESSABLE,
                                         LOGIN_REASON_WEAK);
    }

    return ngx_http_login_account_show(r, NGX_HTTP_LOGIN_UNPROCESSABLE,
                                       LOGIN_REASON_WEAK);
}


static ngx_int_t
ngx_http_login_renew_write(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew, login_changes_t *changes,
    ngx_http_login_done_pt done)
{
    ngx_int_t                 rc;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    if (worker == NULL) {
        login_changes_destroy(changes);
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    renew->users++;

    rc = ngx_http_login_task_commit(r, worker, changes, done, renew,
                                    ngx_http_login_renew_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    renew->users--;

    return ngx_http_login_error(r, rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                  : LOGIN_REASON_INTERNAL);
}


static void
ngx_http_login_renew_committed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_renew_t *renew = data;

    ngx_int_t  result;

    /* another change came first: what it left is looked at anew */

    switch (login_flow_step(&renew->state, login_flow_event(rc))) {

    case LOGIN_EFFECT_SESSION:
        (void) ngx_http_login_renew_settle(renew, LOGIN_LIMIT_SUCCESS, NULL);
        result = ngx_http_login_account_changed(r, &renew->renew);
        break;

    case LOGIN_EFFECT_LEAVE:
        result = ngx_http_login_reset_leave(r, &renew->renew);
        break;

    case LOGIN_EFFECT_VERIFY:
        result = ngx_http_login_renew_again(r, renew);
        break;

    default:
        result = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


/* The hash is kept. */

static ngx_int_t
ngx_http_login_renew_again(ngx_http_request_t *r,
    ngx_http_login_renew_t *renew)
{
    ngx_int_t  rc;

    if (++renew->tries == NGX_HTTP_LOGIN_RENEW_TRIES) {
        return ngx_http_login_error(r, LOGIN_REASON_BUSY);
    }

    renew->users++;

    rc = ngx_http_login_renew_post(r, renew);

    if (rc != NGX_DONE) {
        renew->users--;
    }

    return rc;
}
