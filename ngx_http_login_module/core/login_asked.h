
/*
 * What was asked of another server, as that server tells it in its
 * X-Forwarded-* headers.
 */

#ifndef LOGIN_ASKED_H
#define LOGIN_ASKED_H


/* Bytes that login_asked_parse() may write. */
#define login_asked_len(host, uri)                                            \
    (sizeof("https://") + (host).len + 3 * (uri).len)


typedef struct {
    unsigned       read;        /* by GET or HEAD */
    login_str_t    host;        /* in lower case, without its port */
    login_str_t    url;         /* scheme://host[:port]/... */
} login_asked_t;


/*
 * Each of the four may be empty: not told.  What is malformed is not told
 * either.  "host" and "url" point into "buf", which has login_asked_len()
 * bytes; without a host there is neither, without a scheme or URI no URL.
 * Where it leads to is not looked at: see login_return_check().
 */
void login_asked_parse(login_asked_t *asked, u_char *buf, login_str_t method,
    login_str_t proto, login_str_t host, login_str_t uri);


#endif /* LOGIN_ASKED_H */
