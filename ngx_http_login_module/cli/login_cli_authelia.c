
/*
 * "import authelia": the users of its file backend, as in
 *
 *     users:
 *       ann:
 *         displayname: "Ann"
 *         password: "$argon2id$v=19$m=65536,t=3,p=4$..."
 *         email: ann@example.com
 *         groups: [admins]
 *         disabled: false
 */

#include "login_cli.h"
#include "login_cli_import.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>


static login_cli_status_e login_cli_authelia_load(yaml_document_t *document,
    const char *path, login_str_t text);
static login_cli_status_e login_cli_authelia_users(
    login_cli_import_t *import, yaml_document_t *document);
static login_cli_status_e login_cli_authelia_user(login_cli_import_t *import,
    yaml_document_t *document, const yaml_node_pair_t *pair);
static const char *login_cli_authelia_field(login_cli_entry_t *entry,
    yaml_document_t *document, login_str_t key, int value);
static const char *login_cli_authelia_groups(login_cli_entry_t *entry,
    yaml_document_t *document, const yaml_node_t *list);
static const char *login_cli_authelia_group(login_cli_roles_t *roles,
    login_str_t group);
static const yaml_node_t *login_cli_authelia_find(yaml_document_t *document,
    const yaml_node_t *mapping, const char *key);
static login_str_t login_cli_authelia_text(const yaml_node_t *node);


login_cli_status_e
login_cli_import_authelia(login_cli_t *cli)
{
    login_str_t                text;
    yaml_document_t            document;
    login_cli_status_e         rc;
    static login_cli_import_t  import;

    rc = login_cli_import_begin(&import, cli, &text);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_authelia_load(&document, cli->args[0], text);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_authelia_users(&import, &document);
        rc = login_cli_import_end(&import, rc);

        yaml_document_delete(&document);
    }

    if (text.data != NULL) {
        login_wipe((void *) text.data, text.len);
        free((void *) text.data);
    }

    return rc;
}


static login_cli_status_e
login_cli_authelia_load(yaml_document_t *document, const char *path,
    login_str_t text)
{
    int            done;
    yaml_parser_t  parser;

    if (!yaml_parser_initialize(&parser)) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    yaml_parser_set_input_string(&parser, text.data, text.len);

    done = yaml_parser_load(&parser, document);

    if (!done) {
        login_cli_error("file \"%s\" is not YAML: %s in line %zu", path,
                        parser.problem != NULL ? parser.problem : "no memory",
                        parser.problem_mark.line + 1);
    }

    yaml_parser_delete(&parser);

    return done ? LOGIN_CLI_DONE : LOGIN_CLI_REFUSED;
}


static login_cli_status_e
login_cli_authelia_users(login_cli_import_t *import,
    yaml_document_t *document)
{
    const yaml_node_t       *users;
    login_cli_status_e       rc;
    const yaml_node_pair_t  *pair;

    users = yaml_document_get_root_node(document);

    if (users != NULL) {
        users = login_cli_authelia_find(document, users, "users");
    }

    if (users == NULL || users->type != YAML_MAPPING_NODE) {
        login_cli_error("file \"%s\" has no mapping \"users\"",
                        import->cli->args[0]);
        return LOGIN_CLI_REFUSED;
    }

    for (pair = users->data.mapping.pairs.start;
         pair < users->data.mapping.pairs.top;
         pair++)
    {
        rc = login_cli_authelia_user(import, document, pair);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_authelia_user(login_cli_import_t *import,
    yaml_document_t *document, const yaml_node_pair_t *pair)
{
    const char              *error;
    const yaml_node_t       *name, *fields;
    login_cli_entry_t        entry;
    const yaml_node_pair_t  *field;

    name = yaml_document_get_node(document, pair->key);
    fields = yaml_document_get_node(document, pair->value);

    memset(&entry, 0, sizeof(login_cli_entry_t));

    entry.line = (unsigned) name->start_mark.line + 1;
    entry.username = login_cli_authelia_text(name);
    entry.roles = import->roles;

    if (fields->type != YAML_MAPPING_NODE) {
        login_cli_import_refuse(import, entry.line, NULL,
                                "a user must be a mapping");
        return LOGIN_CLI_DONE;
    }

    for (field = fields->data.mapping.pairs.start;
         field < fields->data.mapping.pairs.top;
         field++)
    {
        error = login_cli_authelia_field(&entry, document,
                       login_cli_authelia_text(
                           yaml_document_get_node(document, field->key)),
                       field->value);

        if (error != NULL) {
            login_cli_import_refuse(import, entry.line, NULL, "%s", error);
            return LOGIN_CLI_DONE;
        }
    }

    return login_cli_import_entry(import, &entry);
}


/* What is wrong, or NULL; other fields mean nothing here. */

static const char *
login_cli_authelia_field(login_cli_entry_t *entry, yaml_document_t *document,
    login_str_t key, int value)
{
    login_str_t         text;
    const yaml_node_t  *node;

    node = yaml_document_get_node(document, value);
    text = login_cli_authelia_text(node);

    if (login_str_eq(key, login_cstr("password"))) {
        entry->hash = text;

    } else if (login_str_eq(key, login_cstr("displayname"))) {
        entry->name = text;

    } else if (login_str_eq(key, login_cstr("email"))) {
        entry->email = text;

    } else if (login_str_eq(key, login_cstr("disabled"))) {
        entry->disabled = !login_str_eq(text, login_cstr("false"));

    } else if (login_str_eq(key, login_cstr("groups"))) {
        return login_cli_authelia_groups(entry, document, node);
    }

    return NULL;
}


static const char *
login_cli_authelia_groups(login_cli_entry_t *entry,
    yaml_document_t *document, const yaml_node_t *list)
{
    const char              *error;
    const yaml_node_t       *group;
    const yaml_node_item_t  *item;

    if (list->type != YAML_SEQUENCE_NODE) {
        return list->type == YAML_SCALAR_NODE
               && list->data.scalar.length == 0 ? NULL
               : "\"groups\" must be a list";
    }

    for (item = list->data.sequence.items.start;
         item < list->data.sequence.items.top;
         item++)
    {
        group = yaml_document_get_node(document, *item);
        error = login_cli_authelia_group(&entry->roles,
                                         login_cli_authelia_text(group));
        if (error != NULL) {
            return error;
        }
    }

    return NULL;
}


static const char *
login_cli_authelia_group(login_cli_roles_t *roles, login_str_t group)
{
    char  role[LOGIN_ROLE_MAX + 1];

    if (login_role_check(group) != LOGIN_OK) {
        return "a group has a name that no role can have: letters, digits "
               "and \"._:/-\", at most 64 of them";
    }

    memcpy(role, group.data, group.len);
    role[group.len] = '\0';

    return login_cli_roles_add(roles, role) == LOGIN_CLI_DONE ? NULL
           : "it is in too many groups";
}


static const yaml_node_t *
login_cli_authelia_find(yaml_document_t *document, const yaml_node_t *mapping,
    const char *key)
{
    login_str_t              text;
    const yaml_node_pair_t  *pair;

    if (mapping->type != YAML_MAPPING_NODE) {
        return NULL;
    }

    for (pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top;
         pair++)
    {
        text = login_cli_authelia_text(yaml_document_get_node(document,
                                                              pair->key));

        if (login_str_eq(text, login_cstr(key))) {
            return yaml_document_get_node(document, pair->value);
        }
    }

    return NULL;
}


/* Empty for all but plain values. */

static login_str_t
login_cli_authelia_text(const yaml_node_t *node)
{
    if (node == NULL || node->type != YAML_SCALAR_NODE) {
        return login_str("", 0);
    }

    return login_str(node->data.scalar.value, node->data.scalar.length);
}
