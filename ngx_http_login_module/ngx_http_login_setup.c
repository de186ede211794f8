
/*
 * The forms of "mfa/setup": the name of a device, its first code, and that
 * its recovery codes were kept.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_setup_add(ngx_http_request_t *r,
    const login_form_t *query);
static ngx_int_t ngx_http_login_setup_begin(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_int_t ngx_http_login_setup_verify(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static login_event_e ngx_http_login_setup_event(
    const ngx_http_login_step_t *step, const login_form_t *form);
static ngx_int_t ngx_http_login_setup_name(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static void ngx_http_login_setup_named(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_setup_try(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static void ngx_http_login_setup_tried(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_setup_close(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static void ngx_http_login_setup_closed(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_setup_replace(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static void ngx_http_login_setup_replaced(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_setup_over(ngx_http_request_t *r);


ngx_int_t
ngx_http_login_setup_page(ngx_http_request_t *r)
{
    login_form_t            query;
    ngx_http_login_step_t  *step;

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    switch (ngx_http_login_step_open(r, NULL, &step)) {

    case NGX_OK:
        return ngx_http_login_step_show(r, step, &query, NGX_HTTP_OK,
                                        LOGIN_REASON_NONE);

    case NGX_DECLINED:
        if (login_form_get(&query, "f").len == 0) {
            return ngx_http_login_setup_add(r, &query);
        }

        return ngx_http_login_step_over(r, &query);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


/* Somebody who is signed in wants a device, or another one. */

static ngx_int_t
ngx_http_login_setup_add(ngx_http_request_t *r, const login_form_t *query)
{
    ngx_int_t                         rc;
    ngx_str_t                         url;
    login_flow_due_t                  due;
    const ngx_http_login_identity_t  *identity;

    switch (ngx_http_login_identify(r, &identity)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        if (ngx_http_login_signin_url(r, "", &url) != NGX_OK) {
            return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
        }

        return ngx_http_login_see_other(r, &url);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_memzero(&due, sizeof(login_flow_due_t));
    due.add = 1;

    rc = ngx_http_login_flow_step_up(r, identity, &due,
                                     login_form_get(query, "return_to"));

    /* the password first, and what a sign-in asks beside it */

    return rc == NGX_AGAIN ? ngx_http_login_flow_stale(r) : rc;
}


void
ngx_http_login_setup_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t  rc;

    rc = ngx_http_login_setup_begin(r, form);

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* NGX_DONE: the store is at it; else for ngx_http_finalize_request(). */

static ngx_int_t
ngx_http_login_setup_begin(ngx_http_request_t *r, const login_form_t *form)
{
    login_event_e           event;
    ngx_http_login_step_t  *step;

    event = ngx_http_login_form_event(r, form);

    switch (ngx_http_login_step_open(r, form, &step)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return ngx_http_login_step_none(r, form, event);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (event == LOGIN_EVENT_FORM) {

        if ((step->state == LOGIN_STATE_SAVE
             || step->state == LOGIN_STATE_ANEW)
            && login_form_get(form, "download").len)
        {
            return ngx_http_login_setup_download(r, step);
        }

        event = ngx_http_login_setup_event(step, form);
    }

    switch (login_flow_step(&step->state, event)) {

    case LOGIN_EFFECT_STEP:
        return ngx_http_login_setup_name(r, step);

    case LOGIN_EFFECT_VERIFY:
        return ngx_http_login_setup_verify(r, step);

    case LOGIN_EFFECT_FORGED:
        ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_FORGED);
        return ngx_http_login_step_show(r, step, form, NGX_HTTP_FORBIDDEN,
                                        LOGIN_REASON_FORGED);

    case LOGIN_EFFECT_STAY:
        return ngx_http_login_step_show(r, step, form,
                                        NGX_HTTP_LOGIN_UNPROCESSABLE,
                                        LOGIN_REASON_MALFORMED);

    default:
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }
}


static ngx_int_t
ngx_http_login_setup_verify(ngx_http_request_t *r,
    ngx_http_login_step_t *step)
{
    switch (step->state) {

    case LOGIN_STATE_SAVED:
        return ngx_http_login_setup_close(r, step);

    case LOGIN_STATE_KEPT:
        return ngx_http_login_setup_replace(r, step);

    default:
        return ngx_http_login_setup_try(r, step);
    }
}


/* Which form it is, its fields say; empty ones belong nowhere. */

static login_event_e
ngx_http_login_setup_event(const ngx_http_login_step_t *step,
    const login_form_t *form)
{
    if (login_form_get(form, "saved").len) {
        return LOGIN_EVENT_SAVED;
    }

    if (step->step.code.len) {
        return step->state == LOGIN_STATE_SCAN ? LOGIN_EVENT_FORM
                                               : LOGIN_EVENT_OTHER;
    }

    if (login_device_name(login_form_get(form, "device_name")) == LOGIN_OK) {
        return LOGIN_EVENT_NAMED;
    }

    return LOGIN_EVENT_OTHER;
}


static ngx_int_t
ngx_http_login_setup_name(ngx_http_request_t *r, ngx_http_login_step_t *step)
{
    ngx_http_login_ctx_t     *ctx;
    ngx_http_login_worker_t  *worker;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }

    switch (login_step_name(&step->step, worker->view,
                            login_form_get(ctx->form, "device_name")))
    {
    case LOGIN_EVENT_NAMED:
        return ngx_http_login_step_commit(r, step,
                                          ngx_http_login_setup_named);

    case LOGIN_EVENT_WEAK:
        return ngx_http_login_step_show(r, step, ctx->form,
                                        NGX_HTTP_LOGIN_UNPROCESSABLE,
                                        LOGIN_REASON_DEVICES);

    case LOGIN_EVENT_ENDED:
        return ngx_http_login_setup_over(r);

    default:
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }
}


static void
ngx_http_login_setup_named(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_step_t *step = data;

    ngx_int_t              result;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    switch (rc) {

    case LOGIN_OK:
        result = ngx_http_login_flow_go(r, &step->step.flow, step->place,
                                        LOGIN_STATE_SCAN,
                                        login_form_get(ctx->form,
                                                       "return_to"));
        break;

    case LOGIN_NO:
        result = ngx_http_login_step_again(r, step,
                                           ngx_http_login_setup_name);
        break;

    default:
        result = ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static ngx_int_t
ngx_http_login_setup_try(ngx_http_request_t *r, ngx_http_login_step_t *step)
{
    login_event_e             event;
    ngx_http_login_ctx_t     *ctx;
    ngx_http_login_worker_t  *worker;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }

    event = login_step_trial(&step->step, worker->view);

    switch (login_flow_step(&step->state, event)) {

    case LOGIN_EFFECT_COMMIT:
        return ngx_http_login_step_commit(r, step,
                                          ngx_http_login_setup_tried);

    /* nobody guesses who sees the secret */

    case LOGIN_EFFECT_REFUSE:
        ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_WRONG);
        return ngx_http_login_step_show(r, step, ctx->form,
                                        NGX_HTTP_FORBIDDEN,
                                        LOGIN_REASON_CODE);

    case LOGIN_EFFECT_ENDED:
        return ngx_http_login_setup_over(r);

    default:
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }
}


static void
ngx_http_login_setup_tried(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_step_t *step = data;

    ngx_int_t              result;
    login_flow_t          *flow;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
    flow = &step->step.flow;

    switch (login_flow_step(&step->state, login_flow_event(rc))) {

    case LOGIN_EFFECT_STEP:
        if (step->step.enrolled) {
            ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_DEVICE_ADDED);
        }

        flow->generation = step->step.mark.generation;

        result = ngx_http_login_flow_go(r, flow, step->place, step->state,
                                        login_form_get(ctx->form,
                                                       "return_to"));
        break;

    case LOGIN_EFFECT_VERIFY:
        result = ngx_http_login_step_again(r, step,
                                           ngx_http_login_setup_try);
        break;

    default:
        result = ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static ngx_int_t
ngx_http_login_setup_close(ngx_http_request_t *r,
    ngx_http_login_step_t *step)
{
    login_event_e             event;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }

    event = login_step_saved(&step->step, worker->view);

    switch (login_flow_step(&step->state, event)) {

    case LOGIN_EFFECT_COMMIT:
        return ngx_http_login_step_commit(r, step,
                                          ngx_http_login_setup_closed);

    case LOGIN_EFFECT_ENDED:
        return ngx_http_login_setup_over(r);

    default:
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }
}


static void
ngx_http_login_setup_closed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_step_end(r, data, rc, ngx_http_login_setup_close);
}


static ngx_int_t
ngx_http_login_setup_replace(ngx_http_request_t *r,
    ngx_http_login_step_t *step)
{
    login_event_e             event;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }

    event = login_step_anew(&step->step, worker->view);

    switch (login_flow_step(&step->state, event)) {

    case LOGIN_EFFECT_COMMIT:
        return ngx_http_login_step_commit(r, step,
                                          ngx_http_login_setup_replaced);

    case LOGIN_EFFECT_ENDED:
        return ngx_http_login_setup_over(r);

    default:
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }
}


static void
ngx_http_login_setup_replaced(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_step_t *step = data;

    ngx_int_t  result;

    switch (login_flow_step(&step->state, login_flow_event(rc))) {

    case LOGIN_EFFECT_LEAVE:
        ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_CODES_RENEWED);

        result = ngx_http_login_set_flow(r, step->place, login_str("", 0), 0)
                 == NGX_OK
                 ? ngx_http_login_devices_leave(r)
                 : ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
        break;

    case LOGIN_EFFECT_VERIFY:
        result = ngx_http_login_step_again(r, step,
                                           ngx_http_login_setup_replace);
        break;

    default:
        result = ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static ngx_int_t
ngx_http_login_setup_over(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    return ngx_http_login_step_over(r, ctx->form);
}
