
/* The languages that are shipped, and the tags that lead to them. */

#include "login.h"

#include <strings.h>


#define login_language(tag, name)      { login_string(tag),                   \
                                         login_string(name), 0 }
#define login_language_rtl(tag, name)  { login_string(tag),                   \
                                         login_string(name), 1 }


typedef struct {
    const char    *from;            /* with all that is below it */
    const char    *to;
} login_language_alias_t;


static size_t login_language_same(const login_language_t *offered, size_t n,
    login_str_t tag);
static size_t login_language_lookup(const login_language_t *offered,
    size_t n, login_str_t tag);
static unsigned login_language_below(login_str_t part, login_str_t base);
static login_str_t login_language_shorter(login_str_t tag);


const login_language_t  login_languages[] = {
    login_language("en", "English"),
    login_language_rtl("ar", "العربية"),
    login_language("bg", "Български"),
    login_language("bn", "বাংলা"),
    login_language("ca", "Català"),
    login_language("cs", "Čeština"),
    login_language("da", "Dansk"),
    login_language("de", "Deutsch"),
    login_language("el", "Ελληνικά"),
    login_language("es", "Español"),
    login_language("es-419", "Español (Latinoamérica)"),
    login_language("et", "Eesti"),
    login_language_rtl("fa", "فارسی"),
    login_language("fi", "Suomi"),
    login_language("fr", "Français"),
    login_language("fr-CA", "Français (Canada)"),
    login_language_rtl("he", "עברית"),
    login_language("hi", "हिन्दी"),
    login_language("hr", "Hrvatski"),
    login_language("hu", "Magyar"),
    login_language("id", "Bahasa Indonesia"),
    login_language("it", "Italiano"),
    login_language("ja", "日本語"),
    login_language("ko", "한국어"),
    login_language("lt", "Lietuvių"),
    login_language("lv", "Latviešu"),
    login_language("nb", "Norsk bokmål"),
    login_language("nl", "Nederlands"),
    login_language("pl", "Polski"),
    login_language("pt", "Português (Portugal)"),
    login_language("pt-BR", "Português (Brasil)"),
    login_language("ro", "Română"),
    login_language("ru", "Русский"),
    login_language("sk", "Slovenčina"),
    login_language("sl", "Slovenščina"),
    login_language("sr", "Српски"),
    login_language("sv", "Svenska"),
    login_language("th", "ไทย"),
    login_language("tr", "Türkçe"),
    login_language("uk", "Українська"),
    login_language_rtl("ur", "اردو"),
    login_language("vi", "Tiếng Việt"),
    login_language("zh-Hans", "简体中文"),
    login_language("zh-Hant", "繁體中文"),
    login_language("", "")
};

/*
 * Tried where lookup finds nothing at that length: codes that were replaced,
 * languages that are written as another one, and where a region says which
 * script or variant is meant.  Spanish of all of the Americas is one.
 */

static const login_language_alias_t  login_language_aliases[] = {
    { "zh-TW", "zh-Hant" }, { "zh-HK", "zh-Hant" }, { "zh-MO", "zh-Hant" },
    { "zh", "zh-Hans" }, { "cmn", "zh-Hans" }, { "yue", "zh-Hant" },
    { "no", "nb" }, { "nn", "nb" }, { "iw", "he" }, { "in", "id" },
    { "mo", "ro" }, { "sh", "sr" }, { "bs", "hr" }, { "prs", "fa" },
    { "arb", "ar" }, { "gsw", "de" }, { "val", "ca" },
    { "es-AR", "es-419" }, { "es-BO", "es-419" }, { "es-BR", "es-419" },
    { "es-BZ", "es-419" }, { "es-CL", "es-419" }, { "es-CO", "es-419" },
    { "es-CR", "es-419" }, { "es-CU", "es-419" }, { "es-DO", "es-419" },
    { "es-EC", "es-419" }, { "es-GT", "es-419" }, { "es-HN", "es-419" },
    { "es-MX", "es-419" }, { "es-NI", "es-419" }, { "es-PA", "es-419" },
    { "es-PE", "es-419" }, { "es-PR", "es-419" }, { "es-PY", "es-419" },
    { "es-SV", "es-419" }, { "es-US", "es-419" }, { "es-UY", "es-419" },
    { "es-VE", "es-419" }
};


const login_language_t *
login_language_shipped(login_str_t tag)
{
    const login_language_t  *language;

    for (language = login_languages; language->tag.len != 0; language++) {
        if (login_language_is(tag, language->tag)) {
            return language;
        }
    }

    return NULL;
}


login_result_e
login_language_check(login_str_t tag)
{
    u_char  c;
    size_t  i, part;

    if (tag.len == 0 || tag.len > LOGIN_LANGUAGE_MAX) {
        return LOGIN_NO;
    }

    for (i = 0, part = 0; i < tag.len; i++) {
        c = tag.data[i];

        if (c == '-' && part != 0) {
            part = 0;
            continue;
        }

        if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            && !(c >= '0' && c <= '9'))
        {
            return LOGIN_NO;
        }

        if (++part > 8) {
            return LOGIN_NO;
        }
    }

    return part != 0 ? LOGIN_OK : LOGIN_NO;
}


/*
 * The tag itself, then shorter and shorter, then whatever there is of the
 * same language: Brazilian Portuguese is nearer to any other than English.
 */

size_t
login_language_find(const login_language_t *offered, size_t n,
    login_str_t tag)
{
    size_t  i;

    if (login_language_check(tag) != LOGIN_OK) {
        return LOGIN_LANGUAGE_NONE;
    }

    i = login_language_lookup(offered, n, tag);

    if (i == LOGIN_LANGUAGE_NONE) {
        for (i = 0; i < tag.len && tag.data[i] != '-'; i++) {
            /* void */
        }

        return login_language_same(offered, n, login_str(tag.data, i));
    }

    return i;
}


static size_t
login_language_lookup(const login_language_t *offered, size_t n,
    login_str_t tag)
{
    size_t                         i, naliases;
    login_str_t                    to;
    const login_language_alias_t  *alias;

    naliases = sizeof(login_language_aliases)
               / sizeof(login_language_aliases[0]);

    for (/* void */; tag.len > 0; tag = login_language_shorter(tag)) {

        for (i = 0; i < n; i++) {
            if (login_language_is(tag, offered[i].tag)) {
                return i;
            }
        }

        for (alias = login_language_aliases;
             alias < login_language_aliases + naliases;
             alias++)
        {
            if (!login_language_is(tag, login_cstr(alias->from))) {
                continue;
            }

            to = login_cstr(alias->to);

            for (i = 0; i < n; i++) {
                if (login_language_is(to, offered[i].tag)) {
                    return i;
                }
            }
        }
    }

    return LOGIN_LANGUAGE_NONE;
}


static size_t
login_language_same(const login_language_t *offered, size_t n,
    login_str_t tag)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (login_language_below(offered[i].tag, tag)) {
            return i;
        }
    }

    return LOGIN_LANGUAGE_NONE;
}


int
login_language_is(login_str_t one, login_str_t other)
{
    return one.len == other.len && login_language_below(one, other);
}


static unsigned
login_language_below(login_str_t part, login_str_t base)
{
    return part.len >= base.len
           && (part.len == base.len || part.data[base.len] == '-')
           && strncasecmp((const char *) part.data, (const char *) base.data,
                          base.len)
              == 0;
}


/* RFC 4647, 3.4: what is left must not end in a single letter. */

static login_str_t
login_language_shorter(login_str_t tag)
{
    do {
        while (tag.len > 0 && tag.data[tag.len - 1] != '-') {
            tag.len--;
        }

        tag.len -= tag.len > 0;

    } while (tag.len > 1 && tag.data[tag.len - 2] == '-');

    return tag;
}
