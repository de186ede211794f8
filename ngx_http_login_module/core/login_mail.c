
#include "login.h"
#include "login_lmdb.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_MAIL_FIRST  60        /* seconds to the second attempt */
#define LOGIN_MAIL_LAST   3600      /* and between two at most */


static login_result_e login_mail_put_text(login_changes_t *changes,
    login_crypto_t *crypto, const u_char id[LOGIN_ID_LEN], login_str_t text);
static void login_mail_put_state(login_changes_t *changes,
    const login_mail_state_t *state, uint64_t expect);


static const char *const  login_mail_kinds[LOGIN_MAIL_KINDS] = {
    [LOGIN_MAIL_INVITATION] = "invitation",
    [LOGIN_MAIL_RESET] = "reset",
    [LOGIN_MAIL_ACCOUNTS] = "accounts",
    [LOGIN_MAIL_EXISTS] = "exists",
    [LOGIN_MAIL_PASSWORD_CHANGED] = "password-changed",
    [LOGIN_MAIL_NEW_BROWSER] = "new-browser",
    [LOGIN_MAIL_RENAMED] = "renamed",
    [LOGIN_MAIL_TEST] = "test",
    [LOGIN_MAIL_MFA_RESET] = "mfa-reset",
    [LOGIN_MAIL_DEVICE_ADDED] = "device-added",
    [LOGIN_MAIL_RECOVERY_USED] = "recovery-used",
    [LOGIN_MAIL_DEVICE_REMOVED] = "device-removed",
    [LOGIN_MAIL_ADDRESS_CHANGED] = "address-changed",
    [LOGIN_MAIL_RECOVERY_RENEWED] = "recovery-renewed"
};


const char *
login_mail_kind_name(login_mail_kind_e kind)
{
    return login_mail_kinds[kind];
}


const char *
login_mail_status_name(login_mail_status_e status)
{
    static const char *const  names[] = { "queued", "sent", "failed" };

    return names[status];
}


login_result_e
login_mail_draw(u_char id[LOGIN_ID_LEN])
{
    return login_random(id, LOGIN_ID_LEN);
}


login_result_e
login_mail_put(login_changes_t *changes, login_view_t *view,
    const login_mail_t *mail, uint64_t now)
{
    size_t              size;
    u_char             *text;
    login_result_e      rc;
    login_mail_state_t  state;

    memset(&state, 0, sizeof(login_mail_state_t));

    memcpy(state.id, mail->id, LOGIN_ID_LEN);
    state.kind = mail->kind;
    state.status = LOGIN_MAIL_QUEUED;
    state.created = now;
    state.next = now;
    state.to = mail->to;
    state.org = mail->org;

    size = login_mail_size(mail);

    if (size == 0
        || mail->kind >= LOGIN_MAIL_KINDS
        || mail->org.len > LOGIN_ORG_MAX
        || login_mail_address(mail->to) != LOGIN_OK)
    {
        return LOGIN_NO;
    }

    text = malloc(size);
    if (text == NULL) {
        return LOGIN_FAULT;
    }

    login_mail_encode(text, size, mail);

    rc = login_mail_put_text(changes, view->crypto, mail->id,
                             login_str(text, size));

    login_wipe(text, size);
    free(text);

    if (rc == LOGIN_OK) {
        login_mail_put_state(changes, &state, LOGIN_EXPECT_ANY);
    }

    return rc;
}


static login_result_e
login_mail_put_text(login_changes_t *changes, login_crypto_t *crypto,
    const u_char id[LOGIN_ID_LEN], login_str_t text)
{
    size_t          len;
    u_char         *sealed, buf[LOGIN_MAIL_KEY_LEN];
    login_str_t     key;
    login_result_e  rc;

    key = login_mail_key(buf, LOGIN_KIND_QUEUE, id);
    len = text.len + LOGIN_CIPHER_OVERHEAD;

    sealed = malloc(len);
    if (sealed == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_crypto_encrypt(sealed, crypto, LOGIN_CIPHER_MAIL, key, text);

    if (rc == LOGIN_OK) {
        login_changes_put(changes, key, login_str(sealed, len),
                          LOGIN_EXPECT_ANY);
    }

    free(sealed);

    return rc;
}


static void
login_mail_put_state(login_changes_t *changes,
    const login_mail_state_t *state, uint64_t expect)
{
    size_t  len;
    u_char  key[LOGIN_MAIL_KEY_LEN], payload[LOGIN_MAIL_PAYLOAD];

    len = login_mail_state_encode(payload, state);
    if (len == 0) {
        login_changes_spoil(changes);
        return;
    }

    login_changes_put(changes,
                      login_mail_key(key, LOGIN_KIND_MAIL, state->id),
                      login_str(payload, len), expect);
}


login_result_e
login_mail_cancel(login_changes_t *changes, login_view_t *view,
    const u_char id[LOGIN_ID_LEN])
{
    u_char              key[LOGIN_MAIL_KEY_LEN];
    login_result_e      rc;
    login_mail_state_t  state;

    rc = login_mail_state(&state, view, id);

    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
    }

    if (state.status != LOGIN_MAIL_QUEUED) {
        return LOGIN_OK;
    }

    login_changes_delete(changes, login_mail_key(key, LOGIN_KIND_QUEUE, id),
                         LOGIN_EXPECT_ANY);
    login_changes_delete(changes, login_mail_key(key, LOGIN_KIND_MAIL, id),
                         LOGIN_EXPECT_ANY);

    return LOGIN_OK;
}


login_result_e
login_mail_state(login_mail_state_t *state, login_view_t *view,
    const u_char id[LOGIN_ID_LEN])
{
    u_char          key[LOGIN_MAIL_KEY_LEN];
    login_record_t  record;
    login_result_e  rc;

    rc = login_view_get(view, login_mail_key(key, LOGIN_KIND_MAIL, id),
                        &record);
    if (rc != LOGIN_OK) {
        return rc;
    }

    memcpy(state->id, id, LOGIN_ID_LEN);
    state->version = record.version;

    return login_mail_state_decode(state, record.payload);
}


login_result_e
login_mail_get(login_mail_t *mail, login_arena_t *arena, login_view_t *view,
    const u_char id[LOGIN_ID_LEN])
{
    size_t              len;
    u_char             *text, buf[LOGIN_MAIL_KEY_LEN];
    login_str_t         key;
    login_record_t      record;
    login_result_e      rc;
    login_mail_state_t  state;

    memset(mail, 0, sizeof(login_mail_t));

    key = login_mail_key(buf, LOGIN_KIND_QUEUE, id);

    rc = login_mail_state(&state, view, id);

    if (rc == LOGIN_OK) {
        rc = login_view_get(view, key, &record);
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    if (record.payload.len < LOGIN_CIPHER_OVERHEAD) {
        return LOGIN_FAULT;
    }

    len = record.payload.len - LOGIN_CIPHER_OVERHEAD;

    text = login_arena_alloc(arena, len + state.org.len + 1);

    if (text == NULL
        || login_crypto_decrypt(text, view->crypto, LOGIN_CIPHER_MAIL, key,
                                record.payload)
           != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    memcpy(mail->id, id, LOGIN_ID_LEN);
    mail->kind = state.kind;
    mail->version = record.version;
    mail->org = login_str(text + len, state.org.len);

    if (state.org.len != 0) {
        memcpy(text + len, state.org.data, state.org.len);
    }

    return login_mail_decode(mail, arena, login_str(text, len));
}


void
login_mail_note(login_changes_t *changes, const login_mail_state_t *state)
{
    u_char  key[LOGIN_MAIL_KEY_LEN];

    /* not to be forgotten, or it is sent again: also in a full store */

    login_changes_urgent(changes);

    login_mail_put_state(changes, state, state->version);

    if (state->status != LOGIN_MAIL_QUEUED) {
        login_changes_delete(changes,
                             login_mail_key(key, LOGIN_KIND_QUEUE, state->id),
                             LOGIN_EXPECT_ANY);
    }
}


void
login_mail_retry(login_changes_t *changes, const login_mail_state_t *state,
    uint64_t now)
{
    login_mail_state_t  due;

    due = *state;
    due.next = now;

    login_mail_put_state(changes, &due, state->version);
}


uint64_t
login_mail_delay(uint32_t attempts)
{
    uint64_t  delay;

    for (delay = LOGIN_MAIL_FIRST; attempts > 1; attempts--) {
        delay *= 2;

        if (delay >= LOGIN_MAIL_LAST) {
            return LOGIN_MAIL_LAST;
        }
    }

    return delay;
}


login_result_e
login_mail_reseal(login_changes_t *changes, login_view_t *view,
    login_str_t key, const login_record_t *record)
{
    size_t          len;
    u_char         *text;
    login_result_e  rc;

    if (key.len != LOGIN_MAIL_KEY_LEN
        || record->payload.len < LOGIN_CIPHER_OVERHEAD)
    {
        return LOGIN_NO;
    }

    len = record->payload.len;

    text = malloc(len);
    if (text == NULL) {
        return LOGIN_FAULT;
    }

    rc = login_crypto_decrypt(text, view->crypto, LOGIN_CIPHER_MAIL, key,
                              record->payload);

    if (rc == LOGIN_OK) {
        rc = login_mail_put_text(changes, view->crypto, key.data + 1,
                                 login_str(text,
                                           len - LOGIN_CIPHER_OVERHEAD));
    }

    if (rc == LOGIN_OK) {
        login_changes_expect(changes, key, record->version);
    }

    login_wipe(text, len);
    free(text);

    return rc;
}
