
#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>


#define NOW   1800000000
#define SIZE  (1024 * 1024)


static const login_limit_t   limit = { 6, 300, 60 };

static login_limit_table_t  *table;


static int
setup(void **data)
{
    (void) data;

    table = calloc(1, SIZE);

    return table == NULL || login_limit_init(table, SIZE) != LOGIN_OK;
}


static int
teardown(void **data)
{
    (void) data;

    free(table);

    return 0;
}


static login_limit_key_t
key(login_limit_kind_e kind, unsigned number)
{
    login_limit_key_t  k;

    memset(&k, 0, sizeof(k));

    k.kind = kind;
    memcpy(k.id, &number, sizeof(number));

    return k;
}


static login_result_e
take_with(const login_limit_t *l, login_limit_key_t *k, size_t n,
    uint64_t now, uint64_t *wait)
{
    assert_int_equal(login_limit_locate(table, k, n), LOGIN_OK);

    return login_limit_take(table, l, k, n, 7, now, wait);
}


/* Seconds to wait; 0: it may, and has failed. */

static uint64_t
guess(login_limit_key_t *k, uint64_t now)
{
    uint64_t  wait;

    if (take_with(&limit, k, 1, now, &wait) == LOGIN_NO) {
        assert_true(wait > 0);
        return wait;
    }

    assert_int_equal(wait, 0);
    login_limit_settle(table, &limit, k, 1, LOGIN_LIMIT_FAILURE, now);

    return 0;
}


static login_limit_key_t
took(login_limit_key_t k, uint64_t now)
{
    uint64_t  wait;

    assert_int_equal(take_with(&limit, &k, 1, now, &wait), LOGIN_OK);

    return k;
}


static void
settle(login_limit_key_t *k, login_limit_outcome_e outcome, uint64_t now)
{
    login_limit_settle(table, &limit, k, 1, outcome, now);
}


/* How many more may fail now. */

static unsigned
left(login_limit_key_t k, uint64_t now)
{
    unsigned           n, i;
    uint64_t           wait;
    login_limit_key_t  all[100];

    for (n = 0; n < 100; n++) {
        all[n] = k;

        if (take_with(&limit, &all[n], 1, now, &wait) != LOGIN_OK) {
            break;
        }
    }

    for (i = n; i > 0; i--) {
        settle(&all[i - 1], LOGIN_LIMIT_RETURN, now);
    }

    return n;
}


static void
test_lockout(void **data)
{
    unsigned           i;
    login_limit_key_t  k = key(LOGIN_LIMIT_ACCOUNT, 1);

    (void) data;

    for (i = 0; i < 6; i++) {
        assert_int_equal(guess(&k, NOW + i), 0);
        assert_int_equal(k.keep, i == 5 ? NOW + 5 + 300 : 0);
    }

    assert_int_equal(guess(&k, NOW + 5), 300);
    assert_int_equal(guess(&k, NOW + 6), 299);
    assert_int_equal(guess(&k, NOW + 304), 1);

    /* others are not concerned */

    k = key(LOGIN_LIMIT_ACCOUNT, 2);
    assert_int_equal(guess(&k, NOW + 6), 0);
    k = key(LOGIN_LIMIT_BROWSER, 1);
    assert_int_equal(guess(&k, NOW + 6), 0);

    /* all of them again, since it lasted as long as it was to */

    k = key(LOGIN_LIMIT_ACCOUNT, 1);
    assert_int_equal(left(k, NOW + 304), 0);
    assert_int_equal(left(k, NOW + 305), 6);
}


static void
test_forgotten(void **data)
{
    unsigned           i;
    login_limit_key_t  k = key(LOGIN_LIMIT_ACCOUNT, 1);

    (void) data;

    for (i = 0; i < 5; i++) {
        assert_int_equal(guess(&k, NOW + 10 * i), 0);
    }

    assert_int_equal(left(k, NOW + 40 + 299), 1);
    assert_int_equal(left(k, NOW + 40 + 299), 1);

    /* what was given back made it later; the next one is the sixth still */

    assert_int_equal(left(k, NOW + 40 + 598), 1);
    assert_int_equal(left(k, NOW + 40 + 898), 6);
}


/* Whatever the pace, an attacker has "attempts" in a lockout's time. */

static void
test_long_run(void **data)
{
    unsigned           pace, guesses;
    uint64_t           now;
    login_limit_key_t  k = key(LOGIN_LIMIT_ACCOUNT, 1);

    (void) data;

    for (pace = 1; pace < 700; pace += 7) {
        k = key(LOGIN_LIMIT_ACCOUNT, pace);
        guesses = 0;

        for (now = NOW; now < NOW + 86400; now += pace) {
            guesses += guess(&k, now) == 0;
        }

        assert_true(guesses <= 6 * (86400 / 300 + 1));
    }
}


static void
test_at_once(void **data)
{
    unsigned           i, allowed = 0;
    uint64_t           wait;
    login_limit_key_t  keys[200];

    (void) data;

    for (i = 0; i < 200; i++) {
        keys[i] = key(LOGIN_LIMIT_ACCOUNT, 1);
        allowed += take_with(&limit, &keys[i], 1, NOW, &wait) == LOGIN_OK;
    }

    assert_int_equal(allowed, 6);

    for (i = 0; i < 200; i++) {
        settle(&keys[i], LOGIN_LIMIT_FAILURE, NOW + 1);
        assert_int_equal(keys[i].keep != 0, i == 0);
    }

    assert_int_equal(left(keys[0], NOW + 1), 0);
}


static void
test_success(void **data)
{
    unsigned           i;
    login_limit_key_t  right, wrong[3];
    login_limit_key_t  k = key(LOGIN_LIMIT_ACCOUNT, 1);

    (void) data;

    /* the last one that may, and it is right */

    for (i = 0; i < 5; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    right = took(k, NOW);
    assert_int_equal(guess(&k, NOW), 300);
    settle(&right, LOGIN_LIMIT_SUCCESS, NOW);
    assert_int_equal(right.drop, 0);
    assert_int_equal(left(k, NOW), 6);

    /* what came after it counts on */

    assert_int_equal(guess(&k, NOW), 0);
    right = took(k, NOW);

    for (i = 0; i < 3; i++) {
        wrong[i] = took(k, NOW);
    }

    settle(&right, LOGIN_LIMIT_SUCCESS, NOW);
    assert_int_equal(left(k, NOW), 3);

    for (i = 0; i < 3; i++) {
        settle(&wrong[i], LOGIN_LIMIT_FAILURE, NOW);
    }

    assert_int_equal(left(k, NOW), 3);

    /* once */

    settle(&right, LOGIN_LIMIT_SUCCESS, NOW);
    assert_int_equal(left(k, NOW), 3);
}


/* A lock that the store knows of already. */

static void
test_success_after_lock(void **data)
{
    unsigned           i;
    login_limit_key_t  all[6];

    (void) data;

    for (i = 0; i < 6; i++) {
        all[i] = took(key(LOGIN_LIMIT_ACCOUNT, 1), NOW);
    }

    settle(&all[5], LOGIN_LIMIT_FAILURE, NOW);
    assert_int_equal(all[5].keep, NOW + 300);

    settle(&all[2], LOGIN_LIMIT_SUCCESS, NOW);
    assert_int_equal(all[2].drop, 1);
    assert_int_equal(left(all[0], NOW), 3);
}


static void
test_return(void **data)
{
    unsigned           i;
    login_limit_key_t  k = key(LOGIN_LIMIT_ACCOUNT, 1), other;

    (void) data;

    for (i = 0; i < 5; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    for (i = 0; i < 1000; i++) {
        other = took(k, NOW);
        settle(&other, LOGIN_LIMIT_RETURN, NOW);
        settle(&other, LOGIN_LIMIT_RETURN, NOW);
    }

    assert_int_equal(left(k, NOW), 1);

    /* what was forgotten meanwhile is not given back */

    other = took(k, NOW);
    assert_int_equal(left(k, NOW + 299), 0);
    assert_int_equal(guess(&k, NOW + 300), 0);
    settle(&other, LOGIN_LIMIT_RETURN, NOW + 300);
    assert_int_equal(left(k, NOW + 300), 5);
    settle(&other, LOGIN_LIMIT_SUCCESS, NOW + 300);
    assert_int_equal(left(k, NOW + 300), 5);
}


static void
test_network(void **data)
{
    unsigned           i;
    login_limit_key_t  k = key(LOGIN_LIMIT_NETWORK, 1), other;

    (void) data;

    for (i = 0; i < 60; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    assert_int_equal(guess(&k, NOW), 1);
    assert_int_equal(guess(&k, NOW + 1), 0);
    assert_int_equal(guess(&k, NOW + 1), 1);
    assert_int_equal(left(k, NOW + 11), 10);
    assert_int_equal(left(k, NOW + 61), 60);
    assert_int_equal(left(k, NOW + 100000), 60);
    assert_int_equal(k.keep, 0);

    /* right ones cost nothing, however many */

    for (i = 0; i < 1000; i++) {
        other = took(k, NOW + 100000);
        settle(&other, LOGIN_LIMIT_SUCCESS, NOW + 100000);
    }

    assert_int_equal(left(k, NOW + 100000), 60);
}


/* "rate" in all minutes together, and once more at the beginning. */

static void
test_network_long_run(void **data)
{
    size_t             r;
    unsigned           failures;
    uint64_t           now, wait;
    login_limit_t      l = limit;
    login_limit_key_t  k, right;

    static const uint32_t  rates[] = { 1, 7, 60, 90, 600, 1000000 };

    (void) data;

    for (r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
        l.rate = rates[r];
        failures = 0;

        for (now = NOW; now < NOW + 600; now++) {
            k = key(LOGIN_LIMIT_NETWORK, (unsigned) r);

            /* right ones in between win nothing */

            if (take_with(&l, &k, 1, now, &wait) == LOGIN_OK) {
                right = k;
                login_limit_settle(table, &l, &right, 1, LOGIN_LIMIT_SUCCESS,
                                   now);
            }

            while (failures < 20000
                   && take_with(&l, &k, 1, now, &wait) == LOGIN_OK)
            {
                failures++;
            }

            if (failures == 20000) {
                break;
            }

            assert_true(wait >= 1 && wait <= 60);
            assert_int_equal(wait, rates[r] == 1 ? 60 - (now - NOW) % 60
                                   : rates[r] >= 60 ? 1 : wait);
        }

        assert_true(failures <= rates[r] + rates[r] * 599 / 60 + 1);
        assert_true(failures == 20000
                    || failures >= rates[r] + rates[r] * 599 / 60);
    }
}


/* All counters of an attempt, or none. */

static void
test_together(void **data)
{
    unsigned           i;
    uint64_t           wait;
    login_limit_key_t  k[2], account, network;

    (void) data;

    account = key(LOGIN_LIMIT_ACCOUNT, 1);
    network = key(LOGIN_LIMIT_NETWORK, 1);

    for (i = 0; i < 6; i++) {
        assert_int_equal(guess(&account, NOW), 0);
    }

    for (i = 0; i < 100; i++) {
        k[0] = account;
        k[1] = network;
        assert_int_equal(take_with(&limit, k, 2, NOW, &wait), LOGIN_NO);
        assert_int_equal(wait, 300);
    }

    assert_int_equal(left(network, NOW), 60);

    for (i = 0; i < 60; i++) {
        assert_int_equal(guess(&network, NOW), 0);
    }

    account = key(LOGIN_LIMIT_ACCOUNT, 2);

    for (i = 0; i < 100; i++) {
        k[0] = account;
        k[1] = network;
        assert_int_equal(take_with(&limit, k, 2, NOW, &wait), LOGIN_NO);
        assert_int_equal(wait, 1);
    }

    assert_int_equal(left(account, NOW), 6);

    /* a browser that is known is spared */

    k[0] = account;
    k[1] = network;
    k[1].spared = 1;
    assert_int_equal(take_with(&limit, k, 2, NOW, &wait), LOGIN_OK);
    assert_int_equal(k[0].taken, 1);
    assert_int_equal(k[1].taken, 0);
    login_limit_settle(table, &limit, k, 2, LOGIN_LIMIT_RETURN, NOW);
    assert_int_equal(left(network, NOW), 0);
    assert_int_equal(left(account, NOW), 6);

    /* but not for nothing */

    k[0] = account;
    k[1] = network;
    k[1].spared = 1;
    assert_int_equal(take_with(&limit, k, 2, NOW + 10, &wait), LOGIN_OK);
    assert_int_equal(left(network, NOW + 10), 9);
}


/* Nobody waits for longer than the lockout, whatever the clock does. */

static void
test_clock(void **data)
{
    unsigned           i;
    login_limit_t      shorter = { 6, 30, 60 };
    uint64_t           wait;
    login_limit_key_t  k = key(LOGIN_LIMIT_ACCOUNT, 1);
    login_limit_key_t  network = key(LOGIN_LIMIT_NETWORK, 1);

    (void) data;

    for (i = 0; i < 6; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    for (i = 0; i < 60; i++) {
        assert_int_equal(guess(&network, NOW), 0);
    }

    assert_int_equal(guess(&k, NOW - 100000), 300);
    assert_int_equal(guess(&network, NOW - 100000), 1);
    assert_int_equal(left(k, NOW - 100000 + 300), 6);
    assert_int_equal(left(network, NOW - 100000 + 60), 60);

    /* configured anew */

    k = key(LOGIN_LIMIT_ACCOUNT, 2);

    for (i = 0; i < 6; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    assert_int_equal(take_with(&shorter, &k, 1, NOW + 1, &wait), LOGIN_NO);
    assert_int_equal(wait, 30);

    /* failures from the future are forgotten in time as well */

    k = key(LOGIN_LIMIT_ACCOUNT, 3);

    for (i = 0; i < 5; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    assert_int_equal(left(k, NOW - 1000), 1);
    assert_int_equal(left(k, NOW - 1000 + 300), 6);
}


static void
test_fewer_attempts(void **data)
{
    unsigned           i;
    uint64_t           wait;
    login_limit_t      fewer = { 3, 300, 60 };
    login_limit_key_t  k = key(LOGIN_LIMIT_ACCOUNT, 1);

    (void) data;

    for (i = 0; i < 5; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    assert_int_equal(take_with(&fewer, &k, 1, NOW, &wait), LOGIN_OK);
    assert_int_equal(take_with(&fewer, &k, 1, NOW, &wait), LOGIN_NO);
    assert_int_equal(wait, 300);
}


/* What the store says. */

static void
test_lock_record(void **data)
{
    unsigned           i;
    login_limit_key_t  k = key(LOGIN_LIMIT_ACCOUNT, 1);

    (void) data;

    k.lock.until = NOW + 100;
    k.lock.version = 5;
    assert_int_equal(guess(&k, NOW), 100);
    assert_int_equal(guess(&k, NOW + 99), 1);
    assert_int_equal(left(k, NOW + 100), 6);

    /* no longer than the lockout */

    k = key(LOGIN_LIMIT_ACCOUNT, 2);
    k.lock.until = NOW + 100000;
    k.lock.version = 5;
    assert_int_equal(guess(&k, NOW), 300);

    /* the table knows better, once it has a place */

    k = key(LOGIN_LIMIT_ACCOUNT, 3);
    assert_int_equal(guess(&k, NOW), 0);
    k.lock.until = NOW + 100;
    k.lock.version = 5;
    assert_int_equal(guess(&k, NOW), 0);

    /* unlocked: once, and only what failed before */

    k = key(LOGIN_LIMIT_ACCOUNT, 4);

    for (i = 0; i < 6; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    k.lock.unlocked = 7;
    k.lock.version = 7;
    assert_int_equal(guess(&k, NOW), 300);
    k.lock.unlocked = 8;
    k.lock.version = 8;

    for (i = 0; i < 6; i++) {
        assert_int_equal(login_limit_take(table, &limit, &k, 1, 8, NOW,
                                          &(uint64_t) { 0 }), LOGIN_OK);
    }

    assert_int_equal(login_limit_take(table, &limit, &k, 1, 9, NOW,
                                      &(uint64_t) { 0 }), LOGIN_NO);

    /* a network's */

    k = key(LOGIN_LIMIT_NETWORK, 1);

    for (i = 0; i < 60; i++) {
        assert_int_equal(guess(&k, NOW), 0);
    }

    k.lock.unlocked = 9;
    assert_int_equal(guess(&k, NOW), 0);
}


/* A flood of a million keys, and one that was hot before. */

static void
test_flood(void **data)
{
    unsigned           i;
    uint64_t           wait, refused = 0;
    login_limit_key_t  locked, hot, network, k;

    (void) data;

    locked = key(LOGIN_LIMIT_ACCOUNT, 1);
    hot = key(LOGIN_LIMIT_ACCOUNT, 2);
    network = key(LOGIN_LIMIT_NETWORK, 3);

    for (i = 0; i < 6; i++) {
        assert_int_equal(guess(&locked, NOW), 0);
    }

    for (i = 0; i < 5; i++) {
        assert_int_equal(guess(&hot, NOW), 0);
    }

    for (i = 0; i < 60; i++) {
        assert_int_equal(guess(&network, NOW + 1), 0);
    }

    assert_int_equal(login_limit_crowded(table, NOW), 0);

    for (i = 0; i < 1000000; i++) {
        k = key(i % 2 ? LOGIN_LIMIT_ACCOUNT : LOGIN_LIMIT_NETWORK, 1000 + i);
        refused += take_with(&limit, &k, 1, NOW + 1, &wait) == LOGIN_NO;
        login_limit_settle(table, &limit, &k, 1, LOGIN_LIMIT_FAILURE,
                           NOW + 1);
        assert_int_equal(k.keep, 0);
    }

    assert_true(refused > 400000);

    assert_int_equal(guess(&locked, NOW + 1), 299);
    assert_int_equal(guess(&network, NOW + 1), 1);
    assert_int_equal(left(hot, NOW + 1), 1);

    /* told once a minute */

    assert_int_equal(login_limit_crowded(table, NOW), 1);
    k = key(LOGIN_LIMIT_ACCOUNT, 999999999);
    (void) take_with(&limit, &k, 1, NOW + 1, &wait);
    assert_int_equal(login_limit_crowded(table, NOW + 59), 0);
    assert_int_equal(login_limit_crowded(table, NOW + 60), 1);
    assert_int_equal(login_limit_crowded(table, NOW + 120), 0);

    /* browsers that are known have shared counters of their own */

    k = key(LOGIN_LIMIT_BROWSER, 1);
    assert_int_equal(left(k, NOW + 1), 6);

    /* when it is over, there is room again */

    assert_int_equal(left(key(LOGIN_LIMIT_ACCOUNT, 1), NOW + 400), 6);
}


/* Where counters are shared, a success is no way around them. */

static void
test_shared(void **data)
{
    unsigned           i, guesses = 0;
    uint64_t           wait;
    login_limit_key_t  k, victim, own;

    (void) data;

    for (i = 0; i < 1000000; i++) {
        k = key(LOGIN_LIMIT_NETWORK, i);
        (void) take_with(&limit, &k, 1, NOW, &wait);
    }

    victim = key(LOGIN_LIMIT_ACCOUNT, 1);

    for (i = 0; i < 100000; i++) {
        own = key(LOGIN_LIMIT_ACCOUNT, 2 + i);

        if (take_with(&limit, &own, 1, NOW, &wait) == LOGIN_OK) {
            settle(&own, LOGIN_LIMIT_SUCCESS, NOW);
        }

        /* many of them share the victim's counter in between */

        guesses += i % 2000 == 0 && guess(&victim, NOW) == 0;
    }

    assert_int_equal(guesses, 6);

    /* a lock that the store knows of holds there as well */

    k = key(LOGIN_LIMIT_BROWSER, 1);
    assert_int_equal(left(k, NOW), 6);
    k.lock.until = NOW + 200;
    k.lock.version = 5;
    assert_int_equal(guess(&k, NOW), 200);
}


static void
test_init(void **data)
{
    size_t                size;
    u_char               *end;
    login_limit_table_t  *small;

    (void) data;

    small = malloc(65536);
    assert_non_null(small);

    for (size = 0; size < 65536; size += 64) {
        memset(small, 0xaa, 65536);

        if (login_limit_init(small, size) != LOGIN_OK) {
            continue;
        }

        for (end = (u_char *) small + size; end < (u_char *) small + 65536;
             end++)
        {
            assert_int_equal(*end, 0xaa);
        }

        assert_true(login_limit_places(small) >= 64);
    }

    assert_int_equal(login_limit_init(small, 1024), LOGIN_NO);
    assert_int_equal(login_limit_init(small, 28672), LOGIN_OK);
    assert_true(login_limit_places(small) >= 360);
    free(small);

    /* 8m, of which nginx keeps some: what the documentation promises */

    size = 8192 * 1024 - 16 * 4096;
    small = calloc(1, size);
    assert_non_null(small);
    assert_int_equal(login_limit_init(small, size), LOGIN_OK);
    assert_true(login_limit_places(small) >= 126000);
    free(small);
}


/* Fills a small table to the brim, under memory checkers. */

static void
test_brim(void **data)
{
    unsigned              i;
    uint64_t              wait;
    login_limit_key_t     k;
    login_limit_table_t  *large;

    (void) data;

    large = table;
    table = calloc(1, 28672);
    assert_non_null(table);
    assert_int_equal(login_limit_init(table, 28672), LOGIN_OK);

    for (i = 0; i < 100000; i++) {
        k = key((login_limit_kind_e) (i % LOGIN_LIMIT_KINDS), i);
        (void) take_with(&limit, &k, 1, NOW + i / 100, &wait);

        if (i % 3) {
            settle(&k, (login_limit_outcome_e) (i % 3), NOW + i / 100);
        }
    }

    free(table);
    table = large;
}


static void
name_id(u_char id[LOGIN_ID_LEN], const char *org, const char *name)
{
    assert_int_equal(login_limit_name(id, login_cstr(org), login_cstr(name)),
                     LOGIN_OK);
}


static void
test_names(void **data)
{
    size_t  i, j;
    u_char  id[LOGIN_ID_LEN], other[LOGIN_ID_LEN], third[LOGIN_ID_LEN];

    static const char *const  same[] = {
        "ann@example.com", "ANN@example.com", " ann@Example.COM ",
        "ann@example.com\t", "\xef\xbd\x81nn@example.com",
        "ann@\xef\xbd\x85xample.com"
    };

    static const char *const  different[] = {
        "ann", "ann@example.org", "bob@example.com", "ann+a@example.com",
        "ann@", "@", "", "a b@c", "a  b@c", "\xff", "\xfe", "zo\xc3\xab"
    };

    (void) data;

    name_id(id, "default", same[0]);

    for (i = 1; i < sizeof(same) / sizeof(same[0]); i++) {
        name_id(other, "default", same[i]);

        /* full-width letters are no address, but one and the same again */

        if (i < 4) {
            assert_memory_equal(id, other, LOGIN_ID_LEN);
        }
    }

    for (i = 0; i < sizeof(different) / sizeof(different[0]); i++) {
        name_id(other, "default", different[i]);
        assert_memory_not_equal(id, other, LOGIN_ID_LEN);

        for (j = 0; j < i; j++) {
            name_id(third, "default", different[j]);
            assert_memory_not_equal(third, other, LOGIN_ID_LEN);
        }
    }

    /* names that are not addresses: case and width (RFC 8265, 3.3) */

    name_id(id, "default", "Zo\xc3\xab");
    name_id(other, "default", "zoe\xcc\x88");
    assert_memory_equal(id, other, LOGIN_ID_LEN);
    name_id(id, "default", "\xef\xbd\x81nn");
    name_id(other, "default", "ANN");
    assert_memory_equal(id, other, LOGIN_ID_LEN);

    name_id(id, "ab", "c");
    name_id(other, "a", "bc");
    assert_memory_not_equal(id, other, LOGIN_ID_LEN);

    assert_int_equal(login_limit_browser(other, id, id), LOGIN_OK);
    assert_memory_not_equal(id, other, LOGIN_ID_LEN);
}


static void
network_id(u_char id[LOGIN_ID_LEN], const char *address)
{
    assert_int_equal(login_limit_address(id, address), LOGIN_OK);
}


static void
test_networks(void **data)
{
    size_t              i;
    u_char              id[LOGIN_ID_LEN], other[LOGIN_ID_LEN];
    struct sockaddr_un  local;

    static const char *const  bad[] = {
        "", "ann", "1.2.3", "1.2.3.4.5", "1.2.3.4 ", "::g", "1.2.3.4/32",
        "2001:db8::/64", "[::1]"
    };

    (void) data;

    network_id(id, "192.0.2.1");
    network_id(other, "192.0.2.2");
    assert_memory_not_equal(id, other, LOGIN_ID_LEN);
    network_id(other, "::ffff:192.0.2.1");
    assert_memory_equal(id, other, LOGIN_ID_LEN);

    network_id(id, "2001:db8:1:2::1");
    network_id(other, "2001:db8:1:2:ffff:ffff:ffff:ffff");
    assert_memory_equal(id, other, LOGIN_ID_LEN);
    network_id(other, "2001:db8:1:3::1");
    assert_memory_not_equal(id, other, LOGIN_ID_LEN);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(login_limit_address(id, bad[i]), LOGIN_NO);
    }

    memset(&local, 0, sizeof(local));
    local.sun_family = AF_UNIX;
    (void) strcpy(local.sun_path, "/run/one");
    assert_int_equal(login_limit_network(id, (struct sockaddr *) &local),
                     LOGIN_OK);
    (void) strcpy(local.sun_path, "/run/two");
    assert_int_equal(login_limit_network(other, (struct sockaddr *) &local),
                     LOGIN_OK);
    assert_memory_equal(id, other, LOGIN_ID_LEN);
}


#define test(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test(test_lockout),
        test(test_forgotten),
        test(test_long_run),
        test(test_at_once),
        test(test_success),
        test(test_success_after_lock),
        test(test_return),
        test(test_network),
        test(test_network_long_run),
        test(test_together),
        test(test_clock),
        test(test_fewer_attempts),
        test(test_lock_record),
        test(test_flood),
        test(test_shared),
        test(test_init),
        test(test_brim),
        test(test_names),
        test(test_networks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
