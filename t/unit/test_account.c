
#include "store_fixture.h"


#define NOW  1800000000


static login_result_e
apply(fixture_t *f, login_changes_t *changes)
{
    login_result_e  rc;

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static void
make(login_account_t *account, const char *org, const char *username)
{
    assert_int_equal(login_account_new(account, NOW), LOGIN_OK);

    account->org = login_cstr(org);
    account->username = login_cstr(username);
}


static login_result_e
add(fixture_t *f, const char *org, const char *username)
{
    login_account_t   account;
    login_changes_t  *changes;

    make(&account, org, username);

    changes = login_changes_create();
    login_account_add(changes, &account);

    return apply(f, changes);
}


static login_result_e
find(fixture_t *f, login_account_t *account, const char *org,
    const char *username)
{
    return login_account_find(account, f->view, login_cstr(org),
                              login_cstr(username));
}


#define assert_str(s, text)                                                   \
    assert_true(login_str_eq((s), login_cstr(text)))


static void
test_round_trip(void **data)
{
    fixture_t        *f = *data;
    login_account_t   account, found, got;
    login_changes_t  *changes;

    make(&account, "acme", "ann@example.com");
    account.generation = 0xfffffffe;
    account.disabled = 1;
    account.name = login_cstr("Ann \xc3\x84rger");
    account.email = login_cstr("ann@example.org");
    account.language = login_cstr("de-CH");
    account.roles = login_cstr("admin,staff");
    account.password = login_cstr("$argon2id$v=19$m=19456,t=2,p=1$x$y");

    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &found, "acme", "ann@example.com"), LOGIN_OK);
    assert_int_equal(login_account_get(&got, f->view, account.id), LOGIN_OK);

    assert_memory_equal(found.id, account.id, LOGIN_ID_LEN);
    assert_int_equal(found.version, got.version);
    assert_true(found.version != 0);
    assert_int_equal(found.created, NOW);
    assert_int_equal(found.generation, 0xfffffffe);
    assert_int_equal(found.disabled, 1);
    assert_str(found.org, "acme");
    assert_str(found.username, "ann@example.com");
    assert_str(found.name, "Ann \xc3\x84rger");
    assert_str(found.email, "ann@example.org");
    assert_str(found.language, "de-CH");
    assert_str(found.roles, "admin,staff");
    assert_str(found.password, "$argon2id$v=19$m=19456,t=2,p=1$x$y");

    /* a name is one within its organisation, and exact */

    assert_int_equal(find(f, &found, "default", "ann@example.com"), LOGIN_NO);
    assert_int_equal(find(f, &found, "acme", "ann@example.co"), LOGIN_NO);
    assert_int_equal(find(f, &found, "acme", "ann@example.comm"), LOGIN_NO);
    assert_int_equal(find(f, &found, "acm", "eann@example.com"), LOGIN_NO);
    assert_int_equal(find(f, &found, "", "ann@example.com"), LOGIN_NO);
    assert_int_equal(find(f, &found, "acme", ""), LOGIN_NO);
    login_view_end(f->view);
}


static void
test_new(void **data)
{
    login_account_t  one, two;
    static const u_char  zero[LOGIN_ID_LEN];

    (void) data;

    make(&one, "default", "a");
    make(&two, "default", "a");

    assert_memory_not_equal(one.id, zero, LOGIN_ID_LEN);
    assert_memory_not_equal(one.id, two.id, LOGIN_ID_LEN);
    assert_int_equal(one.created, NOW);
    assert_int_equal(one.disabled, 0);
    assert_int_equal(one.password.len, 0);
}


static void
test_name_once(void **data)
{
    fixture_t  *f = *data;

    assert_int_equal(add(f, "default", "ann"), LOGIN_OK);
    assert_int_equal(add(f, "default", "ann"), LOGIN_NO);
    assert_int_equal(add(f, "acme", "ann"), LOGIN_OK);
}


static void
test_update(void **data)
{
    fixture_t        *f = *data;
    login_account_t   account, stale;
    login_changes_t  *changes;

    assert_int_equal(add(f, "default", "ann"), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);

    stale = account;
    account.name = login_cstr("Ann");

    changes = login_changes_create();
    login_account_update(changes, &account);

    stale.disabled = 1;

    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);

    /* strings of an ended view are gone */

    stale.org = login_cstr("default");
    stale.username = login_cstr("ann");

    changes = login_changes_create();
    login_account_update(changes, &stale);
    assert_int_equal(apply(f, changes), LOGIN_NO);

    /* "absent" and "any" are no versions that were read */

    stale.version = LOGIN_EXPECT_ANY;
    changes = login_changes_create();
    login_account_update(changes, &stale);
    assert_int_equal(apply(f, changes), LOGIN_FAULT);

    stale.version = LOGIN_EXPECT_ABSENT;
    changes = login_changes_create();
    login_account_update(changes, &stale);
    assert_int_equal(apply(f, changes), LOGIN_FAULT);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    assert_str(account.name, "Ann");
    assert_int_equal(account.disabled, 0);
    assert_true(account.version != 0);
    login_view_end(f->view);
}


static void
test_lengths(void **data)
{
    size_t            i;
    char              text[512];
    fixture_t        *f = *data;
    login_account_t   account;
    login_changes_t  *changes;

    static const struct {
        size_t  offset;
        size_t  max;
    } strings[] = {
        { offsetof(login_account_t, org), LOGIN_ORG_MAX },
        { offsetof(login_account_t, username), LOGIN_USERNAME_MAX },
        { offsetof(login_account_t, name), LOGIN_FULLNAME_MAX },
        { offsetof(login_account_t, email), LOGIN_FULLNAME_MAX },
        { offsetof(login_account_t, language), LOGIN_LANGUAGE_MAX },
        { offsetof(login_account_t, roles), LOGIN_ROLES_MAX },
        { offsetof(login_account_t, password), LOGIN_PHC_MAX },
    };

    memset(text, 'x', sizeof(text));

    for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        login_str_t  *s;

        make(&account, "default", "ann");

        s = (login_str_t *) (void *) ((char *) &account + strings[i].offset);

        *s = login_str(text, strings[i].max + 1);
        changes = login_changes_create();
        login_account_add(changes, &account);
        assert_int_equal(apply(f, changes), LOGIN_FAULT);
    }

    /* all of the greatest length at once */

    make(&account, "default", "ann");

    for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        *(login_str_t *) (void *) ((char *) &account + strings[i].offset) =
            login_str(text, strings[i].max);
    }

    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_find(&account, f->view,
                                        login_str(text, LOGIN_ORG_MAX),
                                        login_str(text, LOGIN_USERNAME_MAX)),
                     LOGIN_OK);
    assert_int_equal(account.roles.len, LOGIN_ROLES_MAX);
    assert_int_equal(login_account_find(&account, f->view,
                                        login_str(text, LOGIN_ORG_MAX),
                                        login_str(text,
                                                  LOGIN_USERNAME_MAX + 1)),
                     LOGIN_NO);
    login_view_end(f->view);

    make(&account, "default", "");
    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(apply(f, changes), LOGIN_FAULT);

    make(&account, "default", "ann");
    account.org = login_str("a\0b", 3);
    changes = login_changes_create();
    login_account_add(changes, &account);
    assert_int_equal(apply(f, changes), LOGIN_FAULT);
}


static void
session(fixture_t *f, const u_char *account, u_char id)
{
    login_session_t   s;
    login_changes_t  *changes;

    memset(&s, 0, sizeof(s));
    memcpy(s.account, account, LOGIN_ID_LEN);
    s.id[0] = id;
    s.auth_time = NOW;
    s.seen = NOW;

    changes = login_changes_create();
    login_session_add(changes, &s);
    assert_int_equal(apply(f, changes), LOGIN_OK);
}


static login_result_e
count(void *data, const login_session_t *s)
{
    (void) s;

    ++*(size_t *) data;

    return LOGIN_OK;
}


static void
test_remove(void **data)
{
    size_t            n;
    u_char            ann[LOGIN_ID_LEN], bob[LOGIN_ID_LEN];
    uint64_t          when;
    fixture_t        *f = *data;
    login_account_t   account;
    login_changes_t  *changes;

    assert_int_equal(add(f, "default", "ann"), LOGIN_OK);
    assert_int_equal(add(f, "default", "bob"), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    memcpy(ann, account.id, LOGIN_ID_LEN);
    assert_int_equal(find(f, &account, "default", "bob"), LOGIN_OK);
    memcpy(bob, account.id, LOGIN_ID_LEN);
    login_view_end(f->view);

    session(f, ann, 1);
    session(f, ann, 2);
    session(f, bob, 1);

    changes = login_changes_create();
    login_account_see(changes, ann, NOW + 5);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_seen(&when, f->view, ann), LOGIN_OK);
    assert_int_equal(when, NOW + 5);
    assert_int_equal(login_account_seen(&when, f->view, bob), LOGIN_NO);

    assert_int_equal(login_account_get(&account, f->view, ann), LOGIN_OK);
    changes = login_changes_create();
    assert_int_equal(login_account_remove(changes, &account, f->view),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_NO);
    assert_int_equal(login_account_get(&account, f->view, ann), LOGIN_NO);
    assert_int_equal(login_account_seen(&when, f->view, ann), LOGIN_NO);

    n = 0;
    assert_int_equal(login_session_walk(f->view, ann, count, &n), LOGIN_OK);
    assert_int_equal(n, 0);
    assert_int_equal(login_session_walk(f->view, bob, count, &n), LOGIN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(find(f, &account, "default", "bob"), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(add(f, "default", "ann"), LOGIN_OK);
}


/* Id, sessions and last sign-in stay; locks and browsers were the name's. */

static void
test_rename(void **data)
{
    size_t            i, n = 0;
    u_char            id[LOGIN_ID_LEN];
    uint64_t          when;
    fixture_t        *f = *data;
    login_link_t      link;
    login_guess_t     guess;
    login_account_t   account;
    login_changes_t  *changes;

    u_char            token[2][LOGIN_LINK_TOKEN_LEN];

    static const login_link_purpose_e  purposes[] = {
        LOGIN_LINK_INVITATION, LOGIN_LINK_RESET
    };

    assert_int_equal(add(f, "default", "ann"), LOGIN_OK);
    assert_int_equal(add(f, "default", "bob"), LOGIN_OK);

    memset(&guess, 0, sizeof(guess));
    assert_int_equal(login_limit_name(guess.name, login_cstr("default"),
                                      login_cstr("ann")), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    memcpy(id, account.id, LOGIN_ID_LEN);
    changes = login_changes_create();
    login_account_see(changes, id, NOW + 5);
    assert_int_equal(login_known_add(changes, f->view, &account, &guess, NOW),
                     LOGIN_OK);
    assert_int_equal(login_lock_keep(changes, f->view, guess.name, NULL, 1,
                                     NOW + 300, NOW), LOGIN_OK);

    for (i = 0; i < 2; i++) {
        memset(&link, 0, sizeof(link));
        link.purpose = purposes[i];
        link.created = NOW;
        link.expires = NOW + 1800;
        memcpy(link.account, id, LOGIN_ID_LEN);
        assert_int_equal(login_link_issue(changes, f->view, &link, token[i]),
                         LOGIN_OK);
    }

    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);
    session(f, id, 1);

    /* a name that somebody has, its own among them */

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    changes = login_changes_create();
    assert_int_equal(login_account_rename(changes, &account, f->view,
                                          login_cstr("bob")), LOGIN_NO);
    assert_int_equal(login_account_rename(changes, &account, f->view,
                                          login_cstr("ann")), LOGIN_NO);
    login_changes_destroy(changes);

    changes = login_changes_create();
    assert_int_equal(login_account_rename(changes, &account, f->view,
                                          login_cstr("eve@example.com")),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_NO);
    assert_int_equal(find(f, &account, "default", "eve@example.com"),
                     LOGIN_OK);
    assert_memory_equal(account.id, id, LOGIN_ID_LEN);
    assert_int_equal(login_account_seen(&when, f->view, id), LOGIN_OK);
    assert_int_equal(login_session_walk(f->view, id, count, &n), LOGIN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(login_lock_until(&when, f->view, &account, NOW),
                     LOGIN_OK);
    assert_int_equal(when, 0);
    assert_int_equal(login_known_check(&guess, f->view), LOGIN_OK);
    assert_int_equal(guess.known, 0);

    for (i = 0; i < 2; i++) {
        assert_int_equal(login_link_find(&link, &account, f->view,
                                         purposes[i],
                                         login_str(token[i],
                                                   LOGIN_LINK_TOKEN_LEN),
                                         NOW), LOGIN_NO);
        assert_int_equal(link.state, LOGIN_LINK_UNKNOWN);
    }

    login_view_end(f->view);

    /* who takes the old name has nothing of the first */

    assert_int_equal(add(f, "default", "ann"), LOGIN_OK);
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    assert_memory_not_equal(account.id, id, LOGIN_ID_LEN);
    assert_int_equal(login_lock_until(&when, f->view, &account, NOW),
                     LOGIN_OK);
    assert_int_equal(when, 0);
    login_view_end(f->view);
}


/* Two at once: one of them takes the name. */

static void
test_rename_race(void **data)
{
    unsigned          i;
    fixture_t        *f = *data;
    login_account_t   account;
    login_changes_t  *changes[2];

    static const char *const  names[] = { "ann", "bob" };

    for (i = 0; i < 2; i++) {
        assert_int_equal(add(f, "default", names[i]), LOGIN_OK);
    }

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);

    for (i = 0; i < 2; i++) {
        assert_int_equal(find(f, &account, "default", names[i]), LOGIN_OK);
        changes[i] = login_changes_create();
        assert_int_equal(login_account_rename(changes[i], &account, f->view,
                                              login_cstr("eve")), LOGIN_OK);
    }

    login_view_end(f->view);

    assert_int_equal(apply(f, changes[1]), LOGIN_OK);
    assert_int_equal(apply(f, changes[0]), LOGIN_NO);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "bob"), LOGIN_NO);
    login_view_end(f->view);
}


/* Changed by somebody else in the meantime: it stays, and all with it. */

static void
test_remove_stale(void **data)
{
    fixture_t        *f = *data;
    login_account_t   account;
    login_changes_t  *removal, *changes;

    assert_int_equal(add(f, "default", "ann"), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    removal = login_changes_create();
    assert_int_equal(login_account_remove(removal, &account, f->view),
                     LOGIN_OK);
    account.disabled = 1;
    changes = login_changes_create();
    login_account_update(changes, &account);
    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(apply(f, removal), LOGIN_NO);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    login_view_end(f->view);
}


static login_result_e
visit(void *data, const login_account_t *account)
{
    char  *seen = data;

    (void) snprintf(seen + strlen(seen), 256 - strlen(seen), "%.*s/%.*s ",
                    (int) account->org.len, (const char *) account->org.data,
                    (int) account->username.len,
                    (const char *) account->username.data);

    return LOGIN_OK;
}


static void
test_walk(void **data)
{
    char        seen[256], org[LOGIN_ORG_MAX + 2];
    fixture_t  *f = *data;

    assert_int_equal(add(f, "b", "bob"), LOGIN_OK);
    assert_int_equal(add(f, "ab", "eve"), LOGIN_OK);
    assert_int_equal(add(f, "a", "zoe"), LOGIN_OK);
    assert_int_equal(add(f, "a", "ann"), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);

    seen[0] = '\0';
    assert_int_equal(login_account_walk(f->view, login_cstr(""), visit, seen),
                     LOGIN_OK);
    assert_string_equal(seen, "a/ann a/zoe ab/eve b/bob ");

    seen[0] = '\0';
    assert_int_equal(login_account_walk(f->view, login_cstr("a"), visit,
                                        seen), LOGIN_OK);
    assert_string_equal(seen, "a/ann a/zoe ");

    seen[0] = '\0';
    assert_int_equal(login_account_walk(f->view, login_cstr("c"), visit,
                                        seen), LOGIN_OK);
    assert_string_equal(seen, "");

    memset(org, 'a', sizeof(org));
    org[sizeof(org) - 1] = '\0';
    assert_int_equal(login_account_walk(f->view, login_cstr(org), visit,
                                        seen), LOGIN_OK);
    assert_string_equal(seen, "");

    login_view_end(f->view);
}


/* A name that leads nowhere, or to somebody else, is a fault. */

static void
test_inconsistent(void **data)
{
    char              seen[256] = "";
    fixture_t        *f = *data;
    login_str_t       key;
    login_account_t   account;
    login_changes_t  *changes;

    static const char   lost[] = "Ndefault\0lost";
    static const char   twin[] = "Ndefault\0twin";
    static const char   other[] = "Nother\0ann";

    changes = login_changes_create();
    key = login_str(lost, sizeof(lost) - 1);
    login_changes_put(changes, key, login_str("0123456789abcdef", 16),
                      LOGIN_EXPECT_ABSENT);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "lost"), LOGIN_FAULT);
    assert_int_equal(login_account_walk(f->view, login_cstr(""), visit, seen),
                     LOGIN_FAULT);
    login_view_end(f->view);

    make(&account, "default", "ann");
    changes = login_changes_create();
    login_account_add(changes, &account);
    login_changes_put(changes, login_str(twin, sizeof(twin) - 1),
                      login_str(account.id, LOGIN_ID_LEN),
                      LOGIN_EXPECT_ABSENT);
    login_changes_put(changes, login_str(other, sizeof(other) - 1),
                      login_str(account.id, LOGIN_ID_LEN),
                      LOGIN_EXPECT_ABSENT);
    login_changes_put(changes, key, login_cstr("short"), LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "ann"), LOGIN_OK);
    assert_int_equal(find(f, &account, "default", "twin"), LOGIN_FAULT);
    assert_int_equal(find(f, &account, "other", "ann"), LOGIN_FAULT);
    assert_int_equal(find(f, &account, "default", "lost"), LOGIN_FAULT);
    assert_int_equal(login_account_walk(f->view, login_cstr("other"), visit,
                                        seen), LOGIN_FAULT);
    login_view_end(f->view);
}


/* A payload of another length, or with what nobody knows yet. */

static void
test_payload(void **data)
{
    size_t            i, len;
    u_char            payload[LOGIN_ACCOUNT_PAYLOAD + 1];
    u_char            key[1 + LOGIN_ID_LEN];
    fixture_t        *f = *data;
    login_account_t   account;
    login_changes_t  *changes;

    make(&account, "default", "ann");
    account.roles = login_cstr("admin");

    len = login_account_encode(payload, &account);
    assert_true(len != 0);

    key[0] = LOGIN_KIND_ACCOUNT;
    memcpy(key + 1, account.id, LOGIN_ID_LEN);

    for (i = 0; i <= len + 1; i++) {
        payload[len] = 0;

        changes = login_changes_create();
        login_changes_put(changes, login_str(key, sizeof(key)),
                          login_str(payload, i), LOGIN_EXPECT_ANY);
        assert_int_equal(apply(f, changes), LOGIN_OK);

        assert_int_equal(login_view_begin(f->view), LOGIN_OK);
        assert_int_equal(login_account_get(&account, f->view, key + 1),
                         i == len ? LOGIN_OK : LOGIN_FAULT);
        login_view_end(f->view);
    }

    for (i = 2; i < 8; i++) {
        payload[12] = (u_char) (1 << i);
        assert_int_equal(login_account_decode(&account,
                                              login_str(payload, len)),
                         LOGIN_FAULT);
    }

    /* who has not registered has no password */

    account.invited = 1;
    account.password = login_cstr("$argon2id$");
    assert_int_equal(login_account_encode(payload, &account), 0);

    account.password = login_str(NULL, 0);
    len = login_account_encode(payload, &account);
    account.invited = 0;
    assert_int_equal(login_account_decode(&account, login_str(payload, len)),
                     LOGIN_OK);
    assert_int_equal(account.invited, 1);
}


static void
test_roles(void **data)
{
    login_account_t  account;
    char             text[LOGIN_ROLE_MAX + 2];

    (void) data;

    memset(text, 'r', sizeof(text));
    text[LOGIN_ROLE_MAX] = '\0';
    assert_int_equal(login_role_check(login_cstr(text)), LOGIN_OK);
    text[LOGIN_ROLE_MAX] = 'r';
    text[LOGIN_ROLE_MAX + 1] = '\0';
    assert_int_equal(login_role_check(login_cstr(text)), LOGIN_NO);

    assert_int_equal(login_role_check(login_cstr("aZ09._:/-")), LOGIN_OK);
    assert_int_equal(login_role_check(login_cstr("")), LOGIN_NO);
    assert_int_equal(login_role_check(login_cstr("a,b")), LOGIN_NO);
    assert_int_equal(login_role_check(login_cstr("a b")), LOGIN_NO);
    assert_int_equal(login_role_check(login_cstr("a\n")), LOGIN_NO);
    assert_int_equal(login_role_check(login_cstr("\xc3\xa4")), LOGIN_NO);
    assert_int_equal(login_role_check(login_str("a\0b", 3)), LOGIN_NO);

    memset(&account, 0, sizeof(account));
    assert_false(login_account_has_role(&account, login_cstr("a")));
    assert_false(login_account_has_role(&account, login_cstr("")));

    account.roles = login_cstr("admin,staff,it");
    assert_true(login_account_has_role(&account, login_cstr("admin")));
    assert_true(login_account_has_role(&account, login_cstr("staff")));
    assert_true(login_account_has_role(&account, login_cstr("it")));
    assert_false(login_account_has_role(&account, login_cstr("adm")));
    assert_false(login_account_has_role(&account, login_cstr("dmin")));
    assert_false(login_account_has_role(&account, login_cstr("staff,it")));
    assert_false(login_account_has_role(&account, login_cstr("ADMIN")));
    assert_false(login_account_has_role(&account, login_cstr("")));

    account.roles = login_cstr("a,");
    assert_false(login_account_has_role(&account, login_cstr("")));
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_round_trip),
        cmocka_unit_test(test_new),
        test(test_name_once),
        test(test_update),
        test(test_lengths),
        test(test_remove),
        test(test_rename),
        test(test_rename_race),
        test(test_remove_stale),
        test(test_walk),
        test(test_inconsistent),
        test(test_payload),
        cmocka_unit_test(test_roles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
