
#include "login.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>


#define STRESS_JOBS     4000
#define STRESS_POSTERS  3


typedef struct {
    login_job_t      job;           /* first: jobs are cast */
    unsigned         runs;
    unsigned         back;
    unsigned         failed;        /* ran without a context */
} work_t;


/* What the threads and the test tell each other; all under the mutex. */
typedef struct {
    pthread_mutex_t  mutex;
    pthread_cond_t   cond;

    unsigned         hold_prepare;
    unsigned         hold_run;
    unsigned         in_prepare;
    unsigned         in_run;
    unsigned         starts;
    unsigned         stops;
    unsigned         failing;       /* starts still to fail */
    unsigned         runs;
    unsigned         empty_runs;
    size_t           sizes[16];     /* of the first runs */

    sigset_t         mask;
    int              nice;
    char             name[16];
} stage_t;


static stage_t       stage;
static login_pool_t  *kept[8];      /* of destroys that said LOGIN_NO */
static unsigned      nkept;


static void
set(unsigned *flag, unsigned value)
{
    pthread_mutex_lock(&stage.mutex);
    *flag = value;
    pthread_cond_broadcast(&stage.cond);
    pthread_mutex_unlock(&stage.mutex);
}


static void
wait_for(unsigned *counter, unsigned value)
{
    pthread_mutex_lock(&stage.mutex);

    while (*counter != value) {
        pthread_cond_wait(&stage.cond, &stage.mutex);
    }

    pthread_mutex_unlock(&stage.mutex);
}


static void *
on_start(void *data)
{
    void  *context;

    pthread_mutex_lock(&stage.mutex);

    if (stage.failing) {
        stage.failing--;
        context = NULL;

    } else {
        stage.starts++;
        context = data;
    }

    pthread_cond_broadcast(&stage.cond);
    pthread_mutex_unlock(&stage.mutex);

    return context;
}


static void
on_stop(void *context)
{
    assert_ptr_equal(context, &stage);

    pthread_mutex_lock(&stage.mutex);
    stage.stops++;
    pthread_cond_broadcast(&stage.cond);
    pthread_mutex_unlock(&stage.mutex);
}


static void
on_prepare(void *context)
{
    assert_ptr_equal(context, &stage);

    pthread_mutex_lock(&stage.mutex);

    stage.in_prepare++;
    pthread_cond_broadcast(&stage.cond);

    while (stage.hold_prepare) {
        pthread_cond_wait(&stage.cond, &stage.mutex);
    }

    stage.in_prepare--;

    pthread_mutex_unlock(&stage.mutex);
}


static void
on_run(void *context, login_job_t **jobs, size_t n)
{
    size_t   i;
    work_t  *work;

    for (i = 0; i < n; i++) {
        work = (work_t *) jobs[i];
        work->runs++;
        work->failed += (context == NULL);
    }

    pthread_mutex_lock(&stage.mutex);

    if (stage.runs < 16) {
        stage.sizes[stage.runs] = n;
    }

    stage.runs++;
    stage.empty_runs += (n == 0);

    pthread_sigmask(SIG_SETMASK, NULL, &stage.mask);
    stage.nice = getpriority(PRIO_PROCESS, (id_t) gettid());
    pthread_getname_np(pthread_self(), stage.name, sizeof(stage.name));

    stage.in_run++;
    pthread_cond_broadcast(&stage.cond);

    while (stage.hold_run) {
        pthread_cond_wait(&stage.cond, &stage.mutex);
    }

    stage.in_run--;

    pthread_cond_broadcast(&stage.cond);
    pthread_mutex_unlock(&stage.mutex);
}


static login_pool_conf_t
conf(unsigned threads, unsigned max_queue, unsigned batch)
{
    login_pool_conf_t  c = {
        .name = "test", .threads = threads, .max_queue = max_queue,
        .batch = batch, .data = &stage, .start = on_start, .stop = on_stop,
        .run = on_run
    };

    return c;
}


/* Waits until "n" jobs came back; returns them linked, oldest first. */

static login_job_t *
collect(login_mailbox_t *mailbox, size_t n)
{
    login_job_t    *first, **last, *job;
    struct pollfd   pfd = { login_mailbox_fd(mailbox), POLLIN, 0 };

    first = NULL;
    last = &first;

    while (n > 0) {
        assert_true(poll(&pfd, 1, -1) == 1 || errno == EINTR);

        for (job = login_mailbox_take(mailbox); job; job = job->next) {
            assert_true(n > 0);
            ((work_t *) job)->back++;
            *last = job;
            last = &job->next;
            n--;
        }
    }

    return first;
}


static int
readable(login_mailbox_t *mailbox)
{
    struct pollfd  pfd = { login_mailbox_fd(mailbox), POLLIN, 0 };

    return poll(&pfd, 1, 0) == 1;
}


static int
setup(void **data)
{
    memset(&stage, 0, sizeof(stage));
    pthread_mutex_init(&stage.mutex, NULL);
    pthread_cond_init(&stage.cond, NULL);

    *data = login_mailbox_create();

    return *data == NULL;
}


static int
teardown(void **data)
{
    login_mailbox_destroy(*data);
    pthread_cond_destroy(&stage.cond);
    pthread_mutex_destroy(&stage.mutex);

    return 0;
}


static void
test_there_and_back(void **data)
{
    size_t             i;
    work_t             work[5] = { 0 };
    login_job_t       *job;
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 8, 1);

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);
    assert_null(login_mailbox_take(*data));

    for (i = 0; i < 5; i++) {
        assert_int_equal(login_pool_post(pool, &work[i].job), LOGIN_OK);
    }

    job = collect(*data, 5);

    for (i = 0; i < 5; i++, job = job->next) {
        assert_ptr_equal(job, &work[i].job);
        assert_int_equal(work[i].runs, 1);
        assert_int_equal(work[i].failed, 0);
    }

    assert_null(job);
    assert_false(readable(*data));

    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);
    assert_int_equal(stage.starts, 1);
    assert_int_equal(stage.stops, 1);
}


/* A job that came back is no work any more: no destroy may say so. */

static void
test_destroy_right_after(void **data)
{
    int                i;
    work_t             work = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 8, 1);

    for (i = 0; i < 100; i++) {
        pool = login_pool_create(&c, *data);
        assert_non_null(pool);
        assert_int_equal(login_pool_post(pool, &work.job), LOGIN_OK);
        (void) collect(*data, 1);
        assert_int_equal(login_pool_destroy(pool), LOGIN_OK);
    }
}


static void
test_full_queue(void **data)
{
    work_t             work[4] = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 2, 1);

    stage.hold_run = 1;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);

    assert_int_equal(login_pool_post(pool, &work[0].job), LOGIN_OK);
    wait_for(&stage.in_run, 1);

    assert_int_equal(login_pool_post(pool, &work[1].job), LOGIN_OK);
    assert_int_equal(login_pool_post(pool, &work[2].job), LOGIN_OK);
    assert_int_equal(login_pool_post(pool, &work[3].job), LOGIN_NO);

    /* a place that gets free can be taken */

    assert_int_equal(login_pool_withdraw(pool, &work[1].job), LOGIN_OK);
    assert_int_equal(login_pool_post(pool, &work[3].job), LOGIN_OK);
    assert_int_equal(login_pool_post(pool, &work[1].job), LOGIN_NO);

    set(&stage.hold_run, 0);
    (void) collect(*data, 3);

    assert_int_equal(work[1].runs, 0);
    assert_int_equal(work[2].runs, 1);
    assert_int_equal(work[3].runs, 1);

    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);
}


static void
test_withdraw(void **data)
{
    work_t             work[4] = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 8, 1);

    stage.hold_run = 1;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);

    assert_int_equal(login_pool_post(pool, &work[0].job), LOGIN_OK);
    wait_for(&stage.in_run, 1);

    assert_int_equal(login_pool_post(pool, &work[1].job), LOGIN_OK);
    assert_int_equal(login_pool_post(pool, &work[2].job), LOGIN_OK);

    assert_int_equal(login_pool_withdraw(pool, &work[0].job), LOGIN_NO);
    assert_int_equal(login_pool_withdraw(pool, &work[3].job), LOGIN_NO);

    /* the last one, and what is posted behind it then */

    assert_int_equal(login_pool_withdraw(pool, &work[2].job), LOGIN_OK);
    assert_int_equal(login_pool_withdraw(pool, &work[2].job), LOGIN_NO);
    assert_int_equal(login_pool_post(pool, &work[3].job), LOGIN_OK);

    /* the first one */

    assert_int_equal(login_pool_withdraw(pool, &work[1].job), LOGIN_OK);

    set(&stage.hold_run, 0);
    (void) collect(*data, 2);

    assert_int_equal(login_pool_withdraw(pool, &work[0].job), LOGIN_NO);
    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);

    assert_int_equal(work[0].back, 1);
    assert_int_equal(work[1].runs + work[1].back, 0);
    assert_int_equal(work[2].runs + work[2].back, 0);
    assert_int_equal(work[3].back, 1);
}


static void
test_batches(void **data)
{
    size_t             i;
    work_t             work[7] = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 8, 3);

    c.prepare = on_prepare;
    stage.hold_prepare = 1;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);

    for (i = 0; i < 7; i++) {
        assert_int_equal(login_pool_post(pool, &work[i].job), LOGIN_OK);
    }

    wait_for(&stage.in_prepare, 1);
    set(&stage.hold_prepare, 0);

    (void) collect(*data, 7);
    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);

    assert_int_equal(stage.runs, 3);
    assert_int_equal(stage.sizes[0], 3);
    assert_int_equal(stage.sizes[1], 3);
    assert_int_equal(stage.sizes[2], 1);
}


static void
test_batch_is_bounded(void **data)
{
    size_t             i;
    work_t             work[LOGIN_POOL_BATCH + 5] = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 1000, 1000);

    c.prepare = on_prepare;
    stage.hold_prepare = 1;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);

    for (i = 0; i < LOGIN_POOL_BATCH + 5; i++) {
        assert_int_equal(login_pool_post(pool, &work[i].job), LOGIN_OK);
    }

    set(&stage.hold_prepare, 0);
    (void) collect(*data, LOGIN_POOL_BATCH + 5);
    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);

    for (i = 0; i < stage.runs && i < 16; i++) {
        assert_true(stage.sizes[i] <= LOGIN_POOL_BATCH);
    }
}


/* While a writer waits for LMDB's lock, deadlines withdraw its jobs. */

static void
test_withdraw_during_prepare(void **data)
{
    work_t             work[3] = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 2, 64);

    c.prepare = on_prepare;
    stage.hold_prepare = 1;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);

    assert_int_equal(login_pool_post(pool, &work[0].job), LOGIN_OK);
    wait_for(&stage.in_prepare, 1);

    assert_int_equal(login_pool_post(pool, &work[1].job), LOGIN_OK);
    assert_int_equal(login_pool_post(pool, &work[2].job), LOGIN_NO);

    assert_int_equal(login_pool_withdraw(pool, &work[0].job), LOGIN_OK);
    assert_int_equal(login_pool_withdraw(pool, &work[1].job), LOGIN_OK);

    set(&stage.hold_prepare, 0);

    /* runs with nothing, so that the lock is let go */

    wait_for(&stage.empty_runs, 1);

    assert_int_equal(login_pool_post(pool, &work[2].job), LOGIN_OK);
    (void) collect(*data, 1);

    assert_int_equal(work[0].runs + work[1].runs, 0);
    assert_int_equal(work[2].runs, 1);
    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);
}


static void
test_destroy_idle(void **data)
{
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(4, 8, 1);

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);
    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);
    assert_int_equal(stage.starts, 4);
    assert_int_equal(stage.stops, 4);
}


static void
test_destroy_at_work(void **data)
{
    work_t             work[3] = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(2, 8, 1);

    stage.hold_run = 1;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);

    wait_for(&stage.starts, 2);
    assert_int_equal(login_pool_post(pool, &work[0].job), LOGIN_OK);
    assert_int_equal(login_pool_post(pool, &work[1].job), LOGIN_OK);
    wait_for(&stage.in_run, 2);
    assert_int_equal(login_pool_post(pool, &work[2].job), LOGIN_OK);

    assert_int_equal(login_pool_destroy(pool), LOGIN_NO);
    kept[nkept++] = pool;

    set(&stage.hold_run, 0);

    /* the threads still end by themselves; what was queued is dropped */

    wait_for(&stage.stops, 2);
    (void) collect(*data, 2);

    assert_int_equal(work[0].runs, 1);
    assert_int_equal(work[1].runs, 1);
    assert_int_equal(work[2].runs, 0);
}


static void
test_destroy_in_prepare(void **data)
{
    work_t             work = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 8, 64);

    c.prepare = on_prepare;
    stage.hold_prepare = 1;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);

    assert_int_equal(login_pool_post(pool, &work.job), LOGIN_OK);
    wait_for(&stage.in_prepare, 1);

    assert_int_equal(login_pool_destroy(pool), LOGIN_NO);
    kept[nkept++] = pool;

    set(&stage.hold_prepare, 0);
    wait_for(&stage.stops, 1);

    assert_int_equal(stage.empty_runs, 1);
    assert_int_equal(work.runs, 0);
    assert_false(readable(*data));
}


static void
test_no_context(void **data)
{
    work_t             work[2] = { 0 };
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 8, 1);

    c.prepare = on_prepare;
    stage.failing = 2;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);
    wait_for(&stage.failing, 1);

    assert_int_equal(login_pool_post(pool, &work[0].job), LOGIN_OK);
    (void) collect(*data, 1);
    assert_int_equal(work[0].failed, 1);

    /* it is tried again */

    assert_int_equal(login_pool_post(pool, &work[1].job), LOGIN_OK);
    (void) collect(*data, 1);
    assert_int_equal(work[1].failed, 0);

    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);
    assert_int_equal(stage.starts, 1);
    assert_int_equal(stage.stops, 1);
}


static void
test_thread(void **data)
{
    int                nice;
    work_t             work = { 0 };
    sigset_t           before, after;
    login_pool_t      *pool;
    login_pool_conf_t  c = conf(1, 8, 1);

    c.name = "a name that is too long";
    c.nice = 19;
    nice = getpriority(PRIO_PROCESS, 0);
    pthread_sigmask(SIG_SETMASK, NULL, &before);

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);
    assert_int_equal(login_pool_post(pool, &work.job), LOGIN_OK);
    (void) collect(*data, 1);
    assert_int_equal(login_pool_destroy(pool), LOGIN_OK);

    assert_int_equal(stage.nice, 19);
    assert_string_equal(stage.name, "a name that is ");
    assert_true(sigismember(&stage.mask, SIGTERM));
    assert_true(sigismember(&stage.mask, SIGHUP));
    assert_true(sigismember(&stage.mask, SIGCHLD));
    assert_true(sigismember(&stage.mask, SIGIO));
    assert_false(sigismember(&stage.mask, SIGSEGV));

    /* and the caller is as before */

    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), nice);
    assert_int_equal(sigismember(&before, SIGTERM),
                     sigismember(&after, SIGTERM));
}


typedef struct {
    login_pool_t  *pool;
    work_t        *work;
    size_t         withdrawn;
} poster_t;


static void *
post_many(void *data)
{
    size_t     i;
    poster_t  *p = data;

    for (i = 0; i < STRESS_JOBS; i++) {
        while (login_pool_post(p->pool, &p->work[i].job) != LOGIN_OK) {
            sched_yield();
        }

        if (i % 3 == 0
            && login_pool_withdraw(p->pool, &p->work[i].job) == LOGIN_OK)
        {
            p->withdrawn++;
        }
    }

    return NULL;
}


/*
 * With several threads, one may just have woken up for a job that another
 * one took: it is at work until it has seen that there is none.
 */

static void
destroy(login_pool_t *pool)
{
    int  tries;

    for (tries = 0; tries < 10000; tries++) {
        if (login_pool_destroy(pool) == LOGIN_OK) {
            return;
        }

        (void) poll(NULL, 0, 1);
    }

    fail_msg("a thread does not end");
}


/* Each job comes back or was withdrawn, never both, never neither. */

static void
test_stress(void **data)
{
    size_t              i, j, back, runs;
    work_t             *work;
    poster_t            posters[STRESS_POSTERS] = { 0 };
    pthread_t           threads[STRESS_POSTERS];
    login_pool_t       *pool;
    login_pool_conf_t   c = conf(4, 32, 8);

    c.prepare = on_prepare;

    pool = login_pool_create(&c, *data);
    assert_non_null(pool);

    for (i = 0; i < STRESS_POSTERS; i++) {
        posters[i].pool = pool;
        posters[i].work = calloc(STRESS_JOBS, sizeof(work_t));
        assert_non_null(posters[i].work);
        assert_int_equal(pthread_create(&threads[i], NULL, post_many,
                                        &posters[i]), 0);
    }

    back = STRESS_POSTERS * STRESS_JOBS;

    for (i = 0; i < STRESS_POSTERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        back -= posters[i].withdrawn;
    }

    (void) collect(*data, back);
    destroy(pool);
    assert_false(readable(*data));

    for (runs = 0, i = 0; i < STRESS_POSTERS; i++) {
        work = posters[i].work;

        for (j = 0; j < STRESS_JOBS; j++) {
            assert_true(work[j].runs <= 1);
            assert_int_equal(work[j].runs, work[j].back);
            runs += work[j].runs;
        }

        free(work);
    }

    assert_int_equal(runs, back);
    assert_int_equal(stage.starts, stage.stops);
}


int
main(void)
{
#define pool_test(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)

    const struct CMUnitTest  tests[] = {
        pool_test(test_there_and_back),
        pool_test(test_destroy_right_after),
        pool_test(test_full_queue),
        pool_test(test_withdraw),
        pool_test(test_batches),
        pool_test(test_batch_is_bounded),
        pool_test(test_withdraw_during_prepare),
        pool_test(test_destroy_idle),
        pool_test(test_destroy_at_work),
        pool_test(test_destroy_in_prepare),
        pool_test(test_no_context),
        pool_test(test_thread),
        pool_test(test_stress),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
