
/* One mail to one relay, with libcurl; blocks until it knows. */

#ifndef LOGIN_SMTP_H
#define LOGIN_SMTP_H


#define LOGIN_SMTP_CONNECT  10      /* seconds, at most, to the relay */
#define LOGIN_SMTP_TOTAL    120     /* and for one mail */


typedef enum {
    LOGIN_STARTTLS_ON = 0,          /* or nothing is sent */
    LOGIN_STARTTLS_OFF
} login_starttls_e;

/* Strings end with a NUL; NULL where there is none. */
typedef struct {
    const char         *url;        /* smtp[s]://host:port/name */
    const char         *address;    /* of the sender, "MAIL FROM" */
    const char         *user;
    const char         *password;
    const char         *trusted;    /* file of certificates, or the system's */
    login_starttls_e    starttls;
} login_relay_t;

typedef struct login_smtp_s  login_smtp_t;

typedef struct {
    /*
     * LOGIN_OK: it was taken.  LOGIN_NO: refused for good, this mail to
     * this recipient.  LOGIN_FAULT: not now.
     */
    login_result_e      result;
    unsigned            relay;      /* 1: and nothing else gets through */
    char                words[LOGIN_MAIL_WORDS_MAX + 1];
} login_delivery_t;

/* What the two say to each other, as far as it matters. */

typedef enum {
    LOGIN_SMTP_OTHER = 0,
    LOGIN_SMTP_RCPT,
    LOGIN_SMTP_DATA                 /* and what follows */
} login_smtp_verb_e;

typedef struct {
    login_smtp_verb_e   verb;       /* of the last command */
    unsigned            code;       /* of the last answer */
    unsigned            begun;      /* 1: the relay wants the message */
    unsigned            taken;      /* 1: and has taken it */
    unsigned            utf8;       /* 1: the relay has SMTPUTF8 */
    unsigned            international;  /* 1: and the address needs it */
    char                words[LOGIN_MAIL_WORDS_MAX + 1];
} login_dialogue_t;


/* Begins anew; what the relay has stays, the connection may be the same. */
void login_dialogue_begin(login_dialogue_t *dialogue);

void login_dialogue_command(login_dialogue_t *dialogue, login_str_t line);
void login_dialogue_answer(login_dialogue_t *dialogue, login_str_t line);

/* "error" is what ended it, where it did not end well. */
void login_dialogue_result(login_delivery_t *delivery,
    const login_dialogue_t *dialogue, unsigned ended_well,
    const char *error);

/* Printable ASCII only. */
void login_delivery_words(login_delivery_t *delivery, login_str_t text);


/* Once in a process, before there is a thread. */
login_result_e login_smtp_init(void);

/*
 * "stop" is looked at while a mail is on its way: 1 ends what the relay has
 * not got whole.  NULL: no memory.
 */
login_smtp_t *login_smtp_create(const login_relay_t *relay,
    const int *stop);
void login_smtp_destroy(login_smtp_t *smtp);

/* "to" is one that login_mail_address() takes. */
void login_smtp_send(login_delivery_t *delivery, login_smtp_t *smtp,
    login_str_t to, login_str_t message);


#endif /* LOGIN_SMTP_H */
