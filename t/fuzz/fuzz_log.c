
/*
 * Whatever the texts of an event are, there is one line that can be printed,
 * its quotes pair, and what was read as a record is written again.
 */

#include "login.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_line(const login_log_event_t *event)
{
    size_t  i, len, quotes;
    u_char  line[LOGIN_LOG_LINE];

    len = login_log_line(line, event);
    quotes = 0;

    if (len > sizeof(line) || line[len - 1] != '\n') {
        abort();
    }

    for (i = 0; i + 1 < len; i++) {

        if (line[i] < 0x20 || line[i] > 0x7e) {
            abort();
        }

        if (line[i] == '\\') {
            i++;
            continue;
        }

        quotes += line[i] == '"';
    }

    if (quotes % 4 != 2) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t             len;
    u_char             again[LOGIN_LOG_PAYLOAD];
    login_log_event_t  event;

    memset(&event, 0, sizeof(login_log_event_t));

    event.username = login_str(data, size);
    event.browser = login_str(data, size / 2);
    check_line(&event);

    if (login_log_decode(&event, login_str(data, size)) != LOGIN_OK) {
        return 0;
    }

    check_line(&event);

    if (event.address.len > LOGIN_LOG_TEXT
        || event.browser.len > LOGIN_LOG_TEXT
        || event.detail.len > LOGIN_LOG_TEXT
        || event.actor.len > LOGIN_LOG_TEXT)
    {
        return 0;
    }

    len = login_log_encode(again, &event);

    if (len != size || memcmp(again, data, size) != 0) {
        abort();
    }

    return 0;
}
