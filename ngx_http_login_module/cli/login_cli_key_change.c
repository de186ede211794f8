
/* The keys: new ones come, old ones go. */

#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_key_turn(login_cli_t *cli,
    unsigned first);
static login_cli_status_e login_cli_key_turned(login_cli_t *cli, size_t n);
static login_cli_status_e login_cli_key_drop(login_cli_t *cli);
static login_cli_status_e login_cli_key_find(const login_cli_t *cli,
    size_t *n);
static login_cli_status_e login_cli_key_unused(login_cli_t *cli, void *data);
static login_cli_status_e login_cli_key_put(login_cli_t *cli, size_t len);


/* The text of the file and its ring, and what becomes of it. */
static login_cli_key_file_t  login_cli_key_file;
static login_keyring_t       login_cli_key_before;
static u_char                login_cli_key_text[LOGIN_CLI_KEY_SIZE
                                                + LOGIN_KEYFILE_MORE];


login_cli_status_e
login_cli_key_rotate(login_cli_t *cli)
{
    login_cli_status_e  rc;

    rc = login_cli_key_lock(&login_cli_key_file, &cli->ring, cli->key);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    login_cli_key_before = cli->ring;

    rc = login_cli_key_turn(cli, login_cli_option(cli, "--verify-first")
                                 != NULL);

    login_cli_key_unlock(&login_cli_key_file);
    login_wipe(login_cli_key_text, sizeof(login_cli_key_text));
    login_wipe(&login_cli_key_before, sizeof(login_keyring_t));

    return rc;
}


static login_cli_status_e
login_cli_key_turn(login_cli_t *cli, unsigned first)
{
    size_t       len, next;
    u_char       line[LOGIN_KEYFILE_LINE];
    login_str_t  text;

    text = login_str(login_cli_key_file.text, login_cli_key_file.len);
    next = login_keyfile_next(text);

    if (next != 0 && first) {
        login_cli_error("a key is there that verifies first, run \"nginx -s "
                        "reload\" and \"nginx-login key rotate\"");
        return LOGIN_CLI_REFUSED;
    }

    if (next != 0) {
        len = login_keyfile_promote(login_cli_key_text, text, next);
        return login_cli_key_put(cli, len) == LOGIN_CLI_DONE
               ? login_cli_key_turned(cli, 0) : LOGIN_CLI_UNUSABLE;
    }

    if (cli->ring.n == LOGIN_KEYS_MAX) {
        login_cli_error("there are %d keys, retire one, see \"nginx-login "
                        "key list\"", LOGIN_KEYS_MAX);
        return LOGIN_CLI_REFUSED;
    }

    if (login_keyring_draw(line) != LOGIN_OK) {
        login_cli_error("no random numbers");
        return LOGIN_CLI_UNUSABLE;
    }

    len = login_keyfile_add(login_cli_key_text, text,
                            login_str(line, sizeof(line)), first);

    login_wipe(line, sizeof(line));

    return login_cli_key_put(cli, len) == LOGIN_CLI_DONE
           ? login_cli_key_turned(cli, first) : LOGIN_CLI_UNUSABLE;
}


/*
 * "n" is where the key is now.  Until they are reloaded, workers could not
 * read the event if the new key had sealed it.
 */

static login_cli_status_e
login_cli_key_turned(login_cli_t *cli, size_t n)
{
    char  id[LOGIN_CLI_KEY_ID_SIZE], detail[64];

    login_cli_key_id(id, &cli->ring.keys[n]);

    (void) snprintf(detail, sizeof(detail), "%s %s", id,
                    n == 0 ? "signs" : "verifies");

    login_cli_event_apart(cli, &login_cli_key_before, LOGIN_LOG_KEY_ROTATED,
                          detail);

    if (cli->json) {
        return login_cli_json(json_pack("{s:s, s:s}", "id", id,
                                        "place", n == 0 ? "signs" : "next"));
    }

    if (n == 0) {
        login_cli_say(cli, "key \"%s\" signs, now: nginx -s reload", id);

    } else {
        login_cli_say(cli, "key \"%s\" verifies, now: nginx -s reload; then "
                      "\"nginx-login key rotate\" lets it sign", id);
    }

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_key_retire(login_cli_t *cli)
{
    login_cli_status_e  rc;

    rc = login_cli_key_lock(&login_cli_key_file, &cli->ring, cli->key);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_key_drop(cli);

    login_cli_key_unlock(&login_cli_key_file);
    login_wipe(login_cli_key_text, sizeof(login_cli_key_text));

    return rc;
}


/*
 * The store is read as its owner, the key is written as its own: each in a
 * process of its own.
 */

static login_cli_status_e
login_cli_key_drop(login_cli_t *cli)
{
    char                id[LOGIN_CLI_KEY_ID_SIZE];
    size_t              n, len;
    login_str_t         text;
    login_cli_status_e  rc;

    rc = login_cli_key_find(cli, &n);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    login_cli_key_id(id, &cli->ring.keys[n]);

    rc = login_cli_apart(cli, login_cli_key_unused, &n);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    text = login_str(login_cli_key_file.text, login_cli_key_file.len);
    len = login_keyfile_remove(login_cli_key_text, text, n);

    rc = login_cli_key_put(cli, len);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    login_cli_event_apart(cli, &cli->ring, LOGIN_LOG_KEY_RETIRED, id);

    if (cli->json) {
        return login_cli_json(json_pack("{s:s}", "retired", id));
    }

    login_cli_say(cli, "key \"%s\" retired, cookies that it signed end with: "
                  "nginx -s reload", id);

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_key_find(const login_cli_t *cli, size_t *n)
{
    u_char  id[LOGIN_KEY_ID_LEN];

    /* not shown: it may be the key itself */

    if (login_hex_decode(id, LOGIN_KEY_ID_LEN, login_cstr(cli->args[0]))
        != LOGIN_OK
        || login_keyring_find(n, &cli->ring, id) != LOGIN_OK)
    {
        login_cli_error("key not found, see \"nginx-login key list\"");
        return LOGIN_CLI_REFUSED;
    }

    if (*n == 0) {
        login_cli_error("key \"%s\" is the one that signs, run \"nginx-login "
                        "key rotate\" first", cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


/* "data" is the number of the key. */

static login_cli_status_e
login_cli_key_unused(login_cli_t *cli, void *data)
{
    size_t                 n = *(size_t *) data;
    login_cli_status_e     rc;
    login_cli_key_count_t  count;

    memset(&count, 0, sizeof(login_cli_key_count_t));

    rc = login_cli_open(cli);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_key_count(cli, &count);
    }

    if (rc == LOGIN_CLI_DONE && count.records[n] != 0) {
        login_cli_error("key \"%s\" is needed by %llu records, run "
                        "\"nginx-login key reseal\" first", cli->args[0],
                        (unsigned long long) count.records[n]);
        return LOGIN_CLI_REFUSED;
    }

    return rc;
}


/* Puts the new text in place, if it is one, and becomes its ring. */

static login_cli_status_e
login_cli_key_put(login_cli_t *cli, size_t len)
{
    login_str_t    text;
    login_error_t  error;

    text = login_str(login_cli_key_text, len);

    if (login_keyring_parse(&cli->ring, text, &error) != LOGIN_OK) {
        login_cli_error("key \"%s\": %s", cli->key, error.text);
        return LOGIN_CLI_UNUSABLE;
    }

    if (len > LOGIN_CLI_KEY_SIZE) {
        login_cli_error("key \"%s\" is too large", cli->key);
        return LOGIN_CLI_UNUSABLE;
    }

    return login_cli_key_replace(&login_cli_key_file, text);
}
