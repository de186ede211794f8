
/* check, stat, upgrade. */

#include "login_cli.h"

#include <string.h>
#include <time.h>
#include <unistd.h>


/* Findings that are shown. */
#define LOGIN_CLI_FINDINGS_MAX  100

/* A reader that is so many transactions old is not on its way any longer. */
#define LOGIN_CLI_BEHIND        10000

/* Percent of the map that may be used. */
#define LOGIN_CLI_FULL          80


typedef struct {
    login_cli_t         *cli;
    uint64_t             n;
    json_t              *json;          /* an array */
    login_audit_t        audit;
    login_store_stat_t   stat;
    uint64_t             now;           /* after the last record */
    unsigned             shared_key;    /* 1: with the store's owner */
} login_cli_check_t;


static login_cli_status_e login_cli_check_run(login_cli_t *cli, void *data);
static login_cli_status_e login_cli_check_all(login_cli_check_t *check);
static void login_cli_check_key(login_cli_check_t *check);
static void login_cli_check_clock(login_cli_check_t *check);
static void login_cli_check_room(login_cli_check_t *check);
static void login_cli_check_tell(void *data, const char *text);
static login_cli_status_e login_cli_check_print(login_cli_check_t *check);
static login_cli_status_e login_cli_check_json(login_cli_check_t *check);
static json_t *login_cli_check_keys(login_cli_check_t *check);
static login_cli_status_e login_cli_stat_print(const login_audit_t *audit,
    const login_store_stat_t *stat);
static unsigned login_cli_percent(uint64_t part, uint64_t whole);
static void login_cli_ignore(void *data, const char *text);


/* In a process of its own: LMDB may fall over a file that was cut off. */

login_cli_status_e
login_cli_check(login_cli_t *cli)
{
    struct stat        key, store;
    login_cli_check_t  check;

    memset(&check, 0, sizeof(login_cli_check_t));

    check.cli = cli;
    check.shared_key = geteuid() == 0
                       && stat(cli->key, &key) == 0
                       && stat(cli->path, &store) == 0
                       && key.st_uid == store.st_uid
                       && key.st_uid != 0;

    return login_cli_apart(cli, login_cli_check_run, &check);
}


static login_cli_status_e
login_cli_check_run(login_cli_t *cli, void *data)
{
    login_cli_check_t   *check = data;
    login_cli_status_e   rc;

    if (cli->json) {
        check->json = json_array();
    }

    rc = login_cli_open(cli);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_check_all(check);
    }

    if (rc != LOGIN_CLI_DONE) {
        json_decref(check->json);
        return rc;
    }

    rc = cli->json ? login_cli_check_json(check)
                   : login_cli_check_print(check);

    if (rc == LOGIN_CLI_DONE && check->n != 0) {
        login_cli_error("%llu findings", (unsigned long long) check->n);
        return LOGIN_CLI_REFUSED;
    }

    return rc;
}


static login_cli_status_e
login_cli_check_all(login_cli_check_t *check)
{
    login_cli_t  *cli = check->cli;

    if (login_audit(&check->audit, cli->view, &cli->ring,
                    login_cli_check_tell, check)
        != LOGIN_OK
        || login_store_stat(&check->stat, cli->store) != LOGIN_OK)
    {
        login_cli_error("store could not be read to its end: it is damaged, "
                        "restore a backup");
        return LOGIN_CLI_UNUSABLE;
    }

    check->now = (uint64_t) time(NULL);

    login_cli_check_key(check);
    login_cli_check_clock(check);
    login_cli_check_room(check);

    return LOGIN_CLI_DONE;
}


static void
login_cli_check_key(login_cli_check_t *check)
{
    char  text[1024];

    if (check->shared_key) {
        (void) snprintf(text, sizeof(text), "key \"%s\" belongs to the owner "
                        "of the store, who could forge what is in it, run "
                        "\"chown root %s\"", check->cli->key,
                        check->cli->key);
        login_cli_check_tell(check, text);
    }
}


static void
login_cli_check_clock(login_cli_check_t *check)
{
    char  text[1024], now[32], newest[32];

    if (check->audit.newest <= check->now) {
        return;
    }

    login_cli_time(now, check->now);
    login_cli_time(newest, check->audit.newest);

    (void) snprintf(text, sizeof(text), "clock is at %s, but there is a "
                    "record of %s, %llu seconds later: set the clock", now,
                    newest, (unsigned long long) (check->audit.newest
                                                  - check->now));
    login_cli_check_tell(check, text);
}


static void
login_cli_check_room(login_cli_check_t *check)
{
    char                       text[1024];
    unsigned                   percent;
    const login_store_stat_t  *stat = &check->stat;

    percent = login_cli_percent(stat->used, stat->map_size);

    if (percent >= LOGIN_CLI_FULL) {
        (void) snprintf(text, sizeof(text), "store uses %u percent of its "
                        "map, raise \"map_size\" of \"login_store\"",
                        percent);
        login_cli_check_tell(check, text);
    }

    if (stat->disk_free < stat->disk_size / 100
        || stat->disk_free < stat->file_size / 10)
    {
        (void) snprintf(text, sizeof(text), "disk of store \"%s\" has only "
                        "%llu KiB left", check->cli->path,
                        (unsigned long long) stat->disk_free / 1024);
        login_cli_check_tell(check, text);
    }

    if (stat->behind > LOGIN_CLI_BEHIND) {
        (void) snprintf(text, sizeof(text), "process %ld reads a state that "
                        "is %llu changes old, the store grows meanwhile",
                        stat->oldest, (unsigned long long) stat->behind);
        login_cli_check_tell(check, text);
    }
}


static void
login_cli_check_tell(void *data, const char *text)
{
    login_cli_check_t  *check = data;

    if (++check->n > LOGIN_CLI_FINDINGS_MAX) {
        return;
    }

    if (check->json != NULL) {
        (void) json_array_append_new(check->json,
                                     login_cli_json_str(login_cstr(text)));
        return;
    }

    login_cli_say(check->cli, "%s", text);
}


static login_cli_status_e
login_cli_check_print(login_cli_check_t *check)
{
    char                  id[LOGIN_CLI_KEY_ID_SIZE], now[32];
    size_t                i;
    login_cli_t          *cli = check->cli;
    const login_audit_t  *audit = &check->audit;

    if (check->n > LOGIN_CLI_FINDINGS_MAX) {
        login_cli_say(cli, "and %llu more", (unsigned long long) check->n
                                            - LOGIN_CLI_FINDINGS_MAX);
    }

    login_cli_time(now, check->now);

    login_cli_say(cli, "clock %s", now);

    for (i = 0; i < cli->ring.n; i++) {
        login_cli_key_id(id, &cli->ring.keys[i]);
        login_cli_say(cli, "key %s %s, %llu records", id,
                      i == 0 ? "signs" : "verifies",
                      (unsigned long long) audit->keys[i]);
    }

    login_cli_say(cli, "store %llu records, %llu accounts, %llu sessions, "
                  "%u%% of the map",
                  (unsigned long long) audit->records,
                  (unsigned long long) audit->accounts,
                  (unsigned long long) audit->sessions,
                  login_cli_percent(check->stat.used, check->stat.map_size));

    /* an older nginx-login beside a newer module is no damage */

    if (audit->unknown != 0) {
        login_cli_say(cli, "of these, %llu of an unknown kind (%s), whole",
                      (unsigned long long) audit->unknown, audit->kinds);
    }

    if (check->n == 0) {
        login_cli_say(cli, "nothing found");
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_check_json(login_cli_check_t *check)
{
    const login_audit_t  *audit = &check->audit;

    return login_cli_json(json_pack("{s:I, s:o, s:o, s:I, s:I, s:I, s:I, "
                                    "s:o, s:o}",
                          "found", (json_int_t) check->n,
                          "findings", check->json,
                          "keys", login_cli_check_keys(check),
                          "records", (json_int_t) audit->records,
                          "accounts", (json_int_t) audit->accounts,
                          "sessions", (json_int_t) audit->sessions,
                          "unknown", (json_int_t) audit->unknown,
                          "clock", login_cli_json_time(check->now),
                          "newest", login_cli_json_time(audit->newest)));
}


static json_t *
login_cli_check_keys(login_cli_check_t *check)
{
    char          id[LOGIN_CLI_KEY_ID_SIZE];
    size_t        i;
    json_t       *keys;
    login_cli_t  *cli = check->cli;

    keys = json_array();

    for (i = 0; i < cli->ring.n; i++) {
        login_cli_key_id(id, &cli->ring.keys[i]);

        (void) json_array_append_new(keys,
                   json_pack("{s:s, s:I}", "id", id, "records",
                             (json_int_t) check->audit.keys[i]));
    }

    return keys;
}


login_cli_status_e
login_cli_stat(login_cli_t *cli)
{
    uint64_t             epoch;
    login_audit_t        audit;
    login_cli_status_e   rc;
    login_store_stat_t   stat;

    rc = login_cli_open(cli);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_view(cli);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (login_epoch_get(&epoch, cli->view) != LOGIN_OK) {
        return login_cli_fault();
    }

    login_view_end(cli->view);

    if (login_audit(&audit, cli->view, &cli->ring, login_cli_ignore, NULL)
        != LOGIN_OK
        || login_store_stat(&stat, cli->store) != LOGIN_OK)
    {
        return login_cli_fault();
    }

    if (!cli->json) {
        return login_cli_stat_print(&audit, &stat);
    }

    return login_cli_json(json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I, "
                                    "s:I, s:I, s:I, s:I}",
                          "format", LOGIN_STORE_FORMAT,
                          "epoch", (json_int_t) epoch,
                          "accounts", (json_int_t) audit.accounts,
                          "sessions", (json_int_t) audit.sessions,
                          "records", (json_int_t) audit.records,
                          "map_size", (json_int_t) stat.map_size,
                          "file_size", (json_int_t) stat.file_size,
                          "used", (json_int_t) stat.used,
                          "disk_free", (json_int_t) stat.disk_free,
                          "readers", (json_int_t) stat.readers,
                          "transaction", (json_int_t) stat.transaction));
}


static login_cli_status_e
login_cli_stat_print(const login_audit_t *audit,
    const login_store_stat_t *stat)
{
    (void) printf("accounts     %llu\n"
                  "sessions     %llu\n"
                  "records      %llu\n"
                  "used         %llu KiB, %u%% of the map of %llu MiB\n"
                  "file         %llu KiB\n"
                  "disk         %llu MiB free\n"
                  "readers      %llu\n"
                  "transaction  %llu\n",
                  (unsigned long long) audit->accounts,
                  (unsigned long long) audit->sessions,
                  (unsigned long long) audit->records,
                  (unsigned long long) stat->used / 1024,
                  login_cli_percent(stat->used, stat->map_size),
                  (unsigned long long) stat->map_size / 1048576,
                  (unsigned long long) stat->file_size / 1024,
                  (unsigned long long) stat->disk_free / 1048576,
                  (unsigned long long) stat->readers,
                  (unsigned long long) stat->transaction);

    return LOGIN_CLI_DONE;
}


static unsigned
login_cli_percent(uint64_t part, uint64_t whole)
{
    return whole != 0 ? (unsigned) (part * 100 / whole) : 0;
}


static void
login_cli_ignore(void *data, const char *text)
{
    (void) data;
    (void) text;
}


/* There was no format before the first; a newer one is not opened at all. */

login_cli_status_e
login_cli_upgrade(login_cli_t *cli)
{
    login_cli_status_e  rc;

    rc = login_cli_open(cli);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (cli->json) {
        return login_cli_json(json_pack("{s:i, s:b}",
                                        "format", LOGIN_STORE_FORMAT,
                                        "upgraded", 0));
    }

    login_cli_say(cli, "store \"%s\" has format \"%d\" already, nothing is to "
                  "be done", cli->path, LOGIN_STORE_FORMAT);

    return LOGIN_CLI_DONE;
}
