
/* What those who run nginx should know of the store before it fails. */

#include "ngx_http_login_module.h"


void
ngx_http_login_watch(ngx_http_login_worker_t *worker, ngx_log_t *log)
{
    unsigned  opening;

    opening = login_store_opening(worker->store);

    if (opening != worker->opening) {
        worker->opening = opening;

        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "login: store \"%V\" was opened anew after a write "
                      "failed, look for errors of its disk",
                      &worker->conf->store);
    }
}
