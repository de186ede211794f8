
/* The end of a process, whatever its threads are at. */

#include "ngx_http_login_module.h"

#include <dlfcn.h>


#define NGX_HTTP_LOGIN_EXIT_WAIT  200   /* steps of 10 ms, for one hash */


static void ngx_http_login_leave_threads(void);
static void ngx_http_login_end_now(void);


/*
 * What is queued is dropped.  A hash or commit that is under way may use
 * libraries that exit() takes down, so it gets a moment; a writer that waits
 * for another process's lock uses none and is left where it is.
 */

void
ngx_http_login_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                   i;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_login_module);

    if (mcf == NULL || mcf->worker == NULL) {
        return;
    }

    worker = mcf->worker;

    for (i = 0; worker->hashers && i < NGX_HTTP_LOGIN_EXIT_WAIT; i++) {

        if (login_pool_destroy(worker->hashers) == LOGIN_OK) {
            worker->hashers = NULL;
            break;
        }

        ngx_msleep(10);
    }

    for (i = 0; worker->writer && i < 10; i++) {

        if (login_pool_destroy(worker->writer) == LOGIN_OK) {
            worker->writer = NULL;
            break;
        }

        ngx_msleep(10);
    }

    /* what the relay is about to take is noted, if that is soon */

    for (i = 0; ngx_http_login_mail_stop(worker) != NGX_OK
                && i < NGX_HTTP_LOGIN_EXIT_WAIT; i++)
    {
        ngx_msleep(10);
    }

    for (i = 0; ngx_http_login_network_end(worker) != NGX_OK
                && i < NGX_HTTP_LOGIN_EXIT_WAIT; i++)
    {
        ngx_msleep(10);
    }

    ngx_http_login_throttle_exit();

    if (worker->hashers || worker->writer || worker->mailer
        || worker->network)
    {
        ngx_http_login_leave_threads();
        return;
    }

    if (worker->view) {
        login_view_destroy(worker->view);
    }

    if (worker->store) {
        login_store_close(worker->store);
    }

    if (worker->shared) {
        ngx_explicit_memzero(worker->shared, sizeof(ngx_http_login_shared_t));
        ngx_free(worker->shared);
    }

    if (worker->crypto) {
        login_crypto_destroy(worker->crypto);
    }

    if (worker->memory) {
        ngx_http_login_memory_destroy(worker->memory);
    }
}


/*
 * Threads that are still at work need their code, which nginx unloads with
 * the pool of the cycle, and the libraries, which exit() takes down then.
 */

static void
ngx_http_login_leave_threads(void)
{
    Dl_info  info;

    if (dladdr((void *) ngx_http_login_leave_threads, &info) != 0) {
        (void) dlopen(info.dli_fname, RTLD_LAZY|RTLD_NOLOAD|RTLD_NODELETE);
    }

    (void) atexit(ngx_http_login_end_now);
}


static void
ngx_http_login_end_now(void)
{
    _exit(0);
}
