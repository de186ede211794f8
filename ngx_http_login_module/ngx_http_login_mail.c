
/*
 * The thread that sends mails, and its reports in the logs.  Each worker has
 * one, and core/login_sender.c sees to it that one of all is at work.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_MAIL_POLL   1000     /* ms, of the one that sends */
#define NGX_HTTP_LOGIN_MAIL_WAIT   5000     /* of those that would */
#define NGX_HTTP_LOGIN_MAIL_AGAIN  60       /* s between complaints */


/* On the heap: its thread may outlive the cycle. */
struct ngx_http_login_mailer_s {
    login_job_t                         job;    /* first: see the mailbox */
    login_mailbox_t                    *mailbox;
    login_pool_t                       *pool;
    login_sender_conf_t                 conf;
    int                                 stop;   /* read by the thread */
    ngx_event_t                         timer;
    ngx_uint_t                          busy;   /* a pass is under way */
    time_t                              said;
    ngx_http_login_worker_t            *worker;

    /* written by the thread, read when it is done */

    login_result_e                      result;
    unsigned                            more;
    size_t                              n;
    login_sent_t                        sent[LOGIN_SENDER_BATCH];
};


static void *ngx_http_login_mail_create(void *data);
static void ngx_http_login_mail_destroy(void *context);
static void ngx_http_login_mail_run(void *context, login_job_t **jobs,
    size_t n);
static void ngx_http_login_mail_handler(ngx_event_t *ev);
static ngx_uint_t ngx_http_login_mail_stale(
    const ngx_http_login_worker_t *worker);
static void ngx_http_login_mail_report(ngx_http_login_mailer_t *mailer,
    ngx_log_t *log);
static void ngx_http_login_mail_tell(login_sent_t *sent, ngx_log_t *log);


/* Tried again with each tick. */

void
ngx_http_login_mail_start(ngx_http_login_worker_t *worker)
{
    login_pool_conf_t                  conf;
    ngx_http_login_shared_t           *shared;
    ngx_http_login_mailer_t           *mailer;
    const ngx_http_login_main_conf_t  *mcf;

    static ngx_uint_t  initialized;

    mcf = worker->conf;

    if (mcf->mail == NULL || worker->mailer || worker->writer == NULL
        || ngx_http_login_mail_stale(worker))
    {
        return;
    }

    if (!initialized && login_smtp_init() != LOGIN_OK) {
        return;
    }

    initialized = 1;

    mailer = ngx_calloc(sizeof(ngx_http_login_mailer_t), ngx_cycle->log);
    if (mailer == NULL) {
        return;
    }

    shared = worker->shared;

    mailer->worker = worker;

    mailer->conf.path = (char *) mcf->store.data;
    mailer->conf.store = worker->store;
    mailer->conf.ring = &shared->ring;
    mailer->conf.relay = &mcf->mail->relay;
    mailer->conf.from = &mcf->mail->sender;
    mailer->conf.templates = mcf->terms.mails;
    mailer->conf.orgs = mcf->table;
    mailer->conf.stop = &mailer->stop;

    mailer->timer.handler = ngx_http_login_mail_handler;
    mailer->timer.data = mailer;
    mailer->timer.log = ngx_cycle->log;
    mailer->timer.cancelable = 1;

    ngx_memzero(&conf, sizeof(login_pool_conf_t));

    conf.name = "login mail";
    conf.threads = 1;
    conf.max_queue = 1;
    conf.batch = 1;
    conf.data = mailer;
    conf.start = ngx_http_login_mail_create;
    conf.stop = ngx_http_login_mail_destroy;
    conf.run = ngx_http_login_mail_run;

    mailer->mailbox = login_mailbox_create();

    if (mailer->mailbox) {
        mailer->pool = login_pool_create(&conf, mailer->mailbox);
    }

    if (mailer->pool == NULL) {
        login_mailbox_destroy(mailer->mailbox);
        ngx_free(mailer);
        return;
    }

    worker->mailer = mailer;

    ngx_add_timer(&mailer->timer, 1);
}


static void *
ngx_http_login_mail_create(void *data)
{
    ngx_http_login_mailer_t *mailer = data;

    return login_sender_create(&mailer->conf);
}


static void
ngx_http_login_mail_destroy(void *context)
{
    login_sender_destroy(context);
}


static void
ngx_http_login_mail_run(void *context, login_job_t **jobs, size_t n)
{
    ngx_http_login_mailer_t  *mailer;

    if (n == 0) {
        return;
    }

    mailer = (ngx_http_login_mailer_t *) jobs[0];

    mailer->n = 0;
    mailer->more = 0;

    mailer->result = context ? login_sender_pass(context, mailer->sent,
                                                 &mailer->n, &mailer->more)
                             : LOGIN_FAULT;
}


static void
ngx_http_login_mail_handler(ngx_event_t *ev)
{
    ngx_msec_t                wait;
    ngx_http_login_mailer_t  *mailer;

    mailer = ev->data;
    wait = NGX_HTTP_LOGIN_MAIL_POLL;

    if (login_mailbox_take(mailer->mailbox)) {
        mailer->busy = 0;
        ngx_http_login_mail_report(mailer, ev->log);

        if (mailer->result != LOGIN_OK) {
            wait = NGX_HTTP_LOGIN_MAIL_WAIT;
        }
    }

    /* who comes after this worker is to send, with the new configuration */

    if (ngx_exiting || ngx_http_login_mail_stale(mailer->worker)) {

        if (ngx_http_login_mail_stop(mailer->worker) != NGX_OK) {
            ngx_add_timer(ev, NGX_HTTP_LOGIN_MAIL_POLL);
        }

        return;
    }

    if (!mailer->busy
        && wait == NGX_HTTP_LOGIN_MAIL_POLL
        && login_pool_post(mailer->pool, &mailer->job) == LOGIN_OK)
    {
        mailer->busy = 1;
    }

    ngx_add_timer(ev, wait);
}


/* Without a master, those of former cycles are still there. */

static ngx_uint_t
ngx_http_login_mail_stale(const ngx_http_login_worker_t *worker)
{
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                              ngx_http_login_module);

    return mcf == NULL || mcf->worker != worker;
}


ngx_int_t
ngx_http_login_mail_stop(ngx_http_login_worker_t *worker)
{
    ngx_http_login_mailer_t  *mailer;

    mailer = worker->mailer;

    if (mailer == NULL) {
        return NGX_OK;
    }

    __atomic_store_n(&mailer->stop, 1, __ATOMIC_RELAXED);

    if (login_pool_destroy(mailer->pool) != LOGIN_OK) {
        return NGX_BUSY;
    }

    if (login_mailbox_take(mailer->mailbox)) {
        ngx_http_login_mail_report(mailer, ngx_cycle->log);
    }

    if (mailer->timer.timer_set) {
        ngx_del_timer(&mailer->timer);
    }

    login_mailbox_destroy(mailer->mailbox);
    ngx_free(mailer);

    worker->mailer = NULL;

    return NGX_OK;
}


static void
ngx_http_login_mail_report(ngx_http_login_mailer_t *mailer, ngx_log_t *log)
{
    ngx_uint_t  i;

    for (i = 0; i < mailer->n; i++) {
        ngx_http_login_mail_tell(&mailer->sent[i], log);
    }

    mailer->n = 0;

    if (mailer->result == LOGIN_FAULT
        && (mailer->said == 0
            || ngx_time() - mailer->said >= NGX_HTTP_LOGIN_MAIL_AGAIN))
    {
        mailer->said = ngx_time();

        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "login: mails cannot be sent, the store or its file "
                      "\"" LOGIN_SENDER_LOCK "\" cannot be used");
    }
}


static void
ngx_http_login_mail_tell(login_sent_t *sent, ngx_log_t *log)
{
    u_char              *p, id[2 * LOGIN_ID_LEN], detail[LOGIN_LOG_TEXT];
    ngx_str_t            to;
    const char          *kind;
    login_log_event_t    event;
    login_mail_state_t  *state;

    state = &sent->state;
    kind = login_mail_kind_name(state->kind);

    to.data = sent->to;
    to.len = state->to.len;

    (void) login_hex_encode(id, login_str(state->id, LOGIN_ID_LEN));

    if (state->status == LOGIN_MAIL_QUEUED) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "login: mail %*s (%s) to \"%V\" was not taken, it will "
                      "be tried again: %s",
                      sizeof(id), id, kind, &to, sent->words);
        return;
    }

    if (state->status == LOGIN_MAIL_FAILED) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "login: mail %*s (%s) to \"%V\" %s: %s",
                      sizeof(id), id, kind, &to,
                      sent->result == LOGIN_NO ? "was refused"
                                               : "was given up", sent->words);
    } else {
        ngx_log_error(NGX_LOG_INFO, log, 0,
                      "login: mail %*s (%s) to \"%V\" was sent: %s",
                      sizeof(id), id, kind, &to, sent->words);
    }

    p = ngx_snprintf(detail, sizeof(detail), "%s %*s: %s", kind, sizeof(id),
                     id, sent->words);

    ngx_memzero(&event, sizeof(login_log_event_t));

    event.org = login_str(sent->org, state->org.len);
    event.username = state->to;
    event.detail = login_str(detail, p - detail);

    ngx_http_login_event_tell(state->status == LOGIN_MAIL_SENT
                              ? LOGIN_LOG_MAIL_SENT : LOGIN_LOG_MAIL_FAILED,
                              &event);
}
