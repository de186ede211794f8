
/* Imports: what the readers of files hand over to login_cli_import.c. */

#ifndef LOGIN_CLI_IMPORT_H
#define LOGIN_CLI_IMPORT_H


/* accounts of one transaction: larger ones write fewer pages twice */
#define LOGIN_CLI_BATCH  10000


/* One account as a file has it; strings that are not there are empty. */
typedef struct {
    unsigned             line;
    unsigned             disabled;
    login_str_t          username;
    login_str_t          hash;
    login_str_t          name;
    login_str_t          email;
    login_cli_roles_t    roles;
} login_cli_entry_t;

typedef struct {
    login_cli_t         *cli;
    login_cli_roles_t    roles;         /* for all */
    login_hasher_t      *hasher;        /* of passwords in plain text */
    json_t              *refused;       /* with --json */
    uint64_t             added;
    uint64_t             others;        /* refused */
    size_t               n;
    login_changes_t     *sets[LOGIN_CLI_BATCH];
    unsigned             lines[LOGIN_CLI_BATCH];
    char                 names[LOGIN_CLI_BATCH][LOGIN_USERNAME_MAX + 1];
} login_cli_import_t;


/* Reads "FILE" of the command line ("-": standard input), then opens the
   store.  The text is the caller's to wipe and free. */
login_cli_status_e login_cli_import_begin(login_cli_import_t *import,
    login_cli_t *cli, login_str_t *text);

/* Takes one entry, or says why not.  DONE also then. */
login_cli_status_e login_cli_import_entry(login_cli_import_t *import,
    const login_cli_entry_t *entry);

/* Commits the rest, and reports. */
login_cli_status_e login_cli_import_end(login_cli_import_t *import,
    login_cli_status_e rc);

/* Says why a line is left out, and counts it. */
void login_cli_import_refuse(login_cli_import_t *import, unsigned line,
    const char *username, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));


#endif /* LOGIN_CLI_IMPORT_H */
