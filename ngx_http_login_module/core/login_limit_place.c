
#include "login.h"
#include "login_limit_place.h"

#include <string.h>


static size_t login_limit_number(const u_char *p, size_t n);


login_result_e
login_limit_locate(const login_limit_table_t *table, login_limit_key_t *keys,
    size_t n)
{
    size_t  i;
    u_char  text[LOGIN_ID_LEN + 1 + LOGIN_ID_LEN], hash[LOGIN_HASH_LEN];

    memcpy(text, table->seed, LOGIN_ID_LEN);

    for (i = 0; i < n; i++) {
        keys[i].taken = 0;

        text[LOGIN_ID_LEN] = (u_char) keys[i].kind;
        memcpy(text + LOGIN_ID_LEN + 1, keys[i].id, LOGIN_ID_LEN);

        if (login_sha256(hash, login_str(text, sizeof(text))) != LOGIN_OK) {
            return LOGIN_FAULT;
        }

        memcpy(keys[i].place, hash, LOGIN_ID_LEN);
    }

    return LOGIN_OK;
}


login_limit_place_t *
login_limit_find(login_limit_table_t *table, const login_limit_key_t *key)
{
    size_t                i;
    login_limit_place_t  *set;

    set = table->places
          + login_limit_number(key->place, table->sets) * LOGIN_LIMIT_WAYS;

    for (i = 0; i < LOGIN_LIMIT_WAYS; i++) {
        if (login_limit_own(&set[i], key)) {
            return &set[i];
        }
    }

    return NULL;
}


login_limit_place_t *
login_limit_spare(login_limit_table_t *table, const login_limit_key_t *key)
{
    return table->places + table->sets * LOGIN_LIMIT_WAYS
           + (size_t) key->kind * table->spare
           + login_limit_number(key->place + 8, table->spare);
}


login_limit_place_t *
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


void
login_limit_restart(login_limit_table_t *table, login_limit_place_t *place)
{
    uint64_t  last;

    last = place->counter.last;

    memset(&place->counter, 0, sizeof(login_counter_t));

    place->counter.last = last;
    place->counter.series = ++table->series;
    place->kept = 0;
}


int
login_limit_own(const login_limit_place_t *place,
    const login_limit_key_t *key)
{
    return memcmp(place->id, key->place, LOGIN_ID_LEN) == 0;
}


static size_t
login_limit_number(const u_char *p, size_t n)
{
    uint64_t  number;

    memcpy(&number, p, sizeof(number));

    return (size_t) (number % n);
}
