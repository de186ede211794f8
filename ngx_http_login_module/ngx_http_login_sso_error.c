
/*
 * Where single sign-on fails: a page that says what happened and what to
 * try, and an event for the administrator.
 */

#include "ngx_http_login_module.h"


typedef struct {
    login_reason_e               reason;
    ngx_uint_t                   status;
    login_log_kind_e             event;
    login_page_var_e             words;
    const char                  *page;      /* of which kind it is */
} ngx_http_login_failure_t;


static void ngx_http_login_sso_tell(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_log_kind_e kind,
    const login_sso_t *sso, const char *detail);
static ngx_int_t ngx_http_login_sso_links(ngx_http_request_t *r,
    ngx_http_login_page_t *page, const ngx_http_login_leave_t *leave);


static const ngx_http_login_failure_t  ngx_http_login_failures[] = {

    { LOGIN_REASON_SSO_STATE, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_OVER, LOGIN_VAR_SSO_STATE, "error" },

    { LOGIN_REASON_SSO_REFUSED, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_REFUSED, LOGIN_VAR_SSO_REFUSED, "denied" },

    { LOGIN_REASON_SSO_DOWN, NGX_HTTP_SERVICE_UNAVAILABLE,
      LOGIN_LOG_SSO_DOWN, LOGIN_VAR_SSO_DOWN, "error" },

    { LOGIN_REASON_SSO_UNTRUSTED, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_UNTRUSTED, LOGIN_VAR_SSO_UNTRUSTED, "error" },

    { LOGIN_REASON_SSO_CLOCK, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_UNTRUSTED, LOGIN_VAR_SSO_CLOCK, "error" },

    { LOGIN_REASON_SSO_CLAIMS, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_CLAIMS, LOGIN_VAR_SSO_CLAIMS, "denied" },

    { LOGIN_REASON_SSO_DOMAIN, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_CLAIMS, LOGIN_VAR_SSO_DOMAIN, "denied" },

    { LOGIN_REASON_SSO_NOBODY, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_UNKNOWN, LOGIN_VAR_SSO_NOBODY, "denied" },

    { LOGIN_REASON_SSO_DISABLED, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_UNKNOWN, LOGIN_VAR_SSO_DISABLED, "denied" },

    { LOGIN_REASON_SSO_TAKEN, NGX_HTTP_FORBIDDEN,
      LOGIN_LOG_SSO_UNKNOWN, LOGIN_VAR_SSO_TAKEN, "denied" },

    { LOGIN_REASON_BUSY, NGX_HTTP_SERVICE_UNAVAILABLE,
      LOGIN_LOG_SSO_BUSY, LOGIN_VAR_BUSY, "error" },

    /* the last one stands for all that is not here */

    { LOGIN_REASON_INTERNAL, NGX_HTTP_SERVICE_UNAVAILABLE,
      LOGIN_LOG_SSO_FAULT, LOGIN_VARS, "error" }
};


ngx_int_t
ngx_http_login_sso_error(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_reason_e reason,
    const login_sso_t *sso, const char *detail)
{
    ngx_http_login_page_t           *page;
    const ngx_http_login_failure_t  *failure;

    failure = ngx_http_login_failures;

    while (failure->reason != reason
           && failure->reason != LOGIN_REASON_INTERNAL)
    {
        failure++;
    }

    ngx_http_login_sso_tell(r, leave, failure->event, sso, detail);

    page = ngx_http_login_page(r, LOGIN_PAGE_SSO_ERROR, failure->status,
                               reason);

    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_login_page_text(page, LOGIN_VAR_PAGE, failure->page,
                             ngx_strlen(failure->page));

    if (failure->words != LOGIN_VARS) {
        ngx_http_login_page_flag(page, failure->words);
    }

    if (leave->org) {
        ngx_http_login_page_org(r, page, leave->org);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_SSO_PROVIDER,
                             leave->provider->title.data,
                             leave->provider->title.len);

    if (ngx_http_login_sso_links(r, page, leave) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_login_page_send(r, page);
}


static void
ngx_http_login_sso_tell(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_log_kind_e kind,
    const login_sso_t *sso, const char *detail)
{
    u_char             *p, text[LOGIN_LOG_TEXT];
    login_log_event_t   event;

    if (detail == NULL) {
        detail = login_log_text(kind);
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "login: provider \"%V\": %s", &leave->provider->name,
                  detail);

    ngx_memzero(&event, sizeof(login_log_event_t));

    p = ngx_snprintf(text, sizeof(text), "%V: %s", &leave->provider->name,
                     detail);

    event.detail = login_str(text, p - text);

    if (leave->org) {
        event.org = ngx_http_login_str(&leave->org->name);
    }

    if (sso) {
        event.username = sso->username;
    }

    ngx_http_login_event(r, kind, &event);
}


/* To try again, and to sign in otherwise. */

static ngx_int_t
ngx_http_login_sso_links(ngx_http_request_t *r, ngx_http_login_page_t *page,
    const ngx_http_login_leave_t *leave)
{
    u_char       *p, *start;
    ngx_str_t     org;
    login_str_t   portal, target;

    portal = page->values[LOGIN_VAR_PORTAL].text;
    target = login_str("", 0);

    if (ngx_http_login_return_allowed(r, leave->return_to)) {
        target = leave->return_to;
    }

    ngx_str_null(&org);

    if (leave->org) {
        org = leave->org->name;
    }

    p = ngx_pnalloc(r->pool, 2 * (portal.len + 3 * (org.len + target.len)
                                  + leave->provider->name.len
                                  + sizeof("sso/?sso=off&org=&return_to=")));
    if (p == NULL) {
        return NGX_ERROR;
    }

    start = p;
    p = ngx_sprintf(p, "%*ssso/%V?org=", portal.len, portal.data,
                    &leave->provider->name);
    p += login_percent_encode(p, ngx_http_login_str(&org));
    p = ngx_cpymem(p, "&return_to=", sizeof("&return_to=") - 1);
    p += login_percent_encode(p, target);

    ngx_http_login_page_text(page, LOGIN_VAR_RETRY_URL, start, p - start);

    /* not by itself: it would come here once more */

    start = p;
    p = ngx_sprintf(p, "%*s?sso=off&return_to=", portal.len, portal.data);
    p += login_percent_encode(p, target);

    ngx_http_login_page_text(page, LOGIN_VAR_SIGNIN_URL, start, p - start);

    return NGX_OK;
}


ngx_int_t
ngx_http_login_sso_failed(ngx_http_request_t *r,
    const ngx_http_login_leave_t *leave, login_result_e rc,
    const login_rp_failure_t *failure)
{
    const char  *detail;

    static const login_reason_e  reasons[] = {
        [LOGIN_RP_WELL] = LOGIN_REASON_INTERNAL,
        [LOGIN_RP_DOWN] = LOGIN_REASON_SSO_DOWN,
        [LOGIN_RP_REFUSED] = LOGIN_REASON_SSO_REFUSED,
        [LOGIN_RP_UNTRUSTED] = LOGIN_REASON_SSO_UNTRUSTED,
        [LOGIN_RP_CLOCK] = LOGIN_REASON_SSO_CLOCK,
        [LOGIN_RP_CLAIMS] = LOGIN_REASON_SSO_CLAIMS,
        [LOGIN_RP_DOMAIN] = LOGIN_REASON_SSO_DOMAIN
    };

    detail = failure->error.text[0] ? failure->error.text : NULL;

    if (rc == LOGIN_NO) {
        return ngx_http_login_sso_error(r, leave, reasons[failure->kind],
                                        NULL, detail);
    }

    /* without a text it was not even begun, in all that time */

    return ngx_http_login_sso_error(r, leave, detail ? LOGIN_REASON_INTERNAL
                                                     : LOGIN_REASON_BUSY,
                                    NULL, detail);
}
