
/*
 * One request to a provider, with libcurl; blocks until it knows.  TLS is
 * verified, time and size are limited, no redirect is followed, and nothing
 * of the environment counts: no proxy, no .netrc.
 */

#ifndef LOGIN_HTTP_H
#define LOGIN_HTTP_H


#define LOGIN_HTTP_CONNECT  5000            /* ms, at most, to the server */
#define LOGIN_HTTP_TOTAL    10000           /* and for all of it */
#define LOGIN_HTTP_HEADERS  (32 * 1024)     /* bytes of an answer's */


/* All of it belongs to the caller, and outlives the client. */
typedef struct {
    const char         *trusted;    /* file of certificates, or the system's */
    const int          *stop;       /* becomes 1 when it has to give up */
    long                connect;    /* ms; 0: as above */
    long                total;
} login_http_conf_t;

/* Of one thread: it keeps connections open. */
typedef struct login_http_s  login_http_t;

typedef struct {
    const char         *url;
    login_str_t         form;           /* POST; NULL for data: GET */
    login_str_t         authorization;  /* empty: none */
} login_http_request_t;

typedef struct {
    unsigned            status;
    u_char             *body;           /* LOGIN_JSON_MAX at most */
    size_t              len;
    char                error[192];     /* why there is no answer */
} login_http_answer_t;


/* Once in a process, before its threads. */
login_result_e login_http_init(void);

login_http_t *login_http_create(const login_http_conf_t *conf);
void login_http_destroy(login_http_t *http);

/*
 * LOGIN_OK: there is an answer, whatever it says; free it.  LOGIN_NO: there
 * is none, see "error".
 */
login_result_e login_http_send(login_http_t *http,
    const login_http_request_t *request, login_http_answer_t *answer);
void login_http_free(login_http_answer_t *answer);


#endif /* LOGIN_HTTP_H */
