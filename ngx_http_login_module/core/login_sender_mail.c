
/* One mail: read, sent, noted. */

#include "login.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>


#define LOGIN_SENDER_TRIES  8       /* of noting what somebody changed */


static login_result_e login_sender_compose(login_sender_t *sender,
    const u_char id[LOGIN_ID_LEN], login_sent_t *sent,
    login_delivery_t *delivery, u_char **message, size_t *len);
static login_result_e login_sender_load(login_sender_t *sender,
    const u_char id[LOGIN_ID_LEN], login_sent_t *sent, login_mail_t *mail,
    login_arena_t *arena);
static void login_sender_state(login_sent_t *sent,
    const login_mail_state_t *state);
static void login_sender_outcome(login_sent_t *sent,
    const login_delivery_t *delivery, uint64_t now);
static login_result_e login_sender_note(login_sender_t *sender,
    login_sent_t *sent);
static login_result_e login_sender_commit(login_sender_t *sender,
    const login_sent_t *sent);
static login_result_e login_sender_refresh(login_sender_t *sender,
    login_sent_t *sent);
static void login_sender_owe(login_sender_t *sender, login_owed_t *owed,
    const login_sent_t *sent);


login_result_e
login_sender_one(login_sender_t *sender, login_smtp_t *smtp,
    const u_char id[LOGIN_ID_LEN], login_sent_t *sent, unsigned *relay)
{
    u_char            *message;
    size_t             len;
    login_owed_t      *owed;
    login_result_e     rc;
    login_delivery_t   delivery;

    /* nothing is sent that could be forgotten afterwards */

    owed = malloc(sizeof(login_owed_t));
    if (owed == NULL) {
        return LOGIN_NO;
    }

    memset(&delivery, 0, sizeof(login_delivery_t));

    rc = login_sender_compose(sender, id, sent, &delivery, &message, &len);

    if (rc == LOGIN_NO) {
        free(owed);
        return LOGIN_NO;
    }

    if (rc == LOGIN_OK && message != NULL) {
        login_smtp_send(&delivery, smtp, sent->state.to,
                        login_str(message, len));
        login_wipe(message, len);
        free(message);

        *relay = delivery.relay;
    }

    /* stopped on its way: as if it had not begun */

    if (delivery.result == LOGIN_FAULT
        && __atomic_load_n(sender->conf.stop, __ATOMIC_RELAXED))
    {
        free(owed);
        return LOGIN_NO;
    }

    login_sender_outcome(sent, &delivery, (uint64_t) time(NULL));

    if (login_sender_note(sender, sent) != LOGIN_OK
        && sent->state.status != LOGIN_MAIL_QUEUED)
    {
        login_sender_owe(sender, owed, sent);
        return LOGIN_OK;
    }

    free(owed);

    return LOGIN_OK;
}


/*
 * LOGIN_OK: there is a message, or "delivery" says already what came of it.
 * LOGIN_NO: nothing is to be sent.
 */

static login_result_e
login_sender_compose(login_sender_t *sender, const u_char id[LOGIN_ID_LEN],
    login_sent_t *sent, login_delivery_t *delivery, u_char **message,
    size_t *len)
{
    uint64_t         now;
    login_mail_t     mail;
    login_arena_t   *arena;
    login_result_e   rc;

    *message = NULL;
    now = (uint64_t) time(NULL);

    arena = login_arena_create();
    if (arena == NULL) {
        return LOGIN_NO;
    }

    rc = login_sender_load(sender, id, sent, &mail, arena);

    if (rc == LOGIN_OK && mail.expires != 0 && mail.expires <= now) {
        delivery->result = LOGIN_NO;
        (void) strcpy(delivery->words, "the link in it has expired");

    } else if (rc == LOGIN_OK) {
        rc = login_mail_message(message, len,
                                login_orgs_mail(sender->conf.orgs, &mail,
                                                sender->conf.templates),
                                &mail, sender->conf.from, now);
    }

    login_arena_destroy(arena);

    if (rc == LOGIN_FAULT) {
        delivery->result = LOGIN_FAULT;
        (void) strcpy(delivery->words, "the mail is damaged, or there is no "
                                       "memory for it");
        return LOGIN_OK;
    }

    return rc;
}


static login_result_e
login_sender_load(login_sender_t *sender, const u_char id[LOGIN_ID_LEN],
    login_sent_t *sent, login_mail_t *mail, login_arena_t *arena)
{
    login_result_e      rc;
    login_mail_state_t  state;

    memset(sent, 0, sizeof(login_sent_t));

    if (login_view_begin(sender->view) != LOGIN_OK) {
        return LOGIN_NO;
    }

    rc = login_mail_state(&state, sender->view, id);

    /* without its state nothing can be noted either */

    if (rc != LOGIN_OK || state.status != LOGIN_MAIL_QUEUED) {
        login_view_end(sender->view);
        return LOGIN_NO;
    }

    login_sender_state(sent, &state);

    rc = login_mail_get(mail, arena, sender->view, id);
    sent->version = mail->version;

    login_view_end(sender->view);

    return rc;
}


static void
login_sender_state(login_sent_t *sent, const login_mail_state_t *state)
{
    sent->state = *state;

    memcpy(sent->to, state->to.data, state->to.len);
    sent->state.to.data = sent->to;

    if (state->org.len != 0) {
        memcpy(sent->org, state->org.data, state->org.len);
    }

    sent->state.org.data = sent->org;
    sent->state.words = login_str(NULL, 0);
}


static void
login_sender_outcome(login_sent_t *sent, const login_delivery_t *delivery,
    uint64_t now)
{
    login_mail_state_t  *state = &sent->state;

    sent->result = delivery->result;

    (void) snprintf(sent->words, sizeof(sent->words), "%s", delivery->words);

    state->words = login_cstr(sent->words);
    state->attempts++;
    state->next = now;

    if (delivery->result == LOGIN_OK) {
        state->status = LOGIN_MAIL_SENT;

    } else if (delivery->result == LOGIN_NO
               || (now > state->created
                   && now - state->created >= LOGIN_MAIL_GIVE_UP))
    {
        state->status = LOGIN_MAIL_FAILED;

    } else {
        state->next += login_mail_delay(state->attempts);
    }
}


static login_result_e
login_sender_note(login_sender_t *sender, login_sent_t *sent)
{
    unsigned        i;
    login_result_e  rc;

    rc = LOGIN_FAULT;

    for (i = 0; i < LOGIN_SENDER_TRIES; i++) {
        rc = login_sender_commit(sender, sent);

        if (rc != LOGIN_NO) {
            return rc;
        }

        rc = login_sender_refresh(sender, sent);

        if (rc != LOGIN_OK) {
            return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
        }
    }

    return LOGIN_FAULT;
}


static login_result_e
login_sender_commit(login_sender_t *sender, const login_sent_t *sent)
{
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    if (changes == NULL) {
        return LOGIN_FAULT;
    }

    login_mail_note(changes, &sent->state);

    rc = login_commit_one(sender->commit, changes);
    login_changes_destroy(changes);

    return rc;
}


/*
 * Somebody changed the state meanwhile.  LOGIN_NO: it is another mail now,
 * or none any more.
 */

static login_result_e
login_sender_refresh(login_sender_t *sender, login_sent_t *sent)
{
    u_char              key[LOGIN_MAIL_KEY_LEN];
    login_record_t      record;
    login_result_e      rc;
    login_mail_state_t  state;

    if (login_view_begin(sender->view) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_mail_state(&state, sender->view, sent->state.id);

    if (rc == LOGIN_OK) {
        rc = login_view_get(sender->view,
                            login_mail_key(key, LOGIN_KIND_QUEUE,
                                           sent->state.id), &record);
    }

    if (rc == LOGIN_OK && record.version != sent->version) {
        rc = LOGIN_NO;
    }

    if (rc == LOGIN_OK) {
        sent->state.version = state.version;
    }

    login_view_end(sender->view);

    return rc;
}


static void
login_sender_owe(login_sender_t *sender, login_owed_t *owed,
    const login_sent_t *sent)
{
    owed->sent = *sent;
    owed->sent.state.to.data = owed->sent.to;
    owed->sent.state.org.data = owed->sent.org;
    owed->sent.state.words.data = (u_char *) owed->sent.words;

    owed->next = sender->owed;
    sender->owed = owed;
}


void
login_sender_settle(login_sender_t *sender)
{
    login_owed_t  *owed, **last;

    for (last = &sender->owed; *last != NULL; /* void */ ) {
        owed = *last;

        if (login_sender_note(sender, &owed->sent) != LOGIN_OK) {
            last = &owed->next;
            continue;
        }

        *last = owed->next;
        free(owed);
    }
}
