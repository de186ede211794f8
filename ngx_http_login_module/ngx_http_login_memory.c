
/*
 * What a worker remembers of the sessions that it has read, by the bytes of
 * their cookies.  It believes that only while nothing was written to the
 * store since, see ngx_http_login_identity.c.
 */

#include "ngx_http_login_module.h"


#define NGX_HTTP_LOGIN_MEMORY_SLOTS  12288
#define NGX_HTTP_LOGIN_MEMORY_LISTS  16384
#define NGX_HTTP_LOGIN_MEMORY_TEXTS  166


/*
 * Facts, never grants: limits and conditions are looked at each time.  Texts
 * that are longer than there is room for are not remembered.
 */
typedef struct {
    const ngx_http_login_portal_t  *portal;
    const ngx_http_login_org_t     *rules;
    uint64_t                        state;      /* as in the identity */
    login_ticket_t                  ticket;
    uint32_t                        hash;
    uint16_t                        next;       /* in its list, from 1 */
    uint8_t                         methods;
    uint8_t                         shared;
    u_char                          session[LOGIN_ID_LEN];
    u_char                          token[login_token_len(LOGIN_TICKET_LEN)];
    uint16_t                        lens[NGX_HTTP_LOGIN_TEXTS];
    u_char                          texts[NGX_HTTP_LOGIN_MEMORY_TEXTS];
} ngx_http_login_memory_slot_t;

struct ngx_http_login_memory_s {
    ngx_uint_t                      n;          /* slots ever used */
    ngx_uint_t                      oldest;
    uint16_t                        lists[NGX_HTTP_LOGIN_MEMORY_LISTS];
    ngx_http_login_memory_slot_t    slots[NGX_HTTP_LOGIN_MEMORY_SLOTS];
};


static ngx_http_login_memory_slot_t *ngx_http_login_memory_find(
    ngx_http_login_memory_t *memory, const ngx_http_login_portal_t *portal,
    login_str_t token, uint32_t hash);
static ngx_http_login_memory_slot_t *ngx_http_login_memory_add(
    ngx_http_login_memory_t *memory, uint32_t hash);
static uint32_t ngx_http_login_memory_hash(login_str_t token);


/* NGX_DECLINED: nothing is remembered of these bytes. */

ngx_int_t
ngx_http_login_recall(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    u_char                        *p;
    ngx_str_t                     *text;
    ngx_uint_t                     i;
    ngx_http_login_identity_t     *identity;
    ngx_http_login_srv_conf_t     *scf;
    ngx_http_login_memory_slot_t  *slot;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);

    slot = ngx_http_login_memory_find(worker->memory, scf->portal,
                              visitor->session,
                              ngx_http_login_memory_hash(visitor->session));
    if (slot == NULL) {
        return NGX_DECLINED;
    }

    identity = &visitor->identity;

    identity->ticket = slot->ticket;
    identity->rules = slot->rules;
    identity->state = slot->state;
    identity->methods = slot->methods;
    identity->shared = slot->shared;
    ngx_memcpy(identity->session, slot->session, LOGIN_ID_LEN);

    p = slot->texts;

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        text = ngx_http_login_identity_text(identity, i);
        text->len = slot->lens[i];
        text->data = p;
        p += text->len;
    }

    /* the slot may be another's before this request ends */

    if (ngx_http_login_identity_keep(r, identity) != NGX_OK) {
        return NGX_ERROR;
    }

    visitor->ticket = slot->ticket;
    visitor->checked = 1;
    visitor->genuine = 1;
    visitor->known = 1;

    return NGX_OK;
}


void
ngx_http_login_remember(ngx_http_request_t *r,
    ngx_http_login_visitor_t *visitor, ngx_http_login_worker_t *worker)
{
    u_char                        *p;
    size_t                         size;
    uint32_t                       hash;
    ngx_str_t                     *text;
    ngx_uint_t                     i;
    ngx_http_login_identity_t     *identity;
    ngx_http_login_srv_conf_t     *scf;
    ngx_http_login_memory_slot_t  *slot;

    identity = &visitor->identity;
    size = 0;

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        size += ngx_http_login_identity_text(identity, i)->len;
    }

    if (worker->memory == NULL || size > NGX_HTTP_LOGIN_MEMORY_TEXTS) {
        return;
    }

    scf = ngx_http_get_module_srv_conf(r, ngx_http_login_module);
    hash = ngx_http_login_memory_hash(visitor->session);

    slot = ngx_http_login_memory_find(worker->memory, scf->portal,
                                      visitor->session, hash);
    if (slot == NULL) {
        slot = ngx_http_login_memory_add(worker->memory, hash);
    }

    slot->portal = scf->portal;
    slot->rules = identity->rules;
    slot->state = identity->state;
    slot->ticket = identity->ticket;
    slot->methods = (uint8_t) identity->methods;
    slot->shared = (uint8_t) identity->shared;
    ngx_memcpy(slot->session, identity->session, LOGIN_ID_LEN);
    ngx_memcpy(slot->token, visitor->session.data, sizeof(slot->token));

    p = slot->texts;

    for (i = 0; i < NGX_HTTP_LOGIN_TEXTS; i++) {
        text = ngx_http_login_identity_text(identity, i);
        slot->lens[i] = (uint16_t) text->len;
        p = ngx_cpymem(p, text->data, text->len);
    }
}


static ngx_http_login_memory_slot_t *
ngx_http_login_memory_find(ngx_http_login_memory_t *memory,
    const ngx_http_login_portal_t *portal, login_str_t token, uint32_t hash)
{
    ngx_uint_t                     i;
    ngx_http_login_memory_slot_t  *slot;

    if (memory == NULL || token.len != sizeof(slot->token)) {
        return NULL;
    }

    i = memory->lists[hash % NGX_HTTP_LOGIN_MEMORY_LISTS];

    while (i != 0) {
        slot = &memory->slots[i - 1];

        if (slot->hash == hash
            && slot->portal == portal
            && login_equal(slot->token, token.data, token.len))
        {
            return slot;
        }

        i = slot->next;
    }

    return NULL;
}


/* The oldest goes where all are in use. */

static ngx_http_login_memory_slot_t *
ngx_http_login_memory_add(ngx_http_login_memory_t *memory, uint32_t hash)
{
    uint16_t                      *i;
    ngx_http_login_memory_slot_t  *slot;

    if (memory->n < NGX_HTTP_LOGIN_MEMORY_SLOTS) {
        slot = &memory->slots[memory->n++];

    } else {
        slot = &memory->slots[memory->oldest];
        memory->oldest = (memory->oldest + 1) % NGX_HTTP_LOGIN_MEMORY_SLOTS;

        i = &memory->lists[slot->hash % NGX_HTTP_LOGIN_MEMORY_LISTS];

        while (&memory->slots[*i - 1] != slot) {
            i = &memory->slots[*i - 1].next;
        }

        *i = slot->next;
    }

    i = &memory->lists[hash % NGX_HTTP_LOGIN_MEMORY_LISTS];

    slot->hash = hash;
    slot->next = *i;
    *i = (uint16_t) (slot - memory->slots + 1);

    return slot;
}


/* A token ends in its MAC, which is as good as random. */

static uint32_t
ngx_http_login_memory_hash(login_str_t token)
{
    size_t  n;

    n = ngx_min(token.len, 16);

    return ngx_murmur_hash2((u_char *) token.data + token.len - n, n);
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
    ngx_explicit_memzero(memory->slots,
                         memory->n * sizeof(ngx_http_login_memory_slot_t));
    free(memory);
}
