
/*
 * The store's part of scripts/bench:
 *
 *     bench_store fill STORE KEY ACCOUNTS         accounts, user0 and so on
 *     bench_store sessions STORE KEY REALM N STEP of each STEP-th account,
 *                                                 N of them; prints cookies
 *     bench_store commits STORE KEY SECONDS N     durable changes a second,
 *                                                 N sets to a transaction
 *     bench_store hash SECONDS MEMORY PASSES      raw argon2id a second
 */

#include "login.h"

#include <argon2.h>
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define BENCH_BATCH  10000
#define BENCH_PHC    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" \
                     "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


typedef struct {
    login_store_t    *store;
    login_keyring_t   ring;
    login_view_t     *view;
    login_commit_t   *commit;
} bench_t;


static double
bench_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


static void
bench_open(bench_t *bench, const char *path, const char *key)
{
    int            fd;
    char           text[65536];
    ssize_t        n;
    struct stat    st;
    login_error_t  error;

    fd = open(key, O_RDONLY);
    n = (fd == -1) ? -1 : read(fd, text, sizeof(text));

    if (n == -1 || stat(path, &st) == -1) {
        err(1, "%s, %s", key, path);
    }

    (void) close(fd);

    if (geteuid() == 0
        && (setgroups(0, NULL) == -1 || setgid(st.st_gid) == -1
            || setuid(st.st_uid) == -1))
    {
        err(1, "becoming the owner of the store");
    }

    if (login_keyring_parse(&bench->ring, login_str(text, (size_t) n), &error)
        != LOGIN_OK
        || login_store_open(&bench->store, path, 0, &error) != LOGIN_OK)
    {
        errx(1, "%s", error.text);
    }

    bench->view = login_view_create(bench->store, &bench->ring);
    bench->commit = login_commit_create(bench->store, &bench->ring);

    if (bench->view == NULL || bench->commit == NULL) {
        errx(1, "no memory");
    }
}


static void
bench_commit(bench_t *bench, login_changes_t **sets, size_t n)
{
    size_t  i;

    if (n == 0) {
        return;
    }

    if (login_commit_begin(bench->commit) != LOGIN_OK) {
        errx(1, "no transaction");
    }

    login_commit_apply(bench->commit, sets, n);

    for (i = 0; i < n; i++) {
        if (login_changes_result(sets[i]) != LOGIN_OK) {
            errx(1, "not committed");
        }

        login_changes_destroy(sets[i]);
    }
}


static void
bench_fill(bench_t *bench, unsigned long accounts)
{
    char                      name[32];
    size_t                    n;
    unsigned long             i;
    login_account_t           account;
    static login_changes_t   *sets[BENCH_BATCH];

    n = 0;

    for (i = 0; i < accounts; i++) {
        (void) login_account_new(&account, (uint64_t) time(NULL));

        account.org = login_cstr(LOGIN_ORG_DEFAULT);
        account.username = login_str(name, (size_t) snprintf(name,
                                     sizeof(name), "user%lu@example.com", i));
        account.email = account.username;
        account.password = login_cstr(BENCH_PHC);
        account.roles = login_cstr("staff");

        sets[n] = login_changes_create();
        login_account_add(sets[n++], &account);

        if (n == BENCH_BATCH) {
            bench_commit(bench, sets, n);
            n = 0;
        }
    }

    bench_commit(bench, sets, n);
}


/* Of the accounts that bench_fill() made, "step" from one to the next. */

static void
bench_sessions(bench_t *bench, const char *realm, unsigned long n,
    unsigned long step)
{
    char                      name[32];
    u_char                    token[login_token_len(LOGIN_TICKET_LEN)];
    unsigned long             i;
    login_crypto_t           *crypto;
    login_ticket_t            ticket;
    login_account_t           account;
    login_session_t           session;
    static login_changes_t   *sets[BENCH_BATCH];

    crypto = login_crypto_create(&bench->ring);

    if (n > BENCH_BATCH || crypto == NULL) {
        errx(1, "too many sessions");
    }

    for (i = 0; i < n; i++) {
        (void) snprintf(name, sizeof(name), "user%lu@example.com", i * step);

        if (login_view_begin(bench->view) != LOGIN_OK
            || login_account_find(&account, bench->view,
                                  login_cstr(LOGIN_ORG_DEFAULT),
                                  login_cstr(name))
               != LOGIN_OK)
        {
            errx(1, "no account \"%s\"", name);
        }

        memset(&session, 0, sizeof(login_session_t));

        if (login_ticket_draw(&ticket, session.id, account.id,
                              (uint64_t) time(NULL))
            != LOGIN_OK
            || login_ticket_sign(token, crypto, login_cstr(realm), &ticket)
               != LOGIN_OK)
        {
            errx(1, "no ticket");
        }

        memcpy(session.account, account.id, LOGIN_ID_LEN);

        session.auth_time = ticket.auth_time;
        session.seen = ticket.auth_time;
        session.generation = account.generation;
        session.methods = LOGIN_METHOD_PASSWORD;
        session.browser = login_cstr("bench");
        session.address = login_cstr("127.0.0.1");

        login_view_end(bench->view);

        sets[i] = login_changes_create();
        login_session_add(sets[i], &session);

        (void) printf("%.*s\n", (int) sizeof(token), (char *) token);
    }

    bench_commit(bench, sets, n);
}


static void
bench_commits(bench_t *bench, double seconds, size_t n)
{
    size_t            i, done;
    u_char            id[LOGIN_ID_LEN];
    double            start, end;
    login_changes_t  *sets[LOGIN_POOL_BATCH];

    if (n > LOGIN_POOL_BATCH) {
        errx(1, "at most %d", LOGIN_POOL_BATCH);
    }

    start = bench_now();

    for (done = 0; (end = bench_now()) < start + seconds; done += n) {
        for (i = 0; i < n; i++) {
            (void) login_random(id, LOGIN_ID_LEN);

            sets[i] = login_changes_create();
            login_account_see(sets[i], id, 1);
        }

        bench_commit(bench, sets, n);
    }

    (void) printf("%.1f\n", (double) done / (end - start));
}


static void
bench_hash(double seconds, uint32_t memory, uint32_t passes)
{
    char     tag[32];
    double   start, end;
    size_t   done;

    start = bench_now();

    for (done = 0; (end = bench_now()) < start + seconds; done++) {
        if (argon2id_hash_raw(passes, memory, 1, "password", 8,
                              "somesaltsomesalt", 16, tag, sizeof(tag))
            != ARGON2_OK)
        {
            errx(1, "no hash");
        }
    }

    (void) printf("%.3f\n", (double) done / (end - start));
}


int
main(int argc, char **argv)
{
    bench_t  bench;

    if (argc == 5 && strcmp(argv[1], "hash") == 0) {
        bench_hash(atof(argv[2]), (uint32_t) atoi(argv[3]),
                   (uint32_t) atoi(argv[4]));
        return 0;
    }

    if (argc < 5) {
        errx(2, "see the head of its source");
    }

    bench_open(&bench, argv[2], argv[3]);

    if (strcmp(argv[1], "fill") == 0) {
        bench_fill(&bench, strtoul(argv[4], NULL, 10));

    } else if (strcmp(argv[1], "sessions") == 0 && argc == 7) {
        bench_sessions(&bench, argv[4], strtoul(argv[5], NULL, 10),
                       strtoul(argv[6], NULL, 10));

    } else if (strcmp(argv[1], "commits") == 0 && argc == 6) {
        bench_commits(&bench, atof(argv[4]), strtoul(argv[5], NULL, 10));

    } else {
        errx(2, "see the head of its source");
    }

    return 0;
}
