
/*
 * Security events: what can happen, one line of JSON for each, and what the
 * store keeps of those that are about an account.
 */

#ifndef LOGIN_LOG_H
#define LOGIN_LOG_H


/*
 * Name of the constant and in the log, who tells of it, category, result,
 * what happened.  Only what is really emitted; new ones go to the end, since
 * counters of them live on over a reload.
 */
#define LOGIN_LOG_KINDS(X)                                                    \
    X(SIGNIN, signin, nginx, signin, OK,                                      \
      "signed in")                                                            \
    X(SIGNIN_WRONG, signin_wrong, nginx, signin, REFUSED,                     \
      "wrong name or password, disabled, or without a password")              \
    X(SIGNIN_LOCKS, signin_locks, nginx, signin, REFUSED,                     \
      "the same, and one too many: locked from now on")                       \
    X(SIGNIN_LOCKED, signin_locked, nginx, signin, REFUSED,                   \
      "not tried, the name is locked")                                        \
    X(SIGNIN_THROTTLED, signin_throttled, nginx, signin, REFUSED,             \
      "not tried, too many failures of this network")                         \
    X(SIGNIN_FORGED, signin_forged, nginx, signin, REFUSED,                   \
      "a form that was not sent from the sign-in page")                       \
    X(SIGNIN_BUSY, signin_busy, nginx, signin, FAULT,                         \
      "not tried, more sign-ins wait than may")                               \
    X(SIGNIN_FAULT, signin_fault, nginx, signin, FAULT,                       \
      "could not be tried or not be kept")                                    \
    X(SIGNOUT, signout, nginx, session, OK,                                   \
      "signed out")                                                           \
    X(SIGNOUT_FORGED, signout_forged, nginx, session, REFUSED,                \
      "a form that was not sent from the page for signing out")               \
    X(SIGNOUT_FAULT, signout_fault, nginx, session, FAULT,                    \
      "the session could not be ended")                                       \
    X(SESSION_OVER, session_over, nginx, session, REFUSED,                    \
      "a cookie of a session that is over, ended or revoked")                 \
    X(SESSION_FOREIGN, session_foreign, nginx, session, REFUSED,              \
      "a session cookie that is not from here")                               \
    X(GATE_DENIED, gate_denied, nginx, gate, REFUSED,                         \
      "signed in, but not what login_require asks for")                       \
    X(GATE_ORIGIN, gate_origin, nginx, gate, REFUSED,                         \
      "a WebSocket that a page of another site opens")                        \
    X(GATE_FAULT, gate_fault, nginx, gate, FAULT,                             \
      "who asks could not be found out")                                      \
    X(FORWARD_ADDRESS, forward_address, nginx, gate, REFUSED,                 \
      "asked by an address that login_forward_auth does not name")            \
    X(ACCOUNT_ADDED, account_added, cli, account, OK,                         \
      "account added")                                                        \
    X(ACCOUNT_IMPORTED, account_imported, cli, account, OK,                   \
      "account added by an import")                                           \
    X(ACCOUNT_CHANGED, account_changed, cli, account, OK,                     \
      "name, address or language changed")                                    \
    X(ACCOUNT_ROLES, account_roles, cli, account, OK,                         \
      "roles given or taken away")                                            \
    X(ACCOUNT_PASSWORD, account_password, cli, account, OK,                   \
      "password set, all sessions ended")                                     \
    X(ACCOUNT_DISABLED, account_disabled, cli, account, OK,                   \
      "account disabled, all sessions ended")                                 \
    X(ACCOUNT_ENABLED, account_enabled, cli, account, OK,                     \
      "account enabled")                                                      \
    X(ACCOUNT_UNLOCKED, account_unlocked, cli, account, OK,                   \
      "failed sign-ins forgotten")                                            \
    X(SESSION_REVOKED, session_revoked, cli, session, OK,                     \
      "one session ended by an administrator")                                \
    X(SESSIONS_REVOKED, sessions_revoked, cli, session, OK,                   \
      "all sessions ended by an administrator")                               \
    X(MAIL_SENT, mail_sent, nginx, mail, OK,                                  \
      "the relay took a mail")                                                \
    X(MAIL_FAILED, mail_failed, nginx, mail, FAULT,                           \
      "a mail was refused for good, or given up")                             \
    X(LINK_REFUSED, link_refused, nginx, account, REFUSED,                    \
      "a link that was used, has expired, or is none")                        \
    X(REGISTERED, registered, nginx, account, OK,                             \
      "registered by an invitation, and signed in")                          \
    X(PASSWORD_CHANGED, password_changed, nginx, account, OK,                 \
      "password changed by the person, the current one was asked")            \
    X(PASSWORD_WRONG, password_wrong, nginx, account, REFUSED,                \
      "the current password was wrong, nothing changed")                      \
    X(PASSWORD_RESET, password_reset, nginx, account, OK,                     \
      "password set by a link, all sessions ended")                           \
    X(FORGOT, forgot, nginx, account, OK,                                     \
      "somebody asked for a mail, for a name that may not be there")          \
    X(FORGOT_THROTTLED, forgot_throttled, nginx, account, REFUSED,            \
      "the same, too often from this network")

#define LOGIN_LOG_ENUM(id, name, from, category, result, text)                \
    LOGIN_LOG_##id,

typedef enum {
    LOGIN_LOG_KINDS(LOGIN_LOG_ENUM)
    LOGIN_LOG_MAX
} login_log_kind_e;

#undef LOGIN_LOG_ENUM

typedef enum {
    LOGIN_LOG_OK = 0,
    LOGIN_LOG_REFUSED,
    LOGIN_LOG_FAULT
} login_log_result_e;


#define LOGIN_LOG_LINE   6144   /* bytes of the longest line */
#define LOGIN_LOG_TEXT   255    /* bytes that are kept of each text */
#define LOGIN_LOG_STORED 25     /* of an account; as many of failures */


/* Texts may hold anything; what is empty or NULL is not known. */
typedef struct {
    login_log_kind_e   kind;
    uint64_t           time;        /* in milliseconds */
    login_str_t        org;
    login_str_t        username;
    const u_char      *account;     /* LOGIN_ID_LEN bytes */
    const u_char      *session;     /* the same */
    login_str_t        address;
    login_str_t        browser;
    login_str_t        detail;
    login_str_t        actor;       /* who did it, if not the person */
} login_log_event_t;


const char *login_log_name(login_log_kind_e kind);
const char *login_log_category(login_log_kind_e kind);
const char *login_log_text(login_log_kind_e kind);
login_log_result_e login_log_result(login_log_kind_e kind);
const char *login_log_result_name(login_log_result_e result);

/* Does nginx tell of it, and not the command line? */
int login_log_served(login_log_kind_e kind);

/* LOGIN_NO: there is no such kind here. */
login_result_e login_log_find(login_log_kind_e *kind, login_str_t name);

/*
 * One JSON object and "\n", at most LOGIN_LOG_LINE bytes of ASCII that can
 * be printed; the length.
 */
size_t login_log_line(u_char *dst, const login_log_event_t *event);

/* "2026-11-24T13:40:45.123Z" */
#define LOGIN_LOG_TIME  sizeof("2026-11-24T13:40:45.123Z")
void login_log_time(char dst[LOGIN_LOG_TIME], uint64_t msec);


/*
 * Keeps the event with the account: login_log_put() for one that is new,
 * login_log_add() makes room among those that are there.  The caller sees to
 * it that the account is there still.  LOGIN_FAULT: the event is not kept.
 */
login_result_e login_log_put(login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN], const login_log_event_t *event);
login_result_e login_log_add(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], const login_log_event_t *event);

/*
 * Visits what is kept of one account, or of all where "account" is NULL, in
 * the order of accounts and time.  Names of the account are not set.
 */
typedef login_result_e (*login_log_visit_pt)(void *data,
    const login_log_event_t *event);

login_result_e login_log_walk(login_view_t *view, const u_char *account,
    login_log_visit_pt visit, void *data);

/* Removes all that is kept of the account. */
login_result_e login_log_forget(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN]);


#endif /* LOGIN_LOG_H */
