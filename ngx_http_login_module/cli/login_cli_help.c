
#include "login_cli.h"

#include <string.h>


#define LOGIN_CLI_INDENT  25


const login_cli_option_t  login_cli_globals[] = {
    { "--store", "DIR", 0, "the store (" LOGIN_CLI_STORE ")" },
    { "--key", "FILE", 0, "its key (" LOGIN_CLI_KEY ")" },
    { "--org", "O", 0, "the organisation, where there are several" },
    { "--json", NULL, 0, "answer in JSON" },
    { "--help", NULL, 0, "show this, also for each command" },
    { "-h", NULL, 0, NULL },
    { "--version", NULL, 0, "show the version" },
    { NULL, NULL, 0, NULL }
};


static void login_cli_help_command(FILE *out,
    const login_cli_command_t *command);
static void login_cli_help_commands(FILE *out, const char *group);
static void login_cli_help_options(FILE *out, const char *title,
    const login_cli_option_t *options);


void
login_cli_help(FILE *out, const login_cli_t *cli)
{
    if (cli->command != NULL) {
        login_cli_help_command(out, cli->command);

    } else {
        (void) fprintf(out, "Usage: nginx-login [--store DIR] [--key FILE] "
                            "[--json] COMMAND\n");
        login_cli_help_commands(out, cli->group);
    }

    login_cli_help_options(out, "Options of all commands", login_cli_globals);

    if (cli->command == NULL) {
        (void) fprintf(out, "\nExit status: 0 done, 1 refused or not found, "
                            "2 wrong usage,\n3 store or key unusable\n");
    }
}


static void
login_cli_help_command(FILE *out, const login_cli_command_t *command)
{
    const login_cli_option_t  *option;

    (void) fprintf(out, "Usage: nginx-login %s", command->name);

    if (command->args[0] != '\0') {
        (void) fprintf(out, " %s", command->args);
    }

    for (option = command->options; option->name != NULL; option++) {
        (void) fprintf(out, " [%s%s%s]%s", option->name,
                       option->value != NULL ? " " : "",
                       option->value != NULL ? option->value : "",
                       option->repeat ? "..." : "");
    }

    (void) fprintf(out, "\n\n%s\n", command->help);

    if (command->options->name != NULL) {
        login_cli_help_options(out, "Options", command->options);
    }
}


static void
login_cli_help_commands(FILE *out, const char *group)
{
    int                         pad;
    size_t                      len;
    const login_cli_command_t  *command;

    len = (group != NULL) ? strlen(group) : 0;

    (void) fprintf(out, "\nCommands:\n");

    for (command = login_cli_commands; command->name != NULL; command++) {

        if (group != NULL
            && (strncmp(command->name, group, len) != 0
                || command->name[len] != ' '))
        {
            continue;
        }

        pad = LOGIN_CLI_INDENT - (int) strlen(command->name) - 1;

        (void) fprintf(out, "  %s %-*s%s\n", command->name, pad,
                       command->args, command->help);
    }

    (void) fprintf(out, "\nU is a user name.  \"nginx-login COMMAND --help\" "
                        "tells more.\n");
}


static void
login_cli_help_options(FILE *out, const char *title,
    const login_cli_option_t *options)
{
    int                        pad;
    const login_cli_option_t  *option;

    (void) fprintf(out, "\n%s:\n", title);

    for (option = options; option->name != NULL; option++) {

        if (option->help == NULL) {
            continue;
        }

        pad = LOGIN_CLI_INDENT - (int) strlen(option->name) - 1;

        (void) fprintf(out, "  %s %-*s%s\n", option->name, pad,
                       option->value != NULL ? option->value : "",
                       option->help);
    }
}
