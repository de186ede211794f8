
#include "login.h"


static const char *const  login_weak_names[LOGIN_WEAKNESSES] = {
    "", "characters", "short", "long", "listed", "own", "word", "keys",
    "repeated", "sequence", "date", "easy"
};

static const char *const  login_weak_texts[LOGIN_WEAKNESSES] = {
    "", "", "", "",
    "is on the list of passwords that many people use",
    "can be guessed from names that belong to the account, use others",
    "is made of common words or passwords, use rarer ones or more of them",
    "is made of keys beside each other, use words instead",
    "repeats itself, add something that does not",
    "has a row such as \"abc\" or \"123\", use words instead",
    "has a date or a year, use words instead",
    "is easy to guess, add a word or two"
};


const char *
login_weak_name(login_weak_e weak)
{
    return weak < LOGIN_WEAKNESSES ? login_weak_names[weak] : "";
}


const char *
login_strength_text(char *dst, size_t size, const login_strength_t *strength,
    const login_rules_t *rules)
{
    switch (strength->weak) {

    case LOGIN_WEAK_CHARACTERS:
        (void) snprintf(dst, size, "is not UTF-8, or has control characters "
                        "in it");
        break;

    case LOGIN_WEAK_SHORT:
        (void) snprintf(dst, size, "is too short, it needs %zu more "
                        "character%s, %u in all", strength->count,
                        strength->count == 1 ? "" : "s", rules->min);
        break;

    case LOGIN_WEAK_LONG:
        (void) snprintf(dst, size, "is longer than %u characters",
                        rules->max);
        break;

    default:
        (void) snprintf(dst, size, "%s",
                        strength->weak < LOGIN_WEAKNESSES
                        ? login_weak_texts[strength->weak] : "");
        break;
    }

    return dst;
}
