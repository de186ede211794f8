
/* The tiles of the page "apps". */

#include "ngx_http_login_module.h"


/* So long (s) after the first sign-in the page explains itself. */
#define NGX_HTTP_LOGIN_FIRST  3600


static ngx_int_t ngx_http_login_splash_tile(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_app_t *app,
    login_value_t *row);
static ngx_int_t ngx_http_login_splash_first(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_identity_t *identity);
static login_result_e ngx_http_login_splash_event(void *data,
    const login_log_event_t *event);


ngx_int_t
ngx_http_login_splash_fill(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const ngx_http_login_identity_t *identity)
{
    size_t                       n;
    ngx_uint_t                   i, need;
    login_value_t               *rows;
    ngx_http_login_app_t        *app;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    if (mcf->apps != NULL) {
        app = mcf->apps->elts;

        rows = ngx_pcalloc(r->pool, mcf->apps->nelts * LOGIN_VARS
                                    * sizeof(login_value_t));
        if (rows == NULL) {
            return NGX_ERROR;
        }

        n = 0;

        for (i = 0; i < mcf->apps->nelts; i++) {
            if (ngx_http_login_require_check(app[i].shown, identity, &need)
                != NGX_OK)
            {
                continue;
            }

            if (ngx_http_login_splash_tile(r, page, &app[i],
                                           rows + n++ * LOGIN_VARS)
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }

        page->values[LOGIN_VAR_APPS].rows = n;
        page->values[LOGIN_VAR_APPS].row = rows;

        if (n != 0) {
            ngx_http_login_page_flag(page, LOGIN_VAR_TILES);
        }
    }

    return ngx_http_login_splash_first(r, page, identity);
}


static ngx_int_t
ngx_http_login_splash_tile(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const ngx_http_login_app_t *app, login_value_t *row)
{
    u_char       *p;
    size_t        len;
    login_str_t   portal;

    row[LOGIN_VAR_APP_TITLE].text = ngx_http_login_str(&app->title);
    row[LOGIN_VAR_APP_URL].text = ngx_http_login_str(&app->url);
    row[LOGIN_VAR_APP_TEXT].text = ngx_http_login_str(&app->text);
    row[LOGIN_VAR_APP_LETTER].text = app->letter;

    if (app->icon.name.len == 0) {
        return NGX_OK;
    }

    portal = page->values[LOGIN_VAR_PORTAL].text;
    len = portal.len + sizeof("assets/") - 1 + app->icon.name.len;

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(p, "%*sassets/%V", portal.len, portal.data, &app->icon.name);

    row[LOGIN_VAR_APP_ICON].text = login_str(p, len);

    return NGX_OK;
}


/* Who was never signed in before, as far as events are kept. */

static ngx_int_t
ngx_http_login_splash_first(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const ngx_http_login_identity_t *identity)
{
    ngx_uint_t                n;
    login_result_e            rc;
    ngx_http_login_worker_t  *worker;

    if (ngx_time() - (time_t) identity->ticket.auth_time
        > NGX_HTTP_LOGIN_FIRST)
    {
        return NGX_OK;
    }

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    n = 0;
    rc = login_log_walk(worker->view, identity->ticket.account,
                        ngx_http_login_splash_event, &n);

    login_view_end(worker->view);

    if (rc == LOGIN_FAULT) {
        return NGX_ERROR;
    }

    if (n < 2) {
        ngx_http_login_page_flag(page, LOGIN_VAR_FIRST);
    }

    return NGX_OK;
}


static login_result_e
ngx_http_login_splash_event(void *data, const login_log_event_t *event)
{
    ngx_uint_t  *n = data;

    if (event->kind == LOGIN_LOG_SIGNIN || event->kind == LOGIN_LOG_REGISTERED)
    {
        (*n)++;
    }

    return LOGIN_OK;
}


const ngx_http_login_asset_t *
ngx_http_login_app_icon(const ngx_http_login_main_conf_t *mcf,
    const ngx_str_t *name)
{
    ngx_uint_t             i;
    ngx_http_login_app_t  *app;

    app = mcf->apps ? mcf->apps->elts : NULL;

    for (i = 0; app && i < mcf->apps->nelts; i++) {
        if (app[i].icon.name.len == name->len
            && ngx_memcmp(app[i].icon.name.data, name->data, name->len) == 0)
        {
            return &app[i].icon;
        }
    }

    return NULL;
}
