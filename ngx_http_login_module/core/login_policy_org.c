
#include "login.h"


/* The bytes of the least of them. */
#define LOGIN_POLICY_ORG_SIZE  (4 * 2 + 3 * 4)


size_t
login_policy_orgs_size(const login_policy_t *policy)
{
    size_t                     i, size;
    const login_policy_org_t  *org;

    size = 4 + 2 + policy->only.len;

    for (i = 0; i < policy->norgs; i++) {
        org = &policy->orgs[i];

        size += LOGIN_POLICY_ORG_SIZE + org->name.len + org->title.len
                + org->region.len + org->blocklist.len;
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
    }
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
