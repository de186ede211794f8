
#include "login.h"
#include "login_record.h"

#include "store_fixture.h"

#include <string.h>


#define NOW    1700000000
#define REALM  login_cstr("https://example.com/login/")


static const u_char  browser[LOGIN_ID_LEN] = "0123456789abcdef";
static const u_char  another[LOGIN_ID_LEN] = "0123456789abcdeg";


static void
fill(login_flow_t *flow)
{
    assert_int_equal(login_flow_draw(flow), LOGIN_OK);

    flow->state = LOGIN_STATE_SCAN;
    flow->methods = LOGIN_METHOD_PASSWORD;
    flow->shared = 1;
    flow->stepped = 1;
    flow->generation = 7;
    flow->epoch = 8;
    flow->auth_time = NOW - 100;
    flow->issued = NOW;
    flow->name_len = 5;

    memset(flow->account, 1, LOGIN_ID_LEN);
    memset(flow->session, 2, LOGIN_ID_LEN);
    memset(flow->secret, 3, LOGIN_FLOW_SECRET);
    memcpy(flow->name, "phone", 5);

    flow->codes_len = 100;
    memset(flow->codes, 4, 100);
}


static login_crypto_t *
crypto(fixture_t *f)
{
    static login_crypto_t  *made;

    if (made == NULL) {
        made = login_crypto_create(&f->ring);
        assert_non_null(made);
    }

    return made;
}


static void
test_roundtrip(void **data)
{
    size_t        len;
    u_char        text[LOGIN_FLOW_TEXT_MAX];
    fixture_t    *f = *data;
    login_flow_t  flow, read;

    fill(&flow);

    len = login_flow_seal(text, crypto(f), REALM, browser, &flow);

    assert_true(len > 0 && len <= sizeof(text));
    assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                     login_str(text, len), NOW),
                     LOGIN_OK);
    assert_memory_equal(&read, &flow, sizeof(login_flow_t));

    /* the longest is no longer than a cookie may be */

    flow.name_len = LOGIN_FLOW_NAME_MAX;
    flow.codes_len = LOGIN_FLOW_CODES_MAX;

    len = login_flow_seal(text, crypto(f), REALM, browser, &flow);
    assert_true(len > 0 && len <= sizeof(text) && len < 1024);

    flow.name_len++;
    assert_int_equal(login_flow_seal(text, crypto(f), REALM, browser, &flow),
                     0);
}


/* Nothing of it can be read, each is another one, and no bit may differ. */

static void
test_sealed(void **data)
{
    size_t        i, len, first_len;
    u_char        text[LOGIN_FLOW_TEXT_MAX], first[LOGIN_FLOW_TEXT_MAX];
    fixture_t    *f = *data;
    login_flow_t  flow, read;

    fill(&flow);

    first_len = login_flow_seal(first, crypto(f), REALM, browser, &flow);
    len = login_flow_seal(text, crypto(f), REALM, browser, &flow);

    assert_int_equal(len, first_len);
    assert_memory_not_equal(text + 6, first + 6, len - 6);

    for (i = 0; i < len; i++) {
        text[i] ^= 1;
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         login_str(text, len), NOW),
                         LOGIN_NO);
        text[i] ^= 1;

        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         login_str(text, i), NOW),
                         LOGIN_NO);
    }

    assert_int_equal(login_flow_open(&read, crypto(f), REALM, another,
                                     login_str(text, len), NOW),
                     LOGIN_NO);
    assert_int_equal(login_flow_open(&read, crypto(f),
                                     login_cstr("https://example.com/x/"),
                                     browser, login_str(text, len), NOW),
                     LOGIN_NO);
    assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                     login_str(text, len), NOW),
                     LOGIN_OK);
}


static void
test_time(void **data)
{
    size_t          i, len;
    u_char          text[LOGIN_FLOW_TEXT_MAX];
    uint64_t        good;
    fixture_t      *f = *data;
    login_flow_t    flow, read;

    static const login_state_e  states[] = {
        LOGIN_STATE_CODE, LOGIN_STATE_NAME, LOGIN_STATE_SCAN,
        LOGIN_STATE_SAVE
    };

    fill(&flow);

    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        flow.state = states[i];
        good = i == 0 ? 900 : 3600;

        len = login_flow_seal(text, crypto(f), REALM, browser, &flow);

        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         login_str(text, len),
                                         NOW + good - 1),
                         LOGIN_OK);
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         login_str(text, len), NOW + good),
                         LOGIN_NO);
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         login_str(text, len), NOW - 300),
                         LOGIN_OK);
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         login_str(text, len), NOW - 301),
                         LOGIN_NO);
    }
}


/* A cookie keeps the four states of pages, and none that has come further. */

static void
test_states(void **data)
{
    int             kept;
    size_t          len;
    u_char          text[LOGIN_FLOW_TEXT_MAX];
    unsigned        s;
    fixture_t      *f = *data;
    login_flow_t    flow, read;

    fill(&flow);

    for (s = 0; s < LOGIN_STATES + 2; s++) {
        flow.state = (login_state_e) s;
        kept = s == LOGIN_STATE_CODE || s == LOGIN_STATE_NAME
               || s == LOGIN_STATE_SCAN || s == LOGIN_STATE_SAVE;

        len = login_flow_seal(text, crypto(f), REALM, browser, &flow);
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         login_str(text, len), NOW),
                         kept ? LOGIN_OK : LOGIN_NO);
    }
}


static login_result_e
note(fixture_t *f, const login_flow_t *flow, login_flow_stage_e stage,
    uint64_t version, uint64_t now)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    login_flow_note(changes, flow, stage, version, now);
    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static void
look(fixture_t *f, const login_flow_t *flow, login_flow_stage_e *stage,
    uint64_t *version)
{
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_flow_stage(stage, version, f->view, flow),
                     LOGIN_OK);
    login_view_end(f->view);
}


static void
test_once(void **data)
{
    uint64_t            none, enrolled, done;
    fixture_t          *f = *data;
    login_flow_t        flow, other;
    login_changes_t    *changes;
    login_flow_stage_e  stage;

    fill(&flow);
    fill(&other);

    look(f, &flow, &stage, &none);
    assert_int_equal(stage, LOGIN_FLOW_OPEN);

    assert_int_equal(note(f, &flow, LOGIN_FLOW_ENROLLED, none, NOW),
                     LOGIN_OK);
    assert_int_equal(note(f, &flow, LOGIN_FLOW_ENROLLED, none, NOW),
                     LOGIN_NO);
    assert_int_equal(note(f, &flow, LOGIN_FLOW_DONE, none, NOW), LOGIN_NO);

    look(f, &flow, &stage, &enrolled);
    assert_int_equal(stage, LOGIN_FLOW_ENROLLED);

    assert_int_equal(note(f, &flow, LOGIN_FLOW_DONE, enrolled, NOW),
                     LOGIN_OK);
    assert_int_equal(note(f, &flow, LOGIN_FLOW_DONE, enrolled, NOW),
                     LOGIN_NO);

    look(f, &flow, &stage, &done);
    assert_int_equal(stage, LOGIN_FLOW_DONE);

    /* another one of the same account is not concerned */

    look(f, &other, &stage, &none);
    assert_int_equal(stage, LOGIN_FLOW_OPEN);
    assert_int_equal(note(f, &other, LOGIN_FLOW_DONE, none, NOW + 100),
                     LOGIN_OK);

    /* it goes when no cookie of it can be good any more */

    changes = login_changes_create();
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_flow_sweep(changes, f->view, flow.account,
                                      NOW + LOGIN_FLOW_KEEP + 1),
                     LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(login_commit_one(f->commit, changes), LOGIN_OK);
    login_changes_destroy(changes);

    look(f, &flow, &stage, &none);
    assert_int_equal(stage, LOGIN_FLOW_OPEN);
    look(f, &other, &stage, &done);
    assert_int_equal(stage, LOGIN_FLOW_DONE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_roundtrip, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_sealed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_time, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_states, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_once, fixture_setup,
                                        fixture_teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
