
/* A mail's words and its templates become the message that is sent. */

#include "login.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>


#define LOGIN_MAIL_TIME     64


/* What the values of a mail point to. */
typedef struct {
    const login_locale_t  *locale;
    u_char                 expires[LOGIN_LOCALE_TIME];
    u_char                 when[LOGIN_LOCALE_TIME];
    login_value_t          values[LOGIN_MAIL_VARS];
    login_value_t         *rows;
} login_mail_values_t;


static login_result_e login_mail_fill(login_mail_values_t *v,
    const login_mail_t *mail, const login_mail_sender_t *sender);
static login_mail_var_e login_mail_detail(login_mail_kind_e kind);
static login_result_e login_mail_fill_rows(login_mail_values_t *v,
    const login_mail_t *mail);
static login_result_e login_mail_render(login_str_t *text,
    const login_template_t *template, const login_mail_values_t *v);
static login_result_e login_mail_write(FILE *out,
    const login_mail_words_t *words, const login_mail_t *mail,
    const login_mail_sender_t *sender, uint64_t now);
static void login_mail_part(FILE *out, const char *boundary,
    const char *type, login_str_t body);
static login_str_t login_mail_subject(login_str_t *text);


login_result_e
login_mail_message(u_char **message, size_t *len,
    const login_mail_templates_t *templates, const login_mail_t *mail,
    const login_mail_sender_t *sender, uint64_t now)
{
    FILE               *out;
    login_result_e      rc;
    login_mail_words_t  words;

    *message = NULL;

    rc = login_mail_words(&words, templates, mail, sender);

    if (rc == LOGIN_OK) {
        out = open_memstream((char **) message, len);
        rc = out != NULL ? login_mail_write(out, &words, mail, sender, now)
                         : LOGIN_FAULT;

        if (out != NULL && fclose(out) != 0) {
            rc = LOGIN_FAULT;
        }
    }

    login_mail_words_free(&words);

    if (rc != LOGIN_OK) {
        free(*message);
        *message = NULL;
    }

    return rc;
}


login_result_e
login_mail_words(login_mail_words_t *words,
    const login_mail_templates_t *templates, const login_mail_t *mail,
    const login_mail_sender_t *sender)
{
    login_result_e        rc;
    login_mail_values_t   v;

    memset(words, 0, sizeof(login_mail_words_t));
    memset(&v, 0, sizeof(login_mail_values_t));

    v.locale = templates->locales != NULL
               ? login_locale_find(templates->locales, mail->language)
               : &login_locale_english;

    rc = login_mail_fill(&v, mail, sender);

    if (rc == LOGIN_OK) {
        rc = login_mail_render(&words->whole, templates->text[mail->kind],
                               &v);
    }

    if (rc == LOGIN_OK) {
        rc = login_mail_render(&words->html, templates->html[mail->kind], &v);
    }

    if (rc == LOGIN_OK) {
        words->text = words->whole;
        words->subject = login_mail_subject(&words->text);
    }

    free(v.rows);

    return rc;
}


void
login_mail_words_free(login_mail_words_t *words)
{
    free((void *) words->whole.data);
    free((void *) words->html.data);
}


static login_result_e
login_mail_fill(login_mail_values_t *v, const login_mail_t *mail,
    const login_mail_sender_t *sender)
{
    login_value_t         *values = v->values;
    const login_locale_t  *locale = v->locale;

    values[LOGIN_MAIL_VAR_LANGUAGE].text = locale->tag;
    values[LOGIN_MAIL_VAR_DIR].text = login_cstr(locale->rtl ? "rtl" : "ltr");
    values[LOGIN_MAIL_VAR_SITE].text = login_cstr(sender->site);
    values[LOGIN_MAIL_VAR_ORGANISATION].text = mail->title;
    values[LOGIN_MAIL_VAR_EMAIL].text = mail->to;
    values[LOGIN_MAIL_VAR_USERNAME].text = mail->username;
    values[LOGIN_MAIL_VAR_NAME].text = mail->name;
    values[LOGIN_MAIL_VAR_URL].text = mail->url;
    values[LOGIN_MAIL_VAR_ADDRESS].text = mail->address;
    values[LOGIN_MAIL_VAR_EXPIRES].text
        = login_str(v->expires, login_locale_time(v->expires, locale,
                                                  mail->expires));
    values[LOGIN_MAIL_VAR_WHEN].text
        = login_str(v->when, login_locale_time(v->when, locale, mail->when));

    values[login_mail_detail(mail->kind)].text = mail->detail;

    return login_mail_fill_rows(v, mail);
}


static login_mail_var_e
login_mail_detail(login_mail_kind_e kind)
{
    switch (kind) {

    case LOGIN_MAIL_RENAMED:
        return LOGIN_MAIL_VAR_NEW_USERNAME;

    case LOGIN_MAIL_DEVICE_ADDED:
    case LOGIN_MAIL_DEVICE_REMOVED:
        return LOGIN_MAIL_VAR_DEVICE;

    case LOGIN_MAIL_RECOVERY_USED:
        return LOGIN_MAIL_VAR_LEFT;

    default:
        return LOGIN_MAIL_VAR_BROWSER;
    }
}


static login_result_e
login_mail_fill_rows(login_mail_values_t *v, const login_mail_t *mail)
{
    size_t          i;
    login_value_t  *row;

    static const login_mail_var_e  url[LOGIN_MAIL_ROWS] = {
        [LOGIN_MAIL_ROW_RESET] = LOGIN_MAIL_VAR_RESET_URL,
        [LOGIN_MAIL_ROW_INVITATION] = LOGIN_MAIL_VAR_INVITE_URL,
        [LOGIN_MAIL_ROW_SSO] = LOGIN_MAIL_VAR_SIGNIN_URL
    };

    if (mail->nrows == 0) {
        return LOGIN_OK;
    }

    v->rows = calloc(mail->nrows * LOGIN_MAIL_VARS, sizeof(login_value_t));
    if (v->rows == NULL) {
        return LOGIN_FAULT;
    }

    for (i = 0; i < mail->nrows; i++) {
        row = &v->rows[i * LOGIN_MAIL_VARS];

        row[LOGIN_MAIL_VAR_TITLE].text = mail->rows[i].title;
        row[url[mail->rows[i].kind]].text = mail->rows[i].url;
        row[LOGIN_MAIL_VAR_PROVIDER].text = mail->rows[i].text;
    }

    v->values[LOGIN_MAIL_VAR_ACCOUNTS].rows = mail->nrows;
    v->values[LOGIN_MAIL_VAR_ACCOUNTS].row = v->rows;

    return LOGIN_OK;
}


static login_result_e
login_mail_render(login_str_t *text, const login_template_t *template,
    const login_mail_values_t *v)
{
    u_char  *p;
    size_t   len;

    len = login_template_render(NULL, template, v->values, v->locale);

    p = malloc(len + 1);
    if (p == NULL) {
        return LOGIN_FAULT;
    }

    *text = login_str(p, login_template_render(p, template, v->values,
                                               v->locale));

    return LOGIN_OK;
}


/*
 * The same id each time: who gets a mail twice, since a relay took it and
 * the answer got lost, sees that it is the same one.
 */

static login_result_e
login_mail_write(FILE *out, const login_mail_words_t *words,
    const login_mail_t *mail, const login_mail_sender_t *sender,
    uint64_t now)
{
    char       id[2 * LOGIN_ID_LEN + 1], boundary[2 * LOGIN_ID_LEN + 3];
    char       date[LOGIN_MAIL_TIME];
    u_char     random[LOGIN_ID_LEN];
    time_t     t;
    struct tm  tm;

    t = (time_t) now;

    if (gmtime_r(&t, &tm) == NULL
        || login_random(random, LOGIN_ID_LEN) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    /* nginx sets no locale: names of days and months are English */

    (void) strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);

    id[login_hex_encode((u_char *) id, login_str(mail->id, LOGIN_ID_LEN))]
        = '\0';

    boundary[0] = '=';
    boundary[1] = '_';
    boundary[2 + login_hex_encode((u_char *) boundary + 2,
                                  login_str(random, LOGIN_ID_LEN))] = '\0';

    (void) fprintf(out, "Date: %s\r\nFrom: %s\r\nTo: <%.*s>\r\n",
                   date, sender->from, (int) mail->to.len,
                   (const char *) mail->to.data);

    login_mime_field(out, "Subject", words->subject);

    (void) fprintf(out, "Message-ID: <%s@%s>\r\n"
                        "Auto-Submitted: auto-generated\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: multipart/alternative;\r\n"
                        " boundary=\"%s\"\r\n\r\n",
                   id, sender->site, boundary);

    login_mail_part(out, boundary, "plain", words->text);
    login_mail_part(out, boundary, "html", words->html);

    (void) fprintf(out, "--%s--\r\n", boundary);

    return ferror(out) ? LOGIN_FAULT : LOGIN_OK;
}


static void
login_mail_part(FILE *out, const char *boundary, const char *type,
    login_str_t body)
{
    (void) fprintf(out, "--%s\r\n"
                        "Content-Type: text/%s; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n"
                        "\r\n", boundary, type);

    login_mime_quoted(out, body);
}


/* Cuts the first line off, and the empty one behind it. */

static login_str_t
login_mail_subject(login_str_t *text)
{
    size_t         len;
    login_str_t    subject;
    const u_char  *lf;

    if (!login_str_begins(*text, LOGIN_MAIL_SUBJECT)) {
        return login_cstr("");
    }

    lf = memchr(text->data, '\n', text->len);
    len = lf != NULL ? (size_t) (lf - text->data) : text->len;

    subject.data = text->data + sizeof(LOGIN_MAIL_SUBJECT) - 1;
    subject.len = len - (sizeof(LOGIN_MAIL_SUBJECT) - 1);

    while (len < text->len && text->data[len] == '\n') {
        len++;
    }

    text->data += len;
    text->len -= len;

    return subject;
}
