
#include "login.h"

#include <string.h>


static uint64_t login_ticket_idle(unsigned shared,
    const login_limits_t *limits);
static uint64_t login_ticket_rest(uint64_t since, uint64_t limit,
    uint64_t now);


login_result_e
login_ticket_sign(u_char *dst, login_crypto_t *crypto, login_str_t realm,
    const login_ticket_t *ticket)
{
    u_char           payload[LOGIN_TICKET_LEN];
    login_result_e   rc;
    login_encoder_t  e;

    e.pos = payload;
    e.end = payload + sizeof(payload);
    e.failed = 0;

    login_put_bytes(&e, ticket->account, LOGIN_ID_LEN);
    login_put_bytes(&e, ticket->secret, LOGIN_ID_LEN);
    login_put_uint(&e, ticket->auth_time, 8);
    login_put_uint(&e, ticket->issued, 8);

    if (e.failed || e.pos != e.end) {
        return LOGIN_FAULT;
    }

    rc = login_token_sign(dst, crypto, LOGIN_PURPOSE_SESSION, realm,
                          login_str(payload, sizeof(payload)));

    login_wipe(payload, sizeof(payload));

    return rc;
}


login_result_e
login_ticket_verify(login_ticket_t *ticket, login_crypto_t *crypto,
    login_str_t realm, login_str_t token)
{
    u_char           payload[LOGIN_TICKET_LEN];
    login_result_e   rc;
    login_decoder_t  d;

    rc = login_token_verify(payload, sizeof(payload), NULL, crypto,
                            LOGIN_PURPOSE_SESSION, realm, token);
    if (rc != LOGIN_OK) {
        return rc;
    }

    d.pos = payload;
    d.end = payload + sizeof(payload);
    d.failed = 0;

    login_get_bytes(&d, ticket->account, LOGIN_ID_LEN);
    login_get_bytes(&d, ticket->secret, LOGIN_ID_LEN);
    ticket->auth_time = login_get_uint(&d, 8);
    ticket->issued = login_get_uint(&d, 8);

    login_wipe(payload, sizeof(payload));

    return d.failed || d.pos != d.end ? LOGIN_FAULT : LOGIN_OK;
}


login_result_e
login_ticket_draw(login_ticket_t *ticket, u_char id[LOGIN_ID_LEN],
    const u_char account[LOGIN_ID_LEN], uint64_t now)
{
    memcpy(ticket->account, account, LOGIN_ID_LEN);

    ticket->auth_time = now;
    ticket->issued = now;

    if (login_random(ticket->secret, LOGIN_ID_LEN) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return login_ticket_session(id, ticket);
}


login_result_e
login_ticket_session(u_char id[LOGIN_ID_LEN], const login_ticket_t *ticket)
{
    u_char  hash[LOGIN_HASH_LEN];

    if (login_sha256(hash, login_str(ticket->secret, LOGIN_ID_LEN))
        != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    memcpy(id, hash, LOGIN_ID_LEN);

    return LOGIN_OK;
}


uint64_t
login_session_left(const login_ticket_t *ticket, unsigned shared,
    const login_limits_t *limits, uint64_t now)
{
    uint64_t  idle, lifetime;

    idle = login_ticket_rest(ticket->issued,
                             login_ticket_idle(shared, limits), now);

    /* its own clock counts even where the lifetime has no end */

    lifetime = login_ticket_rest(ticket->auth_time,
                                 limits->lifetime != 0 ? limits->lifetime
                                                       : UINT64_MAX,
                                 now);

    return idle < lifetime ? idle : lifetime;
}


int
login_session_stale(const login_ticket_t *ticket, unsigned shared,
    const login_limits_t *limits, uint64_t now)
{
    uint64_t  idle, twentieth;

    if (now <= ticket->issued) {
        return 0;
    }

    idle = login_ticket_idle(shared, limits);
    twentieth = idle / 20 + (idle % 20 != 0);

    return now - ticket->issued >= twentieth;
}


static uint64_t
login_ticket_idle(unsigned shared, const login_limits_t *limits)
{
    if (shared && limits->idle > LOGIN_SHARED_IDLE) {
        return LOGIN_SHARED_IDLE;
    }

    return limits->idle;
}


/* What is from the future, beyond what clocks differ, is worth nothing. */

static uint64_t
login_ticket_rest(uint64_t since, uint64_t limit, uint64_t now)
{
    if (since > now) {
        return since - now <= LOGIN_CLOCK_SKEW ? limit : 0;
    }

    if (limit == UINT64_MAX) {
        return UINT64_MAX;
    }

    return now - since < limit ? limit - (now - since) : 0;
}
