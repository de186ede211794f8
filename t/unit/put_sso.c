
/*
 * Signs somebody in through a provider, as its callback does, and makes the
 * account where there is none:
 *
 *     put_sso STORE KEY REALM ORG PROVIDER ISSUER SUBJECT USERNAME
 *
 * Prints what the session's cookie has.
 */

#include "login.h"
#include "login_lmdb.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>


static login_result_e put_read_keys(login_keyring_t *ring, const char *path);
static void put_fill(login_sso_t *sso, char **arg);
static login_result_e put_run(login_sso_t *sso, login_view_t *view,
    login_commit_t *commit, login_str_t realm);


int
main(int argc, char **argv)
{
    login_org_t              org;
    login_sso_t              sso;
    login_view_t            *view;
    login_store_t           *store;
    login_error_t            error;
    login_result_e           rc;
    login_commit_t          *commit;
    login_keyring_t          ring;
    const login_org_t *const one = &org;

    if (argc != 9
        || put_read_keys(&ring, argv[2]) != LOGIN_OK
        || login_store_open(&store, argv[1], 0, &error) != LOGIN_OK)
    {
        (void) fprintf(stderr, "put_sso: no store or no key\n");
        return 1;
    }

    memset(&org, 0, sizeof(login_org_t));
    org.name = login_cstr(argv[4]);
    org.limits.idle = 1728000;

    put_fill(&sso, argv + 3);
    sso.signin.orgs = login_orgs_create(&one, 1);

    view = login_view_create(store, &ring);
    commit = login_commit_create(store, &ring);

    rc = put_run(&sso, view, commit, login_cstr(argv[3]));

    if (rc != LOGIN_OK) {
        (void) fprintf(stderr, "put_sso: refused\n");
    }

    login_orgs_destroy((login_orgs_t *) (uintptr_t) sso.signin.orgs);
    login_view_destroy(view);
    login_commit_destroy(commit);
    login_store_close(store);

    return rc == LOGIN_OK ? 0 : 1;
}


static void
put_fill(login_sso_t *sso, char **arg)
{
    static char  state[32];

    memset(sso, 0, sizeof(login_sso_t));

    (void) snprintf(state, sizeof(state), "%ld-%ld", (long) time(NULL),
                    (long) getpid());

    sso->state = login_cstr(state);
    sso->provision = 1;
    sso->signin.portal = login_cstr(arg[0]);
    sso->signin.org = login_cstr(arg[1]);
    sso->signin.provider = login_cstr(arg[2]);
    sso->signin.address = login_cstr("192.0.2.1");
    sso->signin.browser = login_cstr("Firefox");
    sso->signin.now = (uint64_t) time(NULL);
    sso->issuer = login_cstr(arg[3]);
    sso->subject = login_cstr(arg[4]);
    sso->username = login_cstr(arg[5]);
    sso->email = login_cstr(arg[5]);
}


static login_result_e
put_run(login_sso_t *sso, login_view_t *view, login_commit_t *commit,
    login_str_t realm)
{
    u_char          cookie[login_token_len(LOGIN_TICKET_LEN)];
    login_result_e  rc;

    rc = login_sso_run(sso, view);

    if (rc == LOGIN_OK) {
        rc = login_commit_one(commit, sso->signin.changes);
        login_changes_destroy(sso->signin.changes);
    }

    if (rc == LOGIN_OK) {
        rc = login_ticket_sign(cookie, view->crypto, realm,
                               &sso->signin.ticket);
    }

    if (rc == LOGIN_OK) {
        (void) printf("%.*s\n", (int) sizeof(cookie), (const char *) cookie);
    }

    return rc;
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
