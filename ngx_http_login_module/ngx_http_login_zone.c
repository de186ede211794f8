
/*
 * A page of memory that all workers share, zeroed at first and handed on by
 * a reload: counters of events, and flags.
 */

#include "ngx_http_login_module.h"


static ngx_int_t ngx_http_login_zone_init(ngx_shm_zone_t *zone, void *data);


ngx_shm_zone_t *
ngx_http_login_zone(ngx_conf_t *cf, const char *name)
{
    ngx_str_t        s;
    ngx_shm_zone_t  *zone;

    s.data = (u_char *) name;
    s.len = ngx_strlen(name);

    zone = ngx_shared_memory_add(cf, &s, 8 * ngx_pagesize,
                                 &ngx_http_login_module);

    if (zone) {
        zone->init = ngx_http_login_zone_init;
    }

    return zone;
}


static ngx_int_t
ngx_http_login_zone_init(ngx_shm_zone_t *zone, void *data)
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

    zone->data = ngx_slab_calloc(pool, ngx_pagesize);
    if (zone->data == NULL) {
        return NGX_ERROR;
    }

    pool->data = zone->data;

    return NGX_OK;
}
