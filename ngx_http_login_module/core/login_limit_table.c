
#include "login.h"

#include <string.h>


#define LOGIN_LIMIT_WAYS    16      /* places where a key may be */
#define LOGIN_LIMIT_SPARE   1024    /* shared counters of a kind, at most */
#define LOGIN_LIMIT_PART    8       /* of the memory are for those, at most */
#define LOGIN_LIMIT_LEAST   64      /* places that there must be */
#define LOGIN_LIMIT_MINUTE  60


typedef struct {
    u_char           id[LOGIN_ID_LEN];
    login_counter_t  counter;
    uint64_t         seen;          /* the store's state at the last take */
    uint8_t          kind;
    uint8_t          kept;          /* the store knows of the lock */
} login_limit_place_t;

/* Where a key stands differs in each table, so that nobody can crowd it. */
struct login_limit_table_s {
    u_char               seed[LOGIN_ID_LEN];
    size_t               sets;      /* of LOGIN_LIMIT_WAYS places each */
    size_t               spare;     /* of each kind, behind the sets */
    uint32_t             series;
    unsigned             crowded;   /* since "warned" */
    uint64_t             warned;
    login_limit_place_t  places[];
};


static login_result_e login_limit_locate(const login_limit_table_t *table,
    login_limit_key_t *key);
static login_limit_place_t *login_limit_find(login_limit_table_t *table,
    const login_limit_key_t *key);
static login_limit_place_t *login_limit_spare(login_limit_table_t *table,
    const login_limit_key_t *key);
static login_limit_place_t *login_limit_place(login_limit_table_t *table,
    const login_limit_t *limit, const login_limit_key_t *key, uint64_t now);
static uint64_t login_limit_check(login_limit_table_t *table,
    const login_limit_t *limit, login_limit_place_t *place,
    const login_limit_key_t *key, uint64_t now);
static void login_limit_restart(login_limit_table_t *table,
    login_limit_place_t *place);
static void login_limit_settle_one(login_limit_place_t *place,
    const login_limit_t *limit, login_limit_key_t *key,
    login_limit_outcome_e outcome);
static size_t login_limit_number(const u_char *p, size_t n);


login_result_e
login_limit_init(login_limit_table_t *table, size_t size)
{
    size_t  spare, places;

    if (size < sizeof(login_limit_table_t)) {
        return LOGIN_NO;
    }

    size -= sizeof(login_limit_table_t);

    spare = size / LOGIN_LIMIT_PART / LOGIN_LIMIT_KINDS
            / sizeof(login_limit_place_t);

    if (spare > LOGIN_LIMIT_SPARE) {
        spare = LOGIN_LIMIT_SPARE;
    }

    places = size / sizeof(login_limit_place_t);

    if (places < LOGIN_LIMIT_LEAST + spare * LOGIN_LIMIT_KINDS
        || spare == 0)
    {
        return LOGIN_NO;
    }

    places -= spare * LOGIN_LIMIT_KINDS;

    memset(table, 0, sizeof(login_limit_table_t));
    memset(table->places, 0, size);

    table->sets = places / LOGIN_LIMIT_WAYS;
    table->spare = spare;

    return login_random(table->seed, LOGIN_ID_LEN);
}


size_t
login_limit_places(const login_limit_table_t *table)
{
    return table->sets * LOGIN_LIMIT_WAYS;
}


login_result_e
login_limit_take(login_limit_table_t *table, const login_limit_t *limit,
    login_limit_key_t *keys, size_t n, uint64_t state, uint64_t now,
    uint64_t *wait)
{
    size_t                i;
    uint64_t              left;
    login_limit_place_t  *place;

    *wait = 0;

    for (i = 0; i < n; i++) {
        keys[i].taken = 0;

        if (login_limit_locate(table, &keys[i]) != LOGIN_OK) {
            return LOGIN_FAULT;
        }
    }

    for (i = 0; i < n; i++) {
        place = login_limit_place(table, limit, &keys[i], now);
        left = login_limit_check(table, limit, place, &keys[i], now);

        if (left != 0) {
            if (!keys[i].spared && left > *wait) {
                *wait = left;
            }

            continue;
        }

        login_counter_take(&place->counter, keys[i].kind, limit, now);

        place->seen = state;

        keys[i].taken = 1;
        keys[i].series = place->counter.series;
        keys[i].number = place->counter.failures;
    }

    if (*wait == 0) {
        return LOGIN_OK;
    }

    login_limit_settle(table, limit, keys, n, LOGIN_LIMIT_RETURN, now);

    return LOGIN_NO;
}


static login_result_e
login_limit_locate(const login_limit_table_t *table, login_limit_key_t *key)
{
    u_char  text[LOGIN_ID_LEN + 1 + LOGIN_ID_LEN], hash[LOGIN_HASH_LEN];

    memcpy(text, table->seed, LOGIN_ID_LEN);
    text[LOGIN_ID_LEN] = (u_char) key->kind;
    memcpy(text + LOGIN_ID_LEN + 1, key->id, LOGIN_ID_LEN);

    if (login_sha256(hash, login_str(text, sizeof(text))) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    memcpy(key->place, hash, LOGIN_ID_LEN);

    return LOGIN_OK;
}


/* The key's own place, or NULL. */

static login_limit_place_t *
login_limit_find(login_limit_table_t *table, const login_limit_key_t *key)
{
    size_t                i;
    login_limit_place_t  *set;

    set = table->places
          + login_limit_number(key->place, table->sets) * LOGIN_LIMIT_WAYS;

    for (i = 0; i < LOGIN_LIMIT_WAYS; i++) {
        if (memcmp(set[i].id, key->place, LOGIN_ID_LEN) == 0) {
            return &set[i];
        }
    }

    return NULL;
}


static login_limit_place_t *
login_limit_spare(login_limit_table_t *table, const login_limit_key_t *key)
{
    return table->places + table->sets * LOGIN_LIMIT_WAYS
           + (size_t) key->kind * table->spare
           + login_limit_number(key->place + 8, table->spare);
}


/* The key's own place; a new one, if need be; or one that it shares. */

static login_limit_place_t *
login_limit_place(login_limit_table_t *table, const login_limit_t *limit,
    const login_limit_key_t *key, uint64_t now)
{
    size_t                i;
    login_limit_place_t  *place, *set, *oldest;

    place = login_limit_find(table, key);
    if (place != NULL) {
        return place;
    }

    set = table->places
          + login_limit_number(key->place, table->sets) * LOGIN_LIMIT_WAYS;

    oldest = NULL;

    for (i = 0; i < LOGIN_LIMIT_WAYS; i++) {
        if (login_counter_idle(&set[i].counter,
                               (login_limit_kind_e) set[i].kind, limit, now)
            && (oldest == NULL || set[i].counter.last < oldest->counter.last))
        {
            oldest = &set[i];
        }
    }

    if (oldest == NULL) {
        table->crowded = 1;
        return login_limit_spare(table, key);
    }

    memset(oldest, 0, sizeof(login_limit_place_t));

    oldest->kind = (uint8_t) key->kind;
    login_limit_restart(table, oldest);

    /* what the store remembers of it */

    if (key->kind != LOGIN_LIMIT_NETWORK && key->lock.until > now) {
        oldest->counter.failures = limit->attempts;
        oldest->counter.until = key->lock.until;
        oldest->counter.last = now;
        oldest->seen = key->lock.version;
        oldest->kept = 1;
    }

    memcpy(oldest->id, key->place, LOGIN_ID_LEN);

    return oldest;
}


/* The seconds for which it refuses. */

static uint64_t
login_limit_check(login_limit_table_t *table, const login_limit_t *limit,
    login_limit_place_t *place, const login_limit_key_t *key, uint64_t now)
{
    uint64_t  left, until;

    if (key->lock.unlocked > place->seen
        || login_counter_refresh(&place->counter, key->kind, limit, now))
    {
        login_limit_restart(table, place);
    }

    left = login_counter_wait(&place->counter, key->kind, limit, now);

    /* a place that others share knows nothing of this one's lock */

    until = key->lock.until;

    if (left == 0 && key->kind != LOGIN_LIMIT_NETWORK && until > now
        && memcmp(place->id, key->place, LOGIN_ID_LEN) != 0)
    {
        left = until - now < limit->lockout ? until - now : limit->lockout;
    }

    return left;
}


static void
login_limit_restart(login_limit_table_t *table, login_limit_place_t *place)
{
    uint64_t  last;

    last = place->counter.last;

    memset(&place->counter, 0, sizeof(login_counter_t));

    place->counter.last = last;
    place->counter.series = ++table->series;
    place->kept = 0;
}


void
login_limit_settle(login_limit_table_t *table, const login_limit_t *limit,
    login_limit_key_t *keys, size_t n, login_limit_outcome_e outcome,
    uint64_t now)
{
    size_t                i;
    login_limit_place_t  *place;

    for (i = 0; i < n; i++) {
        keys[i].keep = 0;
        keys[i].drop = 0;

        if (!keys[i].taken) {
            continue;
        }

        keys[i].taken = 0;

        place = login_limit_find(table, &keys[i]);
        if (place == NULL) {
            place = login_limit_spare(table, &keys[i]);
        }

        /* what it took is forgotten already */

        if (place->counter.series != keys[i].series
            || login_counter_idle(&place->counter, keys[i].kind, limit, now))
        {
            continue;
        }

        login_limit_settle_one(place, limit, &keys[i], outcome);
    }
}


static void
login_limit_settle_one(login_limit_place_t *place, const login_limit_t *limit,
    login_limit_key_t *key, login_limit_outcome_e outcome)
{
    int       own;
    uint32_t  n;

    own = (memcmp(place->id, key->place, LOGIN_ID_LEN) == 0);

    if (outcome == LOGIN_LIMIT_FAILURE) {
        if (own && place->counter.until != 0 && !place->kept
            && key->kind != LOGIN_LIMIT_NETWORK)
        {
            place->kept = 1;
            key->keep = place->counter.until;
        }

        return;
    }

    /*
     * a success forgives what failed before it, not what came after; where
     * others share the counter, and of a network, its own only
     */

    n = 1;

    if (outcome == LOGIN_LIMIT_SUCCESS && own
        && key->kind != LOGIN_LIMIT_NETWORK)
    {
        n = key->number;
    }

    login_counter_forgive(&place->counter, key->kind, limit, n);

    if (place->kept && place->counter.until == 0) {
        place->kept = 0;
        key->drop = 1;
    }
}


int
login_limit_crowded(login_limit_table_t *table, uint64_t now)
{
    if (!table->crowded
        || (table->warned <= now
            && now - table->warned < LOGIN_LIMIT_MINUTE))
    {
        return 0;
    }

    table->crowded = 0;
    table->warned = now;

    return 1;
}


static size_t
login_limit_number(const u_char *p, size_t n)
{
    uint64_t  number;

    memcpy(&number, p, sizeof(number));

    return (size_t) (number % n);
}
