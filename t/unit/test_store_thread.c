
/* L12: threads with a view, threads with a commit, and a map that grows. */

#include "store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>


#define READERS  3
#define WRITERS  2
#define EACH     60


typedef struct {
    fixture_t   *f;
    size_t       number;
    atomic_int  *ready;
    atomic_int  *done;
    int          failed;
} worker_t;


/* Both records are always of the same commit. */

static void *
reads(void *data)
{
    worker_t        *w = data;
    login_view_t    *view;
    login_record_t   one, two;

    view = login_view_create(w->f->store, &w->f->ring);

    while (view != NULL && !w->failed && !atomic_load(w->done)) {

        if (login_view_begin(view) != LOGIN_OK) {
            w->failed = 1;
            break;
        }

        if (login_view_get(view, login_cstr("Ta"), &one) != LOGIN_OK
            || login_view_get(view, login_cstr("Tb"), &two) != LOGIN_OK
            || one.version != two.version
            || !login_str_eq(one.payload, two.payload))
        {
            w->failed = 2;
        }

        login_view_end(view);

        (void) atomic_fetch_add(w->ready, 1);

        /* as between requests: without an end of reading no map can change */

        (void) usleep(100);
    }

    login_view_destroy(view);

    return NULL;
}


static void *
writes(void *data)
{
    size_t            i;
    char              text[32];
    worker_t         *w = data;
    login_commit_t   *commit;
    login_changes_t  *changes;

    commit = login_commit_create(w->f->store, &w->f->ring);

    for (i = 0; i < EACH; i++) {
        (void) snprintf(text, sizeof(text), "%zu of %zu", i, w->number);

        changes = login_changes_create();
        login_changes_put(changes, login_cstr("Ta"), login_cstr(text),
                          LOGIN_EXPECT_ANY);
        login_changes_put(changes, login_cstr("Tb"), login_cstr(text),
                          LOGIN_EXPECT_ANY);

        if (login_commit_one(commit, changes) != LOGIN_OK) {
            w->failed = 3;
        }

        login_changes_destroy(changes);
    }

    login_commit_destroy(commit);

    return NULL;
}


static int
grower(fixture_t *f, int from, int to, void *data)
{
    login_str_t       big;
    login_changes_t  *changes;

    (void) to;
    (void) data;

    if (child_wait(from) == -1 || fixture_open(f, 8 * FIXTURE_MAP) != 0) {
        return 1;
    }

    big.len = 2 * FIXTURE_MAP;
    big.data = calloc(1, big.len);

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Tbig"), big, LOGIN_EXPECT_ANY);

    return login_commit_one(f->commit, changes) == LOGIN_OK ? 0 : 2;
}


static void
test_threads(void **data)
{
    size_t             i;
    child_t            child;
    worker_t           workers[READERS + WRITERS];
    pthread_t          threads[READERS + WRITERS];
    fixture_t         *f = *data;
    atomic_int         ready = 0, done = 0;
    login_changes_t   *changes;

    child = child_start(f, grower, NULL);

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Ta"), login_cstr(""),
                      LOGIN_EXPECT_ANY);
    login_changes_put(changes, login_cstr("Tb"), login_cstr(""),
                      LOGIN_EXPECT_ANY);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    for (i = 0; i < READERS + WRITERS; i++) {
        workers[i].f = f;
        workers[i].number = i;
        workers[i].ready = &ready;
        workers[i].done = &done;
        workers[i].failed = 0;

        assert_int_equal(pthread_create(&threads[i], NULL,
                                        i < READERS ? reads : writes,
                                        &workers[i]), 0);
    }

    child_tell(child.to, 'g');
    assert_int_equal(child_end(&child), 0);

    for (i = READERS; i < READERS + WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }

    atomic_store(&done, 1);

    for (i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }

    for (i = 0; i < READERS + WRITERS; i++) {
        assert_int_equal(workers[i].failed, 0);
    }

    assert_true(atomic_load(&ready) > 0);
    assert_true(fixture_version(f, "Tbig") != UINT64_MAX);
    assert_true(fixture_version(f, "Tbig") != 0);
}


/* One is one, whoever opens it at the same time. */

static void *
opens(void *data)
{
    size_t           i;
    worker_t        *w = data;
    login_error_t    e;
    login_store_t   *store;

    for (i = 0; i < EACH; i++) {

        if (login_store_open(&store, w->f->path, 0, &e) != LOGIN_OK) {
            w->failed = 1;
            break;
        }

        login_store_clear_readers(store);
        login_store_close(store);
    }

    return NULL;
}


static void
test_open_close(void **data)
{
    size_t      i;
    worker_t    workers[READERS];
    pthread_t   threads[READERS];
    fixture_t  *f = *data;

    for (i = 0; i < READERS; i++) {
        workers[i].f = f;
        workers[i].failed = 0;
        assert_int_equal(pthread_create(&threads[i], NULL, opens,
                                        &workers[i]), 0);
    }

    for (i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(workers[i].failed, 0);
    }
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_make, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_threads),
        test(test_open_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
