
/* Between the two files of the command "mail". */

#ifndef LOGIN_CLI_MAIL_H
#define LOGIN_CLI_MAIL_H


typedef struct {
    login_mail_state_t   state;         /* its strings are the three below */
    u_char               to[LOGIN_USERNAME_MAX];
    u_char               org[LOGIN_ORG_MAX];
    u_char               words[LOGIN_MAIL_WORDS_MAX];
} login_cli_mail_t;

typedef struct {
    size_t               n;
    size_t               size;
    login_cli_mail_t    *mails;
} login_cli_mails_t;


void login_cli_mail_copy(login_cli_mail_t *mail,
    const login_mail_state_t *state);
login_result_e login_cli_mail_collect(void *data,
    const login_mail_state_t *state);
void login_cli_mail_point(login_cli_mails_t *mails);
json_t *login_cli_mail_json(const login_mail_state_t *state);


#endif /* LOGIN_CLI_MAIL_H */
