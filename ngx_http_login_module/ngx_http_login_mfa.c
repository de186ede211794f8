
/* The page "mfa": the code of a device, or a recovery code. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_DAY  86400


static ngx_int_t ngx_http_login_mfa_show(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason);
static ngx_int_t ngx_http_login_mfa_begin(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_int_t ngx_http_login_mfa_check(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static void ngx_http_login_mfa_counted(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_mfa_passed(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_mfa_limited(ngx_http_request_t *r,
    ngx_http_login_step_t *step);
static ngx_uint_t ngx_http_login_mfa_recovery(ngx_http_request_t *r);


ngx_int_t
ngx_http_login_mfa_page(ngx_http_request_t *r)
{
    login_form_t            query;
    ngx_http_login_step_t  *step;

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    switch (ngx_http_login_step_open(r, NULL, &step)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return ngx_http_login_step_over(r, &query);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    return ngx_http_login_step_show(r, step, &query, NGX_HTTP_OK,
                                    LOGIN_REASON_NONE);
}


ngx_int_t
ngx_http_login_step_show(ngx_http_request_t *r, ngx_http_login_step_t *step,
    const login_form_t *form, ngx_uint_t status, login_reason_e reason)
{
    return step->step.flow.state == LOGIN_STATE_CODE
           ? ngx_http_login_mfa_show(r, step, form, status, reason)
           : ngx_http_login_setup_show(r, step, form, status, reason);
}


static ngx_int_t
ngx_http_login_mfa_show(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason)
{
    size_t                  days;
    ngx_http_login_page_t  *page;

    page = ngx_http_login_step_page(r, step,
                                    login_form_get(form, "return_to"),
                                    LOGIN_PAGE_MFA, status, reason);
    if (page == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (ngx_http_login_mfa_recovery(r)) {
        ngx_http_login_page_flag(page, LOGIN_VAR_RECOVERY);
    }

    if (step->step.trust) {
        ngx_http_login_page_flag(page, LOGIN_VAR_TRUST);
    }

    if (step->step.signin.trust != 0 && !step->step.flow.shared) {
        days = (step->step.signin.trust + NGX_HTTP_LOGIN_DAY - 1)
               / NGX_HTTP_LOGIN_DAY;

        ngx_http_login_page_flag(page, LOGIN_VAR_TRUSTABLE);

        if (ngx_http_login_register_number(r, page, LOGIN_VAR_TRUST_DAYS,
                                           days)
            != NGX_OK)
        {
            return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
        }
    }

    return ngx_http_login_page_send(r, page);
}


/* In the address, so that it is the same page after a mistake. */

static ngx_uint_t
ngx_http_login_mfa_recovery(ngx_http_request_t *r)
{
    login_form_t  query;

    return ngx_http_login_read_query(r, &query) == NGX_OK
           && login_str_eq(login_form_get(&query, "use"),
                           login_cstr("recovery"));
}


void
ngx_http_login_mfa_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t  rc;

    rc = ngx_http_login_mfa_begin(r, form);

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* NGX_DONE: the store is at it; else for ngx_http_finalize_request(). */

static ngx_int_t
ngx_http_login_mfa_begin(ngx_http_request_t *r, const login_form_t *form)
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

    if (event == LOGIN_EVENT_FORM && step->state != LOGIN_STATE_CODE) {
        event = LOGIN_EVENT_OTHER;
    }

    switch (login_flow_step(&step->state, event)) {

    case LOGIN_EFFECT_VERIFY:
        break;

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

    if (step->step.code.len == 0) {
        return ngx_http_login_mfa_show(r, step, form,
                                       NGX_HTTP_LOGIN_UNPROCESSABLE,
                                       LOGIN_REASON_MALFORMED);
    }

    step->step.recovery = ngx_http_login_mfa_recovery(r);

    return ngx_http_login_mfa_check(r, step);
}


static ngx_int_t
ngx_http_login_mfa_check(ngx_http_request_t *r, ngx_http_login_step_t *step)
{
    login_event_e             event;
    ngx_http_login_ctx_t     *ctx;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    if (worker == NULL) {
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }

    event = login_step_code(&step->step, worker->view);

    switch (login_flow_step(&step->state, event)) {

    case LOGIN_EFFECT_COMMIT:
        return ngx_http_login_step_commit(r, step,
                                          ngx_http_login_mfa_passed);

    case LOGIN_EFFECT_COUNT:
        return ngx_http_login_step_commit(r, step,
                                          ngx_http_login_mfa_counted);

    case LOGIN_EFFECT_THROTTLE:
        return ngx_http_login_mfa_limited(r, step);

    case LOGIN_EFFECT_ENDED:
        ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);
        return ngx_http_login_step_over(r, ctx->form);

    default:
        return ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
    }
}


/* Nobody is told that a code was wrong before that is counted. */

static void
ngx_http_login_mfa_counted(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_step_t *step = data;

    ngx_int_t              result;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    switch (login_flow_step(&step->state, login_flow_event(rc))) {

    case LOGIN_EFFECT_REFUSE:
        ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_WRONG);
        result = ngx_http_login_mfa_show(r, step, ctx->form,
                                         NGX_HTTP_FORBIDDEN,
                                         LOGIN_REASON_CODE);
        break;

    case LOGIN_EFFECT_VERIFY:
        result = ngx_http_login_step_again(r, step, ngx_http_login_mfa_check);
        break;

    default:
        result = ngx_http_login_step_fault(r, step, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static void
ngx_http_login_mfa_passed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_step_end(r, data, rc, ngx_http_login_mfa_check);
}


static ngx_int_t
ngx_http_login_mfa_limited(ngx_http_request_t *r,
    ngx_http_login_step_t *step)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    ctx->retry = step->step.factor.wait;

    ngx_http_login_step_event(r, step, LOGIN_LOG_MFA_LIMITED);

    return ngx_http_login_mfa_show(r, step, ctx->form,
                                   NGX_HTTP_TOO_MANY_REQUESTS,
                                   LOGIN_REASON_LIMITED);
}
