
/* An account with devices, for the tests of the second factor. */

#ifndef FACTOR_FIXTURE_H
#define FACTOR_FIXTURE_H


#include "store_fixture.h"

#include <time.h>
#include <liboath/oath.h>


#define NOW    ((uint64_t) 1800000000)
#define REALM  login_cstr("https://example.com/login/")


typedef char  code_t[LOGIN_TOTP_DIGITS_MAX + 1];


UNUSED static login_result_e
apply(fixture_t *f, login_changes_t *changes)
{
    login_result_e  rc;

    rc = login_commit_one(f->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


UNUSED static void
begin(fixture_t *f)
{
    assert_int_equal(login_view_begin(f->view), LOGIN_OK);
}


/* The strings are constant: "account" outlives the view. */

UNUSED static void
person(fixture_t *f, login_account_t *account, const char *name)
{
    login_changes_t  *changes;

    assert_int_equal(login_account_new(account, NOW), LOGIN_OK);

    account->org = login_cstr("default");
    account->username = login_cstr(name);

    changes = login_changes_create();
    login_account_add(changes, account);
    assert_int_equal(apply(f, changes), LOGIN_OK);
}


/* The code that its owner would read off the app. */

UNUSED static void
code_at(code_t code, const login_totp_t *totp, uint64_t now)
{
    assert_int_equal(oath_totp_generate((const char *) totp->secret,
                                        totp->len, (time_t) now,
                                        totp->period, 0, totp->digits, code),
                     OATH_OK);
}


/* A pending one. */

UNUSED static void
begin_device(fixture_t *f, const login_account_t *account,
    login_device_t *device, login_totp_t *totp, const char *name,
    uint64_t now)
{
    login_changes_t  *changes;

    changes = login_changes_create();

    begin(f);
    assert_int_equal(login_device_begin(device, changes, f->view, account,
                                        login_cstr(name), now), LOGIN_OK);
    login_view_end(f->view);

    assert_int_equal(apply(f, changes), LOGIN_OK);

    begin(f);
    assert_int_equal(login_device_get(device, f->view, account->id,
                                      device->id, now), LOGIN_OK);
    assert_int_equal(login_device_open(totp, f->view, device), LOGIN_OK);
    login_view_end(f->view);
}


UNUSED static login_result_e
confirm(fixture_t *f, const login_device_t *device, const char *code,
    uint64_t now)
{
    login_result_e    rc;
    login_device_t    read;
    login_changes_t  *changes;

    changes = login_changes_create();

    begin(f);
    assert_int_equal(login_device_get(&read, f->view, device->account,
                                      device->id, now), LOGIN_OK);
    rc = login_device_confirm(changes, f->view, &read, login_cstr(code), now);
    login_view_end(f->view);

    if (rc != LOGIN_OK) {
        login_changes_destroy(changes);
        return rc;
    }

    return apply(f, changes);
}


/* One that counts; the code before NOW has been used for it. */

UNUSED static void
add_device(fixture_t *f, const login_account_t *account,
    login_device_t *device, login_totp_t *totp, const char *name)
{
    code_t  code;

    begin_device(f, account, device, totp, name, NOW - 60);
    code_at(code, totp, NOW - 60);
    assert_int_equal(confirm(f, device, code, NOW - 60), LOGIN_OK);
}


/* What is in the store of a device now. */

UNUSED static login_result_e
read_device(fixture_t *f, login_device_t *device, uint64_t now)
{
    u_char          account[LOGIN_ID_LEN], id[LOGIN_ID_LEN];
    login_result_e  rc;

    memcpy(account, device->account, LOGIN_ID_LEN);
    memcpy(id, device->id, LOGIN_ID_LEN);

    begin(f);
    rc = login_device_get(device, f->view, account, id, now);
    login_view_end(f->view);

    device->name = login_cstr("");
    device->sealed = login_cstr("");

    return rc;
}


/* One look, and what comes of applying it. */

UNUSED static login_result_e
try_once(fixture_t *f, login_factor_t *factor,
    const login_account_t *account, login_result_e *applied)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();

    if (changes == NULL || login_view_begin(f->view) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_factor_check(factor, changes, f->view, account);

    login_view_end(f->view);

    *applied = LOGIN_OK;

    if (rc != LOGIN_FAULT) {
        *applied = login_commit_one(f->commit, changes);
    }

    login_changes_destroy(changes);

    return rc;
}


/* As a sign-in does it: again where something has changed meanwhile. */

UNUSED static login_result_e
try_code(fixture_t *f, login_factor_t *factor,
    const login_account_t *account, const char *code, unsigned recovery,
    uint64_t now)
{
    login_result_e  rc, applied;

    do {
        memset(factor, 0, sizeof(login_factor_t));

        factor->code = login_cstr(code);
        factor->recovery = recovery;
        factor->now = now;

        rc = try_once(f, factor, account, &applied);

    } while (rc != LOGIN_FAULT && applied == LOGIN_NO);

    return applied == LOGIN_FAULT ? LOGIN_FAULT : rc;
}


#endif /* FACTOR_FIXTURE_H */
