
/* Behind login_limit.h: the places of the table of counters. */

#ifndef LOGIN_LIMIT_PLACE_H
#define LOGIN_LIMIT_PLACE_H


#pragma GCC visibility push(hidden)


#define LOGIN_LIMIT_WAYS  16        /* places where a key may be */


typedef struct {
    u_char               id[LOGIN_ID_LEN];
    login_counter_t      counter;
    uint64_t             seen;      /* the store's state at the last take */
    uint8_t              kind;
    uint8_t              kept;      /* the store knows of the lock */
    u_char               fill[14];
} login_limit_place_t;

/*
 * Where a key stands differs in each table, so that nobody can crowd it.
 * The table begins a page, and no set of places lies in two pages.
 */
struct login_limit_table_s {
    u_char               seed[LOGIN_ID_LEN];
    size_t               sets;      /* of LOGIN_LIMIT_WAYS places each */
    size_t               spare;     /* of each kind, behind the sets */
    uint32_t             series;
    unsigned             crowded;   /* since "warned" */
    uint64_t             warned;
    u_char               fill[976];
    login_limit_place_t  places[];
};


/* The key's own place, or NULL. */
login_limit_place_t *login_limit_find(login_limit_table_t *table,
    const login_limit_key_t *key);

/* The place that it shares where there is none. */
login_limit_place_t *login_limit_spare(login_limit_table_t *table,
    const login_limit_key_t *key);

/* The key's own place; a new one, if need be; or the one that it shares. */
login_limit_place_t *login_limit_place(login_limit_table_t *table,
    const login_limit_t *limit, const login_limit_key_t *key, uint64_t now);

/* Starts a new series: what was taken before is void. */
void login_limit_restart(login_limit_table_t *table,
    login_limit_place_t *place);

int login_limit_own(const login_limit_place_t *place,
    const login_limit_key_t *key);


#pragma GCC visibility pop


#endif /* LOGIN_LIMIT_PLACE_H */
