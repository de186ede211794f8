
/*
 * What tests of the second factor need beside the command line:
 *
 *     put_factor digits               each line of input as ASCII digits
 *     put_factor qr TEXT              size, and path, of a QR code
 *     put_factor match URI CODE TIME  the step that the code is of
 *     put_factor fill STORE KEY USER  recovery codes, which are printed, a
 *                                     trusted browser, ten wrong codes
 */

#include "login.h"
#include "login_record.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>


#define FACTOR_REALM  "https://localhost/login/"


static int
factor_digits(void)
{
    char    line[512];
    size_t  len;
    u_char  digits[LOGIN_CODE_MAX];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        if (login_code_digits(digits, &len, login_cstr(line)) == LOGIN_OK) {
            (void) printf("%.*s\n", (int) len, (const char *) digits);

        } else {
            (void) printf("-\n");
        }
    }

    return 0;
}


static int
factor_qr(const char *text)
{
    login_qr_t      qr;
    login_arena_t  *arena;

    arena = login_arena_create();

    if (arena == NULL
        || login_qr_draw(&qr, arena, login_cstr(text)) != LOGIN_OK)
    {
        return 1;
    }

    (void) printf("%u\n%.*s\n", qr.size, (int) qr.path.len,
                  (const char *) qr.path.data);

    login_arena_destroy(arena);

    return 0;
}


static int
factor_match(const char *uri, const char *code, const char *now)
{
    u_char           buf[LOGIN_OTPAUTH_MAX];
    uint64_t         step;
    unsigned         used;
    login_error_t    error;
    login_otpauth_t  otpauth;

    if (strlen(uri) > sizeof(buf)
        || login_otpauth_parse(&otpauth, buf, login_cstr(uri), &error)
           != LOGIN_OK)
    {
        return 1;
    }

    if (login_totp_match(&step, &used, &otpauth.totp, 0, login_cstr(code),
                         strtoull(now, NULL, 10))
        != LOGIN_OK)
    {
        (void) printf("-\n");
        return 0;
    }

    (void) printf("%llu\n", (unsigned long long) step);

    return 0;
}


static login_result_e
factor_open(char **argv, login_store_t **store, login_view_t **view,
    login_commit_t **commit)
{
    int              fd;
    char             text[4096];
    ssize_t          n;
    login_error_t    error;
    login_keyring_t  ring;

    fd = open(argv[3], O_RDONLY|O_CLOEXEC);
    n = read(fd, text, sizeof(text));
    (void) close(fd);

    if (n < 0
        || login_keyring_parse(&ring, login_str(text, (size_t) n), &error)
           != LOGIN_OK
        || login_store_open(store, argv[2], 0, &error) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    *view = login_view_create(*store, &ring);
    *commit = login_commit_create(*store, &ring);

    return *view != NULL && *commit != NULL ? LOGIN_OK : LOGIN_FAULT;
}


static login_result_e
factor_put(login_view_t *view, login_commit_t *commit, const char *name,
    const login_secret_t *seed)
{
    size_t            i;
    u_char            token[LOGIN_TRUST_TOKEN_LEN];
    uint64_t          now = (uint64_t) time(NULL);
    login_trust_t     trust;
    login_result_e    rc;
    login_factor_t    factor;
    login_account_t   account;
    login_changes_t  *changes;

    rc = LOGIN_OK;

    for (i = 0; rc == LOGIN_OK && i <= LOGIN_FACTOR_FAILURES; i++) {

        changes = login_changes_create();

        if (changes == NULL
            || login_view_begin(view) != LOGIN_OK
            || login_account_find(&account, view,
                                  login_cstr(LOGIN_ORG_DEFAULT),
                                  login_cstr(name))
               != LOGIN_OK)
        {
            return LOGIN_FAULT;
        }

        memset(&trust, 0, sizeof(trust));
        trust.browser = login_cstr("Firefox");
        trust.address = login_cstr("192.0.2.1");

        memset(&factor, 0, sizeof(factor));
        factor.code = login_cstr("0000-0000-0000-0000");
        factor.recovery = 1;
        factor.now = now;

        if (i == 0) {
            if (login_recovery_put(changes, view, &account, seed, now)
                != LOGIN_OK
                || login_trust_add(token, &trust, changes, view,
                                   login_cstr(FACTOR_REALM), &account,
                                   LOGIN_TRUST_LIFETIME, now)
                   != LOGIN_OK)
            {
                return LOGIN_FAULT;
            }

        } else if (login_factor_check(&factor, changes, view, &account)
                   != LOGIN_NO)
        {
            return LOGIN_FAULT;
        }

        login_view_end(view);

        rc = login_commit_one(commit, changes);
        login_changes_destroy(changes);
    }

    return rc;
}


static int
factor_fill(char **argv)
{
    int                    i;
    login_view_t          *view;
    login_store_t         *store;
    login_secret_t         seed;
    login_commit_t        *commit;
    login_recovery_text_t  codes[LOGIN_RECOVERY_CODES];

    if (factor_open(argv, &store, &view, &commit) != LOGIN_OK
        || login_random(&seed, sizeof(seed)) != LOGIN_OK
        || login_recovery_codes(codes, &seed) != LOGIN_OK
        || factor_put(view, commit, argv[4], &seed) != LOGIN_OK)
    {
        (void) fprintf(stderr, "put_factor: not done\n");
        return 1;
    }

    for (i = 0; i < LOGIN_RECOVERY_CODES; i++) {
        (void) printf("%s\n", codes[i]);
    }

    login_view_destroy(view);
    login_commit_destroy(commit);
    login_store_close(store);

    return 0;
}


int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "digits") == 0) {
        return factor_digits();
    }

    if (argc == 3 && strcmp(argv[1], "qr") == 0) {
        return factor_qr(argv[2]);
    }

    if (argc == 5 && strcmp(argv[1], "match") == 0) {
        return factor_match(argv[2], argv[3], argv[4]);
    }

    if (argc == 5 && strcmp(argv[1], "fill") == 0) {
        return factor_fill(argv);
    }

    (void) fprintf(stderr, "put_factor: see its first lines\n");

    return 2;
}
