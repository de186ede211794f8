
/* Texts in the clothes that mails want. */

#include "login.h"

#include <string.h>


#define LOGIN_MIME_LINE  76     /* characters, with the "=" at the end */

/* "=?UTF-8?B?" and "?=" leave 63 of 75 characters: 15 groups of base64 */
#define LOGIN_MIME_WORD  45

#define LOGIN_MAIL_NAME_MAX  128


static int login_mime_plain(login_str_t text);
static size_t login_mime_word(login_str_t text);
static void login_mime_base64(FILE *out, login_str_t text);
static login_result_e login_mime_split(login_str_t *name,
    login_str_t *mailbox, login_str_t text);
static void login_mime_phrase(FILE *out, login_str_t name);


void
login_mime_field(FILE *out, const char *name, login_str_t text)
{
    size_t  n;

    (void) fprintf(out, "%s:", name);

    if (text.len + strlen(name) < LOGIN_MIME_LINE && login_mime_plain(text)) {
        (void) fprintf(out, " %.*s\r\n", (int) text.len,
                       (const char *) text.data);
        return;
    }

    while (text.len > 0) {
        n = login_mime_word(text);

        (void) fprintf(out, " =?UTF-8?B?");
        login_mime_base64(out, login_str(text.data, n));
        (void) fprintf(out, "?=");

        text.data += n;
        text.len -= n;

        (void) fprintf(out, text.len > 0 ? "\r\n" : "");
    }

    (void) fprintf(out, "\r\n");
}


/* What could be read as encoded already is not plain. */

static int
login_mime_plain(login_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] > 0x7e) {
            return 0;
        }
    }

    return text.len > 0
           && text.data[0] != ' '
           && memmem(text.data, text.len, "=?", 2) == NULL;
}


/* Whole characters only, RFC 2047, 5. */

static size_t
login_mime_word(login_str_t text)
{
    size_t  n;

    if (text.len <= LOGIN_MIME_WORD) {
        return text.len;
    }

    for (n = LOGIN_MIME_WORD; n > LOGIN_MIME_WORD - 4; n--) {
        if ((text.data[n] & 0xc0) != 0x80) {
            break;
        }
    }

    return n;
}


static void
login_mime_base64(FILE *out, login_str_t text)
{
    size_t        i, n;
    uint32_t      v;

    static const char  digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (i = 0; i < text.len; i += 3) {
        n = text.len - i;

        v = (uint32_t) text.data[i] << 16;
        v |= n > 1 ? (uint32_t) text.data[i + 1] << 8 : 0;
        v |= n > 2 ? (uint32_t) text.data[i + 2] : 0;

        (void) fputc(digits[v >> 18 & 63], out);
        (void) fputc(digits[v >> 12 & 63], out);
        (void) fputc(n > 1 ? digits[v >> 6 & 63] : '=', out);
        (void) fputc(n > 2 ? digits[v & 63] : '=', out);
    }
}


void
login_mime_quoted(FILE *out, login_str_t text)
{
    u_char  c;
    size_t  i, column;
    int     last, escape;

    column = 0;

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        if (c == '\n') {
            (void) fprintf(out, "\r\n");
            column = 0;
            continue;
        }

        /* blanks at the end of a line get lost on the way */

        last = (i + 1 == text.len || text.data[i + 1] == '\n');
        escape = c == '=' || c > 0x7e || (c < 0x20 && c != '\t')
                 || (last && (c == ' ' || c == '\t'));

        if (column + (escape ? 3 : 1) > LOGIN_MIME_LINE - 1) {
            (void) fprintf(out, "=\r\n");
            column = 0;
        }

        if (escape) {
            (void) fprintf(out, "=%02X", c);
            column += 3;

        } else {
            (void) fputc(c, out);
            column++;
        }
    }

    (void) fprintf(out, "\r\n");
}


/*
 * The name stands in quotes, where it is ASCII, since what it means without
 * them is a science (RFC 5322, 3.4).
 */

login_result_e
login_mail_from(char field[LOGIN_MAIL_FIELD_MAX],
    char address[LOGIN_USERNAME_MAX + 1], login_str_t text)
{
    FILE           *out;
    login_str_t     name, mailbox;
    login_result_e  rc;

    if (login_mime_split(&name, &mailbox, text) != LOGIN_OK) {
        return LOGIN_NO;
    }

    (void) snprintf(address, LOGIN_USERNAME_MAX + 1, "%.*s",
                    (int) mailbox.len, (const char *) mailbox.data);

    out = fmemopen(field, LOGIN_MAIL_FIELD_MAX, "w");
    if (out == NULL) {
        return LOGIN_FAULT;
    }

    if (name.len > 0) {
        login_mime_phrase(out, name);
    }

    (void) fprintf(out, "<%s>", address);

    rc = ferror(out) || ftell(out) >= LOGIN_MAIL_FIELD_MAX - 1 ? LOGIN_NO
                                                               : LOGIN_OK;

    return fclose(out) == 0 ? rc : LOGIN_NO;
}


static login_result_e
login_mime_split(login_str_t *name, login_str_t *mailbox, login_str_t text)
{
    size_t         i;
    const u_char  *open;

    *name = login_str("", 0);
    *mailbox = text;

    open = memchr(text.data, '<', text.len);

    if (open != NULL) {
        if (text.data[text.len - 1] != '>') {
            return LOGIN_NO;
        }

        *name = login_str(text.data, (size_t) (open - text.data));
        *mailbox = login_str(open + 1, text.len - name->len - 2);

        while (name->len > 0 && name->data[name->len - 1] == ' ') {
            name->len--;
        }
    }

    for (i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7f) {
            return LOGIN_NO;
        }
    }

    for (i = 0; i < mailbox->len; i++) {
        if (mailbox->data[i] > 0x7f) {
            return LOGIN_NO;
        }
    }

    return name->len <= LOGIN_MAIL_NAME_MAX
           && login_utf8_check(*name, NULL) == LOGIN_OK
           ? login_mail_address(*mailbox) : LOGIN_NO;
}


static void
login_mime_phrase(FILE *out, login_str_t name)
{
    size_t  i, n;

    if (login_mime_plain(name)) {
        (void) fputc('"', out);

        for (i = 0; i < name.len; i++) {
            if (name.data[i] == '"' || name.data[i] == '\\') {
                (void) fputc('\\', out);
            }

            (void) fputc(name.data[i], out);
        }

        (void) fprintf(out, "\" ");
        return;
    }

    while (name.len > 0) {
        n = login_mime_word(name);

        (void) fprintf(out, "=?UTF-8?B?");
        login_mime_base64(out, login_str(name.data, n));
        (void) fprintf(out, "?=\r\n ");

        name.data += n;
        name.len -= n;
    }
}
