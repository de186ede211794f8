
/* The form of the page "register", through a hasher and the store. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_REGISTER_TRIES  8


/* On the heap: a thread may be at it when the request is gone. */
typedef struct {
    login_register_t             reg;
    login_state_e                state;
    ngx_uint_t                   users;     /* tasks that release it */
    ngx_uint_t                   tries;
    login_orgs_t                *orgs;
    size_t                       len;
    u_char                       data[];
} ngx_http_login_register_t;


static ngx_int_t ngx_http_login_register_begin(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_int_t ngx_http_login_register_verify(ngx_http_request_t *r,
    const login_form_t *form, login_state_e state);
static login_reason_e ngx_http_login_register_check(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_http_login_register_t *ngx_http_login_register_create(
    ngx_http_request_t *r, const login_form_t *form, login_state_e state);
static ngx_int_t ngx_http_login_register_post(ngx_http_request_t *r,
    ngx_http_login_register_t *reg);
static void ngx_http_login_register_release(void *data);
static login_result_e ngx_http_login_register_run(void *data,
    login_view_t *view, login_hasher_t *hasher);
static void ngx_http_login_register_hashed(ngx_http_request_t *r, void *data,
    login_result_e rc);
static ngx_int_t ngx_http_login_register_commit(ngx_http_request_t *r,
    ngx_http_login_register_t *reg);
static void ngx_http_login_register_committed(ngx_http_request_t *r,
    void *data, login_result_e rc);
static ngx_int_t ngx_http_login_register_again(ngx_http_request_t *r,
    ngx_http_login_register_t *reg);
static ngx_int_t ngx_http_login_register_leave(ngx_http_request_t *r,
    ngx_http_login_register_t *reg);
static ngx_int_t ngx_http_login_register_step(ngx_http_request_t *r,
    ngx_http_login_register_t *reg);
static login_event_e ngx_http_login_register_event(
    const ngx_http_login_register_t *reg, login_result_e rc);


void
ngx_http_login_register_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t  rc;

    rc = ngx_http_login_register_begin(r, form);

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* NGX_DONE: a thread is at it; else for ngx_http_finalize_request(). */

static ngx_int_t
ngx_http_login_register_begin(ngx_http_request_t *r,
    const login_form_t *form)
{
    login_state_e  state;

    state = LOGIN_STATE_REGISTER;

    switch (login_flow_step(&state, ngx_http_login_form_event(r, form))) {

    case LOGIN_EFFECT_VERIFY:
        return ngx_http_login_register_verify(r, form, state);

    case LOGIN_EFFECT_FORGED:
        return ngx_http_login_register_show(r, form, NGX_HTTP_FORBIDDEN,
                                            LOGIN_REASON_FORGED, NULL);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


static ngx_int_t
ngx_http_login_register_verify(ngx_http_request_t *r,
    const login_form_t *form, login_state_e state)
{
    ngx_int_t                   rc;
    login_reason_e              reason;
    ngx_http_login_register_t  *reg;

    reason = ngx_http_login_register_check(r, form);

    if (reason == LOGIN_REASON_STORE) {
        return ngx_http_login_error(r, reason);
    }

    if (reason != LOGIN_REASON_NONE) {
        return ngx_http_login_register_show(r, form,
                                            NGX_HTTP_LOGIN_UNPROCESSABLE,
                                            reason, NULL);
    }

    reg = ngx_http_login_register_create(r, form, state);
    if (reg == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    rc = ngx_http_login_register_post(r, reg);

    if (rc != NGX_DONE) {
        ngx_http_login_register_release(reg);
    }

    return rc;
}


/* What can be told without the store. */

static login_reason_e
ngx_http_login_register_check(ngx_http_request_t *r,
    const login_form_t *form)
{
    login_str_t  password, verify;

    password = login_form_get(form, "password");
    verify = login_form_get(form, "password_verify");

    if (login_register_name(login_form_get(form, "name")) != LOGIN_OK
        || password.len == 0)
    {
        return LOGIN_REASON_MALFORMED;
    }

    if (password.len != verify.len
        || !login_equal(password.data, verify.data, verify.len))
    {
        return LOGIN_REASON_MISMATCH;
    }

    return ngx_http_login_get_worker(r) ? LOGIN_REASON_NONE
                                        : LOGIN_REASON_STORE;
}


static ngx_http_login_register_t *
ngx_http_login_register_create(ngx_http_request_t *r,
    const login_form_t *form, login_state_e state)
{
    u_char                      *p;
    size_t                       len;
    login_signin_t              *signin;
    ngx_http_login_visitor_t    *visitor;
    ngx_http_login_register_t   *reg;
    ngx_http_login_srv_conf_t   *scf;
    ngx_http_login_main_conf_t  *mcf;

    login_str_t                  from[6];
    login_str_t                 *to[6];

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NULL;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    from[0] = visitor->link;
    from[1] = login_form_get(form, "name");
    from[2] = login_form_get(form, "password");
    from[3] = scf->portal->parsed.host;
    from[4] = ngx_http_login_str(&r->connection->addr_text);
    from[5] = ngx_http_login_user_agent(r);

    len = ngx_http_login_job_len(from, 6);

    reg = ngx_calloc(sizeof(ngx_http_login_register_t) + len,
                     r->connection->log);
    if (reg == NULL) {
        return NULL;
    }

    signin = &reg->reg.signin;

    to[0] = &reg->reg.token;
    to[1] = &reg->reg.name;
    to[2] = &reg->reg.password;
    to[3] = &reg->reg.host;
    to[4] = &signin->address;
    to[5] = &signin->browser;

    p = ngx_http_login_job_copy(reg->data, to, from, 6);

    signin->browser = login_session_browser(p - from[5].len, from[5].len);

    ngx_memcpy(signin->browser_id, visitor->browser_id, LOGIN_ID_LEN);

    reg->orgs = login_orgs_hold(mcf->table);

    signin->orgs = reg->orgs;
    signin->now = (uint64_t) ngx_time();

    signin->replace = visitor->genuine;
    signin->old = visitor->ticket;

    reg->state = state;
    reg->users = 1;
    reg->len = len;

    return reg;
}


static ngx_int_t
ngx_http_login_register_post(ngx_http_request_t *r,
    ngx_http_login_register_t *reg)
{
    ngx_int_t  rc;

    rc = ngx_http_login_task_hash(r, ngx_http_login_register_run,
                                  ngx_http_login_register_hashed, reg,
                                  ngx_http_login_register_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    return ngx_http_login_error(r, rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                  : LOGIN_REASON_STORE);
}


static void
ngx_http_login_register_release(void *data)
{
    ngx_http_login_register_t *reg = data;

    if (--reg->users) {
        return;
    }

    login_changes_destroy(reg->reg.signin.changes);
    login_orgs_destroy(reg->orgs);

    ngx_explicit_memzero(reg, sizeof(ngx_http_login_register_t) + reg->len);
    ngx_free(reg);
}


/* In a thread.  The password is of no use to anybody from then on. */

static login_result_e
ngx_http_login_register_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_register_t *reg = data;

    login_result_e  rc;

    rc = login_register_run(&reg->reg, view, hasher);

    login_wipe((void *) reg->reg.password.data, reg->reg.password.len);

    return rc;
}


static void
ngx_http_login_register_hashed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_register_t *reg = data;

    ngx_int_t              result;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    switch (login_flow_step(&reg->state,
                            ngx_http_login_register_event(reg, rc)))
    {
    case LOGIN_EFFECT_COMMIT:
        result = ngx_http_login_register_commit(r, reg);
        break;

    case LOGIN_EFFECT_WEAK:
        result = ngx_http_login_register_show(r, ctx->form,
                                              NGX_HTTP_LOGIN_UNPROCESSABLE,
                                              LOGIN_REASON_WEAK,
                                              &reg->reg.strength);
        break;

    case LOGIN_EFFECT_ENDED:
        result = ngx_http_login_invite_used(r, reg->reg.token);
        break;

    default:
        result = ngx_http_login_job_fault(r, &reg->reg.signin.error);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static ngx_int_t
ngx_http_login_register_commit(ngx_http_request_t *r,
    ngx_http_login_register_t *reg)
{
    ngx_int_t                 rc;
    login_changes_t          *changes;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    if (worker == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    changes = reg->reg.signin.changes;
    reg->reg.signin.changes = NULL;

    reg->users++;

    rc = ngx_http_login_task_commit(r, worker, changes,
                                    ngx_http_login_register_committed, reg,
                                    ngx_http_login_register_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    reg->users--;

    return ngx_http_login_error(r, rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                  : LOGIN_REASON_INTERNAL);
}


static void
ngx_http_login_register_committed(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_register_t *reg = data;

    ngx_int_t  result;

    switch (login_flow_step(&reg->state,
                            ngx_http_login_register_event(reg, rc)))
    {
    case LOGIN_EFFECT_SESSION:
        result = ngx_http_login_register_leave(r, reg);
        break;

    case LOGIN_EFFECT_STEP:
        result = ngx_http_login_register_step(r, reg);
        break;

    case LOGIN_EFFECT_VERIFY:
        result = ngx_http_login_register_again(r, reg);
        break;

    default:
        result = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


/* Another one was faster, or the account was changed; the hash is kept. */

static ngx_int_t
ngx_http_login_register_again(ngx_http_request_t *r,
    ngx_http_login_register_t *reg)
{
    ngx_int_t  rc;

    if (++reg->tries == NGX_HTTP_LOGIN_REGISTER_TRIES) {
        return ngx_http_login_error(r, LOGIN_REASON_BUSY);
    }

    reg->users++;

    rc = ngx_http_login_register_post(r, reg);

    if (rc != NGX_DONE) {
        reg->users--;
    }

    return rc;
}


static ngx_int_t
ngx_http_login_register_leave(ngx_http_request_t *r,
    ngx_http_login_register_t *reg)
{
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    ngx_http_login_event_signin(r, LOGIN_LOG_REGISTERED, &reg->reg.signin);

    if (ngx_http_login_set_session(r, reg->reg.signin.org,
                                   &reg->reg.signin.ticket, 0)
        != NGX_OK
        || ngx_http_login_set_browser(r, 1) != NGX_OK
        || ngx_http_login_last_forget(r) != NGX_OK
        || ngx_http_login_org_remember(r, reg->reg.signin.org) != NGX_OK
        || ngx_http_login_set_link(r, login_str("", 0)) != NGX_OK)
    {
        ngx_http_login_forget_cookies(r);
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_region_shown(r)
           ? ngx_http_login_region_ask(r, ctx->form)
           : ngx_http_login_signin_leave(r, ctx->form);
}


/* There is an account, and what it has to show besides comes first. */

static ngx_int_t
ngx_http_login_register_step(ngx_http_request_t *r,
    ngx_http_login_register_t *reg)
{
    login_log_event_t      event;
    ngx_http_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    login_signin_event(&event, LOGIN_LOG_REGISTERED, &reg->reg.signin);
    event.account = reg->reg.signin.flow.account;

    ngx_http_login_event(r, LOGIN_LOG_REGISTERED, &event);
    ngx_http_login_event(r, LOGIN_LOG_MFA_ASKED, &event);

    if (ngx_http_login_set_link(r, login_str("", 0)) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_flow_start(r, &reg->reg.signin.flow, reg->state,
                                     login_form_get(ctx->form, "return_to"));
}


static login_event_e
ngx_http_login_register_event(const ngx_http_login_register_t *reg,
    login_result_e rc)
{
    switch (rc) {

    case LOGIN_OK:
        return reg->state == LOGIN_STATE_REGISTRATION ? reg->reg.signin.event
                                                      : LOGIN_EVENT_OK;

    case LOGIN_NO:
        break;

    default:
        return LOGIN_EVENT_FAULT;
    }

    /* of a commit: it met another change */

    if (reg->state != LOGIN_STATE_REGISTRATION) {
        return LOGIN_EVENT_NO;
    }

    return reg->reg.refusal == LOGIN_REGISTER_WEAK ? LOGIN_EVENT_WEAK
                                                   : LOGIN_EVENT_ENDED;
}
