
/*
 * What leads from somebody at a provider to an account here.  The key is the
 * organisation, the provider's issuer, and the subject that it gave out;
 * never an address, which can become somebody else's.
 */

#ifndef LOGIN_FEDERATED_H
#define LOGIN_FEDERATED_H


typedef struct {
    u_char         account[LOGIN_ID_LEN];
    uint64_t       version;         /* of the record, for the next change */
    uint64_t       created;         /* seconds since the epoch */
    login_str_t    provider;        /* its name when that was */
    login_str_t    issuer;
    login_str_t    subject;
} login_federated_t;


/*
 * The account of who is "subject" at "issuer".  LOGIN_NO: nobody in this
 * organisation.  LOGIN_FAULT: also where the account is not there: both
 * come and go together.
 */
login_result_e login_federated_find(login_federated_t *federated,
    login_account_t *account, login_view_t *view, login_str_t org,
    login_str_t issuer, login_str_t subject);

/*
 * Expects that nobody is that in the account's organisation.  The caller
 * sets all but "version".
 */
void login_federated_add(login_changes_t *changes,
    const login_account_t *account, const login_federated_t *federated);

/* Expects what was read. */
void login_federated_remove(login_changes_t *changes,
    const login_account_t *account, const login_federated_t *federated);

/* All of one account, before it is removed or goes elsewhere. */
login_result_e login_federated_forget(login_changes_t *changes,
    login_view_t *view, const login_account_t *account);

typedef login_result_e (*login_federated_visit_pt)(void *data,
    const login_federated_t *federated);

login_result_e login_federated_walk(login_view_t *view,
    const u_char account[LOGIN_ID_LEN], login_federated_visit_pt visit,
    void *data);


#endif /* LOGIN_FEDERATED_H */
