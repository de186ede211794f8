
/*
 * "login_log": security events, one line of JSON each.  What they are is in
 * core/login_log.h; here it is found out who, from where, and written.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_SYSLOG_HEAD  512     /* bytes ahead of a line */
#define NGX_HTTP_LOGIN_LOG_AGAIN    60      /* s between complaints */


static ngx_http_login_main_conf_t *ngx_http_login_log_conf(void);
static void ngx_http_login_log_event(ngx_http_login_main_conf_t *mcf,
    const login_log_event_t *event, ngx_log_t *log);
static void ngx_http_login_event_fill(ngx_http_request_t *r,
    login_log_event_t *event);
static void ngx_http_login_event_who(ngx_http_request_t *r,
    login_log_event_t *event);
static void ngx_http_login_event_where(ngx_http_request_t *r,
    login_log_event_t *event, u_char *buf, size_t size);
static void ngx_http_login_log_write(ngx_open_file_t *file, u_char *line,
    size_t len, ngx_log_t *log);
static void ngx_http_login_log_syslog(ngx_syslog_peer_t *peer, u_char *line,
    size_t len);


/* Of this process: the last line is not whole; when that was last said. */
static ngx_uint_t  ngx_http_login_log_cut;
static time_t      ngx_http_login_log_said;


char *
ngx_http_login_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_login_main_conf_t  *mcf = conf;

    ngx_str_t  *value;

    if (mcf->log || mcf->syslog) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "has an empty path";
    }

    if (!ngx_http_login_is(&value[1], "syslog:")) {
        mcf->log = ngx_conf_open_file(cf->cycle, &value[1]);

        return mcf->log ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    mcf->syslog = ngx_pcalloc(cf->pool, sizeof(ngx_syslog_peer_t));
    if (mcf->syslog == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_syslog_process_conf(cf, mcf->syslog);
}


void
ngx_http_login_event(ngx_http_request_t *r, login_log_kind_e kind,
    login_log_event_t *event)
{
    login_log_event_t            plain;
    ngx_http_login_main_conf_t  *mcf;

    ngx_http_login_count(kind);

    mcf = ngx_http_login_log_conf();

    if (mcf == NULL) {
        return;
    }

    if (event == NULL) {
        ngx_memzero(&plain, sizeof(login_log_event_t));
        event = &plain;
    }

    event->kind = kind;

    ngx_http_login_event_fill(r, event);
    ngx_http_login_event_who(r, event);
    ngx_http_login_log_event(mcf, event, r->connection->log);
}


void
ngx_http_login_event_tell(login_log_kind_e kind, login_log_event_t *event)
{
    ngx_time_t                  *tp;
    ngx_http_login_main_conf_t  *mcf;

    ngx_http_login_count(kind);

    mcf = ngx_http_login_log_conf();

    if (mcf == NULL) {
        return;
    }

    tp = ngx_timeofday();

    event->kind = kind;
    event->time = (uint64_t) tp->sec * 1000 + tp->msec;

    ngx_http_login_log_event(mcf, event, ngx_cycle->log);
}


/* NULL: there is no log.  Of the cycle of now, as for the counters. */

static ngx_http_login_main_conf_t *
ngx_http_login_log_conf(void)
{
    ngx_http_login_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                              ngx_http_login_module);

    return (mcf && (mcf->log || mcf->syslog)) ? mcf : NULL;
}


static void
ngx_http_login_log_event(ngx_http_login_main_conf_t *mcf,
    const login_log_event_t *event, ngx_log_t *log)
{
    size_t  len;
    u_char  line[LOGIN_LOG_LINE];

    len = login_log_line(line, event);

    if (mcf->syslog) {
        ngx_http_login_log_syslog(mcf->syslog, line, len);
        return;
    }

    ngx_http_login_log_write(mcf->log, line, len, log);
}


/* The event's name is what was typed, in the form that accounts have. */

void
ngx_http_login_event_form(ngx_http_request_t *r, login_log_kind_e kind,
    const login_form_t *form)
{
    size_t             len;
    u_char             name[LOGIN_USERNAME_MAX];
    login_log_event_t  event;

    ngx_memzero(&event, sizeof(login_log_event_t));

    event.username = login_form_get(form, "username");
    event.org = ngx_http_login_org_typed(r, login_form_get(form, "org"));

    if (login_username_normalise(name, &len, event.username) == LOGIN_OK) {
        event.username = login_str(name, len);
    }

    ngx_http_login_event(r, kind, &event);
}


void
ngx_http_login_event_signin(ngx_http_request_t *r, login_log_kind_e kind,
    const login_signin_t *signin)
{
    size_t                       len;
    u_char                       name[LOGIN_USERNAME_MAX], id[LOGIN_ID_LEN];
    login_log_event_t            event;
    ngx_http_login_main_conf_t  *mcf;

    login_signin_event(&event, kind, signin);

    event.account = signin->ticket.account;

    if (login_username_normalise(name, &len, event.username) == LOGIN_OK) {
        event.username = login_str(name, len);
    }

    if (login_ticket_session(id, &signin->ticket) == LOGIN_OK) {
        event.session = id;
    }

    if (r) {
        ngx_http_login_event(r, kind, &event);
        return;
    }

    ngx_http_login_count(kind);

    mcf = ngx_http_login_log_conf();

    if (mcf) {
        ngx_http_login_log_event(mcf, &event, ngx_cycle->log);
    }
}


void
ngx_http_login_keep(ngx_http_request_t *r, ngx_http_login_worker_t *worker,
    login_changes_t *changes, const u_char account[LOGIN_ID_LEN],
    login_log_kind_e kind)
{
    login_log_event_t  event;

    ngx_memzero(&event, sizeof(login_log_event_t));

    event.kind = kind;

    ngx_http_login_event_fill(r, &event);
    ngx_http_login_event_who(r, &event);

    if (login_view_begin(worker->view) != LOGIN_OK) {
        return;
    }

    login_log_keep(changes, worker->view, account, &event);

    login_view_end(worker->view);
}


static void
ngx_http_login_event_fill(ngx_http_request_t *r, login_log_event_t *event)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    event->time = (uint64_t) tp->sec * 1000 + tp->msec;
    event->address = ngx_http_login_str(&r->connection->addr_text);

    if (r->headers_in.user_agent) {
        event->browser =
            ngx_http_login_str(&r->headers_in.user_agent->value);
    }
}


static void
ngx_http_login_event_who(ngx_http_request_t *r, login_log_event_t *event)
{
    ngx_http_login_visitor_t         *visitor;
    const ngx_http_login_identity_t  *identity;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL || !visitor->valid || event->username.len) {
        return;
    }

    identity = &visitor->identity;

    event->org = login_str(identity->org.data, identity->org.len);
    event->username = login_str(identity->username.data,
                                identity->username.len);
    event->account = identity->ticket.account;
    event->session = identity->session;
}


void
ngx_http_login_refused(ngx_http_request_t *r, login_log_kind_e kind)
{
    ngx_http_login_visitor_t  *visitor;

    visitor = ngx_http_login_visitor(r);

    if (visitor == NULL || visitor->refused) {
        return;
    }

    visitor->refused = 1;
    visitor->refusal = kind;
}


/*
 * In the end, since the gate asks in several phases, for subrequests and
 * after internal redirects, and "satisfy" may still grant what it refused.
 */

ngx_int_t
ngx_http_login_log_handler(ngx_http_request_t *r)
{
    u_char                     id[LOGIN_ID_LEN], where[LOGIN_LOG_TEXT];
    login_log_event_t          event;
    ngx_http_login_visitor_t  *visitor;

    if (r != r->main) {
        return NGX_OK;
    }

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_OK;
    }

    if (visitor->checked && !visitor->genuine) {
        ngx_http_login_event(r, LOGIN_LOG_SESSION_FOREIGN, NULL);

    } else if (visitor->turn && !visitor->valid && visitor->genuine
               && visitor->answer == NGX_DECLINED)
    {
        ngx_memzero(&event, sizeof(login_log_event_t));

        event.account = visitor->ticket.account;

        if (login_ticket_session(id, &visitor->ticket) == LOGIN_OK) {
            event.session = id;
        }

        ngx_http_login_event(r, LOGIN_LOG_SESSION_OVER, &event);
    }

    if (visitor->refused) {
        ngx_memzero(&event, sizeof(login_log_event_t));

        ngx_http_login_event_where(r, &event, where, sizeof(where));
        ngx_http_login_event(r, visitor->refusal, &event);
    }

    return NGX_OK;
}


/* Host and path, without the query: there may be secrets of applications. */

static void
ngx_http_login_event_where(ngx_http_request_t *r, login_log_event_t *event,
    u_char *buf, size_t size)
{
    u_char               *p;
    const login_asked_t  *asked;

    asked = ngx_http_login_asked(r);

    if (asked && asked->url.len) {
        event->detail = asked->url;

    } else {
        p = ngx_snprintf(buf, size, "%V%V", &r->headers_in.server,
                         &r->unparsed_uri);

        event->detail = login_str(buf, p - buf);
    }

    p = memchr(event->detail.data, '?', event->detail.len);

    if (p) {
        event->detail.len = p - event->detail.data;
    }
}


/* One call for each line, so that those of several workers do not mix. */

static void
ngx_http_login_log_write(ngx_open_file_t *file, u_char *line, size_t len,
    ngx_log_t *log)
{
    u_char     *p, buf[1 + LOGIN_LOG_LINE];
    ssize_t     n;
    ngx_err_t   err;

    p = buf;

    if (ngx_http_login_log_cut) {
        *p++ = LF;
    }

    p = ngx_cpymem(p, line, len);
    len = p - buf;

    n = ngx_write_fd(file->fd, buf, len);

    if (n == (ssize_t) len) {
        ngx_http_login_log_cut = 0;
        return;
    }

    err = (n == -1) ? ngx_errno : 0;

    if (n > 0) {
        ngx_http_login_log_cut = 1;
    }

    if (ngx_http_login_log_said != 0
        && ngx_time() - ngx_http_login_log_said < NGX_HTTP_LOGIN_LOG_AGAIN)
    {
        return;
    }

    ngx_http_login_log_said = ngx_time();

    ngx_log_error(NGX_LOG_CRIT, log, err,
                  "login: \"login_log\" \"%V\" could not be written, events "
                  "are lost", &file->name);
}


static void
ngx_http_login_log_syslog(ngx_syslog_peer_t *peer, u_char *line, size_t len)
{
    u_char  *p, buf[NGX_HTTP_LOGIN_SYSLOG_HEAD + LOGIN_LOG_LINE];

    p = ngx_syslog_add_header(peer, buf);

    /* one message is one line without its end */

    p = ngx_cpymem(p, line, len - 1);

    (void) ngx_syslog_send(peer, buf, p - buf);
}
