
#include "ngx_http_login_module.h"


static void *ngx_http_login_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_login_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_login_create_srv_conf(ngx_conf_t *cf);
static char *ngx_http_login_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_http_login_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_login_postconfiguration(ngx_conf_t *cf);


static ngx_conf_enum_t  ngx_http_login_redirects[] = {
    { ngx_string("auto"), NGX_HTTP_LOGIN_AUTO },
    { ngx_string("on"), NGX_HTTP_LOGIN_ON },
    { ngx_string("off"), NGX_HTTP_LOGIN_OFF },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_http_login_commands[] = {

    { ngx_string("login"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF
          |NGX_HTTP_LMT_CONF|NGX_CONF_TAKE1,
      ngx_http_login_gate,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_require"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_login_require,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_redirect"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_login_loc_conf_t, redirect),
      ngx_http_login_redirects },

    { ngx_string("login_portal"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_login_portal,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_forward_auth"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_login_forward,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_portal_url"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_login_srv_conf_t, portal_url),
      &ngx_http_login_not_empty_post },

    { ngx_string("login_return_host"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_login_hosts,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_cookie"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_login_cookie,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_session"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_login_session,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_login_main_conf_t, terms),
      NULL },

    { ngx_string("login_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_http_login_store,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_key"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_login_main_conf_t, key_file),
      &ngx_http_login_not_empty_post },

    { ngx_string("login_password"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_login_password,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_login_main_conf_t, terms),
      NULL },

    { ngx_string("login_hash"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_login_hash,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_limit"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_login_limit,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_mail"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_login_mail,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_languages"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_login_languages,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_org"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE2,
      ngx_http_login_org,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_provider"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE2,
      ngx_http_login_provider,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_region"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE3,
      ngx_http_login_region,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_app"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_http_login_app,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_log"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_login_log,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_login_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("login_templates"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_login_main_conf_t, terms.templates),
      &ngx_http_login_not_empty_post },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_login_module_ctx = {
    ngx_http_login_preconfiguration,       /* preconfiguration */
    ngx_http_login_postconfiguration,      /* postconfiguration */

    ngx_http_login_create_main_conf,       /* create main configuration */
    ngx_http_login_init_main_conf,         /* init main configuration */

    ngx_http_login_create_srv_conf,        /* create server configuration */
    ngx_http_login_merge_srv_conf,         /* merge server configuration */

    ngx_http_login_create_loc_conf,        /* create location configuration */
    ngx_http_login_merge_loc_conf          /* merge location configuration */
};


ngx_module_t  ngx_http_login_module = {
    NGX_MODULE_V1,
    &ngx_http_login_module_ctx,            /* module context */
    ngx_http_login_commands,               /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_login_init_process,           /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_login_exit_process,           /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_http_login_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_login_main_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_login_main_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->store = { 0, NULL };
     *     conf->key_file = { 0, NULL };
     *     conf->orgs = NULL;
     *     conf->regions = NULL;
     *     conf->apps = NULL;
     *     conf->providers = NULL;
     *     conf->org_hash = { NULL, 0 };
     *     conf->provider_hash = { NULL, 0 };
     *     conf->org = NULL;
     *     conf->only = NULL;
     *     conf->passwords = 0;
     *     conf->table = NULL;
     *     conf->used = 0;
     *     conf->caches = 0;
     *     conf->limit = { 0, 0, 0 };
     *     conf->languages = NULL;
     *     conf->mail = NULL;
     *     conf->log = NULL;
     *     conf->syslog = NULL;
     *     conf->zone = NULL;
     *     conf->counters = NULL;
     *     conf->publisher = NULL;
     *     conf->ring = NULL;
     *     conf->script = { { 0, NULL }, ... };
     *     conf->icon = { { 0, NULL }, ... };
     *     conf->notes = NULL;
     *     conf->policy = { 0, NULL };
     *     conf->worker = NULL;
     */

    conf->map_size = NGX_CONF_UNSET_SIZE;
    conf->hash_threads = NGX_CONF_UNSET;
    conf->hash_queue = NGX_CONF_UNSET;
    conf->hash_memory = NGX_CONF_UNSET_SIZE;
    conf->hash_passes = NGX_CONF_UNSET;
    conf->limit_attempts = NGX_CONF_UNSET;
    conf->limit_lockout = NGX_CONF_UNSET;
    conf->limit_rate = NGX_CONF_UNSET;
    conf->limit_zone = NGX_CONF_UNSET_SIZE;

    ngx_http_login_terms_create(&conf->terms);

    if (ngx_array_init(&conf->portals, cf->pool, 2,
                       sizeof(ngx_http_login_portal_t *))
        != NGX_OK
        || ngx_array_init(&conf->cookies, cf->pool, 4, sizeof(login_str_t))
           != NGX_OK)
    {
        return NULL;
    }

    return conf;
}


static char *
ngx_http_login_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    if (mcf->store.len == 0) {
        ngx_str_set(&mcf->store, "/var/lib/nginx-login");
    }

    if (mcf->key_file.len == 0) {
        ngx_str_set(&mcf->key_file, "login.key");
    }

    if (ngx_conf_full_name(cf->cycle, &mcf->store, 0) != NGX_OK
        || ngx_conf_full_name(cf->cycle, &mcf->key_file, 1) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (mcf->terms.templates.len != 0
        && ngx_conf_full_name(cf->cycle, &mcf->terms.templates, 1) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_conf_init_size_value(mcf->map_size, (size_t) 64 << 30);

    ngx_conf_init_value(mcf->hash_threads, 1);
    ngx_conf_init_value(mcf->hash_queue, 256);
    ngx_conf_init_size_value(mcf->hash_memory, LOGIN_HASH_MEMORY * 1024);
    ngx_conf_init_value(mcf->hash_passes, LOGIN_HASH_PASSES);

    ngx_conf_init_value(mcf->limit_attempts, 6);
    ngx_conf_init_value(mcf->limit_lockout, 5 * 60);
    ngx_conf_init_value(mcf->limit_rate, 60);
    ngx_conf_init_size_value(mcf->limit_zone, 8 * 1024 * 1024);

    ngx_http_login_terms_merge(&mcf->terms, NULL);

    mcf->limit.attempts = (uint32_t) mcf->limit_attempts;
    mcf->limit.lockout = (uint64_t) mcf->limit_lockout;
    mcf->limit.rate = (uint32_t) mcf->limit_rate;

    return NGX_CONF_OK;
}


static void *
ngx_http_login_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_login_srv_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_login_srv_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->portal_url = { 0, NULL };
     *     conf->cookie_name = { 0, NULL };
     *     conf->cookie_domain = { 0, NULL };
     *     conf->gates = 0;
     *     conf->forwards = 0;
     *     conf->own = { 0, NULL };
     *     conf->own_file = NULL;
     *     conf->own_line = 0;
     *     conf->number = 0;
     *     conf->portal = NULL;
     *     conf->hosts = NULL;
     *     conf->nhosts = 0;
     *     conf->session_cookie = { 0, NULL };
     *     conf->browser_cookie = { 0, NULL };
     *     conf->link_cookie = { 0, NULL };
     *     conf->language_cookie = { 0, NULL };
     *     conf->trust_cookie = { 0, NULL };
     *     conf->flow_cookies = { { 0, NULL } };
     *     conf->org_cookie = { 0, NULL };
     *     conf->last_cookie = { 0, NULL };
     *     conf->hint_cookie = { 0, NULL };
     *     conf->state_cookies = { { 0, NULL } };
     *     conf->csp = { 0, NULL };
     *     conf->frame_csp = { 0, NULL };
     *     conf->forms = 0;
     */

    conf->cookie_samesite = NGX_CONF_UNSET_UINT;
    conf->return_hosts = NGX_CONF_UNSET_PTR;

    return conf;
}


static char *
ngx_http_login_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_login_srv_conf_t  *prev = parent;
    ngx_http_login_srv_conf_t  *conf = child;

    ngx_conf_merge_str_value(conf->portal_url, prev->portal_url, "");

    /* a line of its own takes the place of the whole outer one */

    if (conf->cookie_samesite == NGX_CONF_UNSET_UINT) {
        conf->cookie_name = prev->cookie_name;
        conf->cookie_domain = prev->cookie_domain;
    }

    ngx_conf_merge_uint_value(conf->cookie_samesite, prev->cookie_samesite,
                              NGX_HTTP_LOGIN_LAX);
    ngx_conf_merge_ptr_value(conf->return_hosts, prev->return_hosts, NULL);

    if (conf->cookie_name.len == 0) {
        ngx_str_set(&conf->cookie_name, "login");
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_login_preconfiguration(ngx_conf_t *cf)
{
    return ngx_http_login_add_variables(cf);
}


static ngx_int_t
ngx_http_login_add_handler(ngx_conf_t *cf, ngx_uint_t phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_login_module);

    if (ngx_http_login_resolve(cf, mcf) != NGX_OK
        || ngx_http_login_provider_init(cf, mcf) != NGX_OK
        || ngx_http_login_org_init(cf, mcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!mcf->used) {
        return NGX_OK;
    }

    if (ngx_http_login_app_init(cf, mcf) != NGX_OK) {
        return NGX_ERROR;
    }

    mcf->caches = ngx_http_login_has_cache(cf);

    mcf->counters = ngx_http_login_zone(cf, "login:status");
    mcf->publisher = ngx_http_login_zone(cf, "login:publish");

    if (mcf->counters == NULL
        || mcf->publisher == NULL
        || ngx_http_login_load(cf, mcf) != NGX_OK
        || ngx_http_login_org_table(cf, mcf) != NGX_OK
        || ngx_http_login_policy(cf, mcf) != NGX_OK
        || ngx_http_login_throttle_zone(cf, mcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /*
     * handlers of a phase run in the reverse order of their registration:
     * those of a module that is loaded as a dynamic one come before those of
     * the rewrite module, which would otherwise answer ahead of the gate
     */

    if (ngx_http_login_add_handler(cf, NGX_HTTP_POST_READ_PHASE,
                                   ngx_http_login_post_read_handler)
        != NGX_OK
        || ngx_http_login_add_handler(cf, NGX_HTTP_REWRITE_PHASE,
                                      ngx_http_login_rewrite_handler)
           != NGX_OK
        || ngx_http_login_add_handler(cf, NGX_HTTP_ACCESS_PHASE,
                                      ngx_http_login_access_handler)
           != NGX_OK
        || ngx_http_login_add_handler(cf, NGX_HTTP_PRECONTENT_PHASE,
                                      ngx_http_login_precontent_handler)
           != NGX_OK
        || ngx_http_login_add_handler(cf, NGX_HTTP_LOG_PHASE,
                                      ngx_http_login_log_handler)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_login_filter_init(cf);
}
