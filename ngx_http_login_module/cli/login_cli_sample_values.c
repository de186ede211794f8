
/* What the variables of a view are worth. */

#include "login_cli_sample.h"

#include <string.h>


/* 2026-11-24 21:07 UTC, and days before it */
#define LOGIN_CLI_SAMPLE_NOW   1795554420
#define LOGIN_CLI_SAMPLE_USED  (LOGIN_CLI_SAMPLE_NOW - 3 * 86400)
#define LOGIN_CLI_SAMPLE_MADE  (LOGIN_CLI_SAMPLE_NOW - 90 * 86400)

#define LOGIN_CLI_SAMPLE_ROWS  10       /* of a list, but of events */

#define LOGIN_CLI_SAMPLE_URI                                                  \
    "otpauth://totp/Acme%20Corporation:ann%40example.com"                     \
    "?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme%20Corporation"      \
    "&algorithm=SHA1&digits=6&period=30"


/* A value of a row. */
typedef struct {
    size_t             row;
    login_page_var_e   variable;
    const char        *text;
} login_cli_cell_t;


static login_result_e login_cli_sample_list(login_value_t *list,
    login_page_var_e variable, login_arena_t *arena,
    const login_cli_sample_t *sample, const login_locale_t *locale);
static login_result_e login_cli_sample_times(login_value_t *rows, size_t n,
    login_page_var_e list, login_arena_t *arena,
    const login_locale_t *locale);
static login_result_e login_cli_sample_events(login_value_t *list,
    login_arena_t *arena, const login_locale_t *locale);
static login_result_e login_cli_sample_qr(login_value_t *values,
    login_arena_t *arena);
static login_str_t login_cli_sample_text(login_page_var_e variable,
    unsigned hostile, const char *text);


const char *const  login_cli_sample_icon =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 48\">\n"
    "<rect width=\"48\" height=\"48\" rx=\"8\" fill=\"#3b5bdb\"/>\n"
    "<path d=\"M14 15h20M14 24h20M14 33h12\" fill=\"none\" stroke=\"#fff\" "
    "stroke-width=\"3\"/>\n</svg>\n";

/* Flags are what is not here. */

static const char *const  login_cli_texts[LOGIN_VARS] = {
    [LOGIN_VAR_STYLE] = LOGIN_CLI_SAMPLE_PORTAL "assets/login.css",
    [LOGIN_VAR_SCRIPT] = LOGIN_CLI_SAMPLE_PORTAL "assets/login.js",
    [LOGIN_VAR_ICON] = LOGIN_CLI_SAMPLE_PORTAL "assets/login.svg",
    [LOGIN_VAR_PORTAL] = LOGIN_CLI_SAMPLE_PORTAL,
    [LOGIN_VAR_CSRF] = "sample",
    [LOGIN_VAR_RETURN_TO] = "/wiki/Start?page=1&lines=20",
    [LOGIN_VAR_LANGUAGE_RETURN] = "/wiki/Start",
    [LOGIN_VAR_SIGNIN_URL] = LOGIN_CLI_SAMPLE_PORTAL "?return_to=%2Fwiki",
    [LOGIN_VAR_SWITCH_URL] = LOGIN_CLI_SAMPLE_PORTAL
                             "?switch=1&return_to=%2Fwiki",
    [LOGIN_VAR_USERNAME] = "ann@example.com",
    [LOGIN_VAR_NAME] = "Ann Example",
    [LOGIN_VAR_NEED] = "login",
    [LOGIN_VAR_MIN] = "15",
    [LOGIN_VAR_MAX] = "400",
    [LOGIN_VAR_LACKING] = "6",
    [LOGIN_VAR_FLOW] = "sample",
    [LOGIN_VAR_TRUST_DAYS] = "30",
    [LOGIN_VAR_DEVICE_NAME] = "My phone",
    [LOGIN_VAR_TOTP_URI] = LOGIN_CLI_SAMPLE_URI,
    [LOGIN_VAR_TOTP_SECRET] = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
    [LOGIN_VAR_CODES_LEFT] = "8",
    [LOGIN_VAR_ORG] = "acme",
    [LOGIN_VAR_ORGANISATION] = "Acme Corporation",
    [LOGIN_VAR_CONTACT] = "it@acme.example",
    [LOGIN_VAR_SSO_PROVIDER] = "Okta",
    [LOGIN_VAR_RETRY_URL] = LOGIN_CLI_SAMPLE_PORTAL "sso/okta?org=acme"
};

static const login_cli_cell_t  login_cli_cells[] = {
    { 0, LOGIN_VAR_REGION, "eu" },
    { 0, LOGIN_VAR_REGION_TITLE, "Europe (Frankfurt)" },
    { 0, LOGIN_VAR_REGION_HERE, "1" },
    { 1, LOGIN_VAR_REGION, "us" },
    { 1, LOGIN_VAR_REGION_TITLE, "America (Oregon)" },

    { 0, LOGIN_VAR_PROVIDER, "Okta" },
    { 0, LOGIN_VAR_PROVIDER_URL, LOGIN_CLI_SAMPLE_PORTAL
                                 "sso/okta?org=acme" },
    { 0, LOGIN_VAR_PROVIDER_ICON, LOGIN_CLI_SAMPLE_PORTAL "assets/"
                                  LOGIN_CLI_SAMPLE_ICON },
    { 1, LOGIN_VAR_PROVIDER, "Contoso" },
    { 1, LOGIN_VAR_PROVIDER_URL, LOGIN_CLI_SAMPLE_PORTAL
                                 "sso/contoso?org=acme" },

    { 0, LOGIN_VAR_APP_TITLE, "Wiki" },
    { 0, LOGIN_VAR_APP_URL, "/wiki/" },
    { 0, LOGIN_VAR_APP_TEXT, "What we know, and where it is written down" },
    { 0, LOGIN_VAR_APP_ICON, LOGIN_CLI_SAMPLE_PORTAL "assets/"
                             LOGIN_CLI_SAMPLE_ICON },
    { 1, LOGIN_VAR_APP_TITLE, "Mail" },
    { 1, LOGIN_VAR_APP_URL, "/mail/" },
    { 2, LOGIN_VAR_APP_TITLE, "Accounting" },
    { 2, LOGIN_VAR_APP_URL, "https://accounting.example.com/" },
    { 2, LOGIN_VAR_APP_TEXT, "Invoices and expenses" },

    { 0, LOGIN_VAR_RECOVERY_CODE, "8f2k-q0zj-4w7c-yn3m" },
    { 1, LOGIN_VAR_RECOVERY_CODE, "p5rt-93vd-ke1x-h6gb" },
    { 2, LOGIN_VAR_RECOVERY_CODE, "2cma-7ynz-0sjf-w8q4" },
    { 3, LOGIN_VAR_RECOVERY_CODE, "xk6e-b1hp-5t9r-dv3g" },
    { 4, LOGIN_VAR_RECOVERY_CODE, "j0wq-4fz8-nc2m-7sya" },
    { 5, LOGIN_VAR_RECOVERY_CODE, "r3db-g6k1-pxe9-5tvh" },
    { 6, LOGIN_VAR_RECOVERY_CODE, "zs8j-y2cn-qf7w-0m4a" },
    { 7, LOGIN_VAR_RECOVERY_CODE, "6vtg-h5px-13kd-9ber" },
    { 8, LOGIN_VAR_RECOVERY_CODE, "q1sy-8nzf-m4jc-2w0e" },
    { 9, LOGIN_VAR_RECOVERY_CODE, "da7h-3xgk-v6tp-r5b9" },

    { 0, LOGIN_VAR_DEVICE_ID, "00112233445566778899aabbccddeeff" },
    { 0, LOGIN_VAR_DEVICE_LABEL, "My phone" },
    { 1, LOGIN_VAR_DEVICE_ID, "ffeeddccbbaa99887766554433221100" },
    { 1, LOGIN_VAR_DEVICE_LABEL, "The tablet at home" },

    { 0, LOGIN_VAR_TRUST_ID, "0123456789abcdef0123456789abcdef" },
    { 0, LOGIN_VAR_TRUST_BROWSER, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) "
                                  "Gecko/20100101 Firefox/140.0" },
    { 0, LOGIN_VAR_TRUST_ADDRESS, "192.0.2.7" },

    { 0, LOGIN_VAR_SESSION_ID, "0f1e2d3c4b5a69788796a5b4c3d2e1f0" },
    { 0, LOGIN_VAR_SESSION_OWN, "1" },
    { 0, LOGIN_VAR_SESSION_BROWSER, "Firefox" },
    { 0, LOGIN_VAR_SESSION_SYSTEM, "Linux" },
    { 0, LOGIN_VAR_SESSION_ADDRESS, "192.0.2.7" },
    { 1, LOGIN_VAR_SESSION_ID, "1f2e3d4c5b6a79889706f5e4d3c2b1a0" },
    { 1, LOGIN_VAR_SESSION_BROWSER, "Safari" },
    { 1, LOGIN_VAR_SESSION_ADDRESS, "2001:db8:85a3:1234:5678:8a2e:370:7334" },
    { 2, LOGIN_VAR_SESSION_ID, "2f3e4d5c6b7a8998a716051423324150" },
    { 2, LOGIN_VAR_SESSION_SYSTEM, "Android" },
    { 2, LOGIN_VAR_SESSION_ADDRESS, "198.51.100.23" },
    { 3, LOGIN_VAR_SESSION_ID, "3f4e5d6c7b8a99a8b726152433425160" },
    { 3, LOGIN_VAR_SESSION_ADDRESS, "203.0.113.99" }
};

typedef size_t (*login_cli_when_t)(u_char dst[LOGIN_LOCALE_TIME],
    const login_locale_t *locale, uint64_t when);

/* What each row of a list has: times, as the language writes them. */
static const struct {
    login_page_var_e   variable;
    login_cli_when_t   write;
    uint64_t           when;
} login_cli_times[] = {
    { LOGIN_VAR_DEVICE_ADDED, login_locale_day, LOGIN_CLI_SAMPLE_MADE },
    { LOGIN_VAR_DEVICE_USED, login_locale_day, LOGIN_CLI_SAMPLE_USED },
    { LOGIN_VAR_TRUST_ADDED, login_locale_day, LOGIN_CLI_SAMPLE_MADE },
    { LOGIN_VAR_TRUST_USED, login_locale_day, LOGIN_CLI_SAMPLE_USED },
    { LOGIN_VAR_SESSION_SINCE, login_locale_time, LOGIN_CLI_SAMPLE_MADE },
    { LOGIN_VAR_SESSION_SEEN, login_locale_time, LOGIN_CLI_SAMPLE_USED },
    { LOGIN_VAR_EVENT_TIME, login_locale_time, LOGIN_CLI_SAMPLE_USED }
};

#define login_cli_count(table)  (sizeof(table) / sizeof((table)[0]))


/* What people, or administrators, may write as they like. */

static login_str_t
login_cli_sample_text(login_page_var_e variable, unsigned hostile,
    const char *text)
{
    if (!hostile || text == NULL) {
        return login_cstr(text != NULL ? text : "");
    }

    switch (variable) {

    case LOGIN_VAR_USERNAME:
    case LOGIN_VAR_NAME:
    case LOGIN_VAR_ORG:
    case LOGIN_VAR_ORGANISATION:
    case LOGIN_VAR_CONTACT:
    case LOGIN_VAR_DEVICE_NAME:
    case LOGIN_VAR_DEVICE_LABEL:
    case LOGIN_VAR_TRUST_BROWSER:
    case LOGIN_VAR_REGION_TITLE:
    case LOGIN_VAR_PROVIDER:
    case LOGIN_VAR_SSO_PROVIDER:
    case LOGIN_VAR_APP_TITLE:
    case LOGIN_VAR_APP_TEXT:
        return login_cstr(LOGIN_CLI_SAMPLE_EVIL);

    default:
        return login_cstr(text);
    }
}


login_result_e
login_cli_sample(login_value_t *values, login_arena_t *arena,
    const login_cli_sample_t *sample, const login_locales_t *locales,
    size_t language)
{
    size_t                   i;
    const char              *text;
    login_result_e           rc;
    login_page_var_e         var;
    const login_locale_t    *locale;
    const login_variable_t  *variable;

    static const login_page_var_e  always[] = {
        LOGIN_VAR_STYLE, LOGIN_VAR_SCRIPT, LOGIN_VAR_ICON, LOGIN_VAR_PORTAL,
        LOGIN_VAR_CSRF, LOGIN_VAR_LANGUAGE_RETURN
    };

    locale = &locales->locales[language];

    memset(values, 0, LOGIN_VARS * sizeof(login_value_t));

    for (i = 0; i < login_cli_count(always); i++) {
        values[always[i]].text = login_cstr(login_cli_texts[always[i]]);
    }

    values[LOGIN_VAR_PAGE].text = login_cstr(login_page_name(sample->page));
    values[LOGIN_VAR_LANGUAGE].text = locale->tag;
    values[LOGIN_VAR_DIR].text = login_cstr(locale->rtl ? "rtl" : "ltr");
    values[LOGIN_VAR_LANGUAGES].rows = locales->n;
    values[LOGIN_VAR_OTHER_LANGUAGES].text = login_cstr("1");
    values[LOGIN_VAR_CODE].text =
        login_cstr(login_reason_code(sample->reason));

    var = login_page_flag(sample->reason);

    if (var != LOGIN_VARS) {
        values[var].text = login_cstr("1");
    }

    rc = LOGIN_OK;

    for (i = 0; rc == LOGIN_OK && sample->set[i] != 0; i++) {
        var = sample->set[i];
        variable = &login_page_schema.variables[var];

        if (var == LOGIN_VAR_EVENTS) {
            rc = login_cli_sample_events(&values[var], arena, locale);

        } else if (variable->type == LOGIN_VALUE_LIST) {
            rc = login_cli_sample_list(&values[var], var, arena, sample,
                                       locale);

        } else if (var == LOGIN_VAR_QR_PATH) {
            rc = login_cli_sample_qr(values, arena);

        } else if (var != LOGIN_VAR_QR_SIZE) {
            text = variable->type == LOGIN_VALUE_FLAG ? "1"
                                                      : login_cli_texts[var];

            values[var].text = login_cli_sample_text(var, sample->hostile,
                                                     text);
        }
    }

    return rc;
}


static login_result_e
login_cli_sample_list(login_value_t *list, login_page_var_e variable,
    login_arena_t *arena, const login_cli_sample_t *sample,
    const login_locale_t *locale)
{
    size_t                   i;
    login_value_t           *rows;
    const login_cli_cell_t  *cell;
    const login_variable_t  *variables = login_page_schema.variables;

    rows = login_arena_alloc(arena, LOGIN_CLI_SAMPLE_ROWS * LOGIN_VARS
                                    * sizeof(login_value_t));
    if (rows == NULL) {
        return LOGIN_FAULT;
    }

    list->rows = 0;
    list->row = rows;

    for (i = 0; i < login_cli_count(login_cli_cells); i++) {
        cell = &login_cli_cells[i];

        if (variables[cell->variable].list != (int) variable) {
            continue;
        }

        rows[cell->row * LOGIN_VARS + cell->variable].text =
            login_cli_sample_text(cell->variable, sample->hostile,
                                  cell->text);

        list->rows = cell->row + 1;
    }

    for (i = 0; variable == LOGIN_VAR_APPS && i < list->rows; i++) {
        rows[i * LOGIN_VARS + LOGIN_VAR_APP_LETTER].text =
            login_letter(rows[i * LOGIN_VARS + LOGIN_VAR_APP_TITLE].text);
    }

    return login_cli_sample_times(rows, list->rows, variable, arena,
                                  locale);
}


static login_result_e
login_cli_sample_times(login_value_t *rows, size_t n, login_page_var_e list,
    login_arena_t *arena, const login_locale_t *locale)
{
    size_t                   i, j, len;
    u_char                  *p;
    const login_variable_t  *variables = login_page_schema.variables;

    for (i = 0; i < login_cli_count(login_cli_times); i++) {

        if (variables[login_cli_times[i].variable].list != (int) list) {
            continue;
        }

        p = login_arena_alloc(arena, LOGIN_LOCALE_TIME);
        if (p == NULL) {
            return LOGIN_FAULT;
        }

        len = login_cli_times[i].write(p, locale, login_cli_times[i].when);

        for (j = 0; j < n; j++) {
            rows[j * LOGIN_VARS + login_cli_times[i].variable].text =
                login_str(p, len);
        }
    }

    return LOGIN_OK;
}


/* One of each kind, so that all their words are seen. */

static login_result_e
login_cli_sample_events(login_value_t *list, login_arena_t *arena,
    const login_locale_t *locale)
{
    size_t             kind, n;
    login_value_t     *row, *rows;
    login_page_var_e   var;

    rows = login_arena_alloc(arena, LOGIN_LOG_MAX * LOGIN_VARS
                                    * sizeof(login_value_t));
    if (rows == NULL) {
        return LOGIN_FAULT;
    }

    row = rows;
    n = 0;

    for (kind = 0; kind < LOGIN_LOG_MAX; kind++) {
        var = login_page_event((login_log_kind_e) kind);

        if (var == LOGIN_VARS) {
            continue;
        }

        row[var].text = login_cstr("1");

        /* with all, and with less and less of it */

        if (n % 4 != 3) {
            row[LOGIN_VAR_EVENT_ADDRESS].text = login_cstr("192.0.2.7");
        }

        if (n % 4 < 2) {
            row[LOGIN_VAR_EVENT_BROWSER].text = login_cstr("Firefox");
        }

        if (n % 4 == 0) {
            row[LOGIN_VAR_EVENT_SYSTEM].text = login_cstr("Linux");
        }

        row += LOGIN_VARS;
        n++;
    }

    list->row = rows;
    list->rows = n;

    return login_cli_sample_times(rows, n, LOGIN_VAR_EVENTS, arena, locale);
}


static login_result_e
login_cli_sample_qr(login_value_t *values, login_arena_t *arena)
{
    char            *size;
    login_qr_t       qr;
    login_result_e   rc;

    size = login_arena_alloc(arena, 16);

    rc = size != NULL ? login_qr_draw(&qr, arena,
                                      login_cstr(LOGIN_CLI_SAMPLE_URI))
                      : LOGIN_FAULT;

    if (rc != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    (void) snprintf(size, 16, "%u", qr.size);

    values[LOGIN_VAR_QR_SIZE].text = login_cstr(size);
    values[LOGIN_VAR_QR_PATH].text = qr.path;

    return LOGIN_OK;
}
