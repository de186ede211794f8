
/*
 * Several processes on one store, and what kill -9 leaves.  This process
 * opens it only where the test says so: a child must open its own.
 */

#include "store_fixture.h"

#include <sched.h>
#include <sys/syscall.h>


#define ROUNDS  300     /* or LOGIN_CRASH_ROUNDS, see scripts/campaign-store */
#define EACH    60
#define READERS 200


/* Adds up in one record, by expectation, until it has done its share. */

static int
adder(fixture_t *f, int from, int to, void *data)
{
    int         i;
    char        text[32];
    uint64_t    version;

    (void) to;
    (void) data;

    if (fixture_open(f, FIXTURE_MAP) != 0 || child_wait(from) == -1) {
        return 1;
    }

    for (i = 0; i < EACH; /* void */ ) {
        text[0] = '0';
        text[1] = '\0';

        version = fixture_get(f, "Tsum", text, sizeof(text));
        if (version == UINT64_MAX) {
            return 2;
        }

        (void) snprintf(text, sizeof(text), "%d", atoi(text) + 1);

        switch (fixture_put(f, "Tsum", text, version)) {

        case LOGIN_OK:
            i++;
            break;

        case LOGIN_NO:
            break;

        default:
            return 3;
        }
    }

    fixture_close(f);

    return 0;
}


static void
test_concurrent(void **data)
{
    size_t      i;
    char        text[32];
    child_t     children[3];
    fixture_t  *f = *data;

    for (i = 0; i < 3; i++) {
        children[i] = child_start(f, adder, NULL);
    }

    for (i = 0; i < 3; i++) {
        child_tell(children[i].to, 'g');
    }

    for (i = 0; i < 3; i++) {
        assert_int_equal(child_end(&children[i]), 0);
    }

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    (void) fixture_get(f, "Tsum", text, sizeof(text));
    assert_int_equal(atoi(text), 3 * EACH);
}


/* L01 */

static int
holder(fixture_t *f, int from, int to, void *data)
{
    (void) data;

    if (fixture_open(f, FIXTURE_MAP) != 0
        || login_commit_begin(f->commit) != LOGIN_OK)
    {
        return 1;
    }

    child_tell(to, 'h');
    (void) child_wait(from);

    return 2;
}


static int
waiter(fixture_t *f, int from, int to, void *data)
{
    (void) data;

    if (fixture_open(f, FIXTURE_MAP) != 0 || child_wait(from) == -1) {
        return 1;
    }

    child_tell(to, 'w');

    if (fixture_put(f, "Ta", "a", LOGIN_EXPECT_ABSENT) != LOGIN_OK) {
        return 2;
    }

    fixture_close(f);

    return 0;
}


static void
test_writer_dies(void **data)
{
    child_t     one, two;
    fixture_t  *f = *data;

    two = child_start(f, waiter, NULL);
    one = child_start(f, holder, NULL);

    assert_int_equal(child_wait(one.from), 'h');
    child_tell(two.to, 'g');
    assert_int_equal(child_wait(two.from), 'w');

    assert_int_equal(child_kill(&one), -SIGKILL);
    assert_int_equal(child_end(&two), 0);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_true(fixture_version(f, "Ta") != 0);
}


/*
 * L02.  Two writers, killed in turn.  Each reports what was answered with
 * LOGIN_OK, and, when it starts, whether the store still has that.
 */

typedef struct {
    char      key[2][8];
    uint64_t  acknowledged;
} writer_t;


static void
report(int to, uint64_t n)
{
    if (write(to, &n, sizeof(n)) != sizeof(n)) {
        _exit(98);
    }
}


/*
 * Of one state: what somebody had on disk, who was killed before telling the
 * readers, appears with the next commit, which may be between two of them.
 */

static int
stored(fixture_t *f, const writer_t *w, char text[2][32])
{
    int             i;
    login_record_t  record;
    login_result_e  rc;

    if (login_view_begin(f->view) != LOGIN_OK) {
        return -1;
    }

    rc = LOGIN_OK;

    for (i = 0; i < 2 && rc != LOGIN_FAULT; i++) {
        rc = login_view_get(f->view, login_cstr(w->key[i]), &record);

        if (rc == LOGIN_OK) {
            (void) snprintf(text[i], 32, "%.*s", (int) record.payload.len,
                            (const char *) record.payload.data);
        }
    }

    login_view_end(f->view);

    return rc != LOGIN_FAULT ? 0 : -1;
}


static int
writer(fixture_t *f, int from, int to, void *data)
{
    uint64_t          n;
    char              text[2][32] = { "0", "0" };
    writer_t         *w = data;
    login_changes_t  *changes;

    (void) from;

    if (fixture_open(f, FIXTURE_MAP) != 0 || stored(f, w, text) != 0) {
        report(to, UINT64_MAX);
        return 1;
    }

    n = strtoull(text[0], NULL, 10);

    if (n < w->acknowledged || strcmp(text[0], text[1]) != 0) {
        fprintf(stderr, "acknowledged %llu, stored %s and %s\n",
                (unsigned long long) w->acknowledged, text[0], text[1]);
        report(to, UINT64_MAX);
        return 2;
    }

    for ( ;; ) {
        (void) snprintf(text[0], sizeof(text[0]), "%llu",
                        (unsigned long long) ++n);

        changes = login_changes_create();
        login_changes_put(changes, login_cstr(w->key[0]),
                          login_cstr(text[0]), LOGIN_EXPECT_ANY);
        login_changes_put(changes, login_cstr(w->key[1]),
                          login_cstr(text[0]), LOGIN_EXPECT_ANY);

        if (login_commit_one(f->commit, changes) != LOGIN_OK) {
            report(to, UINT64_MAX);
            return 3;
        }

        login_changes_destroy(changes);
        report(to, n);
    }
}


static void
drain(int fd, writer_t *w)
{
    uint64_t  n;

    while (read(fd, &n, sizeof(n)) == sizeof(n)) {
        assert_true(n != UINT64_MAX);
        assert_true(n > w->acknowledged);
        w->acknowledged = n;
    }
}


static void
test_crash_loop(void **data)
{
    size_t           i, round, rounds;
    child_t          child[2];
    uint16_t         pause;
    const char      *more;
    writer_t         w[2] = { { { "T0a", "T0b" }, 0 },
                              { { "T1a", "T1b" }, 0 } };
    fixture_t       *f = *data;
    struct timespec  ts = { 0, 0 };

    more = getenv("LOGIN_CRASH_ROUNDS");
    rounds = more != NULL ? strtoul(more, NULL, 10) : ROUNDS;

    for (i = 0; i < 2; i++) {
        child[i] = child_start(f, writer, &w[i]);
    }

    for (round = 0; round < rounds; round++) {
        i = round % 2;

        /* a random moment, and now and then while both are opening */

        assert_int_equal(login_random(&pause, sizeof(pause)), LOGIN_OK);
        ts.tv_nsec = pause * (round % 3 == 0 ? 20L : 400L);
        (void) nanosleep(&ts, NULL);

        (void) kill(child[i].pid, SIGKILL);
        drain(child[i].from, &w[i]);
        assert_int_equal(child_end(&child[i]), -SIGKILL);

        child[i] = child_start(f, writer, &w[i]);
    }

    for (i = 0; i < 2; i++) {
        (void) kill(child[i].pid, SIGKILL);
        drain(child[i].from, &w[i]);
        assert_int_equal(child_end(&child[i]), -SIGKILL);
        assert_true(w[i].acknowledged > 0);
    }

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    for (i = 0; i < 2; i++) {
        char  text[2][32];

        (void) fixture_get(f, w[i].key[0], text[0], 32);
        (void) fixture_get(f, w[i].key[1], text[1], 32);
        assert_string_equal(text[0], text[1]);
        assert_true(strtoull(text[0], NULL, 10) >= w[i].acknowledged);
    }

    print_message("%zu kills, %llu commits acknowledged, none lost or torn\n",
                  rounds + 2, (unsigned long long) (w[0].acknowledged
                                                    + w[1].acknowledged));
}


/* L05 */

static void
test_fork(void **data)
{
    int               status;
    pid_t             pid;
    fixture_t        *f = *data;
    login_error_t     e;
    login_store_t    *store;
    login_record_t    record;
    login_changes_t  *changes;

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_commit_begin(f->commit), LOGIN_OK);

    pid = fork();
    assert_true(pid != -1);

    if (pid == 0) {

        if (login_view_get(f->view, login_cstr("Ta"), &record)
            != LOGIN_FAULT)
        {
            _exit(1);
        }

        login_view_end(f->view);

        if (login_view_begin(f->view) != LOGIN_FAULT) {
            _exit(2);
        }

        changes = login_changes_create();
        login_changes_put(changes, login_cstr("Ta"), login_cstr("x"),
                          LOGIN_EXPECT_ANY);
        login_commit_apply(f->commit, &changes, 1);

        if (login_changes_result(changes) != LOGIN_FAULT
            || login_commit_one(f->commit, changes) != LOGIN_FAULT)
        {
            _exit(3);
        }

        login_changes_destroy(changes);

        if (login_store_open(&store, f->path, 0, &e) != LOGIN_FAULT
            || strstr(e.text, "forked") == NULL)
        {
            _exit(4);
        }

        login_store_clear_readers(f->store);
        fixture_close(f);
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);

    /* the child left everything as it was */

    assert_int_equal(login_view_get(f->view, login_cstr("Ta"), &record),
                     LOGIN_OK);
    login_view_end(f->view);
    login_commit_abort(f->commit);

    assert_int_equal(fixture_put(f, "Ta", "b", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_true(fixture_version(f, "Ta") != UINT64_MAX);
}


/* A child of somebody who has none open opens its own. */

static void
test_fork_before(void **data)
{
    child_t     child;
    fixture_t  *f = *data;

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    fixture_close(f);

    child = child_start(f, waiter, NULL);
    child_tell(child.to, 'g');
    assert_int_equal(child_wait(child.from), 'w');
    assert_int_equal(child_end(&child), 0);
}


/* L06 */

static int
reader(fixture_t *f, int from, int to, void *data)
{
    size_t    i;
    MDB_txn  *txn;

    if (child_wait(from) == -1
        || fixture_open(f, FIXTURE_MAP) != 0
        || login_view_begin(f->view) != LOGIN_OK)
    {
        return 1;
    }

    /* one slot more for each */

    for (i = 0; i < *(size_t *) data; i++) {
        if (mdb_txn_begin(f->store->env, NULL, MDB_RDONLY, &txn) != 0) {
            break;
        }
    }

    child_tell(to, 'r');
    (void) child_wait(from);

    return 2;
}


static int
slot(const char *line, void *data)
{
    (void) line;

    ++*(size_t *) data;

    return 0;
}


static size_t
slots(fixture_t *f)
{
    size_t  n = 0;

    /* a line each, and a heading */

    assert_true(mdb_reader_list(f->store->env, slot, &n) >= 0);

    return n - 1;
}


static void
test_stale_readers(void **data)
{
    size_t      i, more = 0;
    child_t     children[READERS];
    fixture_t  *f = *data;

    for (i = 0; i < READERS; i++) {
        children[i] = child_start(f, reader, &more);
        child_tell(children[i].to, 'g');
    }

    for (i = 0; i < READERS; i++) {
        assert_int_equal(child_wait(children[i].from), 'r');
    }

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_true(slots(f) >= READERS);

    for (i = 0; i < READERS; i++) {
        assert_int_equal(child_kill(&children[i]), -SIGKILL);
    }

    login_store_clear_readers(f->store);
    assert_true(slots(f) <= 1);
}


/* Where dead readers hold every slot, the next one makes room. */

static void
test_full_readers(void **data)
{
    size_t      more = 100000;
    child_t     child;
    fixture_t  *f = *data;

    child = child_start(f, reader, &more);
    child_tell(child.to, 'g');
    assert_int_equal(child_wait(child.from), 'r');

    /* while they live there is none left, and that is a fault */

    {
        login_error_t  e;

        assert_int_equal(login_store_open(&f->store, f->path, 0, &e),
                         LOGIN_FAULT);
    }

    assert_int_equal(child_kill(&child), -SIGKILL);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_int_equal(fixture_version(f, "Ta"), 0);
    assert_true(slots(f) <= 2);
}


static void
test_full_readers_later(void **data)
{
    size_t      more = 100000;
    child_t     child;
    fixture_t  *f = *data;

    child = child_start(f, reader, &more);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    child_tell(child.to, 'g');
    assert_int_equal(child_wait(child.from), 'r');
    assert_int_equal(login_view_begin(f->view), LOGIN_FAULT);

    assert_int_equal(child_kill(&child), -SIGKILL);
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);
}


/* L08: another process makes the map larger. */

static int
grower(fixture_t *f, int from, int to, void *data)
{
    login_str_t       big;
    login_changes_t  *changes;

    (void) data;

    if (fixture_open(f, 8 * FIXTURE_MAP) != 0) {
        return 1;
    }

    big.len = 2 * FIXTURE_MAP;
    big.data = calloc(1, big.len);

    if (child_wait(from) == -1) {
        return 2;
    }

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Tbig"), big, LOGIN_EXPECT_ANY);

    if (login_commit_one(f->commit, changes) != LOGIN_OK) {
        return 3;
    }

    login_changes_destroy(changes);
    free((void *) big.data);

    child_tell(to, 'g');
    (void) child_wait(from);
    fixture_close(f);

    return 0;
}


static void
test_map_grows(void **data)
{
    child_t          child;
    fixture_t       *f = *data;
    login_view_t    *other;
    login_record_t   record;

    child = child_start(f, grower, NULL);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_true(fixture_version(f, "Ta") != UINT64_MAX);

    other = login_view_create(f->store, &f->ring);
    assert_int_equal(login_view_begin(other), LOGIN_OK);
    login_view_end(other);

    child_tell(child.to, 'g');
    assert_int_equal(child_wait(child.from), 'g');

    /* neither reader nor writer notices */

    assert_true(fixture_version(f, "Ta") != UINT64_MAX);
    assert_int_equal(login_view_begin(other), LOGIN_OK);
    assert_int_equal(login_view_get(other, login_cstr("Tbig"), &record),
                     LOGIN_OK);
    assert_int_equal(record.payload.len, 2 * FIXTURE_MAP);
    login_view_end(other);
    assert_int_equal(fixture_put(f, "Ta", "b", LOGIN_EXPECT_ANY), LOGIN_OK);

    login_view_destroy(other);

    child_tell(child.to, 'e');
    assert_int_equal(child_end(&child), 0);
}


static void
test_map_grows_for_writer(void **data)
{
    child_t     child;
    fixture_t  *f = *data;

    child = child_start(f, grower, NULL);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    child_tell(child.to, 'g');
    assert_int_equal(child_wait(child.from), 'g');
    assert_int_equal(fixture_put(f, "Ta", "b", LOGIN_EXPECT_ANY), LOGIN_OK);

    child_tell(child.to, 'e');
    assert_int_equal(child_end(&child), 0);
}


/* L10: the same process id twice, in two namespaces. */

static int
namespaced(fixture_t *f, int from, int to, void *data)
{
    int            status;
    pid_t          pid;
    login_error_t  e;

    if (unshare(CLONE_NEWPID) == -1) {
        child_tell(to, 's');
        return 0;
    }

    pid = fork();

    if (pid == 0) {

        if (getpid() != 1) {
            _exit(1);
        }

        if (data != NULL) {
            status = login_store_open(&f->store, f->path, 0, &e)
                     == LOGIN_FAULT
                     && strstr(e.text, "PID namespace") != NULL ? 0 : 2;
            child_tell(to, 'd');
            _exit(status);
        }

        if (fixture_open(f, 0) != 0
            || login_view_begin(f->view) != LOGIN_OK)
        {
            child_tell(to, 'f');
            _exit(3);
        }

        child_tell(to, 'o');
        (void) child_wait(from);

        /* its slot and its snapshot are still its own */

        login_view_end(f->view);
        _exit(login_view_begin(f->view) == LOGIN_OK ? 0 : 4);
    }

    if (pid == -1 || waitpid(pid, &status, 0) != pid) {
        return 5;
    }

    return WIFEXITED(status) ? WEXITSTATUS(status) : 6;
}


static void
test_namespaces(void **data)
{
    int         said;
    child_t     one, two;
    fixture_t  *f = *data;

    one = child_start(f, namespaced, NULL);
    said = child_wait(one.from);

    if (said == 's') {
        (void) child_end(&one);
        skip();
    }

    assert_int_equal(said, 'o');

    two = child_start(f, namespaced, f);
    assert_int_equal(child_wait(two.from), 'd');
    assert_int_equal(child_end(&two), 0);

    child_tell(one.to, 'e');
    assert_int_equal(child_end(&one), 0);
}


int
main(int argc, char **argv)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_make, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_concurrent),
        test(test_writer_dies),
        test(test_crash_loop),
        test(test_fork),
        test(test_fork_before),
        test(test_stale_readers),
        test(test_full_readers),
        test(test_full_readers_later),
        test(test_map_grows),
        test(test_map_grows_for_writer),
        test(test_namespaces),
    };

    (void) signal(SIGPIPE, SIG_IGN);

    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }

    return cmocka_run_group_tests(tests, NULL, NULL);
}
