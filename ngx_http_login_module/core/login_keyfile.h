
/*
 * The text of login.key, as the command line changes it: keys come and go,
 * comments stay.  A key below a line that begins with "# next:" verifies
 * only; the next rotation lets it sign.
 */

#ifndef LOGIN_KEYFILE_H
#define LOGIN_KEYFILE_H


#define LOGIN_KEYFILE_LINE  (2 * LOGIN_SECRET_LEN + 1)

/* What an edited text may have more than the one before. */
#define LOGIN_KEYFILE_MORE  256


/* The number of the key that is to sign next; 0: there is none. */
size_t login_keyfile_next(login_str_t text);

/*
 * These write the new text to "dst", which has room for text.len +
 * LOGIN_KEYFILE_MORE bytes, and return its length.  "text" is one that
 * login_keyring_parse() took, and "line" a key with its line feed.
 */

/* A new key in the first place, or as the one that is to sign next. */
size_t login_keyfile_add(u_char *dst, login_str_t text, login_str_t line,
    unsigned next);

/* Key number "n" comes to the first place. */
size_t login_keyfile_promote(u_char *dst, login_str_t text, size_t n);

size_t login_keyfile_remove(u_char *dst, login_str_t text, size_t n);


#endif /* LOGIN_KEYFILE_H */
