
#include "login.h"

#include <string.h>


typedef struct {
    const char  *token;
    const char  *name;
} login_agent_name_t;


static const char *login_agent_find(const login_agent_name_t *names,
    login_str_t text);
static int login_agent_has(login_str_t text, const char *token);


/* Most claim to be others as well: those that nobody else claims first. */

static const login_agent_name_t  login_agent_browsers[] = {
    { "Edg/", "Edge" },
    { "EdgA/", "Edge" },
    { "EdgiOS/", "Edge" },
    { "OPR/", "Opera" },
    { "OPT/", "Opera" },
    { "SamsungBrowser/", "Samsung Internet" },
    { "Vivaldi/", "Vivaldi" },
    { "YaBrowser/", "Yandex Browser" },
    { "DuckDuckGo/", "DuckDuckGo" },
    { "Ddg/", "DuckDuckGo" },
    { "Firefox/", "Firefox" },
    { "FxiOS/", "Firefox" },
    { "CriOS/", "Chrome" },
    { "Chrome/", "Chrome" },
    { "HeadlessChrome/", "Chrome" },
    { "Safari/", "Safari" },
    { "curl/", "curl" },
    { "Wget/", "Wget" },
    { NULL, NULL }
};

static const login_agent_name_t  login_agent_systems[] = {
    { "iPhone", "iPhone" },
    { "iPad", "iPad" },
    { "Android", "Android" },
    { "CrOS", "ChromeOS" },
    { "Windows", "Windows" },
    { "Macintosh", "macOS" },
    { "FreeBSD", "FreeBSD" },
    { "OpenBSD", "OpenBSD" },
    { "Linux", "Linux" },
    { NULL, NULL }
};


void
login_agent_read(login_agent_t *agent, login_str_t text)
{
    agent->browser = login_agent_find(login_agent_browsers, text);
    agent->system = login_agent_find(login_agent_systems, text);
}


static const char *
login_agent_find(const login_agent_name_t *names, login_str_t text)
{
    for ( /* void */ ; names->token != NULL; names++) {
        if (login_agent_has(text, names->token)) {
            return names->name;
        }
    }

    return NULL;
}


/* As a word of its own; of a product, something has to follow its slash. */

static int
login_agent_has(login_str_t text, const char *token)
{
    size_t         len;
    const u_char  *p, *end, *found;

    len = strlen(token);
    end = text.data + text.len;

    for (p = text.data; (size_t) (end - p) > len - 1; p = found + 1) {

        found = memmem(p, (size_t) (end - p), token, len);

        if (found == NULL) {
            return 0;
        }

        if (found != text.data && strchr(" (;", found[-1]) == NULL) {
            continue;
        }

        if (token[len - 1] == '/') {
            if (found + len < end && found[len] >= '0' && found[len] <= '9') {
                return 1;
            }

        } else if (found + len == end || strchr(" ;)", found[len]) != NULL) {
            return 1;
        }
    }

    return 0;
}
