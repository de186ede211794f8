
/*
 * Web addresses from the configuration, and the guard in front of every
 * redirect.  Both take less than RFC 3986 allows: what browsers and servers
 * read differently is refused.
 */

#ifndef LOGIN_URL_H
#define LOGIN_URL_H


#define LOGIN_RETURN_MAX  2000  /* bytes of a return address */


typedef struct {
    unsigned       https;       /* 1: https, 0: http */
    uint16_t       port;        /* the scheme's own where none is given */
    login_str_t    origin;      /* scheme://host[:port], as browsers write
                                   it: not the scheme's own port */
    login_str_t    host;        /* IPv6 with its brackets */
    login_str_t    path;        /* from the slash on; empty where none */
} login_url_t;


/*
 * Parses an absolute http or https URL: lower-case ASCII host of letters,
 * digits, dots and hyphens (or an address, IPv6 in brackets, as inet_ntop()
 * writes it), no user name, no empty port, then nothing or a path as
 * login_url_path() wants it.  Points into "text".
 */
login_result_e login_url_parse(login_url_t *url, login_str_t text);

/*
 * Is "path" (with a query, or empty) one that everybody reads alike: bytes
 * 0x21 to 0x7e, no backslash, and up to the query no dot segment, no
 * malformed escape and no escaped control character?
 */
login_result_e login_url_path(login_str_t path);

/*
 * Writes "uri", as it was asked for, with bytes that no URL has escaped: 3
 * times its length at most.  Returns the length.
 */
size_t login_url_quote(u_char *dst, login_str_t uri);

/*
 * May people be sent to "target"?  LOGIN_OK: a path ("/...", to be put
 * behind the portal's origin), or a URL whose host is one of "hosts" (exact,
 * or "*.name" for whatever is below it), with the scheme https unless the
 * portal itself ("portal") has none, and no port unless the portal's.
 * "*path" tells which of the two it is.
 */
login_result_e login_return_check(login_str_t target,
    const login_url_t *portal, const login_str_t *hosts, size_t n,
    unsigned *path);

/* Is "host" one of "hosts", exactly or below a "*.name"? */
int login_return_host(login_str_t host, const login_str_t *hosts, size_t n);


#endif /* LOGIN_URL_H */
