
/* nginx-login: the command line over the core. */

#ifndef LOGIN_CLI_H
#define LOGIN_CLI_H


#include "login.h"

#include <jansson.h>
#include <limits.h>
#include <sys/stat.h>


#define LOGIN_CLI_VERSION      "0.1.0"

#define LOGIN_CLI_STORE        LOGIN_STORE_PATH
#define LOGIN_CLI_KEY          "/etc/nginx/login.key"
#define LOGIN_CLI_USER         "www-data"

#define LOGIN_CLI_KEY_SIZE     65536    /* of the file, at most */

#define LOGIN_CLI_ARGS_MAX     2
#define LOGIN_CLI_OPTIONS_MAX  128

/* how often a change is tried again that met another one */
#define LOGIN_CLI_TRIES        16

/* bytes of an id in hexadecimal, with a NUL */
#define LOGIN_CLI_ID_SIZE      (2 * LOGIN_ID_LEN + 1)

/* bytes of a reason, with a NUL */
#define LOGIN_CLI_WHY_SIZE     384

/* bytes of a key's id, with a NUL */
#define LOGIN_CLI_KEY_ID_SIZE  (2 * LOGIN_KEY_ID_LEN + 1)


/* The exit status; see interface and manual page. */
typedef enum {
    LOGIN_CLI_DONE = 0,
    LOGIN_CLI_REFUSED,          /* refused, or not found */
    LOGIN_CLI_USAGE,            /* wrong usage */
    LOGIN_CLI_UNUSABLE          /* the store or the key */
} login_cli_status_e;

typedef struct {
    const char                 *name;       /* "--role" */
    const char                 *value;      /* "R"; NULL: has none */
    unsigned                    repeat;     /* may come more than once */
    const char                 *help;
} login_cli_option_t;

typedef struct login_cli_s  login_cli_t;

typedef struct {
    const char                 *name;       /* "user add" */
    const char                 *args;       /* "U [ID]" */
    unsigned                    min;        /* of the arguments */
    unsigned                    max;
    const char                 *help;
    login_cli_status_e        (*run)(login_cli_t *cli);
    const login_cli_option_t   *options;    /* up to one without a name */
} login_cli_command_t;

typedef struct {
    const login_cli_option_t   *option;
    const char                 *value;
} login_cli_given_t;

struct login_cli_s {
    const char                 *path;       /* of the store */
    const char                 *key;
    login_str_t                 org;        /* empty: which one, or all */
    u_char                      org_name[LOGIN_USERNAME_MAX];
    unsigned                    json;
    unsigned                    help;
    unsigned                    version;
    uint64_t                    now;
    char                        actor[LOGIN_LOG_TEXT + 1];

    const char                 *group;      /* "user" without "add" */
    const login_cli_command_t  *command;
    const char                 *args[LOGIN_CLI_ARGS_MAX];
    unsigned                    nargs;
    login_cli_given_t           given[LOGIN_CLI_OPTIONS_MAX];
    size_t                      ngiven;

    login_keyring_t             ring;
    login_store_t              *store;
    login_view_t               *view;
    login_commit_t             *commit;
    unsigned                    changed;    /* something was committed */
};

/* What options say of an account; NULL: nothing. */
typedef struct {
    const char                 *name;
    const char                 *email;
    const char                 *language;
} login_cli_fields_t;

/* Roles as the account keeps them, comma-separated. */
typedef struct {
    size_t                      len;
    u_char                      data[LOGIN_ROLES_MAX];
} login_cli_roles_t;

/* What all invitations of one command have in common. */
typedef struct {
    login_cli_fields_t          fields;
    login_cli_roles_t           roles;
    login_str_t                 portal;
    uint64_t                    expires;
    unsigned                    only;       /* single sign-on */
    unsigned                    relay;      /* mails can be sent */
    unsigned                    mail;       /* and are to be */
} login_cli_invite_t;

/* A table for people. */
typedef struct {
    size_t                      columns;
    size_t                      n;          /* cells */
    size_t                      size;
    char                      **cells;
    unsigned                    failed;     /* no memory */
} login_cli_table_t;

/* A key file that is about to be changed. */
typedef struct {
    int                         fd;         /* holds the lock */
    char                        path[PATH_MAX];     /* without links */
    struct stat                 st;
    size_t                      len;
    u_char                      text[LOGIN_CLI_KEY_SIZE];
} login_cli_key_file_t;

/* How many records each key has sealed. */
typedef struct {
    const login_keyring_t      *ring;
    size_t                      next;       /* signs after the next turn */
    uint64_t                    records[LOGIN_KEYS_MAX];
    uint64_t                    unread;     /* of no key that is there */
} login_cli_key_count_t;


extern const login_cli_command_t  login_cli_commands[];


/* login_cli_args.c */
login_cli_status_e login_cli_org(login_cli_t *cli);

/* Is the command about one? */
int login_cli_org_matters(const login_cli_t *cli);

/* Says that it is needed. */
login_cli_status_e login_cli_org_which(void);

login_cli_status_e login_cli_parse(login_cli_t *cli, int argc, char **argv);

/* The value of an option, or its name where it has none; NULL: not given. */
const char *login_cli_option(const login_cli_t *cli, const char *name);

/* The same for the one number "*i" or after; "*i" becomes the next. */
const char *login_cli_option_next(const login_cli_t *cli, const char *name,
    size_t *i);

/* login_cli_help.c */
void login_cli_help(FILE *out, const login_cli_t *cli);
extern const login_cli_option_t  login_cli_globals[];

/* login_cli_output.c */

/* One line on standard error: "nginx-login: ..." */
void login_cli_error(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/* One line on standard output, for people: nothing with --json. */
void login_cli_say(const login_cli_t *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * A copy that can do nothing to a terminal: control characters, marks of
 * direction, invisible ones and broken UTF-8 become visible escapes.
 * NULL: no memory.
 */
char *login_cli_clean(login_str_t s);

void login_cli_cell(login_cli_table_t *table, login_str_t s);
void login_cli_cell_time(login_cli_table_t *table, uint64_t when);

/* Both free the cells. */
login_cli_status_e login_cli_table_print(login_cli_table_t *table);
void login_cli_table_free(login_cli_table_t *table);

/* "2026-11-24 06:52", or "never" for 0. */
void login_cli_time(char dst[32], uint64_t when);

/* Prints "json" and takes it; NULL: there was no memory for it. */
login_cli_status_e login_cli_json(json_t *json);
json_t *login_cli_json_str(login_str_t s);
json_t *login_cli_json_time(uint64_t when);     /* 0: null */
json_t *login_cli_json_list(login_str_t s);     /* comma-separated */

/* login_cli_store.c */

/* Reads the key, becomes the store's owner, opens the store. */
login_cli_status_e login_cli_open(login_cli_t *cli);
void login_cli_close(login_cli_t *cli);

/* Root becomes that user: no file in a store may ever belong to root. */
login_cli_status_e login_cli_become(uid_t uid, gid_t gid);

/*
 * Runs "run" in a process of its own, where it may become the store's owner
 * for good, and waits for it.
 */
typedef login_cli_status_e (*login_cli_run_pt)(login_cli_t *cli, void *data);

login_cli_status_e login_cli_apart(login_cli_t *cli, login_cli_run_pt run,
    void *data);

login_cli_status_e login_cli_view(login_cli_t *cli);
login_cli_status_e login_cli_fault(void);

/* Commits and destroys "changes"; LOGIN_NO: met another change. */
login_result_e login_cli_commit(login_cli_t *cli, login_changes_t *changes);

/* Opens the store, with the ring that is there, as its owner. */
login_cli_status_e login_cli_enter(login_cli_t *cli);

/* login_cli_event.c: what was done, by whom, kept in the store */

/* Finds out who runs this; before root becomes the store's owner. */
void login_cli_actor(login_cli_t *cli);

/* Sets kind, time and actor; the rest is yours. */
void login_cli_event_init(const login_cli_t *cli, login_log_event_t *event,
    login_log_kind_e kind);

/*
 * Adds an event of the account, with the view open.  "detail" may be NULL.
 */
void login_cli_event(login_cli_t *cli, login_changes_t *changes,
    const login_account_t *account, login_log_kind_e kind,
    const char *detail);

/* The same of a link that belongs to no account. */
void login_cli_event_link(login_cli_t *cli, login_changes_t *changes,
    login_log_kind_e kind, const char *detail);

/*
 * Keeps one of the store, which is open.  Where that fails, it is said, and
 * that is all: what it tells of is done.
 */
void login_cli_event_alone(login_cli_t *cli, login_log_kind_e kind,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * The same in a process of its own, which becomes the store's owner, if
 * there is a store; the event is sealed with "ring" (NULL: as of the file).
 */
void login_cli_event_apart(login_cli_t *cli, const login_keyring_t *ring,
    login_log_kind_e kind, const char *detail);

/* login_cli_file.c */

/* "-" is standard input.  The text is the caller's to wipe and free. */
login_cli_status_e login_cli_file_read(login_str_t *text, const char *path);

/* login_cli_key_file.c */

/* "*missing" (may be NULL) becomes 1 where there is no such file. */
login_cli_status_e login_cli_key_read(login_keyring_t *ring, const char *path,
    int *missing);

/* Opens the file to be changed: nobody else changes it meanwhile. */
login_cli_status_e login_cli_key_lock(login_cli_key_file_t *file,
    login_keyring_t *ring, const char *path);
void login_cli_key_unlock(login_cli_key_file_t *file);

/* Puts "text" in its place, all of it or nothing. */
login_cli_status_e login_cli_key_replace(const login_cli_key_file_t *file,
    login_str_t text);
login_cli_status_e login_cli_key_write(int fd, login_str_t text);

/* The directory of "path", which is cut; where it can't, no harm is done. */
void login_cli_sync(char *path);

/* login_cli_key.c */

/* Counts in the open store. */
login_cli_status_e login_cli_key_count(login_cli_t *cli,
    login_cli_key_count_t *count);
void login_cli_key_id(char dst[LOGIN_CLI_KEY_ID_SIZE],
    const login_key_t *key);

/* login_cli_account.c */

/* The canonical form of a user name, terminated. */
login_cli_status_e login_cli_username(char dst[LOGIN_USERNAME_MAX + 1],
    const char *in);

/* Opens the store for the one in the first argument. */
login_cli_status_e login_cli_begin(login_cli_t *cli,
    char username[LOGIN_USERNAME_MAX + 1]);

/* Finds the account; the view is open from then on if this is DONE. */
login_cli_status_e login_cli_find(login_cli_t *cli, login_account_t *account,
    const char *username);

/*
 * Changes one account: "edit" fills "changes" from what it is now, with the
 * view open, and is called again where another change came in between.
 */
typedef login_cli_status_e (*login_cli_edit_pt)(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes, void *data);

login_cli_status_e login_cli_change(login_cli_t *cli, const char *username,
    login_cli_edit_pt edit, void *data);

/* Signs the account out everywhere; login_account_update() is to follow. */
login_cli_status_e login_cli_sign_out(login_cli_t *cli,
    login_account_t *account, login_changes_t *changes);

void login_cli_set_fields(login_account_t *account,
    const login_cli_fields_t *fields);

/* 'user "alice" disabled', or in JSON what the account is now. */
login_cli_status_e login_cli_report(login_cli_t *cli, const char *username,
    const char *done);

/* Is it a session still, as far as the store knows? */
int login_cli_session_alive(const login_session_t *session,
    const login_account_t *account, uint64_t epoch);

/* "active", "disabled", "invited", "locked", "no password". */
const char *login_cli_state(const login_account_t *account, uint64_t until);

/* Prints the account, as JSON or for people. */
login_cli_status_e login_cli_account_show(login_cli_t *cli,
    const login_account_t *account);
json_t *login_cli_account_json(login_cli_t *cli,
    const login_account_t *account);
void login_cli_id(char dst[LOGIN_CLI_ID_SIZE], const u_char id[LOGIN_ID_LEN]);

/* login_cli_check.c: values of options */
login_cli_status_e login_cli_fields(login_cli_t *cli,
    login_cli_fields_t *fields, char email[LOGIN_USERNAME_MAX + 1]);
login_cli_status_e login_cli_check_time(uint64_t *seconds, const char *value);
login_cli_status_e login_cli_check_name(const char *value);
login_cli_status_e login_cli_check_language(const char *value);
login_cli_status_e login_cli_check_role(const char *value);

/* Those of "--role". */
login_cli_status_e login_cli_roles(login_cli_t *cli,
    login_cli_roles_t *roles);

login_cli_status_e login_cli_roles_add(login_cli_roles_t *roles,
    const char *role);
void login_cli_roles_remove(login_cli_roles_t *roles, const char *role);

/* login_cli_password.c */

/*
 * Reads a new password from standard input, or asks twice on a terminal.  It
 * must be one that nginx would take from the person: "words" are theirs.
 */
login_cli_status_e login_cli_password(login_cli_t *cli,
    char phc[LOGIN_PHC_MAX + 1], login_words_t *words);

/*
 * login_cli_provider.c: may people of the organisation have passwords?  The
 * second one asks what nginx wrote.
 */

login_cli_status_e login_cli_passwords(const login_cli_t *cli,
    const login_policy_t *policy);
login_cli_status_e login_cli_passwords_taken(login_cli_t *cli);

/* Do they sign in through providers only? */
unsigned login_cli_only(const login_cli_t *cli, const login_policy_t *policy);

/*
 * The provider that makes the account anew when its owner signs in there
 * once more; empty: none does.
 */
typedef struct {
    char   provider[LOGIN_PROVIDER_MAX + 1];
} login_cli_back_t;

login_result_e login_cli_back(login_cli_back_t *back, login_cli_t *cli,
    const login_account_t *account, const login_policy_t *policy);


/*
 * login_cli_notice.c: may owners be told by mail?  And one such mail, of
 * which the caller has zeroed what it does not set: "kind", "to", "username".
 */

login_cli_status_e login_cli_notices(login_cli_t *cli, unsigned *mails);
login_result_e login_cli_notice(login_cli_t *cli, login_changes_t *changes,
    const login_account_t *account, login_mail_t *mail);


/* login_cli_policy.c */

/*
 * What nginx wrote into the open store; the defaults, and no servers, where
 * it wrote nothing yet.
 */
login_cli_status_e login_cli_policy(login_cli_t *cli, login_policy_t *policy,
    login_arena_t *arena);

/* "*list" (may become NULL) is the caller's to destroy. */
login_cli_status_e login_cli_rules(const login_cli_t *cli,
    const login_policy_t *policy, login_rules_t *rules,
    login_blocklist_t **list);

/* The portal's URL: of "--portal", or the only one that nginx has. */
login_cli_status_e login_cli_portal(const login_cli_t *cli,
    const login_policy_t *policy, login_str_t *url);

/* login_cli_link.c: "user password --link" */
login_cli_status_e login_cli_link(login_cli_t *cli);

/* login_cli_invite.c */

/* REFUSED: "why" becomes one line; UNUSABLE: it is said already. */
login_cli_status_e login_cli_invite_make(login_cli_t *cli,
    login_invite_t *invite, char why[LOGIN_CLI_WHY_SIZE]);
void login_cli_invite_set(const login_cli_t *cli,
    const login_cli_invite_t *invite, login_invite_t *made,
    const char *username);
json_t *login_cli_invite_json(const login_invite_t *invite);
login_cli_status_e login_cli_invite_file(login_cli_t *cli,
    const login_cli_invite_t *invite, const char *path);

/* login_cli_init.c: whose the store is to be */
login_cli_status_e login_cli_init_owner(const login_cli_t *cli, uid_t *uid,
    gid_t *gid);

/* login_cli_mail.c */

/* Does nginx send mails?  If not, the error says so. */
login_cli_status_e login_cli_mail_configured(login_cli_t *cli);

/* The commands. */
login_cli_status_e login_cli_init(login_cli_t *cli);
login_cli_status_e login_cli_invite(login_cli_t *cli);
login_cli_status_e login_cli_invite_list(login_cli_t *cli);
login_cli_status_e login_cli_invite_revoke(login_cli_t *cli);
login_cli_status_e login_cli_user_list(login_cli_t *cli);
login_cli_status_e login_cli_user_show(login_cli_t *cli);
login_cli_status_e login_cli_user_add(login_cli_t *cli);
login_cli_status_e login_cli_user_set(login_cli_t *cli);
login_cli_status_e login_cli_user_rename(login_cli_t *cli);
login_cli_status_e login_cli_user_move(login_cli_t *cli);
login_cli_status_e login_cli_user_role(login_cli_t *cli);
login_cli_status_e login_cli_user_password(login_cli_t *cli);
login_cli_status_e login_cli_user_disable(login_cli_t *cli);
login_cli_status_e login_cli_user_enable(login_cli_t *cli);
login_cli_status_e login_cli_user_remove(login_cli_t *cli);
login_cli_status_e login_cli_user_unlock(login_cli_t *cli);
login_cli_status_e login_cli_mfa_list(login_cli_t *cli);
login_cli_status_e login_cli_mfa_reset(login_cli_t *cli);
login_cli_status_e login_cli_mfa_export(login_cli_t *cli);
login_cli_status_e login_cli_mfa_import(login_cli_t *cli);
login_cli_status_e login_cli_session_list(login_cli_t *cli);
login_cli_status_e login_cli_session_revoke(login_cli_t *cli);
login_cli_status_e login_cli_import_htpasswd(login_cli_t *cli);
login_cli_status_e login_cli_import_authelia(login_cli_t *cli);
login_cli_status_e login_cli_mail_test(login_cli_t *cli);
login_cli_status_e login_cli_mail_list(login_cli_t *cli);
login_cli_status_e login_cli_mail_retry(login_cli_t *cli);
login_cli_status_e login_cli_key_list(login_cli_t *cli);
login_cli_status_e login_cli_key_rotate(login_cli_t *cli);
login_cli_status_e login_cli_key_reseal(login_cli_t *cli);
login_cli_status_e login_cli_key_retire(login_cli_t *cli);
login_cli_status_e login_cli_backup(login_cli_t *cli);
login_cli_status_e login_cli_backup_restore(login_cli_t *cli);
login_cli_status_e login_cli_check(login_cli_t *cli);
login_cli_status_e login_cli_stat(login_cli_t *cli);
login_cli_status_e login_cli_upgrade(login_cli_t *cli);
login_cli_status_e login_cli_events(login_cli_t *cli);
login_cli_status_e login_cli_explain(login_cli_t *cli);
login_cli_status_e login_cli_gates(login_cli_t *cli);
login_cli_status_e login_cli_preview(login_cli_t *cli);


#endif /* LOGIN_CLI_H */
