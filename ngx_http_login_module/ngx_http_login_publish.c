
/*
 * The text of the policy goes from a worker into the store, and the names of
 * the organisations with accounts into a file beside it.
 */

#include "ngx_http_login_module.h"


/* On the heap: no request waits for it. */
typedef struct {
    login_orgs_t                *orgs;
    char                         path[];
} ngx_http_login_note_t;


static void ngx_http_login_note_orgs(ngx_http_login_worker_t *worker);
static login_result_e ngx_http_login_note_run(void *data, login_view_t *view,
    login_hasher_t *hasher);
static void ngx_http_login_note_done(ngx_http_request_t *r, void *data,
    login_result_e rc);
static void ngx_http_login_note_release(void *data);
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

    if (n == 0) {
        ngx_http_login_note_orgs(worker);
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


/* Reads the store for long, where there are many: a thread does it. */

static void
ngx_http_login_note_orgs(ngx_http_login_worker_t *worker)
{
    size_t                  len;
    ngx_http_login_note_t  *note;

    len = worker->conf->store.len;

    note = ngx_alloc(sizeof(ngx_http_login_note_t) + len + 1, ngx_cycle->log);
    if (note == NULL) {
        return;
    }

    ngx_memcpy(note->path, worker->conf->store.data, len);
    note->path[len] = '\0';
    note->orgs = login_orgs_hold(worker->conf->table);

    if (ngx_http_login_task_read(NULL, worker, ngx_http_login_note_run,
                                 ngx_http_login_note_done, note,
                                 ngx_http_login_note_release)
        != NGX_OK)
    {
        ngx_http_login_note_release(note);
    }
}


static login_result_e
ngx_http_login_note_run(void *data, login_view_t *view,
    login_hasher_t *hasher)
{
    ngx_http_login_note_t *note = data;

    return login_org_note(view, note->path, note->orgs, login_str("", 0));
}


static void
ngx_http_login_note_done(ngx_http_request_t *r, void *data, login_result_e rc)
{
    if (rc != LOGIN_OK) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "login: the names of organisations could not be "
                      "written beside the store");
    }
}


static void
ngx_http_login_note_release(void *data)
{
    ngx_http_login_note_t *note = data;

    login_orgs_destroy(note->orgs);
    ngx_free(note);
}
