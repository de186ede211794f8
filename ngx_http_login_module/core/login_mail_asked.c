
/* How often mails to somebody may be asked for. */

#include "login.h"
#include "login_record.h"

#include <string.h>


#define LOGIN_ASKED_SHORT      600      /* seconds */
#define LOGIN_ASKED_SHORT_MAX  3        /* mails in them */
#define LOGIN_ASKED_LONG       3600
#define LOGIN_ASKED_LONG_MAX   15
#define LOGIN_ASKED_PAYLOAD    (8 * LOGIN_ASKED_LONG_MAX)


typedef struct {
    uint64_t       expect;              /* the version of the record */
    size_t         n;
    uint64_t       times[LOGIN_ASKED_LONG_MAX];     /* newest first */
} login_asked_times_t;


static login_result_e login_asked_read(login_asked_times_t *asked,
    login_view_t *view, login_str_t key);
static login_result_e login_asked_decode(login_asked_times_t *asked,
    const login_record_t *record);
static size_t login_asked_count(const login_asked_times_t *asked,
    uint64_t seconds, uint64_t now);
static void login_asked_put(login_changes_t *changes, login_str_t key,
    const login_asked_times_t *asked, uint64_t now);


/* Read and written in the place of names that nobody has. */
static const u_char  login_asked_nobody[LOGIN_ID_LEN];


login_result_e
login_mail_allowed(login_changes_t *changes, login_view_t *view,
    const u_char name[LOGIN_ID_LEN], unsigned exists, uint64_t now)
{
    u_char               buf[LOGIN_MAIL_KEY_LEN];
    login_str_t          key;
    login_asked_times_t  asked;

    key = login_mail_key(buf, LOGIN_KIND_ASKED,
                         exists ? name : login_asked_nobody);

    if (login_asked_read(&asked, view, key) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    if (!exists) {
        asked.expect = LOGIN_EXPECT_ANY;

    } else if (login_asked_count(&asked, LOGIN_ASKED_SHORT, now)
               >= LOGIN_ASKED_SHORT_MAX
               || login_asked_count(&asked, LOGIN_ASKED_LONG, now)
                  >= LOGIN_ASKED_LONG_MAX)
    {
        return LOGIN_NO;
    }

    login_asked_put(changes, key, &asked, now);

    return LOGIN_OK;
}


static login_result_e
login_asked_read(login_asked_times_t *asked, login_view_t *view,
    login_str_t key)
{
    login_record_t  record;
    login_result_e  rc;

    asked->expect = LOGIN_EXPECT_ABSENT;
    asked->n = 0;

    rc = login_view_get(view, key, &record);

    if (rc != LOGIN_OK) {
        return rc == LOGIN_NO ? LOGIN_OK : LOGIN_FAULT;
    }

    asked->expect = record.version;

    return login_asked_decode(asked, &record);
}


static login_result_e
login_asked_decode(login_asked_times_t *asked, const login_record_t *record)
{
    login_decoder_t  d;

    d.pos = record->payload.data;
    d.end = record->payload.data + record->payload.len;
    d.failed = 0;

    if (record->payload.len == 0
        || record->payload.len > LOGIN_ASKED_PAYLOAD
        || record->payload.len % 8 != 0)
    {
        return LOGIN_FAULT;
    }

    for (asked->n = 0; d.pos != d.end; asked->n++) {
        asked->times[asked->n] = login_get_uint(&d, 8);
    }

    return LOGIN_OK;
}


/* A time of the future says that the clock was wrong; it doesn't count. */

static size_t
login_asked_count(const login_asked_times_t *asked, uint64_t seconds,
    uint64_t now)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < asked->n; i++) {
        if (asked->times[i] <= now && now - asked->times[i] < seconds) {
            n++;
        }
    }

    return n;
}


static void
login_asked_put(login_changes_t *changes, login_str_t key,
    const login_asked_times_t *asked, uint64_t now)
{
    size_t           i;
    u_char           payload[LOGIN_ASKED_PAYLOAD];
    login_encoder_t  e;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_uint(&e, now, 8);

    for (i = 0; i < asked->n && i < LOGIN_ASKED_LONG_MAX - 1; i++) {
        login_put_uint(&e, asked->times[i], 8);
    }

    login_changes_put(changes, key,
                      login_str(payload, (size_t) (e.pos - payload)),
                      asked->expect);
}


login_result_e
login_mail_asked_over(unsigned *over, const login_record_t *record,
    uint64_t now)
{
    login_asked_times_t  asked;

    if (login_asked_decode(&asked, record) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    *over = login_asked_count(&asked, LOGIN_ASKED_LONG, now) == 0;

    return LOGIN_OK;
}
