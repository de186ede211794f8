
#include "login_cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>


#define LOGIN_CLI_SIGNALS  4


typedef struct {
    size_t   len;
    u_char   data[LOGIN_PASSWORD_MAX + 2];  /* with its line end */
} login_cli_password_t;


static login_cli_status_e login_cli_password_get(
    login_cli_password_t *password);
static login_cli_status_e login_cli_password_ask(
    login_cli_password_t *password);
static login_cli_status_e login_cli_password_prompt(
    login_cli_password_t *password, const char *prompt);
static login_cli_status_e login_cli_password_read(
    login_cli_password_t *password, unsigned alone);
static login_cli_status_e login_cli_password_check(
    const login_cli_password_t *password);
static login_cli_status_e login_cli_password_take(login_cli_t *cli,
    char phc[LOGIN_PHC_MAX + 1], const login_cli_password_t *password,
    login_words_t *words);
static login_cli_status_e login_cli_password_hash(
    char phc[LOGIN_PHC_MAX + 1], const login_policy_t *policy,
    const login_cli_password_t *password);
static login_cli_status_e login_cli_password_judge(const login_cli_t *cli,
    const login_policy_t *policy, const login_cli_password_t *password,
    login_words_t *words);
static void login_cli_catch(struct sigaction old[LOGIN_CLI_SIGNALS]);
static void login_cli_uncatch(const struct sigaction old[LOGIN_CLI_SIGNALS]);
static void login_cli_restore(int signo);


static const int       login_cli_signals[LOGIN_CLI_SIGNALS] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT
};

static struct termios  login_cli_terminal;      /* as it was before */


login_cli_status_e
login_cli_password(login_cli_t *cli, char phc[LOGIN_PHC_MAX + 1],
    login_words_t *words)
{
    login_cli_status_e    rc;
    login_cli_password_t  password;

    rc = login_cli_passwords_taken(cli);
    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    rc = login_cli_password_get(&password);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_password_take(cli, phc, &password, words);
    }

    login_wipe(&password, sizeof(login_cli_password_t));

    return rc;
}


/* The same rules and cost as on the pages. */

static login_cli_status_e
login_cli_password_take(login_cli_t *cli, char phc[LOGIN_PHC_MAX + 1],
    const login_cli_password_t *password, login_words_t *words)
{
    login_arena_t       *arena;
    login_policy_t       policy;
    login_cli_status_e   rc;

    arena = login_arena_create();
    if (arena == NULL) {
        login_cli_error("no memory");
        return LOGIN_CLI_UNUSABLE;
    }

    rc = login_cli_policy(cli, &policy, arena);

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_password_judge(cli, &policy, password, words);
    }

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_password_hash(phc, &policy, password);
    }

    login_arena_destroy(arena);

    return rc;
}


static login_cli_status_e
login_cli_password_hash(char phc[LOGIN_PHC_MAX + 1],
    const login_policy_t *policy, const login_cli_password_t *password)
{
    login_cost_t     cost;
    login_result_e   rc;
    login_hasher_t  *hasher;

    cost.memory = policy->hash_memory;
    cost.passes = policy->hash_passes;

    rc = LOGIN_FAULT;

    hasher = login_hasher_create(&cost);

    if (hasher != NULL) {
        rc = login_password_hash(phc, hasher,
                                 login_str(password->data, password->len));
    }

    login_hasher_destroy(hasher);

    if (rc != LOGIN_OK) {
        login_cli_error("password could not be hashed");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_password_get(login_cli_password_t *password)
{
    login_cli_status_e  rc;

    if (isatty(STDIN_FILENO)) {
        rc = login_cli_password_ask(password);

    } else {
        rc = login_cli_password_read(password, 1);
    }

    if (rc != LOGIN_CLI_DONE) {
        return rc;
    }

    return login_cli_password_check(password);
}


static login_cli_status_e
login_cli_password_ask(login_cli_password_t *password)
{
    login_cli_status_e    rc;
    login_cli_password_t  again;

    rc = login_cli_password_prompt(password, "Password: ");

    if (rc == LOGIN_CLI_DONE) {
        rc = login_cli_password_prompt(&again, "Again: ");
    }

    if (rc == LOGIN_CLI_DONE
        && (again.len != password->len
            || !login_equal(again.data, password->data, again.len)))
    {
        login_cli_error("passwords differ");
        rc = LOGIN_CLI_REFUSED;
    }

    login_wipe(&again, sizeof(login_cli_password_t));

    return rc;
}


/* Without echo; the terminal is as before also where a signal ends it. */

static login_cli_status_e
login_cli_password_prompt(login_cli_password_t *password, const char *prompt)
{
    struct termios      silent;
    struct sigaction    old[LOGIN_CLI_SIGNALS];
    login_cli_status_e  rc;

    if (tcgetattr(STDIN_FILENO, &login_cli_terminal) == -1) {
        login_cli_error("terminal: %s", strerror(errno));
        return LOGIN_CLI_REFUSED;
    }

    silent = login_cli_terminal;
    silent.c_lflag &= ~(tcflag_t) (ECHO|ECHOE|ECHOK|ECHONL);

    login_cli_catch(old);

    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == -1) {
        login_cli_error("terminal: %s", strerror(errno));
        rc = LOGIN_CLI_REFUSED;

    } else {
        (void) fputs(prompt, stderr);
        rc = login_cli_password_read(password, 0);
        (void) fputc('\n', stderr);
    }

    (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &login_cli_terminal);

    login_cli_uncatch(old);

    return rc;
}


static void
login_cli_catch(struct sigaction old[LOGIN_CLI_SIGNALS])
{
    size_t            i;
    struct sigaction  sa;

    memset(&sa, 0, sizeof(struct sigaction));

    sa.sa_handler = login_cli_restore;
    sa.sa_flags = SA_RESETHAND;

    for (i = 0; i < LOGIN_CLI_SIGNALS; i++) {
        (void) sigaction(login_cli_signals[i], NULL, &old[i]);

        if (old[i].sa_handler != SIG_IGN) {
            (void) sigaction(login_cli_signals[i], &sa, NULL);
        }
    }
}


static void
login_cli_uncatch(const struct sigaction old[LOGIN_CLI_SIGNALS])
{
    size_t  i;

    for (i = 0; i < LOGIN_CLI_SIGNALS; i++) {
        (void) sigaction(login_cli_signals[i], &old[i], NULL);
    }
}


/* The signal comes again when this returns, and ends the process. */

static void
login_cli_restore(int signo)
{
    (void) tcsetattr(STDIN_FILENO, TCSANOW, &login_cli_terminal);
    (void) raise(signo);
}


/* One line; with "alone" there must be nothing behind it. */

static login_cli_status_e
login_cli_password_read(login_cli_password_t *password, unsigned alone)
{
    u_char   c;
    ssize_t  n;

    password->len = 0;

    for ( ;; ) {
        n = read(STDIN_FILENO, &c, 1);

        if (n == -1) {
            login_cli_error("reading the password: %s", strerror(errno));
            return LOGIN_CLI_REFUSED;
        }

        if (n == 0 || c == '\n') {
            break;
        }

        if (password->len == sizeof(password->data)) {
            login_cli_error("password is longer than %d bytes",
                            LOGIN_PASSWORD_MAX);
            return LOGIN_CLI_REFUSED;
        }

        password->data[password->len++] = c;
    }

    if (n == 1 && password->len > 0
        && password->data[password->len - 1] == '\r')
    {
        password->len--;
    }

    if (alone && n == 1 && read(STDIN_FILENO, &c, 1) > 0) {
        login_cli_error("there is more than one line where the password "
                        "should be");
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_password_check(const login_cli_password_t *password)
{
    if (password->len == 0) {
        login_cli_error("password is empty");
        return LOGIN_CLI_REFUSED;
    }

    if (password->len > LOGIN_PASSWORD_MAX) {
        login_cli_error("password is longer than %d bytes",
                        LOGIN_PASSWORD_MAX);
        return LOGIN_CLI_REFUSED;
    }

    return LOGIN_CLI_DONE;
}


static login_cli_status_e
login_cli_password_judge(const login_cli_t *cli,
    const login_policy_t *policy, const login_cli_password_t *password,
    login_words_t *words)
{
    char                 text[128];
    size_t               i;
    login_url_t          url;
    login_rules_t        rules;
    login_result_e       rc;
    login_strength_t     strength;
    login_blocklist_t   *list;
    login_cli_status_e   status;

    for (i = 0; i < policy->n; i++) {
        if (login_url_parse(&url, policy->servers[i].portal) == LOGIN_OK) {
            login_words_add(words, url.host);
        }
    }

    status = login_cli_rules(cli, policy, &rules, &list);
    if (status != LOGIN_CLI_DONE) {
        return status;
    }

    rc = login_strength_check(&strength, &rules, words,
                              login_str(password->data, password->len));

    login_blocklist_destroy(list);

    if (rc == LOGIN_NO) {
        login_cli_error("password %s",
                        login_strength_text(text, sizeof(text), &strength,
                                            &rules));
        return LOGIN_CLI_REFUSED;
    }

    if (rc != LOGIN_OK) {
        login_cli_error("password could not be checked");
        return LOGIN_CLI_UNUSABLE;
    }

    return LOGIN_CLI_DONE;
}
