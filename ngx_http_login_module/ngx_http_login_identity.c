
/*
 * Who is at the other end.  What the session's cookie is worth is asked when
 * a phase or a variable first needs it, and again at each such question.  A
 * worker remembers what it has read for the same bytes of a cookie, and
 * believes that only while nothing was written to the store since.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_MEMORY_SLOTS  4096
#define NGX_HTTP_LOGIN_MEMORY_TEXTS  256


/* Facts, never grants: limits and conditions are looked at each time. */
typedef struct {
    const ngx_http_login_portal_t  *portal;     /* NULL: empty */
    ngx_http_login_identity_t       identity;
    size_t                          len;
    u_char                          token[login_token_len(LOGIN_TOKEN_MAX)];
    u_char                          texts[NGX_HTTP_LOGIN_MEMORY_TEXTS];
} ngx_http_login_memory_slot_t;

struct ngx_http_login_memory_s {
    ngx_http_login_memory_slot_t    slots[NGX_HTTP_LOGIN_MEMORY_SLOTS];
};


static ngx_int_t ngx_http_login_check_ticket(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
static ngx_int_t ngx_http_login_read_identity(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
static ngx_int_t ngx_http_login_read_session(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
static ngx_int_t ngx_http_login_recall(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
static void ngx_http_login_remember(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker);
static ngx_http_login_memory_slot_t *ngx_http_login_memory_slot(
    ngx_http_login_worker_t *worker, login_str_t token);
static size_t ngx_http_login_identity_size(
    const ngx_http_login_identity_t *identity);
static void ngx_http_login_identity_copy(ngx_http_login_identity_t *to,
    const ngx_http_login_identity_t *from, u_char *p);


static const size_t  ngx_http_login_identity_texts[] = {
    offsetof(ngx_http_login_identity_t, username),
    offsetof(ngx_http_login_identity_t, org),
    offsetof(ngx_http_login_identity_t, name),
    offsetof(ngx_http_login_identity_t, email),
    offsetof(ngx_http_login_identity_t, language),
    offsetof(ngx_http_login_identity_t, roles)
};

#define NGX_HTTP_LOGIN_TEXTS                                                  \
    (sizeof(ngx_http_login_identity_texts) / sizeof(size_t))

#define ngx_http_login_identity_text(identity, i)                             \
    ((ngx_str_t *) ((u_char *) (identity) + ngx_http_login_identity_texts[i]))


ngx_int_t
ngx_http_login_identify(ngx_http_request_t *r,
    const ngx_http_login_identity_t **identity)
{
    ngx_int_t                   rc;
    ngx_http_login_worker_t    *worker;
    ngx_http_login_visitor_t   *visitor;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    if (scf->portal == NULL) {
        return NGX_DECLINED;
    }

    visitor = ngx_http_login_visitor(r);
    if (visitor == NULL) {
        return NGX_ERROR;
    }

    if (visitor->session.len == 0
        || (visitor->checked && !visitor->genuine))
    {
        return NGX_DECLINED;
    }

    worker = ngx_http_login_get_worker(r);
    if (worker == NULL) {
        return NGX_ERROR;
    }

    if (!visitor->checked) {
        rc = ngx_http_login_recall(r, visitor, worker);

        if (rc == NGX_DECLINED) {
            rc = ngx_http_login_check_ticket(r, visitor, worker);
        }

        if (rc != NGX_OK) {
            return rc;
        }
    }

    *identity = &visitor->identity;

    return ngx_http_login_read_identity(r, visitor, worker);
}


static ngx_int_t
ngx_http_login_check_ticket(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    login_result_e              rc;
    ngx_http_login_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    rc = login_ticket_verify(&visitor->ticket, worker->crypto,
                             login_str(scf->portal->url.data,
                                       scf->portal->url.len),
                             visitor->session);
    if (rc == LOGIN_FAULT) {
        return NGX_ERROR;
    }

    visitor->checked = 1;
    visitor->genuine = (rc == LOGIN_OK);

    if (rc == LOGIN_NO) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent a session cookie that is not ours");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/*
 * Asks the store anew unless nothing was written since the last answer;
 * the limits are looked at each time.
 */

static ngx_int_t
ngx_http_login_read_identity(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    uint64_t                    left, now;
    ngx_int_t                   rc;
    ngx_http_login_identity_t  *identity;

    identity = &visitor->identity;

    if (login_view_begin(worker->view) != LOGIN_OK) {
        return NGX_ERROR;
    }

    rc = NGX_OK;

    if (!visitor->known
        || identity->state != login_view_version(worker->view))
    {
        visitor->known = 0;
        rc = ngx_http_login_read_session(r, visitor, worker);
    }

    login_view_end(worker->view);

    if (rc != NGX_OK) {
        return rc;
    }

    now = (uint64_t) ngx_time();
    left = login_session_left(&visitor->ticket, identity->shared,
                              &worker->conf->limits, now);

    /* what is over must not be issued anew with the answer */

    visitor->known = (left != 0);

    if (left == 0) {
        return NGX_DECLINED;
    }

    identity->expires = (left == UINT64_MAX) ? 0 : now + left;

    return NGX_OK;
}


static ngx_int_t
ngx_http_login_read_session(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    u_char                     *p;
    ngx_uint_t                  i;
    login_result_e              rc;
    login_account_t             account;
    login_session_t             session;
    const login_str_t          *from[NGX_HTTP_LOGIN_TEXTS];
    ngx_http_login_identity_t   identity;

    rc = login_session_check(&account, &session, worker->view,
                             &visitor->ticket, &worker->conf->limits,
                             (uint64_t) ngx_time());
    if (rc == LOGIN_NO) {
        return NGX_DECLINED;
    }

    if (rc != LOGIN_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "login: the account or session cannot be read");
        return NGX_ERROR;
    }

    ngx_memzero(&identity, sizeof(ngx_http_login_identity_t));

    identity.ticket = visitor->ticket;
    identity.state = login_view_version(worker->view);
    identity.methods = session.methods;
    identity.shared = session.shared;
    ngx_memcpy(identity.session, session.id, LOGIN_ID_LEN);

    from[0] = &account.username;
    from[1] = &account.org;
    from[2] = &account.name;
    from[3] = &account.email;
    from[4] = &account.language;
    from[5] = &account.roles;

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        ngx_http_login_identity_text(&identity, i)->len = from[i]->len;
        ngx_http_login_identity_text(&identity, i)->data =
                                                   (u_char *) from[i]->data;
    }

    p = ngx_pnalloc(r->main->pool, ngx_http_login_identity_size(&identity));
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_login_identity_copy(&visitor->identity, &identity, p);
    ngx_http_login_remember(r, visitor, worker);

    return NGX_OK;
}


/* NGX_DECLINED: nothing is remembered of these bytes. */

static ngx_int_t
ngx_http_login_recall(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    u_char                        *p;
    ngx_http_login_srv_conf_t     *scf;
    ngx_http_login_memory_slot_t  *slot;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    slot = ngx_http_login_memory_slot(worker, visitor->session);

    if (slot == NULL
        || slot->portal != scf->portal
        || slot->len != visitor->session.len
        || !login_equal(slot->token, visitor->session.data, slot->len))
    {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(r->main->pool,
                    ngx_http_login_identity_size(&slot->identity));
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_login_identity_copy(&visitor->identity, &slot->identity, p);

    visitor->ticket = slot->identity.ticket;
    visitor->checked = 1;
    visitor->genuine = 1;
    visitor->known = 1;

    return NGX_OK;
}


static void
ngx_http_login_remember(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    ngx_http_login_srv_conf_t     *scf;
    ngx_http_login_memory_slot_t  *slot;

    slot = ngx_http_login_memory_slot(worker, visitor->session);

    if (slot == NULL
        || ngx_http_login_identity_size(&visitor->identity)
           > NGX_HTTP_LOGIN_MEMORY_TEXTS)
    {
        return;
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    ngx_http_login_identity_copy(&slot->identity, &visitor->identity,
                                 slot->texts);

    slot->portal = scf->portal;
    slot->len = visitor->session.len;
    ngx_memcpy(slot->token, visitor->session.data, slot->len);
}


/* A token ends in its MAC, which is as good as random. */

static ngx_http_login_memory_slot_t *
ngx_http_login_memory_slot(ngx_http_login_worker_t *worker, login_str_t token)
{
    uint32_t  hash;

    if (worker->memory == NULL || token.len < 16) {
        return NULL;
    }

    hash = ngx_murmur_hash2((u_char *) token.data + token.len - 16, 16);

    return &worker->memory->slots[hash % NGX_HTTP_LOGIN_MEMORY_SLOTS];
}


/* calloc: pages that nobody has touched cost nothing. */

ngx_http_login_memory_t *
ngx_http_login_memory_create(void)
{
    return calloc(1, sizeof(ngx_http_login_memory_t));
}


void
ngx_http_login_memory_destroy(ngx_http_login_memory_t *memory)
{
    ngx_explicit_memzero(memory, sizeof(ngx_http_login_memory_t));
    free(memory);
}


static size_t
ngx_http_login_identity_size(const ngx_http_login_identity_t *identity)
{
    size_t      size;
    ngx_uint_t  i;

    size = 1;

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        size += ngx_http_login_identity_text(identity, i)->len;
    }

    return size;
}


/* The texts move to "p". */

static void
ngx_http_login_identity_copy(ngx_http_login_identity_t *to,
    const ngx_http_login_identity_t *from, u_char *p)
{
    ngx_str_t   *text;
    ngx_uint_t   i;

    *to = *from;

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        text = ngx_http_login_identity_text(to, i);

        ngx_memcpy(p, text->data, text->len);
        text->data = p;
        p += text->len;
    }
}
