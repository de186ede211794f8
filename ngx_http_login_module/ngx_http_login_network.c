
/*
 * Requests to providers.  Each provider has threads and a queue of its own,
 * begun when it is first asked: one that is slow, or hangs, delays nobody
 * but those who sign in through it.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_NETWORK_THREADS  4
#define NGX_HTTP_LOGIN_NETWORK_QUEUE    64


typedef struct {
    login_rp_t                  *rp;
    login_pool_t                *pool;
    const login_http_conf_t     *http;
} ngx_http_login_peer_t;

/* On the heap: its threads may outlive the cycle. */
struct ngx_http_login_network_s {
    int                          stop;      /* read by the threads */
    login_http_conf_t            http;
    ngx_uint_t                   n;
    ngx_http_login_peer_t        peers[];   /* by the provider's number */
};

/* Of one thread. */
typedef struct {
    login_rp_t                  *rp;
    login_http_t                *http;
} ngx_http_login_asker_t;


static ngx_http_login_peer_t *ngx_http_login_network_peer(
    ngx_http_login_worker_t *worker,
    const ngx_http_login_provider_t *provider);
static login_pool_t *ngx_http_login_network_start(
    ngx_http_login_worker_t *worker, ngx_http_login_peer_t *peer);
static void *ngx_http_login_asker_create(void *data);
static void ngx_http_login_asker_destroy(void *context);
static void ngx_http_login_asker_run(void *context, login_job_t **jobs,
    size_t n);


ngx_int_t
ngx_http_login_network_create(ngx_http_login_worker_t *worker)
{
    ngx_uint_t                 n;
    ngx_http_login_network_t  *network;

    static ngx_uint_t  initialized;

    if (worker->network || worker->conf->providers == NULL) {
        return NGX_OK;
    }

    if (!initialized) {
        login_json_init();

        if (login_http_init() != LOGIN_OK) {
            return NGX_ERROR;
        }

        initialized = 1;
    }

    n = worker->conf->providers->nelts;

    network = ngx_calloc(sizeof(ngx_http_login_network_t)
                         + n * sizeof(ngx_http_login_peer_t),
                         ngx_cycle->log);
    if (network == NULL) {
        return NGX_ERROR;
    }

    network->n = n;
    network->http.stop = &network->stop;

    worker->network = network;

    return NGX_OK;
}


login_rp_t *
ngx_http_login_network_rp(ngx_http_login_worker_t *worker,
    const ngx_http_login_provider_t *provider)
{
    ngx_http_login_peer_t  *peer;

    peer = ngx_http_login_network_peer(worker, provider);

    return peer ? peer->rp : NULL;
}


login_pool_t *
ngx_http_login_network_pool(ngx_http_login_worker_t *worker,
    const ngx_http_login_provider_t *provider)
{
    ngx_http_login_peer_t  *peer;

    peer = ngx_http_login_network_peer(worker, provider);

    return peer ? peer->pool : NULL;
}


static ngx_http_login_peer_t *
ngx_http_login_network_peer(ngx_http_login_worker_t *worker,
    const ngx_http_login_provider_t *provider)
{
    ngx_http_login_peer_t     *peer;
    ngx_http_login_network_t  *network;

    network = worker->network;

    /* a reload without a master may have brought others */

    if (network == NULL || provider->number >= network->n) {
        return NULL;
    }

    peer = &network->peers[provider->number];

    if (peer->rp == NULL) {
        peer->rp = login_rp_create(&provider->rp);
        peer->http = &network->http;
    }

    if (peer->rp && peer->pool == NULL) {
        peer->pool = ngx_http_login_network_start(worker, peer);
    }

    if (peer->pool == NULL) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "login: the threads of provider \"%V\" cannot be "
                      "started", &provider->name);
        return NULL;
    }

    return peer;
}


static login_pool_t *
ngx_http_login_network_start(ngx_http_login_worker_t *worker,
    ngx_http_login_peer_t *peer)
{
    login_pool_conf_t  conf;

    ngx_memzero(&conf, sizeof(login_pool_conf_t));

    conf.name = "login sso";
    conf.threads = NGX_HTTP_LOGIN_NETWORK_THREADS;
    conf.max_queue = NGX_HTTP_LOGIN_NETWORK_QUEUE;
    conf.batch = 1;
    conf.data = peer;
    conf.start = ngx_http_login_asker_create;
    conf.stop = ngx_http_login_asker_destroy;
    conf.run = ngx_http_login_asker_run;

    return login_pool_create(&conf, worker->mailbox);
}


static void *
ngx_http_login_asker_create(void *data)
{
    ngx_http_login_peer_t *peer = data;

    ngx_http_login_asker_t  *asker;

    asker = calloc(1, sizeof(ngx_http_login_asker_t));
    if (asker == NULL) {
        return NULL;
    }

    asker->rp = peer->rp;
    asker->http = login_http_create(peer->http);

    if (asker->http == NULL) {
        free(asker);
        return NULL;
    }

    return asker;
}


static void
ngx_http_login_asker_destroy(void *context)
{
    ngx_http_login_asker_t *asker = context;

    login_http_destroy(asker->http);
    free(asker);
}


static void
ngx_http_login_asker_run(void *context, login_job_t **jobs, size_t n)
{
    ngx_http_login_asker_t *asker = context;

    size_t                  i;
    ngx_http_login_task_t  *task;

    for (i = 0; i < n; i++) {
        task = (ngx_http_login_task_t *) jobs[i];

        task->result = asker ? task->ask(task->data, asker->rp, asker->http)
                             : LOGIN_FAULT;
    }
}


void
ngx_http_login_network_stop(ngx_http_login_worker_t *worker)
{
    if (worker->network) {
        __atomic_store_n(&worker->network->stop, 1, __ATOMIC_RELAXED);
    }
}


ngx_int_t
ngx_http_login_network_end(ngx_http_login_worker_t *worker)
{
    ngx_int_t                  rc;
    ngx_uint_t                 i;
    ngx_http_login_peer_t     *peer;
    ngx_http_login_network_t  *network;

    network = worker->network;

    if (network == NULL) {
        return NGX_OK;
    }

    ngx_http_login_network_stop(worker);

    rc = NGX_OK;

    for (i = 0; i < network->n; i++) {
        peer = &network->peers[i];

        if (peer->pool && login_pool_destroy(peer->pool) != LOGIN_OK) {
            rc = NGX_BUSY;
            continue;
        }

        peer->pool = NULL;

        login_rp_destroy(peer->rp);
        peer->rp = NULL;
    }

    if (rc == NGX_OK) {
        ngx_free(network);
        worker->network = NULL;
    }

    return rc;
}
