
/*
 * How often somebody may fail.  An attempt takes from its counters before
 * the password is looked at, as if it had failed already, and gives back
 * what it took when it did not: so guesses at once cost what they cost in a
 * row, and who dies in between leaves a failure behind, never a free guess.
 *
 * The table of counters has a fixed number of places in one piece of memory
 * that processes share; the caller locks it.  There is no pointer in it: a
 * process that is killed while it writes leaves a wrong number at worst.  A
 * key has its place among a few; what still counts is never pushed out of
 * it.  Where all of them count, keys share a spare counter: stricter.
 */

#ifndef LOGIN_LIMIT_H
#define LOGIN_LIMIT_H


typedef enum {
    LOGIN_LIMIT_NETWORK = 0,    /* leaks: so many failures each minute */
    LOGIN_LIMIT_ACCOUNT,        /* failures in a row, then locked */
    LOGIN_LIMIT_BROWSER,        /* the same, of a browser its owner used */
    LOGIN_LIMIT_KINDS
} login_limit_kind_e;

typedef enum {
    LOGIN_LIMIT_SUCCESS = 0,    /* forgives what failed before it */
    LOGIN_LIMIT_FAILURE,
    LOGIN_LIMIT_RETURN          /* neither: nothing was tried */
} login_limit_outcome_e;

/* As configured. */
typedef struct {
    uint32_t             attempts;
    uint64_t             lockout;   /* seconds */
    uint32_t             rate;      /* of a network, each minute */
} login_limit_t;

typedef struct {
    uint64_t             last;      /* seconds */
    uint64_t             until;     /* locked so long; 0: it is not */
    uint32_t             failures;  /* of a network: sixtieths of them */
    uint32_t             series;    /* another one after each new start */
} login_counter_t;

/* What the store says of a counter, see login_lock.h. */
typedef struct {
    uint64_t             until;     /* locked so long; 0: it is not */
    uint64_t             unlocked;  /* the state that unlocked it last */
    uint64_t             version;   /* of the record, 0: there is none */
} login_lock_t;

/* One of an attempt's counters. */
typedef struct {
    login_limit_kind_e   kind;
    unsigned             spared;    /* counts, but is never refused here */
    u_char               id[LOGIN_ID_LEN];
    login_lock_t         lock;

    /* set by login_limit_locate() and login_limit_take() */

    u_char               place[LOGIN_ID_LEN];
    uint64_t             wait;      /* s that it refuses for */
    unsigned             taken;
    uint32_t             series;
    uint32_t             number;    /* of the failure in its series */

    /* set by login_limit_settle() */

    uint64_t             keep;      /* lock to be kept in the store */
    unsigned             drop;      /* or no longer */
} login_limit_key_t;

typedef struct login_limit_table_s  login_limit_table_t;


/* login_limit.c: one counter */

/* Forgets what is over.  1: it starts anew. */
int login_counter_refresh(login_counter_t *counter, login_limit_kind_e kind,
    const login_limit_t *limit, uint64_t now);

/* Seconds until one more may fail; 0: now.  It must be fresh. */
uint64_t login_counter_wait(const login_counter_t *counter,
    login_limit_kind_e kind, const login_limit_t *limit, uint64_t now);

void login_counter_take(login_counter_t *counter, login_limit_kind_e kind,
    const login_limit_t *limit, uint64_t now);

/* Takes back "n" failures, and the lock that is not due without them. */
void login_counter_forgive(login_counter_t *counter, login_limit_kind_e kind,
    const login_limit_t *limit, uint32_t n);

/* Is it worth nothing any more? */
int login_counter_idle(const login_counter_t *counter,
    login_limit_kind_e kind, const login_limit_t *limit, uint64_t now);


/* login_limit_table.c */

/*
 * The memory is all zeros, as a new mapping is: what nobody has touched takes
 * none.  LOGIN_NO: "size" is too small.
 */
login_result_e login_limit_init(login_limit_table_t *table, size_t size);

/* How many keys have a counter of their own at most. */
size_t login_limit_places(const login_limit_table_t *table);

/* Works out where the keys stand; needs no lock. */
login_result_e login_limit_locate(const login_limit_table_t *table,
    login_limit_key_t *keys, size_t n);

/*
 * Takes one failure from each of "n" counters, or from none.  "state" is
 * the store's when the keys' locks were read.  LOGIN_NO: refused, for
 * "*wait" seconds, the longest of all.
 */
login_result_e login_limit_take(login_limit_table_t *table,
    const login_limit_t *limit, login_limit_key_t *keys, size_t n,
    uint64_t state, uint64_t now, uint64_t *wait);

/* Says what came of it; once: a second time it does nothing. */
void login_limit_settle(login_limit_table_t *table,
    const login_limit_t *limit, login_limit_key_t *keys, size_t n,
    login_limit_outcome_e outcome, uint64_t now);

/* 1, once a minute: keys have to share counters. */
int login_limit_crowded(login_limit_table_t *table, uint64_t now);


/* login_limit_key.c */

/* Of one organisation and name, in each spelling that somebody may type. */
login_result_e login_limit_name(u_char id[LOGIN_ID_LEN], login_str_t org,
    login_str_t username);

/* Of such a name and a browser. */
login_result_e login_limit_browser(u_char id[LOGIN_ID_LEN],
    const u_char name[LOGIN_ID_LEN], const u_char browser[LOGIN_ID_LEN]);

struct sockaddr;

/* An IPv4 address, 64 bits of an IPv6 one, or all local sockets as one. */
login_result_e login_limit_network(u_char id[LOGIN_ID_LEN],
    const struct sockaddr *address);

/* The same from text.  LOGIN_NO: not an address. */
login_result_e login_limit_address(u_char id[LOGIN_ID_LEN], const char *text);


#endif /* LOGIN_LIMIT_H */
