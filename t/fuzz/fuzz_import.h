
/*
 * The readers of foreign files as the command line has them, with nothing
 * below: what they take is prepared, and never written.
 */

#ifndef FUZZ_IMPORT_H
#define FUZZ_IMPORT_H


#include "login_cli.h"
#include "login_cli_import.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


/* A hash of the least cost: a fuzzer would find the dear ones. */

static login_hasher_t *
fuzz_hasher(void)
{
    login_cost_t  cost;

    cost.memory = LOGIN_MEMORY_MIN;
    cost.passes = 1;

    return login_hasher_create(&cost);
}


#define login_hasher_create(cost)  ((void) (cost), fuzz_hasher())

#include "login_cli_check.c"
#include "login_cli_import.c"


static void
expect(int condition)
{
    if (!condition) {
        abort();
    }
}


void
login_cli_error(const char *fmt, ...)
{
    (void) fmt;
}


void
login_cli_say(const login_cli_t *cli, const char *fmt, ...)
{
    (void) cli;
    (void) fmt;
}


void
login_cli_event_alone(login_cli_t *cli, login_log_kind_e kind,
    const char *fmt, ...)
{
    (void) cli;
    (void) kind;
    (void) fmt;

    abort();
}


login_cli_status_e
login_cli_json(json_t *json)
{
    /* the line is whole, whatever stands in it */

    expect(json != NULL);
    json_decref(json);

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_open(login_cli_t *cli)
{
    (void) cli;

    abort();
}


login_cli_status_e
login_cli_policy(login_cli_t *cli, login_policy_t *policy,
    login_arena_t *arena)
{
    (void) cli;
    (void) arena;

    memset(policy, 0, sizeof(login_policy_t));

    return LOGIN_CLI_DONE;
}


login_cli_status_e
login_cli_file_read(login_str_t *text, const char *path)
{
    (void) text;
    (void) path;

    abort();
}


const char *
login_cli_option(const login_cli_t *cli, const char *name)
{
    (void) cli;
    (void) name;

    abort();
}


const char *
login_cli_option_next(const login_cli_t *cli, const char *name, size_t *i)
{
    (void) cli;
    (void) name;
    (void) i;

    abort();
}


/* As login_cli_import_begin() does, with one role for all. */

static login_cli_import_t *
fuzz_import(login_cli_t *cli)
{
    static login_cli_import_t  import;

    memset(cli, 0, sizeof(login_cli_t));

    cli->json = 1;
    cli->now = 1900000000;
    cli->org = login_cstr("default");
    cli->args[0] = "file";

    import.cli = cli;
    import.hasher = NULL;
    import.added = 0;
    import.others = 0;
    import.n = 0;

    import.refused = json_array();
    expect(import.refused != NULL);

    import.roles.len = 0;
    expect(login_cli_roles_add(&import.roles, "staff") == LOGIN_CLI_DONE);

    return &import;
}


/*
 * Who would be added can be, under a name as accounts have it; whoever is
 * left out is told of.
 */

static void
fuzz_imported(login_cli_import_t *import, login_str_t text)
{
    size_t       i, len;
    u_char       name[LOGIN_USERNAME_MAX];
    login_str_t  username;

    expect(import->n + import->others <= text.len);
    expect(json_array_size(import->refused) == import->others);

    for (i = 0; i < import->n; i++) {
        username = login_cstr(import->names[i]);

        expect(!import->sets[i]->fault);
        expect(import->lines[i] >= 1 && import->lines[i] <= text.len);

        expect(login_username_normalise(name, &len, username) == LOGIN_OK
               && login_str_eq(login_str(name, len), username));
    }

    /* as where the store can't be written: all of it is let go */

    expect(login_cli_import_end(import, LOGIN_CLI_UNUSABLE)
           == LOGIN_CLI_UNUSABLE);
    expect(import->n == 0 && import->added == 0);
}


#endif /* FUZZ_IMPORT_H */
