
#include "login.h"

#include <string.h>


#define LOGIN_OIDC_CLAIM_MAX   255
#define LOGIN_OIDC_GROUPS_MAX  512


/* The two that may have a claim; the second may be NULL. */
typedef struct {
    const login_json_t   *token;
    const login_json_t   *userinfo;
} login_oidc_sources_t;


static const login_json_t *login_oidc_holder(const login_json_t *json,
    const char **name);
static login_str_t login_oidc_string(const login_oidc_sources_t *sources,
    const char *name, const login_json_t **from);
static login_result_e login_oidc_username(login_oidc_person_t *person,
    const login_oidc_sources_t *sources, const char *name,
    login_oidc_wrong_t *wrong);
static int login_oidc_unverified(const login_oidc_sources_t *sources,
    const login_json_t *from, const char *name);
static int login_oidc_verified(const login_json_t *json);
static void login_oidc_words(login_oidc_person_t *person,
    const login_oidc_sources_t *sources, const login_oidc_claims_t *claims);
static void login_oidc_roles(login_oidc_person_t *person,
    const login_oidc_sources_t *sources, const char *name);
static int login_oidc_has_role(const login_oidc_person_t *person,
    login_str_t role);


/* "a.b" is a claim of that name, or else "b" in the object "a". */

static const login_json_t *
login_oidc_holder(const login_json_t *json, const char **name)
{
    char         part[LOGIN_OIDC_CLAIM_MAX + 1];
    size_t       len;
    const char  *dot;

    while (json != NULL && !login_json_has(json, *name)) {

        dot = strchr(*name, '.');
        len = dot != NULL ? (size_t) (dot - *name) : sizeof(part);

        if (len >= sizeof(part)) {
            return NULL;
        }

        memcpy(part, *name, len);
        part[len] = '\0';

        json = login_json_object(json, part);
        *name = dot + 1;
    }

    return json;
}


int
login_oidc_complete(const login_json_t *json,
    const login_oidc_claims_t *claims)
{
    size_t       i;
    const char  *name;

    const char *const  names[] = {
        claims->username, claims->name, claims->email, claims->roles
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name = names[i];

        if (name != NULL && login_oidc_holder(json, &name) == NULL) {
            return 0;
        }
    }

    return 1;
}


/* Empty where there is no such string; "*from" may be NULL then. */

static login_str_t
login_oidc_string(const login_oidc_sources_t *sources, const char *name,
    const login_json_t **from)
{
    size_t               i;
    login_str_t          s;
    const char          *leaf;
    const login_json_t  *holder;

    const login_json_t *const  both[] = { sources->token, sources->userinfo };

    for (i = 0; name != NULL && i < 2; i++) {
        leaf = name;
        holder = login_oidc_holder(both[i], &leaf);

        if (holder != NULL
            && login_json_str(&s, holder, leaf) == LOGIN_OK
            && s.len > 0)
        {
            *from = both[i];
            return s;
        }
    }

    *from = NULL;

    return login_str("", 0);
}


login_result_e
login_oidc_person(login_oidc_person_t *person, const login_json_t *token,
    const login_json_t *userinfo, const login_oidc_claims_t *claims,
    const login_str_t *domains, size_t n, login_oidc_wrong_t *wrong)
{
    login_result_e        rc;
    login_oidc_sources_t  sources = { token, userinfo };

    memset(person, 0, sizeof(login_oidc_person_t));

    wrong->reason = LOGIN_OIDC_GOOD;
    wrong->member = NULL;

    rc = login_oidc_username(person, &sources, claims->username, wrong);
    if (rc != LOGIN_OK) {
        return rc;
    }

    if (n > 0
        && !login_oidc_domain(login_str(person->username,
                                        person->username_len), domains, n))
    {
        return login_oidc_refuse(wrong, LOGIN_OIDC_DOMAIN, claims->username);
    }

    login_oidc_words(person, &sources, claims);
    login_oidc_roles(person, &sources, claims->roles);

    return LOGIN_OK;
}


static login_result_e
login_oidc_username(login_oidc_person_t *person,
    const login_oidc_sources_t *sources, const char *name,
    login_oidc_wrong_t *wrong)
{
    login_str_t          s;
    login_result_e       rc;
    const login_json_t  *from;

    s = login_oidc_string(sources, name, &from);

    if (s.len == 0) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_MEMBER, name);
    }

    if (login_oidc_unverified(sources, from, name)) {
        return login_oidc_refuse(wrong, LOGIN_OIDC_UNVERIFIED, name);
    }

    rc = login_username_normalise(person->username, &person->username_len, s);

    return rc == LOGIN_NO ? login_oidc_refuse(wrong, LOGIN_OIDC_USERNAME, name)
                          : rc;
}


/*
 * What the same document says of it: the one that has the address could
 * have another than the one that knows it to be verified.  Where neither says
 * anything, the provider is trusted with its names, as with all others.
 */

static int
login_oidc_unverified(const login_oidc_sources_t *sources,
    const login_json_t *from, const char *name)
{
    if (strcmp(name, "email") != 0) {
        return 0;
    }

    if (login_json_has(from, "email_verified")) {
        return !login_oidc_verified(from);
    }

    return login_json_has(sources->token, "email_verified")
           || (sources->userinfo != NULL
               && login_json_has(sources->userinfo, "email_verified"));
}


/* Some write it as a string. */

static int
login_oidc_verified(const login_json_t *json)
{
    unsigned     verified;
    login_str_t  s;

    if (login_json_str(&s, json, "email_verified") == LOGIN_OK) {
        return s.data == NULL || login_str_eq(s, login_cstr("true"));
    }

    verified = 0;

    return login_json_bool(&verified, json, "email_verified") == LOGIN_OK
           && verified;
}


/* What is only shown is left out where it cannot be. */

static void
login_oidc_words(login_oidc_person_t *person,
    const login_oidc_sources_t *sources, const login_oidc_claims_t *claims)
{
    size_t               len;
    u_char               address[LOGIN_USERNAME_MAX];
    const login_json_t  *from;

    person->name = login_oidc_string(sources, claims->name, &from);

    if (login_register_name(person->name) != LOGIN_OK) {
        person->name = login_str("", 0);
    }

    person->email = login_oidc_string(sources, claims->email, &from);

    if (person->email.len == 0
        || memchr(person->email.data, '@', person->email.len) == NULL
        || login_oidc_unverified(sources, from, claims->email)
        || login_username_normalise(address, &len, person->email) != LOGIN_OK)
    {
        person->email = login_str("", 0);
    }
}


static void
login_oidc_roles(login_oidc_person_t *person,
    const login_oidc_sources_t *sources, const char *name)
{
    size_t               i, n, comma;
    login_str_t          list[LOGIN_OIDC_GROUPS_MAX];
    const char          *leaf;
    const login_json_t  *holder;

    if (name == NULL) {
        return;
    }

    leaf = name;
    holder = login_oidc_holder(sources->token, &leaf);

    if (holder == NULL) {
        leaf = name;
        holder = login_oidc_holder(sources->userinfo, &leaf);
    }

    if (holder == NULL) {
        return;
    }

    n = LOGIN_OIDC_GROUPS_MAX;

    if (login_json_strs(list, &n, holder, leaf) != LOGIN_OK) {
        person->roles_lost = 1;
        return;
    }

    for (i = 0; i < n; i++) {
        comma = person->roles_len > 0 ? 1 : 0;

        if (login_role_check(list[i]) != LOGIN_OK
            || list[i].len + comma > LOGIN_ROLES_MAX - person->roles_len)
        {
            person->roles_lost++;
            continue;
        }

        if (login_oidc_has_role(person, list[i])) {
            continue;
        }

        if (comma) {
            person->roles[person->roles_len++] = ',';
        }

        memcpy(person->roles + person->roles_len, list[i].data, list[i].len);
        person->roles_len += list[i].len;
    }
}


static int
login_oidc_has_role(const login_oidc_person_t *person, login_str_t role)
{
    login_account_t  account;

    account.roles = login_str(person->roles, person->roles_len);

    return login_account_has_role(&account, role);
}


int
login_oidc_domain(login_str_t username, const login_str_t *domains, size_t n)
{
    size_t         i;
    login_str_t    domain;
    const u_char  *at;

    at = memchr(username.data, '@', username.len);
    if (at == NULL) {
        return 0;
    }

    domain = login_str(at + 1, (size_t) (username.data + username.len - at)
                               - 1);

    for (i = 0; i < n; i++) {
        if (login_str_eq(domain, domains[i])) {
            return 1;
        }
    }

    return 0;
}
