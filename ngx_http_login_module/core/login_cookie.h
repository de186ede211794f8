
/*
 * The Cookie header (RFC 6265bis, 4.2), read exactly: names are compared
 * byte by byte, and a name that comes twice counts as absent, since nobody
 * can say which one the browser meant.
 */

#ifndef LOGIN_COOKIE_H
#define LOGIN_COOKIE_H


/*
 * Looks "name" up in "n" header lines.  "value" points into them.
 * LOGIN_NO: absent, or there more than once.
 */
login_result_e login_cookie_find(login_str_t *value, const login_str_t *lines,
    size_t n, login_str_t name);

/*
 * Writes "line" without the cookies named in "names" (a name that ends in
 * "*" stands for all that begin so) to "dst", which has room for line.len
 * bytes and may be line.data itself.  Returns the new length, 0 where
 * nothing is left, line.len where nothing was cut.
 */
size_t login_cookie_cut(u_char *dst, login_str_t line,
    const login_str_t *names, size_t n);


#endif /* LOGIN_COOKIE_H */
