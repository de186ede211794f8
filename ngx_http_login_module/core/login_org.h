
/* Names of organisations. */

#ifndef LOGIN_ORG_H
#define LOGIN_ORG_H


/*
 * The form in which accounts have it: as login_username_normalise() makes
 * other names, so that "Acme" and "ACME" are "acme".  LOGIN_NO: nobody can
 * have it, as what "org/username" or a list in the configuration would be
 * read wrongly with.  "dst" has room for LOGIN_USERNAME_MAX.
 */
login_result_e login_org_normalise(u_char *dst, size_t *len, login_str_t in);


#endif /* LOGIN_ORG_H */
