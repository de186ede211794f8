
/* Invitations: an account that waits for its owner, and the link to it. */

#ifndef LOGIN_INVITE_H
#define LOGIN_INVITE_H


#define LOGIN_INVITE_EXPIRES  (30 * 86400)  /* seconds, without an own one */
#define LOGIN_INVITE_URL_MAX  2048


typedef struct {
    /* in; of strings without data an account that is there keeps its own */
    login_str_t    org;
    login_str_t    username;        /* canonical */
    login_str_t    name;
    login_str_t    language;
    login_str_t    roles;           /* comma-separated */
    login_str_t    portal;          /* its URL, with a slash at the end */
    unsigned       mail;            /* 1: to be mailed as well */
    unsigned       only;            /* 1: there are no passwords */
    uint64_t       now;
    uint64_t       expires;

    /* out */
    unsigned       disabled;        /* that is why */
    unsigned       mailed;          /* a mail is in "changes" */
    u_char         account[LOGIN_ID_LEN];
    size_t         len;
    u_char         url[LOGIN_INVITE_URL_MAX];
} login_invite_t;


/*
 * Makes the account, unless it is there, and a link to register it, which
 * takes the place of an earlier one.  LOGIN_NO: it has registered already,
 * or is disabled.  With "only", a password from before does not count, and
 * is gone: it leads to a provider.  Applying "changes" is LOGIN_NO where the
 * account was changed, or invited, at the same time.
 */
login_result_e login_invite_make(login_changes_t *changes,
    login_view_t *view, login_invite_t *invite);

/*
 * Ends the link of an invitation, and takes away the account that came with
 * it and has not registered.  LOGIN_NO: there is none that could be used.
 */
login_result_e login_invite_revoke(login_changes_t *changes,
    login_view_t *view, login_account_t *account, uint64_t now);

/* Its invitation, to be issued anew.  LOGIN_NO: there is none that is open. */
login_result_e login_invite_open(login_link_t *invitation,
    const login_account_t *account, login_view_t *view, uint64_t now);

/*
 * Somebody asks for an invitation of their own with a link that many have.
 * The strings belong to the caller.
 */
typedef struct {
    login_str_t    token;
    login_str_t    username;        /* as typed */
    login_str_t    portal;
    login_str_t    address;         /* these two of who asks */
    login_str_t    browser;
    uint64_t       now;
} login_invite_ask_t;

/*
 * LOGIN_OK: commit "changes", which mail a link, or that there is an account
 * already.  LOGIN_NO: nothing is to be done: no such link, no address in one
 * of its domains, disabled, or asked for too often.  Nobody who asks may be
 * told which of all it was.
 */
login_result_e login_invite_ask(login_changes_t *changes, login_view_t *view,
    const login_invite_ask_t *ask);


#endif /* LOGIN_INVITE_H */
