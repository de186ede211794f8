
#include "login.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <idn2.h>


struct login_smtp_s {
    CURL               *curl;
    struct curl_slist  *to;
    const int          *stop;
    char                error[CURL_ERROR_SIZE];

    login_str_t         message;
    size_t              sent;
    login_dialogue_t    dialogue;
};


#define login_smtp_set(smtp, option, value)                                   \
    if (rc == CURLE_OK) {                                                     \
        rc = curl_easy_setopt((smtp)->curl, option, value);                   \
    }


static CURLcode login_smtp_setup(login_smtp_t *smtp,
    const login_relay_t *relay);
static login_result_e login_smtp_recipient(login_smtp_t *smtp,
    login_str_t to);
static size_t login_smtp_read(char *dst, size_t size, size_t n, void *data);
static int login_smtp_progress(void *data, curl_off_t dltotal,
    curl_off_t dlnow, curl_off_t ultotal, curl_off_t ulnow);
static int login_smtp_debug(CURL *curl, curl_infotype type, char *text,
    size_t len, void *data);


login_result_e
login_smtp_init(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? LOGIN_OK
                                                             : LOGIN_FAULT;
}


login_smtp_t *
login_smtp_create(const login_relay_t *relay, const int *stop)
{
    login_smtp_t  *smtp;

    smtp = calloc(1, sizeof(login_smtp_t));
    if (smtp == NULL) {
        return NULL;
    }

    smtp->stop = stop;
    smtp->curl = curl_easy_init();

    if (smtp->curl == NULL || login_smtp_setup(smtp, relay) != CURLE_OK) {
        login_smtp_destroy(smtp);
        return NULL;
    }

    return smtp;
}


void
login_smtp_destroy(login_smtp_t *smtp)
{
    if (smtp == NULL) {
        return;
    }

    curl_easy_cleanup(smtp->curl);
    curl_slist_free_all(smtp->to);
    free(smtp);
}


/*
 * Nothing of the environment: no proxy, no .netrc.  The certificate and its
 * name are always verified; with "verbose" the dialogue comes to
 * login_smtp_debug(), which prints nothing.
 */

static CURLcode
login_smtp_setup(login_smtp_t *smtp, const login_relay_t *relay)
{
    long      tls;
    CURLcode  rc;

    rc = CURLE_OK;
    tls = relay->starttls == LOGIN_STARTTLS_OFF ? CURLUSESSL_NONE
                                                : CURLUSESSL_ALL;

    login_smtp_set(smtp, CURLOPT_URL, relay->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    login_smtp_set(smtp, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
    login_smtp_set(smtp, CURLOPT_PROTOCOLS,
                   (long) (CURLPROTO_SMTP|CURLPROTO_SMTPS));
#endif
    login_smtp_set(smtp, CURLOPT_USE_SSL, tls);
    login_smtp_set(smtp, CURLOPT_SSL_VERIFYPEER, 1L);
    login_smtp_set(smtp, CURLOPT_SSL_VERIFYHOST, 2L);
    login_smtp_set(smtp, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
    login_smtp_set(smtp, CURLOPT_PROXY, "");
    login_smtp_set(smtp, CURLOPT_NOSIGNAL, 1L);
    login_smtp_set(smtp, CURLOPT_CONNECTTIMEOUT, (long) LOGIN_SMTP_CONNECT);
    login_smtp_set(smtp, CURLOPT_TIMEOUT, (long) LOGIN_SMTP_TOTAL);
    login_smtp_set(smtp, CURLOPT_MAIL_FROM, relay->address);
    login_smtp_set(smtp, CURLOPT_UPLOAD, 1L);
    login_smtp_set(smtp, CURLOPT_READFUNCTION, login_smtp_read);
    login_smtp_set(smtp, CURLOPT_READDATA, smtp);
    login_smtp_set(smtp, CURLOPT_NOPROGRESS, 0L);
    login_smtp_set(smtp, CURLOPT_XFERINFOFUNCTION, login_smtp_progress);
    login_smtp_set(smtp, CURLOPT_XFERINFODATA, smtp);
    login_smtp_set(smtp, CURLOPT_VERBOSE, 1L);
    login_smtp_set(smtp, CURLOPT_DEBUGFUNCTION, login_smtp_debug);
    login_smtp_set(smtp, CURLOPT_DEBUGDATA, smtp);
    login_smtp_set(smtp, CURLOPT_ERRORBUFFER, smtp->error);
#if LIBCURL_VERSION_NUM >= 0x075700
    login_smtp_set(smtp, CURLOPT_QUICK_EXIT, 1L);
#endif

    if (relay->trusted != NULL) {
        login_smtp_set(smtp, CURLOPT_CAINFO, relay->trusted);
    }

    if (relay->user != NULL) {
        login_smtp_set(smtp, CURLOPT_USERNAME, relay->user);
        login_smtp_set(smtp, CURLOPT_PASSWORD, relay->password);
    }

    return rc;
}


void
login_smtp_send(login_delivery_t *delivery, login_smtp_t *smtp,
    login_str_t to, login_str_t message)
{
    CURLcode  rc;

    memset(delivery, 0, sizeof(login_delivery_t));

    smtp->message = message;
    smtp->sent = 0;
    smtp->error[0] = '\0';

    login_dialogue_begin(&smtp->dialogue);

    switch (login_smtp_recipient(smtp, to)) {

    case LOGIN_OK:
        break;

    case LOGIN_NO:
        delivery->result = LOGIN_NO;
        login_delivery_words(delivery, login_cstr("the domain of the "
                             "address is not a name that DNS has"));
        return;

    default:
        delivery->result = LOGIN_FAULT;
        login_delivery_words(delivery, login_cstr("no memory"));
        return;
    }

    (void) curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, smtp->to);
    (void) curl_easy_setopt(smtp->curl, CURLOPT_INFILESIZE_LARGE,
                            (curl_off_t) message.len);

    rc = curl_easy_perform(smtp->curl);

    login_dialogue_result(delivery, &smtp->dialogue, rc == CURLE_OK,
                          smtp->error[0] != '\0' ? smtp->error
                                                 : curl_easy_strerror(rc));
}


/* The domain as DNS has it: that needs no extension of the relay. */

static login_result_e
login_smtp_recipient(login_smtp_t *smtp, login_str_t to)
{
    int     rc;
    char    address[LOGIN_USERNAME_MAX + 3], ace[512];
    char   *domain, *ascii;
    size_t  i;

    curl_slist_free_all(smtp->to);
    smtp->to = NULL;
    smtp->dialogue.international = 0;

    (void) snprintf(address, sizeof(address), "%.*s", (int) to.len,
                    (const char *) to.data);

    domain = strchr(address, '@');
    *domain++ = '\0';

    for (i = 0; address[i] != '\0'; i++) {
        smtp->dialogue.international |= (u_char) address[i] > 0x7f;
    }

    rc = idn2_to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL);
    if (rc != IDN2_OK) {
        return rc == IDN2_MALLOC ? LOGIN_FAULT : LOGIN_NO;
    }

    rc = snprintf(ace, sizeof(ace), "<%s@%s>", address, ascii);
    idn2_free(ascii);

    if (rc < 0 || (size_t) rc >= sizeof(ace)) {
        return LOGIN_NO;
    }

    smtp->to = curl_slist_append(NULL, ace);

    return smtp->to != NULL ? LOGIN_OK : LOGIN_FAULT;
}


static size_t
login_smtp_read(char *dst, size_t size, size_t n, void *data)
{
    size_t         len;
    login_smtp_t  *smtp = data;

    if (smtp->dialogue.international && !smtp->dialogue.utf8) {
        return CURL_READFUNC_ABORT;
    }

    len = smtp->message.len - smtp->sent;

    if (len > size * n) {
        len = size * n;
    }

    if (len > 0) {
        memcpy(dst, smtp->message.data + smtp->sent, len);
        smtp->sent += len;
    }

    return len;
}


/* What the relay has whole it may have taken: its answer is awaited. */

static int
login_smtp_progress(void *data, curl_off_t dltotal, curl_off_t dlnow,
    curl_off_t ultotal, curl_off_t ulnow)
{
    login_smtp_t  *smtp = data;

    (void) dltotal;
    (void) dlnow;
    (void) ultotal;
    (void) ulnow;

    return __atomic_load_n(smtp->stop, __ATOMIC_RELAXED)
           && smtp->sent < smtp->message.len;
}


static int
login_smtp_debug(CURL *curl, curl_infotype type, char *text, size_t len,
    void *data)
{
    login_smtp_t  *smtp = data;

    (void) curl;

    if (type == CURLINFO_HEADER_OUT) {
        login_dialogue_command(&smtp->dialogue, login_str(text, len));

    } else if (type == CURLINFO_HEADER_IN) {
        login_dialogue_answer(&smtp->dialogue, login_str(text, len));
    }

    return 0;
}
