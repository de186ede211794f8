
/*
 * What runs in the threads: hashers read the store and compute, the writer
 * commits.  Nothing of nginx's is called here, nothing of a request touched.
 */

#include "ngx_http_login_module.h"


/* A thread's context; on the heap, since threads may outlive the pools. */
typedef struct {
    login_view_t                *view;
    login_hasher_t              *hasher;
    login_commit_t              *commit;
    ngx_uint_t                   begun;
} ngx_http_login_thread_t;


void *
ngx_http_login_start_hasher(void *data)
{
    ngx_http_login_shared_t *shared = data;

    ngx_http_login_thread_t  *thread;

    thread = calloc(1, sizeof(ngx_http_login_thread_t));
    if (thread == NULL) {
        return NULL;
    }

    thread->view = login_view_create(shared->store, &shared->ring);
    thread->hasher = login_hasher_create(&shared->cost);

    if (thread->view == NULL || thread->hasher == NULL) {
        ngx_http_login_stop_thread(thread);
        return NULL;
    }

    return thread;
}


void *
ngx_http_login_start_writer(void *data)
{
    ngx_http_login_shared_t *shared = data;

    ngx_http_login_thread_t  *thread;

    thread = calloc(1, sizeof(ngx_http_login_thread_t));
    if (thread == NULL) {
        return NULL;
    }

    thread->commit = login_commit_create(shared->store, &shared->ring);

    if (thread->commit == NULL) {
        ngx_http_login_stop_thread(thread);
        return NULL;
    }

    return thread;
}


void
ngx_http_login_stop_thread(void *context)
{
    ngx_http_login_thread_t *thread = context;

    if (thread == NULL) {
        return;
    }

    if (thread->view) {
        login_view_destroy(thread->view);
    }

    if (thread->hasher) {
        login_hasher_destroy(thread->hasher);
    }

    if (thread->commit) {
        login_commit_destroy(thread->commit);
    }

    free(thread);
}


/* Waits for the lock before jobs are taken: they can be withdrawn so long. */

void
ngx_http_login_prepare_writer(void *context)
{
    ngx_http_login_thread_t *thread = context;

    if (thread && !thread->begun) {
        thread->begun = (login_commit_begin(thread->commit) == LOGIN_OK);
    }
}


void
ngx_http_login_hash_run(void *context, login_job_t **jobs, size_t n)
{
    ngx_http_login_thread_t *thread = context;

    size_t                  i;
    ngx_http_login_task_t  *task;

    for (i = 0; i < n; i++) {
        task = (ngx_http_login_task_t *) jobs[i];

        task->result = thread ? task->run(task->data, thread->view,
                                          thread->hasher)
                              : LOGIN_FAULT;
    }
}


void
ngx_http_login_commit_run(void *context, login_job_t **jobs, size_t n)
{
    ngx_http_login_thread_t *thread = context;

    size_t                  i;
    login_changes_t        *sets[LOGIN_POOL_BATCH];
    ngx_http_login_task_t  *task;

    for (i = 0; i < n; i++) {
        task = (ngx_http_login_task_t *) jobs[i];

        task->result = LOGIN_FAULT;
        sets[i] = task->changes;
    }

    if (thread == NULL || !thread->begun) {
        return;
    }

    thread->begun = 0;

    if (n == 0) {
        login_commit_abort(thread->commit);
        return;
    }

    login_commit_apply(thread->commit, sets, n);

    for (i = 0; i < n; i++) {
        task = (ngx_http_login_task_t *) jobs[i];
        task->result = login_changes_result(task->changes);
    }
}
