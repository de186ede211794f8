
/* Regions: each with a portal and a store of its own. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_region_show(ngx_http_request_t *r,
    const login_form_t *form, ngx_uint_t status, login_reason_e reason);
static ngx_int_t ngx_http_login_region_rows(ngx_http_request_t *r,
    ngx_http_login_page_t *page);
static ngx_int_t ngx_http_login_region_next(ngx_http_request_t *r,
    const login_form_t *form);
static ngx_uint_t ngx_http_login_region_here(ngx_http_request_t *r,
    const ngx_http_login_region_t *region);


char *
ngx_http_login_region(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_http_login_region_t  *region;

    value = cf->args->elts;

    if (!ngx_http_login_is_text(&value[1])
        || !ngx_http_login_is_text(&value[2]))
    {
        return "must have a name and a title of UTF-8";
    }

    if (mcf->regions == NULL) {
        mcf->regions = ngx_array_create(cf->pool, 4,
                                        sizeof(ngx_http_login_region_t));
        if (mcf->regions == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    region = mcf->regions->elts;

    for (i = 0; i < mcf->regions->nelts; i++) {
        if (region[i].name.len == value[1].len
            && ngx_strncmp(region[i].name.data, value[1].data, value[1].len)
               == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate region \"%V\"", &value[1]);
            return NGX_CONF_ERROR;
        }

        if (region[i].url.len == value[3].len
            && ngx_strncmp(region[i].url.data, value[3].data, value[3].len)
               == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate url \"%V\" of regions \"%V\" and "
                               "\"%V\"", &value[3], &region[i].name,
                               &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    region = ngx_array_push(mcf->regions);
    if (region == NULL) {
        return NGX_CONF_ERROR;
    }

    region->name = value[1];
    region->title = value[2];
    region->url = value[3];

    if (ngx_http_login_parse_portal(&region->url, &region->parsed)
        != NGX_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid url \"%V\" of region \"%V\", it must be "
                           "that of its portal, like "
                           "\"https://login.example.com/login/\"",
                           &value[3], &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_uint_t
ngx_http_login_region_other(ngx_http_request_t *r,
    const ngx_http_login_org_t *org)
{
    return org && org->region
           && !ngx_http_login_region_here(r, org->region);
}


static ngx_uint_t
ngx_http_login_region_here(ngx_http_request_t *r,
    const ngx_http_login_region_t *region)
{
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    return login_str_eq(ngx_http_login_str(&region->url),
                        ngx_http_login_str(&scf->portal->url));
}


ngx_uint_t
ngx_http_login_region_shown(ngx_http_request_t *r)
{
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    return mcf->regions != NULL;
}


ngx_int_t
ngx_http_login_region_ask(ngx_http_request_t *r, const login_form_t *form)
{
    return ngx_http_login_region_leave(r, NULL, "region", form);
}


/*
 * The return address is kept as it is: a path is one of that region, and it
 * is the other portal that knows where it may send people.
 */

ngx_int_t
ngx_http_login_region_leave(ngx_http_request_t *r,
    const ngx_http_login_region_t *region, const char *page,
    const login_form_t *form)
{
    u_char                     *p;
    size_t                      len;
    ngx_str_t                   url;
    ngx_uint_t                  i;
    login_str_t                 value;
    ngx_http_login_srv_conf_t  *scf;

    static const char *const  names[] = { "org", "return_to" };

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    url = region ? region->url : scf->portal->url;
    len = url.len + ngx_strlen(page) + sizeof("?sso=off");

    for (i = 0; i < 2; i++) {
        len += sizeof("&return_to=") + 3 * login_form_get(form, names[i]).len;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    len = url.len;
    url.data = ngx_cpymem(p, url.data, len);
    url.data = ngx_cpymem(url.data, page, ngx_strlen(page));
    len = 0;

    if (region == NULL && *page == '\0' && ngx_http_login_last_stays(r)) {
        url.data = ngx_cpymem(url.data, "?sso=off", sizeof("?sso=off") - 1);
        len++;
    }

    for (i = 0; i < 2; i++) {
        value = login_form_get(form, names[i]);

        if (value.len == 0 || value.len > LOGIN_RETURN_MAX) {
            continue;
        }

        url.data = ngx_sprintf(url.data, "%c%s=", len++ ? '&' : '?',
                               names[i]);
        url.data = (u_char *) ngx_escape_uri(url.data, (u_char *) value.data,
                                             value.len,
                                             NGX_ESCAPE_URI_COMPONENT);
    }

    url.len = url.data - p;
    url.data = p;

    return ngx_http_login_see_other(r, &url);
}


/* The store of that region has it, or says that it is none. */

ngx_int_t
ngx_http_login_region_invite(ngx_http_request_t *r,
    const ngx_http_login_org_t *org, login_str_t token)
{
    u_char     *p;
    ngx_str_t   url;

    p = ngx_pnalloc(r->pool, org->region->url.len + sizeof("invite/")
                             + token.len);
    if (p == NULL) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    url.data = p;
    url.len = ngx_sprintf(p, "%Vinvite/%*s", &org->region->url, token.len,
                          token.data) - p;

    return ngx_http_login_see_other(r, &url);
}


ngx_int_t
ngx_http_login_region_page(ngx_http_request_t *r)
{
    login_form_t  query;

    if (!ngx_http_login_region_shown(r)) {
        return ngx_http_login_error(r, LOGIN_REASON_NOT_FOUND);
    }

    if (ngx_http_login_read_query(r, &query) != NGX_OK) {
        return ngx_http_login_error(r, LOGIN_REASON_INTERNAL);
    }

    return ngx_http_login_region_show(r, &query, NGX_HTTP_OK,
                                      LOGIN_REASON_NONE);
}


static ngx_int_t
ngx_http_login_region_show(ngx_http_request_t *r, const login_form_t *form,
    ngx_uint_t status, login_reason_e reason)
{
    login_str_t             s;
    ngx_http_login_page_t  *page;

    page = ngx_http_login_page(r, LOGIN_PAGE_REGION, status, reason);
    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* of another region, maybe: its portal looks at it */

    s = login_form_get(form, "return_to");

    if (s.len <= LOGIN_RETURN_MAX) {
        ngx_http_login_page_text(page, LOGIN_VAR_RETURN_TO, s.data, s.len);
    }

    s = login_form_get(form, "org");
    ngx_http_login_page_text(page, LOGIN_VAR_ORG, s.data, s.len);

    if (ngx_http_login_csrf_make(r, &s) != NGX_OK
        || ngx_http_login_region_rows(r, page) != NGX_OK)
    {
        return ngx_http_login_error(r, LOGIN_REASON_STORE);
    }

    ngx_http_login_page_text(page, LOGIN_VAR_CSRF, s.data, s.len);

    return ngx_http_login_page_send(r, page);
}


static ngx_int_t
ngx_http_login_region_rows(ngx_http_request_t *r, ngx_http_login_page_t *page)
{
    ngx_uint_t                   i;
    login_value_t               *row, *rows;
    ngx_http_login_region_t     *region;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    rows = ngx_pcalloc(r->pool, mcf->regions->nelts * LOGIN_VARS
                                * sizeof(login_value_t));
    if (rows == NULL) {
        return NGX_ERROR;
    }

    region = mcf->regions->elts;

    for (i = 0; i < mcf->regions->nelts; i++) {
        row = rows + i * LOGIN_VARS;

        row[LOGIN_VAR_REGION].text = ngx_http_login_str(&region[i].name);
        row[LOGIN_VAR_REGION_TITLE].text =
                                        ngx_http_login_str(&region[i].title);

        if (ngx_http_login_region_here(r, &region[i])) {
            row[LOGIN_VAR_REGION_HERE].text = login_str("1", 1);
        }
    }

    page->values[LOGIN_VAR_REGIONS].rows = mcf->regions->nelts;
    page->values[LOGIN_VAR_REGIONS].row = rows;

    return NGX_OK;
}


void
ngx_http_login_region_form(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_int_t  rc;

    if (!ngx_http_login_region_shown(r)) {
        ngx_http_finalize_request(r, ngx_http_login_error(r,
                                                LOGIN_REASON_NOT_FOUND));
        return;
    }

    switch (ngx_http_login_csrf_check(r, form)) {

    case NGX_OK:
        rc = ngx_http_login_region_next(r, form);
        break;

    case NGX_DECLINED:
        rc = ngx_http_login_region_show(r, form, NGX_HTTP_FORBIDDEN,
                                        LOGIN_REASON_FORGED);
        break;

    default:
        rc = ngx_http_login_error(r, LOGIN_REASON_STORE);
        break;
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_login_region_next(ngx_http_request_t *r, const login_form_t *form)
{
    ngx_uint_t                        i;
    login_str_t                       name;
    ngx_http_login_region_t          *region;
    ngx_http_login_main_conf_t       *mcf;
    const ngx_http_login_identity_t  *identity;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);
    region = mcf->regions->elts;
    name = login_form_get(form, "region");

    for (i = 0; i < mcf->regions->nelts; i++) {
        if (login_str_eq(ngx_http_login_str(&region[i].name), name)) {
            break;
        }
    }

    if (i == mcf->regions->nelts) {
        return ngx_http_login_region_show(r, form,
                                          NGX_HTTP_LOGIN_UNPROCESSABLE,
                                          LOGIN_REASON_MALFORMED);
    }

    if (!ngx_http_login_region_here(r, &region[i])) {
        return ngx_http_login_region_leave(r, &region[i], "", form);
    }

    if (ngx_http_login_identify(r, &identity) == NGX_OK) {
        return ngx_http_login_signin_leave(r, form);
    }

    return ngx_http_login_region_leave(r, NULL, "", form);
}
