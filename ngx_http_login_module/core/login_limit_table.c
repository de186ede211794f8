
#include "login.h"
#include "login_limit_place.h"

#include <string.h>


#define LOGIN_LIMIT_SPARE   1024    /* shared counters of a kind, at most */
#define LOGIN_LIMIT_PART    8       /* of the memory are for those, at most */
#define LOGIN_LIMIT_LEAST   64      /* places that there must be */
#define LOGIN_LIMIT_MINUTE  60

_Static_assert(sizeof(login_limit_table_t)
               == LOGIN_LIMIT_WAYS * sizeof(login_limit_place_t),
               "a set of places lies in two pages");


static uint64_t login_limit_check(login_limit_table_t *table,
    const login_limit_t *limit, login_limit_place_t *place,
    const login_limit_key_t *key, uint64_t now);
static void login_limit_settle_one(login_limit_place_t *place,
    const login_limit_t *limit, login_limit_key_t *key,
    login_limit_outcome_e outcome);


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
    login_limit_place_t  *place;

    *wait = 0;

    for (i = 0; i < n; i++) {
        place = login_limit_place(table, limit, &keys[i], now);

        keys[i].wait = login_limit_check(table, limit, place, &keys[i], now);

        if (keys[i].wait != 0) {
            if (!keys[i].spared && keys[i].wait > *wait) {
                *wait = keys[i].wait;
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
        && !login_limit_own(place, key))
    {
        left = until - now < limit->lockout ? until - now : limit->lockout;
    }

    return left;
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

    own = login_limit_own(place, key);

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
