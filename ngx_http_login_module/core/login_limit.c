
#include "login.h"


/*
 * A network's failures leak away, "rate" sixtieths of one in each second,
 * so that whole numbers are exact.
 */
#define LOGIN_LIMIT_ONE  60


static void login_counter_leak(login_counter_t *counter,
    const login_limit_t *limit, uint64_t now);
static uint32_t login_counter_room(const login_limit_t *limit);


int
login_counter_refresh(login_counter_t *counter, login_limit_kind_e kind,
    const login_limit_t *limit, uint64_t now)
{
    /* the clock went back, or the lockout is shorter now: nobody waits for
       more than the lockout */

    if (counter->last > now) {
        counter->last = now;
    }

    if (kind == LOGIN_LIMIT_NETWORK) {
        login_counter_leak(counter, limit, now);
        return 0;
    }

    if (counter->until > now && counter->until - now > limit->lockout) {
        counter->until = now + limit->lockout;
    }

    if (counter->failures == 0 && counter->until == 0) {
        return 0;
    }

    if (!login_counter_idle(counter, kind, limit, now)) {
        return 0;
    }

    counter->failures = 0;
    counter->until = 0;

    return 1;
}


static void
login_counter_leak(login_counter_t *counter, const login_limit_t *limit,
    uint64_t now)
{
    uint64_t  passed;

    passed = now - counter->last;
    counter->last = now;

    if (counter->failures == 0) {
        return;
    }

    if (passed > counter->failures / limit->rate) {
        counter->failures = 0;
        return;
    }

    counter->failures -= (uint32_t) passed * limit->rate;
}


uint64_t
login_counter_wait(const login_counter_t *counter, login_limit_kind_e kind,
    const login_limit_t *limit, uint64_t now)
{
    uint32_t  room, over;

    if (kind != LOGIN_LIMIT_NETWORK) {
        return counter->until > now ? counter->until - now : 0;
    }

    room = login_counter_room(limit);

    if (counter->failures <= room - LOGIN_LIMIT_ONE) {
        return 0;
    }

    over = counter->failures - (room - LOGIN_LIMIT_ONE);

    return (over - 1) / limit->rate + 1;
}


void
login_counter_take(login_counter_t *counter, login_limit_kind_e kind,
    const login_limit_t *limit, uint64_t now)
{
    counter->last = now;

    if (kind == LOGIN_LIMIT_NETWORK) {
        counter->failures += LOGIN_LIMIT_ONE;
        return;
    }

    if (counter->failures < UINT32_MAX) {
        counter->failures++;
    }

    if (counter->failures >= limit->attempts) {
        counter->until = now + limit->lockout;
    }
}


void
login_counter_forgive(login_counter_t *counter, login_limit_kind_e kind,
    const login_limit_t *limit, uint32_t n)
{
    if (kind == LOGIN_LIMIT_NETWORK) {
        n *= LOGIN_LIMIT_ONE;
    }

    counter->failures = counter->failures > n ? counter->failures - n : 0;

    if (counter->failures < limit->attempts) {
        counter->until = 0;
    }
}


/* A lock that is over takes its failures along. */

int
login_counter_idle(const login_counter_t *counter, login_limit_kind_e kind,
    const login_limit_t *limit, uint64_t now)
{
    login_counter_t  copy;

    if (counter->failures == 0 && counter->until == 0) {
        return 1;
    }

    if (kind == LOGIN_LIMIT_NETWORK) {
        copy = *counter;
        (void) login_counter_refresh(&copy, kind, limit, now);
        return copy.failures == 0;
    }

    if (counter->until != 0) {
        return counter->until <= now;
    }

    return counter->last <= now && now - counter->last >= limit->lockout;
}


/* A network that was quiet may fail as often at once as in a minute. */

static uint32_t
login_counter_room(const login_limit_t *limit)
{
    return limit->rate * LOGIN_LIMIT_ONE;
}
