
/*
 * Who forgot a password gets a mail with what works.  Nobody else learns
 * whether there is such an account: a thread does it when the answer is on
 * its way already, and writes for a name that nobody has as well.
 */

#ifndef LOGIN_FORGOT_H
#define LOGIN_FORGOT_H


#define LOGIN_FORGOT_EXPIRES  1800  /* seconds of a link to a new password */


typedef struct {
    /* in; the strings belong to the caller and outlive the call */
    login_str_t        org;         /* empty: each that has the name */
    login_str_t        username;    /* as typed */
    const login_orgs_t  *orgs;
    login_str_t        portal;      /* its URL */
    login_str_t        address;     /* of the network, for the mail */
    uint64_t           now;

    /* out */
    login_changes_t   *changes;     /* to commit; a conflict is no matter */
    login_error_t      error;
} login_forgot_t;


/* LOGIN_OK, whoever it is, or LOGIN_FAULT. */
login_result_e login_forgot_run(login_forgot_t *forgot, login_view_t *view);

/*
 * A new link that sets a password, in the place of an earlier one.  "mail"
 * is the id of the mail that it goes out with, or NULL.  "url" is terminated,
 * "portal" and what was added.
 */
#define LOGIN_RESET_PATH  "reset/"

#define login_reset_url_len(portal_len)                                       \
    ((portal_len) + sizeof(LOGIN_RESET_PATH) + LOGIN_LINK_TOKEN_LEN)

login_result_e login_reset_issue(login_changes_t *changes,
    login_view_t *view, const login_account_t *account, uint64_t now,
    login_str_t portal, const u_char *mail, char *url);

/* Writes portal, path and token, terminated. */
void login_link_url(char *url, login_str_t portal, const char *path,
    const u_char token[LOGIN_LINK_TOKEN_LEN]);


/* Between the files of this: */

/* What a mail can offer. */
typedef enum {
    LOGIN_FORGOT_NOTHING = 0,
    LOGIN_FORGOT_RESET,
    LOGIN_FORGOT_SSO,
    LOGIN_FORGOT_INVITATION
} login_forgot_offer_e;

/* One of those who have the name. */
typedef struct {
    login_account_t        account;
    login_forgot_offer_e   offer;
    login_link_t           invitation;
    char                  *url;
    unsigned               mailed;
} login_forgot_one_t;

/* All of them, to whom something can be mailed. */
typedef struct {
    size_t                 n;
    login_forgot_one_t     all[LOGIN_MAIL_ROWS_MAX];
} login_forgot_found_t;

login_result_e login_forgot_send(login_forgot_t *forgot,
    login_forgot_found_t *found, login_view_t *view);


#endif /* LOGIN_FORGOT_H */
