
/*
 * An HTTP server in a thread of the test, for what a real one does not do:
 * answers that never end, are cut, or come only when the test lets them.
 */

#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H


#include "login.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>


#define SERVER_ROUTES   16
#define SERVER_REQUEST  65536


typedef struct server_s  server_t;

typedef struct {
    char          path[64];
    unsigned      status;
    char         *body;             /* or NULL, and */
    void        (*serve)(server_t *server, int fd);
    unsigned      hits;
} route_t;

struct server_s {
    int              fd;
    uint16_t         port;
    pthread_t        thread;
    pthread_mutex_t  mutex;
    sem_t            entered;       /* see server_held() */
    sem_t            go;

    size_t           n;
    route_t          routes[SERVER_ROUTES];
    unsigned         hits;
    char             request[SERVER_REQUEST];   /* the last one */
};


static void
server_write(int fd, const char *text)
{
    size_t   len;
    ssize_t  n;

    for (len = strlen(text); len > 0; len -= (size_t) n, text += n) {
        n = send(fd, text, len, MSG_NOSIGNAL);

        if (n <= 0) {
            return;
        }
    }
}


static void
server_answer(int fd, unsigned status, const char *body)
{
    char  head[256];

    snprintf(head, sizeof(head),
             "HTTP/1.1 %u Whatever\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\nConnection: close\r\n\r\n",
             status, strlen(body));

    server_write(fd, head);
    server_write(fd, body);
}


/* The headers and, by its length, the body. */

static int
server_read(int fd, char *text)
{
    char     *end, *p;
    size_t    len, whole;
    ssize_t   n;

    whole = 0;

    for (len = 0; len < SERVER_REQUEST - 1; len += (size_t) n) {
        n = recv(fd, text + len, SERVER_REQUEST - 1 - len, 0);

        if (n <= 0) {
            return 0;
        }

        text[len + (size_t) n] = '\0';

        end = strstr(text, "\r\n\r\n");

        if (end != NULL) {
            p = strcasestr(text, "\r\nContent-Length:");
            whole = (size_t) (end - text) + 4
                    + (p != NULL ? (size_t) atol(p + 17) : 0);

            if (len + (size_t) n >= whole) {
                return 1;
            }
        }
    }

    return 0;
}


static void
server_one(server_t *server, int fd)
{
    char      path[128], *body;
    size_t    i;
    unsigned  status;
    void    (*serve)(server_t *, int);

    static char  text[SERVER_REQUEST];

    if (!server_read(fd, text)) {
        return;
    }

    body = NULL;
    serve = NULL;
    status = 404;

    pthread_mutex_lock(&server->mutex);

    server->hits++;
    memcpy(server->request, text, sizeof(text));

    if (sscanf(text, "%*s %127s", path) != 1) {
        path[0] = '\0';
    }

    for (i = 0; i < server->n; i++) {
        if (strcmp(server->routes[i].path, path) == 0) {
            server->routes[i].hits++;
            status = server->routes[i].status;
            serve = server->routes[i].serve;
            body = server->routes[i].body != NULL
                   ? strdup(server->routes[i].body) : NULL;
        }
    }

    pthread_mutex_unlock(&server->mutex);

    if (serve != NULL) {
        serve(server, fd);
    }

    if (body != NULL || serve == NULL) {
        server_answer(fd, status, body != NULL ? body : "{}");
    }

    free(body);
}


static void *
server_run(void *data)
{
    int        fd;
    server_t  *server = data;

    while ((fd = accept(server->fd, NULL, NULL)) != -1) {
        server_one(server, fd);
        close(fd);
    }

    return NULL;
}


static void
server_start(server_t *server)
{
    socklen_t           len;
    struct sockaddr_in  sin;

    memset(server, 0, sizeof(server_t));
    memset(&sin, 0, sizeof(sin));

    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    server->fd = socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0);
    assert_int_not_equal(server->fd, -1);
    assert_int_equal(bind(server->fd, (struct sockaddr *) &sin, sizeof(sin)),
                     0);
    assert_int_equal(listen(server->fd, 64), 0);

    len = sizeof(sin);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *) &sin, &len),
                     0);
    server->port = ntohs(sin.sin_port);

    pthread_mutex_init(&server->mutex, NULL);
    sem_init(&server->entered, 0, 0);
    sem_init(&server->go, 0, 0);

    assert_int_equal(pthread_create(&server->thread, NULL, server_run,
                                    server), 0);
}


static void
server_stop(server_t *server)
{
    size_t  i;

    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);

    for (i = 0; i < server->n; i++) {
        free(server->routes[i].body);
    }

    pthread_mutex_destroy(&server->mutex);
    sem_destroy(&server->entered);
    sem_destroy(&server->go);
}


/* Adds a route, or replaces what it answers; its hits stay. */

static route_t *
server_route(server_t *server, const char *path, unsigned status,
    const char *body, void (*serve)(server_t *, int))
{
    size_t    i;
    route_t  *route;

    pthread_mutex_lock(&server->mutex);

    for (i = 0; i < server->n; i++) {
        if (strcmp(server->routes[i].path, path) == 0) {
            break;
        }
    }

    assert_true(i < SERVER_ROUTES);

    route = &server->routes[i];

    if (i == server->n) {
        server->n++;
        snprintf(route->path, sizeof(route->path), "%s", path);
    }

    free(route->body);

    route->status = status;
    route->body = body != NULL ? strdup(body) : NULL;
    route->serve = serve;

    pthread_mutex_unlock(&server->mutex);

    return route;
}


static unsigned
server_hits(server_t *server, const char *path)
{
    size_t    i;
    unsigned  hits;

    hits = 0;

    pthread_mutex_lock(&server->mutex);

    for (i = 0; i < server->n; i++) {
        if (strcmp(server->routes[i].path, path) == 0) {
            hits = server->routes[i].hits;
        }
    }

    pthread_mutex_unlock(&server->mutex);

    return hits;
}


#endif /* HTTP_SERVER_H */
