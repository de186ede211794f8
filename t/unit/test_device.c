
/* Devices, and the codes of them at a sign-in. */

#include "factor_fixture.h"


/* D06: pending until a code of it was accepted, which is used up by that. */

static void
test_enrol(void **data)
{
    size_t            n;
    code_t            code, other;
    fixture_t        *f = *data;
    login_totp_t      totp, again;
    login_device_t    device;
    login_factor_t    factor;
    login_account_t   ann;

    person(f, &ann, "ann");
    begin_device(f, &ann, &device, &totp, "Phone", NOW);

    assert_int_equal(totp.len, 20);
    assert_int_equal(device.pending, 1);
    assert_int_equal(device.made, NOW);
    assert_true(login_str_eq(device.name, login_cstr("Phone")));

    code_at(code, &totp, NOW);

    /* it is no factor yet */

    begin(f);
    assert_int_equal(login_device_count(&n, f->view, ann.id), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(n, 0);
    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_WRONG);

    /* nothing changes by wrong codes, reloads and time */

    code_at(other, &totp, NOW + 600);
    assert_int_equal(confirm(f, &device, other, NOW), LOGIN_NO);
    assert_int_equal(confirm(f, &device, "", NOW), LOGIN_NO);
    assert_int_equal(confirm(f, &device, "abcdef", NOW), LOGIN_NO);

    begin(f);
    assert_int_equal(login_device_get(&device, f->view, ann.id, device.id,
                                      NOW + LOGIN_DEVICE_SETUP), LOGIN_OK);
    assert_int_equal(login_device_open(&again, f->view, &device), LOGIN_OK);
    login_view_end(f->view);
    assert_memory_equal(&again, &totp, sizeof(totp));

    assert_int_equal(confirm(f, &device, code, NOW), LOGIN_OK);
    assert_int_equal(read_device(f, &device, NOW + 100000), LOGIN_OK);
    assert_int_equal(device.pending, 0);
    assert_int_equal(device.used, 0);
    assert_int_equal(device.step, NOW / 30);

    /* once */

    assert_int_equal(confirm(f, &device, code, NOW), LOGIN_NO);
    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_USED);

    code_at(code, &totp, NOW + 30);
    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW + 30), LOGIN_OK);
    assert_int_equal(factor.state, LOGIN_FACTOR_RIGHT);
    assert_memory_equal(factor.device, device.id, LOGIN_ID_LEN);
    assert_int_equal(read_device(f, &device, NOW), LOGIN_OK);
    assert_int_equal(device.used, NOW + 30);
    assert_int_equal(device.step, NOW / 30 + 1);
}


/* Of two that are set up at once each has its secret, and both count. */

static void
test_enrol_two(void **data)
{
    size_t            n;
    code_t            code;
    fixture_t        *f = *data;
    login_totp_t      one, two;
    login_device_t    phone, tablet;
    login_account_t   ann;

    person(f, &ann, "ann");
    begin_device(f, &ann, &phone, &one, "Phone", NOW);
    begin_device(f, &ann, &tablet, &two, "Phone", NOW);

    assert_memory_not_equal(one.secret, two.secret, 20);

    code_at(code, &two, NOW);
    assert_int_equal(confirm(f, &phone, code, NOW), LOGIN_NO);
    assert_int_equal(confirm(f, &tablet, code, NOW), LOGIN_OK);
    code_at(code, &one, NOW);
    assert_int_equal(confirm(f, &phone, code, NOW), LOGIN_OK);

    begin(f);
    assert_int_equal(login_device_count(&n, f->view, ann.id), LOGIN_OK);
    login_view_end(f->view);
    assert_int_equal(n, 2);
}


/* Abandoned ones go; the clocks of two workers may differ by a moment. */

static void
test_enrol_over(void **data)
{
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device, later;
    login_account_t   ann;

    person(f, &ann, "ann");
    begin_device(f, &ann, &device, &totp, "Phone", NOW);

    assert_int_equal(read_device(f, &device, NOW - 1), LOGIN_OK);
    assert_int_equal(read_device(f, &device, NOW + LOGIN_DEVICE_SETUP),
                     LOGIN_OK);
    assert_int_equal(read_device(f, &device, NOW + LOGIN_DEVICE_SETUP + 1),
                     LOGIN_NO);
    assert_int_equal(read_device(f, &device, NOW - LOGIN_DEVICE_SETUP - 1),
                     LOGIN_NO);
    assert_int_equal(read_device(f, &device, NOW), LOGIN_OK);

    begin_device(f, &ann, &later, &totp, "Phone",
                 NOW + LOGIN_DEVICE_SETUP + 1);
    assert_int_equal(read_device(f, &device, NOW), LOGIN_NO);
}


static login_result_e
import(fixture_t *f, const login_account_t *account, const char *name)
{
    login_totp_t      totp;
    login_device_t    device;
    login_result_e    rc;
    login_changes_t  *changes;

    assert_int_equal(login_totp_draw(&totp), LOGIN_OK);

    changes = login_changes_create();

    begin(f);
    rc = login_device_import(&device, changes, f->view, account, &totp,
                             login_cstr(name), NOW);
    login_view_end(f->view);

    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);
        return rc;
    }

    return apply(f, changes);
}


static void
test_names(void **data)
{
    char              name[LOGIN_DEVICE_NAME_MAX + 2];
    size_t            i;
    fixture_t        *f = *data;
    login_account_t   ann;

    person(f, &ann, "ann");

    memset(name, 'x', sizeof(name));
    name[LOGIN_DEVICE_NAME_MAX + 1] = '\0';

    assert_int_equal(import(f, &ann, name), LOGIN_NO);
    assert_int_equal(import(f, &ann, ""), LOGIN_NO);
    assert_int_equal(import(f, &ann, "a\nb"), LOGIN_NO);
    assert_int_equal(import(f, &ann, "\xff"), LOGIN_NO);

    name[LOGIN_DEVICE_NAME_MAX] = '\0';
    assert_int_equal(import(f, &ann, name), LOGIN_OK);

    /* and not more than so many */

    for (i = 1; i < LOGIN_DEVICES_MAX; i++) {
        assert_int_equal(import(f, &ann, "T\xc3\xa9l\xc3\xa9phone"),
                         LOGIN_OK);
    }

    assert_int_equal(import(f, &ann, "one more"), LOGIN_NO);
}


static void
test_rename(void **data)
{
    code_t            code;
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device, read;
    login_factor_t    factor;
    login_account_t   ann;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    add_device(f, &ann, &device, &totp, "Phone");

    changes = login_changes_create();
    begin(f);
    assert_int_equal(login_device_get(&read, f->view, ann.id, device.id,
                                      NOW), LOGIN_OK);
    login_device_rename(changes, &read, login_cstr("Tablet"));
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    begin(f);
    assert_int_equal(login_device_get(&read, f->view, ann.id, device.id,
                                      NOW), LOGIN_OK);
    assert_true(login_str_eq(read.name, login_cstr("Tablet")));

    changes = login_changes_create();
    login_device_rename(changes, &read, login_cstr(""));
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_FAULT);

    /* the same secret */

    code_at(code, &totp, NOW);
    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW), LOGIN_OK);
}


/* D03, D05: over restarts, and with clocks set back. */

static void
test_used(void **data)
{
    code_t            code, earlier;
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device;
    login_factor_t    factor;
    login_account_t   ann;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    add_device(f, &ann, &device, &totp, "Phone");

    code_at(code, &totp, NOW);
    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW), LOGIN_OK);

    fixture_close(f);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_USED);
    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW + 30), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_USED);

    /* as the clock is 90 s later, with the codes of then */

    code_at(earlier, &totp, NOW - 90);
    assert_int_equal(try_code(f, &factor, &ann, earlier, 0, NOW - 90),
                     LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_USED);
    assert_int_equal(factor.tries, LOGIN_FACTOR_FAILURES);

    assert_int_equal(read_device(f, &device, NOW), LOGIN_OK);
    assert_int_equal(device.step, NOW / 30);

    /* whatever somebody thinks of: it never goes down */

    changes = login_changes_create();
    begin(f);
    assert_int_equal(login_device_get(&device, f->view, ann.id, device.id,
                                      NOW), LOGIN_OK);
    login_device_accept(changes, &device, device.step, NOW);
    login_view_end(f->view);
    assert_int_equal(apply(f, changes), LOGIN_FAULT);
}


/* Any device will do, and each has its own steps. */

static void
test_any(void **data)
{
    code_t            one, two;
    fixture_t        *f = *data;
    login_totp_t      first, second;
    login_device_t    phone, tablet;
    login_factor_t    factor;
    login_account_t   ann, bob;

    person(f, &ann, "ann");
    person(f, &bob, "bob");
    add_device(f, &ann, &phone, &first, "Phone");
    add_device(f, &ann, &tablet, &second, "Tablet");

    code_at(one, &first, NOW);
    code_at(two, &second, NOW);

    /* not another's, who has none */

    assert_int_equal(try_code(f, &factor, &bob, one, 0, NOW), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_WRONG);

    assert_int_equal(try_code(f, &factor, &ann, two, 0, NOW), LOGIN_OK);
    assert_memory_equal(factor.device, tablet.id, LOGIN_ID_LEN);
    assert_int_equal(try_code(f, &factor, &ann, one, 0, NOW), LOGIN_OK);
    assert_memory_equal(factor.device, phone.id, LOGIN_ID_LEN);
    assert_int_equal(try_code(f, &factor, &ann, two, 0, NOW), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_USED);
}


/* What can't be a code is neither counted nor tried. */

static void
test_unfit(void **data)
{
    size_t            i;
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device;
    login_factor_t    factor;
    login_account_t   ann;

    static const char *const  codes[] = {
        "", " ", "12345", "123456789", "12345a", "123-456",
        "0123-4567-89ab-cdef"
    };

    person(f, &ann, "ann");
    add_device(f, &ann, &device, &totp, "Phone");

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_int_equal(try_code(f, &factor, &ann, codes[i], 0, NOW),
                         LOGIN_NO);
        assert_int_equal(factor.state, LOGIN_FACTOR_UNFIT);
        assert_int_equal(factor.tries, LOGIN_FACTOR_FAILURES);
    }

    assert_int_equal(try_code(f, &factor, &ann, "123456", 1, NOW), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_UNFIT);
}


/* One that is not right by chance. */

static void
wrong_code(code_t code, const login_totp_t *totp, uint64_t now)
{
    int     i, taken;
    code_t  right[3];

    for (i = 0; i < 3; i++) {
        code_at(right[i], totp, now + (uint64_t) i * 30 - 30);
    }

    for (i = 0; i < 4; i++) {
        (void) snprintf(code, sizeof(code_t), "%06d", i);

        taken = strcmp(code, right[0]) == 0 || strcmp(code, right[1]) == 0
                || strcmp(code, right[2]) == 0;

        if (!taken) {
            return;
        }
    }
}


static void
test_limit(void **data)
{
    size_t            i;
    code_t            right, wrong;
    uint64_t          wait, later;
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device;
    login_factor_t    factor;
    login_account_t   ann;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    add_device(f, &ann, &device, &totp, "Phone");
    wrong_code(wrong, &totp, NOW);
    code_at(right, &totp, NOW);

    for (i = 0; i < LOGIN_FACTOR_FAILURES; i++) {
        assert_int_equal(try_code(f, &factor, &ann, wrong, 0, NOW), LOGIN_NO);
        assert_int_equal(factor.state, LOGIN_FACTOR_WRONG);
        assert_int_equal(factor.tries, LOGIN_FACTOR_FAILURES - 1 - i);

        /* a right one in between forgives nothing */

        if (i == 4) {
            assert_int_equal(try_code(f, &factor, &ann, right, 0, NOW),
                             LOGIN_OK);
        }
    }

    fixture_close(f);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    code_at(right, &totp, NOW + 30);
    assert_int_equal(try_code(f, &factor, &ann, right, 0, NOW + 30),
                     LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_LIMITED);
    assert_int_equal(factor.wait, LOGIN_FACTOR_PERIOD - 30);

    /* neither for recovery codes */

    assert_int_equal(try_code(f, &factor, &ann, "0123-4567-89ab-cdef", 1,
                              NOW + 30), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_LIMITED);

    begin(f);
    assert_int_equal(login_factor_wait(&wait, f->view, ann.id,
                                       NOW + LOGIN_FACTOR_PERIOD - 1),
                     LOGIN_OK);
    assert_int_equal(wait, 1);
    assert_int_equal(login_factor_wait(&wait, f->view, ann.id,
                                       NOW + LOGIN_FACTOR_PERIOD), LOGIN_OK);
    assert_int_equal(wait, 0);

    /* a clock that was set back does not let in, one set right does */

    assert_int_equal(login_factor_wait(&wait, f->view, ann.id, NOW - 60),
                     LOGIN_OK);
    assert_int_equal(wait, LOGIN_FACTOR_PERIOD + 60);
    assert_int_equal(login_factor_wait(&wait, f->view, ann.id,
                                       NOW - LOGIN_FACTOR_PERIOD), LOGIN_OK);
    assert_int_equal(wait, 0);
    login_view_end(f->view);

    later = NOW + LOGIN_FACTOR_PERIOD;
    code_at(right, &totp, later);
    assert_int_equal(try_code(f, &factor, &ann, right, 0, later), LOGIN_OK);

    /* an administrator may unlock it */

    for (i = 0; i < LOGIN_FACTOR_FAILURES; i++) {
        assert_int_equal(try_code(f, &factor, &ann, "0123-4567-89ab-cdef", 1,
                                  later), LOGIN_NO);
    }

    changes = login_changes_create();
    login_factor_unlock(changes, ann.id);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    code_at(right, &totp, later + 30);
    assert_int_equal(try_code(f, &factor, &ann, right, 0, later + 30),
                     LOGIN_OK);
    assert_int_equal(factor.tries, LOGIN_FACTOR_FAILURES);
}


/* The hour slides: each failure is forgotten by itself. */

static void
test_limit_slides(void **data)
{
    size_t            i;
    code_t            wrong;
    uint64_t          now;
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device;
    login_factor_t    factor;
    login_account_t   ann;

    person(f, &ann, "ann");
    add_device(f, &ann, &device, &totp, "Phone");

    for (i = 0; i < 100; i++) {
        now = NOW + i * LOGIN_FACTOR_PERIOD / 10;
        wrong_code(wrong, &totp, now);
        assert_int_equal(try_code(f, &factor, &ann, wrong, 0, now), LOGIN_NO);
        assert_int_equal(factor.state, LOGIN_FACTOR_WRONG);
    }

    now++;
    assert_int_equal(try_code(f, &factor, &ann, "123456", 0, now), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_LIMITED);
    assert_int_equal(factor.wait, LOGIN_FACTOR_PERIOD / 10 - 1);
}


/* What was right when it was looked at is not, once others have failed. */

static void
test_limit_meanwhile(void **data)
{
    code_t            right, wrong;
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device;
    login_result_e    rc;
    login_factor_t    factor, other;
    login_account_t   ann;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    add_device(f, &ann, &device, &totp, "Phone");
    wrong_code(wrong, &totp, NOW);
    code_at(right, &totp, NOW);

    memset(&factor, 0, sizeof(factor));
    factor.code = login_cstr(right);
    factor.now = NOW;

    changes = login_changes_create();
    begin(f);
    rc = login_factor_check(&factor, changes, f->view, &ann);
    login_view_end(f->view);
    assert_int_equal(rc, LOGIN_OK);

    assert_int_equal(try_code(f, &other, &ann, wrong, 0, NOW), LOGIN_NO);
    assert_int_equal(apply(f, changes), LOGIN_NO);
}


/* An account that is removed meanwhile leaves nothing behind. */

static void
test_removed(void **data)
{
    code_t            wrong;
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device, late;
    login_result_e    rc;
    login_factor_t    factor;
    login_account_t   ann;
    login_changes_t  *failure, *another, *changes;

    person(f, &ann, "ann");
    add_device(f, &ann, &device, &totp, "Phone");
    wrong_code(wrong, &totp, NOW);

    memset(&factor, 0, sizeof(factor));
    factor.code = login_cstr(wrong);
    factor.now = NOW;

    failure = login_changes_create();
    another = login_changes_create();
    changes = login_changes_create();

    begin(f);
    rc = login_factor_check(&factor, failure, f->view, &ann);
    assert_int_equal(rc, LOGIN_NO);
    assert_int_equal(login_device_begin(&late, another, f->view, &ann,
                                        login_cstr("Late"), NOW), LOGIN_OK);
    assert_int_equal(login_account_get(&ann, f->view, ann.id), LOGIN_OK);
    assert_int_equal(login_account_remove(changes, &ann, f->view), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);
    assert_int_equal(apply(f, failure), LOGIN_NO);
    assert_int_equal(apply(f, another), LOGIN_NO);

    assert_int_equal(read_device(f, &device, NOW), LOGIN_NO);
    assert_int_equal(read_device(f, &late, NOW), LOGIN_NO);
}


static login_result_e
remove_device(fixture_t *f, const login_device_t *device, unsigned required,
    login_changes_t **changes)
{
    login_result_e  rc;
    login_device_t  read;

    *changes = login_changes_create();

    begin(f);
    assert_int_equal(login_device_get(&read, f->view, device->account,
                                      device->id, NOW), LOGIN_OK);
    rc = login_factor_remove(*changes, f->view, &read, required);
    login_view_end(f->view);

    return rc;
}


/* The last one stays where one is required, also of two at once. */

static void
test_last(void **data)
{
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    phone, tablet, pending;
    login_account_t   ann;
    login_changes_t  *one, *two;

    person(f, &ann, "ann");
    add_device(f, &ann, &phone, &totp, "Phone");
    add_device(f, &ann, &tablet, &totp, "Tablet");
    begin_device(f, &ann, &pending, &totp, "New", NOW);

    assert_int_equal(remove_device(f, &phone, 1, &one), LOGIN_OK);
    assert_int_equal(remove_device(f, &tablet, 1, &two), LOGIN_OK);
    assert_int_equal(apply(f, one), LOGIN_OK);
    assert_int_equal(apply(f, two), LOGIN_NO);

    assert_int_equal(read_device(f, &phone, NOW), LOGIN_NO);
    assert_int_equal(remove_device(f, &tablet, 1, &two), LOGIN_NO);
    login_changes_destroy(two);

    assert_int_equal(remove_device(f, &pending, 1, &two), LOGIN_OK);
    assert_int_equal(apply(f, two), LOGIN_OK);
    assert_int_equal(read_device(f, &pending, NOW), LOGIN_NO);

    assert_int_equal(remove_device(f, &tablet, 0, &two), LOGIN_OK);
    assert_int_equal(apply(f, two), LOGIN_OK);
    assert_int_equal(read_device(f, &tablet, NOW), LOGIN_NO);
}


/* A secret that was moved to another device is no secret there. */

static void
test_bound(void **data)
{
    u_char            raw[1024], key[LOGIN_DEVICE_KEY_LEN];
    fixture_t        *f = *data;
    login_str_t       sealed;
    login_totp_t      totp;
    login_device_t    ann_s, bob_s;
    login_record_t    record;
    login_account_t   ann, bob;
    login_changes_t  *changes;

    person(f, &ann, "ann");
    person(f, &bob, "bob");
    add_device(f, &ann, &ann_s, &totp, "Phone");
    add_device(f, &bob, &bob_s, &totp, "Phone");

    begin(f);
    assert_int_equal(login_view_get(f->view,
                                    login_device_key(key, ann.id, ann_s.id),
                                    &record), LOGIN_OK);
    assert_true(record.payload.len <= sizeof(raw));
    memcpy(raw, record.payload.data, record.payload.len);
    sealed = login_str(raw, record.payload.len);
    login_view_end(f->view);

    assert_null(memmem(raw, sealed.len, totp.secret, totp.len));

    changes = login_changes_create();
    login_changes_put(changes, login_device_key(key, bob.id, bob_s.id),
                      sealed, LOGIN_EXPECT_ANY);
    assert_int_equal(apply(f, changes), LOGIN_OK);

    begin(f);
    assert_int_equal(login_device_get(&bob_s, f->view, bob.id, bob_s.id,
                                      NOW), LOGIN_OK);
    assert_int_equal(login_device_open(&totp, f->view, &bob_s), LOGIN_FAULT);
    login_view_end(f->view);

    /* and that is a fault, not a wrong code */

    {
        login_factor_t  factor;

        assert_int_equal(try_code(f, &factor, &bob, "123456", 0, NOW),
                         LOGIN_FAULT);
    }
}


/*
 * After "key rotate" a device that is used is sealed with the new key, and
 * its secret still encrypted with the old one, until "key reseal".
 */

static login_result_e
count_keys(void *data, const login_scan_item_t *item)
{
    size_t       n, keys[2];
    fixture_t   *f = ((void **) data)[0];
    size_t      *counts = ((void **) data)[1];

    for (n = login_scan_keys(keys, item, &f->ring); n > 0; n--) {
        counts[keys[n - 1]]++;
    }

    return LOGIN_OK;
}


static void
test_reseal(void **data)
{
    code_t            code;
    size_t            counts[2] = { 0, 0 };
    fixture_t        *f = *data;
    login_totp_t      totp;
    login_device_t    device;
    login_factor_t    factor;
    login_reseal_t    result;
    login_account_t   ann;
    void             *both[2] = { f, counts };

    person(f, &ann, "ann");
    add_device(f, &ann, &device, &totp, "Phone");

    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_B FIXTURE_KEY_A);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    code_at(code, &totp, NOW);
    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW), LOGIN_OK);

    /* account and name by the old one, the device by both */

    assert_int_equal(login_scan(f->view, 0, count_keys, NULL, both),
                     LOGIN_OK);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 3);

    /* without the old one, what can't be done is told */

    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_B);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_int_equal(login_reseal(&result, f->view, f->commit, &f->ring),
                     LOGIN_OK);
    assert_int_equal(result.done, 0);
    assert_int_equal(result.unread, 3);

    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_B FIXTURE_KEY_A);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);
    assert_int_equal(login_reseal(&result, f->view, f->commit, &f->ring),
                     LOGIN_OK);
    assert_int_equal(result.done, 3);
    assert_int_equal(result.unread, 0);

    memset(counts, 0, sizeof(counts));
    assert_int_equal(login_scan(f->view, 0, count_keys, NULL, both),
                     LOGIN_OK);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], 0);

    fixture_close(f);
    fixture_ring(&f->ring, FIXTURE_KEY_B);
    assert_int_equal(fixture_open(f, FIXTURE_MAP), 0);

    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW), LOGIN_NO);
    assert_int_equal(factor.state, LOGIN_FACTOR_USED);
    code_at(code, &totp, NOW + 30);
    assert_int_equal(try_code(f, &factor, &ann, code, 0, NOW + 30), LOGIN_OK);
}


int
main(void)
{
#define test(name)                                                            \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        test(test_enrol),
        test(test_enrol_two),
        test(test_enrol_over),
        test(test_names),
        test(test_rename),
        test(test_used),
        test(test_any),
        test(test_unfit),
        test(test_limit),
        test(test_limit_slides),
        test(test_limit_meanwhile),
        test(test_removed),
        test(test_last),
        test(test_bound),
        test(test_reseal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
