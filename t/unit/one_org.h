
/* The organisation "default", for who signs in. */

#ifndef ONE_ORG_H
#define ONE_ORG_H


static login_orgs_t *
one_org(const login_limits_t *limits, const login_rules_t *rules)
{
    login_org_t         org;
    const login_org_t  *list;

    static login_orgs_t  *orgs;

    if (orgs == NULL) {
        memset(&org, 0, sizeof(login_org_t));

        org.name = login_cstr(LOGIN_ORG_DEFAULT);
        org.password = 1;
        org.limits = *limits;

        if (rules != NULL) {
            org.rules = *rules;
        }

        list = &org;
        orgs = login_orgs_create(&list, 1);
    }

    return orgs;
}


#endif /* ONE_ORG_H */
