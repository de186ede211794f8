
/*
 * Which passwords people may choose: as long as "login_password" says, not
 * on its list, and not to be guessed from what the person is called.
 */

#ifndef LOGIN_STRENGTH_H
#define LOGIN_STRENGTH_H


#define LOGIN_STRENGTH_MIN    15    /* the defaults, in characters */
#define LOGIN_STRENGTH_MAX    400   /* and the most that can be asked for */
#define LOGIN_STRENGTH_SCORE  3

/* where a second factor is required */
#define LOGIN_STRENGTH_MIN_MFA  8

#define LOGIN_STRENGTH_WORDS  24    /* looked for at most */
#define LOGIN_STRENGTH_WORD   64    /* bytes of each */


typedef struct {
    uint32_t                  min;
    uint32_t                  max;
    uint32_t                  score;        /* of zxcvbn, 0..4 */
    const login_blocklist_t  *blocklist;    /* or NULL */
} login_rules_t;

/* What is wrong with one; the name of each says what would help. */
typedef enum {
    LOGIN_WEAK_NOT = 0,
    LOGIN_WEAK_CHARACTERS,          /* not UTF-8, or with control ones */
    LOGIN_WEAK_SHORT,               /* lacks "count" characters */
    LOGIN_WEAK_LONG,
    LOGIN_WEAK_LISTED,
    LOGIN_WEAK_OWN,                 /* made of the person's own names */
    LOGIN_WEAK_WORD,                /* of words or passwords that many use */
    LOGIN_WEAK_KEYS,                /* of keys in a row */
    LOGIN_WEAK_REPEATED,
    LOGIN_WEAK_SEQUENCE,            /* "abcdef" */
    LOGIN_WEAK_DATE,
    LOGIN_WEAK_EASY,
    LOGIN_WEAKNESSES
} login_weak_e;

typedef struct {
    login_weak_e              weak;
    size_t                    count;
    unsigned                  score;
} login_strength_t;

/* The person's own words; fill with login_words_add() from zeroes on. */
typedef struct {
    size_t                    n;
    char                      word[LOGIN_STRENGTH_WORDS]
                                  [LOGIN_STRENGTH_WORD + 1];
} login_words_t;


/*
 * Adds a username, a name, a title, a host ... as a whole and in its parts
 * of three characters or more.
 */
void login_words_add(login_words_t *words, login_str_t text);

/*
 * LOGIN_OK: may be chosen.  LOGIN_NO: "strength" says why not.  "words" may
 * be NULL.  Takes milliseconds, the more the longer: for a thread.
 */
login_result_e login_strength_check(login_strength_t *strength,
    const login_rules_t *rules, const login_words_t *words,
    login_str_t password);

/* What is wrong, and what would help, in one line without a full stop. */
const char *login_strength_text(char *dst, size_t size,
    const login_strength_t *strength, const login_rules_t *rules);

/* For templates and JSON: "short", "listed" ...; "" for LOGIN_WEAK_NOT. */
const char *login_weak_name(login_weak_e weak);


#endif /* LOGIN_STRENGTH_H */
