
#include "store_fixture.h"


#define NOW  1800000000


/* Found, and what came with it. */
typedef struct {
    login_link_t      link;
    login_account_t   account;
} found_t;


static login_result_e
apply(fixture_t *f, login_changes_t *changes)
{
    login_result_e  rc;

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static void
person(fixture_t *f, login_account_t *account, const char *name)
{
    login_changes_t  *changes;

    assert_int_equal(login_account_new(account, NOW), LOGIN_OK);

    account->org = login_cstr("default");
    account->username = login_cstr(name);
    account->invited = 1;

    changes = login_changes_create();
    login_account_add(changes, account);
    assert_int_equal(apply(f, changes), LOGIN_OK);
}


/* The set that issues a link, not applied yet. */

static login_changes_t *
prepare(fixture_t *f, const login_account_t *account,
    login_link_purpose_e purpose, u_char *token)
{
    login_link_t      link;
    login_changes_t  *changes;

    memset(&link, 0, sizeof(login_link_t));

    link.purpose = purpose;
    link.created = NOW;
    link.expires = NOW + 60;

    if (account != NULL) {
        link.generation = account->generation;
        memcpy(link.account, account->id, LOGIN_ID_LEN);

    } else {
        link.org = login_cstr("default");
        link.domains = login_cstr("example.com,example.org");
        link.roles = login_cstr("staff");
    }

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_link_issue(changes, f->view, &link, token),
                     LOGIN_OK);
    login_view_end(f->view);

    return changes;
}


static void
issue(fixture_t *f, const login_account_t *account,
    login_link_purpose_e purpose, u_char *token)
{
    assert_int_equal(apply(f, prepare(f, account, purpose, token)), LOGIN_OK);
}


static login_link_state_e
find_at(fixture_t *f, found_t *found, login_link_purpose_e purpose,
    login_str_t token, uint64_t now)
{
    login_result_e  rc;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);

    rc = login_link_find(&found->link, &found->account, f->view, purpose,
                         token, now);

    login_view_end(f->view);

    assert_int_not_equal(rc, LOGIN_FAULT);
    assert_true((rc == LOGIN_OK) == (found->link.state == LOGIN_LINK_OPEN));

    return found->link.state;
}


static login_link_state_e
find(fixture_t *f, found_t *found, login_link_purpose_e purpose,
    const u_char *token)
{
    return find_at(f, found, purpose, login_str(token, LOGIN_LINK_TOKEN_LEN),
                   NOW);
}


static login_result_e
update(fixture_t *f, login_account_t *account)
{
    login_changes_t  *changes;

    changes = login_changes_create();
    login_account_update(changes, account);

    return apply(f, changes);
}


static void
test_round_trip(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    found_t           found;
    fixture_t        *f = *data;
    login_link_t      link;
    login_account_t   ann;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, token);

    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, token),
                     LOGIN_LINK_OPEN);
    assert_memory_equal(found.account.id, ann.id, LOGIN_ID_LEN);
    assert_memory_equal(found.link.account, ann.id, LOGIN_ID_LEN);
    assert_int_equal(found.link.created, NOW);
    assert_int_equal(found.link.expires, NOW + 60);
    assert_int_equal(found.link.made, 0);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_link_of(&link, f->view, ann.id,
                                   LOGIN_LINK_INVITATION, NOW), LOGIN_OK);
    assert_memory_equal(link.hash, found.link.hash, LOGIN_HASH_LEN);
    assert_int_equal(login_link_of(&link, f->view, ann.id, LOGIN_LINK_RESET,
                                   NOW), LOGIN_NO);
    login_view_end(f->view);

    issue(f, NULL, LOGIN_LINK_SHARED, token);
    assert_int_equal(find(f, &found, LOGIN_LINK_SHARED, token),
                     LOGIN_LINK_OPEN);
    assert_true(login_str_eq(found.link.domains,
                             login_cstr("example.com,example.org")));
    assert_true(login_str_eq(found.link.roles, login_cstr("staff")));
}


/* The store has nothing that opens a link. */

static void
test_token(void **data)
{
    size_t        i, len;
    FILE         *file;
    char          path[128];
    u_char        token[LOGIN_LINK_TOKEN_LEN], other[LOGIN_LINK_TOKEN_LEN];
    u_char        bytes[LOGIN_SECRET_LEN];
    u_char       *text;
    found_t       found;
    fixture_t    *f = *data;
    login_str_t   s;
    login_account_t  ann;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, token);

    (void) snprintf(path, sizeof(path), "%s/data.mdb", f->path);

    text = malloc(FIXTURE_MAP);
    file = fopen(path, "r");
    assert_non_null(text);
    assert_non_null(file);
    len = fread(text, 1, FIXTURE_MAP, file);
    (void) fclose(file);

    i = sizeof(bytes);
    assert_int_equal(login_base64url_decode(bytes, &i,
                         login_str(token, sizeof(token))), LOGIN_OK);

    assert_null(memmem(text, len, token, sizeof(token)));
    assert_null(memmem(text, len, bytes, sizeof(bytes)));
    assert_non_null(memmem(text, len, "default", 7));
    free(text);

    /* each other bit and length is another token */

    for (i = 0; i < sizeof(token) * 8; i++) {
        memcpy(other, token, sizeof(token));
        other[i / 8] ^= (u_char) (1 << i % 8);
        assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, other),
                         LOGIN_LINK_UNKNOWN);
    }

    for (i = 0; i < sizeof(token); i++) {
        s = login_str(token, i);
        assert_int_equal(find_at(f, &found, LOGIN_LINK_INVITATION, s, NOW),
                         LOGIN_LINK_UNKNOWN);
    }
}


static void
test_purpose(void **data)
{
    u_char            invitation[LOGIN_LINK_TOKEN_LEN];
    u_char            reset[LOGIN_LINK_TOKEN_LEN];
    u_char            shared[LOGIN_LINK_TOKEN_LEN];
    found_t           found;
    fixture_t        *f = *data;
    login_account_t   ann;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, invitation);
    issue(f, &ann, LOGIN_LINK_RESET, reset);
    issue(f, NULL, LOGIN_LINK_SHARED, shared);

    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, invitation),
                     LOGIN_LINK_UNKNOWN);
    assert_int_equal(find(f, &found, LOGIN_LINK_SHARED, invitation),
                     LOGIN_LINK_UNKNOWN);
    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, reset),
                     LOGIN_LINK_UNKNOWN);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, shared),
                     LOGIN_LINK_UNKNOWN);

    /* but each is still there */

    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, invitation),
                     LOGIN_LINK_OPEN);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, reset),
                     LOGIN_LINK_OPEN);
}


static void
test_expiry(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    found_t           found;
    fixture_t        *f = *data;
    login_str_t       s;
    login_account_t   ann;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, token);
    s = login_str(token, sizeof(token));

    assert_int_equal(find_at(f, &found, LOGIN_LINK_INVITATION, s, NOW + 59),
                     LOGIN_LINK_OPEN);
    assert_int_equal(find_at(f, &found, LOGIN_LINK_INVITATION, s, NOW + 60),
                     LOGIN_LINK_EXPIRED);
    assert_memory_equal(found.account.id, ann.id, LOGIN_ID_LEN);
}


static void
test_newest(void **data)
{
    u_char            one[LOGIN_LINK_TOKEN_LEN], two[LOGIN_LINK_TOKEN_LEN];
    u_char            three[LOGIN_LINK_TOKEN_LEN];
    found_t           found;
    fixture_t        *f = *data;
    login_account_t   ann, bob;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    person(f, &bob, "bob");

    issue(f, &ann, LOGIN_LINK_RESET, one);
    issue(f, &bob, LOGIN_LINK_RESET, three);
    issue(f, &ann, LOGIN_LINK_RESET, two);

    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, one),
                     LOGIN_LINK_UNKNOWN);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, two), LOGIN_LINK_OPEN);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, three),
                     LOGIN_LINK_OPEN);

    /* of two at once, one is there */

    changes = prepare(f, &ann, LOGIN_LINK_RESET, three);
    issue(f, &ann, LOGIN_LINK_RESET, one);
    assert_int_equal(apply(f, changes), LOGIN_NO);

    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, three),
                     LOGIN_LINK_UNKNOWN);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, one), LOGIN_LINK_OPEN);
}


static void
test_once(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    found_t           found;
    fixture_t        *f = *data;
    login_account_t   ann;
    login_changes_t  *changes, *again;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_RESET, token);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, token),
                     LOGIN_LINK_OPEN);

    changes = login_changes_create();
    again = login_changes_create();
    login_link_redeem(changes, &found.link);
    login_link_redeem(again, &found.link);

    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(apply(f, again), LOGIN_NO);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, token),
                     LOGIN_LINK_UNKNOWN);

    /* a redeemed one does not take the next one with it */

    issue(f, &ann, LOGIN_LINK_RESET, token);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, token),
                     LOGIN_LINK_OPEN);

    again = login_changes_create();
    login_link_redeem(again, &found.link);
    issue(f, &ann, LOGIN_LINK_RESET, token);
    assert_int_equal(apply(f, again), LOGIN_NO);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, token),
                     LOGIN_LINK_OPEN);
}


static void
test_use(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    found_t           found;
    fixture_t        *f = *data;
    login_account_t   ann;
    login_changes_t  *changes, *again;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, token);
    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, token),
                     LOGIN_LINK_OPEN);

    changes = login_changes_create();
    again = login_changes_create();
    login_link_use(changes, &found.link, NOW + 1);
    login_link_use(again, &found.link, NOW + 2);

    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(apply(f, again), LOGIN_NO);

    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, token),
                     LOGIN_LINK_USED);
    assert_int_equal(found.link.used, NOW + 1);
    assert_memory_equal(found.account.id, ann.id, LOGIN_ID_LEN);

    /* also in years, for who has kept the mail */

    assert_int_equal(find_at(f, &found, LOGIN_LINK_INVITATION,
                             login_str(token, sizeof(token)), NOW * 2UL),
                     LOGIN_LINK_USED);
}


/* What happened to the account meanwhile. */

static void
test_account(void **data)
{
    u_char            invitation[LOGIN_LINK_TOKEN_LEN];
    u_char            reset[LOGIN_LINK_TOKEN_LEN];
    found_t           found;
    fixture_t        *f = *data;
    login_account_t   ann;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, invitation);
    issue(f, &ann, LOGIN_LINK_RESET, reset);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(&ann, f->view, ann.id), LOGIN_OK);
    ann.disabled = 1;
    login_view_end(f->view);
    ann.org = login_cstr("default");
    ann.username = login_cstr("ann");
    assert_int_equal(update(f, &ann), LOGIN_OK);

    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, invitation),
                     LOGIN_LINK_UNKNOWN);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, reset),
                     LOGIN_LINK_UNKNOWN);

    /* enabled, with all sessions ended */

    ann.disabled = 0;
    ann.generation++;
    ann.version = found.account.version;
    assert_int_equal(update(f, &ann), LOGIN_OK);

    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, invitation),
                     LOGIN_LINK_OPEN);
    assert_int_equal(find(f, &found, LOGIN_LINK_RESET, reset),
                     LOGIN_LINK_UNKNOWN);

    /* somebody gave it a password */

    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, invitation),
                     LOGIN_LINK_OPEN);
    ann.version = found.account.version;
    ann.invited = 0;
    ann.password = login_cstr("$argon2id$");
    assert_int_equal(update(f, &ann), LOGIN_OK);
    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, invitation),
                     LOGIN_LINK_USED);
}


static login_result_e
count(void *data, login_str_t key, const login_record_t *record)
{
    (void) record;

    if (key.data[0] == LOGIN_KIND_LINK || key.data[0] == LOGIN_KIND_LINKED) {
        (*(unsigned *) data)++;
    }

    return LOGIN_OK;
}


static unsigned
records(fixture_t *f)
{
    unsigned  n;

    n = 0;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_view_walk(f->view, login_str(NULL, 0), count, &n),
                     LOGIN_OK);
    login_view_end(f->view);

    return n;
}


static void
test_end(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    found_t           found;
    fixture_t        *f = *data;
    login_account_t   ann;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, token);

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_link_end(changes, f->view, ann.id,
                                    LOGIN_LINK_RESET), LOGIN_NO);
    assert_int_equal(login_link_end(changes, f->view, ann.id,
                                    LOGIN_LINK_INVITATION), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(find(f, &found, LOGIN_LINK_INVITATION, token),
                     LOGIN_LINK_UNKNOWN);
    assert_int_equal(records(f), 0);

    issue(f, NULL, LOGIN_LINK_SHARED, token);
    assert_int_equal(find(f, &found, LOGIN_LINK_SHARED, token),
                     LOGIN_LINK_OPEN);

    changes = login_changes_create();
    login_link_end_shared(changes, &found.link);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(find(f, &found, LOGIN_LINK_SHARED, token),
                     LOGIN_LINK_UNKNOWN);
    assert_int_equal(records(f), 0);
}


static void
test_removed(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    fixture_t        *f = *data;
    login_account_t   ann;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, token);
    issue(f, &ann, LOGIN_LINK_RESET, token);
    assert_int_equal(records(f), 4);

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_get(&ann, f->view, ann.id), LOGIN_OK);
    assert_int_equal(login_account_remove(changes, &ann, f->view), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(records(f), 0);
}


static login_result_e
visit(void *data, const login_link_t *link)
{
    unsigned  *seen = data;

    seen[link->purpose]++;
    assert_int_equal(link->state, LOGIN_LINK_EXPIRED);

    return LOGIN_OK;
}


static void
test_walk(void **data)
{
    u_char            token[LOGIN_LINK_TOKEN_LEN];
    unsigned          seen[4] = { 0, 0, 0, 0 };
    fixture_t        *f = *data;
    login_account_t   ann;

    person(f, &ann, "ann");
    issue(f, &ann, LOGIN_LINK_INVITATION, token);
    issue(f, &ann, LOGIN_LINK_RESET, token);
    issue(f, NULL, LOGIN_LINK_SHARED, token);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_link_walk(f->view, NOW + 60, visit, seen),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(seen[LOGIN_LINK_INVITATION], 1);
    assert_int_equal(seen[LOGIN_LINK_RESET], 1);
    assert_int_equal(seen[LOGIN_LINK_SHARED], 1);
}


static void
test_payload(void **data)
{
    size_t         i, len;
    u_char         payload[LOGIN_LINK_PAYLOAD + 1];
    login_link_t   link;

    (void) data;

    memset(&link, 0, sizeof(login_link_t));
    assert_int_equal(login_link_encode(payload, &link), 0);

    link.purpose = LOGIN_LINK_SHARED;
    link.domains = login_cstr("example.com");

    len = login_link_encode(payload, &link);
    assert_true(len != 0);
    payload[len] = 0;

    for (i = 0; i <= len + 1; i++) {
        assert_int_equal(login_link_decode(&link, login_str(payload, i)),
                         i == len ? LOGIN_OK : LOGIN_FAULT);
    }

    for (i = 1; i < 8; i++) {
        payload[1] = (u_char) (1 << i);
        assert_int_equal(login_link_decode(&link, login_str(payload, len)),
                         LOGIN_FAULT);
    }

    payload[1] = 0;
    payload[0] = LOGIN_LINK_SHARED + 1;
    assert_int_equal(login_link_decode(&link, login_str(payload, len)),
                     LOGIN_FAULT);
}


#define test(f)  cmocka_unit_test_setup_teardown(f, fixture_setup,            \
                                                 fixture_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test(test_round_trip),
        test(test_token),
        test(test_purpose),
        test(test_expiry),
        test(test_newest),
        test(test_once),
        test(test_use),
        test(test_account),
        test(test_end),
        test(test_removed),
        test(test_walk),
        cmocka_unit_test(test_payload)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
