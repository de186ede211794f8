
/* The setters of the directives: each checks what can be seen in its line. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_cookie_name(ngx_str_t *name);
static ngx_int_t ngx_http_login_host(ngx_str_t *host);


char *
ngx_http_login_gate(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_loc_conf_t  *lcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    static const struct {
        ngx_str_t   name;
        ngx_uint_t  gate;
    } gates[] = {
        { ngx_string("off"), NGX_HTTP_LOGIN_OFF },
        { ngx_string("on"), NGX_HTTP_LOGIN_ON },
        { ngx_string("optional"), NGX_HTTP_LOGIN_OPTIONAL }
    };

    if (lcf->gate != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
        if (value[1].len == gates[i].name.len
            && ngx_strncmp(value[1].data, gates[i].name.data, value[1].len)
               == 0)
        {
            lcf->gate = gates[i].gate;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\" directive, "
                       "it must be \"on\", \"off\" or \"optional\"",
                       &value[1], &cmd->name);
    return NGX_CONF_ERROR;
}


char *
ngx_http_login_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_str_t  *value, s;

    if (mcf->store.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "has an empty path";
    }

    mcf->store = value[1];

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (!ngx_http_login_is(&value[2], "map_size=")) {
        return ngx_http_login_invalid(cf, &value[2]);
    }

    s.data = value[2].data + sizeof("map_size=") - 1;
    s.len = value[2].len - (sizeof("map_size=") - 1);

    mcf->map_size = (size_t) ngx_parse_offset(&s);

    if (mcf->map_size == (size_t) NGX_ERROR || mcf->map_size < 1024 * 1024) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", the map must have 1m "
                           "at least", &value[2]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_login_session(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    time_t                  *slot;
    ngx_str_t               *value, s;
    ngx_uint_t               i;
    ngx_http_login_terms_t  *terms;

    terms = (ngx_http_login_terms_t *) ((u_char *) conf + cmd->offset);

    if (terms->idle != NGX_CONF_UNSET || terms->lifetime != NGX_CONF_UNSET
        || terms->persistent != NGX_CONF_UNSET
        || terms->trust != NGX_CONF_UNSET)
    {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "persistent=on") == 0) {
            terms->persistent = 1;
            continue;
        }

        if (ngx_strcmp(value[i].data, "persistent=off") == 0) {
            terms->persistent = 0;
            continue;
        }

        s = value[i];

        if (ngx_http_login_is(&value[i], "idle=")) {
            slot = &terms->idle;
            s.data += sizeof("idle=") - 1;

        } else if (ngx_http_login_is(&value[i], "lifetime=")) {
            slot = &terms->lifetime;
            s.data += sizeof("lifetime=") - 1;

        } else if (ngx_http_login_is(&value[i], "trust=")) {
            slot = &terms->trust;
            s.data += sizeof("trust=") - 1;

        } else {
            return ngx_http_login_invalid(cf, &value[i]);
        }

        s.len = value[i].data + value[i].len - s.data;

        *slot = ngx_parse_time(&s, 1);

        if (*slot == (time_t) NGX_ERROR
            || (*slot == 0 && slot == &terms->idle))
        {
            return ngx_http_login_invalid(cf, &value[i]);
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_login_hash(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_int_t    rc;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (mcf->hash_threads != NGX_CONF_UNSET
        || mcf->hash_queue != NGX_CONF_UNSET
        || mcf->hash_memory != NGX_CONF_UNSET_SIZE
        || mcf->hash_passes != NGX_CONF_UNSET)
    {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_login_is(&value[i], "threads=")) {
            rc = ngx_http_login_number(cf, &value[i], sizeof("threads=") - 1,
                                       1, 64, &mcf->hash_threads);

        } else if (ngx_http_login_is(&value[i], "max_queue=")) {
            rc = ngx_http_login_number(cf, &value[i],
                                       sizeof("max_queue=") - 1,
                                       1, 65536, &mcf->hash_queue);

        } else if (ngx_http_login_is(&value[i], "passes=")) {
            rc = ngx_http_login_number(cf, &value[i], sizeof("passes=") - 1,
                                       1, 64, &mcf->hash_passes);

        } else if (ngx_http_login_is(&value[i], "memory=")) {
            s.data = value[i].data + sizeof("memory=") - 1;
            s.len = value[i].len - (sizeof("memory=") - 1);

            mcf->hash_memory = ngx_parse_size(&s);

            /* the least and the most that login_password.h takes */

            if (mcf->hash_memory == (size_t) NGX_ERROR
                || mcf->hash_memory < 1024 * 1024
                || mcf->hash_memory > 1024 * 1024 * 1024)
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid parameter \"%V\", it must be "
                                   "from 1m to 1024m", &value[i]);
                return NGX_CONF_ERROR;
            }

            rc = NGX_OK;

        } else {
            return ngx_http_login_invalid(cf, &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_login_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_srv_conf_t  *scf = conf;

    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (scf->cookie_samesite != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    scf->cookie_samesite = NGX_HTTP_LOGIN_LAX;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        s = value[i];

        if (ngx_http_login_is(&value[i], "name=")) {
            s.data += sizeof("name=") - 1;
            s.len -= sizeof("name=") - 1;

            if (ngx_http_login_cookie_name(&s) != NGX_OK) {
                return ngx_http_login_invalid(cf, &value[i]);
            }

            scf->cookie_name = s;

        } else if (ngx_http_login_is(&value[i], "domain=")) {
            s.data += sizeof("domain=") - 1;
            s.len -= sizeof("domain=") - 1;

            if (s.len > 1 && s.data[0] == '.') {
                s.data++;
                s.len--;
            }

            if (ngx_http_login_host(&s) != NGX_OK || s.data[0] == '*') {
                return ngx_http_login_invalid(cf, &value[i]);
            }

            scf->cookie_domain = s;

        } else if (ngx_strcmp(value[i].data, "samesite=lax") == 0) {
            scf->cookie_samesite = NGX_HTTP_LOGIN_LAX;

        } else if (ngx_strcmp(value[i].data, "samesite=strict") == 0) {
            scf->cookie_samesite = NGX_HTTP_LOGIN_STRICT;

        } else if (ngx_strcmp(value[i].data, "samesite=none") == 0) {
            scf->cookie_samesite = NGX_HTTP_LOGIN_NONE;

        } else {
            return ngx_http_login_invalid(cf, &value[i]);
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_login_hosts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_srv_conf_t  *scf = conf;

    ngx_str_t   *value, *host;
    ngx_uint_t   i;

    if (scf->return_hosts != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    scf->return_hosts = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                         sizeof(ngx_str_t));
    if (scf->return_hosts == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_login_host(&value[i]) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid host \"%V\", it must be a name like "
                               "\"example.com\" or \"*.example.com\"",
                               &value[i]);
            return NGX_CONF_ERROR;
        }

        host = ngx_array_push(scf->return_hosts);
        if (host == NULL) {
            return NGX_CONF_ERROR;
        }

        *host = value[i];
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_login_number(ngx_conf_t *cf, ngx_str_t *value, size_t prefix,
    ngx_int_t min, ngx_int_t max, ngx_int_t *number)
{
    *number = ngx_atoi(value->data + prefix, value->len - prefix);

    if (*number != NGX_ERROR && *number >= min && *number <= max) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", it must be from %i to %i",
                       value, min, max);
    return NGX_ERROR;
}


char *
ngx_http_login_invalid(ngx_conf_t *cf, ngx_str_t *value)
{
    ngx_str_t  *directive;

    directive = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"%V\" directive",
                       value, &directive[0]);

    return NGX_CONF_ERROR;
}


/* A token (RFC 6265, 4.1.1) that brings no prefix of its own. */

static ngx_int_t
ngx_http_login_cookie_name(ngx_str_t *name)
{
    u_char  *p, *last;

    if (name->len == 0 || name->len > 64 || name->data[0] == '_') {
        return NGX_DECLINED;
    }

    last = name->data + name->len;

    for (p = name->data; p < last; p++) {
        if ((*p < 'a' || *p > 'z') && (*p < 'A' || *p > 'Z')
            && (*p < '0' || *p > '9') && *p != '_' && *p != '-')
        {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


/* A host name, maybe with "*." in front; made lower-case. */

static ngx_int_t
ngx_http_login_host(ngx_str_t *host)
{
    u_char  *p, *last;

    if (host->len == 0 || host->len > 253) {
        return NGX_DECLINED;
    }

    ngx_strlow(host->data, host->data, host->len);

    p = host->data;
    last = p + host->len;

    if (host->len > 2 && p[0] == '*' && p[1] == '.') {
        p += 2;
    }

    if (*p == '.' || *(last - 1) == '.') {
        return NGX_DECLINED;
    }

    for ( /* void */ ; p < last; p++) {
        if ((*p < 'a' || *p > 'z') && (*p < '0' || *p > '9')
            && *p != '-' && (*p != '.' || *(p - 1) == '.'))
        {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}
