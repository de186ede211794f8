
/*
 * Sessions.  The cookie is a signed ticket that names account and session;
 * the store can only take away: without its record there is no session.
 * Neither carries an expiry: the limits are those of now.
 */

#ifndef LOGIN_SESSION_H
#define LOGIN_SESSION_H


#define LOGIN_TICKET_LEN      (LOGIN_ID_LEN + LOGIN_ID_LEN + 8 + 8)
#define LOGIN_SESSIONS_MAX    100   /* of one account; the oldest goes */
#define LOGIN_BROWSER_MAX     255   /* bytes kept of a User-Agent */
#define LOGIN_PROVIDER_MAX    64    /* bytes of one's name in nginx.conf */
#define LOGIN_SHARED_IDLE     1800  /* seconds, on a shared computer */
#define LOGIN_CLOCK_SKEW      300   /* seconds that clocks may differ by */

/* What somebody has shown; kept in records. */
#define LOGIN_METHOD_PASSWORD 0x01  /* "pwd" */
#define LOGIN_METHOD_OTP      0x02  /* "otp" */
#define LOGIN_METHOD_RECOVERY 0x04  /* "rec" */
#define LOGIN_METHOD_WEBAUTHN 0x08  /* "webauthn" */
#define LOGIN_METHOD_SSO      0x10  /* "sso:NAME", by a provider */
#define LOGIN_METHOD_TRUST    0x20  /* the browser stood for a device */

/* Has a second factor been met?  A browser that is trusted is none. */
#define login_methods_factor(methods)                                         \
    (((methods) & (LOGIN_METHOD_OTP | LOGIN_METHOD_RECOVERY                   \
                   | LOGIN_METHOD_WEBAUTHN | LOGIN_METHOD_SSO)) != 0)


/* What the cookie carries. */
typedef struct {
    u_char         account[LOGIN_ID_LEN];
    u_char         secret[LOGIN_ID_LEN];    /* the store has its hash */
    uint64_t       auth_time;               /* signed in */
    uint64_t       issued;                  /* this cookie */
} login_ticket_t;

typedef struct {
    u_char         account[LOGIN_ID_LEN];
    u_char         id[LOGIN_ID_LEN];        /* of the secret's SHA-256 */
    uint64_t       version;
    uint64_t       epoch;                   /* of the store, at sign-in */
    uint64_t       auth_time;
    uint64_t       seen;                    /* last access, roughly */
    uint32_t       generation;              /* of the account, at sign-in */
    unsigned       shared;
    unsigned       methods;                 /* LOGIN_METHOD_... */
    login_str_t    browser;                 /* User-Agent */
    login_str_t    address;                 /* in text */

    /* of a sign-in through a provider; the first is empty: none */

    login_str_t    provider;                /* its name in nginx.conf */
    u_char         sid[LOGIN_ID_LEN];       /* of its session, or zeros */
} login_session_t;

/* Seconds; 0 for "lifetime": no end. */
typedef struct {
    uint64_t       idle;
    uint64_t       lifetime;
} login_limits_t;


/* Writes login_token_len(LOGIN_TICKET_LEN) bytes to "dst". */
login_result_e login_ticket_sign(u_char *dst, login_crypto_t *crypto,
    login_str_t realm, const login_ticket_t *ticket);
login_result_e login_ticket_verify(login_ticket_t *ticket,
    login_crypto_t *crypto, login_str_t realm, login_str_t token);

/* Draws the ticket of a new session, and its record's id with it. */
login_result_e login_ticket_draw(login_ticket_t *ticket,
    u_char id[LOGIN_ID_LEN], const u_char account[LOGIN_ID_LEN],
    uint64_t now);

/* The id of the session that a ticket names. */
login_result_e login_ticket_session(u_char id[LOGIN_ID_LEN],
    const login_ticket_t *ticket);

/*
 * Is this ticket good now?  Reads account and session (their strings point
 * into the view).  LOGIN_NO: over one of the limits, from the future, ended,
 * signed out everywhere, of an older epoch, account disabled or removed.
 * Without "limits", they are the caller's to look at.
 */
login_result_e login_session_check(login_account_t *account,
    login_session_t *session, login_view_t *view,
    const login_ticket_t *ticket, const login_limits_t *limits, uint64_t now);

/*
 * The limits alone, also for what was read before: the rest of the time in
 * seconds (UINT64_MAX: no end), 0 where one of both is over.
 */
uint64_t login_session_left(const login_ticket_t *ticket, unsigned shared,
    const login_limits_t *limits, uint64_t now);

/* Has a twentieth of the idle time passed since the cookie was issued? */
int login_session_stale(const login_ticket_t *ticket, unsigned shared,
    const login_limits_t *limits, uint64_t now);


login_result_e login_session_get(login_session_t *session,
    login_view_t *view, const u_char account[LOGIN_ID_LEN],
    const u_char id[LOGIN_ID_LEN]);

/* A new session; expects that there is none of that id. */
void login_session_add(login_changes_t *changes,
    const login_session_t *session);

/* Notes an access; expects the version that was read. */
void login_session_touch(login_changes_t *changes,
    const login_session_t *session, uint64_t now);

/* Ends one session; fine where it has ended already. */
void login_session_end(login_changes_t *changes,
    const u_char account[LOGIN_ID_LEN], const u_char id[LOGIN_ID_LEN]);

/* Ends what "limits" make worthless, and the oldest beyond the most that
   an account may have; called with each sign-in. */
login_result_e login_session_sweep(login_changes_t *changes,
    login_view_t *view, const login_account_t *account,
    const login_limits_t *limits, uint64_t now);

/*
 * Is it worth nothing by now?  "limits" are stretched: a touch may get lost,
 * and the cookie is then newer than the record.
 */
int login_session_over(const login_session_t *session,
    const login_account_t *account, uint64_t epoch,
    const login_limits_t *limits, uint64_t now);

typedef login_result_e (*login_session_visit_pt)(void *data,
    const login_session_t *session);

/* Visits the sessions of one account, or of all where "account" is NULL. */
login_result_e login_session_walk(login_view_t *view,
    const u_char *account, login_session_visit_pt visit, void *data);

/* The store's epoch, 0 where none was set. */
login_result_e login_epoch_get(uint64_t *epoch, login_view_t *view);

/* Makes of a User-Agent, in place, a short text of whole characters. */
login_str_t login_session_browser(u_char *p, size_t len);

/* What is kept of the "sid" of a provider's session; zeros where empty. */
login_result_e login_session_sid(u_char dst[LOGIN_ID_LEN], login_str_t sid);

/* "pwd,otp", "sso:NAME": the methods as text. */
#define LOGIN_METHODS_TEXT  (64 + LOGIN_PROVIDER_MAX)
size_t login_methods_text(u_char dst[LOGIN_METHODS_TEXT], unsigned methods,
    login_str_t provider);


#endif /* LOGIN_SESSION_H */
