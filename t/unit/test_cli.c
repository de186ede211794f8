
/*
 * nginx-login beside a process that has the store open, as nginx's workers
 * have: what it does to sessions and passwords counts there at once.
 */

#include "login.h"

#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <pty.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "one_org.h"


#define ARGS_MAX     16
#define OUTPUT_SIZE  65536


static char              binary[PATH_MAX];
static char              dir[PATH_MAX];
static char              store_path[PATH_MAX + 16];
static char              key_path[PATH_MAX + 16];
static char              output[OUTPUT_SIZE];   /* of the last run */

static login_keyring_t   ring;
static login_store_t    *store;
static login_view_t     *view;
static login_commit_t   *commit;
static login_hasher_t   *hasher;

static const login_cost_t    cost = { 19456, 2 };
static const login_limits_t  limits = { 1728000, 0 };


/* In the child: becomes nginx-login with "args" behind store and key. */

static void
become(const char *const *args)
{
    size_t  i, n;
    char   *argv[ARGS_MAX + 6];

    n = 0;
    argv[n++] = binary;
    argv[n++] = (char *) "--store";
    argv[n++] = store_path;
    argv[n++] = (char *) "--key";
    argv[n++] = key_path;

    for (i = 0; args[i] != NULL && i < ARGS_MAX; i++) {
        argv[n++] = (char *) args[i];
    }

    argv[n] = NULL;

    execv(binary, argv);
    _exit(127);
}


/* Reads until the end, or until "wanted" came. */

static void
gather(int fd, size_t *len, const char *wanted)
{
    ssize_t  n;

    while (wanted == NULL || strstr(output, wanted) == NULL) {
        n = read(fd, output + *len, OUTPUT_SIZE - 1 - *len);

        if (n <= 0) {
            assert_null(wanted);
            return;
        }

        *len += (size_t) n;
        output[*len] = '\0';
    }
}


static int
ended(pid_t pid)
{
    int  status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));

    return WEXITSTATUS(status);
}


static int
run(const char *input, const char *const *args)
{
    int     in[2], out[2];
    pid_t   pid;
    size_t  len = 0;

    output[0] = '\0';

    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);

    pid = fork();
    assert_int_not_equal(pid, -1);

    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(out[1], 2);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        become(args);
    }

    close(in[0]);
    close(out[1]);

    if (input != NULL) {
        assert_int_equal(write(in[1], input, strlen(input)), strlen(input));
    }

    close(in[1]);
    gather(out[0], &len, NULL);
    close(out[0]);

    return ended(pid);
}


#define cli(input, ...)                                                       \
    run(input, (const char *const []) { __VA_ARGS__, NULL })


/* The same on a terminal, where "first" and "second" are typed. */

static int
on_terminal(const char *first, const char *second, const char *const *args)
{
    int     fd;
    pid_t   pid;
    size_t  len = 0;

    output[0] = '\0';

    pid = forkpty(&fd, NULL, NULL, NULL);
    assert_int_not_equal(pid, -1);

    if (pid == 0) {
        become(args);
    }

    gather(fd, &len, "Password: ");
    assert_int_equal(write(fd, first, strlen(first)), strlen(first));

    if (second != NULL) {
        gather(fd, &len, "Again: ");
        assert_int_equal(write(fd, second, strlen(second)), strlen(second));
    }

    gather(fd, &len, NULL);
    close(fd);

    return ended(pid);
}


static int
unlink_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void) st;
    (void) type;
    (void) ftw;

    return remove(path);
}


static int
setup(void **data)
{
    char            text[256];
    FILE           *file;
    size_t          n;
    const char     *tmp;
    struct passwd  *pw;
    login_error_t   error;

    (void) data;

    tmp = getenv("TMPDIR");
    snprintf(dir, sizeof(dir), "%s/cli.XXXXXX", tmp ? tmp : "/tmp");

    pw = getpwuid(geteuid());

    if (pw == NULL || mkdtemp(dir) == NULL) {
        return -1;
    }

    snprintf(store_path, sizeof(store_path), "%s/store", dir);
    snprintf(key_path, sizeof(key_path), "%s/key", dir);

    if (cli(NULL, "init", "--user", pw->pw_name) != 0
        || cli("correct horse battery\n", "user", "add", "alice",
               "--password-stdin")
           != 0)
    {
        return -1;
    }

    file = fopen(key_path, "r");
    if (file == NULL) {
        return -1;
    }

    n = fread(text, 1, sizeof(text), file);
    fclose(file);

    if (login_keyring_parse(&ring, login_str(text, n), &error) != LOGIN_OK
        || login_store_open(&store, store_path, 0, &error) != LOGIN_OK)
    {
        return -1;
    }

    view = login_view_create(store, &ring);
    commit = login_commit_create(store, &ring);
    hasher = login_hasher_create(&cost);

    return !view || !commit || !hasher;
}


static int
teardown(void **data)
{
    (void) data;

    login_hasher_destroy(hasher);
    login_commit_destroy(commit);
    login_view_destroy(view);
    login_store_close(store);

    return nftw(dir, unlink_one, 8, FTW_DEPTH|FTW_PHYS);
}


static login_result_e
sign_in(login_ticket_t *ticket, const char *password, const char *browser)
{
    login_result_e  rc;
    login_signin_t  s;

    memset(&s, 0, sizeof(s));

    s.org = login_cstr("default");
    s.username = login_cstr("alice");
    s.password = login_cstr(password);
    s.browser = login_cstr(browser);
    s.address = login_cstr("2001:db8::1");
    s.orgs = one_org(&limits, NULL);
    s.now = 1800000000;

    rc = login_signin_run(&s, view, hasher);

    if (rc == LOGIN_OK) {
        rc = login_commit_one(commit, s.changes);
    }

    /* the command line hashes at the module's own cost */
    assert_null(s.upgrade);

    login_changes_destroy(s.changes);
    *ticket = s.ticket;

    return rc;
}


static login_result_e
alive(const login_ticket_t *ticket)
{
    login_result_e   rc;
    login_account_t  account;
    login_session_t  session;

    assert_int_equal(login_view_begin(view), LOGIN_OK);
    rc = login_session_check(&account, &session, view, ticket, &limits,
                             1800000010);
    login_view_end(view);

    return rc;
}


static login_result_e
count_one(void *data, const login_session_t *session)
{
    (void) session;
    ++*(unsigned *) data;

    return LOGIN_OK;
}


/* The number of records: those that are over are to go as well. */

static unsigned
sessions(void)
{
    unsigned  n = 0;

    assert_int_equal(login_view_begin(view), LOGIN_OK);
    assert_int_equal(login_session_walk(view, NULL, count_one, &n), LOGIN_OK);
    login_view_end(view);

    return n;
}


/* What is on its way to the disk when everything ends, ends by this. */

static uint32_t
generation(void)
{
    login_account_t  account;

    assert_int_equal(login_view_begin(view), LOGIN_OK);
    assert_int_equal(login_account_find(&account, view,
                                        login_cstr("default"),
                                        login_cstr("alice")),
                     LOGIN_OK);
    login_view_end(view);

    return account.generation;
}


static void
id_of(char text[33], const login_ticket_t *ticket)
{
    u_char  id[LOGIN_ID_LEN];

    assert_int_equal(login_ticket_session(id, ticket), LOGIN_OK);
    text[login_hex_encode((u_char *) text, login_str(id, sizeof(id)))] = '\0';
}


static void
test_sessions(void **data)
{
    char            one[33], two[33];
    uint32_t        before;
    login_ticket_t  first, second;

    (void) data;

    assert_int_equal(sign_in(&first, "correct horse battery", "Browser/1"),
                     LOGIN_OK);
    assert_int_equal(sign_in(&second, "correct horse battery", "Browser/2"),
                     LOGIN_OK);
    id_of(one, &first);
    id_of(two, &second);

    assert_int_equal(cli(NULL, "session", "list"), 0);
    assert_non_null(strstr(output, one));
    assert_non_null(strstr(output, two));
    assert_non_null(strstr(output, "2001:db8::1"));
    assert_non_null(strstr(output, "Browser/2"));
    assert_non_null(strstr(output, "pwd"));

    assert_int_equal(cli(NULL, "--json", "session", "list", "alice"), 0);
    assert_non_null(strstr(output, "\"auth_time\": 1800000000"));

    assert_int_equal(cli(NULL, "user", "show", "alice"), 0);
    assert_non_null(strstr(output, "sessions      2\n"));

    assert_int_equal(cli(NULL, "session", "revoke", "alice", one), 0);
    assert_int_equal(alive(&first), LOGIN_NO);
    assert_int_equal(alive(&second), LOGIN_OK);

    assert_int_equal(cli(NULL, "session", "revoke", "alice", one), 1);

    /* one of somebody else */

    assert_int_equal(cli(NULL, "user", "add", "bob"), 0);
    assert_int_equal(cli(NULL, "session", "revoke", "bob", two), 1);
    assert_int_equal(cli(NULL, "session", "revoke", "bob"), 0);
    assert_int_equal(alive(&second), LOGIN_OK);

    assert_int_equal(cli(NULL, "session", "list"), 0);
    assert_null(strstr(output, one));
    assert_non_null(strstr(output, two));

    before = generation();
    assert_int_equal(cli(NULL, "session", "revoke", "alice"), 0);
    assert_int_equal(alive(&second), LOGIN_NO);
    assert_int_equal(sessions(), 0);
    assert_int_equal(generation(), before + 1);
    assert_int_equal(sign_in(&second, "correct horse battery", "Browser/2"),
                     LOGIN_OK);
}


/* B08, B09 */

static void
test_everything_ends(void **data)
{
    uint32_t        before;
    login_ticket_t  ticket;

    (void) data;

    before = generation();

    assert_int_equal(sign_in(&ticket, "correct horse battery", ""), LOGIN_OK);
    assert_int_equal(cli("battery staple horse\n", "user", "password", "alice",
                         "--stdin"), 0);
    assert_int_equal(alive(&ticket), LOGIN_NO);
    assert_int_equal(sessions(), 0);
    assert_int_equal(generation(), before + 1);
    assert_int_equal(sign_in(&ticket, "correct horse battery", ""), LOGIN_NO);
    assert_int_equal(sign_in(&ticket, "battery staple horse", ""), LOGIN_OK);

    assert_int_equal(cli(NULL, "user", "disable", "alice"), 0);
    assert_int_equal(alive(&ticket), LOGIN_NO);
    assert_int_equal(generation(), before + 2);
    assert_int_equal(sign_in(&ticket, "battery staple horse", ""), LOGIN_NO);

    /* who is enabled again has to sign in again */

    assert_int_equal(cli(NULL, "user", "enable", "alice"), 0);
    assert_int_equal(alive(&ticket), LOGIN_NO);
    assert_int_equal(sign_in(&ticket, "battery staple horse", ""), LOGIN_OK);

    assert_int_equal(cli(NULL, "user", "remove", "alice"), 0);
    assert_int_equal(alive(&ticket), LOGIN_NO);
    assert_int_equal(sessions(), 0);
    assert_int_equal(sign_in(&ticket, "battery staple horse", ""), LOGIN_NO);

    /* another one of that name has nothing of the first */

    assert_int_equal(cli("other horse battery\n", "user", "add", "alice",
                         "--password-stdin"), 0);
    assert_int_equal(alive(&ticket), LOGIN_NO);
    assert_int_equal(sign_in(&ticket, "battery staple horse", ""), LOGIN_NO);
    assert_int_equal(sign_in(&ticket, "other horse battery", ""), LOGIN_OK);
}


/* What leaves people signed in. */

static void
test_nothing_ends(void **data)
{
    login_ticket_t  ticket;

    (void) data;

    assert_int_equal(sign_in(&ticket, "correct horse battery", ""), LOGIN_OK);
    assert_int_equal(cli(NULL, "user", "set", "alice", "--name", "A"), 0);
    assert_int_equal(cli(NULL, "user", "role", "alice", "--add", "ops"), 0);
    assert_int_equal(cli(NULL, "user", "enable", "alice"), 0);
    assert_int_equal(cli(NULL, "user", "rename", "alice", "eve"), 0);
    assert_int_equal(alive(&ticket), LOGIN_OK);

    assert_int_equal(sign_in(&ticket, "correct horse battery", ""), LOGIN_NO);
    assert_int_equal(cli(NULL, "user", "rename", "eve", "alice"), 0);
    assert_int_equal(sign_in(&ticket, "correct horse battery", ""), LOGIN_OK);
}


/* What a browser calls itself does nothing to the terminal. */

static void
test_hostile_browser(void **data)
{
    login_ticket_t  ticket;

    (void) data;

    assert_int_equal(sign_in(&ticket, "correct horse battery",
                             "\x1b]0;evil\a\r\n\xe2\x80\xae\xff"), LOGIN_OK);

    assert_int_equal(cli(NULL, "session", "list"), 0);
    assert_null(strpbrk(output, "\x1b\a\r"));
    assert_null(strstr(output, "\xe2\x80\xae"));
    assert_non_null(strstr(output, "\\x1b]0;evil\\x07\\x0d\\x0a\\u{202e}"
                                   "\\xff"));

    assert_int_equal(cli(NULL, "--json", "session", "list"), 0);
    assert_null(strpbrk(output, "\x1b\a\r"));
    assert_null(strstr(output, "\xe2\x80\xae"));
}


/* Reading waits for nobody; writing waits for whoever writes. */

static void
test_beside_a_writer(void **data)
{
    int     fd[2];
    char    c;
    pid_t   pid;

    (void) data;

    assert_int_equal(login_commit_begin(commit), LOGIN_OK);

    assert_int_equal(cli(NULL, "user", "list"), 0);
    assert_non_null(strstr(output, "alice"));
    assert_int_equal(cli(NULL, "session", "list"), 0);

    assert_int_equal(pipe(fd), 0);

    pid = fork();
    assert_int_not_equal(pid, -1);

    if (pid == 0) {
        static const char *const  args[] = { "user", "add", "bob", NULL };

        dup2(fd[1], 1);
        close(fd[0]);
        close(fd[1]);
        become(args);
    }

    close(fd[1]);
    login_commit_abort(commit);

    while (read(fd[0], &c, 1) > 0) {
        /* void */
    }

    close(fd[0]);
    assert_int_equal(ended(pid), 0);
}


static void
test_terminal(void **data)
{
    login_ticket_t            ticket;
    static const char *const  args[] = { "user", "password", "alice", NULL };

    (void) data;

    assert_int_equal(on_terminal("new horse and battery\n",
                                 "new horse and battery\n", args), 0);
    assert_null(strstr(output, "horse"));
    assert_non_null(strstr(output, "new password, all sessions ended"));
    assert_int_equal(sign_in(&ticket, "new horse and battery", ""), LOGIN_OK);

    assert_int_equal(on_terminal("one horse\n", "two horse\n", args), 1);
    assert_non_null(strstr(output, "passwords differ"));
    assert_null(strstr(output, "horse"));
    assert_int_equal(alive(&ticket), LOGIN_OK);

    assert_int_equal(on_terminal("\n", "\n", args), 1);
    assert_non_null(strstr(output, "password is empty"));
}


/* ^C at the prompt: it dies of it, and nothing has changed. */

static void
test_interrupted(void **data)
{
    int                       fd, status;
    pid_t                     pid;
    size_t                    len = 0;
    login_ticket_t            ticket;
    static const char *const  args[] = { "user", "password", "alice", NULL };

    (void) data;

    output[0] = '\0';

    pid = forkpty(&fd, NULL, NULL, NULL);
    assert_int_not_equal(pid, -1);

    if (pid == 0) {
        become(args);
    }

    gather(fd, &len, "Password: ");
    assert_int_equal(write(fd, "abc\x03", 4), 4);
    gather(fd, &len, NULL);
    close(fd);

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
    assert_int_equal(sign_in(&ticket, "correct horse battery", ""), LOGIN_OK);
}


int
main(void)
{
#define cli_test(t)  cmocka_unit_test_setup_teardown(t, setup, teardown)

    const struct CMUnitTest  tests[] = {
        cli_test(test_sessions),
        cli_test(test_everything_ends),
        cli_test(test_nothing_ends),
        cli_test(test_hostile_browser),
        cli_test(test_beside_a_writer),
        cli_test(test_terminal),
        cli_test(test_interrupted),
    };

    char  self[PATH_MAX] = "";

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) == -1) {
        return 1;
    }

    /* BUILD/unit/test_cli, BUILD/nginx-login */

    snprintf(binary, sizeof(binary), "%.*s/nginx-login",
             PATH_MAX - 16, dirname(dirname(self)));

    return cmocka_run_group_tests(tests, NULL, NULL);
}
