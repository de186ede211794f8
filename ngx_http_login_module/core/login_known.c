
#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_KNOWN_PAYLOAD  (LOGIN_ID_LEN + 4 + 8)
#define LOGIN_KNOWN_RENEW    86400      /* s until one is noted again */


typedef struct {
    u_char                  account[LOGIN_ID_LEN];
    u_char                  browser[LOGIN_ID_LEN];
    uint32_t                generation;
    uint64_t                when;
} login_known_t;

typedef struct {
    login_changes_t        *changes;
    const login_account_t  *account;
    const login_guess_t    *guess;
    uint64_t                when;       /* of the guess's own browser */
    size_t                  n;
    login_known_t           others[LOGIN_KNOWN_MAX - 1];
} login_known_walk_t;


static login_result_e login_known_decode(login_known_t *known,
    login_str_t payload);
static int login_known_current(const login_known_t *known,
    const login_account_t *account);
static login_result_e login_known_visit(void *data, login_str_t key,
    const login_record_t *record);
static login_result_e login_known_look(void *data, login_str_t key,
    const login_record_t *record);
static void login_known_stay(login_known_walk_t *walk,
    const login_known_t *known);
static void login_known_delete(login_known_walk_t *walk,
    const u_char browser[LOGIN_ID_LEN]);
static void login_known_put(login_known_walk_t *walk, uint64_t now);


login_result_e
login_known_check(login_guess_t *guess, login_view_t *view)
{
    u_char           key[LOGIN_GUESS_KEY_MAX];
    login_known_t    known;
    login_record_t   record;
    login_result_e   rc;
    login_account_t  account;

    guess->known = 0;

    rc = login_view_get(view, login_guess_key(key, LOGIN_KIND_KNOWN,
                                              guess->name, guess->browser),
                        &record);
    if (rc == LOGIN_NO) {
        return LOGIN_OK;
    }

    if (rc != LOGIN_OK
        || login_known_decode(&known, record.payload) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    /* only who has its cookie comes here: it need not look like the rest */

    rc = login_account_get(&account, view, known.account);
    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    guess->known = (rc == LOGIN_OK && login_known_current(&known, &account));

    return LOGIN_OK;
}


static login_result_e
login_known_decode(login_known_t *known, login_str_t payload)
{
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    login_get_bytes(&d, known->account, LOGIN_ID_LEN);
    known->generation = (uint32_t) login_get_uint(&d, 4);
    known->when = login_get_uint(&d, 8);

    return d.failed || d.pos != d.end ? LOGIN_FAULT : LOGIN_OK;
}


static int
login_known_current(const login_known_t *known,
    const login_account_t *account)
{
    return memcmp(known->account, account->id, LOGIN_ID_LEN) == 0
           && known->generation == account->generation;
}


login_result_e
login_known_new(login_view_t *view, const login_account_t *account,
    const login_guess_t *guess)
{
    u_char              key[LOGIN_GUESS_KEY_MAX];
    login_result_e      rc;
    login_known_walk_t  walk;

    memset(&walk, 0, sizeof(login_known_walk_t));

    walk.account = account;
    walk.guess = guess;

    rc = login_view_walk(view, login_guess_key(key, LOGIN_KIND_KNOWN,
                                               guess->name, NULL),
                         login_known_look, &walk);
    if (rc != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return walk.when == 0 && walk.n != 0 ? LOGIN_OK : LOGIN_NO;
}


static login_result_e
login_known_look(void *data, login_str_t key, const login_record_t *record)
{
    login_known_t        known;
    login_known_walk_t  *walk = data;

    if (key.len != LOGIN_GUESS_KEY_MAX
        || login_known_decode(&known, record->payload) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (!login_known_current(&known, walk->account)) {
        return LOGIN_OK;
    }

    if (memcmp(key.data + 1 + LOGIN_ID_LEN, walk->guess->browser,
               LOGIN_ID_LEN)
        == 0)
    {
        walk->when = known.when;
        return LOGIN_NO;
    }

    walk->n = 1;

    return LOGIN_OK;
}


login_result_e
login_known_add(login_changes_t *changes, login_view_t *view,
    const login_account_t *account, const login_guess_t *guess, uint64_t now)
{
    u_char              key[LOGIN_GUESS_KEY_MAX];
    login_known_walk_t  walk;

    walk.changes = changes;
    walk.account = account;
    walk.guess = guess;
    walk.when = 0;
    walk.n = 0;

    if (login_view_walk(view,
                        login_guess_key(key, LOGIN_KIND_KNOWN, guess->name,
                                        NULL),
                        login_known_visit, &walk)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    if (walk.when > now || now - walk.when > LOGIN_KNOWN_RENEW) {
        login_known_put(&walk, now);
    }

    return LOGIN_OK;
}


static login_result_e
login_known_visit(void *data, login_str_t key, const login_record_t *record)
{
    login_known_t        known;
    login_known_walk_t  *walk = data;

    if (key.len != LOGIN_GUESS_KEY_MAX
        || login_known_decode(&known, record->payload) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    memcpy(known.browser, key.data + 1 + LOGIN_ID_LEN, LOGIN_ID_LEN);

    if (!login_known_current(&known, walk->account)) {
        login_known_delete(walk, known.browser);

    } else if (memcmp(known.browser, walk->guess->browser, LOGIN_ID_LEN)
               == 0)
    {
        walk->when = known.when;

    } else {
        login_known_stay(walk, &known);
    }

    return LOGIN_OK;
}


/* With the guess's own there is room for one less. */

static void
login_known_stay(login_known_walk_t *walk, const login_known_t *known)
{
    size_t  i, oldest;

    if (walk->n < LOGIN_KNOWN_MAX - 1) {
        walk->others[walk->n++] = *known;
        return;
    }

    oldest = 0;

    for (i = 1; i < walk->n; i++) {
        if (walk->others[i].when < walk->others[oldest].when) {
            oldest = i;
        }
    }

    if (known->when <= walk->others[oldest].when) {
        login_known_delete(walk, known->browser);
        return;
    }

    login_known_delete(walk, walk->others[oldest].browser);
    walk->others[oldest] = *known;
}


static void
login_known_delete(login_known_walk_t *walk,
    const u_char browser[LOGIN_ID_LEN])
{
    u_char  key[LOGIN_GUESS_KEY_MAX];

    login_changes_delete(walk->changes,
                         login_guess_key(key, LOGIN_KIND_KNOWN,
                                         walk->guess->name, browser),
                         LOGIN_EXPECT_ANY);

    login_changes_delete(walk->changes,
                         login_guess_key(key, LOGIN_KIND_LOCK,
                                         walk->guess->name, browser),
                         LOGIN_EXPECT_ANY);
}


static void
login_known_put(login_known_walk_t *walk, uint64_t now)
{
    u_char           key[LOGIN_GUESS_KEY_MAX];
    u_char           payload[LOGIN_KNOWN_PAYLOAD];
    login_encoder_t  e;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_bytes(&e, walk->account->id, LOGIN_ID_LEN);
    login_put_uint(&e, walk->account->generation, 4);
    login_put_uint(&e, now, 8);

    login_changes_put(walk->changes,
                      login_guess_key(key, LOGIN_KIND_KNOWN,
                                      walk->guess->name,
                                      walk->guess->browser),
                      login_str(payload, sizeof(payload)), LOGIN_EXPECT_ANY);
}


login_str_t
login_guess_key(u_char key[LOGIN_GUESS_KEY_MAX], login_kind_e kind,
    const u_char name[LOGIN_ID_LEN], const u_char *browser)
{
    key[0] = (u_char) kind;
    memcpy(key + 1, name, LOGIN_ID_LEN);

    if (browser == NULL) {
        return login_str(key, 1 + LOGIN_ID_LEN);
    }

    memcpy(key + 1 + LOGIN_ID_LEN, browser, LOGIN_ID_LEN);

    return login_str(key, LOGIN_GUESS_KEY_MAX);
}
