
/*
 * Puts mails into a store's outbox, as the module and the command line do:
 *
 *     put_mail STORE KEY kind=NUMBER to=ADDRESS [name=... count=N ...]
 *
 * With "count" a mail to each of 1ADDRESS, 2ADDRESS ...; prints the ids.
 */

#include "login.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>


static login_result_e put_read_keys(login_keyring_t *ring, const char *path);
static void put_field(login_mail_t *mail, const char *arg);
static login_result_e put_one(login_view_t *view, login_commit_t *commit,
    login_mail_t *mail);


int
main(int argc, char **argv)
{
    int               i;
    char              to[512];
    size_t            n, count;
    login_str_t       address;
    login_mail_t      mail;
    login_view_t     *view;
    login_store_t    *store;
    login_error_t     error;
    login_commit_t   *commit;
    login_keyring_t   ring;

    if (argc < 4
        || put_read_keys(&ring, argv[2]) != LOGIN_OK
        || login_store_open(&store, argv[1], 0, &error) != LOGIN_OK)
    {
        (void) fprintf(stderr, "put_mail: no store or no key\n");
        return 1;
    }

    memset(&mail, 0, sizeof(login_mail_t));
    mail.org = login_cstr(LOGIN_ORG_DEFAULT);
    count = 0;

    for (i = 3; i < argc; i++) {
        if (strncmp(argv[i], "count=", 6) == 0) {
            count = strtoul(argv[i] + 6, NULL, 10);

        } else {
            put_field(&mail, argv[i]);
        }
    }

    view = login_view_create(store, &ring);
    commit = login_commit_create(store, &ring);
    address = mail.to;

    for (n = 1; n == 1 || n <= count; n++) {

        if (count != 0) {
            (void) snprintf(to, sizeof(to), "%zu%.*s", n, (int) address.len,
                            (const char *) address.data);
            mail.to = login_cstr(to);
        }

        if (put_one(view, commit, &mail) != LOGIN_OK) {
            (void) fprintf(stderr, "put_mail: refused\n");
            return 1;
        }
    }

    login_view_destroy(view);
    login_commit_destroy(commit);
    login_store_close(store);

    return 0;
}


static login_result_e
put_one(login_view_t *view, login_commit_t *commit, login_mail_t *mail)
{
    char              id[2 * LOGIN_ID_LEN + 1];
    login_result_e    rc;
    login_changes_t  *changes;

    changes = login_changes_create();
    id[2 * LOGIN_ID_LEN] = '\0';

    if (changes == NULL || login_mail_draw(mail->id) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = login_mail_put(changes, view, mail, (uint64_t) time(NULL));

    if (rc == LOGIN_OK) {
        rc = login_commit_one(commit, changes);
    }

    login_changes_destroy(changes);

    (void) login_hex_encode((u_char *) id, login_str(mail->id, LOGIN_ID_LEN));
    (void) printf("%s\n", id);

    return rc;
}


static void
put_field(login_mail_t *mail, const char *arg)
{
    size_t       i, len;
    const char  *value;

    const struct {
        const char   *name;
        login_str_t  *field;
    } fields[] = {
        { "to", &mail->to }, { "username", &mail->username },
        { "name", &mail->name }, { "title", &mail->title },
        { "url", &mail->url }, { "detail", &mail->detail },
        { "address", &mail->address }, { "language", &mail->language }
    };

    value = strchr(arg, '=') + 1;
    len = (size_t) (value - arg) - 1;

    if (strncmp(arg, "kind=", 5) == 0) {
        mail->kind = (login_mail_kind_e) strtoul(value, NULL, 10);

    } else if (strncmp(arg, "expires=", 8) == 0) {
        mail->expires = strtoul(value, NULL, 10);

    } else if (strncmp(arg, "when=", 5) == 0) {
        mail->when = strtoul(value, NULL, 10);
    }

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strlen(fields[i].name) == len
            && strncmp(fields[i].name, arg, len) == 0)
        {
            *fields[i].field = login_cstr(value);
        }
    }
}


static login_result_e
put_read_keys(login_keyring_t *ring, const char *path)
{
    int            fd;
    u_char         text[4096];
    ssize_t        n;
    login_error_t  error;

    fd = open(path, O_RDONLY|O_CLOEXEC);
    if (fd == -1) {
        return LOGIN_FAULT;
    }

    n = read(fd, text, sizeof(text));
    (void) close(fd);

    return n > 0 ? login_keyring_parse(ring, login_str(text, (size_t) n),
                                       &error)
                 : LOGIN_FAULT;
}
