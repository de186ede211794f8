
#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define DEPTH  7


/* Every state with every event, against the table written out by hand. */

static void
test_transitions(void **data)
{
    unsigned        s, e;
    login_state_e   state;
    login_effect_e  effect;

    static const struct {
        login_state_e   state;
        login_event_e   event;
        login_state_e   next;
        login_effect_e  effect;
    } allowed[] = {
        { LOGIN_STATE_SIGNIN, LOGIN_EVENT_FORM,
          LOGIN_STATE_PASSWORD, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_SIGNIN, LOGIN_EVENT_FORGED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_PASSWORD, LOGIN_EVENT_OK,
          LOGIN_STATE_COMMIT, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_PASSWORD, LOGIN_EVENT_NO,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_REFUSE },
        { LOGIN_STATE_PASSWORD, LOGIN_EVENT_LIMITED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_THROTTLE },
        { LOGIN_STATE_COMMIT, LOGIN_EVENT_OK,
          LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        { LOGIN_STATE_ACCOUNT, LOGIN_EVENT_FORM,
          LOGIN_STATE_RENEWAL, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_ACCOUNT, LOGIN_EVENT_FORGED,
          LOGIN_STATE_ACCOUNT, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_RENEWAL, LOGIN_EVENT_OK,
          LOGIN_STATE_RENEWED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_RENEWAL, LOGIN_EVENT_NO,
          LOGIN_STATE_ACCOUNT, LOGIN_EFFECT_REFUSE },
        { LOGIN_STATE_RENEWAL, LOGIN_EVENT_LIMITED,
          LOGIN_STATE_ACCOUNT, LOGIN_EFFECT_THROTTLE },
        { LOGIN_STATE_RENEWAL, LOGIN_EVENT_WEAK,
          LOGIN_STATE_ACCOUNT, LOGIN_EFFECT_WEAK },
        { LOGIN_STATE_RENEWAL, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_RENEWED, LOGIN_EVENT_OK,
          LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        { LOGIN_STATE_RENEWED, LOGIN_EVENT_NO,
          LOGIN_STATE_RENEWAL, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_LINK, LOGIN_EVENT_FORM,
          LOGIN_STATE_LINK_RENEWAL, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_LINK, LOGIN_EVENT_FORGED,
          LOGIN_STATE_LINK, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_LINK_RENEWAL, LOGIN_EVENT_OK,
          LOGIN_STATE_LINK_RENEWED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_LINK_RENEWAL, LOGIN_EVENT_WEAK,
          LOGIN_STATE_LINK, LOGIN_EFFECT_WEAK },
        { LOGIN_STATE_LINK_RENEWAL, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_LINK_RENEWED, LOGIN_EVENT_OK,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_LEAVE },
        { LOGIN_STATE_LINK_RENEWED, LOGIN_EVENT_NO,
          LOGIN_STATE_LINK_RENEWAL, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_REGISTER, LOGIN_EVENT_FORM,
          LOGIN_STATE_REGISTRATION, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_REGISTER, LOGIN_EVENT_FORGED,
          LOGIN_STATE_REGISTER, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_REGISTRATION, LOGIN_EVENT_OK,
          LOGIN_STATE_REGISTERED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_REGISTRATION, LOGIN_EVENT_WEAK,
          LOGIN_STATE_REGISTER, LOGIN_EFFECT_WEAK },
        { LOGIN_STATE_REGISTRATION, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_REGISTERED, LOGIN_EVENT_OK,
          LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        { LOGIN_STATE_REGISTERED, LOGIN_EVENT_NO,
          LOGIN_STATE_REGISTRATION, LOGIN_EFFECT_VERIFY },
    };

    (void) data;

    for (s = 0; s < LOGIN_STATES; s++) {
        for (e = 0; e < LOGIN_EVENTS; e++) {
            login_state_e   next = LOGIN_STATE_SIGNIN;
            login_effect_e  expected = LOGIN_EFFECT_ERROR;

            for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
                if (allowed[i].state == s && allowed[i].event == e) {
                    next = allowed[i].next;
                    expected = allowed[i].effect;
                }
            }

            state = (login_state_e) s;
            effect = login_flow_step(&state, (login_event_e) e);

            assert_int_equal(state, next);
            assert_int_equal(effect, expected);
        }
    }
}


/*
 * All sequences of events: a session comes from a form, its password and
 * its commit, directly one behind the other, and from nothing else.
 */

static void
walk(login_state_e state, login_event_e *events, unsigned n)
{
    int             granted;
    unsigned        e;
    login_state_e   next;
    login_effect_e  effect;

    if (n == DEPTH) {
        return;
    }

    for (e = 0; e < LOGIN_EVENTS; e++) {
        events[n] = (login_event_e) e;
        next = state;

        effect = login_flow_step(&next, events[n]);

        granted = n >= 2
                  && events[n - 2] == LOGIN_EVENT_FORM
                  && events[n - 1] == LOGIN_EVENT_OK
                  && events[n] == LOGIN_EVENT_OK
                  && state == LOGIN_STATE_COMMIT;

        assert_int_equal(effect == LOGIN_EFFECT_SESSION, granted);
        assert_int_equal(next == LOGIN_STATE_DONE, granted);

        walk(next, events, n + 1);
    }
}


static void
test_all_paths(void **data)
{
    login_event_e  events[DEPTH];

    (void) data;

    walk(LOGIN_STATE_SIGNIN, events, 0);
}


static void
test_zeroed_state(void **data)
{
    login_state_e  state = { 0 };

    (void) data;

    assert_int_equal(state, LOGIN_STATE_SIGNIN);
    assert_int_equal(login_flow_step(&state, LOGIN_EVENT_OK),
                     LOGIN_EFFECT_ERROR);
}


static void
test_out_of_range(void **data)
{
    int            bad[] = { -1, LOGIN_STATES, 1000, -1000 };
    size_t         i;
    login_state_e  state;

    (void) data;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        state = (login_state_e) bad[i];
        assert_int_equal(login_flow_step(&state, LOGIN_EVENT_OK),
                         LOGIN_EFFECT_ERROR);
        assert_int_equal(state, LOGIN_STATE_SIGNIN);
    }

    bad[1] = LOGIN_EVENTS;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        state = LOGIN_STATE_COMMIT;
        assert_int_equal(login_flow_step(&state, (login_event_e) bad[i]),
                         LOGIN_EFFECT_ERROR);
        assert_int_equal(state, LOGIN_STATE_SIGNIN);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_transitions),
        cmocka_unit_test(test_all_paths),
        cmocka_unit_test(test_zeroed_state),
        cmocka_unit_test(test_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
