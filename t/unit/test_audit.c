
/* What a look at every record finds, and what it passes over. */

#include "store_fixture.h"


static char           found[8192];
static login_audit_t  audit;


static void
tell(void *data, const char *text)
{
    size_t  len = strlen(found);

    (void) data;
    (void) snprintf(found + len, sizeof(found) - len, "%s\n", text);
}


static void
look(fixture_t *f)
{
    found[0] = '\0';
    assert_int_equal(login_audit(&audit, f->view, &f->ring, tell, NULL),
                     LOGIN_OK);
}


/* Exactly one finding, with these words. */

static void
check_found(fixture_t *f, const char *words)
{
    char  *end;

    look(f);

    end = strchr(found, '\n');

    if (end == NULL || end[1] != '\0' || strstr(found, words) == NULL) {
        fail_msg("not \"%s\" but: %s", words, found);
    }
}


static void
check_nothing(fixture_t *f)
{
    look(f);
    assert_string_equal(found, "");
}


static void
account(fixture_t *f, login_account_t *a, const char *name)
{
    login_changes_t  *changes;

    assert_int_equal(login_account_new(a, 1000), LOGIN_OK);
    a->org = login_cstr("default");
    a->username = login_cstr(name);

    changes = login_changes_create();
    login_account_add(changes, a);
    login_account_see(changes, a->id, 2000);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);
}


static void
session(fixture_t *f, const login_account_t *a, uint64_t seen)
{
    login_session_t   s;
    login_changes_t  *changes;

    memset(&s, 0, sizeof(s));
    memcpy(s.account, a->id, LOGIN_ID_LEN);
    s.auth_time = 1500;
    s.seen = seen;

    changes = login_changes_create();
    login_session_add(changes, &s);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);
}


static void
put(fixture_t *f, login_str_t key, login_str_t payload)
{
    login_changes_t  *changes;

    changes = login_changes_create();

    if (payload.data != NULL) {
        login_changes_put(changes, key, payload, LOGIN_EXPECT_ANY);

    } else {
        login_changes_delete(changes, key, LOGIN_EXPECT_ANY);
    }

    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);
}


static void
test_nothing(void **data)
{
    fixture_t        *f = *data;
    login_account_t   a, b;

    look(f);
    assert_string_equal(found, "");
    assert_int_equal(audit.records, 0);

    account(f, &a, "ann");
    account(f, &b, "bob");
    session(f, &a, 3000);
    put(f, login_cstr("Mepoch"), login_str("\1\0\0\0\0\0\0\0", 8));

    look(f);
    assert_string_equal(found, "");
    assert_int_equal(audit.records, 8);
    assert_int_equal(audit.accounts, 2);
    assert_int_equal(audit.sessions, 1);
    assert_int_equal(audit.newest, 3000);
    assert_int_equal(audit.keys[0], 8);
    assert_int_equal(audit.unknown, 0);
}


/* What a newer version writes is none of our business, if it is whole. */

static void
test_unknown(void **data)
{
    fixture_t  *f = *data;

    assert_int_equal(fixture_put(f, "Zsomething", "x", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
    assert_int_equal(fixture_put(f, "Zthing", "x", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
    assert_int_equal(fixture_put(f, "\x01thing", "x", LOGIN_EXPECT_ANY),
                     LOGIN_OK);
    assert_int_equal(fixture_put(f, "Mthing", "x", LOGIN_EXPECT_ANY),
                     LOGIN_OK);

    look(f);
    assert_string_equal(found, "");
    assert_int_equal(audit.unknown, 4);
    assert_string_equal(audit.kinds, "MZ");

    fixture_raw(f, login_cstr("Zthing"), login_cstr("damaged"));
    check_found(f, "record \"Z 7468696e67\" is damaged or forged");
}


static void
test_damaged(void **data)
{
    size_t            len;
    u_char            raw[4096];
    fixture_t        *f = *data;
    login_str_t       key = login_str("Ndefault\0ann", 12);
    login_account_t   a;

    account(f, &a, "ann");

    len = fixture_raw_get(f, key, raw, sizeof(raw));
    raw[20] ^= 1;
    fixture_raw(f, key, login_str(raw, len));
    check_found(f, "record \"N default/ann\" is damaged or forged");

    /* at another place than it was made for */

    raw[20] ^= 1;
    fixture_raw(f, key, login_str(raw, len));
    fixture_raw(f, login_cstr("Nother"), login_str(raw, len));
    check_found(f, "record \"N other\" is damaged or forged");
}


static void
test_key_missing(void **data)
{
    fixture_t        *f = *data;
    login_account_t   a;

    account(f, &a, "ann");
    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_B);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    look(f);
    assert_non_null(strstr(found, "record \"N default/ann\" needs key \""));
    assert_int_equal(audit.keys[0], 0);
}


static void
test_other_store(void **data)
{
    u_char           raw[64];
    fixture_t       *f = *data;
    login_crypto_t  *crypto;

    crypto = login_crypto_create(&f->ring);
    assert_int_equal(login_record_seal(raw, crypto, login_cstr("Qx"), 1000,
                                       login_cstr("")), LOGIN_OK);
    login_crypto_destroy(crypto);

    fixture_raw(f, login_cstr("Qx"), login_str(raw, LOGIN_RECORD_OVERHEAD));
    check_found(f, "record \"Q 78\" comes from another store");
}


static void
test_names(void **data)
{
    fixture_t        *f = *data;
    login_account_t   a, b;
    const login_str_t  ann = login_str("Ndefault\0ann", 12);
    const login_str_t  eve = login_str("Ndefault\0eve", 12);

    account(f, &a, "ann");
    account(f, &b, "bob");

    put(f, eve, login_str(a.id, LOGIN_ID_LEN));
    check_found(f, "\"N default/eve\" leads to an account of another name");

    put(f, eve, login_str("0123456789abcdef", LOGIN_ID_LEN));
    check_found(f, "\"N default/eve\" leads to no account");

    put(f, eve, login_str("0123", 4));
    check_found(f, "\"N default/eve\" is not well-formed");

    put(f, eve, login_str(NULL, 0));
    put(f, ann, login_str(NULL, 0));
    check_found(f, "has no name that leads to it");

    put(f, ann, login_str(b.id, LOGIN_ID_LEN));
    look(f);
    assert_non_null(strstr(found, "has the name of another account"));
    assert_non_null(strstr(found, "leads to an account of another name"));
}


static void
test_owners(void **data)
{
    u_char            buf[LOGIN_ACCOUNT_KEY_LEN];
    fixture_t        *f = *data;
    login_str_t       key;
    login_account_t   a, gone;

    account(f, &a, "ann");

    memset(&gone, 0, sizeof(gone));
    key = login_account_key(buf, LOGIN_KIND_SEEN, gone.id);

    put(f, key, login_str("\0\0\0\0\0\0\0\0", 8));
    check_found(f, "record \"L 00000000000000000000000000000000\" is of no "
                "account");
    put(f, key, login_str(NULL, 0));

    session(f, &gone, 3000);
    check_found(f, "record \"S 0000");
    assert_non_null(strstr(found, "is of no account"));
}


static void
test_malformed(void **data)
{
    u_char            buf[LOGIN_ACCOUNT_KEY_LEN];
    fixture_t        *f = *data;
    login_str_t       key;
    login_account_t   a;

    account(f, &a, "ann");

    key = login_account_key(buf, LOGIN_KIND_SEEN, a.id);
    put(f, key, login_cstr("x"));
    check_found(f, "record \"L ");
    assert_non_null(strstr(found, "is not well-formed"));
    put(f, key, login_str(NULL, 0));

    put(f, login_cstr("Sx"), login_cstr("x"));
    check_found(f, "record \"S 78\" is not well-formed");
    put(f, login_cstr("Sx"), login_str(NULL, 0));

    put(f, login_cstr("Mepoch"), login_cstr("x"));
    check_found(f, "record \"M epoch\" is not well-formed");
    put(f, login_cstr("Mepoch"), login_str(NULL, 0));

    key = login_account_key(buf, LOGIN_KIND_ACCOUNT, a.id);
    put(f, key, login_cstr("x"));
    look(f);
    assert_non_null(strstr(found, "is not well-formed"));
}


static void
test_links(void **data)
{
    size_t            len;
    u_char            payload[LOGIN_LINK_PAYLOAD];
    u_char            one[LOGIN_LINK_KEY_LEN], two[LOGIN_LINK_KEY_LEN];
    fixture_t        *f = *data;
    login_str_t       key, owner;
    login_link_t      link;
    login_account_t   a;

    account(f, &a, "ann");

    memset(&link, 0, sizeof(login_link_t));
    link.purpose = LOGIN_LINK_INVITATION;
    len = login_link_encode(payload, &link);

    key = login_link_key(one, link.hash);
    owner = login_link_owner_key(two, a.id, LOGIN_LINK_INVITATION);

    put(f, key, login_str(payload, len));
    check_found(f, "record \"I 0000");
    assert_non_null(strstr(found, "is of no account"));

    put(f, key, login_str(payload, len - 1));
    check_found(f, "record \"I 0000");
    assert_non_null(strstr(found, "is not well-formed"));

    put(f, key, login_str(NULL, 0));
    put(f, owner, login_str(link.hash, LOGIN_HASH_LEN));
    check_found(f, "leads to no link");

    put(f, owner, login_str(link.hash, 1));
    check_found(f, "is not well-formed");
}


/* Devices, recovery codes, trusted browsers, failures: each of somebody. */

static void
test_factor(void **data)
{
    size_t            i, len;
    u_char            id[LOGIN_ID_LEN], hash[LOGIN_HASH_LEN];
    u_char            sealed[LOGIN_DEVICE_SEALED], text[LOGIN_DEVICE_PAYLOAD];
    u_char            device_key[LOGIN_DEVICE_KEY_LEN], trusted_key[64];
    u_char            one[LOGIN_RECOVERY_KEY_LEN];
    u_char            made[LOGIN_RECOVERY_KEY_LEN];
    u_char            failed[LOGIN_ACCOUNT_KEY_LEN];
    fixture_t        *f = *data;
    login_str_t       keys[5];
    login_trust_t     trust;
    login_device_t    device;
    login_account_t   a, gone;

    account(f, &a, "ann");
    memset(&gone, 0, sizeof(gone));
    memset(id, 1, sizeof(id));
    memset(hash, 2, sizeof(hash));

    memset(&device, 0, sizeof(device));
    device.name = login_cstr("Phone");
    device.sealed = login_str(sealed, sizeof(sealed));
    memset(sealed, 0, sizeof(sealed));
    memcpy(sealed, f->ring.keys[0].id, LOGIN_KEY_ID_LEN);

    keys[0] = login_device_key(device_key, a.id, id);
    len = login_device_encode(text, &device);
    put(f, keys[0], login_str(text, len));
    check_nothing(f);

    sealed[0] ^= 1;
    len = login_device_encode(text, &device);
    put(f, keys[0], login_str(text, len));
    check_found(f, "record \"D ");
    assert_non_null(strstr(found, "needs a key which is not in the key file"));
    sealed[0] ^= 1;

    len = login_device_encode(text, &device);
    put(f, keys[0], login_str(text, len - 1));
    check_found(f, "is not well-formed");
    put(f, keys[0], login_str(NULL, 0));

    keys[0] = login_device_key(device_key, gone.id, id);
    put(f, keys[0], login_str(text, len));
    check_found(f, "is of no account");
    put(f, keys[0], login_str(NULL, 0));

    /* a code without the record of all of them, and both */

    keys[1] = login_recovery_key(one, a.id, hash);
    keys[2] = login_recovery_key(made, a.id, NULL);
    put(f, keys[1], login_cstr(""));
    check_found(f, "is a code of none that were made");
    put(f, keys[2], login_str("\0\0\0\0\0\0\0\0", 8));
    check_nothing(f);
    put(f, keys[1], login_cstr("x"));
    check_found(f, "is not well-formed");
    put(f, keys[1], login_str(NULL, 0));
    put(f, keys[2], login_cstr("x"));
    check_found(f, "is not well-formed");
    put(f, keys[2], login_str(NULL, 0));

    memset(&trust, 0, sizeof(trust));
    len = login_trust_encode(text, &trust);
    trusted_key[0] = LOGIN_KIND_TRUST;
    memcpy(trusted_key + 1, a.id, LOGIN_ID_LEN);
    memcpy(trusted_key + 1 + LOGIN_ID_LEN, id, LOGIN_ID_LEN);
    keys[3] = login_str(trusted_key, LOGIN_TRUST_KEY_LEN);
    put(f, keys[3], login_str(text, len));
    check_nothing(f);
    put(f, keys[3], login_str(text, len - 1));
    check_found(f, "is not well-formed");
    put(f, keys[3], login_str(NULL, 0));

    keys[4] = login_account_key(failed, LOGIN_KIND_FACTOR, a.id);
    put(f, keys[4], login_str("\0\0\0\0\0\0\0\0", 8));
    check_nothing(f);
    put(f, keys[4], login_cstr("x"));
    check_found(f, "is not well-formed");
    put(f, keys[4], login_str(NULL, 0));

    /* of nobody */

    memcpy(made + 1, gone.id, LOGIN_ID_LEN);
    memcpy(trusted_key + 1, gone.id, LOGIN_ID_LEN);
    memcpy(failed + 1, gone.id, LOGIN_ID_LEN);

    for (i = 2; i < 5; i++) {
        put(f, keys[i], i == 3 ? login_str(text, len)
                               : login_str("\0\0\0\0\0\0\0\0", 8));
        check_found(f, "is of no account");
        put(f, keys[i], login_str(NULL, 0));
    }
}


static void
test_stat(void **data)
{
    fixture_t           *f = *data;
    login_store_stat_t   stat;
    login_account_t      a;

    account(f, &a, "ann");

    assert_int_equal(login_store_stat(&stat, f->store), LOGIN_OK);
    assert_int_equal(stat.map_size, FIXTURE_MAP);
    assert_in_range(stat.used, 1, stat.file_size);
    assert_in_range(stat.transaction, 1, 100);
    assert_true(stat.disk_free <= stat.disk_size);
    assert_int_equal(stat.readers, 0);
    assert_int_equal(stat.behind, 0);
}


static int
reader(fixture_t *f, int from, int to, void *data)
{
    (void) data;

    if (fixture_open(f, FIXTURE_MAP) != 0
        || login_view_begin(f->view) != LOGIN_OK)
    {
        return 1;
    }

    child_tell(to, 'r');
    (void) child_wait(from);

    return 0;
}


static void
test_stat_readers(void **data)
{
    int                  i;
    child_t              child;
    fixture_t           *f = *data;
    login_store_stat_t   stat;

    child = child_start(f, reader, NULL);
    assert_int_equal(child_wait(child.from), 'r');

    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    for (i = 0; i < 3; i++) {
        assert_int_equal(fixture_put(f, "T", "x", LOGIN_EXPECT_ANY),
                         LOGIN_OK);
    }

    assert_int_equal(login_store_stat(&stat, f->store), LOGIN_OK);
    assert_int_equal(stat.readers, 1);
    assert_int_equal(stat.behind, 3);
    assert_int_equal(stat.oldest, child.pid);

    assert_int_equal(child_end(&child), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_unknown, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_damaged, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_key_missing, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_other_store, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_names, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_owners, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_malformed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_links, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_factor, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_stat, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_stat_readers, fixture_make,
                                        fixture_teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
