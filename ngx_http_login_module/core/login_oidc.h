
/*
 * The relying party of OpenID Connect Core 1.0, with PKCE (RFC 7636) and the
 * issuer in the answer (RFC 9207), by the best practice of RFC 9700: what is
 * sent to a provider, and what is believed of what comes back.  No I/O.
 */

#ifndef LOGIN_OIDC_H
#define LOGIN_OIDC_H


#define LOGIN_OIDC_SKEW        120      /* seconds that clocks may differ */
#define LOGIN_OIDC_URL_MAX     2000
#define LOGIN_OIDC_ISSUER_MAX  512
#define LOGIN_OIDC_CODE_MAX    4096
#define LOGIN_OIDC_SUBJECT_MAX 255      /* Core, 2 */
#define LOGIN_OIDC_CLIENT_MAX  255      /* bytes of our name there */
#define LOGIN_OIDC_SECRET_MAX  512
#define LOGIN_OIDC_LOGOUT_AGE  600      /* seconds from logout to its token */


/*
 * What is wrong with what came from a provider, as the rest of a sentence
 * for the administrator.
 */
#define LOGIN_OIDC_REASONS(X)                                                 \
    X(GOOD,        "is in order")                                             \
    X(JSON,        "is not the JSON that it has to be")                       \
    X(MEMBER,      "lacks this member, or has it of another type")            \
    X(URL,         "has an address that is none, or not https")               \
    X(UNABLE,      "does not offer what is needed")                           \
    X(ISSUER,      "is of another issuer")                                    \
    X(ANSWER,      "is neither a code nor an error")                          \
    X(MALFORMED,   "is not a signed token")                                   \
    X(ALGORITHM,   "is signed with an algorithm that is not allowed")         \
    X(HEADER,      "brings a key along, or wants what is not known")          \
    X(TYPE,        "is a token for something else")                           \
    X(KEY,         "is signed with a key that the provider does not have")    \
    X(AMBIGUOUS,   "does not say with which of several keys it is signed")    \
    X(SIGNATURE,   "has a wrong signature")                                   \
    X(AUDIENCE,    "is for another client")                                   \
    X(EXPIRED,     "has expired, if the clocks are right")                    \
    X(EARLY,       "is from the future, if the clocks are right")             \
    X(NONCE,       "belongs to another request")                              \
    X(HASH,        "belongs to another access token")                         \
    X(STALE,       "is about a sign-in of too long ago")                      \
    X(SUBJECT,     "is about somebody else")                                  \
    X(EVENT,       "is not about a logout")                                   \
    X(USERNAME,    "has a username that none can be")                         \
    X(UNVERIFIED,  "has an address that the provider has not verified")       \
    X(DOMAIN,      "has a username that the provider may not speak for")

typedef enum {
#define LOGIN_OIDC_REASON(id, text)  LOGIN_OIDC_##id,
    LOGIN_OIDC_REASONS(LOGIN_OIDC_REASON)
#undef LOGIN_OIDC_REASON
    LOGIN_OIDC_REASONS_N
} login_oidc_e;

typedef struct {
    login_oidc_e   reason;
    const char    *member;      /* that it is about, or NULL */
} login_oidc_wrong_t;


const char *login_oidc_text(login_oidc_e reason);

/* Notes what is wrong, and is LOGIN_NO. */
login_result_e login_oidc_refuse(login_oidc_wrong_t *wrong,
    login_oidc_e reason, const char *member);


/* --- the provider's metadata (OpenID Connect Discovery 1.0) */

typedef enum {
    LOGIN_OIDC_BASIC = 0,       /* client_secret_basic */
    LOGIN_OIDC_POST,            /* client_secret_post */
    LOGIN_OIDC_PRIVATE_KEY      /* private_key_jwt */
} login_oidc_auth_e;

/* Strings end with a zero, and live as long as "json". */
typedef struct {
    login_json_t       *json;
    login_str_t         issuer;
    login_str_t         authorization;
    login_str_t         token;
    login_str_t         jwks;
    login_str_t         userinfo;       /* NULL for data: it has none */
    login_str_t         end_session;    /* the same */
    login_oidc_auth_e   auth;
    unsigned            answers_iss;    /* RFC 9207: always */
} login_oidc_metadata_t;


/*
 * May an issuer, or an address of one, have this URL?  https; http only on
 * this machine ("localhost", a name below it, 127.0.0.1, [::1]), and only
 * where the issuer itself is there: for tests.  An issuer has no query.
 */
login_result_e login_oidc_issuer(login_str_t issuer);
login_result_e login_oidc_endpoint(login_str_t url, login_str_t issuer);

/* Where an issuer publishes its metadata. */
void login_oidc_discovery(login_encoder_t *e, login_str_t issuer);

/*
 * "signer": do we have a private key, instead of a secret?  LOGIN_NO: not
 * the metadata of "issuer", or not enough.
 */
login_result_e login_oidc_metadata(login_oidc_metadata_t *metadata,
    login_str_t text, login_str_t issuer, unsigned signer,
    login_oidc_wrong_t *wrong);
void login_oidc_metadata_free(login_oidc_metadata_t *metadata);


/* --- requests; who calls looks at "failed" of the encoder */

/* Strings that are empty are left out. */
typedef struct {
    login_str_t         client_id;
    login_str_t         redirect_uri;
    login_str_t         scope;
    login_str_t         state;
    login_str_t         nonce;
    login_str_t         verifier;       /* of PKCE; its hash is sent */
    login_str_t         prompt;
    login_str_t         login_hint;
    login_str_t         ui_locales;
    uint64_t            max_age;        /* LOGIN_JSON_NONE: any */
} login_oidc_request_t;

typedef struct {
    login_oidc_auth_e   auth;
    login_str_t         client_id;
    login_str_t         secret;
    login_str_t         assertion;      /* see login_oidc_assertion() */
    login_str_t         code;
    login_str_t         redirect_uri;
    login_str_t         verifier;
} login_oidc_grant_t;

/* The URL that a browser is sent to. */
login_result_e login_oidc_authorize(login_encoder_t *e,
    login_str_t authorization, const login_oidc_request_t *request);

/* The body of the token request. */
void login_oidc_grant(login_encoder_t *e, const login_oidc_grant_t *grant);

/* "Basic ..." for its Authorization (RFC 6749, 2.3.1). */
login_result_e login_oidc_basic(login_encoder_t *e, login_str_t client_id,
    login_str_t secret);

/* The claims to be signed for private_key_jwt (RFC 7523, 3). */
login_result_e login_oidc_assertion(login_encoder_t *e, login_str_t client_id,
    login_str_t audience, login_str_t jti, uint64_t now);

/* Where to sign out there (OpenID Connect RP-Initiated Logout 1.0). */
void login_oidc_end_session(login_encoder_t *e, login_str_t end_session,
    login_str_t client_id, login_str_t hint, login_str_t redirect_uri);


/* --- answers */

typedef struct {
    login_str_t         state;
    login_str_t         code;           /* or "error" */
    login_str_t         iss;
    login_str_t         error;
    login_str_t         description;
} login_oidc_answer_t;

/* Strings live as long as "json". */
typedef struct {
    login_json_t       *json;
    login_str_t         access_token;
    login_str_t         id_token;
    login_str_t         error;          /* instead of the other two */
    login_str_t         description;
} login_oidc_tokens_t;


/* What the browser brings back.  LOGIN_NO: neither code nor error. */
login_result_e login_oidc_answer(login_oidc_answer_t *answer,
    const login_form_t *form);

/* Is it from the provider that the browser was sent to? */
login_result_e login_oidc_answer_issuer(const login_oidc_answer_t *answer,
    const login_oidc_metadata_t *metadata);

/* Is it the error of who would have to ask somebody (Core, 3.1.2.6)? */
int login_oidc_asks(login_str_t error);

/* LOGIN_OK: tokens, or an error of the provider's. */
login_result_e login_oidc_tokens(login_oidc_tokens_t *tokens,
    login_str_t text, login_oidc_wrong_t *wrong);
void login_oidc_tokens_free(login_oidc_tokens_t *tokens);

/* LOGIN_NO: not about "subject" (Core, 5.3.2), or not JSON. */
login_result_e login_oidc_userinfo(login_json_t **json, login_str_t text,
    login_str_t subject, login_oidc_wrong_t *wrong);


/* --- tokens */

/* What an ID token has to agree with. */
typedef struct {
    login_str_t         issuer;
    login_str_t         client_id;
    login_str_t         nonce;
    login_str_t         access_token;
    uint64_t            max_age;        /* as it was asked for */
    uint64_t            now;
} login_oidc_expected_t;

/* Strings live as long as "json". */
typedef struct {
    login_json_t       *json;
    login_str_t         subject;
    login_str_t         sid;            /* NULL for data: none */
    uint64_t            auth_time;      /* LOGIN_JSON_NONE: not said */
} login_oidc_identity_t;

typedef struct {
    login_json_t       *json;
    login_str_t         subject;        /* one of both may be NULL */
    login_str_t         sid;
    login_str_t         jti;
    uint64_t            expires;        /* remember "jti" until then */
} login_oidc_logout_t;


/* By OpenID Connect Core 1.0, 3.1.3.7.  LOGIN_OIDC_KEY: fetch keys anew. */
login_result_e login_oidc_id_token(login_oidc_identity_t *identity,
    login_str_t text, const login_jwks_t *jwks,
    const login_oidc_expected_t *expected, login_oidc_wrong_t *wrong);
void login_oidc_identity_free(login_oidc_identity_t *identity);

/* By OpenID Connect Back-Channel Logout 1.0, 2.6, without the replay. */
login_result_e login_oidc_logout_token(login_oidc_logout_t *logout,
    login_str_t text, const login_jwks_t *jwks, login_str_t issuer,
    login_str_t client_id, uint64_t now, login_oidc_wrong_t *wrong);
void login_oidc_logout_free(login_oidc_logout_t *logout);


/* --- claims */

/* Which claims are what; NULL: none. */
typedef struct {
    const char         *username;
    const char         *name;
    const char         *email;
    const char         *roles;
} login_oidc_claims_t;

typedef struct {
    u_char              username[LOGIN_USERNAME_MAX];   /* canonical */
    size_t              username_len;
    u_char              roles[LOGIN_ROLES_MAX];         /* comma-separated */
    size_t              roles_len;
    unsigned            roles_lost;     /* that are none, or too many */
    login_str_t         name;
    login_str_t         email;
} login_oidc_person_t;


/* Has the ID token all claims that are wanted? */
int login_oidc_complete(const login_json_t *json,
    const login_oidc_claims_t *claims);

/*
 * Takes each claim from the ID token, or else from "userinfo" (may be NULL).
 * "domains" bound the usernames; none: any.
 */
login_result_e login_oidc_person(login_oidc_person_t *person,
    const login_json_t *token, const login_json_t *userinfo,
    const login_oidc_claims_t *claims, const login_str_t *domains, size_t n,
    login_oidc_wrong_t *wrong);

/* Is a canonical username of one of these domains, exactly? */
int login_oidc_domain(login_str_t username, const login_str_t *domains,
    size_t n);


#endif /* LOGIN_OIDC_H */
