
/* What pages load: style sheet, script, icon. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_ASSET_MAX  (1024 * 1024)


static ngx_int_t ngx_http_login_read_asset(ngx_conf_t *cf,
    const ngx_http_login_terms_t *terms, const char *name, ngx_str_t *text);
static ngx_int_t ngx_http_login_name_asset(ngx_conf_t *cf,
    ngx_http_login_asset_t *asset, const char *extension);


/* A few lines of somebody's own go behind the style sheet. */

ngx_int_t
ngx_http_login_load_style(ngx_conf_t *cf, ngx_http_login_terms_t *terms)
{
    u_char     *p;
    ngx_str_t   sheet, brand;

    ngx_str_set(&terms->style.type, "text/css; charset=utf-8");

    if (ngx_http_login_read_asset(cf, terms, LOGIN_PAGES_STYLE, &sheet)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    switch (ngx_http_login_read_asset(cf, terms, LOGIN_PAGES_BRAND, &brand)) {

    case NGX_OK:
        p = ngx_pnalloc(cf->pool, sheet.len + brand.len + 1);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(ngx_cpymem(p, sheet.data, sheet.len), brand.data,
                   brand.len);

        sheet.data = p;
        sheet.len += brand.len;
        break;

    case NGX_DECLINED:
        break;

    default:
        return NGX_ERROR;
    }

    terms->style.data = sheet;

    return ngx_http_login_name_asset(cf, &terms->style, "css");
}


ngx_int_t
ngx_http_login_load_assets(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    login_image_t  image;

    ngx_str_set(&mcf->script.type, "text/javascript; charset=utf-8");
    ngx_str_set(&mcf->icon.type, "image/svg+xml");

    if (ngx_http_login_read_asset(cf, &mcf->terms, LOGIN_PAGES_SCRIPT,
                                  &mcf->script.data)
        != NGX_OK
        || ngx_http_login_read_asset(cf, &mcf->terms, LOGIN_PAGES_ICON,
                                     &mcf->icon.data)
           != NGX_OK
        || ngx_http_login_name_asset(cf, &mcf->script, "js") != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (login_image_detect(&image, ngx_http_login_str(&mcf->icon.data))
        != LOGIN_OK
        || ngx_strcmp(image.type, mcf->icon.type.data) != 0)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"%V/" LOGIN_PAGES_ICON "\" is not an SVG image",
                      &mcf->terms.templates);
        return NGX_ERROR;
    }

    return ngx_http_login_name_asset(cf, &mcf->icon, "svg");
}


/* NGX_DECLINED: there are no such lines. */

static ngx_int_t
ngx_http_login_read_asset(ngx_conf_t *cf, const ngx_http_login_terms_t *terms,
    const char *name, ngx_str_t *text)
{
    ngx_file_info_t  fi;
    login_pages_t    pages;
    char             path[LOGIN_PAGES_FILE];

    login_pages_init(&pages, NULL, ngx_http_login_own_pages(terms),
                     LOGIN_PAGES_PATH);

    if (login_pages_file(&pages, path, name) != LOGIN_OK
        && ngx_strcmp(name, LOGIN_PAGES_BRAND) == 0)
    {
        return NGX_DECLINED;
    }

    return ngx_http_login_read_file(cf, path, NGX_HTTP_LOGIN_ASSET_MAX, "",
                                    &fi, text);
}


/* It changes with the content, to be cached for good. */

static ngx_int_t
ngx_http_login_name_asset(ngx_conf_t *cf, ngx_http_login_asset_t *asset,
    const char *extension)
{
    u_char  *name, hash[LOGIN_HASH_LEN];

    name = ngx_pnalloc(cf->pool, sizeof("login..") + 16
                                 + ngx_strlen(extension));
    if (name == NULL) {
        return NGX_ERROR;
    }

    if (login_sha256(hash, ngx_http_login_str(&asset->data)) != LOGIN_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "SHA-256 of OpenSSL failed, is there memory?");
        return NGX_ERROR;
    }

    asset->name.data = name;

    name = ngx_cpymem(name, "login.", 6);
    name += login_hex_encode(name, login_str(hash, 8));
    name = ngx_sprintf(name, ".%s", extension);

    asset->name.len = name - asset->name.data;

    return NGX_OK;
}
