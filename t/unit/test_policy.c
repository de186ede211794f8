
#include "store_fixture.h"


#define NOW    1800000000
#define CHUNK  (32 * 1024)


#define assert_str(s, text)                                                   \
    assert_true(login_str_eq((s), login_cstr(text)))


static login_strings_t
strings(login_str_t *s, size_t n)
{
    login_strings_t  list = { s, n };

    return list;
}


/* Two servers; the first has every kind of location. */

static void
sample(login_policy_t *policy)
{
    static login_str_t  of_acme[] = {
        login_string("okta"), login_string("entra")
    };
    static login_policy_org_t  orgs[] = {
        { login_string("acme"), login_string("Acme Corporation"),
          login_string("https://login.example.com/login/"), 8, 100, 2,
          login_string("/etc/nginx/acme.txt"), 0, { of_acme, 2 } },
        { login_string("default"), login_string(""), login_string(""),
          12, 200, 4, login_string(""), 1, { NULL, 0 } }
    };
    static login_policy_provider_t  providers[] = {
        { login_string("entra"), login_string("https://entra.example"), 1 },
        { login_string("okta"), login_string("https://okta.example"), 0 },
        { login_string("other"), login_string("https://idp.example"), 0 }
    };

    static login_str_t  names[] = {
        login_string("example.com"), login_string("~^www\\d")
    };
    static login_str_t  listen[] = { login_string("0.0.0.0:443") };
    static login_str_t  methods[] = {
        login_string("GET"), login_string("HEAD")
    };
    static login_str_t  require[] = {
        login_string("role=admin max_age=15m"), login_string("user=ann")
    };
    static login_location_t  locations[] = {
        { LOGIN_LOCATION_SERVER, LOGIN_GATE_ON, 0, 0, 0,
          login_string(""), { NULL, 0 }, { NULL, 0 } },
        { LOGIN_LOCATION_PREFIX, LOGIN_GATE_PORTAL, 0, 0, 1,
          login_string("/login/"), { NULL, 0 }, { NULL, 0 } },
        { LOGIN_LOCATION_IF, LOGIN_GATE_PORTAL, 0, 0, 2,
          login_string("/login/"), { NULL, 0 }, { NULL, 0 } },
        { LOGIN_LOCATION_PRIORITY, LOGIN_GATE_ON, 1, 0, 1,
          login_string("/a/"), { NULL, 0 }, { require, 2 } },
        { LOGIN_LOCATION_REGEX, LOGIN_GATE_OPTIONAL, 0, 0, 2,
          login_string("\\.php$"), { NULL, 0 }, { NULL, 0 } },
        { LOGIN_LOCATION_LIMIT_EXCEPT, LOGIN_GATE_OFF, 0, 1, 3,
          login_string("\\.php$"), { methods, 2 }, { NULL, 0 } },
        { LOGIN_LOCATION_EXACT, LOGIN_GATE_FORWARD, 0, 0, 1,
          login_string("/auth"), { NULL, 0 }, { NULL, 0 } },
        { LOGIN_LOCATION_NAMED, LOGIN_GATE_OFF, 0, 1, 1,
          login_string("@app"), { NULL, 0 }, { NULL, 0 } },
    };
    static login_server_t  servers[2];

    servers[0].portal = login_cstr("https://example.com/login/");
    servers[0].own = 1;
    servers[0].names = strings(names, 2);
    servers[0].listen = strings(listen, 1);
    servers[0].locations = locations;
    servers[0].n = sizeof(locations) / sizeof(locations[0]);

    servers[1].portal = login_cstr("");
    servers[1].own = 0;
    servers[1].names = strings(names, 1);
    servers[1].listen = strings(listen, 0);
    servers[1].locations = locations;
    servers[1].n = 1;

    policy->written = 0;
    policy->servers = servers;
    policy->n = 2;

    policy->password_min = 12;
    policy->password_max = 200;
    policy->password_score = 4;
    policy->blocklist = login_cstr("/etc/nginx/listed.txt");
    policy->hash_memory = 1024;
    policy->hash_passes = 3;
    policy->mail = login_cstr("login@example.com");

    policy->only = login_cstr("");
    policy->orgs = orgs;
    policy->norgs = 2;
    policy->providers = providers;
    policy->nproviders = 3;
}


static login_str_t
encode(const login_policy_t *policy)
{
    size_t   size;
    u_char  *p;

    size = login_policy_size(policy);

    p = malloc(size);
    assert_non_null(p);
    assert_int_equal(login_policy_encode(p, size, policy), LOGIN_OK);

    return login_str(p, size);
}


static void
check_strings(const login_strings_t *a, const login_strings_t *b)
{
    size_t  i;

    assert_int_equal(a->n, b->n);

    for (i = 0; i < a->n; i++) {
        assert_true(login_str_eq(a->s[i], b->s[i]));
    }
}


static void
check_same(const login_policy_t *a, const login_policy_t *b)
{
    size_t                   i, j;
    const login_server_t    *s, *t;
    const login_location_t  *k, *l;

    assert_int_equal(a->n, b->n);
    assert_int_equal(a->password_min, b->password_min);
    assert_int_equal(a->password_max, b->password_max);
    assert_int_equal(a->password_score, b->password_score);
    assert_true(login_str_eq(a->blocklist, b->blocklist));
    assert_int_equal(a->hash_memory, b->hash_memory);
    assert_int_equal(a->hash_passes, b->hash_passes);
    assert_true(login_str_eq(a->mail, b->mail));
    assert_true(login_str_eq(a->only, b->only));
    assert_int_equal(a->norgs, b->norgs);

    for (i = 0; i < a->norgs; i++) {
        assert_true(login_str_eq(a->orgs[i].name, b->orgs[i].name));
        assert_true(login_str_eq(a->orgs[i].title, b->orgs[i].title));
        assert_true(login_str_eq(a->orgs[i].region, b->orgs[i].region));
        assert_true(login_str_eq(a->orgs[i].blocklist,
                                 b->orgs[i].blocklist));
        assert_int_equal(a->orgs[i].password_min, b->orgs[i].password_min);
        assert_int_equal(a->orgs[i].password_max, b->orgs[i].password_max);
        assert_int_equal(a->orgs[i].password_score,
                         b->orgs[i].password_score);
        assert_int_equal(a->orgs[i].password, b->orgs[i].password);
        check_strings(&a->orgs[i].providers, &b->orgs[i].providers);
    }

    assert_int_equal(a->nproviders, b->nproviders);

    for (i = 0; i < a->nproviders; i++) {
        assert_true(login_str_eq(a->providers[i].name, b->providers[i].name));
        assert_true(login_str_eq(a->providers[i].issuer,
                                 b->providers[i].issuer));
        assert_int_equal(a->providers[i].provision,
                         b->providers[i].provision);
    }

    for (i = 0; i < a->n; i++) {
        s = &a->servers[i];
        t = &b->servers[i];

        assert_true(login_str_eq(s->portal, t->portal));
        assert_int_equal(s->own, t->own);
        check_strings(&s->names, &t->names);
        check_strings(&s->listen, &t->listen);
        assert_int_equal(s->n, t->n);

        for (j = 0; j < s->n; j++) {
            k = &s->locations[j];
            l = &t->locations[j];

            assert_int_equal(k->kind, l->kind);
            assert_int_equal(k->gate, l->gate);
            assert_int_equal(k->any, l->any);
            assert_int_equal(k->internal, l->internal);
            assert_int_equal(k->depth, l->depth);
            assert_true(login_str_eq(k->name, l->name));
            check_strings(&k->methods, &l->methods);
            check_strings(&k->require, &l->require);
        }
    }
}


static void
test_round_trip(void **data)
{
    login_str_t      raw;
    login_arena_t   *arena;
    login_policy_t   in, out;

    (void) data;

    sample(&in);
    raw = encode(&in);
    arena = login_arena_create();

    assert_int_equal(login_policy_decode(&out, arena, raw), LOGIN_OK);
    check_same(&in, &out);

    login_arena_destroy(arena);
    free((void *) raw.data);
}


/* A flag of a provider, the last byte, has two values. */

static void
test_flag(void **data)
{
    u_char          *p;
    login_str_t      raw;
    login_arena_t   *arena;
    login_policy_t   policy;

    (void) data;

    sample(&policy);
    raw = encode(&policy);
    arena = login_arena_create();

    p = (u_char *) raw.data;
    p[raw.len - 1] = 2;

    assert_int_equal(login_policy_decode(&policy, arena, raw), LOGIN_FAULT);

    login_arena_destroy(arena);
    free(p);
}


static void
test_providers(void **data)
{
    login_policy_t             policy;
    const login_policy_org_t  *org;

    (void) data;

    sample(&policy);
    org = login_policy_org(&policy, login_cstr("acme"));

    assert_ptr_equal(login_policy_provider(&policy, org, login_cstr("okta")),
                     &policy.providers[1]);
    assert_null(login_policy_provider(&policy, org, login_cstr("other")));
    assert_null(login_policy_provider(&policy, org, login_cstr("none")));

    org = login_policy_org(&policy, login_cstr("default"));
    assert_null(login_policy_provider(&policy, org, login_cstr("okta")));
}


/* Whatever is cut off or added, and however many there are said to be. */

static void
test_malformed(void **data)
{
    size_t           i;
    u_char          *p;
    login_str_t      raw;
    login_arena_t   *arena;
    login_policy_t   policy;

    (void) data;

    sample(&policy);
    raw = encode(&policy);
    arena = login_arena_create();

    for (i = 0; i < raw.len; i++) {
        assert_int_equal(login_policy_decode(&policy, arena,
                                             login_str(raw.data, i)),
                         LOGIN_FAULT);
    }

    p = malloc(raw.len + 1);
    memcpy(p, raw.data, raw.len);
    p[raw.len] = 0;

    assert_int_equal(login_policy_decode(&policy, arena,
                                         login_str(p, raw.len + 1)),
                     LOGIN_FAULT);

    memset(p, 0xff, 4);
    assert_int_equal(login_policy_decode(&policy, arena,
                                         login_str(p, raw.len)),
                     LOGIN_FAULT);

    free(p);
    login_arena_destroy(arena);
    free((void *) raw.data);
}


/* What could not be read again is not written. */

static void
test_invalid(void **data)
{
    size_t             size;
    u_char             out[2048];
    static u_char      text[65536];
    login_policy_t     policy;
    login_server_t    *server;
    login_location_t   locations[3];

    (void) data;

    sample(&policy);
    size = login_policy_size(&policy);
    server = &policy.servers[0];

    assert_true(size < sizeof(out));
    assert_int_equal(login_policy_encode(out, size, &policy), LOGIN_OK);
    assert_int_equal(login_policy_encode(out, size - 1, &policy), LOGIN_NO);
    assert_int_equal(login_policy_encode(out, size + 1, &policy), LOGIN_NO);

#define refused()                                                             \
    assert_int_equal(login_policy_encode(out, login_policy_size(&policy),     \
                                         &policy), LOGIN_NO);                 \
    sample(&policy)

    memcpy(locations, server->locations, sizeof(locations));
    server->locations = locations;
    server->n = 3;
    assert_int_equal(login_policy_encode(out, login_policy_size(&policy),
                                         &policy), LOGIN_OK);
    sample(&policy);

    server->locations = locations;
    server->n = 3;
    locations[2].depth = 3;
    refused();

    server->locations = locations;
    server->n = 3;
    locations[2].depth = 0;
    refused();

    server->locations = locations;
    server->n = 3;
    locations[2] = locations[0];
    refused();

    server->locations = locations;
    server->n = 3;
    locations[2] = locations[1];
    locations[2].kind = LOGIN_LOCATION_SERVER;
    refused();

    server->locations = locations;
    server->n = 3;
    locations[2] = locations[1];
    locations[2].methods = server->names;
    refused();

    server->portal = login_cstr("");
    refused();

    server->portal = login_str(text, sizeof(text));
    assert_int_equal(login_policy_encode(text, sizeof(text), &policy),
                     LOGIN_NO);
}


/* --- in the store */

static login_result_e
put(fixture_t *f, login_str_t encoded, uint64_t now)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_policy_put(changes, f->view, encoded, now);
    login_view_end(f->view);

    if (rc == LOGIN_OK) {
        assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    }

    login_changes_destroy(changes);

    return rc;
}


static login_result_e
get(fixture_t *f, const login_policy_t *expected, uint64_t written)
{
    login_arena_t   *arena;
    login_policy_t   policy;
    login_result_e   rc;

    arena = login_arena_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_policy_get(&policy, arena, f->view);
    login_view_end(f->view);

    if (rc == LOGIN_OK) {
        check_same(&policy, expected);
        assert_int_equal(policy.written, written);
    }

    login_arena_destroy(arena);

    return rc;
}


static login_result_e
count(void *data, login_str_t key, const login_record_t *record)
{
    size_t  *n = data;

    (void) key;
    (void) record;

    (*n)++;

    return LOGIN_OK;
}


static size_t
records(fixture_t *f)
{
    size_t  n;

    n = 0;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_walk(f->view, login_cstr("P"), count, &n),
                     LOGIN_OK);
    login_view_end(f->view);

    return n;
}


/* One server with so many locations that "n" pieces are needed. */

static void
large(login_policy_t *policy, size_t n)
{
    size_t                   i;
    static login_server_t    server;
    static login_location_t  locations[8192];

    memset(&server, 0, sizeof(server));
    memset(policy, 0, sizeof(login_policy_t));

    policy->written = 0;
    policy->servers = &server;
    policy->n = 1;
    policy->mail = login_cstr("");

    server.locations = locations;

    for (i = 0; i < 8192; i++) {
        locations[i].kind = LOGIN_LOCATION_PREFIX;
        locations[i].depth = 1;
        locations[i].name = login_cstr("/somewhere/else/");
        server.n = i + 1;

        if (login_policy_size(policy) > (n - 1) * CHUNK) {
            return;
        }
    }

    fail();
}


static void
test_store(void **data)
{
    fixture_t       *f = *data;
    login_str_t      one, three;
    login_policy_t   small, big;

    sample(&small);
    one = encode(&small);

    large(&big, 3);
    three = encode(&big);
    assert_true(three.len > 2 * CHUNK && three.len < 3 * CHUNK);

    assert_int_equal(get(f, &small, 0), LOGIN_NO);

    assert_int_equal(put(f, one, NOW), LOGIN_OK);
    assert_int_equal(get(f, &small, NOW), LOGIN_OK);
    assert_int_equal(records(f), 2);

    /* the time is that of the first one */

    assert_int_equal(put(f, one, NOW + 1), LOGIN_NO);
    assert_int_equal(get(f, &small, NOW), LOGIN_OK);

    assert_int_equal(put(f, three, NOW + 2), LOGIN_OK);
    assert_int_equal(get(f, &big, NOW + 2), LOGIN_OK);
    assert_int_equal(records(f), 4);

    /* nothing is left of what was longer */

    assert_int_equal(put(f, one, NOW + 3), LOGIN_OK);
    assert_int_equal(get(f, &small, NOW + 3), LOGIN_OK);
    assert_int_equal(records(f), 2);

    free((void *) one.data);
    free((void *) three.data);
}


/* Two workers at once: the first one's, as a whole. */

static void
test_conflict(void **data)
{
    fixture_t        *f = *data;
    login_str_t       one, three;
    login_policy_t    small, big;
    login_changes_t  *first, *second;

    sample(&small);
    one = encode(&small);

    large(&big, 3);
    three = encode(&big);

    first = login_changes_create();
    second = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_policy_put(first, f->view, three, NOW), LOGIN_OK);
    assert_int_equal(login_policy_put(second, f->view, one, NOW), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(login_commit_one(f->commit, first), LOGIN_OK);
    assert_int_equal(login_commit_one(f->commit, second), LOGIN_NO);

    assert_int_equal(get(f, &big, NOW), LOGIN_OK);
    assert_int_equal(records(f), 4);

    /* and the same where there was one already */

    login_changes_destroy(first);
    login_changes_destroy(second);

    first = login_changes_create();
    second = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_policy_put(first, f->view, one, NOW + 1),
                     LOGIN_OK);
    assert_int_equal(login_policy_put(second, f->view, one, NOW + 2),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(login_commit_one(f->commit, first), LOGIN_OK);
    assert_int_equal(login_commit_one(f->commit, second), LOGIN_NO);
    assert_int_equal(get(f, &small, NOW + 1), LOGIN_OK);

    login_changes_destroy(first);
    login_changes_destroy(second);
    free((void *) one.data);
    free((void *) three.data);
}


/* A piece that was ours once, put back behind the store's back. */

static void
test_mixed(void **data)
{
    size_t           len;
    fixture_t       *f = *data;
    login_str_t      one, two;
    login_policy_t   policy;
    static u_char    piece[CHUNK];

    static const login_str_t  key = { 5, (const u_char *) "P\0\0\0\1" };

    sample(&policy);
    one = encode(&policy);
    assert_int_equal(put(f, one, NOW), LOGIN_OK);

    len = fixture_raw_get(f, key, piece, sizeof(piece));

    policy.servers[0].locations[3].gate = LOGIN_GATE_OFF;
    two = encode(&policy);
    policy.servers[0].locations[3].gate = LOGIN_GATE_ON;
    assert_int_equal(put(f, two, NOW), LOGIN_OK);

    fixture_raw(f, key, login_str(piece, len));
    assert_int_equal(get(f, &policy, NOW), LOGIN_FAULT);

    /* a worker that has what the head says mends it */

    assert_int_equal(put(f, two, NOW + 1), LOGIN_OK);

    policy.servers[0].locations[3].gate = LOGIN_GATE_OFF;
    assert_int_equal(get(f, &policy, NOW + 1), LOGIN_OK);
    policy.servers[0].locations[3].gate = LOGIN_GATE_ON;

    free((void *) one.data);
    free((void *) two.data);
}


static void
test_missing(void **data)
{
    fixture_t        *f = *data;
    login_str_t       raw;
    login_policy_t    policy;
    login_changes_t  *changes;

    sample(&policy);
    raw = encode(&policy);
    assert_int_equal(put(f, raw, NOW), LOGIN_OK);

    changes = login_changes_create();
    login_changes_delete(changes, login_str("P\0\0\0\1", 5),
                         LOGIN_EXPECT_ANY);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    assert_int_equal(get(f, &policy, NOW), LOGIN_FAULT);
    assert_int_equal(put(f, raw, NOW + 1), LOGIN_OK);
    assert_int_equal(get(f, &policy, NOW + 1), LOGIN_OK);

    free((void *) raw.data);
}


/* After the key that signed it is gone, a worker writes it anew. */

static void
test_other_key(void **data)
{
    fixture_t       *f = *data;
    login_str_t      one, three;
    login_policy_t   small, big;

    large(&big, 3);
    three = encode(&big);
    assert_int_equal(put(f, three, NOW), LOGIN_OK);

    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_B);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    sample(&small);
    assert_int_equal(get(f, &small, NOW), LOGIN_FAULT);

    one = encode(&small);
    assert_int_equal(put(f, one, NOW + 1), LOGIN_OK);
    assert_int_equal(get(f, &small, NOW + 1), LOGIN_OK);
    assert_int_equal(records(f), 2);

    free((void *) one.data);
    free((void *) three.data);
}


/* Refused, not guessed; nginx writes what it understands itself. */

static void
test_format(void **data)
{
    u_char           head[1 + 8 + 8 + LOGIN_HASH_LEN];
    fixture_t       *f = *data;
    login_str_t      raw;
    login_policy_t   policy;
    login_record_t   record;
    login_changes_t *changes;

    static const login_str_t  key = { 5, (const u_char *) "P\0\0\0\0" };

    sample(&policy);
    raw = encode(&policy);
    assert_int_equal(put(f, raw, NOW), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_get(f->view, key, &record), LOGIN_OK);
    assert_int_equal(record.payload.len, sizeof(head));
    memcpy(head, record.payload.data, sizeof(head));
    login_view_end(f->view);

    head[0]++;

    changes = login_changes_create();
    login_changes_put(changes, key, login_str(head, sizeof(head)),
                      LOGIN_EXPECT_ANY);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    assert_int_equal(get(f, &policy, NOW), LOGIN_FAULT);
    assert_int_equal(put(f, raw, NOW + 1), LOGIN_OK);
    assert_int_equal(get(f, &policy, NOW + 1), LOGIN_OK);

    free((void *) raw.data);
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_flag),
        cmocka_unit_test(test_providers),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_invalid),
        test(test_store),
        test(test_conflict),
        test(test_mixed),
        test(test_missing),
        test(test_other_key),
        test(test_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
