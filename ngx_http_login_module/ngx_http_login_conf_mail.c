
/* "login_mail": what can be seen in its line. */

#include "ngx_http_login_module.h"

#include <arpa/inet.h>


static ngx_int_t ngx_http_login_mail_parameter(ngx_conf_t *cf,
    ngx_http_login_mail_t *mail, ngx_str_t *value);
static ngx_int_t ngx_http_login_mail_url(ngx_http_login_mail_t *mail);
static ngx_uint_t ngx_http_login_mail_host(ngx_str_t *host);
static ngx_uint_t ngx_http_login_mail_local(ngx_http_login_mail_t *mail);


char *
ngx_http_login_mail(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_str_t              *value;
    ngx_uint_t              i;
    ngx_http_login_mail_t  *mail;

    if (mcf->mail) {
        return "is duplicate";
    }

    mail = ngx_pcalloc(cf->pool, sizeof(ngx_http_login_mail_t));
    if (mail == NULL) {
        return NGX_CONF_ERROR;
    }

    mcf->mail = mail;
    mail->starttls = NGX_CONF_UNSET_UINT;

    value = cf->args->elts;
    mail->url = value[1];

    if (ngx_http_login_mail_url(mail) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid url \"%V\" in \"login_mail\" directive, "
                           "it must be like \"smtp://mail.example.com:587\" "
                           "or \"smtps://mail.example.com:465\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_login_quoted(cf, &i, "from=") != NGX_OK
            || ngx_http_login_mail_parameter(cf, mail, &value[i]) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (mail->tls && mail->starttls != NGX_CONF_UNSET_UINT) {
        return "has \"starttls=\", which smtps:// is without: "
               "it begins with TLS";
    }

    if ((mail->user.len == 0) != (mail->password_file.len == 0)) {
        return "must have both \"user=\" and \"password_file=\", or neither";
    }

    ngx_conf_init_uint_value(mail->starttls, LOGIN_STARTTLS_ON);

    if (mail->user.len && !mail->tls && mail->starttls == LOGIN_STARTTLS_OFF
        && !ngx_http_login_mail_local(mail))
    {
        return "must not send a password without TLS to another host, "
               "remove \"starttls=off\"";
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_login_mail_parameter(ngx_conf_t *cf, ngx_http_login_mail_t *mail,
    ngx_str_t *value)
{
    ngx_str_t  *slot, s;

    s = *value;

    if (ngx_strcmp(value->data, "starttls=on") == 0) {
        mail->starttls = LOGIN_STARTTLS_ON;
        return NGX_OK;
    }

    if (ngx_strcmp(value->data, "starttls=off") == 0) {
        mail->starttls = LOGIN_STARTTLS_OFF;
        return NGX_OK;
    }

    if (ngx_http_login_is(value, "from=")) {
        slot = &mail->from;
        s.data += sizeof("from=") - 1;

    } else if (ngx_http_login_is(value, "user=")) {
        slot = &mail->user;
        s.data += sizeof("user=") - 1;

    } else if (ngx_http_login_is(value, "password_file=")) {
        slot = &mail->password_file;
        s.data += sizeof("password_file=") - 1;

    } else {
        (void) ngx_http_login_invalid(cf, value);
        return NGX_ERROR;
    }

    s.len = value->data + value->len - s.data;

    if (s.len == 0
        || (slot == &mail->from
            && login_mail_from(mail->field, mail->address,
                               login_str(s.data, s.len))
               != LOGIN_OK))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"login_mail\" "
                           "directive%s", value, slot != &mail->from ? ""
                           : ", write \"login@example.com\" or "
                             "\"Name <login@example.com>\"");
        return NGX_ERROR;
    }

    *slot = s;

    return NGX_OK;
}


/* Scheme, host, maybe a port; nothing behind, and no password in it. */

static ngx_int_t
ngx_http_login_mail_url(ngx_http_login_mail_t *mail)
{
    u_char     *p, *last, *colon;
    ngx_int_t   port;
    ngx_str_t   host;

    if (ngx_http_login_is(&mail->url, "smtps://")) {
        mail->tls = 1;
        host.data = mail->url.data + sizeof("smtps://") - 1;

    } else if (ngx_http_login_is(&mail->url, "smtp://")) {
        host.data = mail->url.data + sizeof("smtp://") - 1;

    } else {
        return NGX_DECLINED;
    }

    last = mail->url.data + mail->url.len;

    if (last > host.data && *(last - 1) == '/') {
        last--;
        mail->url.len--;
    }

    p = ngx_strlchr(host.data, last, ']');
    colon = ngx_strlchr(p ? p : host.data, last, ':');

    host.len = (colon ? colon : last) - host.data;

    if (colon) {
        port = ngx_atoi(colon + 1, last - colon - 1);

        if (port < 1 || port > 65535) {
            return NGX_DECLINED;
        }
    }

    return ngx_http_login_mail_host(&host) ? NGX_OK : NGX_DECLINED;
}


/* A name of letters, digits, hyphens and single dots, or an address. */

static ngx_uint_t
ngx_http_login_mail_host(ngx_str_t *host)
{
    u_char           *p, c, text[INET6_ADDRSTRLEN];
    ngx_uint_t        i;
    struct in6_addr   in6;

    if (host->len == 0 || host->len > 253) {
        return 0;
    }

    if (host->data[0] == '[') {
        if (host->len < 3 || host->len - 2 >= sizeof(text)
            || host->data[host->len - 1] != ']')
        {
            return 0;
        }

        p = ngx_cpymem(text, host->data + 1, host->len - 2);
        *p = '\0';

        return inet_pton(AF_INET6, (char *) text, &in6) == 1;
    }

    for (i = 0; i < host->len; i++) {
        c = ngx_tolower(host->data[i]);

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')
            && ((c != '-' && c != '.') || i == 0
                || host->data[i - 1] == '.'))
        {
            return 0;
        }
    }

    return host->data[host->len - 1] != '-';
}


/* Does the connection stay on this machine? */

static ngx_uint_t
ngx_http_login_mail_local(ngx_http_login_mail_t *mail)
{
    ngx_str_t  host;

    host.data = mail->url.data + sizeof("smtp://") - 1;
    host.len = mail->url.len - (sizeof("smtp://") - 1);

    return ngx_http_login_is(&host, "127.") || ngx_http_login_is(&host, "[::1]")
           || (ngx_http_login_is(&host, "localhost")
               && (host.len == 9 || host.data[9] == ':'));
}
