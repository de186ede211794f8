
/* Devices from otpauth URIs, of one user or of many. */

#include "login_cli.h"

#include <stdlib.h>
#include <string.h>


/* One line of a file. */
typedef struct {
    login_otpauth_t         otpauth;
    char                    username[LOGIN_USERNAME_MAX + 1];
    unsigned                found;      /* 1: the account has it already */
    char                    why[LOGIN_CLI_WHY_SIZE];
} login_cli_uri_t;

typedef struct {
    login_view_t           *view;
    const login_totp_t     *totp;
    unsigned               *found;
} login_cli_same_t;


static login_cli_status_e login_cli_uris(login_cli_t *cli, login_str_t text,
    u_char *buf, json_t *json);
static login_cli_status_e login_cli_uri(login_cli_t *cli, login_str_t text,
    u_char *buf, login_cli_uri_t *uri);
static login_cli_status_e login_cli_uri_add(login_cli_t *cli,
    login_cli_uri_t *uri);
static login_cli_status_e login_cli_uri_once(login_cli_t *cli,
    login_cli_uri_t *uri, login_changes_t *changes);
static login_result_e login_cli_uri_same(void *data,
    const login_device_t *device);
static login_cli_status_e login_cli_uri_result(login_cli_t *cli, size_t line,
    const login_cli_uri_t *uri, login_cli_status_e rc, json_t *json);


login_cli_status_e
login_cli_mfa_import(login_cli_t *cli)
{
    json_t              *json;
    u_char              *buf;
    login_str_t          text;
    login_cli_status_e   rc;

    rc = login_cli_file_read(&text, cli->args[0]);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    buf = malloc(text.len + 1);
    json = cli->json ? json_array() : NULL;

    if (buf == NULL) {
        login_cli_error("no memory");
        rc = LOGIN_CLI_UNUSABLE;
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_open(cli);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_uris(cli, text, buf, json);

        if (cli->json && login_cli_json(json) != LOGIN_CLI_DONE) {
            rc = LOGIN_CLI_UNUSABLE;
        }

        login_wipe(buf, text.len + 1);
    }

    login_wipe((void *) text.data, text.len);
    free((void *) text.data);
    free(buf);

    return rc;
}


/* Each of them is a change of its own; faults of the store end it. */

static login_cli_status_e
login_cli_uris(login_cli_t *cli, login_str_t text, u_char *buf, json_t *json)
{
    size_t               line;
    login_str_t          one;
    const u_char        *p, *end;
    login_cli_uri_t      uri;
    login_cli_status_e   rc, all;

    p = text.data;
    all = LOGIN_CLI_DONE;

    for (line = 1; p < text.data + text.len; line++) {
        end = memchr(p, '\n', (size_t) (text.data + text.len - p));
        end = end != NULL ? end : text.data + text.len;

        one = login_str(p, (size_t) (end - p));
        p = end + 1;

        while (one.len > 0 && (one.data[one.len - 1] == '\r'
                               || one.data[one.len - 1] == ' '))
        {
            one.len--;
        }

        if (one.len == 0 || one.data[0] == '#') {
            continue;
        }

        memset(&uri, 0, sizeof(login_cli_uri_t));

        rc = login_cli_uri(cli, one, buf, &uri);
        rc = login_cli_uri_result(cli, line, &uri, rc, json);

        login_wipe(&uri, sizeof(login_cli_uri_t));

        if (rc == LOGIN_CLI_UNUSABLE) {
            return rc;
        }

        all = rc == LOGIN_CLI_DONE ? all : rc;
    }

    return all;
}


static login_cli_status_e
login_cli_uri(login_cli_t *cli, login_str_t text, u_char *buf,
    login_cli_uri_t *uri)
{
    size_t          len;
    login_error_t   error;
    login_result_e  rc;

    if (login_otpauth_parse(&uri->otpauth, buf, text, &error) != LOGIN_OK) {
        (void) snprintf(uri->why, sizeof(uri->why), "%s", error.text);
        return LOGIN_CLI_REFUSED;
    }

    rc = login_username_normalise((u_char *) uri->username, &len,
                                  uri->otpauth.username);

    if (rc == LOGIN_FAULT) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    if (rc == LOGIN_NO) {
        uri->username[0] = '\0';
        (void) snprintf(uri->why, sizeof(uri->why), "invalid user name");
        return LOGIN_CLI_REFUSED;
    }

    uri->username[len] = '\0';

    return login_cli_uri_add(cli, uri);
}


static login_cli_status_e
login_cli_uri_add(login_cli_t *cli, login_cli_uri_t *uri)
{
    unsigned             tries;
    login_result_e       rc;
    login_changes_t     *changes;
    login_cli_status_e   status;

    for (tries = 0; tries < LOGIN_CLI_TRIES; tries++) {

        changes = login_changes_create();
        if (changes == NULL) {
            login_cli_error("no memory");
            return LOGIN_CLI_UNUSABLE;
        }

        status = login_cli_view(cli);

        if (status == LOGIN_CLI_DONE) {
            status = login_cli_uri_once(cli, uri, changes);
            login_view_end(cli->view);
        }

        if (status != LOGIN_CLI_DONE || uri->found) {
            login_changes_destroy(changes);
            return status;
        }

        rc = login_cli_commit(cli, changes);

        if (rc != LOGIN_NO) {
            return rc == LOGIN_OK ? LOGIN_CLI_DONE : LOGIN_CLI_UNUSABLE;
        }
    }

    (void) snprintf(uri->why, sizeof(uri->why), "is being changed by others, "
                    "try again");

    return LOGIN_CLI_REFUSED;
}


static login_cli_status_e
login_cli_uri_once(login_cli_t *cli, login_cli_uri_t *uri,
    login_changes_t *changes)
{
    char                detail[LOGIN_DEVICE_NAME_MAX + 1];
    login_str_t         name;
    login_device_t      device;
    login_result_e      rc;
    login_account_t     account;
    login_cli_same_t    same;

    rc = login_account_find(&account, cli->view, cli->org,
                            login_cstr(uri->username));

    if (rc == LOGIN_NO) {
        (void) snprintf(uri->why, sizeof(uri->why), "user not found");
        return LOGIN_CLI_REFUSED;
    }

    uri->found = 0;

    same.view = cli->view;
    same.totp = &uri->otpauth.totp;
    same.found = &uri->found;

    if (rc == LOGIN_OK) {
        rc = login_device_walk(cli->view, account.id, login_cli_uri_same,
                               &same);
    }

    if (rc != LOGIN_OK) {
        return login_cli_fault();
    }

    if (uri->found) {
        return LOGIN_CLI_DONE;
    }

    name = login_device_name(uri->otpauth.issuer) == LOGIN_OK
           ? uri->otpauth.issuer : login_cstr("imported");

    rc = login_device_import(&device, changes, cli->view, &account,
                             &uri->otpauth.totp, name, cli->now);

    if (rc == LOGIN_FAULT) {
        return login_cli_fault();
    }

    if (rc == LOGIN_NO) {
        (void) snprintf(uri->why, sizeof(uri->why), "user has %d devices "
                        "already", LOGIN_DEVICES_MAX);
        return LOGIN_CLI_REFUSED;
    }

    (void) snprintf(detail, sizeof(detail), "%.*s", (int) name.len,
                    (const char *) name.data);
    login_cli_event(cli, changes, &account, LOGIN_LOG_MFA_IMPORTED, detail);

    return LOGIN_CLI_DONE;
}


/* The same file may be read again. */

static login_result_e
login_cli_uri_same(void *data, const login_device_t *device)
{
    login_totp_t       totp;
    login_cli_same_t  *same = data;

    if (device->pending) {
        return LOGIN_OK;
    }

    if (login_device_open(&totp, same->view, device) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (totp.len == same->totp->len
        && login_equal(totp.secret, same->totp->secret, totp.len))
    {
        *same->found = 1;
    }

    login_wipe(&totp, sizeof(login_totp_t));

    return LOGIN_OK;
}


static login_cli_status_e
login_cli_uri_result(login_cli_t *cli, size_t line,
    const login_cli_uri_t *uri, login_cli_status_e rc, json_t *json)
{
    json_t      *item;
    const char  *done;

    if (rc == LOGIN_CLI_UNUSABLE) {
        return rc;
    }

    done = uri->found ? "had it already" : "imported";

    if (!cli->json) {

        if (rc == LOGIN_CLI_DONE) {
            login_cli_say(cli, "%s: %s", uri->username, done);
            return rc;
        }

        login_cli_error("line %zu%s%s%s: %s", line,
                        uri->username[0] ? ", \"" : "", uri->username,
                        uri->username[0] ? "\"" : "", uri->why);
        return rc;
    }

    item = json_pack("{s:I, s:o, s:o, s:o}", "line", (json_int_t) line,
                     "username", uri->username[0]
                     ? login_cli_json_str(login_cstr(uri->username))
                     : json_null(),
                     "imported", json_boolean(rc == LOGIN_CLI_DONE
                                              && !uri->found),
                     "error", rc == LOGIN_CLI_DONE
                     ? json_null() : json_string(uri->why));

    return json_array_append_new(json, item) == 0 ? rc : LOGIN_CLI_UNUSABLE;
}
