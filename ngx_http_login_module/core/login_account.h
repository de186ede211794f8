
/* Accounts: one person in one organisation. */

#ifndef LOGIN_ACCOUNT_H
#define LOGIN_ACCOUNT_H


#define LOGIN_ORG_MAX       64
#define LOGIN_FULLNAME_MAX  400     /* bytes; LOGIN_NAME_MAX is of limits.h */
#define LOGIN_ROLES_MAX     400
#define LOGIN_ROLE_MAX      64      /* bytes of one */
#define LOGIN_LANGUAGE_MAX  35      /* RFC 5646, 4.4.1 */
#define LOGIN_PHC_MAX       255

#define LOGIN_ORG_DEFAULT   "default"


typedef struct {
    u_char         id[LOGIN_ID_LEN];
    uint64_t       version;         /* of the record, for the next change */
    uint64_t       created;         /* seconds since the epoch */
    uint32_t       generation;      /* raised to end all sessions at once */
    unsigned       disabled;
    unsigned       invited;         /* has not registered yet */
    login_str_t    org;
    login_str_t    username;        /* canonical */
    login_str_t    name;
    login_str_t    email;
    login_str_t    language;
    login_str_t    roles;           /* comma-separated */
    login_str_t    password;        /* PHC string; empty: has none */
} login_account_t;


/* The strings point into the view's state. */
login_result_e login_account_get(login_account_t *account, login_view_t *view,
    const u_char id[LOGIN_ID_LEN]);

/* "username" must be canonical. */
login_result_e login_account_find(login_account_t *account,
    login_view_t *view, login_str_t org, login_str_t username);

/* Draws the id and sets what a new account has; the strings are yours. */
login_result_e login_account_new(login_account_t *account, uint64_t now);

/* Expects that there is none of that name. */
void login_account_add(login_changes_t *changes,
    const login_account_t *account);

/*
 * Expects that the account is there under its name when "changes" are
 * applied, so that nothing is left behind of one that was removed; what else
 * changes of it does not matter.
 */
login_result_e login_account_expect(login_changes_t *changes,
    login_view_t *view, const login_account_t *account);

/* Expects the version that was read.  Name and organisation stay. */
void login_account_update(login_changes_t *changes,
    const login_account_t *account);

/*
 * Gives it another name; "username" is canonical, and lives as long as the
 * account's strings.  Id, sessions and password stay; what was kept under the
 * old name goes.  LOGIN_NO: somebody has that name.
 */
login_result_e login_account_rename(login_changes_t *changes,
    login_account_t *account, login_view_t *view, login_str_t username);

/*
 * Moves it to another organisation; "org" lives as long as the account's
 * strings.  Id and password stay, sessions and links end.  LOGIN_NO: somebody
 * has that name there.
 */
login_result_e login_account_move(login_changes_t *changes,
    login_account_t *account, login_view_t *view, login_str_t org);

/* Removes the account and all that is its own: name, sessions, events ... */
login_result_e login_account_remove(login_changes_t *changes,
    const login_account_t *account, login_view_t *view);

/* Visits all accounts of "org" (empty: of all) in the order of names. */
typedef login_result_e (*login_account_visit_pt)(void *data,
    const login_account_t *account);

login_result_e login_account_walk(login_view_t *view, login_str_t org,
    login_account_visit_pt visit, void *data);

/* The last sign-in, in seconds since the epoch; LOGIN_NO: never. */
login_result_e login_account_seen(uint64_t *when, login_view_t *view,
    const u_char id[LOGIN_ID_LEN]);
void login_account_see(login_changes_t *changes, const u_char id[LOGIN_ID_LEN],
    uint64_t now);

/* Letters, digits and "._:/-" of ASCII, at most 64 of them. */
login_result_e login_role_check(login_str_t role);

/* Is "role" one of the account's? */
int login_account_has_role(const login_account_t *account, login_str_t role);


#endif /* LOGIN_ACCOUNT_H */
