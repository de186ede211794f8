
/* The keys: how much each is needed, and all records under the newest. */

#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_key_next(login_cli_t *cli, size_t *next);
static login_result_e login_cli_key_visit(void *data,
    const login_scan_item_t *item);
static login_cli_status_e login_cli_key_print(login_cli_key_count_t *count);
static login_cli_status_e login_cli_key_json(login_cli_key_count_t *count);
static const char *login_cli_key_place(const login_cli_key_count_t *count,
    size_t n);
static login_cli_status_e login_cli_key_reseal_all(login_cli_t *cli,
    login_reseal_t *total);


login_cli_status_e
login_cli_key_list(login_cli_t *cli)
{
    login_cli_status_e     rc;
    login_cli_key_count_t  count;

    memset(&count, 0, sizeof(login_cli_key_count_t));

    /* while root still */

    rc = login_cli_key_next(cli, &count.next);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_open(cli);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_key_count(cli, &count);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return cli->json ? login_cli_key_json(&count)
                     : login_cli_key_print(&count);
}


static login_cli_status_e
login_cli_key_next(login_cli_t *cli, size_t *next)
{
    login_cli_status_e           rc;

    static login_cli_key_file_t  file;

    rc = login_cli_key_lock(&file, &cli->ring, cli->key);

    if (rc == LOGIN_CLI_DONE) {
        *next = login_keyfile_next(login_str(file.text, file.len));
        login_cli_key_unlock(&file);
    }

    return rc;
}


login_cli_status_e
login_cli_key_count(login_cli_t *cli, login_cli_key_count_t *count)
{
    count->ring = &cli->ring;

    if (login_scan(cli->view, LOGIN_SCAN_BATCH, login_cli_key_visit, NULL,
                   count)
        != LOGIN_OK)
    {
        return login_cli_fault();
    }

    return LOGIN_CLI_DONE;
}


static login_result_e
login_cli_key_visit(void *data, const login_scan_item_t *item)
{
    size_t                  i, n, keys[2];
    login_cli_key_count_t  *count = data;

    /* a damaged record may be whole in a backup, and need its key there */

    n = login_scan_keys(keys, item, count->ring);

    for (i = 0; i < n; i++) {
        count->records[keys[i]]++;
    }

    if (n == 0) {
        count->unread++;
    }

    return LOGIN_OK;
}


static login_cli_status_e
login_cli_key_print(login_cli_key_count_t *count)
{
    char                id[LOGIN_CLI_KEY_ID_SIZE], number[24];
    size_t              i;
    login_cli_status_e  rc;
    login_cli_table_t   table;

    memset(&table, 0, sizeof(login_cli_table_t));
    table.columns = 3;

    login_cli_cell(&table, login_cstr("ID"));
    login_cli_cell(&table, login_cstr("PLACE"));
    login_cli_cell(&table, login_cstr("RECORDS"));

    for (i = 0; i < count->ring->n; i++) {
        login_cli_key_id(id, &count->ring->keys[i]);
        (void) snprintf(number, sizeof(number), "%llu",
                        (unsigned long long) count->records[i]);

        login_cli_cell(&table, login_cstr(id));
        login_cli_cell(&table, login_cstr(login_cli_key_place(count, i)));
        login_cli_cell(&table, login_cstr(number));
    }

    rc = login_cli_table_print(&table);

    if (rc == LOGIN_CLI_DONE && count->unread != 0) {
        (void) printf("%llu records need a key that is not there, see "
                      "\"nginx-login check\"\n",
                      (unsigned long long) count->unread);
    }

    return rc;
}


static login_cli_status_e
login_cli_key_json(login_cli_key_count_t *count)
{
    char     id[LOGIN_CLI_KEY_ID_SIZE];
    size_t   i;
    json_t  *keys;

    keys = json_array();

    for (i = 0; keys != NULL && i < count->ring->n; i++) {
        login_cli_key_id(id, &count->ring->keys[i]);

        if (json_array_append_new(keys,
                json_pack("{s:s, s:s, s:I}", "id", id,
                          "place", login_cli_key_place(count, i),
                          "records", (json_int_t) count->records[i]))
            != 0)
        {
            json_decref(keys);
            keys = NULL;
        }
    }

    return login_cli_json(keys);
}


static const char *
login_cli_key_place(const login_cli_key_count_t *count, size_t n)
{
    if (n == 0) {
        return "signs";
    }

    return n == count->next ? "next" : "verifies";
}


login_cli_status_e
login_cli_key_reseal(login_cli_t *cli)
{
    login_reseal_t      total;
    login_cli_status_e  rc;

    rc = login_cli_open(cli);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_key_reseal_all(cli, &total);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (total.unread != 0) {
        login_cli_error("%llu records could not be read, see \"nginx-login "
                        "check\"; %llu were written anew",
                        (unsigned long long) total.unread,
                        (unsigned long long) total.done);
        return LOGIN_CLI_REFUSED;
    }

    if (total.missed != 0) {
        login_cli_error("%llu records are still written with another key, "
                        "run \"nginx -s reload\" and then this again",
                        (unsigned long long) total.missed);
        return LOGIN_CLI_REFUSED;
    }

    login_cli_event_alone(cli, LOGIN_LOG_KEY_RESEALED, "%llu records",
                          (unsigned long long) total.done);

    if (cli->json) {
        return login_cli_json(json_pack("{s:I}", "resealed",
                                        (json_int_t) total.done));
    }

    login_cli_say(cli, "%llu records written anew",
                  (unsigned long long) total.done);

    return LOGIN_CLI_DONE;
}


/* What changed while a pass was under way may still have an older key. */

static login_cli_status_e
login_cli_key_reseal_all(login_cli_t *cli, login_reseal_t *total)
{
    size_t          tries;
    uint64_t        done;
    login_reseal_t  pass;

    done = 0;

    for (tries = 0; tries < LOGIN_CLI_TRIES; tries++) {

        if (login_reseal(&pass, cli->view, cli->commit, &cli->ring)
            != LOGIN_OK)
        {
            login_cli_error("store could not be read or written, is its disk "
                            "full?");
            return LOGIN_CLI_UNUSABLE;
        }

        done += pass.done;

        if (pass.missed == 0) {
            break;
        }
    }

    *total = pass;
    total->done = done;

    return LOGIN_CLI_DONE;
}


void
login_cli_key_id(char dst[LOGIN_CLI_KEY_ID_SIZE], const login_key_t *key)
{
    size_t  len;

    len = login_hex_encode((u_char *) dst,
                           login_str(key->id, LOGIN_KEY_ID_LEN));
    dst[len] = '\0';
}
