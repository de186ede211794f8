
/*
 * Bytes of the store: as a whole record, and as the payloads of accounts,
 * sessions, links, people of providers, devices, trusted browsers, failures
 * and locks.  What is accepted has one spelling, and is written so again.
 */

#include "login.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


#define KEY  "1111111111111111111111111111111111111111111111111111111111111111"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
expect(int condition)
{
    if (!condition) {
        abort();
    }
}


static login_crypto_t *
ring(void)
{
    login_error_t           error;
    login_keyring_t         keys;
    static login_crypto_t  *crypto;

    if (crypto == NULL) {
        expect(login_keyring_parse(&keys, login_cstr(KEY "\n"), &error)
               == LOGIN_OK);
        crypto = login_crypto_create(&keys);
        expect(crypto != NULL);
    }

    return crypto;
}


/* A record signed by us opens to what was sealed, and nothing else does. */

static void
fuzz_record(login_str_t in)
{
    size_t           len;
    u_char          *raw;
    login_record_t   record;

    static const login_str_t  key = login_string("Sfuzz");
    static const login_str_t  other = login_string("Afuzz");

    if (login_record_open(&record, ring(), key, in) == LOGIN_OK) {
        expect(in.len >= LOGIN_RECORD_OVERHEAD);
        expect(record.payload.len == in.len - LOGIN_RECORD_OVERHEAD);
    }

    len = in.len + LOGIN_RECORD_OVERHEAD;

    raw = malloc(len);
    expect(raw != NULL);

    expect(login_record_seal(raw, ring(), key, 7, in) == LOGIN_OK);
    expect(login_record_open(&record, ring(), key, login_str(raw, len))
           == LOGIN_OK);
    expect(record.version == 7 && login_str_eq(record.payload, in));

    expect(login_record_open(&record, ring(), other, login_str(raw, len))
           == LOGIN_FAULT);
    expect(login_record_open(&record, ring(), key, login_str(raw, len - 1))
           == LOGIN_FAULT);

    raw[in.len % len] ^= 0x10;
    expect(login_record_open(&record, ring(), key, login_str(raw, len))
           == LOGIN_FAULT);

    free(raw);
}


static void
fuzz_account(login_str_t in)
{
    size_t           len;
    u_char           out[LOGIN_ACCOUNT_PAYLOAD];
    login_account_t  account;

    if (login_account_decode(&account, in) != LOGIN_OK) {
        return;
    }

    len = login_account_encode(out, &account);
    expect(login_str_eq(login_str(out, len), in));

    (void) login_account_has_role(&account, login_cstr("admin"));
    (void) login_role_check(account.roles);
}


static void
fuzz_session(login_str_t in)
{
    size_t           len;
    u_char           out[LOGIN_SESSION_PAYLOAD];
    login_session_t  session;

    if (login_session_decode(&session, in) != LOGIN_OK) {
        return;
    }

    len = login_session_encode(out, &session);
    expect(login_str_eq(login_str(out, len), in));
}


static void
fuzz_link(login_str_t in)
{
    size_t        len;
    u_char        out[LOGIN_LINK_PAYLOAD];
    login_link_t  link;

    memset(&link, 0, sizeof(login_link_t));

    if (login_link_decode(&link, in) != LOGIN_OK) {
        return;
    }

    len = login_link_encode(out, &link);
    expect(login_str_eq(login_str(out, len), in));
}


static void
fuzz_federated(login_str_t in)
{
    size_t              len;
    u_char              out[LOGIN_FEDERATED_PAYLOAD];
    login_federated_t   federated;

    if (login_federated_decode(&federated, in) != LOGIN_OK) {
        return;
    }

    len = login_federated_encode(out, &federated);
    expect(login_str_eq(login_str(out, len), in));
}


static void
fuzz_device(login_str_t in)
{
    size_t          len;
    u_char          out[LOGIN_DEVICE_PAYLOAD];
    login_device_t  device;

    if (login_device_decode(&device, in) != LOGIN_OK) {
        return;
    }

    expect(in.len <= sizeof(out));

    len = login_device_encode(out, &device);
    expect(login_str_eq(login_str(out, len), in));
}


static void
fuzz_trust(login_str_t in)
{
    size_t         len;
    u_char         out[LOGIN_TRUST_PAYLOAD];
    login_trust_t  trust;

    if (login_trust_decode(&trust, in) != LOGIN_OK) {
        return;
    }

    len = login_trust_encode(out, &trust);
    expect(login_str_eq(login_str(out, len), in));
}


static void
fuzz_factor(login_str_t in)
{
    login_factor_record_t  factor;

    if (login_factor_decode(&factor, in) == LOGIN_OK) {
        expect(8 * factor.n == in.len);
        expect(factor.n <= LOGIN_FACTOR_FAILURES);
    }
}


static void
fuzz_lock(login_str_t in)
{
    login_lock_record_t  lock;

    expect((login_lock_decode(&lock, in) == LOGIN_OK) == (in.len == 24));
}


static void
fuzz_flow(login_str_t in)
{
    login_flow_mark_t  mark;

    expect((login_flow_mark_decode(&mark, in) == LOGIN_OK)
           == (in.len == 13 && (in.data[0] == 1 || in.data[0] == 2)));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    login_str_t  in;

    if (size > 65536) {
        return 0;
    }

    in = login_str(data, size);

    fuzz_record(in);
    fuzz_account(in);
    fuzz_session(in);
    fuzz_link(in);
    fuzz_federated(in);
    fuzz_device(in);
    fuzz_trust(in);
    fuzz_factor(in);
    fuzz_lock(in);
    fuzz_flow(in);

    return 0;
}
