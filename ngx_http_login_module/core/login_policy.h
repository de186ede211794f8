
/*
 * What nginx guards: every server, and every location with what it requires,
 * as the running nginx has it.  Its workers write it into the store, where
 * the command line learns it, together with the portals, the rules for
 * passwords and what their hashes cost, and whether there is mail.
 *
 * It is kept as a head (format, time, length, hash) and the text in pieces,
 * all written by one change set: a view sees the old one or the new one.
 */

#ifndef LOGIN_POLICY_H
#define LOGIN_POLICY_H


#define LOGIN_POLICY_MAX  ((size_t) 64 << 20)   /* bytes, encoded */


/* How a location is chosen; the first stands where none is. */
typedef enum {
    LOGIN_LOCATION_SERVER = 0,
    LOGIN_LOCATION_PREFIX,
    LOGIN_LOCATION_PRIORITY,            /* "^~" */
    LOGIN_LOCATION_EXACT,
    LOGIN_LOCATION_REGEX,
    LOGIN_LOCATION_NAMED,
    LOGIN_LOCATION_IF,
    LOGIN_LOCATION_LIMIT_EXCEPT
} login_location_e;

typedef enum {
    LOGIN_GATE_OFF = 0,
    LOGIN_GATE_ON,
    LOGIN_GATE_OPTIONAL,
    LOGIN_GATE_PORTAL,                  /* guards itself, as does FORWARD */
    LOGIN_GATE_FORWARD
} login_gate_e;

typedef struct {
    login_str_t              *s;
    size_t                    n;
} login_strings_t;

typedef struct {
    login_location_e          kind;
    login_gate_e              gate;
    unsigned                  any;      /* "satisfy any" */
    unsigned                  internal; /* clients can't ask for it */
    uint32_t                  depth;    /* 0: SERVER, 1: directly in it */
    login_str_t               name;     /* of the outer one, if it has none */
    login_strings_t           methods;  /* that LIMIT_EXCEPT leaves alone */
    login_strings_t           require;  /* lines, as they were written */
} login_location_t;

typedef struct {
    login_str_t               portal;   /* URL; empty: has nothing of it */
    unsigned                  own;      /* the portal is in this server */
    login_strings_t           names;    /* a regular one begins with "~" */
    login_strings_t           listen;
    login_location_t         *locations;    /* inner ones behind the outer */
    size_t                    n;
} login_server_t;

/* An organisation, as accounts are made for it. */
typedef struct {
    login_str_t               name;
    login_str_t               title;
    login_str_t               region;   /* URL of its portal; empty: any */
    uint32_t                  password_min;     /* see login_rules_t */
    uint32_t                  password_max;
    uint32_t                  password_score;
    login_str_t               blocklist;        /* file, or empty */
    unsigned                  password; /* 0: single sign-on only */
    login_strings_t           providers;        /* names */
} login_policy_org_t;

typedef struct {
    login_str_t               name;
    login_str_t               issuer;
    unsigned                  provision;        /* it makes accounts */
} login_policy_provider_t;

typedef struct {
    uint64_t                  written;  /* seconds since the epoch */
    login_server_t           *servers;
    size_t                    n;
    login_str_t               mail;     /* sender's address, or no mails */

    uint32_t                  password_min;     /* see login_rules_t */
    uint32_t                  password_max;
    uint32_t                  password_score;
    login_str_t               blocklist;        /* file, or empty */

    uint32_t                  hash_memory;      /* see login_cost_t */
    uint32_t                  hash_passes;

    login_str_t               only;     /* organisation; or there are many */
    login_policy_org_t       *orgs;
    size_t                    norgs;    /* 0: nginx has written nothing */
    login_policy_provider_t  *providers;
    size_t                    nproviders;
} login_policy_t;


/* NULL: it is not declared. */
const login_policy_org_t *login_policy_org(const login_policy_t *policy,
    login_str_t name);

/* Of that name among those of the organisation; NULL: it has none such. */
const login_policy_provider_t *login_policy_provider(
    const login_policy_t *policy, const login_policy_org_t *org,
    login_str_t name);

/* The bytes that login_policy_encode() writes. */
size_t login_policy_size(const login_policy_t *policy);

/* LOGIN_NO: a string is too long, or it would not be decoded again. */
login_result_e login_policy_encode(u_char *dst, size_t size,
    const login_policy_t *policy);

/*
 * The strings point into "in", the rest comes from "arena".  LOGIN_FAULT:
 * not well-formed, or no memory.
 */
login_result_e login_policy_decode(login_policy_t *policy,
    login_arena_t *arena, login_str_t in);

/*
 * Adds to "changes" what makes "encoded" the policy of the store, unless
 * another one was written meanwhile.  LOGIN_NO: it is that already.
 */
login_result_e login_policy_put(login_changes_t *changes, login_view_t *view,
    login_str_t encoded, uint64_t now);

/* A copy in "arena".  LOGIN_NO: nginx has written none yet. */
login_result_e login_policy_get(login_policy_t *policy, login_arena_t *arena,
    login_view_t *view);


/* Between the files of this: */

void *login_policy_room(login_decoder_t *d, login_arena_t *arena, size_t *n,
    size_t least, size_t size);

size_t login_strings_size(const login_strings_t *list);
void login_put_strings(login_encoder_t *e, const login_strings_t *list);
void login_get_strings(login_decoder_t *d, login_arena_t *arena,
    login_strings_t *list);

size_t login_policy_orgs_size(const login_policy_t *policy);
void login_policy_put_orgs(login_encoder_t *e, const login_policy_t *policy);
void login_policy_get_orgs(login_decoder_t *d, login_arena_t *arena,
    login_policy_t *policy);


#endif /* LOGIN_POLICY_H */
