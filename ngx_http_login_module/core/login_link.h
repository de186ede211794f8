
/*
 * Links that can be used once: invitations, and those that set a password.
 *
 * A link ends in a token of 32 random bytes.  The store has a record of it
 * under the token's SHA-256 only, so that what is in the store, a backup or
 * a log opens nothing.  A second record leads from account and purpose to
 * the newest link, which is the only one that counts: who gets another one
 * has lost the one before.
 */

#ifndef LOGIN_LINK_H
#define LOGIN_LINK_H


#define LOGIN_LINK_TOKEN_LEN  login_base64url_len(LOGIN_SECRET_LEN)
#define LOGIN_LINK_ID_LEN     8     /* bytes of the hash: what people call it */
#define LOGIN_LINK_TEXT_MAX   1000  /* bytes of the longest string */


/* Kept in records: new ones at the end. */
typedef enum {
    LOGIN_LINK_INVITATION = 1,
    LOGIN_LINK_RESET,
    LOGIN_LINK_SHARED           /* of no account: many may ask with it */
} login_link_purpose_e;

typedef enum {
    LOGIN_LINK_UNKNOWN = 0,     /* or ended, or of another purpose */
    LOGIN_LINK_OPEN,
    LOGIN_LINK_USED,
    LOGIN_LINK_EXPIRED
} login_link_state_e;

typedef struct {
    u_char                hash[LOGIN_HASH_LEN];     /* of the token */
    uint64_t              version;  /* of the record, for the change */
    login_link_state_e    state;

    login_link_purpose_e  purpose;
    uint64_t              created;  /* seconds since the epoch */
    uint64_t              expires;
    uint64_t              used;     /* when; 0: it was not */
    uint64_t              epoch;    /* the store's */
    uint32_t              generation;   /* the account's */
    unsigned              made;     /* the account came with the link */
    u_char                account[LOGIN_ID_LEN];    /* zeros: none */
    u_char                mail[LOGIN_ID_LEN];       /* zeros: none */
    login_str_t           org;      /* these three of LOGIN_LINK_SHARED */
    login_str_t           domains;  /* comma-separated */
    login_str_t           roles;
} login_link_t;


/*
 * Draws the token of a new link, and ends the earlier one of this purpose
 * and account, together with its mail, if that waits still.  The caller has
 * zeroed "link", and set from "purpose" on what it is to hold; "generation"
 * is that of the account.  Applying "changes" is LOGIN_NO where another one
 * was issued meanwhile.
 */
login_result_e login_link_issue(login_changes_t *changes, login_view_t *view,
    login_link_t *link, u_char token[LOGIN_LINK_TOKEN_LEN]);

/*
 * LOGIN_OK: the link is open.  Whatever is made of it goes into one change
 * set with login_link_redeem() or login_link_use().  LOGIN_NO: it is not,
 * "link->state" says why; with LOGIN_LINK_USED and LOGIN_LINK_EXPIRED
 * "link" and "account" are set as well.
 *
 * A link of an account is unknown where that is disabled, and one that
 * sets a password where all its sessions were ended, or the store was
 * restored, since.  An invitation is used, too, once the account has
 * registered by whatever way.  "account" may be NULL for
 * LOGIN_LINK_SHARED.
 */
login_result_e login_link_find(login_link_t *link, login_account_t *account,
    login_view_t *view, login_link_purpose_e purpose, login_str_t token,
    uint64_t now);

/*
 * Both expect the link as it was found, so that one of many succeeds: the
 * first leaves nothing of it, the second a link that was used.
 */
void login_link_redeem(login_changes_t *changes, const login_link_t *link);
void login_link_use(login_changes_t *changes, const login_link_t *link,
    uint64_t now);

/* The same for the link of an account, used or not.  LOGIN_NO: has none. */
login_result_e login_link_end(login_changes_t *changes, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], login_link_purpose_e purpose);

/* The same for one of no account. */
void login_link_end_shared(login_changes_t *changes,
    const login_link_t *link);


/* For the command line; "state" is set, but does not look at the account. */

login_result_e login_link_of(login_link_t *link, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], login_link_purpose_e purpose,
    uint64_t now);

typedef login_result_e (*login_link_visit_pt)(void *data,
    const login_link_t *link);

login_result_e login_link_walk(login_view_t *view, uint64_t now,
    login_link_visit_pt visit, void *data);


#endif /* LOGIN_LINK_H */
