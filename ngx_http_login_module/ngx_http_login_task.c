
/*
 * Requests that wait for a thread.  A task is on the heap and holds nothing
 * of the request's: the thread may be at it when the process ends.
 */

#include "ngx_http_login_module.h"


/*
 * So long (ms) a task waits in its queue; what was begun is awaited.  Hashes
 * are many and short, while a writer waits for a lock that somebody holds.
 */
#define NGX_HTTP_LOGIN_WAIT_HASH    30000
#define NGX_HTTP_LOGIN_WAIT_ASK     15000
#define NGX_HTTP_LOGIN_WAIT_COMMIT  5000
#define NGX_HTTP_LOGIN_BEGUN        60000


static ngx_http_login_task_t *ngx_http_login_task_create(
    ngx_http_request_t *r, ngx_http_login_done_pt done);
static ngx_int_t ngx_http_login_task_post(ngx_http_login_task_t *task,
    ngx_http_login_worker_t *worker, login_pool_t *pool);
static void ngx_http_login_task_free(ngx_http_login_task_t *task);
static void ngx_http_login_task_finish(ngx_http_login_task_t *task);
static void ngx_http_login_task_resume(ngx_http_request_t *r);
static void ngx_http_login_task_abandon(ngx_http_login_task_t *task);
static void ngx_http_login_task_deadline(ngx_event_t *ev);


ngx_int_t
ngx_http_login_task_hash(ngx_http_request_t *r, ngx_http_login_run_pt run,
    ngx_http_login_done_pt done, void *data, void (*release)(void *data))
{
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);
    if (worker == NULL) {
        return NGX_ERROR;
    }

    return ngx_http_login_task_read(r, worker, run, done, data, release);
}


ngx_int_t
ngx_http_login_task_read(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, ngx_http_login_run_pt run,
    ngx_http_login_done_pt done, void *data, void (*release)(void *data))
{
    ngx_int_t               rc;
    ngx_http_login_task_t  *task;

    task = ngx_http_login_task_create(r, done);
    if (task == NULL) {
        return NGX_ERROR;
    }

    task->run = run;
    task->data = data;

    rc = ngx_http_login_task_post(task, worker, worker->hashers);

    if (rc == NGX_OK) {
        task->release = release;
        return NGX_OK;
    }

    ngx_http_login_task_free(task);

    return rc;
}


ngx_int_t
ngx_http_login_task_ask(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker,
    const ngx_http_login_provider_t *provider, ngx_http_login_ask_pt ask,
    ngx_http_login_done_pt done, void *data, void (*release)(void *data))
{
    ngx_int_t               rc;
    login_pool_t           *pool;
    ngx_http_login_task_t  *task;

    pool = ngx_http_login_network_pool(worker, provider);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    task = ngx_http_login_task_create(r, done);
    if (task == NULL) {
        return NGX_ERROR;
    }

    task->ask = ask;
    task->data = data;

    rc = ngx_http_login_task_post(task, worker, pool);

    if (rc == NGX_OK) {
        task->release = release;
        return NGX_OK;
    }

    ngx_http_login_task_free(task);

    return rc;
}


ngx_int_t
ngx_http_login_task_commit(ngx_http_request_t *r,
    ngx_http_login_worker_t *worker, login_changes_t *changes,
    ngx_http_login_done_pt done, void *data, void (*release)(void *data))
{
    ngx_int_t               rc;
    ngx_http_login_task_t  *task;

    task = ngx_http_login_task_create(r, done);
    if (task == NULL) {
        login_changes_destroy(changes);
        return NGX_ERROR;
    }

    task->changes = changes;
    task->data = data;

    rc = ngx_http_login_task_post(task, worker, worker->writer);

    if (rc == NGX_OK) {
        task->release = release;
        return NGX_OK;
    }

    ngx_http_login_task_free(task);

    return rc;
}


static ngx_http_login_task_t *
ngx_http_login_task_create(ngx_http_request_t *r, ngx_http_login_done_pt done)
{
    ngx_http_login_task_t  *task;

    task = ngx_calloc(sizeof(ngx_http_login_task_t), ngx_cycle->log);
    if (task == NULL) {
        return NULL;
    }

    task->request = r;
    task->done = done;

    task->timer.handler = ngx_http_login_task_deadline;
    task->timer.data = task;
    task->timer.log = ngx_cycle->log;

    return task;
}


static ngx_int_t
ngx_http_login_task_post(ngx_http_login_task_t *task,
    ngx_http_login_worker_t *worker, login_pool_t *pool)
{
    ngx_http_request_t  *r;

    task->pool = pool;

    if (login_pool_post(pool, &task->job) != LOGIN_OK) {
        return NGX_BUSY;
    }

    ngx_queue_insert_tail(&worker->tasks, &task->queue);

    /*
     * the timer also keeps a worker that shall quit until the task is over;
     * it cannot fire before this event is done
     */

    ngx_add_timer(&task->timer, task->run ? NGX_HTTP_LOGIN_WAIT_HASH
                                : task->ask ? NGX_HTTP_LOGIN_WAIT_ASK
                                : NGX_HTTP_LOGIN_WAIT_COMMIT);

    r = task->request;

    if (r == NULL) {
        return NGX_OK;
    }

    /* the client may go away, the request stays until the thread is done */

    r->main->blocked++;
    r->aio = 1;
    r->write_event_handler = ngx_http_login_task_resume;

    return NGX_OK;
}


static void
ngx_http_login_task_free(ngx_http_login_task_t *task)
{
    if (task->timer.timer_set) {
        ngx_del_timer(&task->timer);
    }

    if (task->queue.next) {
        ngx_queue_remove(&task->queue);
    }

    if (task->changes) {
        login_changes_destroy(task->changes);
    }

    if (task->release) {
        task->release(task->data);
    }

    ngx_free(task);
}


void
ngx_http_login_task_come_back(ngx_http_login_worker_t *worker)
{
    login_job_t  *job, *next;

    for (job = login_mailbox_take(worker->mailbox); job; job = next) {
        next = job->next;
        ngx_http_login_task_finish((ngx_http_login_task_t *) job);
    }
}


static void
ngx_http_login_task_finish(ngx_http_login_task_t *task)
{
    ngx_connection_t      *c;
    ngx_http_request_t    *r;
    ngx_http_login_ctx_t  *ctx;

    r = task->request;

    if (task->changes && task->result == LOGIN_FAULT) {
        ngx_log_error(NGX_LOG_CRIT, r ? r->connection->log : ngx_cycle->log, 0,
                      "login: a change was not written to the store: %s",
                      login_changes_error(task->changes));
    }

    if (r == NULL) {

        if (task->done) {
            task->done(NULL, task->data, task->result);
        }

        ngx_http_login_task_free(task);
        return;
    }

    c = r->connection;
    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    ngx_http_set_log_request(c->log, r);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "login task done rc:%d", task->result);

    r->main->blocked--;
    r->aio = 0;

    if (ngx_http_login_terminated(r)) {
        c->write->handler(c->write);

    } else {
        ctx->task = task;
        r->write_event_handler(r);
        ngx_http_run_posted_requests(c);
    }

    ngx_http_login_task_free(task);
}


/* Also called by any write event while the task is still under way. */

static void
ngx_http_login_task_resume(ngx_http_request_t *r)
{
    ngx_http_login_ctx_t   *ctx;
    ngx_http_login_task_t  *task;

    ctx = ngx_http_get_module_ctx(r, ngx_http_login_module);

    task = ctx->task;

    if (task == NULL) {
        return;
    }

    ctx->task = NULL;
    r->write_event_handler = ngx_http_request_empty_handler;

    task->done(r, task->data, task->result);
}


/* What nobody waits for, such as a lock to be kept, is done all the same. */

ngx_uint_t
ngx_http_login_task_give_up(ngx_http_login_worker_t *worker)
{
    ngx_uint_t              n;
    ngx_queue_t            *q, *next;
    ngx_http_login_task_t  *task;

    n = 0;

    for (q = ngx_queue_head(&worker->tasks);
         q != ngx_queue_sentinel(&worker->tasks);
         q = next)
    {
        next = ngx_queue_next(q);
        task = ngx_queue_data(q, ngx_http_login_task_t, queue);

        if (task->request == NULL) {
            continue;
        }

        if (login_pool_withdraw(task->pool, &task->job) != LOGIN_OK) {

            /* what was begun is awaited, but not the answer of others */

            if (task->ask) {
                n++;
                ngx_http_login_task_abandon(task);
            }

            continue;
        }

        n++;

        task->result = LOGIN_FAULT;
        ngx_http_login_task_finish(task);
    }

    return n;
}


/* The thread is still at it, and hands over to nobody. */

static void
ngx_http_login_task_abandon(ngx_http_login_task_t *task)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = task->request;
    c = r->connection;

    task->request = NULL;
    task->done = NULL;

    ngx_http_set_log_request(c->log, r);

    r->main->blocked--;
    r->aio = 0;

    if (ngx_http_login_terminated(r)) {
        c->write->handler(c->write);
        return;
    }

    r->write_event_handler = ngx_http_request_empty_handler;

    ngx_http_finalize_request(r, ngx_http_login_error(r, LOGIN_REASON_BUSY));
    ngx_http_run_posted_requests(c);
}


static void
ngx_http_login_task_deadline(ngx_event_t *ev)
{
    ngx_http_login_task_t  *task;

    task = ev->data;

    if (login_pool_withdraw(task->pool, &task->job) != LOGIN_OK) {
        ngx_add_timer(ev, NGX_HTTP_LOGIN_BEGUN);
        return;
    }

    ngx_log_error(NGX_LOG_ERR, ev->log, 0,
                  "login: a task waited in its queue for too long");

    task->result = LOGIN_FAULT;
    ngx_http_login_task_finish(task);
}
