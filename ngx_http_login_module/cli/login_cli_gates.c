
#include "login_cli.h"

#include <stdlib.h>
#include <string.h>


typedef struct {
    login_cli_t              *cli;
    const char               *open;     /* NULL: all of them */
    login_policy_t            policy;
    login_cli_table_t         table;
    json_t                   *json;
    unsigned                  failed;   /* no memory */
} login_cli_gates_t;

/* One location, and those that it is in by their depth. */
typedef struct {
    const login_policy_t     *policy;
    const login_server_t     *server;
    const login_location_t   *location;
    const login_location_t  **outer;
} login_cli_gate_t;


static login_cli_status_e login_cli_gates_read(login_cli_gates_t *gates,
    login_arena_t *arena);
static login_cli_status_e login_cli_gates_print(login_cli_gates_t *gates);
static void login_cli_gates_server(login_cli_gates_t *gates,
    const login_server_t *server);
static int login_cli_gate_open(const login_location_t *location);
static void login_cli_gate_row(login_cli_gates_t *gates,
    const login_cli_gate_t *gate);
static void login_cli_gate_server(FILE *out, const login_cli_gate_t *gate);
static login_str_t login_cli_gate_port(login_str_t address);
static void login_cli_gate_location(FILE *out, const login_cli_gate_t *gate);
static void login_cli_gate_label(FILE *out, const login_location_t *location);
static void login_cli_gate_require(FILE *out, const login_cli_gate_t *gate);
static json_t *login_cli_gate_json(const login_cli_gate_t *gate);
static json_t *login_cli_gate_within(const login_cli_gate_t *gate);
static json_t *login_cli_gate_strings(const login_strings_t *list);
static void login_cli_gate_write(FILE *out, login_str_t s);


static const char  *login_cli_kinds[] = {
    "server", "prefix", "^~", "=", "regex", "named", "if", "limit_except"
};

static const char  *login_cli_marks[] = {
    "(no location)", "", "^~ ", "= ", "~ ", "", "if", "limit_except"
};

static const char  *login_cli_logins[] = {
    "off", "on", "optional", "portal", "forward_auth"
};


login_cli_status_e
login_cli_gates(login_cli_t *cli)
{
    login_arena_t       *arena;
    login_cli_gates_t    gates;
    login_cli_status_e   rc;

    memset(&gates, 0, sizeof(login_cli_gates_t));

    gates.cli = cli;
    gates.open = login_cli_option(cli, "--open");
    gates.table.columns = 4;

    rc = login_cli_open(cli);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_gates_read(&gates, arena);
    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_gates_print(&gates);
    }

    login_arena_destroy(arena);

    return rc;
}


static login_cli_status_e
login_cli_gates_read(login_cli_gates_t *gates, login_arena_t *arena)
{
    login_cli_t         *cli;
    login_result_e       rc;
    login_cli_status_e   status;

    cli = gates->cli;

    status = login_cli_view(cli);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    rc = login_policy_get(&gates->policy, arena, cli->view);

    login_view_end(cli->view);

    if (rc == LOGIN_OK) {
        return LOGIN_CLI_DONE;
    }

    if (rc == LOGIN_NO) {
        login_cli_error("nginx has not written into this store yet, start or "
                        "reload it with \"login_store %s\"", cli->path);
        return LOGIN_CLI_REFUSED;
    }

    login_cli_error("what nginx wrote into the store could not be read: it is "
                    "damaged, or of another key or version, reload nginx");

    return LOGIN_CLI_UNUSABLE;
}


static login_cli_status_e
login_cli_gates_print(login_cli_gates_t *gates)
{
    size_t              i;
    char                when[32];
    login_cli_status_e  rc;

    if (gates->cli->json) {
        gates->json = json_array();
        gates->failed = (gates->json == NULL);

    } else {
        login_cli_cell(&gates->table, login_cstr("SERVER"));
        login_cli_cell(&gates->table, login_cstr("LOCATION"));
        login_cli_cell(&gates->table, login_cstr("LOGIN"));
        login_cli_cell(&gates->table, login_cstr("REQUIRES"));
    }

    for (i = 0; i < gates->policy.n && !gates->failed; i++) {
        login_cli_gates_server(gates, &gates->policy.servers[i]);
    }

    if (gates->failed) {
        json_decref(gates->json);
        login_cli_table_free(&gates->table);
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    if (gates->cli->json) {
        return login_cli_json(gates->json);
    }

    rc = login_cli_table_print(&gates->table);
    if (rc == LOGIN_CLI_DONE) {
        login_cli_time(when, gates->policy.written);
        (void) printf("\nas nginx has it since %s\n", when);
    }

    return rc;
}


static void
login_cli_gates_server(login_cli_gates_t *gates, const login_server_t *server)
{
    size_t            i;
    json_t           *json;
    login_cli_gate_t  gate;

    gate.policy = &gates->policy;
    gate.server = server;
    gate.outer = calloc(server->n + 1, sizeof(login_location_t *));

    if (gate.outer == NULL) {
        gates->failed = 1;
        return;
    }

    for (i = 0; i < server->n && !gates->failed; i++) {
        gate.location = &server->locations[i];
        gate.outer[gate.location->depth] = gate.location;

        if (gates->open != NULL && !login_cli_gate_open(gate.location)) {
            continue;
        }

        if (!gates->cli->json) {
            login_cli_gate_row(gates, &gate);
            continue;
        }

        json = login_cli_gate_json(&gate);
        gates->failed = json_array_append_new(gates->json, json) != 0;
    }

    free(gate.outer);
}


/* Portals, and what answers other proxies, guard themselves. */

static int
login_cli_gate_open(const login_location_t *location)
{
    return location->gate == LOGIN_GATE_OFF
           || location->gate == LOGIN_GATE_OPTIONAL;
}


static void
login_cli_gate_row(login_cli_gates_t *gates, const login_cli_gate_t *gate)
{
    char    *text;
    size_t   i, len;
    FILE    *out;

    for (i = 0; i < gates->table.columns; i++) {
        text = NULL;

        out = open_memstream(&text, &len);
        if (out == NULL) {
            gates->failed = 1;
            return;
        }

        switch (i) {

        case 0:
            login_cli_gate_server(out, gate);
            break;

        case 1:
            login_cli_gate_location(out, gate);
            break;

        case 2:
            (void) fputs(login_cli_logins[gate->location->gate], out);
            break;

        default:
            login_cli_gate_require(out, gate);
        }

        if (fclose(out) != 0) {
            gates->failed = 1;

        } else {
            login_cli_cell(&gates->table, login_str(text, len));
        }

        free(text);
    }
}


/* Servers of one name often differ by port: "example.com:80,443". */

static void
login_cli_gate_server(FILE *out, const login_cli_gate_t *gate)
{
    size_t                  i, j;
    login_str_t             port;
    const login_strings_t  *list;

    list = &gate->server->names;

    if (list->n != 0 && list->s[0].len != 0) {
        login_cli_gate_write(out, list->s[0]);

    } else {
        (void) fputc('_', out);
    }

    list = &gate->server->listen;

    for (i = 0; i < list->n; i++) {
        port = login_cli_gate_port(list->s[i]);

        for (j = 0; j < i; j++) {
            if (login_str_eq(login_cli_gate_port(list->s[j]), port)) {
                break;
            }
        }

        if (j == i) {
            (void) fputc(i == 0 ? ':' : ',', out);
            login_cli_gate_write(out, port);
        }
    }
}


/* The whole of what has none: "unix:/run/nginx.sock". */

static login_str_t
login_cli_gate_port(login_str_t address)
{
    size_t  n;

    n = address.len;

    while (n > 0
           && address.data[n - 1] >= '0' && address.data[n - 1] <= '9')
    {
        n--;
    }

    if (n == 0 || n == address.len || address.data[n - 1] != ':') {
        return address;
    }

    return login_str(address.data + n, address.len - n);
}


static void
login_cli_gate_location(FILE *out, const login_cli_gate_t *gate)
{
    uint32_t                 i;
    const login_location_t  *location;

    location = gate->location;

    for (i = 1; i < location->depth; i++) {
        login_cli_gate_label(out, gate->outer[i]);
        (void) fputs(" > ", out);
    }

    login_cli_gate_label(out, location);

    if (location->internal && location->kind != LOGIN_LOCATION_NAMED) {
        (void) fputs(" (internal)", out);
    }
}


static void
login_cli_gate_label(FILE *out, const login_location_t *location)
{
    size_t  i;

    (void) fputs(login_cli_marks[location->kind], out);

    switch (location->kind) {

    case LOGIN_LOCATION_SERVER:
    case LOGIN_LOCATION_IF:
        break;

    case LOGIN_LOCATION_LIMIT_EXCEPT:

        for (i = 0; i < location->methods.n; i++) {
            (void) fputc(' ', out);
            login_cli_gate_write(out, location->methods.s[i]);
        }

        break;

    default:
        login_cli_gate_write(out, location->name);
    }
}


static void
login_cli_gate_require(FILE *out, const login_cli_gate_t *gate)
{
    size_t                  i;
    const login_strings_t  *list;

    list = &gate->location->require;

    for (i = 0; i < list->n; i++) {
        (void) fputs(i == 0 ? "" : "; ", out);
        login_cli_gate_write(out, list->s[i]);
    }

    if (gate->location->any && gate->location->gate == LOGIN_GATE_ON) {
        (void) fprintf(out, "%s(satisfy any)", i == 0 ? "" : " ");
    }
}


static json_t *
login_cli_gate_json(const login_cli_gate_t *gate)
{
    login_str_t              name;
    const login_server_t    *server;
    const login_location_t  *location;

    server = gate->server;
    location = gate->location;
    name = server->names.n ? server->names.s[0] : login_str(NULL, 0);

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:s, s:o, s:s,"
                     " s:b, s:o}",
                     "server", login_cli_json_str(name),
                     "names", login_cli_gate_strings(&server->names),
                     "listen", login_cli_gate_strings(&server->listen),
                     "portal", server->portal.len == 0 ? json_null()
                               : login_cli_json_str(server->portal),
                     "location", location->kind == LOGIN_LOCATION_SERVER
                                 ? json_null()
                                 : login_cli_json_str(location->name),
                     "kind", login_cli_kinds[location->kind],
                     "within", login_cli_gate_within(gate),
                     "methods", login_cli_gate_strings(&location->methods),
                     "login", login_cli_logins[location->gate],
                     "require", login_cli_gate_strings(&location->require),
                     "satisfy", location->any ? "any" : "all",
                     "internal", location->internal != 0,
                     "written", login_cli_json_time(gate->policy->written));
}


/* The names of the locations that it is in, the outermost first. */

static json_t *
login_cli_gate_within(const login_cli_gate_t *gate)
{
    uint32_t   i;
    json_t    *array;

    array = json_array();

    for (i = 1; array != NULL && i < gate->location->depth; i++) {

        if (json_array_append_new(array,
                                  login_cli_json_str(gate->outer[i]->name))
            != 0)
        {
            json_decref(array);
            return NULL;
        }
    }

    return array;
}


static json_t *
login_cli_gate_strings(const login_strings_t *list)
{
    size_t   i;
    json_t  *array;

    array = json_array();

    for (i = 0; array != NULL && i < list->n; i++) {

        if (json_array_append_new(array, login_cli_json_str(list->s[i]))
            != 0)
        {
            json_decref(array);
            return NULL;
        }
    }

    return array;
}


static void
login_cli_gate_write(FILE *out, login_str_t s)
{
    (void) fwrite(s.data, 1, s.len, out);
}
