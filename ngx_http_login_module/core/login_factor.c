
#include "login.h"
#include "login_record.h"

#include <string.h>


typedef struct {
    login_factor_t   *factor;
    login_changes_t  *changes;
    login_view_t     *view;
    login_str_t       code;         /* digits */
} login_factor_walk_t;


static login_result_e login_factor_code(login_factor_t *factor,
    login_changes_t *changes, login_view_t *view,
    const login_account_t *account);
static login_result_e login_factor_device(void *data,
    const login_device_t *device);
static login_result_e login_factor_recovery(login_factor_t *factor,
    login_changes_t *changes, login_view_t *view,
    const login_account_t *account);
static login_result_e login_factor_read(login_factor_record_t *record,
    login_view_t *view, const u_char account[LOGIN_ID_LEN], uint64_t now);
static uint64_t login_factor_rest(uint64_t when, uint64_t now);
static uint64_t login_factor_limited(const login_factor_record_t *record,
    uint64_t now);
static login_result_e login_factor_fail(login_factor_record_t *record,
    login_changes_t *changes, login_view_t *view,
    const login_account_t *account, uint64_t now);


login_result_e
login_factor_check(login_factor_t *factor, login_changes_t *changes,
    login_view_t *view, const login_account_t *account)
{
    u_char                 key[LOGIN_ACCOUNT_KEY_LEN];
    login_result_e         rc;
    login_factor_record_t  record;

    factor->state = LOGIN_FACTOR_WRONG;
    factor->left = 0;

    if (login_factor_read(&record, view, account->id, factor->now)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    factor->wait = login_factor_limited(&record, factor->now);
    factor->tries = LOGIN_FACTOR_FAILURES - (unsigned) record.n;

    if (factor->wait != 0) {
        factor->state = LOGIN_FACTOR_LIMITED;
        return LOGIN_NO;
    }

    rc = factor->recovery
         ? login_factor_recovery(factor, changes, view, account)
         : login_factor_code(factor, changes, view, account);

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_OK) {

        /* others may have failed too often meanwhile */

        factor->state = LOGIN_FACTOR_RIGHT;

        login_changes_expect(changes,
                             login_account_key(key, LOGIN_KIND_FACTOR,
                                               account->id),
                             record.version);
        return LOGIN_OK;
    }

    if (factor->state != LOGIN_FACTOR_WRONG) {
        return LOGIN_NO;
    }

    factor->tries--;

    return login_factor_fail(&record, changes, view, account, factor->now)
           == LOGIN_OK ? LOGIN_NO : LOGIN_FAULT;
}


static login_result_e
login_factor_code(login_factor_t *factor, login_changes_t *changes,
    login_view_t *view, const login_account_t *account)
{
    size_t               len;
    u_char               digits[LOGIN_CODE_MAX];
    login_factor_walk_t  walk;

    if (login_code_digits(digits, &len, factor->code) != LOGIN_OK) {
        factor->state = LOGIN_FACTOR_UNFIT;
        return LOGIN_NO;
    }

    walk.factor = factor;
    walk.changes = changes;
    walk.view = view;
    walk.code = login_str(digits, len);

    if (login_device_walk(view, account->id, login_factor_device, &walk)
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    return factor->state == LOGIN_FACTOR_RIGHT ? LOGIN_OK : LOGIN_NO;
}


static login_result_e
login_factor_device(void *data, const login_device_t *device)
{
    uint64_t              step;
    unsigned              used;
    login_totp_t          totp;
    login_result_e        rc;
    login_factor_walk_t  *walk = data;

    if (device->pending) {
        return LOGIN_OK;
    }

    if (login_device_open(&totp, walk->view, device) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_totp_match(&step, &used, &totp, device->step, walk->code,
                          walk->factor->now);

    login_wipe(&totp, sizeof(login_totp_t));

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_NO) {
        if (used) {
            walk->factor->state = LOGIN_FACTOR_USED;
        }

        return LOGIN_OK;
    }

    walk->factor->state = LOGIN_FACTOR_RIGHT;
    memcpy(walk->factor->device, device->id, LOGIN_ID_LEN);

    login_device_accept(walk->changes, device, step, walk->factor->now);

    return LOGIN_NO;
}


static login_result_e
login_factor_recovery(login_factor_t *factor, login_changes_t *changes,
    login_view_t *view, const login_account_t *account)
{
    uint64_t        made;
    unsigned        fit;
    login_result_e  rc;

    rc = login_recovery_use(changes, view, account->id, factor->code, &fit);

    if (rc == LOGIN_NO && !fit) {
        factor->state = LOGIN_FACTOR_UNFIT;
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    if (login_recovery_left(&factor->left, &made, view, account->id)
        != LOGIN_OK
        || factor->left == 0)
    {
        return LOGIN_FAULT;
    }

    factor->left--;

    return LOGIN_OK;
}


/* Those that count now. */

static login_result_e
login_factor_read(login_factor_record_t *factor, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], uint64_t now)
{
    size_t          i, n;
    u_char          key[LOGIN_ACCOUNT_KEY_LEN];
    login_record_t  record;
    login_result_e  rc;

    memset(factor, 0, sizeof(login_factor_record_t));

    rc = login_view_get(view, login_account_key(key, LOGIN_KIND_FACTOR,
                                                account),
                        &record);
    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
    }

    if (login_factor_decode(factor, record.payload) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    factor->version = record.version;

    for (i = 0, n = 0; i < factor->n; i++) {
        if (login_factor_rest(factor->when[i], now) != 0) {
            factor->when[n++] = factor->when[i];
        }
    }

    factor->n = n;

    return LOGIN_OK;
}


/*
 * Where a clock was set back, a failure is in the future; by more than the
 * period, it would keep its owner out for as long as the clock was wrong.
 */

static uint64_t
login_factor_rest(uint64_t when, uint64_t now)
{
    if (when > now) {
        return when - now < LOGIN_FACTOR_PERIOD
               ? when - now + LOGIN_FACTOR_PERIOD : 0;
    }

    return now - when < LOGIN_FACTOR_PERIOD
           ? LOGIN_FACTOR_PERIOD - (now - when) : 0;
}


/* Until the first of them counts no more. */

static uint64_t
login_factor_limited(const login_factor_record_t *record, uint64_t now)
{
    size_t    i;
    uint64_t  rest, wait;

    if (record->n < LOGIN_FACTOR_FAILURES) {
        return 0;
    }

    wait = UINT64_MAX;

    for (i = 0; i < record->n; i++) {
        rest = login_factor_rest(record->when[i], now);
        wait = rest < wait ? rest : wait;
    }

    return wait;
}


/* A full store must not let guesses through. */

static login_result_e
login_factor_fail(login_factor_record_t *record, login_changes_t *changes,
    login_view_t *view, const login_account_t *account, uint64_t now)
{
    size_t           i;
    u_char           key[LOGIN_ACCOUNT_KEY_LEN];
    u_char           payload[LOGIN_FACTOR_PAYLOAD];
    login_encoder_t  e;

    record->when[record->n++] = now;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    for (i = 0; i < record->n; i++) {
        login_put_uint(&e, record->when[i], 8);
    }

    login_changes_urgent(changes);

    login_changes_put(changes, login_account_key(key, LOGIN_KIND_FACTOR,
                                                 account->id),
                      login_str(payload, (size_t) (e.pos - payload)),
                      record->version);

    return login_account_expect(changes, view, account);
}


login_result_e
login_factor_wait(uint64_t *wait, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], uint64_t now)
{
    login_factor_record_t  record;

    if (login_factor_read(&record, view, account, now) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    *wait = login_factor_limited(&record, now);

    return LOGIN_OK;
}


login_result_e
login_factor_decode(login_factor_record_t *factor, login_str_t payload)
{
    login_decoder_t  d;

    if (payload.len % 8 != 0 || payload.len > LOGIN_FACTOR_PAYLOAD) {
        return LOGIN_FAULT;
    }

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    for (factor->n = 0; d.pos != d.end; factor->n++) {
        factor->when[factor->n] = login_get_uint(&d, 8);
    }

    return LOGIN_OK;
}
