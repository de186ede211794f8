
/* Conditions beyond being signed in: "login_require". */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_require_text(ngx_conf_t *cf,
    ngx_str_t *text);
static ngx_array_t *ngx_http_login_require_list(ngx_conf_t *cf,
    ngx_str_t *value, size_t prefix);
static ngx_int_t ngx_http_login_require_item(ngx_conf_t *cf,
    ngx_http_login_require_t *require, ngx_array_t *list, ngx_str_t *item);
static ngx_uint_t ngx_http_login_require_one(const ngx_array_t *list,
    const ngx_str_t *value);
static ngx_uint_t ngx_http_login_require_role(const ngx_array_t *list,
    const ngx_str_t *roles);


#define ngx_http_login_begins(v, s)                                           \
    ((v)->len > sizeof(s) - 1                                                 \
     && ngx_strncmp((v)->data, s, sizeof(s) - 1) == 0)


char *
ngx_http_login_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_loc_conf_t *lcf = conf;

    ngx_str_t                  *value, s;
    ngx_uint_t                  i, j;
    ngx_array_t               **list;
    ngx_http_login_require_t   *require;

    if (lcf->require == NGX_CONF_UNSET_PTR) {
        lcf->require = ngx_array_create(cf->pool, 2,
                                        sizeof(ngx_http_login_require_t));
        if (lcf->require == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    require = ngx_array_push(lcf->require);
    if (require == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(require, sizeof(ngx_http_login_require_t));
    require->max_age = NGX_CONF_UNSET;
    require->file = cf->conf_file->file.name.data;
    require->line = cf->conf_file->line;

    if (ngx_http_login_require_text(cf, &require->text) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        list = NULL;
        j = 0;

        if (ngx_http_login_begins(&value[i], "org=")) {
            list = &require->orgs;
            j = sizeof("org=") - 1;

        } else if (ngx_http_login_begins(&value[i], "role=")) {
            list = &require->roles;
            j = sizeof("role=") - 1;

        } else if (ngx_http_login_begins(&value[i], "user=")) {
            list = &require->users;
            j = sizeof("user=") - 1;

        } else if (ngx_strcmp(value[i].data, "mfa") == 0 && !require->mfa) {
            require->mfa = 1;
            continue;

        } else if (ngx_http_login_begins(&value[i], "max_age=")
                   && require->max_age == NGX_CONF_UNSET)
        {
            s.data = value[i].data + sizeof("max_age=") - 1;
            s.len = value[i].len - (sizeof("max_age=") - 1);

            require->max_age = ngx_parse_time(&s, 1);

            if (require->max_age > 0) {
                continue;
            }
        }

        if (list == NULL
            || ngx_http_login_require_names(cf, require, list, &value[i], j)
               != NGX_OK)
        {
            goto invalid;
        }
    }

    return NGX_CONF_OK;

invalid:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"%V\" directive",
                       &value[i], &cmd->name);
    return NGX_CONF_ERROR;
}


ngx_int_t
ngx_http_login_require_names(ngx_conf_t *cf,
    ngx_http_login_require_t *require, ngx_array_t **list, ngx_str_t *value,
    size_t prefix)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    if (*list != NULL) {
        return NGX_DECLINED;
    }

    *list = ngx_http_login_require_list(cf, value, prefix);

    if (*list == NULL) {
        return NGX_ERROR;
    }

    name = (*list)->elts;

    for (i = 0; i < (*list)->nelts; i++) {
        if (ngx_http_login_require_item(cf, require, *list, &name[i])
            != NGX_OK)
        {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


/* The parameters of the line, for who lists what is required. */

static ngx_int_t
ngx_http_login_require_text(ngx_conf_t *cf, ngx_str_t *text)
{
    u_char      *p;
    size_t       len;
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;
    len = 0;

    for (i = 1; i < cf->args->nelts; i++) {
        len += value[i].len + 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    text->len = len - 1;

    for (i = 1; i < cf->args->nelts; i++) {
        p = ngx_cpymem(p, value[i].data, value[i].len);
        *p++ = ' ';
    }

    return NGX_OK;
}


static ngx_array_t *
ngx_http_login_require_list(ngx_conf_t *cf, ngx_str_t *value, size_t prefix)
{
    u_char       *p, *last, *comma;
    ngx_str_t    *item;
    ngx_array_t  *list;

    list = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
    if (list == NULL) {
        return NULL;
    }

    last = value->data + value->len;

    for (p = value->data + prefix; p <= last; p = comma + 1) {

        comma = ngx_strlchr(p, last, ',');
        comma = comma ? comma : last;

        item = ngx_array_push(list);
        if (item == NULL) {
            return NULL;
        }

        item->data = p;
        item->len = comma - p;
    }

    return list;
}


/* Brings what was written into the form that accounts have it in. */

static ngx_int_t
ngx_http_login_require_item(ngx_conf_t *cf, ngx_http_login_require_t *require,
    ngx_array_t *list, ngx_str_t *item)
{
    u_char          name[LOGIN_USERNAME_MAX];
    size_t          len;
    login_result_e  rc;

    if (item->len == 0) {
        return NGX_DECLINED;
    }

    if (list == require->orgs) {
        rc = login_org_normalise(name, &len, ngx_http_login_str(item));

    } else {
        rc = login_username_normalise(name, &len, ngx_http_login_str(item));
    }

    if (list == require->roles) {
        return login_role_check(login_str(item->data, item->len)) == LOGIN_OK
               ? NGX_OK : NGX_DECLINED;
    }

    if (rc != LOGIN_OK) {
        return NGX_DECLINED;
    }

    item->data = ngx_pnalloc(cf->pool, len);
    if (item->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(item->data, name, len);
    item->len = len;

    return NGX_OK;
}


/* Conditions where everybody gets in would only look like a protection. */

char *
ngx_http_login_require_unused(ngx_conf_t *cf, const ngx_array_t *conditions)
{
    ngx_http_login_require_t  *require;

    require = conditions->elts;

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"login_require\" directive has no effect where \"login\" "
                  "is off, set \"login on\" beside it in %s:%ui",
                  require->file, require->line);

    return NGX_CONF_ERROR;
}


/*
 * Names of roles and people are those of one organisation.  Where a line does
 * not say which, it is the only one; others may still have accounts.
 */

ngx_int_t
ngx_http_login_require_orgs(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf,
    ngx_array_t *conditions)
{
    ngx_str_t                 *name;
    ngx_uint_t                 i, j;
    ngx_http_login_require_t  *require;

    require = conditions->elts;

    for (i = 0; i < conditions->nelts; i++) {

        name = require[i].orgs ? require[i].orgs->elts : NULL;

        for (j = 0; require[i].orgs && j < require[i].orgs->nelts; j++) {
            if (ngx_http_login_org_find(mcf, name[j].data, name[j].len)
                == NULL)
            {
                ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                              "no \"login_org\" is named \"%V\" in %s:%ui",
                              &name[j], require[i].file, require[i].line);
            }
        }

        if (require[i].orgs || (!require[i].roles && !require[i].users)) {
            continue;
        }

        if (mcf->only == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"%s\" needs \"org=\" in the same "
                          "\"login_require\" directive, since there are "
                          "several organisations in %s:%ui",
                          require[i].roles ? "role=" : "user=",
                          require[i].file, require[i].line);
            return NGX_ERROR;
        }

        require[i].orgs = ngx_array_create(cf->pool, 1, sizeof(ngx_str_t));
        if (require[i].orgs == NULL) {
            return NGX_ERROR;
        }

        name = ngx_array_push(require[i].orgs);
        if (name == NULL) {
            return NGX_ERROR;
        }

        *name = mcf->only->name;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_login_require_check(const ngx_array_t *conditions,
    const ngx_http_login_identity_t *identity, ngx_uint_t *need)
{
    ngx_uint_t                 i, late, factor;
    ngx_http_login_require_t  *require;

    if (conditions == NULL) {
        return NGX_OK;
    }

    late = 0;
    factor = 0;
    require = conditions->elts;

    for (i = 0; i < conditions->nelts; i++) {

        if ((require[i].orgs
             && !ngx_http_login_require_one(require[i].orgs, &identity->org))
            || (require[i].users
                && !ngx_http_login_require_one(require[i].users,
                                               &identity->username))
            || (require[i].roles
                && !ngx_http_login_require_role(require[i].roles,
                                                &identity->roles)))
        {
            return NGX_DECLINED;
        }

        if (require[i].max_age != NGX_CONF_UNSET
            && ngx_time() - (time_t) identity->ticket.auth_time
               >= require[i].max_age)
        {
            late = 1;
        }

        if (require[i].mfa && !login_methods_factor(identity->methods)) {
            factor = 1;
        }
    }

    /* who signs in anew may meet a second factor on the way */

    if (late) {
        *need = NGX_HTTP_LOGIN_NEED_LOGIN;
        return NGX_AGAIN;
    }

    if (factor) {
        *need = NGX_HTTP_LOGIN_NEED_MFA;
        return NGX_AGAIN;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_login_require_one(const ngx_array_t *list, const ngx_str_t *value)
{
    ngx_str_t   *item;
    ngx_uint_t   i;

    item = list->elts;

    for (i = 0; i < list->nelts; i++) {
        if (item[i].len == value->len
            && ngx_strncmp(item[i].data, value->data, value->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_login_require_role(const ngx_array_t *list, const ngx_str_t *roles)
{
    u_char     *last, *comma;
    ngx_str_t   role;

    last = roles->data + roles->len;

    for (role.data = roles->data; role.data < last; role.data = comma + 1) {

        comma = ngx_strlchr(role.data, last, ',');
        comma = comma ? comma : last;

        role.len = comma - role.data;

        if (ngx_http_login_require_one(list, &role)) {
            return 1;
        }
    }

    return 0;
}
