
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_RECOVERY_BYTES  (LOGIN_RECOVERY_CODES * LOGIN_RECOVERY_LEN)
#define LOGIN_RECOVERY_HEAD   (1 + LOGIN_ID_LEN)


typedef struct {
    size_t             left;
    login_changes_t   *changes;
} login_recovery_walk_t;


static login_result_e login_recovery_draw(u_char bytes[LOGIN_RECOVERY_BYTES],
    const login_secret_t *seed);
static login_result_e login_recovery_hash(u_char hash[LOGIN_HASH_LEN],
    const u_char account[LOGIN_ID_LEN],
    const u_char code[LOGIN_RECOVERY_LEN]);
static login_result_e login_recovery_add(login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN],
    const u_char code[LOGIN_RECOVERY_LEN]);
static login_result_e login_recovery_visit(void *data, login_str_t key,
    const login_record_t *record);


login_result_e
login_recovery_codes(login_recovery_text_t codes[LOGIN_RECOVERY_CODES],
    const login_secret_t *seed)
{
    size_t  i;
    u_char  bytes[LOGIN_RECOVERY_BYTES];

    if (login_recovery_draw(bytes, seed) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    for (i = 0; i < LOGIN_RECOVERY_CODES; i++) {
        login_code_recovery_text(codes[i], bytes + i * LOGIN_RECOVERY_LEN);
    }

    login_wipe(bytes, sizeof(bytes));

    return LOGIN_OK;
}


static login_result_e
login_recovery_draw(u_char bytes[LOGIN_RECOVERY_BYTES],
    const login_secret_t *seed)
{
    return login_derive(bytes, LOGIN_RECOVERY_BYTES, seed,
                        "login recovery codes v1");
}


login_result_e
login_recovery_put(login_changes_t *changes, login_view_t *view,
    const login_account_t *account, const login_secret_t *seed, uint64_t now)
{
    size_t           i;
    u_char           buf[LOGIN_RECOVERY_KEY_LEN], payload[8];
    u_char           bytes[LOGIN_RECOVERY_BYTES];
    uint64_t         version;
    login_str_t      key;
    login_record_t   record;
    login_result_e   rc;
    login_encoder_t  e;

    key = login_recovery_key(buf, account->id, NULL);

    rc = login_view_get(view, key, &record);
    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    version = rc == LOGIN_OK ? record.version : LOGIN_EXPECT_ABSENT;

    if (login_recovery_forget(changes, view, account->id) != LOGIN_OK
        || login_account_expect(changes, view, account) != LOGIN_OK
        || login_recovery_draw(bytes, seed) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_uint(&e, now, 8);

    login_changes_put(changes, key, login_str(payload, sizeof(payload)),
                      version);

    rc = LOGIN_OK;

    for (i = 0; i < LOGIN_RECOVERY_CODES && rc == LOGIN_OK; i++) {
        rc = login_recovery_add(changes, account->id,
                                bytes + i * LOGIN_RECOVERY_LEN);
    }

    login_wipe(bytes, sizeof(bytes));

    return rc;
}


static login_result_e
login_recovery_add(login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN], const u_char code[LOGIN_RECOVERY_LEN])
{
    u_char  key[LOGIN_RECOVERY_KEY_LEN], hash[LOGIN_HASH_LEN];

    if (login_recovery_hash(hash, account, code) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    login_changes_put(changes, login_recovery_key(key, account, hash),
                      login_str("", 0), LOGIN_EXPECT_ABSENT);

    return LOGIN_OK;
}


/* With the account in it: nobody can try one guess on all accounts. */

static login_result_e
login_recovery_hash(u_char hash[LOGIN_HASH_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char code[LOGIN_RECOVERY_LEN])
{
    u_char          text[LOGIN_ID_LEN + LOGIN_RECOVERY_LEN];
    login_result_e  rc;

    memcpy(text, account, LOGIN_ID_LEN);
    memcpy(text + LOGIN_ID_LEN, code, LOGIN_RECOVERY_LEN);

    rc = login_sha256(hash, login_str(text, sizeof(text)));

    login_wipe(text, sizeof(text));

    return rc;
}


login_result_e
login_recovery_use(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], login_str_t code, unsigned *fit)
{
    u_char          buf[LOGIN_RECOVERY_KEY_LEN], hash[LOGIN_HASH_LEN];
    u_char          bytes[LOGIN_RECOVERY_LEN];
    login_str_t     key;
    login_record_t  record;
    login_result_e  rc;

    rc = login_code_recovery(bytes, code);

    *fit = rc == LOGIN_OK;

    if (rc == LOGIN_OK) {
        rc = login_recovery_hash(hash, account, bytes);
    }

    login_wipe(bytes, sizeof(bytes));

    if (rc != LOGIN_OK) {
        return rc;
    }

    key = login_recovery_key(buf, account, hash);

    rc = login_view_get(view, key, &record);

    if (rc == LOGIN_OK) {
        login_changes_delete(changes, key, record.version);
    }

    return rc;
}


login_result_e
login_recovery_left(size_t *left, uint64_t *made, login_view_t *view,
    const u_char account[LOGIN_ID_LEN])
{
    u_char                 buf[LOGIN_RECOVERY_KEY_LEN];
    login_str_t            key;
    login_record_t         record;
    login_result_e         rc;
    login_recovery_walk_t  walk;

    *left = 0;
    *made = 0;

    key = login_recovery_key(buf, account, NULL);

    rc = login_view_get(view, key, &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    walk.left = 0;
    walk.changes = NULL;

    if (login_record_uint(made, &record) != LOGIN_OK
        || login_view_walk(view, key, login_recovery_visit, &walk)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    *left = walk.left;

    return LOGIN_OK;
}


login_result_e
login_recovery_forget(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN])
{
    u_char                 key[LOGIN_RECOVERY_KEY_LEN];
    login_recovery_walk_t  walk;

    walk.left = 0;
    walk.changes = changes;

    return login_view_walk(view, login_recovery_key(key, account, NULL),
                           login_recovery_visit, &walk);
}


static login_result_e
login_recovery_visit(void *data, login_str_t key,
    const login_record_t *record)
{
    login_recovery_walk_t  *walk = data;

    (void) record;

    if (key.len != LOGIN_RECOVERY_HEAD) {
        walk->left++;
    }

    if (walk->changes != NULL) {
        login_changes_delete(walk->changes, key, LOGIN_EXPECT_ANY);
    }

    return LOGIN_OK;
}


login_str_t
login_recovery_key(u_char key[LOGIN_RECOVERY_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char *hash)
{
    key[0] = LOGIN_KIND_RECOVERY;
    memcpy(key + 1, account, LOGIN_ID_LEN);

    if (hash == NULL) {
        return login_str(key, LOGIN_RECOVERY_HEAD);
    }

    memcpy(key + 1 + LOGIN_ID_LEN, hash, LOGIN_HASH_LEN);

    return login_str(key, LOGIN_RECOVERY_KEY_LEN);
}
