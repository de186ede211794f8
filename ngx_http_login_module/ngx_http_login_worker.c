
/*
 * What each worker process has of its own: the open store, the threads, and
 * the descriptor through which they report to the event loop.  The master
 * has nothing of this.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_RETRY      1000  /* ms between tries to open */
#define NGX_HTTP_LOGIN_CLEAR      5000  /* ms, of readers that died */


static ngx_int_t ngx_http_login_start(ngx_http_login_worker_t *worker,
    ngx_log_t *log);
static ngx_int_t ngx_http_login_start_pools(ngx_http_login_worker_t *worker);
static ngx_int_t ngx_http_login_listen(ngx_http_login_worker_t *worker,
    ngx_log_t *log);
static void ngx_http_login_read_handler(ngx_event_t *ev);
static void ngx_http_login_leave(ngx_http_login_worker_t *worker);
static void ngx_http_login_leave_handler(ngx_event_t *ev);
static void ngx_http_login_tick_handler(ngx_event_t *ev);
static void ngx_http_login_turn_handler(ngx_event_t *ev);


ngx_int_t
ngx_http_login_init_process(ngx_cycle_t *cycle)
{
    ngx_http_login_worker_t     *worker;
    ngx_http_login_main_conf_t  *mcf;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_login_module);

    if (mcf == NULL || !mcf->used) {
        return NGX_OK;
    }

    /*
     * On the heap: without a master, it outlives its cycle.  A worker that
     * fails here is never started again, so it runs, and answers 503.
     */

    worker = ngx_calloc(sizeof(ngx_http_login_worker_t), cycle->log);
    if (worker == NULL) {
        return NGX_OK;
    }

    worker->conf = mcf;
    worker->tick.handler = ngx_http_login_tick_handler;
    worker->tick.data = worker;
    worker->tick.log = cycle->log;
    worker->tick.cancelable = 1;

    worker->leave.handler = ngx_http_login_leave_handler;
    worker->leave.data = worker;
    worker->leave.log = cycle->log;
    worker->leave.cancelable = 1;

    ngx_queue_init(&worker->tasks);

    worker->turn.handler = ngx_http_login_turn_handler;
    worker->turn.data = worker;
    worker->turn.log = cycle->log;
    worker->turns = 1;

    mcf->worker = worker;

    /* the same without a store, which it tries to open again */

    if (ngx_http_login_start(worker, cycle->log) == NGX_OK) {
        ngx_http_login_warm(worker, 1);
        ngx_http_login_publish(worker);
        ngx_http_login_mail_start(worker);
        ngx_add_timer(&worker->tick, NGX_HTTP_LOGIN_CLEAR);

    } else {
        ngx_add_timer(&worker->tick, NGX_HTTP_LOGIN_RETRY);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_start(ngx_http_login_worker_t *worker, ngx_log_t *log)
{
    login_error_t                      error;
    const ngx_http_login_main_conf_t  *mcf;

    mcf = worker->conf;

    if (worker->mailbox == NULL) {
        worker->mailbox = login_mailbox_create();
    }

    if (worker->crypto == NULL) {
        worker->crypto = login_crypto_create(mcf->ring);
    }

    if (worker->mailbox == NULL || worker->crypto == NULL
        || ngx_http_login_network_create(worker) != NGX_OK
        || ngx_http_login_listen(worker, log) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "login: no memory to start, trying again");
        return NGX_ERROR;
    }

    if (worker->store == NULL
        && login_store_open(&worker->store, (char *) mcf->store.data,
                            mcf->map_size, &error)
           != LOGIN_OK)
    {
        worker->store = NULL;

        ngx_log_error(NGX_LOG_EMERG, log, 0, "login: %s", error.text);
        return NGX_ERROR;
    }

    if (worker->memory == NULL) {
        worker->memory = ngx_http_login_memory_create();
    }

    worker->view = login_view_create(worker->store, mcf->ring);

    if (worker->view == NULL
        || ngx_http_login_start_pools(worker) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "login: the threads cannot be started, trying again");

        if (worker->view) {
            login_view_destroy(worker->view);
            worker->view = NULL;
        }

        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_start_pools(ngx_http_login_worker_t *worker)
{
    login_pool_conf_t                  conf;
    ngx_http_login_shared_t           *shared;
    const ngx_http_login_main_conf_t  *mcf;

    mcf = worker->conf;

    if (worker->shared == NULL) {
        worker->shared = ngx_alloc(sizeof(ngx_http_login_shared_t),
                                   ngx_cycle->log);
        if (worker->shared == NULL) {
            return NGX_ERROR;
        }
    }

    shared = worker->shared;

    shared->store = worker->store;
    shared->ring = *mcf->ring;
    shared->cost.memory = (uint32_t) (mcf->hash_memory / 1024);
    shared->cost.passes = (uint32_t) mcf->hash_passes;

    ngx_memzero(&conf, sizeof(login_pool_conf_t));

    conf.data = shared;
    conf.stop = ngx_http_login_stop_thread;

    if (worker->hashers == NULL) {
        conf.name = "login hash";
        conf.threads = (unsigned) mcf->hash_threads;
        conf.max_queue = (unsigned) mcf->hash_queue;
        conf.batch = 1;
        conf.nice = 19;
        conf.start = ngx_http_login_start_hasher;
        conf.run = ngx_http_login_hash_run;

        worker->hashers = login_pool_create(&conf, worker->mailbox);
    }

    /* never at a low priority: it holds the lock that all writers share */

    conf.name = "login store";
    conf.threads = 1;
    conf.max_queue = 4096;
    conf.batch = LOGIN_POOL_BATCH;
    conf.nice = 0;
    conf.start = ngx_http_login_start_writer;
    conf.prepare = ngx_http_login_prepare_writer;
    conf.run = ngx_http_login_commit_run;

    if (worker->hashers) {
        worker->writer = login_pool_create(&conf, worker->mailbox);
    }

    return worker->writer ? NGX_OK : NGX_ERROR;
}


/* The eventfd as a connection of nginx, so that every event method works. */

static ngx_int_t
ngx_http_login_listen(ngx_http_login_worker_t *worker, ngx_log_t *log)
{
    ngx_connection_t  *c;

    if (worker->connection) {
        return NGX_OK;
    }

    c = ngx_get_connection(login_mailbox_fd(worker->mailbox), log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = worker;
    c->log = log;
    c->read->log = log;
    c->write->log = log;
    c->read->handler = ngx_http_login_read_handler;

    /* not a leak when it is open at exit */
    c->read->channel = 1;

    /* its handler hears when the worker shall quit */
    c->idle = 1;

    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_free_connection(c);
        return NGX_ERROR;
    }

    worker->connection = c;

    return NGX_OK;
}


static void
ngx_http_login_read_handler(ngx_event_t *ev)
{
    ngx_connection_t  *c;

    c = ev->data;

    if (c->close) {
        c->close = 0;
        ngx_http_login_leave(c->data);
        return;
    }

    ngx_http_login_task_come_back(c->data);

    ev->ready = 0;

    if (ngx_handle_read_event(ev, 0) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, ev->log, 0,
                      "login: threads cannot be heard any longer");
    }
}


/*
 * With "worker_shutdown_timeout" all connections are closed at its end.  Who
 * waits by then for a thread that has not begun is told so a little before,
 * and the worker does not stay for them.
 */

static void
ngx_http_login_leave(ngx_http_login_worker_t *worker)
{
    ngx_msec_t        timeout;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(ngx_cycle->conf_ctx,
                                           ngx_core_module);
    timeout = ccf->shutdown_timeout;

    if (timeout && !worker->leave.timer_set) {
        ngx_add_timer(&worker->leave, timeout - timeout / 4);
    }
}


static void
ngx_http_login_leave_handler(ngx_event_t *ev)
{
    ngx_uint_t  n;

    ngx_http_login_network_stop(ev->data);

    n = ngx_http_login_task_give_up(ev->data);

    if (n) {
        ngx_log_error(NGX_LOG_NOTICE, ev->log, 0,
                      "login: %ui requests waited longer than "
                      "\"worker_shutdown_timeout\" allows", n);
    }
}


/* Tries again to open the store; once it is open, keeps it tidy. */

static void
ngx_http_login_tick_handler(ngx_event_t *ev)
{
    ngx_http_login_worker_t  *worker;

    worker = ev->data;

    if (ngx_exiting) {
        return;
    }

    if (worker->writer == NULL
        && ngx_http_login_start(worker, ev->log) != NGX_OK)
    {
        ngx_add_timer(ev, NGX_HTTP_LOGIN_RETRY);
        return;
    }

    login_store_clear_readers(worker->store);
    ngx_http_login_warm(worker, 0);
    ngx_http_login_sweep(worker);
    ngx_http_login_watch(worker, ev->log);
    ngx_http_login_publish(worker);
    ngx_http_login_mail_start(worker);

    ngx_add_timer(ev, NGX_HTTP_LOGIN_CLEAR);
}


ngx_http_login_worker_t *
ngx_http_login_get_worker(ngx_http_request_t *r)
{
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_login_module);

    /*
     * without a master, a reload does not start a process, so that the new
     * configuration comes here with nothing; the store is still open once
     */

    if (mcf->worker == NULL && ngx_process == NGX_PROCESS_SINGLE) {
        (void) ngx_http_login_init_process((ngx_cycle_t *) ngx_cycle);
    }

    if (mcf->worker == NULL || mcf->worker->writer == NULL) {
        return NULL;
    }

    return mcf->worker;
}


/*
 * Posted events run when all that has happened was handled, and before the
 * loop hears of more: of a commit, for one.
 */

ngx_uint_t
ngx_http_login_turn(ngx_http_login_worker_t *worker)
{
    if (!worker->turn.posted) {
        ngx_post_event(&worker->turn, &ngx_posted_events);
    }

    return worker->turns;
}


static void
ngx_http_login_turn_handler(ngx_event_t *ev)
{
    ngx_http_login_worker_t  *worker;

    worker = ev->data;
    worker->turns++;
}
