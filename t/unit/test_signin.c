
/*
 * The source itself is included, so that things can happen while its hash
 * is at work.
 */

#include "login.h"
#include "login_lmdb.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>


#define NOW  1800000000


typedef struct {
    char              path[256];
    login_keyring_t   ring;
    login_store_t    *store;
    login_view_t     *view;
    login_view_t     *other;        /* of whom interferes */
    login_commit_t   *commit;
    login_hasher_t   *hasher;
} fixture_t;


static fixture_t     f;
static unsigned      verified;              /* hashes checked */
static unsigned      hash_fails;
static void        (*meanwhile)(void);      /* called while one is */

static const login_cost_t    cheap = { 64, 2 };
static const login_cost_t    cheaper = { 32, 1 };
static const login_limits_t  limits = { 1728000, 0 };


static login_result_e
watched_verify(login_hasher_t *hasher, login_str_t phc, login_str_t password,
    int *upgrade)
{
    void            (*happens)(void);
    login_result_e    rc;

    verified++;

    /* nobody holds an old state of the store meanwhile */
    assert_int_equal(f.view->active, 0);

    rc = login_password_verify(hasher, phc, password, upgrade);

    happens = meanwhile;
    meanwhile = NULL;

    if (happens != NULL) {
        happens();
    }

    return rc;
}


static login_result_e
failing_hash(char phc[LOGIN_PHC_MAX + 1], login_hasher_t *hasher,
    login_str_t password)
{
    if (hash_fails) {
        return LOGIN_FAULT;
    }

    return login_password_hash(phc, hasher, password);
}


#define login_password_verify  watched_verify
#define login_password_hash    failing_hash

#include "login_signin.c"
#include "one_org.h"

#undef login_password_verify
#undef login_password_hash


static int
unlink_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void) st;
    (void) type;
    (void) ftw;

    return remove(path);
}


static int
setup(void **data)
{
    u_char          line[65];
    const char     *tmp;
    login_error_t   error;

    (void) data;

    memset(&f, 0, sizeof(f));
    verified = 0;
    hash_fails = 0;
    meanwhile = NULL;

    tmp = getenv("TMPDIR");
    snprintf(f.path, sizeof(f.path), "%s/signin.XXXXXX", tmp ? tmp : "/tmp");

    if (mkdtemp(f.path) == NULL
        || login_keyring_draw(line) != LOGIN_OK
        || login_keyring_parse(&f.ring, login_str(line, 65), &error)
           != LOGIN_OK
        || login_store_init(f.path, geteuid(), getegid(), &error) != LOGIN_OK
        || login_store_open(&f.store, f.path, 0, &error) != LOGIN_OK)
    {
        return -1;
    }

    f.view = login_view_create(f.store, &f.ring);
    f.other = login_view_create(f.store, &f.ring);
    f.commit = login_commit_create(f.store, &f.ring);
    f.hasher = login_hasher_create(&cheap);

    return !f.view || !f.other || !f.commit || !f.hasher;
}


static int
teardown(void **data)
{
    (void) data;

    login_hasher_destroy(f.hasher);
    login_commit_destroy(f.commit);
    login_view_destroy(f.other);
    login_view_destroy(f.view);
    login_store_close(f.store);

    return nftw(f.path, unlink_one, 8, FTW_DEPTH|FTW_PHYS);
}


static login_result_e
apply(login_changes_t *changes)
{
    login_result_e  rc;

    assert_non_null(changes);

    rc = login_commit_one(f.commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static void
add_phc(const char *name, const char *phc, unsigned disabled)
{
    login_account_t   account;
    login_changes_t  *changes;

    assert_int_equal(login_account_new(&account, NOW - 1000), LOGIN_OK);

    account.org = login_cstr("default");
    account.username = login_cstr(name);
    account.password = login_cstr(phc);
    account.disabled = disabled;

    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
add(const char *name, const char *password, const login_cost_t *cost)
{
    char             phc[LOGIN_PHC_MAX + 1];
    login_hasher_t  *hasher;

    hasher = login_hasher_create(cost);
    assert_int_equal(login_password_hash(phc, hasher, login_cstr(password)),
                     LOGIN_OK);
    login_hasher_destroy(hasher);

    add_phc(name, phc, 0);
}


/* Finds the account of "alice" with the view of others. */

static void
find(login_account_t *account)
{
    assert_int_equal(login_view_begin(f.other), LOGIN_OK);
    assert_int_equal(login_account_find(account, f.other,
                                        login_cstr("default"),
                                        login_cstr("alice")),
                     LOGIN_OK);
}


static login_signin_t
form(const char *name, const char *password)
{
    login_signin_t  s;

    memset(&s, 0, sizeof(s));
    memset(&s.ticket, 0xaa, sizeof(s.ticket));

    s.org = login_cstr("default");
    s.username = login_cstr(name);
    s.password = login_cstr(password);
    s.browser = login_cstr("Browser/1.0");
    s.address = login_cstr("192.0.2.1");
    s.orgs = one_org(&limits, NULL);
    s.now = NOW;

    return s;
}


static login_result_e
alive(const login_ticket_t *ticket, login_session_t *session)
{
    login_result_e   rc;
    login_account_t  account;

    assert_int_equal(login_view_begin(f.other), LOGIN_OK);
    rc = login_session_check(&account, session, f.other, ticket, &limits,
                             NOW + 10);
    login_view_end(f.other);

    return rc;
}


static login_result_e
count_one(void *data, const login_session_t *session)
{
    (void) session;
    ++*(unsigned *) data;

    return LOGIN_OK;
}


static unsigned
sessions(void)
{
    unsigned  n = 0;

    assert_int_equal(login_view_begin(f.other), LOGIN_OK);
    assert_int_equal(login_session_walk(f.other, NULL, count_one, &n),
                     LOGIN_OK);
    login_view_end(f.other);

    return n;
}


static void
assert_nothing(const login_signin_t *s)
{
    login_ticket_t  none;

    memset(&none, 0, sizeof(none));

    assert_null(s->changes);
    assert_null(s->upgrade);
    assert_memory_equal(&s->ticket, &none, sizeof(none));
}


static login_ticket_t
sign_in(const char *name, const char *password)
{
    login_signin_t  s = form(name, password);

    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    login_changes_destroy(s.upgrade);
    assert_int_equal(apply(s.changes), LOGIN_OK);

    return s.ticket;
}


static void
test_right(void **data)
{
    uint64_t         when;
    login_signin_t   s = form("alice", "correct horse");
    login_account_t  account;
    login_session_t  session;

    (void) data;

    add("alice", "correct horse", &cheap);

    s.shared = 1;
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_int_equal(verified, 1);
    assert_null(s.upgrade);
    assert_int_equal(f.view->active, 0);

    /* nothing is granted before it is on disk */

    assert_int_equal(alive(&s.ticket, &session), LOGIN_NO);
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(alive(&s.ticket, &session), LOGIN_OK);

    assert_int_equal(s.ticket.auth_time, NOW);
    assert_int_equal(s.ticket.issued, NOW);
    assert_int_equal(session.methods, LOGIN_METHOD_PASSWORD);
    assert_int_equal(session.shared, 1);

    find(&account);
    assert_memory_equal(account.id, s.ticket.account, LOGIN_ID_LEN);
    assert_int_equal(login_account_seen(&when, f.other, account.id),
                     LOGIN_OK);
    assert_int_equal(when, NOW);

    assert_int_equal(login_session_get(&session, f.other, account.id,
                                       session.id), LOGIN_OK);
    assert_true(login_str_eq(session.browser, login_cstr("Browser/1.0")));
    assert_true(login_str_eq(session.address, login_cstr("192.0.2.1")));
    login_view_end(f.other);
}


/* C01 and C02: one hash each, one answer, nothing to commit. */

static void
test_refusals(void **data)
{
    char            phc[LOGIN_PHC_MAX + 1];
    size_t          i;
    login_signin_t  s;

    static const struct {
        const char  *name;
        const char  *password;
    } refused[] = {
        { "alice", "wrong" },
        { "alice", "" },
        { "alice", "correct horse " },
        { "nobody", "correct horse" },
        { "", "correct horse" },
        { "a@", "correct horse" },
        { "al\xff" "ice", "correct horse" },
        { "disabled", "correct horse" },
        { "disabled", "wrong" },
        { "nopassword", "correct horse" },
        { "nopassword", "" },
    };

    (void) data;

    add("alice", "correct horse", &cheap);
    add_phc("nopassword", "", 0);
    assert_int_equal(login_password_hash(phc, f.hasher,
                                         login_cstr("correct horse")),
                     LOGIN_OK);
    add_phc("disabled", phc, 1);

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        s = form(refused[i].name, refused[i].password);
        verified = 0;

        assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_NO);
        assert_int_equal(verified, 1);
        assert_string_equal(s.error.text, "");
        assert_nothing(&s);
    }

    s = form("alice", "correct horse");
    s.org = login_cstr("other");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_NO);
    assert_nothing(&s);

    assert_int_equal(sessions(), 0);
}


static void
test_spellings(void **data)
{
    login_signin_t  s;

    (void) data;

    add("alice@example.com", "correct horse", &cheap);

    s = form(" ALICE@Example.COM ", "correct horse");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    login_changes_destroy(s.changes);
}


/* What can't be decided is neither right nor wrong. */

static void
test_faults(void **data)
{
    u_char            line[65];
    login_view_t     *view;
    login_error_t     error;
    login_signin_t    s;
    login_keyring_t   ring;

    (void) data;

    add_phc("alice", "$argon2id$v=19$m=4294967296,t=2,p=1$"
            "c29tZXNhbHRzb21lc2FsdA$"
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", 0);

    s = form("alice", "x");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_FAULT);
    assert_string_not_equal(s.error.text, "");
    assert_nothing(&s);

    /* records of another key */

    add("bob", "correct horse", &cheap);

    assert_int_equal(login_keyring_draw(line), LOGIN_OK);
    assert_int_equal(login_keyring_parse(&ring, login_str(line, 65), &error),
                     LOGIN_OK);
    view = login_view_create(f.store, &ring);

    s = form("bob", "correct horse");
    assert_int_equal(login_signin_run(&s, view, f.hasher), LOGIN_FAULT);
    assert_string_not_equal(s.error.text, "");
    assert_nothing(&s);

    login_view_destroy(view);
}


/* C03 */

static void
test_upgrade(void **data)
{
    char              first[LOGIN_PHC_MAX + 1];
    login_signin_t    s, t;
    login_account_t   account;
    login_session_t   session;

    (void) data;

    add("alice", "correct horse", &cheaper);
    find(&account);
    memcpy(first, account.password.data, account.password.len);
    assert_memory_equal(first, "$argon2id$v=19$m=32,t=1,", 24);
    login_view_end(f.other);

    s = form("alice", "wrong");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_NO);
    assert_nothing(&s);

    /* two at once: both get in, one of the upgrades is stored */

    s = form("alice", "correct horse");
    t = form("alice", "correct horse");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_int_equal(login_signin_run(&t, f.view, f.hasher), LOGIN_OK);
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(apply(s.upgrade), LOGIN_OK);
    assert_int_equal(apply(t.changes), LOGIN_OK);
    assert_int_equal(apply(t.upgrade), LOGIN_NO);

    assert_int_equal(alive(&s.ticket, &session), LOGIN_OK);
    assert_int_equal(alive(&t.ticket, &session), LOGIN_OK);

    find(&account);
    assert_memory_equal(account.password.data, "$argon2id$v=19$m=64,t=2,",
                        24);
    login_view_end(f.other);

    /* the better one is as good, and not bettered again */

    s = form("alice", "correct horse");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_null(s.upgrade);
    login_changes_destroy(s.changes);

    s = form("alice", "wrong");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_NO);
}


static void
test_upgrade_fails(void **data)
{
    login_signin_t  s = form("alice", "correct horse");

    (void) data;

    add("alice", "correct horse", &cheaper);
    hash_fails = 1;

    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_null(s.upgrade);
    assert_int_equal(apply(s.changes), LOGIN_OK);
}


/* B05: the session that this browser had is over, whoever's it was. */

static void
test_replace(void **data)
{
    login_signin_t   s;
    login_ticket_t   alice, bob, again;
    login_session_t  session;

    (void) data;

    add("alice", "correct horse", &cheap);
    add("bob", "correct horse", &cheap);

    alice = sign_in("alice", "correct horse");
    bob = sign_in("bob", "correct horse");

    /* not asked for: it stays */

    (void) sign_in("alice", "correct horse");
    assert_int_equal(alive(&alice, &session), LOGIN_OK);

    s = form("alice", "correct horse");
    s.replace = 1;
    s.old = alice;
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_int_equal(alive(&alice, &session), LOGIN_OK);
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(alive(&alice, &session), LOGIN_NO);
    assert_int_equal(alive(&s.ticket, &session), LOGIN_OK);
    assert_memory_not_equal(alice.secret, s.ticket.secret, LOGIN_ID_LEN);

    /* as somebody else */

    again = s.ticket;
    s = form("alice", "correct horse");
    s.replace = 1;
    s.old = bob;
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(alive(&bob, &session), LOGIN_NO);
    assert_int_equal(alive(&again, &session), LOGIN_OK);

    /* one that has ended already does no harm */

    s = form("bob", "correct horse");
    s.replace = 1;
    s.old = bob;
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(alive(&s.ticket, &session), LOGIN_OK);

    /* a wrong password ends nothing */

    bob = s.ticket;
    s = form("alice", "wrong");
    s.replace = 1;
    s.old = bob;
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_NO);
    assert_int_equal(alive(&bob, &session), LOGIN_OK);
}


/* What others may do while the hash is at work. */

static void
new_password(void)
{
    char              phc[LOGIN_PHC_MAX + 1];
    login_account_t   account;
    login_changes_t  *changes = login_changes_create();

    assert_int_equal(login_password_hash(phc, f.hasher, login_cstr("new")),
                     LOGIN_OK);
    find(&account);
    account.password = login_cstr(phc);
    account.generation++;
    login_account_update(changes, &account);
    login_view_end(f.other);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
better_hash(void)
{
    char              phc[LOGIN_PHC_MAX + 1];
    login_account_t   account;
    login_changes_t  *changes = login_changes_create();

    assert_int_equal(login_password_hash(phc, f.hasher,
                                         login_cstr("correct horse")),
                     LOGIN_OK);
    find(&account);
    account.password = login_cstr(phc);
    login_account_update(changes, &account);
    login_view_end(f.other);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
disable(void)
{
    login_account_t   account;
    login_changes_t  *changes = login_changes_create();

    find(&account);
    account.disabled = 1;
    account.generation++;
    login_account_update(changes, &account);
    login_view_end(f.other);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
sign_out_everywhere(void)
{
    login_account_t   account;
    login_changes_t  *changes = login_changes_create();

    find(&account);
    account.generation++;
    login_account_update(changes, &account);
    login_view_end(f.other);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
take_away(void)
{
    login_account_t   account;
    login_changes_t  *changes = login_changes_create();

    find(&account);
    assert_int_equal(login_account_remove(changes, &account, f.other),
                     LOGIN_OK);
    login_view_end(f.other);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
give_another_name(void)
{
    login_account_t   account;
    login_changes_t  *changes = login_changes_create();

    find(&account);
    assert_int_equal(login_account_rename(changes, &account, f.other,
                                          login_cstr("alicia")), LOGIN_OK);
    login_view_end(f.other);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
take_away_and_add(void)
{
    take_away();
    add("alice", "correct horse", &cheap);
}


static void
test_meanwhile(void **data)
{
    size_t            i;
    login_signin_t    s;
    login_session_t   session;

    static const struct {
        void            (*happens)(void);
        login_result_e    rc;
    } cases[] = {
        { better_hash, LOGIN_OK },
        { sign_out_everywhere, LOGIN_OK },
        { new_password, LOGIN_NO },
        { take_away_and_add, LOGIN_NO },
        { disable, LOGIN_NO },
        { take_away, LOGIN_NO },
        { give_another_name, LOGIN_NO },
    };

    (void) data;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        add("alice", "correct horse", &cheaper);

        s = form("alice", "correct horse");
        meanwhile = cases[i].happens;
        assert_int_equal(login_signin_run(&s, f.view, f.hasher), cases[i].rc);
        assert_null(meanwhile);

        if (cases[i].rc != LOGIN_OK) {
            assert_nothing(&s);
            assert_int_equal(sessions(), 0);

        } else {
            assert_int_equal(apply(s.changes), LOGIN_OK);
            assert_int_equal(alive(&s.ticket, &session), LOGIN_OK);

            /* who stored a better hash before us was fast enough */

            if (cases[i].happens == better_hash) {
                assert_null(s.upgrade);
            }

            login_changes_destroy(s.upgrade);
        }

        if (cases[i].happens != take_away
            && cases[i].happens != give_another_name)
        {
            take_away();
        }
    }
}


/* And between the hash and the commit. */

static void
test_before_commit(void **data)
{
    login_signin_t    s;
    login_session_t   session;

    (void) data;

    add("alice", "correct horse", &cheap);
    s = form("alice", "correct horse");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    sign_out_everywhere();
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(alive(&s.ticket, &session), LOGIN_NO);

    s = form("alice", "correct horse");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    take_away();
    assert_int_equal(apply(s.changes), LOGIN_NO);
    assert_int_equal(sessions(), 0);

    add("alice", "correct horse", &cheap);
    s = form("alice", "correct horse");
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    take_away_and_add();
    assert_int_equal(apply(s.changes), LOGIN_NO);
    assert_int_equal(alive(&s.ticket, &session), LOGIN_NO);
    assert_int_equal(sessions(), 0);
}


static void
test_sweep(void **data)
{
    unsigned          i;
    login_signin_t    s;
    login_ticket_t    first;
    login_session_t   session;

    (void) data;

    add("alice", "correct horse", &cheap);

    first = sign_in("alice", "correct horse");

    for (i = 0; i < LOGIN_SESSIONS_MAX + 10; i++) {
        s = form("alice", "correct horse");
        s.now = NOW + 1 + i;
        assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
        assert_int_equal(apply(s.changes), LOGIN_OK);
    }

    assert_int_equal(sessions(), LOGIN_SESSIONS_MAX);
    assert_int_equal(alive(&first, &session), LOGIN_NO);

    /* long after, none is good any more but the new one */

    s = form("alice", "correct horse");
    s.now = NOW + 10 * limits.idle;
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(sessions(), 1);
}


static void
test_long_browser(void **data)
{
    char              browser[4096];
    login_signin_t    s;
    login_session_t   session;

    (void) data;

    add("alice", "correct horse", &cheap);

    memset(browser, 'x', sizeof(browser));
    s = form("alice", "correct horse");
    s.browser = login_str(browser, sizeof(browser));
    s.address = login_str(NULL, 0);
    assert_int_equal(login_signin_run(&s, f.view, f.hasher), LOGIN_OK);
    assert_int_equal(apply(s.changes), LOGIN_OK);
    assert_int_equal(alive(&s.ticket, &session), LOGIN_OK);
    assert_int_equal(session.browser.len, LOGIN_BROWSER_MAX);
}


int
main(void)
{
#define signin_test(t)  cmocka_unit_test_setup_teardown(t, setup, teardown)

    const struct CMUnitTest  tests[] = {
        signin_test(test_right),
        signin_test(test_refusals),
        signin_test(test_spellings),
        signin_test(test_faults),
        signin_test(test_upgrade),
        signin_test(test_upgrade_fails),
        signin_test(test_replace),
        signin_test(test_meanwhile),
        signin_test(test_before_commit),
        signin_test(test_sweep),
        signin_test(test_long_browser),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
