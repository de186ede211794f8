
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_LINK_MADE  0x01


typedef struct {
    uint64_t              now;
    login_link_visit_pt   visit;
    void                 *data;
} login_link_walk_t;


static int login_link_valid(const login_link_t *link);
static login_result_e login_link_read(login_link_t *link,
    const u_char hash[LOGIN_HASH_LEN], const login_record_t *record,
    uint64_t now);
static login_result_e login_link_visit(void *data, login_str_t key,
    const login_record_t *record);


size_t
login_link_encode(u_char *dst, const login_link_t *link)
{
    login_encoder_t  e;

    if (!login_link_valid(link)) {
        return 0;
    }

    e.pos = dst;
    e.end = dst + LOGIN_LINK_PAYLOAD;
    e.failed = 0;

    login_put_uint(&e, link->purpose, 1);
    login_put_uint(&e, link->made ? LOGIN_LINK_MADE : 0, 1);
    login_put_uint(&e, link->created, 8);
    login_put_uint(&e, link->expires, 8);
    login_put_uint(&e, link->used, 8);
    login_put_uint(&e, link->epoch, 8);
    login_put_uint(&e, link->generation, 4);
    login_put_bytes(&e, link->account, LOGIN_ID_LEN);
    login_put_bytes(&e, link->mail, LOGIN_ID_LEN);
    login_put_str(&e, link->org);
    login_put_str(&e, link->domains);
    login_put_str(&e, link->roles);

    return e.failed ? 0 : (size_t) (e.pos - dst);
}


login_result_e
login_link_decode(login_link_t *link, login_str_t payload)
{
    unsigned         flags;
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    link->purpose = (login_link_purpose_e) login_get_uint(&d, 1);
    flags = (unsigned) login_get_uint(&d, 1);
    link->created = login_get_uint(&d, 8);
    link->expires = login_get_uint(&d, 8);
    link->used = login_get_uint(&d, 8);
    link->epoch = login_get_uint(&d, 8);
    link->generation = (uint32_t) login_get_uint(&d, 4);
    login_get_bytes(&d, link->account, LOGIN_ID_LEN);
    login_get_bytes(&d, link->mail, LOGIN_ID_LEN);
    link->org = login_get_str(&d);
    link->domains = login_get_str(&d);
    link->roles = login_get_str(&d);

    link->made = (flags & LOGIN_LINK_MADE) != 0;

    if (d.failed
        || d.pos != d.end
        || (flags & ~(unsigned) LOGIN_LINK_MADE) != 0
        || !login_link_valid(link))
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static int
login_link_valid(const login_link_t *link)
{
    return link->purpose >= LOGIN_LINK_INVITATION
           && link->purpose <= LOGIN_LINK_SHARED
           && link->org.len <= LOGIN_ORG_MAX
           && link->domains.len <= LOGIN_LINK_TEXT_MAX
           && link->roles.len <= LOGIN_ROLES_MAX;
}


void
login_link_put(login_changes_t *changes, const login_link_t *link,
    uint64_t expect)
{
    size_t  len;
    u_char  key[LOGIN_LINK_KEY_LEN], payload[LOGIN_LINK_PAYLOAD];

    len = login_link_encode(payload, link);
    if (len == 0) {
        login_changes_spoil(changes);
        return;
    }

    login_changes_put(changes, login_link_key(key, link->hash),
                      login_str(payload, len), expect);
}


login_result_e
login_link_get(login_link_t *link, login_view_t *view,
    const u_char hash[LOGIN_HASH_LEN], uint64_t now)
{
    u_char          key[LOGIN_LINK_KEY_LEN];
    login_record_t  record;
    login_result_e  rc;

    rc = login_view_get(view, login_link_key(key, hash), &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    return login_link_read(link, hash, &record, now);
}


static login_result_e
login_link_read(login_link_t *link, const u_char hash[LOGIN_HASH_LEN],
    const login_record_t *record, uint64_t now)
{
    if (login_link_decode(link, record->payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    memcpy(link->hash, hash, LOGIN_HASH_LEN);
    link->version = record->version;

    if (link->used != 0) {
        link->state = LOGIN_LINK_USED;

    } else if (now >= link->expires) {
        link->state = LOGIN_LINK_EXPIRED;

    } else {
        link->state = LOGIN_LINK_OPEN;
    }

    return LOGIN_OK;
}


login_result_e
login_link_walk(login_view_t *view, uint64_t now, login_link_visit_pt visit,
    void *data)
{
    u_char             kind;
    login_link_walk_t  walk;

    kind = LOGIN_KIND_LINK;

    walk.now = now;
    walk.visit = visit;
    walk.data = data;

    return login_view_walk(view, login_str(&kind, 1), login_link_visit,
                           &walk);
}


static login_result_e
login_link_visit(void *data, login_str_t key, const login_record_t *record)
{
    login_link_t        link;
    login_link_walk_t  *walk;

    walk = data;

    if (key.len != LOGIN_LINK_KEY_LEN
        || login_link_read(&link, key.data + 1, record, walk->now)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return walk->visit(walk->data, &link);
}


login_str_t
login_link_key(u_char key[LOGIN_LINK_KEY_LEN],
    const u_char hash[LOGIN_HASH_LEN])
{
    key[0] = LOGIN_KIND_LINK;
    memcpy(key + 1, hash, LOGIN_HASH_LEN);

    return login_str(key, LOGIN_LINK_KEY_LEN);
}


login_str_t
login_link_owner_key(u_char key[LOGIN_LINK_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], login_link_purpose_e purpose)
{
    key[0] = LOGIN_KIND_LINKED;
    memcpy(key + 1, account, LOGIN_ID_LEN);
    key[1 + LOGIN_ID_LEN] = (u_char) purpose;

    return login_str(key, LOGIN_LINK_OWNER_LEN);
}
