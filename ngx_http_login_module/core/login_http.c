
#include "login.h"
#include "login_http_curl.h"

#include <stdlib.h>
#include <string.h>


static void login_http_reset(login_http_t *http);
static void login_http_reason(login_http_t *http, CURLcode rc);


login_result_e
login_http_init(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? LOGIN_OK
                                                             : LOGIN_FAULT;
}


login_http_t *
login_http_create(const login_http_conf_t *conf)
{
    login_http_t  *http;

    http = calloc(1, sizeof(login_http_t));
    if (http == NULL) {
        return NULL;
    }

    http->conf = *conf;
    http->curl = curl_easy_init();

    if (http->curl == NULL) {
        free(http);
        return NULL;
    }

    return http;
}


void
login_http_destroy(login_http_t *http)
{
    if (http == NULL) {
        return;
    }

    curl_easy_cleanup(http->curl);
    free(http);
}


login_result_e
login_http_send(login_http_t *http, const login_http_request_t *request,
    login_http_answer_t *answer)
{
    long      status;
    CURLcode  rc;

    memset(answer, 0, sizeof(login_http_answer_t));

    http->answer = answer;
    http->room = 0;
    http->header = 0;
    http->starved = 0;
    http->large = 0;
    http->error[0] = '\0';

    rc = login_http_setup(http, request);

    if (rc == CURLE_OK) {
        rc = curl_easy_perform(http->curl);
    }

    if (rc == CURLE_OK) {
        status = 0;
        rc = curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
        answer->status = (unsigned) status;
    }

    login_http_reset(http);

    if (rc == CURLE_OK) {
        return LOGIN_OK;
    }

    login_http_reason(http, rc);
    login_http_free(answer);

    return http->starved || rc == CURLE_OUT_OF_MEMORY ? LOGIN_FAULT
                                                      : LOGIN_NO;
}


/* The words about what went wrong stay. */

void
login_http_free(login_http_answer_t *answer)
{
    if (answer->body != NULL) {
        login_wipe(answer->body, answer->len);
        free(answer->body);
    }

    answer->body = NULL;
    answer->len = 0;
}


/* Connections stay, but nothing of one request is left for the next. */

static void
login_http_reset(login_http_t *http)
{
    struct curl_slist  *header;

    for (header = http->headers; header != NULL; header = header->next) {
        login_wipe(header->data, strlen(header->data));
    }

    curl_slist_free_all(http->headers);
    http->headers = NULL;

    curl_easy_reset(http->curl);
}


size_t
login_http_write(char *src, size_t size, size_t n, void *data)
{
    size_t                 len, room;
    u_char                *body;
    login_http_t          *http = data;
    login_http_answer_t   *answer;

    len = size * n;
    answer = http->answer;

    if (len > LOGIN_JSON_MAX - answer->len) {
        http->large = 1;
        return 0;
    }

    if (answer->len + len > http->room) {
        room = answer->len + len < LOGIN_JSON_MAX / 2 ? LOGIN_JSON_MAX / 2
                                                      : LOGIN_JSON_MAX;

        /* what realloc() leaves behind would keep tokens in it */

        body = malloc(room);

        if (body == NULL) {
            http->starved = 1;
            return 0;
        }

        if (answer->len > 0) {
            memcpy(body, answer->body, answer->len);
            login_wipe(answer->body, answer->len);
        }

        free(answer->body);
        answer->body = body;
        http->room = room;
    }

    if (len > 0) {
        memcpy(answer->body + answer->len, src, len);
        answer->len += len;
    }

    return len;
}


size_t
login_http_count(char *src, size_t size, size_t n, void *data)
{
    login_http_t  *http = data;

    (void) src;

    http->header += size * n;

    if (http->header > LOGIN_HTTP_HEADERS) {
        http->large = 1;
        return 0;
    }

    return size * n;
}


int
login_http_progress(void *data, curl_off_t dltotal, curl_off_t dlnow,
    curl_off_t ultotal, curl_off_t ulnow)
{
    login_http_t  *http = data;

    (void) dltotal;
    (void) dlnow;
    (void) ultotal;
    (void) ulnow;

    return http->conf.stop != NULL
           && __atomic_load_n(http->conf.stop, __ATOMIC_RELAXED);
}


/* For a line of a log: printable. */

static void
login_http_reason(login_http_t *http, CURLcode rc)
{
    char        *dst;
    size_t       i, size;
    const char  *text;

    dst = http->answer->error;
    size = sizeof(http->answer->error);

    text = http->large ? "the answer is too large"
           : http->error[0] != '\0' ? http->error : curl_easy_strerror(rc);

    for (i = 0; i < size - 1 && text[i] != '\0'; i++) {
        dst[i] = text[i] < 0x20 || text[i] > 0x7e ? '?' : text[i];
    }

    dst[i] = '\0';
}
