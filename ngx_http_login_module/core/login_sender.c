
#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>


#define LOGIN_SENDER_PAUSE  10      /* seconds, when the relay is away */
#define LOGIN_SENDER_SWEEP  3600
#define LOGIN_SENDER_SWEPT  1000    /* records at a time */


/* The earliest of what is due. */
typedef struct {
    uint64_t              now;
    size_t                n;
    uint64_t              when[LOGIN_SENDER_BATCH];
    u_char                ids[LOGIN_SENDER_BATCH][LOGIN_ID_LEN];
    uint64_t              next;     /* of what is not due yet */
    unsigned              more;
} login_due_t;


static login_result_e login_sender_lock(login_sender_t *sender);
static login_result_e login_sender_look(login_sender_t *sender,
    login_due_t *due);
static login_result_e login_sender_due(void *data,
    const login_mail_state_t *state);
static int login_sender_owes(const login_sender_t *sender,
    const u_char id[LOGIN_ID_LEN]);
static void login_sender_sweep(login_sender_t *sender, uint64_t now);


login_sender_t *
login_sender_create(const login_sender_conf_t *conf)
{
    login_sender_t  *sender;

    sender = calloc(1, sizeof(login_sender_t));
    if (sender == NULL) {
        return NULL;
    }

    sender->conf = *conf;
    sender->lock = -1;
    sender->view = login_view_create(conf->store, conf->ring);
    sender->commit = login_commit_create(conf->store, conf->ring);

    if (sender->view == NULL || sender->commit == NULL) {
        login_sender_destroy(sender);
        return NULL;
    }

    return sender;
}


void
login_sender_destroy(login_sender_t *sender)
{
    login_owed_t  *owed;

    if (sender == NULL) {
        return;
    }

    while (sender->owed != NULL) {
        owed = sender->owed;
        sender->owed = owed->next;
        free(owed);
    }

    if (sender->view != NULL) {
        login_view_destroy(sender->view);
    }

    login_commit_destroy(sender->commit);

    if (sender->lock != -1) {
        (void) close(sender->lock);
    }

    free(sender);
}


login_result_e
login_sender_pass(login_sender_t *sender, login_sent_t *sent, size_t *n,
    unsigned *more)
{
    size_t           i;
    unsigned         relay;
    uint64_t         now;
    login_due_t      due;
    login_smtp_t    *smtp;
    login_result_e   rc;

    *n = 0;
    *more = 0;

    rc = login_sender_lock(sender);
    if (rc != LOGIN_OK) {
        return rc;
    }

    now = (uint64_t) time(NULL);

    login_sender_settle(sender);
    login_sender_sweep(sender, now);

    memset(&due, 0, sizeof(login_due_t));
    due.now = now;

    if (now < sender->until && sender->until - now <= LOGIN_SENDER_PAUSE) {
        return LOGIN_OK;
    }

    rc = login_sender_look(sender, &due);

    if (rc != LOGIN_OK || due.n == 0) {
        return rc;
    }

    smtp = login_smtp_create(sender->conf.relay, sender->conf.stop);
    if (smtp == NULL) {
        return LOGIN_FAULT;
    }

    relay = 0;

    for (i = 0; i < due.n && !relay; i++) {

        if (__atomic_load_n(sender->conf.stop, __ATOMIC_RELAXED)) {
            break;
        }

        if (login_sender_owes(sender, due.ids[i])) {
            continue;
        }

        rc = login_sender_one(sender, smtp, due.ids[i], &sent[*n], &relay);

        if (rc == LOGIN_OK) {
            (*n)++;
        }
    }

    login_smtp_destroy(smtp);

    /* who cannot be reached is not asked again for each mail */

    sender->pause = !relay ? 0 : sender->pause < LOGIN_SENDER_PAUSE / 2
                                 ? 1 + 2 * sender->pause
                                 : LOGIN_SENDER_PAUSE;
    sender->until = (uint64_t) time(NULL) + sender->pause;

    *more = due.more && !relay;

    return LOGIN_OK;
}


/*
 * An flock belongs to the open file: it ends with this process, however that
 * ends, and nobody else's comes and goes with it.
 */

static login_result_e
login_sender_lock(login_sender_t *sender)
{
    int   fd, busy;
    char  path[4096];

    if (sender->lock != -1) {
        return LOGIN_OK;
    }

    if ((size_t) snprintf(path, sizeof(path), "%s/" LOGIN_SENDER_LOCK,
                          sender->conf.path)
        >= sizeof(path))
    {
        return LOGIN_FAULT;
    }

    fd = open(path, O_RDWR|O_CREAT|O_CLOEXEC|O_NOFOLLOW, 0600);
    if (fd == -1) {
        return LOGIN_FAULT;
    }

    if (flock(fd, LOCK_EX|LOCK_NB) == -1) {
        busy = (errno == EWOULDBLOCK);
        (void) close(fd);
        return busy ? LOGIN_NO : LOGIN_FAULT;
    }

    sender->lock = fd;

    return LOGIN_OK;
}


/* Walks the queue, unless it is as it was and nothing has become due. */

static login_result_e
login_sender_look(login_sender_t *sender, login_due_t *due)
{
    uint64_t        version;
    login_result_e  rc;

    if (login_view_begin(sender->view) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    version = login_view_version(sender->view);
    rc = LOGIN_OK;

    if (version != sender->seen || due->now >= sender->next) {
        due->next = UINT64_MAX;

        rc = login_mail_walk_queue(sender->view, login_sender_due, due);

        if (rc == LOGIN_OK) {
            sender->seen = version;
            sender->next = due->n != 0 ? due->now : due->next;
        }
    }

    login_view_end(sender->view);

    return rc;
}


static login_result_e
login_sender_due(void *data, const login_mail_state_t *state)
{
    size_t        i;
    login_due_t  *due = data;

    if (state->status != LOGIN_MAIL_QUEUED) {
        return LOGIN_OK;
    }

    if (state->next > due->now) {
        due->next = due->next < state->next ? due->next : state->next;
        return LOGIN_OK;
    }

    /* the longest due first; who does not fit in comes with the next pass */

    if (due->n == LOGIN_SENDER_BATCH) {
        due->more = 1;

        if (due->when[due->n - 1] <= state->next) {
            return LOGIN_OK;
        }

        due->n--;
    }

    for (i = due->n++; i > 0 && due->when[i - 1] > state->next; i--) {
        due->when[i] = due->when[i - 1];
        memcpy(due->ids[i], due->ids[i - 1], LOGIN_ID_LEN);
    }

    due->when[i] = state->next;
    memcpy(due->ids[i], state->id, LOGIN_ID_LEN);

    return LOGIN_OK;
}


static int
login_sender_owes(const login_sender_t *sender, const u_char id[LOGIN_ID_LEN])
{
    const login_owed_t  *owed;

    for (owed = sender->owed; owed != NULL; owed = owed->next) {
        if (memcmp(owed->sent.state.id, id, LOGIN_ID_LEN) == 0) {
            return 1;
        }
    }

    return 0;
}


/* A thousand at a time: a change set is held in memory. */

static void
login_sender_sweep(login_sender_t *sender, uint64_t now)
{
    login_result_e    rc;
    login_changes_t  *changes;

    if (now >= sender->swept && now - sender->swept < LOGIN_SENDER_SWEEP) {
        return;
    }

    changes = login_changes_create();
    if (changes == NULL) {
        return;
    }

    rc = login_view_begin(sender->view);

    if (rc == LOGIN_OK) {
        rc = login_mail_sweep(changes, sender->view, now,
                              LOGIN_SENDER_SWEPT);
        login_view_end(sender->view);
    }

    if (rc == LOGIN_OK) {
        (void) login_commit_one(sender->commit, changes);
    }

    login_changes_destroy(changes);

    sender->swept = now;
}
