
/* Passwords that nobody may choose, from a file with one in each line. */

#ifndef LOGIN_BLOCKLIST_H
#define LOGIN_BLOCKLIST_H


typedef struct login_blocklist_s  login_blocklist_t;


/*
 * Reads the file.  LOGIN_NO: "error" says what is wrong with it, beginning
 * with its quoted name.  Empty lines do not count.
 */
login_result_e login_blocklist_load(login_blocklist_t **list,
    const char *path, login_error_t *error);

/*
 * For a thread that may outlive the configuration: another user, until it
 * is destroyed once more.  NULL is none.
 */
login_blocklist_t *login_blocklist_hold(const login_blocklist_t *list);
void login_blocklist_destroy(login_blocklist_t *list);

/* The number of passwords in it. */
size_t login_blocklist_n(const login_blocklist_t *list);

/* LOGIN_OK: it is on the list, in whatever case. */
login_result_e login_blocklist_find(const login_blocklist_t *list,
    login_str_t password);


#endif /* LOGIN_BLOCKLIST_H */
