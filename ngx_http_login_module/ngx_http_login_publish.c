
/* The text of the policy goes from a worker into the store. */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_publish_init(ngx_shm_zone_t *zone,
    void *data);


ngx_int_t
ngx_http_login_publish_zone(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    ngx_str_t  name = ngx_string("login:publish");

    mcf->publisher = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize,
                                           &ngx_http_login_module);
    if (mcf->publisher == NULL) {
        return NGX_ERROR;
    }

    mcf->publisher->init = ngx_http_login_publish_init;

    return NGX_OK;
}


/* One flag: somebody is reading the store for that. */

static ngx_int_t
ngx_http_login_publish_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *pool;

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    if (data) {
        zone->data = data;
        return NGX_OK;
    }

    if (zone->shm.exists) {
        zone->data = pool->data;
        return NGX_OK;
    }

    zone->data = ngx_slab_calloc(pool, sizeof(ngx_atomic_t));
    if (zone->data == NULL) {
        return NGX_ERROR;
    }

    pool->data = zone->data;

    return NGX_OK;
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
    ngx_atomic_t                *busy;
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

    /*
     * a file that was cut ends who reads it: the next worker must not do so
     * at once, or the master would start one after the other
     */

    busy = mcf->publisher->data;

    if (*busy && n == 0) {
        return;
    }

    *busy = 1;

    if (login_view_begin(worker->view) != LOGIN_OK) {
        *busy = 0;
        return;
    }

    changes = login_changes_create();

    rc = changes ? login_policy_put(changes, worker->view, mcf->policy,
                                    (uint64_t) ngx_time())
                 : LOGIN_FAULT;

    login_view_end(worker->view);

    *busy = 0;

    if (rc == LOGIN_OK) {
        (void) ngx_http_login_task_commit(NULL, worker, changes, NULL, NULL,
                                          NULL);
        return;
    }

    login_changes_destroy(changes);

    worker->published = (rc == LOGIN_NO && n > 0);
}
