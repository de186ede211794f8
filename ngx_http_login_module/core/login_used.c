
#include "login.h"
#include "login_record.h"


#define LOGIN_USED_KEY_LEN  (1 + LOGIN_HASH_LEN)
#define LOGIN_USED_TEXT     4096    /* bytes of the longest names */


typedef struct {
    login_changes_t  *changes;
    uint64_t          now;
    size_t            n;
} login_used_sweep_t;


static login_result_e login_used_key(u_char key[LOGIN_USED_KEY_LEN],
    login_used_e what, login_str_t whose, login_str_t id);
static login_result_e login_used_sweep(void *data, login_str_t key,
    const login_record_t *record);


login_result_e
login_used_find(login_view_t *view, login_used_e what, login_str_t whose,
    login_str_t id)
{
    u_char          key[LOGIN_USED_KEY_LEN];
    login_record_t  record;

    if (login_used_key(key, what, whose, id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return login_view_get(view, login_str(key, sizeof(key)), &record);
}


login_result_e
login_used_note(login_changes_t *changes, login_view_t *view,
    login_used_e what, login_str_t whose, login_str_t id, uint64_t expires,
    uint64_t now)
{
    u_char               key[LOGIN_USED_KEY_LEN], when[8];
    login_encoder_t      e = { when, when + sizeof(when), 0 };
    login_used_sweep_t   sweep = { changes, now, 0 };

    static const u_char  prefix[] = { LOGIN_KIND_USED };

    if (login_used_key(key, what, whose, id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    login_put_uint(&e, expires, 8);

    login_changes_put(changes, login_str(key, sizeof(key)),
                      login_str(when, sizeof(when)), LOGIN_EXPECT_ABSENT);

    return login_view_walk(view, login_str(prefix, 1), login_used_sweep,
                           &sweep);
}


static login_result_e
login_used_sweep(void *data, login_str_t key, const login_record_t *record)
{
    uint64_t             expires;
    login_used_sweep_t  *sweep = data;

    if (login_record_uint(&expires, record) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (expires < sweep->now) {
        login_changes_delete(sweep->changes, key, LOGIN_EXPECT_ANY);
        sweep->n++;
    }

    return sweep->n < LOGIN_USED_SWEPT ? LOGIN_OK : LOGIN_NO;
}


static login_result_e
login_used_key(u_char key[LOGIN_USED_KEY_LEN], login_used_e what,
    login_str_t whose, login_str_t id)
{
    u_char           text[LOGIN_USED_TEXT];
    login_encoder_t  e = { text, text + sizeof(text), 0 };

    login_put_uint(&e, what, 1);
    login_put_str(&e, whose);
    login_put_str(&e, id);

    if (e.failed) {
        return LOGIN_FAULT;
    }

    key[0] = LOGIN_KIND_USED;

    return login_sha256(key + 1, login_str(text, (size_t) (e.pos - text)));
}
