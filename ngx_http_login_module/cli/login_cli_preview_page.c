
/* Pages and mails of a preview, as files. */

#include "login_cli_preview.h"

#include <string.h>


/* What begins an address of the portal; values have no quotation marks. */
#define LOGIN_CLI_PREVIEW_MARK  "=\"" LOGIN_CLI_SAMPLE_PORTAL


/* Where an address leads in the preview; longer ones first, else the index. */
typedef struct {
    const char  *path;
    const char  *file;
} login_cli_preview_route_t;


static void login_cli_preview_page(login_cli_preview_t *preview,
    const login_cli_sample_t *sample, size_t language);
static void login_cli_preview_render(login_cli_preview_t *preview,
    login_arena_t *arena, const login_cli_sample_t *sample, size_t language);
static void login_cli_preview_links(FILE *out, login_str_t html);
static size_t login_cli_preview_link(FILE *out, login_str_t rest);
static void login_cli_preview_mail(login_cli_preview_t *preview,
    login_mail_kind_e kind, login_cli_mail_e variant, size_t language);


static const login_cli_preview_route_t  login_cli_preview_routes[] = {
    { "invite-request", "invite-request.html" },
    { "mfa?use=recovery", "mfa-recovery.html" },
    { "mfa/setup", "mfa-name.html" },
    { "register", "register.html" },
    { "account", "account.html" },
    { "options", "options.html" },
    { "forgot", "forgot.html" },
    { "logout", "logout.html" },
    { "region", "region.html" },
    { "reset", "reset.html" },
    { "apps", "apps.html" },
    { "mfa", "mfa.html" },
    { "\"", "signin.html" },
    { "?", "signin.html" }
};

#define LOGIN_CLI_PREVIEW_ROUTES                                              \
    (sizeof(login_cli_preview_routes) / sizeof(login_cli_preview_routes[0]))


void
login_cli_preview_language(login_cli_preview_t *preview, size_t language)
{
    char                       path[LOGIN_CLI_PREVIEW_PATH];
    size_t                     kind, variant;
    login_str_t                tag;
    const login_cli_sample_t  *sample;

    tag = preview->pages.locales.locales[language].tag;

    (void) snprintf(path, sizeof(path), "%.*s", (int) tag.len, tag.data);
    login_cli_preview_folder(preview, path);

    (void) snprintf(path, sizeof(path), "%.*s/mail", (int) tag.len, tag.data);
    login_cli_preview_folder(preview, path);

    for (sample = login_cli_samples; sample->variant != NULL; sample++) {
        login_cli_preview_page(preview, sample, language);
    }

    for (kind = 0; kind < LOGIN_MAIL_KINDS; kind++) {
        for (variant = 0; variant < LOGIN_CLI_MAILS; variant++) {
            login_cli_preview_mail(preview, (login_mail_kind_e) kind,
                                   (login_cli_mail_e) variant, language);
        }
    }
}


static void
login_cli_preview_page(login_cli_preview_t *preview,
    const login_cli_sample_t *sample, size_t language)
{
    login_arena_t  *arena;

    if (preview->rc != LOGIN_CLI_DONE) {
        return;
    }

    arena = login_arena_create();

    if (arena == NULL) {
        login_cli_preview_fault(preview);
        return;
    }

    login_cli_preview_render(preview, arena, sample, language);

    login_arena_destroy(arena);
}


static void
login_cli_preview_render(login_cli_preview_t *preview, login_arena_t *arena,
    const login_cli_sample_t *sample, size_t language)
{
    FILE                    *out;
    char                     path[LOGIN_CLI_PREVIEW_PATH];
    size_t                   len;
    u_char                  *html;
    login_str_t              text;
    login_value_t           *values;
    const login_locale_t    *locale;
    const login_template_t  *template;

    locale = &preview->pages.locales.locales[language];
    template = preview->pages.pages[sample->page];
    values = login_arena_alloc(arena, LOGIN_VARS * sizeof(login_value_t));

    if (values == NULL
        || login_cli_sample(values, arena, sample, &preview->pages.locales,
                            language)
           != LOGIN_OK)
    {
        login_cli_preview_fault(preview);
        return;
    }

    len = login_template_render(NULL, template, values, locale);

    html = login_arena_alloc(arena, len + 1);
    if (html == NULL) {
        login_cli_preview_fault(preview);
        return;
    }

    (void) login_template_render(html, template, values, locale);

    out = login_cli_preview_begin(preview, &text);
    if (out == NULL) {
        return;
    }

    login_cli_preview_links(out, login_str(html, len));

    login_cli_preview_path(path, locale->tag, "",
                           login_page_name(sample->page), sample->variant,
                           "html");
    login_cli_preview_end(preview, out, &text, path);
}


/* There is no portal behind a file: what leads to it leads to other files. */

static void
login_cli_preview_links(FILE *out, login_str_t html)
{
    size_t         n;
    const u_char  *p;

    for ( ;; ) {
        p = memmem(html.data, html.len, LOGIN_CLI_PREVIEW_MARK,
                   sizeof(LOGIN_CLI_PREVIEW_MARK) - 1);

        if (p == NULL) {
            (void) fwrite(html.data, 1, html.len, out);
            return;
        }

        n = (size_t) (p - html.data);

        (void) fwrite(html.data, 1, n, out);
        (void) fputs("=\"", out);

        n += sizeof(LOGIN_CLI_PREVIEW_MARK) - 1;
        n += login_cli_preview_link(out, login_str(html.data + n,
                                                   html.len - n));

        html = login_str(html.data + n, html.len - n);
    }
}


/* Writes where it leads; the length of what that takes the place of. */

static size_t
login_cli_preview_link(FILE *out, login_str_t rest)
{
    size_t                            i, len;
    const u_char                     *end;
    const login_cli_preview_route_t  *route;

    end = memchr(rest.data, '"', rest.len);
    len = end != NULL ? (size_t) (end - rest.data) : rest.len;

    if (login_str_begins(rest, "assets/")) {
        (void) fprintf(out, "../%.*s", (int) len, rest.data);
        return len;
    }

    for (i = 0; i < LOGIN_CLI_PREVIEW_ROUTES; i++) {
        route = &login_cli_preview_routes[i];

        if (login_str_begins(rest, route->path)) {
            (void) fputs(route->file, out);
            return len;
        }
    }

    (void) fputs("../index.html", out);

    return len;
}


static void
login_cli_preview_mail(login_cli_preview_t *preview, login_mail_kind_e kind,
    login_cli_mail_e variant, size_t language)
{
    FILE                *out;
    char                 path[LOGIN_CLI_PREVIEW_PATH];
    login_str_t          tag, text;
    const char          *name, *as;
    login_mail_t         mail;
    login_mail_row_t     rows[LOGIN_MAIL_ROWS];
    login_mail_words_t   words;

    out = login_cli_preview_begin(preview, &text);
    if (out == NULL) {
        return;
    }

    tag = preview->pages.locales.locales[language].tag;
    name = login_mail_kind_name(kind);
    as = login_cli_mail_variants[variant];

    login_cli_sample_mail(&mail, rows, kind, variant);
    mail.language = tag;

    if (login_mail_words(&words, preview->pages.mails, &mail,
                         &login_cli_mail_sender)
        != LOGIN_OK)
    {
        login_cli_preview_fault(preview);
    }

    (void) fprintf(out, LOGIN_MAIL_SUBJECT "%.*s\n\n%.*s",
                   (int) words.subject.len, words.subject.data,
                   (int) words.text.len, words.text.data);

    login_cli_preview_path(path, tag, "mail/", name, as, "txt");
    login_cli_preview_end(preview, out, &text, path);

    login_cli_preview_path(path, tag, "mail/", name, as, "html");
    login_cli_preview_file(preview, path, words.html);

    login_mail_words_free(&words);
}
