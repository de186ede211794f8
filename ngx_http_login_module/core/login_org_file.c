
/*
 * Which organisations have accounts, in a text file beside the data, a name
 * in each line: who checks a configuration must not open the store.
 */

#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


#define LOGIN_ORG_FILE_NEW  "orgs.new"


typedef struct {
    login_view_t   *view;
    login_str_t     old;        /* what is in the file */
    size_t          len;
    u_char         *text;       /* what is to be in it */
    size_t          size;
} login_org_note_t;


static login_result_e login_org_line(login_org_note_t *note,
    login_str_t name);
static login_result_e login_org_somebody(void *data,
    const login_account_t *account);
static int login_org_listed(login_str_t text, login_str_t name);
static login_result_e login_org_write(int dir, login_str_t text);


login_result_e
login_org_note(login_view_t *view, const char *path,
    const login_orgs_t *orgs, login_str_t also)
{
    int                 dir, viewed;
    size_t              i;
    login_str_t         line, rest;
    login_result_e      rc;
    login_org_note_t    note;
    const login_org_t  *org;

    memset(&note, 0, sizeof(login_org_note_t));

    note.view = view;

    dir = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (dir == -1) {
        return LOGIN_FAULT;
    }

    rc = login_org_read(&note.old, dir);
    rest = note.old;

    viewed = (rc == LOGIN_OK && login_view_begin(view) == LOGIN_OK);

    if (!viewed) {
        rc = LOGIN_FAULT;
    }

    while (rc == LOGIN_OK && login_org_next(&rest, &line)) {
        rc = login_org_line(&note, line);
    }

    i = 0;

    while (rc == LOGIN_OK && orgs != NULL
           && (org = login_orgs_at(orgs, i++)) != NULL)
    {
        rc = login_org_line(&note, org->name);
    }

    if (rc == LOGIN_OK && also.len != 0) {
        rc = login_org_line(&note, also);
    }

    if (viewed) {
        login_view_end(view);
    }

    if (rc == LOGIN_OK
        && !login_str_eq(note.old, login_str(note.text, note.len)))
    {
        rc = login_org_write(dir, login_str(note.text, note.len));
    }

    free(note.text);
    free((void *) (uintptr_t) note.old.data);
    (void) close(dir);

    return rc;
}


/* A line of what has an account at least. */

static login_result_e
login_org_line(login_org_note_t *note, login_str_t name)
{
    int      somebody;
    u_char  *p;

    if (name.len == 0 || name.len > LOGIN_ORG_MAX
        || login_org_listed(login_str(note->text, note->len), name))
    {
        return LOGIN_OK;
    }

    somebody = 0;

    if (login_account_walk(note->view, name, login_org_somebody, &somebody)
        == LOGIN_FAULT)
    {
        return LOGIN_FAULT;
    }

    if (!somebody) {
        return LOGIN_OK;
    }

    if (note->size - note->len < name.len + 1) {
        note->size = 2 * note->size + LOGIN_ORG_MAX + 1;

        p = realloc(note->text, note->size);
        if (p == NULL) {
            return LOGIN_FAULT;
        }

        note->text = p;
    }

    memcpy(note->text + note->len, name.data, name.len);
    note->len += name.len;
    note->text[note->len++] = '\n';

    return LOGIN_OK;
}


static login_result_e
login_org_somebody(void *data, const login_account_t *account)
{
    (void) account;

    *(int *) data = 1;

    return LOGIN_NO;
}


static int
login_org_listed(login_str_t text, login_str_t name)
{
    login_str_t  line;

    while (login_org_next(&text, &line)) {
        if (login_str_eq(line, name)) {
            return 1;
        }
    }

    return 0;
}


int
login_org_next(login_str_t *text, login_str_t *line)
{
    size_t         len;
    const u_char  *end;

    if (text->len == 0) {
        return 0;
    }

    end = memchr(text->data, '\n', text->len);
    len = end != NULL ? (size_t) (end - text->data) : text->len;

    *line = login_str(text->data, len);
    len += (end != NULL);

    *text = login_str(text->data + len, text->len - len);

    return 1;
}


login_result_e
login_org_read(login_str_t *text, int dir)
{
    int       fd;
    u_char   *p;
    ssize_t   n;

    *text = login_str(NULL, 0);

    fd = openat(dir, LOGIN_ORG_FILE,
                O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);
    if (fd == -1) {
        return errno == ENOENT ? LOGIN_OK : LOGIN_FAULT;
    }

    n = -1;
    p = malloc(LOGIN_ORG_FILE_MAX);

    if (p != NULL) {
        n = read(fd, p, LOGIN_ORG_FILE_MAX);
    }

    (void) close(fd);

    if (n < 0) {
        free(p);
        return LOGIN_FAULT;
    }

    *text = login_str(p, (size_t) n);

    return LOGIN_OK;
}


/* It may be lost in a crash: then it is written anew. */

static login_result_e
login_org_write(int dir, login_str_t text)
{
    int      fd, rc;

    fd = openat(dir, LOGIN_ORG_FILE_NEW,
                O_WRONLY|O_CREAT|O_TRUNC|O_NOFOLLOW|O_CLOEXEC, 0600);
    if (fd == -1) {
        return LOGIN_FAULT;
    }

    rc = text.len != 0 && write(fd, text.data, text.len)
                          != (ssize_t) text.len;

    if (close(fd) == -1 || rc != 0
        || renameat(dir, LOGIN_ORG_FILE_NEW, dir, LOGIN_ORG_FILE) == -1)
    {
        (void) unlinkat(dir, LOGIN_ORG_FILE_NEW, 0);
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}
