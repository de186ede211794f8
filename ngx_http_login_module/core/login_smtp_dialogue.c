
#include "login.h"

#include <string.h>


static void login_dialogue_words(char *dst, login_str_t text);


void
login_dialogue_begin(login_dialogue_t *d)
{
    d->verb = LOGIN_SMTP_OTHER;
    d->code = 0;
    d->begun = 0;
    d->taken = 0;
    d->words[0] = '\0';
}


void
login_dialogue_command(login_dialogue_t *d, login_str_t line)
{
    if (login_str_begins(line, "RCPT ")) {
        d->verb = LOGIN_SMTP_RCPT;

    } else if (login_str_begins(line, "DATA")) {
        d->verb = LOGIN_SMTP_DATA;

    } else {
        d->verb = LOGIN_SMTP_OTHER;
    }

    /* asked again within TLS, it may have others */

    if (login_str_begins(line, "EHLO")) {
        d->utf8 = 0;
    }
}


void
login_dialogue_answer(login_dialogue_t *d, login_str_t line)
{
    size_t    i;
    unsigned  code;

    while (line.len > 0 && line.data[line.len - 1] <= ' ') {
        line.len--;
    }

    for (code = 0, i = 0; i < 3; i++) {
        if (i == line.len || line.data[i] < '0' || line.data[i] > '9') {
            return;
        }

        code = code * 10 + (unsigned) (line.data[i] - '0');
    }

    d->code = code;

    if (code == 250 && line.len == sizeof("250-SMTPUTF8") - 1
        && strncasecmp((const char *) line.data + 4, "SMTPUTF8", 8) == 0)
    {
        d->utf8 = 1;
    }

    if (d->verb == LOGIN_SMTP_DATA) {

        if (code == 250 && d->begun
            && (line.len == 3 || line.data[3] == ' '))
        {
            d->taken = 1;
        }

        if (code == 354) {
            d->begun = 1;
        }
    }

    login_dialogue_words(d->words, line);
}


void
login_dialogue_result(login_delivery_t *delivery, const login_dialogue_t *d,
    unsigned ended_well, const char *error)
{
    login_str_t  words;

    words = login_cstr(d->words);

    /* taken is taken, whatever happened to the connection afterwards */

    if (ended_well || d->taken) {
        delivery->result = LOGIN_OK;

    } else if (d->begun && d->international && !d->utf8) {
        delivery->result = LOGIN_NO;
        words = login_cstr("the relay takes no addresses that are not ASCII "
                           "before the \"@\" (SMTPUTF8)");

    } else if (d->verb != LOGIN_SMTP_OTHER && d->code >= 400) {
        delivery->result = d->code >= 500 ? LOGIN_NO : LOGIN_FAULT;

    } else {
        delivery->result = LOGIN_FAULT;
        delivery->relay = 1;

        /* an answer that was not what failed would mislead */

        if (d->code < 400) {
            words = login_cstr(error);
        }
    }

    login_delivery_words(delivery, words);
}


void
login_delivery_words(login_delivery_t *delivery, login_str_t text)
{
    login_dialogue_words(delivery->words, text);
}


static void
login_dialogue_words(char *dst, login_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len && i < LOGIN_MAIL_WORDS_MAX; i++) {
        dst[i] = text.data[i] < 0x20 || text.data[i] > 0x7e
                 ? '?' : (char) text.data[i];
    }

    dst[i] = '\0';
}
