
/*
 * The relying party (RP) of one provider in one process: the provider's
 * metadata and keys, fetched when they are needed, and what is asked of it
 * at a sign-in.  These calls block, so they are for threads of their own;
 * many of them may use one at once.
 */

#ifndef LOGIN_RP_H
#define LOGIN_RP_H


#define LOGIN_RP_FRESH     3600     /* seconds that what is known is good */
#define LOGIN_RP_STALE     86400    /* and while it cannot be had anew */
#define LOGIN_RP_INTERVAL  10       /* between two tries to fetch it */


/* What went wrong; the text is for the administrator. */
typedef enum {
    LOGIN_RP_WELL = 0,
    LOGIN_RP_DOWN,          /* it does not answer, or not as it should */
    LOGIN_RP_REFUSED,       /* it did not like the code, or us */
    LOGIN_RP_UNTRUSTED,     /* what it said cannot be believed */
    LOGIN_RP_CLOCK,         /* or only at another time */
    LOGIN_RP_CLAIMS,        /* it does not say who this is */
    LOGIN_RP_DOMAIN         /* or may not speak for them */
} login_rp_e;

typedef struct {
    login_rp_e           kind;
    login_error_t        error;
} login_rp_failure_t;

typedef struct {
    login_str_t             issuer;
    login_str_t             client_id;
    login_str_t             secret;     /* or a private key as PEM */
    login_oidc_claims_t     claims;
    const login_str_t      *domains;
    size_t                  domains_n;
} login_rp_conf_t;

/* A provider's metadata and keys as they were at one time. */
typedef struct {
    login_oidc_metadata_t   metadata;
    login_jwks_t           *jwks;
    uint64_t                fetched;
    unsigned                refs;
} login_rp_known_t;

typedef struct login_rp_s  login_rp_t;

/* One sign-in. */
typedef struct {
    /* in; the strings belong to the caller */
    login_str_t             code;
    login_str_t             redirect_uri;
    login_str_t             verifier;
    login_str_t             nonce;
    uint64_t                max_age;

    /* out; freed by login_rp_signin_free() */
    login_oidc_identity_t   identity;
    login_json_t           *userinfo;
    login_oidc_person_t     person;
    login_oidc_tokens_t     tokens;
} login_rp_signin_t;


/*
 * Keeps a copy of "conf": threads may outlive what it is of.  NULL: no
 * memory.
 */
login_rp_t *login_rp_create(const login_rp_conf_t *conf);
void login_rp_destroy(login_rp_t *rp);

/*
 * What is known of it, fetched where that is too old, but not more often
 * than LOGIN_RP_INTERVAL allows, whether it worked or not; who comes while
 * it is being fetched waits for the result.  "than" (NULL: any) is what was
 * known and did not do: something newer is wanted.  Seconds of "now" are
 * those of the clock on the wall.
 *
 * LOGIN_OK: give it back.  LOGIN_NO: see "failure".
 */
login_result_e login_rp_know(const login_rp_known_t **known, login_rp_t *rp,
    login_http_t *http, const login_rp_known_t *than, uint64_t now,
    login_rp_failure_t *failure);
void login_rp_forget(login_rp_t *rp, const login_rp_known_t *known);

/* The same for who must not wait.  LOGIN_NO: something is to be fetched. */
login_result_e login_rp_peek(const login_rp_known_t **known, login_rp_t *rp,
    uint64_t now);

/*
 * Is an answer with this for "iss" from this provider, and not from another
 * one (RFC 9207)?  LOGIN_NO: see "failure".
 */
login_result_e login_rp_answer(login_str_t iss, login_rp_t *rp,
    login_http_t *http, uint64_t now, login_rp_failure_t *failure);

/* Redeems a code, and finds out who it is. */
login_result_e login_rp_signin(login_rp_signin_t *signin, login_rp_t *rp,
    login_http_t *http, uint64_t now, login_rp_failure_t *failure);
void login_rp_signin_free(login_rp_signin_t *signin);

/* Verifies a logout token, with keys fetched anew where it needs them. */
login_result_e login_rp_logout(login_oidc_logout_t *logout, login_str_t text,
    login_rp_t *rp, login_http_t *http, uint64_t now,
    login_rp_failure_t *failure);


/* Between the files of this: */

const login_rp_conf_t *login_rp_conf(const login_rp_t *rp);

/* NULL: it has a secret. */
const login_signer_t *login_rp_signer(const login_rp_t *rp);

/* One block with all that "conf" points to, for free(); NULL: no memory. */
login_rp_conf_t *login_rp_copy(const login_rp_conf_t *conf);
void login_rp_wipe(login_rp_conf_t *conf);

/* Could a token that is refused so be good with other keys? */
int login_rp_other_keys(login_oidc_e reason);

login_result_e login_rp_redeem(login_rp_signin_t *signin,
    const login_rp_t *rp, const login_oidc_metadata_t *metadata,
    login_http_t *http, uint64_t now, login_rp_failure_t *failure);

/* Note a failure, "what" it is about and why, and are LOGIN_NO. */
login_result_e login_rp_fail(login_rp_failure_t *failure, login_rp_e kind,
    const char *what, const char *why);
login_result_e login_rp_wrong(login_rp_failure_t *failure, login_rp_e kind,
    const char *what, const login_oidc_wrong_t *wrong);

/* Sends a request; LOGIN_NO as well: answered, but not with "status". */
login_result_e login_rp_send(login_http_t *http,
    const login_http_request_t *request, const char *what, unsigned status,
    login_http_answer_t *answer, login_rp_failure_t *failure);


#endif /* LOGIN_RP_H */
