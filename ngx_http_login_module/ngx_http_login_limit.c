
/*
 * "login_limit": what a sign-in counts as, and what of it goes to the store.
 * The counters themselves are in ngx_http_login_throttle.c.
 */

#include "ngx_http_login_module.h"


/* The least is what a zone of "limit_req" must have. */
#define NGX_HTTP_LOGIN_ZONE_PAGES  8

#define NGX_HTTP_LOGIN_LIMIT_MAX   1000000


static ngx_int_t ngx_http_login_limit_time(ngx_conf_t *cf, ngx_str_t *value,
    time_t *time);
static ngx_int_t ngx_http_login_limit_rate(ngx_conf_t *cf, ngx_str_t *value,
    ngx_int_t *rate);
static ngx_int_t ngx_http_login_limit_zone(ngx_conf_t *cf, ngx_str_t *value,
    size_t *zone);
static ngx_int_t ngx_http_login_limit_name(ngx_http_request_t *r,
    login_guess_t *guess, login_str_t org, login_str_t username);
static ngx_int_t ngx_http_login_limit_read(ngx_http_login_throttle_t *throttle,
    login_view_t *view, uint64_t *state);
static login_changes_t *ngx_http_login_limit_keep(
    ngx_http_login_throttle_t *throttle, const login_signin_t *signin,
    login_view_t *view);


char *
ngx_http_login_limit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_int_t    rc;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (mcf->limit_attempts != NGX_CONF_UNSET
        || mcf->limit_lockout != NGX_CONF_UNSET
        || mcf->limit_rate != NGX_CONF_UNSET
        || mcf->limit_zone != NGX_CONF_UNSET_SIZE)
    {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_login_is(&value[i], "attempts=")) {
            rc = ngx_http_login_number(cf, &value[i],
                                       sizeof("attempts=") - 1, 1,
                                       NGX_HTTP_LOGIN_LIMIT_MAX,
                                       &mcf->limit_attempts);

        } else if (ngx_http_login_is(&value[i], "lockout=")) {
            rc = ngx_http_login_limit_time(cf, &value[i],
                                           &mcf->limit_lockout);

        } else if (ngx_http_login_is(&value[i], "rate=")) {
            rc = ngx_http_login_limit_rate(cf, &value[i], &mcf->limit_rate);

        } else if (ngx_http_login_is(&value[i], "zone=")) {
            rc = ngx_http_login_limit_zone(cf, &value[i], &mcf->limit_zone);

        } else {
            return ngx_http_login_invalid(cf, &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_login_limit_time(ngx_conf_t *cf, ngx_str_t *value, time_t *time)
{
    ngx_str_t  s;

    s.data = value->data + sizeof("lockout=") - 1;
    s.len = value->len - (sizeof("lockout=") - 1);

    *time = ngx_parse_time(&s, 1);

    if (*time != (time_t) NGX_ERROR && *time > 0) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", it must be a time of 1s "
                       "at least", value);
    return NGX_ERROR;
}


static ngx_int_t
ngx_http_login_limit_rate(ngx_conf_t *cf, ngx_str_t *value, ngx_int_t *rate)
{
    size_t  prefix, len;

    prefix = sizeof("rate=") - 1;
    len = value->len - prefix;

    if (len > 2 && ngx_strcmp(value->data + value->len - 2, "/m") == 0) {

        *rate = ngx_atoi(value->data + prefix, len - 2);

        if (*rate > 0 && *rate <= NGX_HTTP_LOGIN_LIMIT_MAX) {
            return NGX_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", it must be a number a "
                       "minute, as in \"60/m\", from 1 to %d", value,
                       NGX_HTTP_LOGIN_LIMIT_MAX);
    return NGX_ERROR;
}


static ngx_int_t
ngx_http_login_limit_zone(ngx_conf_t *cf, ngx_str_t *value, size_t *zone)
{
    ngx_str_t  s;

    s.data = value->data + sizeof("zone=") - 1;
    s.len = value->len - (sizeof("zone=") - 1);

    *zone = (size_t) ngx_parse_size(&s);

    if (*zone == (size_t) NGX_ERROR) {
        (void) ngx_http_login_invalid(cf, value);
        return NGX_ERROR;
    }

    if (*zone >= NGX_HTTP_LOGIN_ZONE_PAGES * ngx_pagesize) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", the zone must have %uzk at "
                       "least", value,
                       (size_t) NGX_HTTP_LOGIN_ZONE_PAGES * ngx_pagesize
                       / 1024);
    return NGX_ERROR;
}


ngx_int_t
ngx_http_login_limit_signin(ngx_http_request_t *r,
    ngx_http_login_throttle_t *throttle, login_str_t org,
    login_str_t username, uint64_t *wait)
{
    uint64_t                  state;
    ngx_int_t                 rc;
    login_limit_key_t        *keys;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL) {
        return NGX_ERROR;
    }

    keys = throttle->keys;
    state = 0;
    rc = NGX_ERROR;

    if (ngx_http_login_limit_name(r, &throttle->guess, org, username)
        == NGX_OK
        && login_limit_network(keys[1].id, r->connection->sockaddr)
           == LOGIN_OK
        && login_view_begin(worker->view) == LOGIN_OK)
    {
        rc = ngx_http_login_limit_read(throttle, worker->view, &state);

        login_view_end(worker->view);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_login_throttle_take(throttle, state, wait);
    }

    if (rc == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: what limits a sign-in cannot be read");
    }

    return rc;
}


ngx_int_t
ngx_http_login_limit_network(ngx_http_request_t *r, uint64_t *wait)
{
    ngx_int_t                  rc;
    ngx_http_login_throttle_t  throttle;

    ngx_memzero(&throttle, sizeof(ngx_http_login_throttle_t));

    rc = ngx_http_login_limit_ask(r, &throttle, wait);

    if (rc == NGX_OK) {
        ngx_http_login_throttle_settle(&throttle, LOGIN_LIMIT_FAILURE);
    }

    return rc;
}


ngx_int_t
ngx_http_login_limit_ask(ngx_http_request_t *r,
    ngx_http_login_throttle_t *throttle, uint64_t *wait)
{
    uint64_t                  state;
    ngx_int_t                 rc;
    login_limit_key_t        *key;
    ngx_http_login_worker_t  *worker;

    worker = ngx_http_login_get_worker(r);

    if (worker == NULL || login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    key = &throttle->keys[0];

    key->kind = LOGIN_LIMIT_NETWORK;
    throttle->nkeys = 1;

    rc = NGX_ERROR;
    state = login_view_version(worker->view);

    if (login_limit_network(key->id, r->connection->sockaddr) == LOGIN_OK
        && login_lock_get(&key->lock, worker->view, key->id, NULL)
           == LOGIN_OK)
    {
        rc = NGX_OK;
    }

    login_view_end(worker->view);

    if (rc == NGX_OK) {
        rc = ngx_http_login_throttle_take(throttle, state, wait);
    }

    return rc;
}


static ngx_int_t
ngx_http_login_limit_name(ngx_http_request_t *r, login_guess_t *guess,
    login_str_t org, login_str_t username)
{
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL
        || login_limit_name(guess->name, org, username) != LOGIN_OK
        || login_limit_browser(guess->browser, guess->name,
                               visitor->browser_id)
           != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * The same for all names.  A browser that the owner used has a counter of
 * its own, and counts as a network of its own: whoever else is in the one
 * that it is in cannot use up its tries.
 */

static ngx_int_t
ngx_http_login_limit_read(ngx_http_login_throttle_t *throttle,
    login_view_t *view, uint64_t *state)
{
    login_guess_t      *guess;
    login_limit_key_t  *keys;

    guess = &throttle->guess;
    keys = throttle->keys;

    if (login_known_check(guess, view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    keys[0].kind = guess->known ? LOGIN_LIMIT_BROWSER : LOGIN_LIMIT_ACCOUNT;
    keys[0].spared = 0;

    ngx_memcpy(keys[0].id, guess->known ? guess->browser : guess->name,
               LOGIN_ID_LEN);

    keys[1].kind = LOGIN_LIMIT_NETWORK;
    keys[1].spared = guess->known;

    if (login_lock_get(&keys[0].lock, view, guess->name,
                       guess->known ? guess->browser : NULL)
        != LOGIN_OK
        || login_lock_get(&keys[1].lock, view, keys[1].id, NULL) != LOGIN_OK)
    {
        return NGX_ERROR;
    }

    throttle->nkeys = 2;

    if (guess->known) {
        keys[2].kind = LOGIN_LIMIT_NETWORK;
        keys[2].spared = 0;
        keys[2].lock = keys[0].lock;

        ngx_memcpy(keys[2].id, guess->browser, LOGIN_ID_LEN);
        throttle->nkeys = 3;
    }

    *state = login_view_version(view);

    return NGX_OK;
}


ngx_int_t
ngx_http_login_limit_settle(ngx_http_login_throttle_t *throttle,
    login_limit_outcome_e outcome, const login_signin_t *signin,
    login_changes_t **lock)
{
    login_changes_t             *changes;
    login_limit_key_t           *key;
    ngx_http_login_worker_t     *worker;
    ngx_http_login_main_conf_t  *mcf;

    if (!throttle->open) {
        return NGX_OK;
    }

    ngx_http_login_throttle_settle(throttle, outcome);

    key = &throttle->keys[0];

    if (!key->keep && !key->drop) {
        return NGX_OK;
    }

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                              ngx_http_login_module);

    worker = mcf ? mcf->worker : NULL;

    if (worker == NULL || worker->writer == NULL) {
        return NGX_ERROR;
    }

    changes = ngx_http_login_limit_keep(throttle, signin, worker->view);
    if (changes == NULL) {
        return NGX_ERROR;
    }

    if (key->keep && lock) {
        *lock = changes;
        return NGX_DECLINED;
    }

    /* nobody is there to wait, or it ends a lock, which may be late */

    (void) ngx_http_login_task_commit(NULL, worker, changes, NULL, NULL,
                                      NULL);
    return NGX_OK;
}


static login_changes_t *
ngx_http_login_limit_keep(ngx_http_login_throttle_t *throttle,
    const login_signin_t *signin, login_view_t *view)
{
    login_guess_t      *guess;
    login_result_e      rc;
    login_changes_t    *changes;
    login_limit_key_t  *key;
    login_log_event_t   event;

    changes = login_changes_create();
    if (changes == NULL) {
        return NULL;
    }

    guess = &throttle->guess;
    key = &throttle->keys[0];
    rc = LOGIN_FAULT;

    if (login_view_begin(view) == LOGIN_OK) {
        rc = login_lock_keep(changes, view, guess->name,
                             guess->known ? guess->browser : NULL,
                             signin->exists,
                             key->keep ? key->keep : LOGIN_LOCK_OVER,
                             (uint64_t) ngx_time());
        login_view_end(view);
    }

    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);
        return NULL;
    }

    if (key->keep) {
        login_signin_event(&event, LOGIN_LOG_SIGNIN_LOCKS, signin);
        login_log_keep(changes, NULL, signin->exists ? signin->account
                                                     : LOGIN_LOG_NOBODY,
                       &event);
    }

    return changes;
}
