
/* Secrets of authenticator apps as otpauth URIs, to be taken elsewhere. */

#include "login_cli.h"

#include <stdlib.h>
#include <string.h>


/* Gathered first: nobody is waited for while a view is open. */
typedef struct {
    login_cli_t            *cli;
    const login_account_t  *account;
    login_str_t             issuer;
    size_t                  n;
    struct {
        size_t              len;
        u_char              text[LOGIN_OTPAUTH_MAX];
        size_t              name_len;
        u_char              name[LOGIN_DEVICE_NAME_MAX];
    } uris[LOGIN_DEVICES_MAX];
} login_cli_export_t;


static login_cli_status_e login_cli_export_issuer(login_cli_t *cli,
    char issuer[LOGIN_OTPAUTH_ISSUER + 1]);
static login_cli_status_e login_cli_edit_export(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);
static login_result_e login_cli_export_device(void *data,
    const login_device_t *device);
static login_cli_status_e login_cli_export_print(login_cli_t *cli,
    const login_cli_export_t *export);


login_cli_status_e
login_cli_mfa_export(login_cli_t *cli)
{
    char                 username[LOGIN_USERNAME_MAX + 1];
    char                 issuer[LOGIN_OTPAUTH_ISSUER + 1];
    login_cli_export_t  *export;
    login_cli_status_e   rc;

    rc = login_cli_begin(cli, username);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_export_issuer(cli, issuer);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    export = calloc(1, sizeof(login_cli_export_t));
    if (export == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    export->cli = cli;
    export->issuer = login_cstr(issuer);

    /* no secret leaves without the event of it */

    rc = login_cli_change(cli, username, login_cli_edit_export, export);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_export_print(cli, export);
    }

    login_wipe(export, sizeof(login_cli_export_t));
    free(export);

    return rc;
}


/* What the app shows beside the name. */

static login_cli_status_e
login_cli_export_issuer(login_cli_t *cli,
    char issuer[LOGIN_OTPAUTH_ISSUER + 1])
{
    size_t               i;
    login_url_t          url;
    login_str_t          name;
    login_arena_t       *arena;
    login_policy_t       policy;
    login_cli_status_e   rc;

    name = cli->org;

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_policy(cli, &policy, arena);

    for (i = 0; rc == LOGIN_CLI_DONE && i < policy.n; i++) {
        if (login_str_eq(cli->org, login_cstr(LOGIN_ORG_DEFAULT))
            && policy.servers[i].own
            && login_url_parse(&url, policy.servers[i].portal) == LOGIN_OK)
        {
            name = url.host;
            break;
        }
    }

    (void) snprintf(issuer, LOGIN_OTPAUTH_ISSUER + 1, "%.*s", (int) name.len,
                    (const char *) name.data);

    login_arena_destroy(arena);

    return rc;
}


static login_cli_status_e
login_cli_edit_export(login_cli_t *cli, login_account_t *account,
    login_changes_t *changes, void *data)
{
    login_cli_export_t  *export = data;

    export->account = account;
    export->n = 0;

    if (login_device_walk(cli->view, account->id, login_cli_export_device,
                          export)
        != LOGIN_OK)
    {
        return login_cli_fault();
    }

    if (export->n == 0) {
        login_cli_error("user \"%.*s\" has no device",
                        (int) account->username.len,
                        (const char *) account->username.data);
        return LOGIN_CLI_REFUSED;
    }

    login_cli_event(cli, changes, account, LOGIN_LOG_MFA_EXPORTED, NULL);

    return LOGIN_CLI_DONE;
}


static login_result_e
login_cli_export_device(void *data, const login_device_t *device)
{
    size_t               n;
    login_totp_t         totp;
    login_cli_export_t  *export = data;

    if (device->pending || export->n == LOGIN_DEVICES_MAX) {
        return LOGIN_OK;
    }

    if (login_device_open(&totp, export->cli->view, device) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    n = export->n++;

    export->uris[n].len = login_otpauth_write(export->uris[n].text, &totp,
                                              export->issuer,
                                              export->account->username);

    memcpy(export->uris[n].name, device->name.data, device->name.len);
    export->uris[n].name_len = device->name.len;

    login_wipe(&totp, sizeof(login_totp_t));

    return LOGIN_OK;
}


static login_cli_status_e
login_cli_export_print(login_cli_t *cli, const login_cli_export_t *export)
{
    size_t       i;
    json_t      *json, *item;
    login_str_t  name, text;

    json = cli->json ? json_array() : NULL;

    for (i = 0; i < export->n; i++) {
        name = login_str(export->uris[i].name, export->uris[i].name_len);
        text = login_str(export->uris[i].text, export->uris[i].len);

        if (!cli->json) {
            (void) printf("%.*s\n", (int) text.len, (const char *) text.data);
            continue;
        }

        item = json_pack("{s:o, s:o}", "name", login_cli_json_str(name),
                         "uri", login_cli_json_str(text));

        if (json_array_append_new(json, item) != 0) {
            json_decref(json);
            return login_cli_json(NULL);
        }
    }

    return cli->json ? login_cli_json(json) : LOGIN_CLI_DONE;
}
