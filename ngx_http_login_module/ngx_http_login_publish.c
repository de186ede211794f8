
/* The text of the policy goes from a worker into the store. */

#include "ngx_http_login_module.h"


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

    if (login_view_begin(worker->view) != LOGIN_OK) {
        return;
    }

    changes = login_changes_create();

    rc = changes ? login_policy_put(changes, worker->view, mcf->policy,
                                    (uint64_t) ngx_time())
                 : LOGIN_FAULT;

    login_view_end(worker->view);

    if (rc == LOGIN_OK) {
        (void) ngx_http_login_task_commit(NULL, worker, changes, NULL, NULL,
                                          NULL);
        return;
    }

    login_changes_destroy(changes);

    worker->published = (rc == LOGIN_NO && n > 0);
}
