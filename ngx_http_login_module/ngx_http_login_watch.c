
/* What those who run nginx should know of the store before it fails. */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_WATCH_AGAIN   3600   /* seconds */

/* Percent of the map without its reserve; at 100 sign-ins are refused. */
#define NGX_HTTP_LOGIN_WATCH_WARN    80
#define NGX_HTTP_LOGIN_WATCH_CRIT    95

/* Transactions; fewer where the file has taken half of the map already. */
#define NGX_HTTP_LOGIN_WATCH_BEHIND  10000
#define NGX_HTTP_LOGIN_WATCH_NEAR    50


static void ngx_http_login_watch_opening(ngx_http_login_worker_t *worker,
    ngx_log_t *log);
static void ngx_http_login_watch_map(ngx_http_login_worker_t *worker,
    const login_store_stat_t *stat, ngx_log_t *log);
static void ngx_http_login_watch_disk(ngx_http_login_worker_t *worker,
    const login_store_stat_t *stat, ngx_log_t *log);
static void ngx_http_login_watch_reader(ngx_http_login_worker_t *worker,
    const login_store_stat_t *stat, ngx_log_t *log);
static ngx_uint_t ngx_http_login_watch_due(ngx_http_login_alarm_t *alarm,
    ngx_uint_t level);


void
ngx_http_login_watch(ngx_http_login_worker_t *worker, ngx_log_t *log)
{
    login_store_stat_t  stat;

    ngx_http_login_watch_opening(worker, log);

    /* of what all workers see one of them tells */

    if (ngx_worker != 0 || login_store_stat(&stat, worker->store) != LOGIN_OK)
    {
        return;
    }

    ngx_http_login_watch_map(worker, &stat, log);
    ngx_http_login_watch_disk(worker, &stat, log);
    ngx_http_login_watch_reader(worker, &stat, log);
}


static void
ngx_http_login_watch_opening(ngx_http_login_worker_t *worker, ngx_log_t *log)
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


static void
ngx_http_login_watch_map(ngx_http_login_worker_t *worker,
    const login_store_stat_t *stat, ngx_log_t *log)
{
    ngx_uint_t  level, percent;

    percent = (ngx_uint_t) (stat->used
                            / ((stat->map_size - stat->reserve) / 100 + 1));

    level = percent >= NGX_HTTP_LOGIN_WATCH_CRIT ? NGX_LOG_CRIT
            : percent >= NGX_HTTP_LOGIN_WATCH_WARN ? NGX_LOG_WARN : 0;

    if (ngx_http_login_watch_due(&worker->map_alarm, level)) {
        ngx_log_error(level, log, 0,
                      "login: store \"%V\" is %ui%% full, raise \"map_size\" "
                      "of \"login_store\"", &worker->conf->store, percent);
    }
}


static void
ngx_http_login_watch_disk(ngx_http_login_worker_t *worker,
    const login_store_stat_t *stat, ngx_log_t *log)
{
    ngx_uint_t  level;

    level = stat->disk_free < stat->disk_size / 100
            || stat->disk_free < stat->file_size / 10 ? NGX_LOG_CRIT : 0;

    if (ngx_http_login_watch_due(&worker->disk_alarm, level)) {
        ngx_log_error(level, log, 0,
                      "login: disk of store \"%V\" has only %uL KiB left, "
                      "make room", &worker->conf->store,
                      stat->disk_free / 1024);
    }
}


/* What is set free is not used again while somebody could still read it. */

static void
ngx_http_login_watch_reader(ngx_http_login_worker_t *worker,
    const login_store_stat_t *stat, ngx_log_t *log)
{
    uint64_t    most;
    ngx_uint_t  level;

    most = stat->file_size < stat->map_size / 2 ? NGX_HTTP_LOGIN_WATCH_BEHIND
                                                : NGX_HTTP_LOGIN_WATCH_NEAR;

    level = stat->behind > most ? NGX_LOG_WARN : 0;

    if (ngx_http_login_watch_due(&worker->reader_alarm, level)) {
        ngx_log_error(level, log, 0,
                      "login: process %l reads a state of store \"%V\" that "
                      "is %uL changes old, the store grows meanwhile",
                      stat->oldest, &worker->conf->store, stat->behind);
    }
}


/* Once an hour, and when it has become worse. */

static ngx_uint_t
ngx_http_login_watch_due(ngx_http_login_alarm_t *alarm, ngx_uint_t level)
{
    ngx_uint_t  due;

    due = level != 0
          && (alarm->level == 0
              || level < alarm->level
              || ngx_time() - alarm->time >= NGX_HTTP_LOGIN_WATCH_AGAIN);

    if (due) {
        alarm->time = ngx_time();
    }

    /* a level that comes and goes is not told each time */

    if (due || ngx_time() - alarm->time >= NGX_HTTP_LOGIN_WATCH_AGAIN) {
        alarm->level = level;
    }

    return due;
}
