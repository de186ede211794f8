
/*
 * Language tags (BCP 47), the languages that are shipped, and which of those
 * offered is the nearest to what somebody asks for: RFC 4647's lookup, with
 * aliases.  A tag of any kind is fine; the worst is that none is near.
 */

#ifndef LOGIN_LANGUAGE_H
#define LOGIN_LANGUAGE_H


#define LOGIN_LANGUAGE_RANGES  32   /* looked at in an Accept-Language */
#define LOGIN_LANGUAGE_NONE    ((size_t) -1)


typedef struct {
    login_str_t    tag;
    login_str_t    name;            /* in itself */
    unsigned       rtl;             /* 1: right to left */
} login_language_t;


/* Those shipped, English first; ended by an empty tag. */
extern const login_language_t  login_languages[];

/* The shipped one of that tag; NULL: there is none. */
const login_language_t *login_language_shipped(login_str_t tag);

/* The same tag, whatever the case? */
int login_language_is(login_str_t one, login_str_t other);

/* Is it a well-formed tag: 1 to 8 letters or digits, joined by "-"? */
login_result_e login_language_check(login_str_t tag);

/*
 * The offered language nearest to a tag, by its index; LOGIN_LANGUAGE_NONE.
 */
size_t login_language_find(const login_language_t *offered, size_t n,
    login_str_t tag);

/* The same for the lines of an Accept-Language header, put together. */
size_t login_language_accept(const login_language_t *offered, size_t n,
    login_str_t header);


#endif /* LOGIN_LANGUAGE_H */
