
/*
 * Threads that do what must not block an event loop.  A job is posted, run
 * by a thread, and comes back through a mailbox, whose descriptor becomes
 * readable.  Jobs belong to the poster: embed one in a structure of your
 * own, on the heap, and leave it alone until it came back or was withdrawn.
 */

#ifndef LOGIN_POOL_H
#define LOGIN_POOL_H


#define LOGIN_POOL_BATCH  64


typedef struct login_job_s      login_job_t;
typedef struct login_mailbox_s  login_mailbox_t;
typedef struct login_pool_s     login_pool_t;


struct login_job_s {
    login_job_t        *next;
};

typedef struct {
    const char         *name;       /* at most 15 bytes, of the threads */
    unsigned            threads;
    unsigned            max_queue;
    unsigned            batch;      /* jobs that one run() takes, at most */
    int                 nice;
    void               *data;

    /*
     * Each thread: its own context, made in the thread; NULL fails jobs,
     * and is tried again with the next ones.  Both must not block.
     */
    void             *(*start)(void *data);
    void              (*stop)(void *context);

    /* waits for what a run needs, before jobs are taken; may be NULL */
    void              (*prepare)(void *context);

    /*
     * "context" may be NULL: then the jobs must be failed.  After prepare()
     * "n" is 0 where all were withdrawn meanwhile: let go of what it got.
     */
    void              (*run)(void *context, login_job_t **jobs, size_t n);
} login_pool_conf_t;


login_mailbox_t *login_mailbox_create(void);
void login_mailbox_destroy(login_mailbox_t *mailbox);

/* An eventfd: poll it for reading. */
int login_mailbox_fd(login_mailbox_t *mailbox);

/* All jobs that came back, oldest first, linked by "next"; NULL if none. */
login_job_t *login_mailbox_take(login_mailbox_t *mailbox);

/* For the pools: hands "n" jobs back. */
void login_mailbox_put(login_mailbox_t *mailbox, login_job_t **jobs,
    size_t n);


/* Copies "conf".  NULL: no memory, or no thread could be started. */
login_pool_t *login_pool_create(const login_pool_conf_t *conf,
    login_mailbox_t *mailbox);

/* LOGIN_NO: the queue is full. */
login_result_e login_pool_post(login_pool_t *pool, login_job_t *job);

/* LOGIN_OK: it was still queued and will not run.  LOGIN_NO: too late. */
login_result_e login_pool_withdraw(login_pool_t *pool, login_job_t *job);

/* How many jobs wait, and how many threads are at work. */
void login_pool_state(login_pool_t *pool, unsigned *queued,
    unsigned *running);

/*
 * Drops what is queued and ends the threads.  LOGIN_OK: they are gone, and
 * so is the pool.  LOGIN_NO: one is at work; the pool and all that its
 * threads use must stay until a later call says LOGIN_OK.
 */
login_result_e login_pool_destroy(login_pool_t *pool);


#endif /* LOGIN_POOL_H */
