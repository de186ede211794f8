
/*
 * Every shipped page compiles and can be rendered, in each of its states.
 * "nginx-login preview" leaves all of them to be looked at.
 */

#include "login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define STYLE   LOGIN_PAGES_PATH "/login.css"
#define SCRIPT  "/login/assets/login.js"


typedef struct {
    const char            *name;
    login_page_e           page;
    login_page_var_e       set[8];      /* the rest is sample() */
    const char            *expected[8];
} state_t;


static login_arena_t     *arena;
static login_template_t  *pages[LOGIN_PAGES];


static const state_t  states[] = {

    { "signin", LOGIN_PAGE_SIGNIN, { LOGIN_VARS },
      { "<title>Sign in</title>", "name=\"csrf\" value=\"csrf-1\"",
        "action=\"/login/\"", "name=\"username\"", "name=\"password\"",
        "name=\"shared\"", "method=\"post\"" } },

    { "signin-return", LOGIN_PAGE_SIGNIN,
      { LOGIN_VAR_RETURN_TO, LOGIN_VAR_SHARED, LOGIN_VARS },
      { "name=\"return_to\" value=\"/a?b=1&amp;c=2\"", " checked" } },

    { "signin-wrong", LOGIN_PAGE_SIGNIN,
      { LOGIN_VAR_WRONG, LOGIN_VAR_CODE, LOGIN_VAR_USERNAME, LOGIN_VARS },
      { "<title>Error: Sign in</title>", "role=\"alert\"", "tabindex=\"-1\"",
        "Code L10", "href=\"#username\"", "href=\"#password\"",
        "aria-invalid=\"true\"", "value=\"ada@example.com\"" } },

    { "signin-forged", LOGIN_PAGE_SIGNIN,
      { LOGIN_VAR_FORGED, LOGIN_VAR_CODE, LOGIN_VARS },
      { "accepts cookies", "role=\"alert\"" } },

    { "signin-malformed", LOGIN_PAGE_SIGNIN,
      { LOGIN_VAR_MALFORMED, LOGIN_VAR_CODE, LOGIN_VARS },
      { "is missing or can&#39;t be read", "role=\"alert\"" } },

    { "signin-busy", LOGIN_PAGE_SIGNIN,
      { LOGIN_VAR_BUSY, LOGIN_VAR_CODE, LOGIN_VARS },
      { "very busy", "role=\"alert\"" } },

    { "signin-switch", LOGIN_PAGE_SIGNIN,
      { LOGIN_VAR_SWITCH, LOGIN_VAR_SIGNED_IN, LOGIN_VARS },
      { "name=\"switch\" value=\"1\"", "href=\"/login/apps\"" } },

    { "signin-need", LOGIN_PAGE_SIGNIN,
      { LOGIN_VAR_NEED, LOGIN_VAR_SIGNED_IN, LOGIN_VARS },
      { "name=\"need\" value=\"login\"" } },

    { "apps", LOGIN_PAGE_APPS,
      { LOGIN_VAR_SIGNED_IN, LOGIN_VAR_USERNAME, LOGIN_VAR_NAME,
        LOGIN_VARS },
      { "ada@example.com", "Ada Lovelace", "action=\"/login/logout\"",
        "name=\"csrf\" value=\"csrf-1\"" } },

    { "apps-nameless", LOGIN_PAGE_APPS,
      { LOGIN_VAR_SIGNED_IN, LOGIN_VAR_USERNAME, LOGIN_VARS },
      { "ada@example.com" } },

    { "logout", LOGIN_PAGE_LOGOUT,
      { LOGIN_VAR_SIGNED_IN, LOGIN_VAR_USERNAME, LOGIN_VAR_NAME,
        LOGIN_VAR_RETURN_TO, LOGIN_VARS },
      { "ada@example.com", "action=\"/login/logout\"",
        "name=\"csrf\" value=\"csrf-1\"", "name=\"return_to\"",
        "href=\"/login/apps\"" } },

    { "logout-forged", LOGIN_PAGE_LOGOUT,
      { LOGIN_VAR_SIGNED_IN, LOGIN_VAR_USERNAME, LOGIN_VAR_FORGED,
        LOGIN_VAR_CODE, LOGIN_VARS },
      { "<title>Error: Sign out</title>", "role=\"alert\"", "Code L10" } },

    { "logout-nobody", LOGIN_PAGE_LOGOUT, { LOGIN_VARS },
      { "href=\"/login/\"" } },

    { "denied", LOGIN_PAGE_DENIED,
      { LOGIN_VAR_SIGNED_IN, LOGIN_VAR_USERNAME, LOGIN_VAR_NAME,
        LOGIN_VAR_CODE, LOGIN_VAR_SWITCH_URL, LOGIN_VARS },
      { "ada@example.com", "href=\"/login/?switch=1&amp;return_to=%2Fa\"",
        "role=\"alert\"", "Code L10" } },

    { "expired", LOGIN_PAGE_EXPIRED,
      { LOGIN_VAR_CODE, LOGIN_VAR_SIGNIN_URL, LOGIN_VARS },
      { "href=\"/login/?return_to=%2Fa\" target=\"_blank\" "
        "rel=\"noopener\"", "role=\"alert\"", "Code L10" } },

    { "expired-framed", LOGIN_PAGE_EXPIRED,
      { LOGIN_VAR_CODE, LOGIN_VAR_SIGNIN_URL, LOGIN_VAR_FRAMED, LOGIN_VARS },
      { "<base target=\"_top\">", "role=\"alert\"", "Code L10",
        "href=\"/login/?return_to=%2Fa\" target=\"_top\"" } },

    { "not-found", LOGIN_PAGE_NOT_FOUND, { LOGIN_VAR_CODE, LOGIN_VARS },
      { "Code L10", "href=\"/login/\"" } },

    { "not-found-signed-in", LOGIN_PAGE_NOT_FOUND,
      { LOGIN_VAR_CODE, LOGIN_VAR_SIGNED_IN, LOGIN_VARS },
      { "Code L10", "href=\"/login/apps\"" } },

    { "error", LOGIN_PAGE_ERROR, { LOGIN_VAR_CODE, LOGIN_VARS },
      { "Code L10", "href=\"/login/\"", "on us" } },

    { "error-method", LOGIN_PAGE_ERROR,
      { LOGIN_VAR_CODE, LOGIN_VAR_METHOD, LOGIN_VARS },
      { "used that way" } },

    { "error-malformed", LOGIN_PAGE_ERROR,
      { LOGIN_VAR_CODE, LOGIN_VAR_MALFORMED, LOGIN_VARS },
      { "Go back" } },

    { "error-forged", LOGIN_PAGE_ERROR,
      { LOGIN_VAR_CODE, LOGIN_VAR_FORGED, LOGIN_VARS },
      { "accepts cookies" } },

    { "error-busy", LOGIN_PAGE_ERROR,
      { LOGIN_VAR_CODE, LOGIN_VAR_BUSY, LOGIN_VARS },
      { "very busy" } },

    { "sso-error", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_CODE, LOGIN_VAR_RETRY_URL, LOGIN_VAR_SIGNIN_URL,
        LOGIN_VARS },
      { "Code L10", "on us", "role=\"alert\"",
        "href=\"/login/sso/op?org=acme\"",
        "href=\"/login/?return_to=%2Fa\"" } },

    { "sso-error-busy", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_BUSY, LOGIN_VARS }, { "very busy" } },

    { "sso-error-state", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_STATE, LOGIN_VARS }, { "took too long" } },

    { "sso-error-refused", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_REFUSED, LOGIN_VAR_SSO_PROVIDER, LOGIN_VAR_CONTACT,
        LOGIN_VARS },
      { "Okta didn&#39;t let you in", "it@acme.example" } },

    { "sso-error-down", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_DOWN, LOGIN_VAR_SSO_PROVIDER, LOGIN_VARS },
      { "Okta doesn&#39;t answer" } },

    { "sso-error-untrusted", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_UNTRUSTED, LOGIN_VAR_SSO_PROVIDER, LOGIN_VARS },
      { "trust what Okta" } },

    { "sso-error-clock", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_CLOCK, LOGIN_VAR_SSO_PROVIDER, LOGIN_VARS },
      { "The clock of Okta" } },

    { "sso-error-claims", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_CLAIMS, LOGIN_VAR_SSO_PROVIDER, LOGIN_VARS },
      { "Okta doesn&#39;t tell us" } },

    { "sso-error-domain", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_DOMAIN, LOGIN_VAR_SSO_PROVIDER, LOGIN_VARS },
      { "at Okta can&#39;t be used" } },

    { "sso-error-nobody", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_NOBODY, LOGIN_VARS }, { "an invitation" } },

    { "sso-error-disabled", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_DISABLED, LOGIN_VARS }, { "turned off" } },

    { "sso-error-taken", LOGIN_PAGE_SSO_ERROR,
      { LOGIN_VAR_SSO_TAKEN, LOGIN_VAR_SSO_PROVIDER, LOGIN_VARS },
      { "connected with Okta" } }
};

#define NSTATES  (sizeof(states) / sizeof(states[0]))


static const char *const  samples[LOGIN_VARS] = {
    [LOGIN_VAR_LANGUAGE] = "en",
    [LOGIN_VAR_DIR] = "ltr",
    [LOGIN_VAR_STYLE] = STYLE,
    [LOGIN_VAR_SCRIPT] = SCRIPT,
    [LOGIN_VAR_ICON] = "/login/assets/login.0123456789abcdef.svg",
    [LOGIN_VAR_PORTAL] = "/login/",
    [LOGIN_VAR_CSRF] = "csrf-1",
    [LOGIN_VAR_CONTACT] = "it@acme.example",
    [LOGIN_VAR_SSO_PROVIDER] = "Okta",
    [LOGIN_VAR_RETRY_URL] = "/login/sso/op?org=acme",
    [LOGIN_VAR_RETURN_TO] = "/a?b=1&c=2",
    [LOGIN_VAR_SIGNIN_URL] = "/login/?return_to=%2Fa",
    [LOGIN_VAR_SWITCH_URL] = "/login/?switch=1&return_to=%2Fa",
    [LOGIN_VAR_USERNAME] = "ada@example.com",
    [LOGIN_VAR_NAME] = "Ada Lovelace",
    [LOGIN_VAR_CODE] = "L10",
    [LOGIN_VAR_NEED] = "login"
};


static int
setup(void **state)
{
    int             page;
    const char     *dirs[] = { LOGIN_PAGES_PATH };
    login_error_t   error;

    (void) state;

    arena = login_arena_create();
    if (arena == NULL) {
        return -1;
    }

    for (page = 0; page < LOGIN_PAGES; page++) {
        if (login_template_compile(&pages[page], arena, &login_page_schema,
                                   dirs, 1, login_page_name(page), &error)
            != LOGIN_OK)
        {
            print_error("%s\n", error.text);
            return -1;
        }
    }

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    login_arena_destroy(arena);

    return 0;
}


static void
sample(login_value_t *values, const state_t *s)
{
    size_t  i, v;

    memset(values, 0, LOGIN_VARS * sizeof(login_value_t));

    for (v = 0; v <= LOGIN_VAR_CSRF; v++) {
        values[v].text = login_cstr((v == LOGIN_VAR_PAGE)
                                    ? login_page_name(s->page) : samples[v]);
    }

    values[LOGIN_VAR_PASSWORDS].text = login_cstr("1");

    for (i = 0; s->set[i] != LOGIN_VARS; i++) {
        v = s->set[i];
        values[v].text = login_cstr(samples[v] ? samples[v] : "1");
    }
}


static char *
render(login_page_e page, const login_value_t *values)
{
    char    *text;
    size_t   len;

    len = login_template_render(NULL, pages[page], values,
                                &login_locale_english);

    text = malloc(len + 1);
    assert_non_null(text);

    assert_int_equal(login_template_render((u_char *) text, pages[page],
                                           values, &login_locale_english),
                     len);
    text[len] = '\0';

    return text;
}


static void
test_states(void **state)
{
    char           *text, marker[64];
    size_t          i, j;
    login_value_t   values[LOGIN_VARS];

    static const char *const  never[] = {
        "{{", "}}", " style=", "<style", "<script>", " onclick=", "\"#\""
    };

    (void) state;

    for (i = 0; i < NSTATES; i++) {
        sample(values, &states[i]);
        text = render(states[i].page, values);

        (void) snprintf(marker, sizeof(marker), "<body data-page=\"%s\">",
                        login_page_name(states[i].page));

        assert_non_null(strstr(text, marker));
        assert_memory_equal(text, "<!doctype html>", 15);
        assert_non_null(strstr(text, "<html lang=\"en\" dir=\"ltr\">"));
        assert_non_null(strstr(text, "href=\"" STYLE "\""));

        for (j = 0; j < 8 && states[i].expected[j] != NULL; j++) {
            if (strstr(text, states[i].expected[j]) == NULL) {
                fail_msg("%s: \"%s\" is missing", states[i].name,
                         states[i].expected[j]);
            }
        }

        for (j = 0; j < sizeof(never) / sizeof(never[0]); j++) {
            if (strstr(text, never[j]) != NULL) {
                fail_msg("%s: has \"%s\"", states[i].name, never[j]);
            }
        }

        free(text);
    }
}


/* Every form carries the field that says it came from here. */

static void
test_csrf(void **state)
{
    char           *text, *p;
    size_t          i;
    login_value_t   values[LOGIN_VARS];

    (void) state;

    for (i = 0; i < NSTATES; i++) {
        sample(values, &states[i]);
        text = render(states[i].page, values);

        for (p = strstr(text, "<form"); p != NULL; p = strstr(p + 1, "<form"))
        {
            assert_memory_equal(strchr(p, '\n') + 1,
                                "<input type=\"hidden\" name=\"csrf\" "
                                "value=\"csrf-1\">", 46);
        }

        free(text);
    }
}


/* Values that try to get out: none of their markup is in the page. */

static void
test_hostile(void **state)
{
    int             page;
    char           *text;
    size_t          v;
    login_value_t   values[LOGIN_VARS];

    (void) state;

    for (page = 0; page < LOGIN_PAGES; page++) {
        memset(values, 0, sizeof(values));

        for (v = 0; v < LOGIN_VARS; v++) {
            values[v].text = login_cstr("javascript:\"'><img src=x "
                                        "onerror=alert(1)></title>");
        }

        text = render(page, values);

        assert_null(strstr(text, "<img"));
        assert_null(strstr(text, "href=\"javascript:"));
        assert_null(strstr(text, "action=\"javascript:"));
        assert_null(strstr(text, "\"'>"));

        free(text);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_csrf),
        cmocka_unit_test(test_hostile)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
