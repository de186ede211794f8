
/* What a flow has made, so that its cookie makes nothing a second time. */

#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_FLOW_PAYLOAD  (1 + 4 + 8)


typedef struct {
    login_changes_t  *changes;
    uint64_t          now;
} login_flow_sweep_t;


static login_str_t login_flow_key(u_char key[LOGIN_FLOW_KEY_LEN],
    const login_flow_t *flow);
static login_result_e login_flow_sweep_one(void *data, login_str_t key,
    const login_record_t *record);


login_result_e
login_flow_mark(login_flow_mark_t *mark, login_view_t *view,
    const login_flow_t *flow)
{
    u_char          key[LOGIN_FLOW_KEY_LEN];
    login_record_t  record;
    login_result_e  rc;

    memset(mark, 0, sizeof(login_flow_mark_t));

    rc = login_view_get(view, login_flow_key(key, flow), &record);

    if (rc == LOGIN_NO) {
        mark->version = LOGIN_EXPECT_ABSENT;
        return LOGIN_OK;
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    mark->version = record.version;

    return login_flow_mark_decode(mark, record.payload);
}


login_result_e
login_flow_mark_decode(login_flow_mark_t *mark, login_str_t payload)
{
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    mark->stage = (login_flow_stage_e) login_get_uint(&d, 1);
    mark->generation = (uint32_t) login_get_uint(&d, 4);
    mark->when = login_get_uint(&d, 8);

    if (d.failed
        || d.pos != d.end
        || mark->stage < LOGIN_FLOW_ENROLLED
        || mark->stage > LOGIN_FLOW_DONE)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


void
login_flow_note(login_changes_t *changes, const login_flow_t *flow,
    const login_flow_mark_t *mark)
{
    u_char           key[LOGIN_FLOW_KEY_LEN];
    u_char           payload[LOGIN_FLOW_PAYLOAD];
    login_encoder_t  e;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_uint(&e, mark->stage, 1);
    login_put_uint(&e, mark->generation, 4);
    login_put_uint(&e, mark->when, 8);

    login_changes_put(changes, login_flow_key(key, flow),
                      login_str(payload, sizeof(payload)), mark->version);
}


login_result_e
login_flow_sweep(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], uint64_t now)
{
    u_char              prefix[LOGIN_ACCOUNT_KEY_LEN];
    login_flow_sweep_t  sweep;

    sweep.changes = changes;
    sweep.now = now;

    return login_view_walk(view,
                           login_account_key(prefix, LOGIN_KIND_FLOW,
                                             account),
                           login_flow_sweep_one, &sweep);
}


/* A clock that was set back keeps some of them for longer. */

static login_result_e
login_flow_sweep_one(void *data, login_str_t key,
    const login_record_t *record)
{
    login_flow_mark_t    mark;
    login_flow_sweep_t  *sweep = data;

    if (key.len != LOGIN_FLOW_KEY_LEN
        || login_flow_mark_decode(&mark, record->payload)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (sweep->now > mark.when && sweep->now - mark.when > LOGIN_FLOW_KEEP) {
        login_changes_delete(sweep->changes, key, LOGIN_EXPECT_ANY);
    }

    return LOGIN_OK;
}


static login_str_t
login_flow_key(u_char key[LOGIN_FLOW_KEY_LEN], const login_flow_t *flow)
{
    key[0] = LOGIN_KIND_FLOW;
    memcpy(key + 1, flow->account, LOGIN_ID_LEN);
    memcpy(key + 1 + LOGIN_ID_LEN, flow->id, LOGIN_FLOW_ID_LEN);

    return login_str(key, LOGIN_FLOW_KEY_LEN);
}
