
/*
 * "preview": every page and every mail in every language, as files that a
 * browser opens without nginx.  For those who brand and translate.
 */

#include "login_cli_preview.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>


static login_cli_status_e login_cli_preview_run(
    login_cli_preview_t *preview);
static void login_cli_preview_assets(login_cli_preview_t *preview);
static void login_cli_preview_copy(login_cli_preview_t *preview, FILE *out,
    const char *name);


login_cli_status_e
login_cli_preview(login_cli_t *cli)
{
    login_arena_t        *arena;
    login_cli_status_e    rc;
    login_cli_preview_t   preview;

    /* samples are no secrets */

    (void) umask(022);

    memset(&preview, 0, sizeof(login_cli_preview_t));

    preview.path = cli->args[0];
    preview.dir = -1;

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    login_pages_init(&preview.pages, arena,
                     login_cli_option(cli, "--templates"), LOGIN_PAGES_PATH);

    rc = login_cli_preview_load(cli, &preview);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_preview_run(&preview);
    }

    if (preview.dir != -1) {
        (void) close(preview.dir);
    }

    if (rc == LOGIN_CLI_DONE && cli->json) {
        rc = login_cli_json(json_pack("{s:s, s:I, s:I}", "directory",
                                      preview.path, "languages",
                                      (json_int_t) preview.pages.locales.n,
                                      "files", (json_int_t) preview.files));

    } else if (rc == LOGIN_CLI_DONE) {
        login_cli_say(cli, "%zu files in %zu languages, open %s/index.html",
                      preview.files, preview.pages.locales.n, preview.path);
    }

    login_arena_destroy(arena);

    return rc;
}


static login_cli_status_e
login_cli_preview_run(login_cli_preview_t *preview)
{
    size_t  i;

    preview->rc = login_cli_preview_open(preview);

    login_cli_preview_assets(preview);

    for (i = 0; i < preview->pages.locales.n; i++) {
        login_cli_preview_language(preview, i);
    }

    login_cli_preview_index(preview);

    return preview->rc;
}


static void
login_cli_preview_assets(login_cli_preview_t *preview)
{
    FILE         *out;
    login_str_t   text;

    login_cli_preview_folder(preview, "assets");

    out = login_cli_preview_begin(preview, &text);
    if (out == NULL) {
        return;
    }

    login_cli_preview_copy(preview, out, LOGIN_PAGES_STYLE);
    login_cli_preview_copy(preview, out, LOGIN_PAGES_BRAND);
    login_cli_preview_end(preview, out, &text, "assets/login.css");

    out = login_cli_preview_begin(preview, &text);
    if (out == NULL) {
        return;
    }

    login_cli_preview_copy(preview, out, LOGIN_PAGES_SCRIPT);
    login_cli_preview_end(preview, out, &text, "assets/login.js");

    out = login_cli_preview_begin(preview, &text);
    if (out == NULL) {
        return;
    }

    login_cli_preview_copy(preview, out, LOGIN_PAGES_ICON);
    login_cli_preview_end(preview, out, &text, "assets/login.svg");

    login_cli_preview_file(preview, "assets/" LOGIN_CLI_SAMPLE_ICON,
                           login_cstr(login_cli_sample_icon));
}


/* All but the last lines of a style sheet are needed. */

static void
login_cli_preview_copy(login_cli_preview_t *preview, FILE *out,
    const char *name)
{
    char         path[LOGIN_PAGES_FILE];
    login_str_t  text;

    if (login_pages_file(&preview->pages, path, name) != LOGIN_OK
        && strcmp(name, LOGIN_PAGES_BRAND) == 0)
    {
        return;
    }

    if (login_cli_file_read(&text, path) != LOGIN_CLI_DONE) {
        preview->rc = LOGIN_CLI_REFUSED;
        return;
    }

    (void) fwrite(text.data, 1, text.len, out);
    free((void *) text.data);
}
