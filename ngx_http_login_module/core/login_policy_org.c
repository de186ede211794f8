
#include "login.h"


/* The bytes of the least of each. */
#define LOGIN_POLICY_ORG_SIZE       (4 * 2 + 3 * 4 + 1 + 4)
#define LOGIN_POLICY_PROVIDER_SIZE  (2 * 2 + 1)


static void login_policy_put_providers(login_encoder_t *e,
    const login_policy_t *policy);
static void login_policy_get_providers(login_decoder_t *d,
    login_arena_t *arena, login_policy_t *policy);
static unsigned login_policy_flag(login_decoder_t *d);


size_t
login_policy_orgs_size(const login_policy_t *policy)
{
    size_t                     i, size;
    const login_policy_org_t  *org;

    size = 4 + 2 + policy->only.len + 4;

    for (i = 0; i < policy->norgs; i++) {
        org = &policy->orgs[i];

        size += LOGIN_POLICY_ORG_SIZE + org->name.len + org->title.len
                + org->region.len + org->blocklist.len
                + login_strings_size(&org->providers);
    }

    for (i = 0; i < policy->nproviders; i++) {
        size += LOGIN_POLICY_PROVIDER_SIZE + policy->providers[i].name.len
                + policy->providers[i].issuer.len;
    }

    return size;
}


void
login_policy_put_orgs(login_encoder_t *e, const login_policy_t *policy)
{
    size_t                     i;
    const login_policy_org_t  *org;

    login_put_str(e, policy->only);
    login_put_uint(e, policy->norgs, 4);

    for (i = 0; i < policy->norgs; i++) {
        org = &policy->orgs[i];

        login_put_str(e, org->name);
        login_put_str(e, org->title);
        login_put_str(e, org->region);
        login_put_uint(e, org->password_min, 4);
        login_put_uint(e, org->password_max, 4);
        login_put_uint(e, org->password_score, 4);
        login_put_str(e, org->blocklist);
        login_put_uint(e, org->password != 0, 1);
        login_put_strings(e, &org->providers);
    }

    login_policy_put_providers(e, policy);
}


static void
login_policy_put_providers(login_encoder_t *e, const login_policy_t *policy)
{
    size_t                          i;
    const login_policy_provider_t  *provider;

    login_put_uint(e, policy->nproviders, 4);

    for (i = 0; i < policy->nproviders; i++) {
        provider = &policy->providers[i];

        login_put_str(e, provider->name);
        login_put_str(e, provider->issuer);
        login_put_uint(e, provider->provision != 0, 1);
    }
}


void
login_policy_get_orgs(login_decoder_t *d, login_arena_t *arena,
    login_policy_t *policy)
{
    size_t               i;
    login_policy_org_t  *org;

    policy->only = login_get_str(d);
    policy->orgs = login_policy_room(d, arena, &policy->norgs,
                                     LOGIN_POLICY_ORG_SIZE,
                                     sizeof(login_policy_org_t));

    for (i = 0; i < policy->norgs && !d->failed; i++) {
        org = &policy->orgs[i];

        org->name = login_get_str(d);
        org->title = login_get_str(d);
        org->region = login_get_str(d);
        org->password_min = (uint32_t) login_get_uint(d, 4);
        org->password_max = (uint32_t) login_get_uint(d, 4);
        org->password_score = (uint32_t) login_get_uint(d, 4);
        org->blocklist = login_get_str(d);
        org->password = login_policy_flag(d);
        login_get_strings(d, arena, &org->providers);
    }

    login_policy_get_providers(d, arena, policy);
}


static void
login_policy_get_providers(login_decoder_t *d, login_arena_t *arena,
    login_policy_t *policy)
{
    size_t                    i;
    login_policy_provider_t  *provider;

    policy->providers = login_policy_room(d, arena, &policy->nproviders,
                                          LOGIN_POLICY_PROVIDER_SIZE,
                                          sizeof(login_policy_provider_t));

    for (i = 0; i < policy->nproviders && !d->failed; i++) {
        provider = &policy->providers[i];

        provider->name = login_get_str(d);
        provider->issuer = login_get_str(d);
        provider->provision = login_policy_flag(d);
    }
}


static unsigned
login_policy_flag(login_decoder_t *d)
{
    unsigned  flag;

    flag = (unsigned) login_get_uint(d, 1);

    if (flag > 1) {
        d->failed = 1;
    }

    return flag;
}


const login_policy_org_t *
login_policy_org(const login_policy_t *policy, login_str_t name)
{
    size_t  i;

    for (i = 0; i < policy->norgs; i++) {
        if (login_str_eq(policy->orgs[i].name, name)) {
            return &policy->orgs[i];
        }
    }

    return NULL;
}


const login_policy_provider_t *
login_policy_provider(const login_policy_t *policy,
    const login_policy_org_t *org, login_str_t name)
{
    size_t  i;

    for (i = 0; i < org->providers.n; i++) {
        if (login_str_eq(org->providers.s[i], name)) {
            break;
        }
    }

    if (i == org->providers.n) {
        return NULL;
    }

    for (i = 0; i < policy->nproviders; i++) {
        if (login_str_eq(policy->providers[i].name, name)) {
            return &policy->providers[i];
        }
    }

    return NULL;
}
