
/*
 * Mails on their way out.  Who has something to tell puts a mail into the
 * change set that does what it tells of; one worker of nginx sends it.
 *
 * A mail is two records: what it says, encrypted, since links with tokens
 * are in it, until it has been delivered or given up; and its state, which
 * stays for 30 days.  What is kept are the words to fill in: templates are
 * rendered when it is sent.
 */

#ifndef LOGIN_MAIL_H
#define LOGIN_MAIL_H


#define LOGIN_MAIL_TEXT_MAX   2000      /* bytes of any one string */
#define LOGIN_MAIL_ROWS_MAX   32        /* organisations in one mail */
#define LOGIN_MAIL_WORDS_MAX  255       /* bytes kept of an answer */

#define LOGIN_MAIL_GIVE_UP    (3 * 86400)   /* seconds of trying */
#define LOGIN_MAIL_KEEP       (30 * 86400)  /* of keeping the state */


/* Kept in records: new ones at the end. */
typedef enum {
    LOGIN_MAIL_INVITATION = 0,
    LOGIN_MAIL_RESET,
    LOGIN_MAIL_ACCOUNTS,        /* of one name: what works where, "rows" */
    LOGIN_MAIL_EXISTS,          /* "you have an account already" */
    LOGIN_MAIL_PASSWORD_CHANGED,
    LOGIN_MAIL_NEW_BROWSER,
    LOGIN_MAIL_RENAMED,
    LOGIN_MAIL_TEST,
    LOGIN_MAIL_MFA_RESET,
    LOGIN_MAIL_DEVICE_ADDED,
    LOGIN_MAIL_RECOVERY_USED,   /* "detail": how many are left */
    LOGIN_MAIL_DEVICE_REMOVED,
    LOGIN_MAIL_ADDRESS_CHANGED, /* to the old one */
    LOGIN_MAIL_RECOVERY_RENEWED,
    LOGIN_MAIL_KINDS
} login_mail_kind_e;

typedef enum {
    LOGIN_MAIL_QUEUED = 0,
    LOGIN_MAIL_SENT,
    LOGIN_MAIL_FAILED           /* refused for good, or given up */
} login_mail_status_e;

/* What works in one of the organisations. */
typedef enum {
    LOGIN_MAIL_ROW_RESET = 0,   /* "url" sets a new password */
    LOGIN_MAIL_ROW_INVITATION,  /* "url" registers */
    LOGIN_MAIL_ROW_SSO,         /* sign in with "text", at "url" */
    LOGIN_MAIL_ROWS
} login_mail_row_e;

typedef struct {
    login_mail_row_e        kind;
    login_str_t             title;      /* of the organisation, or empty */
    login_str_t             url;
    login_str_t             text;       /* title of the provider */
} login_mail_row_t;

/*
 * Strings are UTF-8, and empty where they have nothing to say; templates
 * take care of what is in them.
 */
typedef struct {
    login_mail_kind_e       kind;
    u_char                  id[LOGIN_ID_LEN];
    login_str_t             to;         /* an address */
    login_str_t             language;   /* of who reads it */
    login_str_t             username;
    login_str_t             name;
    login_str_t             org;        /* its key */
    login_str_t             title;      /* of the organisation */
    login_str_t             url;        /* complete, from configuration */
    login_str_t             detail;     /* browser; the new username */
    login_str_t             address;    /* of the network it came from */
    uint64_t                when;       /* it happened, 0: nothing did */
    uint64_t                expires;    /* of "url", 0: it does not */
    const login_mail_row_t *rows;
    size_t                  nrows;
    uint64_t                version;    /* set by login_mail_get() */
} login_mail_t;

typedef struct {
    u_char                  id[LOGIN_ID_LEN];
    uint64_t                version;    /* of the record */
    login_mail_kind_e       kind;
    login_mail_status_e     status;
    uint64_t                created;
    uint64_t                next;       /* attempt; or when it was over */
    uint32_t                attempts;
    login_str_t             to;
    login_str_t             org;
    login_str_t             words;      /* of the relay, or what failed */
} login_mail_state_t;


/* Draws the id of a mail that has none of its own. */
login_result_e login_mail_draw(u_char id[LOGIN_ID_LEN]);

/*
 * Queues a mail; one of the same id is replaced.  The keys are those of
 * "view".  LOGIN_NO: nothing can be mailed to that, see
 * login_mail_address(), or a string is too long.  LOGIN_FAULT: no memory.
 */
login_result_e login_mail_put(login_changes_t *changes, login_view_t *view,
    const login_mail_t *mail, uint64_t now);

/*
 * Takes it back, as far as that goes: it may be on its way.  Of one that is
 * over the state stays.
 */
login_result_e login_mail_cancel(login_changes_t *changes,
    login_view_t *view, const u_char id[LOGIN_ID_LEN]);

/* The strings point into the view.  LOGIN_NO: there is none any more. */
login_result_e login_mail_state(login_mail_state_t *state,
    login_view_t *view, const u_char id[LOGIN_ID_LEN]);

/* "queued", "sent", "failed"; "invitation", "reset" ... */
const char *login_mail_status_name(login_mail_status_e status);
const char *login_mail_kind_name(login_mail_kind_e kind);

/* Is it an address as RFC 5321 has them, without quotes and comments? */
login_result_e login_mail_address(login_str_t address);


/*
 * May one more mail be asked for, by the name of login_limit_name()?  At
 * most 3 in 10 minutes and 15 in an hour.  LOGIN_OK notes it in "changes",
 * and LOGIN_NO comes of applying them where another one was asked for at
 * the same time.  "exists" is 0 where nobody has that name: the same work
 * leaves nothing.
 */
login_result_e login_mail_allowed(login_changes_t *changes,
    login_view_t *view, const u_char name[LOGIN_ID_LEN], unsigned exists,
    uint64_t now);


/* For who sends, and for the command line: */

typedef login_result_e (*login_mail_visit_pt)(void *data,
    const login_mail_state_t *state);

/* All states, or those of what is queued only. */
login_result_e login_mail_walk(login_view_t *view,
    login_mail_visit_pt visit, void *data);
login_result_e login_mail_walk_queue(login_view_t *view,
    login_mail_visit_pt visit, void *data);

/*
 * What is to be sent.  Its strings and rows live as long as "arena".
 * LOGIN_NO: there is none, or none any more.
 */
login_result_e login_mail_get(login_mail_t *mail, login_arena_t *arena,
    login_view_t *view, const u_char id[LOGIN_ID_LEN]);

/*
 * Notes how an attempt went; expects the version of "state".  Where it is
 * over, nothing is left of what the mail said.
 */
void login_mail_note(login_changes_t *changes,
    const login_mail_state_t *state);

/* Makes a queued mail due now, a failed one cannot be: it is wiped. */
void login_mail_retry(login_changes_t *changes,
    const login_mail_state_t *state, uint64_t now);

/* Seconds to the next attempt, after so many that failed. */
uint64_t login_mail_delay(uint32_t attempts);

/* Removes what is over, at most "max" records. */
login_result_e login_mail_sweep(login_changes_t *changes, login_view_t *view,
    uint64_t now, size_t max);


#endif /* LOGIN_MAIL_H */
