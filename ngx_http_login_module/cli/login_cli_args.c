
#include "login_cli.h"

#include <string.h>


static login_cli_status_e login_cli_word(login_cli_t *cli, const char *word);
static login_cli_status_e login_cli_command_word(login_cli_t *cli,
    const char *word);
static int login_cli_command_more(login_cli_t *cli, const char *word);
static login_cli_status_e login_cli_dashed(login_cli_t *cli, char **argv,
    int argc, int *i);
static const login_cli_option_t *login_cli_lookup(const login_cli_t *cli,
    const char *name, size_t len);
static login_cli_status_e login_cli_give(login_cli_t *cli,
    const login_cli_option_t *option, const char *value);
static void login_cli_apply_globals(login_cli_t *cli);
static login_cli_status_e login_cli_complete(const login_cli_t *cli);


login_cli_status_e
login_cli_parse(login_cli_t *cli, int argc, char **argv)
{
    int                 i, words;
    login_cli_status_e  rc;

    words = 0;

    for (i = 1; i < argc; i++) {

        if (!words && strcmp(argv[i], "--") == 0) {
            words = 1;
            continue;
        }

        if (!words && argv[i][0] == '-' && argv[i][1] != '\0') {
            rc = login_cli_dashed(cli, argv, argc, &i);

        } else {
            rc = login_cli_word(cli, argv[i]);
        }

        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    login_cli_apply_globals(cli);

    return login_cli_complete(cli);
}


static login_cli_status_e
login_cli_word(login_cli_t *cli, const char *word)
{
    if (cli->command == NULL) {
        return login_cli_command_word(cli, word);
    }

    /* "invite" is one, and "invite list" another */

    if (cli->nargs == 0 && login_cli_command_more(cli, word)) {
        return LOGIN_CLI_DONE;
    }

    /* not shown: it may be a password */

    if (cli->nargs == cli->command->max) {
        login_cli_error("too many arguments, see \"nginx-login %s --help\"",
                        cli->command->name);
        return LOGIN_CLI_USAGE;
    }

    cli->args[cli->nargs++] = word;

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_command_word(login_cli_t *cli, const char *word)
{
    size_t                      len;
    const char                 *name;
    const login_cli_command_t  *command;

    len = (cli->group != NULL) ? strlen(cli->group) : 0;

    for (command = login_cli_commands; command->name != NULL; command++) {
        name = command->name;

        if (cli->group != NULL) {
            if (strncmp(name, cli->group, len) != 0 || name[len] != ' ') {
                continue;
            }

            name += len + 1;
        }

        if (strcmp(name, word) == 0) {
            cli->command = command;
            return LOGIN_CLI_DONE;
        }

        if (cli->group == NULL
            && strncmp(name, word, strlen(word)) == 0
            && name[strlen(word)] == ' ')
        {
            cli->group = word;
            return LOGIN_CLI_DONE;
        }
    }

    login_cli_error("unknown command \"%s%s%s\", see \"nginx-login --help\"",
                    cli->group != NULL ? cli->group : "",
                    cli->group != NULL ? " " : "", word);

    return LOGIN_CLI_USAGE;
}


/* An option that only the shorter one has leaves it at that. */

static int
login_cli_command_more(login_cli_t *cli, const char *word)
{
    size_t                      i, len;
    const login_cli_command_t  *command;

    len = strlen(cli->command->name);

    for (i = 0; i < cli->ngiven; i++) {
        command = cli->command;
        cli->command = NULL;

        if (login_cli_lookup(cli, cli->given[i].option->name,
                             strlen(cli->given[i].option->name))
            == NULL)
        {
            cli->command = command;
            return 0;
        }

        cli->command = command;
    }

    for (command = login_cli_commands; command->name != NULL; command++) {
        if (strncmp(command->name, cli->command->name, len) == 0
            && command->name[len] == ' '
            && strcmp(command->name + len + 1, word) == 0)
        {
            cli->command = command;
            return 1;
        }
    }

    return 0;
}


static login_cli_status_e
login_cli_dashed(login_cli_t *cli, char **argv, int argc, int *i)
{
    size_t                     len;
    const char                *arg, *value;
    const login_cli_option_t  *option;

    arg = argv[*i];
    len = strcspn(arg, "=");
    value = (arg[len] == '=') ? arg + len + 1 : NULL;

    option = login_cli_lookup(cli, arg, len);

    /* what stands behind "=" or "-p" is not shown: it may be a password */

    if (option == NULL) {
        len = (arg[1] != '-') ? 2 : len;
        login_cli_error("unknown option \"%.*s\", see \"nginx-login%s%s "
                        "--help\"", (int) len, arg,
                        cli->command != NULL ? " " : "",
                        cli->command != NULL ? cli->command->name : "");
        return LOGIN_CLI_USAGE;
    }

    if (option->value == NULL && value != NULL) {
        login_cli_error("option \"%s\" has no value", option->name);
        return LOGIN_CLI_USAGE;
    }

    if (option->value != NULL && value == NULL) {
        if (++*i == argc) {
            login_cli_error("option \"%s\" wants a value", option->name);
            return LOGIN_CLI_USAGE;
        }

        value = argv[*i];
    }

    return login_cli_give(cli, option, value);
}


static const login_cli_option_t *
login_cli_lookup(const login_cli_t *cli, const char *name, size_t len)
{
    size_t                     i;
    const login_cli_option_t  *option, *lists[2];

    lists[0] = login_cli_globals;
    lists[1] = (cli->command != NULL) ? cli->command->options : NULL;

    for (i = 0; i < 2; i++) {

        for (option = lists[i];
             option != NULL && option->name != NULL;
             option++)
        {
            if (strlen(option->name) == len
                && strncmp(option->name, name, len) == 0)
            {
                return option;
            }
        }
    }

    return NULL;
}


static login_cli_status_e
login_cli_give(login_cli_t *cli, const login_cli_option_t *option,
    const char *value)
{
    if (!option->repeat && login_cli_option(cli, option->name) != NULL) {
        login_cli_error("option \"%s\" is given twice", option->name);
        return LOGIN_CLI_USAGE;
    }

    if (cli->ngiven == LOGIN_CLI_OPTIONS_MAX) {
        login_cli_error("too many options");
        return LOGIN_CLI_USAGE;
    }

    cli->given[cli->ngiven].option = option;
    cli->given[cli->ngiven].value = (value != NULL) ? value : option->name;
    cli->ngiven++;

    return LOGIN_CLI_DONE;
}


const char *
login_cli_option(const login_cli_t *cli, const char *name)
{
    size_t  i;

    i = 0;

    return login_cli_option_next(cli, name, &i);
}


const char *
login_cli_option_next(const login_cli_t *cli, const char *name, size_t *i)
{
    while (*i < cli->ngiven) {
        if (strcmp(cli->given[(*i)++].option->name, name) == 0) {
            return cli->given[*i - 1].value;
        }
    }

    return NULL;
}


static void
login_cli_apply_globals(login_cli_t *cli)
{
    const char  *value;

    value = login_cli_option(cli, "--store");
    if (value != NULL) {
        cli->path = value;
    }

    value = login_cli_option(cli, "--key");
    if (value != NULL) {
        cli->key = value;
    }

    cli->json = (login_cli_option(cli, "--json") != NULL);
    cli->help = (login_cli_option(cli, "--help") != NULL
                 || login_cli_option(cli, "-h") != NULL);
    cli->version = (login_cli_option(cli, "--version") != NULL);
}


static login_cli_status_e
login_cli_complete(const login_cli_t *cli)
{
    if (cli->help || cli->version) {
        return LOGIN_CLI_DONE;
    }

    if (cli->command == NULL) {
        login_cli_error("%s%sno command, see \"nginx-login%s%s --help\"",
                        cli->group != NULL ? cli->group : "",
                        cli->group != NULL ? ": " : "",
                        cli->group != NULL ? " " : "",
                        cli->group != NULL ? cli->group : "");
        return LOGIN_CLI_USAGE;
    }

    if (cli->nargs < cli->command->min) {
        login_cli_error("too few arguments, see \"nginx-login %s --help\"",
                        cli->command->name);
        return LOGIN_CLI_USAGE;
    }

    return LOGIN_CLI_DONE;
}
