
/*
 * Devices: the authenticator apps of an account, each with a name.  One that
 * is being set up is pending, and counts nowhere, until a code of it was
 * accepted.  Secrets are encrypted with the key ring, bound to the record.
 */

#ifndef LOGIN_DEVICE_H
#define LOGIN_DEVICE_H


#define LOGIN_DEVICES_MAX      20       /* of one account */
#define LOGIN_DEVICE_NAME_MAX  200      /* bytes */
#define LOGIN_DEVICE_SETUP     3600     /* seconds that it may be pending */


typedef struct {
    u_char         account[LOGIN_ID_LEN];
    u_char         id[LOGIN_ID_LEN];
    uint64_t       version;     /* of the record, for the next change */
    uint64_t       made;        /* set up, in seconds since the epoch */
    uint64_t       used;        /* last; 0: never */
    uint64_t       step;        /* the last one accepted; it never goes down */
    unsigned       pending;
    login_str_t    name;
    login_str_t    sealed;      /* what login_device_open() reads */
} login_device_t;


/* Is it a name?  1 to LOGIN_DEVICE_NAME_MAX bytes of text in one line. */
login_result_e login_device_name(login_str_t name);

/*
 * A pending device; its secret is drawn here.  "device" is set, and "name"
 * belongs to the caller.  What is pending for too long goes with it.
 * LOGIN_NO: the account has LOGIN_DEVICES_MAX already, or it is no name.
 */
login_result_e login_device_begin(login_device_t *device,
    login_changes_t *changes, login_view_t *view,
    const login_account_t *account, login_str_t name, uint64_t now);

/* One that is not pending, with a secret that comes from elsewhere. */
login_result_e login_device_import(login_device_t *device,
    login_changes_t *changes, login_view_t *view,
    const login_account_t *account, const login_totp_t *totp,
    login_str_t name, uint64_t now);

/*
 * LOGIN_OK: "code", as typed, is one of the pending device, which counts
 * once "changes" are applied; that code has been used then.  LOGIN_NO: it is
 * not, and nothing changes.
 */
login_result_e login_device_confirm(login_changes_t *changes,
    login_view_t *view, const login_device_t *device, login_str_t code,
    uint64_t now);

/*
 * The strings point into the view's state.  LOGIN_NO: there is none, or it
 * is pending for too long.
 */
login_result_e login_device_get(login_device_t *device, login_view_t *view,
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN],
    uint64_t now);

/* Its secret: wipe it when done. */
login_result_e login_device_open(login_totp_t *totp, login_view_t *view,
    const login_device_t *device);

/* Both expect the version that was read. */
void login_device_rename(login_changes_t *changes,
    const login_device_t *device, login_str_t name);
void login_device_remove(login_changes_t *changes,
    const login_device_t *device);

/*
 * The code of "step" was right: it is used up by this.  Expects the version
 * that was read, so that one of many succeeds.
 */
void login_device_accept(login_changes_t *changes,
    const login_device_t *device, uint64_t step, uint64_t now);

/* Visits the devices of one account, or of all where "account" is NULL. */
typedef login_result_e (*login_device_visit_pt)(void *data,
    const login_device_t *device);

login_result_e login_device_walk(login_view_t *view, const u_char *account,
    login_device_visit_pt visit, void *data);

/* How many there are that are not pending. */
login_result_e login_device_count(size_t *n, login_view_t *view,
    const u_char account[LOGIN_ID_LEN]);


#endif /* LOGIN_DEVICE_H */
