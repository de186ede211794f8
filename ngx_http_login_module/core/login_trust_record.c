
#include "login.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    login_trust_visit_pt   visit;
    void                  *data;
} login_trust_walk_t;


static login_str_t login_trust_cut(login_str_t s, size_t max);
static login_result_e login_trust_visit(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_trust_forgotten(void *data,
    const login_trust_t *trust);


size_t
login_trust_encode(u_char *dst, const login_trust_t *trust)
{
    login_encoder_t  e;

    e.pos = dst;
    e.end = dst + LOGIN_TRUST_PAYLOAD;
    e.failed = 0;

    login_put_uint(&e, trust->epoch, 8);
    login_put_uint(&e, trust->generation, 4);
    login_put_uint(&e, trust->made, 8);
    login_put_uint(&e, trust->used, 8);
    login_put_str(&e, login_trust_cut(trust->browser, LOGIN_BROWSER_MAX));
    login_put_str(&e, login_trust_cut(trust->address, LOGIN_ADDRESS_MAX));

    return e.failed ? 0 : (size_t) (e.pos - dst);
}


static login_str_t
login_trust_cut(login_str_t s, size_t max)
{
    return login_str(s.data, s.len < max ? s.len : max);
}


login_result_e
login_trust_decode(login_trust_t *trust, login_str_t payload)
{
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    trust->epoch = login_get_uint(&d, 8);
    trust->generation = (uint32_t) login_get_uint(&d, 4);
    trust->made = login_get_uint(&d, 8);
    trust->used = login_get_uint(&d, 8);
    trust->browser = login_get_str(&d);
    trust->address = login_get_str(&d);

    if (d.failed
        || d.pos != d.end
        || trust->browser.len > LOGIN_BROWSER_MAX
        || trust->address.len > LOGIN_ADDRESS_MAX)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


login_result_e
login_trust_walk(login_view_t *view, const u_char *account,
    login_trust_visit_pt visit, void *data)
{
    size_t              len;
    u_char              prefix[1 + LOGIN_ID_LEN];
    login_trust_walk_t  walk;

    prefix[0] = LOGIN_KIND_TRUST;
    len = 1;

    if (account != NULL) {
        memcpy(prefix + len, account, LOGIN_ID_LEN);
        len += LOGIN_ID_LEN;
    }

    walk.visit = visit;
    walk.data = data;

    return login_view_walk(view, login_str(prefix, len), login_trust_visit,
                           &walk);
}


static login_result_e
login_trust_visit(void *data, login_str_t key, const login_record_t *record)
{
    login_trust_t        trust;
    login_trust_walk_t  *walk = data;

    if (key.len != LOGIN_TRUST_KEY_LEN) {
        return LOGIN_FAULT;
    }

    memcpy(trust.account, key.data + 1, LOGIN_ID_LEN);
    memcpy(trust.id, key.data + 1 + LOGIN_ID_LEN, LOGIN_ID_LEN);
    trust.version = record->version;

    if (login_trust_decode(&trust, record->payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return walk->visit(walk->data, &trust);
}


login_result_e
login_trust_forget(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN])
{
    return login_trust_walk(view, account, login_trust_forgotten, changes);
}


static login_result_e
login_trust_forgotten(void *data, const login_trust_t *trust)
{
    login_trust_end(data, trust->account, trust->id);

    return LOGIN_OK;
}
