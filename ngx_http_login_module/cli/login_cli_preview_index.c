
/* What a preview has, by page and by language. */

#include "login_cli_preview.h"

#include <stdlib.h>
#include <string.h>


#define LOGIN_CLI_INDEX_HEAD                                                  \
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" \
    "<meta name=\"viewport\" content=\"width=device-width, "                  \
    "initial-scale=1\">\n<title>Preview</title>\n"                            \
    "<link rel=\"stylesheet\" href=\"%sassets/login.css\">\n</head>\n"        \
    "<body data-page=\"preview\">\n<main class=\"card\">\n"

#define LOGIN_CLI_INDEX_FOOT  "</main>\n</body>\n</html>\n"


static void login_cli_index_languages(login_cli_preview_t *preview,
    FILE *out);
static void login_cli_index_row(login_cli_preview_t *preview, FILE *out,
    const char *folder, const char *name, const char *variant,
    const char *const *extensions);
static void login_cli_index_language(login_cli_preview_t *preview,
    size_t language);
static void login_cli_index_mails(login_cli_preview_t *preview, FILE *out,
    login_str_t tag, unsigned rtl);
static void login_cli_index_text(login_cli_preview_t *preview, FILE *out,
    login_str_t text);


static const char *const  login_cli_index_pages[] = { "html", NULL };
static const char *const  login_cli_index_parts[] = { "html", "txt", NULL };


void
login_cli_preview_index(login_cli_preview_t *preview)
{
    FILE                      *out;
    size_t                     i, variant;
    login_str_t                text;
    const login_cli_sample_t  *sample;

    for (i = 0; i < preview->pages.locales.n; i++) {
        login_cli_index_language(preview, i);
    }

    out = login_cli_preview_begin(preview, &text);
    if (out == NULL) {
        return;
    }

    (void) fprintf(out, LOGIN_CLI_INDEX_HEAD "<h1>Preview</h1>\n", "");

    login_cli_index_languages(preview, out);

    (void) fprintf(out, "<h2>Pages</h2>\n<ul>\n");

    for (sample = login_cli_samples; sample->variant != NULL; sample++) {
        login_cli_index_row(preview, out, "", login_page_name(sample->page),
                            sample->variant, login_cli_index_pages);
    }

    (void) fprintf(out, "</ul>\n<h2>Mails</h2>\n<ul>\n");

    for (i = 0; i < LOGIN_MAIL_KINDS; i++) {
        for (variant = 0; variant < LOGIN_CLI_MAILS; variant++) {
            login_cli_index_row(preview, out, "mail/",
                                login_mail_kind_name((login_mail_kind_e) i),
                                login_cli_mail_variants[variant],
                                login_cli_index_parts);
        }
    }

    (void) fprintf(out, "</ul>\n" LOGIN_CLI_INDEX_FOOT);

    login_cli_preview_end(preview, out, &text, "index.html");
}


static void
login_cli_index_languages(login_cli_preview_t *preview, FILE *out)
{
    size_t                   i;
    const login_language_t  *language;

    (void) fprintf(out, "<h2>Languages</h2>\n<ul>\n");

    for (i = 0; i < preview->pages.locales.n; i++) {
        language = &preview->pages.locales.languages[i];

        (void) fprintf(out, "<li><a href=\"%.*s/index.html\">",
                       (int) language->tag.len, language->tag.data);
        login_cli_index_text(preview, out, language->name);
        (void) fprintf(out, "</a></li>\n");
    }

    (void) fprintf(out, "</ul>\n");
}


/* One view, in all languages. */

static void
login_cli_index_row(login_cli_preview_t *preview, FILE *out,
    const char *folder, const char *name, const char *variant,
    const char *const *extensions)
{
    char         path[LOGIN_CLI_PREVIEW_PATH];
    size_t       i, j;
    login_str_t  tag;

    login_cli_preview_name(path, name, variant);

    (void) fprintf(out, "<li>%s:", path);

    for (i = 0; i < preview->pages.locales.n; i++) {
        tag = preview->pages.locales.languages[i].tag;

        for (j = 0; extensions[j] != NULL; j++) {
            login_cli_preview_path(path, tag, folder, name, variant,
                                   extensions[j]);

            (void) fprintf(out, "\n<a href=\"%s\">%.*s%s</a>", path,
                           (int) tag.len, tag.data,
                           j != 0 ? " (text)" : "");
        }
    }

    (void) fprintf(out, "</li>\n");
}


/* All views, in one language. */

static void
login_cli_index_language(login_cli_preview_t *preview, size_t language)
{
    FILE                      *out;
    char                       path[LOGIN_CLI_PREVIEW_PATH];
    login_str_t                text, tag;
    const login_language_t    *l;
    const login_cli_sample_t  *sample;

    out = login_cli_preview_begin(preview, &text);
    if (out == NULL) {
        return;
    }

    l = &preview->pages.locales.languages[language];
    tag = l->tag;

    (void) fprintf(out, LOGIN_CLI_INDEX_HEAD "<h1 lang=\"%.*s\" dir=\"%s\">",
                   "../", (int) tag.len, tag.data, l->rtl ? "rtl" : "ltr");
    login_cli_index_text(preview, out, l->name);
    (void) fprintf(out, "</h1>\n<p><a href=\"../index.html\">All languages"
                        "</a></p>\n<h2>Pages</h2>\n<ul>\n");

    for (sample = login_cli_samples; sample->variant != NULL; sample++) {
        login_cli_preview_name(path, login_page_name(sample->page),
                               sample->variant);
        (void) fprintf(out, "<li><a href=\"%s.html\">%s</a></li>\n", path,
                       path);
    }

    (void) fprintf(out, "</ul>\n<h2>Mails</h2>\n<ul>\n");

    login_cli_index_mails(preview, out, tag, l->rtl);

    (void) fprintf(out, "</ul>\n" LOGIN_CLI_INDEX_FOOT);

    login_cli_preview_path(path, tag, "", "index", "", "html");
    login_cli_preview_end(preview, out, &text, path);
}


static void
login_cli_index_mails(login_cli_preview_t *preview, FILE *out,
    login_str_t tag, unsigned rtl)
{
    char                 name[LOGIN_CLI_PREVIEW_NAME];
    size_t               kind, variant;
    login_mail_t         mail;
    login_mail_row_t     rows[LOGIN_MAIL_ROWS];
    login_mail_words_t   words;

    for (kind = 0; kind < LOGIN_MAIL_KINDS; kind++) {
        for (variant = 0; variant < LOGIN_CLI_MAILS; variant++) {
            login_cli_sample_mail(&mail, rows, (login_mail_kind_e) kind,
                                  (login_cli_mail_e) variant);
            mail.language = tag;

            login_cli_preview_name(name,
                login_mail_kind_name((login_mail_kind_e) kind),
                login_cli_mail_variants[variant]);

            if (login_mail_words(&words, preview->pages.mails, &mail,
                                 &login_cli_mail_sender)
                != LOGIN_OK)
            {
                login_cli_preview_fault(preview);
            }

            (void) fprintf(out, "<li><a href=\"mail/%s.html\">%s</a>, "
                                "<a href=\"mail/%s.txt\">text</a>: "
                                "<span lang=\"%.*s\" dir=\"%s\">", name, name,
                           name, (int) tag.len, tag.data,
                           rtl ? "rtl" : "ltr");
            login_cli_index_text(preview, out, words.subject);
            (void) fprintf(out, "</span></li>\n");

            login_mail_words_free(&words);
        }
    }
}


static void
login_cli_index_text(login_cli_preview_t *preview, FILE *out,
    login_str_t text)
{
    login_writer_t  w;

    w.dst = NULL;
    w.len = 0;
    login_write_value(&w, LOGIN_ESCAPE_HTML, text);

    w.dst = malloc(w.len + 1);
    if (w.dst == NULL) {
        login_cli_preview_fault(preview);
        return;
    }

    w.len = 0;
    login_write_value(&w, LOGIN_ESCAPE_HTML, text);

    (void) fwrite(w.dst, 1, w.len, out);
    free(w.dst);
}


void
login_cli_preview_name(char dst[LOGIN_CLI_PREVIEW_NAME], const char *name,
    const char *variant)
{
    (void) snprintf(dst, LOGIN_CLI_PREVIEW_NAME, "%s%s%s", name,
                    variant[0] != '\0' ? "-" : "", variant);
}


void
login_cli_preview_path(char dst[LOGIN_CLI_PREVIEW_PATH], login_str_t tag,
    const char *folder, const char *name, const char *variant,
    const char *extension)
{
    char  view[LOGIN_CLI_PREVIEW_NAME];

    login_cli_preview_name(view, name, variant);

    (void) snprintf(dst, LOGIN_CLI_PREVIEW_PATH, "%.*s/%s%s.%s",
                    (int) tag.len, tag.data, folder, view, extension);
}
