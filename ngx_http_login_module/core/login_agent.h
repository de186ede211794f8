
/* A User-Agent in words: which browser it is, on what. */

#ifndef LOGIN_AGENT_H
#define LOGIN_AGENT_H


/* Names, the same in each language; NULL: it does not say, or not plainly. */
typedef struct {
    const char  *browser;
    const char  *system;
} login_agent_t;


/*
 * What is sent may be anything, and proves nothing: it is for people who
 * look for what they know.
 */
void login_agent_read(login_agent_t *agent, login_str_t text);


#endif /* LOGIN_AGENT_H */
