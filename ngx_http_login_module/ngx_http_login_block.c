
/* Blocks whose lines are directives of this module only. */

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


/* What is empty would be taken for what is not set. */

static char *
ngx_http_login_not_empty(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t  *value = data;

    return value->len ? NGX_CONF_OK : "must not be empty";
}
