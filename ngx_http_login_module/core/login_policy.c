
#include "login.h"


#define LOGIN_LOCATION_ANY       0x01
#define LOGIN_LOCATION_INTERNAL  0x02
#define LOGIN_SERVER_OWN         0x01

/* The bytes of the least of each. */
#define LOGIN_STRING_SIZE        2
#define LOGIN_LIST_SIZE          4
#define LOGIN_LOCATION_SIZE      (3 + 4 + LOGIN_STRING_SIZE                   \
                                  + 2 * LOGIN_LIST_SIZE)
#define LOGIN_RULES_SIZE         (3 * 4 + LOGIN_STRING_SIZE + 2 * 4)
#define LOGIN_SERVER_SIZE        (1 + LOGIN_STRING_SIZE + 3 * LOGIN_LIST_SIZE)


static void login_put_server(login_encoder_t *e, const login_server_t *server);
static void login_put_location(login_encoder_t *e,
    const login_location_t *location);
static void login_get_server(login_decoder_t *d, login_arena_t *arena,
    login_server_t *server);
static void login_get_location(login_decoder_t *d, login_arena_t *arena,
    login_location_t *location);
static int login_server_valid(const login_server_t *server);
static int login_location_valid(const login_location_t *location);


size_t
login_policy_size(const login_policy_t *policy)
{
    size_t                   i, j, size;
    const login_server_t    *server;
    const login_location_t  *location;

    size = LOGIN_LIST_SIZE + LOGIN_STRING_SIZE + policy->mail.len
           + LOGIN_RULES_SIZE + policy->blocklist.len
           + login_policy_orgs_size(policy);

    for (i = 0; i < policy->n; i++) {
        server = &policy->servers[i];

        size += LOGIN_SERVER_SIZE + server->portal.len
                + login_strings_size(&server->names)
                + login_strings_size(&server->listen);

        for (j = 0; j < server->n; j++) {
            location = &server->locations[j];

            size += LOGIN_LOCATION_SIZE + location->name.len
                    + login_strings_size(&location->methods)
                    + login_strings_size(&location->require);
        }
    }

    return size;
}


size_t
login_strings_size(const login_strings_t *list)
{
    size_t  i, size;

    size = 0;

    for (i = 0; i < list->n; i++) {
        size += LOGIN_STRING_SIZE + list->s[i].len;
    }

    return size;
}


login_result_e
login_policy_encode(u_char *dst, size_t size, const login_policy_t *policy)
{
    size_t           i;
    login_encoder_t  e;

    e.pos = dst;
    e.end = dst + size;
    e.failed = 0;

    login_put_uint(&e, policy->n, 4);

    for (i = 0; i < policy->n; i++) {

        if (!login_server_valid(&policy->servers[i])) {
            return LOGIN_NO;
        }

        login_put_server(&e, &policy->servers[i]);
    }

    login_put_str(&e, policy->mail);
    login_put_uint(&e, policy->password_min, 4);
    login_put_uint(&e, policy->password_max, 4);
    login_put_uint(&e, policy->password_score, 4);
    login_put_str(&e, policy->blocklist);
    login_put_uint(&e, policy->hash_memory, 4);
    login_put_uint(&e, policy->hash_passes, 4);
    login_policy_put_orgs(&e, policy);

    return (e.failed || e.pos != e.end) ? LOGIN_NO : LOGIN_OK;
}


static void
login_put_server(login_encoder_t *e, const login_server_t *server)
{
    size_t  i;

    login_put_uint(e, server->own ? LOGIN_SERVER_OWN : 0, 1);
    login_put_str(e, server->portal);
    login_put_strings(e, &server->names);
    login_put_strings(e, &server->listen);
    login_put_uint(e, server->n, 4);

    for (i = 0; i < server->n; i++) {
        login_put_location(e, &server->locations[i]);
    }
}


static void
login_put_location(login_encoder_t *e, const login_location_t *location)
{
    login_put_uint(e, location->kind, 1);
    login_put_uint(e, location->gate, 1);
    login_put_uint(e, (location->any ? LOGIN_LOCATION_ANY : 0)
                      | (location->internal ? LOGIN_LOCATION_INTERNAL : 0),
                   1);
    login_put_uint(e, location->depth, 4);
    login_put_str(e, location->name);
    login_put_strings(e, &location->methods);
    login_put_strings(e, &location->require);
}


void
login_put_strings(login_encoder_t *e, const login_strings_t *list)
{
    size_t  i;

    login_put_uint(e, list->n, 4);

    for (i = 0; i < list->n; i++) {
        login_put_str(e, list->s[i]);
    }
}


login_result_e
login_policy_decode(login_policy_t *policy, login_arena_t *arena,
    login_str_t in)
{
    size_t           i;
    login_decoder_t  d;

    d.pos = in.data;
    d.end = in.data + in.len;
    d.failed = 0;

    policy->written = 0;
    policy->servers = login_policy_room(&d, arena, &policy->n,
                                        LOGIN_SERVER_SIZE,
                                        sizeof(login_server_t));

    for (i = 0; i < policy->n && !d.failed; i++) {
        login_get_server(&d, arena, &policy->servers[i]);
    }

    policy->mail = login_get_str(&d);
    policy->password_min = (uint32_t) login_get_uint(&d, 4);
    policy->password_max = (uint32_t) login_get_uint(&d, 4);
    policy->password_score = (uint32_t) login_get_uint(&d, 4);
    policy->blocklist = login_get_str(&d);
    policy->hash_memory = (uint32_t) login_get_uint(&d, 4);
    policy->hash_passes = (uint32_t) login_get_uint(&d, 4);
    login_policy_get_orgs(&d, arena, policy);

    return (d.failed || d.pos != d.end) ? LOGIN_FAULT : LOGIN_OK;
}


/*
 * Room for as many as there are said to be, which must be in what follows:
 * memory grows with the input, never with a number in it.
 */

void *
login_policy_room(login_decoder_t *d, login_arena_t *arena, size_t *n,
    size_t least, size_t size)
{
    void  *p;

    *n = (size_t) login_get_uint(d, 4);

    if (*n == 0) {
        return NULL;
    }

    p = NULL;

    if (*n <= (size_t) (d->end - d->pos) / least) {
        p = login_arena_alloc(arena, *n * size);
    }

    if (p == NULL) {
        *n = 0;
        d->failed = 1;
    }

    return p;
}


static void
login_get_server(login_decoder_t *d, login_arena_t *arena,
    login_server_t *server)
{
    size_t    i;
    unsigned  flags;

    flags = (unsigned) login_get_uint(d, 1);
    server->own = (flags & LOGIN_SERVER_OWN) != 0;
    server->portal = login_get_str(d);

    login_get_strings(d, arena, &server->names);
    login_get_strings(d, arena, &server->listen);

    server->locations = login_policy_room(d, arena, &server->n,
                                          LOGIN_LOCATION_SIZE,
                                          sizeof(login_location_t));

    for (i = 0; i < server->n && !d->failed; i++) {
        login_get_location(d, arena, &server->locations[i]);
    }

    if ((flags & ~(unsigned) LOGIN_SERVER_OWN) != 0
        || (!d->failed && !login_server_valid(server)))
    {
        d->failed = 1;
    }
}


static void
login_get_location(login_decoder_t *d, login_arena_t *arena,
    login_location_t *location)
{
    unsigned  flags;

    location->kind = (login_location_e) login_get_uint(d, 1);
    location->gate = (login_gate_e) login_get_uint(d, 1);

    flags = (unsigned) login_get_uint(d, 1);
    location->any = (flags & LOGIN_LOCATION_ANY) != 0;
    location->internal = (flags & LOGIN_LOCATION_INTERNAL) != 0;

    location->depth = (uint32_t) login_get_uint(d, 4);
    location->name = login_get_str(d);

    login_get_strings(d, arena, &location->methods);
    login_get_strings(d, arena, &location->require);

    if (flags & ~(unsigned) (LOGIN_LOCATION_ANY|LOGIN_LOCATION_INTERNAL)) {
        d->failed = 1;
    }
}


void
login_get_strings(login_decoder_t *d, login_arena_t *arena,
    login_strings_t *list)
{
    size_t  i;

    list->s = login_policy_room(d, arena, &list->n, LOGIN_STRING_SIZE,
                                sizeof(login_str_t));

    for (i = 0; i < list->n && !d->failed; i++) {
        list->s[i] = login_get_str(d);
    }
}


/* Each location stands behind the one that it is in. */

static int
login_server_valid(const login_server_t *server)
{
    size_t                   i;
    uint32_t                 most;
    const login_location_t  *location;

    most = 1;

    for (i = 0; i < server->n; i++) {
        location = &server->locations[i];

        if (!login_location_valid(location)
            || location->depth > most
            || (location->depth == 0 && i != 0))
        {
            return 0;
        }

        most = location->depth + 1;
    }

    return !server->own || server->portal.len != 0;
}


static int
login_location_valid(const login_location_t *location)
{
    return location->kind <= LOGIN_LOCATION_LIMIT_EXCEPT
           && location->gate <= LOGIN_GATE_FORWARD
           && (location->kind == LOGIN_LOCATION_SERVER)
              == (location->depth == 0)
           && (location->methods.n == 0
               || location->kind == LOGIN_LOCATION_LIMIT_EXCEPT);
}
