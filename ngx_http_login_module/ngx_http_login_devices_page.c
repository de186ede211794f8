
/* Devices, recovery codes and trusted browsers on the page "account". */

#include "ngx_http_login_module.h"

#include <time.h>


#define NGX_HTTP_LOGIN_DEVICES_ID   (2 * LOGIN_ID_LEN)

/* A list of the page while it is filled. */
typedef struct {
    ngx_http_request_t           *r;
    const login_locale_t         *locale;
    const login_account_t        *account;
    uint64_t                      epoch;
    uint64_t                      lifetime;     /* of trust */
    uint64_t                      now;
    login_value_t                *rows;
    ngx_uint_t                    n;
    ngx_uint_t                    max;
} ngx_http_login_devices_list_t;


static ngx_int_t ngx_http_login_devices_read(ngx_http_request_t *r,
    ngx_http_login_page_t *page, login_view_t *view,
    const ngx_http_login_identity_t *identity);
static login_value_t *ngx_http_login_devices_row(
    ngx_http_login_devices_list_t *list);
static login_result_e ngx_http_login_devices_device(void *data,
    const login_device_t *device);
static login_result_e ngx_http_login_devices_trusted(void *data,
    const login_trust_t *trust);
static ngx_int_t ngx_http_login_devices_text(ngx_pool_t *pool,
    login_value_t *value, login_str_t text);
static ngx_int_t ngx_http_login_devices_id(ngx_pool_t *pool,
    login_value_t *value, const u_char id[LOGIN_ID_LEN]);
static ngx_int_t ngx_http_login_devices_day(
    ngx_http_login_devices_list_t *list, login_value_t *value, uint64_t when);


ngx_int_t
ngx_http_login_devices_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_identity_t *identity)
{
    ngx_int_t                 rc;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = ngx_http_login_devices_read(r, page, worker->view, identity);

    login_view_end(worker->view);

    return rc;
}


static ngx_int_t
ngx_http_login_devices_read(ngx_http_request_t *r,
    ngx_http_login_page_t *page, login_view_t *view,
    const ngx_http_login_identity_t *identity)
{
    size_t                          left;
    uint64_t                        made;
    login_account_t                 account;
    const ngx_http_login_org_t     *org;
    ngx_http_login_main_conf_t     *mcf;
    ngx_http_login_devices_list_t   devices, trusted;

    if (login_account_get(&account, view, identity->ticket.account)
        != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    org = ngx_http_login_org_find(mcf, identity->org.data, identity->org.len);

    ngx_memzero(&devices, sizeof(ngx_http_login_devices_list_t));

    devices.r = r;
    devices.locale = ngx_http_login_locale(page);
    devices.account = &account;
    devices.lifetime = org ? (uint64_t) org->terms.trust : 0;
    devices.now = (uint64_t) ngx_time();
    trusted = devices;

    devices.max = LOGIN_DEVICES_MAX;
    trusted.max = LOGIN_TRUSTED_MAX;

    if (login_epoch_get(&trusted.epoch, view) != LOGIN_OK
        || login_device_walk(view, account.id, ngx_http_login_devices_device,
                             &devices)
           != LOGIN_OK
        || login_trust_walk(view, account.id, ngx_http_login_devices_trusted,
                            &trusted)
           != LOGIN_OK
        || login_recovery_left(&left, &made, view, account.id) == LOGIN_FAULT)
    {
        return NGX_ERROR;
    }

    /* single sign-on is never asked, and its people cannot prove themselves */

    if ((devices.n || (org && org->mfa != NGX_HTTP_LOGIN_MFA_OFF))
        && (org == NULL || org->password))
    {
        ngx_http_login_page_flag(page, LOGIN_VAR_FACTORS);
    }

    if (devices.n) {
        ngx_http_login_page_flag(page, LOGIN_VAR_RENEWABLE);
    }

    page->values[LOGIN_VAR_DEVICES].rows = devices.n;
    page->values[LOGIN_VAR_DEVICES].row = devices.rows;
    page->values[LOGIN_VAR_TRUSTED].rows = trusted.n;
    page->values[LOGIN_VAR_TRUSTED].row = trusted.rows;

    if (made == 0) {
        return NGX_OK;
    }

    return ngx_http_login_register_number(r, page, LOGIN_VAR_CODES_LEFT,
                                          left);
}


static login_value_t *
ngx_http_login_devices_row(ngx_http_login_devices_list_t *list)
{
    if (list->rows == NULL) {
        list->rows = ngx_pcalloc(list->r->pool, list->max * LOGIN_VARS
                                                * sizeof(login_value_t));
        if (list->rows == NULL) {
            return NULL;
        }
    }

    return &list->rows[list->n++ * LOGIN_VARS];
}


static login_result_e
ngx_http_login_devices_device(void *data, const login_device_t *device)
{
    ngx_http_login_devices_list_t *list = data;

    ngx_pool_t     *pool;
    login_value_t  *row;

    if (device->pending || list->n == list->max) {
        return LOGIN_OK;
    }

    pool = list->r->pool;
    row = ngx_http_login_devices_row(list);

    if (row == NULL
        || ngx_http_login_devices_id(pool, &row[LOGIN_VAR_DEVICE_ID],
                                     device->id)
           != NGX_OK
        || ngx_http_login_devices_text(pool, &row[LOGIN_VAR_DEVICE_LABEL],
                                       device->name)
           != NGX_OK
        || ngx_http_login_devices_day(list, &row[LOGIN_VAR_DEVICE_ADDED],
                                      device->made)
           != NGX_OK
        || ngx_http_login_devices_day(list, &row[LOGIN_VAR_DEVICE_USED],
                                      device->used)
           != NGX_OK)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static login_result_e
ngx_http_login_devices_trusted(void *data, const login_trust_t *trust)
{
    ngx_http_login_devices_list_t *list = data;

    ngx_pool_t     *pool;
    login_value_t  *row;

    if (!login_trust_good(trust, list->account, list->epoch, list->lifetime,
                          list->now)
        || list->n == list->max)
    {
        return LOGIN_OK;
    }

    pool = list->r->pool;
    row = ngx_http_login_devices_row(list);

    if (row == NULL
        || ngx_http_login_devices_id(pool, &row[LOGIN_VAR_TRUST_ID],
                                     trust->id)
           != NGX_OK
        || ngx_http_login_devices_text(pool, &row[LOGIN_VAR_TRUST_BROWSER],
                                       trust->browser)
           != NGX_OK
        || ngx_http_login_devices_text(pool, &row[LOGIN_VAR_TRUST_ADDRESS],
                                       trust->address)
           != NGX_OK
        || ngx_http_login_devices_day(list, &row[LOGIN_VAR_TRUST_ADDED],
                                      trust->made)
           != NGX_OK
        || ngx_http_login_devices_day(list, &row[LOGIN_VAR_TRUST_USED],
                                      trust->used)
           != NGX_OK)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


/* A copy: the page is made when the view has ended. */

static ngx_int_t
ngx_http_login_devices_text(ngx_pool_t *pool, login_value_t *value,
    login_str_t text)
{
    u_char  *p;

    p = ngx_pnalloc(pool, text.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, text.data, text.len);
    value->text = login_str(p, text.len);

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_devices_id(ngx_pool_t *pool, login_value_t *value,
    const u_char id[LOGIN_ID_LEN])
{
    u_char  *p;

    p = ngx_pnalloc(pool, NGX_HTTP_LOGIN_DEVICES_ID);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->text = login_str(p, login_hex_encode(p, login_str(id,
                                                             LOGIN_ID_LEN)));
    return NGX_OK;
}


/* In UTC, as it is written in the language of the page; empty: never. */

static ngx_int_t
ngx_http_login_devices_day(ngx_http_login_devices_list_t *list,
    login_value_t *value, uint64_t when)
{
    u_char  *p;

    p = ngx_pnalloc(list->r->pool, LOGIN_LOCALE_TIME);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->text = login_str(p, login_locale_day(p, list->locale, when));

    return NGX_OK;
}
