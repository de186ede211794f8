
/*
 * Sends what is in the outbox, from a thread of its own.  Of all processes
 * that work on a store, one does: it holds a lock on the file "mail.lock"
 * beside the data for as long as it lives.
 */

#ifndef LOGIN_SENDER_H
#define LOGIN_SENDER_H


#define LOGIN_SENDER_LOCK   "mail.lock"
#define LOGIN_SENDER_BATCH  32      /* mails in one pass, at most */


/* What became of one mail. */
typedef struct {
    login_mail_state_t      state;  /* its strings are the three below */
    login_result_e          result; /* see login_delivery_t */
    uint64_t                version;    /* of what it says */
    u_char                  to[LOGIN_USERNAME_MAX];
    u_char                  org[LOGIN_ORG_MAX];
    char                    words[LOGIN_MAIL_WORDS_MAX + 1];
} login_sent_t;

/* All of it belongs to the caller, and outlives the sender. */
typedef struct {
    const char                     *path;       /* of the store */
    login_store_t                  *store;
    const login_keyring_t          *ring;
    const login_relay_t            *relay;
    const login_mail_sender_t      *from;
    const login_mail_templates_t   *templates;
    const login_orgs_t             *orgs;       /* may be NULL */
    const int                      *stop;
} login_sender_conf_t;

typedef struct login_sender_s  login_sender_t;


login_sender_t *login_sender_create(const login_sender_conf_t *conf);
void login_sender_destroy(login_sender_t *sender);

/*
 * Sends what is due and writes at most LOGIN_SENDER_BATCH results to
 * "sent".  "*more" becomes 1 where there is more to do at once.  LOGIN_NO:
 * another process sends.  LOGIN_FAULT: the store or the lock.
 */
login_result_e login_sender_pass(login_sender_t *sender, login_sent_t *sent,
    size_t *n, unsigned *more);


/* Between the two files of this: */

/* What was sent, but not noted: the store was full, or held. */
typedef struct login_owed_s  login_owed_t;

struct login_owed_s {
    login_owed_t           *next;
    login_sent_t            sent;
};

struct login_sender_s {
    login_sender_conf_t     conf;
    login_view_t           *view;
    login_commit_t         *commit;
    int                     lock;
    login_owed_t           *owed;
    uint64_t                seen;   /* the state of the store */
    uint64_t                next;   /* when the next mail is due */
    uint64_t                pause;
    uint64_t                until;  /* it lasts */
    uint64_t                swept;
};

/* LOGIN_NO: there was nothing to send.  "*relay": see login_delivery_t. */
login_result_e login_sender_one(login_sender_t *sender, login_smtp_t *smtp,
    const u_char id[LOGIN_ID_LEN], login_sent_t *sent, unsigned *relay);

/* Notes what is owed. */
void login_sender_settle(login_sender_t *sender);


#endif /* LOGIN_SENDER_H */
