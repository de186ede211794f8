
/* Between the two files of the client, behind login_http.h. */

#ifndef LOGIN_HTTP_CURL_H
#define LOGIN_HTTP_CURL_H


#include <curl/curl.h>

#pragma GCC visibility push(hidden)


struct login_http_s {
    CURL                  *curl;
    login_http_conf_t      conf;
    char                   error[CURL_ERROR_SIZE];

    /* of the request that is under way */
    struct curl_slist     *headers;
    login_http_answer_t   *answer;
    size_t                 room;
    size_t                 header;      /* bytes of them so far */
    unsigned               starved;
    unsigned               large;
};


/* Sets all that a request needs. */
CURLcode login_http_setup(login_http_t *http,
    const login_http_request_t *request);

/* What libcurl calls. */
size_t login_http_write(char *src, size_t size, size_t n, void *data);
size_t login_http_count(char *src, size_t size, size_t n, void *data);
int login_http_progress(void *data, curl_off_t dltotal, curl_off_t dlnow,
    curl_off_t ultotal, curl_off_t ulnow);


#pragma GCC visibility pop


#endif /* LOGIN_HTTP_CURL_H */
