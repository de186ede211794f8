
#include "login.h"
#include "login_record.h"

#include "store_fixture.h"

#include <string.h>


#define NOW    1700000000
#define REALM  login_cstr("https://example.com/login/")


static const u_char  browser[LOGIN_ID_LEN] = "0123456789abcdef";
static const u_char  another[LOGIN_ID_LEN] = "0123456789abcdeg";


static login_str_t
all(const u_char text[LOGIN_FLOW_TEXT])
{
    return login_str(text, LOGIN_FLOW_TEXT);
}


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

    memset(flow->account, 1, LOGIN_ID_LEN);
    memset(flow->session, 2, LOGIN_ID_LEN);
    memset(flow->device, 3, LOGIN_ID_LEN);
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
    u_char        text[LOGIN_FLOW_TEXT];
    fixture_t    *f = *data;
    login_flow_t  flow, read;

    fill(&flow);

    assert_int_equal(login_flow_seal(text, crypto(f), REALM, browser, &flow),
                     LOGIN_OK);
    assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                     all(text), NOW),
                     LOGIN_OK);
    assert_memory_equal(&read, &flow, sizeof(login_flow_t));
}


/* Nothing of it can be read, each is another one, and no bit may differ. */

static void
test_sealed(void **data)
{
    size_t        i, len;
    u_char        text[LOGIN_FLOW_TEXT], first[LOGIN_FLOW_TEXT];
    fixture_t    *f = *data;
    login_flow_t  flow, read;

    fill(&flow);

    assert_int_equal(login_flow_seal(first, crypto(f), REALM, browser, &flow),
                     LOGIN_OK);
    assert_int_equal(login_flow_seal(text, crypto(f), REALM, browser, &flow),
                     LOGIN_OK);
    len = sizeof(text);

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
    size_t          i;
    u_char          text[LOGIN_FLOW_TEXT];
    uint64_t        good;
    fixture_t      *f = *data;
    login_flow_t    flow, read;

    static const login_state_e  states[] = {
        LOGIN_STATE_CODE, LOGIN_STATE_NAME, LOGIN_STATE_SCAN,
        LOGIN_STATE_SAVE, LOGIN_STATE_ANEW
    };

    fill(&flow);

    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        flow.state = states[i];
        good = i == 0 ? 900 : 3600;

        assert_int_equal(login_flow_seal(text, crypto(f), REALM, browser,
                                         &flow),
                         LOGIN_OK);

        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         all(text), NOW + good - 1),
                         LOGIN_OK);
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         all(text), NOW + good),
                         LOGIN_NO);
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         all(text), NOW - 300),
                         LOGIN_OK);
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         all(text), NOW - 301),
                         LOGIN_NO);
    }
}


/* A cookie keeps the five states of pages, and none that has come further. */

static void
test_states(void **data)
{
    int             kept;
    u_char          text[LOGIN_FLOW_TEXT];
    unsigned        s;
    fixture_t      *f = *data;
    login_flow_t    flow, read;

    fill(&flow);

    for (s = 0; s < LOGIN_STATES + 2; s++) {
        flow.state = (login_state_e) s;
        kept = s == LOGIN_STATE_CODE || s == LOGIN_STATE_NAME
               || s == LOGIN_STATE_SCAN || s == LOGIN_STATE_SAVE
               || s == LOGIN_STATE_ANEW;

        assert_int_equal(login_flow_seal(text, crypto(f), REALM, browser,
                                         &flow),
                         LOGIN_OK);
        assert_int_equal(login_flow_open(&read, crypto(f), REALM, browser,
                                         all(text), NOW),
                         kept ? LOGIN_OK : LOGIN_NO);
    }
}


static login_result_e
note(fixture_t *f, const login_flow_t *flow, const login_flow_mark_t *before,
    login_flow_stage_e stage, uint64_t now)
{
    login_result_e      rc;
    login_changes_t    *changes;
    login_flow_mark_t   mark = *before;

    mark.stage = stage;
    mark.generation = 9;
    mark.when = now;

    changes = login_changes_create();
    login_flow_note(changes, flow, &mark);
    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


static login_flow_mark_t
look(fixture_t *f, const login_flow_t *flow, login_flow_stage_e stage)
{
    login_flow_mark_t  mark;

    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
    assert_int_equal(login_flow_mark(&mark, f->view, flow), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(mark.stage, stage);
    assert_int_equal(mark.generation, stage == LOGIN_FLOW_OPEN ? 0 : 9);

    return mark;
}


static void
test_once(void **data)
{
    fixture_t          *f = *data;
    login_flow_t        flow, other;
    login_changes_t    *changes;
    login_flow_mark_t   none, enrolled;

    fill(&flow);
    fill(&other);

    none = look(f, &flow, LOGIN_FLOW_OPEN);

    assert_int_equal(note(f, &flow, &none, LOGIN_FLOW_ENROLLED, NOW),
                     LOGIN_OK);
    assert_int_equal(note(f, &flow, &none, LOGIN_FLOW_ENROLLED, NOW),
                     LOGIN_NO);
    assert_int_equal(note(f, &flow, &none, LOGIN_FLOW_DONE, NOW), LOGIN_NO);

    enrolled = look(f, &flow, LOGIN_FLOW_ENROLLED);

    assert_int_equal(note(f, &flow, &enrolled, LOGIN_FLOW_DONE, NOW),
                     LOGIN_OK);
    assert_int_equal(note(f, &flow, &enrolled, LOGIN_FLOW_DONE, NOW),
                     LOGIN_NO);

    (void) look(f, &flow, LOGIN_FLOW_DONE);

    /* another one of the same account is not concerned */

    none = look(f, &other, LOGIN_FLOW_OPEN);
    assert_int_equal(note(f, &other, &none, LOGIN_FLOW_DONE, NOW + 100),
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

    (void) look(f, &flow, LOGIN_FLOW_OPEN);
    (void) look(f, &other, LOGIN_FLOW_DONE);
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
