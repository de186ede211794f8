
/*
 * What the store keeps of events has an end: a hash thread looks at a part
 * of them with each tick of the first worker, behind the sign-ins that wait.
 */

#include "ngx_http_login_module.h"


/* On the heap: the thread may be at it when the process ends. */
typedef struct {
    login_log_sweep_t         sweep;
    login_changes_t          *changes;
    uint64_t                  now;
    ngx_http_login_worker_t  *worker;
} ngx_http_login_sweep_t;


static ngx_http_login_sweep_t *ngx_http_login_sweep_create(
    ngx_http_login_worker_t *worker);
static login_result_e ngx_http_login_sweep_run(void *data, login_view_t *view,
    login_hasher_t *hasher);
static void ngx_http_login_sweep_done(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_sweep_release(void *data);


/* What is left out now is done with the next tick. */

void
ngx_http_login_sweep(ngx_http_login_worker_t *worker)
{
    unsigned                 queued, running;
    ngx_http_login_sweep_t  *step;

    if (ngx_worker != 0 || worker->sweeping) {
        return;
    }

    login_pool_state(worker->hashers, &queued, &running);

    if (queued || running) {
        return;
    }

    step = ngx_http_login_sweep_create(worker);
    if (step == NULL) {
        return;
    }

    if (ngx_http_login_task_read(NULL, worker, ngx_http_login_sweep_run,
                                 ngx_http_login_sweep_done, step,
                                 ngx_http_login_sweep_release)
        != NGX_OK)
    {
        ngx_http_login_sweep_release(step);
        return;
    }

    worker->sweeping = 1;
}


static ngx_http_login_sweep_t *
ngx_http_login_sweep_create(ngx_http_login_worker_t *worker)
{
    ngx_http_login_sweep_t  *step;

    step = ngx_alloc(sizeof(ngx_http_login_sweep_t), ngx_cycle->log);
    if (step == NULL) {
        return NULL;
    }

    step->changes = login_changes_create();
    if (step->changes == NULL) {
        ngx_free(step);
        return NULL;
    }

    step->sweep = worker->sweep;
    step->sweep.max = LOGIN_LOG_TOTAL;
    step->now = (uint64_t) ngx_time();
    step->worker = worker;

    return step;
}


static login_result_e
ngx_http_login_sweep_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_sweep_t *step = data;

    return login_log_sweep(&step->sweep, step->changes, view, step->now);
}


/* Where the view could not be read through, the next turn comes by again. */

static void
ngx_http_login_sweep_done(ngx_http_request_t *r, void *data,
    login_result_e rc)
{
    ngx_http_login_sweep_t *step = data;

    login_changes_t          *changes;
    ngx_http_login_worker_t  *worker;

    worker = step->worker;

    worker->sweeping = 0;
    worker->sweep = step->sweep;

    if (step->sweep.removed == 0 || ngx_exiting) {
        return;
    }

    changes = step->changes;
    step->changes = NULL;

    (void) ngx_http_login_task_commit(NULL, worker, changes, NULL, NULL,
                                      NULL);
}


static void
ngx_http_login_sweep_release(void *data)
{
    ngx_http_login_sweep_t *step = data;

    login_changes_destroy(step->changes);
    ngx_free(step);
}
