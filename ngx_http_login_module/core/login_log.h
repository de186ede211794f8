
/*
 * Security events: what can happen, one line of JSON for each, and what the
 * store keeps of those that are about an account.
 */

#ifndef LOGIN_LOG_H
#define LOGIN_LOG_H


/*
 * Name of the constant and in the log, who tells of it, category, result,
 * what it is kept with (NOTHING: with nothing, it is in the log alone),
 * what happened.  Only what is really emitted; new ones go to the end, since
 * counters of them live on over a reload.
 */
#define LOGIN_LOG_KINDS(X)                                                    \
    X(SIGNIN, signin, nginx, signin, OK, ACCOUNT,                             \
      "signed in")                                                            \
    X(SIGNIN_WRONG, signin_wrong, nginx, signin, REFUSED, NOTHING,            \
      "wrong name or password, disabled, or without a password")              \
    X(SIGNIN_LOCKS, signin_locks, nginx, signin, REFUSED, ACCOUNT,            \
      "the same, and one too many: locked from now on")                       \
    X(SIGNIN_LOCKED, signin_locked, nginx, signin, REFUSED, NOTHING,          \
      "not tried, the name is locked")                                        \
    X(SIGNIN_THROTTLED, signin_throttled, nginx, signin, REFUSED, NOTHING,    \
      "not tried, too many failures of this network")                         \
    X(SIGNIN_FORGED, signin_forged, nginx, signin, REFUSED, NOTHING,          \
      "a form that was not sent from the sign-in page")                       \
    X(SIGNIN_BUSY, signin_busy, nginx, signin, FAULT, NOTHING,                \
      "not tried, more sign-ins wait than may")                               \
    X(SIGNIN_FAULT, signin_fault, nginx, signin, FAULT, NOTHING,              \
      "could not be tried or not be kept")                                    \
    X(SIGNOUT, signout, nginx, session, OK, ACCOUNT,                          \
      "signed out")                                                           \
    X(SIGNOUT_FORGED, signout_forged, nginx, session, REFUSED, NOTHING,       \
      "a form that was not sent from the page for signing out")               \
    X(SIGNOUT_FAULT, signout_fault, nginx, session, FAULT, NOTHING,           \
      "the session could not be ended")                                       \
    X(SESSION_OVER, session_over, nginx, session, REFUSED, NOTHING,           \
      "a cookie of a session that is over, ended or revoked")                 \
    X(SESSION_FOREIGN, session_foreign, nginx, session, REFUSED, NOTHING,     \
      "a session cookie that is not from here")                               \
    X(GATE_DENIED, gate_denied, nginx, gate, REFUSED, NOTHING,                \
      "signed in, but not what login_require asks for")                       \
    X(GATE_ORIGIN, gate_origin, nginx, gate, REFUSED, NOTHING,                \
      "a WebSocket that a page of another site opens")                        \
    X(GATE_FAULT, gate_fault, nginx, gate, FAULT, NOTHING,                    \
      "who asks could not be found out")                                      \
    X(FORWARD_ADDRESS, forward_address, nginx, gate, REFUSED, NOTHING,        \
      "asked by an address that login_forward_auth does not name")            \
    X(PASSWORD_UPGRADED, password_upgraded, nginx, account, OK, ACCOUNT,      \
      "a better hash of the same password is kept")                           \
    X(ACCOUNT_ADDED, account_added, cli, account, OK, ACCOUNT,                \
      "account added")                                                        \
    X(ACCOUNT_CHANGED, account_changed, cli, account, OK, ACCOUNT,            \
      "name, address or language changed")                                    \
    X(ACCOUNT_ROLES, account_roles, cli, account, OK, ACCOUNT,                \
      "roles given or taken away")                                            \
    X(ACCOUNT_PASSWORD, account_password, cli, account, OK, ACCOUNT,          \
      "password set, all sessions ended")                                     \
    X(ACCOUNT_DISABLED, account_disabled, cli, account, OK, ACCOUNT,          \
      "account disabled, all sessions ended")                                 \
    X(ACCOUNT_ENABLED, account_enabled, cli, account, OK, ACCOUNT,            \
      "account enabled")                                                      \
    X(ACCOUNT_UNLOCKED, account_unlocked, cli, account, OK, ACCOUNT,          \
      "failed sign-ins forgotten")                                            \
    X(ACCOUNT_REMOVED, account_removed, cli, account, OK, STORE,              \
      "account removed, with what was kept of it")                            \
    X(ACCOUNTS_IMPORTED, accounts_imported, cli, account, OK, STORE,          \
      "accounts added from a file")                                           \
    X(ADDRESS_UNLOCKED, address_unlocked, cli, signin, OK, STORE,             \
      "failed sign-ins from an address forgotten")                            \
    X(SESSION_REVOKED, session_revoked, cli, session, OK, ACCOUNT,            \
      "one session ended by an administrator")                                \
    X(SESSIONS_REVOKED, sessions_revoked, cli, session, OK, ACCOUNT,          \
      "all sessions ended by an administrator")                               \
    X(KEY_ROTATED, key_rotated, cli, store, OK, STORE,                        \
      "another key signs, or verifies first")                                 \
    X(KEY_RESEALED, key_resealed, cli, store, OK, STORE,                      \
      "records written anew with the key that signs")                         \
    X(KEY_RETIRED, key_retired, cli, store, OK, STORE,                        \
      "a key taken away")                                                     \
    X(BACKUP_MADE, backup_made, cli, store, OK, STORE,                        \
      "backup written")                                                       \
    X(STORE_RESTORED, store_restored, cli, store, OK, STORE,                  \
      "backup put in place, all sessions ended")                              \
    X(MAIL_SENT, mail_sent, nginx, mail, OK, NOTHING,                         \
      "the relay took a mail")                                                \
    X(MAIL_FAILED, mail_failed, nginx, mail, FAULT, NOTHING,                  \
      "a mail was refused for good, or given up")                             \
    X(LINK_REFUSED, link_refused, nginx, account, REFUSED, NOTHING,           \
      "a link that was used, has expired, or is none")                        \
    X(REGISTERED, registered, nginx, account, OK, ACCOUNT,                    \
      "registered by an invitation, and signed in")                           \
    X(PASSWORD_CHANGED, password_changed, nginx, account, OK, ACCOUNT,        \
      "password changed by the person, the current one was asked")            \
    X(PASSWORD_WRONG, password_wrong, nginx, account, REFUSED, NOTHING,       \
      "the current password was wrong, nothing changed")                      \
    X(PASSWORD_RESET, password_reset, nginx, account, OK, ACCOUNT,            \
      "password set by a link, all sessions ended")                           \
    X(FORGOT, forgot, nginx, account, OK, NOTHING,                            \
      "somebody asked for a mail, for a name that may not be there")          \
    X(FORGOT_THROTTLED, forgot_throttled, nginx, account, REFUSED, NOTHING,   \
      "the same, too often from this network")                                \
    X(ACCOUNT_INVITED, account_invited, cli, account, OK, ACCOUNT,            \
      "invited, with a link to register; an earlier one has ended")           \
    X(ACCOUNT_RENAMED, account_renamed, cli, account, OK, ACCOUNT,            \
      "account has another name, all links to it have ended")                 \
    X(ACCOUNT_LINK, account_link, cli, account, OK, ACCOUNT,                  \
      "a link to set a password was made by hand")                            \
    X(INVITATION_LINK, invitation_link, cli, account, OK, STORE,              \
      "a link was made with which many may ask for an invitation")            \
    X(INVITATION_REVOKED, invitation_revoked, cli, account, OK, STORE,        \
      "an invitation, or a link to ask for one, was ended")                   \
    X(INVITATION_ASKED, invitation_asked, nginx, account, OK, ACCOUNT,        \
      "asked for an invitation by a link for many; kept if one was made")     \
    X(INVITATION_THROTTLED, invitation_throttled, nginx, account, REFUSED,    \
      NOTHING, "the same, too often from this network")                       \
    X(ACCOUNT_MOVED, account_moved, cli, account, OK, ACCOUNT,                \
      "account moved to another organisation, sessions and links ended")      \
    X(MFA_RESET, mfa_reset, cli, mfa, OK, ACCOUNT,                            \
      "devices, recovery codes, trusted browsers and sessions ended")         \
    X(MFA_EXPORTED, mfa_exported, cli, mfa, OK, ACCOUNT,                      \
      "secrets of the account's devices were read")                           \
    X(MFA_IMPORTED, mfa_imported, cli, mfa, OK, ACCOUNT,                      \
      "a device added with a secret from elsewhere")                          \
    X(MFA_ASKED, mfa_asked, nginx, mfa, OK, NOTHING,                          \
      "right password, or a session: a second factor is asked for")           \
    X(MFA_WRONG, mfa_wrong, nginx, mfa, REFUSED, NOTHING,                     \
      "a code was wrong, or used before")                                     \
    X(MFA_LIMITED, mfa_limited, nginx, mfa, REFUSED, NOTHING,                 \
      "a code was not tried, too many were wrong")                            \
    X(MFA_FORGED, mfa_forged, nginx, mfa, REFUSED, NOTHING,                   \
      "a form that was not sent from the pages of the second factor")         \
    X(MFA_OVER, mfa_over, nginx, mfa, REFUSED, NOTHING,                       \
      "a step of a sign-in that is over, or none of this browser")            \
    X(MFA_FAULT, mfa_fault, nginx, mfa, FAULT, NOTHING,                       \
      "a step could not be tried or not be kept")                             \
    X(MFA_STEPPED_UP, mfa_stepped_up, nginx, mfa, OK, ACCOUNT,                \
      "a session has met a second factor")                                    \
    X(MFA_RECOVERY, mfa_recovery, nginx, mfa, OK, ACCOUNT,                    \
      "a recovery code was used up")                                          \
    X(MFA_DEVICE_ADDED, mfa_device_added, nginx, mfa, OK, ACCOUNT,            \
      "a device was set up, all other sessions ended")                        \
    X(MFA_TRUSTED, mfa_trusted, nginx, mfa, OK, ACCOUNT,                      \
      "a browser is trusted from now on")                                     \
    X(MFA_DEVICE_REMOVED, mfa_device_removed, nginx, mfa, OK, ACCOUNT,        \
      "a device was removed, all other sessions ended")                       \
    X(MFA_UNTRUSTED, mfa_untrusted, nginx, mfa, OK, ACCOUNT,                  \
      "a browser is not trusted any more")                                    \
    X(SSO_OVER, sso_over, nginx, sso, REFUSED, NOTHING,                       \
      "back from a provider without having left, twice, or too late")         \
    X(SSO_REFUSED, sso_refused, nginx, sso, REFUSED, NOTHING,                 \
      "the provider let nobody in, or does not know the portal")              \
    X(SSO_DOWN, sso_down, nginx, sso, FAULT, NOTHING,                         \
      "the provider does not answer, or not as one does")                     \
    X(SSO_UNTRUSTED, sso_untrusted, nginx, sso, REFUSED, NOTHING,             \
      "what the provider said cannot be believed, or not at this time")       \
    X(SSO_CLAIMS, sso_claims, nginx, sso, REFUSED, NOTHING,                   \
      "the provider does not say who it is, or may not speak for them")       \
    X(SSO_UNKNOWN, sso_unknown, nginx, sso, REFUSED, NOTHING,                 \
      "signed in there, and has no account here, or one that is disabled")    \
    X(SSO_LOGOUT, sso_logout, nginx, session, OK, NOTHING,                    \
      "a provider has signed somebody out, sessions from there ended")        \
    X(SSO_LOGOUT_REFUSED, sso_logout_refused, nginx, session, REFUSED,        \
      NOTHING, "a provider's logout token that is none, or was used before")  \
    X(SSO_BUSY, sso_busy, nginx, sso, FAULT, NOTHING,                         \
      "not tried, more sign-ins wait for the provider than may")              \
    X(SSO_FAULT, sso_fault, nginx, sso, FAULT, NOTHING,                       \
      "could not be tried or not be kept")                                    \
    X(PROFILE_CHANGED, profile_changed, nginx, account, OK, ACCOUNT,          \
      "name changed by the person")                                           \
    X(SESSION_ENDED, session_ended, nginx, session, OK, ACCOUNT,              \
      "one session ended by its owner, from another one")                     \
    X(SESSIONS_ENDED, sessions_ended, nginx, session, OK, ACCOUNT,            \
      "all other sessions ended by their owner")                              \
    X(LANGUAGE_CHANGED, language_changed, nginx, account, OK, NOTHING,        \
      "another language chosen by the person")                                \
    X(MFA_CODES_RENEWED, mfa_codes_renewed, nginx, mfa, OK, ACCOUNT,          \
      "recovery codes were made anew, the earlier ones ended")

#define LOGIN_LOG_ENUM(id, name, from, category, result, kept, text)          \
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


typedef enum {
    LOGIN_LOG_NOTHING = 0,
    LOGIN_LOG_ACCOUNT,
    LOGIN_LOG_STORE
} login_log_kept_e;


#define LOGIN_LOG_LINE   6144   /* bytes of the longest line */
#define LOGIN_LOG_TEXT   255    /* bytes that are kept of each text */

/* What is kept of an account: what succeeded, and of failures. */
#define LOGIN_LOG_DONE     25
#define LOGIN_LOG_FAILED   16
#define LOGIN_LOG_OWN      500          /* of the store itself */
#define LOGIN_LOG_TOTAL    1000000      /* of all, roughly */
#define LOGIN_LOG_DAYS     180          /* and no longer than that */


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
login_log_kept_e login_log_kept(login_log_kind_e kind);
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
 * Adds the event to what the change set writes, where its kind is one that
 * is kept.  "account" is whose it is, or LOGIN_LOG_NOBODY; for one of the
 * store it is not looked at.  What succeeded makes room for itself, and
 * "view" is open for that; a failure takes the place of an older one, which
 * is the same work for each account and for nobody, and "view" may be NULL.
 *
 * It never fails: an event that can't be kept harms nothing that it tells
 * of, and an urgent set leaves it out where there is little room.
 */
#define LOGIN_LOG_NOBODY                                                      \
    ((const u_char *) "\xff\xff\xff\xff\xff\xff\xff\xff"                      \
                      "\xff\xff\xff\xff\xff\xff\xff\xff")

void login_log_keep(login_changes_t *changes, login_view_t *view,
    const u_char *account, const login_log_event_t *event);

/*
 * Visits what is kept of one account, or of all and of the store where
 * "account" is NULL; not in the order of time.  "account" of an event is
 * NULL where it is the store's.
 */
typedef login_result_e (*login_log_visit_pt)(void *data,
    const login_log_event_t *event);

login_result_e login_log_walk(login_view_t *view, const u_char *account,
    login_log_visit_pt visit, void *data);

/* Removes all that is kept of the account. */
login_result_e login_log_forget(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN]);


/*
 * Removes, step by step, what is too old, what was of accounts that are
 * gone, and the oldest where there is more than "max".  After the last step
 * it begins anew.
 */
#define LOGIN_LOG_STEPS  256
#define LOGIN_LOG_BATCH  512    /* removed in a step, at most */
#define LOGIN_LOG_HOURS  (LOGIN_LOG_DAYS * 24)

typedef struct {
    uint64_t           max;
    unsigned           step;
    unsigned           removed;         /* in this step */
    uint64_t           oldest;          /* s: what is older goes */
    uint32_t           hours[LOGIN_LOG_HOURS];  /* ago: how many */
} login_log_sweep_t;

login_result_e login_log_sweep(login_log_sweep_t *sweep,
    login_changes_t *changes, login_view_t *view, uint64_t now);


#endif /* LOGIN_LOG_H */
