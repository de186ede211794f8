
/* Views and change sets of one process. */

#include "store_fixture.h"


#define N  100


static login_result_e
apply(fixture_t *f, login_changes_t *changes)
{
    login_result_e  rc;

    rc = login_commit_one(f->commit, changes);

    assert_int_equal(login_changes_result(changes), rc);
    login_changes_destroy(changes);

    return rc;
}


static void
test_put_get(void **data)
{
    char        text[32];
    uint64_t    version;
    fixture_t  *f = *data;

    assert_int_equal(fixture_version(f, "Ta"), 0);
    assert_int_equal(fixture_put(f, "Ta", "one", LOGIN_EXPECT_ABSENT),
                     LOGIN_OK);

    version = fixture_get(f, "Ta", text, sizeof(text));
    assert_true(version != 0 && version != UINT64_MAX);
    assert_string_equal(text, "one");

    assert_int_equal(fixture_put(f, "Ta", "two", version), LOGIN_OK);
    assert_true(fixture_get(f, "Ta", text, sizeof(text)) > version);
    assert_string_equal(text, "two");

    assert_int_equal(fixture_put(f, "Tempty", "", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
    assert_true(fixture_get(f, "Tempty", text, sizeof(text)) != 0);
    assert_string_equal(text, "");
}


static void
test_expectations(void **data)
{
    char        text[32];
    uint64_t    version;
    fixture_t  *f = *data;

    assert_int_equal(fixture_put(f, "Ta", "x", 1), LOGIN_NO);
    assert_int_equal(fixture_version(f, "Ta"), 0);

    assert_int_equal(fixture_put(f, "Ta", "one", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(fixture_put(f, "Ta", "x", LOGIN_EXPECT_ABSENT),
                     LOGIN_NO);

    version = fixture_version(f, "Ta");
    assert_int_equal(fixture_put(f, "Ta", "x", version + 1), LOGIN_NO);
    assert_int_equal(fixture_put(f, "Ta", "x", version - 1), LOGIN_NO);

    assert_int_equal(fixture_get(f, "Ta", text, sizeof(text)), version);
    assert_string_equal(text, "one");

    assert_int_equal(fixture_put(f, "Ta", "two", LOGIN_EXPECT_ANY), LOGIN_OK);
}


/* One that is not met, wherever it stands, and nothing of the set is done. */

static void
test_atomic(void **data)
{
    size_t            i, wrong;
    char              key[3] = "T0";
    uint64_t          version;
    fixture_t        *f = *data;
    login_changes_t  *changes;

    assert_int_equal(fixture_put(f, "Told", "old", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
    version = fixture_version(f, "Told");

    for (wrong = 0; wrong < 4; wrong++) {

        changes = login_changes_create();

        for (i = 0; i < 4; i++) {
            key[1] = (char) ('0' + i);
            login_changes_put(changes, login_cstr(key), login_cstr("new"),
                              i == wrong ? 7 : LOGIN_EXPECT_ABSENT);
        }

        login_changes_delete(changes, login_cstr("Told"), version);

        assert_int_equal(apply(f, changes), LOGIN_NO);

        for (i = 0; i < 4; i++) {
            key[1] = (char) ('0' + i);
            assert_int_equal(fixture_version(f, key), 0);
        }

        assert_int_equal(fixture_version(f, "Told"), version);
    }
}


static void
test_expect_only(void **data)
{
    uint64_t          version;
    fixture_t        *f = *data;
    login_changes_t  *changes;

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);
    version = fixture_version(f, "Ta");

    changes = login_changes_create();
    login_changes_expect(changes, login_cstr("Ta"), version);
    login_changes_expect(changes, login_cstr("Tb"), LOGIN_EXPECT_ABSENT);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Tb"), login_cstr("b"),
                      LOGIN_EXPECT_ABSENT);
    login_changes_expect(changes, login_cstr("Ta"), version + 1);
    assert_int_equal(apply(f, changes), LOGIN_NO);

    assert_int_equal(fixture_version(f, "Ta"), version);
    assert_int_equal(fixture_version(f, "Tb"), 0);
}


static void
test_delete(void **data)
{
    uint64_t          version;
    fixture_t        *f = *data;
    login_changes_t  *changes;

    changes = login_changes_create();
    login_changes_delete(changes, login_cstr("Ta"), LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    changes = login_changes_create();
    login_changes_delete(changes, login_cstr("Ta"), 1);
    assert_int_equal(apply(f, changes), LOGIN_NO);

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);
    version = fixture_version(f, "Ta");

    /* single use: the second of two has nothing to take */

    changes = login_changes_create();
    login_changes_delete(changes, login_cstr("Ta"), version);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(fixture_version(f, "Ta"), 0);

    changes = login_changes_create();
    login_changes_delete(changes, login_cstr("Ta"), version);
    assert_int_equal(apply(f, changes), LOGIN_NO);

    /* what comes back is another record */

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ABSENT),
                     LOGIN_OK);
    assert_true(fixture_version(f, "Ta") > version);

    changes = login_changes_create();
    login_changes_delete(changes, login_cstr("Ta"), version);
    assert_int_equal(apply(f, changes), LOGIN_NO);
}


/* Sets of one transaction see each other, as if they came in a row. */

static void
test_batch(void **data)
{
    char              text[32];
    size_t            i;
    uint64_t          version;
    fixture_t        *f = *data;
    login_changes_t  *sets[5];

    assert_int_equal(fixture_put(f, "Ta", "0", LOGIN_EXPECT_ANY), LOGIN_OK);
    version = fixture_version(f, "Ta");

    for (i = 0; i < 5; i++) {
        sets[i] = login_changes_create();
    }

    login_changes_put(sets[0], login_cstr("Ta"), login_cstr("1"), version);
    login_changes_put(sets[1], login_cstr("Ta"), login_cstr("2"), version);
    login_changes_put(sets[2], login_cstr("Tb"), login_cstr("1"),
                      LOGIN_EXPECT_ABSENT);
    login_changes_put(sets[3], login_cstr("Tb"), login_cstr("2"),
                      LOGIN_EXPECT_ABSENT);
    login_changes_delete(sets[4], login_cstr("Tb"), LOGIN_EXPECT_ANY);

    assert_int_equal(login_commit_begin(f->commit), LOGIN_OK);
    login_commit_apply(f->commit, sets, 5);

    assert_int_equal(login_changes_result(sets[0]), LOGIN_OK);
    assert_int_equal(login_changes_result(sets[1]), LOGIN_NO);
    assert_int_equal(login_changes_result(sets[2]), LOGIN_OK);
    assert_int_equal(login_changes_result(sets[3]), LOGIN_NO);
    assert_int_equal(login_changes_result(sets[4]), LOGIN_OK);

    assert_true(fixture_get(f, "Ta", text, sizeof(text)) > version);
    assert_string_equal(text, "1");
    assert_int_equal(fixture_version(f, "Tb"), 0);

    for (i = 0; i < 5; i++) {
        login_changes_destroy(sets[i]);
    }
}


/* A set that cannot be written takes none of the others with it. */

static void
test_batch_fault(void **data)
{
    char              text[32];
    size_t            i;
    fixture_t        *f = *data;
    login_str_t       huge;
    login_changes_t  *sets[4];

    huge.len = 2 * FIXTURE_MAP;
    huge.data = calloc(1, huge.len);
    assert_non_null(huge.data);

    for (i = 0; i < 4; i++) {
        sets[i] = login_changes_create();
    }

    login_changes_put(sets[0], login_cstr("T0"), login_cstr("0"),
                      LOGIN_EXPECT_ABSENT);
    login_changes_put(sets[1], login_cstr("T1"), login_cstr("1"),
                      LOGIN_EXPECT_ANY);
    login_changes_put(sets[1], login_cstr("Thuge"), huge, LOGIN_EXPECT_ANY);
    login_changes_put(sets[2], login_cstr("T0"), login_cstr("2"),
                      LOGIN_EXPECT_ABSENT);
    login_changes_put(sets[3], login_cstr("T3"), login_cstr("3"),
                      LOGIN_EXPECT_ABSENT);

    assert_int_equal(login_commit_begin(f->commit), LOGIN_OK);
    login_commit_apply(f->commit, sets, 4);

    assert_int_equal(login_changes_result(sets[0]), LOGIN_OK);
    assert_int_equal(login_changes_result(sets[1]), LOGIN_FAULT);
    assert_int_equal(login_changes_result(sets[2]), LOGIN_NO);
    assert_int_equal(login_changes_result(sets[3]), LOGIN_OK);

    (void) fixture_get(f, "T0", text, sizeof(text));
    assert_string_equal(text, "0");
    assert_int_equal(fixture_version(f, "T1"), 0);
    assert_int_equal(fixture_version(f, "Thuge"), 0);
    assert_true(fixture_version(f, "T3") != 0);

    assert_int_equal(fixture_put(f, "T1", "after", LOGIN_EXPECT_ABSENT),
                     LOGIN_OK);

    for (i = 0; i < 4; i++) {
        login_changes_destroy(sets[i]);
    }

    free((void *) huge.data);
}


static void
test_bad_changes(void **data)
{
    u_char            key[LOGIN_STORE_KEY_MAX + 1];
    fixture_t        *f = *data;
    login_record_t    record;
    login_changes_t  *changes;

    memset(key, 'T', sizeof(key));

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Ta"), login_cstr("a"),
                      LOGIN_EXPECT_ANY);
    login_changes_put(changes, login_str(key, sizeof(key)), login_cstr("a"),
                      LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_FAULT);

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Ta"), login_cstr("a"),
                      LOGIN_EXPECT_ANY);
    login_changes_delete(changes, login_str(NULL, 0), LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_FAULT);

    assert_int_equal(fixture_version(f, "Ta"), 0);

    changes = login_changes_create();
    login_changes_put(changes, login_str(key, LOGIN_STORE_KEY_MAX),
                      login_cstr("a"), LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_get(f->view,
                                    login_str(key, LOGIN_STORE_KEY_MAX),
                                    &record), LOGIN_OK);
    assert_int_equal(login_view_get(f->view, login_str(key, sizeof(key)),
                                    &record), LOGIN_FAULT);
    assert_int_equal(login_view_get(f->view, login_str(NULL, 0), &record),
                     LOGIN_FAULT);
    login_view_end(f->view);

    /* neither is of any use outside of begin and end */

    assert_int_equal(login_view_get(f->view, login_cstr("Ta"), &record),
                     LOGIN_FAULT);
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_begin(f->view), LOGIN_FAULT);
    login_view_end(f->view);

    changes = login_changes_create();
    login_commit_apply(f->commit, &changes, 1);
    assert_int_equal(login_changes_result(changes), LOGIN_FAULT);
    login_changes_destroy(changes);
}


static void
test_begin_abort(void **data)
{
    fixture_t  *f = *data;

    assert_int_equal(login_commit_begin(f->commit), LOGIN_OK);
    assert_int_equal(login_commit_begin(f->commit), LOGIN_FAULT);
    login_commit_abort(f->commit);
    login_commit_abort(f->commit);

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);
}


/* One view sees one state; its number changes with each commit only. */

static void
test_snapshot(void **data)
{
    uint64_t         version;
    fixture_t       *f = *data;
    login_record_t   one, two;
    login_view_t    *other;

    assert_int_equal(fixture_put(f, "Ta", "one", LOGIN_EXPECT_ANY), LOGIN_OK);

    other = login_view_create(f->store, &f->ring);
    assert_non_null(other);

    assert_int_equal(login_view_begin(other), LOGIN_OK);
    assert_int_equal(login_view_get(other, login_cstr("Ta"), &one), LOGIN_OK);
    version = login_view_version(other);

    assert_int_equal(fixture_put(f, "Ta", "two", LOGIN_EXPECT_ANY), LOGIN_OK);

    assert_int_equal(login_view_get(other, login_cstr("Ta"), &two), LOGIN_OK);
    assert_int_equal(one.version, two.version);
    assert_memory_equal(one.payload.data, "one", 3);
    assert_memory_equal(two.payload.data, "one", 3);
    assert_int_equal(login_view_version(other), version);
    login_view_end(other);

    assert_int_equal(login_view_begin(other), LOGIN_OK);
    assert_true(login_view_version(other) > version);
    version = login_view_version(other);
    login_view_end(other);

    /* a refused set is no change */

    assert_int_equal(fixture_put(f, "Ta", "x", LOGIN_EXPECT_ABSENT),
                     LOGIN_NO);

    assert_int_equal(login_view_begin(other), LOGIN_OK);
    assert_int_equal(login_view_version(other), version);
    login_view_end(other);

    login_view_destroy(other);
}


/* What was handed out stays while much more is read. */

static void
test_view_memory(void **data)
{
    size_t           i;
    fixture_t       *f = *data;
    login_str_t      big;
    login_record_t   records[N];
    login_changes_t *changes;

    big.len = 3000;
    big.data = memset(malloc(big.len), 'x', big.len);

    changes = login_changes_create();
    login_changes_put(changes, login_cstr("Ta"), big, LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);

    for (i = 0; i < N; i++) {
        assert_int_equal(login_view_get(f->view, login_cstr("Ta"),
                                        &records[i]), LOGIN_OK);
    }

    for (i = 0; i < N; i++) {
        assert_int_equal(records[i].payload.len, big.len);
        assert_memory_equal(records[i].payload.data, big.data, big.len);
    }

    login_view_end(f->view);

    free((void *) big.data);
}


typedef struct {
    char            seen[512];
    size_t          n;
    size_t          stop;
    login_result_e  end;
    login_view_t   *view;
} visit_t;


static login_result_e
visit(void *data, login_str_t key, const login_record_t *record)
{
    visit_t         *v = data;
    login_record_t   again;

    (void) snprintf(v->seen + strlen(v->seen),
                    sizeof(v->seen) - strlen(v->seen), "%.*s=%.*s ",
                    (int) key.len, (const char *) key.data,
                    (int) record->payload.len,
                    (const char *) record->payload.data);

    assert_int_equal(login_view_get(v->view, key, &again), LOGIN_OK);
    assert_int_equal(again.version, record->version);

    return ++v->n == v->stop ? v->end : LOGIN_OK;
}


static void
test_walk(void **data)
{
    visit_t     v;
    fixture_t  *f = *data;

    assert_int_equal(fixture_put(f, "Tb2", "4", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(fixture_put(f, "Ta", "1", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(fixture_put(f, "Tb", "2", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(fixture_put(f, "Tb1", "3", LOGIN_EXPECT_ANY), LOGIN_OK);
    assert_int_equal(fixture_put(f, "U", "5", LOGIN_EXPECT_ANY), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);

#define walk(prefix, stop_, end_)                                             \
    (memset(&v, 0, sizeof(v)), v.view = f->view, v.stop = (stop_),            \
     v.end = (end_),                                                          \
     login_view_walk(f->view, login_cstr(prefix), visit, &v))

    assert_int_equal(walk("Tb", 0, LOGIN_OK), LOGIN_OK);
    assert_string_equal(v.seen, "Tb=2 Tb1=3 Tb2=4 ");

    assert_int_equal(walk("", 0, LOGIN_OK), LOGIN_OK);
    assert_string_equal(v.seen, "Ta=1 Tb=2 Tb1=3 Tb2=4 U=5 ");

    assert_int_equal(walk("V", 0, LOGIN_OK), LOGIN_OK);
    assert_string_equal(v.seen, "");

    assert_int_equal(walk("T", 2, LOGIN_NO), LOGIN_OK);
    assert_string_equal(v.seen, "Ta=1 Tb=2 ");

    assert_int_equal(walk("T", 2, LOGIN_FAULT), LOGIN_FAULT);
    assert_string_equal(v.seen, "Ta=1 Tb=2 ");

#undef walk

    login_view_end(f->view);
}


static login_result_e
skip_record(void *data, login_str_t key, const login_record_t *record)
{
    (void) key;
    (void) record;

    ++*(size_t *) data;

    return LOGIN_OK;
}


/* A walk through everything needs no memory for everything. */

static void
test_walk_memory(void **data)
{
    size_t            i, n = 0;
    char              key[8];
    fixture_t        *f = *data;
    login_str_t       big;
    login_chunk_t    *chunk;
    login_changes_t  *changes;

    big.len = 3000;
    big.data = memset(malloc(big.len), 'x', big.len);

    changes = login_changes_create();

    for (i = 0; i < N; i++) {
        (void) snprintf(key, sizeof(key), "T%03zu", i);
        login_changes_put(changes, login_cstr(key), big, LOGIN_EXPECT_ANY);
    }

    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    chunk = f->view->chunk;
    assert_int_equal(login_view_walk(f->view, login_cstr("T"), skip_record,
                                     &n), LOGIN_OK);
    assert_int_equal(n, N);
    assert_ptr_equal(f->view->chunk, chunk);
    login_view_end(f->view);

    free((void *) big.data);
}


/* Every bit of a record counts, and so does its place. */

static void
test_tampered(void **data)
{
    u_char       raw[128], bad[128];
    size_t       i, len;
    visit_t      v;
    fixture_t   *f = *data;

    assert_int_equal(fixture_put(f, "Ta", "one", LOGIN_EXPECT_ANY), LOGIN_OK);

    len = fixture_raw_get(f, login_cstr("Ta"), raw, sizeof(raw));
    assert_int_equal(len, 3 + LOGIN_RECORD_OVERHEAD);

    for (i = 0; i < len; i++) {
        memcpy(bad, raw, len);
        bad[i] ^= (u_char) (1 << i % 8);
        fixture_raw(f, login_cstr("Ta"), login_str(bad, len));
        assert_int_equal(fixture_version(f, "Ta"), UINT64_MAX);
    }

    for (i = 0; i < len; i++) {
        fixture_raw(f, login_cstr("Ta"), login_str(raw, i));
        assert_int_equal(fixture_version(f, "Ta"), UINT64_MAX);
    }

    memcpy(bad, raw, len);
    bad[len] = 0;
    fixture_raw(f, login_cstr("Ta"), login_str(bad, len + 1));
    assert_int_equal(fixture_version(f, "Ta"), UINT64_MAX);

    /* nothing that expects something is done on it, and it stops a walk */

    assert_int_equal(fixture_put(f, "Ta", "x", LOGIN_EXPECT_ABSENT),
                     LOGIN_FAULT);
    assert_int_equal(fixture_put(f, "Ta", "x", 3), LOGIN_FAULT);

    memset(&v, 0, sizeof(v));
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_walk(f->view, login_cstr("T"), visit, &v),
                     LOGIN_FAULT);
    login_view_end(f->view);

    /* moved */

    fixture_raw(f, login_cstr("Tb"), login_str(raw, len));
    assert_int_equal(fixture_version(f, "Tb"), UINT64_MAX);

    /* itself again */

    fixture_raw(f, login_cstr("Ta"), login_str(raw, len));
    assert_true(fixture_version(f, "Ta") != UINT64_MAX);
    assert_true(fixture_version(f, "Ta") != 0);
}


static void
test_newer_format(void **data)
{
    u_char           raw[64], mac[LOGIN_MAC_LEN];
    u_char           len[2] = { 2, 0 };
    fixture_t       *f = *data;
    login_str_t      parts[3];
    login_crypto_t  *crypto;

    crypto = login_crypto_create(&f->ring);

    assert_int_equal(login_record_seal(raw, crypto, login_cstr("Ta"), 9,
                                       login_cstr("a")), LOGIN_OK);
    fixture_raw(f, login_cstr("Ta"), login_str(raw,
                                               1 + LOGIN_RECORD_OVERHEAD));
    assert_int_equal(fixture_version(f, "Ta"), 9);

    /* signed by us, by a later version */

    raw[0] = LOGIN_STORE_FORMAT + 1;
    parts[0] = login_str(len, 2);
    parts[1] = login_cstr("Ta");
    parts[2] = login_str(raw, LOGIN_RECORD_HEAD + 1);
    assert_int_equal(login_crypto_mac(crypto, LOGIN_PURPOSE_RECORD, 0, parts,
                                      3, mac), LOGIN_OK);
    memcpy(raw + LOGIN_RECORD_HEAD + 1, mac, LOGIN_RECORD_MAC);

    fixture_raw(f, login_cstr("Ta"), login_str(raw,
                                               1 + LOGIN_RECORD_OVERHEAD));
    assert_int_equal(fixture_version(f, "Ta"), UINT64_MAX);

    /* versions that mean something else where they are expected */

    assert_int_equal(login_record_seal(raw, crypto, login_cstr("Ta"), 0,
                                       login_cstr("a")), LOGIN_OK);
    fixture_raw(f, login_cstr("Ta"), login_str(raw,
                                               1 + LOGIN_RECORD_OVERHEAD));
    assert_int_equal(fixture_version(f, "Ta"), UINT64_MAX);

    login_crypto_destroy(crypto);
}


static void
test_warm(void **data)
{
    int               i, steps;
    char              key[16];
    uint64_t          left;
    fixture_t        *f = *data;
    login_warm_t      warm;
    login_result_e    rc;
    login_changes_t  *set;

    login_warm_start(&warm, 1 << 20);
    assert_int_equal(login_warm_step(&warm, f->view), LOGIN_OK);
    assert_int_equal(login_warm_step(&warm, f->view), LOGIN_NO);

    set = login_changes_create();

    for (i = 0; i < 20000; i++) {
        (void) snprintf(key, sizeof(key), "%c%05d", "ASZ"[i % 3], i);
        login_changes_put(set, login_cstr(key), login_cstr("x"),
                          LOGIN_EXPECT_ANY);
    }

    login_changes_urgent(set);
    assert_int_equal(login_commit_one(f->commit, set), LOGIN_OK);
    login_changes_destroy(set);

    login_warm_start(&warm, 1 << 20);
    left = warm.left;

    for (steps = 0; steps < 100; steps++) {
        rc = login_warm_step(&warm, f->view);

        if (rc != LOGIN_OK) {
            break;
        }

        /* the next step begins with the last one's key: gone by then */

        if (steps == 0) {
            (void) snprintf(key, sizeof(key), "%.*s", (int) warm.len,
                            (const char *) warm.key);
            set = login_changes_create();
            login_changes_delete(set, login_cstr(key), LOGIN_EXPECT_ANY);
            assert_int_equal(login_commit_one(f->commit, set), LOGIN_OK);
            login_changes_destroy(set);
        }
    }

    assert_int_equal(rc, LOGIN_NO);
    assert_in_range(steps, 2, 10);
    assert_in_range(left - warm.left, 20000 * 30, 20020 * 40);

    /* bounded */

    login_warm_start(&warm, 1000);
    assert_int_equal(login_warm_step(&warm, f->view), LOGIN_NO);
    assert_int_equal(warm.left, 0);
}


static void
test_keys(void **data)
{
    char        text[8];
    fixture_t  *f = *data;

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);

    /* a new key in front: the old one still verifies */

    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_B FIXTURE_KEY_A);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    assert_true(fixture_get(f, "Ta", text, sizeof(text)) != UINT64_MAX);
    assert_string_equal(text, "a");
    assert_int_equal(fixture_put(f, "Tb", "b", LOGIN_EXPECT_ANY), LOGIN_OK);

    /* the old one gone: what it signed is nobody's */

    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_B);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    assert_int_equal(fixture_version(f, "Ta"), UINT64_MAX);
    assert_int_equal(fixture_put(f, "Ta", "x", LOGIN_EXPECT_ABSENT),
                     LOGIN_FAULT);
    assert_true(fixture_get(f, "Tb", text, sizeof(text)) != UINT64_MAX);
    assert_string_equal(text, "b");

    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_A);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    assert_true(fixture_version(f, "Ta") != UINT64_MAX);
    assert_int_equal(fixture_version(f, "Tb"), UINT64_MAX);
}


static void
test_one_environment(void **data)
{
    char            link[128];
    fixture_t      *f = *data;
    login_error_t   error;
    login_store_t  *same, *linked;

    (void) snprintf(link, sizeof(link), "%s/link", f->dir);
    assert_int_equal(symlink(f->path, link), 0);

    assert_int_equal(login_store_open(&same, f->path, 0, &error), LOGIN_OK);
    assert_int_equal(login_store_open(&linked, link, 2 * FIXTURE_MAP, &error),
                     LOGIN_OK);
    assert_ptr_equal(same, f->store);
    assert_ptr_equal(linked, f->store);

    login_store_close(same);
    login_store_close(linked);

    /* still open for the first user */

    assert_int_equal(fixture_put(f, "Ta", "a", LOGIN_EXPECT_ANY), LOGIN_OK);

    assert_int_equal(login_store_open(&same, "/nonexistent/store", 0, &error),
                     LOGIN_FAULT);
    assert_null(same);
    assert_non_null(strstr(error.text, "/nonexistent/store"));
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_put_get),
        test(test_expectations),
        test(test_atomic),
        test(test_expect_only),
        test(test_delete),
        test(test_batch),
        test(test_batch_fault),
        test(test_bad_changes),
        test(test_begin_abort),
        test(test_snapshot),
        test(test_view_memory),
        test(test_walk),
        test(test_walk_memory),
        test(test_tampered),
        test(test_newer_format),
        test(test_warm),
        test(test_keys),
        test(test_one_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
