
/*
 * What a flow is between its steps: a cookie of its own, encrypted for one
 * portal and one browser, and an id, which stands in the address.  It can be
 * sent a second time, so it never counts anything, and a record says what a
 * flow has made already.
 */

#ifndef LOGIN_FLOW_SEAL_H
#define LOGIN_FLOW_SEAL_H


#define LOGIN_FLOWS_MAX       5     /* of one browser */
#define LOGIN_FLOW_TIME       900   /* seconds, from one step to the next */
#define LOGIN_FLOW_SETUP      3600  /* the same while a device is set up */
#define LOGIN_FLOW_KEEP       7200  /* of the record: longer than any cookie */

#define LOGIN_FLOW_ID_LEN     12
#define LOGIN_FLOW_ID_TEXT    login_base64url_len(LOGIN_FLOW_ID_LEN)
#define LOGIN_FLOW_SECRET     20    /* bytes of a new device's */
#define LOGIN_FLOW_NAME_MAX   128   /* bytes of its name */
#define LOGIN_FLOW_CODES_MAX  320   /* bytes of all its recovery codes */

#define LOGIN_FLOW_PLAIN_MAX  640
#define LOGIN_FLOW_TEXT_MAX                                                   \
    login_base64url_len(LOGIN_FLOW_PLAIN_MAX + LOGIN_CIPHER_OVERHEAD)


/* What a flow has made: kept until no cookie of it is good any more. */
typedef enum {
    LOGIN_FLOW_OPEN = 0,
    LOGIN_FLOW_ENROLLED,            /* a device */
    LOGIN_FLOW_DONE                 /* a session */
} login_flow_stage_e;

typedef struct {
    u_char         id[LOGIN_FLOW_ID_LEN];
    login_state_e  state;
    unsigned       methods;         /* LOGIN_METHOD_..., shown so far */
    unsigned       shared;          /* a shared computer */
    unsigned       stepped;         /* began in "session", not by signing in */
    unsigned       devices;         /* there was one when it began */
    u_char         account[LOGIN_ID_LEN];
    u_char         session[LOGIN_ID_LEN];
    uint32_t       generation;      /* of the account */
    uint64_t       epoch;           /* of the store */
    uint64_t       auth_time;       /* the password was shown */
    uint64_t       issued;          /* this step began */

    /* of a device that is being set up */

    u_char         secret[LOGIN_FLOW_SECRET];
    size_t         name_len;
    u_char         name[LOGIN_FLOW_NAME_MAX];
    size_t         codes_len;
    u_char         codes[LOGIN_FLOW_CODES_MAX];
} login_flow_t;


/* Draws the id; the rest is zeros. */
login_result_e login_flow_draw(login_flow_t *flow);

/*
 * Writes at most LOGIN_FLOW_TEXT_MAX bytes; the length, or 0: it could not
 * be.
 */
size_t login_flow_seal(u_char *dst, login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN],
    const login_flow_t *flow);

/* LOGIN_NO: it is none of this portal and browser, or too old. */
login_result_e login_flow_open(login_flow_t *flow, login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN], login_str_t text,
    uint64_t now);

/* Seconds that a flow is good for in its state. */
uint64_t login_flow_time(login_state_e state);


/* "version" is what a change has to expect. */
login_result_e login_flow_stage(login_flow_stage_e *stage, uint64_t *version,
    login_view_t *view, const login_flow_t *flow);

/* Notes what it has made; expects "version". */
void login_flow_note(login_changes_t *changes, const login_flow_t *flow,
    login_flow_stage_e stage, uint64_t version, uint64_t now);

/* Removes what nobody can use any more of this account. */
login_result_e login_flow_sweep(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], uint64_t now);


#endif /* LOGIN_FLOW_SEAL_H */
