
/*
 * Passwords as they are hashed: OpaqueString (RFC 8265, 4.2) in NFKC, as
 * NIST SP 800-63B-4 wants it, so that the same keys on another keyboard make
 * the same bytes.
 */

#ifndef LOGIN_OPAQUE_H
#define LOGIN_OPAQUE_H


typedef struct {
    u_char        *data;            /* on the heap, NUL behind it */
    size_t         len;
    size_t         chars;           /* code points */
} login_opaque_t;


/*
 * LOGIN_NO: not well-formed UTF-8, or with control characters.  With
 * LOGIN_OK only there is something to wipe.
 */
login_result_e login_opaque_make(login_opaque_t *opaque, login_str_t in);

/* The same without regard to case: for comparisons. */
login_result_e login_opaque_fold(login_opaque_t *opaque, login_str_t in);

void login_opaque_wipe(login_opaque_t *opaque);


#endif /* LOGIN_OPAQUE_H */
