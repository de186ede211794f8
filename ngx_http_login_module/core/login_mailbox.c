
#include "login.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>


struct login_mailbox_s {
    pthread_mutex_t  mutex;
    login_queue_t    queue;
    int              fd;
};


login_mailbox_t *
login_mailbox_create(void)
{
    login_mailbox_t  *mailbox;

    mailbox = calloc(1, sizeof(login_mailbox_t));
    if (mailbox == NULL) {
        return NULL;
    }

    mailbox->fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);
    if (mailbox->fd == -1) {
        free(mailbox);
        return NULL;
    }

    if (pthread_mutex_init(&mailbox->mutex, NULL) != 0) {
        (void) close(mailbox->fd);
        free(mailbox);
        return NULL;
    }

    login_queue_init(&mailbox->queue);

    return mailbox;
}


void
login_mailbox_destroy(login_mailbox_t *mailbox)
{
    if (mailbox == NULL) {
        return;
    }

    (void) pthread_mutex_destroy(&mailbox->mutex);
    (void) close(mailbox->fd);
    free(mailbox);
}


int
login_mailbox_fd(login_mailbox_t *mailbox)
{
    return mailbox->fd;
}


login_job_t *
login_mailbox_take(login_mailbox_t *mailbox)
{
    ssize_t       n;
    uint64_t      count;
    login_job_t  *jobs;

    (void) pthread_mutex_lock(&mailbox->mutex);

    n = read(mailbox->fd, &count, sizeof(count));
    (void) n;

    jobs = mailbox->queue.first;
    login_queue_init(&mailbox->queue);

    (void) pthread_mutex_unlock(&mailbox->mutex);

    return jobs;
}


void
login_mailbox_put(login_mailbox_t *mailbox, login_job_t **jobs, size_t n)
{
    size_t    i;
    ssize_t   rc;
    uint64_t  one;

    if (n == 0) {
        return;
    }

    one = 1;

    (void) pthread_mutex_lock(&mailbox->mutex);

    for (i = 0; i < n; i++) {
        login_queue_add(&mailbox->queue, jobs[i]);
    }

    /* fails only where the counter is full: then it is readable anyway */

    rc = write(mailbox->fd, &one, sizeof(one));
    (void) rc;

    (void) pthread_mutex_unlock(&mailbox->mutex);
}
