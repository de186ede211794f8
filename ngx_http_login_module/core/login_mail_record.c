
/* What a mail's two records hold. */

#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_MAIL_STRINGS  8


static void login_mail_fields(login_encoder_t *e, const login_mail_t *mail);
static login_result_e login_mail_decode_rows(login_mail_t *mail,
    login_arena_t *arena, login_decoder_t *d);
static int login_mail_state_valid(const login_mail_state_t *state);


login_str_t
login_mail_key(u_char key[LOGIN_MAIL_KEY_LEN], login_kind_e kind,
    const u_char id[LOGIN_ID_LEN])
{
    key[0] = (u_char) kind;
    memcpy(key + 1, id, LOGIN_ID_LEN);

    return login_str(key, LOGIN_MAIL_KEY_LEN);
}


size_t
login_mail_state_encode(u_char *dst, const login_mail_state_t *state)
{
    login_encoder_t  e;

    if (!login_mail_state_valid(state)) {
        return 0;
    }

    e.pos = dst;
    e.end = dst + LOGIN_MAIL_PAYLOAD;
    e.failed = 0;

    login_put_uint(&e, state->kind, 1);
    login_put_uint(&e, state->status, 1);
    login_put_uint(&e, state->created, 8);
    login_put_uint(&e, state->next, 8);
    login_put_uint(&e, state->attempts, 4);
    login_put_str(&e, state->to);
    login_put_str(&e, state->org);
    login_put_str(&e, state->words);

    return e.failed ? 0 : (size_t) (e.pos - dst);
}


login_result_e
login_mail_state_decode(login_mail_state_t *state, login_str_t payload)
{
    login_decoder_t  d;

    d.pos = payload.data;
    d.end = payload.data + payload.len;
    d.failed = 0;

    state->kind = (login_mail_kind_e) login_get_uint(&d, 1);
    state->status = (login_mail_status_e) login_get_uint(&d, 1);
    state->created = login_get_uint(&d, 8);
    state->next = login_get_uint(&d, 8);
    state->attempts = (uint32_t) login_get_uint(&d, 4);
    state->to = login_get_str(&d);
    state->org = login_get_str(&d);
    state->words = login_get_str(&d);

    if (d.failed || d.pos != d.end || !login_mail_state_valid(state)) {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static int
login_mail_state_valid(const login_mail_state_t *state)
{
    return state->kind < LOGIN_MAIL_KINDS
           && state->status <= LOGIN_MAIL_FAILED
           && state->org.len <= LOGIN_ORG_MAX
           && state->words.len <= LOGIN_MAIL_WORDS_MAX
           && login_mail_address(state->to) == LOGIN_OK;
}


/* First without room, to learn how much there has to be. */

size_t
login_mail_size(const login_mail_t *mail)
{
    size_t       i, size;
    login_str_t  s[LOGIN_MAIL_STRINGS] = {
        mail->language, mail->username, mail->name, mail->title, mail->url,
        mail->detail, mail->address, mail->to
    };

    if (mail->nrows > LOGIN_MAIL_ROWS_MAX) {
        return 0;
    }

    size = 8 + 8 + 1;

    for (i = 0; i < LOGIN_MAIL_STRINGS; i++) {
        if (s[i].len > LOGIN_MAIL_TEXT_MAX
            || login_utf8_check(s[i], NULL) != LOGIN_OK)
        {
            return 0;
        }

        size += 2 + s[i].len;
    }

    for (i = 0; i < mail->nrows; i++) {
        const login_mail_row_t  *row = &mail->rows[i];

        if (row->kind >= LOGIN_MAIL_ROWS
            || row->title.len > LOGIN_MAIL_TEXT_MAX
            || row->url.len > LOGIN_MAIL_TEXT_MAX
            || row->text.len > LOGIN_MAIL_TEXT_MAX
            || login_utf8_check(row->title, NULL) != LOGIN_OK
            || login_utf8_check(row->url, NULL) != LOGIN_OK
            || login_utf8_check(row->text, NULL) != LOGIN_OK)
        {
            return 0;
        }

        size += 1 + 3 * 2 + row->title.len + row->url.len + row->text.len;
    }

    return size;
}


void
login_mail_encode(u_char *dst, size_t size, const login_mail_t *mail)
{
    size_t           i;
    login_encoder_t  e;

    e.pos = dst;
    e.end = dst + size;
    e.failed = 0;

    login_mail_fields(&e, mail);

    login_put_uint(&e, mail->nrows, 1);

    for (i = 0; i < mail->nrows; i++) {
        login_put_uint(&e, mail->rows[i].kind, 1);
        login_put_str(&e, mail->rows[i].title);
        login_put_str(&e, mail->rows[i].url);
        login_put_str(&e, mail->rows[i].text);
    }
}


static void
login_mail_fields(login_encoder_t *e, const login_mail_t *mail)
{
    login_put_uint(e, mail->when, 8);
    login_put_uint(e, mail->expires, 8);
    login_put_str(e, mail->to);
    login_put_str(e, mail->language);
    login_put_str(e, mail->username);
    login_put_str(e, mail->name);
    login_put_str(e, mail->title);
    login_put_str(e, mail->url);
    login_put_str(e, mail->detail);
    login_put_str(e, mail->address);
}


login_result_e
login_mail_decode(login_mail_t *mail, login_arena_t *arena, login_str_t text)
{
    login_result_e   rc;
    login_decoder_t  d;

    d.pos = text.data;
    d.end = text.data + text.len;
    d.failed = 0;

    mail->when = login_get_uint(&d, 8);
    mail->expires = login_get_uint(&d, 8);
    mail->to = login_get_str(&d);
    mail->language = login_get_str(&d);
    mail->username = login_get_str(&d);
    mail->name = login_get_str(&d);
    mail->title = login_get_str(&d);
    mail->url = login_get_str(&d);
    mail->detail = login_get_str(&d);
    mail->address = login_get_str(&d);

    rc = login_mail_decode_rows(mail, arena, &d);
    if (rc != LOGIN_OK) {
        return rc;
    }

    /* the same that encoding asks */

    return login_mail_size(mail) == text.len ? LOGIN_OK : LOGIN_FAULT;
}


static login_result_e
login_mail_decode_rows(login_mail_t *mail, login_arena_t *arena,
    login_decoder_t *d)
{
    size_t             i;
    login_mail_row_t  *rows;

    mail->nrows = (size_t) login_get_uint(d, 1);

    if (d->failed || mail->nrows > LOGIN_MAIL_ROWS_MAX) {
        return LOGIN_FAULT;
    }

    rows = login_arena_alloc(arena, (mail->nrows + 1)
                                    * sizeof(login_mail_row_t));
    if (rows == NULL) {
        return LOGIN_FAULT;
    }

    mail->rows = rows;

    for (i = 0; i < mail->nrows; i++) {
        rows[i].kind = (login_mail_row_e) login_get_uint(d, 1);
        rows[i].title = login_get_str(d);
        rows[i].url = login_get_str(d);
        rows[i].text = login_get_str(d);
    }

    return d->failed || d->pos != d->end ? LOGIN_FAULT : LOGIN_OK;
}
