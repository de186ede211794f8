
#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>


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
        { LOGIN_STATE_PASSWORD, LOGIN_EVENT_FACTOR,
          LOGIN_STATE_CODE, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_PASSWORD, LOGIN_EVENT_ENROL,
          LOGIN_STATE_NAME, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_REGISTRATION, LOGIN_EVENT_ENROL,
          LOGIN_STATE_JOINED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_REGISTRATION, LOGIN_EVENT_FACTOR,
          LOGIN_STATE_ADMITTED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_ADMITTED, LOGIN_EVENT_OK,
          LOGIN_STATE_CODE, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_ADMITTED, LOGIN_EVENT_NO,
          LOGIN_STATE_REGISTRATION, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_JOINED, LOGIN_EVENT_OK,
          LOGIN_STATE_NAME, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_JOINED, LOGIN_EVENT_NO,
          LOGIN_STATE_REGISTRATION, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_SESSION, LOGIN_EVENT_OK,
          LOGIN_STATE_SESSION, LOGIN_EFFECT_LEAVE },
        { LOGIN_STATE_SESSION, LOGIN_EVENT_FACTOR,
          LOGIN_STATE_CODE, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_SESSION, LOGIN_EVENT_ENROL,
          LOGIN_STATE_NAME, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_SESSION, LOGIN_EVENT_STALE,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_CODE, LOGIN_EVENT_FORM,
          LOGIN_STATE_CHECK, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_CODE, LOGIN_EVENT_FORGED,
          LOGIN_STATE_CODE, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_CODE, LOGIN_EVENT_NAMED,
          LOGIN_STATE_CODE, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_CODE, LOGIN_EVENT_SAVED,
          LOGIN_STATE_CODE, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_CODE, LOGIN_EVENT_OTHER,
          LOGIN_STATE_CODE, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_CODE, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_CHECK, LOGIN_EVENT_OK,
          LOGIN_STATE_PASSED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_CHECK, LOGIN_EVENT_NO,
          LOGIN_STATE_MISSED, LOGIN_EFFECT_COUNT },
        { LOGIN_STATE_CHECK, LOGIN_EVENT_LIMITED,
          LOGIN_STATE_CODE, LOGIN_EFFECT_THROTTLE },
        { LOGIN_STATE_CHECK, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_MISSED, LOGIN_EVENT_OK,
          LOGIN_STATE_CODE, LOGIN_EFFECT_REFUSE },
        { LOGIN_STATE_MISSED, LOGIN_EVENT_NO,
          LOGIN_STATE_CHECK, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_PASSED, LOGIN_EVENT_OK,
          LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        { LOGIN_STATE_PASSED, LOGIN_EVENT_NO,
          LOGIN_STATE_CHECK, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_NAME, LOGIN_EVENT_NAMED,
          LOGIN_STATE_SCAN, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_NAME, LOGIN_EVENT_FORGED,
          LOGIN_STATE_NAME, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_NAME, LOGIN_EVENT_FORM,
          LOGIN_STATE_NAME, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_NAME, LOGIN_EVENT_SAVED,
          LOGIN_STATE_NAME, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_NAME, LOGIN_EVENT_OTHER,
          LOGIN_STATE_NAME, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_NAME, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_SCAN, LOGIN_EVENT_FORM,
          LOGIN_STATE_TRIAL, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_SCAN, LOGIN_EVENT_NAMED,
          LOGIN_STATE_SCAN, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_SCAN, LOGIN_EVENT_FORGED,
          LOGIN_STATE_SCAN, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_SCAN, LOGIN_EVENT_SAVED,
          LOGIN_STATE_SCAN, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_SCAN, LOGIN_EVENT_OTHER,
          LOGIN_STATE_SCAN, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_SCAN, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_TRIAL, LOGIN_EVENT_OK,
          LOGIN_STATE_ENROLLED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_TRIAL, LOGIN_EVENT_NO,
          LOGIN_STATE_SCAN, LOGIN_EFFECT_REFUSE },
        { LOGIN_STATE_TRIAL, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_ENROLLED, LOGIN_EVENT_OK,
          LOGIN_STATE_SAVE, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_ENROLLED, LOGIN_EVENT_NO,
          LOGIN_STATE_TRIAL, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_SAVE, LOGIN_EVENT_SAVED,
          LOGIN_STATE_SAVED, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_SAVE, LOGIN_EVENT_FORGED,
          LOGIN_STATE_SAVE, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_SAVE, LOGIN_EVENT_FORM,
          LOGIN_STATE_SAVE, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_SAVE, LOGIN_EVENT_NAMED,
          LOGIN_STATE_SAVE, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_SAVE, LOGIN_EVENT_OTHER,
          LOGIN_STATE_SAVE, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_SAVE, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_SAVED, LOGIN_EVENT_OK,
          LOGIN_STATE_CLOSED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_SAVED, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_CLOSED, LOGIN_EVENT_OK,
          LOGIN_STATE_DONE, LOGIN_EFFECT_SESSION },
        { LOGIN_STATE_CLOSED, LOGIN_EVENT_NO,
          LOGIN_STATE_SAVED, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_SESSION, LOGIN_EVENT_CODES,
          LOGIN_STATE_ANEW, LOGIN_EFFECT_STEP },
        { LOGIN_STATE_ANEW, LOGIN_EVENT_SAVED,
          LOGIN_STATE_KEPT, LOGIN_EFFECT_VERIFY },
        { LOGIN_STATE_ANEW, LOGIN_EVENT_FORGED,
          LOGIN_STATE_ANEW, LOGIN_EFFECT_FORGED },
        { LOGIN_STATE_ANEW, LOGIN_EVENT_FORM,
          LOGIN_STATE_ANEW, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_ANEW, LOGIN_EVENT_NAMED,
          LOGIN_STATE_ANEW, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_ANEW, LOGIN_EVENT_OTHER,
          LOGIN_STATE_ANEW, LOGIN_EFFECT_STAY },
        { LOGIN_STATE_ANEW, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_KEPT, LOGIN_EVENT_OK,
          LOGIN_STATE_REPLACED, LOGIN_EFFECT_COMMIT },
        { LOGIN_STATE_KEPT, LOGIN_EVENT_ENDED,
          LOGIN_STATE_SIGNIN, LOGIN_EFFECT_ENDED },
        { LOGIN_STATE_REPLACED, LOGIN_EVENT_OK,
          LOGIN_STATE_SESSION, LOGIN_EFFECT_LEAVE },
        { LOGIN_STATE_REPLACED, LOGIN_EVENT_NO,
          LOGIN_STATE_KEPT, LOGIN_EFFECT_VERIFY },
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
 * All sequences of events, however long: a state knows nothing of how it was
 * reached, so it is enough to follow each state with each set of what was
 * shown on the way to it.  Who calls the machine says what two functions say
 * after a password and of a session; all else may come at any time.
 */

#define SHOWN_PASSWORD  0x01    /* or a link to register, and a new one */
#define SHOWN_SESSION   0x02
#define SHOWN_CODE      0x04    /* of a device that was there */
#define SHOWN_DEVICE    0x08    /* the first code of a new one */
#define SHOWN_ALL       0x10

typedef struct {
    login_flow_due_t  factors;
    unsigned         seen[LOGIN_STATES][SHOWN_ALL];
    unsigned         sessions;
    unsigned         codes;
} walk_t;


/* Would a caller say this?  Only what answers the question of a state. */

static int
possible(const walk_t *walk, login_state_e state, login_event_e event)
{
    login_event_e  answer;

    if (event != LOGIN_EVENT_OK && event != LOGIN_EVENT_FACTOR
        && event != LOGIN_EVENT_ENROL && event != LOGIN_EVENT_STALE
        && event != LOGIN_EVENT_CODES)
    {
        return 1;
    }

    switch (state) {

    case LOGIN_STATE_PASSWORD:
    case LOGIN_STATE_REGISTRATION:
        answer = login_flow_factor(&walk->factors);
        break;

    case LOGIN_STATE_SESSION:
        answer = login_flow_due(&walk->factors);
        break;

    default:
        return 1;
    }

    return event == answer;
}


static unsigned
show(login_state_e state, login_event_e event)
{
    if (event != LOGIN_EVENT_OK && event != LOGIN_EVENT_FACTOR
        && event != LOGIN_EVENT_ENROL)
    {
        return 0;
    }

    switch (state) {

    case LOGIN_STATE_PASSWORD:
    case LOGIN_STATE_REGISTRATION:
    case LOGIN_STATE_RENEWAL:
        return SHOWN_PASSWORD;

    case LOGIN_STATE_SESSION:
        return SHOWN_SESSION;

    case LOGIN_STATE_CHECK:
        return SHOWN_CODE;

    case LOGIN_STATE_TRIAL:
        return SHOWN_DEVICE;

    default:
        return 0;
    }
}


/* What has to be shown, in words of its own and not those of the machine. */

static void
look(const walk_t *walk, unsigned shown)
{
    unsigned                due;
    const login_flow_due_t  *f = &walk->factors;

    assert_true(shown & (SHOWN_PASSWORD|SHOWN_SESSION));

    if (shown & SHOWN_PASSWORD) {
        due = f->need
              || (f->policy == LOGIN_MFA_REQUIRED
                  && !(f->devices && f->trusted))
              || (f->policy == LOGIN_MFA_OPTIONAL && f->devices
                  && !f->trusted);

    } else {

        /* of a session nothing new is made but by a factor */

        due = 1;
    }

    if (!due) {
        return;
    }

    assert_true(shown & (SHOWN_CODE|SHOWN_DEVICE));

    /* who has a device gets past it with one more of them only once it
       has agreed, now or when the session was made */

    if (f->devices && !(shown & SHOWN_CODE)) {
        assert_true(shown & SHOWN_SESSION);
        assert_true(f->proven);
    }

    /* and in a session only right behind the password */

    if (!(shown & (SHOWN_PASSWORD|SHOWN_CODE))) {
        assert_true(f->fresh);
    }
}


static void
walk_from(walk_t *walk, login_state_e state, unsigned shown)
{
    unsigned        e, now;
    login_state_e   next;
    login_effect_e  effect;

    if (walk->seen[state][shown]) {
        return;
    }

    walk->seen[state][shown] = 1;

    for (e = 0; e < LOGIN_EVENTS; e++) {

        if (!possible(walk, state, (login_event_e) e)) {
            continue;
        }

        next = state;
        effect = login_flow_step(&next, (login_event_e) e);
        now = shown | show(state, (login_event_e) e);

        assert_int_equal(effect == LOGIN_EFFECT_SESSION,
                         next == LOGIN_STATE_DONE);

        if (effect == LOGIN_EFFECT_SESSION && state != LOGIN_STATE_RENEWED) {
            look(walk, now);
            walk->sessions++;
        }

        /* other recovery codes: a factor, and right behind the password */

        if (next == LOGIN_STATE_REPLACED) {
            assert_true(walk->factors.proven && walk->factors.fresh);
            assert_true(walk->factors.codes && walk->factors.devices);
            walk->codes++;
        }

        /* whoever is back at a form has shown nothing */

        if (next == LOGIN_STATE_SIGNIN || next == LOGIN_STATE_REGISTER
            || next == LOGIN_STATE_SESSION || next == LOGIN_STATE_ACCOUNT
            || next == LOGIN_STATE_LINK || next == LOGIN_STATE_DONE)
        {
            now = 0;
        }

        walk_from(walk, next, now);
    }
}


static void
test_all_paths(void **data)
{
    size_t    i;
    walk_t    walk;
    unsigned  n, sessions, codes;

    static const login_state_e  starts[] = {
        LOGIN_STATE_SIGNIN, LOGIN_STATE_REGISTER, LOGIN_STATE_ACCOUNT,
        LOGIN_STATE_LINK, LOGIN_STATE_SESSION
    };

    (void) data;

    sessions = 0;
    codes = 0;

    for (n = 0; n < 3 * 128; n++) {
        for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
            memset(&walk, 0, sizeof(walk_t));

            walk.factors.policy = (login_mfa_e) (n / 128);
            walk.factors.devices = n & 1;
            walk.factors.trusted = n >> 1 & 1;
            walk.factors.need = n >> 2 & 1;
            walk.factors.add = n >> 3 & 1;
            walk.factors.proven = n >> 4 & 1;
            walk.factors.fresh = n >> 5 & 1;
            walk.factors.codes = n >> 6 & 1;

            walk_from(&walk, starts[i], 0);
            sessions += walk.sessions;
            codes += walk.codes;
        }
    }

    assert_true(sessions > 0);
    assert_true(codes > 0);
}


/* The two functions, each against a table. */

static void
test_factors(void **data)
{
    size_t           i;
    login_flow_due_t  f;

    static const struct {
        login_mfa_e    policy;
        unsigned       devices, trusted, need;
        login_event_e  event;
    } rows[] = {
        { LOGIN_MFA_OFF, 0, 0, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_OFF, 1, 0, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_OFF, 1, 1, 1, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OFF, 0, 1, 1, LOGIN_EVENT_ENROL },
        { LOGIN_MFA_OPTIONAL, 0, 0, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_OPTIONAL, 1, 0, 0, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OPTIONAL, 1, 1, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_OPTIONAL, 1, 1, 1, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OPTIONAL, 0, 0, 1, LOGIN_EVENT_ENROL },
        { LOGIN_MFA_REQUIRED, 0, 0, 0, LOGIN_EVENT_ENROL },
        { LOGIN_MFA_REQUIRED, 0, 1, 0, LOGIN_EVENT_ENROL },
        { LOGIN_MFA_REQUIRED, 1, 0, 0, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_REQUIRED, 1, 1, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_REQUIRED, 1, 1, 1, LOGIN_EVENT_FACTOR }
    };

    static const struct {
        login_mfa_e    policy;
        unsigned       devices, trusted, need, add, proven, fresh;
        login_event_e  event;
    } due[] = {
        { LOGIN_MFA_OPTIONAL, 0, 0, 0, 0, 0, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_OPTIONAL, 1, 0, 0, 0, 0, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_OFF, 1, 1, 1, 0, 0, 0, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OFF, 0, 0, 1, 0, 0, 1, LOGIN_EVENT_ENROL },
        { LOGIN_MFA_OFF, 0, 0, 1, 0, 0, 0, LOGIN_EVENT_STALE },
        { LOGIN_MFA_OFF, 1, 0, 1, 0, 1, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_REQUIRED, 0, 0, 0, 0, 0, 1, LOGIN_EVENT_ENROL },
        { LOGIN_MFA_REQUIRED, 0, 0, 0, 0, 0, 0, LOGIN_EVENT_STALE },
        { LOGIN_MFA_REQUIRED, 1, 0, 0, 0, 0, 0, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_REQUIRED, 1, 1, 0, 0, 0, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_REQUIRED, 1, 0, 0, 0, 1, 0, LOGIN_EVENT_OK },
        { LOGIN_MFA_OPTIONAL, 0, 0, 0, 1, 0, 1, LOGIN_EVENT_ENROL },
        { LOGIN_MFA_OPTIONAL, 0, 0, 0, 1, 0, 0, LOGIN_EVENT_STALE },
        { LOGIN_MFA_OPTIONAL, 1, 0, 0, 1, 0, 1, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OPTIONAL, 1, 1, 0, 1, 0, 1, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OPTIONAL, 1, 0, 0, 1, 1, 1, LOGIN_EVENT_ENROL },
        { LOGIN_MFA_OPTIONAL, 1, 0, 0, 1, 1, 0, LOGIN_EVENT_STALE }
    };

    static const struct {
        login_mfa_e    policy;
        unsigned       devices, trusted, proven, fresh;
        login_event_e  event;
    } codes[] = {
        { LOGIN_MFA_OPTIONAL, 1, 0, 1, 1, LOGIN_EVENT_CODES },
        { LOGIN_MFA_OFF, 1, 0, 1, 1, LOGIN_EVENT_CODES },
        { LOGIN_MFA_OPTIONAL, 1, 0, 1, 0, LOGIN_EVENT_STALE },
        { LOGIN_MFA_OPTIONAL, 1, 0, 0, 0, LOGIN_EVENT_STALE },
        { LOGIN_MFA_OPTIONAL, 1, 0, 0, 1, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OPTIONAL, 1, 1, 0, 1, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OFF, 1, 0, 0, 1, LOGIN_EVENT_FACTOR },
        { LOGIN_MFA_OPTIONAL, 0, 0, 1, 1, LOGIN_EVENT_OK },
        { LOGIN_MFA_OPTIONAL, 0, 0, 0, 1, LOGIN_EVENT_OK },
        { LOGIN_MFA_REQUIRED, 0, 0, 0, 1, LOGIN_EVENT_ENROL }
    };

    (void) data;

    memset(&f, 0, sizeof(login_flow_due_t));

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f.policy = rows[i].policy;
        f.devices = rows[i].devices;
        f.trusted = rows[i].trusted;
        f.need = rows[i].need;

        assert_int_equal(login_flow_factor(&f), rows[i].event);
    }

    for (i = 0; i < sizeof(due) / sizeof(due[0]); i++) {
        f.policy = due[i].policy;
        f.devices = due[i].devices;
        f.trusted = due[i].trusted;
        f.need = due[i].need;
        f.add = due[i].add;
        f.proven = due[i].proven;
        f.fresh = due[i].fresh;

        assert_int_equal(login_flow_due(&f), due[i].event);
    }

    memset(&f, 0, sizeof(login_flow_due_t));
    f.codes = 1;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        f.policy = codes[i].policy;
        f.devices = codes[i].devices;
        f.trusted = codes[i].trusted;
        f.proven = codes[i].proven;
        f.fresh = codes[i].fresh;

        assert_int_equal(login_flow_due(&f), codes[i].event);
    }
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
        cmocka_unit_test(test_factors),
        cmocka_unit_test(test_zeroed_state),
        cmocka_unit_test(test_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
