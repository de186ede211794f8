
/* What a preview is rendered from. */

#include "login_cli_preview.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>


static login_cli_status_e login_cli_preview_own(const char *own);
static login_language_t *login_cli_preview_languages(login_arena_t *arena,
    const char *own, size_t *n);
static int login_cli_preview_mo(const struct dirent *entry);
static login_str_t login_cli_preview_tag(const char *name);
static void login_cli_preview_gaps(const login_cli_preview_t *preview);


/* The same, and the same words for mistakes, as nginx has them. */

login_cli_status_e
login_cli_preview_load(login_cli_t *cli, login_cli_preview_t *preview)
{
    size_t               n;
    const char          *own;
    login_error_t        error;
    login_pages_t       *pages;
    login_language_t    *languages;

    own = login_cli_option(cli, "--templates");
    pages = &preview->pages;

    if (own != NULL && login_cli_preview_own(own) != LOGIN_CLI_DONE) {
        return LOGIN_CLI_REFUSED;
    }

    languages = login_cli_preview_languages(pages->arena, own, &n);
    if (languages == NULL) {
        return LOGIN_CLI_UNUSABLE;
    }

    if (login_pages_compile(pages, 1, &error) != LOGIN_OK
        || login_pages_translate(pages, languages, n, &error) != LOGIN_OK)
    {
        login_cli_error("%s", error.text);
        return LOGIN_CLI_REFUSED;
    }

    login_cli_preview_gaps(preview);

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_preview_own(const char *own)
{
    int          err;
    struct stat  st;

    err = stat(own, &st) == -1 ? errno : !S_ISDIR(st.st_mode) ? ENOTDIR : 0;

    if (err != 0) {
        login_cli_error("\"--templates\" \"%s\": %s", own, strerror(err));
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


/*
 * Those shipped, and those that only the own folder has; NULL: there is no
 * memory, and it has been said.
 */

static login_language_t *
login_cli_preview_languages(login_arena_t *arena, const char *own, size_t *n)
{
    int                i, found;
    char               path[LOGIN_PAGES_FILE], *tag;
    size_t             shipped;
    struct dirent    **entries;
    login_language_t  *languages;

    entries = NULL;

    (void) snprintf(path, sizeof(path), "%s/locale", own != NULL ? own : "");

    found = own != NULL ? scandir(path, &entries, login_cli_preview_mo,
                                  alphasort)
                        : 0;

    if (found == -1 && errno != ENOENT) {
        login_cli_error("directory \"%s\": %s", path, strerror(errno));
        return NULL;
    }

    found = found > 0 ? found : 0;

    for (shipped = 0; login_languages[shipped].tag.len != 0; shipped++) {
        /* void */
    }

    *n = shipped + (size_t) found;

    languages = login_arena_alloc(arena, *n * sizeof(login_language_t));

    if (languages != NULL) {
        memcpy(languages, login_languages,
               shipped * sizeof(login_language_t));
    }

    for (i = 0; i < found; i++) {
        tag = login_arena_alloc(arena, strlen(entries[i]->d_name) + 1);

        if (tag == NULL || languages == NULL) {
            languages = NULL;

        } else {
            strcpy(tag, entries[i]->d_name);

            languages[shipped + i].tag = login_cli_preview_tag(tag);
            languages[shipped + i].name = languages[shipped + i].tag;
        }

        free(entries[i]);
    }

    free(entries);

    if (languages == NULL) {
        login_cli_error("no memory");
    }

    return languages;
}


/* Is it the file of a language that is not shipped? */

static int
login_cli_preview_mo(const struct dirent *entry)
{
    login_str_t  tag;

    tag = login_cli_preview_tag(entry->d_name);

    return tag.len <= LOGIN_LANGUAGE_MAX
           && login_language_check(tag) == LOGIN_OK
           && login_language_shipped(tag) == NULL;
}


/* Empty: it is no such file. */

static login_str_t
login_cli_preview_tag(const char *name)
{
    size_t  len;

    len = strlen(name);

    if (len < 3 || strcmp(name + len - 3, ".mo") != 0) {
        return login_str("", 0);
    }

    return login_str(name, len - 3);
}


static void
login_cli_preview_gaps(const login_cli_preview_t *preview)
{
    size_t                        i;
    const login_catalog_entry_t  *entry;

    i = 0;

    while ((entry = login_pages_gap(&preview->pages, &i)) != NULL) {
        login_cli_error("message \"%.*s\" is not translated into \"%s\" and "
                        "%u more languages in %s:%u", (int) entry->one.len,
                        entry->one.data, entry->lacks, entry->nlacks - 1,
                        entry->path, entry->line);
    }
}
