
#include "login.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include <liboath/oath.h>


static void login_totp_init(void);
static login_result_e login_totp_code(char code[LOGIN_TOTP_DIGITS_MAX + 1],
    const login_totp_t *totp, uint64_t step);


static pthread_once_t  login_totp_once = PTHREAD_ONCE_INIT;
static int             login_totp_rc;


login_result_e
login_totp_draw(login_totp_t *totp)
{
    memset(totp, 0, sizeof(login_totp_t));

    totp->algorithm = LOGIN_TOTP_SHA1;
    totp->digits = 6;
    totp->period = 30;
    totp->len = LOGIN_TOTP_SECRET_LEN;

    return login_random(totp->secret, totp->len);
}


login_result_e
login_totp_check(const login_totp_t *totp)
{
    if ((unsigned) totp->algorithm >= LOGIN_TOTP_ALGORITHMS
        || totp->digits < LOGIN_TOTP_DIGITS_MIN
        || totp->digits > LOGIN_TOTP_DIGITS_MAX
        || totp->period < LOGIN_TOTP_PERIOD_MIN
        || totp->period > LOGIN_TOTP_PERIOD_MAX
        || totp->len < LOGIN_TOTP_SECRET_MIN
        || totp->len > LOGIN_TOTP_SECRET_MAX)
    {
        return LOGIN_NO;
    }

    return LOGIN_OK;
}


/* All three are computed: the time does not tell which one it was. */

login_result_e
login_totp_match(uint64_t *step, unsigned *used, const login_totp_t *totp,
    uint64_t last, login_str_t code, uint64_t now)
{
    char            text[LOGIN_TOTP_DIGITS_MAX + 1];
    uint64_t        i, now_step;
    login_result_e  rc;

    *used = 0;

    if (login_totp_check(totp) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    rc = LOGIN_NO;
    now_step = now / totp->period;

    for (i = now_step > 0 ? now_step - 1 : 0; i <= now_step + 1; i++) {

        if (login_totp_code(text, totp, i) != LOGIN_OK) {
            return LOGIN_FAULT;
        }

        if (code.len != totp->digits
            || !login_equal(text, code.data, totp->digits))
        {
            continue;
        }

        if (i <= last) {
            *used = 1;

        } else if (rc != LOGIN_OK) {
            *step = i;
            rc = LOGIN_OK;
        }
    }

    login_wipe(text, sizeof(text));

    return rc;
}


static login_result_e
login_totp_code(char code[LOGIN_TOTP_DIGITS_MAX + 1],
    const login_totp_t *totp, uint64_t step)
{
    static const int  flags[LOGIN_TOTP_ALGORITHMS] = {
        [LOGIN_TOTP_SHA1] = 0,
        [LOGIN_TOTP_SHA256] = OATH_TOTP_HMAC_SHA256,
        [LOGIN_TOTP_SHA512] = OATH_TOTP_HMAC_SHA512
    };

    if (pthread_once(&login_totp_once, login_totp_init) != 0
        || login_totp_rc != OATH_OK
        || oath_totp_generate2((const char *) totp->secret, totp->len,
                               (time_t) (step * totp->period), totp->period,
                               OATH_TOTP_DEFAULT_START_TIME, totp->digits,
                               flags[totp->algorithm], code)
           != OATH_OK)
    {
        return LOGIN_FAULT;
    }

    return LOGIN_OK;
}


static void
login_totp_init(void)
{
    login_totp_rc = oath_init();
}
