
/*
 * A step of a flow that somebody is at: whose it is, what the store says of
 * it, and how it ends.  The store is read on the event loop, since codes are
 * checked in no time; the writer's thread does the rest.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_STEP_TEXTS  4


static ngx_http_login_step_t *ngx_http_login_step_create(
    ngx_http_request_t *r, const login_form_t *form);
static void ngx_http_login_step_cleanup(void *data);
static ngx_int_t ngx_http_login_step_see(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static void ngx_http_login_step_told(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static ngx_int_t ngx_http_login_step_session(ngx_http_request_t *r,
    ngx_http_login_step_t *step);


ngx_int_t
ngx_http_login_step_open(ngx_http_request_t *r, const login_form_t *form,
    ngx_http_login_step_t **result)
{
    ngx_int_t               rc;
    ngx_uint_t              place;
    login_flow_t            flow;
    ngx_pool_cleanup_t     *cln;
    ngx_http_login_step_t  *step;

    rc = ngx_http_login_flow_find(r, &flow, &place);

    if (rc != NGX_OK) {
        return rc;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    step = ngx_http_login_step_create(r, form);
    if (step == NULL) {
        return NGX_ERROR;
    }

    /* one user is the request */

    cln->handler = ngx_http_login_step_cleanup;
    cln->data = step;

    step->step.flow = flow;
    step->place = place;
    step->state = flow.state;

    ngx_explicit_memzero(&flow, sizeof(login_flow_t));

    rc = ngx_http_login_step_see(r, step);

    *result = step;

    return rc;
}


static ngx_http_login_step_t *
ngx_http_login_step_create(ngx_http_request_t *r, const login_form_t *form)
{
    u_char                     *p;
    size_t                      len;
    login_str_t                 from[NGX_HTTP_LOGIN_STEP_TEXTS];
    login_str_t                *to[NGX_HTTP_LOGIN_STEP_TEXTS];
    login_signin_t             *signin;
    ngx_http_login_step_t      *step;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    ngx_http_login_main_conf_t       *mcf;
    const ngx_http_login_identity_t  *identity;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    /* whose session it takes the place of, if there is one */

    (void) ngx_http_login_identify(r, &identity);

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NULL;
    }

    from[0] = form ? login_form_get(form, "code") : login_str("", 0);
    from[1] = ngx_http_login_str(&r->connection->addr_text);
    from[2] = ngx_http_login_str(&scf->portal->url);
    from[3] = ngx_http_login_user_agent(r);

    len = ngx_http_login_job_len(from, NGX_HTTP_LOGIN_STEP_TEXTS);

    step = ngx_calloc(sizeof(ngx_http_login_step_t) + len,
                      r->connection->log);
    if (step == NULL) {
        return NULL;
    }

    signin = &step->step.signin;

    to[0] = &step->step.code;
    to[1] = &signin->address;
    to[2] = &signin->portal;
    to[3] = &signin->browser;

    p = ngx_http_login_job_copy(step->data, to, from,
                                NGX_HTTP_LOGIN_STEP_TEXTS);

    signin->browser = login_session_browser(p - from[3].len, from[3].len);
    signin->now = (uint64_t) ngx_time();
    signin->replace = visitor->genuine;
    signin->old = visitor->ticket;

    step->step.trust = form && login_form_get(form, "trust").len != 0;
    ngx_memcpy(signin->browser_id, visitor->browser_id, LOGIN_ID_LEN);

    step->orgs = login_orgs_hold(mcf->table);
    signin->orgs = step->orgs;
    signin->mails = ngx_http_login_mails(mcf);

    step->users = 1;
    step->len = len;

    return step;
}


static void
ngx_http_login_step_cleanup(void *data)
{
    ngx_http_login_step_release(data);
}


void
ngx_http_login_step_release(void *data)
{
    ngx_http_login_step_t *step = data;

    if (--step->users) {
        return;
    }

    login_changes_destroy(step->step.signin.changes);
    login_orgs_destroy(step->orgs);

    ngx_explicit_memzero(step, sizeof(ngx_http_login_step_t) + step->len);
    ngx_free(step);
}


/* NGX_DECLINED: it is over, whatever its cookie says. */

static ngx_int_t
ngx_http_login_step_see(ngx_http_request_t *r, ngx_http_login_step_t *step)
{
    login_event_e                      event;
    login_signin_t                    *signin;
    login_account_t                    account;
    ngx_http_login_worker_t           *worker;
    const ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    event = login_step_see(&step->step, &account, worker->view);

    login_view_end(worker->view);

    signin = &step->step.signin;

    step->org = ngx_http_login_org_find(mcf, signin->org.data,
                                        signin->org.len);

    if (event == LOGIN_EVENT_FAULT) {
        return NGX_ERROR;
    }

    return event == LOGIN_EVENT_OK ? NGX_OK : NGX_DECLINED;
}


/* NGX_DONE, or for ngx_http_finalize_request(). */

ngx_int_t
ngx_http_login_step_commit(ngx_http_request_t *r,
    ngx_http_login_step_t *step, ngx_http_login_done_pt done)
{
    ngx_int_t                 rc;
    login_changes_t          *changes;
    ngx_http_login_worker_t  *worker;

    changes = step->step.signin.changes;
    step->step.signin.changes = NULL;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        login_changes_destroy(changes);
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }

    step->users++;

    rc = ngx_http_login_task_commit(r, worker, changes, done, step,
                                    ngx_http_login_step_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    step->users--;

    return ngx_http_login_step_fault(r, step, rc == NGX_BUSY
                                              ? LOGIN_REASON_BUSY
                                              : LOGIN_REASON_INTERNAL);
}


ngx_int_t
ngx_http_login_step_fault(ngx_http_request_t *r, ngx_http_login_step_t *step,
    login_reason_e reason)
{
    if (step->step.signin.error.text[0] != '\0') {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "login: %s",
                      step->step.signin.error.text);
    }

    ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_FAULT);

    return ngx_http_login_error(r, reason);
}


void
ngx_http_login_step_event(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, login_log_kind_e kind)
{
    login_log_event_t      event;
    const login_signin_t  *signin;

    ngx_memzero(&event, sizeof(login_log_event_t));

    signin = &step->step.signin;

    event.account = step->step.flow.account;
    event.org = signin->org;
    event.username = signin->username;

    ngx_http_login_event(r, kind, &event);
}


/* Another one has changed what this was made of; it is made anew. */

ngx_int_t
ngx_http_login_step_again(ngx_http_request_t *r, ngx_http_login_step_t *step,
    ngx_http_login_step_pt run)
{
    login_changes_destroy(step->step.signin.changes);
    step->step.signin.changes = NULL;

    if (++step->tries == NGX_HTTP_LOGIN_STEP_TRIES) {
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_BUSY);
    }

    return run(r, step);
}


void
ngx_http_login_step_end(ngx_http_request_t *r, ngx_http_login_step_t *step,
    login_result_e rc, ngx_http_login_step_pt run)
{
    ngx_int_t  result;

    switch (login_flow_step(&step->state, login_flow_event(rc))) {

    case LOGIN_EFFECT_SESSION:
        ngx_http_login_step_told(r, step);
        result = ngx_http_login_step_session(r, step);
        break;

    case LOGIN_EFFECT_VERIFY:
        result = ngx_http_login_step_again(r, step, run);
        break;

    default:
        result = ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


/* What the store keeps of it has been written with it. */

static void
ngx_http_login_step_told(ngx_http_request_t *r, ngx_http_login_step_t *step)
{
    login_flow_t  *flow;

    flow = &step->step.flow;

    if (step->step.recovery) {
        ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_RECOVERY);
    }

    if (step->step.trusted) {
        ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_TRUSTED);
    }

    ngx_http_login_event_signin(r, flow->stepped
                                   && flow->state == LOGIN_STATE_CODE
                                   ? LOGIN_LOG_MFA_STEPPED_UP
                                   : LOGIN_LOG_SIGNIN,
                                &step->step.signin);
}


/* Hands out the session that was written. */

static ngx_int_t
ngx_http_login_step_session(ngx_http_request_t *r,
    ngx_http_login_step_t *step)
{
    ngx_str_t              url;
    login_str_t            target;
    login_signin_t        *signin;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    target = login_form_get(ctx->form, "return_to");
    signin = &step->step.signin;

    if (ngx_http_login_set_session(r, signin->org, &signin->ticket,
                                   signin->shared)
        != NGX_OK
        || ngx_http_login_set_browser(r, !signin->shared) != NGX_OK
        || ngx_http_login_last_forget(r) != NGX_OK
        || (!signin->shared
            && ngx_http_login_org_remember(r, signin->org) != NGX_OK)
        || (step->step.trusted
            && ngx_http_login_set_trust(r, login_str(step->step.token,
                                                     LOGIN_TRUST_TOKEN_LEN),
                                        signin->trust)
               != NGX_OK)
        || ngx_http_login_set_flow(r, step->place, login_str("", 0), 0)
           != NGX_OK
        || ngx_http_login_return_url(r, target, "apps", &url) != NGX_OK)
    {
        ngx_http_login_forget_cookies(r);
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}


/* What every page of a flow shows. */

ngx_http_login_page_t *
ngx_http_login_step_page(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, login_str_t target, login_page_e name,
    ngx_uint_t status, login_reason_e reason)
{
    u_char                 *p;
    login_str_t             csrf;
    ngx_http_login_page_t  *page;
    const login_signin_t   *signin;

    signin = &step->step.signin;

    page = ngx_http_login_page(r, name, status, reason);

    p = ngx_pnalloc(r->pool, LOGIN_FLOW_ID_TEXT + signin->username.len);

    if (page == NULL || p == NULL
        || ngx_http_login_csrf_make(r, &csrf) != NGX_OK)
    {
        return NULL;
    }

    (void) login_base64url_encode(p, login_str(step->step.flow.id,
                                               LOGIN_FLOW_ID_LEN));

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);
    ngx_http_login_page_text(page, LOGIN_VAR_FLOW, p, LOGIN_FLOW_ID_TEXT);

    p += LOGIN_FLOW_ID_TEXT;
    ngx_memcpy(p, signin->username.data, signin->username.len);

    ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, p,
                             signin->username.len);

    if (ngx_http_login_return_allowed(r, target)) {
        ngx_http_login_page_text(page, LOGIN_VAR_RETURN_TO, target.data,
                                 target.len);
    }

    if (step->org && step->org->contact.len) {
        ngx_http_login_page_text(page, LOGIN_VAR_CONTACT,
                                 step->org->contact.data,
                                 step->org->contact.len);
    }

    return page;
}


/*
 * No flow, or one that is over: who is signed in has finished it, all others
 * begin anew.
 */

ngx_int_t
ngx_http_login_step_over(ngx_http_request_t *r, const login_form_t *form)
{
    const ngx_http_login_identity_t  *identity;

    switch (ngx_http_login_identify(r, &identity)) {

    case NGX_OK:
        return ngx_http_login_signin_leave(r, form);

    case NGX_DECLINED:
        break;

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (r->method == NGX_HTTP_POST) {
        ngx_http_login_event(r, LOGIN_LOG_MFA_OVER, NULL);
    }

    return ngx_http_login_signin_over(r, form);
}


/* The same for a form, which may have come from anywhere. */

ngx_int_t
ngx_http_login_step_none(ngx_http_request_t *r, const login_form_t *form,
    login_event_e event)
{
    switch (event) {

    case LOGIN_EVENT_FORM:
        return ngx_http_login_step_over(r, form);

    case LOGIN_EVENT_FORGED:
        ngx_http_login_event(r, LOGIN_LOG_MFA_FORGED, NULL);
        return ngx_http_login_error(r, LOGIN_REASON_FORGED);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}
