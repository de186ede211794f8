
/*
 * A new worker has nothing of the store in its memory, and each page that a
 * request needs would stop the event loop.  So the hash threads read through
 * it, step by step, behind the sign-ins that wait meanwhile.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_WARM  ((uint64_t) 256 * 1024 * 1024)


/* On the heap: the thread may be at it when the process ends. */
typedef struct {
    login_warm_t              warm;
    ngx_http_login_worker_t  *worker;
} ngx_http_login_warm_t;


static void ngx_http_login_warm_post(ngx_http_login_worker_t *worker,
    const login_warm_t *warm);
static login_result_e ngx_http_login_warm_run(void *data, login_view_t *view,
    login_hasher_t *hasher);
static void ngx_http_login_warm_done(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_warm_release(void *data);


void
ngx_http_login_warm(ngx_http_login_worker_t *worker, ngx_uint_t start)
{
    login_warm_t  warm;

    if (worker->warmed
        || ngx_http_login_reading(worker, NGX_HTTP_LOGIN_WARMING, start)
           != NGX_OK)
    {
        return;
    }

    worker->warmed = 1;

    login_warm_start(&warm, NGX_HTTP_LOGIN_WARM);

    ngx_http_login_warm_post(worker, &warm);
}


/* Where it cannot be posted, requests do what it would have done. */

static void
ngx_http_login_warm_post(ngx_http_login_worker_t *worker,
    const login_warm_t *warm)
{
    ngx_http_login_warm_t  *step;

    step = ngx_alloc(sizeof(ngx_http_login_warm_t), ngx_cycle->log);
    if (step == NULL) {
        ngx_http_login_has_read(worker, NGX_HTTP_LOGIN_WARMING);
        return;
    }

    step->warm = *warm;
    step->worker = worker;

    if (ngx_http_login_task_read(NULL, worker, ngx_http_login_warm_run,
                                 ngx_http_login_warm_done, step,
                                 ngx_http_login_warm_release)
        != NGX_OK)
    {
        ngx_http_login_has_read(worker, NGX_HTTP_LOGIN_WARMING);
        ngx_free(step);
    }
}


static login_result_e
ngx_http_login_warm_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_warm_t *step = data;

    return login_warm_step(&step->warm, view);
}


static void
ngx_http_login_warm_done(ngx_http_request_t *r, void *data, login_result_e rc)
{
    ngx_http_login_warm_t *step = data;

    if (rc == LOGIN_OK && !ngx_exiting) {
        ngx_http_login_warm_post(step->worker, &step->warm);
        return;
    }

    ngx_http_login_has_read(step->worker, NGX_HTTP_LOGIN_WARMING);
}


static void
ngx_http_login_warm_release(void *data)
{
    ngx_free(data);
}
