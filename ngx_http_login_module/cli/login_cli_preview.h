
/* Between the files of "nginx-login preview". */

#ifndef LOGIN_CLI_PREVIEW_H
#define LOGIN_CLI_PREVIEW_H


#include "login_cli_sample.h"


typedef struct {
    const char            *path;        /* as it was given */
    int                    dir;
    login_pages_t          pages;
    size_t                 files;
    login_cli_status_e     rc;          /* of the first that failed */
} login_cli_preview_t;


/* login_cli_preview_load.c: the same, and the same mistakes, as of nginx */
login_cli_status_e login_cli_preview_load(login_cli_t *cli,
    login_cli_preview_t *preview);

/* login_cli_preview_page.c: all pages and mails of one */
void login_cli_preview_language(login_cli_preview_t *preview,
    size_t language);

/* login_cli_preview_file.c */

/* Makes or takes the empty directory at "path". */
login_cli_status_e login_cli_preview_open(login_cli_preview_t *preview);

/* One in it, for files of the name "name/..."; once more is fine. */
void login_cli_preview_folder(login_cli_preview_t *preview,
    const char *name);

/* Nothing is replaced.  Where something failed before, nothing is written. */
void login_cli_preview_file(login_cli_preview_t *preview, const char *name,
    login_str_t text);

/* A stream into memory, NULL: none, and it has been said. */
FILE *login_cli_preview_begin(login_cli_preview_t *preview,
    login_str_t *text);

/* Writes what is in it to a file. */
void login_cli_preview_end(login_cli_preview_t *preview, FILE *out,
    login_str_t *text, const char *name);

/* There is no memory. */
void login_cli_preview_fault(login_cli_preview_t *preview);

/* login_cli_preview_index.c */

void login_cli_preview_index(login_cli_preview_t *preview);

/* "signin-error" */
#define LOGIN_CLI_PREVIEW_NAME  64

void login_cli_preview_name(char dst[LOGIN_CLI_PREVIEW_NAME],
    const char *name, const char *variant);

/* "ar/signin-error.html", "ar/mail/reset.txt" */
#define LOGIN_CLI_PREVIEW_PATH  256

void login_cli_preview_path(char dst[LOGIN_CLI_PREVIEW_PATH],
    login_str_t tag, const char *folder, const char *name,
    const char *variant, const char *extension);


#endif /* LOGIN_CLI_PREVIEW_H */
