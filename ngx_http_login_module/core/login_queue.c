
#include "login.h"


void
login_queue_init(login_queue_t *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
    queue->n = 0;
}


void
login_queue_add(login_queue_t *queue, login_job_t *job)
{
    job->next = NULL;
    *queue->last = job;
    queue->last = &job->next;
    queue->n++;
}


size_t
login_queue_take(login_queue_t *queue, login_job_t **jobs, size_t max)
{
    size_t  n;

    for (n = 0; n < max && queue->first != NULL; n++) {
        jobs[n] = queue->first;
        (void) login_queue_remove(queue, jobs[n]);
    }

    return n;
}


login_result_e
login_queue_remove(login_queue_t *queue, login_job_t *job)
{
    login_job_t  **p;

    for (p = &queue->first; *p != NULL; p = &(*p)->next) {

        if (*p == job) {
            *p = job->next;

            if (queue->last == &job->next) {
                queue->last = p;
            }

            job->next = NULL;
            queue->n--;

            return LOGIN_OK;
        }
    }

    return LOGIN_NO;
}
