
/* What "login_mail" brings along: names, the password. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_PASSWORD_MAX  1024   /* bytes of its file */


static ngx_int_t ngx_http_login_mail_names(ngx_conf_t *cf,
    ngx_http_login_main_conf_t *mcf);
static ngx_int_t ngx_http_login_mail_password(ngx_conf_t *cf,
    ngx_http_login_mail_t *mail);
static void ngx_http_login_wipe_password(void *data);
static char *ngx_http_login_mail_string(ngx_conf_t *cf, ngx_str_t *s);


ngx_int_t
ngx_http_login_load_mail(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    char                   *trusted;
    ngx_http_login_mail_t  *mail;

    mail = mcf->mail;

    if (mail == NULL) {
        return NGX_OK;
    }

    if (ngx_http_login_mail_names(cf, mcf) != NGX_OK
        || ngx_http_login_mail_password(cf, mail) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* what OpenSSL's own programs look at; workers don't have it any more */

    trusted = getenv("SSL_CERT_FILE");

    if (trusted && *trusted) {
        mail->relay.trusted = trusted;
    }

    mail->relay.starttls = mail->tls ? LOGIN_STARTTLS_ON : mail->starttls;

    return NGX_OK;
}


/* What mails call this site, to people and to the relay: the portal's host. */

static ngx_int_t
ngx_http_login_mail_names(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    u_char                    *p;
    ngx_str_t                  site, name, url;
    ngx_http_login_mail_t     *mail;
    ngx_http_login_portal_t  **portals;

    mail = mcf->mail;
    portals = mcf->portals.elts;

    ngx_str_set(&site, "localhost");

    if (mcf->portals.nelts) {
        site.data = (u_char *) portals[0]->parsed.host.data;
        site.len = portals[0]->parsed.host.len;
    }

    mail->sender.site = ngx_http_login_mail_string(cf, &site);

    /* an address as RFC 5321, 4.1.3 has it */

    name.data = ngx_pnalloc(cf->pool, site.len + sizeof("[IPv6:]"));
    if (name.data == NULL) {
        return NGX_ERROR;
    }

    if (site.data[0] == '[') {
        p = ngx_sprintf(name.data, "[IPv6:%*s", site.len - 1, site.data + 1);

    } else if (ngx_inet_addr(site.data, site.len) != INADDR_NONE) {
        p = ngx_sprintf(name.data, "[%V]", &site);

    } else {
        p = ngx_sprintf(name.data, "%V", &site);
    }

    name.len = p - name.data;

    if (mail->from.len == 0) {

        if (name.len > LOGIN_USERNAME_MAX - sizeof("login@")) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"login_mail\" needs \"from=\", since the name of "
                          "the portal \"%V\" is too long", &site);
            return NGX_ERROR;
        }

        p = ngx_sprintf((u_char *) mail->address, "login@%V", &name);
        *p = '\0';
        p = ngx_sprintf((u_char *) mail->field, "<%s>", mail->address);
        *p = '\0';
    }

    mail->sender.from = mail->field;
    mail->relay.address = mail->address;

    /* libcurl says the path of the URL with EHLO */

    url.data = ngx_pnalloc(cf->pool, mail->url.len + 1 + 3 * name.len);
    if (url.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(url.data, "%V/", &mail->url);
    p = (u_char *) ngx_escape_uri(p, name.data, name.len,
                                  NGX_ESCAPE_URI_COMPONENT);
    url.len = p - url.data;

    mail->relay.url = ngx_http_login_mail_string(cf, &url);

    return mail->relay.url && mail->sender.site ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_login_mail_password(ngx_conf_t *cf, ngx_http_login_mail_t *mail)
{
    u_char              *p;
    ngx_str_t            text;
    ngx_file_info_t      fi;
    ngx_pool_cleanup_t  *cln;

    if (mail->user.len == 0) {
        return NGX_OK;
    }

    if (ngx_conf_full_name(cf->cycle, &mail->password_file, 1) != NGX_OK
        || ngx_http_login_read_file(cf, (char *) mail->password_file.data,
                                    NGX_HTTP_LOGIN_PASSWORD_MAX, "", &fi,
                                    &text)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_str_t));
    if (cln == NULL) {
        ngx_explicit_memzero(text.data, text.len);
        return NGX_ERROR;
    }

    cln->handler = ngx_http_login_wipe_password;
    *(ngx_str_t *) cln->data = text;

    /* as nginx is with its own, whose modes are the administrator's affair */

    if (ngx_file_access(&fi) & 077) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"password_file\" \"%V\" of \"login_mail\" is open to "
                      "others, run \"chmod 600 %V\"",
                      &mail->password_file, &mail->password_file);
    }

    while (text.len && (text.data[text.len - 1] == LF
                        || text.data[text.len - 1] == CR))
    {
        text.len--;
    }

    for (p = text.data; p < text.data + text.len; p++) {
        if (*p < 0x20 || *p == 0x7f) {
            break;
        }
    }

    if (text.len == 0 || p != text.data + text.len) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"password_file\" \"%V\" of \"login_mail\" must have "
                      "the password in one line, and nothing else",
                      &mail->password_file);
        return NGX_ERROR;
    }

    text.data[text.len] = '\0';     /* read_file() has room for it */

    mail->relay.password = (char *) text.data;
    mail->relay.user = ngx_http_login_mail_string(cf, &mail->user);

    return mail->relay.user ? NGX_OK : NGX_ERROR;
}


static void
ngx_http_login_wipe_password(void *data)
{
    ngx_str_t *text = data;

    ngx_explicit_memzero(text->data, text->len);
}


static char *
ngx_http_login_mail_string(ngx_conf_t *cf, ngx_str_t *s)
{
    u_char  *p;

    p = ngx_pnalloc(cf->pool, s->len + 1);
    if (p == NULL) {
        return NULL;
    }

    (void) ngx_cpystrn(p, s->data, s->len + 1);

    return (char *) p;
}
