
#include "login.h"
#include "login_record.h"

#include <stdlib.h>
#include <string.h>


struct login_orgs_s {
    size_t           users;
    size_t           n;
    u_char          *texts;
    login_org_t      orgs[];    /* by name */
};


static login_str_t login_orgs_text(u_char **p, login_str_t s);
static int login_orgs_compare(const void *one, const void *two);


login_result_e
login_org_normalise(u_char *dst, size_t *len, login_str_t in)
{
    size_t          i;
    login_result_e  rc;

    /* with one, it would be an address */

    if (in.len == 0 || memchr(in.data, '@', in.len) != NULL) {
        return LOGIN_NO;
    }

    rc = login_username_normalise(dst, len, in);
    if (rc != LOGIN_OK) {
        return rc;
    }

    if (*len == 0 || *len > LOGIN_ORG_MAX || dst[0] == '-') {
        return LOGIN_NO;
    }

    for (i = 0; i < *len; i++) {
        if (strchr("/,;:?#&=%+\\\"'<>*", dst[i]) != NULL) {
            return LOGIN_NO;
        }
    }

    return LOGIN_OK;
}


login_orgs_t *
login_orgs_create(const login_org_t *const *from, size_t n)
{
    size_t         i, size;
    u_char        *p;
    login_org_t   *org;
    login_orgs_t  *orgs;

    size = 1;

    for (i = 0; i < n; i++) {
        size += from[i]->name.len + from[i]->title.len + from[i]->region.len
                + from[i]->providers.len;
    }

    orgs = malloc(sizeof(login_orgs_t) + n * sizeof(login_org_t));
    p = malloc(size);

    if (orgs == NULL || p == NULL) {
        free(orgs);
        free(p);
        return NULL;
    }

    orgs->users = 1;
    orgs->n = n;
    orgs->texts = p;

    for (i = 0; i < n; i++) {
        org = &orgs->orgs[i];
        *org = *from[i];

        org->name = login_orgs_text(&p, org->name);
        org->title = login_orgs_text(&p, org->title);
        org->region = login_orgs_text(&p, org->region);
        org->providers = login_orgs_text(&p, org->providers);
        org->rules.blocklist = login_blocklist_hold(org->rules.blocklist);
    }

    qsort(orgs->orgs, n, sizeof(login_org_t), login_orgs_compare);

    return orgs;
}


static login_str_t
login_orgs_text(u_char **p, login_str_t s)
{
    u_char  *text;

    text = *p;

    if (s.len != 0) {
        memcpy(text, s.data, s.len);
        *p += s.len;
    }

    return login_str(text, s.len);
}


static int
login_orgs_compare(const void *one, const void *two)
{
    int                 rc;
    size_t              n;
    const login_org_t  *a, *b;

    a = one;
    b = two;

    n = a->name.len < b->name.len ? a->name.len : b->name.len;
    rc = memcmp(a->name.data, b->name.data, n);

    if (rc != 0) {
        return rc;
    }

    return a->name.len < b->name.len ? -1 : a->name.len > b->name.len;
}


login_orgs_t *
login_orgs_hold(const login_orgs_t *orgs)
{
    login_orgs_t  *held;

    held = (login_orgs_t *) (uintptr_t) orgs;

    if (held != NULL) {
        (void) __atomic_add_fetch(&held->users, 1, __ATOMIC_RELAXED);
    }

    return held;
}


void
login_orgs_destroy(login_orgs_t *orgs)
{
    size_t  i;

    if (orgs == NULL
        || __atomic_sub_fetch(&orgs->users, 1, __ATOMIC_ACQ_REL) != 0)
    {
        return;
    }

    for (i = 0; i < orgs->n; i++) {
        login_blocklist_destroy((login_blocklist_t *) (uintptr_t)
                                orgs->orgs[i].rules.blocklist);
    }

    free(orgs->texts);
    free(orgs);
}


const login_org_t *
login_orgs_find(const login_orgs_t *orgs, login_str_t name)
{
    login_org_t  key;

    key.name = name;

    return bsearch(&key, orgs->orgs, orgs->n, sizeof(login_org_t),
                   login_orgs_compare);
}


const login_org_t *
login_orgs_next(const login_orgs_t *orgs, size_t *i, login_str_t portal)
{
    const login_org_t  *org;

    while (*i < orgs->n) {
        org = &orgs->orgs[(*i)++];

        if (org->region.len == 0 || login_str_eq(org->region, portal)) {
            return org;
        }
    }

    return NULL;
}


const login_org_t *
login_orgs_at(const login_orgs_t *orgs, size_t i)
{
    return i < orgs->n ? &orgs->orgs[i] : NULL;
}


login_result_e
login_orgs_people(u_char (*ids)[LOGIN_ID_LEN], size_t max, size_t *n,
    login_view_t *view, const login_orgs_t *orgs, login_str_t portal,
    login_str_t username, unsigned passwords)
{
    size_t              i;
    u_char              buf[LOGIN_NAME_KEY_MAX];
    login_str_t         key;
    login_record_t      record;
    login_result_e      rc;
    const login_org_t  *org;

    i = 0;
    *n = 0;

    while ((org = login_orgs_next(orgs, &i, portal)) != NULL) {

        if (passwords && !org->password) {
            continue;
        }

        key = login_name_key(buf, org->name, username);
        if (key.len == 0) {
            return LOGIN_OK;
        }

        rc = login_view_get(view, key, &record);

        if (rc == LOGIN_NO) {
            continue;
        }

        if (rc != LOGIN_OK || record.payload.len != LOGIN_ID_LEN) {
            return LOGIN_FAULT;
        }

        if (*n < max) {
            memcpy(ids[*n], record.payload.data, LOGIN_ID_LEN);
        }

        (*n)++;
    }

    return LOGIN_OK;
}


const login_mail_templates_t *
login_orgs_mail(const login_orgs_t *orgs, login_mail_t *mail,
    const login_mail_templates_t *otherwise)
{
    const login_org_t  *org;

    if (orgs == NULL || mail->kind == LOGIN_MAIL_ACCOUNTS) {
        return otherwise;
    }

    org = login_orgs_find(orgs, mail->org);

    if (org == NULL) {
        return otherwise;
    }

    if (mail->title.len == 0) {
        mail->title = org->title;
    }

    return org->mails != NULL ? org->mails : otherwise;
}
