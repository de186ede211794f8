
/* Locks and known browsers in the store. */

#include "store_fixture.h"


#define NOW  1800000000


static login_account_t
add(fixture_t *f, const char *name)
{
    login_account_t   account;
    login_changes_t  *changes;

    assert_int_equal(login_account_new(&account, NOW), LOGIN_OK);

    account.org = login_cstr("default");
    account.username = login_cstr(name);

    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    return account;
}


static void
name_of(u_char id[LOGIN_ID_LEN], const char *name)
{
    assert_int_equal(login_limit_name(id, login_cstr("default"),
                                      login_cstr(name)), LOGIN_OK);
}


static login_guess_t
guess(const char *name, u_char number)
{
    u_char         browser[LOGIN_ID_LEN];
    login_guess_t  g;

    memset(browser, number, LOGIN_ID_LEN);
    memset(&g, 0, sizeof(g));

    name_of(g.name, name);
    assert_int_equal(login_limit_browser(g.browser, g.name, browser),
                     LOGIN_OK);

    return g;
}


static unsigned
known(fixture_t *f, login_guess_t g)
{
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    g.known = 7;
    assert_int_equal(login_known_check(&g, f->view), LOGIN_OK);
    login_view_end(f->view);

    return g.known;
}


/* The number of changes that it took. */

static unsigned
remember(fixture_t *f, const login_account_t *account, login_guess_t g,
    uint64_t now)
{
    unsigned          n = 0;
    login_change_t   *change;
    login_changes_t  *changes;

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_known_add(changes, f->view, account, &g, now),
                     LOGIN_OK);
    login_view_end(f->view);

    for (change = changes->first; change != NULL; change = change->next) {
        n++;
    }

    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    return n;
}


static login_lock_t
lock_of(fixture_t *f, login_guess_t g, unsigned browser)
{
    login_lock_t  lock;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_lock_get(&lock, f->view, g.name,
                                    browser ? g.browser : NULL), LOGIN_OK);
    login_view_end(f->view);

    return lock;
}


static login_changes_t *
keep_changes(fixture_t *f, login_guess_t g, unsigned browser, unsigned exists,
    uint64_t until)
{
    login_changes_t  *changes;

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_lock_keep(changes, f->view, g.name,
                                     browser ? g.browser : NULL, exists,
                                     until, NOW), LOGIN_OK);
    login_view_end(f->view);

    return changes;
}


static login_result_e
apply(fixture_t *f, login_changes_t *changes)
{
    login_result_e  rc;

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static void
keep(fixture_t *f, login_guess_t g, unsigned browser, unsigned exists,
    uint64_t until)
{
    assert_int_equal(apply(f, keep_changes(f, g, browser, exists, until)),
                     LOGIN_OK);
}


static login_changes_t *
open_changes(fixture_t *f, login_guess_t g, uint64_t now, unsigned sweep)
{
    login_changes_t  *changes;

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);

    if (sweep) {
        assert_int_equal(login_lock_sweep(changes, f->view, now), LOGIN_OK);
    }

    assert_int_equal(login_lock_open(changes, f->view, g.name, now),
                     LOGIN_OK);
    login_view_end(f->view);

    return changes;
}


static uint64_t
until(fixture_t *f, const login_account_t *account, uint64_t now)
{
    uint64_t  value = 77;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_lock_until(&value, f->view, account, now),
                     LOGIN_OK);
    login_view_end(f->view);

    return value;
}


static login_result_e
count_one(void *data, login_str_t key, const login_record_t *record)
{
    (void) key;
    (void) record;

    ++*(unsigned *) data;

    return LOGIN_OK;
}


static unsigned
count(fixture_t *f, char kind)
{
    unsigned  n = 0;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_walk(f->view, login_str(&kind, 1), count_one,
                                     &n), LOGIN_OK);
    login_view_end(f->view);

    return n;
}


static void
test_known(void **data)
{
    fixture_t        *f = *data;
    login_guess_t     one = guess("ann", 1);
    login_account_t   ann = add(f, "ann"), bob = add(f, "bob");

    assert_int_equal(known(f, one), 0);
    assert_int_equal(remember(f, &ann, one, NOW), 1);
    assert_int_equal(known(f, one), 1);

    assert_int_equal(known(f, guess("ann", 2)), 0);
    assert_int_equal(known(f, guess("bob", 1)), 0);
    assert_int_equal(known(f, guess("nobody", 1)), 0);

    /* noted once a day, or when the clock went back */

    assert_int_equal(remember(f, &ann, one, NOW + 1), 0);
    assert_int_equal(remember(f, &ann, one, NOW + 86400), 0);
    assert_int_equal(remember(f, &ann, one, NOW + 86401), 1);
    assert_int_equal(remember(f, &ann, one, NOW + 86401), 0);
    assert_int_equal(remember(f, &ann, one, NOW), 1);

    /* another account of that name */

    assert_int_equal(remember(f, &bob, one, NOW), 3);
    assert_int_equal(known(f, one), 1);
    assert_int_equal(count(f, LOGIN_KIND_KNOWN), 1);
}


static void
test_generation(void **data)
{
    fixture_t        *f = *data;
    login_account_t   ann = add(f, "ann");
    login_changes_t  *changes;

    assert_int_equal(remember(f, &ann, guess("ann", 1), NOW), 1);
    assert_int_equal(remember(f, &ann, guess("ann", 2), NOW), 1);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(&ann, f->view, ann.id), LOGIN_OK);
    ann.generation++;
    changes = login_changes_create();
    login_account_update(changes, &ann);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(known(f, guess("ann", 1)), 0);

    ann.org = login_cstr("default");
    ann.username = login_cstr("ann");

    /* the stale ones go, and so would their locks */

    assert_int_equal(remember(f, &ann, guess("ann", 1), NOW), 5);
    assert_int_equal(known(f, guess("ann", 1)), 1);
    assert_int_equal(known(f, guess("ann", 2)), 0);
    assert_int_equal(count(f, LOGIN_KIND_KNOWN), 1);
}


static void
test_oldest(void **data)
{
    u_char            i;
    fixture_t        *f = *data;
    login_account_t   ann = add(f, "ann");

    /* the newest first, since their keys are in no order */

    for (i = 0; i < 60; i++) {
        (void) remember(f, &ann, guess("ann", i), NOW + 60 - i);
        assert_true(count(f, LOGIN_KIND_KNOWN) <= LOGIN_KNOWN_MAX);
        assert_int_equal(known(f, guess("ann", i)), 1);
    }

    assert_int_equal(count(f, LOGIN_KIND_KNOWN), LOGIN_KNOWN_MAX);

    for (i = 0; i < 19; i++) {
        assert_int_equal(known(f, guess("ann", i)), 1);
    }

    for (i = 60; i < 79; i++) {
        (void) remember(f, &ann, guess("ann", i), NOW + 1000 + i);
    }

    for (i = 60; i < 79; i++) {
        assert_int_equal(known(f, guess("ann", i)), 1);
    }

    assert_int_equal(count(f, LOGIN_KIND_KNOWN), LOGIN_KNOWN_MAX);
}


static void
test_lock(void **data)
{
    fixture_t        *f = *data;
    login_lock_t      lock;
    login_guess_t     g = guess("ann", 1);
    login_account_t   ann = add(f, "ann");

    lock = lock_of(f, g, 0);
    assert_int_equal(lock.until, 0);
    assert_int_equal(lock.version, 0);
    assert_int_equal(lock.unlocked, 0);
    assert_int_equal(until(f, &ann, NOW), 0);

    keep(f, g, 0, 1, NOW + 300);

    lock = lock_of(f, g, 0);
    assert_int_equal(lock.until, NOW + 300);
    assert_true(lock.version > 0);
    assert_int_equal(lock.unlocked, 0);
    assert_int_equal(until(f, &ann, NOW), NOW + 300);
    assert_int_equal(until(f, &ann, NOW + 300), 0);

    /* of the account, not of its browsers */

    assert_int_equal(lock_of(f, g, 1).until, 0);

    /* no longer due */

    keep(f, g, 0, 1, LOGIN_LOCK_OVER);
    assert_int_equal(until(f, &ann, NOW), 0);
    assert_int_equal(lock_of(f, g, 0).unlocked, 0);
}


static void
test_unlock(void **data)
{
    uint64_t          unlocked;
    fixture_t        *f = *data;
    login_lock_t      lock;
    login_guess_t     g = guess("ann", 1);
    login_account_t   ann = add(f, "ann");
    login_changes_t  *late;

    keep(f, g, 0, 1, NOW + 300);
    keep(f, g, 1, 1, NOW + 400);
    assert_int_equal(lock_of(f, g, 1).until, NOW + 400);
    assert_int_equal(until(f, &ann, NOW), NOW + 400);

    late = keep_changes(f, g, 0, 1, NOW + 500);

    assert_int_equal(apply(f, open_changes(f, g, NOW, 0)), LOGIN_OK);

    lock = lock_of(f, g, 0);
    unlocked = lock.unlocked;
    assert_int_equal(lock.until, 0);
    assert_int_equal(unlocked, lock.version);

    /* with all its browsers */

    lock = lock_of(f, g, 1);
    assert_int_equal(lock.until, 0);
    assert_int_equal(lock.unlocked, unlocked);
    assert_int_equal(until(f, &ann, NOW), 0);

    /* a lock that was on its way does not take it back */

    assert_int_equal(apply(f, late), LOGIN_NO);
    assert_int_equal(until(f, &ann, NOW), 0);

    /* what comes later does not hide that it was unlocked before */

    keep(f, g, 0, 1, NOW + 600);
    lock = lock_of(f, g, 0);
    assert_int_equal(lock.until, NOW + 600);
    assert_int_equal(lock.unlocked, unlocked);
    lock = lock_of(f, g, 1);
    assert_int_equal(lock.until, 0);
    assert_int_equal(lock.unlocked, unlocked);

    keep(f, g, 1, 1, NOW + 700);
    assert_int_equal(lock_of(f, g, 1).until, NOW + 700);
    assert_int_equal(until(f, &ann, NOW), NOW + 700);
}


/* Names that nobody has leave no record, but for one that all share. */

static void
test_nobody(void **data)
{
    u_char         i;
    char           name[16];
    fixture_t     *f = *data;

    for (i = 0; i < 20; i++) {
        (void) snprintf(name, sizeof(name), "nobody%d", i);
        keep(f, guess(name, 1), 0, 0, NOW + 300);
        assert_int_equal(lock_of(f, guess(name, 1), 0).until, 0);
    }

    assert_int_equal(count(f, LOGIN_KIND_LOCK), 1);
}


static void
test_sweep(void **data)
{
    fixture_t        *f = *data;
    login_guess_t     g = guess("ann", 1), network = guess("network", 1);

    assert_int_equal(apply(f, open_changes(f, network, NOW, 1)), LOGIN_OK);
    keep(f, g, 0, 1, NOW + 300);
    keep(f, guess("bob", 1), 0, 1, NOW + 90 * 86400);
    assert_int_equal(count(f, LOGIN_KIND_LOCK), 3);

    assert_int_equal(apply(f, open_changes(f, network, NOW + 30 * 86400, 1)),
                     LOGIN_OK);
    assert_int_equal(count(f, LOGIN_KIND_LOCK), 3);

    /* the one that is opened goes and comes in one change */

    assert_int_equal(apply(f, open_changes(f, network, NOW + 61 * 86400, 1)),
                     LOGIN_OK);
    assert_int_equal(count(f, LOGIN_KIND_LOCK), 2);
    assert_int_equal(lock_of(f, network, 0).unlocked,
                     lock_of(f, network, 0).version);
    assert_true(lock_of(f, network, 0).version > 0);
}


static void
test_removed(void **data)
{
    fixture_t        *f = *data;
    login_account_t   ann = add(f, "ann"), bob = add(f, "bob");
    login_changes_t  *changes;

    (void) remember(f, &ann, guess("ann", 1), NOW);
    (void) remember(f, &ann, guess("ann", 2), NOW);
    (void) remember(f, &bob, guess("bob", 1), NOW);
    keep(f, guess("ann", 1), 0, 1, NOW + 300);
    keep(f, guess("ann", 1), 1, 1, NOW + 300);
    keep(f, guess("bob", 1), 0, 1, NOW + 300);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(&ann, f->view, ann.id), LOGIN_OK);
    changes = login_changes_create();
    assert_int_equal(login_account_remove(changes, &ann, f->view), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    /* what is left says that the name was unlocked */

    assert_int_equal(count(f, LOGIN_KIND_KNOWN), 1);
    assert_int_equal(count(f, LOGIN_KIND_LOCK), 2);
    assert_int_equal(lock_of(f, guess("ann", 1), 0).until, 0);
    assert_int_equal(lock_of(f, guess("ann", 1), 0).unlocked,
                     lock_of(f, guess("ann", 1), 0).version);
    assert_int_equal(known(f, guess("ann", 1)), 0);
    assert_int_equal(known(f, guess("bob", 1)), 1);
}


/* What cannot be read is a fault, never "not locked" or "known". */

static void
test_damaged(void **data)
{
    size_t          i;
    u_char          key[LOGIN_GUESS_KEY_MAX];
    fixture_t      *f = *data;
    login_lock_t    lock;
    login_guess_t   g = guess("ann", 1);

    static const login_str_t  bad[] = {
        login_string(""), login_string("x"),
        login_string("0123456789012345678901234567890123456789012345678901234"
                     "5678901234567890")
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        fixture_raw(f, login_guess_key(key, LOGIN_KIND_LOCK, g.name, NULL),
                    bad[i]);
        fixture_raw(f, login_guess_key(key, LOGIN_KIND_KNOWN, g.name,
                                       g.browser), bad[i]);

        assert_int_equal(login_view_begin(f->view), LOGIN_OK);
        assert_int_equal(login_lock_get(&lock, f->view, g.name, NULL),
                         LOGIN_FAULT);
        assert_int_equal(login_lock_get(&lock, f->view, g.name, g.browser),
                         LOGIN_FAULT);
        assert_int_equal(login_known_check(&g, f->view), LOGIN_FAULT);
        assert_int_equal(g.known, 0);
        login_view_end(f->view);
    }
}


#define test(t)  cmocka_unit_test_setup_teardown(t, fixture_setup,           \
                                                 fixture_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test(test_known),
        test(test_generation),
        test(test_oldest),
        test(test_lock),
        test(test_unlock),
        test(test_nobody),
        test(test_sweep),
        test(test_removed),
        test(test_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
