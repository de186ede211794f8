
/*
 * The counters of failed attempts, in memory that all workers share and a
 * reload hands on.  This is the only file that locks it.
 */

#include "ngx_http_login_module.h"


typedef struct {
    login_limit_table_t         *table;
    ngx_slab_pool_t             *pool;      /* has the lock */
    const login_limit_t         *limit;
} ngx_http_login_zone_t;


static ngx_int_t ngx_http_login_throttle_init(ngx_shm_zone_t *zone,
    void *data);
static ngx_int_t ngx_http_login_throttle_get(ngx_http_login_zone_t *zone);


/* Attempts of this process that are not over. */
static ngx_queue_t  ngx_http_login_throttled;


ngx_int_t
ngx_http_login_throttle_zone(ngx_conf_t *cf, ngx_http_login_main_conf_t *mcf)
{
    /* no zone of another module can have a name like that */

    ngx_str_t  name = ngx_string("login:limit");

    mcf->zone = ngx_shared_memory_add(cf, &name, mcf->limit_zone,
                                      &ngx_http_login_module);
    if (mcf->zone == NULL) {
        return NGX_ERROR;
    }

    mcf->zone->init = ngx_http_login_throttle_init;

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_throttle_init(ngx_shm_zone_t *zone, void *data)
{
    size_t            size;
    ngx_slab_pool_t  *pool;

    if (data) {
        zone->data = data;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = pool->data;
        return NGX_OK;
    }

    size = pool->pfree * ngx_pagesize;

    zone->data = ngx_slab_alloc(pool, size);

#if (NGX_DEBUG_MALLOC)

    /* the slab allocator fills new memory with junk */

    if (zone->data) {
        ngx_memzero(zone->data, size);
    }

#endif

    if (zone->data == NULL
        || login_limit_init(zone->data, size) != LOGIN_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                      "\"zone\" of \"login_limit\" could not be made");
        return NGX_ERROR;
    }

    pool->data = zone->data;

    return NGX_OK;
}


/*
 * Of the cycle of now: without a master, one that a request still belongs
 * to may have lost its memory.
 */

static ngx_int_t
ngx_http_login_throttle_get(ngx_http_login_zone_t *zone)
{
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                              ngx_http_login_module);

    if (mcf == NULL || mcf->zone == NULL) {
        return NGX_ERROR;
    }

    zone->table = mcf->zone->data;
    zone->pool = (ngx_slab_pool_t *) mcf->zone->shm.addr;
    zone->limit = &mcf->limit;

    return NGX_OK;
}


ngx_int_t
ngx_http_login_throttle_take(ngx_http_login_throttle_t *throttle,
    uint64_t state, uint64_t *wait)
{
    ngx_uint_t             crowded;
    login_result_e         rc;
    ngx_http_login_zone_t  zone;

    if (ngx_http_login_throttle_get(&zone) != NGX_OK
        || login_limit_locate(zone.table, throttle->keys,
                              throttle->nkeys) != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    ngx_shmtx_lock(&zone.pool->mutex);

    rc = login_limit_take(zone.table, zone.limit, throttle->keys,
                          throttle->nkeys, state, (uint64_t) ngx_time(),
                          wait);

    crowded = login_limit_crowded(zone.table, (uint64_t) ngx_time());

    ngx_shmtx_unlock(&zone.pool->mutex);

    if (crowded) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "login: \"zone\" of \"login_limit\" is too small for "
                      "all that fails, counters are shared");
    }

    if (rc != LOGIN_OK) {
        return NGX_DECLINED;
    }

    if (ngx_http_login_throttled.next == NULL) {
        ngx_queue_init(&ngx_http_login_throttled);
    }

    ngx_queue_insert_tail(&ngx_http_login_throttled, &throttle->queue);
    throttle->open = 1;

    return NGX_OK;
}


void
ngx_http_login_throttle_settle(ngx_http_login_throttle_t *throttle,
    login_limit_outcome_e outcome)
{
    ngx_http_login_zone_t  zone;

    ngx_queue_remove(&throttle->queue);
    throttle->open = 0;

    if (ngx_http_login_throttle_get(&zone) != NGX_OK) {
        return;
    }

    ngx_shmtx_lock(&zone.pool->mutex);

    login_limit_settle(zone.table, zone.limit, throttle->keys,
                       throttle->nkeys, outcome, (uint64_t) ngx_time());

    ngx_shmtx_unlock(&zone.pool->mutex);
}


/* What a thread has begun, it may have tried: that stays a failure. */

void
ngx_http_login_throttle_exit(void)
{
    ngx_queue_t                *q, *next;
    ngx_http_login_throttle_t  *throttle;

    q = ngx_queue_head(&ngx_http_login_throttled);

    while (q != NULL && q != &ngx_http_login_throttled) {

        next = ngx_queue_next(q);
        throttle = ngx_queue_data(q, ngx_http_login_throttle_t, queue);

        if (!__atomic_load_n(&throttle->begun, __ATOMIC_ACQUIRE)) {
            ngx_http_login_throttle_settle(throttle, LOGIN_LIMIT_RETURN);
        }

        q = next;
    }
}
