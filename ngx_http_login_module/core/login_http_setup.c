
#include "login.h"
#include "login_http_curl.h"

#include <stdlib.h>
#include <string.h>


#define login_http_set(http, option, value)                                   \
    if (rc == CURLE_OK) {                                                     \
        rc = curl_easy_setopt((http)->curl, option, value);                   \
    }


static CURLcode login_http_limits(login_http_t *http);
static CURLcode login_http_content(login_http_t *http,
    const login_http_request_t *request);
static login_result_e login_http_header(login_http_t *http,
    const char *name, login_str_t value);


/*
 * HTTP alone, where the caller has seen to it that the address is on this
 * machine.  What the environment has is set aside.
 */

CURLcode
login_http_setup(login_http_t *http, const login_http_request_t *request)
{
    CURLcode  rc;

    rc = CURLE_OK;

    login_http_set(http, CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    login_http_set(http, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    login_http_set(http, CURLOPT_PROTOCOLS,
                   (long) (CURLPROTO_HTTP|CURLPROTO_HTTPS));
#endif
    login_http_set(http, CURLOPT_FOLLOWLOCATION, 0L);
    login_http_set(http, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    login_http_set(http, CURLOPT_SSL_VERIFYPEER, 1L);
    login_http_set(http, CURLOPT_SSL_VERIFYHOST, 2L);
    login_http_set(http, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
    login_http_set(http, CURLOPT_PROXY, "");
    login_http_set(http, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
    login_http_set(http, CURLOPT_USERAGENT, "nginx-login");
    login_http_set(http, CURLOPT_ERRORBUFFER, http->error);

    if (http->conf.trusted != NULL) {
        login_http_set(http, CURLOPT_CAINFO, http->conf.trusted);
    }

    if (rc == CURLE_OK) {
        rc = login_http_limits(http);
    }

    return rc == CURLE_OK ? login_http_content(http, request) : rc;
}


static CURLcode
login_http_limits(login_http_t *http)
{
    CURLcode  rc;

    rc = CURLE_OK;

    login_http_set(http, CURLOPT_NOSIGNAL, 1L);
    login_http_set(http, CURLOPT_CONNECTTIMEOUT_MS,
                   http->conf.connect ? http->conf.connect
                                      : (long) LOGIN_HTTP_CONNECT);
    login_http_set(http, CURLOPT_TIMEOUT_MS,
                   http->conf.total ? http->conf.total
                                    : (long) LOGIN_HTTP_TOTAL);
    login_http_set(http, CURLOPT_WRITEFUNCTION, login_http_write);
    login_http_set(http, CURLOPT_WRITEDATA, http);
    login_http_set(http, CURLOPT_HEADERFUNCTION, login_http_count);
    login_http_set(http, CURLOPT_HEADERDATA, http);
    login_http_set(http, CURLOPT_NOPROGRESS, 0L);
    login_http_set(http, CURLOPT_XFERINFOFUNCTION, login_http_progress);
    login_http_set(http, CURLOPT_XFERINFODATA, http);
#if LIBCURL_VERSION_NUM >= 0x075700
    login_http_set(http, CURLOPT_QUICK_EXIT, 1L);
#endif

    return rc;
}


static CURLcode
login_http_content(login_http_t *http, const login_http_request_t *request)
{
    CURLcode  rc;

    rc = CURLE_OK;

    if (login_http_header(http, "Accept", login_cstr("application/json"))
        != LOGIN_OK)
    {
        return CURLE_OUT_OF_MEMORY;
    }

    if (request->authorization.len > 0
        && login_http_header(http, "Authorization", request->authorization)
           != LOGIN_OK)
    {
        return CURLE_OUT_OF_MEMORY;
    }

    if (request->form.data != NULL) {

        /* libcurl would wait for "100 Continue" of larger ones */

        if (login_http_header(http, "Expect", login_str("", 0)) != LOGIN_OK) {
            return CURLE_OUT_OF_MEMORY;
        }

        login_http_set(http, CURLOPT_POST, 1L);
        login_http_set(http, CURLOPT_POSTFIELDS, request->form.data);
        login_http_set(http, CURLOPT_POSTFIELDSIZE, (long) request->form.len);
    }

    login_http_set(http, CURLOPT_HTTPHEADER, http->headers);

    return rc;
}


static login_result_e
login_http_header(login_http_t *http, const char *name, login_str_t value)
{
    char               *text;
    size_t              size;
    struct curl_slist  *list;

    size = strlen(name) + sizeof(": ") + value.len;

    text = malloc(size);
    if (text == NULL) {
        return LOGIN_FAULT;
    }

    /* without a value: not the one that libcurl would send */

    (void) snprintf(text, size, value.len > 0 ? "%s: %.*s" : "%s:%.*s", name,
                    (int) value.len, (const char *) value.data);

    list = curl_slist_append(http->headers, text);

    login_wipe(text, size);
    free(text);

    if (list == NULL) {
        return LOGIN_FAULT;
    }

    http->headers = list;

    return LOGIN_OK;
}
