
/* "import htpasswd": a line for each user, as nginx's auth_basic reads it. */

#include "login_cli.h"
#include "login_cli_import.h"

#include <stdlib.h>
#include <string.h>


static login_cli_status_e login_cli_htpasswd_lines(
    login_cli_import_t *import, login_str_t text);
static login_cli_status_e login_cli_htpasswd_line(login_cli_import_t *import,
    login_str_t s, unsigned line);


login_cli_status_e
login_cli_import_htpasswd(login_cli_t *cli)
{
    login_str_t                text;
    login_cli_status_e         rc;
    static login_cli_import_t  import;

    rc = login_cli_import_begin(&import, cli, &text);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_htpasswd_lines(&import, text);
        rc = login_cli_import_end(&import, rc);
    }

    if (text.data != NULL) {
        login_wipe((void *) text.data, text.len);
        free((void *) text.data);
    }

    return rc;
}


static login_cli_status_e
login_cli_htpasswd_lines(login_cli_import_t *import, login_str_t text)
{
    size_t              len;
    unsigned            line;
    const u_char       *end;
    login_cli_status_e  rc;

    for (line = 1; text.len > 0; line++) {
        end = memchr(text.data, '\n', text.len);
        len = (end != NULL) ? (size_t) (end - text.data) : text.len;

        rc = login_cli_htpasswd_line(import, login_str(text.data, len), line);
        if (rc != LOGIN_CLI_DONE) {
            return rc;
        }

        len += (end != NULL);

        text.data += len;
        text.len -= len;
    }

    return LOGIN_CLI_DONE;
}


/* "name:hash", and what is behind another colon is a comment. */

static login_cli_status_e
login_cli_htpasswd_line(login_cli_import_t *import, login_str_t s,
    unsigned line)
{
    size_t             len;
    const u_char      *colon;
    login_cli_entry_t  entry;

    while (s.len > 0 && (s.data[s.len - 1] == '\r'
                         || s.data[s.len - 1] == ' '
                         || s.data[s.len - 1] == '\t'))
    {
        s.len--;
    }

    if (s.len == 0 || s.data[0] == '#') {
        return LOGIN_CLI_DONE;
    }

    colon = memchr(s.data, ':', s.len);

    if (colon == NULL) {
        login_cli_import_refuse(import, line, NULL, "no \":\" behind the "
                                "user name");
        return LOGIN_CLI_DONE;
    }

    memset(&entry, 0, sizeof(login_cli_entry_t));

    len = (size_t) (colon - s.data);

    entry.line = line;
    entry.roles = import->roles;
    entry.username = login_str(s.data, len);
    entry.hash = login_str(colon + 1, s.len - len - 1);

    colon = memchr(entry.hash.data, ':', entry.hash.len);

    if (colon != NULL) {
        entry.hash.len = (size_t) (colon - entry.hash.data);
    }

    return login_cli_import_entry(import, &entry);
}
