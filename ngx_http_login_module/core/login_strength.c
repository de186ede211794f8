
#include "login.h"

#include <ctype.h>
#include <string.h>

#include <zxcvbn.h>


/* zxcvbn's time grows faster than what it looks at. */
#define LOGIN_STRENGTH_LOOK  100

#define LOGIN_STRENGTH_PART  3


static void login_words_put(login_words_t *words, login_str_t word);
static int login_words_has(const login_words_t *words, const char *word);
static void login_strength_guess(login_strength_t *strength,
    const login_words_t *words, const login_opaque_t *opaque);
static size_t login_strength_left(const login_words_t *words,
    const char *text, size_t len);
static unsigned login_strength_score(double bits);
static login_weak_e login_strength_why(const ZxcMatch_t *match);
static login_weak_e login_strength_kind(unsigned type);


void
login_words_add(login_words_t *words, login_str_t text)
{
    size_t  i, start;

    login_words_put(words, text);

    start = 0;

    for (i = 0; i <= text.len; i++) {

        if (i < text.len
            && ((text.data[i] >= 'a' && text.data[i] <= 'z')
                || (text.data[i] >= 'A' && text.data[i] <= 'Z')
                || (text.data[i] >= '0' && text.data[i] <= '9')
                || text.data[i] > 0x7f))
        {
            continue;
        }

        if (i - start < text.len) {
            login_words_put(words, login_str(text.data + start, i - start));
        }

        start = i + 1;
    }
}


/* In lower case, as zxcvbn wants its dictionaries. */

static void
login_words_put(login_words_t *words, login_str_t word)
{
    size_t  i;
    char   *p;

    if (words->n == LOGIN_STRENGTH_WORDS
        || word.len < LOGIN_STRENGTH_PART
        || word.len > LOGIN_STRENGTH_WORD
        || memchr(word.data, '\0', word.len) != NULL)
    {
        return;
    }

    p = words->word[words->n];

    for (i = 0; i < word.len; i++) {
        p[i] = (char) word.data[i];

        if (p[i] >= 'A' && p[i] <= 'Z') {
            p[i] = (char) (p[i] | 0x20);
        }
    }

    p[i] = '\0';

    if (!login_words_has(words, p)) {
        words->n++;
    }
}


static int
login_words_has(const login_words_t *words, const char *word)
{
    size_t  i;

    for (i = 0; i < words->n; i++) {
        if (strcmp(words->word[i], word) == 0) {
            return 1;
        }
    }

    return 0;
}


login_result_e
login_strength_check(login_strength_t *strength, const login_rules_t *rules,
    const login_words_t *words, login_str_t password)
{
    login_opaque_t  opaque;
    login_result_e  rc;

    memset(strength, 0, sizeof(login_strength_t));

    rc = login_opaque_make(&opaque, password);

    if (rc == LOGIN_NO) {
        strength->weak = LOGIN_WEAK_CHARACTERS;
    }

    if (rc != LOGIN_OK) {
        return rc;
    }

    if (opaque.chars < rules->min) {
        strength->weak = LOGIN_WEAK_SHORT;
        strength->count = rules->min - opaque.chars;

    } else if (opaque.chars > rules->max) {
        strength->weak = LOGIN_WEAK_LONG;

    } else if (rules->blocklist != NULL) {
        rc = login_blocklist_find(rules->blocklist,
                                  login_str(opaque.data, opaque.len));
        if (rc == LOGIN_OK) {
            strength->weak = LOGIN_WEAK_LISTED;
        }
    }

    if (rc != LOGIN_FAULT && strength->weak == LOGIN_WEAK_NOT) {
        login_strength_guess(strength, words, &opaque);

        if (strength->score >= rules->score
            && (rules->score == 0 || strength->count >= rules->min / 2))
        {
            strength->weak = LOGIN_WEAK_NOT;

        } else if (strength->score >= rules->score) {
            strength->weak = LOGIN_WEAK_OWN;
        }

        strength->count = 0;
    }

    login_opaque_wipe(&opaque);

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    return strength->weak == LOGIN_WEAK_NOT ? LOGIN_OK : LOGIN_NO;
}


/*
 * Sets the score, what makes it as low as it is, and as "count" what is left
 * without the person's words: with a year or so behind them, zxcvbn thinks
 * better of them than whoever knows the person.
 */

static void
login_strength_guess(login_strength_t *strength, const login_words_t *words,
    const login_opaque_t *opaque)
{
    char         look[LOGIN_STRENGTH_LOOK + 1];
    size_t       i, len;
    double       bits;
    ZxcMatch_t  *match;
    const char  *dictionary[LOGIN_STRENGTH_WORDS + 1];

    len = opaque->len;

    if (len > LOGIN_STRENGTH_LOOK) {
        len = LOGIN_STRENGTH_LOOK;

        while (len > 0 && (opaque->data[len] & 0xc0) == 0x80) {
            len--;
        }
    }

    memcpy(look, opaque->data, len);
    look[len] = '\0';

    i = 0;

    if (words != NULL) {
        for ( /* void */ ; i < words->n; i++) {
            dictionary[i] = words->word[i];
        }
    }

    dictionary[i] = NULL;

    match = NULL;

    bits = ZxcvbnMatch(look, dictionary, &match);

    strength->score = login_strength_score(bits);
    strength->weak = login_strength_why(match);
    strength->count = opaque->len > len
                      ? LOGIN_STRENGTH_MAX
                      : login_strength_left(words, look, len);

    ZxcvbnFreeInfo(match);

    login_wipe(look, sizeof(look));
}


/* Letters and digits that are in none of the words; many: none is in it. */

static size_t
login_strength_left(const login_words_t *words, const char *text, size_t len)
{
    size_t       i, j, n, skip, found;
    u_char       c;
    const char  *word;

    n = 0;
    found = 0;

    for (i = 0; i < len; i += skip) {
        skip = 1;

        for (j = 0; words != NULL && j < words->n; j++) {
            word = words->word[j];

            if (strncasecmp(text + i, word, strlen(word)) == 0
                && strlen(word) > skip)
            {
                skip = strlen(word);
            }
        }

        found += skip - 1;

        c = (u_char) text[i];

        if (skip == 1 && (isalnum(c) || c > 0x7f)) {
            n++;
        }
    }

    return found != 0 ? n : LOGIN_STRENGTH_MAX;
}


/* zxcvbn's own: 10^3, 10^6, 10^8 and 10^10 guesses. */

static unsigned
login_strength_score(double bits)
{
    return (unsigned) ((bits >= 9.966) + (bits >= 19.932) + (bits >= 26.576)
                       + (bits >= 33.219));
}


/* The longest part that has a pattern. */

static login_weak_e
login_strength_why(const ZxcMatch_t *match)
{
    int           len;
    login_weak_e  kind, why;

    len = 0;
    why = LOGIN_WEAK_EASY;

    for ( /* void */ ; match != NULL; match = match->Next) {
        kind = login_strength_kind((unsigned) match->Type);

        if (kind == LOGIN_WEAK_OWN) {
            return kind;
        }

        if (kind != LOGIN_WEAK_EASY && match->Length > len) {
            len = match->Length;
            why = kind;
        }
    }

    return why;
}


static login_weak_e
login_strength_kind(unsigned type)
{
    switch (type & ~(unsigned) MULTIPLE_MATCH) {

    case DICTIONARY_MATCH:
    case DICT_LEET_MATCH:
        return LOGIN_WEAK_WORD;

    case USER_MATCH:
    case USER_LEET_MATCH:
        return LOGIN_WEAK_OWN;

    case REPEATS_MATCH:
        return LOGIN_WEAK_REPEATED;

    case SEQUENCE_MATCH:
        return LOGIN_WEAK_SEQUENCE;

    case SPATIAL_MATCH:
        return LOGIN_WEAK_KEYS;

    case DATE_MATCH:
    case YEAR_MATCH:
        return LOGIN_WEAK_DATE;

    default:
        return type & MULTIPLE_MATCH ? LOGIN_WEAK_REPEATED : LOGIN_WEAK_EASY;
    }
}
