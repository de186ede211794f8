
/*
 * Behind scripts/campaign-timing: does the time that a token's check takes
 * tell how much of its MAC was right?  Case B15.  The time is that of this
 * thread, without what others take of the processor.
 *
 *     bench_mac SAMPLES
 */

#include "login.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


#define REALM    "https://example.com/login/"
#define WARM     1000           /* of each kind, not counted */
#define REPEAT   8              /* checks in one sample */
#define BAR      4.5

#define MAC_AT   (1 + 1 + LOGIN_KEY_ID_LEN + LOGIN_TICKET_LEN)
#define RAW      (MAC_AT + LOGIN_MAC_LEN)

/* What of the MAC is right: its first bytes. */
static const size_t  rights[] = { 0, 0, 1, 8, 16, 31 };

#define KINDS    (sizeof(rights) / sizeof(rights[0]))


typedef struct {
    double  n;
    double  mean;
    double  sum;                /* of squares, from the mean */
} series_t;


static login_str_t
forge(u_char *text, const u_char *good, size_t right, uint64_t seed)
{
    size_t  i, len;
    u_char  raw[RAW];

    memcpy(raw, good, RAW);

    for (i = MAC_AT + right; i < RAW; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        raw[i] ^= (u_char) (1 + (seed >> 33) % 255);
    }

    len = login_base64url_encode(text, login_str(raw, RAW));

    return login_str(text, len);
}


static double
now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


static void
add(series_t *s, double value)
{
    double  delta;

    s->n++;
    delta = value - s->mean;
    s->mean += delta / s->n;
    s->sum += delta * (value - s->mean);
}


static double
square_error(const series_t *s)
{
    return s->sum / (s->n - 1) / s->n;
}


static int
report(const series_t *series)
{
    int     failed;
    size_t  i;
    double  t;

    failed = 0;

    printf("A session cookie's MAC, right to some byte, %.0f samples of each\n"
           "\n| right bytes | mean ns | gap ns | Welch's t | met |\n"
           "| --- | --- | --- | --- | --- |\n", series[0].n);

    for (i = 0; i < KINDS; i++) {
        t = i == 0 ? 0 : (series[i].mean - series[0].mean)
                         / sqrt(square_error(&series[i])
                                + square_error(&series[0]));

        failed |= fabs(t) >= BAR;

        printf("| %11zu | %7.1f | %+6.1f | %+6.2f | %s |\n", rights[i],
               series[i].mean, series[i].mean - series[0].mean, t,
               fabs(t) < BAR ? "yes" : "NO");
    }

    return failed;
}


int
main(int argc, char **argv)
{
    int              i, r, samples;
    double           start, end;
    u_char           key[65], good[RAW], text[KINDS][256];
    size_t           kind, len;
    uint64_t         seed;
    series_t         series[KINDS];
    login_str_t      token[KINDS];
    login_error_t    error;
    login_crypto_t  *crypto;
    login_ticket_t   ticket;
    login_keyring_t  ring;

    samples = argc == 2 ? atoi(argv[1]) : 0;

    memset(&ticket, 7, sizeof(ticket));
    memset(series, 0, sizeof(series));

    if (samples < 1
        || login_keyring_draw(key) != LOGIN_OK
        || login_keyring_parse(&ring, login_str(key, sizeof(key)), &error)
           != LOGIN_OK
        || (crypto = login_crypto_create(&ring)) == NULL
        || login_ticket_sign(text[0], crypto, login_cstr(REALM), &ticket)
           != LOGIN_OK)
    {
        fprintf(stderr, "usage: bench_mac SAMPLES\n");
        return 2;
    }

    len = RAW;
    if (login_base64url_decode(good, &len,
                               login_str(text[0],
                                         login_token_len(LOGIN_TICKET_LEN)))
        != LOGIN_OK)
    {
        return 2;
    }

    seed = (uint64_t) now();

    for (i = -WARM; i < samples * (int) KINDS; i++) {

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        kind = (seed >> 33) % KINDS;

        /* all anew, so that no kind's bytes are warmer than another's */

        for (r = 0; r < (int) KINDS; r++) {
            token[r] = forge(text[r], good, rights[r], seed + (uint64_t) r);
        }

        start = now();

        for (r = 0; r < REPEAT; r++) {
            if (login_ticket_verify(&ticket, crypto, login_cstr(REALM),
                                    token[kind])
                != LOGIN_NO)
            {
                return 2;
            }
        }

        end = now();

        if (i >= 0) {
            add(&series[kind], (end - start) / REPEAT);
        }
    }

    login_crypto_destroy(crypto);

    return report(series);
}
