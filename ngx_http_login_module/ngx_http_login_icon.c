
/* Images that the configuration names, served under names of their own. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_ICON_MAX  (256 * 1024)


static ngx_int_t ngx_http_login_name_icon(ngx_conf_t *cf,
    ngx_http_login_asset_t *icon, const char *what, const char *extension);


ngx_int_t
ngx_http_login_load_icon(ngx_conf_t *cf, ngx_http_login_asset_t *icon,
    ngx_str_t *file, const char *what, const ngx_str_t *title)
{
    u_char           *mend;
    login_image_t     image;
    ngx_file_info_t   fi;

    if (ngx_conf_full_name(cf->cycle, file, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_file_info(file->data, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "icon \"%V\" of %s \"%V\" cannot be read",
                           file, what, title);
        return NGX_ERROR;
    }

    mend = ngx_pnalloc(cf->pool, sizeof(", the icon of  \"\" in :")
                                 + ngx_strlen(what) + title->len
                                 + cf->conf_file->file.name.len
                                 + NGX_INT_T_LEN);
    if (mend == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(mend, ", the icon of %s \"%V\" in %V:%ui%Z", what, title,
                &cf->conf_file->file.name, cf->conf_file->line);

    if (ngx_http_login_read_file(cf, (char *) file->data,
                                 NGX_HTTP_LOGIN_ICON_MAX, (char *) mend, &fi,
                                 &icon->data)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (login_image_detect(&image, ngx_http_login_str(&icon->data))
        != LOGIN_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "icon \"%V\" of %s \"%V\" is not an image, it "
                           "must be SVG, PNG, JPEG, WebP, GIF or ICO",
                           file, what, title);
        return NGX_ERROR;
    }

    icon->type.data = (u_char *) image.type;
    icon->type.len = ngx_strlen(image.type);

    return ngx_http_login_name_icon(cf, icon, what, image.extension);
}


/* It changes with its content, to be cached for good. */

static ngx_int_t
ngx_http_login_name_icon(ngx_conf_t *cf, ngx_http_login_asset_t *icon,
    const char *what, const char *extension)
{
    u_char  *p, hash[LOGIN_HASH_LEN];

    p = ngx_pnalloc(cf->pool, ngx_strlen(what) + sizeof("..") + 16
                              + ngx_strlen(extension));

    if (p == NULL
        || login_sha256(hash, ngx_http_login_str(&icon->data)) != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    icon->name.data = p;

    p = ngx_sprintf(p, "%s.", what);
    p += login_hex_encode(p, login_str(hash, 8));
    p = ngx_sprintf(p, ".%s", extension);

    icon->name.len = p - icon->name.data;

    return NGX_OK;
}
