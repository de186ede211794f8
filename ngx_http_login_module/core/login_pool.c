
#include "login.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>


#define LOGIN_POOL_NAME_MAX  15     /* pthread_setname_np(3) */


struct login_pool_s {
    login_pool_conf_t   conf;
    char                name[LOGIN_POOL_NAME_MAX + 1];
    login_mailbox_t    *mailbox;

    pthread_mutex_t     mutex;
    pthread_cond_t      cond;
    login_queue_t       queue;
    unsigned            busy;       /* threads that are not to be joined */
    unsigned            quit;

    unsigned            started;
    pthread_t           threads[];
};


static void login_pool_free(login_pool_t *pool);
static void login_pool_start(login_pool_t *pool);
static void *login_pool_thread(void *data);
static login_result_e login_pool_wait(login_pool_t *pool);
static void *login_pool_work(login_pool_t *pool, void *context);


login_pool_t *
login_pool_create(const login_pool_conf_t *conf, login_mailbox_t *mailbox)
{
    login_pool_t  *pool;

    pool = calloc(1, sizeof(login_pool_t) + conf->threads * sizeof(pthread_t));
    if (pool == NULL) {
        return NULL;
    }

    pool->conf = *conf;
    pool->mailbox = mailbox;

    if (pool->conf.batch == 0) {
        pool->conf.batch = 1;
    }

    if (pool->conf.batch > LOGIN_POOL_BATCH) {
        pool->conf.batch = LOGIN_POOL_BATCH;
    }

    (void) snprintf(pool->name, sizeof(pool->name), "%s", conf->name);
    login_queue_init(&pool->queue);

    if (pthread_mutex_init(&pool->mutex, NULL) != 0) {
        free(pool);
        return NULL;
    }

    if (pthread_cond_init(&pool->cond, NULL) != 0) {
        (void) pthread_mutex_destroy(&pool->mutex);
        free(pool);
        return NULL;
    }

    login_pool_start(pool);

    if (pool->started == 0) {
        login_pool_free(pool);
        return NULL;
    }

    return pool;
}


login_result_e
login_pool_post(login_pool_t *pool, login_job_t *job)
{
    login_result_e  rc;

    (void) pthread_mutex_lock(&pool->mutex);

    if (pool->queue.n < pool->conf.max_queue) {
        login_queue_add(&pool->queue, job);
        (void) pthread_cond_signal(&pool->cond);
        rc = LOGIN_OK;

    } else {
        rc = LOGIN_NO;
    }

    (void) pthread_mutex_unlock(&pool->mutex);

    return rc;
}


login_result_e
login_pool_withdraw(login_pool_t *pool, login_job_t *job)
{
    login_result_e  rc;

    (void) pthread_mutex_lock(&pool->mutex);

    rc = login_queue_remove(&pool->queue, job);

    (void) pthread_mutex_unlock(&pool->mutex);

    return rc;
}


void
login_pool_state(login_pool_t *pool, unsigned *queued, unsigned *running)
{
    (void) pthread_mutex_lock(&pool->mutex);

    *queued = (unsigned) pool->queue.n;
    *running = pool->busy;

    (void) pthread_mutex_unlock(&pool->mutex);
}


login_result_e
login_pool_destroy(login_pool_t *pool)
{
    unsigned  i, busy;

    (void) pthread_mutex_lock(&pool->mutex);

    pool->quit = 1;
    busy = pool->busy;
    login_queue_init(&pool->queue);

    (void) pthread_cond_broadcast(&pool->cond);
    (void) pthread_mutex_unlock(&pool->mutex);

    /* who is idle ends by itself now, who is at work afterwards */

    if (busy) {
        return LOGIN_NO;
    }

    for (i = 0; i < pool->started; i++) {
        (void) pthread_join(pool->threads[i], NULL);
    }

    login_pool_free(pool);

    return LOGIN_OK;
}


static void
login_pool_free(login_pool_t *pool)
{
    (void) pthread_cond_destroy(&pool->cond);
    (void) pthread_mutex_destroy(&pool->mutex);
    free(pool);
}


static void
login_pool_start(login_pool_t *pool)
{
    sigset_t  all, old;

    /* signals are for the thread with the event loop */

    (void) sigfillset(&all);
    (void) sigdelset(&all, SIGILL);
    (void) sigdelset(&all, SIGFPE);
    (void) sigdelset(&all, SIGSEGV);
    (void) sigdelset(&all, SIGBUS);

    (void) pthread_sigmask(SIG_SETMASK, &all, &old);

    while (pool->started < pool->conf.threads
           && pthread_create(&pool->threads[pool->started], NULL,
                             login_pool_thread, pool)
              == 0)
    {
        pool->started++;
    }

    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
}


static void *
login_pool_thread(void *data)
{
    void          *context;
    login_pool_t  *pool;

    pool = data;

    (void) pthread_setname_np(pthread_self(), pool->name);

    if (pool->conf.nice != 0) {
        /* on Linux the priority of this thread alone */
        (void) setpriority(PRIO_PROCESS, (id_t) gettid(), pool->conf.nice);
    }

    context = pool->conf.start(pool->conf.data);

    while (login_pool_wait(pool) == LOGIN_OK) {
        context = login_pool_work(pool, context);
    }

    if (context != NULL) {
        pool->conf.stop(context);
    }

    return NULL;
}


/* Waits for jobs, and is busy from then on.  LOGIN_NO: time to end. */

static login_result_e
login_pool_wait(login_pool_t *pool)
{
    login_result_e  rc;

    (void) pthread_mutex_lock(&pool->mutex);

    while (pool->queue.n == 0 && !pool->quit) {
        (void) pthread_cond_wait(&pool->cond, &pool->mutex);
    }

    if (pool->quit) {
        rc = LOGIN_NO;

    } else {
        pool->busy++;
        rc = LOGIN_OK;
    }

    (void) pthread_mutex_unlock(&pool->mutex);

    return rc;
}


/* One batch.  Jobs are taken late, so that they can be withdrawn long. */

static void *
login_pool_work(login_pool_t *pool, void *context)
{
    size_t        n;
    unsigned      prepared;
    login_job_t  *jobs[LOGIN_POOL_BATCH];

    if (context == NULL) {
        context = pool->conf.start(pool->conf.data);
    }

    prepared = (context != NULL && pool->conf.prepare != NULL);

    if (prepared) {
        pool->conf.prepare(context);
    }

    (void) pthread_mutex_lock(&pool->mutex);

    n = login_queue_take(&pool->queue, jobs, pool->conf.batch);

    (void) pthread_mutex_unlock(&pool->mutex);

    if (n != 0 || prepared) {
        pool->conf.run(context, jobs, n);
    }

    /* before the poster hears of it, who may destroy the pool at once */

    (void) pthread_mutex_lock(&pool->mutex);

    pool->busy--;

    (void) pthread_mutex_unlock(&pool->mutex);

    login_mailbox_put(pool->mailbox, jobs, n);

    return context;
}
