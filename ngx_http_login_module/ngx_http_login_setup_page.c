
/* The pages of "mfa/setup", and the file with recovery codes. */

#include "ngx_http_login_module.h"


/* The secret in groups, with NUL. */
#define NGX_HTTP_LOGIN_SETUP_KEY                                              \
    (login_base32_len(LOGIN_TOTP_SECRET_MAX) * 5 / 4 + 1)


static ngx_int_t ngx_http_login_setup_fill(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, ngx_http_login_page_t *page);
static ngx_int_t ngx_http_login_setup_device(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, login_totp_t *totp);
static ngx_int_t ngx_http_login_setup_scan(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, ngx_http_login_page_t *page,
    const login_totp_t *totp);
static ngx_int_t ngx_http_login_setup_qr(ngx_http_request_t *r,
    ngx_http_login_page_t *page, login_str_t uri);
static void ngx_http_login_setup_key(ngx_http_login_page_t *page, u_char *p,
    const login_totp_t *totp);
static ngx_int_t ngx_http_login_setup_codes(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, ngx_http_login_page_t *page);
static login_str_t ngx_http_login_setup_issuer(ngx_http_request_t *r,
    const ngx_http_login_step_t *step);
static void ngx_http_login_setup_cleanup(void *data);


ngx_int_t
ngx_http_login_setup_show(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason)
{
    ngx_int_t               rc;
    login_str_t             name;
    login_page_e            which;
    ngx_http_login_page_t  *page;

    switch (step->step.flow.state) {

    case LOGIN_STATE_NAME:
        which = LOGIN_PAGE_MFA_NAME;
        break;

    case LOGIN_STATE_SCAN:
        which = LOGIN_PAGE_MFA_SCAN;
        break;

    default:
        which = LOGIN_PAGE_RECOVERY_CODES;
        break;
    }

    page = ngx_http_login_step_page(r, step,
                                    login_form_get(form, "return_to"),
                                    which, status, reason);

    rc = page ? ngx_http_login_setup_fill(r, step, page) : NGX_ERROR;

    if (rc == NGX_DECLINED) {
        return ngx_http_login_step_over(r, form);
    }

    if (rc != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    name = login_form_get(form, "device_name");

    ngx_http_login_page_text(page, LOGIN_VAR_DEVICE_NAME, name.data,
                             name.len);

    return ngx_http_login_page_send(r, page);
}


static ngx_int_t
ngx_http_login_setup_fill(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, ngx_http_login_page_t *page)
{
    ngx_int_t     rc;
    login_totp_t  totp;

    if (page->page == LOGIN_PAGE_RECOVERY_CODES) {
        return ngx_http_login_setup_codes(r, step, page);
    }

    if (page->page != LOGIN_PAGE_MFA_SCAN) {
        return NGX_OK;
    }

    rc = ngx_http_login_setup_device(r, step, &totp);

    if (rc == NGX_OK) {
        rc = ngx_http_login_setup_scan(r, step, page, &totp);
    }

    ngx_explicit_memzero(&totp, sizeof(login_totp_t));

    return rc;
}


static ngx_int_t
ngx_http_login_setup_device(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, login_totp_t *totp)
{
    login_device_t            device;
    login_result_e            rc;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = login_device_get(&device, worker->view, step->step.flow.account,
                          step->step.flow.device, step->step.signin.now);

    /* shown only as long as it counts for nothing */

    if (rc == LOGIN_OK && !device.pending) {
        rc = LOGIN_NO;
    }

    if (rc == LOGIN_OK) {
        rc = login_device_open(totp, worker->view, &device);
    }

    login_view_end(worker->view);

    if (rc == LOGIN_OK) {
        return NGX_OK;
    }

    return rc == LOGIN_NO ? NGX_DECLINED : NGX_ERROR;
}


static ngx_int_t
ngx_http_login_setup_scan(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, ngx_http_login_page_t *page,
    const login_totp_t *totp)
{
    u_char  *p;
    size_t   len;

    p = ngx_pnalloc(r->pool, LOGIN_OTPAUTH_MAX + NGX_HTTP_LOGIN_SETUP_KEY);
    if (p == NULL) {
        return NGX_ERROR;
    }

    len = login_otpauth_write(p, totp, ngx_http_login_setup_issuer(r, step),
                              step->step.signin.username);

    if (len == 0
        || ngx_http_login_setup_qr(r, page, login_str(p, len)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_login_page_text(page, LOGIN_VAR_TOTP_URI, p, len);

    ngx_http_login_setup_key(page, p + LOGIN_OTPAUTH_MAX, totp);

    return NGX_OK;
}


static login_str_t
ngx_http_login_setup_issuer(ngx_http_request_t *r,
    const ngx_http_login_step_t *step)
{
    ngx_http_login_srv_conf_t  *scf;

    if (step->org && step->org->title.len) {
        return ngx_http_login_str(&step->org->title);
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    return scf->portal->parsed.host;
}


static ngx_int_t
ngx_http_login_setup_qr(ngx_http_request_t *r, ngx_http_login_page_t *page,
    login_str_t uri)
{
    login_qr_t           qr;
    login_arena_t       *arena;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    arena = login_arena_create();
    if (arena == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_login_setup_cleanup;
    cln->data = arena;

    if (login_qr_draw(&qr, arena, uri) != LOGIN_OK
        || ngx_http_login_register_number(r, page, LOGIN_VAR_QR_SIZE, qr.size)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_login_page_text(page, LOGIN_VAR_QR_PATH, qr.path.data,
                             qr.path.len);

    return NGX_OK;
}


static void
ngx_http_login_setup_cleanup(void *data)
{
    login_arena_destroy(data);
}


/* In groups of four, as people type it. */

static void
ngx_http_login_setup_key(ngx_http_login_page_t *page, u_char *p,
    const login_totp_t *totp)
{
    size_t   i, len;
    u_char  *start, text[login_base32_len(LOGIN_TOTP_SECRET_MAX)];

    len = login_base32_encode(text, login_str(totp->secret, totp->len));
    start = p;

    for (i = 0; i < len; i++) {
        if (i != 0 && i % 4 == 0) {
            *p++ = ' ';
        }

        *p++ = text[i];
    }

    ngx_explicit_memzero(text, sizeof(text));

    ngx_http_login_page_text(page, LOGIN_VAR_TOTP_SECRET, start, p - start);
}


static ngx_int_t
ngx_http_login_setup_codes(ngx_http_request_t *r,
    const ngx_http_login_step_t *step, ngx_http_login_page_t *page)
{
    ngx_uint_t              i;
    login_value_t          *rows, *value;
    login_recovery_text_t  *codes;

    codes = ngx_palloc(r->pool,
                       LOGIN_RECOVERY_CODES * sizeof(login_recovery_text_t));
    rows = ngx_pcalloc(r->pool, LOGIN_RECOVERY_CODES * LOGIN_VARS
                                * sizeof(login_value_t));

    if (codes == NULL || rows == NULL
        || login_recovery_codes(codes, &step->step.flow.seed) != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < LOGIN_RECOVERY_CODES; i++) {
        value = &rows[i * LOGIN_VARS + LOGIN_VAR_RECOVERY_CODE];
        value->text = login_cstr(codes[i]);
    }

    if (step->step.flow.state == LOGIN_STATE_SAVE) {
        ngx_http_login_page_flag(page, LOGIN_VAR_ENROLLED);
    }

    page->values[LOGIN_VAR_CODES].rows = LOGIN_RECOVERY_CODES;
    page->values[LOGIN_VAR_CODES].row = rows;

    return NGX_OK;
}


ngx_int_t
ngx_http_login_setup_download(ngx_http_request_t *r,
    const ngx_http_login_step_t *step)
{
    u_char                 *p;
    ngx_str_t               body;
    ngx_uint_t              i;
    login_str_t             issuer, username;
    login_recovery_text_t   codes[LOGIN_RECOVERY_CODES];

    static ngx_str_t  disposition =
        ngx_string("attachment; filename=\"recovery-codes.txt\"");

    issuer = ngx_http_login_setup_issuer(r, step);
    username = step->step.signin.username;

    p = ngx_pnalloc(r->pool, issuer.len + username.len + sizeof(": \r\n\r\n")
                             + LOGIN_RECOVERY_CODES
                               * (LOGIN_RECOVERY_TEXT + sizeof("\r\n")));

    if (p == NULL
        || login_recovery_codes(codes, &step->step.flow.seed) != LOGIN_OK
        || ngx_http_login_push_header(r, "Content-Disposition", &disposition)
           == NULL)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    body.data = p;

    p = ngx_cpymem(p, issuer.data, issuer.len);
    p = ngx_cpymem(p, ": ", 2);
    p = ngx_cpymem(p, username.data, username.len);
    p = ngx_cpymem(p, "\r\n\r\n", 4);

    for (i = 0; i < LOGIN_RECOVERY_CODES; i++) {
        p = ngx_sprintf(p, "%s\r\n", codes[i]);
    }

    body.len = p - body.data;

    ngx_explicit_memzero(codes, sizeof(codes));

    r->headers_out.status = NGX_HTTP_OK;

    return ngx_http_login_send(r, "text/plain; charset=utf-8", &body);
}
