
/*
 * Trusted browsers, which are not asked for a second factor again.  The
 * cookie is a signed token that names account and browser, and opens nothing
 * by itself: it counts for one account, beside its password, as long as its
 * record is there and the account's sessions have not been ended since, as a
 * new password does.
 */

#ifndef LOGIN_TRUST_H
#define LOGIN_TRUST_H


#define LOGIN_TRUST_TOKEN_LEN  login_token_len(2 * LOGIN_ID_LEN)
#define LOGIN_TRUST_LIFETIME   (30 * 86400)     /* seconds, if not configured */
#define LOGIN_TRUSTED_MAX      20   /* of one account; the oldest goes */


typedef struct {
    u_char         account[LOGIN_ID_LEN];
    u_char         id[LOGIN_ID_LEN];    /* of the secret's SHA-256 */
    uint64_t       version;
    uint64_t       epoch;               /* of the store */
    uint32_t       generation;          /* of the account */
    uint64_t       made;                /* seconds since the epoch */
    uint64_t       used;
    login_str_t    browser;             /* User-Agent */
    login_str_t    address;             /* in text */
} login_trust_t;


/*
 * Trusts a browser from now on; what is of no use any more goes.  The caller
 * has set "browser" and "address" and hands out the token once "changes" are
 * applied.
 */
login_result_e login_trust_add(u_char token[LOGIN_TRUST_TOKEN_LEN],
    login_trust_t *trust, login_changes_t *changes, login_view_t *view,
    login_str_t realm, const login_account_t *account, uint64_t lifetime,
    uint64_t now);

/*
 * Is it the token of a browser that the account trusts?  The strings point
 * into the view's state.
 */
login_result_e login_trust_check(login_trust_t *trust, login_view_t *view,
    login_str_t realm, const login_account_t *account, login_str_t token,
    uint64_t lifetime, uint64_t now);

/* Whether it counts is not looked at.  LOGIN_NO: there is none. */
login_result_e login_trust_get(login_trust_t *trust, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN]);

/* Notes that it was made use of; expects the version that was read. */
void login_trust_use(login_changes_t *changes, const login_trust_t *trust,
    uint64_t now);

/* Ends one; fine where it has ended already. */
void login_trust_end(login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN]);

/* Ends all of an account. */
login_result_e login_trust_forget(login_changes_t *changes,
    login_view_t *view, const u_char account[LOGIN_ID_LEN]);

/*
 * Does it count now?  For lists: login_trust_walk() visits all records, of
 * one account or, where that is NULL, of all.
 */
int login_trust_good(const login_trust_t *trust,
    const login_account_t *account, uint64_t epoch, uint64_t lifetime,
    uint64_t now);

typedef login_result_e (*login_trust_visit_pt)(void *data,
    const login_trust_t *trust);

login_result_e login_trust_walk(login_view_t *view, const u_char *account,
    login_trust_visit_pt visit, void *data);


#endif /* LOGIN_TRUST_H */
