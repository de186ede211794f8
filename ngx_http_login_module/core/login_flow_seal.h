
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
#define LOGIN_FLOW_PLAIN                                                      \
    (1 + 1 + 1 + 4 + LOGIN_FLOW_ID_LEN + 3 * LOGIN_ID_LEN + 4 + 3 * 8         \
     + LOGIN_SECRET_LEN)
#define LOGIN_FLOW_TEXT                                                       \
    login_base64url_len(LOGIN_FLOW_PLAIN + LOGIN_CIPHER_OVERHEAD)


/* What a flow has made: kept until no cookie of it is good any more. */
typedef enum {
    LOGIN_FLOW_OPEN = 0,
    LOGIN_FLOW_ENROLLED,            /* a device */
    LOGIN_FLOW_DONE                 /* a session, or other recovery codes */
} login_flow_stage_e;

typedef struct {
    u_char         id[LOGIN_FLOW_ID_LEN];
    login_state_e  state;
    unsigned       methods;         /* LOGIN_METHOD_..., shown so far */
    unsigned       shared;          /* a shared computer */
    unsigned       stepped;         /* began in "session", not by signing in */
    u_char         account[LOGIN_ID_LEN];
    u_char         session[LOGIN_ID_LEN];
    uint32_t       generation;      /* of the account */
    uint64_t       epoch;           /* of the store */
    uint64_t       auth_time;       /* the password was shown */
    uint64_t       issued;          /* this step began */

    u_char         device[LOGIN_ID_LEN];    /* that is being set up */
    login_secret_t seed;            /* of the recovery codes that are shown */
} login_flow_t;

/* What the store says of one. */
typedef struct {
    login_flow_stage_e  stage;
    uint32_t            generation; /* of the account, when it was written */
    uint64_t            when;
    uint64_t            version;    /* for the change */
} login_flow_mark_t;


/* Draws id and seed; the rest is zeros. */
login_result_e login_flow_draw(login_flow_t *flow);

login_result_e login_flow_seal(u_char dst[LOGIN_FLOW_TEXT],
    login_crypto_t *crypto, login_str_t realm,
    const u_char browser[LOGIN_ID_LEN], const login_flow_t *flow);

/* LOGIN_NO: it is none of this portal and browser, or too old. */
login_result_e login_flow_open(login_flow_t *flow, login_crypto_t *crypto,
    login_str_t realm, const u_char browser[LOGIN_ID_LEN], login_str_t text,
    uint64_t now);

/* Seconds that a flow is good for in its state. */
uint64_t login_flow_time(login_state_e state);


/* Where nothing was noted, the stage is LOGIN_FLOW_OPEN. */
login_result_e login_flow_mark(login_flow_mark_t *mark, login_view_t *view,
    const login_flow_t *flow);

/* Notes what it has made; expects the version of "mark". */
void login_flow_note(login_changes_t *changes, const login_flow_t *flow,
    const login_flow_mark_t *mark);

/* Removes what nobody can use any more of this account. */
login_result_e login_flow_sweep(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], uint64_t now);


#endif /* LOGIN_FLOW_SEAL_H */
