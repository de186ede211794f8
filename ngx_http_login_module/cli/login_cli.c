
#include "login_cli.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/crypto.h>


static login_cli_status_e login_cli_run(login_cli_t *cli);


static const login_cli_option_t  login_cli_init_options[] = {
    { "--user", "NAME", 0, "user of nginx's workers (" LOGIN_CLI_USER ")" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_invite_options[] = {
    { "--name", "N", 0, "the person's name" },
    { "--role", "R", 1, "a role; may be repeated" },
    { "--language", "L", 0, "language of mail and pages, as in \"de\"" },
    { "--expires", "TIME", 0, "how long the link is good (30d)" },
    { "--no-mail", NULL, 0, "only print the link" },
    { "--portal", "URL", 0, "the portal, where nginx has none or several" },
    { "--file", "FILE|-", 0, "many, from CSV with a heading line" },
    { "--link", NULL, 0, "a link that many may use, needs login_mail" },
    { "--domain", "D", 1, "who may use it; may be repeated" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_list_options[] = {
    { "--role", "R", 0, "only who has this role" },
    { "--inactive", "TIME", 0, "only who did not sign in for so long" },
    { "--locked", NULL, 0, "only who failed too often to sign in now" },
    { "--no-mfa", NULL, 0, "only who has no device for a second factor" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_add_options[] = {
    { "--password-stdin", NULL, 0, "read the password from standard input" },
    { "--name", "N", 0, "the person's name" },
    { "--email", "E", 0, "address (the user name, where it is one)" },
    { "--role", "R", 1, "a role; may be repeated" },
    { "--language", "L", 0, "language of the pages, as in \"de\"" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_set_options[] = {
    { "--name", "N", 0, "the person's name; \"\" takes it away" },
    { "--email", "E", 0, "address; \"\" takes it away" },
    { "--language", "L", 0, "language of the pages; \"\" takes it away" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_role_options[] = {
    { "--add", "R", 1, "a role to give; may be repeated" },
    { "--remove", "R", 1, "a role to take away; may be repeated" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_password_options[] = {
    { "--stdin", NULL, 0, "read it from standard input" },
    { "--link", NULL, 0, "print a link by which the person sets it" },
    { "--portal", "URL", 0, "where it leads, if there are several portals" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_import_options[] = {
    { "--role", "R", 1, "a role for all of them; may be repeated" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_mail_options[] = {
    { "--wait", "TIME", 0, "for an answer of the relay (30s)" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_events_options[] = {
    { "--since", "TIME", 0, "only of so long ago until now" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_gates_options[] = {
    { "--open", NULL, 0, "only where nobody has to sign in" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_preview_options[] = {
    { "--templates", "DIR", 0, "pages of your own, as of login_templates" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_rotate_options[] = {
    { "--verify-first", NULL, 0, "the new key only verifies for now" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_move_options[] = {
    { "--to", "ORG", 0, "the organisation that the user is moved to" },
    { NULL, NULL, 0, NULL }
};

static const login_cli_option_t  login_cli_no_options[] = {
    { NULL, NULL, 0, NULL }
};


const login_cli_command_t  login_cli_commands[] = {

    { "init", "", 0, 0,
      "make the store and the key, as the workers need them",
      login_cli_init, login_cli_init_options },

    { "invite", "[U]", 0, 1,
      "print a link that lets somebody register",
      login_cli_invite, login_cli_invite_options },

    { "invite list", "", 0, 0,
      "list the invitations and how their mails went",
      login_cli_invite_list, login_cli_no_options },

    { "invite revoke", "ID|U", 1, 1,
      "end an invitation",
      login_cli_invite_revoke, login_cli_no_options },

    { "user list", "", 0, 0,
      "list the users",
      login_cli_user_list, login_cli_list_options },

    { "user show", "U", 1, 1,
      "show what is known of a user",
      login_cli_user_show, login_cli_no_options },

    { "user add", "U", 1, 1,
      "add a user",
      login_cli_user_add, login_cli_add_options },

    { "user set", "U", 1, 1,
      "change name, address or language of a user",
      login_cli_user_set, login_cli_set_options },

    { "user rename", "U NEW", 2, 2,
      "give a user another name",
      login_cli_user_rename, login_cli_no_options },

    { "user move", "U", 1, 1,
      "move a user to another organisation",
      login_cli_user_move, login_cli_move_options },

    { "user role", "U", 1, 1,
      "give roles to a user and take them away",
      login_cli_user_role, login_cli_role_options },

    { "user password", "U", 1, 1,
      "set a user's password, or make a link that does",
      login_cli_user_password, login_cli_password_options },

    { "user disable", "U", 1, 1,
      "refuse a user and end all sessions",
      login_cli_user_disable, login_cli_no_options },

    { "user enable", "U", 1, 1,
      "let a disabled user sign in again",
      login_cli_user_enable, login_cli_no_options },

    { "user remove", "U", 1, 1,
      "remove a user with everything that is known of it",
      login_cli_user_remove, login_cli_no_options },

    { "user unlock", "U|ADDRESS", 1, 1,
      "forget failed sign-ins of a user or from an address",
      login_cli_user_unlock, login_cli_no_options },

    { "mfa list", "U", 1, 1,
      "list what a user has for a second factor",
      login_cli_mfa_list, login_cli_no_options },

    { "mfa reset", "U", 1, 1,
      "take it away, of who lost it; ends all sessions",
      login_cli_mfa_reset, login_cli_no_options },

    { "mfa export", "U", 1, 1,
      "print a user's devices as otpauth URIs, with secrets",
      login_cli_mfa_export, login_cli_no_options },

    { "mfa import", "FILE|-", 1, 1,
      "add devices to users, from otpauth URIs",
      login_cli_mfa_import, login_cli_no_options },

    { "session list", "[U]", 0, 1,
      "list the sessions of a user, or of all",
      login_cli_session_list, login_cli_no_options },

    { "session revoke", "U [ID]", 1, 2,
      "end one session of a user, or all of them",
      login_cli_session_revoke, login_cli_no_options },

    { "import htpasswd", "FILE|-", 1, 1,
      "add the users of auth_basic's file",
      login_cli_import_htpasswd, login_cli_import_options },

    { "import authelia", "FILE|-", 1, 1,
      "add the users of Authelia's file",
      login_cli_import_authelia, login_cli_import_options },

    { "mail test", "ADDRESS", 1, 1,
      "send a mail and show what the relay says",
      login_cli_mail_test, login_cli_mail_options },

    { "mail list", "", 0, 0,
      "list the mails of the last 30 days and how they went",
      login_cli_mail_list, login_cli_no_options },

    { "mail retry", "[ID]", 0, 1,
      "send queued mails now, one or all",
      login_cli_mail_retry, login_cli_no_options },

    { "key list", "", 0, 0,
      "list the keys and how many records need each",
      login_cli_key_list, login_cli_no_options },

    { "key rotate", "", 0, 0,
      "make a new key sign; then: nginx -s reload",
      login_cli_key_rotate, login_cli_rotate_options },

    { "key reseal", "", 0, 0,
      "write all records anew with the key that signs",
      login_cli_key_reseal, login_cli_no_options },

    { "key retire", "ID", 1, 1,
      "take a key away that no record needs",
      login_cli_key_retire, login_cli_no_options },

    { "backup", "FILE", 1, 1,
      "write all that the store has to a new file",
      login_cli_backup, login_cli_no_options },

    { "restore", "FILE", 1, 1,
      "put a backup in the store's place; stop nginx before",
      login_cli_backup_restore, login_cli_init_options },

    { "check", "", 0, 0,
      "look at all records, the keys, the clock, the disk",
      login_cli_check, login_cli_no_options },

    { "stat", "", 0, 0,
      "show how much is in the store, and how full it is",
      login_cli_stat, login_cli_no_options },

    { "upgrade", "", 0, 0,
      "bring an older version's store to this one's format",
      login_cli_upgrade, login_cli_no_options },

    { "events", "[U]", 0, 1,
      "show what happened to a user, or to all",
      login_cli_events, login_cli_events_options },

    { "explain", "CODE", 1, 1,
      "tell the reason behind the code of a refusal",
      login_cli_explain, login_cli_no_options },

    { "preview", "DIR", 1, 1,
      "write all pages and mails in all languages",
      login_cli_preview, login_cli_preview_options },

    { "gates", "", 0, 0,
      "list servers and locations with what they require",
      login_cli_gates, login_cli_gates_options },

    { NULL, NULL, 0, 0, NULL, NULL, NULL }
};


int
main(int argc, char **argv)
{
    login_cli_t         cli;
    struct rlimit       none;
    login_cli_status_e  rc;

    (void) umask(077);

    /* a core would have the key and passwords in it */

    memset(&none, 0, sizeof(struct rlimit));
    (void) setrlimit(RLIMIT_CORE, &none);

    /* where this fails, later calls of OpenSSL 3.0 do not, but crash */

    if (OSSL_LIB_CTX_get0_global_default() == NULL) {
        login_cli_error("OpenSSL cannot be started, is there memory?");
        return LOGIN_CLI_UNUSABLE;
    }

    memset(&cli, 0, sizeof(login_cli_t));

    cli.path = LOGIN_CLI_STORE;
    cli.key = LOGIN_CLI_KEY;
    cli.org = login_cstr(LOGIN_ORG_DEFAULT);
    cli.now = (uint64_t) time(NULL);

    rc = login_cli_parse(&cli, argc, argv);
    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_run(&cli);
    }

    login_cli_close(&cli);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        login_cli_error("standard output could not be written");
        return rc == LOGIN_CLI_DONE ? LOGIN_CLI_REFUSED : rc;
    }

    return rc;
}


static login_cli_status_e
login_cli_run(login_cli_t *cli)
{
    if (cli->version) {
        (void) printf("nginx-login %s\n", LOGIN_CLI_VERSION);
        return LOGIN_CLI_DONE;
    }

    if (cli->help) {
        login_cli_help(stdout, cli);
        return LOGIN_CLI_DONE;
    }

    login_cli_actor(cli);

    return cli->command->run(cli);
}


login_cli_status_e
login_cli_explain(login_cli_t *cli)
{
    login_reason_e  reason;

    if (login_reason_find(&reason, login_cstr(cli->args[0])) != LOGIN_OK) {
        login_cli_error("unknown code \"%s\"", cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    if (cli->json) {
        return login_cli_json(json_pack("{s:s, s:s}",
                                        "code", login_reason_code(reason),
                                        "text", login_reason_text(reason)));
    }

    (void) printf("%s: %s\n", login_reason_code(reason),
                  login_reason_text(reason));

    return LOGIN_CLI_DONE;
}
