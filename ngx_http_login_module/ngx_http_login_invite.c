
/* From an invitation's link to the form with which somebody registers. */

#include "ngx_http_login_module.h"


/* Whose invitation it is. */
typedef struct {
    login_link_state_e           state;
    login_str_t                  username;
    login_str_t                  name;
    const ngx_http_login_org_t  *org;
} ngx_http_login_guest_t;


static ngx_int_t ngx_http_login_invite_find(ngx_http_request_t *r,
    login_str_t token, ngx_http_login_guest_t *guest);
static ngx_int_t ngx_http_login_invite_copy(ngx_http_request_t *r,
    login_str_t *dst, login_str_t src);
static ngx_int_t ngx_http_login_invite_door(ngx_http_request_t *r,
    const ngx_http_login_guest_t *guest);
static ngx_int_t ngx_http_login_invite_none(ngx_http_request_t *r);
static ngx_int_t ngx_http_login_register_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *form, login_str_t name);


/* Nothing is used up by looking: programs look into mails as well. */

ngx_int_t
ngx_http_login_invite_link(ngx_http_request_t *r)
{
    ngx_http_login_guest_t     guest;
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    switch (ngx_http_login_invite_find(r, visitor->token, &guest)) {

    case NGX_OK:
        if (ngx_http_login_region_other(r, guest.org)) {
            return ngx_http_login_region_invite(r, guest.org,
                                                visitor->token);
        }

        return ngx_http_login_link_follow(r, "register");

    case NGX_DECLINED:
        break;

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    if (guest.state == LOGIN_LINK_USED) {
        return ngx_http_login_invite_door(r, &guest);
    }

    switch (ngx_http_login_invite_shared(r, visitor->token)) {

    case NGX_OK:
        return ngx_http_login_link_follow(r, "invite-request");

    case NGX_DECLINED:
        return ngx_http_login_link_invalid(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }
}


/* NGX_DECLINED: "*state" says why; with NGX_OK and USED there are names. */

static ngx_int_t
ngx_http_login_invite_find(ngx_http_request_t *r, login_str_t token,
    ngx_http_login_guest_t *guest)
{
    login_link_t                 link;
    login_result_e               rc;
    login_account_t              account;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_main_conf_t  *mcf;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = login_link_find(&link, &account, worker->view,
                         LOGIN_LINK_INVITATION, token,
                         (uint64_t) ngx_time());

    guest->state = link.state;

    if (link.state != LOGIN_LINK_UNKNOWN) {
        mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

        guest->org = ngx_http_login_org_find(mcf, account.org.data,
                                             account.org.len);

        if (guest->org == NULL) {
            guest->state = LOGIN_LINK_UNKNOWN;
            rc = LOGIN_NO;

        } else if (ngx_http_login_invite_copy(r, &guest->username,
                                              account.username)
                   != NGX_OK
                   || ngx_http_login_invite_copy(r, &guest->name,
                                                 account.name)
                      != NGX_OK)
        {
            rc = LOGIN_FAULT;
        }
    }

    login_view_end(worker->view);

    if (rc == LOGIN_FAULT) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: an invitation could not be read");
        return NGX_ERROR;
    }

    return rc == LOGIN_OK ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_login_invite_copy(ngx_http_request_t *r, login_str_t *dst,
    login_str_t src)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, src.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, src.data, src.len);
    *dst = login_str(p, src.len);

    return NGX_OK;
}


ngx_int_t
ngx_http_login_invite_used(ngx_http_request_t *r, login_str_t token)
{
    ngx_http_login_guest_t  guest;

    switch (ngx_http_login_invite_find(r, token, &guest)) {

    case NGX_OK:
        if (!guest.org->password) {
            return ngx_http_login_register_show(r, NULL, NGX_HTTP_FORBIDDEN,
                                                LOGIN_REASON_NO_PASSWORD, NULL);
        }

        break;

    case NGX_DECLINED:
        break;

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    return guest.state == LOGIN_LINK_USED
           ? ngx_http_login_invite_door(r, &guest)
           : ngx_http_login_invite_none(r);
}


/* A form that is sent again, or the way back to it, has no link any more. */

static ngx_int_t
ngx_http_login_invite_none(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    if (visitor && visitor->link.len == 0) {
        rc = ngx_http_login_link_inside(r);
        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return ngx_http_login_link_invalid(r);
}


/* Who kept the mail, and clicks it again, wants to sign in. */

static ngx_int_t
ngx_http_login_invite_door(ngx_http_request_t *r,
    const ngx_http_login_guest_t *guest)
{
    ngx_int_t               rc;
    login_str_t             csrf;
    ngx_http_login_page_t  *page;

    rc = ngx_http_login_link_inside(r);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    ngx_http_login_event(r, LOGIN_LOG_LINK_REFUSED, NULL);

    page = ngx_http_login_page(r, LOGIN_PAGE_INVALID_LINK,
                               NGX_HTTP_LOGIN_GONE, LOGIN_REASON_LINK);
    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_login_csrf_make(r, &csrf) != NGX_OK
        || ngx_http_login_set_link(r, login_str("", 0)) != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);
    ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, guest->username.data,
                             guest->username.len);
    ngx_http_login_page_flag(page, LOGIN_VAR_USED);

    ngx_http_login_page_org(r, page, guest->org);
    ngx_http_login_org_show(page, ngx_http_login_str(&guest->org->name));

    if (ngx_http_login_providers_fill(r, page, guest->org, NULL, NULL)
        != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_page_send(r, page);
}


ngx_int_t
ngx_http_login_register_page(ngx_http_request_t *r)
{
    return ngx_http_login_register_show(r, NULL, NGX_HTTP_OK,
                                        LOGIN_REASON_NONE, NULL);
}


ngx_int_t
ngx_http_login_register_show(ngx_http_request_t *r, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason,
    const login_strength_t *strength)
{
    ngx_http_login_page_t     *page;
    ngx_http_login_guest_t     guest;
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    switch (ngx_http_login_invite_find(r, visitor->link, &guest)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        if (reason == LOGIN_REASON_FORGED) {
            return ngx_http_login_error(r, reason);
        }

        if (guest.state == LOGIN_LINK_USED) {
            return ngx_http_login_invite_door(r, &guest);
        }

        return ngx_http_login_invite_none(r);

    default:
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    page = ngx_http_login_page(r, LOGIN_PAGE_REGISTER, status, reason);
    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_login_page_org(r, page, guest.org);
    ngx_http_login_page_text(page, LOGIN_VAR_USERNAME, guest.username.data,
                             guest.username.len);
    ngx_http_login_register_weak(page, strength);

    if (ngx_http_login_register_fill(r, page, form, guest.name) != NGX_OK
        || ngx_http_login_providers_fill(r, page, guest.org, NULL, NULL)
           != NGX_OK
        || (strength
            && ngx_http_login_register_number(r, page, LOGIN_VAR_LACKING,
                                              strength->count)
               != NGX_OK))
    {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    return ngx_http_login_page_send(r, page);
}


static ngx_int_t
ngx_http_login_register_fill(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const login_form_t *form, login_str_t name)
{
    login_str_t  csrf;

    if (form) {
        name = login_form_get(form, "name");
    }

    ngx_http_login_page_text(page, LOGIN_VAR_NAME, name.data, name.len);

    if (ngx_http_login_csrf_make(r, &csrf) != NGX_OK
        || ngx_http_login_register_number(r, page, LOGIN_VAR_MIN,
                                          page->terms->rules.min)
           != NGX_OK
        || ngx_http_login_register_number(r, page, LOGIN_VAR_MAX,
                                          page->terms->rules.max)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, csrf.data, csrf.len);

    return NGX_OK;
}


ngx_int_t
ngx_http_login_register_number(ngx_http_request_t *r,
    ngx_http_login_page_t *page, login_page_var_e var, size_t number)
{
    u_char  *p, *end;

    if (number == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_SIZE_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    end = ngx_sprintf(p, "%uz", number);

    ngx_http_login_page_text(page, var, p, end - p);

    return NGX_OK;
}


void
ngx_http_login_register_weak(ngx_http_login_page_t *page,
    const login_strength_t *strength)
{
    static const login_page_var_e  flags[LOGIN_WEAKNESSES] = {
        [LOGIN_WEAK_CHARACTERS] = LOGIN_VAR_CHARACTERS,
        [LOGIN_WEAK_LONG] = LOGIN_VAR_LONG,
        [LOGIN_WEAK_LISTED] = LOGIN_VAR_LISTED,
        [LOGIN_WEAK_OWN] = LOGIN_VAR_OWN,
        [LOGIN_WEAK_WORD] = LOGIN_VAR_WORDS,
        [LOGIN_WEAK_KEYS] = LOGIN_VAR_KEYS,
        [LOGIN_WEAK_REPEATED] = LOGIN_VAR_REPEATED,
        [LOGIN_WEAK_SEQUENCE] = LOGIN_VAR_SEQUENCE,
        [LOGIN_WEAK_DATE] = LOGIN_VAR_DATED,
        [LOGIN_WEAK_EASY] = LOGIN_VAR_EASY
    };

    /* "lacking" stands for one that is too short */

    if (strength
        && strength->weak != LOGIN_WEAK_NOT
        && strength->weak != LOGIN_WEAK_SHORT)
    {
        ngx_http_login_page_flag(page, flags[strength->weak]);
    }
}
