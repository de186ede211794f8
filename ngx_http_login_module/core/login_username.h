
/* One spelling for each name that somebody may type. */

#ifndef LOGIN_USERNAME_H
#define LOGIN_USERNAME_H


#define LOGIN_USERNAME_MAX  254  /* bytes (RFC 5321, 4.5.3.1.3) */


/*
 * Writes the canonical form of "in" (outer white space is dropped) to
 * "dst", which has room for LOGIN_USERNAME_MAX bytes, and its length to
 * "*len".  With an "@": an address, its local part ASCII (RFC 5321, atoms)
 * in lower case, its domain as A-labels (RFC 5891) in lower case.  Without:
 * a name by PRECIS UsernameCaseMapped (RFC 8265, 3.3).
 * LOGIN_NO: neither of both.
 */
login_result_e login_username_normalise(u_char *dst, size_t *len,
    login_str_t in);


#endif /* LOGIN_USERNAME_H */
