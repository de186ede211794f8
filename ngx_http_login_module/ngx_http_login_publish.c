
/* The text of the policy goes from a worker into the store. */

#include "ngx_http_login_module.h"


static u_char *ngx_http_login_reading_flag(ngx_http_login_worker_t *worker,
    ngx_http_login_reading_e what);


/*
 * A file that was cut ends who reads it.  The next worker must not do so at
 * once, or the master would start one after the other.
 */

ngx_int_t
ngx_http_login_reading(ngx_http_login_worker_t *worker,
    ngx_http_login_reading_e what, ngx_uint_t start)
{
    u_char  *flag;

    flag = ngx_http_login_reading_flag(worker, what);

    if (flag == NULL || (*flag && start)) {
        return NGX_DECLINED;
    }

    *flag = 1;

    return NGX_OK;
}


void
ngx_http_login_has_read(ngx_http_login_worker_t *worker,
    ngx_http_login_reading_e what)
{
    u_char  *flag;

    flag = ngx_http_login_reading_flag(worker, what);

    if (flag) {
        *flag = 0;
    }
}


static u_char *
ngx_http_login_reading_flag(ngx_http_login_worker_t *worker,
    ngx_http_login_reading_e what)
{
    size_t  n;

    n = ngx_worker * NGX_HTTP_LOGIN_READINGS + what;

    if (n >= ngx_pagesize) {
        return NULL;
    }

    return (u_char *) worker->conf->publisher->data + n;
}


/*
 * One worker writes, the others would only write the same.  It looks again
 * after 5 seconds, 10, 20 and so on, until it finds its own there: the store
 * may be held or full, and a worker that is on its way out may have written
 * an older configuration behind this one.
 */

void
ngx_http_login_publish(ngx_http_login_worker_t *worker)
{
    ngx_uint_t                   n;
    login_result_e               rc;
    login_changes_t             *changes;
    ngx_http_login_main_conf_t  *mcf;

    if (ngx_worker != 0 || worker->published) {
        return;
    }

    /* without a master, those of former cycles are still there */

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                              ngx_http_login_module);

    if (mcf == NULL || mcf->worker != worker || mcf->policy.len == 0) {
        return;
    }

    n = worker->publishing++;

    if (n & (n - 1)) {
        return;
    }

    if (ngx_http_login_reading(worker, NGX_HTTP_LOGIN_PUBLISHING, n == 0)
        != NGX_OK)
    {
        return;
    }

    if (login_view_begin(worker->view) != LOGIN_OK) {
        ngx_http_login_has_read(worker, NGX_HTTP_LOGIN_PUBLISHING);
        return;
    }

    changes = login_changes_create();

    rc = changes ? login_policy_put(changes, worker->view, mcf->policy,
                                    (uint64_t) ngx_time())
                 : LOGIN_FAULT;

    login_view_end(worker->view);
    ngx_http_login_has_read(worker, NGX_HTTP_LOGIN_PUBLISHING);

    if (rc == LOGIN_OK) {
        (void) ngx_http_login_task_commit(NULL, worker, changes, NULL, NULL,
                                          NULL);
        return;
    }

    login_changes_destroy(changes);

    worker->published = (rc == LOGIN_NO && n > 0);
}
