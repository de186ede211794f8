
/* Browsers in words: those that there are, and what nobody can send. */

#include "login.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>


#define CHROME  "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 "
#define WEBKIT  "AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define IPHONE  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) "


static const struct {
    const char  *text;
    const char  *browser;
    const char  *system;
} agents[] = {
    { "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
      "Firefox", "Linux" },
    { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " CHROME "Safari/537.36",
      "Chrome", "Windows" },
    { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " CHROME
      "Safari/537.36 Edg/148.0.0.0", "Edge", "Windows" },
    { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " CHROME
      "Safari/537.36 OPR/120.0.0.0", "Opera", "Windows" },
    { "Mozilla/5.0 (Linux; Android 10; K) " CHROME "Mobile Safari/537.36",
      "Chrome", "Android" },
    { "Mozilla/5.0 (Linux; Android 16; SM-S931B) AppleWebKit/537.36 (KHTML, "
      "like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
      "Samsung Internet", "Android" },
    { "Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0",
      "Firefox", "Android" },
    { "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " CHROME "Safari/537.36",
      "Chrome", "ChromeOS" },
    { "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) " WEBKIT
      "Version/19.1 Safari/605.1.15", "Safari", "macOS" },
    { IPHONE WEBKIT "Version/19.1 Mobile/15E148 Safari/604.1",
      "Safari", "iPhone" },
    { IPHONE WEBKIT "CriOS/148.0.0.0 Mobile/15E148 Safari/604.1",
      "Chrome", "iPhone" },
    { IPHONE WEBKIT "FxiOS/150.0 Mobile/15E148 Safari/605.1.15",
      "Firefox", "iPhone" },
    { "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) " WEBKIT
      "Version/18.0 Mobile/15E148 Safari/604.1", "Safari", "iPad" },
    { "curl/7.88.1", "curl", NULL },

    { "", NULL, NULL },
    { "Firefox", NULL, NULL },
    { "Firefox/", NULL, NULL },
    { "Firefox/x Firefox/1", "Firefox", NULL },
    { "NotFirefox/1.0", NULL, NULL },
    { "Mozilla/5.0 (NotLinux; Linuxes)", NULL, NULL },
    { "<b>Linux</b> (Linux)", NULL, "Linux" },
    { "\xff\xfe Chrome/1", "Chrome", NULL }
};


static void
same(const char *name, const char *expected)
{
    if (expected == NULL) {
        assert_null(name);

    } else {
        assert_non_null(name);
        assert_string_equal(name, expected);
    }
}


static void
test_agents(void **data)
{
    size_t         i;
    login_agent_t  agent;

    (void) data;

    for (i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
        login_agent_read(&agent, login_cstr(agents[i].text));
        same(agent.browser, agents[i].browser);
        same(agent.system, agents[i].system);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_agents)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
