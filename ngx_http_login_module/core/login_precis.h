
/* PRECIS (RFC 8264, RFC 8265): what is behind login_username_normalise(). */

#ifndef LOGIN_PRECIS_H
#define LOGIN_PRECIS_H


#define LOGIN_POINTS_MAX  254


/* Code points. */
typedef struct {
    size_t         n;
    int32_t        data[LOGIN_POINTS_MAX];
} login_points_t;


#pragma GCC visibility push(hidden)

/* Well-formed UTF-8 to code points, those of full and half width mapped to
   the usual ones (RFC 8265, 3.3.1).  LOGIN_NO: too many. */
login_result_e login_points_decode(login_points_t *points, login_str_t s);

/* Writes at most LOGIN_USERNAME_MAX bytes to "dst".  LOGIN_NO: too long. */
login_result_e login_points_encode(u_char *dst, size_t *len,
    const login_points_t *points);

/* UsernameCaseMapped (RFC 8265, 3.3), after decoding.  LOGIN_NO: refused. */
login_result_e login_precis_enforce(login_points_t *points);

/* Only code points of IdentifierClass (RFC 8264, 4.2)? */
int login_precis_identifier(const login_points_t *points);

/* Those of them that depend on others: is each in its place? */
int login_precis_placed(const login_points_t *points);

#pragma GCC visibility pop


#endif /* LOGIN_PRECIS_H */
