
#include "login.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>


#define LOGIN_LIMIT_NETWORK6  8     /* bytes of an IPv6 address that count */


static login_result_e login_limit_hash(u_char id[LOGIN_ID_LEN],
    const char *what, login_str_t one, login_str_t two);


login_result_e
login_limit_name(u_char id[LOGIN_ID_LEN], login_str_t org,
    login_str_t username)
{
    size_t          len;
    u_char          name[LOGIN_USERNAME_MAX], hash[LOGIN_HASH_LEN];
    login_result_e  rc;

    rc = login_username_normalise(name, &len, username);

    if (rc == LOGIN_FAULT) {
        return LOGIN_FAULT;
    }

    if (rc == LOGIN_OK) {
        return login_limit_hash(id, "name", org, login_str(name, len));
    }

    /* nobody can have it, and it is limited as if somebody could */

    if (login_sha256(hash, username) != LOGIN_OK) {
        return LOGIN_FAULT;
    }

    return login_limit_hash(id, "other", org, login_str(hash, sizeof(hash)));
}


login_result_e
login_limit_browser(u_char id[LOGIN_ID_LEN], const u_char name[LOGIN_ID_LEN],
    const u_char browser[LOGIN_ID_LEN])
{
    return login_limit_hash(id, "browser", login_str(name, LOGIN_ID_LEN),
                            login_str(browser, LOGIN_ID_LEN));
}


login_result_e
login_limit_network(u_char id[LOGIN_ID_LEN], const struct sockaddr *address)
{
    login_str_t            network;
    const struct in6_addr *in6;

    switch (address->sa_family) {

    case AF_INET:
        network = login_str(&((const struct sockaddr_in *) address)->sin_addr,
                            4);
        break;

    case AF_INET6:
        in6 = &((const struct sockaddr_in6 *) address)->sin6_addr;

        network = IN6_IS_ADDR_V4MAPPED(in6)
                  ? login_str(in6->s6_addr + 12, 4)
                  : login_str(in6->s6_addr, LOGIN_LIMIT_NETWORK6);
        break;

    default:
        network = login_str("", 0);
        break;
    }

    return login_limit_hash(id, "network", network, login_str("", 0));
}


login_result_e
login_limit_address(u_char id[LOGIN_ID_LEN], const char *text)
{
    struct sockaddr_in   in;
    struct sockaddr_in6  in6;

    memset(&in, 0, sizeof(in));
    memset(&in6, 0, sizeof(in6));

    in.sin_family = AF_INET;
    in6.sin6_family = AF_INET6;

    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        return login_limit_network(id, (const struct sockaddr *) &in);
    }

    if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
        return login_limit_network(id, (const struct sockaddr *) &in6);
    }

    return LOGIN_NO;
}


/* Over hashes of a fixed length: no byte can move from one to the other. */

static login_result_e
login_limit_hash(u_char id[LOGIN_ID_LEN], const char *what, login_str_t one,
    login_str_t two)
{
    size_t  len;
    u_char  text[16 + 2 * LOGIN_HASH_LEN], hash[LOGIN_HASH_LEN];

    len = strlen(what) + 1;
    memset(text, 0, 16);
    memcpy(text, what, len);

    if (login_sha256(text + 16, one) != LOGIN_OK
        || login_sha256(text + 16 + LOGIN_HASH_LEN, two) != LOGIN_OK
        || login_sha256(hash, login_str(text, sizeof(text))) != LOGIN_OK)
    {
        return LOGIN_FAULT;
    }

    memcpy(id, hash, LOGIN_ID_LEN);

    return LOGIN_OK;
}
