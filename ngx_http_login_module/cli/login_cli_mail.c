
/* The commands that have mails sent, and tell what the relay says. */

#include "login_cli.h"
#include "login_cli_mail.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>


#define LOGIN_CLI_MAIL_WAIT  30         /* seconds, without "--wait" */
#define LOGIN_CLI_MAIL_LOOK  200        /* ms between two looks */


static login_cli_status_e login_cli_mail_put(login_cli_t *cli,
    login_mail_t *mail);
static login_cli_status_e login_cli_mail_await(login_cli_t *cli,
    login_cli_mail_t *mail, uint64_t seconds);
static login_cli_status_e login_cli_mail_look(login_cli_t *cli,
    login_cli_mail_t *mail);
static login_cli_status_e login_cli_mail_result(login_cli_t *cli,
    const login_cli_mail_t *mail, uint64_t seconds);
static login_cli_status_e login_cli_mail_due(login_cli_t *cli,
    const login_mail_state_t *state, unsigned *done);
static login_cli_status_e login_cli_mail_retry_one(login_cli_t *cli);
static login_cli_status_e login_cli_mail_retry_all(login_cli_t *cli);


login_cli_status_e
login_cli_mail_test(login_cli_t *cli)
{
    uint64_t             seconds;
    const char          *wait;
    login_mail_t         mail;
    login_cli_mail_t     sent;
    login_cli_status_e   rc;

    memset(&mail, 0, sizeof(login_mail_t));

    mail.kind = LOGIN_MAIL_TEST;
    mail.to = login_cstr(cli->args[0]);
    mail.org = cli->org;

    if (login_mail_address(mail.to) != LOGIN_OK) {
        login_cli_error("\"%s\" is no address to mail to", cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    seconds = LOGIN_CLI_MAIL_WAIT;
    wait = login_cli_option(cli, "--wait");

    if (wait != NULL) {
        rc = login_cli_check_time(&seconds, wait);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    rc = login_cli_open(cli);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_mail_configured(cli);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_mail_put(cli, &mail);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memcpy(sent.state.id, mail.id, LOGIN_ID_LEN);

    rc = login_cli_mail_await(cli, &sent, seconds);

    return rc == LOGIN_CLI_DONE ? login_cli_mail_result(cli, &sent, seconds)
                                : rc;
}


login_cli_status_e
login_cli_mail_configured(login_cli_t *cli)
{
    unsigned             mails;
    login_arena_t       *arena;
    login_result_e       rc;
    login_policy_t       policy;
    login_cli_status_e   status;

    arena = login_arena_create();
    if (arena == NULL) {
        return login_cli_fault();
    }

    status = login_cli_view(cli);
    if (status != LOGIN_CLI_DONE) {
        login_arena_destroy(arena);
        return status;
    }

    rc = login_policy_get(&policy, arena, cli->view);
    mails = (rc == LOGIN_OK && policy.mail.len != 0);

    login_view_end(cli->view);
    login_arena_destroy(arena);

    if (mails) {
        return LOGIN_CLI_DONE;
    }

    login_cli_error(rc == LOGIN_OK ? "nginx sends no mails, it has no "
                                     "\"login_mail\" in its configuration"
                                   : "nginx has not written into this store "
                                     "that it sends mails, start or reload "
                                     "it");
    return LOGIN_CLI_REFUSED;
}


static login_cli_status_e
login_cli_mail_put(login_cli_t *cli, login_mail_t *mail)
{
    login_changes_t  *changes;

    changes = login_changes_create();

    if (changes == NULL
        || login_mail_draw(mail->id) != LOGIN_OK
        || login_mail_put(changes, cli->view, mail, cli->now) != LOGIN_OK)
    {
        login_changes_destroy(changes);
        return login_cli_fault();
    }

    return login_cli_commit(cli, changes) == LOGIN_OK ? LOGIN_CLI_DONE
                                                      : LOGIN_CLI_UNUSABLE;
}


/* A view for each look: the store must be able to forget. */

static login_cli_status_e
login_cli_mail_await(login_cli_t *cli, login_cli_mail_t *mail,
    uint64_t seconds)
{
    struct timespec      ts;
    uint64_t             looks;
    login_cli_status_e   rc;

    ts.tv_sec = 0;
    ts.tv_nsec = LOGIN_CLI_MAIL_LOOK * 1000000L;

    looks = seconds * 1000 / LOGIN_CLI_MAIL_LOOK;

    for ( ;; ) {
        rc = login_cli_mail_look(cli, mail);

        if (rc != LOGIN_CLI_DONE
            || mail->state.status != LOGIN_MAIL_QUEUED
            || looks == 0)
        {
            return rc;
        }

        looks--;
        (void) nanosleep(&ts, NULL);
    }
}


static login_cli_status_e
login_cli_mail_look(login_cli_t *cli, login_cli_mail_t *mail)
{
    login_result_e      rc;
    login_mail_state_t  state;
    login_cli_status_e  status;

    status = login_cli_view(cli);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    rc = login_mail_state(&state, cli->view, mail->state.id);

    if (rc == LOGIN_OK) {
        login_cli_mail_copy(mail, &state);
    }

    login_view_end(cli->view);

    return rc == LOGIN_OK ? LOGIN_CLI_DONE : login_cli_fault();
}


static login_cli_status_e
login_cli_mail_result(login_cli_t *cli, const login_cli_mail_t *mail,
    uint64_t seconds)
{
    char                       *words;
    login_cli_status_e          rc;
    const login_mail_state_t   *state = &mail->state;

    rc = state->status == LOGIN_MAIL_SENT ? LOGIN_CLI_DONE
                                          : LOGIN_CLI_REFUSED;
    if (cli->json) {
        return login_cli_json(login_cli_mail_json(state)) == LOGIN_CLI_DONE
               ? rc : LOGIN_CLI_UNUSABLE;
    }

    words = login_cli_clean(state->words);
    if (words == NULL) {
        return login_cli_fault();
    }

    if (state->status == LOGIN_MAIL_SENT) {
        login_cli_say(cli, "sent, the relay said: %s", words);

    } else if (state->status == LOGIN_MAIL_FAILED) {
        login_cli_error("refused: %s", words);

    } else if (state->attempts == 0) {
        login_cli_error("not tried after %llu s, is nginx running?",
                        (unsigned long long) seconds);

    } else {
        login_cli_error("not taken yet, it will be tried again: %s", words);
    }

    free(words);

    return rc;
}


login_cli_status_e
login_cli_mail_retry(login_cli_t *cli)
{
    login_cli_status_e  rc;

    rc = login_cli_open(cli);

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return cli->nargs != 0 ? login_cli_mail_retry_one(cli)
                           : login_cli_mail_retry_all(cli);
}


static login_cli_status_e
login_cli_mail_retry_one(login_cli_t *cli)
{
    u_char               id[LOGIN_ID_LEN];
    unsigned             tries, done;
    login_result_e       rc;
    login_cli_mail_t     mail;
    login_mail_state_t   state;
    login_cli_status_e   status;

    if (login_hex_decode(id, LOGIN_ID_LEN, login_cstr(cli->args[0]))
        != LOGIN_OK)
    {
        login_cli_error("invalid mail \"%s\", see \"nginx-login mail list\"",
                        cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    for (tries = 0; tries < LOGIN_CLI_TRIES; tries++) {

        status = login_cli_view(cli);
        if (status != LOGIN_CLI_DONE) {
            return status;
        }

        rc = login_mail_state(&state, cli->view, id);

        if (rc == LOGIN_OK) {
            login_cli_mail_copy(&mail, &state);
        }

        login_view_end(cli->view);

        if (rc == LOGIN_FAULT) {
            return login_cli_fault();
        }

        if (rc == LOGIN_NO || mail.state.status != LOGIN_MAIL_QUEUED) {
            login_cli_error(rc == LOGIN_NO ? "mail not found"
                            : "the mail is not queued any more, and what it "
                              "said is gone");
            return LOGIN_CLI_REFUSED;
        }

        status = login_cli_mail_due(cli, &mail.state, &done);

        if (status != LOGIN_CLI_DONE || done) {
            return status == LOGIN_CLI_DONE && cli->json
                   ? login_cli_json(json_pack("{s:i}", "due", 1)) : status;
        }
    }

    return login_cli_fault();
}


static login_cli_status_e
login_cli_mail_retry_all(login_cli_t *cli)
{
    size_t               i;
    unsigned             done, n;
    login_result_e       walked;
    login_cli_mails_t    mails;
    login_cli_status_e   rc;

    memset(&mails, 0, sizeof(login_cli_mails_t));

    rc = login_cli_view(cli);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    walked = login_mail_walk_queue(cli->view, login_cli_mail_collect, &mails);
    login_view_end(cli->view);

    rc = walked == LOGIN_OK ? LOGIN_CLI_DONE : login_cli_fault();
    n = 0;

    login_cli_mail_point(&mails);

    for (i = 0; i < mails.n && rc == LOGIN_CLI_DONE; i++) {

        /* what has changed by now was tried just now */

        rc = login_cli_mail_due(cli, &mails.mails[i].state, &done);
        n += done;
    }

    free(mails.mails);

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (cli->json) {
        return login_cli_json(json_pack("{s:i}", "due", (int) n));
    }

    login_cli_say(cli, n == 1 ? "%u mail is due now" : "%u mails are due now",
                  n);

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_mail_due(login_cli_t *cli, const login_mail_state_t *state,
    unsigned *done)
{
    login_result_e    rc;
    login_changes_t  *changes;

    *done = 0;

    changes = login_changes_create();
    if (changes == NULL) {
        return login_cli_fault();
    }

    login_mail_retry(changes, state, cli->now);

    rc = login_cli_commit(cli, changes);

    if (rc == LOGIN_FAULT) {
        return LOGIN_CLI_UNUSABLE;
    }

    *done = (rc == LOGIN_OK);

    return LOGIN_CLI_DONE;
}
