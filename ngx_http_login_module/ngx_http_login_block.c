
/* Blocks whose lines are directives of this module only, and their values. */

#include "ngx_http_login_module.h"


typedef struct {
    ngx_command_t               *commands;
    void                        *conf;
} ngx_http_login_block_t;


static char *ngx_http_login_block_line(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf);
static ngx_uint_t ngx_http_login_block_count(ngx_conf_t *cf,
    ngx_command_t *cmd);
static char *ngx_http_login_not_empty(ngx_conf_t *cf, void *post,
    void *data);


ngx_conf_post_t  ngx_http_login_not_empty_post = {
    ngx_http_login_not_empty
};


char *
ngx_http_login_block(ngx_conf_t *cf, ngx_command_t *commands, void *conf)
{
    char                    *rv;
    ngx_conf_t               save;
    ngx_http_login_block_t   block;

    block.commands = commands;
    block.conf = conf;

    save = *cf;

    cf->handler = ngx_http_login_block_line;
    cf->handler_conf = (void *) &block;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return rv;
}


static char *
ngx_http_login_block_line(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    ngx_http_login_block_t *block = conf;

    char           *rv;
    ngx_str_t      *name;
    ngx_command_t  *cmd;

    name = cf->args->elts;

    if (ngx_strcmp(name->data, "include") == 0 && cf->args->nelts == 2) {
        return ngx_conf_include(cf, dummy, conf);
    }

    for (cmd = block->commands; cmd->name.len; cmd++) {
        if (cmd->name.len == name->len
            && ngx_strcmp(cmd->name.data, name->data) == 0)
        {
            break;
        }
    }

    if (cmd->name.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in this block", name);
        return NGX_CONF_ERROR;
    }

    if (!ngx_http_login_block_count(cf, cmd)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number of arguments in \"%V\" directive",
                           name);
        return NGX_CONF_ERROR;
    }

    rv = cmd->set(cf, cmd, block->conf);

    if (rv == NGX_CONF_OK || rv == NGX_CONF_ERROR) {
        return rv;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" directive %s", name, rv);

    return NGX_CONF_ERROR;
}


/* As ngx_conf_handler() does, for what is used here. */

static ngx_uint_t
ngx_http_login_block_count(ngx_conf_t *cf, ngx_command_t *cmd)
{
    if (cmd->type & NGX_CONF_FLAG) {
        return cf->args->nelts == 2;
    }

    if (cmd->type & NGX_CONF_1MORE) {
        return cf->args->nelts >= 2;
    }

    return cf->args->nelts <= NGX_CONF_MAX_ARGS
           && (cmd->type & ((ngx_uint_t) 1 << (cf->args->nelts - 1))) != 0;
}


ngx_uint_t
ngx_http_login_is_text(const ngx_str_t *s)
{
    size_t  i;

    for (i = 0; i < s->len; i++) {
        if (s->data[i] < 0x20 || s->data[i] == 0x7f) {
            return 0;
        }
    }

    return s->len != 0
           && login_utf8_check(ngx_http_login_str(s), NULL) == LOGIN_OK;
}


ngx_int_t
ngx_http_login_quoted(ngx_conf_t *cf, ngx_uint_t *n, const char *name)
{
    u_char      *p;
    size_t       len, prefix;
    ngx_str_t   *value;
    ngx_uint_t   i, last;

    value = cf->args->elts;

    prefix = ngx_strlen(name);

    if (value[*n].len <= prefix
        || ngx_strncmp(value[*n].data, name, prefix) != 0
        || value[*n].data[prefix] != '"')
    {
        return NGX_OK;
    }

    len = 0;

    for (last = *n; last < cf->args->nelts; last++) {
        len += value[last].len + 1;

        if (value[last].len
            && value[last].data[value[last].len - 1] == '"'
            && (last != *n || value[last].len > prefix + 1))
        {
            break;
        }
    }

    if (last == cf->args->nelts) {
        (void) ngx_http_login_invalid(cf, &value[*n]);
        return NGX_ERROR;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    len = 0;

    for (i = *n; i <= last; i++) {
        ngx_memcpy(p + len, value[i].data, value[i].len);
        len += value[i].len;
        p[len++] = ' ';
    }

    /* without the quotes, and a NUL in place of the second one */

    ngx_memmove(p + prefix, p + prefix + 1, len - prefix - 1);
    len -= 3;
    p[len] = '\0';

    value[last].data = p;
    value[last].len = len;
    *n = last;

    return NGX_OK;
}


/* What is empty would be taken for what is not set. */

static char *
ngx_http_login_not_empty(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t  *value = data;

    return value->len ? NGX_CONF_OK : "must not be empty";
}
