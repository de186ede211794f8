
#include "login.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>


#define LOGIN_RP_URL_ROOM  (LOGIN_OIDC_URL_MAX + 64)


struct login_rp_s {
    login_rp_conf_t        *conf;
    login_signer_t         *signer;

    pthread_mutex_t         mutex;
    pthread_cond_t          fetched;

    /* under the mutex */
    login_rp_known_t       *known;
    unsigned                fetching;
    uint64_t                tried;      /* when it was fetched last, or not */
    login_result_e          result;     /* of that */
    login_rp_failure_t      failure;
};


static void login_rp_discard(login_rp_t *rp);
static int login_rp_due(const login_rp_t *rp, const login_rp_known_t *than,
    uint64_t now);
static int login_rp_usable(const login_rp_t *rp,
    const login_rp_known_t *than, uint64_t now);
static void login_rp_refresh(login_rp_t *rp, login_http_t *http,
    uint64_t now);
static login_result_e login_rp_fetch(login_rp_known_t *known,
    const login_rp_t *rp, login_http_t *http, login_rp_failure_t *failure);
static login_result_e login_rp_fetch_keys(login_rp_known_t *known,
    login_http_t *http, login_rp_failure_t *failure);
static void login_rp_free(login_rp_known_t *known);


login_rp_t *
login_rp_create(const login_rp_conf_t *conf)
{
    login_rp_t  *rp;

    rp = calloc(1, sizeof(login_rp_t));
    if (rp == NULL) {
        return NULL;
    }

    rp->conf = login_rp_copy(conf);

    if (rp->conf == NULL
        || login_signer_create(&rp->signer, conf->secret) == LOGIN_FAULT
        || pthread_mutex_init(&rp->mutex, NULL) != 0)
    {
        login_rp_discard(rp);
        return NULL;
    }

    if (pthread_cond_init(&rp->fetched, NULL) != 0) {
        (void) pthread_mutex_destroy(&rp->mutex);
        login_rp_discard(rp);
        return NULL;
    }

    return rp;
}


void
login_rp_destroy(login_rp_t *rp)
{
    if (rp == NULL) {
        return;
    }

    login_rp_free(rp->known);

    (void) pthread_cond_destroy(&rp->fetched);
    (void) pthread_mutex_destroy(&rp->mutex);

    login_rp_discard(rp);
}


static void
login_rp_discard(login_rp_t *rp)
{
    login_rp_wipe(rp->conf);
    login_signer_destroy(rp->signer);
    free(rp);
}


const login_rp_conf_t *
login_rp_conf(const login_rp_t *rp)
{
    return rp->conf;
}


const login_signer_t *
login_rp_signer(const login_rp_t *rp)
{
    return rp->signer;
}


login_result_e
login_rp_know(const login_rp_known_t **known, login_rp_t *rp,
    login_http_t *http, const login_rp_known_t *than, uint64_t now,
    login_rp_failure_t *failure)
{
    login_result_e  rc;

    *known = NULL;

    (void) pthread_mutex_lock(&rp->mutex);

    while (rp->fetching && !login_rp_usable(rp, than, now)) {
        (void) pthread_cond_wait(&rp->fetched, &rp->mutex);
    }

    if (!rp->fetching && login_rp_due(rp, than, now)) {
        login_rp_refresh(rp, http, now);
    }

    if (login_rp_usable(rp, than, now)) {
        rp->known->refs++;
        *known = rp->known;
        rc = LOGIN_OK;

    } else if (rp->result == LOGIN_OK) {
        rc = login_rp_fail(failure, LOGIN_RP_UNTRUSTED, "keys",
                           "were fetched a moment ago");

    } else {
        *failure = rp->failure;
        rc = rp->result;
    }

    (void) pthread_mutex_unlock(&rp->mutex);

    return rc;
}


login_result_e
login_rp_peek(const login_rp_known_t **known, login_rp_t *rp, uint64_t now)
{
    login_result_e  rc;

    rc = LOGIN_NO;
    *known = NULL;

    (void) pthread_mutex_lock(&rp->mutex);

    if (login_rp_usable(rp, NULL, now) && !login_rp_due(rp, NULL, now)) {
        rp->known->refs++;
        *known = rp->known;
        rc = LOGIN_OK;
    }

    (void) pthread_mutex_unlock(&rp->mutex);

    return rc;
}


/* Clocks may be set back: what is from the future is of no use. */

static int
login_rp_due(const login_rp_t *rp, const login_rp_known_t *than, uint64_t now)
{
    if (rp->tried != 0
        && now >= rp->tried && now - rp->tried < LOGIN_RP_INTERVAL)
    {
        return 0;
    }

    return rp->known == NULL
           || rp->known == than
           || now < rp->known->fetched
           || now - rp->known->fetched >= LOGIN_RP_FRESH;
}


static int
login_rp_usable(const login_rp_t *rp, const login_rp_known_t *than,
    uint64_t now)
{
    return rp->known != NULL
           && rp->known != than
           && (now < rp->known->fetched
               || now - rp->known->fetched < LOGIN_RP_STALE);
}


/* Others go on with what there is meanwhile. */

static void
login_rp_refresh(login_rp_t *rp, login_http_t *http, uint64_t now)
{
    login_result_e       rc;
    login_rp_known_t    *known, *old;
    login_rp_failure_t   failure;

    rp->fetching = 1;
    rp->tried = now;

    (void) pthread_mutex_unlock(&rp->mutex);

    memset(&failure, 0, sizeof(login_rp_failure_t));

    known = calloc(1, sizeof(login_rp_known_t));

    rc = known != NULL ? login_rp_fetch(known, rp, http, &failure)
                       : LOGIN_FAULT;

    if (rc != LOGIN_OK) {
        login_rp_free(known);
        known = NULL;
    }

    (void) pthread_mutex_lock(&rp->mutex);

    rp->fetching = 0;
    rp->result = rc;
    rp->failure = failure;

    if (known != NULL) {
        old = rp->known;

        known->fetched = now;
        rp->known = known;

        if (old != NULL && old->refs == 0) {
            login_rp_free(old);
        }
    }

    (void) pthread_cond_broadcast(&rp->fetched);
}


void
login_rp_forget(login_rp_t *rp, const login_rp_known_t *known)
{
    login_rp_known_t  *mine;

    if (known == NULL) {
        return;
    }

    (void) pthread_mutex_lock(&rp->mutex);

    mine = (login_rp_known_t *) known;
    mine->refs--;

    if (mine->refs == 0 && mine != rp->known) {
        login_rp_free(mine);
    }

    (void) pthread_mutex_unlock(&rp->mutex);
}


static void
login_rp_free(login_rp_known_t *known)
{
    if (known == NULL) {
        return;
    }

    login_oidc_metadata_free(&known->metadata);
    login_jwks_free(known->jwks);
    free(known);
}


static login_result_e
login_rp_fetch(login_rp_known_t *known, const login_rp_t *rp,
    login_http_t *http, login_rp_failure_t *failure)
{
    u_char                 url[LOGIN_RP_URL_ROOM];
    login_encoder_t        e = { url, url + sizeof(url) - 1, 0 };
    login_result_e         rc;
    login_oidc_wrong_t     wrong;
    login_http_answer_t    answer;
    login_http_request_t   request;

    login_oidc_discovery(&e, rp->conf->issuer);

    if (e.failed) {
        return LOGIN_FAULT;
    }

    *e.pos = '\0';

    memset(&request, 0, sizeof(login_http_request_t));
    request.url = (const char *) url;

    rc = login_rp_send(http, &request, "metadata", 200, &answer, failure);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_oidc_metadata(&known->metadata,
                             login_str(answer.body, answer.len),
                             rp->conf->issuer, rp->signer != NULL, &wrong);
    login_http_free(&answer);

    if (rc == LOGIN_NO) {
        return login_rp_wrong(failure, LOGIN_RP_DOWN, "metadata", &wrong);
    }

    return rc == LOGIN_OK ? login_rp_fetch_keys(known, http, failure) : rc;
}


static login_result_e
login_rp_fetch_keys(login_rp_known_t *known, login_http_t *http,
    login_rp_failure_t *failure)
{
    login_result_e         rc;
    login_http_answer_t    answer;
    login_http_request_t   request;

    memset(&request, 0, sizeof(login_http_request_t));
    request.url = (const char *) known->metadata.jwks.data;

    rc = login_rp_send(http, &request, "keys", 200, &answer, failure);
    if (rc != LOGIN_OK) {
        return rc;
    }

    rc = login_jwks_parse(&known->jwks, login_str(answer.body, answer.len));
    login_http_free(&answer);

    if (rc == LOGIN_NO) {
        return login_rp_fail(failure, LOGIN_RP_DOWN, "keys",
                             "are not a set in which one is of use");
    }

    return rc;
}
