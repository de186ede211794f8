
/*
 * From somebody at a provider to the account and its session, and back when
 * the provider says that they have signed out.
 */

#include "store_fixture.h"


#define S(s)    login_str(s, sizeof(s) - 1)

#define NOW     1800000000
#define ISSUER  "https://op.example"


static fixture_t     *f;
static login_orgs_t  *orgs;
static login_sso_t    sso;
static unsigned       same_state;
static u_char         token[LOGIN_LINK_TOKEN_LEN];


static int
setup(void **data)
{
    login_org_t  acme, other;

    const login_org_t *const  both[] = { &acme, &other };

    if (fixture_setup(data) != 0) {
        return -1;
    }

    f = *data;

    memset(&acme, 0, sizeof(acme));
    acme.name = S("acme");
    acme.limits.idle = 1728000;
    other = acme;
    other.name = S("other");

    orgs = login_orgs_create(both, 2);
    assert_non_null(orgs);

    memset(&sso, 0, sizeof(sso));
    same_state = 0;

    sso.state = S("state");
    sso.signin.portal = S("https://example.com/login/");
    sso.signin.orgs = orgs;
    sso.signin.org = S("acme");
    sso.signin.address = S("192.0.2.1");
    sso.signin.browser = S("Firefox");
    sso.signin.now = NOW;
    sso.signin.provider = S("okta");
    sso.issuer = S(ISSUER);
    sso.subject = S("00u1");
    sso.username = S("ann@acme.example");
    sso.name = S("Ann");
    sso.email = S("ann@acme.example");

    return 0;
}


static int
teardown(void **data)
{
    login_orgs_destroy(orgs);

    return fixture_teardown(data);
}


static login_result_e
apply(login_changes_t *changes)
{
    login_result_e  rc;

    assert_non_null(changes);

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


/* Another one each time, unless a test has set it. */

static login_result_e
sign_in(void)
{
    login_result_e   rc;
    static unsigned  n;
    static char      state[16];

    if (!same_state) {
        snprintf(state, sizeof(state), "state%u", ++n);
        sso.state = login_cstr(state);
    }

    rc = login_sso_run(&sso, f->view);

    if (rc != LOGIN_OK) {
        assert_null(sso.signin.changes);
        return rc;
    }

    return apply(sso.signin.changes);
}


static void
person(login_account_t *account, const char *org, const char *name,
    unsigned invited)
{
    login_changes_t  *changes;

    assert_int_equal(login_account_new(account, NOW), LOGIN_OK);

    account->org = login_cstr(org);
    account->username = login_cstr(name);
    account->invited = invited;
    account->roles = S("staff");

    changes = login_changes_create();
    login_account_add(changes, account);
    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
invite(login_account_t *account, const char *org, const char *name)
{
    login_link_t      link;
    login_changes_t  *changes;

    person(account, org, name, 1);

    memset(&link, 0, sizeof(login_link_t));

    link.purpose = LOGIN_LINK_INVITATION;
    link.created = NOW;
    link.expires = NOW + 60;
    link.generation = account->generation;
    memcpy(link.account, account->id, LOGIN_ID_LEN);

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_link_issue(changes, f->view, &link, token),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(apply(changes), LOGIN_OK);
}


/* The account of that name, until the view ends. */

static void
look(login_account_t *account, const char *org, const char *name)
{
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_account_find(account, f->view, login_cstr(org),
                                        login_cstr(name)), LOGIN_OK);
}


static void
change(const char *org, const char *name, void (*how)(login_account_t *))
{
    login_account_t   account;
    login_changes_t  *changes;

    look(&account, org, name);
    how(&account);

    changes = login_changes_create();
    login_account_update(changes, &account);
    login_view_end(f->view);

    assert_int_equal(apply(changes), LOGIN_OK);
}


static void
disable(login_account_t *account)
{
    account->disabled = 1;
    account->generation++;
}


static login_result_e
alive(const login_ticket_t *ticket, login_session_t *session)
{
    login_result_e    rc;
    login_account_t   account;

    static const login_limits_t  limits = { 1728000, 0 };

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    rc = login_session_check(&account, session, f->view, ticket, &limits,
                             NOW);
    login_view_end(f->view);

    return rc;
}


static void
problem(void *data, const char *text)
{
    (void) data;

    fail_msg("%s", text);
}


static void
sound(void)
{
    login_audit_t  audit;

    assert_int_equal(login_audit(&audit, f->view, &f->ring, problem, NULL),
                     LOGIN_OK);
    assert_int_equal(audit.unknown, 0);
}


/* --- who it is */

static void
test_nobody(void **data)
{
    (void) data;

    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_NOBODY);
    sound();
}


static void
test_provision(void **data)
{
    u_char            id[LOGIN_ID_LEN];
    login_ticket_t    first;
    login_account_t   account;
    login_session_t   session;

    (void) data;

    sso.provision = 1;
    sso.roles = S("admin,staff");
    sso.roles_told = 1;
    assert_int_equal(login_session_sid(sso.signin.sid, S("s1")), LOGIN_OK);

    assert_int_equal(sign_in(), LOGIN_OK);
    assert_int_equal(sso.event, LOGIN_LOG_SIGNIN);
    assert_true(login_str_eq(sso.signin.username, S("ann@acme.example")));

    look(&account, "acme", "ann@acme.example");
    assert_true(login_str_eq(account.name, S("Ann")));
    assert_true(login_str_eq(account.email, S("ann@acme.example")));
    assert_true(login_str_eq(account.roles, S("admin,staff")));
    assert_int_equal(account.password.len, 0);
    assert_false(account.invited);
    memcpy(id, account.id, LOGIN_ID_LEN);
    login_view_end(f->view);

    first = sso.signin.ticket;
    assert_int_equal(alive(&first, &session), LOGIN_OK);
    assert_int_equal(session.methods, LOGIN_METHOD_SSO);
    assert_int_equal(session.auth_time, NOW);

    /* and the same again: not another one */

    assert_int_equal(sign_in(), LOGIN_OK);
    assert_memory_equal(sso.signin.account, id, LOGIN_ID_LEN);
    assert_int_equal(sso.event, LOGIN_LOG_SIGNIN);
    assert_memory_not_equal(&first, &sso.signin.ticket,
                            sizeof(login_ticket_t));
    sound();
}


/* The key is issuer and subject in one organisation, and nothing else. */

static void
test_keys(void **data)
{
    (void) data;

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_OK);

    /* the same subject of another issuer, with the same address */

    sso.issuer = S("https://op.example/");
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_TAKEN);

    sso.issuer = S("https://op.example0");
    sso.subject = S("0u1");
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_TAKEN);

    /* another subject of the same issuer */

    sso.issuer = S(ISSUER);
    sso.subject = S("00U1");
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_TAKEN);

    /* and the same person in another organisation is another account */

    sso.subject = S("00u1");
    sso.signin.org = S("other");
    sso.provision = 0;
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_NOBODY);

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_OK);
    sound();
}


/* An account with a password is nobody's because of its name. */

static void
test_taken(void **data)
{
    login_account_t  account;

    (void) data;

    person(&account, "acme", "ann@acme.example", 0);

    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_NOBODY);

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_TAKEN);

    /* nor is one that only waits for its owner */

    person(&account, "acme", "bob@acme.example", 1);
    sso.username = S("bob@acme.example");
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_TAKEN);
}


static void
test_invited(void **data)
{
    login_account_t  account, invited;

    (void) data;

    invite(&invited, "acme", "annie@elsewhere.example");

    sso.token = login_str(token, sizeof(token));
    assert_int_equal(sign_in(), LOGIN_OK);
    assert_int_equal(sso.event, LOGIN_LOG_REGISTERED);
    assert_memory_equal(sso.signin.account, invited.id, LOGIN_ID_LEN);

    look(&account, "acme", "annie@elsewhere.example");
    assert_false(account.invited);
    assert_true(login_str_eq(account.name, S("Ann")));
    assert_true(login_str_eq(account.roles, S("staff")));
    login_view_end(f->view);

    /* from then on without the link; with it, as well */

    assert_int_equal(sign_in(), LOGIN_OK);
    assert_int_equal(sso.event, LOGIN_LOG_SIGNIN);

    sso.token = S("");
    assert_int_equal(sign_in(), LOGIN_OK);
    assert_memory_equal(sso.signin.account, invited.id, LOGIN_ID_LEN);

    /* somebody else cannot use it once more */

    sso.token = login_str(token, sizeof(token));
    sso.subject = S("00u2");
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_INVITATION);
    assert_int_equal(sso.link, LOGIN_LINK_USED);
    sound();
}


static void
test_invitation_over(void **data)
{
    login_account_t  invited;

    (void) data;

    invite(&invited, "acme", "ann@acme.example");
    sso.token = login_str(token, sizeof(token));

    sso.signin.now = NOW + 61;
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_INVITATION);
    assert_int_equal(sso.link, LOGIN_LINK_EXPIRED);

    /* of another organisation, although the provider is one of both */

    sso.signin.now = NOW;
    sso.signin.org = S("other");
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_INVITATION);
    assert_int_equal(sso.link, LOGIN_LINK_UNKNOWN);

    /* a link that is over makes no account instead */

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_INVITATION);

    sso.token = S("not a token");
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.link, LOGIN_LINK_UNKNOWN);
}


static void
test_disabled(void **data)
{
    login_ticket_t    ticket;
    login_session_t   session;

    (void) data;

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_OK);
    ticket = sso.signin.ticket;

    change("acme", "ann@acme.example", disable);

    assert_int_equal(alive(&ticket, &session), LOGIN_NO);
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_DISABLED);
}


/* What the provider says is kept; what it does not say stays. */

static void
test_profile(void **data)
{
    login_account_t  account;

    (void) data;

    sso.provision = 1;
    sso.roles = S("admin");
    sso.roles_told = 1;
    assert_int_equal(sign_in(), LOGIN_OK);

    sso.username = S("other@acme.example");
    sso.name = S("");
    sso.email = S("new@acme.example");
    sso.roles = S("");
    assert_int_equal(sign_in(), LOGIN_OK);

    look(&account, "acme", "ann@acme.example");
    assert_true(login_str_eq(account.name, S("Ann")));
    assert_true(login_str_eq(account.email, S("new@acme.example")));
    assert_int_equal(account.roles.len, 0);
    login_view_end(f->view);

    sso.roles_told = 0;
    sso.roles = S("admin");
    assert_int_equal(sign_in(), LOGIN_OK);

    look(&account, "acme", "ann@acme.example");
    assert_int_equal(account.roles.len, 0);
    login_view_end(f->view);
}


/* Two at once: one of them does it, the other one looks again. */

static void
test_together(void **data)
{
    login_changes_t  *first;

    (void) data;

    sso.provision = 1;

    assert_int_equal(login_sso_run(&sso, f->view), LOGIN_OK);
    first = sso.signin.changes;

    assert_int_equal(login_sso_run(&sso, f->view), LOGIN_OK);

    assert_int_equal(apply(first), LOGIN_OK);
    assert_int_equal(apply(sso.signin.changes), LOGIN_NO);
    assert_int_equal(sign_in(), LOGIN_OK);
    sound();
}


static void
test_together_invited(void **data)
{
    login_changes_t  *first;
    login_account_t   invited;

    (void) data;

    invite(&invited, "acme", "ann@acme.example");
    sso.token = login_str(token, sizeof(token));

    assert_int_equal(login_sso_run(&sso, f->view), LOGIN_OK);
    first = sso.signin.changes;

    sso.subject = S("00u2");
    assert_int_equal(login_sso_run(&sso, f->view), LOGIN_OK);

    assert_int_equal(apply(first), LOGIN_OK);
    assert_int_equal(apply(sso.signin.changes), LOGIN_NO);
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_INVITATION);
    sound();
}


static void
test_removed_meanwhile(void **data)
{
    login_account_t   account;
    login_changes_t  *changes;

    (void) data;

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_OK);
    sso.state = S("another");
    assert_int_equal(login_sso_run(&sso, f->view), LOGIN_OK);

    look(&account, "acme", "ann@acme.example");
    changes = login_changes_create();
    assert_int_equal(login_account_remove(changes, &account, f->view),
                     LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(apply(changes), LOGIN_OK);
    assert_int_equal(apply(sso.signin.changes), LOGIN_NO);

    /* nothing is left that would lead to it */

    sso.provision = 0;
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_NOBODY);
    sound();
}


/* In another organisation it is no account of that provider's. */

static void
test_moved(void **data)
{
    login_account_t   account;
    login_changes_t  *changes;

    (void) data;

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_OK);

    look(&account, "acme", "ann@acme.example");
    changes = login_changes_create();
    assert_int_equal(login_account_move(changes, &account, f->view,
                                        S("other")), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);
    sound();

    sso.provision = 0;
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_NOBODY);

    sso.signin.org = S("other");
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_NOBODY);
}


/* Who left once comes back once. */

static void
test_state(void **data)
{
    login_changes_t  *first;

    (void) data;

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_OK);

    same_state = 1;
    sso.state = S("s");
    assert_int_equal(login_sso_run(&sso, f->view), LOGIN_OK);
    first = sso.signin.changes;
    assert_int_equal(login_sso_run(&sso, f->view), LOGIN_OK);

    assert_int_equal(apply(first), LOGIN_OK);
    assert_int_equal(apply(sso.signin.changes), LOGIN_NO);
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_USED);

    /* of another portal it is another one */

    sso.signin.portal = S("https://example.org/login/");
    assert_int_equal(sign_in(), LOGIN_OK);

    /* and it is known for longer than its cookie is good */

    sso.signin.now = NOW + LOGIN_SSO_TIME;
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_USED);
}


/* --- what leads to it */

typedef struct {
    login_account_t    account;
    login_changes_t   *changes;
    unsigned           n;
} walk_t;


static login_result_e
count(void *data, const login_federated_t *federated)
{
    walk_t  *walk = data;

    assert_true(login_str_eq(federated->provider, S("okta")));
    assert_true(login_str_begins(federated->issuer, ISSUER));
    assert_int_equal(federated->created, NOW);
    assert_memory_equal(federated->account, walk->account.id, LOGIN_ID_LEN);
    walk->n++;

    if (walk->changes != NULL) {
        login_federated_remove(walk->changes, &walk->account, federated);
    }

    return LOGIN_OK;
}


static void
test_federated(void **data)
{
    walk_t              walk;
    login_federated_t   second;

    (void) data;

    sso.provision = 1;
    assert_int_equal(sign_in(), LOGIN_OK);

    memset(&walk, 0, sizeof(walk));
    look(&walk.account, "acme", "ann@acme.example");

    second.created = NOW;
    second.provider = S("okta");
    second.issuer = S(ISSUER "/2");
    second.subject = S("x");
    memcpy(second.account, walk.account.id, LOGIN_ID_LEN);

    walk.changes = login_changes_create();
    login_federated_add(walk.changes, &walk.account, &second);
    login_view_end(f->view);
    assert_int_equal(apply(walk.changes), LOGIN_OK);

    walk.changes = NULL;
    look(&walk.account, "acme", "ann@acme.example");
    assert_int_equal(login_federated_walk(f->view, walk.account.id, count,
                                          &walk), LOGIN_OK);
    assert_int_equal(walk.n, 2);

    walk.changes = login_changes_create();
    assert_int_equal(login_federated_walk(f->view, walk.account.id, count,
                                          &walk), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(apply(walk.changes), LOGIN_OK);
    sound();

    sso.provision = 0;
    assert_int_equal(sign_in(), LOGIN_NO);
    assert_int_equal(sso.refusal, LOGIN_SSO_NOBODY);
}


/* What does not fit in is not cut: it would be somebody else. */

static void
test_federated_limits(void **data)
{
    char               text[LOGIN_OIDC_ISSUER_MAX + 2];
    size_t             i;
    login_account_t    account;
    login_changes_t   *changes;
    login_federated_t  federated;

    static const struct {
        size_t           provider;
        size_t           issuer;
        size_t           subject;
        login_result_e   rc;
    } sizes[] = {
        { LOGIN_PROVIDER_MAX, LOGIN_OIDC_ISSUER_MAX, LOGIN_OIDC_SUBJECT_MAX,
          LOGIN_OK },
        { LOGIN_PROVIDER_MAX + 1, 1, 1, LOGIN_FAULT },
        { 1, LOGIN_OIDC_ISSUER_MAX + 1, 1, LOGIN_FAULT },
        { 1, 1, LOGIN_OIDC_SUBJECT_MAX + 1, LOGIN_FAULT },
        { 0, 1, 1, LOGIN_FAULT },
        { 1, 0, 1, LOGIN_FAULT },
        { 1, 1, 0, LOGIN_FAULT },
    };

    (void) data;

    memset(text, 'x', sizeof(text));
    person(&account, "acme", "ann@acme.example", 0);

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        memcpy(federated.account, account.id, LOGIN_ID_LEN);
        federated.created = NOW;
        federated.provider = login_str(text, sizes[i].provider);
        federated.issuer = login_str(text, sizes[i].issuer);
        federated.subject = login_str(text, sizes[i].subject);

        changes = login_changes_create();
        login_federated_add(changes, &account, &federated);
        assert_int_equal(apply(changes), sizes[i].rc);
    }

    sound();
}


static void
complain(void *data, const char *text)
{
    unsigned  *n = data;

    (void) text;
    (*n)++;
}


static void
test_audit(void **data)
{
    size_t            i;
    u_char            hash[LOGIN_HASH_LEN];
    unsigned          n;
    login_str_t       which;
    login_audit_t     audit;
    login_account_t   account;
    login_changes_t  *changes;

    u_char            key[LOGIN_FEDERATED_KEY_LEN];
    u_char            owner[LOGIN_FEDERATED_OWNER_LEN];

    /* either is there without the other, or with what it must not be */

    static const struct {
        unsigned    kind;
        unsigned    keep;           /* 1: only what it says is replaced */
        const char  *payload;
        unsigned    problems;
    } cases[] = {
        { LOGIN_KIND_FEDERATED, 0, NULL, 1 },
        { LOGIN_KIND_FEDERATION, 0, NULL, 1 },
        { LOGIN_KIND_FEDERATED, 1, "x", 1 },
        { LOGIN_KIND_FEDERATION, 1, "x", 1 },
    };

    (void) data;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sso.provision = 1;
        assert_int_equal(sign_in(), LOGIN_OK);

        look(&account, "acme", "ann@acme.example");
        assert_int_equal(login_federated_hash(hash, account.org, sso.issuer,
                                              sso.subject), LOGIN_OK);
        key[0] = LOGIN_KIND_FEDERATED;
        memcpy(key + 1, hash, LOGIN_HASH_LEN);
        (void) login_account_key(owner, LOGIN_KIND_FEDERATION, account.id);
        memcpy(owner + LOGIN_ACCOUNT_KEY_LEN, hash, LOGIN_HASH_LEN);
        login_view_end(f->view);

        changes = login_changes_create();

        which = cases[i].kind == LOGIN_KIND_FEDERATED
                ? login_str(key, sizeof(key))
                : login_str(owner, sizeof(owner));

        if (cases[i].keep) {
            login_changes_put(changes, which, login_cstr(cases[i].payload),
                              LOGIN_EXPECT_ANY);
        } else {
            login_changes_delete(changes, which, LOGIN_EXPECT_ANY);
        }

        assert_int_equal(apply(changes), LOGIN_OK);

        n = 0;
        assert_int_equal(login_audit(&audit, f->view, &f->ring, complain, &n),
                         LOGIN_OK);
        assert_int_equal(n, cases[i].problems);

        /* begin anew */

        assert_int_equal(teardown(data), 0);
        assert_int_equal(setup(data), 0);
    }
}


/* --- back-channel logout */

static login_backchannel_t  token_of;


static void
told(const char *subject, const char *sid, const char *jti)
{
    token_of.provider = S("okta");
    token_of.issuer = S(ISSUER);
    token_of.subject = login_cstr(subject);
    token_of.sid = login_cstr(sid);
    token_of.jti = login_cstr(jti);
    token_of.now = NOW;
    token_of.expires = NOW + 240;
}


static login_result_e
log_out(size_t *n)
{
    login_result_e    rc;
    login_changes_t  *changes;

    *n = 0;
    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_backchannel_begin(changes, f->view, &token_of),
                     LOGIN_OK);

    rc = token_of.subject.len != 0
         ? login_backchannel_end(changes, n, f->view, &token_of, S("acme"))
         : login_backchannel_end_sid(changes, n, f->view, &token_of);
    login_view_end(f->view);

    assert_int_not_equal(rc, LOGIN_FAULT);

    return apply(changes);
}


static void
begin(login_ticket_t *ticket, const char *provider, const char *subject,
    const char *sid)
{
    sso.provision = 1;
    sso.signin.provider = login_cstr(provider);
    sso.subject = login_cstr(subject);
    sso.username = login_cstr(subject);
    assert_int_equal(login_session_sid(sso.signin.sid, login_cstr(sid)),
                     LOGIN_OK);
    assert_int_equal(sign_in(), LOGIN_OK);
    *ticket = sso.signin.ticket;
}


static void
test_logout(void **data)
{
    size_t            n;
    login_ticket_t    a1, a2, b1, other;
    login_session_t   session;

    (void) data;

    begin(&a1, "okta", "ann", "s1");
    begin(&a2, "okta", "ann", "s2");
    begin(&b1, "okta", "bob", "s3");
    begin(&other, "okta2", "ann", "s1");

    /* one session of one person, through that provider */

    told("ann", "s1", "j1");
    assert_int_equal(log_out(&n), LOGIN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(alive(&a1, &session), LOGIN_NO);
    assert_int_equal(alive(&a2, &session), LOGIN_OK);
    assert_int_equal(alive(&b1, &session), LOGIN_OK);
    assert_int_equal(alive(&other, &session), LOGIN_OK);

    /* the same token once more, although there is one to end */

    begin(&a1, "okta", "ann", "s1");
    assert_int_equal(log_out(&n), LOGIN_NO);
    assert_int_equal(alive(&a1, &session), LOGIN_OK);

    /* the same id of another issuer is not the same */

    token_of.issuer = S("https://other.example");
    assert_int_equal(log_out(&n), LOGIN_OK);
    assert_int_equal(n, 0);

    /* all of one person */

    told("ann", "", "j2");
    assert_int_equal(log_out(&n), LOGIN_OK);
    assert_int_equal(n, 2);
    assert_int_equal(alive(&a1, &session), LOGIN_NO);
    assert_int_equal(alive(&a2, &session), LOGIN_NO);
    assert_int_equal(alive(&b1, &session), LOGIN_OK);
    assert_int_equal(alive(&other, &session), LOGIN_OK);

    /* whoever has that session there */

    told("", "s3", "j3");
    assert_int_equal(log_out(&n), LOGIN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(alive(&b1, &session), LOGIN_NO);
    assert_int_equal(alive(&other, &session), LOGIN_OK);

    /* nobody */

    told("carol", "s1", "j4");
    assert_int_equal(log_out(&n), LOGIN_OK);
    assert_int_equal(n, 0);
    sound();
}


/* Ids are forgotten when their tokens are good no more. */

static void
test_logout_ids(void **data)
{
    char           jti[16];
    size_t         i, n, records;
    login_audit_t  audit;

    (void) data;

    for (i = 0; i < LOGIN_USED_SWEPT + 20; i++) {
        snprintf(jti, sizeof(jti), "j%zu", i);
        told("ann", "", jti);
        assert_int_equal(log_out(&n), LOGIN_OK);
    }

    assert_int_equal(login_audit(&audit, f->view, &f->ring, problem, NULL),
                     LOGIN_OK);
    records = audit.records;

    /* at their last second they are still known */

    told("ann", "", "later");
    token_of.now = NOW + 240;
    assert_int_equal(log_out(&n), LOGIN_OK);
    token_of.jti = S("j7");
    assert_int_equal(log_out(&n), LOGIN_NO);

    told("ann", "", "much later");
    token_of.now = NOW + 241;
    token_of.expires = NOW + 1000;
    assert_int_equal(log_out(&n), LOGIN_OK);

    assert_int_equal(login_audit(&audit, f->view, &f->ring, problem, NULL),
                     LOGIN_OK);
    assert_int_equal(audit.records, records + 2 - LOGIN_USED_SWEPT);
    sound();
}


/* A session without a provider, and one that was touched, stay as they are. */

static void
test_session_record(void **data)
{
    u_char            id[LOGIN_ID_LEN], payload[LOGIN_SESSION_PAYLOAD];
    size_t            len;
    login_ticket_t    ticket;
    login_session_t   session, back;
    login_changes_t  *changes;

    (void) data;

    begin(&ticket, "okta", "ann", "s1");
    assert_int_equal(login_ticket_session(id, &ticket), LOGIN_OK);

    changes = login_changes_create();

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_session_get(&session, f->view, ticket.account, id),
                     LOGIN_OK);
    login_session_touch(changes, &session, NOW + 5);
    login_view_end(f->view);
    assert_int_equal(apply(changes), LOGIN_OK);

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_session_get(&session, f->view, ticket.account, id),
                     LOGIN_OK);
    assert_int_equal(session.seen, NOW + 5);
    assert_true(login_str_eq(session.provider, S("okta")));
    assert_memory_equal(session.sid, sso.signin.sid, LOGIN_ID_LEN);

    len = login_session_encode(payload, &session);
    assert_int_equal(login_session_decode(&back, login_str(payload, len)),
                     LOGIN_OK);

    session.provider = S("");
    assert_int_equal(login_session_encode(payload, &session),
                     len - 2 - 4 - LOGIN_ID_LEN);

    session.provider = login_str(payload, LOGIN_PROVIDER_MAX + 1);
    assert_int_equal(login_session_encode(payload, &session), 0);
    login_view_end(f->view);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_provision, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_invited, setup, teardown),
        cmocka_unit_test_setup_teardown(test_invitation_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disabled, setup, teardown),
        cmocka_unit_test_setup_teardown(test_profile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_together, setup, teardown),
        cmocka_unit_test_setup_teardown(test_together_invited, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_removed_meanwhile, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_state, setup, teardown),
        cmocka_unit_test_setup_teardown(test_moved, setup, teardown),
        cmocka_unit_test_setup_teardown(test_federated, setup, teardown),
        cmocka_unit_test_setup_teardown(test_federated_limits, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_audit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_logout, setup, teardown),
        cmocka_unit_test_setup_teardown(test_logout_ids, setup, teardown),
        cmocka_unit_test_setup_teardown(test_session_record, setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
