
/*
 * The forms of the second factor on the page "account".  Devices are added by
 * "mfa/setup", and removed with the password by ngx_http_login_renew().
 */

#include "ngx_http_login_module.h"


/* Others may change it, and so the change is made anew. */
#define NGX_HTTP_LOGIN_DEVICES_TRIES  16


/* A change; on the heap, it may outlive the request. */
typedef struct {
    u_char                        account[LOGIN_ID_LEN];
    u_char                        id[LOGIN_ID_LEN];
    unsigned                      untrust;
    ngx_uint_t                    tries;
    ngx_uint_t                    users;
    size_t                        len;
    u_char                        name[LOGIN_DEVICE_NAME_MAX];
} ngx_http_login_devices_edit_t;


static ngx_int_t ngx_http_login_devices_edit(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_identity_t *identity,
    unsigned untrust);
static ngx_int_t ngx_http_login_devices_codes(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity);
static ngx_int_t ngx_http_login_devices_write(ngx_http_request_t *r,
    ngx_http_login_devices_edit_t *edit);
static login_result_e ngx_http_login_devices_build(ngx_http_request_t *r,
    const ngx_http_login_devices_edit_t *edit, login_changes_t *changes,
    login_view_t *view);
static void ngx_http_login_devices_written(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_devices_release(void *data);
static ngx_int_t ngx_http_login_devices_url(ngx_http_request_t *r,
    ngx_str_t *url);


void
ngx_http_login_devices_target(ngx_http_request_t *r,
    const login_form_t *form, const ngx_http_login_identity_t *identity,
    login_renew_t *renew)
{
    const ngx_http_login_org_t  *org;
    ngx_http_login_main_conf_t  *mcf;

    if (!login_str_eq(login_form_get(form, "action"), login_cstr("remove"))) {
        return;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    org = ngx_http_login_org_find(mcf, identity->org.data, identity->org.len);

    renew->remove = 1;
    renew->others = 1;
    renew->required = (org && org->mfa == NGX_HTTP_LOGIN_MFA_REQUIRED);

    /* what is no id is the id of none */

    if (login_hex_decode(renew->device, LOGIN_ID_LEN,
                         login_form_get(form, "device"))
        != LOGIN_OK)
    {
        ngx_memzero(renew->device, LOGIN_ID_LEN);
    }
}


ngx_int_t
ngx_http_login_devices_form(ngx_http_request_t *r, const login_form_t *form,
    const ngx_http_login_identity_t *identity)
{
    unsigned     untrust, codes;
    ngx_int_t    rc;
    login_str_t  action;

    action = login_form_get(form, "action");
    untrust = login_str_eq(action, login_cstr("untrust"));
    codes = login_str_eq(action, login_cstr("codes"));

    if (!untrust && !codes && !login_str_eq(action, login_cstr("rename"))) {
        return NGX_DECLINED;
    }

    rc = ngx_http_login_edit_fresh(r, identity);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    return codes ? ngx_http_login_devices_codes(r, identity)
                 : ngx_http_login_devices_edit(r, form, identity, untrust);
}


static ngx_int_t
ngx_http_login_devices_edit(ngx_http_request_t *r, const login_form_t *form,
    const ngx_http_login_identity_t *identity, unsigned untrust)
{
    ngx_int_t                       rc;
    login_str_t                     name;
    ngx_http_login_devices_edit_t  *edit;

    name = login_form_get(form, "device_name");

    if (!untrust && login_device_name(name) != LOGIN_OK) {
        return ngx_http_login_account_show(r, NGX_HTTP_LOGIN_UNPROCESSABLE,
                                           LOGIN_REASON_MALFORMED);
    }

    edit = ngx_calloc(sizeof(ngx_http_login_devices_edit_t),
                      r->connection->log);
    if (edit == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    ngx_memcpy(edit->account, identity->ticket.account, LOGIN_ID_LEN);

    if (!untrust) {
        edit->len = name.len;
        ngx_memcpy(edit->name, name.data, name.len);
    }

    edit->untrust = untrust;
    edit->users = 1;

    /* gone already, or never there: the list says so */

    if (login_hex_decode(edit->id, LOGIN_ID_LEN,
                         login_form_get(form, untrust ? "browser" : "device"))
        != LOGIN_OK)
    {
        ngx_memzero(edit->id, LOGIN_ID_LEN);
    }

    rc = ngx_http_login_devices_write(r, edit);

    ngx_http_login_devices_release(edit);

    return rc;
}


/* They are drawn with a flow, and count once they are kept. */

static ngx_int_t
ngx_http_login_devices_codes(ngx_http_request_t *r,
    const ngx_http_login_identity_t *identity)
{
    ngx_int_t         rc;
    ngx_str_t         url;
    login_flow_due_t  due;

    if (ngx_http_login_devices_url(r, &url) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    ngx_memzero(&due, sizeof(login_flow_due_t));
    due.codes = 1;

    rc = ngx_http_login_flow_step_up(r, identity, &due,
                                     ngx_http_login_str(&url));

    switch (rc) {

    case NGX_DECLINED:
        return ngx_http_login_see_other(r, &url);

    case NGX_AGAIN:
        return ngx_http_login_flow_stale(r);

    default:
        return rc;
    }
}


static ngx_int_t
ngx_http_login_devices_write(ngx_http_request_t *r,
    ngx_http_login_devices_edit_t *edit)
{
    ngx_int_t                 rc;
    login_result_e            result;
    login_changes_t          *changes;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    changes = login_changes_create();

    if (worker == NULL
        || changes == NULL
        || login_view_begin(worker->view) != LOGIN_OK)
    {
        login_changes_destroy(changes);
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    result = ngx_http_login_devices_build(r, edit, changes, worker->view);

    login_view_end(worker->view);

    if (result != LOGIN_OK) {
        login_changes_destroy(changes);

        return result == LOGIN_NO ? ngx_http_login_devices_leave(r)
                                  : ngx_http_login_error(r,
                                                         LOGIN_REASON_STORE);
    }

    edit->users++;

    rc = ngx_http_login_task_commit(r, worker, changes,
                                    ngx_http_login_devices_written, edit,
                                    ngx_http_login_devices_release);
    if (rc == NGX_OK) {
        return NGX_DONE;
    }

    edit->users--;

    return ngx_http_login_error(r, rc == NGX_BUSY ? LOGIN_REASON_BUSY
                                                  : LOGIN_REASON_INTERNAL);
}


/* LOGIN_NO: there is nothing of that id. */

static login_result_e
ngx_http_login_devices_build(ngx_http_request_t *r,
    const ngx_http_login_devices_edit_t *edit, login_changes_t *changes,
    login_view_t *view)
{
    login_trust_t      trust;
    login_device_t     device;
    login_result_e     rc;
    login_account_t    account;
    login_log_event_t  event;

    if (!edit->untrust) {
        rc = login_device_get(&device, view, edit->account, edit->id,
                              (uint64_t) ngx_time());

        if (rc == LOGIN_OK) {
            login_device_rename(changes, &device, login_str(edit->name,
                                                            edit->len));
        }

        return rc;
    }

    rc = login_trust_get(&trust, view, edit->account, edit->id);

    if (rc == LOGIN_OK) {
        rc = login_account_get(&account, view, edit->account);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    login_changes_urgent(changes);
    login_trust_end(changes, edit->account, edit->id);

    ngx_memzero(&event, sizeof(login_log_event_t));

    event.kind = LOGIN_LOG_MFA_UNTRUSTED;
    event.time = (uint64_t) ngx_time() * 1000;
    event.org = account.org;
    event.username = account.username;
    event.address = ngx_http_login_str(&r->connection->addr_text);
    event.browser = ngx_http_login_user_agent(r);
    event.detail = trust.browser;

    login_log_keep(changes, view, account.id, &event);

    return LOGIN_OK;
}


static void
ngx_http_login_devices_written(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_devices_edit_t *edit = data;

    ngx_int_t  result;

    switch (rc) {

    case LOGIN_OK:
        if (edit->untrust) {
            ngx_http_login_event(r, LOGIN_LOG_MFA_UNTRUSTED, NULL);
        }

        result = ngx_http_login_devices_leave(r);
        break;

    case LOGIN_NO:
        result = ++edit->tries < NGX_HTTP_LOGIN_DEVICES_TRIES
                 ? ngx_http_login_devices_write(r, edit)
                 : ngx_http_login_error(r, LOGIN_REASON_BUSY);
        break;

    default:
        result = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    if (result != NGX_DONE) {
        ngx_http_finalize_request(r, result);
    }
}


static void
ngx_http_login_devices_release(void *data)
{
    ngx_http_login_devices_edit_t *edit = data;

    if (--edit->users == 0) {
        ngx_free(edit);
    }
}


ngx_int_t
ngx_http_login_devices_leave(ngx_http_request_t *r)
{
    ngx_str_t  url;

    if (ngx_http_login_devices_url(r, &url) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_see_other(r, &url);
}


static ngx_int_t
ngx_http_login_devices_url(ngx_http_request_t *r, ngx_str_t *url)
{
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    url->data = ngx_pnalloc(r->pool, scf->portal->url.len + sizeof("account"));
    if (url->data == NULL) {
        return NGX_ERROR;
    }

    url->len = ngx_sprintf(url->data, "%Vaccount", &scf->portal->url)
               - url->data;

    return NGX_OK;
}
