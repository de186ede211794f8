
/*
 * The keys of login.key: one a line, 64 hexadecimal digits, newest first;
 * lines that are empty or begin with "#" don't count.
 */

#ifndef LOGIN_KEYRING_H
#define LOGIN_KEYRING_H


#define LOGIN_KEYS_MAX    16
#define LOGIN_KEY_ID_LEN  4


typedef struct {
    u_char          id[LOGIN_KEY_ID_LEN];   /* says nothing of the key */
    login_secret_t  secret;
} login_key_t;

typedef struct {
    size_t          n;
    login_key_t     keys[LOGIN_KEYS_MAX];
} login_keyring_t;


/*
 * Fills "ring" from the text of a key file.  LOGIN_NO: "error" says which
 * line is wrong and why, without showing it.  Wipe the ring when done.
 */
login_result_e login_keyring_parse(login_keyring_t *ring, login_str_t text,
    login_error_t *error);

/* LOGIN_NO: "*n" is ring->n. */
login_result_e login_keyring_find(size_t *n, const login_keyring_t *ring,
    const u_char id[LOGIN_KEY_ID_LEN]);

/* Draws a key and writes its line, 65 bytes with the line feed, to "dst". */
login_result_e login_keyring_draw(u_char *dst);


#endif /* LOGIN_KEYRING_H */
