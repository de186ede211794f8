
/*
 * The short codes behind refusals: a page shows one, "nginx-login explain"
 * tells the administrator what is behind it.
 */

#ifndef LOGIN_REASON_H
#define LOGIN_REASON_H


typedef enum {
    LOGIN_REASON_NONE = 0,
    LOGIN_REASON_WRONG,         /* name or password */
    LOGIN_REASON_FORGED,        /* csrf, Origin, Sec-Fetch-Site */
    LOGIN_REASON_MALFORMED,     /* form or request */
    LOGIN_REASON_TOO_LARGE,
    LOGIN_REASON_TYPE,          /* Content-Type */
    LOGIN_REASON_METHOD,
    LOGIN_REASON_NOT_FOUND,
    LOGIN_REASON_DENIED,
    LOGIN_REASON_EXPIRED,
    LOGIN_REASON_BUSY,          /* queue full, or a deadline passed */
    LOGIN_REASON_STORE,         /* a fault of the store */
    LOGIN_REASON_INTERNAL,      /* any other fault */
    LOGIN_REASON_THROTTLED,     /* too many failures */
    LOGIN_REASON_CURRENT,       /* the current password is wrong */
    LOGIN_REASON_EARLY,         /* TLS early data, which can be replayed */
    LOGIN_REASON_LINK,          /* used, expired, ended, or none */
    LOGIN_REASON_MISMATCH,      /* a new password, typed twice, differs */
    LOGIN_REASON_WEAK,          /* a new password that is none */
    LOGIN_REASON_CODE,          /* of a device, or a recovery code */
    LOGIN_REASON_OVER,          /* a flow that has ended, or is none */
    LOGIN_REASON_LIMITED,       /* too many codes were wrong */
    LOGIN_REASON_DEVICES,       /* too many of them */
    LOGIN_REASON_LAST,          /* device, which has to stay */
    LOGIN_REASON_NO_PASSWORD,   /* a password, where there are none */
    LOGIN_REASON_SSO_STATE,     /* back without having left, or too late */
    LOGIN_REASON_SSO_REFUSED,   /* the provider says no */
    LOGIN_REASON_SSO_DOWN,      /* or nothing */
    LOGIN_REASON_SSO_UNTRUSTED, /* or what cannot be believed */
    LOGIN_REASON_SSO_CLOCK,     /* or not at this time */
    LOGIN_REASON_SSO_CLAIMS,    /* or not who it is */
    LOGIN_REASON_SSO_DOMAIN,    /* or somebody for whom it may not speak */
    LOGIN_REASON_SSO_NOBODY,    /* has no account */
    LOGIN_REASON_SSO_DISABLED,
    LOGIN_REASON_SSO_TAKEN,     /* the name is that of another's account */
    LOGIN_REASONS
} login_reason_e;


/* "L10" and the like; empty for LOGIN_REASON_NONE. */
const char *login_reason_code(login_reason_e reason);

/* One paragraph for the administrator, in English. */
const char *login_reason_text(login_reason_e reason);

/* LOGIN_NO: there is no such code. */
login_result_e login_reason_find(login_reason_e *reason, login_str_t code);


#endif /* LOGIN_REASON_H */
