
/*
 * Behind the store's contracts: how a record is sealed, and what accounts
 * and sessions keep in its payload.  For the files of the store and for
 * their tests and fuzzers.
 */

#ifndef LOGIN_RECORD_H
#define LOGIN_RECORD_H


#pragma GCC visibility push(hidden)


#define LOGIN_RECORD_MAC       16
#define LOGIN_RECORD_HEAD      (1 + LOGIN_KEY_ID_LEN + 8)
#define LOGIN_RECORD_OVERHEAD  (LOGIN_RECORD_HEAD + LOGIN_RECORD_MAC)

#define LOGIN_ACCOUNT_PAYLOAD  2048     /* bytes of the longest payload */
#define LOGIN_SESSION_PAYLOAD  512
#define LOGIN_ACCOUNT_KEY_LEN  (1 + LOGIN_ID_LEN)
#define LOGIN_NAME_KEY_MAX     (1 + LOGIN_ORG_MAX + 1 + LOGIN_USERNAME_MAX)

#define LOGIN_LINK_PAYLOAD     2048
#define LOGIN_LINK_KEY_LEN     (1 + LOGIN_HASH_LEN)
#define LOGIN_LINK_OWNER_LEN   (1 + LOGIN_ID_LEN + 1)

#define LOGIN_FEDERATED_PAYLOAD    1024
#define LOGIN_FEDERATED_KEY_LEN    (1 + LOGIN_HASH_LEN)
#define LOGIN_FEDERATED_OWNER_LEN  (1 + LOGIN_ID_LEN + LOGIN_HASH_LEN)

#define LOGIN_ADDRESS_MAX      64       /* bytes kept of an address */

#define LOGIN_LOG_PAYLOAD      2048

#define LOGIN_GUESS_KEY_MAX    (1 + LOGIN_ID_LEN + LOGIN_ID_LEN)


/* What a record of a lock holds; "until" 0: it was unlocked with this. */
typedef struct {
    uint64_t         when;
    uint64_t         until;
    uint64_t         unlocked;          /* the version that did, before */
} login_lock_record_t;

typedef enum {
    LOGIN_CHANGE_PUT = 0,
    LOGIN_CHANGE_DELETE,
    LOGIN_CHANGE_EXPECT,
    LOGIN_CHANGE_NOTE
} login_change_e;

typedef struct login_change_s  login_change_t;

struct login_change_s {
    login_change_t  *next;
    login_change_e   type;
    uint64_t         expect;
    login_str_t      key;
    login_str_t      payload;
    u_char           data[];            /* of both strings */
};

struct login_changes_s {
    login_change_t  *first;
    login_change_t  *last;
    unsigned         fault;             /* 1: a change is missing */
    unsigned         urgent;            /* 1: may use the reserve */
    unsigned         notes;             /* 1: has some */
    unsigned         bare;              /* 1: goes without them */
    int              error;             /* of LMDB or of the system, or 0 */
    login_result_e   result;
};


/* Writes payload.len + LOGIN_RECORD_OVERHEAD bytes to "dst". */
login_result_e login_record_seal(u_char *dst, login_crypto_t *crypto,
    login_str_t key, uint64_t version, login_str_t payload);

/* The payload that is one number of 8 bytes.  LOGIN_FAULT: it is not. */
login_result_e login_record_uint(uint64_t *value,
    const login_record_t *record);

/* "record" points into "raw".  LOGIN_FAULT: not ours, or not for us. */
login_result_e login_record_open(login_record_t *record,
    login_crypto_t *crypto, login_str_t key, login_str_t raw);


/* Makes the whole set a fault: what it was to hold cannot be written. */
void login_changes_spoil(login_changes_t *changes);


login_str_t login_account_key(u_char key[LOGIN_ACCOUNT_KEY_LEN],
    login_kind_e kind, const u_char id[LOGIN_ID_LEN]);

/* Empty: there is no such key, since no account can have that name. */
login_str_t login_name_key(u_char key[LOGIN_NAME_KEY_MAX], login_str_t org,
    login_str_t username);

/*
 * The account behind the record of a name.  None is a fault: both come and
 * go together.
 */
login_result_e login_account_name(login_account_t *account,
    login_view_t *view, const login_record_t *record);

/* The length, at most LOGIN_ACCOUNT_PAYLOAD; 0: not to be written. */
size_t login_account_encode(u_char *dst, const login_account_t *account);

/* Sets what the payload holds.  LOGIN_FAULT: not well-formed. */
login_result_e login_account_decode(login_account_t *account,
    login_str_t payload);

/* "browser" may be NULL. */
login_str_t login_guess_key(u_char key[LOGIN_GUESS_KEY_MAX],
    login_kind_e kind, const u_char name[LOGIN_ID_LEN],
    const u_char *browser);

void login_lock_put(login_changes_t *changes, login_str_t key,
    const login_lock_record_t *lock, uint64_t expect);
login_result_e login_lock_decode(login_lock_record_t *lock,
    login_str_t payload);

/* The length, at most LOGIN_LINK_PAYLOAD; 0: not to be written. */
size_t login_link_encode(u_char *dst, const login_link_t *link);
login_result_e login_link_decode(login_link_t *link, login_str_t payload);

void login_link_put(login_changes_t *changes, const login_link_t *link,
    uint64_t expect);

/* Sets the state that the record itself has at "now". */
login_result_e login_link_get(login_link_t *link, login_view_t *view,
    const u_char hash[LOGIN_HASH_LEN], uint64_t now);

login_str_t login_link_key(u_char key[LOGIN_LINK_KEY_LEN],
    const u_char hash[LOGIN_HASH_LEN]);

/* Of LOGIN_LINK_OWNER_LEN bytes. */
login_str_t login_link_owner_key(u_char key[LOGIN_LINK_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], login_link_purpose_e purpose);
/* LOGIN_NO: of a kind that is not known here. */
size_t login_log_encode(u_char *dst, const login_log_event_t *event);
login_result_e login_log_decode(login_log_event_t *event, login_str_t key,
    login_str_t payload);
login_result_e login_log_delete(void *data, login_str_t key,
    const login_record_t *record);

/* The length, at most LOGIN_FEDERATED_PAYLOAD; 0: not to be written. */
size_t login_federated_encode(u_char *dst,
    const login_federated_t *federated);
login_result_e login_federated_decode(login_federated_t *federated,
    login_str_t payload);
login_result_e login_federated_hash(u_char hash[LOGIN_HASH_LEN],
    login_str_t org, login_str_t issuer, login_str_t subject);

size_t login_session_encode(u_char *dst, const login_session_t *session);
login_result_e login_session_decode(login_session_t *session,
    login_str_t payload);


#define LOGIN_FLOW_KEY_LEN     (LOGIN_ACCOUNT_KEY_LEN + LOGIN_FLOW_ID_LEN)

/* What a cookie has, before it is encrypted.  LOGIN_NO: it is none. */
login_result_e login_flow_encode(u_char dst[LOGIN_FLOW_PLAIN],
    const login_flow_t *flow);
login_result_e login_flow_decode(login_flow_t *flow, login_str_t in);

/* Sets what the payload holds. */
login_result_e login_flow_mark_decode(login_flow_mark_t *mark,
    login_str_t payload);


#define LOGIN_DEVICE_KEY_LEN   (1 + LOGIN_ID_LEN + LOGIN_ID_LEN)
#define LOGIN_DEVICE_TEXT      (1 + 1 + 2 + 1 + LOGIN_TOTP_SECRET_MAX)
#define LOGIN_DEVICE_SEALED    (LOGIN_DEVICE_TEXT + LOGIN_CIPHER_OVERHEAD)
#define LOGIN_DEVICE_PAYLOAD                                                  \
    (LOGIN_DEVICE_SEALED + 1 + 3 * 8 + 2 + LOGIN_DEVICE_NAME_MAX)

login_str_t login_device_key(u_char key[LOGIN_DEVICE_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN]);

/* The length, at most LOGIN_DEVICE_PAYLOAD; 0: not to be written. */
size_t login_device_encode(u_char *dst, const login_device_t *device);
login_result_e login_device_decode(login_device_t *device,
    login_str_t payload);

login_result_e login_device_seal(u_char dst[LOGIN_DEVICE_SEALED],
    login_crypto_t *crypto, const login_device_t *device,
    const login_totp_t *totp);

/* Puts it encrypted anew, with the key that signs.  LOGIN_NO: it can't be. */
login_result_e login_device_reseal(login_changes_t *changes,
    login_view_t *view, login_str_t key, const login_record_t *record);


#define LOGIN_RECOVERY_KEY_LEN  (1 + LOGIN_ID_LEN + LOGIN_HASH_LEN)

/* "hash" may be NULL: the record that counts for all codes. */
login_str_t login_recovery_key(u_char key[LOGIN_RECOVERY_KEY_LEN],
    const u_char account[LOGIN_ID_LEN], const u_char *hash);

/*
 * Uses "code" up, as typed.  LOGIN_NO: there is none such; "fit" is 0 where
 * it could not be one.
 */
login_result_e login_recovery_use(login_changes_t *changes,
    login_view_t *view, const u_char account[LOGIN_ID_LEN],
    login_str_t code, unsigned *fit);


#define LOGIN_TRUST_PAYLOAD    512
#define LOGIN_TRUST_KEY_LEN    (1 + LOGIN_ID_LEN + LOGIN_ID_LEN)

size_t login_trust_encode(u_char *dst, const login_trust_t *trust);
login_result_e login_trust_decode(login_trust_t *trust, login_str_t payload);

#define LOGIN_FACTOR_PAYLOAD   (8 * LOGIN_FACTOR_FAILURES)

typedef struct {
    uint64_t                 version;   /* 0: there is no record */
    size_t                   n;
    uint64_t                 when[LOGIN_FACTOR_FAILURES];
} login_factor_record_t;

login_result_e login_factor_decode(login_factor_record_t *factor,
    login_str_t payload);


#define LOGIN_MAIL_KEY_LEN     (1 + LOGIN_ID_LEN)
#define LOGIN_MAIL_PAYLOAD     1024

login_str_t login_mail_key(u_char key[LOGIN_MAIL_KEY_LEN],
    login_kind_e kind, const u_char id[LOGIN_ID_LEN]);

/* The length, at most LOGIN_MAIL_PAYLOAD; 0: not to be written. */
size_t login_mail_state_encode(u_char *dst, const login_mail_state_t *state);
login_result_e login_mail_state_decode(login_mail_state_t *state,
    login_str_t payload);

/* What is encrypted: the bytes that encode() writes; 0: too long. */
size_t login_mail_size(const login_mail_t *mail);
void login_mail_encode(u_char *dst, size_t size, const login_mail_t *mail);

/* Sets what the text holds, its rows from "arena". */
login_result_e login_mail_decode(login_mail_t *mail, login_arena_t *arena,
    login_str_t text);

/* Is a record of who asked of no use any more? */
login_result_e login_mail_asked_over(unsigned *over,
    const login_record_t *record, uint64_t now);

/* Puts it encrypted anew, with the key that signs.  LOGIN_NO: it can't be. */
login_result_e login_mail_reseal(login_changes_t *changes,
    login_view_t *view, login_str_t key, const login_record_t *record);


#pragma GCC visibility pop


#endif /* LOGIN_RECORD_H */
