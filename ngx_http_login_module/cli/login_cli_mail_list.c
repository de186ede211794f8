
/* What is in the outbox. */

#include "login_cli.h"
#include "login_cli_mail.h"

#include <stdlib.h>
#include <string.h>


static int login_cli_mail_compare(const void *one, const void *two);
static login_cli_status_e login_cli_mail_print(login_cli_t *cli,
    const login_cli_mails_t *mails);
static void login_cli_mail_row(login_cli_table_t *table,
    const login_mail_state_t *state);


login_cli_status_e
login_cli_mail_list(login_cli_t *cli)
{
    login_result_e       walked;
    login_cli_mails_t    mails;
    login_cli_status_e   rc;

    memset(&mails, 0, sizeof(login_cli_mails_t));

    rc = login_cli_open(cli);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_view(cli);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    walked = login_mail_walk(cli->view, login_cli_mail_collect, &mails);
    login_view_end(cli->view);

    if (walked != LOGIN_OK) {
        free(mails.mails);
        return login_cli_fault();
    }

    if (mails.n > 1) {
        qsort(mails.mails, mails.n, sizeof(login_cli_mail_t),
              login_cli_mail_compare);
    }

    login_cli_mail_point(&mails);

    rc = login_cli_mail_print(cli, &mails);

    free(mails.mails);

    return rc;
}


login_result_e
login_cli_mail_collect(void *data, const login_mail_state_t *state)
{
    size_t              size;
    login_cli_mail_t   *p;
    login_cli_mails_t  *mails = data;

    if (mails->n == mails->size) {
        size = mails->size != 0 ? 2 * mails->size : 64;

        p = realloc(mails->mails, size * sizeof(login_cli_mail_t));
        if (p == NULL) {
            return LOGIN_FAULT;
        }

        mails->mails = p;
        mails->size = size;
    }

    login_cli_mail_copy(&mails->mails[mails->n++], state);

    return LOGIN_OK;
}


/* They have moved since they were copied. */

void
login_cli_mail_point(login_cli_mails_t *mails)
{
    size_t             i;
    login_cli_mail_t  *mail;

    for (i = 0; i < mails->n; i++) {
        mail = &mails->mails[i];

        mail->state.to.data = mail->to;
        mail->state.org.data = mail->org;
        mail->state.words.data = mail->words;
    }
}


static int
login_cli_mail_compare(const void *one, const void *two)
{
    const login_cli_mail_t  *a = one, *b = two;

    if (a->state.created != b->state.created) {
        return a->state.created < b->state.created ? -1 : 1;
    }

    return memcmp(a->state.id, b->state.id, LOGIN_ID_LEN);
}


static login_cli_status_e
login_cli_mail_print(login_cli_t *cli, const login_cli_mails_t *mails)
{
    size_t              i;
    json_t             *json;
    login_cli_table_t   table;

    if (cli->json) {
        json = json_array();

        for (i = 0; json != NULL && i < mails->n; i++) {

            if (json_array_append_new(json,
                                  login_cli_mail_json(&mails->mails[i].state))
                != 0)
            {
                json_decref(json);
                json = NULL;
            }
        }

        return login_cli_json(json);
    }

    memset(&table, 0, sizeof(login_cli_table_t));
    table.columns = 8;

    login_cli_cell(&table, login_cstr("CREATED"));
    login_cli_cell(&table, login_cstr("TO"));
    login_cli_cell(&table, login_cstr("KIND"));
    login_cli_cell(&table, login_cstr("STATE"));
    login_cli_cell(&table, login_cstr("ATTEMPTS"));
    login_cli_cell(&table, login_cstr("NEXT"));
    login_cli_cell(&table, login_cstr("ID"));
    login_cli_cell(&table, login_cstr("ANSWER"));

    for (i = 0; i < mails->n; i++) {
        login_cli_mail_row(&table, &mails->mails[i].state);
    }

    return login_cli_table_print(&table);
}


static void
login_cli_mail_row(login_cli_table_t *table, const login_mail_state_t *state)
{
    char  id[LOGIN_CLI_ID_SIZE], attempts[16];

    login_cli_id(id, state->id);
    (void) snprintf(attempts, sizeof(attempts), "%u", state->attempts);

    login_cli_cell_time(table, state->created);
    login_cli_cell(table, state->to);
    login_cli_cell(table, login_cstr(login_mail_kind_name(state->kind)));
    login_cli_cell(table, login_cstr(login_mail_status_name(state->status)));
    login_cli_cell(table, login_cstr(attempts));

    if (state->status == LOGIN_MAIL_QUEUED) {
        login_cli_cell_time(table, state->next);

    } else {
        login_cli_cell(table, login_cstr("-"));
    }

    login_cli_cell(table, login_cstr(id));
    login_cli_cell(table, state->words);
}


json_t *
login_cli_mail_json(const login_mail_state_t *state)
{
    char      id[LOGIN_CLI_ID_SIZE];
    unsigned  queued;

    login_cli_id(id, state->id);
    queued = (state->status == LOGIN_MAIL_QUEUED);

    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:I, s:o, s:o, s:o}",
                     "id", id,
                     "kind", login_mail_kind_name(state->kind),
                     "to", login_cli_json_str(state->to),
                     "org", login_cli_json_str(state->org),
                     "state", login_mail_status_name(state->status),
                     "created", login_cli_json_time(state->created),
                     "attempts", (json_int_t) state->attempts,
                     "next", login_cli_json_time(queued ? state->next : 0),
                     "ended", login_cli_json_time(queued ? 0 : state->next),
                     "answer", login_cli_json_str(state->words));
}


void
login_cli_mail_copy(login_cli_mail_t *mail, const login_mail_state_t *state)
{
    mail->state = *state;

    memcpy(mail->to, state->to.data, state->to.len);
    memcpy(mail->org, state->org.data, state->org.len);
    memcpy(mail->words, state->words.data, state->words.len);

    mail->state.to.data = mail->to;
    mail->state.org.data = mail->org;
    mail->state.words.data = mail->words;
}
