
/* The client of providers, against servers that misbehave. */

#include "http_server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>


#define S(s)  login_str(s, sizeof(s) - 1)


typedef struct {
    server_t        server;
    int             stop;
    login_http_t   *http;
} world_t;


/* Limits that a test can wait for; nothing here measures them. */

static int
setup(void **data)
{
    world_t            *w;
    login_http_conf_t   conf;

    w = calloc(1, sizeof(world_t));
    assert_non_null(w);

    memset(&conf, 0, sizeof(conf));
    conf.stop = &w->stop;
    conf.connect = 20000;
    conf.total = 20000;

    server_start(&w->server);

    w->http = login_http_create(&conf);
    assert_non_null(w->http);

    *data = w;

    return 0;
}


static int
teardown(void **data)
{
    world_t  *w = *data;

    login_http_destroy(w->http);
    server_stop(&w->server);
    free(w);

    return 0;
}


static login_result_e
get(world_t *w, login_http_t *http, const char *path,
    login_http_answer_t *answer)
{
    char                  url[256];
    login_http_request_t  request;

    memset(&request, 0, sizeof(request));
    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", w->server.port, path);
    request.url = url;

    return login_http_send(http, &request, answer);
}


static void
test_answers(void **data)
{
    world_t              *w = *data;
    login_http_answer_t   answer;

    server_route(&w->server, "/ok", 200, "{\"a\":1}", NULL);
    server_route(&w->server, "/empty", 204, "", NULL);
    server_route(&w->server, "/error", 500, "oops", NULL);

    assert_int_equal(get(w, w->http, "/ok", &answer), LOGIN_OK);
    assert_int_equal(answer.status, 200);
    assert_true(login_str_eq(login_str(answer.body, answer.len),
                             S("{\"a\":1}")));
    login_http_free(&answer);
    assert_null(answer.body);

    assert_int_equal(get(w, w->http, "/empty", &answer), LOGIN_OK);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.len, 0);
    login_http_free(&answer);

    assert_int_equal(get(w, w->http, "/error", &answer), LOGIN_OK);
    assert_int_equal(answer.status, 500);
    assert_true(login_str_eq(login_str(answer.body, answer.len), S("oops")));
    login_http_free(&answer);
}


/* What is asked, and that nothing of it is left for the next request. */

static void
test_requests(void **data)
{
    char                   url[128], *text;
    world_t               *w = *data;
    login_http_answer_t    answer;
    login_http_request_t   request;

    text = w->server.request;

    server_route(&w->server, "/token", 200, "{}", NULL);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/token", w->server.port);

    memset(&request, 0, sizeof(request));
    request.url = url;
    request.form = S("a=b&c=%26");
    request.authorization = S("Basic Zm9v");

    assert_int_equal(login_http_send(w->http, &request, &answer), LOGIN_OK);
    login_http_free(&answer);

    assert_int_equal(strncmp(text, "POST /token HTTP/1.1\r\n", 22), 0);
    assert_non_null(strstr(text, "\r\nAuthorization: Basic Zm9v\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Type: "
                           "application/x-www-form-urlencoded\r\n"));
    assert_non_null(strstr(text, "\r\nAccept: application/json\r\n"));
    assert_non_null(strstr(text, "\r\n\r\na=b&c=%26"));
    assert_null(strcasestr(text, "\r\nExpect:"));
    assert_null(strcasestr(text, "\r\nAccept-Encoding:"));

    assert_int_equal(get(w, w->http, "/token", &answer), LOGIN_OK);
    login_http_free(&answer);

    assert_int_equal(strncmp(text, "GET /token HTTP/1.1\r\n", 21), 0);
    assert_null(strstr(text, "Zm9v"));
    assert_null(strcasestr(text, "\r\nContent-"));
    assert_null(strcasestr(text, "\r\nCookie:"));
    assert_null(strstr(text, "a=b"));
}


static void
redirect(server_t *server, int fd)
{
    char  text[256];

    snprintf(text, sizeof(text),
             "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/secret\r\n"
             "Set-Cookie: a=b\r\nContent-Length: 0\r\n"
             "Connection: close\r\n\r\n", server->port);
    server_write(fd, text);
}


static void
test_no_redirect(void **data)
{
    world_t              *w = *data;
    login_http_answer_t   answer;

    server_route(&w->server, "/redirect", 0, NULL, redirect);
    server_route(&w->server, "/secret", 200, "{}", NULL);

    assert_int_equal(get(w, w->http, "/redirect", &answer), LOGIN_OK);
    assert_int_equal(answer.status, 302);
    login_http_free(&answer);

    assert_int_equal(server_hits(&w->server, "/secret"), 0);

    /* no cookie comes back */

    assert_int_equal(get(w, w->http, "/secret", &answer), LOGIN_OK);
    login_http_free(&answer);
    assert_null(strcasestr(w->server.request, "\r\nCookie:"));
}


static void
endless(server_t *server, int fd)
{
    char  block[4096];

    (void) server;

    memset(block, 'a', sizeof(block));
    server_write(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");

    while (send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0) {
        /* void */
    }
}


static void
headers(server_t *server, int fd)
{
    (void) server;

    server_write(fd, "HTTP/1.1 200 OK\r\n");

    while (send(fd, "X-Again: and again\r\n", 20, MSG_NOSIGNAL) > 0) {
        /* void */
    }
}


static void
hints(server_t *server, int fd)
{
    (void) server;

    while (send(fd, "HTTP/1.1 103 Early Hints\r\n\r\n", 28, MSG_NOSIGNAL)
           > 0)
    {
        /* void */
    }
}


static void
large(server_t *server, int fd)
{
    char  text[LOGIN_JSON_MAX + 2];

    (void) server;

    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    server_answer(fd, 200, text);
}


static void
largest(server_t *server, int fd)
{
    char  text[LOGIN_JSON_MAX + 1];

    (void) server;

    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    server_answer(fd, 200, text);
}


static void
test_size(void **data)
{
    size_t                i;
    world_t              *w = *data;
    login_http_answer_t   answer;

    static const struct {
        const char  *path;
        void       (*serve)(server_t *, int);
    } routes[] = {
        { "/endless", endless },
        { "/headers", headers },
        { "/hints", hints },
        { "/large", large },
    };

    for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        server_route(&w->server, routes[i].path, 0, NULL, routes[i].serve);

        assert_int_equal(get(w, w->http, routes[i].path, &answer), LOGIN_NO);
        assert_string_equal(answer.error, "the answer is too large");
        assert_null(answer.body);
    }

    server_route(&w->server, "/largest", 0, NULL, largest);
    assert_int_equal(get(w, w->http, "/largest", &answer), LOGIN_OK);
    assert_int_equal(answer.len, LOGIN_JSON_MAX);
    login_http_free(&answer);
}


static void
cut(server_t *server, int fd)
{
    (void) server;

    server_write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"");
}


static void
garbage(server_t *server, int fd)
{
    (void) server;

    server_write(fd, "SSH-2.0-OpenSSH_9.2\r\n");
}


static void
nothing(server_t *server, int fd)
{
    (void) server;
    (void) fd;
}


static void
test_broken(void **data)
{
    size_t                i;
    world_t              *w = *data;
    login_http_answer_t   answer;

    static const struct {
        const char  *path;
        void       (*serve)(server_t *, int);
    } routes[] = {
        { "/cut", cut }, { "/garbage", garbage }, { "/nothing", nothing },
    };

    for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        server_route(&w->server, routes[i].path, 0, NULL, routes[i].serve);

        assert_int_equal(get(w, w->http, routes[i].path, &answer), LOGIN_NO);
        assert_true(strlen(answer.error) > 0);
        assert_null(answer.body);
    }
}


/* A byte now and then, or none: until the client has had enough. */

static void
drip(server_t *server, int fd)
{
    struct pollfd  pfd = { fd, POLLIN, 0 };

    (void) server;

    server_write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");

    while (poll(&pfd, 1, 20) == 0) {
        server_write(fd, " ");
    }
}


static void
hang(server_t *server, int fd)
{
    struct pollfd  pfd = { fd, POLLIN, 0 };

    (void) server;

    (void) poll(&pfd, 1, -1);
}


static void
test_time(void **data)
{
    world_t              *w = *data;
    login_http_t         *http;
    login_http_conf_t     conf;
    login_http_answer_t   answer;

    memset(&conf, 0, sizeof(conf));
    conf.total = 200;

    http = login_http_create(&conf);
    assert_non_null(http);

    server_route(&w->server, "/drip", 0, NULL, drip);
    server_route(&w->server, "/hang", 0, NULL, hang);

    assert_int_equal(get(w, http, "/drip", &answer), LOGIN_NO);
    assert_non_null(strstr(answer.error, "timed out"));

    assert_int_equal(get(w, http, "/hang", &answer), LOGIN_NO);
    assert_non_null(strstr(answer.error, "timed out"));

    login_http_destroy(http);
}


/* A worker that leaves does not wait for an answer. */

static void
asked(server_t *server, int fd)
{
    struct pollfd  pfd = { fd, POLLIN, 0 };

    sem_post(&server->entered);
    (void) poll(&pfd, 1, -1);
}


static void *
stopper(void *data)
{
    world_t  *w = data;

    sem_wait(&w->server.entered);
    __atomic_store_n(&w->stop, 1, __ATOMIC_RELAXED);

    return NULL;
}


static void
test_stop(void **data)
{
    world_t              *w = *data;
    pthread_t             thread;
    login_http_answer_t   answer;

    server_route(&w->server, "/asked", 0, NULL, asked);

    assert_int_equal(pthread_create(&thread, NULL, stopper, w), 0);
    assert_int_equal(get(w, w->http, "/asked", &answer), LOGIN_NO);
    pthread_join(thread, NULL);

    assert_null(strstr(answer.error, "timed out"));
}


/* Neither the environment's proxy, nor other protocols. */

static void
test_protocols(void **data)
{
    size_t                 i;
    world_t               *w = *data;
    login_http_answer_t    answer;
    login_http_request_t   request;

    static const char *const  urls[] = {
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
        "dict://127.0.0.1/", "smtp://127.0.0.1/", "ldap://127.0.0.1/", "",
        "https://", "http://does-not-exist.invalid/"
    };

    for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        memset(&request, 0, sizeof(request));
        request.url = urls[i];
        assert_int_equal(login_http_send(w->http, &request, &answer),
                         LOGIN_NO);
        assert_true(strlen(answer.error) > 0);
    }

    server_route(&w->server, "/ok", 200, "{}", NULL);

    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(get(w, w->http, "/ok", &answer), LOGIN_OK);
    login_http_free(&answer);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(unsetenv("ALL_PROXY"), 0);
}


static void
test_nobody(void **data)
{
    world_t              *w = *data;
    server_t              other;
    login_http_answer_t   answer;

    /* a port on which nobody listens any longer */

    server_start(&other);
    server_stop(&other);

    w->server.port = other.port;
    assert_int_equal(get(w, w->http, "/", &answer), LOGIN_NO);
    assert_non_null(strstr(answer.error, "connect"));
}


/* --- TLS, of openssl's own server */

typedef struct {
    char    folder[64];
    pid_t   pid;
    char    port[8];
} tls_t;


static void
command(const char *text)
{
    if (system(text) != 0) {
        fail_msg("%s", text);
    }
}


static void
tls_start(tls_t *tls, const char *name)
{
    int    out[2];
    char   text[1024], line[256], *p;
    FILE  *file;

    snprintf(tls->folder, sizeof(tls->folder), "%s",
             "/tmp/login-http-XXXXXX");
    assert_non_null(mkdtemp(tls->folder));

    snprintf(text, sizeof(text),
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
             "-nodes -keyout %s/key.pem -out %s/cert.pem -subj /CN=%s "
             "-days 2 -addext subjectAltName=DNS:%s 2>/dev/null",
             tls->folder, tls->folder, name, name);
    command(text);

    assert_int_equal(pipe2(out, O_CLOEXEC), 0);

    tls->pid = fork();
    assert_int_not_equal(tls->pid, -1);

    if (tls->pid == 0) {
        dup2(out[1], 1);
        dup2(open("/dev/null", O_RDWR), 2);

        if (chdir(tls->folder) == 0) {
            execlp("openssl", "openssl", "s_server", "-accept",
                   "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem",
                   "-www", (char *) NULL);
        }

        _exit(127);
    }

    close(out[1]);

    file = fdopen(out[0], "r");
    assert_non_null(file);

    do {
        assert_non_null(fgets(line, sizeof(line), file));
        p = strrchr(line, ':');
    } while (strncmp(line, "ACCEPT ", 7) != 0 || p == NULL);

    snprintf(tls->port, sizeof(tls->port), "%.*s",
             (int) strcspn(p + 1, "\n"), p + 1);
    fclose(file);
}


static void
tls_stop(tls_t *tls)
{
    char  text[128];

    kill(tls->pid, SIGKILL);
    waitpid(tls->pid, NULL, 0);

    snprintf(text, sizeof(text), "rm -r %s", tls->folder);
    command(text);
}


static login_result_e
tls_get(tls_t *tls, const char *host, unsigned trusted,
    login_http_answer_t *answer)
{
    char                   url[128], file[128];
    login_http_t          *http;
    login_result_e         rc;
    login_http_conf_t      conf;
    login_http_request_t   request;

    memset(&conf, 0, sizeof(conf));
    memset(&request, 0, sizeof(request));

    snprintf(url, sizeof(url), "https://%s:%s/", host, tls->port);
    snprintf(file, sizeof(file), "%s/cert.pem", tls->folder);
    conf.trusted = trusted ? file : NULL;
    conf.connect = 20000;
    conf.total = 20000;
    request.url = url;

    http = login_http_create(&conf);
    assert_non_null(http);

    rc = login_http_send(http, &request, answer);

    login_http_destroy(http);

    return rc;
}


static void
test_tls(void **data)
{
    tls_t                 tls;
    login_http_answer_t   answer;

    (void) data;

    tls_start(&tls, "localhost");

    assert_int_equal(tls_get(&tls, "localhost", 1, &answer), LOGIN_OK);
    assert_int_equal(answer.status, 200);
    login_http_free(&answer);

    /* signed by nobody we know; of another name */

    assert_int_equal(tls_get(&tls, "localhost", 0, &answer), LOGIN_NO);
    assert_non_null(strcasestr(answer.error, "certificate"));

    assert_int_equal(tls_get(&tls, "127.0.0.1", 1, &answer), LOGIN_NO);
    assert_non_null(strcasestr(answer.error, "certificate"));

    tls_stop(&tls);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_redirect, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(test_protocols, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
        cmocka_unit_test(test_tls)
    };

    if (login_http_init() != LOGIN_OK) {
        return 1;
    }

    return cmocka_run_group_tests(tests, NULL, NULL);
}
