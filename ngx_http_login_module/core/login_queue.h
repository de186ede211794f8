
/* A list of jobs, first in, first out; its owner locks. */

#ifndef LOGIN_QUEUE_H
#define LOGIN_QUEUE_H


typedef struct {
    login_job_t   *first;
    login_job_t  **last;
    size_t         n;
} login_queue_t;


void login_queue_init(login_queue_t *queue);
void login_queue_add(login_queue_t *queue, login_job_t *job);

/* Takes at most "max" jobs and returns their number. */
size_t login_queue_take(login_queue_t *queue, login_job_t **jobs, size_t max);

/* LOGIN_NO: it is not in there. */
login_result_e login_queue_remove(login_queue_t *queue, login_job_t *job);


#endif /* LOGIN_QUEUE_H */
