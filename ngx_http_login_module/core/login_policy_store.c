
#include "login.h"

#include <string.h>


#define LOGIN_POLICY_FORMAT  5

/* One value of the store would want as much room in a row. */
#define LOGIN_POLICY_CHUNK   ((size_t) 32 << 10)

#define LOGIN_POLICY_HEAD    (1 + 8 + 8 + LOGIN_HASH_LEN)
#define LOGIN_POLICY_KEY     (1 + 4)

#define login_policy_chunks(len)                                              \
    (((len) + LOGIN_POLICY_CHUNK - 1) / LOGIN_POLICY_CHUNK)


typedef struct {
    uint64_t  written;
    size_t    len;
    u_char    hash[LOGIN_HASH_LEN];
    uint64_t  version;              /* of the record, for the next change */
} login_policy_head_t;


static login_result_e login_policy_head(login_policy_head_t *head,
    login_view_t *view);
static login_result_e login_policy_head_decode(login_policy_head_t *head,
    login_str_t payload);
static void login_policy_put_head(login_changes_t *changes,
    const login_policy_head_t *head);
static login_str_t login_policy_key(u_char key[LOGIN_POLICY_KEY], size_t n);
static login_result_e login_policy_join(u_char *dst, login_view_t *view,
    size_t len);
static int login_policy_same(login_view_t *view, login_str_t encoded);
static login_result_e login_policy_piece(login_str_t *piece,
    login_view_t *view, size_t len, size_t n);
static login_str_t login_policy_part(login_str_t encoded, size_t n);
static size_t login_policy_part_len(size_t len, size_t n);


login_result_e
login_policy_put(login_changes_t *changes, login_view_t *view,
    login_str_t encoded, uint64_t now)
{
    size_t               i, n;
    u_char               key[LOGIN_POLICY_KEY];
    login_policy_head_t  old, head;
    login_result_e       rc;

    if (encoded.len > LOGIN_POLICY_MAX
        || login_sha256(head.hash, encoded) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    rc = login_policy_head(&old, view);

    if (rc == LOGIN_OK
        && old.len == encoded.len
        && login_equal(old.hash, head.hash, LOGIN_HASH_LEN)
        && login_policy_same(view, encoded))
    {
        return LOGIN_NO;
    }

    /*
     * A head that cannot be read is of a key that is gone, or of another
     * format: what nginx has now takes its place.
     */

    if (rc == LOGIN_FAULT) {
        old.len = LOGIN_POLICY_MAX;
        old.version = LOGIN_EXPECT_ANY;

    } else if (rc == LOGIN_NO) {
        old.len = 0;
        old.version = LOGIN_EXPECT_ABSENT;
    }

    head.written = now;
    head.len = encoded.len;
    head.version = old.version;

    login_policy_put_head(changes, &head);

    n = login_policy_chunks(encoded.len);

    for (i = 0; i < n; i++) {
        login_changes_put(changes, login_policy_key(key, i + 1),
                          login_policy_part(encoded, i), LOGIN_EXPECT_ANY);
    }

    for ( /* void */ ; i < login_policy_chunks(old.len); i++) {
        login_changes_delete(changes, login_policy_key(key, i + 1),
                             LOGIN_EXPECT_ANY);
    }

    return LOGIN_OK;
}


login_result_e
login_policy_get(login_policy_t *policy, login_arena_t *arena,
    login_view_t *view)
{
    u_char               *p, hash[LOGIN_HASH_LEN];
    login_str_t           encoded;
    login_result_e        rc;
    login_policy_head_t   head;

    rc = login_policy_head(&head, view);
    if (rc != LOGIN_OK) {
        return rc;
    }

    p = login_arena_alloc(arena, head.len);

    if (p == NULL || login_policy_join(p, view, head.len) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    encoded = login_str(p, head.len);

    /* each piece has a MAC, but who can write to the file may have kept one */

    if (login_sha256(hash, encoded) != LOGIN_OK
        || !login_equal(hash, head.hash, LOGIN_HASH_LEN)
        || login_policy_decode(policy, arena, encoded) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    policy->written = head.written;

    return LOGIN_OK;
}


static login_result_e
login_policy_join(u_char *dst, login_view_t *view, size_t len)
{
    size_t       i;
    login_str_t  piece;

    for (i = 0; i < login_policy_chunks(len); i++) {

        if (login_policy_piece(&piece, view, len, i) != LOGIN_OK) {
            return LOGIN_FAULT;
        }

        memcpy(dst + i * LOGIN_POLICY_CHUNK, piece.data, piece.len);
    }

    return LOGIN_OK;
}


/* All of it: a piece that was lost is to be written again. */

static int
login_policy_same(login_view_t *view, login_str_t encoded)
{
    size_t       i;
    login_str_t  piece;

    for (i = 0; i < login_policy_chunks(encoded.len); i++) {

        if (login_policy_piece(&piece, view, encoded.len, i) != LOGIN_OK
            || !login_str_eq(piece, login_policy_part(encoded, i)))
        {
            return 0;
        }
    }

    return 1;
}


static login_result_e
login_policy_piece(login_str_t *piece, login_view_t *view, size_t len,
    size_t n)
{
    u_char          key[LOGIN_POLICY_KEY];
    login_record_t  record;

    if (login_view_get(view, login_policy_key(key, n + 1), &record)
        != LOGIN_OK
        || record.payload.len != login_policy_part_len(len, n))
    {
        return LOGIN_FAULT;
    }

    *piece = record.payload;

    return LOGIN_OK;
}


static login_str_t
login_policy_part(login_str_t encoded, size_t n)
{
    return login_str(encoded.data + n * LOGIN_POLICY_CHUNK,
                     login_policy_part_len(encoded.len, n));
}


static size_t
login_policy_part_len(size_t len, size_t n)
{
    len -= n * LOGIN_POLICY_CHUNK;

    return len < LOGIN_POLICY_CHUNK ? len : LOGIN_POLICY_CHUNK;
}


static login_result_e
login_policy_head(login_policy_head_t *head, login_view_t *view)
{
    u_char          key[LOGIN_POLICY_KEY];
    login_record_t  record;
    login_result_e  rc;

    rc = login_view_get(view, login_policy_key(key, 0), &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    head->version = record.version;

    return login_policy_head_decode(head, record.payload);
}


static login_result_e
login_policy_head_decode(login_policy_head_t *head, login_str_t payload)
{
    uint64_t         len;
    unsigned         format;
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    format = (unsigned) login_get_uint(&d, 1);
    head->written = login_get_uint(&d, 8);
    len = login_get_uint(&d, 8);
    login_get_bytes(&d, head->hash, LOGIN_HASH_LEN);

    if (d.failed
        || d.pos != d.end
        || format != LOGIN_POLICY_FORMAT
        || len > LOGIN_POLICY_MAX)
    {
        return LOGIN_FAULT;
    }

    head->len = (size_t) len;

    return LOGIN_OK;
}


static void
login_policy_put_head(login_changes_t *changes,
    const login_policy_head_t *head)
{
    u_char           key[LOGIN_POLICY_KEY], payload[LOGIN_POLICY_HEAD];
    login_encoder_t  e;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_uint(&e, LOGIN_POLICY_FORMAT, 1);
    login_put_uint(&e, head->written, 8);
    login_put_uint(&e, head->len, 8);
    login_put_bytes(&e, head->hash, LOGIN_HASH_LEN);

    login_changes_put(changes, login_policy_key(key, 0),
                      login_str(payload, sizeof(payload)), head->version);
}


/* The head is number 0, the pieces follow. */

static login_str_t
login_policy_key(u_char key[LOGIN_POLICY_KEY], size_t n)
{
    size_t  i;

    key[0] = LOGIN_KIND_POLICY;

    for (i = 4; i > 0; i--) {
        key[i] = (u_char) n;
        n >>= 8;
    }

    return login_str(key, LOGIN_POLICY_KEY);
}
