
/*
 * Through which provider a browser signed in last, for a cookie that is
 * signed: who comes back is sent there by itself, but not again and again.
 */

#ifndef LOGIN_LAST_H
#define LOGIN_LAST_H


#define LOGIN_LAST_LEN     (LOGIN_ID_LEN + 8 + 1)

#define LOGIN_LAST_TIMES   5        /* that somebody is sent by itself */
#define LOGIN_LAST_WINDOW  60       /* in so many seconds */


typedef struct {
    u_char     provider[LOGIN_ID_LEN];  /* see login_last_name() */
    uint64_t   since;                   /* when the counting began */
    unsigned   times;
} login_last_t;


/* What stands for a provider of an organisation. */
login_result_e login_last_name(u_char name[LOGIN_ID_LEN], login_str_t org,
    login_str_t provider);

void login_last_encode(u_char dst[LOGIN_LAST_LEN], const login_last_t *last);
void login_last_decode(login_last_t *last, const u_char src[LOGIN_LAST_LEN]);

/*
 * May somebody be sent there now?  Counts it.  Where sessions do not last,
 * nobody would come to rest otherwise.
 */
int login_last_again(login_last_t *last, uint64_t now);


#endif /* LOGIN_LAST_H */
