
/* What can happen, and one line of JSON for it. */

#include "login.h"

#include <string.h>
#include <time.h>


#define LOGIN_LOG_WRITTEN  768      /* bytes of one text, when escaped */


typedef struct {
    const char          *name;
    const char          *from;
    const char          *category;
    login_log_result_e   result;
    const char          *text;
} login_log_about_t;


static u_char *login_log_string(u_char *p, const char *name, login_str_t s);
static u_char *login_log_char(u_char *p, login_str_t *s);
static size_t login_log_sequence(login_str_t s);
static u_char *login_log_unit(u_char *p, uint32_t unit);
static u_char *login_log_id(u_char *p, const char *name, const u_char *id);
static u_char *login_log_copy(u_char *p, const char *s);


#define LOGIN_LOG_ABOUT(id, name, from, category, result, text)               \
    { #name, #from, #category, LOGIN_LOG_##result, text },

static const login_log_about_t  login_log_abouts[] = {
    LOGIN_LOG_KINDS(LOGIN_LOG_ABOUT)
};


const char *
login_log_name(login_log_kind_e kind)
{
    return login_log_abouts[kind].name;
}


const char *
login_log_category(login_log_kind_e kind)
{
    return login_log_abouts[kind].category;
}


const char *
login_log_text(login_log_kind_e kind)
{
    return login_log_abouts[kind].text;
}


login_log_result_e
login_log_result(login_log_kind_e kind)
{
    return login_log_abouts[kind].result;
}


const char *
login_log_result_name(login_log_result_e result)
{
    static const char *const  names[] = { "ok", "refused", "fault" };

    return names[result];
}


int
login_log_served(login_log_kind_e kind)
{
    return strcmp(login_log_abouts[kind].from, "nginx") == 0;
}


login_result_e
login_log_find(login_log_kind_e *kind, login_str_t name)
{
    unsigned  i;

    for (i = 0; i < LOGIN_LOG_MAX; i++) {
        if (login_str_eq(name, login_cstr(login_log_abouts[i].name))) {
            *kind = (login_log_kind_e) i;
            return LOGIN_OK;
        }
    }

    return LOGIN_NO;
}


size_t
login_log_line(u_char *dst, const login_log_event_t *event)
{
    char     time[LOGIN_LOG_TIME], seconds[48];
    u_char  *p;

    login_log_time(time, event->time);

    (void) snprintf(seconds, sizeof(seconds), "\",\"seconds\":%llu.%03u",
                    (unsigned long long) (event->time / 1000),
                    (unsigned) (event->time % 1000));

    p = login_log_copy(dst, "{\"time\":\"");
    p = login_log_copy(p, time);
    p = login_log_copy(p, seconds);

    p = login_log_string(p, "event", login_cstr(login_log_name(event->kind)));
    p = login_log_string(p, "category",
                         login_cstr(login_log_category(event->kind)));
    p = login_log_string(p, "result",
                         login_cstr(login_log_result_name(
                                        login_log_result(event->kind))));

    p = login_log_string(p, "org", event->org);
    p = login_log_string(p, "username", event->username);
    p = login_log_id(p, "account", event->account);
    p = login_log_id(p, "session", event->session);
    p = login_log_string(p, "address", event->address);
    p = login_log_string(p, "browser", event->browser);
    p = login_log_string(p, "detail", event->detail);
    p = login_log_string(p, "actor", event->actor);

    *p++ = '}';
    *p++ = '\n';

    return (size_t) (p - dst);
}


void
login_log_time(char dst[LOGIN_LOG_TIME], uint64_t msec)
{
    size_t     len;
    time_t     seconds;
    struct tm  tm;

    /* the last moment that has room */

    if (msec > 253402300799999) {
        msec = 253402300799999;
    }

    seconds = (time_t) (msec / 1000);

    (void) gmtime_r(&seconds, &tm);

    len = strftime(dst, LOGIN_LOG_TIME, "%Y-%m-%dT%H:%M:%S", &tm);

    (void) snprintf(dst + len, LOGIN_LOG_TIME - len, ".%03uZ",
                    (unsigned) (msec % 1000));
}


static u_char *
login_log_string(u_char *p, const char *name, login_str_t s)
{
    u_char  *end;

    if (s.len == 0) {
        return p;
    }

    if (s.len > LOGIN_LOG_TEXT) {
        s.len = LOGIN_LOG_TEXT;
    }

    p = login_log_copy(p, ",\"");
    p = login_log_copy(p, name);
    p = login_log_copy(p, "\":\"");

    end = p + LOGIN_LOG_WRITTEN;

    /* the longest is a pair of surrogates */

    while (s.len != 0 && end - p >= 12) {
        p = login_log_char(p, &s);
    }

    *p++ = '"';

    return p;
}


/*
 * Nothing but what can be printed in ASCII: no terminal, no other log and no
 * reader of lines takes it for anything else.
 */

static u_char *
login_log_char(u_char *p, login_str_t *s)
{
    size_t         i, n;
    u_char         ch;
    uint32_t       code;
    const u_char  *from;

    from = s->data;
    ch = from[0];
    n = login_log_sequence(*s);

    s->data += n ? n : 1;
    s->len -= n ? n : 1;

    if (n == 0) {
        return login_log_unit(p, 0xfffd);
    }

    if (n > 1) {
        code = ch & (0xffu >> (n + 1));

        for (i = 1; i < n; i++) {
            code = code << 6 | (from[i] & 0x3f);
        }

        if (code < 0x10000) {
            return login_log_unit(p, code);
        }

        code -= 0x10000;
        p = login_log_unit(p, 0xd800 | code >> 10);

        return login_log_unit(p, 0xdc00 | (code & 0x3ff));
    }

    if (ch < 0x20 || ch == 0x7f) {
        return login_log_unit(p, ch);
    }

    if (ch == '"' || ch == '\\') {
        *p++ = '\\';
    }

    *p++ = ch;

    return p;
}


/* The bytes of the first character; 0: it is not well-formed. */

static size_t
login_log_sequence(login_str_t s)
{
    size_t  n;
    u_char  ch;

    ch = s.data[0];

    if (ch < 0x80) {
        return 1;
    }

    n = ch >= 0xf0 ? 4 : ch >= 0xe0 ? 3 : 2;

    if (n > s.len
        || login_utf8_check(login_str(s.data, n), NULL) != LOGIN_OK)
    {
        return 0;
    }

    return n;
}


static u_char *
login_log_unit(u_char *p, uint32_t unit)
{
    int  shift;

    *p++ = '\\';
    *p++ = 'u';

    for (shift = 12; shift >= 0; shift -= 4) {
        *p++ = (u_char) "0123456789abcdef"[unit >> shift & 0xf];
    }

    return p;
}


static u_char *
login_log_id(u_char *p, const char *name, const u_char *id)
{
    u_char  text[2 * LOGIN_ID_LEN];

    if (id == NULL) {
        return p;
    }

    (void) login_hex_encode(text, login_str(id, LOGIN_ID_LEN));

    return login_log_string(p, name, login_str(text, sizeof(text)));
}


static u_char *
login_log_copy(u_char *p, const char *s)
{
    while (*s != '\0') {
        *p++ = (u_char) *s++;
    }

    return p;
}
