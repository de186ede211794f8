
/*
 * Codes of authenticator apps (RFC 6238), and the otpauth URI that hands a
 * secret to one: https://github.com/google/google-authenticator/wiki/
 * Key-Uri-Format is what the apps read.
 */

#ifndef LOGIN_TOTP_H
#define LOGIN_TOTP_H


#define LOGIN_TOTP_SECRET_LEN  20   /* of a new one (RFC 4226, 4, R6) */
#define LOGIN_TOTP_SECRET_MIN  10   /* of one that comes from elsewhere */
#define LOGIN_TOTP_SECRET_MAX  64
#define LOGIN_TOTP_DIGITS_MIN  6
#define LOGIN_TOTP_DIGITS_MAX  8
#define LOGIN_TOTP_PERIOD_MIN  10   /* seconds */
#define LOGIN_TOTP_PERIOD_MAX  300

#define LOGIN_OTPAUTH_ISSUER   128  /* bytes of it that are shown */
#define LOGIN_OTPAUTH_MAX                                                     \
    (2 * 3 * LOGIN_OTPAUTH_ISSUER + 3 * LOGIN_USERNAME_MAX + 256)


/* Kept in records: new ones at the end. */
typedef enum {
    LOGIN_TOTP_SHA1 = 0,
    LOGIN_TOTP_SHA256,
    LOGIN_TOTP_SHA512,
    LOGIN_TOTP_ALGORITHMS
} login_totp_algorithm_e;

/* Wipe it when done. */
typedef struct {
    login_totp_algorithm_e  algorithm;
    unsigned                digits;
    uint32_t                period;     /* seconds of a step */
    size_t                  len;
    u_char                  secret[LOGIN_TOTP_SECRET_MAX];
} login_totp_t;

typedef struct {
    login_totp_t            totp;
    login_str_t             issuer;     /* or empty */
    login_str_t             username;
} login_otpauth_t;


/* A new secret, with what all apps know: SHA-1, 6 digits, 30 seconds. */
login_result_e login_totp_draw(login_totp_t *totp);

/* LOGIN_OK: it is within the limits above. */
login_result_e login_totp_check(const login_totp_t *totp);

/*
 * Is this the code of the step of "now", or of one of its neighbours?
 * LOGIN_OK: "*step" is the one, later than "last", which was the last one
 * accepted.  LOGIN_NO: it is not; "*used" is 1 where it is the code of a
 * step that is not later.  "code" is ASCII digits.
 */
login_result_e login_totp_match(uint64_t *step, unsigned *used,
    const login_totp_t *totp, uint64_t last, login_str_t code, uint64_t now);


/*
 * Writes the URI to "dst", which has room for LOGIN_OTPAUTH_MAX bytes; the
 * length.  A long issuer is cut, and its colons are left out: one divides it
 * from the name.  0: the name is too long.
 */
size_t login_otpauth_write(u_char *dst, const login_totp_t *totp,
    login_str_t issuer, login_str_t username);

/*
 * Reads one; the strings are written to "buf", which has room for text.len
 * bytes and holds the secret as well: wipe it.  LOGIN_NO: "error" says what
 * is wrong without showing the secret.
 */
login_result_e login_otpauth_parse(login_otpauth_t *otpauth, u_char *buf,
    login_str_t text, login_error_t *error);


#endif /* LOGIN_TOTP_H */
