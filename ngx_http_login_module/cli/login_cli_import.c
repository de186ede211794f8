
/*
 * Accounts from elsewhere.  They come with the hash of their password, which
 * is checked as it is until the owner signs in, and is then made anew.
 */

#include "login_cli.h"
#include "login_cli_import.h"

#include <stdarg.h>
#include <string.h>


/* In the form that accounts have them in. */
typedef struct {
    char   username[LOGIN_USERNAME_MAX + 1];
    char   email[LOGIN_USERNAME_MAX];
} login_cli_names_t;


static login_cli_status_e login_cli_import_roles(login_cli_import_t *import);
static const char *login_cli_import_names(login_account_t *account,
    login_cli_names_t *names, const login_cli_entry_t *entry);
static login_cli_status_e login_cli_import_hash(login_cli_import_t *import,
    char phc[LOGIN_PHC_MAX + 1], const login_cli_entry_t *entry);
static login_cli_status_e login_cli_import_hasher(
    login_cli_import_t *import);
static login_cli_status_e login_cli_import_add(login_cli_import_t *import,
    const login_account_t *account, unsigned line);
static login_cli_status_e login_cli_import_commit(
    login_cli_import_t *import);


login_cli_status_e
login_cli_import_begin(login_cli_import_t *import, login_cli_t *cli,
    login_str_t *text)
{
    login_cli_status_e  rc;

    *text = login_str(NULL, 0);

    memset(import, 0, sizeof(login_cli_import_t));
    import->cli = cli;

    rc = login_cli_import_roles(import);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    if (cli->json) {
        import->refused = json_array();

        if (import->refused == NULL) {
            login_cli_error("no memory");
            return LOGIN_CLI_UNUSABLE;
        }
    }

    /* before root becomes the owner of the store */

    rc = login_cli_file_read(text, cli->args[0]);

    return rc == LOGIN_CLI_DONE ? login_cli_open(cli) : rc;
}


static login_cli_status_e
login_cli_import_roles(login_cli_import_t *import)
{
    size_t               i;
    const char          *role;
    login_cli_status_e   rc;

    i = 0;

    for ( ;; ) {
        role = login_cli_option_next(import->cli, "--role", &i);
        if (role == NULL) {
            return LOGIN_CLI_DONE;
        }

        rc = login_cli_check_role(role);

        if (rc == LOGIN_CLI_DONE) {
            rc = login_cli_roles_add(&import->roles, role);
        }

        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }
}


login_cli_status_e
login_cli_import_entry(login_cli_import_t *import,
    const login_cli_entry_t *entry)
{
    char                 phc[LOGIN_PHC_MAX + 1];
    const char          *error;
    login_account_t      account;
    login_cli_status_e   status;
    login_cli_names_t    names;

    if (login_account_new(&account, import->cli->now) != LOGIN_OK) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    error = login_cli_import_names(&account, &names, entry);

    if (error != NULL) {
        login_cli_import_refuse(import, entry->line, NULL, "%s", error);
        return LOGIN_CLI_DONE;
    }

    phc[0] = '\0';

    status = login_cli_import_hash(import, phc, entry);

    if (status == LOGIN_CLI_REFUSED) {
        login_cli_import_refuse(import, entry->line, names.username,
                                "its password hash is of no kind that is "
                                "known, or takes too long to check");
        return LOGIN_CLI_DONE;
    }

    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    account.org = import->cli->org;
    account.disabled = entry->disabled;
    account.password = login_cstr(phc);
    account.roles = login_str(entry->roles.data, entry->roles.len);

    status = login_cli_import_add(import, &account, entry->line);

    login_wipe(phc, sizeof(phc));

    return status;
}


/* What is wrong, or NULL. */

static const char *
login_cli_import_names(login_account_t *account, login_cli_names_t *names,
    const login_cli_entry_t *entry)
{
    size_t  i, len;

    if (login_username_normalise((u_char *) names->username, &len,
                                 entry->username)
        != LOGIN_OK)
    {
        return "invalid user name";
    }

    names->username[len] = '\0';
    account->username = login_str(names->username, len);

    if (memchr(names->username, '@', len) != NULL) {
        account->email = account->username;
    }

    if (entry->email.len != 0) {

        if (memchr(entry->email.data, '@', entry->email.len) == NULL
            || login_username_normalise((u_char *) names->email, &len,
                                        entry->email)
               != LOGIN_OK)
        {
            return "invalid address";
        }

        account->email = login_str(names->email, len);
    }

    for (i = 0; i < entry->name.len; i++) {
        if (entry->name.data[i] < 0x20 || entry->name.data[i] == 0x7f) {
            return "its name has control characters";
        }
    }

    if (entry->name.len > LOGIN_FULLNAME_MAX
        || login_utf8_check(entry->name, NULL) != LOGIN_OK)
    {
        return "its name is too long, or not UTF-8";
    }

    account->name = entry->name;

    return NULL;
}


/* REFUSED: nothing that could ever be checked. */

static login_cli_status_e
login_cli_import_hash(login_cli_import_t *import, char phc[LOGIN_PHC_MAX + 1],
    const login_cli_entry_t *entry)
{
    login_phc_t         own;
    login_str_t         hash;
    login_cli_status_e  status;

    hash = entry->hash;

    if (login_phc_decode(&own, hash) == LOGIN_OK
        || login_foreign_check(hash) == LOGIN_OK)
    {
        memcpy(phc, hash.data, hash.len);
        phc[hash.len] = '\0';
        return LOGIN_CLI_DONE;
    }

    if (!login_str_begins(hash, "{PLAIN}")) {
        return LOGIN_CLI_REFUSED;
    }

    hash.data += sizeof("{PLAIN}") - 1;
    hash.len -= sizeof("{PLAIN}") - 1;

    if (hash.len == 0 || hash.len > LOGIN_PASSWORD_MAX) {
        return LOGIN_CLI_REFUSED;
    }

    status = login_cli_import_hasher(import);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    if (login_password_hash(phc, import->hasher, hash) != LOGIN_OK)
    {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


/* One for all of them, with the cost that nginx has. */

static login_cli_status_e
login_cli_import_hasher(login_cli_import_t *import)
{
    login_cost_t         cost;
    login_arena_t       *arena;
    login_policy_t       policy;
    login_cli_status_e   rc;

    if (import->hasher != NULL) {
        return LOGIN_CLI_DONE;
    }

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_policy(import->cli, &policy, arena);

    cost.memory = policy.hash_memory;
    cost.passes = policy.hash_passes;

    login_arena_destroy(arena);

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    import->hasher = login_hasher_create(&cost);
    if (import->hasher == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_import_add(login_cli_import_t *import,
    const login_account_t *account, unsigned line)
{
    size_t            n;
    login_changes_t  *changes;

    changes = login_changes_create();
    if (changes == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    login_account_add(changes, account);

    n = import->n++;

    import->sets[n] = changes;
    import->lines[n] = line;

    memcpy(import->names[n], account->username.data, account->username.len);
    import->names[n][account->username.len] = '\0';

    return import->n == LOGIN_CLI_BATCH ? login_cli_import_commit(import)
                                        : LOGIN_CLI_DONE;
}


/* Each set learns its own result, so that one who exists stops nobody. */

static login_cli_status_e
login_cli_import_commit(login_cli_import_t *import)
{
    size_t              i;
    const char         *why;
    login_cli_status_e  rc;

    if (import->n == 0) {
        return LOGIN_CLI_DONE;
    }

    rc = LOGIN_CLI_UNUSABLE;
    why = "it cannot be read";

    if (login_commit_begin(import->cli->commit) == LOGIN_OK) {
        login_commit_apply(import->cli->commit, import->sets, import->n);
        rc = LOGIN_CLI_DONE;
    }

    for (i = 0; i < import->n; i++) {

        switch (rc == LOGIN_CLI_DONE ? login_changes_result(import->sets[i])
                                     : LOGIN_FAULT)
        {
        case LOGIN_OK:
            import->added++;
            break;

        case LOGIN_NO:
            login_cli_import_refuse(import, import->lines[i],
                                    import->names[i], "exists already");
            break;

        default:
            why = login_changes_error(import->sets[i]);
            rc = LOGIN_CLI_UNUSABLE;
        }

        login_changes_destroy(import->sets[i]);
    }

    import->n = 0;

    if (rc != LOGIN_CLI_DONE) {
        login_cli_error("store could not be written: %s.  Run the command "
                        "again then, what is there is left out", why);
    }

    return rc;
}


login_cli_status_e
login_cli_import_end(login_cli_import_t *import, login_cli_status_e rc)
{
    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_import_commit(import);
    }

    while (import->n > 0) {
        login_changes_destroy(import->sets[--import->n]);
    }

    login_hasher_destroy(import->hasher);

    if (import->added != 0) {
        login_cli_event_alone(import->cli, LOGIN_LOG_ACCOUNTS_IMPORTED,
                              "%llu from \"%s\"",
                              (unsigned long long) import->added,
                              import->cli->args[0]);
    }

    if (import->cli->json && import->refused != NULL) {
        (void) login_cli_json(json_pack("{s:I, s:I, s:o}",
                                        "added", (json_int_t) import->added,
                                        "refused",
                                        (json_int_t) import->others,
                                        "lines", import->refused));
    } else {
        login_cli_say(import->cli, "%llu users added, %llu left out",
                      (unsigned long long) import->added,
                      (unsigned long long) import->others);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return import->others == 0 ? LOGIN_CLI_DONE : LOGIN_CLI_REFUSED;
}


void
login_cli_import_refuse(login_cli_import_t *import, unsigned line,
    const char *username, const char *fmt, ...)
{
    char     text[256];
    va_list  args;

    import->others++;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    if (import->refused != NULL) {
        (void) json_array_append_new(import->refused,
                                     json_pack("{s:I, s:s?, s:s}",
                                               "line", (json_int_t) line,
                                               "username", username,
                                               "error", text));
        return;
    }

    if (username == NULL) {
        login_cli_error("line %u: %s", line, text);

    } else {
        login_cli_error("line %u: user \"%s\": %s", line, username, text);
    }
}
