
/*
 * "login_status": how often each event happened, as text that Prometheus
 * reads, and how full the store is.  The counters are in memory that all
 * workers share and a reload hands on; each is added to on its own.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_STATUS_SIZE  (LOGIN_LOG_MAX * 128 + 2048)


static ngx_int_t ngx_http_login_status_handler(ngx_http_request_t *r);
static u_char *ngx_http_login_status_events(u_char *p,
    const ngx_atomic_t *counters);
static u_char *ngx_http_login_status_gauges(u_char *p, ngx_http_request_t *r);
static u_char *ngx_http_login_status_gauge(u_char *p, const char *name,
    const char *help, uint64_t value);


char *
ngx_http_login_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_loc_conf_t  *lcf = conf;

    ngx_http_core_loc_conf_t   *clcf;

    if (lcf->status) {
        return "is duplicate";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler) {
        return "must not be beside another one that answers requests, "
               "remove one of them";
    }

    lcf->status = 1;
    clcf->handler = ngx_http_login_status_handler;

    return NGX_CONF_OK;
}


/* Monitors do not sign in: "allow" and "deny" guard it, "login" does not. */

char *
ngx_http_login_merge_status(ngx_conf_t *cf, ngx_http_login_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if ((conf->gate != NGX_CONF_UNSET_UINT
         && conf->gate != NGX_HTTP_LOGIN_OFF)
        || conf->require != NGX_CONF_UNSET_PTR)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"login\" and \"login_require\" directives must "
                           "not be in location \"%V\", which has "
                           "\"login_status\": guard it by \"allow\" and "
                           "\"deny\"", &clcf->name);
        return NGX_CONF_ERROR;
    }

    if (clcf->handler != ngx_http_login_status_handler) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"login_status\" directive in location \"%V\" "
                           "must not be beside another one that answers "
                           "requests, remove one of them", &clcf->name);
        return NGX_CONF_ERROR;
    }

    conf->gate = NGX_HTTP_LOGIN_OFF;
    conf->require = conf->outer->require;

    return NGX_CONF_OK;
}


/* Of the cycle of now, as in ngx_http_login_throttle.c. */

void
ngx_http_login_count(login_log_kind_e kind)
{
    ngx_atomic_t                *counters;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                              ngx_http_login_module);

    if (mcf == NULL || mcf->counters == NULL) {
        return;
    }

    counters = mcf->counters->data;

    (void) ngx_atomic_fetch_add(&counters[kind], 1);
}


static ngx_int_t
ngx_http_login_status_handler(ngx_http_request_t *r)
{
    u_char                      *p;
    ngx_buf_t                   *b;
    ngx_int_t                    rc;
    ngx_chain_t                  out;
    ngx_http_login_main_conf_t  *mcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    b = ngx_create_temp_buf(r->pool, NGX_HTTP_LOGIN_STATUS_SIZE);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = b->last;

    /* without a gate or portal nothing is counted */

    if (mcf->counters) {
        p = ngx_http_login_status_events(p, mcf->counters->data);
    }

    b->last = ngx_http_login_status_gauges(p, r);
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    ngx_str_set(&r->headers_out.content_type,
                "text/plain; version=0.0.4; charset=utf-8");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = b->last - b->pos;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static u_char *
ngx_http_login_status_events(u_char *p, const ngx_atomic_t *counters)
{
    ngx_uint_t  i;

    p = ngx_sprintf(p, "# HELP nginx_login_events_total Security events.\n"
                       "# TYPE nginx_login_events_total counter\n");

    for (i = 0; i < LOGIN_LOG_MAX; i++) {

        if (!login_log_served(i)) {
            continue;
        }

        p = ngx_sprintf(p, "nginx_login_events_total"
                           "{event=\"%s\",result=\"%s\"} %uA\n",
                        login_log_name(i),
                        login_log_result_name(login_log_result(i)),
                        counters[i]);
    }

    return p;
}


/* Queues are those of the worker that answers. */

static u_char *
ngx_http_login_status_gauges(u_char *p, ngx_http_request_t *r)
{
    unsigned                  queued, running;
    login_store_stat_t        stat;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    p = ngx_http_login_status_gauge(p, "nginx_login_store_up",
                         "Whether the store is open in this worker.",
                         worker != NULL);

    if (worker == NULL) {
        return p;
    }

    if (login_store_stat(&stat, worker->store) == LOGIN_OK) {
        p = ngx_http_login_status_gauge(p, "nginx_login_store_file_bytes",
                         "Size of the store's file.", stat.file_size);
        p = ngx_http_login_status_gauge(p, "nginx_login_store_used_bytes",
                         "Bytes of the file in use.", stat.used);
        p = ngx_http_login_status_gauge(p, "nginx_login_store_map_bytes",
                         "The most that the file may become.", stat.map_size);
        p = ngx_http_login_status_gauge(p, "nginx_login_disk_free_bytes",
                         "Free space where the store is.", stat.disk_free);
    }

    login_pool_state(worker->hashers, &queued, &running);

    p = ngx_http_login_status_gauge(p, "nginx_login_hash_queued",
                         "Sign-ins that wait, in this worker.", queued);
    p = ngx_http_login_status_gauge(p, "nginx_login_hash_running",
                         "Hashes under way, in this worker.", running);

    login_pool_state(worker->writer, &queued, &running);

    return ngx_http_login_status_gauge(p, "nginx_login_writer_queued",
                         "Changes that wait for the disk, in this worker.",
                         queued);
}


static u_char *
ngx_http_login_status_gauge(u_char *p, const char *name, const char *help,
    uint64_t value)
{
    return ngx_sprintf(p, "# HELP %s %s\n# TYPE %s gauge\n%s %uL\n",
                       name, help, name, name, value);
}
