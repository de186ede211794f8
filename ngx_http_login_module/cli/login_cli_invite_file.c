
/* "invite --file": many, from CSV with a heading line. */

#include "login_cli.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>


enum {
    LOGIN_CLI_COLUMN_USERNAME = 0,
    LOGIN_CLI_COLUMN_NAME,
    LOGIN_CLI_COLUMN_LANGUAGE,
    LOGIN_CLI_COLUMN_ROLES,
    LOGIN_CLI_COLUMNS
};

typedef struct {
    login_cli_t               *cli;
    const login_cli_invite_t  *invite;
    login_csv_t                csv;
    size_t                     n;           /* fields of the heading */
    size_t                     column[LOGIN_CSV_FIELDS];
    unsigned                   refused;
    json_t                    *seen;        /* the line of each user name */
    json_t                    *json;
} login_cli_invites_t;


static login_cli_status_e login_cli_invite_heading(
    login_cli_invites_t *invites);
static login_cli_status_e login_cli_invite_lines(
    login_cli_invites_t *invites);
static login_cli_status_e login_cli_invite_line(login_cli_invites_t *invites,
    login_invite_t *made, char why[LOGIN_CLI_WHY_SIZE]);
static login_cli_status_e login_cli_invite_record(
    login_cli_invites_t *invites, char *texts[LOGIN_CLI_COLUMNS],
    login_invite_t *made, char why[LOGIN_CLI_WHY_SIZE]);
static login_cli_status_e login_cli_invite_once(login_cli_invites_t *invites,
    const char *username, char why[LOGIN_CLI_WHY_SIZE]);
static login_cli_status_e login_cli_invite_roles(login_cli_roles_t *roles,
    char *text);
static void login_cli_invite_result(login_cli_invites_t *invites,
    const login_invite_t *made, const char *why);


static const char  *login_cli_columns[] = {
    "username", "name", "language", "roles"
};


login_cli_status_e
login_cli_invite_file(login_cli_t *cli, const login_cli_invite_t *invite,
    const char *path)
{
    login_str_t          text;
    login_cli_status_e   rc;
    login_cli_invites_t  invites;

    rc = login_cli_file_read(&text, path);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    memset(&invites, 0, sizeof(login_cli_invites_t));

    invites.cli = cli;
    invites.invite = invite;
    invites.seen = json_object();

    login_csv_open(&invites.csv, (u_char *) text.data, text.len);

    rc = login_cli_invite_heading(&invites);

    if (rc == LOGIN_CLI_DONE) {
        invites.json = cli->json ? json_array() : NULL;
        rc = login_cli_invite_lines(&invites);
    }

    free((void *) text.data);
    json_decref(invites.seen);

    if (invites.json != NULL
        && login_cli_json(invites.json) != LOGIN_CLI_DONE)
    {
        return LOGIN_CLI_UNUSABLE;
    }

    return (rc == LOGIN_CLI_DONE && invites.refused) ? LOGIN_CLI_REFUSED : rc;
}


static login_cli_status_e
login_cli_invite_heading(login_cli_invites_t *invites)
{
    size_t        i, j;
    unsigned      found;
    login_str_t   field;

    if (login_csv_next(&invites->csv) != LOGIN_OK) {
        login_cli_error("file has no heading line, as in "
                        "\"username,name,roles,language\"");
        return LOGIN_CLI_REFUSED;
    }

    found = 0;
    invites->n = invites->csv.n;

    for (i = 0; i < invites->n; i++) {
        field = invites->csv.fields[i];

        for (j = 0; j < LOGIN_CLI_COLUMNS; j++) {
            if (strlen(login_cli_columns[j]) == field.len
                && strncasecmp(login_cli_columns[j],
                               (const char *) field.data, field.len) == 0)
            {
                break;
            }
        }

        if (j == LOGIN_CLI_COLUMNS || (found & 1u << j)) {
            login_cli_error("column \"%.*s\" of the heading line is %s: there "
                            "are \"username\", \"name\", \"roles\" and "
                            "\"language\"", (int) field.len,
                            (const char *) field.data,
                            j == LOGIN_CLI_COLUMNS ? "unknown" : "a second "
                            "one");
            return LOGIN_CLI_REFUSED;
        }

        found |= 1u << j;
        invites->column[i] = j;
    }

    if (!(found & 1u << LOGIN_CLI_COLUMN_USERNAME)) {
        login_cli_error("heading line has no column \"username\"");
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


/* Each of them is a change of its own; faults of the store end it. */

static login_cli_status_e
login_cli_invite_lines(login_cli_invites_t *invites)
{
    char                 why[LOGIN_CLI_WHY_SIZE];
    login_invite_t       made;
    login_result_e       rc;
    login_cli_status_e   status;

    for ( ;; ) {
        rc = login_csv_next(&invites->csv);

        if (rc == LOGIN_NO) {
            return LOGIN_CLI_DONE;
        }

        memset(&made, 0, sizeof(login_invite_t));

        if (rc == LOGIN_FAULT || invites->csv.n != invites->n) {
            (void) snprintf(why, sizeof(why), "%s",
                            rc == LOGIN_FAULT
                            ? "a quote is in the wrong place"
                            : "has not as many fields as the heading line");
            status = LOGIN_CLI_REFUSED;

        } else {
            status = login_cli_invite_line(invites, &made, why);
        }

        if (status == LOGIN_CLI_UNUSABLE) {
            return status;
        }

        login_cli_invite_result(invites, &made,
                                status == LOGIN_CLI_DONE ? NULL : why);

        login_wipe(made.url, sizeof(made.url));
    }
}


/* The fields, terminated. */

static login_cli_status_e
login_cli_invite_line(login_cli_invites_t *invites, login_invite_t *made,
    char why[LOGIN_CLI_WHY_SIZE])
{
    char                *texts[LOGIN_CLI_COLUMNS] = { NULL };
    size_t               i;
    login_str_t          field;
    login_cli_status_e   rc;

    rc = LOGIN_CLI_DONE;

    for (i = 0; i < invites->n; i++) {
        field = invites->csv.fields[i];

        if (login_utf8_check(field, NULL) != LOGIN_OK) {
            (void) snprintf(why, LOGIN_CLI_WHY_SIZE, "is not UTF-8");
            rc = LOGIN_CLI_REFUSED;
            break;
        }

        texts[invites->column[i]] = strndup((const char *) field.data,
                                            field.len);

        if (texts[invites->column[i]] == NULL) {
            login_cli_error("no memory");
            rc = LOGIN_CLI_UNUSABLE;
            break;
        }
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_invite_record(invites, texts, made, why);
    }

    for (i = 0; i < LOGIN_CLI_COLUMNS; i++) {
        free(texts[i]);
    }

    return rc;
}


static login_cli_status_e
login_cli_invite_record(login_cli_invites_t *invites,
    char *texts[LOGIN_CLI_COLUMNS], login_invite_t *made,
    char why[LOGIN_CLI_WHY_SIZE])
{
    size_t               len;
    const char          *name, *language;
    login_cli_roles_t    roles;
    login_cli_status_e   rc;

    static char  username[LOGIN_USERNAME_MAX + 1];

    name = texts[LOGIN_CLI_COLUMN_NAME];
    language = texts[LOGIN_CLI_COLUMN_LANGUAGE];
    roles = invites->invite->roles;

    if (login_username_normalise((u_char *) username, &len,
                             login_cstr(texts[LOGIN_CLI_COLUMN_USERNAME]))
        != LOGIN_OK)
    {
        (void) snprintf(why, LOGIN_CLI_WHY_SIZE, "invalid user name \"%.100s"
                        "\"", texts[LOGIN_CLI_COLUMN_USERNAME]);
        return LOGIN_CLI_REFUSED;
    }

    username[len] = '\0';

    if ((name != NULL && login_cli_check_name(name) != LOGIN_CLI_DONE)
        || (language != NULL && *language != '\0'
            && login_cli_check_language(language) != LOGIN_CLI_DONE)
        || (texts[LOGIN_CLI_COLUMN_ROLES] != NULL
            && login_cli_invite_roles(&roles, texts[LOGIN_CLI_COLUMN_ROLES])
               != LOGIN_CLI_DONE))
    {
        (void) snprintf(why, LOGIN_CLI_WHY_SIZE, "user \"%s\" was not invited",
                        username);
        return LOGIN_CLI_REFUSED;
    }

    login_cli_invite_set(invites->cli, invites->invite, made, username);

    if (name != NULL && *name != '\0') {
        made->name = login_cstr(name);
    }

    if (language != NULL && *language != '\0') {
        made->language = login_cstr(language);
    }

    if (roles.len != 0) {
        made->roles = login_str(roles.data, roles.len);
    }

    rc = login_cli_invite_once(invites, username, why);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_invite_make(invites->cli, made, why);
    }

    made->name = login_str(NULL, 0);
    made->language = login_str(NULL, 0);
    made->roles = login_str(NULL, 0);

    return rc;
}


/* A second invitation would end the first, whose link is printed already. */

static login_cli_status_e
login_cli_invite_once(login_cli_invites_t *invites, const char *username,
    char why[LOGIN_CLI_WHY_SIZE])
{
    json_t  *line;

    line = json_object_get(invites->seen, username);

    if (line != NULL) {
        (void) snprintf(why, LOGIN_CLI_WHY_SIZE, "user \"%s\" is in line %u "
                        "already", username,
                        (unsigned) json_integer_value(line));
        return LOGIN_CLI_REFUSED;
    }

    if (json_object_set_new(invites->seen, username,
                            json_integer(invites->csv.line))
        != 0)
    {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


/* Separated by spaces, commas or semicolons. */

static login_cli_status_e
login_cli_invite_roles(login_cli_roles_t *roles, char *text)
{
    char                *role, *rest;
    login_cli_status_e   rc;

    for (role = strtok_r(text, " ,;", &rest);
         role != NULL;
         role = strtok_r(NULL, " ,;", &rest))
    {
        rc = login_cli_check_role(role);

        if (rc == LOGIN_CLI_DONE) {
            rc = login_cli_roles_add(roles, role);
        }

        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    return LOGIN_CLI_DONE;
}


static void
login_cli_invite_result(login_cli_invites_t *invites,
    const login_invite_t *made, const char *why)
{
    json_t    *json;
    unsigned   line;

    line = invites->csv.line;

    if (why != NULL) {
        invites->refused = 1;
        login_cli_error("line %u: %s", line, why);
    }

    if (invites->json == NULL) {

        if (why == NULL) {
            (void) printf("%.*s %.*s\n", (int) made->username.len,
                          (const char *) made->username.data,
                          (int) made->len, (const char *) made->url);
        }

        return;
    }

    json = (why == NULL) ? login_cli_invite_json(made)
                         : json_pack("{s:s}", "error", why);

    (void) json_object_set_new(json, "line", json_integer(line));
    (void) json_array_append_new(invites->json, json);
}
